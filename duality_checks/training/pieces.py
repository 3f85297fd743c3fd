"""Pieces of the sphere, cut by planes through 0, or at biases that are free, and where to cut next (7.8b, d).

In a relaxation a piece holds the neurons of one output sign whose directions are in it, by their mass and
moments. The planes that part a mass at its mean, across the direction in which it is spread most, take most
of it away: the moments of either half are far from those of the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain

import numpy as np

from .. import checker

UNIT = 2.0**checker.PRODUCT_BITS
# Pieces whose part in the spread of all is smaller are left as they are.
WORTH_CUTTING = 0.03
FLAT = 1e-9
# Where biases are parted first, in multiples of R: most neurons have small ones.
FIRST = tuple(Fraction(k, 4) for k in (0, 2, -2, 1, -1))


@dataclass(frozen=True, eq=False, slots=True)
class Piece:
    """A piece of the sphere for one output sign.

    Attributes:
        side: the output sign, 1.0 or -1.0.
        path: the cuts from the whole sphere on, each with whether the piece is where ``cut'u >= 0``; cuts are
            whole multiples of 2^-24 in the user's columns, lengths about 1, or where biases are free a share
            of R, at which they are parted.
    """

    side: float
    path: tuple[tuple[tuple[int, ...] | Fraction, bool], ...] = ()

    @property
    def span(self) -> tuple[Fraction, Fraction]:
        """From which share of R to which one a free bias goes."""
        low, high = checker.WHOLE_SPAN
        for at, above in self.path:
            if isinstance(at, Fraction):
                low, high = (at, high) if above else (low, at)
        return low, high

    def facets(self, basis: np.ndarray) -> np.ndarray:
        """The vectors f for which ``f'u >= 0`` on the piece, k x r, in the coordinates of a basis (d x r)."""
        planes = ((cut, above) for cut, above in self.path if not isinstance(cut, Fraction))
        signed = [np.array(cut) / (UNIT if above else -UNIT) for cut, above in planes]
        return np.array(signed).reshape(-1, len(basis)) @ basis

    def halves(self, cut: tuple[int, ...] | Fraction) -> tuple[Piece, Piece]:
        """Its two parts."""
        above, below = (replace(self, path=(*self.path, (cut, side))) for side in (True, False))
        return above, below


@dataclass(frozen=True, eq=False, slots=True)
class Moments:
    """Of the neurons in a piece, as a relaxation has them.

    Attributes:
        mass: the sum of their sizes.
        first: of size times direction, length r.
        second: of size times direction times itself, r x r.
    """

    mass: float
    first: np.ndarray
    second: np.ndarray

    @property
    def spread(self) -> float:
        """How much of the mass is not at its mean."""
        return max(self.mass - float(np.linalg.norm(self.first)), 0.0)

    def across(self) -> np.ndarray:
        """The normal of the plane through the mean across which the mass is spread most, length r."""
        mean = self.first / max(float(np.linalg.norm(self.first)), 1e-300)
        about = self.second / self.mass - np.outer(self.first, self.first) / self.mass**2
        widest = np.linalg.eigh(about)[1][:, -1]
        normal: np.ndarray = widest - (widest @ mean) * mean
        length = float(np.linalg.norm(normal))
        # On a line nothing is across the mean: 0 parts its two directions.
        return normal / length if length > FLAT else widest


def cut(pieces: Sequence[tuple[Piece, Moments]], basis: np.ndarray) -> tuple[Piece, ...]:
    """Each piece whose mass is spread, cut in two.

    Args:
        pieces: of the sphere, for either sign, with the moments of each.
        basis: orthonormal, of the row space, d x r.

    Example:
        >>> spread = Moments(1.0, np.array([0.5, 0.0]), np.diag([0.25, 0.75]))
        >>> still = Moments(0.0, np.zeros(2), np.zeros((2, 2)))
        >>> found = cut([(Piece(1.0), spread), (Piece(-1.0), still)], np.eye(2))
        >>> [(piece.side, np.abs(piece.facets(np.eye(2))).tolist()) for piece in found]
        [(1.0, [[0.0, 1.0]]), (1.0, [[0.0, 1.0]]), (-1.0, [])]
    """
    least = WORTH_CUTTING * max(moment.spread for _, moment in pieces)
    found: list[Piece] = []
    for piece, moment in pieces:
        if moment.spread <= least or len(piece.path) >= checker.MOST_CUTS:
            found.append(piece)
            continue
        normal = np.rint(UNIT * (basis @ moment.across()))
        found += piece.halves(tuple(map(int, normal.tolist())))
    return tuple(found)


def cut_biases(pieces: Sequence[tuple[Piece, Moments]]) -> tuple[Piece, ...]:
    """What is whole cut at `FIRST`, then each piece with a part in the mass of all at the middle of its span.

    Example:
        >>> none = Moments(0.0, np.zeros(2), np.zeros((2, 2)))
        >>> [tuple(map(str, piece.span)) for piece in cut_biases([(Piece(1.0), none)])]
        [('1/2', '1'), ('1/4', '1/2'), ('0', '1/4'), ('-1/4', '0'), ('-1/2', '-1/4'), ('-1', '-1/2')]
    """
    least = WORTH_CUTTING * sum(moment.mass for _, moment in pieces)
    found: list[Piece] = []
    for piece, moment in pieces:
        if not piece.path:
            parts: tuple[Piece, ...] = (piece,)
            for at in FIRST:
                parts = _parted(parts, at)
            found += parts
        elif moment.mass <= least or len(piece.path) >= checker.MOST_CUTS:
            found.append(piece)
        else:
            found += piece.halves(sum(piece.span, Fraction(0)) / 2)
    return tuple(found)


def _parted(pieces: tuple[Piece, ...], at: Fraction) -> tuple[Piece, ...]:
    """The pieces, cut at this bias where they have it inside."""
    parts = (p.halves(at) if p.span[0] < at < p.span[1] else (p,) for p in pieces)
    return tuple(chain.from_iterable(parts))
