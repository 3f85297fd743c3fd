"""Pricing without chambers: ascents while they find something, then a search over all directions
(statement 7.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from .climbing import climb, starts_at_once, starts_before_a_search, starts_for
from .effort import WHOLE, Effort, is_late
from .search import Cover, Function, Limits, Searched, search

ENOUGH = 64
# Nearer to the floor than this, what ascents have found is worth proving the largest.
CLOSE = 1e-6
ABOVE = 2.0**-42
TURNS = 60
SIGNS = (1.0, -1.0)
LONG = 10_000  # cones of a search
AROUND = np.array([0.01, 0.05, 0.2])  # how far from a known maximum an ascent starts

Part = tuple[float, np.ndarray, np.ndarray]
Known = tuple[np.ndarray, np.ndarray]  # m x r, for a function and its negative
NOTHING_KNOWN = (np.empty((0, 0)), np.empty((0, 0)))


class Bent(Protocol):
    """What is linear but for a kink at each of some hyperplanes: a landscape."""

    @property
    def normals(self) -> np.ndarray: ...

    def parts(self, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The linear part, and the size of each kink."""
        ...


def functions(landscape: Bent, v: np.ndarray) -> tuple[Function, Function]:
    """``v'phi(Xu)`` and ``-v'phi(Xu)``, with ``abs(t) = 2 max(0, t) - t``.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> from duality_checks.pricing.landscape import Landscape
        >>> landscape = Landscape.of(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1))
        >>> plus, minus = functions(landscape, np.array([3.0, 4.0]))
        >>> u = np.array([[0.6, 0.8]])
        >>> float(plus.values(u).round(9)[0]), float(minus.values(u).round(9)[0])
        (5.0, -5.0)
    """
    linear, bends = landscape.parts(np.asarray(v, dtype=float))
    base = linear - bends @ landscape.normals
    g = Function.of(landscape.normals, 2 * bends, base)
    return g, g.negated()


class Peaks:
    """Points where one of two functions is above a floor, climbed from and sorted.

    Attributes:
        parts: what they are from: a sign, points, and the values of the function with this sign there.
        values: decreasing, length m.
        directions: unit vectors, m x r.
        signs: +1.0 or -1.0, length m.
        bound: at least the maximum over the sphere, or infinite.
        stopped: whether a search for more came to a limit.
    """

    def __init__(self, parts: list[Part], bound: float, floor: float, *, stopped: bool = False):
        self.parts, self.bound, self.stopped = parts, bound, stopped
        values = np.concatenate([value for _, _, value in parts])
        directions = np.concatenate([point for _, point, _ in parts])
        signs = np.concatenate([np.full(len(value), sign) for sign, _, value in parts])
        order = np.argsort(-values, kind="stable")
        order = order[values[order] > floor]
        self.values, self.directions, self.signs = values[order], directions[order], signs[order]

    def __len__(self) -> int:
        return len(self.values)

    @property
    def reach(self) -> float:
        """At least the maximum over the sphere."""
        return max(self.bound, float(self.values.max(initial=0.0)))


def peaks(
    sides: Sequence[Searched],
    floor: float,
    effort: Effort = WHOLE,
    deadline: float | None = None,
    known: Known = NOTHING_KNOWN,
) -> Peaks:
    """Points above the floor from many ascents, else from a search over all directions: none only if there
    are none, or the search came to a limit; then the bound is what was proven before.

    Args:
        sides: the function and its negative, or a norm alone.
        floor: positive.
        effort: by how much the bound may exceed the floor, and the limits of a search.
        deadline: when a search is to end.
        known: where ascents may start, as for `glimpsed`.
    """
    starts = starts_before_a_search(sides[0])
    # An ascent costs as much as some cones.
    starts = starts if effort.cones is None else min(starts, effort.cones)
    seen = glimpsed(sides, floor, -1, starts, deadline, known)
    best = max(floor, float(seen.values.max(initial=0.0)))
    if best > floor * (1 + CLOSE):
        return seen
    if is_late(deadline):
        return Peaks(seen.parts, np.inf, floor, stopped=True)
    # What differs by roundings alone cannot be told apart, however small the box.
    tiny = ABOVE + 2 * sides[0].rounding / best
    lower, reach, parts, stopped = best * (1 + tiny), np.inf, seen.parts, False
    limits = Limits(ENOUGH, effort.cones, deadline, effort.progress)
    for level in effort.levels(sides[0].rank):
        upper = lower * (1 + level + tiny)
        covers = []
        for side in sides:
            covers.append(search(side, upper, floor=lower, limits=limits, keep=False))
            # What was found on one side changes the other: that is not worth a long search.
            if len(covers[0].values) and covers[0].cones > LONG:
                break
        parts = [*seen.parts, *_climbed(sides, covers)]
        if not all(cover.proven for cover in covers):
            stopped = not any(len(cover.values) for cover in covers)
            break
        reach = max(cover.reach for cover in covers)
    return Peaks(parts, reach, floor, stopped=stopped)


def _climbed(sides: Sequence[Searched], covers: list[Cover]) -> list[Part]:
    found = []
    for sign, side, cover in zip(SIGNS, sides, covers, strict=False):
        # Those of one box come together, and most of them go to one maximum.
        order = np.argsort(-cover.values)
        some = order[:: max(1, len(order) // ENOUGH)]
        found.append((sign, *climb(side, cover.points[some])))
    return found


def glimpsed(
    sides: Sequence[Searched],
    floor: float,
    turn: int,
    starts: int,
    deadline: float | None = None,
    known: Known = NOTHING_KNOWN,
) -> Peaks:
    """Points above the floor from ascents; that there are none says nothing.

    Args:
        sides: the function and its negative, or a norm alone.
        floor: only larger values are wanted.
        turn: other starts for each.
        starts: how many, for each side.
        deadline: when no more of them begin.
        known: maxima of similar functions, next to which half of the ascents start; for each side.
    """
    rng = np.random.default_rng([abs(turn), turn < 0])
    rank = sides[0].rank
    found: list[Part] = [(1.0, np.empty((0, rank)), np.empty(0))]
    at_once = starts_at_once(sides[0])
    for first in range(0, starts, at_once):
        if first and is_late(deadline):
            break
        for sign, side, maxima in zip(SIGNS, sides, known, strict=False):
            points = rng.normal(size=(min(at_once, starts - first), rank))
            if len(maxima):
                some = rng.integers(len(maxima), size=len(points) // 2)
                points[: len(some)] *= rng.choice(AROUND, size=(len(some), 1))
                points[: len(some)] += maxima[some]
            found.append((sign, *climb(side, points / side.norms(points)[:, None])))
    return Peaks(found, np.inf, floor)


def largest(sides: Sequence[Searched], effort: Effort = WHOLE, deadline: float | None = None) -> Peaks:
    """The maximum over the sphere: ascents, and searches for what is above the best of them until there
    is none; where less than all will do, ascents alone until a deadline, which say nothing of what they
    miss."""
    if not effort.whole:
        return glimpsed(sides, 0.0, 0, starts_before_a_search(sides[0]), deadline)
    found = glimpsed(sides, 0.0, 0, starts_for(sides[0]))
    size = float(np.linalg.norm(sides[0].sizes))
    for _ in range(TURNS if size > 0 else 0):
        better = peaks(sides, max(float(found.values.max(initial=0.0)), size * 2.0**-46))
        if np.isfinite(better.bound):
            return Peaks([*found.parts, *better.parts], better.bound, 0.0)
        found = better
    return found
