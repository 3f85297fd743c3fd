"""The largest value of a concave piecewise linear function on a cone, from both sides, in rationals.

``f(u) = base'u + sum_k weights_k phi(rows_k'u)`` with negative weights is the least of the linear functions
with slopes in [kappa, 1] for the rows: any slopes over-estimate it, and with multipliers of the cone's facets
the best of them meet its maximum (statements 7.1 and 7.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import project


def combined(base: Vector, rows: Sequence[Vector], weights: Sequence[Fraction]) -> Vector:
    """``base + rows'weights``.

    Example:
        >>> one = Fraction(1)
        >>> combined((one, one), [(one, 2 * one)], [3 * one])
        (Fraction(4, 1), Fraction(7, 1))
    """
    for row, weight in zip(rows, weights, strict=True):
        base = tuple(x + weight * y for x, y in zip(base, row, strict=True))
    return base


@dataclass(frozen=True, slots=True)
class Estimate:
    """A linear function above f on the cone, and what its facets take off.

    Attributes:
        slopes: one a row, in [kappa, 1].
        multipliers: one a facet, nonnegative.
    """

    slopes: tuple[Fraction, ...]
    multipliers: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Concave:
    """f, and the cone.

    Attributes:
        base: its linear part, length d.
        rows: h rows of length d.
        weights: length h, negative.
        facets: normals of length d, nonnegative on the cone.
        kappa: phi's slope below zero.
    """

    base: Vector
    rows: tuple[Vector, ...]
    weights: tuple[Fraction, ...]
    facets: tuple[Vector, ...]
    kappa: Fraction

    def linear(self, slopes: Sequence[Fraction]) -> Vector:
        """The linear function with these slopes."""
        return combined(self.base, self.rows, [w * s for w, s in zip(self.weights, slopes, strict=True)])

    def total(self, estimate: Estimate) -> Vector:
        """The linear function plus multiples of the facets: nowhere smaller than f on the cone."""
        return combined(self.linear(estimate.slopes), self.facets, estimate.multipliers)

    def highest(self) -> Vector:
        """The q in the cone with ``f(q) = norm(q)^2``, f's square maximum over its unit vectors; 0 if that is
        not positive. By all signs that rows can have: no duality is used."""
        best = (Fraction(0),) * len(self.base)
        around = (*self.facets, *self.rows)
        for signs in product((1, -1), repeat=len(self.rows)):
            c = self.linear([Fraction(1) if sign > 0 else self.kappa for sign in signs])
            if dot(c, c) > dot(best, best):
                point = project(around, (*(1 for _ in self.facets), *signs), c).point
                best = max(best, point, key=lambda q: dot(q, q))
        return best

    def tightest(self, q: Vector) -> Estimate | None:
        """The estimate whose total is q: None if there is none, and then q is not :meth:`highest`.

        Rows that q decides have their slopes. Those of the others, w = (s - kappa) / (1 - kappa) in [0, 1],
        and the multipliers are a nonnegative solution of equations: the nearest point of a cone, at no
        distance.
        """
        zero, one = Fraction(0), Fraction(1)
        heights = [dot(row, q) for row in self.rows]
        slopes = [one if height > 0 else self.kappa for height in heights]
        open_ = [k for k, height in enumerate(heights) if height == 0]
        touched = [i for i, facet in enumerate(self.facets) if dot(facet, q) == 0]
        steps = [tuple(self.weights[k] * (one - self.kappa) * x for x in self.rows[k]) for k in open_]
        units = [tuple(one if i == k else zero for i in range(len(open_))) for k in range(len(open_))]
        none = (zero,) * len(open_)
        system = [(*step, *unit) for step, unit in zip(steps, units, strict=True)]
        system += [((zero,) * len(q) + unit) for unit in units]
        system += [(*self.facets[i], *none) for i in touched]
        target = (*(x - y for x, y in zip(self.linear(slopes), q, strict=True)), *(-one for _ in open_))
        found = project(system, (1,) * len(system), target)
        if any(found.point):
            return None
        for place, k in enumerate(open_):
            slopes[k] += (one - self.kappa) * found.multipliers.get(place, zero)
        multipliers = [zero] * len(self.facets)
        for place, i in enumerate(touched):
            multipliers[i] = found.multipliers.get(2 * len(open_) + place, zero)
        return Estimate(tuple(slopes), tuple(multipliers))
