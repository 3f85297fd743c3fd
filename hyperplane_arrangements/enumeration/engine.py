"""Pieces of the search, which run one by one, on threads, or on other machines, always in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import comb, gcd
from typing import Any, TypeVar

import numpy as np

from ..machine.cores import cores, parts, shared_out
from . import search, tables, witness
from .candidates import candidates, compiled, floats
from .frame import Frame, Integers, frame

# rows to restrict, and chambers, up to which Python integers are faster than starting the compiled search
_SMALL_WORK = 25_000
_SMALL = 5_000
_PIECE = 1 << 22  # bytes of packed signs in a piece at most, if rows are not too few to split it
_LEAST = 1 << 15  # and at least
_PIECES = 16  # if neither matters
_BUSY = 20_000  # lines, and millions of signs, from which threads are worth starting

T = TypeVar("T")

# signs that Python integers may find in this process before the compiled search is started all the same
_patience = search.Budget(5_000_000)


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Chambers on the positive side of infinity.

    Attributes:
        bits: P x ceil(N / 8) uint8, the signs over the distinct hyperplanes, the first in the lowest bit.
        basis: P x d int32, the NBC set of each (row indices of the frame, decreasing), -1 where it is
            shorter.
    """

    bits: np.ndarray
    basis: np.ndarray

    def __getitem__(self, part: slice) -> Cells:
        return Cells(self.bits[part], self.basis[part])

    @staticmethod
    def joined(pieces: Sequence[Cells]) -> Cells:
        """One after the other."""
        if len(pieces) == 1:
            return pieces[0]
        return Cells(np.concatenate([p.bits for p in pieces]), np.concatenate([p.basis for p in pieces]))


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of the search: the NBC sets that begin with a prefix and then j, first <= j < last.

    Attributes:
        prefix: decreasing row indices.
        first: the first j; -1 stands for the prefix itself.
        last: one more than the last j.
        count: the number of its chambers.
    """

    prefix: tuple[int, ...]
    first: int
    last: int
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What a piece needs to run anywhere: coordinates, and arrays for the compiled search if worth while."""

    frame: Frame | None
    tables: tables.Tables | None
    _cache: dict[str, Any] = field(default_factory=dict, repr=False)

    def points(self, cells: Cells, affine: bool) -> tuple[np.ndarray, np.ndarray]:
        """A float point for each chamber, in coordinates of the hyperplanes, and whether it is proven
        inside.

        Affine points have a last coordinate of 1.
        """
        if self.frame is None or not self.frame.rows:  # no hyperplane, or one
            return np.ones((1, int(self.frame is not None))), np.ones(1, np.bool_)
        if "floats" not in self._cache:
            self._cache["floats"] = floats(self.frame)
        rounded = self._cache["floats"]
        worth = rounded.many_lines or (len(cells.bits) > _SMALL and self.tables is not None)
        if not (worth or tables.is_loaded("witness_kernel", "witnesses")):
            return candidates(rounded, cells.basis, cells.bits, affine)
        if len(cells.bits) * self.frame.size < 200 * _BUSY:
            return compiled(rounded, cells.basis, cells.bits, affine)
        pieces = [cells[part] for part in parts(len(cells.bits))]
        found = list(shared_out(lambda part: compiled(rounded, part.basis, part.bits, affine), pieces))
        return np.concatenate([p for p, _ in found]), np.concatenate([ok for _, ok in found])

    def exact_points(self, basis: np.ndarray, affine: bool) -> Iterator[list[Any]]:
        """An exact point inside the chamber of each basis: integers; if affine, Fractions without the 1."""
        assert self.frame is not None
        for point in witness.exact_witnesses(self.frame, basis):
            if affine:
                yield [Fraction(x, point[-1]) for x in point[:-1]]
            else:
                divisor = gcd(*point)
                yield [x // divisor for x in point]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How to list the chambers.

    Attributes:
        work: coordinates; none if there is no hyperplane.
        tasks: the pieces, in order: the same whichever arithmetic counts them.
        antipodal: whether each chamber found stands for itself and its antipode.
    """

    work: Work
    tasks: tuple[Task, ...]
    antipodal: bool

    @property
    def chambers(self) -> int:
        """The number of chambers."""
        return sum(task.count for task in self.tasks) * (2 if self.antipodal else 1)


def make_plan(hyperplanes: Integers, infinity: int | None, limit: int | None = None) -> Plan:
    """Count every piece of the search.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        infinity: the index of the hyperplane at infinity; None if the arrangement is central.
        limit: give up when there are more chambers on the positive side of infinity.

    Returns:
        The plan.

    Raises:
        OverLimit: counting has been given up.
    """
    if not hyperplanes:
        return Plan(Work(None, None), (Task((), -1, 0, 1),), antipodal=False)
    chosen = frame(hyperplanes, infinity)
    work, tasks = _in_python(chosen) or _decided(chosen, lambda work: _split(work, (), limit))
    return Plan(work, tuple(tasks), antipodal=infinity is None)


def count(hyperplanes: Integers, infinity: int | None) -> int:
    """The number of chambers, by the search alone (arguments as in `make_plan`)."""
    if len(hyperplanes) < 2:
        return 2 if hyperplanes and infinity is None else 1
    _, counts = _decided(frame(hyperplanes, infinity), lambda work: _counts(work, (), None))
    return sum(counts) * (2 if infinity is None else 1)


def whitney_numbers(hyperplanes: Integers, infinity: int | None, limit: int | None = None) -> tuple[int, ...]:
    """The unsigned Whitney numbers of the first kind: the sizes of the NBC sets that the search finds, which
    for a central arrangement are those of its part off one hyperplane (arguments as in `make_plan`).

    Raises:
        OverLimit: the search has been given up.

    Example:
        >>> whitney_numbers(((1, 0), (0, 1), (1, 1)), None)
        (1, 3, 2)
    """
    if len(hyperplanes) < 2:
        return (1, 1) if hyperplanes and infinity is None else (1,)
    _, sizes = _decided(frame(hyperplanes, infinity), lambda work: _sizes(work, limit))
    if infinity is None:
        sizes = [a + b for a, b in zip([*sizes, 0], [0, *sizes], strict=True)]
    return tuple(sizes)


def _in_python(chosen: Frame) -> tuple[Work, list[Task]] | None:
    """A plan in Python integers; None if the compiled search is at hand, or the work too much without."""
    if len(chosen.rows) and (tables.is_loaded("kernel", "walk") or _patience.rows < 0):
        return None
    work = Work(chosen, None)
    weight = search.weight(max((abs(x) for row in chosen.hyperplanes for x in row), default=0))
    try:
        tasks = _split(work, (), None, search.Budget(_SMALL_WORK // weight))
    except search.OutOfBudget:
        return None
    total = sum(task.count for task in tasks) * weight
    if total > _SMALL:
        return None
    _patience.rows -= total * len(chosen.rows)
    return work, tasks


def _decided(chosen: Frame, job: Callable[[Work], T]) -> tuple[Work, T]:
    """Do a job in the first arithmetic that leaves not too much undecided; the last is Python integers."""
    for arrays in tables.attempts(chosen):
        work = Work(chosen, arrays)
        try:
            return work, job(work)
        except tables.GaveUp:
            continue
    work = Work(chosen, None)
    return work, job(work)


def _split(
    work: Work, prefix: tuple[int, ...], limit: int | None, budget: search.Budget | None = None
) -> list[Task]:
    """Tasks for all sets that begin with a prefix, children together until they come to a piece."""
    assert work.frame is not None
    counts = _counts(work, prefix, limit, budget)
    left = work.frame.dimension - len(prefix)
    if left < 2:  # a line is not split
        return [Task(prefix, -1, len(work.frame.rows), sum(counts))]
    width = (work.frame.size + 7) // 8
    tasks: list[Task] = []
    first, total = -1, 0
    piece = min(_PIECE, max(_LEAST, sum(counts) * width // _PIECES))
    for j, number in enumerate(counts, start=-1):
        if total and (total + number) * width > piece:
            tasks.append(Task(prefix, first, j, total))
            first, total = j, 0
        if number * width > 16 * _PIECE and left > 2:
            tasks += _split(work, (*prefix, j), limit)
            first = j + 1
        else:
            total += number
    if total:
        tasks.append(Task(prefix, first, len(counts) - 1, total))
    return tasks


def _counts(
    work: Work, prefix: tuple[int, ...], limit: int | None, budget: search.Budget | None = None
) -> list[int]:
    """The numbers of sets under children -1, 0, 1, ... of a prefix; a line has them all under -1."""
    assert work.frame is not None
    last = prefix[-1] if prefix else len(work.frame.rows)
    left = work.frame.dimension - len(prefix)
    arrays = work.tables
    if arrays is None:
        return _counts_in_python(work.frame, prefix, budget)
    total, ranges = np.zeros(last + 1, np.int64), _ranges(last, left)
    with closing(shared_out(lambda ends: tables.count(arrays, prefix, ends, limit), ranges)) as found:
        for counts, undecided in found:
            total[: len(counts)] += counts
            for flat in search.flats(search.root(work.frame), undecided, search.descend_below):
                if flat is not None:
                    child = flat.basis[len(prefix)] + 1 if len(flat.basis) > len(prefix) else 0
                    total[child] += search.count(flat)
            if limit is not None and total.sum() > limit:
                raise tables.OverLimit
    return [int(x) for x in total]


def _ranges(last: int, left: int) -> list[tuple[int, int]]:
    """Children -1, ..., last - 1 of a flat of a dimension, in pieces worth a thread each."""
    pieces = 16 if left > 1 and comb(last, left - 1) > _BUSY else 1
    cuts = sorted({round(last * (k / pieces) ** 0.5) for k in range(pieces + 1)})
    return [(a - (a == 0), b) for a, b in pairwise(cuts)]


def _sizes(work: Work, limit: int | None) -> list[int]:
    """The numbers of NBC sets of size 0, ..., d."""
    assert work.frame is not None
    arrays, d = work.tables, work.frame.dimension
    if arrays is None:
        return search.count_by_size(search.root(work.frame))
    total: np.ndarray = np.zeros(d + 1, object)
    ranges = _ranges(len(work.frame.rows), d)
    with closing(shared_out(lambda ends: tables.count_by_size(arrays, ends, limit), ranges)) as found:
        for sizes, undecided in found:
            total += sizes
            for flat in search.flats(search.root(work.frame), undecided, search.descend_below):
                if flat is not None:
                    total[len(flat.basis) :] += search.count_by_size(flat)
            if limit is not None and total.sum() > limit:
                raise tables.OverLimit
    return [int(x) for x in total]


def _counts_in_python(chosen: Frame, prefix: tuple[int, ...], budget: search.Budget | None) -> list[int]:
    (flat,) = search.flats(search.root(chosen), [prefix], search.descend_below)
    if flat is None:
        return [0]
    if flat.m < 2:
        return [search.count(flat, budget)]
    below = prefix[-1] if prefix else len(chosen.rows)
    children = (search.descend_below(flat, j) for j in range(below))
    return [1, *(0 if child is None else search.count(child, budget) for child in children)]


def run(plan: Plan, first: int, executor: Executor | None) -> Iterator[tuple[int, Cells]]:
    """Run the tasks of a plan from the given one on.

    Args:
        plan: what to run.
        first: the index of the first task.
        executor: who runs them; threads of this process if None.

    Yields:
        Each task's index and its chambers, in order.
    """
    jobs = range(first, len(plan.tasks))
    if executor is not None:
        yield from _in_order(executor.submit, plan, jobs)
    elif (
        plan.work.tables is None
        or min(len(jobs), cores()) < 2
        or plan.chambers * plan.work.tables.words < _BUSY
    ):
        for index in jobs:
            yield index, run_task(plan.work, plan.tasks[index])
    else:
        with ThreadPoolExecutor(cores()) as pool:
            yield from _in_order(pool.submit, plan, jobs)


def _in_order(submit: Callable, plan: Plan, jobs: range) -> Iterator[tuple[int, Cells]]:
    """A few tasks ahead, never all: the consumer sets the pace."""
    waiting: deque = deque()
    try:
        for index in jobs:
            waiting.append((index, submit(run_task, plan.work, plan.tasks[index])))
            if len(waiting) > 2 * cores():
                ready, future = waiting.popleft()
                yield ready, future.result()
        while waiting:
            ready, future = waiting.popleft()
            yield ready, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


def run_task(work: Work, task: Task) -> Cells:
    """The chambers of one task; where floats cannot decide, from exact integers."""
    if work.frame is None:
        return Cells(np.zeros((1, 0), np.uint8), np.zeros((1, 0), np.int32))
    if work.tables is not None:
        try:
            return _by_tables(work.frame, work.tables, task)
        except tables.GaveUp:
            pass
    (flat,) = search.flats(search.root(work.frame), [task.prefix])
    found = [] if flat is None else search.cells_between(work.frame, flat, task.first, task.last)
    return _exactly(work.frame, found)


def _by_tables(chosen: Frame, arrays: tables.Tables, task: Task) -> Cells:
    """The compiled search, with the chambers of undecided flats in the places where they belong."""
    width = (chosen.size + 7) // 8
    bits, basis, undecided = tables.search(arrays, task.prefix, (task.first, task.last), task.count)
    whole = Cells(bits[:, :width], basis)
    if not undecided:
        return whole
    pieces, done = [], 0
    flats = search.flats(search.root(chosen), [pivots for _, pivots in undecided])
    for (place, _), flat in zip(undecided, flats, strict=True):
        pieces += [whole[done:place], _exactly(chosen, [] if flat is None else search.cells(chosen, flat))]
        done = place
    return Cells.joined([*pieces, whole[done:]])


def _exactly(chosen: Frame, found: Iterable[search.Cell]) -> Cells:
    cells = list(found)
    width = (chosen.size + 7) // 8
    bits = b"".join([cell.positive.to_bytes(width, "little") for cell in cells])
    basis = [cell.basis + (-1,) * (chosen.dimension - len(cell.basis)) for cell in cells]
    table = np.array(basis, np.int32).reshape(len(cells), chosen.dimension)
    return Cells(np.frombuffer(bits, np.uint8).reshape(len(cells), width), table)
