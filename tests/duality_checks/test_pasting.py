"""What `repr` shows can be pasted: problems, networks and certificates, and the example Hypothesis prints."""

from __future__ import annotations

import contextlib
import io
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import Phase, example, given, settings
from IPython.lib.pretty import pretty

import duality_checks
from duality_checks import (
    Certificate,
    GatedNetwork,
    MaxPooling,
    RationalNetwork,
    TrainingProblem,
    TwoLayerNetwork,
    assert_global_optimum,
    audit,
    certify,
    check,
    prove_interval,
    train,
)
from duality_checks.strategies import certificates, stationary_points, training_problems


def pasted(text: str) -> Any:
    """What a user gets who pastes a text below the one line that the documentation names."""
    namespace: dict[str, Any] = {}
    exec("from duality_checks import *", namespace)
    return eval(text, namespace)


SPECIAL = [
    TrainingProblem([["1"]], ["0"], beta="1", activation="leaky:1/10"),
    TrainingProblem([[1, 1], [2, 1]], [1, -1], "0.1", "abs", loss="hinge", free="biases"),
    TrainingProblem([[1], [2]], [1, 0], beta=1, loss="huber:1/3", sample_weights=[2, "1/3"]),
    TrainingProblem([[1], [2], [3]], [1, -1], beta=1, penalty="inf-norm", readout=[0, 0, 1]),
    TrainingProblem([[1], [2], [3]], [1, -1], beta=1, readout=MaxPooling((0, 0, 1))),
    TrainingProblem([[1], [2]], [1, -1], beta=1, free="decayed-intercept", activation="slopes:3,1"),
]


@pytest.mark.parametrize("problem", SPECIAL, ids=lambda problem: problem.free.name)
def test_a_problem_is_the_same_when_pasted(problem: TrainingProblem) -> None:
    assert pasted(repr(problem)) == problem
    assert pasted(pretty(problem)) == problem and pasted(pretty(problem, max_width=30)) == problem


@settings(max_examples=15)
@given(training_problems())
@example(TrainingProblem([["1"]], ["0"], beta="1", activation="leaky:1/10"))
def test_drawn_problems_are_the_same_when_pasted(problem: TrainingProblem) -> None:
    assert pasted(repr(problem)) == problem


@settings(max_examples=5)
@given(certificates(training_problems(size=3, rank=2)))
def test_certificates_are_the_same_when_pasted(pair: tuple[TrainingProblem, Certificate]) -> None:
    problem, certificate = pair
    again = pasted(repr(certificate))
    assert again == certificate and check(problem, again).proven
    assert pasted(pretty(pair)) == pair


@settings(max_examples=10)
@given(stationary_points(rank=2))
def test_rational_networks_are_the_same_when_pasted(point: tuple[TrainingProblem, RationalNetwork]) -> None:
    assert pasted(repr(point)) == point


@pytest.mark.parametrize(
    "network",
    [
        TwoLayerNetwork(np.zeros((0, 3)), np.zeros(0), "1/3", intercept=-0.0),
        TwoLayerNetwork([[0.1, 1e300], [-0.0, 5e-324]], [2.0, 0.0], "-1/3", 0.5, [0.0, 1.0]),
        TwoLayerNetwork(np.eye(2), [[2.0, -1.0, 0.0], [0.0, 1.0, 0.5]], 0, [1.0, 2.0, 3.0]),
        TwoLayerNetwork(np.zeros((0, 2)), np.zeros((0, 3)), -1),
        GatedNetwork([[1.0, -1.0]], [[2.0, 0.0]], "-1/3"),
        GatedNetwork(np.zeros((0, 2)), np.zeros((0, 2))),
    ],
)
def test_networks_have_the_same_weights_when_pasted(network: Any) -> None:
    """To the sign of a zero, which `str` shows and `==` does not."""
    again = pasted(repr(network))
    assert type(again) is type(network) and str(again.document()) == str(network.document())
    assert str(pasted(pretty(network, max_width=20)).document()) == str(network.document())


def test_problems_of_several_outputs_are_the_same_when_pasted() -> None:
    problem = TrainingProblem([[1, 0], [0, "1/3"]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
    again = pasted(repr(problem))
    assert (again.outputs, again.coupling) == (problem.outputs, "2-norm")


def test_what_hypothesis_prints_can_be_pasted_into_example() -> None:
    """A false property: the smallest counterexample is printed, pasted as `@example`, and fails again."""

    @settings(derandomize=True, database=None, phases=[Phase.generate, Phase.shrink], max_examples=20)
    @given(problem=training_problems(rank=1, activation="leaky:1/10"))
    def test_targets_are_zero(problem: TrainingProblem) -> None:
        assert not any(problem.y)

    with pytest.raises(AssertionError) as caught, contextlib.redirect_stdout(io.StringIO()):
        test_targets_are_zero()
    printed = "\n".join(caught.value.__notes__)
    found = re.search(r"problem=(TrainingProblem\(.*\)),\n\)", printed, re.DOTALL)
    assert found, printed
    paste = pasted(found[1])
    assert paste.kappa == TrainingProblem([[1]], [1], 1, "leaky:1/10").kappa and any(paste.y)
    seen = []

    @settings(max_examples=1, database=None, phases=[Phase.explicit])
    @given(problem=training_problems(rank=1))
    @example(paste)
    def test_again(problem: TrainingProblem) -> None:
        seen.append(problem)

    test_again()
    assert seen[0] == paste


def test_a_failure_on_max_pooling_prints_the_instance() -> None:
    problem = TrainingProblem([[1], [2]], [3], beta="1/10", readout=MaxPooling((0, 0)))
    with pytest.raises(AssertionError, match="not a global optimum") as caught:
        assert_global_optimum(problem, TwoLayerNetwork([[0.1]], [0.1]))
    text = str(caught.value).split("instance: ")[1].split("\nnetwork: ")
    assert pasted(text[0]) == problem and pasted(text[1]).output.tolist() == [0.1]


def test_what_is_large_is_measured_and_what_is_found_takes_a_line() -> None:
    large = TrainingProblem(np.ones((3000, 1)), np.ones(3000), 1)
    assert repr(large) == pretty(large) == "<TrainingProblem: 3,000 x 1 data, beta=1>"
    assert len(large.as_code()) > 15_000
    assert repr(TwoLayerNetwork(np.ones((50, 50)), np.ones(50))) == (
        "<TwoLayerNetwork: 50 neurons on 50 inputs>"
    )
    problem = TrainingProblem([[1], [-1]], [3, 1], beta=1)
    solution = train(problem)
    certificate = certify(problem, solution)
    for value in (
        solution,
        check(problem, certificate),
        check(problem.with_beta(2), certificate),
        prove_interval(problem, solution),
        audit(problem, solution.network),
        duality_checks.stationarity(problem, solution.network),
    ):
        assert re.fullmatch(rf"<{type(value).__name__}: [^\n]+>", repr(value)), repr(value)
    assert repr(check(problem.with_beta(2), certificate)).startswith("<Verdict: REFUSED")
