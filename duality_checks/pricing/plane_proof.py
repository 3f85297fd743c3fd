"""Rank 2: the dual norm by one walk around a circle, in integers, without the chambers' signs.

Let ``h_k`` be row k in two coordinates, in which it is ``h_k . s``, and ``t_k`` the same or its negative,
whichever points to the left of the ray ``r_k`` that it vanishes on in the upper half plane. Then

    ``v'phi(Xu) = (1+kappa)/2 sum_k v_k h_k . s + (1-kappa)/2 sum_k v_k abs(t_k . s)``,

a linear form on each arc between neighbouring rays, which changes by one row at each of them. On the unit
circle a linear form is largest along its own vector, if that is inside of the arc, or at an end. Both signs
of v and of s are served on the way around the upper half.

Arrays hold Python's integers: NumPy carries out the loops, and nothing is rounded or overflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from hyperplane_arrangements.exact.rational import dot
from hyperplane_arrangements.exact.scaled import Scaled

from ..problem import TrainingProblem
from .plane_floats import Columns, in_order, open_maxima, rounded


@dataclass(frozen=True, slots=True)
class Plane:
    """The row space of rank-2 data in two coordinates, and its metric.

    Attributes:
        rows: the coordinates of ``unit h_k``, integers.
        unit: their common denominator.
        gram: ``(a, b, c)``: the square of the length of ``C'M`` is
            ``(a C_0^2 + 2 b C_0 C_1 + c C_1^2) / scale``, where the rows of M are a basis of the row space,
            the identity in the two coordinates.
        scale: likewise.
    """

    rows: Columns
    unit: int
    gram: tuple[int, int, int]
    scale: int

    @classmethod
    def of(cls, problem: TrainingProblem) -> Plane:
        """The plane of a problem of rank 2."""
        X, columns = problem.X, list(problem.arrangement.pivots)
        unit = lcm(*set(X.denominators))
        factors = unit // np.array(X.denominators, dtype=object)
        x, y = (X.integers[:, j] * factors for j in columns)
        if problem.d == 2:
            return cls((x, y), unit, (1, 0, 1), 1)
        return cls((x, y), unit, *_metric(problem, columns))


def _metric(problem: TrainingProblem, columns: Sequence[int]) -> tuple[tuple[int, int, int], int]:
    """The Gram matrix of the basis that is the identity in two columns."""
    integers, (p, q) = problem.X.integers, columns
    first = _row(problem, np.flatnonzero((integers != 0).any(axis=1))[0])
    areas = integers[:, q] * first[p].numerator * first[q].denominator
    areas -= integers[:, p] * first[q].numerator * first[p].denominator
    second = _row(problem, np.flatnonzero(areas)[0])
    area = first[p] * second[q] - first[q] * second[p]
    pairs = list(zip(first, second, strict=True))
    one = [(second[q] * x - first[q] * y) / area for x, y in pairs]
    two = [(first[p] * y - second[p] * x) / area for x, y in pairs]
    entries = [dot(one, one), dot(one, two), dot(two, two)]
    scale = lcm(*(x.denominator for x in entries))
    a, b, c = (int(x * scale) for x in entries)
    return (a, b, c), scale


def _row(problem: TrainingProblem, k: int) -> list[Fraction]:
    return [Fraction(x, problem.X.denominators[k]) for x in problem.X.integers[k]]


@dataclass(frozen=True, slots=True)
class Turns:
    """The rays of the upper half plane on which rows vanish, counterclockwise.

    Attributes:
        rows: the coordinates of the rows that are not zero, in integers.
        first: of each ray the number of one that vanishes there.
        turned: 1 if that points to the right of the ray, 0 if to the left.
        bends: on each twice the weighted sum of all the rows that vanish there, turned to its left.
        near: the rays in floats, as :func:`~.plane_floats.rounded`.
    """

    rows: Columns
    first: np.ndarray
    turned: np.ndarray
    bends: Columns
    near: Columns | None

    def ray(self, i: int) -> tuple[int, int]:
        """One of the rays in integers; the last is followed by the negative of the first."""
        last, k = divmod(i, len(self.first))
        x, y = (column[self.first[k]] for column in self.rows)
        return (-y, x) if self.turned[k] != last else (y, -x)


def reach_on_plane(problem: TrainingProblem, dual: np.ndarray) -> Fraction:
    """``norm_dual(v)^2 / beta^2`` if that is more than 1, otherwise 1: exact, in O(n log n).

    Args:
        problem: of rank 2, nothing free, with the 2-norm and no readout.
        dual: v, n floats, taken as the numbers they are.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=2)
        >>> reach_on_plane(problem, problem.target), reach_on_plane(problem, problem.target / 4)
        (Fraction(25, 4), Fraction(1, 1))
    """
    plane, v = Plane.of(problem), Scaled.of_floats(dual)
    above, below = problem.kappa.denominator, problem.kappa.numerator
    x, y = (int(v.integers @ column) * (above + below) for column in plane.rows)
    turns = _turns(plane.rows, v.integers, above - below)
    # What is squared below is this many times too large.
    size = 2 * above * plane.unit * v.denominator
    limit = problem.beta * problem.beta * size * size
    most = max(_squares(plane, (x, y), turns, limit), default=Fraction(0))
    return max(most / limit, Fraction(1))


def _turns(rows: Columns, weights: np.ndarray, factor: int) -> Turns:
    """The rays on which rows vanish, and what is added on each. Zero rows are left out."""
    x, y = rows
    there = (x != 0) | (y != 0)
    if not there.all():
        x, y, weights = x[there], y[there], weights[there]
    turned = ((x > 0) | ((x == 0) & (y < 0))).astype(np.intp)
    weights = weights * np.array([2 * factor, -2 * factor], dtype=object)[turned]
    near = rounded((x, y))
    order, starts = (np.arange(len(x)), np.zeros(1, dtype=np.intp)) if near is None else in_order(near)
    begins = _begins(x, y, order, starts)
    bends = (weights * x)[order], (weights * y)[order]
    if len(begins) < len(order):
        bends = np.add.reduceat(bends[0], begins), np.add.reduceat(bends[1], begins)
    first = order[begins]
    turned = turned[first]
    sides = 1 - 2 * turned
    rays = None if near is None else (sides * near[1][first], -sides * near[0][first])
    return Turns((x, y), first, turned, bends, rays)


def _begins(x: np.ndarray, y: np.ndarray, order: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Where in their order rows begin that are not parallel to those before them; runs in which floats
    cannot tell the order are put in order."""
    new = np.zeros(len(order), dtype=bool)
    new[starts] = True
    near = np.flatnonzero(~new)
    new[near] = _crossed(x, y, order[near - 1], order[near])
    runs = np.searchsorted(starts, near[new[near]], side="right") - 1
    ends = np.append(starts[1:], len(order))
    for run in np.unique(runs):
        part = slice(starts[run], ends[run])
        order[part] = order[part][_by_slope(x[order[part]].tolist(), y[order[part]].tolist())]
        new[starts[run] + 1 : ends[run]] = _crossed(x, y, order[part][:-1], order[part][1:])
    return np.flatnonzero(new)


def _crossed(x: np.ndarray, y: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    return x[one] * y[other] != y[one] * x[other]


def _by_slope(x: Sequence[int], y: Sequence[int]) -> list[int]:
    """The order of some vectors to the left by slope, the steepest downward first.

    Floors of the slopes over a common power of two larger than every product of two denominators are equal
    exactly for equal slopes, and in their order.
    """
    bits = 2 * max(map(abs, x)).bit_length()
    first = -1 << 2 * bits + max(map(abs, y)).bit_length()
    slopes = [(b << bits) // a if a else first for a, b in zip(x, y, strict=True)]
    return sorted(range(len(slopes)), key=slopes.__getitem__)


def _squares(plane: Plane, odd: tuple[int, int], turns: Turns, limit: Fraction) -> Iterator[Fraction]:
    """The squares of the values of all local maxima that are more than the limit."""
    g, h, k = plane.gram
    area, bound = g * k - h * h, limit * plane.scale
    bends = [np.add.accumulate(bend) for bend in turns.bends]
    for side in (1, -1):
        # The linear form on the arc that each ray begins.
        forms = tuple(passed + (side * x - passed[-1] // 2) for x, passed in zip(odd, bends, strict=True))
        ends, vectors = open_maxima(turns.near, forms, plane.gram, bound)
        for i in ends:
            (a, b), (x, y) = (form[i] for form in forms), turns.ray(i)
            length, along = k * x * x - 2 * h * x * y + g * y * y, a * x + b * y
            if along * along * area > bound * length:
                yield Fraction(along * along * area, length * plane.scale)
        for i in vectors:
            (a, b), (x, y), (u, v) = (form[i] for form in forms), turns.ray(i), turns.ray(i + 1)
            square = g * a * a + 2 * h * a * b + k * b * b
            left, right = g * a + h * b, h * a + k * b
            if square > bound and (x * right - y * left) * (left * v - right * u) > 0:
                yield Fraction(square, plane.scale)
