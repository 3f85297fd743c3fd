"""Training with any loss and something free of the 2-norm: column generation with a conic master.

As :mod:`.conic`, on the landscapes of :mod:`..pricing.free`: each block is a chamber of one of them with an
output sign, and the free columns are unknowns without a price.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import sparse

from ..effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.free import ProjectedReadout
from ..pricing.free_pricers import free_pricer
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .conic import COLUMNS, GAP, ROUNDS, UNUSED, is_stuck, no_blocks, with_chambers
from .narrowing import narrowed_network
from .program import Blocks, Part, minimise, penalty_part
from .rounds import MAX_CHAMBERS, History, Round, Solution

ON_HYPERPLANE = 1e-9
_NOTHING = Part(np.empty(0), np.empty(0), [])


def train_free_conic(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    effort: Effort = WHOLE,
) -> Solution:
    """The global optimum for any loss with the 2-norm and something free of it, numerically.

    Args:
        problem: the problem.
        max_chambers: refuse arrangements with more chambers before starting.
        progress: called after each round.

    Returns:
        The solution; its relative gap is typically 1e-9.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        The constant is the median, and no neuron pays.

        >>> problem = TrainingProblem([[1], [2], [3]], [5, 5, 9], beta=100, loss="l1", free="intercept")
        >>> found = train_free_conic(problem)
        >>> found.network.width, round(found.upper, 7)
        (0, 4.0)
    """
    history = History(progress)
    pricing, readout = free_pricer(problem, max_chambers, effort=effort), ProjectedReadout.of(problem)
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    groups: dict[int, Blocks] = {}
    network = TwoLayerNetwork(np.zeros((0, problem.d)), np.zeros(0), problem.kappa)
    upper, lower = np.inf, -np.inf
    best_dual = np.zeros(problem.n)
    while len(history.rounds) < ROUNDS and not is_stuck(history.rounds):
        dual, vectors, theta = _solve(problem, list(groups.values()))
        landscapes = [pricing.landscapes[place] for place in groups]
        found = _network(problem, landscapes, list(groups.values()), vectors, theta)
        value = found.objective(problem)
        if value < upper:
            network, upper = found, value
            pairs = zip(groups.items(), vectors, strict=True)
            groups = {place: group[_used(part, vectors)] for (place, group), part in pairs}
        dual = readout.project(loss.clip(readout.project(dual), target))
        violators = pricing.maxima(dual, beta)
        scaled = dual * min(problem.multiple(dual), beta / max(violators.reach, beta))
        value = problem.dual(loss.clip(scaled, target))
        if value > lower:
            lower, best_dual = value, scaled
        history.note(lower, upper, network)
        if upper - lower <= max(GAP, effort.gap) * upper or not len(violators) or violators.stopped:
            break
        for place, sign, direction, _ in pricing.best(violators, COLUMNS):
            landscape = pricing.landscapes[place]
            group = groups.get(place, no_blocks(landscape))
            groups[place] = with_chambers(landscape, group, direction[None], np.array([sign]))
    network = narrowed_network(problem, network)
    active = tuple(_signs(problem, w, alpha) for w, alpha in zip(network.hidden, network.output, strict=True))
    upper = network.objective(problem)
    return Solution(network, best_dual, lower, upper, active, history.seconds, tuple(history.rounds))


def dual_without_neurons(problem: TrainingProblem) -> np.ndarray:
    """The dual of the best free part alone, length n: one of many where the loss has kinks.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [5, 7], beta=1, free="intercept")
        >>> dual_without_neurons(problem).round(6)
        array([-1.,  1.])
    """
    return _solve(problem, [])[0]


def _solve(problem: TrainingProblem, groups: list[Blocks]) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """The dual, the vectors of each group's blocks, and the weights of the free columns."""
    skips = np.array([[float(x) for x in column] for column in problem.skips]).T
    free = skips.shape[1]
    columns = [_columns(problem, group) for group in groups]
    parts = [penalty_part(problem, group) if len(group) else _NOTHING for group in groups]
    decay = float(problem.beta) if problem.free.decayed else 0.0
    penalty = _joined(parts, columns, np.full(free, decay))
    minimum = minimise(problem, penalty, np.concatenate([*columns, skips], axis=1), free)
    sizes = np.cumsum([*(part.shape[1] for part in columns), free])
    *vectors, theta, _ = np.split(minimum.found, sizes.tolist())
    pairs = zip(vectors, groups, strict=True)
    return minimum.dual, [v.reshape(len(group), group.rows.shape[1]) for v, group in pairs], theta


def _columns(problem: TrainingProblem, group: Blocks) -> np.ndarray:
    slopes = np.where(group.signs > 0, 1.0, float(problem.kappa)) * group.outputs[:, None]
    columns = [problem.readout.pool(slope[:, None] * group.rows) for slope in slopes]
    return np.concatenate(columns, axis=1) if columns else np.empty((problem.n, 0))


def _joined(parts: list[Part], columns: list[np.ndarray], decay: np.ndarray) -> Part:
    """The penalties together: first all vectors, then the weights of the skip with what their squares cost,
    then what the norms need."""
    sizes, skips = [part.shape[1] for part in columns], len(decay)
    extras = [len(part.linear) - size for part, size in zip(parts, sizes, strict=True)]
    total = sum(sizes) + skips + sum(extras)
    quadratic, linear, cones = np.zeros(total), np.zeros(total), []
    start, rest = 0, sum(sizes) + skips
    quadratic[sum(sizes) : rest] = decay
    for part, size, extra in zip(parts, sizes, extras, strict=True):
        place = np.concatenate([np.arange(start, start + size), np.arange(rest, rest + extra)]).astype(int)
        linear[place] = part.linear
        for matrix, right, cone in part.cones:
            entries = sparse.coo_matrix(matrix)
            moved = (entries.data, (entries.row, place[entries.col]))
            cones.append((sparse.csc_matrix(moved, shape=(matrix.shape[0], total)), right, cone))
        start, rest = start + size, rest + extra
    return Part(quadratic, linear, cones)


def _used(part: np.ndarray, vectors: list[np.ndarray]) -> np.ndarray:
    largest = max((np.linalg.norm(each, axis=1).max(initial=0.0) for each in vectors), default=0.0)
    return np.flatnonzero(np.linalg.norm(part, axis=1) > UNUSED * largest)


def _network(
    problem: TrainingProblem,
    landscapes: list[Landscape],
    groups: list[Blocks],
    vectors: list[np.ndarray],
    theta: np.ndarray,
) -> TwoLayerNetwork:
    """Statement 2.2 for the blocks that are used."""
    hidden, output = [np.zeros((0, problem.d))], [np.zeros(0)]
    for landscape, group, part in zip(landscapes, groups, vectors, strict=True):
        used = _used(part, vectors)
        roots = np.sqrt(np.linalg.norm(part[used], axis=1))
        hidden.append(landscape.lift(part[used] / roots[:, None]))
        output.append(group.outputs[used] * roots)
    intercept = float(theta[0]) if problem.free.intercept else 0.0
    linear = theta[-problem.d :] if problem.free.linear else None
    return TwoLayerNetwork(np.concatenate(hidden), np.concatenate(output), problem.kappa, intercept, linear)


def _signs(problem: TrainingProblem, w: np.ndarray, alpha: float) -> tuple[np.ndarray, int, np.ndarray]:
    """The signs of all rows at a neuron, its output sign and its direction."""
    size = float(np.linalg.norm(problem.penalised(w[None])))
    before = problem.features @ w
    small = np.abs(before) <= ON_HYPERPLANE * np.abs(problem.features) @ np.abs(w)
    return np.sign(np.where(small, 0.0, before)).astype(np.int8), int(np.sign(alpha)), w / size
