"""The chambers of an arrangement: counted in advance, listed, or streamed batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any, TypeVar, overload

import numpy as np

from ..errors import InputError, TooLargeError
from ..exact import integer_row
from ..plain import PlainArrangement
from ..values.display import Shown
from .chamber import Chamber, Neighbours
from .engine import Cells, Plan, count, make_plan, run, whitney_numbers
from .interior import interior_points
from .minors import STEPS, Memo, divide_by_infinity, poincare_coefficients
from .search import Budget, OutOfBudget, weight
from .symmetry import SymmetricCount, count_with_symmetry, is_promising
from .tables import OverLimit, is_loaded

_COUNTED = 5_000_000  # a prediction is exact at least up to here
# Entries of minors to try before a search (what symmetry does not spare costs a blink), and chambers to
# search before more minors.
_TURNS = ((200_000, _COUNTED), (0, 100_000_000), (10_000_000, 1_000_000_000))
_SURE = 40_000_000  # chambers that a search takes seconds for, however many there are
_READY = 12  # times as many entries once compiled code counts most of the minors
_COMPILED = 2**14  # entries up to which minors are counted by compiled code (`minors_kernel.LIMIT`)

_AT_ONCE = 4_096  # chambers found together when they are gone through one by one

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the order of the chambers, to start a stream from.

    Attributes:
        task: the index of the piece of work it is in.
        skip: how many chambers (antipodal pairs, if central) of that piece come before it.
    """

    task: int = 0
    skip: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class ChamberBatch:
    """Some consecutive chambers.

    Attributes:
        arrangement: whose chambers they are.
        cells: what the engine found.
        following: the place after the batch; give it to `Chambers.batches` to go on from there.
    """

    arrangement: PlainArrangement
    cells: Cells
    following: Position
    _plan: Plan
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<ChamberBatch: {len(self):,} chambers>"

    def __len__(self) -> int:
        return len(self.cells.bits) * (2 if self._plan.antipodal else 1)

    @property
    def patterns(self) -> np.ndarray:
        """Whether each row is positive: P x n bool."""
        return self.signs > 0

    @property
    def signs(self) -> np.ndarray:
        """The sign vectors: P x n int8; 0 only for zero rows."""
        distinct = self.arrangement.distinct
        values = self._positive().view(np.int8) * np.int8(2) - np.int8(1)
        if (distinct.of_row < 0).any():
            values *= distinct.of_row >= 0
        return _interleaved(values, -values) if self._plan.antipodal else values

    def _positive(self) -> np.ndarray:
        """Whether each row is positive, or zero, on the chambers found: uint8."""
        distinct = self.arrangement.distinct
        bits = np.unpackbits(self.cells.bits, axis=1, bitorder="little", count=len(distinct.rows))
        if not _is_identity(distinct.of_row, len(distinct.rows)):
            bits = np.pad(bits, ((0, 0), (0, 1)))[:, distinct.of_row]  # index -1 is the column added
        return bits ^ (distinct.orientation < 1)

    @property
    def packed(self) -> np.ndarray:
        """`patterns`, eight rows a byte, the first row in the lowest bit: P x ceil(n / 8) uint8."""
        distinct, bits = self.arrangement.distinct, self.cells.bits
        if _is_identity(distinct.of_row, len(distinct.rows)):
            half = bits ^ np.packbits(distinct.orientation < 0, bitorder="little")
        else:
            half = np.packbits(self._positive(), axis=1, bitorder="little")
        rows = np.packbits(distinct.of_row >= 0, bitorder="little")
        return _interleaved(half & rows, ~half & rows) if self._plan.antipodal else half & rows

    @property
    def witnesses(self) -> np.ndarray:
        """A point strictly inside each chamber: P x d.

        float64 if every row is proven inside as an exact dyadic point, otherwise Python integers (affine:
        Fractions).
        """
        if "witnesses" not in self._cache:
            self._cache["witnesses"] = _witnesses(self)
        return self._cache["witnesses"]


def _is_identity(of_row: np.ndarray, hyperplanes: int) -> bool:
    return len(of_row) == hyperplanes and bool((of_row == np.arange(hyperplanes)).all())


def _interleaved(even: np.ndarray, odd: np.ndarray) -> np.ndarray:
    both = np.empty((2 * len(even), even.shape[1]), even.dtype)
    both[0::2], both[1::2] = even, odd
    return both


def _witnesses(batch: ChamberBatch) -> np.ndarray:
    """Float points proven inside where possible, exact ones for the rest."""
    arrangement, work = batch.arrangement, batch._plan.work
    affine = not arrangement.is_central
    columns = list(arrangement.distinct.columns)
    points, proven = work.points(batch.cells, affine)
    if affine:
        columns, points = columns[:-1], points[:, :-1]
    half = np.zeros((len(points), arrangement.dimension))
    half[:, columns] = points
    if not proven.all():
        if arrangement.normals.is_rational:
            others = work.exact_points(batch.cells.basis[~proven], affine)
        else:
            distinct = arrangement.distinct
            others = interior_points(distinct.rows, distinct.infinity, batch.cells.bits[~proven])
        half = _with_exact(half, proven, columns, others, affine)
    return _interleaved(half, -half) if batch._plan.antipodal else half


def _with_exact(
    points: np.ndarray, proven: np.ndarray, columns: list[int], others: Iterator[list[Any]], affine: bool
) -> np.ndarray:
    """The points, exactly, where they are proven inside, and others in the columns given where not."""
    result = np.zeros(points.shape, dtype=object)
    exact = _fractions if affine else integer_row
    for i, (good, row) in enumerate(zip(proven.tolist(), points.tolist(), strict=True)):
        if good:
            result[i] = exact(row)
        else:
            result[i, columns] = next(others)
    return result


def _fractions(row: list[float]) -> list[Fraction]:
    return [Fraction(x) for x in row]


@dataclass(frozen=True, slots=True, eq=False)
class Chambers(Shown):
    """All chambers of an arrangement, in a fixed order, found when asked for.

    If the arrangement is central, rows 2i and 2i + 1 are antipodes. Two lists of the same arrangement have
    the same order. Going through it gives one chamber after the other, with its signs, a point inside and
    its walls, and `chambers[0]` is the first; `batches` gives many at once. `signs`, `patterns` and
    `witnesses` hold everything in memory.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> chambers = Arrangement([[1, 0], [0, 1]]).chambers()
        >>> chambers.signs.tolist()
        [[1, -1], [-1, 1], [1, 1], [-1, -1]]
        >>> chambers.is_complete
        True
    """

    arrangement: PlainArrangement
    _plan: Plan = field(repr=False)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        return f"<Chambers: {len(self):,} of {self.arrangement.n:,} rows>"

    def __len__(self) -> int:
        return self._plan.chambers

    def __iter__(self) -> Iterator[Chamber]:
        start = 0
        for batch in self.batches(_AT_ONCE):
            yield from self._each(batch, start)
            start += len(batch)

    @overload
    def __getitem__(self, key: int) -> Chamber: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[Chamber, ...]: ...
    def __getitem__(self, key: int | slice) -> Chamber | tuple[Chamber, ...]:
        """A chamber by its place in the list, found without those that come earlier; some, for a slice.

        Raises:
            IndexError: there are not so many.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> chambers = Arrangement([[1, 0], [0, 1]]).chambers()
            >>> chambers[-1], str(chambers[0]), chambers[0].walls
            (Chamber('--'), '+-', (0, 1))
        """
        places = range(len(self))[key]
        if isinstance(places, range):
            return tuple(self[i] for i in places)
        odd = places % 2 if self._plan.antipodal else 0
        first = self._cache.get("first") or next(self.batches(_AT_ONCE))
        self._cache["first"] = first
        if places < len(first):
            return self._chamber(first, 0, places)
        batch = next(self.batches(2, start=self.place(places - odd)))
        return self._chamber(batch, places - odd, odd)

    def _each(self, batch: ChamberBatch, start: int) -> Iterator[Chamber]:
        return (self._chamber(batch, start, k) for k in range(len(batch)))

    def _chamber(self, batch: ChamberBatch, start: int, k: int) -> Chamber:
        if "tuples" not in batch._cache:
            batch._cache["tuples"] = list(map(tuple, batch.signs.tolist()))
        signs = batch._cache["tuples"][k]
        return Chamber(self.arrangement, start + k, signs, lambda: batch.witnesses[k], self._walls_of)

    def _walls_of(self, index: int) -> tuple[int, ...]:
        """The rows that bound a chamber."""
        distinct, frame = self.arrangement.distinct, self._plan.work.frame
        if frame is None:
            return ()
        if "neighbours" not in self._cache:
            bits = self._all().cells.bits
            known = Neighbours.of(bits, len(distinct.rows), frame.infinity, self._plan.antipodal)
            self._cache["neighbours"] = known
        walls = self._cache["neighbours"].walls(index // 2 if self._plan.antipodal else index)
        return tuple(np.flatnonzero(np.isin(distinct.of_row, walls)).tolist())

    def batches(
        self, size: int = 65_536, *, start: Position | None = None, executor: Executor | None = None
    ) -> Iterator[ChamberBatch]:
        """The chambers in batches; memory stays bounded.

        Args:
            size: the most chambers in a batch; an even number if the arrangement is central.
            start: where to begin, `following` of the batch before; the beginning if None.
            executor: who does the work, in pieces that can be pickled; this thread if None. The result is the
                same.

        Yields:
            Batches in the order of the list.

        Raises:
            InputError: a size below 2.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> [len(batch) for batch in Arrangement([[1, 0], [0, 1], [1, 1]]).chambers().batches(4)]
            [4, 2]
        """
        if size < 2:
            raise InputError(f"size is {size}; give at least 2")
        return self._stream(size // 2 if self._plan.antipodal else size, start or Position(), executor)

    def place(self, index: int) -> Position:
        """The place before a chamber, found without enumerating those that come earlier.

        Args:
            index: 0 for the first chamber, `len` for the end; even if the arrangement is central.

        Raises:
            InputError: no such index.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> chambers = Arrangement([[1, 0], [0, 1]]).chambers()
            >>> [batch.signs.tolist() for batch in chambers.batches(start=chambers.place(2))]
            [[[1, 1], [-1, -1]]]
        """
        step = 2 if self._plan.antipodal else 1
        if not 0 <= index <= len(self) or index % step:
            raise InputError(f"index is {index}; give one from 0 to {len(self)} in steps of {step}")
        rest = index // step
        for task, piece in enumerate(self._plan.tasks):
            if rest < piece.count:
                return Position(task, rest)
            rest -= piece.count
        return Position(len(self._plan.tasks))

    def _stream(self, size: int, start: Position, executor: Executor | None) -> Iterator[ChamberBatch]:
        held: list[Cells] = []
        room = size
        skip = start.skip
        for index, cells in run(self._plan, start.task, executor):
            first = skip
            skip = 0
            while first < len(cells.bits):
                piece = cells[first : first + room]
                first += len(piece.bits)
                room -= len(piece.bits)
                held.append(piece)
                if room == 0:
                    yield ChamberBatch(
                        self.arrangement, Cells.joined(held), Position(index, first), self._plan
                    )
                    held, room = [], size
        if held:
            end = Position(len(self._plan.tasks), 0)
            yield ChamberBatch(self.arrangement, Cells.joined(held), end, self._plan)

    def _all(self) -> ChamberBatch:
        if "all" not in self._cache:
            (self._cache["all"],) = self.batches(max(2, len(self)))
        return self._cache["all"]

    @property
    def signs(self) -> np.ndarray:
        """The sign vectors: P x n int8 in {-1, 0, 1}; 0 only for zero rows."""
        return self._all().signs

    @property
    def patterns(self) -> np.ndarray:
        """Whether each row is positive: P x n bool."""
        return self._all().patterns

    @property
    def packed(self) -> np.ndarray:
        """`patterns`, eight rows a byte, the first row in the lowest bit: P x ceil(n / 8) uint8."""
        return self._all().packed

    @property
    def witnesses(self) -> np.ndarray:
        """A point strictly inside each chamber: P x d.

        float64 if every row is proven inside as an exact dyadic point, otherwise Python integers (affine:
        Fractions).
        """
        return self._all().witnesses

    @property
    def is_complete(self) -> bool:
        """Whether the sign vectors are distinct and as many as the count, which is computed without them."""
        packed = self._all().cells.bits
        distinct = len(set(map(bytes, packed))) * (2 if self._plan.antipodal else 1)
        return distinct == count_chambers(self.arrangement)


def upper_bound(n: int, rank: int) -> int:
    """Cover's bound on the chambers of n central hyperplanes: `2 sum_{k < rank} C(n - 1, k)` (statement 1.1).

    Example:
        >>> upper_bound(5, 3)
        22
    """
    return 2 * sum(comb(n - 1, k) for k in range(rank)) if n else 1


def count_chambers(arrangement: PlainArrangement, told: Callable[[str], object] | None = None) -> int:
    """The exact number of chambers, without listing them (see `Arrangement.count_chambers`).

    Args:
        arrangement: any.
        told: is told in words how far it is, where it takes long.
    """
    return arrangement.remembered("count", lambda: _count(arrangement, told))


def symmetry_used(arrangement: PlainArrangement) -> SymmetricCount | None:
    """What stood for all flats when the chambers were counted; None if they were counted without symmetry.

    Symmetry is looked for where there is much to count, and found without being told: any linear map that
    permutes the hyperplanes.

    Example:
        >>> from hyperplane_arrangements import named
        >>> print(symmetry_used(named("type_e_8")))
        with symmetry: 13 flats, 6 of them of rank 4, stand for all
        >>> print(symmetry_used(named("braid_4")))
        None
    """
    count_chambers(arrangement)
    return arrangement.remembered("symmetric", lambda: None)


def count_by_search(arrangement: PlainArrangement) -> int:
    """The exact number of chambers by the plain search for sets without broken circuit (statement 1.1).

    No symmetry, no memo, nothing shared with the counting by minors: an independent check of
    `Arrangement.count_chambers`, at 10 to 20 million chambers a second on two cores where integers stay small
    (25 CPU seconds for the 347,326,352 chambers of the resonance arrangement in R^7).

    Args:
        arrangement: any; there is no limit, so take one that can be gone through.

    Returns:
        The count.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> count_by_search(Arrangement([[1, 0], [0, 1], [1, 1]]))
        6
    """
    distinct = arrangement.distinct
    return count(distinct.rows, distinct.infinity)


def poincare(arrangement: PlainArrangement) -> tuple[int, ...]:
    """The unsigned Whitney numbers of the first kind, rank + 1 of them: their sum is the number of chambers.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> poincare(Arrangement([[1, 0], [0, 1], [1, 1]])), poincare(Arrangement([[1], [1]], [0, 1]))
        ((1, 3, 2), (1, 2))
    """
    distinct = arrangement.distinct
    return arrangement.remembered(
        "poincare",
        lambda: _in_turns(
            arrangement,
            lambda coefficients: coefficients,
            lambda limit: whitney_numbers(distinct.rows, distinct.infinity, limit),
        ),
    )


def _count(arrangement: PlainArrangement, told: Callable[[str], object] | None) -> int:
    distinct = arrangement.distinct
    if distinct.infinity is None and len(distinct.rows) == arrangement.rank:
        return 2**arrangement.rank  # independent normals: every sign vector is a chamber's
    # A plan of the search serves to list the chambers too.
    return _in_turns(arrangement, sum, lambda limit: _plan(arrangement, limit).chambers, told)


def _in_turns(
    arrangement: PlainArrangement,
    from_minors: Callable[[tuple[int, ...]], T],
    by_search: Callable[[int | None], T],
    told: Callable[[str], object] | None = None,
) -> T:
    """Memoised minors if many are alike, flats up to symmetry if there is much of it, else the search, which
    takes time with every chamber: each within its bounds, then with more; a search for certain where there
    cannot be many chambers."""
    distinct, memo = arrangement.distinct, Memo(told=told)
    largest = max((abs(x) for row in distinct.rows for x in row), default=0)
    sure = upper_bound(len(distinct.rows), len(distinct.columns)) <= _SURE
    ready = is_loaded("kernel", "walk")
    searched_first = largest > _COMPILED and ready and len(distinct.columns) > 2
    # Many minors, and compiled code at hand for small ones: whether they are alike is soon seen.
    memoised = comb(len(distinct.rows), max(0, len(distinct.columns) - 1)) > STEPS
    compiled = largest <= _COMPILED and is_loaded("minors_kernel", "whitney_numbers")
    more = _READY if memoised and compiled else 1
    for entries, counted in _TURNS:
        if not searched_first:
            with suppress(OutOfBudget):
                budget = Budget(more * entries // weight(largest))
                return from_minors(_by_minors(arrangement, memo, budget))
        symmetric = _by_symmetry(arrangement, told)
        if symmetric is not None:
            return from_minors(_of_chambers(arrangement, symmetric.coefficients))
        if memo.is_worth_while and not (sure and ready):
            break
        with suppress(OverLimit):
            return by_search(None if sure else counted)
        searched_first = False
    return from_minors(_by_minors(arrangement, memo))


def _by_minors(arrangement: PlainArrangement, memo: Memo, budget: Budget | None = None) -> tuple[int, ...]:
    rows = arrangement.distinct.rows
    if rows and len(rows[0]) == 2:  # distinct lines through a point
        return _of_chambers(arrangement, (1, len(rows), len(rows) - 1))
    return _of_chambers(arrangement, poincare_coefficients(rows, budget, memo))


def _by_symmetry(
    arrangement: PlainArrangement, told: Callable[[str], object] | None
) -> SymmetricCount | None:
    rows = arrangement.distinct.rows
    return arrangement.remembered(
        "symmetric", lambda: count_with_symmetry(rows, told=told) if is_promising(rows) else None
    )


def _of_chambers(arrangement: PlainArrangement, coefficients: tuple[int, ...]) -> tuple[int, ...]:
    return coefficients if arrangement.is_central else divide_by_infinity(coefficients)


def chambers(arrangement: PlainArrangement, max_chambers: int = 5_000_000) -> Chambers:
    """The list of all chambers (see `Arrangement.chambers`)."""
    distinct = arrangement.distinct
    bound = upper_bound(len(distinct.rows), len(distinct.columns)) // (1 if arrangement.is_central else 2)
    try:
        plan = _plan(arrangement, max(max_chambers, _COUNTED))
    except OverLimit as stopped:
        raise TooLargeError(
            f"the arrangement may have {bound} chambers (it has more than {max(max_chambers, _COUNTED)}), "
            f"over the limit of {max_chambers}; take fewer rows or a lower rank",
            predicted=bound,
            limit=max_chambers,
        ) from stopped
    if plan.chambers > max_chambers:
        raise TooLargeError(
            f"the arrangement has {plan.chambers} chambers, over the limit of {max_chambers}; raise "
            "max_chambers and go through the batches, or take fewer rows or a lower rank",
            predicted=plan.chambers,
            limit=max_chambers,
        )
    return Chambers(arrangement, plan)


def _plan(arrangement: PlainArrangement, limit: int | None = None) -> Plan:
    distinct = arrangement.distinct
    return arrangement.remembered("plan", lambda: make_plan(distinct.rows, distinct.infinity, limit))
