"""Subdifferentials, distances and verdicts, against definitions, linear and quadratic programs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from duality_checks import TrainingProblem, TwoLayerNetwork
from duality_checks.exact.judged import fitting
from duality_checks.exact.programs import in_cone, zero_in_hull
from duality_checks.exact.setting import Setting
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.spline import spline_optimum
from duality_checks.stationary_points.blocks import (
    adjacent_blocks,
    chamber_blocks,
    face_blocks,
    is_autodiff_stationary,
    selected_blocks,
    selected_signs,
)
from duality_checks.stationary_points.clarke import hull_distance, subdifferentials
from duality_checks.stationary_points.descent import gradient_descent, settle
from duality_checks.stationary_points.escape import improving_neuron
from duality_checks.stationary_points.examples import (
    both_signs,
    box_is_wrong,
    global_minimum,
    saddle,
    spurious_minimum,
    wrong_kink,
)
from duality_checks.stationary_points.restricted import certify_restricted
from duality_checks.stationary_points.stationary import (
    Role,
    Standing,
    first_order,
    onto_kinks,
    project_onto_flat,
    stationarity,
)
from duality_checks.theorems.planted import Kinks, planted
from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import Vector, combination, dot

# ------------------------------------------------------------------ strategies

KAPPAS = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1)])
SMALL = st.integers(-2, 2)


def vectors(dimension: int) -> st.SearchStrategy[Vector]:
    entries = st.lists(SMALL, min_size=dimension, max_size=dimension)
    return entries.map(lambda row: tuple(map(Fraction, row)))


@st.composite
def networks(draw: Callable[[Any], Any]) -> tuple[TrainingProblem, RationalNetwork]:
    """Networks of small integers on rows of small integers: kinks, ties, zero and opposite rows abound."""
    d, n, m = draw(st.integers(1, 3)), draw(st.integers(1, 6)), draw(st.integers(1, 3))
    rows = draw(st.lists(vectors(d), min_size=n, max_size=n).filter(lambda rows: any(map(any, rows))))
    y = draw(st.lists(SMALL, min_size=n, max_size=n))
    hidden = draw(st.lists(vectors(d), min_size=m, max_size=m))
    output = draw(st.lists(SMALL, min_size=m, max_size=m))
    beta = draw(st.sampled_from(["1/2", "1", "3"]))
    return TrainingProblem(rows, y, beta, draw(KAPPAS)), RationalNetwork(hidden, output)


@st.composite
def cases(draw: Callable[[Any], Any]) -> tuple[TrainingProblem | Setting, RationalNetwork]:
    """The same, half of them with one more weight a neuron as its free bias, and an output intercept."""
    problem, network = draw(networks())
    if draw(st.booleans()):
        return problem, network
    hidden = tuple((*row, Fraction(draw(SMALL))) for row in network.hidden)
    return Setting.with_free_biases(problem), RationalNetwork(hidden, network.output, draw(SMALL))


def stationary_networks(**kinks: int) -> st.SearchStrategy[tuple[TrainingProblem, RationalNetwork]]:
    return st.integers(0, 2**32 - 1).map(lambda seed: planted(np.random.default_rng(seed), Kinks(**kinks)))


def slope_along(setting: Setting, network: RationalNetwork, j: int, direction: Vector) -> Fraction:
    """The one-sided derivative in the weights of a neuron: an exact difference quotient, two steps agreeing.

    The objective is quadratic along a short segment, so its slope at 0 is a combination of two quotients.
    """

    def value(step: Fraction) -> Fraction:
        hidden = list(network.hidden)
        hidden[j] = tuple(w + step * h for w, h in zip(hidden[j], direction, strict=True))
        return setting.objective(RationalNetwork(tuple(hidden), network.output, network.intercept))

    t, start = Fraction(1, 10**6), value(Fraction(0))
    return 2 * (value(t) - start) / t - (value(2 * t) - start) / (2 * t)


# ------------------------------------------------------------------ the subdifferential


@settings(max_examples=30)
@given(cases(), st.data())
def test_every_one_sided_derivative_comes_from_a_gradient_of_the_subdifferential(
    case: tuple[TrainingProblem | Setting, RationalNetwork], data: st.DataObject
) -> None:
    problem, network = case
    setting = Setting.of(problem)
    direction = data.draw(vectors(setting.inputs))
    for j, here in enumerate(subdifferentials(setting, network)):
        slope = slope_along(setting, network, j, direction)
        products = [dot(gradient, direction) for gradient in here.gradients]
        assert slope in products
        # A direction inside a chamber around has the slope of that chamber's gradient.
        along = [dot(row, direction) for row in setting.rows]
        for chamber, product in zip(here.chambers, products, strict=bool(network.output[j])):
            if all(chamber[k] * along[k] > 0 for k in here.kinks):
                assert slope == product


@settings(max_examples=30)
@given(cases())
def test_every_gradient_is_that_of_a_differentiable_point_nearby(
    case: tuple[TrainingProblem | Setting, RationalNetwork],
) -> None:
    problem, network = case
    setting = Setting.of(problem)
    for j, here in enumerate(subdifferentials(setting, network)):
        if not here.kinks or not network.output[j]:
            continue
        for chamber, gradient in zip(here.chambers, here.gradients, strict=True):
            walls = np.array([[float(chamber[k] * x) for x in setting.rows[k]] for k in here.kinks])
            inside = linprog(
                np.zeros(setting.inputs), A_ub=-walls, b_ub=-np.ones(len(walls)), bounds=(None, None)
            )
            assert inside.status == 0
            direction = tuple(Fraction(float(x)).limit_denominator(1000) for x in inside.x)
            assert slope_along(setting, network, j, direction) == dot(gradient, direction)


@given(st.lists(vectors(3), min_size=1, max_size=6))
def test_membership_in_a_hull_agrees_with_a_linear_program_in_floats(points: list[Vector]) -> None:
    found = zero_in_hull(points)
    table = np.array([[float(x) for x in point] for point in points]).T
    matrix = np.vstack([table, np.ones(len(points))])
    oracle = linprog(np.zeros(len(points)), A_eq=matrix, b_eq=[0, 0, 0, 1])
    assert bool(found) == (oracle.status == 0)
    if found.weights is not None:
        assert min(found.weights) >= 0
        assert sum(found.weights) == 1
        assert not any(combination(found.weights, points, 3))
    else:
        assert found.direction is not None
        assert all(dot(point, found.direction) < 0 for point in points)


@given(vectors(3), st.lists(vectors(3), max_size=5))
def test_membership_in_a_cone_agrees_with_a_linear_program_in_floats(
    target: Vector, generators: list[Vector]
) -> None:
    found = in_cone(target, generators)
    if generators:
        table = np.array([[float(x) for x in g] for g in generators]).T
        oracle = linprog(np.zeros(len(generators)), A_eq=table, b_eq=[float(x) for x in target])
        assert bool(found) == (oracle.status == 0)
    if found.weights is not None:
        assert min(found.weights, default=0) >= 0
        assert combination(found.weights, generators, 3) == target
    else:
        assert found.direction is not None
        assert all(dot(g, found.direction) >= 0 for g in generators)
        assert dot(target, found.direction) < 0


@settings(max_examples=50)
@given(st.lists(vectors(3), min_size=1, max_size=6))
def test_the_distance_of_a_hull_encloses_that_of_a_quadratic_program(points: list[Vector]) -> None:
    found = hull_distance(points)
    table = np.array([[float(x) for x in point] for point in points])
    weights = np.full(len(points), 1 / len(points))
    oracle = minimize(
        lambda w: float((w @ table) @ (w @ table)),
        weights,
        jac=lambda w: 2 * table @ (w @ table),
        bounds=[(0, 1)] * len(points),
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones(len(points))},
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert found.lower_squared <= found.upper_squared
    assert float(found.lower_squared) <= oracle.fun + 1e-7
    assert float(found.upper_squared) <= oracle.fun + 1e-7
    assert bool(zero_in_hull(points)) or float(found.upper_squared - found.lower_squared) < 1e-9
    for point in points:
        # The bound of the descent is exact: h'point <= -lower_squared * (norm(h) / distance).
        assert dot(point, found.descent) ** 2 >= found.lower_squared * dot(found.descent, found.descent)


# ------------------------------------------------------------------ verdicts


@settings(max_examples=30)
@given(stationary_networks())
def test_planted_networks_are_stationary_and_balanced_exactly(
    case: tuple[TrainingProblem, RationalNetwork],
) -> None:
    state = first_order(*case)
    assert state.is_clarke
    assert state.is_balanced
    assert not state.with_role(Role.DEAD)
    verdict = stationarity(*case)
    assert verdict.standing is Standing.STATIONARY
    assert verdict.upper_squared == 0


@settings(max_examples=30)
@given(stationary_networks(bends=-1), st.data())
def test_upward_kinks_leave_no_way_down(
    case: tuple[TrainingProblem, RationalNetwork], data: st.DataObject
) -> None:
    setting, network = fitting(*case)
    assert first_order(setting, network).is_directional
    direction = data.draw(vectors(setting.inputs))
    assert slope_along(setting, network, 0, direction) >= 0


@settings(max_examples=30)
@given(stationary_networks(bends=1))
def test_a_way_down_at_a_downward_kink_leads_down(case: tuple[TrainingProblem, RationalNetwork]) -> None:
    setting, network = fitting(*case)
    (neuron,) = first_order(setting, network).neurons
    if neuron.downhill is not None:
        direction, slope = neuron.downhill
        assert slope_along(setting, network, 0, direction) == slope < 0


@settings(max_examples=30)
@given(cases())
def test_what_is_not_stationary_has_a_proven_way_down(
    case: tuple[TrainingProblem | Setting, RationalNetwork],
) -> None:
    setting, network = fitting(*case)
    verdict = stationarity(setting, network, reach=0.0)
    assert (verdict.standing is Standing.STATIONARY) == first_order(setting, network).is_clarke
    if verdict.standing is Standing.STATIONARY:
        return
    assert verdict.lower_squared <= verdict.upper_squared
    descent = verdict.descent
    assert descent is not None
    assert descent.slope < 0
    t = Fraction(1, 10**12)
    hidden = tuple(
        tuple(w + t * h for w, h in zip(row, part, strict=True))
        for row, part in zip(network.hidden, descent.hidden, strict=True)
    )
    output = tuple(a + t * h for a, (h,) in zip(network.output, descent.output, strict=True))
    moved = RationalNetwork(hidden, output, network.intercept + t * descent.intercept[0])
    fall = setting.objective(moved) - setting.objective(network)
    assert fall < 0
    assert fall / t <= descent.slope / 2


@pytest.mark.parametrize("root", [Fraction(1), Fraction(2), Fraction(3, 2)])
@pytest.mark.parametrize("side", [1, -1])
def test_free_biases_leave_the_optimal_spline_stationary_in_every_sense(root: Fraction, side: int) -> None:
    """One neuron with its kink on a sample; weight and target times root^2 keep the products rational."""
    x, height = [side * k for k in range(4)], 3 * root**2
    setting = Setting.with_free_biases(TrainingProblem([[k] for k in x], [0, 0, 0, height], root**2))
    (hinge,) = spline_optimum(x, [0, 0, 0, height], root**2).hinges
    assert (hinge.side, hinge.weight) == (side, root**2)
    weights = (side * root, -side * root * hinge.kink)
    network = RationalNetwork([weights], [root])
    state = first_order(setting, network)
    assert state.is_directional and state.is_balanced
    (neuron,) = state.neurons
    assert len(neuron.subdifferential.kinks) == 1
    around, faces = adjacent_blocks(setting, network), face_blocks(setting, network)
    for blocks in (around, faces, chamber_blocks(setting)):
        proof = certify_restricted(setting, blocks, network)
        assert proof.is_exact and proof.check().holds
    # A bias that is off by a little is not stationary, though no penalty sees it.
    moved = RationalNetwork([(weights[0], weights[1] + Fraction(1, 10))], [root])
    assert stationarity(setting, moved).standing is Standing.NOT


@settings(max_examples=30)
@given(cases())
def test_dead_neurons_are_never_stationary_and_zero_ones_always(
    case: tuple[TrainingProblem | Setting, RationalNetwork],
) -> None:
    setting, network = fitting(*case)
    state = first_order(setting, network)
    for j, neuron in enumerate(state.neurons):
        silent = not any(setting.activations(network.hidden[j])) or not network.output[j]
        zero = not any((*network.hidden[j], network.output[j]))
        assert (neuron.role is Role.ZERO) == zero
        assert (neuron.role is Role.DEAD) == (silent and not zero)
        assert neuron.is_directional or neuron.role is not Role.ZERO
        # A free bias alone, with output weight 0, costs nothing and gives nothing.
        priced = any(setting.penalised(network.hidden[j])) or network.output[j]
        assert not neuron.is_clarke or neuron.role is not Role.DEAD or not priced


def test_a_free_bias_alone_with_output_weight_zero_may_be_stationary() -> None:
    """Its output weight would gain by `v'1`, which is zero with a free intercept."""
    setting = Setting(
        exact_matrix([[1, 1], [2, 1]]), ((Fraction(1), Fraction(3)),), Fraction(50), Fraction(0), (1,), True
    )
    (neuron,) = first_order(setting, RationalNetwork([[0, 1]], [0], 2)).neurons
    assert neuron.role is Role.DEAD and neuron.is_clarke


def test_the_examples_are_what_they_say() -> None:
    for example in (saddle, spurious_minimum, global_minimum, both_signs):
        assert first_order(*example()).is_directional
    assert first_order(*wrong_kink()).is_clarke
    assert not first_order(*wrong_kink()).is_directional
    assert not first_order(*box_is_wrong()).is_clarke
    levels = [Setting.of(p).objective(n) for p, n in (saddle(), spurious_minimum(), global_minimum())]
    assert levels == [Fraction(29, 2), Fraction(13, 2), 6]


def test_a_saddle_has_ways_up_and_down() -> None:
    problem, _ = saddle()
    setting, t = Setting.of(problem), Fraction(1, 10)
    flat = setting.objective(RationalNetwork([[0]], [0]))
    assert (
        setting.objective(RationalNetwork([[t]], [t]))
        < flat
        < setting.objective(RationalNetwork([[t]], [-t]))
    )


@settings(max_examples=30)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_the_spurious_minimum_is_one(shift: float, tilt: float) -> None:
    problem, network = spurious_minimum()
    setting = Setting.of(problem)
    near = RationalNetwork([[2 + shift]], [2 + tilt])
    assert setting.objective(near) >= setting.objective(network)


@settings(max_examples=15)
@given(stationary_networks(bends=-1), st.integers(0, 1000))
def test_networks_in_floats_near_a_kink_are_epsilon_stationary(
    case: tuple[TrainingProblem, RationalNetwork], seed: int
) -> None:
    problem, network = case
    rough = network.floats(problem.kappa, problem.d)
    noise = 1 + 1e-13 * np.random.default_rng(seed).normal(size=rough.hidden.shape)
    verdict = stationarity(problem, TwoLayerNetwork(rough.hidden * noise, rough.output, problem.kappa))
    assert verdict.standing is not Standing.NOT
    assert verdict.distance < 1e-9
    assert float(verdict.moved_squared) < 1e-20


def test_epsilon_decides_the_word_and_not_the_distance() -> None:
    problem, _ = global_minimum()
    rough = RationalNetwork([[Fraction(2001, 1000)], [-1]], [2, 1])
    strict, loose = stationarity(problem, rough), stationarity(problem, rough, epsilon=0.1)
    assert (strict.standing, loose.standing) == (Standing.NOT, Standing.NEARLY)
    assert strict.upper_squared == loose.upper_squared > 0
    assert "not stationary" in str(strict)
    assert "epsilon-stationary" in str(loose)


@given(st.lists(vectors(3), min_size=1, max_size=4), vectors(3))
def test_projection_onto_a_flat_is_orthogonal_and_idempotent(rows: list[Vector], vector: Vector) -> None:
    shadow = project_onto_flat(rows, vector)
    assert all(dot(row, shadow) == 0 for row in rows)
    assert project_onto_flat(rows, shadow) == shadow
    assert dot(shadow, shadow) == dot(shadow, vector)


def test_a_neuron_that_only_zero_would_put_on_its_kinks_stays() -> None:
    setting = Setting.of(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta=1))
    network = RationalNetwork([[1, 1]], [1])
    assert onto_kinks(setting, network, reach=0.9) == network


# ------------------------------------------------------------------ the three notions


def test_autodiff_can_be_wrong_and_depends_on_the_side() -> None:
    assert is_autodiff_stationary(*box_is_wrong(), side=-1)
    assert not first_order(*box_is_wrong()).is_clarke
    assert not is_autodiff_stationary(*both_signs(), side=1)


def test_each_notion_selects_its_blocks() -> None:
    problem, network = both_signs()
    assert [b.label for b in face_blocks(problem, network)] == ["+0|+"]
    assert {b.label for b in adjacent_blocks(problem, network)} == {"++|+", "+-|+"}
    assert [b.label for b in selected_blocks(problem, network, -1)] == ["+-|+"]
    assert [b.label for b in selected_blocks(problem, network, 1)] == ["++|+"]
    assert selected_signs((1, 0, 0), (1,), -1) == (1, -1, 0)


@settings(max_examples=30)
@given(cases())
def test_blocks_hold_their_neurons(case: tuple[TrainingProblem | Setting, RationalNetwork]) -> None:
    problem, network = case
    setting = Setting.of(problem)
    for select in (face_blocks, adjacent_blocks, selected_blocks):
        blocks = select(problem, network)
        for weights, alpha in zip(network.hidden, network.output, strict=True):
            at = Arrangement(setting.X).chamber_of(weights).tolist()
            assert not alpha or any(block.holds(at, alpha) for block in blocks)
        assert len(set(blocks)) == len(blocks)
        for block in blocks:
            assert all(
                s or not setting.nonzero[k] or select is face_blocks for k, s in enumerate(block.signs)
            )


# ------------------------------------------------------------------ ways to get them, and out of them


@pytest.mark.parametrize("seed", range(3))
def test_gradient_descent_settles_on_a_stationary_point(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = TrainingProblem(
        rng.integers(-3, 4, (5, 2)).tolist(), rng.integers(-3, 4, 5).tolist(), beta="1/2"
    )
    rough = gradient_descent(problem, 3, seed=seed, steps=2000)
    found = settle(problem, rough)
    assert found.check().holds
    assert found.gap <= Fraction(1, 10**9) * found.upper
    assert float(found.upper) <= rough.objective(problem) + 1e-9
    verdict = stationarity(problem, found.network)
    assert verdict.standing is not Standing.NOT


@settings(max_examples=30)
@given(cases())
def test_an_improving_neuron_improves_by_what_it_says(
    case: tuple[TrainingProblem | Setting, RationalNetwork],
) -> None:
    setting, network = fitting(*case)
    found = improving_neuron(case[0], network)
    if found is None:
        return
    grown = network.with_neuron(found.weights, found.output)
    assert setting.objective(network) - setting.objective(grown) == found.decrease > 0
    activations = setting.activations(found.weights)
    kept = setting.penalised(found.weights)
    share = float(dot(activations, activations) / dot(kept, kept))
    excess = found.value - float(setting.beta)
    assert float(found.decrease) == pytest.approx(excess**2 / (2 * share), rel=1e-6, abs=1e-12)


def test_no_neuron_improves_a_global_minimum() -> None:
    assert improving_neuron(*global_minimum()) is None


# ------------------------------------------------------------------ bad input


def test_networks_that_do_not_fit_are_refused() -> None:
    problem, _ = wrong_kink()
    with pytest.raises(InputError, match="the network takes 3 inputs but the data has 2 columns"):
        first_order(problem, RationalNetwork([[1, 0, 0]], [1]))
    with pytest.raises(InputError, match="network's activation has kappa=1/2, the problem's kappa=0"):
        first_order(problem, TwoLayerNetwork([[1.0, 0.0]], [1.0], Fraction(1, 2)))
    with pytest.raises(InputError, match="output intercept 1, but the problem has none"):
        first_order(problem, RationalNetwork([[1, 0]], [1], 1))
    with pytest.raises(InputError, match="hidden has 2 rows and output 1 entries"):
        RationalNetwork([[1, 0], [0, 1]], [1])
    with pytest.raises(InputError, match="side=0 is no side of a kink"):
        selected_blocks(problem, RationalNetwork([[1, 0]], [1]), 0)


def test_other_problems_are_refused() -> None:
    problem = TrainingProblem([[1], [-1]], [1, 1], beta=1, loss="hinge")
    with pytest.raises(InputError, match=r"deciding stationary points needs loss='squared', and .* 'hinge'"):
        Setting.of(problem)
    with pytest.raises(InputError, match=r"needs free='nothing' or 'intercept' or .*'biases', .* 'linear'"):
        Setting.of(TrainingProblem([[1], [-1]], [1, 1], beta=1, free="linear"))
    with pytest.raises(InputError, match=r"stationary points needs penalty='2-norm' and no .*='1-norm'"):
        Setting.with_free_biases(TrainingProblem([[1], [-1]], [1, 1], beta=1, penalty="1-norm"))


def test_too_many_chambers_at_a_neuron_are_refused_with_their_number() -> None:
    rng = np.random.default_rng(0)
    problem = TrainingProblem(rng.normal(size=(60, 4)), rng.normal(size=60), beta=1)
    with pytest.raises(TooLargeError, match="chambers meet at a neuron that lies on 60 hyperplanes") as error:
        first_order(problem, RationalNetwork([[0, 0, 0, 0]], [1]))
    assert error.value.predicted == 2 * sum(comb(59, k) for k in range(4))
    assert first_order(problem, RationalNetwork([[0, 0, 0, 0]], [0])).is_directional


@settings(max_examples=30)
@given(networks())
def test_the_setting_agrees_with_the_network_in_floats(case: tuple[TrainingProblem, RationalNetwork]) -> None:
    problem, network = case
    assume(all(abs(a) <= 2 for a in network.output))
    rough = network.floats(problem.kappa, problem.d)
    exact = Setting.of(problem).objective(network)
    assert exact == rough.exact_objective(problem)
