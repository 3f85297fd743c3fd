"""Lower rank: exact ranks, proven distances, intervals for the original problem."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, certify, train
from duality_checks.approximation.low_rank import (
    lipschitz_ratio,
    prior_bounds,
    reduce_rank,
    squared_loss_bound,
    transfer,
)
from duality_checks.networks.rational import RationalNetwork
from duality_checks.theorems.bounds import proven_interval
from duality_checks.theorems.samples import random_problem
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import rank

pytestmark = pytest.mark.usefixtures("undrawn")


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.integers(1, 3))
def test_the_reduced_matrix_has_the_rank_exactly_and_is_nearly_the_best(seed, k) -> None:
    problem = random_problem(np.random.default_rng(seed))
    if k > min(problem.X.shape):
        with pytest.raises(InputError, match=f"rank is {k}; give 1 to"):
            reduce_rank(problem, k)
        return
    found = reduce_rank(problem, k)
    assert rank(found.problem.X) <= k
    assert found.sigma.lower <= found.distance <= found.sigma.upper * (1 + Fraction(1, 2**18))
    measured = np.linalg.norm(problem.features - found.problem.features, 2)
    assert measured <= float(found.distance) * (1 + 1e-9) + 1e-12


def test_a_rank_that_is_not_exceeded_changes_nothing() -> None:
    problem = TrainingProblem([[1, 2], [2, 4]], [1, 1], 1)
    found = reduce_rank(problem, 1)
    assert found.problem is problem and found.distance == found.sigma.upper == 0


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6))
def test_the_transferred_interval_holds_the_optimum(seed) -> None:
    problem = random_problem(np.random.default_rng(seed))
    reduced = reduce_rank(problem, 1)
    proof = certify(reduced.problem, train(reduced.problem))
    network = RationalNetwork(proof.network_hidden, proof.network_output)
    found, full = transfer(reduced, network, proof.dual, problem.beta), proven_interval(problem)
    assert found.lower <= full.upper and full.lower <= found.upper


def nearly_flat() -> TrainingProblem:
    """Four samples of rank 2 whose second singular value is about a thousandth of the first."""
    return TrainingProblem([[4, 0], [3, "1/256"], [-4, "1/512"], [1, 0]], [1, 2, 3, -1], "1/2")


def test_a_small_singular_value_costs_little_and_the_prior_bound_says_how_little() -> None:
    problem = nearly_flat()
    reduced = reduce_rank(problem, 1)
    proof = certify(reduced.problem, train(reduced.problem))
    network = RationalNetwork(proof.network_hidden, proof.network_output)
    found = transfer(reduced, network, proof.dual, problem.beta)
    promised = prior_bounds(reduced, proof.upper, proof.dual)
    assert 1 <= found.ratio < Fraction(102, 100)
    assert promised.dual_ratio < Fraction(102, 100)
    assert found.upper <= promised.squared < found.upper * Fraction(11, 10)


def test_the_squared_loss_is_not_lipschitz() -> None:
    """A network for which the factor of a Lipschitz loss with G = 1 would be too small, and b(q) is not."""
    from duality_checks.exact.setting import Setting

    original = TrainingProblem([[2]], [100], 1)
    other = Setting.of(TrainingProblem([[1]], [100], 1))
    network = RationalNetwork([[7]], [7])
    q, shift = Setting.of(original).objective(network), Fraction(1)
    assert other.objective(network) > lipschitz_ratio(shift, original.beta, Fraction(0)) * q
    assert other.objective(network) <= squared_loss_bound(q, shift, original.beta)


def test_no_shift_no_loss() -> None:
    assert squared_loss_bound(Fraction(3), Fraction(0), Fraction(1)) == 3
    assert lipschitz_ratio(Fraction(0), Fraction(1), Fraction(9)) == 1
