"""The whole path of optima, proven for every weight decay, from finitely many certificates (statement 5.5).

``p*(beta)`` is the infimum over networks of ``loss + beta * penalty``: of lines in beta, so it is concave and
nondecreasing. A network proves its whole line from above. A dual vector proves one value from below; between
two of them the mean of the two is feasible for the mean of the betas, so the chord is proven, and more where
the loss is smooth. Between two networks both side by side, scaled, are a network: where the loss is strictly
convex it beats both lines.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import Any

from hyperplane_arrangements.errors import InputError

from ..exact.enclosures import Enclosed, scientific_above
from ..exact.quadratics import ZERO, Quadratic, largest_ratio

HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class PathNode(Enclosed):
    """What one certificate proves of the path.

    Args:
        beta: where.
        lower: ``lower <= p*(beta)``.
        loss: of the network; a rational just above it for the logistic loss.
        penalty: of the network: its objective is ``loss + beta * penalty`` at every beta.
        width: the number of its neurons.

    Example:
        >>> node = PathNode(Fraction(1), Fraction(4), Fraction(1), Fraction(3), 2)
        >>> str(node.upper), node.relative_gap
        ('4', 0.0)
    """

    beta: Fraction
    lower: Fraction
    loss: Fraction
    penalty: Fraction
    width: int

    @property
    def upper(self) -> Fraction:
        """The objective of the network at its own beta."""
        return self.loss + self.beta * self.penalty

    @property
    def line(self) -> Quadratic:
        """Above ``p*`` at every beta."""
        return Quadratic(self.loss, self.penalty)


@dataclass(frozen=True, slots=True)
class Piece:
    """The band between two nodes.

    Args:
        left: the node of the smaller beta.
        right: the other.
        network_bend: ``c >= 0`` such that the two networks f and g side by side have a loss of at most
            ``(1-t) ell(f) + t ell(g) - t(1-t) c``, for every t in [0, 1].
        dual_bend: ``c >= 0`` such that the mean of their dual vectors has a dual objective of at least
            ``(1-s) lower + s lower' + s(1-s) c``, for every s in [0, 1].

    Example:
        >>> left, right = (PathNode(*map(Fraction, row), 1) for row in ([1, 1, 0, 1], [3, 2, 2, 0]))
        >>> piece = Piece(left, right)  # a chord below, and two lines above, which meet at beta = 2
        >>> [str(piece.lower(2)), str(piece.upper(2))], round(float(piece.relative_width), 12)
        (['3/2', '2'], 0.25)
    """

    left: PathNode
    right: PathNode
    network_bend: Fraction = ZERO
    dual_bend: Fraction = ZERO

    def __post_init__(self) -> None:
        if not 0 <= self.left.beta < self.right.beta or min(self.network_bend, self.dual_bend) < 0:
            raise InputError(
                f"a piece goes from beta={self.left.beta} to {self.right.beta}, with bends "
                f"{self.network_bend} and {self.dual_bend}; betas grow and bends are not negative"
            )

    @property
    def below(self) -> Quadratic:
        """The lower bound, as a function of beta: the chord and its bend."""
        a, b = self.left.beta, self.right.beta
        length = b - a
        slope = (self.right.lower - self.left.lower) / length
        bend = self.dual_bend / length**2  # s(1-s) = (beta - a)(b - beta) / length^2
        return Quadratic(self.left.lower - slope * a - bend * a * b, slope + bend * (a + b), -bend)

    @property
    def above(self) -> tuple[tuple[Fraction, Fraction, Quadratic], ...]:
        """The upper bound: from where, to where, and which function of beta.

        With ``D = (loss' - loss) + beta (penalty' - penalty)`` the objective of the mixture is
        ``line + t D - t(1-t) c``: least at ``t = (c - D)/(2c)``, if that is in [0, 1], else at an end.
        """
        left, right, c = self.left, self.right, self.network_bend
        rise, turn = right.loss - left.loss, right.penalty - left.penalty
        low, high = left.beta, right.beta
        bounds = [low, high]
        if turn:
            bounds += [beta for d in {c, -c} if low < (beta := (d - rise) / turn) < high]
        bounds.sort()
        parts = []
        for start, end in pairwise(bounds):
            middle = rise + turn * (start + end) / 2
            if abs(middle) < c:
                inner = left.line.minus(
                    Quadratic((c - rise) ** 2, -2 * (c - rise) * turn, turn**2), 1 / (4 * c)
                )
                parts.append((start, end, inner))
            else:
                parts.append((start, end, left.line if middle > 0 else right.line))
        return tuple(parts)

    def lower(self, beta: Fraction | int) -> Fraction:
        """Proven: at most ``p*(beta)``, for a beta of the piece."""
        return self.below(beta)

    def upper(self, beta: Fraction | int) -> Fraction:
        """Proven: at least ``p*(beta)``, for a beta of the piece."""
        return next(function(beta) for _, end, function in self.above if beta <= end)

    @property
    def relative_width(self) -> Fraction | float:
        """A bound on ``(upper - lower) / upper`` over the piece, proven, and narrow to 1e-12."""
        below = self.below
        return max(largest_ratio(f.minus(below), f, start, end) for start, end, f in self.above)


@dataclass(frozen=True)
class PathBand:
    """``lower(beta) <= p*(beta) <= upper(beta)`` for every ``beta > 0``, proven.

    Between its nodes the band is that of its pieces. Below the first, the lower bound goes on to 0 at
    ``beta = 0`` and the first network's line above it; beyond the last, the lower bound is constant and the
    last network's line above it: both are proven, but as wide as they are.

    Args:
        pieces: neighbours share a node; the first begins at the least beta.
        foot: the dual bend between the vector 0 at ``beta = 0`` and the first node's.

    Raises:
        InputError: no pieces, or pieces that do not join.

    Example:
        >>> left, right = (PathNode(*map(Fraction, row), 1) for row in ([1, 1, 0, 1], [3, 2, 2, 0]))
        >>> band = PathBand((Piece(left, right),))
        >>> [str(band.lower(beta)) for beta in (0.5, 2, 7)], [str(band.upper(beta)) for beta in (0.5, 2, 7)]
        (['1/2', '3/2', '2'], ['1/2', '2', '2'])
    """

    pieces: tuple[Piece, ...]
    foot: Fraction = ZERO

    def __post_init__(self) -> None:
        if not self.pieces or any(a.right != b.left for a, b in pairwise(self.pieces)):
            raise InputError(
                "a band is one piece or more, each beginning at the node where the one before ends"
            )

    @cached_property
    def nodes(self) -> tuple[PathNode, ...]:
        """By their betas, the least first."""
        return (self.pieces[0].left, *(piece.right for piece in self.pieces))

    @cached_property
    def relative_widths(self) -> tuple[Fraction | float, ...]:
        """A proven bound on ``(upper - lower) / upper`` over each piece."""
        return tuple(piece.relative_width for piece in self.pieces)

    @property
    def relative_width(self) -> Fraction | float:
        """A proven bound on ``(upper - lower) / upper`` from the first node to the last."""
        return max(self.relative_widths)

    @property
    def width_text(self) -> str:
        """The relative width, rounded up."""
        width = self.relative_width
        return scientific_above(Fraction(width)) if width < inf else "infinity"

    def lower(self, beta: Any) -> Fraction:
        """Proven: at most ``p*(beta)``, at any positive beta."""
        beta = _positive(beta)
        first, last = self.nodes[0], self.nodes[-1]
        if beta < first.beta:
            share = beta / first.beta
            return share * first.lower + share * (1 - share) * self.foot
        return last.lower if beta > last.beta else self._at(beta).lower(beta)

    def upper(self, beta: Any) -> Fraction:
        """Proven: at least ``p*(beta)``, at any positive beta."""
        beta = _positive(beta)
        first, last = self.nodes[0], self.nodes[-1]
        if beta < first.beta:
            return first.line(beta)
        return last.line(beta) if beta > last.beta else self._at(beta).upper(beta)

    def _at(self, beta: Fraction) -> Piece:
        place = bisect_right([piece.left.beta for piece in self.pieces], beta) - 1
        return self.pieces[place]

    def __str__(self) -> str:
        first, last = self.nodes[0].beta, self.nodes[-1].beta
        return (
            f"p*(beta) within {self.width_text} for every beta from {float(first):.9g} to {float(last):.9g}, "
            f"by {len(self.nodes)} certificates (proven)"
        )


def _positive(beta: Any) -> Fraction:
    from ..arguments import positive

    return positive(beta, "beta")


def bend_of(
    curvature: int, first: Sequence[Fraction], second: Sequence[Fraction], weights: Sequence[Fraction]
) -> Fraction:
    """``curvature/2 sum_k weights_k (first_k - second_k)^2``.

    Example:
        >>> two, one = (Fraction(2), Fraction(2)), (Fraction(1), Fraction(1))
        >>> str(bend_of(1, two, one, two))
        '2'
    """
    if not curvature:
        return ZERO
    terms = (w * (a - b) ** 2 for w, a, b in zip(weights, first, second, strict=True))
    return curvature * HALF * sum(terms, ZERO)
