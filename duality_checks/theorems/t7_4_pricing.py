"""Statement 7.4: ascents on the sphere, what proves a local maximum, and the interval of a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import starmap

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import dual_norm_squared, gradient, project
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .concave import Concave, Estimate, combined
from .samples import degenerate_pairs, random_pair
from .t7_1_one_sided import Signs, chambers, on_chamber

NEAR = 1e-9
DIGITS = 6
STARTS = 6


@dataclass(frozen=True, slots=True)
class Top:
    """A point that is claimed to be a local maximum of ``v'phi(Xu)`` on the sphere.

    Attributes:
        v: length n.
        point: q, with the value ``norm(q)`` at ``q / norm(q)``.
        estimates: for each chamber of the rows with v_k > 0 that vanish at q, slopes of those with v_k < 0
            that do, and multipliers.
    """

    v: Vector
    point: Vector
    estimates: dict[Signs, Estimate]


@dataclass(frozen=True, slots=True)
class Priced:
    """What pricing says of ``norm_dual(v)``.

    Attributes:
        problem: X and kappa.
        v: length n.
        starts: points whose step is claimed to lead upwards, beside v or -v.
        tops: local maxima, the largest among them.
        reach: the bound that the search has proven.
    """

    problem: TrainingProblem
    v: Vector
    starts: tuple[tuple[Vector, Vector], ...]
    tops: tuple[Top, ...]
    reach: Fraction


def value(problem: TrainingProblem, v: Vector, u: Vector) -> Fraction:
    """``v'phi(Xu)``."""
    terms = zip(v, problem.X.times(u), strict=True)
    return sum((w * (t if t > 0 else problem.kappa * t) for w, t in terms), Fraction(0))


def step(problem: TrainingProblem, v: Vector, u: Vector) -> Vector:
    """The sphere step from u, not normalised: the gradient there."""
    return gradient(problem, [1 if t > 0 else -1 for t in problem.X.times(u)], v)


def stays(problem: TrainingProblem, v: Vector, u: Vector) -> bool:
    """Whether each row of negative weight has the slope that the step took for it where it ends, too."""
    ends = problem.X.times(step(problem, v, u))
    rows = zip(v, problem.X.times(u), ends, strict=True)
    return all(w >= 0 or t == 0 or (t > 0) == (s > 0) for w, s, t in rows)


def vanishing(problem: TrainingProblem, v: Vector, q: Vector) -> frozenset[int]:
    """The rows of positive weight that vanish at q."""
    rows = enumerate(zip(v, problem.X.times(q), strict=True))
    return frozenset(k for k, (w, t) in rows if w > 0 and t == 0)


def beside(problem: TrainingProblem, v: Vector, q: Vector, side: Signs) -> Concave:
    """``v'phi(Xu)`` near q, on a chamber of the rows of positive weight that vanish there."""
    levels = problem.X.times(q)
    here = on_chamber(
        problem,
        tuple(w if t == 0 else Fraction(0) for w, t in zip(v, levels, strict=True)),
        vanishing(problem, v, q),
        side,
    )
    others = [w if t else Fraction(0) for w, t in zip(v, levels, strict=True)]
    known = gradient(problem, [1 if t > 0 else -1 for t in levels], others)
    return replace(here, base=combined(here.base, [known], [Fraction(1)]))


def top(problem: TrainingProblem, v: Vector, u: Sequence[float]) -> Top | None:
    """The local maximum in rationals that floats point at; None if there is none on the face they mean."""
    floats, rows = problem.X.floats, problem.X.fractions
    lengths = np.linalg.norm(floats, axis=1)
    levels = floats @ np.array(u)
    signs = np.where(np.abs(levels) <= NEAR * lengths, 0, np.sign(levels)).astype(int).tolist()
    known = [w if sign else Fraction(0) for w, sign in zip(v, signs, strict=True)]
    flat = [row for row, sign in zip(rows, signs, strict=True) if not sign]
    q = project((*flat, *flat), (1,) * len(flat) + (-1,) * len(flat), gradient(problem, signs, known)).point
    if [(t > 0) - (t < 0) for t in problem.X.times(q)] != signs:
        return None
    estimates = {}
    for side in chambers(problem, vanishing(problem, v, q)):
        found = beside(problem, v, q, side).tightest(q)
        if found is None:
            return None
        estimates[side] = found
    return Top(v, q, estimates)


def priced(problem: TrainingProblem, v: Vector) -> Priced:
    """What ascents and a search in floats find, brought into rationals."""
    from ..cover.pricing import largest
    from ..cover.search import Function

    minus = tuple(-x for x in v)
    weights, kappa = np.array([float(x) for x in v]), float(problem.kappa)
    X = problem.X.floats
    g = Function.of(X, (1 - kappa) * weights, kappa * X.T @ weights)
    found = largest((g, g.negated()))
    tops: dict[tuple[Vector, Vector], Top] = {}
    ends = np.c_[found.signs, found.directions]
    _, first = np.unique(ends.round(DIGITS), axis=0, return_index=True)
    for sign, *u in ends[first].tolist():
        seen = top(problem, v if sign > 0 else minus, u)
        if seen is not None:
            tops[seen.v, seen.point] = seen
    grid = np.random.default_rng(0).integers(-3, 4, (STARTS, problem.d)).tolist()
    starts = [(w, tuple(map(Fraction, u))) for w in (v, minus) for u in grid]
    kept = tuple((w, u) for w, u in starts if stays(problem, w, u))
    reach = Fraction(found.bound) if np.isfinite(found.bound) else Fraction(0)
    return Priced(problem, v, kept, tuple(tops.values()), reach)


@all_hold
def check(instance: Priced) -> Iterator[Outcome]:
    """Steps lead upwards; the tops are local maxima, also by points around them; the largest of them is the
    dual norm, by the list of all chambers; and the search's bound is not below it."""
    problem = instance.problem
    for v, u in instance.starts:
        c = step(problem, v, u)
        yield at_least(value(problem, v, c), dot(c, c), "g(c) >= norm(c)^2 after a step")
        yield at_least(dot(c, c) * dot(u, u), value(problem, v, u) ** 2, "norm(c) norm(u) >= g(u)")
    for one in instance.tops:
        yield from _is_top(problem, one)
    square = dual_norm_squared(problem, instance.v)
    largest = max((dot(one.point, one.point) for one in instance.tops), default=Fraction(0))
    yield equal(largest, square, "the largest of the local maxima, squared")
    yield at_least(instance.reach**2, square, "reach^2 >= norm_dual(v)^2")


def _is_top(problem: TrainingProblem, one: Top) -> Iterator[Outcome]:
    q, v = one.point, one.v
    for side in chambers(problem, vanishing(problem, v, q)):
        found = one.estimates[side]
        yield that(beside(problem, v, q, side).total(found) == q, "the slopes do not close the cone")
        yield that(all(problem.kappa <= s <= 1 for s in found.slopes), "a slope is outside [kappa, 1]")
        yield that(min(found.multipliers, default=0) >= 0, "a multiplier is negative")
    for direction in problem.X.fractions:
        for sign in (1, -1):
            w = _beside(problem, q, tuple(sign * x for x in direction))
            higher = max(value(problem, v, w), Fraction(0))
            yield at_least(dot(q, q) * dot(w, w), higher**2, "norm(q) norm(w) >= g(w) beside a top")


def _beside(problem: TrainingProblem, q: Vector, d: Vector) -> Vector:
    """A point from q along d before any row that q decides changes its sign."""
    pairs = zip(problem.X.times(q), problem.X.times(d), strict=True)
    room = min((abs(t / s) / 2 for t, s in pairs if t and s), default=Fraction(1))
    return tuple(x + room * y for x, y in zip(q, d, strict=True))


def control() -> Priced:
    """A step across a kink of a row of negative weight, claimed to lead upwards."""
    problem = TrainingProblem([[0, 1], [1, 0]], [0, 0], 1)
    v = (Fraction(1), Fraction(-3))
    u = (Fraction(1), Fraction(2))
    return Priced(problem, v, ((v, u),), (), Fraction(0))


THEOREM = Theorem(
    id="7.4",
    name="pricing without chambers",
    statement=(
        "The step u <- c / norm(c), c the gradient at u, leads upwards if no row with v_k < 0 changes its "
        "side; u is a local maximum on the sphere if c = g(u) u for some slopes in [kappa, 1] of the rows "
        "with v_k < 0 that vanish there; and the dual norm lies between the highest point found and the "
        "bound of the search."
    ),
    source="derived",
    note="7.4-pricing.md",
    fixed=lambda: starmap(priced, degenerate_pairs()),
    draw=lambda rng: priced(*random_pair(rng)),
    check=check,
    false_claim="the step leads upwards across kinks of any row",
    control=control,
)
