"""Bounds where an intercept or biases are free, from a problem that penalises biases a little."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, prove_interval, train
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.twin import PenalisedTwin
from hyperplane_arrangements.errors import InputError


@settings(deadline=None, max_examples=12)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from(["intercept", "biases"]),
    st.sampled_from(["relu", "abs", "leaky:-3"]),
    st.sampled_from([0, 2000]),
)
def test_the_bound_is_the_certificates_and_below_every_network(seed, free, activation, origin):
    """The oracle is the independent checker, which knows no twin."""
    rng = np.random.default_rng(seed)
    X = np.column_stack(
        [rng.integers(-9, 10, (7, 2)) * [1, 10] + (origin if free == "biases" else 0), np.ones(7)]
    )
    problem = TrainingProblem(X, rng.integers(-9, 10, 7), "1/2", activation, free=free)
    solution = train(problem)
    found, verdict = prove_interval(problem, solution), check(problem, certify(problem, solution))
    assert verdict.proven
    assert found.upper == verdict.upper
    assert verdict.lower - found.upper / 10**8 <= found.lower <= verdict.upper
    for _ in range(10):
        hidden, output, intercept = rng.normal(size=(2, 3)), rng.normal(size=2), float(rng.normal())
        network = TwoLayerNetwork(hidden, output, problem.kappa, intercept)
        assert found.lower <= network.exact_objective(problem)


@given(st.lists(st.integers(-9, 9), min_size=3, max_size=6, unique=True), st.data())
@settings(deadline=None, max_examples=20)
def test_the_twin_holds_every_free_bias(places, data):
    """On the line the function of the bias is piecewise linear: its extremes are at the kinks."""
    v = data.draw(st.lists(st.integers(-5, 5), min_size=len(places) - 1, max_size=len(places) - 1))
    v = np.array([*v, -sum(v)], dtype=float)
    x = np.array(places, dtype=float)
    twin = PenalisedTwin.of(TrainingProblem(np.column_stack([x, np.ones(len(x))]), v, beta=1, free="biases"))
    freely = max(abs(v @ np.maximum(side * (x - kink), 0)) for side in (1, -1) for kink in x)
    assert freely <= dual_norm(twin.problem, v) * float(twin.stretch) * (1 + 1e-9)


@pytest.mark.parametrize("free", ["intercept", "biases"])
def test_a_dual_that_is_not_orthogonal_to_the_intercept_proves_nothing(free):
    """Constant targets cost nothing with an intercept; without taking the mean away this dual says 3/8."""
    problem = TrainingProblem([[0, 1], [1, 1], [2, 1]], [1, 1, 1], beta=9, free=free)
    dual = [Fraction(1, 8)] * 3
    assert problem.loss.lower(dual, problem.y) > 0
    assert PenalisedTwin.of(problem).lower(dual) <= 0


def test_a_linear_skip_is_refused():
    problem = TrainingProblem([[0, 1], [1, 1]], [1, 2], 1, free="linear")
    with pytest.raises(
        InputError, match="needs free='nothing' or 'intercept' or 'decayed-intercept' or 'biases'"
    ):
        prove_interval(problem, train(problem))
