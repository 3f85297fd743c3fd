"""The exact search for chambers, over Python integers.

Chambers of an affine arrangement correspond one to one to the sets of rows without broken circuit (NBC sets):
each chamber has a lowest point, points compared by their first coordinate, then by their second, and so on,
and the set says which hyperplanes meet there, and on which sides of them the chamber lies
(proofs_notes/1.1-chambers-by-lowest-vertex.md). The search runs over those sets depth-first, one
fraction-free elimination a step: no linear program, no list to look things up in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..exact.quadratic import irrational
from .frame import Frame

Row = list[int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One chamber on the positive side of the hyperplane at infinity.

    Attributes:
        basis: its NBC set, row indices of the frame, decreasing.
        positive: the set of hyperplanes it is on the positive side of, as the bits of an integer.
    """

    basis: tuple[int, ...]
    positive: int


@dataclass(frozen=True, slots=True)
class Flat:
    """An intersection of pivot rows, and every row restricted to it.

    Attributes:
        basis: the k pivot rows, decreasing.
        rows: d + 1 integers each. Columns 0..m = d - k are `scale` times the row on the flat; column d - t
            is the multiplier w_t of pivot t (0, ..., k - 1): `scale a_j + sum_t w_t a_{pivot t}` is
            what columns 0..m say.
        scale: what all entries after the next step can be divided by.
        names: for each column 0..m the coordinate it belongs to.
        gone: for each row that contains the flat at which step it came to do so, and the sign of its ratio
            to the pivot of that step.
        sides: for each pivot the first coordinate that changes where the pivot is left and the others are
            not, and on which side of the pivot it grows.
        forms: other linear forms, restricted like the rows.
    """

    basis: tuple[int, ...]
    rows: list[Row]
    scale: int
    names: tuple[int, ...]
    gone: dict[int, tuple[int, int]]
    sides: tuple[tuple[int, int], ...]
    forms: list[Row]

    @property
    def m(self) -> int:
        """The dimension of the flat."""
        return len(self.names) - 1


def sign(x: int) -> int:
    return (x > 0) - (x < 0)


def lead(row: Row, m: int) -> int:
    """The last column up to m that is not zero, -1 if all are."""
    while m >= 0 and not row[m]:
        m -= 1
    return m


def eliminate(rows: Iterable[Row], pivot_row: Row, p: int, m: int, scale: int) -> Iterator[Row]:
    """Rows on the flat cut with the pivot row: its column p goes, the multipliers of the new pivot come."""
    side = sign(pivot_row[p])
    size = abs(pivot_row[p])
    for row in rows:
        factor = side * row[p]
        if factor:
            new = [(size * a - factor * b) // scale for a, b in zip(row, pivot_row, strict=True)]
        else:
            new = row[:] if size == scale else [size * a // scale for a in row]
        del new[p]
        new.insert(m, -factor)
        yield new


def descend(flat: Flat, j: int, stop: int | None = None) -> Flat | None:
    """The flat cut with row j; None where it is parallel to the flat, or a smaller row breaks the circuit.

    Rows from `stop` on are left out.
    """
    m, pivot_row = flat.m, flat.rows[j]
    p = lead(pivot_row, m)
    if p < 1:
        return None
    step = len(flat.basis)
    gone = flat.gone | {j: (step, 1)}
    rows: list[Row] = []
    for i, new in enumerate(eliminate(flat.rows[:stop], pivot_row, p, m, flat.scale)):
        rows.append(new)
        if i not in gone and not any(new[:m]):
            if i < j:
                return None
            gone[i] = step, -sign(new[m])
    names = flat.names[:p] + flat.names[p + 1 :]
    forms = list(eliminate(flat.forms, pivot_row, p, m, flat.scale))
    sides = turned(flat, pivot_row, p)
    return Flat((*flat.basis, j), rows, abs(pivot_row[p]), names, gone, sides, forms)


def turned(flat: Flat, row: Row, p: int) -> tuple[tuple[int, int], ...]:
    """The sides of the pivots once a row that leads with column p is the next of them."""
    name, up = flat.names[p], sign(row[p])
    sides = []
    for t, (first, side) in enumerate(flat.sides):
        multiplier = row[len(row) - 1 - t]
        sides.append((name, up * sign(multiplier)) if name < first and multiplier else (first, side))
    return (*sides, (name, up))


def root(frame: Frame, forms: Iterable[Sequence[int]] = ()) -> Flat:
    """The whole space, with the rows of the frame and other forms."""
    rows, others = [list(row) for row in frame.rows], [list(row) for row in forms]
    return Flat((), rows, frame.scale, tuple(range(frame.dimension + 1)), {}, (), others)


def descend_below(flat: Flat, j: int) -> Flat | None:
    """The same with the rows under j alone, enough to count."""
    return descend(flat, j, j)


def flats(
    start: Flat, sets: Iterable[Sequence[int]], cut: Callable[[Flat, int], Flat | None] = descend
) -> Iterator[Flat | None]:
    """The flat of each set of pivots, None where it contains a broken circuit; neighbours share their cost.

    `cut` is `descend` or `descend_below`.
    """
    path: list[Flat] = [start]
    for pivots in sets:
        wanted = tuple(pivots)
        while path[-1].basis != wanted[: len(path) - 1]:
            path.pop()
        for j in wanted[len(path) - 1 :]:
            flat = cut(path[-1], j)
            if flat is None:
                break
            path.append(flat)
        yield path[-1] if path[-1].basis == wanted else None


def _below(flat: Flat) -> int:
    """Rows from here on may not join the basis."""
    return flat.basis[-1] if flat.basis else len(flat.rows)


def crossings(flat: Flat, below: int) -> list[tuple[Any, list[int]]]:
    """The points where rows with index under `below` meet a line, in order, each with its rows, increasing.

    Floors of the quotients over a common power of two larger than every product of two denominators are equal
    exactly for equal quotients.
    """
    rows = flat.rows
    crossing = [j for j in range(below) if rows[j][1]]
    points: dict[Any, list[int]] = {}
    if irrational(rows):
        for j in crossing:
            points.setdefault(-rows[j][0] / rows[j][1], []).append(j)
        return sorted(points.items())
    bits = 2 * max((rows[j][1].bit_length() for j in crossing), default=0)
    for j in crossing:
        points.setdefault((-rows[j][0] << bits) // rows[j][1], []).append(j)
    return sorted(points.items())


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


def weight(largest: int) -> int:
    """How many times the work a step on integers of this size is, against small ones: measured, roughly.

    Example:
        >>> weight(2**60), weight(10**1000)
        (1, 11)
    """
    return 1 + (largest.bit_length() // 100) ** 2 // 100


def count(flat: Flat, budget: Budget | None = None) -> int:
    """The number of NBC sets that begin with the basis of a flat: chambers on the positive side of infinity.

    Args:
        flat: where to begin.
        budget: the work to spend at most.

    Returns:
        The count.

    Raises:
        OutOfBudget: the budget did not suffice.
    """
    below = _below(flat)
    if budget is not None:
        budget.spend(below)
    if flat.m == 1:
        return 1 + len(crossings(flat, below))
    total = 1
    for j in range(below if flat.m else 0):
        child = descend_below(flat, j)
        if child is not None:
            total += count(child, budget)
    return total


def count_by_size(flat: Flat) -> list[int]:
    """The same by how many more rows than the basis a set has, from none to as many as there are dimensions.

    Example:
        >>> from .frame import frame
        >>> count_by_size(root(frame(((1, 0), (0, 1), (1, 1)))))
        [1, 2]
    """
    below = _below(flat)
    if flat.m == 1:
        return [1, len(crossings(flat, below))]
    sizes = [1] + [0] * flat.m
    for j in range(below if flat.m else 0):
        child = descend_below(flat, j)
        if child is not None:
            sizes[1:] = [a + b for a, b in zip(sizes[1:], count_by_size(child), strict=True)]
    return sizes


def cells(frame: Frame, flat: Flat) -> Iterator[Cell]:
    """The chambers whose NBC set begins with the basis of a flat, in the order of the search.

    Args:
        frame: the arrangement.
        flat: where to begin, with all rows of the frame.

    Yields:
        One cell for each NBC set.
    """
    yield from cells_between(frame, flat, -1, len(flat.rows))


def cells_between(frame: Frame, flat: Flat, first: int, last: int) -> Iterator[Cell]:
    """The same of sets that go on with a row j, first <= j < last; with the basis itself if first is -1.

    A line is swept as a whole.
    """
    if flat.m == 1:
        yield from _sweep(frame, flat)
        return
    if first < 0:
        yield Cell(flat.basis, _state(frame, flat) | _lifted(frame, flat, flat.sides))
    for j in range(max(first, 0), min(last, _below(flat)) if flat.m else 0):
        child = descend(flat, j)
        if child is not None:
            yield from cells(frame, child)


def _state(frame: Frame, flat: Flat) -> int:
    """The signs at the base point of a flat, far down all its coordinates; rows that contain it left out."""
    positive = 1 << frame.infinity
    for j, row in enumerate(flat.rows):
        c = lead(row, flat.m)
        if c >= 0 and (row[c] > 0) == (c == 0):
            positive |= 1 << frame.bits[j]
    return positive


def _lifted(frame: Frame, flat: Flat, sides: Sequence[tuple[int, int]]) -> int:
    """The signs of the rows that contain the flat."""
    positive = 0
    for j, (step, ratio) in flat.gone.items():
        if sides[step][1] == ratio:
            positive |= 1 << frame.bits[j]
    return positive


def _sweep(frame: Frame, flat: Flat) -> Iterator[Cell]:
    """Walk a line up; a crossing whose smallest row is below the basis is the lowest vertex of a cell."""
    below, state = _below(flat), _state(frame, flat)
    yield Cell(flat.basis, state | _lifted(frame, flat, flat.sides))
    for _, crossing in crossings(flat, len(flat.rows)):
        for j in crossing:
            state ^= 1 << frame.bits[j]
        j = crossing[0]
        if j < below:
            lifted = _lifted(frame, flat, turned(flat, flat.rows[j], 1))
            yield Cell((*flat.basis, j), state | lifted)
