"""The interval proven without a certificate agrees with the checker, and refuses what is false."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.cover.effort import WHOLE, Effort
from duality_checks.pricing import interval as proofs
from duality_checks.pricing.bounds import gradients
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.interval import (
    _exact_reach,
    _reach_by_cover,
    _shortest,
    prove_interval,
)
from duality_checks.pricing.landscape import Landscape
from duality_checks.pricing.multipliers import cone_multipliers
from hyperplane_arrangements.errors import InputError, TooLargeError

small = st.integers(-3, 3)


@st.composite
def problems(draw):
    d = draw(st.integers(1, 4))
    X = draw(st.lists(st.lists(small, min_size=d, max_size=d), min_size=1, max_size=6))
    X.append([1] * d)
    y = draw(st.lists(small, min_size=len(X), max_size=len(X)))
    return TrainingProblem(X, y, draw(st.sampled_from(["0.1", "1"])), draw(st.sampled_from(["relu", "abs"])))


@settings(max_examples=25)
@given(problems())
def test_it_agrees_with_the_checker(problem):
    solution = train(problem)
    interval = prove_interval(problem, solution)
    certificate = certify(problem, solution)
    assert check(problem, certificate).proven
    assert interval.upper == certificate.upper
    assert interval.lower <= certificate.upper and certificate.lower <= interval.upper
    assert interval.chambers == problem.arrangement.count_chambers()
    assert interval.relative_gap <= 1e-8


@settings(max_examples=25)
@given(problems(), st.integers(0, 2**32 - 1))
def test_the_float_bound_is_above_the_exact_norm(problem, seed):
    v = np.random.default_rng(seed).standard_normal(problem.n)
    landscape = Landscape.of(problem)
    signs = problem.arrangement.chambers().signs
    vectors, error = gradients(problem, signs, v)
    squares = _shortest(problem, landscape, signs, vectors, error)
    support, multipliers = cone_multipliers(landscape.rows, signs, vectors @ landscape.basis)
    for i in range(len(signs)):
        exact = _exact_square(problem, signs[i], v, support[i], multipliers[i])
        assert exact <= Fraction(float(squares[i])) * problem.beta**2
        least = _exact_reach(problem, signs[i], v) * problem.beta**2
        assert least <= exact <= least * (1 + Fraction(1, 2**30)) + Fraction(1, 10**12)


def _exact_square(problem, signs, v, support, multipliers):
    total = [Fraction(0)] * problem.d
    for k, row in enumerate(problem.X.fractions):
        slope = 1 if signs[k] > 0 else problem.kappa if signs[k] < 0 else 0
        weight = Fraction(float(v[k])) * slope
        weight += sum(
            Fraction(float(m)) * int(signs[k]) for j, m in zip(support, multipliers, strict=True) if j == k
        )
        total = [t + weight * x for t, x in zip(total, row, strict=True)]
    return sum(t * t for t in total)


def test_a_dual_that_is_no_solution_gives_a_weaker_but_true_bound():
    problem = TrainingProblem([[1, 1], [2, 1], [3, 1], [5, 1]], [1, 0, 2, 1], beta=0.3)
    solution = train(problem)
    worse = replace(solution, dual=problem.target)
    interval = prove_interval(problem, worse)
    assert interval.lower <= Fraction(solution.upper)
    assert interval.relative_gap > 1e-3


def test_an_infeasible_dual_is_not_accepted_as_it_is():
    """Negative control: the norm that decides is above beta on some chamber, exactly."""
    problem = TrainingProblem([[1, 1], [2, 1], [3, 1], [5, 1]], [1, 0, 2, 1], beta=0.3)
    landscape, signs = Landscape.of(problem), problem.arrangement.chambers().signs
    dual = 1.01 * train(problem).dual
    refused = 0
    for v in (dual, -dual):
        squares = _shortest(problem, landscape, signs, *gradients(problem, signs, v))
        refused += sum(_exact_reach(problem, signs[i], v) > 1 for i in np.flatnonzero(squares > 1))
    assert refused > 0


@pytest.mark.parametrize("d", [2, 3])
def test_products_beyond_the_range_of_floats_prove_nothing(d):
    """Once a NaN, which is not above 1, passed for a bound."""
    problem = TrainingProblem(1e200 * np.eye(d), 1e200 * np.ones(d), beta=1)
    small = TrainingProblem(np.eye(d), np.ones(d), beta=1)
    solution = replace(train(small), dual=problem.target)
    with np.errstate(all="ignore"), pytest.raises(InputError, match="rescale the data"):
        prove_interval(problem, solution)


@pytest.mark.parametrize(
    ("X", "y", "named"),
    [([["1e-320", 0], [0, 1]], [1, 1], r"X\[0\]"), ([[1, 0], [0, 1]], ["1e160", 1], r"y\[0\]")],
)
def test_numbers_that_floats_cannot_square_are_refused_before_training(X, y, named):
    with pytest.raises(InputError, match=f"{named} is of size .*; rescale the problem"):
        train(TrainingProblem(X, y, beta=1))


def test_an_entry_that_loses_digits_in_floats_proves_nothing():
    """Its rounding is no small share of itself, so that no bound would hold."""
    problem = TrainingProblem([["1", "1.7e-322"], [0, 1]], [1, 2], beta="0.1")
    with pytest.raises(InputError, match=r"X\[0, 1\] is too small or large .*; rescale the data or certify"):
        prove_interval(problem, train(problem))


def test_a_network_with_another_activation_proves_nothing():
    problem = TrainingProblem([[1, 1], [2, 1], [-3, 1]], [1, 0, 2], beta="0.3")
    other = TrainingProblem(problem.X, problem.y, problem.beta, "leaky:0.5")
    with pytest.raises(InputError, match="kappa=1/2"):
        prove_interval(problem, replace(train(problem), network=train(other).network))


@st.composite
def generic_rows(draw):
    d, n = draw(st.integers(2, 4)), draw(st.integers(4, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = draw(st.sampled_from([rng.standard_normal((n, d)), rng.integers(-3, 4, (n, d)).astype(float)]))
    X[:d] += 10 * np.eye(d)
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:0.5"]))
    return TrainingProblem(X, rng.standard_normal(n), 1, kappa), rng.standard_normal(n)


@settings(max_examples=40)
@given(generic_rows(), st.sampled_from([1e-3, 1e-6, 1e-9]))
def test_covers_prove_what_is_true_and_nothing_else(case, margin):
    """Just above the dual norm, as the list of chambers has it, the dual is proven; just below it is not."""
    problem, v = case
    size = dual_norm(problem, v)
    assert _reach_by_cover(problem.with_beta(size * (1 + margin)), v, WHOLE, None)[0] <= 1
    assert _reach_by_cover(problem.with_beta(size * (1 - margin)), v, WHOLE, None)[0] > 1


def test_concurrent_planes():
    X = [[1, 0, 1], [0, 1, 1], [1, 1, 2], [1, -1, 0], [1, 2, 3], [0, 0, 1]]
    problem = TrainingProblem(X, [1, -1, 2, 1, 0, 3], beta="0.2")
    interval = prove_interval(problem, train(problem))
    assert interval.relative_gap <= 1e-8


def test_many_chambers_are_covered():
    rng = np.random.default_rng(8)
    X = np.c_[rng.standard_normal((150, 2)), np.ones(150)]
    problem = TrainingProblem(X, np.sign(rng.standard_normal(150)), beta=1.5)
    interval = prove_interval(problem, train(problem))
    assert (interval.chambers, interval.exact) == (0, 0)
    assert interval.cones >= 12  # the faces of the cube in three coordinates, for the dual and its negative
    assert interval.relative_gap <= 1e-9


def test_many_chambers_of_the_twin_of_a_problem_with_free_biases():
    """The oracle is the independent checker's sweep."""
    rng = np.random.default_rng(8)
    X = np.c_[rng.standard_normal((150, 2)), np.ones(150)]
    problem = TrainingProblem(X, np.sign(rng.standard_normal(150)), beta=15, free="biases")
    solution = train(problem)
    interval, verdict = prove_interval(problem, solution), check(problem, certify(problem, solution))
    assert verdict.proven and interval.cones > 0
    assert interval.upper == verdict.upper and interval.relative_gap <= 1e-6


def test_a_search_that_comes_to_its_limit_says_so():
    rng = np.random.default_rng(8)
    X = np.c_[rng.standard_normal((30, 4)), np.ones(30)]
    problem = TrainingProblem(X, np.sign(rng.standard_normal(30)), beta=1)
    solution = train(problem, effort=Effort(gap="1/2"))
    assert prove_interval(problem, solution).relative_gap <= 0.5
    with pytest.raises(TooLargeError, match=r"came to its limit after .* cones; raise it, or ask for"):
        prove_interval(problem, solution, effort=Effort(cones=1))


@pytest.mark.parametrize("d", [4, 5])
def test_compiled_and_interpreted_proofs_are_of_the_same_interval(d, monkeypatch):
    rng = np.random.default_rng(d)
    X = np.c_[rng.standard_normal((14, d - 1)), np.ones(14)]
    problem = TrainingProblem(X, np.sign(rng.standard_normal(14)), beta=0.3)
    solution = train(problem)
    plain = prove_interval(problem, solution)
    monkeypatch.setattr(proofs, "WORTH_COMPILING", 0)
    assert prove_interval(problem, solution) == plain


@pytest.mark.parametrize("loss", ["l1", "huber:1/2", "hinge", "squared-hinge", "logistic"])
@pytest.mark.parametrize("terms", [{}, {"free": "decayed-intercept"}, {"sample_weights": range(1, 8)}])
def test_other_losses_weights_and_a_decayed_intercept(loss, terms):
    """The oracle is the independent checker."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(-3, 4, (7, 2)), np.ones(7)])
    problem = TrainingProblem(X, rng.choice([-1, 1], 7), "1/3", loss=loss, **terms)
    solution = train(problem)
    found, verdict = prove_interval(problem, solution), check(problem, certify(problem, solution))
    assert verdict.proven and found.upper == verdict.upper
    assert 0 <= found.lower <= verdict.upper and found.relative_gap < 1e-6


def test_something_free_needs_the_squared_loss():
    problem = TrainingProblem([[1, 1], [2, 1]], [1, -1], beta=0.1, loss="hinge", free="biases")
    with pytest.raises(InputError, match=r"needs loss='squared' where something is free, .* has 'hinge'"):
        prove_interval(problem, train(problem))


def test_limits_and_duals_of_another_length():
    problem = TrainingProblem(np.random.default_rng(0).standard_normal((12, 3)), np.ones(12), beta=0.5)
    solution = train(problem)
    with pytest.raises(TooLargeError):
        prove_interval(problem, solution, max_chambers=10)
    other = TrainingProblem([[1, 1], [2, 1]], [1, -1], beta=0.1)
    with pytest.raises(InputError, match=r"solution.dual has shape \(12,\); give one entry a sample, \(2,\)"):
        prove_interval(other, solution)


def test_progress_counts_all_chambers():
    problem = TrainingProblem(np.random.default_rng(0).standard_normal((12, 3)), np.ones(12), beta=0.5)
    seen = []
    prove_interval(problem, train(problem), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (134, 134)


def test_a_chamber_as_thin_as_floats_allow_is_proven_in_rationals():
    """Once the multipliers there, some 10^15 times the gradient, cost a third of the bound."""
    almost = Fraction(2**51 + 1, 2**51)
    X = [[1, 1, 0], [0, -1, 1], [0, 1, 2], [0, 1, 2], [0, -1, 1], [1, 1, 0], [almost, 1, 0]]
    problem = TrainingProblem(X, [0, 0, 0, -1, "-1/2", "1/2", 0], beta=1)
    solution = train(problem)
    interval, certificate = prove_interval(problem, solution), certify(problem, solution)
    assert check(problem, certificate).proven
    assert max(interval.relative_gap, certificate.relative_gap) < 1e-9
