"""The gated relaxation: CVXPY as oracle, lower bounds, and how loose it is."""

from __future__ import annotations

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.approximation.gated import _proven_below, gated_objective, gated_relaxation
from duality_checks.exact.norms import gradient
from duality_checks.theorems.bounds import proven_interval
from duality_checks.theorems.samples import random_problem
from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact.rational import dot


@pytest.mark.parametrize("seed", range(4))
def test_the_relaxation_is_the_group_lasso(seed) -> None:
    problem = random_problem(np.random.default_rng(seed))
    found = gated_relaxation(problem)
    assert float(found.lower) == pytest.approx(full_program(problem, cones=False), abs=1e-6)
    assert float(found.upper - found.lower) <= 1e-8 * max(1.0, float(found.upper))


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6))
def test_it_is_a_lower_bound_proven_from_both_sides(seed) -> None:
    problem = random_problem(np.random.default_rng(seed))
    found = gated_relaxation(problem)
    assert found.lower <= found.upper == gated_objective(problem, found.gates)
    assert found.lower <= proven_interval(problem).upper


def test_it_can_be_a_small_part_of_the_optimum() -> None:
    zigzag = TrainingProblem([[k, 1] for k in range(1, 9)], [(-1) ** k for k in range(8)], "1/50")
    assert gated_relaxation(zigzag).upper < proven_interval(zigzag).lower / 4


@pytest.mark.parametrize(("size", "beta"), [(1e-81, "1e-162"), (1e153, "1e306")])
def test_the_dual_is_feasible_where_squares_of_floats_are_not_normal(size, beta) -> None:
    """Once the longest gradient was sought among squares that underflow, and some were longer than beta."""
    rng = np.random.default_rng(0)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(20):
            X, y = size * rng.standard_normal((6, 3)), size * rng.standard_normal(6)
            problem = TrainingProblem(X, y, beta)
            table = problem.arrangement.chambers().signs
            _, dual = _proven_below(problem, table, problem.target)
            lengths = [dot(c, c) for c in (gradient(problem, signs, dual) for signs in table.tolist())]
            assert max(lengths) <= problem.beta**2


def test_size_and_kind_are_checked_before_the_work() -> None:
    with pytest.raises(TooLargeError):
        gated_relaxation(TrainingProblem(np.eye(8).tolist(), [1] * 8, 1), max_chambers=100)
    with pytest.raises(InputError, match="the gated relaxation needs loss='squared'"):
        gated_relaxation(TrainingProblem([[1]], [1], 1, loss="l1"))
