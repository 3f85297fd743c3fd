"""The least norm that fits or separates: CVXPY over all chambers, closed forms, the limit of p*/beta."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import cvxpy
import numpy as np
import pytest
from by_cvxpy import NORMS, over_chambers
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, check, least_norm_fit, least_norm_margin, train
from duality_checks.cover.effort import Effort
from duality_checks.exact.judged import fit_of
from duality_checks.optima.spanning import UnreachableError
from hyperplane_arrangements.errors import InputError, TooLargeError


def instance(penalty="2-norm", activation="relu", n=6, d=2, seed=0):
    generator = np.random.default_rng(seed)
    X = np.column_stack([generator.permutation(range(-9, 10))[:n], *np.ones((d - 1, n), int)])
    X[:, 1:-1] = generator.integers(-9, 10, (n, d - 2))
    return TrainingProblem(X, generator.choice([-1, 1], n), 1, activation, penalty=penalty)


def over_all_chambers(problem, margin):
    """The two programs of statement 2.12 as written, by CVXPY."""
    fit, norm, cones = over_chambers(problem)
    goal = cvxpy.multiply(problem.target, fit) >= 1 if margin else fit == problem.target
    return cvxpy.Problem(cvxpy.Minimize(norm), [*cones, goal]).solve(solver="CLARABEL")


@pytest.mark.parametrize("margin", [False, True])
@pytest.mark.parametrize("penalty", NORMS)
@pytest.mark.parametrize("activation", ["relu", "leaky:1/10", "abs"])
def test_the_interval_is_proven_and_holds_the_programs_value(activation, penalty, margin):
    problem = instance(penalty, activation)
    found = (least_norm_margin if margin else least_norm_fit)(problem)
    assert float(found.upper) == pytest.approx(over_all_chambers(problem, margin), rel=1e-6)
    assert 0 <= found.relative_gap <= (1e-9 if penalty == "2-norm" else 0)
    assert found.lower == sum(v * y for v, y in zip(found.dual, problem.y, strict=True))
    outputs = fit_of(problem, found.network)
    if margin:
        assert min(y * f for y, f in zip(problem.y, outputs, strict=True)) >= 1
        assert all(v * y >= 0 for v, y in zip(found.dual, problem.y, strict=True))
    else:
        assert outputs == problem.y
    assert check(found.penalised, found.certificate).proven
    assert found.floats.width <= problem.n


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(-5, 5), min_size=1, max_size=3).filter(any))
def test_orthonormal_rows_need_one_neuron_a_sign(y):
    """X = I, ReLU: norm_dual(v) = max(norm(v+), norm(v-)) by 2.9, so g(y) = norm(y+) + norm(y-)."""
    found = least_norm_fit(TrainingProblem(np.eye(len(y), dtype=int), y, 1))
    expected = sum(np.linalg.norm(np.maximum(side * np.array(y, float), 0)) for side in (1, -1))
    assert float(found.lower) == pytest.approx(expected, rel=1e-9)
    assert float(found.upper) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("penalty", ["2-norm", "1-norm"])
def test_the_optimum_over_beta_tends_to_the_least_norm(penalty):
    problem = instance(penalty, n=5, d=3, seed=2)
    found = least_norm_fit(problem)
    half = sum(v * v for v in found.dual) / 2
    for beta in (Fraction(1, 10), Fraction(1, 1000)):
        value = train(problem.with_beta(beta)).upper / float(beta)
        assert value <= float(found.upper) * (1 + 1e-9)
        assert value >= float(found.lower - beta * half) * (1 - 1e-9)


def test_hard_margin_costs_no_more_than_a_fit():
    problem = instance(n=8, seed=3)
    assert least_norm_margin(problem).lower <= least_norm_fit(problem).upper


def test_a_pooled_convolution_is_fitted_exactly():
    generator = np.random.default_rng(4)
    problem = TrainingProblem(generator.integers(-3, 4, (6, 2)), [1, -2, 1], 1, readout=[0, 0, 1, 1, 2, 2])
    found = least_norm_fit(problem)
    assert fit_of(problem, found.network) == problem.y
    assert found.relative_gap <= 1e-9


@pytest.mark.slow
def test_thirty_samples_of_rank_three():
    generator = np.random.default_rng(5)
    X = np.column_stack([generator.standard_normal((30, 2)), np.ones(30)])
    problem = TrainingProblem(X, generator.choice([-1, 1], 30), 1)
    for find in (least_norm_fit, least_norm_margin):
        found = find(problem)
        assert 0 <= found.relative_gap <= 1e-9
        assert check(found.penalised, found.certificate).proven


def test_limits_leave_what_is_proven():
    """Where all directions are searched."""
    rows = np.c_[np.random.default_rng(3).integers(-9, 10, (22, 4)), np.ones(22, int)]
    problem = TrainingProblem(rows, [1, -1] * 11, 1)
    found = least_norm_fit(problem, effort=Effort(gap=0.5, seconds=1.5))
    assert 0 <= found.lower < found.upper
    assert tuple(fit_of(problem, found.network)) == problem.y  # exactly
    assert check(found.penalised, found.certificate).proven
    made = least_norm_fit(problem, effort=Effort(seconds=1e-9))
    assert (
        tuple(fit_of(problem, made.network)) == problem.y and check(made.penalised, made.certificate).proven
    )
    assert 0 <= made.lower <= found.upper <= made.upper and found.lower <= made.upper
    apart = least_norm_margin(problem, effort=Effort(seconds=1e-9))
    outputs = fit_of(problem, apart.network)
    assert min(y * f for y, f in zip(problem.y, outputs, strict=True)) >= 1
    assert apart.lower <= found.upper


def test_a_larger_bound_is_refused():
    """Negative control: a lower bound above the norm of a network that fits."""
    found = least_norm_fit(instance(n=4))
    beta = found.penalised.beta
    forged = replace(found.certificate, lower=found.upper * beta * Fraction(1001, 1000))
    assert not check(found.penalised, forged).proven
    longer = replace(found.certificate, dual=tuple(z * Fraction(101, 100) for z in found.certificate.dual))
    assert not check(found.penalised, longer).proven


def test_targets_that_no_network_fits_are_refused_with_the_proof():
    with pytest.raises(
        UnreachableError, match="y: no network fits the targets: a vector z, nonzero"
    ) as caught:
        least_norm_fit(TrainingProblem([[1, 1], [2, 2]], [1, 3], 1))
    assert caught.value.obstruction[0] == -2 * caught.value.obstruction[1] != 0  # z'(t, 2t) = 0, by hand


def test_labels_that_no_network_separates_are_refused_with_the_proof():
    with pytest.raises(UnreachableError, match="y: no network separates the labels") as caught:
        least_norm_margin(TrainingProblem([[1, 1], [2, 2]], [1, -1], 1))
    first, second = caught.value.obstruction
    assert first > 0 > second
    assert first == -2 * second


def test_other_bad_input_is_named():
    with pytest.raises(InputError, match=r"y\[0\]=3 is no label"):
        least_norm_margin(TrainingProblem([[1]], [3], 1))
    with pytest.raises(InputError, match="the least norm needs free="):
        least_norm_fit(TrainingProblem([[1]], [3], 1, free="intercept"))
    with pytest.raises(TooLargeError, match="chambers are predicted"):
        least_norm_fit(instance(n=8, d=3), max_chambers=10)
