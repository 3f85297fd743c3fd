"""Multipliers where biases are free (statement 2.14): the bias cancelled, the rest as short as can be.

For a chamber with signs S and a gradient ``c = (g, b)``, b its bias coordinate, the certificate needs
``lambda >= 0`` with ``b + sum S_k lambda_k = 0`` and ``norm(g + Z'S lambda)`` least. A heavy weight on the
bias makes that the projection of :mod:`.multipliers`, which finds the rows in use; on those rows the bias is
then cancelled by least squares with that one equation. Floats propose: the last digit of the bias is
cancelled exactly (:func:`balanced`), and the bound is proven by integers.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ..checker import Scaled
from ..problem import TrainingProblem
from .multipliers import cone_multipliers

# Heavier weights find the rows better, but leave fewer digits for the rest.
WEIGHTS = (1e3, 1e5, 1e7)
Part = tuple[np.ndarray, np.ndarray]


def bias_coordinates(problem: TrainingProblem) -> tuple[np.ndarray, float]:
    """The rows, n x r, and beta: features in an orthonormal basis of their differences over the largest, and
    the ones behind them."""
    kept = [j for j in range(problem.d) if j != problem.bias]
    features = problem.features[:, kept]
    centred = features - features.mean(axis=0)
    largest = float(np.abs(centred).max(initial=0.0)) or 1.0
    _, _, right = np.linalg.svd(centred / largest, full_matrices=False)
    rows = centred / largest @ right[: problem.arrangement.rank - 1].T
    return np.column_stack([rows, np.ones(len(rows))]), float(problem.beta) / largest


def bias_multipliers(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, floor: float
) -> tuple[Part, np.ndarray]:
    """Multipliers that cancel the bias and leave the least of the rest.

    Args:
        rows: n x r, the last column of ones.
        signs: one chamber a row, B x n.
        gradients: one a chamber, B x r.
        floor: chambers where no more than this is left are not looked at again.

    Returns:
        Row numbers padded with -1 and multipliers padded with 0, both B x r; and how much is left, length B.

    Example:
        On the line, between the kinks at 0 and 2: the slope 1 in the bias goes to the row that holds it.

        >>> rows = np.array([[0.0, 1.0], [2.0, 1.0]])
        >>> part, left = bias_multipliers(rows, np.array([[-1, 1]]), np.array([[0.5, 1.0]]), 0.0)
        >>> part[0].tolist(), part[1].round(12).tolist(), left.round(12).tolist()
        ([[0, -1]], [[1.0, 0.0]], [0.5])
    """
    count, rank = gradients.shape
    support, values = np.full((count, rank), -1), np.zeros((count, rank))
    left = np.full(count, np.inf)
    for weight in WEIGHTS:
        again = np.flatnonzero(left > floor)
        heavy = np.append(np.ones(rank - 1), weight)
        chosen, first = cone_multipliers(rows * heavy, signs[again], gradients[again] * heavy)
        refined = _refined(rows, signs[again], gradients[again], chosen, first)
        lengths = _left(rows, signs[again], gradients[again], chosen, refined)
        better = lengths < left[again]
        support[again[better]], values[again[better]] = chosen[better], refined[better]
        left[again[better]] = lengths[better]
    return (support, values), left


def _refined(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, support: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Least squares on the chosen rows, the bias cancelled; the values as they are where some turn out
    negative."""
    count, rank = gradients.shape
    inward = np.where(support >= 0, np.take_along_axis(signs, np.maximum(support, 0), axis=1), 0)[..., None]
    walls = inward * rows[support]
    system = np.zeros((count, rank + 1, rank + 1))
    system[:, :rank, :rank] = walls[..., :-1] @ walls[..., :-1].transpose(0, 2, 1)
    system[:, :rank, rank] = system[:, rank, :rank] = walls[..., -1]
    right = np.empty((count, rank + 1))
    right[:, :rank] = -np.einsum("btr,br->bt", walls[..., :-1], gradients[:, :-1])
    right[:, rank] = -gradients[:, -1]
    inverse = np.linalg.pinv(system, hermitian=True)
    found = np.einsum("bij,bj->bi", inverse, right)
    found += np.einsum("bij,bj->bi", inverse, right - np.einsum("bij,bj->bi", system, found))
    found = np.where(support >= 0, found[:, :rank], 0.0)
    sound = (found >= -1e-12 * np.abs(gradients).max(axis=1, keepdims=True)).all(axis=1)
    return np.where(sound[:, None], np.maximum(found, 0.0), values)


def _left(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray, support: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """What is left of the penalised coordinates, in length, when the largest multiplier cancels the bias."""
    weights = values * np.take_along_axis(signs, np.maximum(support, 0), axis=1)
    moved = gradients + np.einsum("bt,btr->br", weights, rows[support])
    main = np.take_along_axis(support, values.argmax(axis=1)[:, None], axis=1)[:, 0]
    moved[:, :-1] -= moved[:, -1:] * rows[main, :-1]
    return np.linalg.norm(moved[:, :-1], axis=1)


def balanced(
    system: Scaled, gradient: list[int], signs: bytes, lambdas: dict[int, Fraction]
) -> dict[int, Fraction]:
    """The multipliers changed just so much that the bias is cancelled exactly.

    That is always possible: where all rows are on one side, the bias is `1'v = 0` without multipliers.

    Args:
        system: the problem and the dual in integers.
        gradient: on the chamber.
        signs: one byte a row.
        lambdas: positive multipliers by row.

    Returns:
        Multipliers that are still positive. The rest is what they are to be judged by.
    """
    assert system.bias is not None
    total, scale = system.moved(gradient, signs, lambdas)
    # A column of ones is this integer in the scaled rows.
    one = system.rows[0][system.bias]
    rest = Fraction(total[system.bias], system.lift * one * scale)
    against = 0 if rest > 0 else 1
    mended, rest = dict(lambdas), abs(rest)
    # First take away what is too much, then add to what is too little.
    for k in sorted(lambdas, key=lambdas.__getitem__, reverse=True):
        if signs[k] != against:
            step = min(mended[k], rest)
            mended[k], rest = mended[k] - step, rest - step
    if rest:
        facing = [k for k in lambdas if signs[k] == against]
        k = max(facing, key=lambdas.__getitem__) if facing else signs.index(against)
        mended[k] = mended.get(k, Fraction(0)) + rest
    return {row: value for row, value in mended.items() if value}
