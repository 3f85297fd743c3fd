"""Rank 2: the dual norm by one walk around a circle, in integers, without the chambers' signs.

Let ``h_k`` be row k in two coordinates, in which it is ``h_k . s``, and ``t_k`` the same or its negative,
whichever points to the left of the ray ``r_k`` that it vanishes on in the upper half plane. Then

    ``v'phi(Xu) = (1+kappa)/2 sum_k v_k h_k . s + (1-kappa)/2 sum_k v_k abs(t_k . s)``,

a linear form on each arc between neighbouring rays, which changes by one row at each of them. On the unit
circle a linear form is largest along its own vector, if that is inside of the arc, or at an end. Both signs
of v and of s are served on the way around the upper half.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from math import lcm

import numpy as np

from hyperplane_arrangements.exact.rational import dyadic

from ..problem import TrainingProblem
from .plane_floats import Columns, in_order, open_maxima

Vector = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Plane:
    """The row space of rank-2 data in two coordinates, and its metric.

    Attributes:
        rows: ``unit h_k``, integers.
        unit: their common denominator.
        gram: ``(a, b, c)``: the square of the length of ``C'M`` is
            ``(a C_0^2 + 2 b C_0 C_1 + c C_1^2) / scale``, where the rows of M are a basis of the row space,
            the identity in the two coordinates.
        scale: likewise.
    """

    rows: list[Vector]
    unit: int
    gram: tuple[int, int, int]
    scale: int

    @classmethod
    def of(cls, problem: TrainingProblem) -> Plane:
        """The plane of a problem of rank 2."""
        X, columns = problem.X, list(problem.arrangement.pivots)
        unit = lcm(*set(X.denominators))
        factors = [unit // q for q in X.denominators]
        rows = [(x * f, y * f) for (x, y), f in zip(X.integers[:, columns].tolist(), factors, strict=True)]
        if problem.d == 2:
            return cls(rows, unit, (1, 0, 1), 1)
        return cls(rows, unit, *_metric(problem, columns))


def _metric(problem: TrainingProblem, columns: Sequence[int]) -> tuple[tuple[int, int, int], int]:
    """The Gram matrix of the basis that is the identity in two columns."""
    fractions = problem.X.fractions
    first = next(row for row in fractions if any(row))
    p, q = columns
    second = next(row for row in fractions if first[p] * row[q] != first[q] * row[p])
    area = first[p] * second[q] - first[q] * second[p]
    pairs = list(zip(first, second, strict=True))
    one = [(second[q] * x - first[q] * y) / area for x, y in pairs]
    two = [(first[p] * y - second[p] * x) / area for x, y in pairs]
    entries = [
        sum((x * y for x, y in zip(*pair, strict=True)), Fraction(0))
        for pair in ((one, one), (one, two), (two, two))
    ]
    scale = lcm(*(x.denominator for x in entries))
    a, b, c = (int(x * scale) for x in entries)
    return (a, b, c), scale


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
    plane = Plane.of(problem)
    values, power = dyadic(dual.tolist())
    above, below = problem.kappa.denominator, problem.kappa.numerator
    x, y = (sum(v * row[i] for v, row in zip(values, plane.rows, strict=True)) for i in range(2))
    odd = (above + below) * x, (above + below) * y
    rays, bends = _turns(plane.rows, [(above - below) * v for v in values])
    # What is squared below is this many times too large.
    size = 2 * above * plane.unit << power
    limit = problem.beta * problem.beta * size * size
    most = max(_squares(plane, odd, rays, bends, limit), default=Fraction(0))
    return max(most / limit, Fraction(1))


def _turns(rows: Sequence[Vector], weights: Sequence[int]) -> tuple[Columns, Columns]:
    """The rays of the upper half plane on which rows vanish, counterclockwise, and on each the weighted sum
    of the rows that vanish there, all turned to its left. Zero rows are left out."""
    left = [
        (-x, -y, weight) if x > 0 or (x == 0 and y < 0) else (x, y, weight)
        for (x, y), weight in zip(rows, weights, strict=True)
        if x or y
    ]
    order, starts = in_order([x for x, _, _ in left], [y for _, y, _ in left])
    rays: Columns = [], []
    bends: Columns = [], []
    for start, stop in pairwise([*starts, len(order)]):
        if stop == start + 1:
            x, y, weight = left[order[start]]
            found = [(y, -x, weight * x, weight * y)]
        else:
            found = _sorted([left[k] for k in order[start:stop]])
        for u, v, p, q in found:
            rays[0].append(u)
            rays[1].append(v)
            bends[0].append(p)
            bends[1].append(q)
    return rays, bends


def _sorted(rows: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Rays and weighted sums of some rows that point to the left.

    Floors of the slopes over a common power of two larger than every product of two denominators are equal
    exactly for equal slopes, and in their order.
    """
    bits = 2 * max(abs(x) for x, _, _ in rows).bit_length()
    first = -1 << 2 * bits + max(abs(y) for _, y, _ in rows).bit_length()
    found: dict[int, tuple[int, int, int, int]] = {}
    for x, y, weight in rows:
        slope = (y << bits) // x if x else first
        u, v, p, q = found.get(slope, (y, -x, 0, 0))
        found[slope] = u, v, p + weight * x, q + weight * y
    return [found[slope] for slope in sorted(found)]


def _squares(plane: Plane, odd: Vector, rays: Columns, bends: Columns, limit: Fraction) -> Iterator[Fraction]:
    """The squares of the values of all local maxima that are more than the limit."""
    g, h, k = plane.gram
    area, bound = g * k - h * h, limit * plane.scale
    for side in (1, -1):
        forms = _on_arcs(side * odd[0], bends[0]), _on_arcs(side * odd[1], bends[1])
        ends, vectors = open_maxima(rays, forms, plane.gram, bound)
        for i in ends:
            a, b, x, y = (column[i] for column in (*forms, *rays))
            length, along = k * x * x - 2 * h * x * y + g * y * y, a * x + b * y
            if along * along * area > bound * length:
                yield Fraction(along * along * area, length * plane.scale)
        for i in vectors:
            a, b, x, y = (column[i] for column in (*forms, *rays))
            u, v = (c[i + 1] if i + 1 < len(c) else -c[0] for c in rays)  # the ray that ends the arc
            square = g * a * a + 2 * h * a * b + k * b * b
            left, right = g * a + h * b, h * a + k * b
            if square > bound and (x * right - y * left) * (left * v - right * u) > 0:
                yield Fraction(square, plane.scale)


def _on_arcs(odd: int, bends: Sequence[int]) -> list[int]:
    """One coordinate of the linear form on the arc that each ray begins."""
    start = odd - sum(bends)
    return [start + 2 * passed for passed in accumulate(bends)]
