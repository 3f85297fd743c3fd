"""What functions and searches do at high rank, and in which time."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks import TrainingProblem, train
from duality_checks.cover.effort import Effort
from duality_checks.training import relaxed
from duality_checks.training.sparse_blocks import identity, minimised


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(5)
    return TrainingProblem(rng.standard_normal((30, 5)), rng.standard_normal(30), beta=1)


def steps_until(limit: float) -> tuple[float, str]:
    """How near the least norm of ``x >= 1`` is within a limit, and how the solver ended."""
    import clarabel

    count = 50
    program = identity(count), np.zeros(count), -identity(count), -np.ones(count)
    cones = [clarabel.NonnegativeConeT(count)]
    found, _, status = minimised(*program, cones, tolerance=1e-9, limit=limit)
    return float(np.abs(found - 1).max()), status


def test_an_iteration_that_would_end_too_late_is_not_begun():
    error, status = steps_until(1e-9)
    assert error > 1e-3 and status == "CallbackTerminated"
    for limit in (60.0, np.inf):
        error, status = steps_until(limit)
        assert error < 1e-6 and status == "Solved"


def test_a_program_that_cannot_be_solved_in_time_is_not_begun(problem, monkeypatch):
    assert relaxed.relaxed(problem, limit=60) is not None
    monkeypatch.setattr(relaxed, "relax", None)  # a call would raise
    assert relaxed.relaxed(problem, limit=1e-6) is None
    with pytest.raises(TypeError):
        relaxed.relaxed(problem, limit=60)


@pytest.mark.parametrize("limited", [True, False])
def test_from_rank_nine_on_a_search_comes_before_functions(limited, monkeypatch):
    # One column decides, which a cover sees at once, and functions do not.
    rng = np.random.default_rng(1)
    X = rng.integers(-9, 10, size=(24, relaxed.BEYOND_CONES))
    X[:, 0] *= 1000
    problem = TrainingProblem(X, np.maximum(X[:, 0], 0) // 1000, beta=50_000)
    asked = []
    first = relaxed._Bench.first
    monkeypatch.setattr(relaxed._Bench, "first", lambda *some: asked.append(1) or first(*some))
    solution = train(problem, effort=Effort(gap=0.05, seconds=60 if limited else None))
    assert solution.relative_gap <= 0.05
    assert bool(asked) is not limited
