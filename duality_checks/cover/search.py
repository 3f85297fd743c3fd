"""Branch and bound over the sphere: is ``g(u) <= threshold * norm(u)`` for all u, and if not, where not?

The boxes of the cube's faces are searched depth first, a piece of the tree at a time; the boxes that a piece
leaves
open are pieces of their own, so that threads, processes or machines can share them, and a search that is
stopped has still bounded what it has closed.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np

from .boxes import Box, faces, open_boxes
from .codes import LEAF, OPEN

NODES = 2_000
MOST_NODES = 50_000
SLOPES = 4_000_000
PEAKS = 512
STEPS = 2**24
WORTH_THREADS = 3_000
ROUNDING = 2.0**-53


@dataclass(frozen=True, eq=False, slots=True)
class Function:
    """``g(u) = base'u + sum_h weights_h max(0, rows_h'u)``, in floats.

    Attributes:
        rows: h x r.
        weights: length h, none zero.
        base: length r.
    """

    rows: np.ndarray
    weights: np.ndarray
    base: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray, weights: np.ndarray, base: np.ndarray) -> Function:
        """The function without the rows whose weight is zero."""
        kept = weights != 0
        return cls(
            np.ascontiguousarray(rows[kept], dtype=float), weights[kept].astype(float), base.astype(float)
        )

    def values(self, u: np.ndarray) -> np.ndarray:
        """g at many points (m x r), length m."""
        return u @ self.base + np.maximum(u @ self.rows.T, 0) @ self.weights

    @property
    def sizes(self) -> np.ndarray:
        """For each coordinate the sum of the sizes of all terms, which bounds rounding errors."""
        return np.abs(self.weights) @ np.abs(self.rows) + np.abs(self.base)


@dataclass(frozen=True, eq=False, slots=True)
class Tree:
    """What became of one face.

    Attributes:
        codes: the tree in preorder (:mod:`.codes`).
        slopes: of the leaves' undecided rows of negative weight, in steps of ``1 / STEPS``, leaf after leaf.
        rows: which rows these are; -1 after each leaf.
    """

    codes: np.ndarray
    slopes: np.ndarray
    rows: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Cover:
    """The result of a search.

    Attributes:
        trees: one for each face of the cube, in the order of :func:`faces`; None if trees were not kept.
        proven: whether every box is a leaf: then ``g <= threshold * norm`` everywhere, in rigorous floats.
        cones: how many boxes were closed.
        reach: the largest bound over all boxes, at least the maximum of g on the sphere (up to rounding);
        infinite
            where boxes were left open.
        points: where g exceeds the threshold, p x r, unit vectors.
        values: g there, length p.
    """

    trees: tuple[Tree, ...] | None
    proven: bool
    cones: int
    reach: float
    points: np.ndarray
    values: np.ndarray


@dataclass(slots=True)
class _Piece:
    box: Box
    codes: np.ndarray | None = None
    slopes: np.ndarray | None = None
    rows: np.ndarray | None = None
    marks: np.ndarray | None = None
    parts: list[_Piece] = field(default_factory=list)


def search(
    function: Function,
    threshold: float,
    *,
    floor: float | None = None,
    most_points: int | None = None,
    max_cones: int | None = None,
    deadline: float | None = None,
    progress: Callable[[int, int], Any] | None = None,
    executor: Executor | None = None,
    keep: bool = True,
) -> Cover:
    """Cover the sphere.

    Args:
        function: g.
        threshold: positive; what g is compared with on the unit sphere.
        floor: points where g exceeds it are recorded, and boxes in which it does are not halved for ever;
        below
            the threshold by the share to which values matter. By default it is the threshold.
        most_points: stop as soon as so many points above the threshold were found.
        max_cones: stop when so many boxes were closed.
        deadline: stop at this time of :func:`time.perf_counter`.
        progress: told of the boxes closed and the pieces open.
        executor: where pieces are searched; two threads by default.
        keep: whether the trees are kept, as a proof needs them.

    Returns:
        The cover.

    Example:
        >>> g = Function(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 4.0]), np.zeros(2))
        >>> search(g, 5.0001).proven, search(g, 4.999, floor=4.99).proven
        (True, False)
    """
    roots = [_Piece(box) for box in faces(function.rows.shape[1])]
    work = _Work(function, threshold if floor is None else floor, threshold)
    pool = executor if executor is not None else ThreadPoolExecutor(2)
    cones, closed, reach, points, values, stopped = 0, True, 0.0, [], [], False
    waiting: list[_Piece] = roots[::-1]
    running: dict[Future[Any], _Piece] = {}
    nodes = NODES
    try:
        while waiting or running:
            while waiting and len(running) < 4:
                piece = waiting.pop()
                running[pool.submit(work, piece.box, nodes)] = piece
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                piece = running.pop(future)
                codes, slopes, rows, marks, tops, heights, found = future.result()
                ends = codes < 0
                opened = int((codes == OPEN).sum())
                cones += int(ends.sum()) - opened
                closed &= bool((codes[ends & (codes != OPEN)] == LEAF).all())
                reach = max(reach, found)
                points.append(tops)
                values.append(heights)
                if opened:
                    piece.parts = [_Piece(box) for box in open_boxes(piece.box, codes)]
                    waiting += piece.parts[::-1]
                if keep:
                    piece.codes, piece.slopes, piece.rows, piece.marks = codes, slopes, rows, marks
            if progress is not None:
                progress(cones, len(waiting) + len(running))
            nodes = min(MOST_NODES, NODES + cones // 8)
            stopped = (
                (most_points is not None and sum(map(len, values)) >= most_points)
                or (max_cones is not None and cones >= max_cones)
                or (deadline is not None and perf_counter() >= deadline)
            )
            if stopped and (waiting or running):
                for future in running:
                    future.cancel()
                break
            stopped = False
    finally:
        if executor is None:
            pool.shutdown(wait=True, cancel_futures=True)
    trees = tuple(_spliced(root) for root in roots) if keep and not stopped else None
    return Cover(
        trees,
        closed and not stopped,
        cones,
        np.inf if stopped else reach,
        np.concatenate(points),
        np.concatenate(values),
    )


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """Search one box; a value, so that it can be sent to another process."""

    function: Function
    floor: float
    threshold: float

    def __call__(self, box: Box, nodes: int) -> tuple[np.ndarray, ...]:
        from .search_kernel import search_box

        g = self.function
        r = g.rows.shape[1]
        error = 4 * (r + 2) * ROUNDING
        room = SLOPES + len(g.rows)
        return search_box(
            g.rows, g.weights, g.base, g.sizes, box.lo, box.hi, box.j, self.floor, self.threshold, error,
            float(STEPS), nodes, room, PEAKS,
        )  # fmt: skip


def _spliced(piece: _Piece) -> Tree:
    """The tree of a piece with those of its open boxes in their places."""
    assert piece.codes is not None and piece.slopes is not None
    assert piece.rows is not None and piece.marks is not None
    parts: list[Tree] = []
    at = before = 0
    for place, mark, part in zip(np.flatnonzero(piece.codes == OPEN), piece.marks, piece.parts, strict=True):
        parts += [
            Tree(piece.codes[at:place], piece.slopes[before:mark], piece.rows[before:mark]),
            _spliced(part),
        ]
        at, before = place + 1, mark
    parts.append(Tree(piece.codes[at:], piece.slopes[before:], piece.rows[before:]))
    return Tree(
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.slopes for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )
