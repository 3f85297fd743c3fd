"""Every public function that takes a network judges that very network, or says what does not fit.

The oracle is written here, from the formula: what a network predicts with its own activation, biases,
intercept and linear skip, and what the problem makes it pay for its weights.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import (
    Certificate,
    Solution,
    TrainingProblem,
    TwoLayerNetwork,
    assert_global_optimum,
    assert_stationary,
    assert_strong_duality,
    audit,
    certify,
    from_state_dict,
    prove_interval,
    stationarity,
    train,
)
from duality_checks.approximation.ascents import proven_interval
from duality_checks.exact.judged import fit_of, objective_of
from duality_checks.exact.setting import Setting
from duality_checks.interfaces.foreign.networks import BiasedNetwork
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.spanning import corrected
from duality_checks.stationary_points.escape import improving_neuron
from duality_checks.terms.activations import Slopes
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

ROWS = [(1, 1), (2, 1), (-3, 1)]
TARGETS = [1, Fraction(-1, 2), 2]
FREE = ("nothing", "intercept", "linear", "intercept+linear", "biases")
SLOPES = (Fraction(0), Fraction(-1), Fraction(1, 4))
BETA = Fraction(1, 8)


@dataclass(frozen=True)
class Ideal:
    """A network on the features and the column of ones, as a formula has it."""

    kappa: Fraction
    hidden: tuple[tuple[Fraction, ...], ...]
    output: tuple[Fraction, ...]
    intercept: Fraction
    linear: tuple[Fraction, ...]

    def predict(self, row: tuple[int, ...]) -> Fraction:
        total = self.intercept + sum(x * b for x, b in zip(row, self.linear, strict=True))
        for weights, alpha in zip(self.hidden, self.output, strict=True):
            before = sum(x * w for x, w in zip(row, weights, strict=True))
            total += alpha * (before if before > 0 else self.kappa * before)
        return total

    def objective(self, free: str) -> Fraction:
        """Squared loss and weight decay, from the formula."""
        paid = [w for row in self.hidden for w in (row[:1] if free == "biases" else row)] + list(self.output)
        errors = [self.predict(row) - y for row, y in zip(ROWS, TARGETS, strict=True)]
        return (sum(e * e for e in errors) + BETA * sum(w * w for w in paid)) / 2

    def has_place_in(self, free: str, kappa: Fraction) -> bool:
        return (
            (self.kappa == kappa or not self.output)
            and (not self.intercept or free not in ("nothing", "linear"))
            and (not any(self.linear) or "linear" in free)
        )


def floats(values: Any) -> Any:
    return [floats(value) for value in values] if isinstance(values, tuple) else float(values)


def as_two_layer(ideal: Ideal) -> Any:
    hidden = np.array(floats(ideal.hidden)).reshape(-1, 2)
    return TwoLayerNetwork(
        hidden, floats(ideal.output), ideal.kappa, float(ideal.intercept), floats(ideal.linear)
    )


def as_object(ideal: Ideal) -> Any:
    return SimpleNamespace(**{name: getattr(ideal, name) for name in Ideal.__dataclass_fields__})


def as_biased(ideal: Ideal) -> Any:
    hidden = np.array([[float(w)] for w, _ in ideal.hidden]).reshape(-1, 1)
    biases = [float(b) for _, b in ideal.hidden]
    return BiasedNetwork(hidden, floats(ideal.output), biases, float(ideal.intercept), ideal.kappa)


def as_state_dict(ideal: Ideal) -> Any:
    network = as_biased(ideal)
    layers = {"0.weight": network.hidden, "0.bias": network.biases, "2.weight": network.output[None]}
    return from_state_dict({**layers, "2.bias": np.array([network.intercept])}, activation=ideal.kappa)


KINDS = (as_two_layer, as_object, as_biased, as_state_dict)


@lru_cache
def trained(free: str, kappa: Fraction) -> tuple[TrainingProblem, Solution, Certificate]:
    problem = TrainingProblem(ROWS, TARGETS, BETA, kappa, free=free)
    solution = train(problem)
    return problem, solution, certify(problem, solution)


numbers = st.builds(Fraction, st.integers(-8, 8), st.just(4))
weights = st.one_of(st.just(Fraction(0)), numbers)


@st.composite
def networks(draw: Any) -> tuple[Ideal, Callable[[Ideal], Any]]:
    kind = draw(st.sampled_from(KINDS))
    neurons = draw(st.lists(st.tuples(numbers, numbers, numbers), max_size=2))
    skips = kind in (as_two_layer, as_object)
    ideal = Ideal(
        draw(st.sampled_from(SLOPES)),
        tuple((w, b) for w, b, _ in neurons),
        tuple(a for _, _, a in neurons),
        draw(weights),
        (draw(weights), draw(weights)) if skips else (Fraction(0), Fraction(0)),
    )
    return ideal, kind


places = st.tuples(st.sampled_from(FREE), st.sampled_from(SLOPES))


def found_by(function: str, problem: TrainingProblem, network: Any, dual: Any) -> Fraction:
    """The objective that a function ascribes to a network."""
    proposal = SimpleNamespace(network=network, dual=dual)
    if function == "certify":
        return certify(problem, proposal).upper
    if function == "prove_interval":
        return prove_interval(problem, proposal).upper
    if function == "audit":
        return audit(problem, network).objective
    if function == "proven_interval":
        return proven_interval(problem, network).upper
    return objective_of(problem, network)


@settings(max_examples=150)
@given(
    networks(),
    places,
    st.sampled_from(["objective_of", "certify", "prove_interval", "audit", "proven_interval"]),
)
def test_the_objective_is_that_of_the_network_as_it_predicts(
    case: tuple[Ideal, Callable[[Ideal], Any]], place: tuple[str, Fraction], function: str
) -> None:
    (ideal, kind), (free, kappa) = case, place
    if function == "proven_interval":
        free = "nothing"
    if function == "prove_interval" and "linear" in free:
        free = "biases"
    problem, solution, _ = trained(free, kappa)
    network = kind(ideal)
    if ideal.has_place_in(free, kappa):
        assert found_by(function, problem, network, solution.dual) == ideal.objective(free)
    else:
        with pytest.raises(InputError, match=r"activation has kappa|has an (output )?intercept|linear skip"):
            found_by(function, problem, network, solution.dual)


@settings(max_examples=40)
@given(networks(), places, st.sampled_from([assert_global_optimum, assert_strong_duality]))
def test_assertions_decide_on_the_network_as_it_predicts(
    case: tuple[Ideal, Callable[[Ideal], Any]], place: tuple[str, Fraction], assertion: Any
) -> None:
    (ideal, kind), (free, kappa) = case, place
    problem, solution, certificate = trained(free, kappa)
    network: Any = kind(ideal)
    if assertion is assert_strong_duality:
        network = SimpleNamespace(network=network, dual=solution.dual)
    if not ideal.has_place_in(free, kappa):
        with pytest.raises(InputError):
            assertion(problem, network, gap=0.5)
        return
    objective = ideal.objective(free)
    if objective - certificate.lower <= objective / 2:
        assert assertion(problem, network, gap=0.5).upper == objective
    else:
        with pytest.raises(AssertionError):
            assertion(problem, network, gap=0.5)


@settings(max_examples=60)
@given(networks(), places)
def test_stationarity_is_that_of_the_network_as_it_predicts(
    case: tuple[Ideal, Callable[[Ideal], Any]], place: tuple[str, Fraction]
) -> None:
    (ideal, kind), (free, kappa) = case, place
    problem, _, _ = trained(free, kappa)
    network = kind(ideal)
    if not ideal.has_place_in(free, kappa) or "linear" in free:
        for judge in (stationarity, assert_stationary, improving_neuron):
            with pytest.raises(InputError):
                judge(problem, network)
        return
    found = stationarity(problem, network)
    assert found.at.network == RationalNetwork(ideal.hidden, ideal.output, ideal.intercept)
    errors = [y - ideal.predict(row) for row, y in zip(ROWS, TARGETS, strict=True)]
    assert found.at.residuals == (tuple(errors),)
    if found.standing.value == "not stationary":
        with pytest.raises(AssertionError, match="not stationary"):
            assert_stationary(problem, network)
    escape = improving_neuron(problem, network)
    if escape is not None:
        assert Setting.of(problem).objective(found.at.network) == ideal.objective(free) > escape.decrease


def test_the_right_network_of_each_kind_is_optimal_with_free_biases() -> None:
    """One optimum, written down in every way there is."""
    problem, solution, _ = trained("biases", Fraction(0))
    net = solution.network
    exact = RationalNetwork(net.hidden.tolist(), net.output.tolist(), net.intercept)
    biased = BiasedNetwork(net.hidden[:, :1], net.output, net.hidden[:, 1], net.intercept)
    for network in (net, exact, biased):
        assert assert_global_optimum(problem, network).upper == net.exact_objective(problem)
        assert_stationary(problem, network)
    # A little too much intercept, which costs nothing but the fit.
    for network in (
        replace(net, intercept=net.intercept + 1),
        replace(exact, intercept=exact.intercept + 1),
        replace(biased, intercept=biased.intercept + 1),
    ):
        with pytest.raises(AssertionError, match="a better network exists"):
            assert_global_optimum(problem, network)


POINTS = TrainingProblem([[1, 1], [2, 1], [3, 1], [4, 1]], [1, 0, 1, 2], beta="1/10")


@lru_cache
def best_on_points() -> tuple[Any, Any, Any]:
    solution = train(POINTS)
    return solution.network.hidden, solution.network.output, solution.dual


def test_biases_beside_the_right_weights_are_not_dropped() -> None:
    """As it predicts the network has a loss of 218,920; its weights alone are optimal."""
    h, o, dual = best_on_points()
    network = from_state_dict(
        {"0.weight": h, "0.bias": np.full(len(o), 100.0), "2.weight": o[None], "2.bias": np.array([55.0])}
    )
    assert isinstance(network, BiasedNetwork)
    judges: tuple[Callable[[], Any], ...] = (
        lambda: assert_global_optimum(POINTS, network),
        lambda: assert_stationary(POINTS, network),
        lambda: assert_strong_duality(POINTS, SimpleNamespace(network=network, dual=dual)),
        lambda: certify(POINTS, SimpleNamespace(network=network, dual=dual)),
    )
    for judge in judges:
        with pytest.raises(InputError, match="has biases beside 2 inputs, but X has 2 columns"):
            judge()
    # As the network of the two features it is judged, with its biases; and its weights alone pass.
    features = TrainingProblem(POINTS.X, POINTS.y, POINTS.beta)
    audited = audit(features, network)
    before = np.asarray(features.features) @ h.T + 100
    fit = np.maximum(before, 0) @ o + 55
    loss = np.sum((fit - features.target) ** 2) / 2
    assert loss == pytest.approx(218_920, abs=1)
    assert float(audited.objective) == pytest.approx(loss + 0.05 * (np.sum(h**2) + np.sum(o**2)))
    assert_global_optimum(POINTS, TwoLayerNetwork(h, o))
    assert_global_optimum(POINTS, from_state_dict({"0.weight": h, "2.weight": o[None]}))


def test_another_activation_is_not_the_problem_s() -> None:
    """As ReLU the weights are optimal, and as the absolute value they are not."""
    h, o, dual = best_on_points()
    network = TwoLayerNetwork(h, o, kappa=-1)
    for judge in (
        lambda: assert_global_optimum(POINTS, network),
        lambda: assert_strong_duality(POINTS, SimpleNamespace(network=network, dual=dual)),
        lambda: certify(POINTS, SimpleNamespace(network=network, dual=dual)),
        lambda: prove_interval(POINTS, SimpleNamespace(network=network, dual=dual)),
    ):
        with pytest.raises(InputError, match="activation has kappa=-1, the problem's kappa=0"):
            judge()
    absolute = TrainingProblem(POINTS.X, POINTS.y, POINTS.beta, "abs")
    assert certify(absolute, SimpleNamespace(network=network, dual=dual)).upper == network.exact_objective(
        absolute
    )


def test_an_intercept_is_judged_where_the_problem_has_one() -> None:
    """`(1, -1)` by an absolute value and a constant: `p* = 1`, and a constant of 7 costs 50."""
    problem = TrainingProblem([[1], [-1]], [1, -1], "1/10", "abs", free="intercept")
    for wrong in (RationalNetwork([], [], 7), TwoLayerNetwork(np.empty((0, 1)), [], -1, 7.0)):
        with pytest.raises(AssertionError, match="a better network exists"):
            assert_global_optimum(problem, wrong)
        with pytest.raises(AssertionError, match="not stationary"):
            assert_stationary(problem, wrong)
        assert audit(problem, wrong).objective == 50
    for right in (RationalNetwork([], [], 0), TwoLayerNetwork(np.empty((0, 1)), [], -1)):
        assert assert_global_optimum(problem, right).upper == 1
        assert_stationary(problem, right)
    # With an intercept that is not zero: y + 7 is fitted by what fits y and 7 more.
    moved = TrainingProblem([[1], [-1]], [8, 6], "1/10", "abs", free="intercept")
    assert assert_global_optimum(moved, RationalNetwork([], [], 7)).upper == 1
    assert_stationary(moved, RationalNetwork([], [], 7))
    with pytest.raises(AssertionError, match="a better network exists"):
        assert_global_optimum(moved, RationalNetwork([], [], 0))


def test_a_raw_state_dict_has_the_activation_of_the_problem() -> None:
    """It does not tell its own; a model of scikit-learn does."""
    state = {"0.weight": np.array([[1.0, 0.5]]), "2.weight": np.array([[2.0]])}
    for kappa in SLOPES:
        problem, _, _ = trained("nothing", kappa)
        ideal = Ideal(
            kappa, ((Fraction(1), Fraction(1, 2)),), (Fraction(2),), Fraction(0), (Fraction(0),) * 2
        )
        assert audit(problem, state).objective == ideal.objective("nothing")
    model = SimpleNamespace(
        coefs_=[np.array([[1.0]]), np.array([[2.0]])], intercepts_=[np.array([0.5]), np.array([0.0])]
    )
    for free in ("nothing", "biases"):
        with pytest.raises(InputError, match="activation has kappa=0, the problem's kappa=-1"):
            audit(trained(free, Fraction(-1))[0], model)


def test_a_network_put_in_the_place_of_another_is_the_one_that_is_certified() -> None:
    """A solution with a polyhedral norm knows its network exactly: but then another was put there."""
    problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm")
    solution = train(problem)
    assert certify(problem, solution).upper == 4  # 3 - 1/2 + 2 - 1/2
    other = replace(solution, network=TwoLayerNetwork([[5.0]], [7.0]))
    assert certify(problem, other).upper == Fraction(35 - 3) ** 2 / 2 + 2 + 35  # balanced: 5 times 7
    with pytest.raises(InputError, match="kappa=-1"):
        certify(problem, replace(solution, network=replace(solution.network, kappa=Fraction(-1))))


def test_a_network_is_corrected_with_its_intercept_and_its_skip() -> None:
    problem = TrainingProblem([[1, 1], [2, 1]], [5, -3], 1, free="intercept+linear")
    close = RationalNetwork([["5/2", "5/2"]], [1], 2, [1, 0])
    found = corrected(problem, close, problem.y)
    assert fit_of(problem, found) == problem.y and (found.intercept, found.linear) == (2, (1, 0))
    with pytest.raises(InputError, match="kappa=-1"):
        corrected(problem, TwoLayerNetwork([[1.0, 1.0]], [1.0], -1), problem.y)  # type: ignore[arg-type]


def test_slopes_belong_to_the_network() -> None:
    with pytest.raises(InputError, match="kappa=0, the reduced one kappa=-1/4"):
        Slopes.parse("slopes:2,-1/2").weights(TwoLayerNetwork([[1.0]], [1.0]))


def test_an_unbalanced_network_is_not_optimal_with_a_polyhedral_norm() -> None:
    """`f = y - beta = 3/2` costs `1/8 + 1/2 * 3/2 = 7/8` balanced, and 15/16 as `w = 3/2, alpha = 1`."""
    problem = TrainingProblem([[1]], [2], beta="1/2", penalty="1-norm")
    root = 1.5**0.5
    assert assert_global_optimum(problem, TwoLayerNetwork([[root]], [root])).lower == Fraction(7, 8)
    unbalanced = TwoLayerNetwork([[1.5]], [1.0])
    with pytest.raises(AssertionError, match=r"objective of the network  15/16"):
        assert_global_optimum(problem, unbalanced)
    with pytest.raises(AssertionError, match=r"primal objective          15/16"):
        assert_strong_duality(problem, SimpleNamespace(network=unbalanced, dual=[0.5]))
