"""The relaxation of training with fourth moments, whose dual vector proves the most that functions of degree
4 can (statement 7.9c).

All neurons of one output sign have fourth moments y, sums over neurons of size times four entries of the
direction. As directions have length 1, mass and second moments are sums of these. With rows of length 1, of
the height t the relaxation keeps for each row, beside ``E abs(t) >= abs(E t)``,

    ``E(1 - abs(t)) E(1 - t^2)(1 + abs(t)) >= (E(1 - t^2))^2``,  ``E abs(t) E abs(t)^3 >= (E t^2)^2``,
    ``(E abs(t)(1 - t^2))^2 <= E(1 - t^2) E t^2 (1 - t^2)``,     ``(E abs(t)^3)^2 <= E t^2 E t^4``,

E the sum over neurons; and that ``(U, u; u', m)`` and the matrix of all fourth moments are positive
semidefinite. Its value is at most p*, and at least that of the relaxation with second moments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import isqrt
from typing import Any

import numpy as np
from scipy import sparse

from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .monomials import Monomials, powers
from .program import Accuracy, Minimum, Part, minimise, skips_of
from .proposals import Form, Relaxation
from .relaxation import SPHERES, beside, every_third, outputs_of

ACCURACY = Accuracy(1e-7, "faer")
CONES = 10  # of a sign


def relax_further(problem: TrainingProblem, landscape: Landscape, limit: float = np.inf) -> Relaxation:
    """Solve the relaxation with fourth moments.

    Args:
        problem: with the penalty of the 2-norm; biases are not free. The matrix of fourth moments has
            ``r (r + 1) / 2`` rows, r the rank.
        landscape: of it, with as many coordinates as its certificate has.
        limit: of seconds.

    Returns:
        The dual vector and the functions, proposals all.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> found = relax_further(problem, Landscape.of(problem))
        >>> bool(0 < problem.loss.dual(found.dual, problem.target) <= 3)
        True
    """
    skips, decay = skips_of(problem)
    outputs = outputs_of(landscape)
    columns = sparse.hstack([outputs, -outputs, skips], format="csc")
    monomials = Monomials.of(landscape.normals.shape[1], 2)
    model = _Moments.of(landscape.normals, monomials)
    penalty = _penalty(model, float(problem.beta), decay)
    minimum = minimise(problem.loss, problem.target, penalty, columns, skips.shape[1], limit, ACCURACY)
    return Relaxation(minimum.dual, tuple(_bounds(minimum, model)))


@dataclass(frozen=True, eq=False, slots=True)
class _Moments:
    """What second and fourth moments are, as linear functions of y.

    Attributes:
        normals: h x r.
        mass: length D.
        second: the upper triangle of U, column by column, as clarabel has it, entries off the diagonal times
            the root of 2.
        fourth: the same for the matrix of fourth moments, in the products of :class:`~.monomials.Monomials`.
        squares, fourths: of heights, h x D.
    """

    normals: np.ndarray
    mass: np.ndarray
    second: Any
    fourth: Any
    squares: np.ndarray
    fourths: np.ndarray

    @classmethod
    def of(cls, normals: np.ndarray, monomials: Monomials) -> _Moments:
        rows, columns = np.triu_indices(normals.shape[1])
        order, scales = np.lexsort((rows, columns)), monomials.scales
        pairs = monomials.raised(np.eye(len(rows)), 2)
        high, low = np.tril_indices(len(rows))
        values = scales[high] * scales[low] * np.where(high == low, 1.0, np.sqrt(2.0))
        entries = values, (np.arange(len(high)), monomials.places[high, low])
        return cls(
            normals,
            pairs[rows == columns].sum(axis=0),
            sparse.csc_matrix(scales[order, None] * pairs[order]),
            sparse.csc_matrix(entries, shape=(len(high), len(monomials.indices))),
            powers(normals, 2) @ pairs,
            powers(normals, 4),
        )


def _penalty(model: _Moments, beta: float, decay: np.ndarray) -> Part:
    """``beta`` times both masses; the unknowns are u and a of each sign, the skips, and of each sign y and
    for each row E t^2, E t^4, E abs(t)(1 - t^2), E abs(t)^3."""
    count, rank = model.normals.shape
    many = len(model.mass)
    own, extra = rank + count, many + 4 * count
    start = 2 * own + len(decay)
    total = start + 2 * extra
    linear, quadratic = np.zeros(total), np.zeros(total)
    quadratic[2 * own : start] = decay
    cones: list[tuple[Any, np.ndarray, Any]] = []
    for k in range(2):
        first = start + k * extra
        linear[first : first + many] = beta * model.mass
        names = ("q", "p", "e", "c")
        places = {name: first + many + i * count for i, name in enumerate(names)}
        places |= {"u": k * own, "a": k * own + rank, "y": first}
        cones += _cones(partial(beside, places, total), model)
    return Part(quadratic, linear, cones)


def _cones(stacked: Callable[..., Any], model: _Moments) -> list[tuple[Any, np.ndarray, Any]]:
    """What the moments of neurons of one sign fulfil."""
    import clarabel

    count, rank = model.normals.shape
    eye, heights = sparse.eye(count), sparse.csc_matrix(model.normals)
    mass = np.tile(model.mass, (count, 1))
    nothing, nonnegative, zero = np.zeros(count), clarabel.NonnegativeConeT(count), clarabel.ZeroConeT(count)
    size = model.second.shape[0] + rank + 1
    pair = stacked(
        size,
        y=sparse.vstack([-model.second, sparse.csc_matrix((rank, len(model.mass))), -model.mass[None]]),
        u=sparse.vstack(
            [
                sparse.csc_matrix((model.second.shape[0], rank)),
                -np.sqrt(2) * sparse.eye(rank),
                sparse.csc_matrix((1, rank)),
            ]
        ),
    )

    def ball(x: dict[str, Any], y: dict[str, Any], z: dict[str, Any]) -> tuple[Any, np.ndarray, Any]:
        """x y >= z^2 row by row, as (x + y, x - y, 2 z) in the second-order cone."""
        first, second, third = (every_third(count, k) for k in range(3))
        parts: dict[str, Any] = {}
        for turned, named in ((first + second, x), (first - second, y), (2 * third, z)):
            for name, block in named.items():
                parts[name] = parts.get(name, 0) - turned @ sparse.csc_matrix(block)
        return stacked(3 * count, **parts), np.zeros(3 * count), [clarabel.SecondOrderConeT(3)] * count

    beyond = {"y": mass, "q": -eye}  # E(1 - t^2)
    return [
        (pair, np.zeros(size), clarabel.PSDTriangleConeT(rank + 1)),
        (
            stacked(model.fourth.shape[0], y=-model.fourth),
            np.zeros(model.fourth.shape[0]),
            clarabel.PSDTriangleConeT(rank * (rank + 1) // 2),
        ),
        (stacked(count, y=model.squares, q=-eye), nothing, zero),
        (stacked(count, y=model.fourths, p=-eye), nothing, zero),
        (stacked(count, u=heights, a=-eye), nothing, nonnegative),
        (stacked(count, u=-heights, a=-eye), nothing, nonnegative),
        ball({"y": mass, "a": -eye}, {"y": mass, "q": -eye, "e": eye}, beyond),
        ball(beyond, {"q": eye, "p": -eye}, {"e": eye}),
        ball({"a": eye}, {"c": eye}, {"q": eye}),
        ball({"q": eye}, {"p": eye}, {"c": eye}),
    ]


def _bounds(minimum: Minimum, model: _Moments) -> list[Form]:
    """For each sign its function, from the solver's multipliers and unknowns."""
    count, many = len(model.normals), len(model.mass)
    extra = many + 4 * count
    start = len(minimum.found) - 2 * extra
    found = []
    for k, piece in enumerate(SPHERES):
        prices = minimum.prices[CONES * k : CONES * (k + 1)]
        unknowns = minimum.found[start + k * extra : start + (k + 1) * extra]
        mass = float(model.mass @ unknowns[:many])
        square, fourth = unknowns[many : many + count], unknowns[many + count : many + 2 * count]
        ratios = [_ratio(square - fourth, mass - square), _ratio(fourth, square)]
        highs, lows = np.sqrt(np.clip(ratios, 0.0, 1.0))
        above, below = np.maximum(prices[4], 0.0), np.maximum(prices[5], 0.0)
        curved = np.maximum(prices[8].reshape(count, 3)[:, :2].sum(axis=1), 0.0)
        weights = above + below + curved
        found.append(
            Form(
                piece,
                highs[:, None],
                lows,
                (above - below) / np.where(weights > 0, weights, 1.0),
                minimum.scale * _symmetric(prices[1]),
            )
        )
    return found


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """1 where nothing is left of the whole."""
    return np.divide(part, whole, out=np.ones(len(part)), where=whole > 0)


def _symmetric(triangle: np.ndarray) -> np.ndarray:
    """The matrix of which clarabel has the upper triangle, column by column, with the root of 2 beside the
    diagonal."""
    size = (isqrt(8 * len(triangle) + 1) - 1) // 2
    low, high = np.tril_indices(size)
    matrix = np.zeros((size, size))
    matrix[low, high] = matrix[high, low] = triangle / np.where(low == high, 1.0, np.sqrt(2.0))
    return matrix
