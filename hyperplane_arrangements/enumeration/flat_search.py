"""All flats of a central arrangement, one after the other, each with the arrangement on it.

A flat is reached from its first row, the first of its rows that does not contain that, and so on, so once.
The compiled walk (`flat_kernel.py`) does it in floats that never guess; what it cannot decide, and what is
small, Python integers do here, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from math import comb
from typing import Any, NamedTuple

import numpy as np

from ..exact.quadratic import irrational
from ..exact.rows import Row, signed_content
from ..machine.cores import cores, shared_out
from .frame import EXACT, Integers, column_shifts, equalised
from .minors import poincare_coefficients
from .search import Budget, OutOfBudget, weight
from .stream import in_order
from .tables import columns, is_loaded, rounding, scaled

_SMALL = 10_000  # rows to restrict up to which Python integers are faster than starting the compiled walk
_ROOM = 1 << 22  # 64-bit words of hyperplanes in a block
_NOTES = 1 << 12  # undecided flats in a block
_FEW = 16  # undecided flats, and one in so many, with which an arithmetic goes on
_BLOCK = 1 << 12  # flats in a block from Python integers
_PIECES = 16
_BUSY = 200_000  # flats times hyperplanes, roughly, from which threads are worth starting


@dataclass(frozen=True, slots=True, eq=False)
class Flats:
    """Some flats, and the arrangement on each.

    Attributes:
        pivots: F x rank int32: the rows by which it is reached, increasing; -1 after them.
        vanish: F x words uint64: the hyperplanes that contain it, the first in the lowest bit.
        first: F + 1 int64: the arrangement on flat f has the hyperplanes `first[f]` to `first[f + 1]`.
        sides: C x 2 x words uint64: which hyperplanes of the whole arrangement become this one, those whose
            positive side is that of the first of them, and the others.
    """

    pivots: np.ndarray
    vanish: np.ndarray
    first: np.ndarray
    sides: np.ndarray

    def __len__(self) -> int:
        return len(self.pivots)

    @property
    def ranks(self) -> np.ndarray:
        """The rank (codimension) of each."""
        return (self.pivots >= 0).sum(axis=1)

    def __getitem__(self, part: slice) -> Flats:
        start, stop, _ = part.indices(len(self))
        ends = self.first[start : stop + 1]
        return Flats(self.pivots[part], self.vanish[part], ends - ends[0], self.sides[ends[0] : ends[-1]])

    def copy(self) -> Flats:
        """The same in memory of its own."""
        return Flats(self.pivots.copy(), self.vanish.copy(), self.first.copy(), self.sides.copy())

    @staticmethod
    def joined(parts: Sequence[Flats]) -> Flats:
        """One after the other."""
        ends = np.cumsum([0, *(len(part.sides) for part in parts)])
        first = [part.first[:-1] + end for part, end in zip(parts, ends[:-1], strict=True)]
        return Flats(
            np.concatenate([part.pivots for part in parts]),
            np.concatenate([part.vanish for part in parts]),
            np.concatenate([*first, ends[-1:]]),
            np.concatenate([part.sides for part in parts]),
        )


# ------------------------------------------------------------------ in Python integers


class Cut(NamedTuple):
    """A hyperplane of the arrangement on a flat.

    Attributes:
        first: the smallest row that becomes it.
        normal: primitive, in coordinates of the flat; its positive side is that of the first row.
        same: the rows that become it, their positive sides the same, as the bits of an integer.
        opposite: those with the other side positive.
    """

    first: int
    normal: Row
    same: int
    opposite: int


@dataclass(frozen=True, slots=True)
class Node:
    """A flat: the rows it is reached by, all that contain it (bits), and the arrangement on it."""

    pivots: tuple[int, ...]
    vanish: int
    cuts: tuple[Cut, ...]

    @property
    def rank(self) -> int:
        """The rank (codimension)."""
        return len(self.pivots)


def whole_space(hyperplanes: Integers) -> Node:
    """The whole space with distinct primitive rows."""
    return Node((), 0, tuple(Cut(i, row, 1 << i, 0) for i, row in enumerate(hyperplanes)))


def cut(node: Node, j: int, budget: Budget | None = None) -> Node:
    """The flat cut with its hyperplane j."""
    chosen = node.cuts[j]
    if budget is not None:
        budget.spend(len(node.cuts))
    size, p = min([(abs(x), c) for c, x in enumerate(chosen.normal) if x])
    side = 1 if chosen.normal[p] > 0 else -1
    rest = chosen.normal[:p] + chosen.normal[p + 1 :]
    # For each normal with a positive first entry: the first row, whether it faces that way, its sides.
    merged: dict[Row, list[Any]] = {}
    for first, normal, same, opposite in node.cuts[:j] + node.cuts[j + 1 :]:
        factor, row = side * normal[p], normal[:p] + normal[p + 1 :]
        if factor:
            row = tuple([size * x - factor * y for x, y in zip(row, rest, strict=True)])
        content = signed_content(row)
        if content != 1:
            row = tuple([x // content for x in row])
        known = merged.get(row)
        if known is None:
            merged[row] = [first, content > 0, same, opposite]
        elif known[1] == (content > 0):
            known[2] |= same
            known[3] |= opposite
        else:
            known[2] |= opposite
            known[3] |= same
    cuts = [
        Cut(first, row if faces else tuple([-x for x in row]), same, opposite)
        for row, (first, faces, same, opposite) in merged.items()
    ]
    vanish = node.vanish | chosen.same | chosen.opposite
    return Node((*node.pivots, chosen.first), vanish, tuple(cuts))


def below(node: Node, deepest: int, budget: Budget | None = None) -> Iterator[Node]:
    """A flat, and those under it that are reached from it, up to a rank."""
    yield node
    if node.rank < deepest:
        for j, chosen in enumerate(node.cuts):
            if not node.pivots or chosen.first > node.pivots[-1]:
                yield from below(cut(node, j, budget), deepest, budget)


def nodes_at(hyperplanes: Integers, prefixes: Iterable[Sequence[int]]) -> Iterator[Node]:
    """The flat of each list of pivots; neighbours share their cost."""
    path = [whole_space(hyperplanes)]
    for prefix in prefixes:
        pivots = tuple(prefix)
        while path[-1].pivots != pivots[: path[-1].rank]:
            path.pop()
        for row in pivots[path[-1].rank :]:
            j = next(j for j, chosen in enumerate(path[-1].cuts) if chosen.first == row)
            path.append(cut(path[-1], j))
        yield path[-1]


def _packed(nodes: Sequence[Node], rank: int, words: int) -> Flats:
    cuts = [chosen for node in nodes for chosen in node.cuts]
    pivots = [node.pivots + (-1,) * (rank - node.rank) for node in nodes]
    sides = [bits for chosen in cuts for bits in (chosen.same, chosen.opposite)]
    return Flats(
        np.array(pivots, np.int32).reshape(len(nodes), rank),
        _words([node.vanish for node in nodes], words),
        np.cumsum([0, *(len(node.cuts) for node in nodes)]),
        _words(sides, words).reshape(len(cuts), 2, words),
    )


def _words(masks: Sequence[int], words: int) -> np.ndarray:
    data = b"".join([mask.to_bytes(8 * words, "little") for mask in masks])
    return np.frombuffer(data, "<u8").astype(np.uint64).reshape(len(masks), words)


# ------------------------------------------------------------------ compiled


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """A central arrangement as float64 columns: r x N, bounds on their errors, and which arithmetic."""

    values: np.ndarray
    errors: np.ndarray
    exact: bool

    @property
    def words(self) -> int:
        """64-bit words a set of hyperplanes takes."""
        return (self.values.shape[1] + 63) // 64

    def space(self) -> Any:
        """Fresh room for a walk."""
        from . import flat_kernel

        r, n = self.values.shape
        values, errors = np.zeros((r, r, n)), np.zeros((r, r, n))
        values[0], errors[0] = self.values, self.errors
        masks, bits = np.zeros((n * (r + 1) + 1, 2, self.words), np.uint64), np.arange(n)
        masks[bits, 0, bits >> 6] = np.uint64(1) << (bits & 63).astype(np.uint64)
        return flat_kernel.FlatSpace(
            values,
            errors,
            np.ones(r + 1),
            np.zeros((r + 1, 3, n), np.int64),
            masks,
            np.zeros((r + 1, self.words), np.uint64),
            np.zeros((4, r + 1), np.int64),
            np.array([-2, 0, 0, 0, 0]),
            np.zeros((2, n)),
            np.zeros(n, np.int64),
            np.zeros((2, 1 << (2 * n).bit_length()), np.int64),
        )

    def room(self, words: int) -> Any:
        """Room for a block of flats, with hyperplanes of so many words."""
        from . import flat_kernel

        r, n = self.values.shape
        sides = max(2 * n, words // (2 * self.words))
        return flat_kernel.Found(
            np.empty((sides, r), np.int32),
            np.empty((sides, self.words), np.uint64),
            np.zeros(sides + 1, np.int64),
            np.empty((sides, 2, self.words), np.uint64),
            np.empty((_NOTES, r + 2), np.int64),
        )


def arithmetics(hyperplanes: Integers) -> tuple[Arrays, ...]:
    """The arithmetics to try, the best first; none for what is no integer."""
    if not hyperplanes or irrational(hyperplanes):
        return ()
    rows = tuple(equalised(hyperplanes, column_shifts(hyperplanes)))
    found = [Arrays(columns(scaled(rows)), columns(rounding(rows)), False)]
    if all(-EXACT < x < EXACT for row in hyperplanes for x in row):
        values = columns(np.array(hyperplanes, np.float64))
        found.insert(0, Arrays(values, np.zeros_like(values), True))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class FlatWork:
    """What a piece of the walk needs to run anywhere.

    Attributes:
        hyperplanes: distinct primitive rows.
        arrays: the arithmetics to try before Python integers.
        deepest: the largest rank to go to.
    """

    hyperplanes: Integers
    arrays: tuple[Arrays, ...]
    deepest: int

    @property
    def words(self) -> int:
        """64-bit words a set of hyperplanes takes."""
        return max(1, (len(self.hyperplanes) + 63) // 64)

    def run(self, ends: tuple[int, int]) -> Flats:
        """The flats whose first row is one of `ends[0]`, ..., `ends[1] - 1`."""
        return Flats.joined(list(self.under((), ends, 0)))

    def under(self, prefix: Sequence[int], ends: tuple[int, int], tried: int) -> Iterator[Flats]:
        """A flat (but not the whole space) and those under it, in blocks, by the arithmetics from the
        given one on."""
        if tried == len(self.arrays):
            yield from self._exactly(prefix, ends)
            return
        from . import flat_kernel as kernel

        arrays, run = self.arrays[tried], _entry("walk")
        found, space = arrays.room(_ROOM >> 6 * tried), arrays.space()
        status, first, pivots = kernel.FULL, True, np.array(prefix, np.int64)
        while status == kernel.FULL:
            status = run(space, arrays.exact, pivots, *ends, self.deepest, found)
            flats, noted = space.state[[kernel.FLATS, kernel.NOTED]].tolist()
            if first and (status == kernel.NOT_CERTAIN or noted > _FEW + flats // _FEW):
                yield from self.under(prefix, ends, tried + 1)
                return
            whole, done = Flats(found.pivots, found.vanish, found.first, found.sides)[:flats].copy(), 0
            for size, place, *rows in found.undecided[:noted].tolist():
                yield whole[done:place]
                yield from self.under(rows[:size], ends, tried + 1)
                done = place
            yield whole[done:]
            space.state[[kernel.FLATS, kernel.CLASSES, kernel.NOTED]] = 0
            first = False

    def _exactly(self, prefix: Sequence[int], ends: tuple[int, int]) -> Iterator[Flats]:
        nodes = self._nodes(prefix, ends)
        while part := list(islice(nodes, _BLOCK)):
            yield _packed(part, len(self.hyperplanes[0]), self.words)

    def _nodes(self, prefix: Sequence[int], ends: tuple[int, int]) -> Iterator[Node]:
        prefixes = [prefix] if prefix else [(j,) for j in range(*ends)]
        for node in nodes_at(self.hyperplanes, prefixes):
            yield from below(node, self.deepest)

    def counts(self, infinity: int, prefix: Sequence[int], ends: tuple[int, int], tried: int) -> np.ndarray:
        """How many chambers there are on the flats of each rank that `under` lists, without those at
        infinity; with infinity on both of its sides."""
        total = np.zeros(len(self.hyperplanes[0]) + 1, np.int64)
        if tried == len(self.arrays):
            for node in self._nodes(prefix, ends):
                if infinity < 0 or not node.vanish >> infinity & 1:
                    total[node.rank] += _chambers_on(node)
            return total
        from . import flat_kernel as kernel

        arrays, run = self.arrays[tried], _entry("count_chambers")
        undecided, space = arrays.room(0).undecided, arrays.space()
        status, first, pivots = kernel.FULL, True, np.array(prefix, np.int64)
        while status == kernel.FULL:
            status = run(space, arrays.exact, pivots, *ends, infinity, total, undecided)
            noted = int(space.state[kernel.NOTED])
            if first and (status == kernel.NOT_CERTAIN or noted > _FEW + total.sum() // _FEW):
                return self.counts(infinity, prefix, ends, tried + 1)
            for size, alone, *rows in undecided[:noted].tolist():
                if alone:
                    (node,) = nodes_at(self.hyperplanes, [rows[:size]])
                    total[size] += _chambers_on(node)
                else:
                    total += self.counts(infinity, rows[:size], ends, tried + 1)
            space.state[kernel.NOTED], first = 0, False
        return total


def _chambers_on(node: Node) -> int:
    return sum(poincare_coefficients([chosen.normal for chosen in node.cuts]))


def _entry(name: str) -> Any:
    from . import flat_kernel

    return getattr(flat_kernel, name)


def _in_python(hyperplanes: Integers, deepest: int) -> list[Node] | None:
    """All flats, whole space included; None if that is too much for Python integers."""
    if is_loaded("flat_kernel", "walk"):
        return None
    size = max((abs(x) for row in hyperplanes for x in row), default=0)
    try:
        return list(below(whole_space(hyperplanes), deepest, Budget(_SMALL // weight(size))))
    except OutOfBudget:
        return None


def _pieces(n: int, deepest: int) -> list[tuple[int, int]]:
    """Ranges of first rows with about as many flats in general position."""
    sizes = [sum(comb(n - 1 - j, k) for k in range(deepest)) for j in range(n)]
    if sum(sizes) * n < _BUSY:
        return [(0, n)]
    pieces, start, total = [], 0, 0
    for j, size in enumerate(sizes):
        total += size
        if total * _PIECES > sum(sizes):
            pieces.append((start, j + 1))
            start, total = j + 1, 0
    return [*pieces, (start, n)] if start < n else pieces


def all_flats(
    hyperplanes: Integers, deepest: int | None = None, executor: Executor | None = None
) -> Iterator[Flats]:
    """All flats of a central arrangement up to a rank, in blocks.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        deepest: the largest rank; that of the arrangement if None.
        executor: who does the work, in pieces that can be pickled; threads of this process if None.

    Yields:
        Blocks, as long as the way they are found likes; the whole space is the first flat, a flat comes
        before those reached from it, and those of one rank are in the order of their pivots.

    Example:
        >>> [int(k) for block in all_flats(((1, 0), (0, 1), (1, 1))) for k in block.ranks]
        [0, 1, 2, 1, 1]
    """
    rank = len(hyperplanes[0]) if hyperplanes else 0
    bottom = rank if deepest is None else min(deepest, rank)
    small = _in_python(hyperplanes, bottom)
    work = FlatWork(hyperplanes, () if small else arithmetics(hyperplanes), bottom)
    if small is not None or not bottom:
        yield _packed(small or [whole_space(hyperplanes)], rank, work.words)
        return
    yield _packed([whole_space(hyperplanes)], rank, work.words)
    pieces = _pieces(len(hyperplanes), bottom)
    if executor is not None:
        yield from in_order(executor, work.run, pieces)
    elif len(pieces) == 1 or cores() == 1:
        for ends in pieces:
            yield from work.under((), ends, 0)
    else:
        with ThreadPoolExecutor(cores()) as pool:
            yield from in_order(pool, work.run, pieces)


def count_on_flats(hyperplanes: Integers, infinity: int | None = None) -> tuple[int, ...]:
    """How many chambers there are on all flats of each rank together: faces, by their codimension.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        infinity: the hyperplane at infinity, of which only one side counts; None if there is none.

    Returns:
        rank + 1 integers, the last 0 with infinity.

    Example:
        >>> count_on_flats(((1, 0), (0, 1), (1, 1)))
        (6, 6, 1)
    """
    rank = len(hyperplanes[0]) if hyperplanes else 0
    small = _in_python(hyperplanes, rank)
    at_infinity = -1 if infinity is None else infinity
    if small is not None or not rank:
        totals = np.zeros(rank + 1, object)
        for node in small or [whole_space(hyperplanes)]:
            if infinity is None or not node.vanish >> infinity & 1:
                totals[node.rank] += _chambers_on(node)
    else:
        work, whole = FlatWork(hyperplanes, arithmetics(hyperplanes), rank), whole_space(hyperplanes)
        pieces = _pieces(len(hyperplanes), rank)
        counts = list(shared_out(lambda ends: work.counts(at_infinity, (), ends, 0), pieces))
        totals = np.sum(counts, axis=0).astype(object)
        totals[0] = _chambers_on(whole)
    return tuple(int(x) // (1 if infinity is None else 2) for x in totals)
