"""The dual norm over all chambers, against closed forms, brute force and the chamber list."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.landscape import Landscape
from duality_checks.pricing.pricers import ChamberList, Sweep, pricer
from hyperplane_arrangements.errors import TooLargeError

small = st.integers(-3, 3)


@st.composite
def problems(draw, ranks=(1, 2, 3), rows=7):
    d = draw(st.sampled_from(ranks))
    n = draw(st.integers(1, rows))
    X = draw(st.lists(st.lists(small, min_size=d, max_size=d), min_size=n, max_size=n))
    X.append([1] * d)
    y = draw(st.lists(small, min_size=n + 1, max_size=n + 1))
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:0.25"]))
    return TrainingProblem(X, y, beta=1, activation=kappa)


def by_chambers(problem, v):
    """The dual norm by its definition: on each chamber of the exact list a program of its own (NNLS)."""
    from scipy.optimize import nnls

    X, best = problem.features, 0.0
    for signs in problem.arrangement.chambers().signs:
        slopes = np.where(signs > 0, 1.0, np.where(signs < 0, float(problem.kappa), 0.0))
        for sign in (1, -1):
            gradient = sign * X.T @ (slopes * v)
            best = max(best, nnls((signs[:, None] * X).T, -gradient, maxiter=1000)[1])
    return best


@settings(max_examples=60)
@given(problems())
def test_dual_norm_is_the_maximum_over_the_exact_chambers(problem):
    assert dual_norm(problem, problem.target) == pytest.approx(
        by_chambers(problem, problem.target), rel=1e-9, abs=1e-9
    )


@settings(max_examples=15)
@given(problems(ranks=(4, 5), rows=6))
def test_degenerate_arrangements_of_higher_rank(problem):
    assert dual_norm(problem, problem.target) == pytest.approx(
        by_chambers(problem, problem.target), rel=1e-9, abs=1e-9
    )


@settings(max_examples=40)
@given(problems(), st.integers(0, 2**32 - 1))
def test_no_direction_is_above_the_dual_norm(problem, seed):
    v = problem.target
    directions = np.random.default_rng(seed).standard_normal((200, problem.d))
    before = problem.features @ directions.T
    values = v @ (np.maximum(before, 0) + float(problem.kappa) * np.minimum(before, 0))
    assert np.all(
        np.abs(values) <= np.linalg.norm(directions, axis=1) * dual_norm(problem, v) * (1 + 1e-9) + 1e-12
    )


@settings(max_examples=40)
@given(problems())
def test_every_reported_maximum_is_attained(problem):
    landscape = Landscape.of(problem)
    found = pricer(problem, landscape, 10**6).maxima(problem.target, 0.0)
    assert np.all(np.diff(found.values) <= 0)
    assert np.allclose(np.linalg.norm(found.directions, axis=1), 1)
    directions = landscape.lift(found.directions)
    before = problem.features @ directions.T
    phi = np.maximum(before, 0) + float(problem.kappa) * np.minimum(before, 0)
    assert found.signs * (problem.target @ phi) == pytest.approx(found.values, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("rank", [2, 3, 4, 5])
def test_circles_and_chamber_list_agree_in_general_position(rank):
    rng = np.random.default_rng(rank)
    problem = TrainingProblem(rng.standard_normal((9, rank)), rng.standard_normal(9), beta=1)
    landscape = Landscape.of(problem)
    sweep = pricer(problem, landscape, 10**6)
    assert isinstance(sweep, Sweep)
    signs = problem.arrangement.chambers().signs * np.sign(landscape.lengths).astype(np.int8)
    listed = ChamberList(landscape, signs).maxima(problem.target, 0.0)
    found = sweep.maxima(problem.target, 0.0)
    assert found.values[0] == pytest.approx(listed.values[0], rel=1e-12)
    for k in range(1, min(4, len(found))):  # every local maximum is the maximum of its own chamber
        assert np.abs(listed.values - found.values[k]).min() < 1e-12


@settings(max_examples=30)
@given(problems(ranks=(1, 2, 3, 4), rows=6))
def test_the_absolute_value_needs_one_chamber_of_each_pair(problem):
    """Statement 2.10: half of the work finds the same maxima as all of the chambers, each neuron once."""
    even = TrainingProblem(problem.X, problem.y, 1, "abs")
    landscape = Landscape.of(even)
    prices = pricer(even, landscape, 10**6)
    found = prices.maxima(even.target, 0.0)
    signs = even.arrangement.chambers().signs
    owner = landscape.hyperplane_of_row
    first = [owner.tolist().index(j) for j in range(len(landscape.normals))]
    signs = signs[:, first] * np.sign(landscape.lengths[first]).astype(np.int8)
    everything = ChamberList(landscape, signs).maxima(even.target, 0.0)
    if isinstance(prices, ChamberList):
        assert len(prices._signs) == len(signs) // 2
    assert len(found) > 0 or len(everything) == 0
    if len(found):
        assert found.values[0] == pytest.approx(everything.values[0], rel=1e-9)
    pairs = found.directions @ found.directions.T
    pairs[np.not_equal.outer(found.signs, found.signs)] = 0
    assert not (pairs < -1 + 1e-12).any()


@pytest.mark.parametrize("activation", ["abs", "relu"])
def test_an_even_activation_lists_half_as_many_maxima(activation):
    """Negative control: the ReLU does tell u from -u, and half of the chambers would not do."""
    rng = np.random.default_rng(1)
    problem = TrainingProblem(rng.standard_normal((12, 3)), rng.standard_normal(12), 1, activation)
    landscape = Landscape.of(problem)
    signs = problem.arrangement.chambers().signs * np.sign(landscape.lengths).astype(np.int8)
    best = [
        ChamberList(landscape, signs[signs[:, 0] == side]).maxima(problem.target, 0.0).values[0]
        for side in (1, -1)
    ]
    assert (abs(best[0] - best[1]) < 1e-12) == (activation == "abs")
    found = pricer(problem, landscape, 10**6).maxima(problem.target, 0.0).values
    listed = ChamberList(landscape, signs).maxima(problem.target, 0.0).values
    assert found[0] == pytest.approx(listed[0], rel=1e-12)
    if activation == "abs":
        assert np.unique(found.round(9), return_counts=True)[1].max() == 1
        assert np.unique(listed.round(9), return_counts=True)[1].min() == 2


def test_whitened_data_have_the_closed_form():
    """X X' = I and ReLU: the larger of the norms of the positive and the negative part (statement 2.9)."""
    v = np.array([3.0, -1.0, 4.0, -2.0])
    problem = TrainingProblem(np.eye(4, 6), v, beta=1)
    assert dual_norm(problem, v) == pytest.approx(5.0, rel=1e-14)
    assert dual_norm(problem, np.array([1.0, -3.0, 1.0, -4.0])) == pytest.approx(5.0, rel=1e-14)


def test_one_sample_by_hand():
    problem = TrainingProblem([[3, 4]], [2], beta=1)
    assert dual_norm(problem, np.array([2.0])) == pytest.approx(10.0)


def test_a_chamber_left_out_is_missed():
    """The negative control of completeness: without the best chamber, the list reports less."""
    rng = np.random.default_rng(3)
    X = [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1], [0, 0, 2, 1]]
    problem = TrainingProblem(X, rng.standard_normal(6), beta=1)
    landscape = Landscape.of(problem)
    complete = pricer(problem, landscape, 10**6)
    assert isinstance(complete, ChamberList)
    best = complete.maxima(problem.target, 0.0)
    signs = complete._signs
    closure = np.all(signs * (landscape.normals @ best.directions[0]) >= -1e-9, axis=1)
    assert 0 < closure.sum() < len(signs)
    partial = ChamberList(landscape, signs[~closure]).maxima(problem.target, 0.0)
    assert partial.values[0] < best.values[0] - 1e-6


def test_too_many_chambers_are_refused_with_their_number():
    problem = TrainingProblem(np.random.default_rng(0).standard_normal((30, 3)), np.ones(30), beta=1)
    with pytest.raises(TooLargeError) as refusal:
        dual_norm(problem, problem.target, max_chambers=100)
    assert refusal.value.predicted == 2 * (1 + 29 + 29 * 28 // 2)
