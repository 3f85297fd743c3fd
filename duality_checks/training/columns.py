"""Training to the global optimum: column generation with pricing over all chambers.

Each round prices the residual over every chamber (:mod:`..pricing`), solves the Lasso over the neurons at
hand together with the best new ones (:mod:`.lasso`), and lets the survivors slide within their faces
(:mod:`.polish`). It ends when no chamber violates the dual constraint beyond rounding, which is optimality
(statements 2.1 and 3.7).
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.workers import using_executor

from ..effort import WHOLE, Effort
from ..limits import is_searched
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape
from ..pricing.pricers import Maxima, Pricer, pricer
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .lasso import nonnegative_fit
from .neurons import network_of, neurons_of
from .polish import Neuron, merge, polish
from .rounds import (
    CLEARLY,
    COLUMNS,
    GAP,
    LOOKS,
    MAX_CHAMBERS,
    NEAR,
    PATIENCE,
    ROUNDS,
    History,
    Round,
    Solution,
)
from .threads import one_blas_thread


@one_blas_thread()
def train(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
    executor: Executor | None = None,
) -> Solution:
    """The global optimum of a training problem, by statement 2.1, numerically.

    Args:
        problem: the problem.
        max_chambers: refuse arrangements with more chambers before starting.
        progress: called after each round.
        start: a network to begin with, such as the optimum of a nearby problem or the last one of an
            interrupted run; the result is the same, sooner.
        effort: where directions are searched, how narrow the bounds have to be, and when to stop.
        executor: who searches all directions with this process, where that takes more than a second: any
            executor, of processes or of a cluster. What workers that die had is done again.

    Returns:
        The solution, typically with a relative gap of 1e-12, or with the best bounds of the effort.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.
        InputError: ``start`` is no such network, or has another number of inputs.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> solution = train(TrainingProblem([[1.0], [-1.0]], [3.0, 2.0], beta=1.0))
        >>> solution.network.width, round(solution.upper, 12)  # two soft thresholds: 3 - 1/2 + 2 - 1/2
        (2, 4.0)
    """
    if start is not None:
        _require_start(problem, start)
    with using_executor(executor):
        return _train(problem, max_chambers=max_chambers, progress=progress, start=start, effort=effort)


def _train(
    problem: TrainingProblem,
    *,
    max_chambers: int,
    progress: Callable[[Round], Any] | None,
    start: TwoLayerNetwork | None,
    effort: Effort,
) -> Solution:
    """By the trainer of the problem's terms."""
    if problem.is_max_pooled:
        if is_searched(problem):
            from .max_covering import train_max_covered

            return train_max_covered(problem, progress=progress, start=start, effort=effort)
        from .max_pooling import train_max_pooled

        return train_max_pooled(
            problem, max_chambers=max_chambers, progress=progress, start=start, effort=effort
        )
    if problem.penalty.polyhedral:
        from .polyhedral import train_polyhedral

        return train_polyhedral(problem, max_chambers=max_chambers, progress=progress, start=start)
    trainer = _trainer(problem)
    settings: dict[str, Any] = {
        "max_chambers": max_chambers,
        "progress": progress,
        "start": start,
        "effort": effort,
    }
    if not effort.whole:
        from .relaxed import is_relaxed, train_relaxed

        if is_relaxed(problem, effort):
            return train_relaxed(trainer, problem, **settings)
    return trainer(problem, **settings)


def _trainer(problem: TrainingProblem) -> Callable[..., Solution]:
    if problem.free:
        from .free import train_free

        return train_free
    if not problem.loss.strictly_convex:
        from .conic import train_conic

        return train_conic
    return _train_plain


def _train_plain(
    problem: TrainingProblem,
    *,
    max_chambers: int,
    progress: Callable[[Round], Any] | None,
    start: TwoLayerNetwork | None,
    effort: Effort,
) -> Solution:
    """With the 2-norm, a strictly convex loss and nothing free."""
    history = History(progress)
    landscape = Landscape.of(problem)
    pricing = pricer(problem, landscape, max_chambers, effort)
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    datafit = Datafit(loss, target)
    neurons = neurons_of(landscape, start) if start is not None else []
    best: tuple[float, list[Neuron], float, np.ndarray] | None = None
    stalled = 0
    while len(history.rounds) < ROUNDS and stalled < PATIENCE:
        neurons = _approach(landscape, datafit, beta, neurons, pricing)
        fit = _fit(landscape, neurons)
        slope = datafit.slope(fit)
        found = pricing.maxima(slope, beta)
        upper = datafit.value(fit) + beta * sum(neuron.size for neuron in neurons)
        # Statement 2.5: the multiple that is feasible with the largest dual objective.
        feasible = beta / found.reach if found.reach > beta else 1.0
        dual = slope * min(loss.multiple(slope, target), feasible)
        lower = loss.dual(dual, target)
        gap = upper - lower
        slow = best is not None and best[0] <= NEAR * upper and gap > 0.5 * best[0]
        stalled = stalled + 1 if slow else 0
        if best is None or gap < best[0]:
            best = (gap, neurons, lower, dual)
        network, _ = network_of(problem, landscape, neurons)
        history.note(lower, upper, network)
        if gap <= max(GAP, effort.gap) * upper or found.stopped:
            break
        neurons = _improve(landscape, datafit, beta, neurons, found[:COLUMNS])
    assert best is not None
    _, neurons, lower, dual = best
    network, active = network_of(problem, landscape, neurons)
    upper = network.objective(problem)
    return Solution(network, dual, lower, upper, active, history.seconds, tuple(history.rounds))


def _require_start(problem: TrainingProblem, start: Any) -> None:
    if not isinstance(start, TwoLayerNetwork):
        raise InputError(f"start is of type {type(start).__name__}; give a TwoLayerNetwork")
    if start.hidden.shape[1] != problem.d:
        raise InputError(f"start has {start.hidden.shape[1]} inputs but the problem has {problem.d} columns")


def _fit(landscape: Landscape, neurons: list[Neuron]) -> np.ndarray:
    if not neurons:
        return np.zeros(landscape.readout.n)
    outputs = landscape.outputs(np.array([neuron.weights for neuron in neurons]))
    return outputs @ np.array([neuron.sign for neuron in neurons])


def _approach(
    landscape: Landscape, datafit: Datafit, beta: float, neurons: list[Neuron], pricing: Pricer
) -> list[Neuron]:
    """Improve on what samples of the chambers show, while they show something: the full price is dear."""
    for turn in range(LOOKS):
        found = pricing.glimpse(datafit.slope(_fit(landscape, neurons)), beta * CLEARLY, turn)
        if len(found) == 0:
            break
        neurons = _improve(landscape, datafit, beta, neurons, found[:COLUMNS])
    return neurons


def _improve(
    landscape: Landscape, datafit: Datafit, beta: float, neurons: list[Neuron], found: Maxima
) -> list[Neuron]:
    """Add the best new neurons, reweigh all of them, and slide the survivors to the optimum of their
    faces."""
    candidates = neurons + [
        Neuron.at(landscape, float(sign), direction, kinks)
        for sign, direction, kinks in zip(found.signs, found.directions, found.kinks, strict=True)
    ]
    if not candidates:
        return []
    directions = np.array([neuron.weights / neuron.size for neuron in candidates])
    signs = np.array([neuron.sign for neuron in candidates])
    start = np.array([neuron.size for neuron in neurons] + [0.0] * len(found))
    weights = nonnegative_fit(datafit, landscape.outputs(directions) * signs, beta, start)
    kept = [
        Neuron(neuron.sign, weight * direction, neuron.face)
        for neuron, weight, direction in zip(candidates, weights, directions, strict=True)
        if weight > 0
    ]
    return polish(landscape, datafit, beta, merge(kept))
