"""Paths: proven points in a row, and the interval around beta_max."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, train
from duality_checks.optima.paths import beta_max, beta_path, slope_at_zero
from hyperplane_arrangements.errors import InputError

LOSSES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]


def problem(loss="squared", penalty="2-norm", readout="identity", seed=0):
    generator = np.random.default_rng(seed)
    X = np.column_stack([generator.integers(-6, 7, (6, 1)), np.ones(6, int)])
    n = 6 if readout == "identity" else 3
    y = generator.choice([-1, 1], n)
    return TrainingProblem(X, y, 1, loss=loss, penalty=penalty, readout=readout)


@pytest.mark.parametrize("readout", ["identity", [0, 1, 2, 0, 1, 2]])
@pytest.mark.parametrize("penalty", ["2-norm", "1-norm", "inf-norm"])
@pytest.mark.parametrize("loss", LOSSES)
def test_zero_is_optimal_from_beta_max_on_and_not_below(loss, penalty, readout):
    data = problem(loss, penalty, readout)
    lower, upper = beta_max(data)
    assert 0 < lower <= upper <= lower * (1 + Fraction(1, 10**9))
    assert lower == upper or penalty == "2-norm"
    zero = data.loss.value(np.zeros(data.n), data.target)
    assert train(data.with_beta(upper)).upper == pytest.approx(zero, rel=1e-12)
    below = data.with_beta(lower * Fraction(9, 10))
    certificate = certify(below, train(below))
    assert certificate.upper < data.loss.upper([Fraction(0)] * data.n, data.y)
    assert check(below, certificate).proven


def test_beta_max_is_below_the_group_lasso_guess():
    """Statement 2.6: the longest gradient, its chamber ignored, is no more than an upper bound."""
    data = problem(seed=4)
    signs = data.arrangement.chambers().signs
    guess = max(np.linalg.norm(data.features.T @ ((s > 0) * data.target)) for s in signs)
    assert beta_max(data)[1] < guess * 0.999


@settings(deadline=None, max_examples=20)
@given(st.sampled_from(LOSSES), st.integers(0, 100))
def test_the_slope_at_zero_is_the_derivative(loss, seed):
    data = problem(loss, seed=seed)
    v = slope_at_zero(data)
    assert data.loss.upper([Fraction(0)] * 6, data.y) >= data.loss.lower(v, data.y)
    value = data.loss.value(np.zeros(6), data.target)
    assert float(data.loss.lower(v, data.y)) == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize(
    ("loss", "penalty"),
    [
        ("squared", "2-norm"),
        ("hinge", "2-norm"),
        ("logistic", "2-norm"),
        ("squared", "1-norm"),
        ("l1", "inf-norm"),
        ("logistic", "1-norm"),
    ],
)
def test_every_point_of_a_path_is_proven_and_as_good_as_alone(loss, penalty):
    data = problem(loss, penalty)
    points = list(beta_path(data, ["3", "1", "1/3", "1/10"]))
    assert [point.problem.beta for point in points] == [3, 1, Fraction(1, 3), Fraction(1, 10)]
    uppers = [point.certificate.upper for point in points]
    assert uppers == sorted(uppers, reverse=True)
    for point in points:
        assert check(point.problem, point.certificate).proven
        assert point.certificate.relative_gap <= 1e-9
        alone = train(point.problem)
        assert point.solution.upper == pytest.approx(alone.upper, rel=1e-9)


@pytest.mark.parametrize(
    ("loss", "penalty"), [("squared", "1-norm"), ("hinge", "inf-norm"), ("l1", "2-norm")]
)
def test_a_start_is_used_and_changes_nothing(loss, penalty, monkeypatch):
    """From the optimum of a nearby problem there is less to solve; from nonsense the optimum is the same."""
    from duality_checks.training import atoms, conic

    solved = []
    home, name = {
        "squared": (atoms, "nonnegative_fit"),
        "hinge": (atoms, "solve_atoms"),
        "l1": (conic, "minimise"),
    }[loss]
    honest = getattr(home, name)
    monkeypatch.setattr(home, name, lambda *arguments: solved.append(1) or honest(*arguments))
    data = problem(loss, penalty, seed=2).with_beta("1/2")
    cold = train(data)
    first = len(solved)
    warm = train(data, start=cold.network)
    assert len(solved) - first == 1 <= first
    far = TwoLayerNetwork(np.array([[0.123, 0.456], [0.0, 0.0]]), np.array([1.0, 1.0]))
    for other in (warm, train(data, start=far)):
        assert other.upper == pytest.approx(cold.upper, rel=1e-9)
        assert check(data, certify(data, other)).proven


def test_a_path_is_lazy():
    points = beta_path(problem(), ["2", "1"])
    assert next(points).problem.beta == 2


@pytest.mark.parametrize(
    ("betas", "words"),
    [
        ([1, 2], r"betas\[1\]=2 is not below betas\[0\]=1; sort them, largest first"),
        ([1, 1], r"betas\[1\]=1 is not below"),
        ([1, 0], r"betas\[1\]=0 is not positive"),
    ],
)
def test_bad_paths_are_refused(betas, words):
    with pytest.raises(InputError, match=words):
        next(beta_path(problem(), betas))


def test_the_l1_loss_of_a_zero_target_has_no_slope():
    data = TrainingProblem([[1], [2]], [1, 0], 1, loss="l1")
    with pytest.raises(InputError, match=r"y\[1\]=0: the l1 loss has a kink at 0"):
        beta_max(data)


def test_no_target_no_beta_max():
    assert beta_max(TrainingProblem([[1], [2]], [0, 0], 1)) == (0, 0)


def test_the_zero_network_is_beaten_just_below_beta_max():
    """Negative control: at 0.99 beta_max the zero network is not optimal, and a neuron proves it."""
    data = problem()
    lower, _ = beta_max(data)
    below = data.with_beta(lower * Fraction(99, 100))
    nothing = TwoLayerNetwork(np.zeros((0, 2)), np.zeros(0))
    assert train(below).network.exact_objective(below) < nothing.exact_objective(below)
