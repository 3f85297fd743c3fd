"""Stationarity with several outputs: one output, differences, closed forms, and the optimum itself."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork, audit
from duality_checks.assertions import assert_stationary
from duality_checks.exact.setting import Setting
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.several_outputs import train_outputs
from duality_checks.stationary_points.restricted import certify_restricted
from duality_checks.stationary_points.stationary import Role, Standing, first_order, stationarity
from hyperplane_arrangements.errors import InputError

X = [[2, 1], [-1, 2], [1, -1], [-2, -1], [1, 2]]
TERMS: list[dict[str, Any]] = [
    {},
    {"free": "intercept"},
    {"free": "decayed-intercept"},
    {"sample_weights": [1, 2, "1/3", 1, 3]},
]
small = st.integers(-3, 3)


def both(targets: Any, **terms: Any) -> TrainingProblem:
    return TrainingProblem(X, targets, "1/2", coupling="2-norm", **terms)


@settings(max_examples=30)
@given(
    st.sampled_from(TERMS),
    st.lists(st.tuples(small, small), min_size=5, max_size=5),
    st.lists(st.tuples(st.tuples(small, small), small), min_size=1, max_size=3),
)
def test_one_output_alone_is_judged_as_ever(terms: dict[str, Any], targets: Any, neurons: Any) -> None:
    """Beside an output that is fitted by nothing and asks for nothing."""
    problem = both([(y, 0) for y, _ in targets], **terms)
    hidden, output = [w for w, _ in neurons], [(a, 0) for _, a in neurons]
    found = first_order(problem, RationalNetwork(hidden, output))
    alone = first_order(problem.outputs[0], RationalNetwork(hidden, [a for _, a in neurons]))
    assert found.is_clarke == alone.is_clarke and found.is_directional == alone.is_directional
    for one, other in zip(found.neurons, alone.neurons, strict=True):
        assert set(one.subdifferential.gradients) == set(other.subdifferential.gradients)
        assert one.output_gradients == (*other.output_gradients, 0) and one.role == other.role


def objective(shared: TrainingProblem, hidden: Any, output: Any, constants: Any) -> Fraction:
    """By the definition, in rationals."""
    first = shared
    decay = sum((w * w for row in (*hidden, *output) for w in row), Fraction(0))
    if first.free.decayed:
        decay += sum((c * c for c in constants), Fraction(0))
    total = first.beta / 2 * decay
    for c, problem in enumerate(shared.outputs):
        for row, y, s in zip(problem.X.fractions, problem.y, problem.sample_weights, strict=True):
            before = [sum(x * w for x, w in zip(row, weights, strict=True)) for weights in hidden]
            f = constants[c] + sum(max(t, Fraction(0)) * a[c] for t, a in zip(before, output, strict=True))
            total += s * (y - f) ** 2 / 2
    return total


@settings(max_examples=20)
@given(st.sampled_from(TERMS), st.integers(0, 2**32 - 1))
def test_gradients_are_differences_of_the_objective(terms: dict[str, Any], seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = both(rng.integers(-3, 4, (5, 2)).tolist(), **terms)
    hidden, output = (
        [[Fraction(int(v), 7) for v in row] for row in rng.integers(-20, 20, (2, 2))] for _ in range(2)
    )
    has = problem.free.intercept
    constants = [Fraction(int(v), 7) * has for v in rng.integers(-20, 20, 2)]
    network = RationalNetwork(hidden, output, constants)
    assert Setting.of(problem).objective(network) == objective(problem, hidden, output, constants)
    found = first_order(problem, network)
    step = Fraction(1, 10**9)

    def slope(values: list[Fraction], place: int) -> float:
        ends = []
        for side in (1, -1):
            values[place] += side * step
            ends.append(objective(problem, hidden, output, constants))
            values[place] -= side * step
        return float((ends[0] - ends[1]) / (2 * step))

    for j, neuron in enumerate(found.neurons):
        if not neuron.subdifferential.kinks:
            (gradient,) = neuron.subdifferential.gradients
            assert [slope(hidden[j], i) for i in range(2)] == pytest.approx(
                list(map(float, gradient)), abs=1e-6
            )
        assert [slope(output[j], c) for c in range(2)] == pytest.approx(
            list(map(float, neuron.output_gradients)), abs=1e-6
        )
    if has:
        assert [slope(constants, c) for c in range(2)] == pytest.approx(
            list(map(float, found.intercept_gradients)), abs=1e-6
        )


def test_a_soft_threshold_of_two_outputs_and_what_is_not_one() -> None:
    """Targets (3, 4) on one sample: outputs (3, 4) (5 - 1)/5 at beta 1: 2 for the neuron, 2 for outputs."""
    problem = TrainingProblem([[1], [-1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
    found = stationarity(problem, RationalNetwork([[2]], [["6/5", "8/5"]]))
    assert found.standing is Standing.STATIONARY and found.at.is_directional
    longer = stationarity(problem, RationalNetwork([[3]], [["4/5", "16/15"]]))  # the same outputs
    assert longer.standing is Standing.NOT and longer.descent is not None and longer.descent.rate > 0
    turned = stationarity(problem, RationalNetwork([[2]], [["8/5", "6/5"]]))
    assert turned.standing is Standing.NOT and turned.relative_distance >= turned.least_relative_distance > 0
    dead = first_order(problem, RationalNetwork([[2], [0], [1]], [[0, 0]] * 3))
    assert dead.with_role(Role.DEAD) == (0, 1, 2)[::2] and dead.with_role(Role.ZERO) == (1,)


@pytest.mark.parametrize("terms", TERMS)
def test_the_global_optimum_is_stationary(terms: dict[str, Any]) -> None:
    targets = [[1, -2], [2, 1], [0, 3], [-1, 1], [2, 2]]
    problem = TrainingProblem(X, targets, "1/2", coupling="2-norm", **terms)
    network = train_outputs(problem).network
    verdict = assert_stationary(problem, network, epsilon=1e-4)
    assert verdict.relative_distance < 1e-4
    worse = TwoLayerNetwork(network.hidden, 1.1 * network.output, network.kappa, network.intercept)
    with pytest.raises(AssertionError, match="not stationary") as caught:
        assert_stationary(problem, worse, epsilon=1e-4)
    told = str(caught.value)
    assert told.count("instance: ") == 1 and problem.as_code() in told and worse.as_code() in told
    found = audit(problem, worse)
    assert found.is_stationary is False and "the objective falls at a rate of" in str(found)
    assert found.facts()["stationarity"] == "not stationary" and found.facts()["dead"] == []
    apart = audit(problem.restated(coupling="1-norm"), worse)
    assert apart.is_stationary is None and "for the 2-norm of a neuron's output weights" in str(apart)


def test_what_does_not_fit() -> None:
    problem = both([(1, 2)] * 5)
    for output in ([1], [[1, 1, 1]]):
        with pytest.raises(InputError, match=f"has {np.size(output)} outputs, but there are 2 targets"):
            stationarity(problem, RationalNetwork([[1, 1]], output))
    with pytest.raises(InputError, match=r"of shape \(1, 2\), and the problem has one output"):
        stationarity(problem.outputs[0], RationalNetwork([[1, 1]], [[1, 1]]))
    with pytest.raises(InputError, match="the setting has 2 outputs; this is known of one output alone"):
        certify_restricted(Setting.of(problem), [], RationalNetwork([], [], [0, 0]))
    with pytest.raises(InputError, match="for the 2-norm of a neuron's output weights, and the problem"):
        stationarity(problem.restated(coupling="1-norm"), RationalNetwork([[1, 1]], [[1, 1]]))
    shared = TrainingProblem(X, [[1, 2]] * 5, 1, coupling="2-norm")
    with pytest.raises(InputError, match="the network has 1 outputs, but there are 2 targets"):
        assert_stationary(shared, RationalNetwork([[1, 1]], [1]))
    network = TwoLayerNetwork([[1.0, 1.0]], [[1.0, 1.0]], Fraction(0))
    with pytest.raises(InputError, match="for the 2-norm of a neuron's output weights, and the problem"):
        assert_stationary(TrainingProblem(X, [[1, 2]] * 5, 1), network)
