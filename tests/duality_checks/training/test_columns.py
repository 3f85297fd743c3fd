"""The global optimum against closed forms, hand computations, CVXPY over all chambers, and invariances."""

from __future__ import annotations

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.approximation.ascents import train_by_ascents
from duality_checks.pricing.dual_norm import dual_norm
from hyperplane_arrangements.errors import InputError, TooLargeError

ACTIVATIONS = ["relu", "abs", "leaky:0.25"]
small = st.integers(-3, 3)


@st.composite
def problems(draw, max_rows=7, max_columns=3):
    d = draw(st.integers(1, max_columns))
    X = draw(st.lists(st.lists(small, min_size=d, max_size=d), min_size=1, max_size=max_rows))
    X.append([1] * d)
    y = draw(st.lists(small, min_size=len(X), max_size=len(X)))
    beta = draw(st.sampled_from(["0.01", "0.3", "1", "5"]))
    return TrainingProblem(X, y, beta, draw(st.sampled_from(ACTIVATIONS)))


@settings(max_examples=40)
@given(problems())
def test_the_bounds_meet(problem):
    solution = train(problem)
    assert solution.upper - solution.lower <= 1e-9 * max(solution.upper, 1e-3)
    assert solution.network.width <= problem.n
    assert dual_norm(problem, solution.dual) <= float(problem.beta) * (1 + 1e-9)


@settings(max_examples=8)
@given(problems(max_rows=5, max_columns=2))
def test_full_program_through_cvxpy(problem):
    assert train(problem).upper == pytest.approx(full_program(problem), rel=1e-6, abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_full_program_through_cvxpy_at_twelve_samples(activation):
    rng = np.random.default_rng(5)
    X = np.c_[rng.standard_normal((12, 2)), np.ones(12)]
    problem = TrainingProblem(X, rng.standard_normal(12), beta=0.2, activation=activation)
    assert train(problem).upper == pytest.approx(full_program(problem), rel=1e-7)


@settings(max_examples=40)
@given(st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=5), st.sampled_from([0.1, 1.0, 3.0]))
def test_whitened_data_have_a_closed_form(y, beta):
    """Statement 2.9: a block soft threshold of the positive and of the negative part."""
    y = np.array(y)
    expected = 0.0
    for part in (np.maximum(y, 0), np.minimum(y, 0)):
        norm = np.linalg.norm(part)
        expected += beta * norm - beta**2 / 2 if norm > beta else norm**2 / 2
    solution = train(TrainingProblem(np.eye(len(y)), y, beta=beta))
    assert solution.upper == pytest.approx(expected, rel=1e-11, abs=1e-12)
    assert solution.lower == pytest.approx(expected, rel=1e-11, abs=1e-12)


@settings(max_examples=40)
@given(
    st.lists(st.tuples(small, small), min_size=1, max_size=6),
    st.tuples(small, small).filter(any),
    st.sampled_from([0.1, 1.0, 10.0]),
)
def test_rank_one_data_have_a_closed_form(pairs, row, beta):
    """Statement 2.11: two scalar soft thresholds, over the positive and negative part of c in X = c a'."""
    c, y = np.array(pairs, dtype=float).T
    if not c.any():
        c[0] = 1.0
    length = np.linalg.norm(row)
    expected = 0.5 * y @ y
    for part in (np.maximum(c, 0), np.maximum(-c, 0)):
        if part.any():
            size = length**2 * (part @ part)
            expected -= max(length * abs(part @ y) - beta, 0) ** 2 / (2 * size)
    solution = train(TrainingProblem(np.outer(c, row), y, beta=beta))
    assert solution.upper == pytest.approx(expected, rel=1e-10, abs=1e-10)


def test_one_sample_by_hand():
    """x = (3, 4), y = 2, beta = 1: f = 5 t, so 1/2 (5t - 2)^2 + t is least at t = 9/25, f = 9/5."""
    solution = train(TrainingProblem([[3, 4]], [2], beta=1))
    assert solution.network.predict([[3, 4]]) == pytest.approx([9 / 5])
    assert solution.upper == pytest.approx(0.5 * 0.2**2 + 9 / 25, rel=1e-13)
    ((signs, sign, direction),) = solution.active
    assert signs.tolist() == [1] and sign == 1
    assert direction == pytest.approx([0.6, 0.8])


@settings(max_examples=25)
@given(problems())
def test_zero_is_optimal_exactly_from_beta_max_on(problem):
    """Statement 2.6."""
    largest = dual_norm(problem, problem.target)
    if largest == 0:
        assert train(problem).network.width == 0
        return
    assert train(problem.with_beta(largest * 1.001)).network.width == 0
    below = train(problem.with_beta(largest * 0.99))
    assert below.network.width > 0 and below.upper < 0.5 * problem.target @ problem.target


@settings(max_examples=20)
@given(problems(), st.randoms(use_true_random=False))
def test_invariances(problem, random):
    """Order of the samples, a zero row, and the scale of (X, beta) do not matter."""
    value = train(problem).upper
    X, y = problem.features, problem.target
    order = list(range(problem.n))
    random.shuffle(order)
    kappa = problem.kappa
    approx = pytest.approx(value, rel=1e-9, abs=1e-10)
    assert train(TrainingProblem(X[order], y[order], problem.beta, kappa)).upper == approx
    assert train(TrainingProblem(4 * X, y, 4 * problem.beta, kappa)).upper == approx
    padded = TrainingProblem(np.r_[X, np.zeros((1, problem.d))], np.r_[y, 0.0], problem.beta, kappa)
    assert train(padded).upper == approx
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((problem.d, problem.d)))
    turned = TrainingProblem((X @ rotation), y, problem.beta, kappa)
    if turned.arrangement.count_chambers() == problem.arrangement.count_chambers():
        assert train(turned).upper == pytest.approx(value, rel=1e-7, abs=1e-8)


@settings(max_examples=20)
@given(problems())
def test_optimum_grows_with_beta(problem):
    values = [train(problem.with_beta(beta)).upper for beta in (0.05, 0.4, 2)]
    assert values == sorted(values)


@settings(max_examples=30)
@given(problems(), st.integers(0, 2**32 - 1))
def test_no_network_is_below_the_lower_bound(problem, seed):
    rng = np.random.default_rng(seed)
    network = TwoLayerNetwork(rng.standard_normal((6, problem.d)), rng.standard_normal(6), problem.kappa)
    assert train(problem).lower <= network.objective(problem) + 1e-9


@pytest.mark.parametrize("beta", [1.0, 0.1])
def test_a_hundred_samples(beta):
    rng = np.random.default_rng(0)
    X = np.c_[rng.standard_normal((100, 2)), np.ones(100)]
    solution = train(TrainingProblem(X, np.sign(rng.standard_normal(100)), beta=beta))
    assert solution.relative_gap <= 1e-10


@pytest.mark.slow
def test_small_beta_near_interpolation():
    rng = np.random.default_rng(1)
    X = np.c_[rng.standard_normal((60, 2)), np.ones(60)]
    solution = train(TrainingProblem(X, np.sign(rng.standard_normal(60)), beta=0.006))
    assert solution.relative_gap <= 1e-9


def test_progress_is_told_each_round():
    seen = []
    solution = train(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1), progress=seen.append)
    assert tuple(seen) == solution.rounds
    assert [one.number for one in seen] == list(range(1, len(seen) + 1))


@pytest.mark.parametrize(
    "options",
    [{}, {"loss": "l1"}, {"penalty": "1-norm"}],
    ids=["columns", "conic", "polyhedral"],
)
def test_every_trainer_keeps_the_time(options):
    problem = TrainingProblem([[1, 1], [2, 1], [-1, 1], [3, 1]], [1, 0, 2, 1], beta="1/10", **options)
    solution = train(problem)
    times = [round.seconds for round in solution.rounds]
    assert times[0] > 0 and times == sorted(times) and times[-1] <= solution.seconds


def test_ascents_keep_the_time():
    solution = train_by_ascents(TrainingProblem([[1], [-1]], [3, 2], beta=1), starts=10)
    times = [round.seconds for round in solution.rounds]
    assert times[0] > 0 and times == sorted(times) and times[-1] <= solution.seconds


def test_a_start_gives_the_same_optimum_sooner():
    rng = np.random.default_rng(2)
    problem = TrainingProblem(
        np.c_[rng.standard_normal((40, 2)), np.ones(40)], rng.standard_normal(40), beta=0.2
    )
    cold = train(problem)
    middle = cold.rounds[len(cold.rounds) // 2].network
    again = train(problem, start=middle)
    assert again.upper == pytest.approx(cold.upper, rel=1e-10)
    assert len(again.rounds) < len(cold.rounds)
    assert len(train(problem, start=cold.network).rounds) <= 3


def test_any_network_may_be_a_start():
    rng = np.random.default_rng(4)
    problem = TrainingProblem(rng.standard_normal((8, 2)), rng.standard_normal(8), beta=0.3)
    start = TwoLayerNetwork(rng.standard_normal((20, 2)), rng.standard_normal(20))
    assert train(problem, start=start).upper == pytest.approx(train(problem).upper, rel=1e-10)
    with pytest.raises(InputError, match="start has 3 inputs"):
        train(problem, start=TwoLayerNetwork(np.ones((1, 3)), [1.0]))


def test_too_many_chambers_are_refused():
    X = np.random.default_rng(0).standard_normal((30, 3))
    with pytest.raises(TooLargeError, match="872"):
        train(TrainingProblem(X, np.ones(30), beta=1), max_chambers=10)
