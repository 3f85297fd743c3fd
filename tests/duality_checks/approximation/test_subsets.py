"""Optima over some chambers: CVXPY as oracle, proven intervals, and the trap of a sample's own gap."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from by_cvxpy import full_program
from degenerate import fractions, problems
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.approximation.dual_norm_bounds import relaxed_bound, spectral_bound
from duality_checks.approximation.subsets import (
    chambers_of_directions,
    interval,
    interval_by_chambers,
    restricted_to,
)
from duality_checks.exact.norms import dual_norm_squared, gradient, project
from duality_checks.networks.rational import RationalNetwork
from duality_checks.theorems.bounds import proven_interval
from duality_checks.theorems.samples import random_problem
from hyperplane_arrangements.errors import InputError


@pytest.mark.parametrize("seed", range(4))
def test_a_restricted_optimum_is_that_of_the_convex_program(seed) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng)
    table = problem.arrangement.chambers().signs
    chosen = table[rng.permutation(len(table))[: max(1, len(table) // 2)]]
    found = restricted_to(problem, chosen)
    assert float(found.upper) == pytest.approx(full_program(problem, chosen), abs=1e-6)
    assert found.check().holds


@settings(deadline=None, max_examples=8)
@given(problems(6), st.integers(0, 999))
def test_the_interval_holds_the_optimum_and_all_chambers_close_it(problem, seed) -> None:
    full = proven_interval(problem)
    directions = np.random.default_rng(seed).normal(size=(3, problem.d))
    some = interval_by_chambers(problem, chambers_of_directions(problem, directions))
    assert some.lower <= full.upper and full.lower <= some.upper
    everything = interval_by_chambers(problem, problem.arrangement.chambers().signs)
    # The objective is flat at the optimum: a network within 1e-12 of it has a dual within 1e-6 only.
    assert everything.relative_gap < 1e-5


@settings(deadline=None, max_examples=12)
@given(problems(6), st.data())
def test_relaxed_bounds_are_above_the_exact_dual_norm(problem, data) -> None:
    v = tuple(data.draw(st.lists(fractions, min_size=problem.n, max_size=problem.n)))
    exact, found = dual_norm_squared(problem, v), relaxed_bound(problem, v)
    assert found.bound**2 >= exact
    assert found.bound <= spectral_bound(problem, v)
    assert found.attained**2 <= float(exact) * (1 + 1e-9) + 1e-18


def test_a_residual_on_zero_rows_only_has_norm_zero() -> None:
    problem = TrainingProblem([[0, 0], [1, 0]], [1, 1], 1)
    assert relaxed_bound(problem, (Fraction(3), Fraction(0))).bound == 0


def test_the_relaxation_is_far_better_than_the_spectral_bound() -> None:
    rng = np.random.default_rng(1)
    X, v = rng.normal(size=(15, 4)).round(3), rng.normal(size=15).round(3)
    problem = TrainingProblem(X.tolist(), v.tolist(), 1)
    exact = tuple(map(Fraction, v.tolist()))
    found = relaxed_bound(problem, exact)
    assert found.looseness < 1.5
    assert found.bound < spectral_bound(problem, exact) / 2


def test_one_side_of_the_dual_norm_is_not_enough() -> None:
    """Were -v forgotten, the bound would be broken."""
    from duality_checks.approximation.dual_norm_bounds import _one_sided

    problem, v = TrainingProblem([[1], [-1]], [1, 1], 1), (Fraction(-2), Fraction(-3))
    assert _one_sided(problem, v).bound ** 2 < dual_norm_squared(problem, v) == 9


def test_a_gap_of_zero_over_a_sample_proves_nothing() -> None:
    """The dual norm measured on the sampled chambers only puts the 'lower bound' above p*."""
    problem = TrainingProblem([[1], [-1]], [3, 2], 1)
    found = restricted_to(problem, [(1, -1)])
    sampled = max(
        project(
            problem.X.fractions, (1, -1), tuple(s * x for x in gradient(problem, (1, -1), found.dual))
        ).square
        for s in (1, -1)
    )
    wrong = interval(problem, found.network, found.dual, sampled, "sampled chambers only")
    assert wrong.relative_gap < 1e-9
    assert wrong.lower > proven_interval(problem).upper
    right = interval_by_chambers(problem, [(1, -1)])
    assert right.lower <= 4 <= right.upper


@given(
    st.sampled_from(["l1", "hinge"]),
    st.lists(st.tuples(st.sampled_from([-1, 1]), st.floats(0.01, 0.4)), min_size=1, max_size=4),
)
def test_a_multiple_an_ulp_outside_the_domain_is_not_thrown_away(loss, entries) -> None:
    """On the identity the dual norm is no obstacle to `beta = 10**6`: the best multiple ends at 1 exactly."""
    labels = [y for y, _ in entries]
    problem = TrainingProblem(np.eye(len(labels)), labels, 10**6, loss=loss)
    dual = tuple(y * Fraction(a) for y, a in entries)
    found = interval(problem, RationalNetwork([], []), dual, Fraction(len(labels)), "by hand")
    best = sum(map(abs, dual)) / max(map(abs, dual))
    assert best * (1 - Fraction(1, 10**12)) <= found.lower <= best


def test_directions_on_a_hyperplane_pick_no_chamber() -> None:
    problem = TrainingProblem([[1, 0], [0, 1], [0, 0]], [1, 2, 3], 1)
    assert chambers_of_directions(problem, [[0, 1], [1, 1], [2, 1]]).tolist() == [[1, 1, 0]]


def test_no_chambers_leave_the_zero_network() -> None:
    problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], 1)
    found = interval_by_chambers(problem, [])
    assert found.network.width == 0 and found.upper == Fraction(25, 2)
    assert found.norm_bound == 5 and found.scale == Fraction(1, 5)


def test_texts_and_errors_say_what_is_proven() -> None:
    problem = TrainingProblem([[1], [-1]], [3, 2], 1)
    found = interval_by_chambers(problem, [(1, -1)])
    # The upper bound is 9/2 and a little more, and 9/2 over 23/8 is 1.5652...: both are rounded up.
    assert str(found) == "23/8 <= p* <= 4.501, ratio at most 1.566 (proven: dual norm over all chambers)"
    nothing = interval(problem, found.network, (Fraction(-1), Fraction(-1)), Fraction(1), "")
    assert nothing.ratio is None and "no ratio" in str(nothing)
    zero = interval_by_chambers(TrainingProblem([[1]], [0], 1), [])
    assert zero.ratio == 1 and zero.relative_gap == 0
    with pytest.raises(InputError, match="some chambers needs loss='squared', and the problem has 'l1'"):
        restricted_to(TrainingProblem([[1]], [1], 1, loss="l1"), [(1,)])
    with pytest.raises(InputError, match="some chambers needs readout='identity'"):
        restricted_to(TrainingProblem([[1], [2]], [1], 1, readout=[0, 0]), [(1, 1)])
    with pytest.raises(InputError, match="some chambers needs free='nothing', and the problem has 'linear'"):
        restricted_to(TrainingProblem([[1]], [1], 1, free="linear"), [(1,)])
