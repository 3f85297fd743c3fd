"""The relaxation of training with sixth moments (statement 7.9c), by alternating projections.

With the moments of rows up to the sixth the curves in place of ``abs(t)`` may be of degree 6. The matrix of
sixth moments has ``r (r + 1)(r + 2) / 6`` rows, 286 at rank 11: more than an interior-point method can take,
but the nearest positive semidefinite matrix takes a few hundredths of a second. So the moments y, and all
that is linear in them, are least squares in turn with the nearest points of the cones (the alternating
direction method of multipliers). A few hundred rounds give three digits, and none is trusted: what is
proposed is proven anew.

The unknowns of a sign are y and ``eta``: the second moments, E t^4 and E t^6 of each row, which are linear in
y, then u, and of each row E abs(t), E abs(t)^3, E abs(t)^5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise, product
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse

from .. import checker
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from ..terms.losses import Squared
from .monomials import Monomials, monomials, powers
from .proposals import Form, Relaxation
from .relaxation import SPHERES, outputs_of

ROUNDS = 2000
LOOKED_AT = 25  # rounds from one look at the time and at the residuals to the next
CLOSE = 1e-4  # residuals, as shares of what they are of
OVER = 1.6  # relaxation
RIDGE = 1e-9
TINY = 1e-300
HEIGHTS = np.linspace(0.02, 1.0, 50)  # points that are tried for curves, and where these are compared
REFINED = 12
DIAGONAL = np.sqrt(2.0)


def is_raised(problem: TrainingProblem) -> bool:
    """Whether sixth moments are for the problem: the squared loss, and nothing free.

    Example:
        >>> [is_raised(TrainingProblem([[1]], [1], beta=1, loss=loss)) for loss in ("squared", "l1")]
        [True, False]
    """
    return isinstance(problem.loss, Squared) and not problem.skips


def relax_furthest(problem: TrainingProblem, landscape: Landscape, limit: float = np.inf) -> Relaxation:
    """Solve the relaxation with sixth moments, roughly.

    Args:
        problem: one that :func:`is_raised`, with the penalty of the 2-norm.
        landscape: of it, with as many coordinates as its certificate has.
        limit: of seconds.

    Returns:
        The dual vector and the functions, proposals all.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [1, -1, 2], beta="1/2")
        >>> found = relax_furthest(problem, Landscape.of(problem))
        >>> bool(0 < problem.loss.dual(found.dual, problem.target) <= 3)
        True
    """
    began = perf_counter()
    model = _Model.of(landscape)
    beta, target = float(problem.beta), problem.target
    state = _State.zero(model)
    solver = _Squares.of(model, 8 * beta**2 / max(float(target @ target), TINY))
    for number in range(1, ROUNDS + 1):
        state, gaps = _round(model, solver, state, beta, target)
        if number % LOOKED_AT:
            continue
        if max(gaps) < CLOSE or perf_counter() - began > limit:
            break
        if number < ROUNDS // 2 and not 1 / 3 < gaps[0] / gaps[1] < 3:
            change = float(np.clip(np.sqrt(gaps[0] / gaps[1]), 0.25, 4.0))
            solver = _Squares.of(model, solver.step * change)
            state = state.rescaled(1 / change)
    dual = target - model.outputs @ (state.eta[:, 0] - state.eta[:, 1])
    return Relaxation(dual, tuple(_bounds(model, solver.step, state, dual)))


@dataclass(frozen=True, eq=False, slots=True)
class _Model:
    """What is linear in the unknowns of a sign.

    Attributes:
        normals: h x r.
        forms: the monomials of degree 6.
        functionals: of y, the first entries of eta, T x D.
        inverse: of ``functionals / counts @ functionals.T``.
        cones: of eta, entries of the cones: a matrix of r + 1 rows, then h of 4 and h of 3 rows, each by
            columns down to the diagonal, entries beside it times the root of 2; then 2 h numbers.
        outputs: of eta, n x len(eta).
        price: of eta, the mass.
    """

    normals: np.ndarray
    forms: Monomials
    functionals: np.ndarray
    inverse: np.ndarray
    cones: Any
    outputs: np.ndarray
    price: np.ndarray

    @classmethod
    def of(cls, landscape: Landscape) -> _Model:
        normals = landscape.normals
        count, rank = normals.shape
        forms = Monomials.of(rank, 3)
        squares = forms.raised(np.eye(rank * (rank + 1) // 2), 2)
        fourths = forms.raised(powers(normals, 4), 4)
        functionals = np.concatenate([squares, fourths, powers(normals, 6)])
        products = (functionals / forms.counts) @ functionals.T
        ridge = RIDGE * np.diag(products.diagonal())
        sizes = [len(squares), count, count, rank, count, count, count]
        second, fourth, sixth, first, *odd = _unit_blocks(sizes)
        pairs = monomials(rank, 2)
        trace = np.array([float(i == k) for i, k in pairs])
        mass = sparse.csr_matrix(np.tile(trace, (count, 1))) @ second
        square = sparse.csr_matrix(powers(normals, 2)) @ second
        moments = [mass, odd[0], square, odd[1], fourth, odd[2], sixth]
        heights = sparse.csr_matrix(normals) @ first
        cones = [
            _pair(pairs, second, first, mass[:1]),
            *_hankel(moments, 4),
            *_hankel([low - high for low, high in pairwise(moments[1:])], 3),
            odd[0] - heights,
            odd[0] + heights,
        ]
        outputs = outputs_of(landscape)
        zero = sparse.csr_matrix((outputs.shape[0], sum(sizes[:3])))
        rest = sparse.csr_matrix((outputs.shape[0], 2 * count))
        return cls(
            normals,
            forms,
            functionals,
            np.linalg.inv(products + ridge),
            sparse.vstack(cones, format="csr"),
            sparse.hstack([zero, outputs, rest]).toarray(),
            mass[:1].toarray()[0],
        )


def _unit_blocks(sizes: list[int]) -> list[Any]:
    """The matrices that take parts of such sizes out of a vector."""
    eye = sparse.eye(sum(sizes), format="csr")
    ends = np.cumsum([0, *sizes])
    return [eye[first:last] for first, last in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True)]


def _pair(pairs: list[tuple[int, ...]], second: Any, first: Any, mass: Any) -> Any:
    """The matrix ``(U, u; u', m)``, by columns down to the diagonal."""
    number = {pair: k for k, pair in enumerate(pairs)}
    rank = first.shape[0]
    lines = []
    for k in range(rank):
        lines += [(1.0 if i == k else DIAGONAL) * second[number[i, k]] for i in range(k + 1)]
    return sparse.vstack([*lines, DIAGONAL * first, mass])


def _hankel(moments: list[Any], size: int) -> list[Any]:
    """The entries of the matrices of moments i + k, by columns down to the diagonal."""
    return [(1.0 if i == k else DIAGONAL) * moments[i + k] for k in range(size) for i in range(k + 1)]


@dataclass(frozen=True, eq=False, slots=True)
class _State:
    """Nearest points of the cones, and what has been missing to them: of matrices of moments, 2 x P x P, and
    of all other cones, one column a sign; and eta, likewise."""

    gram: np.ndarray
    gram_missing: np.ndarray
    cones: np.ndarray
    cones_missing: np.ndarray
    eta: np.ndarray

    @classmethod
    def zero(cls, model: _Model) -> _State:
        square = np.zeros((2, *model.forms.places.shape))
        column = np.zeros((model.cones.shape[0], 2))
        return cls(square, square, column, column, np.zeros((len(model.price), 2)))

    def rescaled(self, factor: float) -> _State:
        """For a step so many times smaller."""
        return _State(
            self.gram, factor * self.gram_missing, self.cones, factor * self.cones_missing, self.eta
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Squares:
    """The least squares of eta with a step: inverses for the sum and for the difference of both signs."""

    step: float
    of_sum: np.ndarray
    of_difference: np.ndarray

    @classmethod
    def of(cls, model: _Model, step: float) -> _Squares:
        square = (model.cones.T @ model.cones).toarray()
        bound = len(model.inverse)
        square[:bound, :bound] += model.inverse
        both = square + 2 / step * (model.outputs.T @ model.outputs)
        return cls(step, np.linalg.inv(square), np.linalg.inv(both))


def _round(
    model: _Model, solver: _Squares, state: _State, beta: float, target: np.ndarray
) -> tuple[_State, tuple[float, float]]:
    """Least squares, then the nearest points; and what is missing to both, as shares."""
    forms, step = model.forms, solver.step
    aimed = state.gram - state.gram_missing
    free = np.stack([forms.form(one) for one in aimed], axis=1) / forms.counts[:, None]
    lower = model.functionals @ free
    pull = model.cones.T @ (state.cones - state.cones_missing) - (beta / step) * model.price[:, None]
    pull[: len(lower)] += model.inverse @ lower
    total = solver.of_sum @ pull.sum(axis=1)
    fit = 2 / step * (model.outputs.T @ target)
    difference = solver.of_difference @ (pull[:, 0] - pull[:, 1] + fit)
    eta = 0.5 * np.stack([total + difference, total - difference], axis=1)
    shift = model.functionals.T @ (model.inverse @ (eta[: len(lower)] - lower))
    moments = free + shift / forms.counts[:, None]
    gram = np.stack([forms.matrix(one) for one in moments.T])
    cones = model.cones @ eta
    far_gram = OVER * gram + (1 - OVER) * state.gram + state.gram_missing
    far_cones = OVER * cones + (1 - OVER) * state.cones + state.cones_missing
    near_gram, near_cones = semidefinite(far_gram), _nearest(far_cones, model.normals)
    found = _State(near_gram, far_gram - near_gram, near_cones, far_cones - near_cones, eta)
    primal = _size(gram - near_gram, cones - near_cones) / _size(near_gram, near_cones)
    moved = _size(near_gram - state.gram, near_cones - state.cones)
    return found, (primal, moved / _size(found.gram_missing, found.cones_missing))


def _size(*parts: np.ndarray) -> float:
    return float(np.sqrt(sum((part**2).sum() for part in parts))) + TINY


def semidefinite(matrices: np.ndarray) -> np.ndarray:
    """The nearest positive semidefinite matrices, ... x k x k."""
    values, vectors = np.linalg.eigh(matrices)
    return np.asarray((vectors * np.maximum(values, 0.0)[..., None, :]) @ np.swapaxes(vectors, -1, -2))


def _nearest(entries: np.ndarray, normals: np.ndarray) -> np.ndarray:
    """The nearest points of all cones but the largest."""
    count, rank = normals.shape
    found, place = [], 0
    for size, many in ((rank + 1, 1), (4, count), (3, count)):
        height = size * (size + 1) // 2
        part = entries[place : place + height * many].reshape(height, many * 2)
        column, row = np.tril_indices(size)
        scale = np.where(row == column, 1.0, DIAGONAL)[:, None]
        matrices = np.zeros((many * 2, size, size))
        matrices[:, row, column] = matrices[:, column, row] = (part / scale).T
        found.append((scale * semidefinite(matrices)[:, row, column].T).reshape(-1, 2))
        place += height * many
    return np.concatenate([*found, np.maximum(entries[place:], 0.0)])


def _bounds(model: _Model, step: float, state: _State, dual: np.ndarray) -> Iterator[Form]:
    """For each sign its function: curves near those that the multipliers of rows add up to, for the matrix is
    in accord with these."""
    count, rank = model.normals.shape
    size = (rank + 1) * (rank + 2) // 2
    rows = -step * state.cones_missing[size : size + 16 * count].reshape(16, count, 2)
    beside = -step * state.cones_missing[-2 * count :].reshape(2, count, 2)
    pull = (model.outputs.T @ dual)[-3 * count : -2 * count]
    pairs = np.array([(x, y) for x in HEIGHTS for y in HEIGHTS if x <= y])
    often = np.maximum(1.0 - HEIGHTS**2, 0.0) ** (rank / 4)  # about as random directions have them
    for k, piece in enumerate(SPHERES):
        weights = piece.side * pull
        even = _even(rows[:, :, k]).T
        slopes = np.clip(_ratio(beside[0, :, k] - beside[1, :, k], np.maximum(-weights, 0.0), 0.0), -1.0, 1.0)
        curved = np.minimum(weights, 0.0) * (1.0 - np.abs(slopes))
        highs = _nearest_points(_above, pairs, even, np.maximum(weights, 0.0), often)
        lows = _nearest_points(_below, HEIGHTS[:, None], even, curved, often)
        yield Form(piece, highs, lows[:, 0], slopes, -step * state.gram_missing[k])


def _above(points: np.ndarray) -> np.ndarray:
    return np.stack(checker.above([points[..., 0], points[..., 1]]))


def _below(points: np.ndarray) -> np.ndarray:
    return np.stack(checker.below(points[..., 0], 3))


def _even(entries: np.ndarray) -> np.ndarray:
    """The coefficients of 1, s^2, s^4, s^6 in what the multipliers of the two matrices of rows are of."""
    large, small = entries[:10], entries[10:]
    return np.stack(
        [
            large[0],
            large[2] + DIAGONAL * large[3] - small[0] + DIAGONAL * small[1],
            large[5] + DIAGONAL * large[7] - small[2] - DIAGONAL * small[3] + DIAGONAL * small[4],
            large[9] - small[5],
        ]
    )


def _nearest_points(
    curve: Callable[[np.ndarray], np.ndarray],
    points: np.ndarray,
    even: np.ndarray,
    weights: np.ndarray,
    often: np.ndarray,
) -> np.ndarray:
    """The points of the curves that, times the weights, are nearest to polynomials where heights usually are:
    the best of the points, refined. Rows of no weight have any.

    Args:
        curve: from points, ... x k, to coefficients of 1, s^2, s^4, s^6, the first axis.
        points: to begin with, m x k.
        even: coefficients of the polynomials, h x 4.
        weights: length h.
        often: how much each of `HEIGHTS` counts.
    """
    powers = HEIGHTS[None] ** (2 * np.arange(4)[:, None]) * often
    safe = np.where(weights == 0, 1.0, weights)
    wanted = np.where(weights[:, None] == 0, 0.0, even / safe[:, None]) @ powers
    tried = curve(points).T @ powers
    distance = (tried**2).sum(axis=1) - 2 * wanted @ tried.T
    found = points[distance.argmin(axis=1)]
    width = HEIGHTS[1] - HEIGHTS[0]
    moves = np.array(list(product((-1.0, -0.5, 0.0, 0.5, 1.0), repeat=points.shape[1])))
    for _ in range(REFINED):
        near = np.clip(found[:, None] + width * moves, HEIGHTS[0], 1.0)
        heights = np.einsum("khm,ks->hms", curve(near), powers)
        best = ((heights - wanted[:, None]) ** 2).sum(axis=2).argmin(axis=1)
        found = near[np.arange(len(found)), best]
        width *= 0.5
    return found


def _ratio(part: np.ndarray, whole: np.ndarray, otherwise: float) -> np.ndarray:
    return np.divide(part, whole, out=np.full(len(part), otherwise), where=whole > 0)
