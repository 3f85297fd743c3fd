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
from scipy.linalg.lapack import dpotrf, dpotrs

from ..cover.effort import is_late
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
SMALLEST = 1e-300


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
    datafit: Datafit,
    beta: float,
    placed: Iterable[tuple[Landscape, list[Neuron]]],
    steps: int = STEPS,
    deadline: float | None = None,
) -> list[Placed]:
    """:func:`polish` for neurons of several landscapes, which add up to one network.

    Args:
        datafit: a strictly convex loss.
        beta: positive.
        placed: the start: neurons with the landscape they are in, each face and sign once.
        steps: at most so many.
        deadline: when no more of them begin, by :func:`time.perf_counter`.

    Returns:
        The neurons, each with its landscape.
    """
    stack = Stack.of(Block.at(landscape, neuron) for landscape, neurons in placed for neuron in neurons)
    for _ in range(steps):
        if not len(stack) or is_late(deadline):
            break
        step, decrement = _newton(stack, datafit, beta)
        bounds, hits = _bounds(stack, step)
        lengths = _lengths(stack, step, bounds, decrement, datafit, beta)
        # A hyperplane ahead counts as reached where the way to it is nothing but rounding.
        ahead = np.minimum(bounds, 1.0) * stack.norms(step)
        near = (bounds < 1) & (ahead <= SHORTEST * stack.norms(stack.coordinates))
        stopped = np.flatnonzero((bounds <= lengths) | near).tolist()
        stack = stack.moved(lengths[stack.owner] * step)
        if stopped:
            walls = {i: int(stack.blocks[i].walls[hits[i]]) for i in stopped}
            stack = stack.replaced({i: _held(*stack.placed(i), wall) for i, wall in walls.items()})
        elif lengths.max() == 0 or decrement <= SETTLED * _objective(stack, datafit, beta):
            released = _released(stack, datafit)
            if not released:
                break
            stack = stack.replaced(released)
    return [stack.placed(i) for i in range(len(stack))]


@dataclass(frozen=True, eq=False, slots=True)
class Block:
    """A face of a landscape that holds a neuron, in an orthonormal basis of its span (r x k).

    Attributes:
        landscape, sign, face: of the neuron.
        basis: r x k.
        outputs: what the network gives along the basis, with the neuron's sign, k x n.
        walls: the hyperplanes that may stop the neuron, length w: all, but at rank 2 those next to it.
        heights: heights above these along the basis, counted inwards, k x w; 0 for the kinks.
    """

    landscape: Landscape
    sign: float
    face: np.ndarray
    basis: np.ndarray
    outputs: np.ndarray
    walls: np.ndarray
    heights: np.ndarray

    @classmethod
    def at(cls, landscape: Landscape, neuron: Neuron) -> tuple[Block, np.ndarray]:
        """The block of a neuron and the neuron's coordinates in it."""
        face, size = neuron.face, neuron.size
        basis = _span(landscape.normals[face == 0], landscape.rank)
        if basis.shape[1] <= 1 and size > 0:
            basis = (neuron.weights / size)[:, None]
        slopes = np.array([landscape.kappa, 0.0, 1.0])[landscape.sides(face) + 1]
        outputs = neuron.sign * landscape.readout.pool(slopes[:, None] * (landscape.rows @ basis))
        walls = _walls(landscape.normals, face, neuron.weights)
        heights = face[walls] * (landscape.normals[walls] @ basis).T
        return cls(landscape, neuron.sign, face, basis, outputs.T, walls, heights), basis.T @ neuron.weights


@dataclass(frozen=True, eq=False, slots=True)
class Stack:
    """Neurons on their faces, the K coordinates of all of them in one array.

    Attributes:
        blocks: one a neuron.
        owner: which neuron each coordinate belongs to, increasing, length K.
        starts: the first coordinate of each neuron, length m.
        outputs, heights: of the blocks, one below the other: K x n and K x w, where blocks with fewer walls
            are padded with zeros.
        coordinates: length K.
    """

    blocks: tuple[Block, ...]
    owner: np.ndarray
    starts: np.ndarray
    outputs: np.ndarray
    heights: np.ndarray
    coordinates: np.ndarray

    @classmethod
    def of(cls, neurons: Iterable[tuple[Block, np.ndarray]]) -> Stack:
        """The stack of some blocks with the coordinates in each, but for neurons that are off on all samples:
        those only cost."""
        pairs = [(block, coordinates) for block, coordinates in neurons if block.outputs.any()]
        blocks = tuple(block for block, _ in pairs)
        sizes = np.array([len(block.outputs) for block in blocks], dtype=int)
        starts = np.cumsum(sizes) - sizes
        heights = np.zeros((sizes.sum(), max((len(block.walls) for block in blocks), default=0)))
        for block, start in zip(blocks, starts, strict=True):
            heights[start : start + len(block.heights), : len(block.walls)] = block.heights
        return cls(
            blocks,
            np.repeat(np.arange(len(blocks)), sizes),
            starts,
            np.concatenate([block.outputs for block in blocks] or [np.empty((0, 0))]),
            heights,
            np.concatenate([coordinates for _, coordinates in pairs] or [np.empty(0)]),
        )

    def __len__(self) -> int:
        return len(self.blocks)

    def sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over the coordinates of each neuron: K to m."""
        return np.add.reduceat(values, self.starts)

    def along(self, vector: np.ndarray, values: np.ndarray) -> np.ndarray:
        """Sums of values (K x q), each times its entry of a vector (K), over the coordinates of each neuron,
        m x q."""
        shares = np.zeros((len(self), len(vector)))
        shares[self.owner, np.arange(len(vector))] = vector
        return shares @ values

    def norms(self, vector: np.ndarray) -> np.ndarray:
        """The norm of each neuron's part of a vector (K), length m."""
        return np.sqrt(self.sums(vector * vector))

    def moved(self, step: np.ndarray) -> Stack:
        """With a step (K) added to the coordinates."""
        return replace(self, coordinates=self.coordinates + step)

    def placed(self, i: int) -> Placed:
        """Neuron i with its landscape."""
        block = self.blocks[i]
        weights = block.basis @ self.coordinates[self.owner == i]
        return block.landscape, Neuron(block.sign, weights, block.face)

    def replaced(self, neurons: dict[int, Neuron]) -> Stack:
        """With other neurons in some places, and without those that have vanished."""
        sizes = self.norms(self.coordinates)
        for i, neuron in neurons.items():
            sizes[i] = neuron.size
        parts = np.split(self.coordinates, self.starts[1:])
        return Stack.of(
            Block.at(self.blocks[i].landscape, neurons[i]) if i in neurons else (self.blocks[i], parts[i])
            for i in np.flatnonzero(sizes > VANISHED * sizes.max()).tolist()
        )


def _span(kinks: np.ndarray, rank: int) -> np.ndarray:
    """An orthonormal basis of the directions on which all kinks vanish, r x k."""
    if len(kinks) == 0:
        return np.eye(rank)
    _, sizes, right = np.linalg.svd(kinks)
    return right[int((sizes > PARALLEL).sum()) :].T


def _walls(normals: np.ndarray, face: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The hyperplanes that may bound a face: at rank 2, the two whose normals, counted inwards, make the
    largest angles with the weights to either side, of which all are at most right angles, up to rounding; on
    a ray all of them stop at zero together."""
    if normals.shape[1] != 2:
        return np.arange(len(normals))
    depths = face * (normals @ weights)
    turned = face * (normals @ [-weights[1], weights[0]])
    with np.errstate(over="ignore"):
        tangents = turned / np.maximum(depths, SMALLEST)
    return np.array([tangents.argmin(), tangents.argmax()])


def _objective(stack: Stack, datafit: Datafit, beta: float) -> float:
    sizes = stack.norms(stack.coordinates)
    return datafit.value(stack.coordinates @ stack.outputs) + beta * float(sizes.sum())


def _newton(stack: Stack, datafit: Datafit, beta: float) -> tuple[np.ndarray, float]:
    """Newton's step, and minus the slope of the objective along it."""
    fit = stack.coordinates @ stack.outputs
    sizes = stack.norms(stack.coordinates)[stack.owner]
    units = stack.coordinates / sizes
    gradient = beta * units - stack.outputs @ datafit.slope(fit)
    curvature = datafit.curvature(fit)
    even = bool((curvature == curvature[0]).all())
    curved = stack.outputs if even else stack.outputs * np.sqrt(curvature)
    hessian = (curvature[0] if even else 1.0) * (curved @ curved.T) + beta * curvature_of_norms(
        stack, units, sizes
    )
    step = _positive_solve(hessian, -gradient)
    return step, float(-gradient @ step)


def curvature_of_norms(stack: Stack, units: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The second derivatives of the sum of all norms, K x K, from ``z / norm(z)`` and ``norm(z)``, each
    length K."""
    together = stack.owner[:, None] == stack.owner
    return np.where(together, np.eye(len(units)) - np.outer(units, units), 0.0) / sizes


def _positive_solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Solve with a scaled Cholesky factor, damped just enough to exist, and two rounds of refinement."""
    diagonal = np.diag(matrix)
    scale = 1 / np.sqrt(np.maximum(diagonal, diagonal.max() * FLAT))
    scaled = matrix * scale[:, None] * scale
    factor, failed = dpotrf(scaled)
    damping = 1e-15
    # The diagonal is at most 1: more damping than that helps nobody, such as a NaN.
    while failed and damping < 2:
        factor, failed = dpotrf(scaled + damping * np.eye(len(scaled)))
        damping *= 10
    solution = np.zeros(len(right))
    for _ in range(3):
        solution = solution + scale * dpotrs(factor, scale * (right - matrix @ solution))[0]
    return solution


def _lengths(
    stack: Stack, step: np.ndarray, bounds: np.ndarray, decrement: float, datafit: Datafit, beta: float
) -> np.ndarray:
    """How far each neuron goes along its part of the step.

    First each as far as its own face lets it; if the objective does not fall, all of them equally far, which
    is a descent direction, halved until it does; zeros if it never does.
    """
    fit, changes = stack.coordinates @ stack.outputs, stack.along(step, stack.outputs)

    def value(lengths: np.ndarray) -> float:
        sizes = stack.norms(stack.coordinates + lengths[stack.owner] * step)
        return datafit.value(fit + lengths @ changes) + beta * float(sizes.sum())

    before = value(np.zeros(len(stack)))
    own = np.minimum(1.0, bounds)
    length = float(own.min())
    if length < 1.0 and value(own) <= before - 1e-4 * max(length, 1e-2) * decrement:
        return own
    shortest = SHORTEST * length
    while length > shortest:
        equal = np.full(len(stack), length)
        if value(equal) <= before - 1e-4 * length * decrement:
            return equal
        length *= 0.5
    return np.zeros(len(stack))


def _bounds(stack: Stack, step: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How far each neuron may move before a wall stops it, and which one does."""
    heights = stack.along(stack.coordinates, stack.heights)
    speeds = stack.along(step, stack.heights)
    limits = np.full(heights.shape, np.inf)
    with np.errstate(over="ignore"):
        np.divide(np.maximum(heights, 0), -speeds, out=limits, where=speeds < 0)
    hits = limits.argmin(axis=1)
    return limits[np.arange(len(stack)), hits], hits


def _held(landscape: Landscape, neuron: Neuron, hyperplane: int) -> Neuron:
    """The neuron on the hyperplane as well; of size zero if only zero is left."""
    face = neuron.face.copy()
    face[hyperplane] = 0
    basis = _span(landscape.normals[face == 0], landscape.rank)
    return Neuron(neuron.sign, basis @ (basis.T @ neuron.weights), face)


def _released(stack: Stack, datafit: Datafit) -> dict[int, Neuron]:
    """The neurons that leave a kink, each the one that holds it least, where leaving lowers the objective to
    first order."""
    slope = datafit.slope(stack.coordinates @ stack.outputs)
    parts = {id(block.landscape): block.landscape.parts(slope) for block in stack.blocks}
    left = {i: _leave(*stack.placed(i), *parts[id(block.landscape)]) for i, block in enumerate(stack.blocks)}
    return {i: neuron for i, neuron in left.items() if neuron is not None}


def _leave(landscape: Landscape, neuron: Neuron, linear: np.ndarray, bends: np.ndarray) -> Neuron | None:
    kinks = np.flatnonzero(neuron.face == 0)
    if not 0 < len(kinks) < landscape.rank:
        return None
    gradient = neuron.sign * (linear + (bends * neuron.face) @ landscape.normals)
    shares = np.linalg.pinv(landscape.normals[kinks]).T @ gradient
    gains = np.abs(shares) + neuron.sign * bends[kinks]
    best = int(np.argmax(gains))
    if gains[best] <= RELEASE * float(np.linalg.norm(gradient)):
        return None
    face = neuron.face.copy()
    face[kinks[best]] = np.sign(shares[best])
    return replace(neuron, face=face)
