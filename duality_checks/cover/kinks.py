"""Ascents with a free bias go from kink to kink (statement 7.4), in floats.

For given other weights a function is largest at the kink of a row (statement 2.14). So an ascent goes up the
sphere of the other weights with the bias at the kink of one row, then to the best kink there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import numpy as np

TURNS = 8


class Settled(Protocol):
    """A function without a free bias, whose ascents move points in place."""

    def values(self, u: np.ndarray) -> np.ndarray: ...

    def settled(self, points: np.ndarray, values: np.ndarray) -> None: ...


def settle_at_kinks(
    rows: np.ndarray,
    weights: np.ndarray,
    base: np.ndarray,
    free: int,
    points: np.ndarray,
    of: Callable[[np.ndarray, np.ndarray, np.ndarray], Settled],
) -> None:
    """Move points to local maxima, each at a kink; they are updated.

    Args:
        rows: h x r.
        weights: length h.
        base: length r.
        free: the coordinate of the bias, 0 in no row.
        points: where the ascents start, m x r.
        of: makes the function of the other weights, from its rows, weights and base.
    """
    if not len(rows):
        return
    kept = np.arange(points.shape[1]) != free
    rows, weights = rows[:, kept] / rows[:, free, None], weights * rows[:, free]
    slope, base = float(base[free]), base[kept]
    directions, kinks = points[:, kept].copy(), np.full(len(points), -1)
    moving = np.arange(len(points))
    for _ in range(TURNS):
        best = _best_kinks(rows @ directions[moving].T, weights, slope)
        moving, best = moving[best != kinks[moving]], best[best != kinks[moving]]
        kinks[moving] = best
        for k in np.unique(best):
            some = moving[best == k]
            others = np.where((rows != rows[k]).any(axis=1), weights, 0.0)
            around, ends = of(rows - rows[k], others, base - slope * rows[k]), directions[some]
            around.settled(ends, around.values(ends))
            directions[some] = ends
    points[:, kept] = directions
    points[:, free] = -(rows[kinks] * directions).sum(axis=1)


def _best_kinks(heights: np.ndarray, weights: np.ndarray, slope: float) -> np.ndarray:
    """The row at whose kink the sum is largest, for each column of heights (h x m):
    ``slope b + sum_h weights_h max(0, heights_h + b)`` at ``b = -heights_k``."""
    order = np.argsort(-heights, axis=0, kind="stable")
    sorted_ = np.take_along_axis(heights, order, axis=0)
    above = weights[order]
    values = np.cumsum(above * sorted_, axis=0) - sorted_ * (np.cumsum(above, axis=0) + slope)
    best: np.ndarray = np.take_along_axis(order, values.argmax(axis=0)[None], axis=0)[0]
    return best
