"""Ascents on the sphere: cheap, many at once, and no proof of anything (statement 7.4).

On a chamber ``g(u) = c'u``; ``u <- c / norm(c)`` never lowers g, and ends in a chamber that holds its own
gradient or at a kink, which the step leaps over.
"""

from __future__ import annotations

import numpy as np

from .search import Function

STEPS = 40
STARTS = 200
ENTRIES = 4_000_000


def starts_for(function: Function) -> int:
    """How many ascents are worth their time beside so many rows.

    Example:
        >>> starts_for(Function(np.ones((1_000_000, 3)), np.ones(1_000_000), np.zeros(3)))
        16
    """
    return max(16, min(STARTS, ENTRIES // max(len(function.rows), 1)))


def climb(function: Function, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The best point of each ascent and its value.

    Args:
        function: g.
        points: where the ascents start, m x r, unit vectors.

    Returns:
        Unit vectors, m x r, and g there.

    Example:
        >>> g = Function(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 4.0]), np.zeros(2))
        >>> point, value = climb(g, np.array([[1.0, 1.0]]) / 2**0.5)
        >>> point.round(9).tolist(), float(value[0].round(9))
        ([[0.6, 0.8]], 5.0)
    """
    best, kept = np.full(len(points), -np.inf), points
    for _ in range(STEPS):
        heights = points @ function.rows.T
        gradients = function.base + (heights > 0) @ (function.weights[:, None] * function.rows)
        values = np.einsum("mr,mr->m", gradients, points)
        better = values > best * (1 + 1e-15)
        if not better.any():
            break
        best, kept = np.where(better, values, best), np.where(better[:, None], points, kept)
        lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
        points = np.divide(gradients, lengths, out=points.copy(), where=lengths > 0)
    return kept, best
