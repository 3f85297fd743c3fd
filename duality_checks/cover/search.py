"""Branch and bound over the sphere: is ``g(u) <= threshold * norm(u)`` for all u, and if not, where not?

The boxes of the cube's faces are searched depth first, a piece of the tree at a time; the boxes that a piece
leaves open are pieces of their own, so that threads, processes or machines can share them, and a search that
is stopped has still bounded what it has closed.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from hyperplane_arrangements.machine.cores import cores
from hyperplane_arrangements.machine.workers import Workers, workers

from .boxes import Box, faces
from .codes import LEAF, OPEN
from .effort import is_late
from .kinks import settle_at_kinks

NODES = 2_000
MOST_NODES = 50_000
STEPS = 2**24
AHEAD = 2  # pieces waiting for each core
ALONE = 20_000  # cones that this process closes before others are asked, which takes a second or two to start
ROUNDING = 2.0**-53


class Searched(Protocol):
    """What is searched: a positively homogeneous function of r coordinates."""

    @property
    def rank(self) -> int:
        """r."""

    @property
    def terms(self) -> int:
        """How many rows it is made of."""

    def norms(self, u: np.ndarray) -> np.ndarray:
        """The norms of many points (m x r), length m."""

    @property
    def sizes(self) -> np.ndarray:
        """For each coordinate the sum of the sizes of all terms, which bounds rounding errors."""

    @property
    def rounding(self) -> float:
        """What the search adds to each bound on the unit sphere, for what floats round."""

    def values(self, u: np.ndarray) -> np.ndarray:
        """It at many points (m x r), length m."""

    def settled(self, points: np.ndarray, values: np.ndarray) -> None:
        """Move points up to local maxima; both arrays are updated."""

    def searched(self, box: Box, floor: float, threshold: float, nodes: int) -> Found:
        """What the search of one box finds."""


class Sum:
    """A sum of terms, each of rows in r coordinates, searched on the sphere of their 2-norm.

    Attributes:
        rows: h x r.
    """

    __slots__ = ()
    rows: np.ndarray

    @property
    def rank(self) -> int:
        """r."""
        return self.rows.shape[1]

    @property
    def terms(self) -> int:
        """h."""
        return len(self.rows)

    def norms(self, u: np.ndarray) -> np.ndarray:
        """The norms of many points (m x r), length m."""
        lengths: np.ndarray = np.linalg.norm(u, axis=1)
        return lengths

    @property
    def rounding(self: Searched) -> float:
        """What the search adds to each bound on the unit sphere, for what floats round."""
        return 4 * rounding_of_sums(self.rank) * float(self.sizes.sum())


@dataclass(frozen=True, eq=False, slots=True)
class Function(Sum):
    """``g(u) = base'u + sum_h weights_h max(0, rows_h'u)``, in floats.

    Attributes:
        rows: h x r.
        weights: length h, none zero.
        base: length r.
        free: the coordinate that the norm leaves out, a free bias; None where it leaves out nothing.
    """

    rows: np.ndarray
    weights: np.ndarray
    base: np.ndarray
    free: int | None = None

    @classmethod
    def of(cls, rows: np.ndarray, weights: np.ndarray, base: np.ndarray, free: int | None = None) -> Function:
        """The function without the rows whose weight is zero."""
        kept = weights != 0
        rows = np.ascontiguousarray(rows[kept], dtype=float)
        return cls(rows, weights[kept].astype(float), base.astype(float), free)

    def values(self, u: np.ndarray) -> np.ndarray:
        """g at many points (m x r), length m."""
        return u @ self.base + np.maximum(u @ self.rows.T, 0) @ self.weights

    def norms(self, u: np.ndarray) -> np.ndarray:
        """The norm of many points (m x r), which leaves a free bias out; length m."""
        if self.free is None:
            return np.linalg.norm(u, axis=1)
        return np.linalg.norm(np.delete(u, self.free, axis=1), axis=1)

    def negated(self) -> Function:
        """-g."""
        return Function(self.rows, -self.weights, -self.base, self.free)

    @property
    def sizes(self) -> np.ndarray:
        """For each coordinate the sum of the sizes of all terms, which bounds rounding errors."""
        return np.abs(self.weights) @ np.abs(self.rows) + np.abs(self.base)

    @property
    def rounding(self) -> float:
        """What the search adds to each bound on the unit sphere, for what floats round."""
        return 16 * ROUNDING * float(np.linalg.norm(self.sizes))

    def settled(self, points: np.ndarray, values: np.ndarray) -> None:
        """Move points up to local maxima, with a free bias at kinks; both arrays are updated."""
        from .ridge_kernel import settle_points

        if self.free is not None:
            settle_at_kinks(self.rows, self.weights, self.base, self.free, points, Function.of)
            values[:] = self.values(points)
            return
        lengths = np.linalg.norm(self.rows, axis=1)
        settle_points(self.rows, self.weights, self.base, lengths, points, values)

    def searched(self, box: Box, floor: float, threshold: float, nodes: int) -> Found:
        """What :func:`.search_kernel.search_box` finds in a box."""
        from .cone_kernel import NONE_FREE
        from .search_kernel import search_box

        free = NONE_FREE if self.free is None else self.free
        given = (self.rows, self.weights[:, None], self.sizes, box.j, free)
        return found_by(search_box, given, self, box, self.base[None], (floor, threshold), nodes)


def rounding_of_sums(rank: int) -> float:
    """How far floats may be off in an inner product of so many terms, as a share of their sizes."""
    return 4 * (rank + 2) * ROUNDING


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
            infinite where boxes were left open.
        points: where g exceeds the threshold, p x r, unit vectors.
        values: g there, length p.
    """

    trees: tuple[Tree, ...] | None
    proven: bool
    cones: int
    reach: float
    points: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class Limits:
    """When a search stops before its end.

    Attributes:
        points: as soon as so many points above the floor were found.
        cones: when so many boxes were closed.
        deadline: at this time of :func:`time.perf_counter`.
        progress: told of the boxes closed and the pieces open, as they come.
    """

    points: int | None = None
    cones: int | None = None
    deadline: float | None = None
    progress: Callable[[int, int], Any] | None = None

    def reached(self, cones: int, pieces: int, values: list[np.ndarray]) -> bool:
        """Whether to stop now."""
        if self.progress is not None:
            self.progress(cones, pieces)
        return (
            (self.points is not None and sum(map(len, values)) >= self.points)
            or (self.cones is not None and cones >= self.cones)
            or is_late(self.deadline)
        )


@dataclass(frozen=True, eq=False, slots=True)
class Found:
    """What the search of one box records: see :class:`.walk_kernel.Walk`."""

    codes: np.ndarray
    slopes: np.ndarray
    rows: np.ndarray
    marks: np.ndarray
    open_lo: np.ndarray
    open_hi: np.ndarray
    points: np.ndarray
    values: np.ndarray
    reach: float


def found_by(
    kernel: Callable[..., Any],
    given: tuple[Any, ...],
    function: Searched,
    box: Box,
    base: np.ndarray,
    heights: tuple[float, float],
    nodes: int,
) -> Found:
    """What a compiled search of a function finds in a box, from its numbers, its linear part (q x r), and the
    heights floor and threshold."""
    from .walk_kernel import REACH, Walk

    walk = Walk.into(box, base, function.terms, heights, nodes)
    kernel(*given, walk, heights[1], rounding_of_sums(function.rank), float(STEPS), nodes)
    written, stated, marked, peaked, _ = walk.sizes
    return Found(
        walk.codes[:written].copy(),
        walk.numbers[:stated].copy(),
        walk.owners[:stated].copy(),
        walk.marks[:marked].copy(),
        walk.open_lo[:marked].copy(),
        walk.open_hi[:marked].copy(),
        walk.peaks[:peaked].copy(),
        walk.values[:peaked].copy(),
        float(walk.heights[REACH]),
    )


@dataclass(slots=True)
class _Piece:
    """A box; where trees are kept, what its search found, and the pieces for the boxes that it left open."""

    box: Box
    found: Found | None = None
    parts: list[_Piece] = field(default_factory=list)

    def opened(self, found: Found) -> list[_Piece]:
        """The pieces for the boxes that its search left open."""
        return [_Piece(Box(self.box.j, lo, hi)) for lo, hi in zip(found.open_lo, found.open_hi, strict=True)]


def search(
    function: Searched,
    threshold: float,
    *,
    floor: float | None = None,
    limits: Limits = Limits(),
    executor: Executor | None = None,
    keep: bool = True,
) -> Cover:
    """Cover the sphere.

    Args:
        function: g.
        threshold: positive; what g is compared with on the unit sphere.
        floor: points where g exceeds it are recorded, and boxes in which it does are not halved for ever;
            below the threshold by the share to which values matter. By default it is the threshold.
        limits: when to stop before the end.
        executor: where pieces are searched; by default a thread for each core, and from `ALONE` cones on the
            workers that were chosen (:mod:`hyperplane_arrangements.machine.workers`).
        keep: whether the trees are kept, as a proof needs them.

    Returns:
        The cover.

    Example:
        >>> g = Function(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 4.0]), np.zeros(2))
        >>> search(g, 5.0001).proven, search(g, 4.999, floor=4.99).proven
        (True, False)
    """
    roots = [_Piece(box) for box in faces(function.rank)]
    waiting, team = roots[::-1], workers()
    work = _Work(function, threshold if floor is None else floor, threshold)
    state = _State(keep)
    if executor is not None:
        finished = _run(work, waiting, state, limits, Workers.of(executor))
    else:
        with ThreadPoolExecutor(cores()) as pool:
            most = ALONE if team is not None else None
            finished = _run(work, waiting, state, limits, Workers.of(pool), most)
        if finished and waiting and team is not None:
            finished = _run(work, waiting, state, limits, team)
    return Cover(
        tuple(_spliced(root) for root in roots) if keep and finished else None,
        finished and state.closed,
        state.cones,
        state.reach if finished else np.inf,
        np.concatenate([np.empty((0, function.rank)), *state.points]),
        np.concatenate([np.empty(0), *state.values]),
    )


@dataclass(slots=True)
class _State:
    """What all pieces together have found so far, with their trees if these are kept."""

    keep: bool
    cones: int = 0
    closed: bool = True
    reach: float = 0.0
    points: list[np.ndarray] = field(default_factory=list)
    values: list[np.ndarray] = field(default_factory=list)

    def add(self, piece: _Piece, found: Found) -> list[_Piece]:
        """Take in what was found in a piece; the pieces that are left of it."""
        ends = found.codes[(found.codes < 0) & (found.codes != OPEN)]
        self.cones += len(ends)
        self.closed &= bool((ends == LEAF).all())
        self.reach = max(self.reach, found.reach)
        if len(found.values):
            self.points.append(found.points)
            self.values.append(found.values)
        parts = piece.opened(found)
        if self.keep:
            piece.found, piece.parts = found, parts
        return parts


def _run(
    work: _Work,
    waiting: list[_Piece],
    state: _State,
    limits: Limits,
    team: Workers,
    most: int | None = None,
) -> bool:
    """Search the pieces that wait, the last first, until none is left or, with so many cones closed, none is
    under way; whether no limit was reached. A piece whose worker died waits again."""
    running, ahead = dict[Future[Found], tuple[_Piece, Executor]](), AHEAD * team.count
    while waiting or running:
        while waiting and len(running) < ahead and (most is None or state.cones < most):
            piece = waiting.pop()
            nodes = min(MOST_NODES, NODES + state.cones // 8)
            future, pool = team.submit(work, piece.box, nodes)
            running[future] = piece, pool
        if not running:
            break
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            piece, pool = running.pop(future)
            try:
                found = future.result()
            except Exception as error:
                if not team.lost(error, pool):
                    raise
                waiting.append(piece)
                continue
            waiting += state.add(piece, found)[::-1]
        if (waiting or running) and limits.reached(state.cones, len(waiting) + len(running), state.values):
            for future in running:
                future.cancel()
            return False
    return True


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """Search one box; a value, so that it can be sent to another process."""

    function: Searched
    floor: float
    threshold: float

    def __call__(self, box: Box, nodes: int) -> Found:
        return self.function.searched(box, self.floor, self.threshold, nodes)


def _spliced(piece: _Piece) -> Tree:
    """The tree of a piece with those of its open boxes in their places."""
    found = piece.found
    assert found is not None
    parts: list[Tree] = []
    at = before = 0
    for place, mark, part in zip(np.flatnonzero(found.codes == OPEN), found.marks, piece.parts, strict=True):
        parts.append(Tree(found.codes[at:place], found.slopes[before:mark], found.rows[before:mark]))
        parts.append(_spliced(part))
        at, before = int(place) + 1, int(mark)
    parts.append(Tree(found.codes[at:], found.slopes[before:], found.rows[before:]))
    return Tree(
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.slopes for part in parts]),
        np.concatenate([part.rows for part in parts]),
    )
