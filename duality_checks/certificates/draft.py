"""The best multiple of a dual vector (statement 2.5), with multipliers where it needs them (2.3), in floats.

A block is a chamber with one of the two signs of the dual. Arrays over blocks hold all chambers for v, then
all chambers for -v. Floats only propose; :mod:`.proof` decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..exact.norms import gradient, project
from ..pricing.bias_multipliers import bias_coordinates, bias_multipliers
from ..pricing.bounds import chamber_sums
from ..pricing.multipliers import cone_multipliers
from ..problem import TrainingProblem

# Blocks this close to beta get multipliers, so that rounding and scaling cannot push them over it.
_MARGIN = 1 - 1e-6
# The scaling stays this far inside: more than the float errors of a projection, less than a gap of use.
_INSIDE = 1 - 2.0**-46
_SEEMS = 1 + 1e-9
_TINY = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """A dual vector and multipliers in floats, to be multiplied by one scale.

    Attributes:
        dual: v, length n.
        scale: the multiple of v that seems best.
        support: row numbers padded with -1, 2P x r for P chambers.
        values: multipliers of these rows, 2P x r; where all are 0 the block needs none.
    """

    dual: np.ndarray
    scale: float
    support: np.ndarray
    values: np.ndarray


def draft(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> Draft:
    """Multipliers where gradients are long, and the best multiple of the dual, in floats.

    Args:
        problem: with the penalty of the 2-norm.
        dual: any vector v, length n.
        signs: one chamber a row, P x N.

    Example:
        The gradient (3, 4) on the quadrant is the longest; that of -v on it is shortened by multipliers.

        >>> problem, signs = TrainingProblem([[1, 0], [0, 1]], [9, 9], beta=1), np.array([[1, 1], [-1, -1]])
        >>> found = draft(problem, np.array([3.0, 4.0]), signs)
        >>> round(found.scale, 9), found.values.any(axis=1).tolist()
        (0.2, [False, False, True, False])
    """
    return (_penalised if problem.bias is None else _with_free_biases)(problem, dual, signs)


def both(vectors: np.ndarray) -> np.ndarray:
    """From a vector on each chamber for v to those on all blocks."""
    return np.concatenate([vectors, -vectors])


def _penalised(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> Draft:
    rows, beta = _coordinates(problem)
    gradients, best = _gradients(problem, dual, signs, rows), problem.multiple(dual)
    signs, floor = np.concatenate([signs, signs]), beta * _MARGIN
    while True:
        support, values = cone_multipliers(rows, signs, gradients, floor)
        reach = _longest(problem, dual, signs, _lengths(rows, signs, gradients, support, values), floor)
        # Blocks below the floor matter only if the dual is to be scaled up past them.
        if reach > floor or floor * best <= beta * _MARGIN:
            break
        floor = max(floor / 2, beta * _MARGIN / best * _MARGIN)
    scale = min(best, beta / reach) * _INSIDE
    values[np.linalg.norm(gradients, axis=1) * scale <= beta * _MARGIN] = 0.0
    return Draft(dual, scale, support, values)


def _with_free_biases(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray) -> Draft:
    """The same where biases have to be cancelled on every block."""
    rows, beta = bias_coordinates(problem)
    gradients, best = _gradients(problem, dual, signs, rows), problem.multiple(dual)
    floor = beta / max(best, 1.0) * _MARGIN
    (support, values), left = bias_multipliers(rows, np.concatenate([signs, signs]), gradients, floor)
    reach = max(float(left.max()), beta * _TINY)
    return Draft(dual, min(best, beta / reach * _INSIDE), support, values)


def _coordinates(problem: TrainingProblem) -> tuple[np.ndarray, float]:
    """The rows in an orthonormal basis of the row space (N x r), and beta, over the largest entry of X."""
    largest = np.abs(problem.features).max()
    scaled = problem.features / largest
    _, _, right = np.linalg.svd(scaled, full_matrices=False)
    return scaled @ right[: problem.arrangement.rank].T, float(problem.beta) / float(largest)


def _gradients(problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`X' D v` and its negative, with the rows of X in some coordinates: 2P x r."""
    terms = problem.readout.spread(dual)[:, None] * rows
    return both(chamber_sums(signs, terms, float(problem.kappa)))


def _lengths(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, support: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """The lengths of the gradients, shortened by multipliers."""
    weights = values * np.take_along_axis(signs, np.maximum(support, 0), axis=1)
    return np.linalg.norm(gradients + np.einsum("bt,btr->br", weights, rows[support]), axis=1)


def _longest(
    problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray, lengths: np.ndarray, floor: float
) -> float:
    """The length of the longest projected gradient, or the floor if none is longer.

    In a chamber as thin as floats allow the multipliers are beyond the precision of floats, and the length
    may be too long. So the longest is asked again in rationals, then the next, until one is as long as it
    seemed.
    """
    largest, exact = float(np.abs(problem.features).max()), problem.readout.spread(dual).tolist()
    longest = floor
    above = np.flatnonzero(lengths > floor)
    for b in above[np.argsort(-lengths[above])].tolist():
        if lengths[b] <= longest * _SEEMS:
            break
        side, sides = (1 if 2 * b < len(signs) else -1), signs[b].tolist()
        c = gradient(problem, sides, [side * Fraction(v) for v in exact])
        square = float(project(problem.X.fractions, sides, c).square)
        longest = max(longest, math.sqrt(square) / largest)
    return longest
