"""From the duals of outputs that share neurons to a cover that proves them feasible (statement 7.5b)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .. import checker
from .coupled import Coupled
from .encoding import BITS, Draft, deepest, penned
from .pricing import largest
from .proof import FIRST, Coordinates, float_over, scales
from .search import Cover, Limits, search

Duals = Sequence[tuple[Fraction, ...]]


def coupled(coordinates: Coordinates, duals: Duals) -> tuple[Coupled, float]:
    """``norm(Z'phi(Xu))`` in floats, each within a few roundings of the exact one, with the checker's rows;
    and beta (rounded down)."""
    exact = checker.shared(coordinates.stated, duals, coordinates.basis, 0)
    shift, scale, beta = scales(exact, exact.rows)
    r, q = exact.rank, len(exact.base)
    rows = np.array([[float_over(x, shift) for x in row] for row in exact.rows]).reshape(-1, r)
    weights = np.array([[float_over(w, scale - shift) for w in column] for column in exact.columns])
    weights = weights.reshape(q, -1).T
    base = np.array([[float_over(b, scale) for b in part] for part in exact.base])
    return Coupled(rows, np.ascontiguousarray(weights), base), beta


def off_by(coordinates: Coordinates, duals: Duals) -> float:
    """What a search adds to each bound for what floats round, as a share of beta."""
    g, beta = coupled(coordinates, duals)
    return g.rounding / beta


def largest_norm(coordinates: Coordinates, duals: Duals) -> float:
    """``max_{norm(u) <= 1} norm(Z'phi(Xu))`` as a share of beta, numerical."""
    g, beta = coupled(coordinates, duals)
    return float(largest((g,)).values.max(initial=0.0)) / beta if g.sizes.any() else 0.0


def coupled_cover(coordinates: Coordinates, duals: Duals, limits: Limits = FIRST) -> Cover:
    """Search all directions, as far as the first failure by default; trees are kept."""
    g, beta = coupled(coordinates, duals)
    return search(g, beta, keep=True, limits=limits)


def written_coupled(
    coordinates: Coordinates, duals: Duals, found: Cover, deadline: float | None = None
) -> checker.Cover:
    """The cover of a certificate, proven by the checker's own walk while it is written; until a deadline.

    Raises:
        checker.Refusal: a leaf that floats proved does not hold, or trees that are not whole.
    """
    trees = found.trees or ()
    draft = checker.Cover(coordinates.basis, deepest(trees), BITS, b"", b"")
    g = checker.shared(coordinates.stated, duals, coordinates.basis, 2 * draft.depth + checker.CHORD_BITS)
    (tree,) = penned([Draft(g, draft, trees, range(len(g.rows)), "cover.tree", deadline)])
    return checker.Cover(coordinates.basis, draft.depth, BITS, tree, b"")
