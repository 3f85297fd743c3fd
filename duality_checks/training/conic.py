"""Training with any loss and the 2-norm: column generation with a conic master and pricing over all chambers.

Each round solves the convex program over the chambers at hand (:mod:`.program`), prices its dual point over
ALL chambers (:mod:`..pricing`), and adds the chambers of the best violators. Where none is left the point is
optimal (statements 2.1 and 3.7). The loss enters by its conic form, its conjugate and its domain alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ..effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape, first_rows
from ..pricing.pricers import Maxima, pricer
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .narrowing import narrowed_network
from .neurons import network_of, neurons_of
from .polish import polish
from .program import Blocks, solve
from .rounds import MAX_CHAMBERS, History, Round, Solution
from .settling import settled
from .walls import chamber_walls

ROUNDS = 200
GAP = 1e-11
PATIENCE = 2
COLUMNS = 100
# An interior point leaves the blocks that are not used this small, relative to the largest one.
UNUSED = 1e-9
ON_HYPERPLANE = 1e-12
NEAR_KINK = 1e-9
PARALLEL = 1e-14
NEAR = 1e-7
# From this relative gap on Newton's method is tried, and again each time the gap has fallen so much further.
SETTLING = 1e-3
FURTHER = 0.1
CLOSE = 1 - 1e-5


def train_conic(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
) -> Solution:
    """The global optimum for any loss and readout with the 2-norm, numerically.

    Args:
        problem: the problem.
        max_chambers, progress: as for :func:`~.columns.train`.
        effort: likewise.
        start: a network whose chambers to begin with.

    Returns:
        The solution; its relative gap is typically 1e-10.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta="1/2", loss="l1")
        >>> round(train_conic(problem).upper, 9)  # both samples are fitted, for 3/2 + 2/2
        2.5
    """
    history = History(progress)
    problem.require_penalised("training with a conic master")
    landscape = Landscape.of(problem)
    price = pricer(problem, landscape, max_chambers, effort).maxima
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    nothing = np.zeros(problem.n)
    blocks = no_blocks(landscape)
    if start is not None:
        blocks = with_chambers(landscape, blocks, start.hidden @ landscape.basis, np.sign(start.output))
    network = TwoLayerNetwork(np.zeros((0, problem.d)), np.zeros(0), problem.kappa)
    upper, lower, best_dual = loss.value(nothing, target), -np.inf, nothing
    tried = SETTLING * upper / FURTHER
    while len(history.rounds) < ROUNDS and not is_stuck(history.rounds):
        dual = loss.slope(nothing, target)
        if len(blocks):
            optimum = solve(problem, blocks)
            dual = loss.clip(optimum.dual, target)
            found = _network(problem, landscape, blocks, optimum.vectors)
            value = found.objective(problem)
            if value < upper:
                network, upper = found, value
                blocks = blocks[_used(optimum.vectors)]
        violators = price(dual, beta)
        scaled, value = _feasible(problem, dual, violators)
        if value > lower:
            lower, best_dual = value, scaled
        if not loss.smooth and GAP * upper < upper - lower <= FURTHER * tried:
            tried = upper - lower
            settled_network, dual, scaled, value = _settled(problem, landscape, price, network, dual)
            # Rounding apart it is never worse, and it has fewer neurons than an interior point.
            if settled_network.objective(problem) <= upper * (1 + GAP):
                network, upper = settled_network, settled_network.objective(problem)
            if value > lower:
                lower, best_dual = value, scaled
        history.note(lower, upper, network)
        if upper - lower <= max(GAP, effort.gap) * upper or not len(violators) or violators.stopped:
            break
        violators = violators[:COLUMNS]
        blocks = with_chambers(landscape, blocks, violators.directions, violators.signs)
    network = narrowed_network(problem, network)
    if loss.smooth and upper - lower > max(GAP, effort.gap) * upper:
        polished = _polished(problem, landscape, network)
        if polished.objective(problem) <= upper:
            network = polished
            slope = loss.slope(network.outputs(problem), target)
            dual, value = _feasible(problem, slope, price(slope, beta))
            if value > lower:
                lower, best_dual = value, dual
    upper = network.objective(problem)
    sides = _row_signs(landscape, network.hidden @ landscape.basis)
    active = tuple(
        (side, int(np.sign(alpha)), w / np.linalg.norm(w))
        for side, alpha, w in zip(sides, network.output, network.hidden, strict=True)
    )
    return Solution(network, best_dual, lower, upper, active, history.seconds, tuple(history.rounds))


def is_stuck(rounds: list[Round]) -> bool:
    """Whether the last few rounds hardly narrowed a gap that is small already."""
    last = [(one.upper - one.lower, one.upper) for one in rounds[-PATIENCE - 1 :]]
    return len(last) > PATIENCE and all(
        0.5 * before < gap <= NEAR * upper for (before, _), (gap, upper) in pairwise(last)
    )


def _feasible(problem: TrainingProblem, dual: np.ndarray, violators: Maxima) -> tuple[np.ndarray, float]:
    """The best feasible multiple of a dual point (statement 2.5), and its dual objective."""
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    scaled = dual * min(loss.multiple(dual, target), beta / max(violators.reach, beta))
    return scaled, loss.dual(loss.clip(scaled, target), target)


def _settled(
    problem: TrainingProblem,
    landscape: Landscape,
    price: Callable[[np.ndarray, float], Maxima],
    network: TwoLayerNetwork,
    dual: np.ndarray,
) -> tuple[TwoLayerNetwork, np.ndarray, np.ndarray, float]:
    """Newton's method at the kinks of the loss: a network, v, its feasible multiple and dual objective."""
    beta = float(problem.beta)
    found = settled(problem, landscape, network, dual, price(dual, beta * CLOSE))
    if found is not None:
        neurons, v = found
        network, _ = network_of(problem, landscape, neurons)
        dual = problem.loss.clip(v, problem.target)
    return network, dual, *_feasible(problem, dual, price(dual, beta))


def _polished(problem: TrainingProblem, landscape: Landscape, network: TwoLayerNetwork) -> TwoLayerNetwork:
    """Newton steps from where the conic solver stopped, for a loss with slopes that vary continuously."""
    datafit = Datafit(problem.loss, problem.target)
    neurons = polish(landscape, datafit, float(problem.beta), neurons_of(landscape, network))
    return network_of(problem, landscape, neurons)[0]


def no_blocks(landscape: Landscape) -> Blocks:
    """No chamber of a landscape yet."""
    none = np.empty((0, len(landscape.rows)))
    return Blocks(landscape.rows, none.astype(np.int8), none.astype(bool), np.empty(0))


def with_chambers(
    landscape: Landscape, blocks: Blocks, directions: np.ndarray, outputs: np.ndarray
) -> Blocks:
    """With the chambers whose closures hold some directions (m x r), unless they are there already."""
    first, inside = first_rows(landscape.hyperplane_of_row), _inside(landscape, directions)
    sides = _on_rows(landscape, np.sign(inside @ landscape.normals.T))
    for signs, point, output in zip(sides, inside, outputs, strict=True):
        if not blocks.knows(signs, output):
            walls = np.zeros(len(signs), dtype=bool)
            walls[first] = chamber_walls(landscape.normals, point)
            blocks = blocks.join(Blocks(blocks.rows, signs[None], walls[None], np.array([float(output)])))
    return blocks


def _row_signs(landscape: Landscape, directions: np.ndarray) -> np.ndarray:
    """Signs of all rows at some directions (m x r): 0 on kinks and zero rows."""
    heights = directions @ landscape.normals.T
    kinks = np.abs(heights) <= ON_HYPERPLANE * np.linalg.norm(directions, axis=1)[:, None]
    return _on_rows(landscape, np.where(kinks, 0.0, np.sign(heights)))


def _on_rows(landscape: Landscape, faces: np.ndarray) -> np.ndarray:
    """Signs of all rows (m x N) from those of the hyperplanes (m x h)."""
    owner = landscape.hyperplane_of_row
    sides = np.where(owner >= 0, faces[:, owner], 0)
    return (sides * np.sign(landscape.lengths)).astype(np.int8)


def _inside(landscape: Landscape, directions: np.ndarray) -> np.ndarray:
    """Points inside chambers whose closures hold some directions (m x r): a generic step off the kinks, half
    as long as the next hyperplane allows."""
    lengths = np.linalg.norm(directions, axis=1)[:, None]
    units = directions / np.maximum(lengths, np.finfo(float).tiny)
    steps = np.random.default_rng(0).standard_normal(directions.shape)
    heights, rates = units @ landscape.normals.T, steps @ landscape.normals.T
    ahead = (np.abs(heights) > NEAR_KINK) & (heights * rates < 0)
    limits = np.divide(heights, -rates, out=np.ones_like(heights), where=ahead)
    return units + 0.5 * np.minimum(limits.min(axis=1), 1.0)[:, None] * steps


def _used(vectors: np.ndarray) -> np.ndarray:
    sizes = np.linalg.norm(vectors, axis=1)
    return np.flatnonzero(sizes > UNUSED * sizes.max(initial=0.0))


def _network(
    problem: TrainingProblem, landscape: Landscape, blocks: Blocks, vectors: np.ndarray
) -> TwoLayerNetwork:
    """Statement 2.2 for the blocks that are used; equal directions become one neuron."""
    used = _used(vectors)
    units = vectors[used] / np.linalg.norm(vectors[used], axis=1)[:, None]
    signs = blocks.outputs[used]
    alike = (np.outer(signs, signs) > 0) & (units @ units.T >= 1 - PARALLEL)
    first = np.argmax(alike, axis=1)
    sums = np.zeros((len(used), landscape.rank))
    np.add.at(sums, first, vectors[used])
    kept = np.unique(first)
    roots = np.sqrt(np.linalg.norm(sums[kept], axis=1))
    hidden = landscape.lift(sums[kept] / roots[:, None])
    return TwoLayerNetwork(hidden.reshape(-1, problem.d), signs[kept] * roots, problem.kappa)
