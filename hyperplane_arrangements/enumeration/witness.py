"""An exact point inside each chamber.

The point starts at the lowest point of the chamber (statement 1.1) and leaves the pivots one after the other,
the last first. All lengths are powers of two, well short of the nearest hyperplane in the way: the numbers of
bits tell enough, and of the vertices of one line only the distances along it differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .frame import Frame
from .search import Flat, crossings, flats, lead, root, turned


def exact_witnesses(frame: Frame, basis: np.ndarray) -> Iterator[tuple[int, ...]]:
    """A point strictly inside the chamber of each NBC set.

    Args:
        frame: the arrangement.
        basis: P x d, NBC sets (row indices, decreasing) padded with -1; sets that share a beginning share its
            cost.

    Yields:
        Integers, in the coordinates of the central arrangement behind the frame.

    Raises:
        ValueError: a set contains a broken circuit.
    """
    sets = [tuple(j for j in row if j >= 0) for row in basis.tolist()]
    full = max(1, frame.dimension)
    stems = [pivots[: full - 1] for pivots in sets]
    line = None
    for pivots, flat in zip(sets, flats(root(frame, frame.back), stems), strict=True):
        if flat is None:
            raise ValueError(f"{pivots} contains a broken circuit")
        if len(pivots) < full:
            yield _above_base(flat)
            continue
        if line is None or line.flat is not flat:
            line = _line(flat)
        yield line.above(pivots)


@dataclass(frozen=True, slots=True)
class _Line:
    """A flat of dimension one.

    Attributes:
        flat: the flat.
        points: where rows meet it, upwards: the rows of each point.
        place: for each such row the index of its point.
        rooms: for each pivot two exponents: the room there is to leave it, near a point at a distance of 1
            from all others, because of the rows that cross; and because of the others.
    """

    flat: Flat
    points: list[list[int]]
    place: dict[int, int]
    rooms: list[tuple[int | None, int | None]]

    def above(self, pivots: tuple[int, ...]) -> tuple[int, ...]:
        """A point of the chamber whose lowest vertex is that of the last pivot."""
        j = pivots[-1]
        index = self.place.get(j, -1)
        if index < 0 or self.points[index][0] != j:
            raise ValueError(f"{pivots} contains a broken circuit")
        row = self.flat.rows[j]
        low, high = (-row[0], row[1]) if row[1] > 0 else (row[0], -row[1])
        unit = _size(low) - _size(high)
        if index + 1 < len(self.points):
            other = self.flat.rows[self.points[index + 1][0]]
            gap = abs(other[0] * row[1] - row[0] * other[1])
            unit = _size(gap) - _size(row[1]) - _size(other[1]) - 4  # four times that is less than the gap
        along = (low << -unit) // high + 2 if unit < 0 else (low >> unit) // high + 2
        rooms = [_least((None if near is None else near + unit, far)) for near, far in self.rooms]
        return _point(self.flat, [(along, unit)], _steps(self.flat, rooms), turned(self.flat, row, 1))


def _line(flat: Flat) -> _Line:
    points = [rows for _, rows in crossings(flat, len(flat.rows))]
    place = {j: index for index, rows in enumerate(points) for j in rows}
    others = [j for j, row in enumerate(flat.rows) if not row[1] and row[0]]
    rooms = []
    for t in range(len(flat.basis)):
        near = _least(_quotient(flat.rows[j][1], _multiplier(flat.rows[j], t)) for j in place)
        far = _least(_quotient(flat.rows[j][0], _multiplier(flat.rows[j], t)) for j in others)
        rooms.append((near, far))
    return _Line(flat, points, place, rooms)


def _size(x: int) -> int:
    """The exponent of the largest power of two that is at most abs(x), -1 for zero."""
    return x.bit_length() - 1


def _quotient(v: int, w: int) -> int | None:
    """The exponent of a power of two that is at most abs(v / w); None if there is no w."""
    return v.bit_length() - w.bit_length() - 1 if w else None


def _least(exponents: Iterable[int | None]) -> int | None:
    return min((x for x in exponents if x is not None), default=None)


def _multiplier(row: Sequence[int], t: int) -> int:
    return row[len(row) - 1 - t]


def _steps(flat: Flat, rooms: Sequence[int | None]) -> list[int]:
    """How far to leave each pivot: exponents. The steps use up a fourth of each room, then an eighth, ..."""
    steps = [0] * len(rooms)
    for t in reversed(range(len(rooms))):
        room = rooms[t]
        for j, (step, _) in flat.gone.items():
            if step > t:  # as far from that row as leaving its pivot has led
                passed = _quotient(_multiplier(flat.rows[j], step), _multiplier(flat.rows[j], t))
                room = _least((room, None if passed is None else passed + steps[step]))
        steps[t] = (0 if room is None else room) - 2 - (len(rooms) - 1 - t)
    return steps


def _point(
    flat: Flat, low: Sequence[tuple[int, int]], steps: Sequence[int], sides: Sequence[tuple[int, int]]
) -> tuple[int, ...]:
    """The forms of the flat where its coordinates are `a 2**b` for (a, b) in low, off the pivots by the
    steps, as integers over a common power of two."""
    shift = max([0, *(-b for _, b in low), *(-b for b in steps)])
    coordinates = [1 << shift, *(a << (b + shift) for a, b in low)]
    moves = [side << (b + shift) for b, (_, side) in zip(steps, sides, strict=False)]
    weights = coordinates + [-x for x in reversed(moves)]
    return tuple([sum([x * y for x, y in zip(form, weights, strict=True)]) for form in flat.forms])


def _above_base(flat: Flat) -> tuple[int, ...]:
    """A point of the chamber whose lowest point is the base point of a flat."""
    low, rests, shift = _base(flat)
    rooms = [
        _least(_quotient(v, _multiplier(row, t)) for v, row in zip(rests, flat.rows, strict=True) if v)
        for t in range(len(flat.basis))
    ]
    steps = _steps(flat, [None if room is None else room - shift for room in rooms])
    return _point(flat, low, steps, flat.sides)


def _base(flat: Flat) -> tuple[list[tuple[int, int]], list[int], int]:
    """Coordinates `a 2**b` of a base point, and the values of the rows there, over 2**shift."""
    low: list[tuple[int, int]] = []
    rests, shift = [row[0] for row in flat.rows], 0
    leads = [lead(row, flat.m) for row in flat.rows]
    for c in range(1, flat.m + 1):
        ends = [(v, row[c]) for v, row, last in zip(rests, flat.rows, leads, strict=True) if last == c]
        reach = max((v.bit_length() - w.bit_length() + 2 - shift for v, w in ends if v), default=0)
        low.append((-1, reach) if ends else (0, 0))
        if ends:
            finer = max(0, -reach - shift)
            shift += finer
            step = 1 << (reach + shift)
            rests = [(v << finer) - step * row[c] for v, row in zip(rests, flat.rows, strict=True)]
    return low, rests, shift
