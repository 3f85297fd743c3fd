"""Newton on faces: it lowers the true objective, stays consistent with its faces, and converges."""

from __future__ import annotations

from itertools import count

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, train
from duality_checks.cover import effort
from duality_checks.cover.effort import Effort
from duality_checks.pricing.landscape import Landscape
from duality_checks.terms.losses import Datafit
from duality_checks.training import faces
from duality_checks.training.polish import Neuron, merge, polish, polish_placed

seeds = st.integers(0, 2**32 - 1)
none = np.empty(0, dtype=int)


def objective(landscape, problem, neurons):
    outputs = landscape.outputs(np.array([one.weights for one in neurons]).reshape(-1, landscape.rank))
    residual = outputs @ [one.sign for one in neurons] - problem.target
    return 0.5 * residual @ residual + float(problem.beta) * sum(one.size for one in neurons)


def instance(seed):
    rng = np.random.default_rng(seed)
    problem = TrainingProblem(
        np.c_[rng.standard_normal((9, 2)), np.ones(9)], rng.standard_normal(9), beta=0.1
    )
    landscape = Landscape.of(problem)
    neurons = [
        Neuron.at(landscape, sign, weights, none)
        for sign, weights in zip(rng.choice([-1.0, 1.0], 4), rng.standard_normal((4, 3)), strict=True)
    ]
    return problem, landscape, neurons


@settings(max_examples=30)
@given(seeds)
@example(51247)  # a neuron that is off on all samples: a step of any length, and a wall however near
@example(1072)  # nothing but such a neuron is left, and the second derivatives are all zero
def test_the_objective_falls_and_the_faces_are_true(seed):
    problem, landscape, neurons = instance(seed)
    polished = polish(landscape, Datafit(problem.loss, problem.target), float(problem.beta), neurons)
    assert objective(landscape, problem, polished) <= objective(landscape, problem, neurons) + 1e-12
    for neuron in polished:
        heights = landscape.normals @ neuron.weights
        off = neuron.face != 0
        assert np.all(heights[off] * neuron.face[off] >= -1e-9 * neuron.size)
        assert np.abs(heights[~off]).max(initial=0) <= 1e-9 * neuron.size


@settings(max_examples=30)
@given(seeds)
def test_merging_keeps_the_fit_and_never_raises_the_penalty(seed):
    _, landscape, neurons = instance(seed)
    doubled = neurons + [Neuron(one.sign, 2 * one.weights, one.face) for one in neurons]
    merged = merge(doubled)

    def fit(some):
        return landscape.outputs(np.array([one.weights for one in some])) @ [one.sign for one in some]

    assert len(merged) <= len(neurons)
    assert fit(merged) == pytest.approx(fit(doubled), abs=1e-9)
    assert sum(one.size for one in merged) <= sum(one.size for one in doubled) + 1e-9


def test_no_step_begins_after_the_deadline(monkeypatch):
    """On a clock that ticks at each look: n ticks are n steps."""
    problem, landscape, neurons = instance(3)
    datafit, beta = Datafit(problem.loss, problem.target), float(problem.beta)

    def reached(**limits):
        placed = polish_placed(datafit, beta, [(landscape, merge(neurons))], **limits)
        return objective(landscape, problem, [neuron for _, neuron in placed])

    after = [reached(steps=n) for n in range(4)]
    assert after[0] > after[1] > after[2] > after[3] > reached()
    for n in range(4):
        monkeypatch.setattr(effort, "perf_counter", count(0.0).__next__)
        assert reached(deadline=float(n)) == after[n]


def test_searches_hand_their_deadline_on_and_lists_have_none(monkeypatch):
    rng = np.random.default_rng(5)
    listed, searched = (
        TrainingProblem(rng.standard_normal((n, d)), rng.standard_normal(n), beta=0.3)
        for n, d in ((9, 2), (40, 8))
    )
    seen = []

    def watched(*args):
        seen.append(args[-1])
        return polish_placed(*args)

    monkeypatch.setattr(faces, "polish_placed", watched)
    best, hurried = train(listed), train(listed, effort=Effort(seconds=1e-6))
    assert hurried.upper == pytest.approx(best.upper, rel=1e-10)
    assert seen and all(deadline is None for deadline in seen)
    seen.clear()
    train(searched, effort=Effort(seconds=0.2))
    assert seen and seen[0] is not None


def test_the_optimum_is_a_fixed_point():
    problem, landscape, _ = instance(11)
    solution = train(problem)
    weights = np.abs(solution.network.output)[:, None] * solution.network.hidden @ landscape.basis
    neurons = [
        Neuron.at(landscape, np.sign(alpha), v, none)
        for alpha, v in zip(solution.network.output, weights, strict=True)
    ]
    polished = polish(landscape, Datafit(problem.loss, problem.target), float(problem.beta), neurons)
    assert objective(landscape, problem, polished) == pytest.approx(solution.upper, rel=1e-13)


def test_two_neurons_by_hand():
    """x = 1 and x = -1 decouple: soft thresholds 3 - 1 and 2 - 1."""
    problem = TrainingProblem([[1.0], [-1.0]], [3.0, 2.0], beta=1)
    landscape = Landscape.of(problem)
    scale = landscape.basis[0, 0]
    start = [Neuron.at(landscape, 1.0, np.array([side * scale]), none) for side in (1.0, -1.0)]
    sizes = sorted(one.size for one in polish(landscape, Datafit(problem.loss, problem.target), 1.0, start))
    assert sizes == pytest.approx([1, 2], rel=1e-14)
