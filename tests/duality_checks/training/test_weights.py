"""Weighted samples and decayed intercepts, from training to the checker: against rows given several times,
closed forms, other solvers, and networks trained without any convexity."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rationals import fractions
from scipy.optimize import minimize

from duality_checks import TrainingProblem, TwoLayerNetwork, beta_path, certify, check, train
from duality_checks.exact.polyhedral import optimum
from duality_checks.optima.paths import approximate_beta_max, beta_max
from duality_checks.terms.free import NAMES
from hyperplane_arrangements.errors import InputError

LOSSES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]
LABELLED = {"hinge", "squared-hinge", "logistic"}


def instance(loss, seed=0, n=6, features=2):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.integers(-3, 4, (n, features)), np.ones(n)])
    y = rng.choice([-1, 1], n) if loss in LABELLED else rng.integers(-3, 4, n)
    return X, y, rng.integers(1, 4, n)


def proven(problem):
    certificate = certify(problem, train(problem))
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    return certificate


# A row given k times is a row of weight k.


def agree(one, other, gap):
    """Both intervals are proven, narrow, and of the same p*."""
    assert one.lower <= other.upper and other.lower <= one.upper
    scale = max(one.upper, Fraction(1, 100))
    assert one.upper - one.lower <= gap * scale and other.upper - other.lower <= gap * scale


@pytest.mark.parametrize(
    ("loss", "free"), list(product(LOSSES, ["nothing", "intercept", "decayed-intercept"]))
)
def test_rows_given_several_times_are_weights(loss, free):
    X, y, counts = instance(loss)
    heavy = TrainingProblem(X, y, "1/3", loss=loss, free=free, sample_weights=counts)
    many = TrainingProblem(np.repeat(X, counts, axis=0), np.repeat(y, counts), "1/3", loss=loss, free=free)
    agree(proven(heavy), proven(many), Fraction(1, 10**7))


@pytest.mark.parametrize("penalty", ["1-norm", "inf-norm"])
@pytest.mark.parametrize(
    ("loss", "free"), list(product(["squared", "l1", "hinge"], [*NAMES[:3], *NAMES[4:6]]))
)
def test_rows_given_several_times_are_weights_exactly_with_polyhedral_norms(penalty, loss, free):
    X, y, counts = instance(loss, features=1)
    terms = {"loss": loss, "penalty": penalty, "free": free}
    heavy = proven(TrainingProblem(X, y, "1/3", sample_weights=counts, **terms))
    many = proven(TrainingProblem(np.repeat(X, counts, axis=0), np.repeat(y, counts), "1/3", **terms))
    if free == "decayed-intercept" and loss != "squared":  # no linear program: numerical
        agree(heavy, many, Fraction(1, 10**9))
    else:
        assert heavy.lower == heavy.upper == many.lower == many.upper


@settings(max_examples=8)
@given(st.data())
def test_a_row_twice_is_weight_two(data):
    rows = data.draw(st.lists(st.tuples(*[st.integers(-4, 4)] * 2), min_size=2, max_size=6))
    assume(any(map(any, rows)))
    y = data.draw(st.lists(fractions(-4, 4, 6), min_size=len(rows), max_size=len(rows)))
    k = data.draw(st.integers(0, len(rows) - 1))
    weights = [1 + (j == k) for j in range(len(rows))]
    heavy = TrainingProblem(rows, y, "1/2", sample_weights=weights)
    twice = TrainingProblem([*rows, rows[k]], [*y, y[k]], "1/2")
    network = train(heavy).network
    assert network.exact_objective(heavy) == network.exact_objective(twice)
    agree(proven(heavy), proven(twice), Fraction(1, 10**9))


@pytest.mark.parametrize("free", ["linear", "intercept+linear", "biases", "biases+linear"])
def test_weights_with_every_free_part(free):
    X, y, counts = instance("squared", seed=4)
    heavy = TrainingProblem(X, y, "1/5", free=free, sample_weights=counts)
    many = TrainingProblem(np.repeat(X, counts, axis=0), np.repeat(y, counts), "1/5", free=free)
    agree(proven(heavy), proven(many), Fraction(1, 10**9))


@pytest.mark.parametrize("loss", LOSSES)
def test_weights_and_beta_have_one_common_scale(loss):
    """All weights and beta times c: the same problem, c times as large, however large or small c is."""
    X, y, counts = instance(loss, seed=2)
    plain = proven(TrainingProblem(X, y, "1/3", loss=loss, sample_weights=counts))
    for c in (Fraction(10) ** 9, Fraction(1, 10**9)):
        scaled = [c * int(w) for w in counts]
        large = proven(TrainingProblem(X, y, c / 3, loss=loss, sample_weights=scaled))
        assert large.lower <= c * plain.upper and c * plain.lower <= large.upper
        assert large.relative_gap < 1e-7


def test_uneven_weights_are_proven():
    X, y, _ = instance("squared", seed=5)
    for loss in ("squared", "huber:1/2"):
        weights = [10**6, 1, "1/1000000", 3, 10**3, "1/7"]
        assert proven(TrainingProblem(X, y, "1/3", loss=loss, sample_weights=weights)).relative_gap < 1e-7


# Closed forms.


@given(st.fractions("1/8", 8), st.fractions("1/8", 8), st.fractions("1/8", 2))
@settings(max_examples=10)
def test_one_feature_is_two_weighted_soft_thresholds(a, b, beta):
    """Rows 1 and -1, targets 3 and 2: min over t >= 0 of w/2 (t - y)^2 + beta t, twice (statement 2.11)."""
    certificate = proven(TrainingProblem([[1], [-1]], [3, 2], beta, sample_weights=[a, b]))
    value = sum(beta * y - beta**2 / (2 * w) if w * y > beta else w * y**2 / 2 for w, y in ((a, 3), (b, 2)))
    assert certificate.lower <= value <= certificate.upper
    assert certificate.upper - certificate.lower <= Fraction(1, 10**9)


@given(st.fractions("1/9", 9), st.lists(st.fractions("1/9", 9), min_size=3, max_size=3))
@settings(max_examples=10)
def test_a_decayed_intercept_alone(beta, weights):
    """Rows 0, 0 and 1e-6, where no neuron pays: b = sum(w y) / (sum(w) + beta), by calculus."""
    y = [Fraction(3), Fraction(-1), Fraction(4)]
    problem = TrainingProblem([[0], [0], ["1e-6"]], y, beta, free="decayed-intercept", sample_weights=weights)
    best = sum(w * t for w, t in zip(weights, y, strict=True)) / (sum(weights) + beta)
    value = sum(w * (t - best) ** 2 for w, t in zip(weights, y, strict=True)) / 2 + beta * best**2 / 2
    solution = train(problem)
    assert solution.network.width == 0 and solution.network.intercept == pytest.approx(float(best))
    certificate = proven(problem)
    assert certificate.lower <= value <= certificate.upper and certificate.relative_gap < 1e-9


def test_the_price_of_an_intercept_is_between_free_and_none():
    X, y, _ = instance("squared", seed=1)
    values = [
        proven(TrainingProblem(X, y + 5, 2, free=free))
        for free in ("intercept", "decayed-intercept", "nothing")
    ]
    assert values[0].upper < values[1].lower < values[1].upper < values[2].lower


# Other solvers, and training without convexity.


@pytest.mark.parametrize("loss", ["squared", "huber:1/2", "logistic"])
def test_descent_in_all_parameters_ends_at_the_proven_optimum(loss):
    """What PyTorch's SGD does with weight_decay: the gradient of every parameter, the biases included."""
    X, y, weights = instance(loss, seed=7, n=5, features=1)
    problem = TrainingProblem(X, y, "1/2", loss=loss, free="decayed-intercept", sample_weights=weights)
    certificate = proven(problem)
    rng, width, best = np.random.default_rng(0), 5, np.inf
    for _ in range(8):
        found = minimize(lambda p: plainly(problem, p, width), rng.normal(size=3 * width + 1), method="BFGS")
        assert certificate.lower <= Fraction(found.fun) + Fraction(1, 10**9)
        best = min(best, found.fun)
    assert best == pytest.approx(float(certificate.upper), rel=1e-3)


def plainly(problem, parameters, width):
    """The objective as a loop over parameters would compute it."""
    hidden, output, b = parameters[: 2 * width].reshape(width, 2), parameters[2 * width : -1], parameters[-1]
    f = np.maximum(problem.features @ hidden.T, 0) @ output + b
    y, loss = problem.target, problem.loss.base.name
    e = np.abs(f - y)
    each = {
        "squared": (f - y) ** 2 / 2,
        "huber:1/2": np.where(e <= 0.5, e**2 / 2, 0.5 * e - 0.125),
        "logistic": np.logaddexp(0, -y * f),
    }[loss]
    return float(each @ problem.weight_floats + float(problem.beta) / 2 * parameters @ parameters)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_full_program_with_weights_through_cvxpy(loss):
    X, y, weights = instance(loss, seed=3, n=5, features=1)
    problem = TrainingProblem(X, y, "1/3", loss=loss, sample_weights=weights, free="decayed-intercept")
    certificate = proven(problem)
    assert float(certificate.upper) == pytest.approx(full_program(problem), rel=1e-6, abs=1e-7)


def test_scikit_learns_weighted_ridge_is_the_linear_part():
    """Where all rows are on one side of zero the network is linear: two opposite cones, one weight vector."""
    sklearn = pytest.importorskip("sklearn.linear_model")
    x, y, weights = np.array([1.0, 2.0, 3.0]), np.array([2.0, 3.0, 7.0]), np.array([1.0, 2.0, 3.0])
    # One neuron of slope t costs beta t: half the weighted squares and a lasso of one positive coefficient.
    model = sklearn.Lasso(alpha=0.5 / weights.sum(), fit_intercept=False, positive=True)
    slope = model.fit(x[:, None], y, sample_weight=weights).coef_[0]
    value = (weights * (x * slope - y) ** 2).sum() / 2 + 0.5 * slope
    certificate = proven(TrainingProblem(x[:, None], y, 0.5, sample_weights=weights))
    assert float(certificate.upper) == pytest.approx(value, rel=1e-6)


# beta_max.


@pytest.mark.parametrize(("loss", "weights"), list(product(LOSSES, [None, [2, 1, "1/2", 3, 1, 1]])))
def test_the_zero_network_is_optimal_from_beta_max_on(loss, weights):
    X, y, _ = instance(loss, seed=6)
    y = np.where(y == 0, 1, y)
    problem = TrainingProblem(X, y, 1, loss=loss, sample_weights=weights)
    most = approximate_beta_max(problem)
    lower, upper = beta_max(problem)
    assert float(lower) == pytest.approx(most) == pytest.approx(float(upper))
    assert train(problem.with_beta(1.001 * most)).network.width == 0
    assert train(problem.with_beta(0.9 * most)).network.width > 0


@pytest.mark.parametrize(
    ("loss", "penalty"), [("squared", "2-norm"), ("logistic", "2-norm"), ("squared", "1-norm")]
)
def test_no_neuron_pays_from_beta_max_on_beside_a_decayed_intercept(loss, penalty):
    X, y, weights = instance(loss, seed=8, features=1)
    problem = TrainingProblem(
        X, y, 1, loss=loss, penalty=penalty, sample_weights=weights, free="decayed-intercept"
    )
    most = approximate_beta_max(problem)
    assert train(problem.with_beta(1.001 * most)).network.width == 0
    assert train(problem.with_beta(0.9 * most)).network.width > 0


def test_targets_that_are_nothing_but_an_intercept_need_no_neuron():
    problem = TrainingProblem([[1], [2]], [1, 1], 1, free="decayed-intercept")
    assert approximate_beta_max(problem.with_beta(5)) >= 0
    path = list(beta_path(problem, [3, 1]))
    assert all(check(point.problem, point.certificate).proven for point in path)


# What is refused.


def test_an_intercept_that_decays_is_of_its_problem():
    network = TwoLayerNetwork([[1.0, 0.0]], [1.0], intercept=2.0)
    decayed, none = (
        TrainingProblem([[1, 1], [2, 1]], [0, 0], 1, free=free) for free in ("decayed-intercept", "nothing")
    )
    # f = 3, 4: (9 + 16)/2, and (1 + 1 + 4)/2.
    assert network.exact_objective(decayed) == Fraction(31, 2) and network.objective(decayed) == 15.5
    with pytest.raises(InputError, match="the network has an intercept, which the problem"):
        network.exact_objective(none)


def test_exact_programs_refuse_what_is_none():
    problem = TrainingProblem([[1], [2]], [1, 3], 1, free="decayed-intercept")
    with pytest.raises(InputError, match="loss='l1' with an intercept that decays gives no linear program"):
        optimum(problem, "1-norm", "l1")
    assert (found := optimum(problem, "1-norm")).upper == found.lower
