"""The semidefinite relaxation of training, whose dual vector proves the most that quadratic functions can
(statement 7.9).

All neurons of one output sign together have a mass m (the sum of their sizes), first moments u and second
moments U, sums over neurons of size times direction and of size times its square. Their outputs are linear in
u and in a, the sums of size times ``abs(x_k'direction)``. With rows of length 1 these satisfy

    ``abs(x_k'u) <= a_k``,  ``x_k'U x_k <= a_k <= sqrt(m x_k'U x_k)``,  ``(U, u; u', m) >= 0``,
    ``trace U <= m``.

The relaxation keeps just that: minimise ``ell(f) + beta (m+ + m-)``. It is convex, of the size of the data,
and its value is at most p*. The multiplier of f is a dual vector v for which quadratic functions, one for
each sign, prove ``norm_dual(v) <= beta``; their coefficients are the other multipliers.

With free biases directions are in a cylinder, cut into spans ``[l, h]`` of ``t = b / R`` (statement 7.8d):
the trace is that of the other coordinates, ``U_tt <= (l + h) u_t - l h m``, rows that keep their sign on the
span have ``a_k = abs(x_k'u)``, and for others the second bound is over how large heights get there.

Where the sphere is cut into pieces (statement 7.8b) each piece has moments of its own, and for its facets f

    ``norm(U f) <= f'u``,  ``f'U g >= 0``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy import sparse

from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .cylinder import Balls, balls, extents
from .interior import has_many_rows, relax_many
from .pieces import Moments, Piece
from .program import Minimum, Part, minimise, skips_of
from .proposals import Bound, Curves, Relaxation
from .sparse_blocks import placed

CONES = 10  # of a piece


SPHERES = (Piece(1.0), Piece(-1.0))


def relax(
    problem: TrainingProblem,
    landscape: Landscape,
    limit: float = np.inf,
    pieces: tuple[Piece, ...] = SPHERES,
) -> Relaxation:
    """Solve the relaxation.

    Args:
        problem: with the penalty of the 2-norm.
        landscape: of it, from :func:`~.cylinder.landscape_of`.
        limit: of seconds.
        pieces: of the sphere, or spans of free biases, by default all for either sign.

    Returns:
        The dual vector and the functions, proposals all.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> found = relax(problem, Landscape.of(problem))
        >>> lower = problem.loss.dual(found.dual, problem.target)
        >>> bool(0 < lower <= problem.loss.value(np.zeros(3), problem.target))
        True
    """
    if has_many_rows(problem, len(pieces)):
        return relax_many(problem, landscape, limit, pieces)
    skips, decay = skips_of(problem)
    outputs = outputs_of(landscape)
    columns = sparse.hstack([*(piece.side * outputs for piece in pieces), skips], format="csc")
    facets = [piece.facets(landscape.basis) for piece in pieces]
    shapes = _shapes(problem, landscape, pieces)
    penalty = _penalty(landscape.normals, shapes, facets, float(problem.beta), decay)
    minimum = minimise(problem.loss, problem.target, penalty, columns, skips.shape[1], limit)
    return Relaxation(minimum.dual, tuple(_bounds(minimum, landscape, pieces, facets, shapes)))


@dataclass(frozen=True, eq=False, slots=True)
class _Shape:
    """Where the directions of a piece are, but for its facets.

    Attributes:
        parts: the coordinates that are in a unit ball together, and the bias, if it is free.
        span: of the bias.
        limits: how large the heights of the normals get there, positive; length h.
        sides: 1 or -1 where such a height has but one sign, else 0; length h.
    """

    parts: Balls
    span: tuple[float, float]
    limits: np.ndarray
    sides: np.ndarray


def _shapes(problem: TrainingProblem, landscape: Landscape, pieces: tuple[Piece, ...]) -> list[_Shape]:
    """The shapes of pieces: the unit sphere, or spans of the cylinder."""
    count, rank = landscape.normals.shape
    found: list[_Shape] = []
    for piece in pieces:
        low, high = float(piece.span[0]), float(piece.span[1])
        if problem.bias is None:
            found.append(_Shape(balls(rank, None), (low, high), np.ones(count), np.zeros(count)))
            continue
        least, most = extents(landscape.normals, rank - 1, (low, high))
        sides = np.where(least >= 0, 1.0, np.where(most <= 0, -1.0, 0.0))
        found.append(_Shape(balls(rank, rank - 1), (low, high), np.maximum(most, -least), sides))
    return found


def outputs_of(landscape: Landscape) -> Any:
    """Outputs of samples as functions of u and a, sparse, n x (r + h)."""
    kappa, samples = landscape.kappa, np.array(landscape.readout.samples)
    some = np.flatnonzero(landscape.hyperplane_of_row >= 0)
    shape = landscape.readout.n, len(landscape.normals)
    places = samples[some], landscape.hyperplane_of_row[some]
    even = sparse.csc_matrix((np.abs(landscape.lengths[some]) * (0.5 * (1 - kappa)), places), shape=shape)
    odd = landscape.readout.pool(0.5 * (1 + kappa) * landscape.rows)
    return sparse.hstack([sparse.csc_matrix(odd), even], format="csc")


def _penalty(
    normals: np.ndarray, shapes: list[_Shape], facets: list[np.ndarray], beta: float, decay: np.ndarray
) -> Part:
    """``beta`` times all masses; the unknowns are u and a of each piece, the skips, and m, q and U of each, q
    the ``x_k'U x_k``: with unknowns of their own just one row of the program is full for each k."""
    count, rank = normals.shape
    own, extra = rank + count, 1 + count + rank * (rank + 1) // 2
    start = len(facets) * own + len(decay)
    total = start + len(facets) * extra
    linear = np.zeros(total)
    linear[start::extra] = beta
    quadratic = np.zeros(total)
    quadratic[len(facets) * own : start] = decay
    cones: list[tuple[Any, np.ndarray, Any]] = []
    for k, sides in enumerate(facets):
        first = start + k * extra
        places = {"u": k * own, "a": k * own + rank, "m": first, "q": first + 1, "U": first + 1 + count}
        stacked = partial(beside, places, total)
        cones += _moments(stacked, normals, shapes[k]) + _within(stacked, sides)
    return Part(quadratic, linear, cones)


def _upper(rank: int) -> tuple[np.ndarray, np.ndarray]:
    """The places of the upper triangle, column by column, and how often each counts in the whole."""
    upper = np.array([(i, k) for k in range(rank) for i in range(k + 1)])
    return upper, np.where(upper[:, 0] == upper[:, 1], 1.0, 2.0)


def _moments(
    stacked: Callable[..., Any], normals: np.ndarray, shape: _Shape
) -> list[tuple[Any, np.ndarray, Any]]:
    """What the moments of neurons in a shape fulfil: eight cones."""
    import clarabel

    count, rank = normals.shape
    upper, twice = _upper(rank)
    size = len(upper)
    squares = twice * normals[:, upper[:, 0]] * normals[:, upper[:, 1]]
    eye, one, heights = sparse.eye(count), np.ones((count, 1)), sparse.csc_matrix(normals)
    nonnegative, nothing = clarabel.NonnegativeConeT(count), np.zeros(count)
    # (m + q, m - q, 2 a) in the second-order cone says a^2 <= m q.
    first, second, third = (every_third(count, k) for k in range(3))
    pairs = stacked(3 * count, m=-(first + second) @ one, q=-(first - second), a=-2 * third)
    own = upper[:, 0] == upper[:, 1]
    traces = np.array([own & np.isin(upper[:, 0], part) for part in shape.parts], dtype=float)
    # The square of a bias is at most the chord above its span.
    (low, high), more = shape.span, len(shape.parts) - 1
    along, ones = np.zeros((1 + more, rank)), np.ones((1 + more, 1))
    along[1:, -1], ones[1:] = -(low + high), -low * high
    kept = sparse.csc_matrix(sparse.eye(count))[np.flatnonzero(shape.sides)]
    sided = -shape.sides[shape.sides != 0, None] * normals[shape.sides != 0]
    matrix = sparse.vstack(
        [
            stacked(size, U=-sparse.diags(np.sqrt(twice))),
            stacked(rank, u=-np.sqrt(2) * sparse.eye(rank)),
            stacked(1, m=-np.ones((1, 1))),
        ]
    )
    return [
        (stacked(count, u=heights, a=-eye), nothing, nonnegative),
        (stacked(count, u=-heights, a=-eye), nothing, nonnegative),
        (stacked(count, q=sparse.diags(1 / shape.limits), a=-eye), nothing, nonnegative),
        (pairs, np.zeros(3 * count), [clarabel.SecondOrderConeT(3) for _ in range(count)]),
        (stacked(count, U=squares, q=-eye), nothing, clarabel.ZeroConeT(count)),
        (
            stacked(1 + more, U=traces, u=along, m=-ones),
            np.zeros(1 + more),
            clarabel.NonnegativeConeT(1 + more),
        ),
        (matrix, np.zeros(size + rank + 1), clarabel.PSDTriangleConeT(rank + 1)),
        (
            stacked(len(sided), u=sided, a=kept),
            np.zeros(len(sided)),
            [clarabel.NonnegativeConeT(1) for _ in sided],
        ),
    ]


def _within(stacked: Callable[..., Any], facets: np.ndarray) -> list[tuple[Any, np.ndarray, Any]]:
    """What the moments of neurons within the facets fulfil besides: two cones."""
    import clarabel

    count, rank = facets.shape
    upper, _ = _upper(rank)
    # (f'u, U f) for each facet in turn.
    turned = np.zeros((count, rank + 1, len(upper)))
    for place, (i, k) in enumerate(upper.tolist()):
        turned[:, 1 + i, place] += facets[:, k]
        if i != k:
            turned[:, 1 + k, place] += facets[:, i]
    heights = np.zeros((count, rank + 1, rank))
    heights[:, 0] = facets
    height = count * (rank + 1)
    cones = stacked(height, u=-heights.reshape(height, rank), U=-turned.reshape(height, len(upper)))
    earlier, later = np.triu_indices(count, 1)
    pairs = np.einsum("pi,pij->pj", facets[earlier], turned[later, 1:])
    return [
        (cones, np.zeros(height), [clarabel.SecondOrderConeT(rank + 1) for _ in range(count)]),
        (
            stacked(len(pairs), U=-pairs),
            np.zeros(len(pairs)),
            [clarabel.NonnegativeConeT(1) for _ in pairs],
        ),
    ]


def beside(places: dict[str, int], total: int, rows: int, **blocks: Any) -> Any:
    """Blocks of so many rows, each from the place of its unknowns on."""
    return placed([(block, 0, places[name]) for name, block in blocks.items()], (rows, total))


def every_third(count: int, first: int) -> Any:
    """The matrix that puts entry k in place ``3 k + first``."""
    places = 3 * np.arange(count) + first, np.arange(count)
    return sparse.csc_matrix((np.ones(count), places), shape=(3 * count, count))


def _bounds(
    minimum: Minimum,
    landscape: Landscape,
    pieces: tuple[Piece, ...],
    facets: list[np.ndarray],
    shapes: list[_Shape],
) -> Iterator[Bound]:
    """For each piece its function and its moments, from the solver's multipliers and unknowns."""
    count, rank = landscape.normals.shape
    own, extra = rank + count, 1 + count + rank * (rank + 1) // 2
    start = len(minimum.found) - len(pieces) * extra
    upper, _ = _upper(rank)
    for k, piece in enumerate(pieces):
        prices = minimum.prices[CONES * k : CONES * (k + 1)]
        moments = minimum.found[start + k * extra : start + (k + 1) * extra]
        second = np.zeros((rank, rank))
        second[upper[:, 0], upper[:, 1]] = second[upper[:, 1], upper[:, 0]] = moments[1 + count :]
        yield Bound(
            piece,
            _curves(prices, shapes[k].limits),
            np.maximum(minimum.scale * prices[-1], 0.0),
            minimum.scale * prices[-2].reshape(len(facets[k]), rank + 1)[:, 1:],
            Moments(float(moments[0]), minimum.found[k * own : k * own + rank], second),
        )


def _curves(prices: list[np.ndarray], limits: np.ndarray) -> Curves:
    """The curves of one piece in shares of these limits, from the multipliers of what they relax."""
    above, below, curved, cone = prices[:4]
    weights = np.maximum([above, below, curved], 0.0)
    total = weights.sum(axis=0)
    safe = np.where(total > 0, total, 1.0)
    slopes = np.where(total > 0, (weights[0] - weights[1]) / safe, 0.0)
    bends = np.where(total > 0, weights[2] / safe, 0.0)
    # In the cone's dual the first two multipliers are a multiple of q + m and q - m.
    first, second = cone.reshape(-1, 3)[:, :2].T
    squares, masses = np.maximum(first - second, 0.0), np.maximum(first + second, 0.0)
    widths = np.sqrt(np.divide(masses, squares, out=limits**2, where=squares > 0))
    return Curves(widths / limits, slopes, bends)
