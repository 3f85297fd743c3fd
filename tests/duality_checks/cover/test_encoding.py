"""Trees are written by the checker's own walk: a leaf that floats alone proved is halved."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from duality_checks import TrainingProblem, checker
from duality_checks.checker import Refusal
from duality_checks.cover import encoding
from duality_checks.cover.coupled_proof import coupled_cover, written_coupled
from duality_checks.cover.proof import Coordinates
from duality_checks.optima.vector_output import SharedNeurons

RNG = np.random.default_rng(5)
X = RNG.integers(-4, 5, (14, 3)).tolist()
Y = RNG.integers(-3, 4, (14, 2)).tolist()
PROBLEM = TrainingProblem(X, Y, 1, coupling="2-norm")
STATED = checker.read_problem(PROBLEM.to_json())
COORDINATES = Coordinates.of(STATED)
LARGEST = SharedNeurons(TrainingProblem(X, [row[0] for row in Y], 1)).maximum(np.array(Y, dtype=float)).value


def duals(share: float) -> list[tuple[Fraction, ...]]:
    """The targets, of which the dual norm is a share of beta."""
    return [tuple(Fraction(share / LARGEST) * y for y in column) for column in zip(*Y, strict=True)]


def test_a_leaf_that_does_not_hold_is_halved_and_what_is_written_is_proven(monkeypatch) -> None:
    found = coupled_cover(COORDINATES, duals(0.99))
    larger = duals(0.995)
    with monkeypatch.context() as patched:
        patched.setattr(encoding, "HALVED", 0)
        with pytest.raises(Refusal, match="by beta holds"):
            written_coupled(COORDINATES, larger, found)
    cover = written_coupled(COORDINATES, larger, found)
    checker.shared_cover_proves(STATED, larger, cover)
    with pytest.raises(Refusal, match="by beta holds"):
        checker.shared_cover_proves(STATED, duals(1.005), cover)


def test_halving_proves_nothing_that_is_false() -> None:
    found = coupled_cover(COORDINATES, duals(0.999))
    with pytest.raises(Refusal, match=r"by beta holds|halved more than"):
        written_coupled(COORDINATES, duals(1.001), found)
