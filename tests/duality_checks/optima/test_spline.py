"""Splines of one feature: CVXPY, networks with free biases, and the problem that they are not."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, train
from duality_checks.exact.setting import Setting
from duality_checks.optima.spline import (
    function_space_penalty,
    kink_bound,
    plot_spline,
    spline_optimum,
)
from hyperplane_arrangements.errors import InputError

numbers = st.builds(Fraction, st.integers(-8, 8), st.integers(1, 4))
betas = st.builds(Fraction, st.integers(1, 12), st.just(8))
slopes = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1)])


@st.composite
def data(draw, most=6):
    n = draw(st.integers(1, most))
    x = draw(st.lists(numbers, min_size=n, max_size=n))
    return x, draw(st.lists(numbers, min_size=n, max_size=n))


def by_cvxpy(x, y, beta, kappa, kinks) -> float:
    import cvxpy as cp

    x, y = np.array(x, float), np.array(y, float)
    before = np.concatenate([x[:, None] - kinks, kinks - x[:, None]], axis=1)
    atoms = np.maximum(before, 0) + float(kappa) * np.minimum(before, 0)
    weights, constant = cp.Variable(atoms.shape[1]), cp.Variable()
    loss = 0.5 * cp.sum_squares(atoms @ weights + constant - y) + float(beta) * cp.norm1(weights)
    return float(cp.Problem(cp.Minimize(loss)).solve(solver=cp.CLARABEL))


@settings(deadline=None, max_examples=10)
@given(data(), betas, slopes)
def test_no_kinks_anywhere_do_better(pair, beta, kappa) -> None:
    """A Lasso over a fine grid that reaches beyond the data, the data among it."""
    x, y = pair
    grid = np.union1d(np.linspace(-10, 10, 81), np.array(x, float))
    found = spline_optimum(x, y, beta, kappa)
    assert float(found.value) == pytest.approx(by_cvxpy(x, y, beta, kappa, grid), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(data(), betas, slopes)
def test_the_optimum_is_proven_by_its_own_residual(pair, beta, kappa) -> None:
    x, y = pair
    found = spline_optimum(x, y, beta, kappa)
    assert sum(found.dual) == 0
    assert kink_bound(x, found.dual, kappa) <= beta
    square = sum(v * v for v in found.dual)
    assert found.value == sum(v * t for v, t in zip(found.dual, y, strict=True)) - square / 2
    assert set(found.kinks) <= set(x)
    assert tuple(map(found, x)) == found.fit


@settings(deadline=None, max_examples=40)
@given(data(), betas, st.lists(st.tuples(numbers, numbers, numbers), max_size=4), numbers)
def test_no_network_with_free_biases_is_better(pair, beta, neurons, constant) -> None:
    from duality_checks.networks.rational import RationalNetwork

    x, y = pair
    if not any(x):
        x[0] += 1
    problem = TrainingProblem([[p] for p in x], y, beta)
    hidden = tuple((w, b) for w, b, _ in neurons)
    network = RationalNetwork(hidden, tuple(a for _, _, a in neurons), constant)
    assert Setting.with_free_biases(problem).objective(network) >= spline_optimum(x, y, beta).value


@settings(deadline=None, max_examples=60)
@given(data(), betas)
def test_the_penalty_is_that_of_function_space(pair, beta) -> None:
    found = spline_optimum(*pair, beta)
    assert found.penalty == function_space_penalty(found)


@settings(deadline=None, max_examples=30)
@given(data(), betas, numbers)
def test_moving_all_samples_moves_the_kinks_and_nothing_else(pair, beta, shift) -> None:
    x, y = pair
    here, there = spline_optimum(x, y, beta), spline_optimum([p + shift for p in x], y, beta)
    assert (here.value, here.fit) == (there.value, there.fit)


def test_the_network_of_a_spline_has_its_value_once_balanced() -> None:
    found = spline_optimum([0, 1, 2, 4], [0, 3, 1, 2], "1/2")
    network = found.network()
    problem = TrainingProblem([[0], [1], [2], [4]], [0, 3, 1, 2], "1/2")
    residual = Setting.with_free_biases(problem).residual(network)
    assert residual == found.dual
    # Hidden weights are +-1: the rescaled penalty is the sum of the output weights.
    assert sum(map(abs, network.output)) == found.penalty


def test_a_penalised_bias_is_a_different_problem_with_kinks_off_the_data() -> None:
    x, y, beta = [0.0, 1.0, 2.0, 4.0, 5.0], [0.0, 3.0, 1.0, 2.0, -1.0], 0.5
    penalised = TrainingProblem([[p, 1.0] for p in x], y, beta)
    solution = train(penalised)
    kinks = -solution.network.hidden[:, 1] / solution.network.hidden[:, 0]
    off = [min(abs(kink - p) for p in x) for kink in kinks]
    assert max(off) > 0.05
    assert solution.lower > float(spline_optimum(x, y, beta).value) + 0.5


def test_far_kinks_are_unbounded_without_the_constant() -> None:
    with pytest.raises(InputError, match="the dual does not sum to zero"):
        kink_bound([Fraction(0)], [Fraction(1)], Fraction(0))


def test_a_lasso_without_the_constant_is_caught() -> None:
    """Were the atoms not centred, the residual would not sum to zero."""
    from duality_checks.exact.polyhedral import nonnegative_lasso

    atoms = [(Fraction(0), Fraction(1)), (Fraction(1), Fraction(0))]
    weights = nonnegative_lasso(atoms, (Fraction(5), Fraction(7)), Fraction(1))
    residual = [Fraction(5) - weights[1], Fraction(7) - weights[0]]
    assert sum(residual) != 0
    assert sum(spline_optimum([0, 1], [5, 7], 1).dual) == 0


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="x has 2 entries and y 1; give one target a sample"):
        spline_optimum([0, 1], [1], 1)
    with pytest.raises(InputError, match="beta"):
        spline_optimum([0, 1], [1, 2], 0)


def test_the_picture_is_drawn_on_the_axes_given() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    found = spline_optimum([0, 1, 2, 3], [0, 0, 0, 3], 1)
    assert plot_spline(found, [0, 1, 2, 3], [0, 0, 0, 3], ax=ax, title="spline") is ax
    assert len(ax.lines) == 2 + len(found.kinks)
    pyplot.close("all")
