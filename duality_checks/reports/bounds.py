"""The bounds on the optimum against time: numerical while training, proven at the end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError

from .drawing.axis import around
from .drawing.marks import INK, MINUS, PAPER, PLUS, Dots, Line, Mark, Picture
from .text import relative_gap

if TYPE_CHECKING:
    from ..training.rounds import Bounds

# Where a width of zero is drawn on a logarithmic scale.
_LEAST_WIDTH = 1e-16
_LEAST_SECONDS = 1e-6  # a clock may stand still for so long


def bounds_picture(
    history: Sequence[Bounds], proven: tuple[float, Fraction, Fraction] | None = None
) -> Picture:
    """The bounds on p* against time: how far each stands from the best one on the other side.

    Both scales are logarithmic. The lines are numerical, the diamond is proven.

    Args:
        history: the bounds of all rounds, such as the `rounds` of a
            :class:`~duality_checks.training.rounds.Solution`.
        proven: the seconds at which an interval for p* was proven, and the interval; None if there is none.

    Raises:
        InputError: no rounds.
    """
    if not history:
        raise InputError("history is empty; give the rounds of a solution")
    best_upper = min(bounds.upper for bounds in history)
    best_lower = max(bounds.lower for bounds in history)
    scale = abs(best_upper) or 1.0
    seconds = [bounds.seconds for bounds in history]
    marks: list[Mark] = []
    for values, color, name in (
        ([bounds.upper - best_lower for bounds in history], PLUS, "upper bound, numerical"),
        ([best_upper - bounds.lower for bounds in history], MINUS, "lower bound, numerical"),
    ):
        places = _places(seconds, np.array(values) / scale)
        marks.append(Line(places, color, 1.4, name=name))
        marks.append(Dots(places, size=4, fill=color, edge=color, edge_width=1, name=name))
    if proven is not None:
        when, lower, upper = proven
        place = _places([when], np.array([float(relative_gap(lower, upper))]))
        style = {"size": 8, "fill": PAPER, "edge": INK, "edge_width": 1.6}
        marks.append(Dots(place, "diamond", **style, name="interval, proven"))  # type: ignore[arg-type]
    drawn = np.concatenate([mark.places for mark in marks if isinstance(mark, Dots)])
    across = around("seconds", drawn[:, 0], log=True)
    return Picture(tuple(marks), across, around("distance, relative to p*", drawn[:, 1], log=True))


def _places(seconds: Sequence[float], widths: np.ndarray) -> np.ndarray:
    return np.column_stack([np.maximum(seconds, _LEAST_SECONDS), np.maximum(widths, _LEAST_WIDTH)])
