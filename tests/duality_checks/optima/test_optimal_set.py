"""The set of optima: planted exact instances, numerical against exact, linear programs by CVXPY."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.optima.optimal_set import exact_optimal_set, optimal_set, polytope
from duality_checks.theorems import t5_1_optimal_set as statement
from duality_checks.theorems.samples import random_problem
from hyperplane_arrangements.errors import InputError

seeds = st.integers(0, 10**6)


def segment():
    """Four equal peaks whose atoms satisfy a_1 + a_4 = a_2 + a_3."""
    return statement.rhombus().found


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_numerical_and_exact_sets_agree(seed) -> None:
    exact = statement.draw(np.random.default_rng(seed)).found
    numerical = optimal_set(exact.problem)
    assert numerical.dimension == exact.dimension
    assert numerical.minimum_width == exact.minimum_width
    assert numerical.is_unique == exact.is_unique
    assert len(numerical.vertices) == len(exact.vertices)
    assert float(numerical.value) == pytest.approx(float(exact.value), abs=1e-9)


@settings(deadline=None, max_examples=25)
@given(seeds, st.integers(0, 4))
def test_every_mixture_of_vertices_is_an_optimal_network(seed, quarters) -> None:
    instance = statement.draw(np.random.default_rng(seed))
    found = instance.found
    first, last = found.vertices[0], found.vertices[-1]
    weights = found.between(first, last, Fraction(quarters, 4))
    assert found.rescaled_objective(weights) == found.value
    network = found.network(weights)
    assert network.objective(found.problem) == pytest.approx(float(found.value), abs=1e-9)
    assert all(sum(w * w for w in atom.direction) == 1 for atom in found.atoms)


@settings(deadline=None, max_examples=8)
@given(seeds)
def test_the_trained_network_is_in_the_set(seed) -> None:
    problem = random_problem(np.random.default_rng(seed))
    solution = train(problem)
    found = optimal_set(problem, solution)
    network = solution.network
    for w, alpha in zip(network.hidden, network.output, strict=True):
        unit = w / np.linalg.norm(w)
        distance = [
            np.linalg.norm(unit - np.array(atom.direction, float))
            for atom in found.atoms
            if atom.output == np.sign(alpha)
        ]
        assert min(distance) < 1e-4
    assert found.minimum_width <= network.width or network.width == 0
    assert found.minimum_width <= problem.n


def test_the_ranges_of_weights_are_those_of_a_linear_program() -> None:
    """CVXPY minimises and maximises each weight over the polytope."""
    import cvxpy as cp

    found = segment()
    columns = np.array([[float(x) for x in atom.column] for atom in found.atoms]).T
    fit = columns @ np.array([float(x) for x in found.vertices[0]])
    for i in range(len(found.atoms)):
        t = cp.Variable(len(found.atoms), nonneg=True)
        constraints = [columns @ t == fit]
        low = cp.Problem(cp.Minimize(t[i]), constraints).solve(solver=cp.CLARABEL)
        high = cp.Problem(cp.Maximize(t[i]), constraints).solve(solver=cp.CLARABEL)
        values = [float(vertex[i]) for vertex in found.vertices]
        assert (min(values), max(values)) == pytest.approx((low, high), abs=1e-6)


def test_a_segment_of_optima_and_its_texts() -> None:
    found = segment()
    assert (found.dimension, len(found.vertices), found.minimum_width) == (1, 2, 2)
    assert not found.is_unique and found.is_proven and not found.rays
    assert str(found) == (
        "a polytope of dimension 1 with 2 vertices on 4 directions; the least width is 2 (proven)"
    )
    middle = found.between(*found.vertices, Fraction(1, 2))
    assert sum(1 for x in middle if x) == 4


def test_generic_data_have_one_optimum() -> None:
    rng = np.random.default_rng(3)
    problem = TrainingProblem(
        rng.normal(size=(8, 2)).round(3).tolist(), rng.normal(size=8).round(3).tolist(), "1/4"
    )
    found = optimal_set(problem)
    assert found.is_unique
    assert str(found) == f"the optimum is unique: {found.minimum_width} neurons (numerical, tolerance 1e-07)"


def test_a_neuron_on_a_wall_is_listed_once() -> None:
    """The best direction lies on the hyperplane between two chambers: both project onto it."""
    problem = TrainingProblem([[1, 0], [0, 1]], [3, "-1/2"], 1)
    found = exact_optimal_set(problem, (Fraction(1), Fraction(-1, 2)))
    assert [(atom.direction, atom.output) for atom in found.atoms] == [((1, 0), 1)]
    assert found.vertices == ((2,),)
    both = exact_optimal_set(TrainingProblem([[1, 0], [0, 1]], [3, -1], 1), (Fraction(1), Fraction(-1)))
    assert {(atom.direction, atom.output) for atom in both.atoms} == {((1, 0), 1), ((0, 1), -1)}
    assert len(both.atoms) == 2


def test_zero_is_the_only_optimum_above_beta_max() -> None:
    found = exact_optimal_set(TrainingProblem([[1, 0], [0, 1]], [3, 4], 6), (Fraction(3), Fraction(4)))
    assert found.is_unique and found.minimum_width == 0 and found.vertices == ((),)
    assert found.value == Fraction(25, 2)
    numerical = optimal_set(TrainingProblem([[1, 0], [0, 1]], [3, 4], 6))
    assert numerical.is_unique and numerical.minimum_width == 0


def test_absolute_values_have_a_twin_for_every_neuron() -> None:
    """phi(Xq) = phi(-Xq), so each neuron can be shared between q and -q."""
    problem = TrainingProblem([[3, 0], [0, 4]], [7, 9], 5, "abs")
    found = optimal_set(problem)
    assert found.dimension >= found.minimum_width >= 1
    for atom in found.atoms:
        twin = np.array([-float(x) for x in atom.direction])
        assert any(np.allclose(twin, [float(x) for x in other.direction], atol=1e-6) for other in found.atoms)


def test_a_dual_that_is_not_feasible_or_not_optimal_is_refused() -> None:
    problem = TrainingProblem([[1], [-1]], [3, 2], 1)
    with pytest.raises(InputError, match=r"dual is not feasible: norm_dual\(dual\)\^2 >= 4 > beta\^2 = 1"):
        exact_optimal_set(problem, (Fraction(2), Fraction(0)))
    with pytest.raises(InputError, match="dual is feasible but not optimal"):
        exact_optimal_set(problem, (Fraction(1), Fraction(1, 2)))


def test_a_network_that_is_not_optimal_is_refused() -> None:
    from types import SimpleNamespace

    problem = TrainingProblem([[1], [-1]], [3, 2], 1)
    poor = SimpleNamespace(network=TwoLayerNetwork([[1.0]], [1.0]))
    with pytest.raises(InputError, match=r"solution is not optimal: norm_dual of its residual is 2 beta"):
        optimal_set(problem, poor)


def test_a_polytope_without_columns_or_points() -> None:
    assert polytope([], (Fraction(0),)) == (((),), ())
    assert polytope([], (Fraction(1),)) == ((), ())
    assert polytope([(Fraction(1),)], (Fraction(-1),)) == ((), ())
