"""Neurons that outputs share, for every loss: against one output, and against networks at random."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import Effort, TrainingProblem, certify, check, train
from duality_checks.networks.two_layer import TwoLayerNetwork
from duality_checks.optima.shares import improvable_below

LOSSES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]
entries = st.integers(-3, 3)
kinds = st.sampled_from(LOSSES)
SIGNS = [1, -1, -1, 1]


@st.composite
def stated(draw: st.DrawFn) -> dict[str, Any]:
    """Five samples of two columns, a loss and a vector of targets that fits it."""
    rows = draw(st.lists(st.tuples(entries, entries), min_size=5, max_size=5).filter(np.any))
    loss = draw(kinds)
    labelled = loss in ("hinge", "squared-hinge", "logistic")
    targets = draw(st.lists(st.sampled_from([-1, 1]) if labelled else entries, min_size=5, max_size=5))
    weights = draw(st.none() | st.lists(st.integers(1, 3), min_size=5, max_size=5))
    pooled = draw(st.just("identity") | st.just([0, 1, 2, 3, 4, 4, 0]))
    rows = rows if pooled == "identity" else [*rows, *rows[1:3]]
    terms: dict[str, Any] = {"readout": pooled}
    terms |= {"activation": draw(st.sampled_from(["relu", "leaky:1/10", "abs"])), "loss": loss}
    return {"X": rows, "y": targets, "sample_weights": weights, **terms}


@settings(max_examples=15)
@given(stated(), st.sampled_from(["nothing", "intercept"]))
def test_outputs_that_are_equal_up_to_signs_are_one_at_half_the_weight_decay(
    case: dict[str, Any], free: str
) -> None:
    """Of four equal outputs norm(alpha) is twice an entry, and each loss four times one: 4 p*(beta / 2)."""
    y = np.array(case.pop("y"))
    problem = TrainingProblem(y=np.outer(y, SIGNS).tolist(), beta=1, coupling="2-norm", free=free, **case)
    alone = train(TrainingProblem(y=y.tolist(), beta="1/2", free=free, **case))
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    size = max(4 * alone.upper, 1e-9)
    assert float(certificate.lower) <= 4 * alone.upper + 1e-9 * size
    assert float(certificate.upper) >= 4 * alone.lower - 1e-9 * size
    # Where V is not the only one, rounds near it slowly.
    most = 1e-6 if problem.loss.strictly_convex else 1e-3
    assert float(certificate.upper - certificate.lower) <= most * size + 1e-8


@settings(max_examples=8)
@given(stated(), st.integers(0, 10**6), st.sampled_from(["nothing", "intercept", "decayed-intercept"]))
def test_every_network_is_above_the_lower_bound(case: dict[str, Any], seed: int, free: str) -> None:
    rng = np.random.default_rng(seed)
    Y = np.column_stack([case.pop("y"), rng.choice([-1, 1], 5)])
    problem = TrainingProblem(y=Y.tolist(), beta="1/3", coupling="2-norm", free=free, **case)
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    for width in rng.integers(0, 4, 10):
        constants = rng.normal(size=2) * (free != "nothing")
        network = TwoLayerNetwork(
            rng.normal(size=(width, 2)), rng.normal(size=(width, 2)), problem.kappa, constants
        )
        assert network.objective(problem) >= float(certificate.lower) * (1 - 1e-12)


@pytest.mark.parametrize("loss", LOSSES)
def test_from_beta_max_on_the_zero_network_is_optimal(loss: str) -> None:
    X = [[1, 2], [2, -1], [-1, 1], [-2, -3], [3, 1]]
    Y = [[1, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]]
    problem = TrainingProblem(X, Y, 1, loss=loss, coupling="2-norm")
    most = improvable_below(problem, 1000)
    below, above = (train(problem.with_beta(share * most)).network.width for share in (0.99, 1.01))
    assert below > 0 == above


@pytest.mark.parametrize("loss", ["hinge", "logistic"])
def test_limits_leave_what_was_proven(loss: str) -> None:
    rng = np.random.default_rng(0)
    X, Y = rng.integers(-9, 10, (60, 5)), rng.choice([-1, 1], (60, 2))
    problem = TrainingProblem(X.tolist(), Y.tolist(), 20, loss=loss, coupling="2-norm")
    effort = Effort(seconds=0.5)
    certificate = certify(problem, train(problem, effort=effort), effort=effort)
    assert check(problem, certificate).proven and 0 <= certificate.lower <= certificate.upper
