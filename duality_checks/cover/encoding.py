"""Trees as bits, as a certificate of version 3 has them (:class:`duality_checks.checker.Bits` reads them).

The checker's own walk over the boxes writes them: it asks what becomes of the next box, and for each slope,
and what it is told is noted. So what is written has been proven, in integers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, pairwise

import numpy as np

from hyperplane_arrangements.machine.workers import workers

from .. import checker
from .effort import is_late
from .search import STEPS, Tree

BITS = STEPS.bit_length() - 1
SHARED = 100_000  # slopes from which on other processes are asked to write: they take more than half a second
LEAF = -1  # what a tree has for a leaf, and behind its slopes
HALVED = 64  # leaves that may be halved before they are taken for what cannot be proven
PARTS = 4  # for each worker: they are done at different speeds


def deepest(trees: tuple[Tree, ...]) -> int:
    """The power of two over which the ends of all boxes are integers.

    An interval of length 2 can be halved once more.

    Example:
        >>> import numpy as np
        >>> none = np.empty(0)
        >>> deepest((Tree(np.array([1, 1, -1, -1, 0, -1, -1]), none, none),))
        1
    """
    most = 1
    for tree in trees:
        stack: list[dict[int, int]] = [{}]
        for code in tree.codes.tolist():
            halved = stack.pop()
            if code >= 0:
                halved = {**halved, code: halved.get(code, 0) + 1}
                most = max(most, halved[code])
                stack += [halved, halved]
    return most - 1


class Pen(checker.Bits):
    """Answers the checker's questions from trees, and writes the answers down.

    Args:
        trees: one for each face, every box of them a leaf.
        kept: the checker's number of each row that the search numbered.
        where: what the checker calls it when it refuses.
        deadline: when writing ends with a refusal, by :func:`time.perf_counter`.
    """

    def __init__(
        self, trees: tuple[Tree, ...], kept: Sequence[int], where: str, deadline: float | None = None
    ):
        super().__init__(b"", where)
        self._deadline = deadline
        self._codes: Iterator[int] = (code for tree in trees for code in tree.codes.tolist())
        self._slopes: Iterator[tuple[int, int]] = (
            (kept[row] if row >= 0 else row, slope)
            for tree in trees
            for row, slope in zip(tree.rows.tolist(), tree.slopes.tolist(), strict=True)
        )
        self._leaf: dict[int, int] = {}
        self._written: list[str] = []
        self._open = 0

    def _write(self, text: str) -> None:
        self._written.append(text)
        self.place += len(text)

    def halved(self, width: int) -> int | None:
        code = next(self._codes)
        if code >= 0:
            self._write("1" + f"{code:0{width}b}")
            return code
        checker.require(not is_late(self._deadline), f"{self.where}: no time is left to write it down")
        self._open = len(self._written)
        self._write("0")
        self._leaf = {}
        for row, slope in self._slopes:
            if row < 0:
                break
            self._leaf[row] = slope
        return None

    def slope(self, row: int, count: int, nearer: int) -> int:
        one = 1 << count
        value = self._leaf.get(row, nearer << count)
        if value == nearer << count:
            self._write("0")
        elif value in (0, one):
            self._write("10")
        else:
            self._write("11" + f"{value:0{count}b}")
        return value

    def shares(self, pieces: Sequence[int], count: int) -> list[int]:
        one = 1 << count
        found = [self._leaf.get(piece, 0) for piece in pieces]
        # Of a piece that floats did not see to be nowhere the largest.
        found[found.index(max(found))] += one - sum(found)
        if one in found:
            width = (len(pieces) - 1).bit_length()
            self._write("0" + (f"{found.index(one):0{width}b}" if width else ""))
        else:
            self._write("1" + "".join(f"1{share:0{count}b}" if share else "0" for share in found[:-1]))
        return found

    def halve(self, i: int) -> None:
        """Take back the last leaf: its box is one to halve in coordinate i, with two leaves of its slopes."""
        self.place -= sum(map(len, self._written[self._open :]))
        del self._written[self._open :]
        self._codes = chain((i, LEAF, LEAF), self._codes)
        self._slopes = chain(2 * [*self._leaf.items(), (LEAF, 0)], self._slopes)

    @property
    def bits(self) -> str:
        """The bits so far, as zeros and ones."""
        return "".join(self._written)


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """A tree to be written, or a part of one.

    Attributes:
        function: that it bounds, as the checker has it.
        cover: its basis, depth and bits.
        trees, kept, where, deadline: as for a :class:`Pen`.
        begin, end: paths of its first box and of the one after its last.
    """

    function: checker.Kinks
    cover: checker.Cover
    trees: tuple[Tree, ...]
    kept: Sequence[int]
    where: str
    deadline: float | None = None
    begin: checker.Path = (0,)
    end: checker.Path = ()

    @property
    def size(self) -> int:
        """How many slopes and leaves there are: time goes into rows that leaves do not decide."""
        return sum(len(tree.rows) for tree in self.trees)

    def parted(self, count: int) -> list[Draft]:
        """About so many parts of about one size."""
        if count == 1:
            return [self]
        names = "codes", "slopes", "rows"
        codes, slopes, rows = (np.concatenate([getattr(tree, name) for tree in self.trees]) for name in names)
        step, leaves = -(-len(rows) // count), 0
        ends = [0, *(np.flatnonzero(rows < 0) + 1).tolist()]
        waiting = list[checker.Path]((face,) for face in reversed(range(len(self.trees))))
        cuts = list[tuple[int, int, checker.Path]]()
        for k, code in enumerate(codes.tolist()):
            path = waiting.pop()
            if ends[leaves] >= len(cuts) * step:
                cuts.append((k, ends[leaves], path))
            if code < 0:
                leaves += 1
            else:
                waiting += [(*path, 2 * code + 1), (*path, 2 * code)]
        cuts.append((len(codes), len(rows), ()))
        return [
            replace(self, trees=(Tree(codes[a:b], slopes[c:d], rows[c:d]),), begin=begin, end=end)
            for (a, c, begin), (b, d, end) in pairwise(cuts)
        ]

    def written(self) -> str:
        """Its bits, proven by the checker's own walk. A leaf that floats proved and integers do not, by a
        rounding, is halved.

        Raises:
            checker.Refusal: leaves that do not hold in halves either, trees that are not whole, or no time.
        """
        g, pen, begin = self.function, Pen(self.trees, self.kept, self.where, self.deadline), self.begin
        for left in reversed(range(HALVED + 1)):
            for box, c, undecided in checker.leaves(g, self.cover, pen, begin, self.end):
                try:
                    checker.leaf_holds(g, self.cover, pen, box.j, box.lo, box.hi, c, undecided)
                except checker.Refusal:
                    i = _widest(box)
                    if i is None or not left:
                        raise
                    pen.halve(i)
                    begin = box.path
                    break
            else:
                break
        return pen.bits


def _widest(box: checker.Box) -> int | None:
    """The coordinate in which a box is widest, None where that cannot be halved in integers."""
    widths = [high - low for low, high in zip(box.lo, box.hi, strict=True)]
    widest = max(widths)
    return widths.index(widest) if widest and widest % 2 == 0 else None


def penned(drafts: Sequence[Draft]) -> list[bytes]:
    """The bytes of each, the last one filled up with zeros. Long ones are written in parts, by the workers
    that were chosen.

    Raises:
        checker.Refusal: what :meth:`Draft.written` raises.
    """
    size, team = sum(draft.size for draft in drafts), workers()
    if team is None or size <= SHARED:
        return [_bytes(draft.written()) for draft in drafts]
    parts = [draft.parted(max(1, round(PARTS * team.count * draft.size / size))) for draft in drafts]
    bits = iter(team.map(Draft.written, chain(*parts)))
    return [_bytes("".join(islice(bits, len(own)))) for own in parts]


def _bytes(bits: str) -> bytes:
    size = -(-len(bits) // 8)
    return int(bits.ljust(8 * size, "0") or "0", 2).to_bytes(size, "big")
