"""The exact search for chambers, over Python integers.

Chambers of an affine arrangement correspond one to one to the sets of rows without broken circuit (NBC sets):
each chamber has a lowest point in the direction of a flag of coordinates, and the set says which hyperplanes
meet there, and on which sides of them the chamber lies (proofs_notes/1.1-chambers-by-lowest-vertex.md). The
search runs over those sets depth-first, one fraction-free elimination a step: no linear program, no list to
look things up in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .frame import Frame

Row = list[int]


class NotGeneral(Exception):
    """The coordinates of the frame are not general enough for this arrangement; draw others."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One chamber on the positive side of the hyperplane at infinity.

    Attributes:
        basis: its NBC set, row indices of the frame, decreasing.
        positive: the set of hyperplanes it is on the positive side of, as the bits of an integer.
    """

    basis: tuple[int, ...]
    positive: int


@dataclass(slots=True)
class Flat:
    """An intersection of pivot rows, and every row restricted to it.

    `rows[j]` holds, in columns 0..m, `scale` times row j on the flat; in column c > m, the multiplier of the
    pivot that eliminated x_c: on x_{m+1..d}, `scale a_j + sum_c rows[j][c] a_{pivot of c} = 0`. `pivots`
    keeps each pivot row as it was when it was used, by the column it eliminated, with the scale of that time.
    """

    basis: tuple[int, ...]
    rows: list[Row]
    scale: int
    m: int
    vanished: list[tuple[int, int, int]]  # (row, column of its step, sign of its ratio to that pivot)
    pivots: dict[int, tuple[Row, int]]


def sign(x: int) -> int:
    return (x > 0) - (x < 0)


def descend(flat: Flat, j: int, stop: int | None = None) -> Flat | None:
    """The flat cut with row j, None where a smaller row breaks the circuit; without rows from `stop` on."""
    m, scale, pivot_row = flat.m, flat.scale, flat.rows[j]
    pivot = pivot_row[m]
    if pivot == 0:
        raise NotGeneral
    side, size = sign(pivot), abs(pivot)
    gone = {row for row, _, _ in flat.vanished}
    rows: list[Row] = []
    vanished = [*flat.vanished, (j, m, 1)]
    for i, row in enumerate(flat.rows[:stop]):
        factor = side * row[m]
        new = [(size * a - factor * b) // scale for a, b in zip(row, pivot_row, strict=True)]
        new[m] = -factor
        rows.append(new)
        if i != j and i not in gone and not any(new[:m]):
            if i < j:
                return None
            vanished.append((i, m, sign(factor)))
    return Flat((*flat.basis, j), rows, size, m - 1, vanished, flat.pivots | {m: (pivot_row, scale)})


def root(frame: Frame) -> Flat:
    return Flat((), [list(row) for row in frame.rows], 1, frame.dimension, [], {})


def _candidates(flat: Flat) -> Iterator[int]:
    """The rows below the basis that meet the flat in a hyperplane of it."""
    for j in range(min(flat.basis, default=len(flat.rows))):
        if any(flat.rows[j][1 : flat.m + 1]):
            yield j


def _crossings(flat: Flat, below: int) -> list[tuple[int, list[int]]]:
    """The points where rows with index under `below` meet a line, in order, each with its rows, increasing.

    Floors of the quotients over a common power of two larger than every product of two denominators are equal
    exactly for equal quotients.
    """
    rows = flat.rows
    crossing = [j for j in range(below) if rows[j][1]]
    bits = 2 * max((rows[j][1].bit_length() for j in crossing), default=0)
    points: dict[int, list[int]] = {}
    for j in crossing:
        points.setdefault((-rows[j][0] << bits) // rows[j][1], []).append(j)
    return sorted(points.items())


def descend_to(frame: Frame, prefix: Sequence[int]) -> Flat | None:
    """The flat of a prefix of pivots, or None where it contains a broken circuit."""
    flat: Flat | None = root(frame)
    for j in prefix:
        assert flat is not None
        row = flat.rows[j]
        if not any(row[1 : flat.m + 1]):
            return None
        flat = descend(flat, j)
        if flat is None:
            return None
    return flat


class OutOfBudget(Exception):
    """Counting took more work than was granted."""


@dataclass(slots=True)
class Budget:
    """How many more rows may be restricted to a flat."""

    rows: int

    def spend(self, rows: int) -> None:
        """Take some, or raise OutOfBudget."""
        self.rows -= rows
        if self.rows < 0:
            raise OutOfBudget


def count(frame: Frame, prefix: Sequence[int] = (), budget: Budget | None = None) -> int:
    """The number of NBC sets that begin with a prefix: chambers on the positive side of infinity.

    Args:
        frame: the arrangement.
        prefix: decreasing row indices.
        budget: the work to spend at most.

    Returns:
        The count.

    Raises:
        NotGeneral: the coordinates of the frame are not general enough.
        OutOfBudget: the budget did not suffice.
    """
    flat = descend_to(frame, prefix)
    return 0 if flat is None else _count(flat, budget)


def _count(flat: Flat, budget: Budget | None) -> int:
    below = min(flat.basis, default=len(flat.rows))
    if budget is not None:
        budget.spend(below)
    if flat.m == 1:
        return 1 + len(_crossings(flat, below))
    total = 1
    for j in _candidates(flat) if flat.m else ():
        child = descend(flat, j, j)
        if child is not None:
            total += _count(child, budget)
    return total


def cells(frame: Frame, prefix: Sequence[int] = ()) -> Iterator[Cell]:
    """The chambers whose NBC set begins with a prefix, in the order of the search.

    Args:
        frame: the arrangement.
        prefix: decreasing row indices.

    Yields:
        One cell for each NBC set that begins with the prefix.

    Raises:
        NotGeneral: the coordinates of the frame are not general enough.
    """
    flat = descend_to(frame, prefix)
    if flat is not None:
        yield from _cells(frame, flat)


def cells_between(frame: Frame, prefix: Sequence[int], first: int, last: int) -> Iterator[Cell]:
    """The chambers whose NBC set begins with a prefix and then j, first <= j < last (-1: the prefix)."""
    flat = descend_to(frame, prefix)
    if flat is None:
        return
    if flat.m == 1:  # a line is swept as a whole
        yield from _cells(frame, flat)
        return
    if first < 0:
        yield base_cell(frame, flat)
    for j in _candidates(flat):
        if first <= j < last and (child := descend(flat, j)) is not None:
            yield from _cells(frame, child)


def _cells(frame: Frame, flat: Flat) -> Iterator[Cell]:
    yield base_cell(frame, flat)
    if flat.m == 1:
        yield from _sweep(frame, flat)
    elif flat.m > 1:
        for j in _candidates(flat):
            child = descend(flat, j)
            if child is not None:
                yield from _cells(frame, child)


def base_cell(frame: Frame, flat: Flat) -> Cell:
    """The cell of the flat's own basis: its lowest point is far down every coordinate of the flat."""
    gone = {row for row, _, _ in flat.vanished}
    positive = 1 << frame.infinity
    for j, row in enumerate(flat.rows):
        if j not in gone and _sign_at_base(row, flat.m) > 0:
            positive |= 1 << frame.bits[j]
    return Cell(flat.basis, positive | _lifted(frame, flat, sides_of_basis(flat)))


def _sign_at_base(row: Row, m: int) -> int:
    for c in range(m, 0, -1):
        if row[c]:
            return -sign(row[c])
    return sign(row[0])


def sides_of_basis(flat: Flat) -> dict[int, int]:
    """The side of each pivot (by the column it eliminated) on which x_{m+1} grows, x_1..m fixed."""
    if not flat.basis:
        return {}
    return _sides(flat.pivots[flat.m + 1][0], flat.m + 1)


def _sides(row: Row, m: int) -> dict[int, int]:
    """The same with a row about to be used: `c_m x_m` is `scale a_j + sum_c w_c a_{pivot of c}` on x_m..d."""
    side = sign(row[m])
    return {m: side} | {c: side * sign(row[c]) for c in range(m + 1, len(row))}


def _lifted(frame: Frame, flat: Flat, sides: dict[int, int]) -> int:
    positive = 0
    for row, column, ratio in flat.vanished:
        side = sides[column]
        if side == 0:
            raise NotGeneral
        if side * ratio > 0:
            positive |= 1 << frame.bits[row]
    return positive


def _sweep(frame: Frame, flat: Flat) -> Iterator[Cell]:
    """Walk a line up; a crossing whose smallest row is below the basis is the lowest vertex of a cell."""
    rows, below = flat.rows, min(flat.basis, default=len(flat.rows))
    state = 1 << frame.infinity
    gone = {row for row, _, _ in flat.vanished}
    for j, row in enumerate(rows):
        if j not in gone and _sign_at_base(row, 1) > 0:
            state |= 1 << frame.bits[j]
    for _, crossing in _crossings(flat, len(rows)):
        for j in crossing:
            state ^= 1 << frame.bits[j]
        j = crossing[0]
        if j < below:
            yield Cell((*flat.basis, j), state | _lifted(frame, flat, _sides(rows[j], 1)))
