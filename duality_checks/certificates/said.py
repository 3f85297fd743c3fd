"""Duals that their network says: share times the descent of the loss at its outputs, on a grid.

At an optimum the dual is `-loss'(f; y)`, so a certificate that has the network need not have the dual too: a
share and a unit tell the checker which multiple to take (proofs_notes/certificate-format.md). Only where the
loss has a rational slope everywhere, and nothing free holds the dual to equations that rounding would break.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector

from .. import checker
from ..checker import Outputs, Slopes
from ..exact.rounding import BITS, power_of_two
from ..problem import TrainingProblem

# Fewer entries are written out: such a certificate says all by itself.
SAMPLES = 200
# The largest difference, beside the largest entry, between a dual and what its network says.
NEARLY = 1e-12
LOSSES = ("squared", "huber", "squared-hinge")


def multiples_said(
    problem: TrainingProblem, stated: checker.Problem, found: Outputs, dual: np.ndarray
) -> Callable[[float], tuple[Vector, Slopes]] | None:
    """How to say multiples of a dual by a network, or None if it has to be written out.

    Args:
        problem: the problem.
        stated: the same, as the checker reads it.
        found: the outputs of the network, exactly.
        dual: in floats.

    Returns:
        For any scale > 0 the dual times that, as rationals, and the rule that says it.

    Example:
        >>> problem = TrainingProblem([[1]] * 300, [1] * 300, beta=1)
        >>> stated = checker.read_problem(problem.to_json())
        >>> said = multiples_said(problem, stated, ([1] * 300, 2), np.full(300, 0.5))
        >>> vector, rule = said(0.5)
        >>> vector[0], rule.share
        (Fraction(1, 4), Fraction(1, 2))
    """
    if problem.n < SAMPLES or problem.equations or stated.loss[0] not in LOSSES:
        return None
    values, scale = checker.descents(stated, *found)
    floats = np.array([value / scale for value in values]) * np.array([float(s) for s in stated.weights])
    square, largest = float(floats @ floats), float(np.abs(dual).max())
    if not square > 0 or not np.isfinite(square):
        return None
    own = float(dual @ floats) / square
    if not own > 0 or float(np.abs(dual - own * floats).max()) > NEARLY * largest:
        return None

    def say(scale: float) -> tuple[Vector, Slopes]:
        unit = power_of_two(scale * largest, BITS)
        rule = Slopes(Fraction(scale * own), Fraction(unit))
        return checker.said(stated, rule, found), rule

    return say
