"""What relaxations of training propose: a dual vector, and the functions that are to prove it feasible."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from .. import checker
from .pieces import Moments, Piece, cut, cut_biases


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """For each hyperplane of a landscape what may replace ``abs(t)``, t the height on the unit sphere.

    Attributes:
        widths: tau of ``(tau + t^2 / tau) / 2``, which is above it, positive; length h.
        slopes, bends: of ``slope t + bend t^2``, below it: ``bend >= 0``, ``abs(slope) <= 1 - bend``.
    """

    widths: np.ndarray
    slopes: np.ndarray
    bends: np.ndarray


@dataclass(frozen=True, eq=False, slots=True)
class Bound:
    """A quadratic function for a piece of the sphere, as the relaxation proposes it.

    Attributes:
        piece: where it is above v'phi(Xu).
        curves: what replaces the rows.
        pairs: multipliers of ``(f'u)(g'u)`` for facets f before g, each with all later ones in turn.
        vectors: w of ``(f'u)(norm(w) + w'u)`` for each facet, k x r.
        moments: of the neurons in the piece.
    """

    piece: Piece
    curves: Curves
    pairs: np.ndarray
    vectors: np.ndarray
    moments: Moments

    @property
    def degree(self) -> int:
        """2."""
        return 2


@dataclass(frozen=True, eq=False, slots=True)
class Form:
    """A function of degree 4 or 6 for one output sign, as a relaxation proposes it.

    Attributes:
        piece: the whole sphere.
        highs: where curves touch ``abs(t)`` from above, h x 1 or, with degree 6, h x 2, in (0, 1].
        lows: where curves touch it from below, length h, in (0, 1].
        slopes: of the lines that these are mixed with, length h.
        gram: the matrix of the form that is left, in the products of two or three coordinates that
            :class:`~.monomials.Monomials` tells of.
    """

    piece: Piece
    highs: np.ndarray
    lows: np.ndarray
    slopes: np.ndarray
    gram: np.ndarray

    @property
    def degree(self) -> int:
        """4 or 6."""
        return 2 + 2 * self.highs.shape[1]


@dataclass(frozen=True, eq=False, slots=True)
class Proof:
    """What functions prove of one problem, so that it need not be proven twice.

    Attributes:
        problem: its digest, as the checker has it.
        dual: a feasible dual vector, length n.
        functions: that prove it so.
    """

    problem: str
    dual: tuple[Fraction, ...]
    functions: checker.Quadratic


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """What the relaxation proposes, in floats.

    Attributes:
        dual: v, length n.
        bounds: for all pieces of the sphere, of either sign.
        proof: what they have proven, if anything.
    """

    dual: np.ndarray
    bounds: tuple[Bound | Form, ...]
    proof: Proof | None = field(default=None, kw_only=True)

    def finer(self, basis: np.ndarray) -> tuple[Piece, ...]:
        """The pieces of quadratic functions, cut where neurons are spread; the basis is the landscape's."""
        return cut(self._known, basis)

    def finer_in_biases(self) -> tuple[Piece, ...]:
        """The same where biases are free, which are parted where neurons are."""
        return cut_biases(self._known)

    @property
    def _known(self) -> list[tuple[Piece, Moments]]:
        return [(bound.piece, bound.moments) for bound in self.bounds if isinstance(bound, Bound)]
