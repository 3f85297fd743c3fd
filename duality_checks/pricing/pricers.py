"""The dual norm ``max_{norm(u) <= 1} abs(v' phi(X u))`` and its local maxima over ALL chambers.

On a closed chamber the landscape is linear, so its maxima over the unit sphere sit in the relative interior
of unique faces, each at the projection of the gradient onto the span of its face (statement 2.3). The
two-dimensional flats of the arrangement are great circles; sorted once, every circle is swept by cumulative
sums, which gives the gradient on each of its arcs, and with it the maxima on the rays, on the arcs and in the
faces around the arcs. Nothing is stored a chamber. A maximum can only sit on hyperplanes that bend the
landscape downwards, which halves the work; so does an activation that is even, for which u and -u are one
neuron (statement 2.10).

Values found here are numerical lower bounds of the dual norm; a certificate turns them into proofs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.cores import shared_out

from ..cover.effort import WHOLE, Effort
from ..problem import TrainingProblem
from ..terms.given import reals
from .landscape import Landscape, first_rows
from .limits import is_covered, most_chambers, require_feasible
from .ranked import Ranked
from .ring import Ring

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

    from ..cover.pricing import Peaks

SAME_DIRECTION = 1e-9
ARCS_AT_ONCE = 25_000
GLIMPSES = 16
BUFFER = 4096
CHAMBERS_AT_ONCE = 20_000
REMEMBERED = 60
NEGLIGIBLE = 1e-13
# The sine of angles at which a Gram matrix, of size its square, is still clear of rounding.
CLEAR = 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Maxima(Ranked):
    """Local maxima of ``sign * v' phi(X u)`` on the unit sphere, best first.

    Attributes:
        values: length m, decreasing.
        directions: unit vectors in row-space coordinates, m x r.
        signs: +1.0 or -1.0, length m: which of ``v`` and ``-v`` is maximised.
        kinks: hyperplanes the direction lies on, m x (r-1), padded with -1.
        bound: of all values on the sphere, where it is not the largest of these: a search may have bounded
            more than it has listed, and infinity says that it was not finished.
        stopped: whether a search for more came to a limit.
    """

    values: np.ndarray
    directions: np.ndarray
    signs: np.ndarray
    kinks: np.ndarray
    bound: float = 0.0
    stopped: bool = False

    @classmethod
    def join(cls, parts: list[Maxima], rank: int) -> Maxima:
        """All of them together, best first."""
        if not parts:
            return cls(np.empty(0), np.empty((0, rank)), np.empty(0), np.empty((0, max(rank - 1, 0)), int))
        found = cls.together(parts)
        return found[np.argsort(-found.values, kind="stable")]


@dataclass(frozen=True, eq=False, slots=True)
class Circles:
    """A block of great circles with their crossings in order.

    Attributes:
        flats: the hyperplanes whose intersection each circle is, q x (r-2).
        frames: orthonormal bases of the circles' planes, q x 2 x r.
        grams: Gram matrices of the flats' normals, q x (r-2) x (r-2).
        inverses: the inverse on each subset (bit mask) of them, zero elsewhere, q x 2**(r-2) x (r-2) x (r-2).
        order: the other hyperplanes by the angle at which they cross, q x m.
        angles: those angles in [0, pi), increasing, q x m.
        before: sign of each ordered hyperplane just before angle 0, q x m.
        least: the sine of the least angle at which a hyperplane crosses a circle; inverses are zero where it
            is not clear of rounding.
    """

    flats: np.ndarray
    frames: np.ndarray
    grams: np.ndarray
    inverses: np.ndarray
    order: np.ndarray
    angles: np.ndarray
    before: np.ndarray
    least: float

    @classmethod
    def of(cls, normals: np.ndarray, flats: np.ndarray) -> Circles:
        """Sort the crossings of the circles in which the given hyperplanes (q x (r-2), independent) meet."""
        count, rank = normals.shape
        spans = normals[flats]
        complete, _ = np.linalg.qr(spans.transpose(0, 2, 1), mode="complete")
        frames = complete[:, :, rank - 2 :].transpose(0, 2, 1).copy()
        heights = np.einsum("jr,qtr->qjt", normals, frames)
        angles = np.arctan2(-heights[..., 0], heights[..., 1]) % np.pi
        angles[angles >= np.pi] = 0.0
        np.put_along_axis(angles, flats, np.inf, axis=1)
        order = np.argsort(angles, axis=1, kind="stable")[:, : count - rank + 2]
        angles = np.take_along_axis(angles, order, axis=1)
        along = np.take_along_axis(heights, order[..., None], axis=1)
        # A row's height at angle t is sin(t - t_j) times a factor: its sign before t_j is minus the factor's.
        before = -np.sign(along[..., 1] * np.cos(angles) - along[..., 0] * np.sin(angles))
        least = float(np.linalg.norm(along, axis=2).min(initial=1.0))
        grams = spans @ spans.transpose(0, 2, 1)
        inverses = _inverses(grams, invertible=rank <= 3 or least > CLEAR)
        order, before = order.astype(np.int32), before.astype(np.int8)
        return cls(flats, frames, grams, inverses, order, angles, before, least)


def _inverses(grams: np.ndarray, invertible: bool) -> np.ndarray:
    circles, codimension, _ = grams.shape
    inverses = np.zeros((circles, 2**codimension, codimension, codimension))
    if not invertible:
        return inverses
    for mask in range(1, 2**codimension):
        held = [k for k in range(codimension) if mask >> k & 1]
        inverses[np.ix_(range(circles), [mask], held, held)] = np.linalg.inv(
            grams[np.ix_(range(circles), held, held)]
        )[:, None]
    return inverses


class Sweep:
    """The sorted great circles of a landscape, ready to price any ``v``.

    No chamber is skipped and none is stored; values are float64. Ranks above 3 need an arrangement in general
    position; every arrangement of rank at most 3 is served.

    Args:
        landscape: of rank at least 1.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> found = Sweep(Landscape.of(problem)).maxima(problem.target, floor=0.0)
        >>> round(float(found.values[0]), 12), float(found.signs[0])
        (5.0, 1.0)
    """

    def __init__(self, landscape: Landscape):
        self.landscape = landscape
        count, rank = landscape.normals.shape
        self._blocks: list[Circles] = []
        self._ring = Ring.of(landscape.normals) if rank == 2 else None
        if rank >= 3:
            flats = np.array(list(combinations(range(count), rank - 2)), dtype=np.int32)
            flats = flats.reshape(comb(count, rank - 2), rank - 2)
            # Strided, so that each block is a fair sample; copied, so that one compilation serves all.
            blocks = -(-len(flats) * count // ARCS_AT_ONCE)
            self._blocks = [Circles.of(landscape.normals, flats[i::blocks].copy()) for i in range(blocks)]

    @property
    def is_clear(self) -> bool:
        """Whether the position is general beyond rounding, which ranks above 3 need."""
        return self.landscape.rank <= 3 or all(block.least > CLEAR for block in self._blocks)

    def maxima(self, v: np.ndarray, floor: float) -> Maxima:
        """Every local maximum of ``abs(v' phi(X u))`` on the sphere with a value above ``floor``.

        With the absolute value one of u and -u is listed. Where more than r-1 hyperplanes meet in a ray, rays
        that are maxima along a circle only may be listed too.

        Args:
            v: length n.
            floor: at least 0; only larger values are wanted, and the sweep prunes with it.

        Returns:
            The maxima, best first, each direction once.
        """
        return self._sweep(self._blocks, v, floor)

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Maxima:
        """Those local maxima that show on a sample of the circles, another one each turn; none on small jobs.

        Every one found is a neuron worth adding; that none is found says nothing.
        """
        share = len(self._blocks) // GLIMPSES
        if share == 0:
            return Maxima.join([], self.landscape.rank)
        first = turn * share % len(self._blocks)
        return self._sweep(self._blocks[first : first + share], v, floor)

    def _sweep(self, blocks: list[Circles], v: np.ndarray, floor: float) -> Maxima:
        linear, bends = self.landscape.parts(np.asarray(v, dtype=float))
        floor = max(floor, NEGLIGIBLE * float(np.abs(bends).sum()))
        rank = self.landscape.rank
        if rank == 1:
            found = [_poles(linear, bends, floor)]
        elif self._ring is not None:
            found = [Maxima(*self._ring.maxima(linear, bends, 1 if self.landscape.is_even else 2, floor))]
        else:
            found = list(shared_out(lambda block: self._block(block, linear, bends, floor), blocks))
        maxima = Maxima.join(found, rank)
        return _distinct(_of_each_pair(maxima) if self.landscape.is_even else maxima)

    def _block(self, block: Circles, linear: np.ndarray, bends: np.ndarray, floor: float) -> Maxima:
        from .sweep_kernel import sweep_circles

        rank, size = self.landscape.rank, BUFFER
        while True:
            values, signs = np.empty(size), np.empty(size)
            directions, kinks = np.empty((size, rank)), np.empty((size, rank - 1), dtype=np.int64)
            found = sweep_circles(
                self.landscape.normals,
                block.flats,
                block.frames,
                block.grams,
                block.inverses,
                block.order,
                block.angles,
                block.before,
                linear,
                bends,
                1 if self.landscape.is_even else 2,
                floor,
                values,
                directions,
                signs,
                kinks,
            )
            if found <= size:
                return Maxima(values[:found], directions[:found], signs[:found], kinks[:found])
            size = found


class ChamberList:
    """Pricing chamber by chamber from a list, for degenerate arrangements of rank above 3.

    On each chamber the maximum is the length of the projection of the gradient onto it (statement 2.3).

    Args:
        landscape: the landscape.
        signs: the signs of the distinct hyperplanes on every chamber, P x h.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> landscape = Landscape.of(problem)
        >>> quadrants = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]], np.int8)
        >>> round(float(ChamberList(landscape, quadrants).maxima(problem.target, floor=0.0).values[0]), 12)
        5.0
    """

    def __init__(self, landscape: Landscape, signs: np.ndarray):
        self.landscape = landscape
        self._signs = signs

    def maxima(self, v: np.ndarray, floor: float) -> Maxima:
        """The maximum of each chamber whose value is above ``floor``; as :meth:`Sweep.maxima`, maybe with
        more."""
        linear, bends = self.landscape.parts(np.asarray(v, dtype=float))
        found = [
            self._batch(
                self._signs[start : start + CHAMBERS_AT_ONCE], sign * linear, sign * bends, sign, floor
            )
            for sign in (1.0, -1.0)
            for start in range(0, len(self._signs), CHAMBERS_AT_ONCE)
        ]
        return _distinct(Maxima.join(found, self.landscape.rank))

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Maxima:
        """The same on a share of the chambers, another one each turn; none on small jobs."""
        if len(self._signs) < CHAMBERS_AT_ONCE:
            return Maxima.join([], self.landscape.rank)
        return type(self)(self.landscape, self._signs[turn % GLIMPSES :: GLIMPSES]).maxima(v, floor)

    def _batch(
        self, signs: np.ndarray, linear: np.ndarray, bends: np.ndarray, sign: float, floor: float
    ) -> Maxima:
        from .multipliers import cone_projections

        normals, rank = self.landscape.normals, self.landscape.rank
        gradients = linear + (signs * bends) @ normals
        reach = np.linalg.norm(gradients, axis=1) > floor
        signs, gradients = signs[reach], gradients[reach]
        support, projected = cone_projections(normals, signs, gradients)
        floor = max(floor, NEGLIGIBLE * float(np.abs(bends).sum()))
        sizes = np.linalg.norm(projected, axis=1)
        some = sizes > floor
        support, directions = support[some, : rank - 1], projected[some] / sizes[some, None]
        # Where rows are nearly dependent a projection may miss its chamber: what counts is what is there.
        values = directions @ linear + np.abs(directions @ normals.T) @ bends
        kept = values > floor
        return Maxima(values[kept], directions[kept], np.full(kept.sum(), sign), support[kept])


class HalfList(ChamberList):
    """The same for an even landscape, from one chamber of each antipodal pair: one of u and -u is listed."""

    def maxima(self, v: np.ndarray, floor: float) -> Maxima:
        """As :meth:`ChamberList.maxima`; a maximiser on a wall may be seen from both of its sides."""
        return _distinct(_of_each_pair(super().maxima(v, floor)))


class CoverPricer:
    """Pricing without chambers, at any rank: ascents, then a cover of the sphere
    (:mod:`~duality_checks.cover`).

    Args:
        landscape: the landscape.
        effort: how long searches go on; the clock starts now.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> round(float(CoverPricer(Landscape.of(problem)).maxima(problem.target, floor=0.0).values[0]), 12)
        5.0
    """

    def __init__(self, landscape: Landscape, effort: Effort = WHOLE):
        self.landscape = landscape
        self._effort, self._deadline = effort, effort.deadline()
        self._known = np.empty((0, landscape.rank)), np.empty((0, landscape.rank))

    def maxima(self, v: np.ndarray, floor: float) -> Maxima:
        """Points above the floor, best first; none only where there are none or the effort ends, which the
        bound tells. With floor 0 the maximum alone."""
        from ..cover.pricing import functions, largest, peaks

        sides = functions(self.landscape, v)
        if floor > 0:
            return self._kept(peaks(sides, floor, self._effort, self._deadline, self._known))
        return self._listed(largest(sides, self._effort, self._deadline))

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Maxima:
        """What ascents from random directions find above the floor, others each turn."""
        from ..cover.climbing import starts_for
        from ..cover.pricing import functions, glimpsed

        sides = functions(self.landscape, v)
        starts = starts_for(sides[0])
        return self._kept(glimpsed(sides, floor, turn, starts, self._deadline, self._known))

    def _kept(self, found: Peaks) -> Maxima:
        """Listed, and the best of them remembered: the next maxima are often next to these."""
        listed = self._listed(found)
        plus, minus = (
            np.concatenate([listed.directions[listed.signs == sign], old])[:REMEMBERED]
            for sign, old in zip((1.0, -1.0), self._known, strict=True)
        )
        self._known = plus, minus
        return listed

    def _listed(self, found: Peaks) -> Maxima:
        rank = self.landscape.rank
        kinks = np.full((len(found.values), rank - 1), -1)
        maxima = Maxima(found.values, found.directions, found.signs, kinks, found.bound, found.stopped)
        return _distinct(_of_each_pair(maxima) if self.landscape.is_even else maxima)


Pricer = Sweep | ChamberList | CoverPricer


def pricer(
    problem: TrainingProblem, landscape: Landscape, max_chambers: int, effort: Effort = WHOLE
) -> Pricer:
    """The pricing that fits the arrangement: circles up to rank 3 and in general position, its chambers where
    these are few, else covers, which alone need an effort.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.
    """
    return pricer_on(problem.arrangement, landscape, max_chambers, effort)


def pricer_on(
    arrangement: Arrangement, landscape: Landscape, max_chambers: int, effort: Effort = WHOLE
) -> Pricer:
    """:func:`pricer` for a landscape of its own arrangement."""
    hyperplanes, rank = landscape.normals.shape
    if is_covered(arrangement) and rank >= 3:
        return CoverPricer(landscape, effort)
    require_feasible(arrangement, max_chambers)
    if rank <= 3:
        return Sweep(landscape)
    whole = (len(arrangement.hyperplanes), arrangement.rank) == (hyperplanes, rank)
    if whole and arrangement.count_chambers() == most_chambers(hyperplanes, rank):
        sweep = Sweep(landscape)
        if sweep.is_clear:
            return sweep
    rows = first_rows(landscape.hyperplane_of_row)
    orientation = np.sign(landscape.lengths[rows]).astype(np.int8)
    signs = arrangement.chambers(max_chambers).signs[:, rows] * orientation
    if landscape.is_even:
        return HalfList(landscape, signs[signs[:, 0] > 0])
    return ChamberList(landscape, signs)


def dual_vector(problem: TrainingProblem, v: Any) -> np.ndarray:
    """One finite real number a sample.

    Raises:
        InputError: another length, or something else.

    Example:
        >>> dual_vector(TrainingProblem([[1], [2]], [3, 4], beta=1), [1, 2])
        array([1., 2.])
    """
    vector = reals(v, "v")
    if vector.shape != (problem.n,):
        raise InputError(f"v has shape {vector.shape}; give one entry a sample, ({problem.n},)")
    return vector


def _poles(linear: np.ndarray, bends: np.ndarray, floor: float) -> Maxima:
    signs = np.array([1.0, 1.0, -1.0, -1.0])
    directions = np.array([[1.0], [-1.0], [1.0], [-1.0]])
    values = signs * (directions[:, 0] * linear[0] + bends.sum())
    kept = values > floor
    return Maxima(values[kept], directions[kept], signs[kept], np.empty((kept.sum(), 0), int))


def _of_each_pair(maxima: Maxima) -> Maxima:
    """The same with -u for u wherever the largest entry of u is negative."""
    largest = np.abs(maxima.directions).argmax(axis=1)
    sides = np.sign(np.take_along_axis(maxima.directions, largest[:, None], axis=1))
    return replace(maxima, directions=maxima.directions * sides)


def _distinct(maxima: Maxima) -> Maxima:
    """Each direction once: a maximum is seen from every circle around its face."""
    keys = np.round(np.column_stack([maxima.signs, maxima.directions]) / SAME_DIRECTION)
    _, first = np.unique(keys, axis=0, return_index=True)
    return maxima[np.sort(first)]
