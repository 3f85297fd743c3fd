"""Pieces of the search that run one by one, on several threads, or on other machines, always in the same order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np

from . import search
from .frame import Frame, Integers, frame


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Chambers on the positive side of infinity.

    Attributes:
        bits: P x ceil(N / 8) uint8, the signs over the distinct hyperplanes, the first in the lowest bit.
        basis: P x d int32, the NBC set of each (row indices of the frame, decreasing), -1 where it is shorter.
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
    """A piece of the search: the NBC sets that begin with a prefix, or the prefix alone.

    Attributes:
        prefix: decreasing row indices.
        alone: whether only the prefix itself.
        count: the number of its chambers.
    """

    prefix: tuple[int, ...]
    alone: bool
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How to list the chambers.

    Attributes:
        frame: coordinates proven general enough, by counting in them; None if there is no hyperplane.
        tasks: the pieces, in order.
        antipodal: whether each chamber found stands for itself and its antipode.
    """

    frame: Frame | None
    tasks: tuple[Task, ...]
    antipodal: bool

    @property
    def chambers(self) -> int:
        """The number of chambers."""
        return sum(task.count for task in self.tasks) * (2 if self.antipodal else 1)


def make_plan(hyperplanes: Integers, infinity: int | None) -> Plan:
    """Find general coordinates and count every piece in them.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        infinity: the index of the hyperplane at infinity; None if the arrangement is central.

    Returns:
        The plan.
    """
    if not hyperplanes:
        return Plan(None, (Task((), True, 1),), antipodal=False)
    attempt = 0
    while True:
        try:
            chosen = frame(hyperplanes, infinity, attempt)
            return Plan(chosen, _tasks(chosen), antipodal=infinity is None)
        except search.NotGeneral:
            attempt += 1


def _tasks(chosen: Frame) -> tuple[Task, ...]:
    tasks = [Task((), True, 1)]
    if chosen.dimension:
        tasks += [Task((j,), False, search.count(chosen, (j,))) for j in range(len(chosen.rows))]
    return tuple(task for task in tasks if task.count)


def run(plan: Plan, first: int, executor: Executor | None) -> Iterator[tuple[int, Cells]]:
    """Run the tasks of a plan from the given one on.

    Yields:
        Each task's index and its chambers, in order.
    """
    for index in range(first, len(plan.tasks)):
        yield index, run_task(plan.frame, plan.tasks[index])


def run_task(chosen: Frame | None, task: Task) -> Cells:
    """The chambers of one task."""
    if chosen is None:
        return Cells(np.zeros((1, 0), np.uint8), np.zeros((1, 0), np.int32))
    if task.alone:
        flat = search.descend_to(chosen, task.prefix)
        assert flat is not None
        found = [search.base_cell(chosen, flat)]
    else:
        found = list(search.cells(chosen, task.prefix))
    width = (chosen.size + 7) // 8
    bits = b"".join(cell.positive.to_bytes(width, "little") for cell in found)
    basis = np.full((len(found), chosen.dimension), -1, np.int32)
    for row, cell in zip(basis, found, strict=True):
        row[: len(cell.basis)] = cell.basis
    return Cells(np.frombuffer(bits, np.uint8).reshape(len(found), width), basis)
