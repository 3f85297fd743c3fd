"""Several outputs: symmetries that turn them into one output, whose optimum is certified."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks import TrainingProblem, train
from duality_checks.optima.vector_output import SharedNeurons
from hyperplane_arrangements.errors import InputError

ROWS = [[1, 1], [2, 1], [3, 1], [-1, 2]]
TARGET = np.array([1.0, -2.0, 1.5, 0.5])


@pytest.mark.parametrize("activation", ["relu", "leaky:0.1", "abs"])
def test_one_output_is_the_scalar_problem(activation: str) -> None:
    problem = TrainingProblem(ROWS, TARGET.tolist(), 0.25, activation)
    found = SharedNeurons(problem).train(TARGET[:, None])
    assert found.upper == pytest.approx(train(problem).upper, rel=1e-8)


def test_equal_outputs_are_one_output_times_root_two() -> None:
    problem = TrainingProblem(ROWS, (TARGET * np.sqrt(2)).tolist(), 0.25)
    found = SharedNeurons(problem).train(np.column_stack([TARGET, TARGET]))
    assert found.upper == pytest.approx(train(problem).upper, rel=1e-8)


def test_rotating_the_outputs_changes_nothing() -> None:
    problem = TrainingProblem(ROWS, TARGET.tolist(), 0.25)
    shared = SharedNeurons(problem)
    Y = np.column_stack([TARGET, TARGET[::-1]])
    c, s = np.cos(0.7), np.sin(0.7)
    assert shared.train(Y).upper == pytest.approx(shared.train(Y @ [[c, -s], [s, c]]).upper, rel=1e-8)


def test_the_bounds_hold_and_meet() -> None:
    problem = TrainingProblem([[1, 0, 1], [0, 1, 1], [1, 1, 0], [1, 1, 0]], [0] * 4, 0.125)
    Y = np.random.default_rng(0).normal(size=(4, 3))
    found = SharedNeurons(problem).train(Y)
    before = np.maximum(problem.features @ found.directions.T, 0)
    value = (
        0.5 * np.sum((before @ found.weights - Y) ** 2) + 0.125 * np.linalg.norm(found.weights, axis=1).sum()
    )
    assert value == pytest.approx(found.upper, rel=1e-12)
    assert found.upper - found.lower <= 1e-8 * found.upper
    assert np.linalg.norm(found.directions, axis=1) == pytest.approx(1, abs=1e-12)


def test_targets_of_the_wrong_shape_are_refused() -> None:
    with pytest.raises(InputError, match=r"Y has shape \(3, 2\); give 4 rows"):
        SharedNeurons(TrainingProblem(ROWS, TARGET.tolist(), 1)).train(np.zeros((3, 2)))
