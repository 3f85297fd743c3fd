"""What a picture is made of: marks in the units of the data, with sizes in points; the later the nearer.

A *tone* is a number from -1 to 1: nothing at 0, the full colour `MINUS` at -1, the full colour `PLUS` at 1.
The colours are those of a light page; a page replaces them by variables of its style sheet, which is how they
follow a dark screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from .axis import Axis

INK, MUTED, RULE, PAPER = "#1d2730", "#66727c", "#d3d9de", "#fffefb"
PLUS, MINUS = "#dd6b35", "#2e7fb8"

Shape: TypeAlias = Literal["circle", "diamond", "up", "down", "bar"]


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """A line through points (m x 2); a row of nan interrupts it. With a name it is in the legend."""

    points: np.ndarray
    color: str = INK
    width: float = 1.0
    dashes: tuple[float, ...] = ()
    opacity: float = 1.0
    name: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Dots:
    """One shape at many places (m x 2), so many points across; with tones (m) each is filled in its own."""

    places: np.ndarray
    shape: Shape = "circle"
    size: float = 4.5
    fill: str = INK
    edge: str = PAPER
    edge_width: float = 0.5
    tones: np.ndarray | None = None
    name: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Field:
    """Tones on a grid over a box (left, right, bottom, top), the first row of the array below."""

    tones: np.ndarray
    box: tuple[float, float, float, float]
    opacity: float = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Columns:
    """Columns over the whole height: from each edge (m + 1) to the next one in one tone (m)."""

    edges: np.ndarray
    tones: np.ndarray
    opacity: float = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Area:
    """A polygon (m x 2) in one colour."""

    corners: np.ndarray
    color: str
    opacity: float = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Note:
    """A plain text so many points right of and above a place; to the left of it if the first is negative."""

    text: str
    place: tuple[float, float]
    shift: tuple[float, float] = (4.0, 4.0)
    color: str = INK


Mark: TypeAlias = Line | Dots | Field | Columns | Area | Note


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """Marks over two axes.

    Attributes:
        marks: from the back to the front.
        across: the axis from left to right.
        up: the axis from below.
        bare: whether no axes are drawn; both have one scale then.

    Example:
        >>> x = np.array([0.0, 1.0, 2.0])
        >>> curve = Line(np.column_stack([x, x**2]), name="squares")
        >>> list(Picture((curve,), Axis("x", 0, 2), Axis("y", 0, 4)).legend())
        ['squares']
    """

    marks: tuple[Mark, ...]
    across: Axis
    up: Axis
    bare: bool = False

    def legend(self) -> dict[str, list[Line | Dots]]:
        """The marks that have a name, by it."""
        found: dict[str, list[Line | Dots]] = {}
        for mark in self.marks:
            if isinstance(mark, Line | Dots) and mark.name:
                found.setdefault(mark.name, []).append(mark)
        return found
