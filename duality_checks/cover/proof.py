"""From a dual vector to a cover that proves it feasible, in coordinates that the checker reconstructs
exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from .. import checker
from .basis import amid, orthonormal, turned
from .encoding import BITS, Draft, deepest, penned
from .maxima import Maxima
from .search import Cover, Function, Limits, search

BELOW = 1 - 2.0**-50  # more than all roundings of beta
_LONGEST = 900
FIRST = Limits(points=1)
# The ranks at which it matters along which axes boxes lie: above, no search gets beyond a few boxes, and the
# checker takes minutes for the axes themselves.
TURNED = range(5, 33)


@dataclass(frozen=True, eq=False, slots=True)
class Coordinates:
    """A problem for the checker, and the basis of its row space that a cover uses.

    Attributes:
        stated: the problem as the checker reads it.
        basis: r x d, None where X has full column rank: then the coordinates are those of u. With free biases
            a point amid the rows instead.
    """

    stated: checker.Problem
    basis: tuple[tuple[Fraction, ...], ...] | None

    @classmethod
    def of(cls, stated: checker.Problem) -> Coordinates:
        """The coordinates of a problem."""
        if stated.bias is not None:
            return cls(stated, (amid(stated.rows, stated.bias),))
        return cls(stated, orthonormal(checker.integer_rows(stated.rows)[0]))

    def turned(self, dual: tuple[Fraction, ...]) -> Coordinates:
        """Those in which a search takes fewer cones for a dual, at the ranks of `TURNED`; the same at others,
        with free biases, and with max pooling."""
        if self.dimension not in TURNED or self.stated.bias is not None or self.stated.largest:
            return self
        rows, weights, _, _ = self.terms(dual)
        return replace(self, basis=turned(self.basis, rows, weights))

    @property
    def dimension(self) -> int:
        """How many coordinates there are."""
        if self.basis is None or self.stated.bias is not None:
            return len(self.stated.rows[0])
        return len(self.basis)

    def function(self, dual: tuple[Fraction, ...]) -> tuple[Function, float]:
        """``z'phi(Xu)`` in floats, each within a few roundings of the exact one, and beta (rounded down)."""
        rows, weights, base, beta = self.terms(dual)
        return Function.of(rows, weights, base, self.stated.bias), beta

    def maxima(self, dual: tuple[Fraction, ...]) -> tuple[Maxima, float]:
        """``z'h(u)`` with max pooling, in the same way."""
        exact = checker.maxima(self.stated, dual, self.basis, 0)
        shift, scale, beta = scales(exact, exact.pieces)
        pieces = np.array([[float_over(x, shift) for x in row] for row in exact.pieces])
        heights = np.array([float_over(z, scale - shift) for z in exact.heights])
        return Maxima.of(pieces, np.array(exact.owner), heights), beta

    def kept(self, dual: tuple[Fraction, ...]) -> list[int]:
        """Which of the checker's hyperplanes, or pieces, those of the function are: those without weight are
        not."""
        if self.stated.largest:
            exact = checker.maxima(self.stated, dual, self.basis, 0)
            return [p for p, sample in enumerate(exact.owner) if exact.heights[sample]]
        return np.flatnonzero(self.terms(dual)[1]).tolist()

    def terms(self, dual: tuple[Fraction, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
        """Rows, weights and base of all hyperplanes, those without weight too, and beta, in floats."""
        exact = checker.kinks(self.stated, dual, self.basis, 0)
        shift, scale, beta = scales(exact, exact.rows)
        rows = np.array([[float_over(x, shift) for x in row] for row in exact.rows])
        weights = np.array([float_over(w, scale - shift) for w in exact.weights])
        base = np.array([float_over(b, scale) for b in exact.base])
        return rows, weights, base, beta


def scales(exact: checker.Kinks, rows: list[checker.Row]) -> tuple[int, int, float]:
    """Powers of two that rows and values are divided by, and beta."""
    one = math.isqrt(exact.limit)
    scale = one.bit_length() - 1
    shift = max((abs(x).bit_length() for row in rows for x in row), default=0)
    return shift, scale, float_over(one, scale) * BELOW


def float_over(value: int, shift: int) -> float:
    """``value / 2^shift`` to nearest, or nearly."""
    excess = max(abs(value).bit_length() - _LONGEST, 0)
    return math.ldexp(float(value >> excess), excess - shift)


def covers(
    coordinates: Coordinates, dual: tuple[Fraction, ...], *, keep: bool, limits: Limits = FIRST
) -> tuple[Cover, Cover]:
    """Search for z and for -z, as far as the first failure.

    Args:
        coordinates: of the problem.
        dual: z, exact.
        keep: whether the trees are kept.
        limits: when to stop; by default at the first point that exceeds beta.
    """
    stated = coordinates.maxima if coordinates.stated.largest else coordinates.function
    g, beta = stated(dual)
    plus = search(g, beta, keep=keep, limits=limits)
    return plus, search(g.negated(), beta, keep=keep, limits=limits) if plus.proven else plus


def written(
    coordinates: Coordinates,
    dual: tuple[Fraction, ...],
    found: tuple[Cover, Cover],
    deadline: float | None = None,
) -> checker.Cover:
    """The cover of a certificate, proven by the checker's own walk while it is written; until a deadline.

    Raises:
        checker.Refusal: a leaf that floats proved does not hold, trees that are not whole, or no time.
    """
    kept = coordinates.kept(dual)
    depth = max(deepest(cover.trees or ()) for cover in found)
    draft = checker.Cover(coordinates.basis, depth, BITS, b"", b"")
    terms = checker.maxima if coordinates.stated.largest else checker.kinks
    g = terms(coordinates.stated, dual, coordinates.basis, 2 * depth + checker.CHORD_BITS)
    sides = [
        Draft(side, draft, cover.trees or (), kept, f"cover.{name}", deadline)
        for side, cover, name in ((g, found[0], "plus"), (g.negated(), found[1], "minus"))
    ]
    plus, minus = penned(sides)
    return checker.Cover(coordinates.basis, depth, BITS, plus, minus)
