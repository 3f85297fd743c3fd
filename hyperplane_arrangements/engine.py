"""Pieces of the search, which run one by one, on threads, or on other machines, always in the same order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import count as natural
from itertools import pairwise
from math import gcd
from typing import Any

import numpy as np

from . import search, tables, witness
from .candidates import candidates
from .frame import Frame, Integers, frame

# rows to restrict, and chambers, up to which Python integers are faster than starting the compiled search
_SMALL_WORK = 25_000
_SMALL = 5_000
_PIECE = 1 << 22  # bytes of packed signs in a piece at most, if rows are not too few to split it
_LEAST = 1 << 15  # and at least
_PIECES = 16  # if neither matters
_THREADS = 2


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

    def points(self, cells: Cells, affine: bool) -> tuple[np.ndarray, np.ndarray]:
        """A float point for each chamber, in coordinates of the hyperplanes, and whether it is proven
        inside.

        Affine points have a last coordinate of 1.
        """
        if self.frame is None:
            return np.zeros((1, int(affine))), np.ones(1, np.bool_)
        arrays = self.tables
        if arrays is None:
            return candidates(self.frame, cells.basis, cells.bits, affine)
        half = len(cells.bits) // 2
        parts = [cells[:half], cells[half:]] if half > 1000 else [cells]
        with ThreadPoolExecutor(_THREADS) as pool:
            found = list(pool.map(lambda c: tables.witnesses(arrays, affine, c.basis, c.bits), parts))
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
        work: coordinates proven general enough, by counting in them; none if there is no hyperplane.
        tasks: the pieces, in order.
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
    """Find general coordinates and count every piece in them.

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
    budget = search.Budget(_SMALL_WORK)
    for attempt in natural():
        chosen = frame(hyperplanes, infinity, attempt)
        try:
            work, tasks = _small(chosen, budget) or _large(chosen, hyperplanes, limit)
        except search.NotGeneral:
            continue
        return Plan(work, tuple(tasks), antipodal=infinity is None)
    raise AssertionError


def _small(chosen: Frame, budget: search.Budget) -> tuple[Work, list[Task]] | None:
    """All in one task of Python integers, or None if that is too much for the budget."""
    try:
        total = search.count(chosen, (), budget if chosen.dimension > 1 else None)
    except search.OutOfBudget:
        return None
    if total > _SMALL and chosen.dimension > 1:
        return None
    return Work(chosen, None), [Task((), -1, len(chosen.rows), total)]


def _large(chosen: Frame, hyperplanes: Integers, limit: int | None) -> tuple[Work, list[Task]]:
    for candidate in tables.arithmetics(chosen, hyperplanes):
        work = Work(chosen, candidate)
        try:
            return work, _split(work, (), limit)
        except tables.GaveUp:
            continue
    work = Work(chosen, None)
    return work, _split(work, (), limit)


def _split(work: Work, prefix: tuple[int, ...], limit: int | None) -> list[Task]:
    """Tasks for all sets that begin with a prefix, children together until they come to a piece."""
    assert work.frame is not None
    width = (work.frame.size + 7) // 8
    tasks: list[Task] = []
    first, total = -1, 0
    counts = _counts(work, prefix, limit)
    piece = min(_PIECE, max(_LEAST, sum(counts) * width // _PIECES))
    for j, number in enumerate(counts, start=-1):
        if total and (total + number) * width > piece:
            tasks.append(Task(prefix, first, j, total))
            first, total = j, 0
        if number * width > 16 * _PIECE and work.frame.dimension - len(prefix) > 2:
            tasks += _split(work, (*prefix, j), limit)
            first = j + 1
        else:
            total += number
    if total:
        tasks.append(Task(prefix, first, len(counts) - 1, total))
    return tasks


def _counts(work: Work, prefix: tuple[int, ...], limit: int | None) -> list[int]:
    """The numbers of sets under children -1, 0, 1, ... of a prefix."""
    assert work.frame is not None
    last = prefix[-1] if prefix else len(work.frame.rows)
    arrays = work.tables
    if arrays is None:
        return [1] + [search.count(work.frame, (*prefix, j)) for j in range(last)]
    cuts = sorted({round(last * (k / 16) ** 0.5) for k in range(17)})
    ranges = [(a - (a == 0), b) for a, b in pairwise(cuts)]
    total = np.zeros(last + 1, np.int64)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = pool.map(lambda ends: tables.count(arrays, prefix, ends[0], ends[1], limit), ranges)
        for counts, undecided in found:
            total[: len(counts)] += counts
            for bad in undecided:
                total[bad[len(prefix)] + 1] += search.count(work.frame, bad)
            if limit is not None and total.sum() > limit:
                pool.shutdown(cancel_futures=True)
                raise tables.OverLimit
    return [int(x) for x in total]


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
    elif plan.work.tables is None or len(jobs) < 2:
        for index in jobs:
            yield index, run_task(plan.work, plan.tasks[index])
    else:
        with ThreadPoolExecutor(_THREADS) as pool:
            yield from _in_order(pool.submit, plan, jobs)


def _in_order(submit: Callable, plan: Plan, jobs: range) -> Iterator[tuple[int, Cells]]:
    """A few tasks ahead, never all: the consumer sets the pace."""
    waiting: deque = deque()
    try:
        for index in jobs:
            waiting.append((index, submit(run_task, plan.work, plan.tasks[index])))
            if len(waiting) > 2 * _THREADS:
                ready, future = waiting.popleft()
                yield ready, future.result()
        while waiting:
            ready, future = waiting.popleft()
            yield ready, future.result()
    finally:
        for _, future in waiting:
            future.cancel()


def run_task(work: Work, task: Task) -> Cells:
    """The chambers of one task; those that floats cannot decide come last, from exact integers."""
    if work.frame is None:
        return Cells(np.zeros((1, 0), np.uint8), np.zeros((1, 0), np.int32))
    if work.tables is None:
        return _exactly(work.frame, search.cells_between(work.frame, task.prefix, task.first, task.last))
    width = (work.frame.size + 7) // 8
    try:
        bits, basis, undecided = tables.search(work.tables, task.prefix, task.first, task.last, task.count)
    except tables.GaveUp:
        return _exactly(work.frame, search.cells_between(work.frame, task.prefix, task.first, task.last))
    pieces = [Cells(bits[:, :width], basis)]
    pieces += [_exactly(work.frame, search.cells(work.frame, prefix)) for prefix in undecided]
    return Cells.joined(pieces)


def _exactly(chosen: Frame, found: Iterator[search.Cell]) -> Cells:
    cells = list(found)
    width = (chosen.size + 7) // 8
    bits = b"".join(cell.positive.to_bytes(width, "little") for cell in cells)
    basis = np.full((len(cells), chosen.dimension), -1, np.int32)
    for row, cell in zip(basis, cells, strict=True):
        row[: len(cell.basis)] = cell.basis
    return Cells(np.frombuffer(bits, np.uint8).reshape(len(cells), width), basis)
