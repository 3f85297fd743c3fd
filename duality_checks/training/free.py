"""Training where an intercept, a linear skip or the hidden biases are free of the penalty (statement 2.14).

The rounds are those of :mod:`.columns`, on the landscapes of :mod:`..pricing.free`: neurons are priced in all
of them, and all together are reweighed by a Lasso and slide within their faces. What is free in the outputs
is projected out on the way, and fitted at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.biases import BiasPricer
from ..pricing.free import FreePricer, ProjectedReadout, Sightings
from ..pricing.free_pricers import free_pricer
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from ..terms.losses import Datafit, Squared
from .lasso import nonnegative_lasso
from .polish import Neuron, Placed, merge, polish_placed
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

# Outputs this much shorter when what is free is projected off are nothing but rounding.
VANISHING = 1e-12
# A share of the targets' square that is nothing but rounding: what is free may fit them all.
NOTHING = 1e-28


def train_free(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
) -> Solution:
    """The global optimum with something free of the penalty, numerically.

    Args:
        problem: with the 2-norm; losses other than the squared one are left to :mod:`.free_conic`.
        max_chambers, progress: as for :func:`~.columns.train`.
        effort: likewise.
        start: a network to begin with; used where no biases are free.

    Returns:
        The solution; its network carries the intercept and the linear skip, and its dual is orthogonal to
        them.

    Raises:
        InputError: another norm.
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        An intercept fits what all samples have in common.

        >>> problem = TrainingProblem([[1], [-1]], [13, 12], beta=10, free="intercept")
        >>> found = train_free(problem)
        >>> found.network.width, found.network.intercept, found.upper
        (0, 12.5, 0.25)
    """
    if problem.penalty.name != "2-norm":
        raise InputError(
            f"train_free is for penalty='2-norm', and the problem has {problem.penalty.name!r}; call train"
        )
    if problem.plain_loss.name != "squared":
        from .free_conic import train_free_conic

        return train_free_conic(problem, max_chambers=max_chambers, progress=progress, effort=effort)
    history = History(progress)
    readout, beta = ProjectedReadout.of_squares(problem), float(problem.beta)
    pricing = free_pricer(problem, max_chambers, readout, effort)
    datafit = Datafit(Squared(), readout.squared(problem.target))
    most = float(problem.weight_floats @ problem.target**2)
    placed = _placed(problem, pricing, start)
    best: tuple[float, list[Placed], np.ndarray, float] | None = None
    stalled = 0
    while len(history.rounds) < ROUNDS and stalled < PATIENCE:
        for turn in range(LOOKS):
            found = pricing.glimpse(datafit.slope(_fit(problem, placed)), beta * CLEARLY, turn)
            if not len(found):
                break
            placed = _improved(pricing, datafit, beta, placed, found)
        fit = _fit(problem, placed)
        slope = readout.clean(datafit.slope(fit))
        found = pricing.maxima(slope, beta)
        upper = datafit.value(fit) + beta * sum(neuron.size for _, neuron in placed)
        best_multiple = datafit.loss.multiple(slope, datafit.target)
        dual = slope * min(best_multiple, beta / max(found.reach, beta))
        lower = datafit.loss.dual(dual, datafit.target)
        gap = upper - lower
        slow = best is not None and best[0] <= NEAR * upper and gap > 0.5 * best[0]
        stalled = stalled + 1 if slow else 0
        if best is None or gap < best[0]:
            best = gap, placed, dual, lower
        network = _network(problem, placed)
        history.note(lower, upper, network)
        if gap <= max(GAP, effort.gap) * upper + NOTHING * most or found.stopped:
            break
        placed = _improved(pricing, datafit, beta, placed, found)
    assert best is not None
    _, placed, dual, lower = best
    network = _network(problem, placed)
    upper, active = network.objective(problem), _active(problem, placed)
    return Solution(network, readout.dual(dual), lower, upper, active, history.seconds, tuple(history.rounds))


def _placed(
    problem: TrainingProblem, pricing: FreePricer | BiasPricer, start: TwoLayerNetwork | None
) -> list[Placed]:
    """The neurons of a network in the rescaled program, with free biases each at the kink nearest to it."""
    if start is None:
        return []
    placed = []
    for w, alpha in zip(start.hidden, start.output, strict=True):
        spots = {k: _spot(problem, pricing.landscapes[k], w) for k in pricing.near(w)}
        if spots and alpha:
            best = min(spots, key=lambda k: spots[k][0])
            landscape, weights = pricing.landscapes[best], abs(alpha) * spots[best][1]
            if landscape.outputs(weights[None]).any():
                none = np.empty(0, dtype=int)
                placed.append((landscape, Neuron.at(landscape, float(np.sign(alpha)), weights, none)))
    return [(landscape, neuron) for landscape, neurons in _merged(placed) for neuron in neurons]


def _spot(problem: TrainingProblem, landscape: Landscape, w: np.ndarray) -> tuple[float, np.ndarray]:
    """How far the bias of a neuron is from the landscape's, and the neuron in its coordinates."""
    if problem.bias is None:
        return 0.0, w @ landscape.basis
    weights = problem.penalised(w[None])[0] @ problem.penalised(landscape.basis.T).T
    return abs(float(w[problem.bias] - landscape.basis[problem.bias] @ weights)), weights


def _merged(placed: list[Placed]) -> list[tuple[Landscape, list[Neuron]]]:
    """The neurons by landscape, those of one face and sign added up."""
    groups: dict[int, tuple[Landscape, list[Neuron]]] = {}
    for landscape, neuron in placed:
        groups.setdefault(id(landscape), (landscape, []))[1].append(neuron)
    return [(landscape, merge(neurons)) for landscape, neurons in groups.values()]


def _fit(problem: TrainingProblem, placed: list[Placed]) -> np.ndarray:
    fit = np.zeros(problem.n)
    for landscape, neuron in placed:
        fit += neuron.sign * landscape.outputs(neuron.weights[None])[:, 0]
    return fit


def _improved(
    pricing: FreePricer | BiasPricer, datafit: Datafit, beta: float, placed: list[Placed], found: Sightings
) -> list[Placed]:
    """Add the best new neurons, reweigh all of them, and slide the survivors within their faces."""
    candidates = list(placed)
    for place, sign, direction, kinks in pricing.best(found, COLUMNS):
        landscape = pricing.landscapes[place]
        candidates.append((landscape, Neuron.at(landscape, sign, direction, kinks)))
    start = np.array([neuron.size for _, neuron in placed] + [0.0] * (len(candidates) - len(placed)))
    columns = np.array([_column(*candidate) for candidate in candidates]).reshape(-1, len(datafit.target)).T
    sizes = np.linalg.norm(columns, axis=0)
    some = np.flatnonzero(sizes > VANISHING * sizes.max(initial=0.0))
    weights = nonnegative_lasso(columns[:, some], datafit.target, beta, start[some])
    kept = [
        (landscape, Neuron(neuron.sign, weight / neuron.size * neuron.weights, neuron.face))
        for (landscape, neuron), weight in zip((candidates[j] for j in some), weights, strict=True)
        if weight > 0
    ]
    return polish_placed(datafit, beta, _merged(kept))


def _column(landscape: Landscape, neuron: Neuron) -> np.ndarray:
    """The outputs of a neuron of size 1, with its sign."""
    return neuron.sign * landscape.outputs(neuron.weights[None] / neuron.size)[:, 0]


def _network(problem: TrainingProblem, placed: list[Placed]) -> TwoLayerNetwork:
    """Statement 2.2, and the best intercept and linear skip for these neurons."""
    roots = np.sqrt([neuron.size for _, neuron in placed])
    directions = [landscape.lift(neuron.weights[None] / neuron.size)[0] for landscape, neuron in placed]
    order = np.argsort(-roots, kind="stable")
    hidden = (roots[:, None] * np.array(directions).reshape(-1, problem.d))[order]
    output = (roots * np.array([neuron.sign for _, neuron in placed]))[order]
    return with_best_skip(problem, TwoLayerNetwork(hidden, output, problem.kappa))


def with_best_skip(problem: TrainingProblem, network: TwoLayerNetwork) -> TwoLayerNetwork:
    """The network with the intercept and the linear skip that fit best, by (weighted) least squares in
    floats.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [5, 7], beta=1, free="intercept+linear")
        >>> found = with_best_skip(problem, TwoLayerNetwork(np.zeros((0, 1)), []))
        >>> round(found.intercept, 12), found.linear.round(12)
        (3.0, array([2.]))
    """
    columns = np.array([[float(x) for x in column] for column in problem.skips]).T
    rest = problem.target - TwoLayerNetwork(network.hidden, network.output, network.kappa).outputs(problem)
    roots = np.sqrt(problem.weight_floats)
    columns, rest = roots[:, None] * columns, roots * rest
    if problem.free.decayed:
        # What an intercept costs is one more square: beta (0 - c)^2.
        columns = np.vstack([columns, np.sqrt(float(problem.beta)) * np.eye(columns.shape[1])])
        rest = np.append(rest, np.zeros(columns.shape[1]))
    scale = np.maximum(np.abs(columns).max(axis=0), np.finfo(float).tiny)
    theta = np.zeros(columns.shape[1])
    # The second time mends what rounding has left.
    for _ in range(2):
        theta += np.linalg.lstsq(columns / scale, rest - columns @ theta, rcond=None)[0] / scale
    intercept = float(theta[0]) if problem.free.intercept else 0.0
    linear = theta[-problem.d :] if problem.free.linear else None
    return TwoLayerNetwork(network.hidden, network.output, network.kappa, intercept, linear)


def _active(problem: TrainingProblem, placed: list[Placed]) -> tuple[tuple[np.ndarray, int, np.ndarray], ...]:
    """Signs of all rows, output sign and direction of each neuron, largest first."""
    found = []
    for landscape, neuron in sorted(placed, key=lambda pair: -pair[1].size):
        owner = landscape.hyperplane_of_row
        sides = np.where(owner >= 0, neuron.face[owner], 0) * np.sign(landscape.lengths)
        direction = landscape.lift(neuron.weights[None] / neuron.size)[0]
        found.append((sides.astype(np.int8), int(neuron.sign), direction))
    return tuple(found)
