"""Coordinates for the search: one hyperplane at infinity.

The search of `search.py` works on an affine arrangement in coordinates x_1, ..., x_d: row j is
`a_j(x) = c_0 + c_1 x_1 + ... + c_d x_d`. A central arrangement of rank d + 1 becomes one by the first step of
fraction-free elimination: a hyperplane takes the place of one coordinate and goes to infinity (statement 1.1
of the notes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ..exact.quadratic import irrational

Integers = tuple[tuple[int, ...], ...]

#: Integers below this size stay exact in the compiled search, if their minors do (see `elimination.LIMIT`).
EXACT = 2**49


@dataclass(frozen=True, slots=True)
class Frame:
    """A central arrangement seen from one of its hyperplanes.

    Attributes:
        rows: the other hyperplanes as integer rows (c_0, c_1, ..., c_d), `scale` times as large.
        scale: a divisor of all entries after the next step of elimination.
        bits: the index in the central arrangement of each row.
        infinity: the index of the hyperplane at infinity, positive where z_0 > 0.
        hyperplanes: all of them, N x (d + 1), in the coordinates of the arrangement.
        back: (d + 1) x (d + 1) integers; the point z = (z_0, x) is `back @ z` in the coordinates of the
            arrangement.
    """

    rows: Integers
    scale: int
    bits: tuple[int, ...]
    infinity: int
    hyperplanes: Integers
    back: Integers

    @property
    def size(self) -> int:
        """The number of hyperplanes, the one at infinity included."""
        return len(self.hyperplanes)

    @property
    def dimension(self) -> int:
        """The dimension d of the affine space."""
        return len(self.back) - 1


def frame(hyperplanes: Integers, infinity: int | None = None) -> Frame:
    """See an arrangement from one of its hyperplanes.

    Any coordinates will do. Small integers stay small in those given; numbers that have to be rounded are
    brought to one size first, since the first column is of the size of the data and the others of its square,
    and then mixed, so that fewer entries are zero by cancellation, which rounded numbers cannot tell.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        infinity: which of them goes to infinity; None for a small one.

    Returns:
        The frame.

    Example:
        >>> frame(((1, 0), (0, 1), (2, 3))).rows
        ((0, 1), (2, 3))
    """
    if infinity is None:
        infinity = min(range(len(hyperplanes)), key=lambda j: (sum(map(abs, hyperplanes[j])), j))
    chosen = hyperplanes[infinity]
    p = min((c for c, x in enumerate(chosen) if x), key=lambda c: abs(chosen[c]))
    rest = [c for c in range(len(chosen)) if c != p]
    scale, side = abs(chosen[p]), 1 if chosen[p] > 0 else -1
    bits = tuple(j for j in range(len(hyperplanes)) if j != infinity)
    rows = []
    for j in bits:
        row = hyperplanes[j]
        first = side * row[p]
        rows.append((first, *[scale * row[c] - first * chosen[c] for c in rest]))
    back = [tuple([scale * (i == c) for i in (p, *rest)]) for c in range(len(chosen))]
    back[p] = (side, *[-side * chosen[c] for c in rest])
    if not irrational(rows) and any(max(row) >= EXACT or -min(row) >= EXACT for row in rows):
        shifts = column_shifts(rows)
        rows, back = equalised(rows, shifts), equalised(back, shifts)
    return Frame(tuple(rows), scale, bits, infinity, hyperplanes, tuple(back))


def column_shifts(rows: Sequence[Sequence[int]]) -> list[int]:
    """For each column the power of two that brings its entries up to the largest ones of some row.

    Example:
        >>> column_shifts([(1, 256), (3, 512)])
        [8, 0]
    """
    sizes = [[x.bit_length() for x in row] for row in rows]
    gaps = [[max(row) - size for row in sizes if (size := row[c])] for c in range(len(rows[0]))]
    return [min(column, default=0) for column in gaps]


def equalised(rows: Sequence[Sequence[int]], shifts: Sequence[int]) -> list[tuple[int, ...]]:
    """Rows after a change of coordinates: columns times powers of two, and then each but the first plus or
    minus those between the first and it."""
    draw = Random(0)
    signs = [[draw.choice((1, -1)) for _ in range(c)] for c in range(len(shifts) - 1)]
    mixed = []
    for row in rows:
        first, *rest = [x << k for x, k in zip(row, shifts, strict=True)]
        added = [sum([s * y for s, y in zip(line, rest, strict=False)]) for line in signs]
        mixed.append((first, *[x + y for x, y in zip(rest, added, strict=True)]))
    return mixed
