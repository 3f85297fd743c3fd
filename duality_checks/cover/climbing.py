"""Ascents on the sphere: cheap, many at once, and no proof of anything (statement 7.4).

With a free bias a function is largest, for given other weights, at the kink of a row (statement 2.14). So the
ascents go from kink to kink: up the sphere of the other weights with the bias at the kink of one row, then to
the best kink there.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.cores import parts, shared_out

from .search import Function, Searched

STARTS = 60
MOST_STARTS = 400
FEWEST = 4
MOST_TIMES = 32
ENTRIES = 200_000
TURNS = 8


def starts_for(function: Searched) -> int:
    """How many ascents are worth their time beside so many rows.

    Example:
        >>> starts_for(Function(np.ones((100_000, 3)), np.ones(100_000), np.zeros(3)))
        4
    """
    h, r = function.terms, function.rank
    return max(FEWEST, min(STARTS * 2 ** max(r - 3, 0), MOST_STARTS, ENTRIES // max(h, 1)))


def starts_before_a_search(function: Searched) -> int:
    """The same before a search over all directions, whose cost grows with the rank.

    Example:
        >>> starts_before_a_search(Function(np.ones((100, 6)), np.ones(100), np.zeros(6)))
        3200
    """
    return min(2 ** max(function.rank - 3, 0), MOST_TIMES) * starts_for(function)


def climb(function: Searched, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The local maximum next to each point, and its value.

    Args:
        function: g.
        points: where the ascents start, m x r, unit vectors in the function's norm.

    Returns:
        Unit vectors, m x r, and g there, never less than where it started; a free bias starts at the best
        kink.

    Example:
        >>> g = Function(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 4.0]), np.zeros(2))
        >>> point, value = climb(g, np.array([[1.0, 1.0]]) / 2**0.5)
        >>> point.round(9).tolist(), float(value[0].round(9))
        ([[0.6, 0.8]], 5.0)
    """
    if isinstance(function, Function) and function.free is not None:
        return _climb_with_bias(function, function.free, points)
    ends, values = points.copy(), function.values(points)

    def settle(part: slice) -> None:
        function.settled(ends[part], values[part])

    list(shared_out(settle, parts(len(points))))
    return ends, values


def _climb_with_bias(function: Function, free: int, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    if not len(function.rows):
        return points.copy(), function.values(points)
    kept = np.arange(points.shape[1]) != free
    rows = function.rows[:, kept] / function.rows[:, free, None]
    weights = function.weights * function.rows[:, free]
    slope, base = float(function.base[free]), function.base[kept]
    directions, kinks = points[:, kept].copy(), np.full(len(points), -1)
    moving = np.arange(len(points))
    for _ in range(TURNS):
        best = _best_kinks(rows @ directions[moving].T, weights, slope)
        moving, best = moving[best != kinks[moving]], best[best != kinks[moving]]
        kinks[moving] = best
        for k in np.unique(best):
            some = moving[best == k]
            others = np.where((rows != rows[k]).any(axis=1), weights, 0.0)
            around = Function.of(rows - rows[k], others, base - slope * rows[k])
            directions[some], _ = climb(around, directions[some])
    ends = np.empty_like(points)
    ends[:, kept] = directions
    ends[:, free] = -(rows[kinks] * directions).sum(axis=1)
    return ends, function.values(ends)


def _best_kinks(heights: np.ndarray, weights: np.ndarray, slope: float) -> np.ndarray:
    """The row at whose kink the sum is largest, for each column of heights (h x m):
    ``slope b + sum_h weights_h max(0, heights_h + b)`` at ``b = -heights_k``."""
    order = np.argsort(-heights, axis=0, kind="stable")
    sorted_ = np.take_along_axis(heights, order, axis=0)
    above = weights[order]
    values = np.cumsum(above * sorted_, axis=0) - sorted_ * (np.cumsum(above, axis=0) + slope)
    best: np.ndarray = np.take_along_axis(order, values.argmax(axis=0)[None], axis=0)[0]
    return best
