"""Where the legend of a picture stands: in the corner that the fewest marks go through."""

from __future__ import annotations

import numpy as np

from .layout import Layout
from .marks import Dots, Line
from .ticks import width

HANDLE = 24.0  # a short line in its colour, and the space before its name
_LINE, _EDGE = 13.0, 5.0
_BETWEEN = np.linspace(0, 1, 9)[:, None, None]


def legend(plot: Layout) -> list[tuple[str, list[Line | Dots], float, float]]:
    """The entries: a name, what is drawn under it, its left end and the middle of its line, in points.

    Args:
        plot: a picture with its place.
    """
    entries = plot.picture.legend()
    if not entries:
        return []
    wide, high = HANDLE + max(map(width, entries)), _LINE * len(entries)
    lefts = (plot.right - wide - _EDGE, plot.left + _EDGE, plot.left + (plot.width - wide) / 2)
    tops = (plot.top + _EDGE, plot.bottom - high - _EDGE, plot.top + (plot.height - high) / 2)
    points = _marked(plot)

    def crowd(corner: tuple[float, float]) -> int:
        inside = (points >= np.array(corner) - _EDGE) & (
            points <= np.array((corner[0] + wide + _EDGE, corner[1] + high + _EDGE))
        )
        return int(inside.all(axis=1).sum())

    left, top = min(((x, y) for y in tops for x in lefts), key=crowd)
    return [(name, marks, left, top + _LINE * (k + 0.5)) for k, (name, marks) in enumerate(entries.items())]


def _marked(plot: Layout) -> np.ndarray:
    """Points of all lines and dots, in points of the picture."""
    found = [np.empty((0, 2))]
    for mark in plot.picture.marks:
        if isinstance(mark, Dots):
            found.append(plot.points(mark.places))
        elif isinstance(mark, Line) and len(mark.points) > 1:
            ends = plot.points(mark.points)
            found.append((ends[:-1] * (1 - _BETWEEN) + ends[1:] * _BETWEEN).reshape(-1, 2))
    return np.concatenate(found)
