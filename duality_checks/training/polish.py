"""Newton's method for the convex program restricted to the faces of the current neurons (statement 5.1).

On the relative interior of a face the activation is linear, so with ``v_i = B_i z_i`` in an orthonormal basis
of the face's span the program is smooth away from ``z_i = 0``:

    ``minimise ell(sum_i s_i T phi(X B_i z_i)) + beta * sum_i norm(z_i)``.

A step that would leave a face stops at its boundary, and the neuron goes on inside the smaller face.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from ..pricing.landscape import Landscape
from ..terms.losses import Datafit

# A start that needs more is better served by pricing first.
STEPS = 20
ON_HYPERPLANE = 1e-12
SHORTEST = 1e-10
VANISHED = 1e-14
SETTLED = 1e-24
RELEASE = 1e-12
PARALLEL = 1e-9
FLAT = 1e-30


@dataclass(frozen=True, eq=False, slots=True)
class Neuron:
    """A neuron of the rescaled program: output sign times ``phi(X v)``, with ``v`` on a known face.

    Attributes:
        sign: +1.0 or -1.0.
        weights: ``v`` in row-space coordinates, length r; its norm is what the penalty counts.
        face: signs of all hyperplanes at ``v``, int8, length h, 0 on the kinks.
    """

    sign: float
    weights: np.ndarray
    face: np.ndarray

    @property
    def size(self) -> float:
        """``norm(v)``."""
        return float(np.linalg.norm(self.weights))

    @classmethod
    def at(cls, landscape: Landscape, sign: float, weights: np.ndarray, kinks: np.ndarray) -> Neuron:
        """The neuron on the face of ``weights``, which lies on the hyperplanes ``kinks`` (-1 is none)."""
        heights = landscape.normals @ weights
        face = np.sign(heights).astype(np.int8)
        face[np.abs(heights) <= ON_HYPERPLANE * np.linalg.norm(weights)] = 0
        face[kinks[kinks >= 0]] = 0
        return cls(sign, weights, face)


Placed = tuple[Landscape, Neuron]


def merge(neurons: list[Neuron]) -> list[Neuron]:
    """Add up neurons of one face and sign: the fit is the same and the penalty no larger."""
    merged: dict[tuple[float, bytes], Neuron] = {}
    for neuron in neurons:
        key = (neuron.sign, neuron.face.tobytes())
        if key in merged:
            neuron = replace(neuron, weights=neuron.weights + merged[key].weights)
        merged[key] = neuron
    return list(merged.values())


def polish(landscape: Landscape, datafit: Datafit, beta: float, neurons: list[Neuron]) -> list[Neuron]:
    """Newton steps with a line search, crossing from face to face, until the objective stops falling.

    Args:
        landscape: the data.
        datafit: a strictly convex loss.
        beta: positive.
        neurons: the start; none of size zero.

    Returns:
        Neurons with an objective at most that of the start (up to rounding).
    """
    return [neuron for _, neuron in polish_placed(datafit, beta, [(landscape, merge(neurons))])]


def polish_placed(
    datafit: Datafit, beta: float, placed: Iterable[tuple[Landscape, list[Neuron]]]
) -> list[Placed]:
    """:func:`polish` for neurons of several landscapes, which add up to one network.

    Args:
        datafit: a strictly convex loss.
        beta: positive.
        placed: the start: neurons with the landscape they are in, each face and sign once.

    Returns:
        The neurons, each with its landscape.
    """
    blocks = [_Block.of(landscape, neuron) for landscape, neurons in placed for neuron in neurons]
    for _ in range(STEPS):
        if not blocks:
            break
        step, decrement = _newton(blocks, datafit, beta)
        bounds = [_bound(block, part) for block, part in zip(blocks, step, strict=True)]
        lengths = _lengths(blocks, step, [bound for bound, _ in bounds], decrement, datafit, beta)
        stopped = [
            _stops(block, part, bound, length)
            for block, part, (bound, _), length in zip(blocks, step, bounds, lengths, strict=True)
        ]
        blocks = [
            block.moved(length * part) for block, part, length in zip(blocks, step, lengths, strict=True)
        ]
        if any(stopped):
            held = [
                _held(block, hit) if stop else block.neuron
                for block, (_, hit), stop in zip(blocks, bounds, stopped, strict=True)
            ]
            least = VANISHED * max(neuron.size for neuron in held)
            blocks = [block for block in _rebuilt(blocks, held) if block.neuron.size > least]
        elif max(lengths) == 0 or decrement <= SETTLED * _objective(blocks, datafit, beta):
            released = _released(blocks, datafit)
            if all(neuron is block.neuron for neuron, block in zip(released, blocks, strict=True)):
                break
            blocks = _rebuilt(blocks, released)
    return [(block.landscape, block.neuron) for block in blocks]


@dataclass(frozen=True, eq=False, slots=True)
class _Block:
    """A neuron in its landscape, an orthonormal basis of its face's span (r x k), and the outputs the basis
    gives (n x k)."""

    landscape: Landscape
    neuron: Neuron
    basis: np.ndarray
    columns: np.ndarray

    @classmethod
    def of(cls, landscape: Landscape, neuron: Neuron) -> _Block:
        basis = _span(landscape.normals[neuron.face == 0], landscape.rank)
        if basis.shape[1] <= 1 and neuron.size > 0:
            basis = (neuron.weights / neuron.size)[:, None]
        owner = landscape.hyperplane_of_row
        sides = np.where(owner >= 0, neuron.face[owner], 0) * np.sign(landscape.lengths)
        slopes = np.where(sides > 0, 1.0, np.where(sides < 0, landscape.kappa, 0.0))
        outputs = landscape.readout.pool(slopes[:, None] * (landscape.rows @ basis))
        return cls(landscape, neuron, basis, neuron.sign * outputs)

    @property
    def coordinates(self) -> np.ndarray:
        return self.basis.T @ self.neuron.weights

    def moved(self, step: np.ndarray) -> _Block:
        return replace(self, neuron=replace(self.neuron, weights=self.neuron.weights + self.basis @ step))


def _span(kinks: np.ndarray, rank: int) -> np.ndarray:
    """An orthonormal basis of the directions on which all kinks vanish, r x k."""
    if len(kinks) == 0:
        return np.eye(rank)
    _, sizes, right = np.linalg.svd(kinks)
    return right[int((sizes > PARALLEL).sum()) :].T


def _rebuilt(blocks: list[_Block], neurons: list[Neuron]) -> list[_Block]:
    """The blocks with these neurons, one for each."""
    return [
        block if neuron is block.neuron else _Block.of(block.landscape, neuron)
        for block, neuron in zip(blocks, neurons, strict=True)
    ]


def _fit(blocks: list[_Block]) -> np.ndarray:
    return np.sum([block.columns @ block.coordinates for block in blocks], axis=0)


def _objective(blocks: list[_Block], datafit: Datafit, beta: float) -> float:
    return datafit.value(_fit(blocks)) + beta * sum(block.neuron.size for block in blocks)


def _newton(blocks: list[_Block], datafit: Datafit, beta: float) -> tuple[list[np.ndarray], float]:
    """Newton's step for each block, and minus the slope of the objective along it."""
    columns = np.concatenate([block.columns for block in blocks], axis=1)
    fit = _fit(blocks)
    gradient = -columns.T @ datafit.slope(fit)
    hessian = columns.T @ (datafit.curvature(fit)[:, None] * columns)
    ends = np.cumsum([block.basis.shape[1] for block in blocks])
    for block, end in zip(blocks, ends, strict=True):
        span = slice(end - block.basis.shape[1], end)
        unit = block.coordinates / block.neuron.size
        gradient[span] += beta * unit
        hessian[span, span] += beta / block.neuron.size * (np.eye(len(unit)) - np.outer(unit, unit))
    step = _positive_solve(hessian, -gradient)
    return np.split(step, ends[:-1]), float(-gradient @ step)


def _positive_solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve with a scaled Cholesky factor, damped just enough to exist, and two rounds of refinement."""
    diagonal = np.diag(matrix)
    scale = 1 / np.sqrt(np.maximum(diagonal, diagonal.max() * FLAT))
    scaled = matrix * scale[:, None] * scale
    damping = 0.0
    while True:
        try:
            factor = cho_factor(scaled + damping * np.eye(len(scaled)))
            break
        except np.linalg.LinAlgError:
            damping = max(1e-15, 10 * damping)
    solution = np.zeros(len(right))
    for _ in range(3):
        solution = solution + scale * cho_solve(factor, scale * (right - matrix @ solution))
    return solution


def _lengths(
    blocks: list[_Block],
    step: list[np.ndarray],
    bounds: list[float],
    decrement: float,
    datafit: Datafit,
    beta: float,
) -> list[float]:
    """How far each neuron goes along its part of the step.

    First each as far as its own face lets it; if the objective does not fall, all of them equally far, which
    is a descent direction, halved until it does; zeros if it never does.
    """
    fit, start = _fit(blocks), [block.coordinates for block in blocks]
    changes = np.stack([block.columns @ part for block, part in zip(blocks, step, strict=True)])

    def value(lengths: np.ndarray) -> float:
        moved = np.concatenate([z + t * part for z, t, part in zip(start, lengths, step, strict=True)])
        sizes = np.sqrt(np.add.reduceat(moved * moved, starts))
        return datafit.value(fit + lengths @ changes) + beta * float(sizes.sum())

    starts = np.concatenate([[0], np.cumsum([len(part) for part in step])[:-1]])
    before = value(np.zeros(len(blocks)))
    own = np.minimum(1.0, bounds)
    length = float(own.min())
    if length < 1.0 and value(own) <= before - 1e-4 * max(length, 1e-2) * decrement:
        return own.tolist()
    shortest = SHORTEST * length
    while length > shortest:
        if value(np.full(len(blocks), length)) <= before - 1e-4 * length * decrement:
            return [length] * len(blocks)
        length *= 0.5
    return [0.0] * len(blocks)


def _bound(block: _Block, step: np.ndarray) -> tuple[float, int]:
    """How far a neuron may move before a hyperplane stops it, and which one does."""
    face, normals = block.neuron.face, block.landscape.normals
    heights = (normals @ block.neuron.weights) * face
    speeds = (normals @ (block.basis @ step)) * face
    limits = np.full(len(heights), np.inf)
    falling = speeds < 0
    with np.errstate(over="ignore"):
        limits[falling] = np.maximum(heights[falling], 0) / -speeds[falling]
    hit = int(np.argmin(limits))
    return float(limits[hit]), hit


def _stops(block: _Block, step: np.ndarray, bound: float, length: float) -> bool:
    """Whether the hyperplane ahead is reached, or so near that it counts as reached."""
    near = bound < 1 and bound * np.linalg.norm(step) <= SHORTEST * block.neuron.size
    return bound <= length or bool(near)


def _held(block: _Block, hyperplane: int) -> Neuron:
    """The neuron on the hyperplane as well; of size zero if only zero is left."""
    neuron, landscape = block.neuron, block.landscape
    face = neuron.face.copy()
    face[hyperplane] = 0
    basis = _span(landscape.normals[face == 0], landscape.rank)
    return Neuron(neuron.sign, basis @ (basis.T @ neuron.weights), face)


def _released(blocks: list[_Block], datafit: Datafit) -> list[Neuron]:
    """Let each neuron leave the kink that holds it least, where leaving lowers the objective to first
    order."""
    slope = datafit.slope(_fit(blocks))
    parts = {id(block.landscape): block.landscape.parts(slope) for block in blocks}
    return [_leave(block.landscape, block.neuron, *parts[id(block.landscape)]) for block in blocks]


def _leave(landscape: Landscape, neuron: Neuron, linear: np.ndarray, bends: np.ndarray) -> Neuron:
    kinks = np.flatnonzero(neuron.face == 0)
    if not 0 < len(kinks) < landscape.rank:
        return neuron
    gradient = neuron.sign * (linear + (bends * neuron.face) @ landscape.normals)
    shares = np.linalg.pinv(landscape.normals[kinks]).T @ gradient
    gains = np.abs(shares) + neuron.sign * bends[kinks]
    best = int(np.argmax(gains))
    if gains[best] <= RELEASE * float(np.linalg.norm(gradient)):
        return neuron
    face = neuron.face.copy()
    face[kinks[best]] = np.sign(shares[best])
    return replace(neuron, face=face)
