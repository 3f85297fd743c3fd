"""Training with the 1-norm or the infinity norm of the weights: finitely many neurons, all of them rational.

On each chamber the unit ball is a polytope, and its vertices over all chambers are all the neurons that an
optimum needs (statement 2.7). An interior-point solver says which of them matter; where the loss is squared,
l1 or hinge the optimum over those is then found in rational arithmetic, and compared with ALL neurons. Such a
solution carries an exact network and an exact dual vector, and its certificate has gap zero.

What is free of the penalty (statement 2.14) goes along as columns without a price, exactly too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from ..exact.polyhedral import free_lasso, has_program, metric_of
from ..exact.polyhedral_lasso import least_squares
from ..exact.rounding import on_a_grid
from ..limits import require_feasible
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.free import ProjectedReadout
from ..pricing.polyhedral import Neurons, Vector
from ..problem import TrainingProblem
from .narrowing import narrowed
from .program import solve_atoms
from .rounds import MAX_CHAMBERS, Round, Solution

ZERO = Fraction(0)
UNUSED = 1e-9
NEAR = 1e-7
COLUMNS = 200
ROUNDS = 100


@dataclass(frozen=True, eq=False, slots=True)
class PolyhedralSolution(Solution):
    """A solution whose network and dual are also known exactly.

    Attributes:
        exact_network: neurons of norm 1 with rational output weights; floats of a numerical optimum where the
            loss has no rational one.
        exact_skip: the weights of what is free in the outputs, ``problem.skips``; likewise.
        exact_dual: v, length n, optimal where the loss is squared, l1 or hinge.
    """

    exact_network: RationalNetwork
    exact_skip: Vector
    exact_dual: Vector


def train_polyhedral(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
) -> PolyhedralSolution:
    """The global optimum with a polyhedral norm: exact for the squared, l1 and hinge loss.

    Args:
        problem: with the 1-norm or the infinity norm.
        max_chambers: refuse arrangements with more chambers before starting.
        progress: called after each round.
        start: a network whose neurons to begin with, as far as they are among those that an optimum needs.

    Returns:
        The solution; with those losses ``exact_network`` and ``exact_dual`` have equal objectives.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``, or too many rays.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm")
        >>> solution = train_polyhedral(problem)
        >>> [str(alpha) for alpha in solution.exact_network.output], [str(v) for v in solution.exact_dual]
        (['2', '1'], ['1', '1'])
    """
    began = perf_counter()
    require_feasible(problem.arrangement, max_chambers)
    neurons = Neurons.of(problem)
    history: list[Round] = []
    columns = np.concatenate([neurons.columns, -neurons.columns], axis=1)
    pool = np.empty(0, dtype=int) if start is None else _places(neurons, start)
    weights, fit, dual = _numerical(problem, columns, pool)
    if has_program(problem):
        chosen, exact_weights, skip, exact_dual = _exact(problem, neurons, columns, weights, dual)
    else:
        chosen, exact_weights, skip, exact_dual = _rounded(problem, columns, weights, fit, dual)
    network = _network(problem, neurons, chosen, exact_weights, skip)
    v = np.array([float(x) for x in exact_dual])
    longest = float((columns.T @ v).max(initial=0.0))
    if longest > float(problem.beta):
        v = v * (float(problem.beta) / longest)
    floats = balanced(network.floats(problem.kappa, problem.d))
    lower = problem.dual(problem.loss.clip(v, problem.target))
    history.append(Round(1, perf_counter() - began, lower, floats.objective(problem), floats))
    if progress is not None:
        progress(history[-1])
    return PolyhedralSolution(
        network=floats,
        dual=v,
        lower=lower,
        upper=history[-1].upper,
        active=_active(problem, floats),
        seconds=perf_counter() - began,
        rounds=tuple(history),
        exact_network=network,
        exact_skip=skip,
        exact_dual=exact_dual,
    )


def _places(neurons: Neurons, network: TwoLayerNetwork) -> np.ndarray:
    """Where the neurons of a network are in the list of the signed ones."""
    problem = neurons.problem
    sizes = problem.penalty.norms(problem.penalised(network.hidden))
    alive = sizes * np.abs(network.output) > 0
    units = network.hidden[alive] / sizes[alive, None]
    listed = neurons.rays.astype(float) / neurons.lengths.astype(float)[:, None]
    found = set()
    for unit, alpha in zip(units, network.output[alive], strict=True):
        distance = np.abs(listed - unit).max(axis=1)
        nearest = int(np.argmin(distance))
        if distance[nearest] <= NEAR:
            found.add(nearest if alpha > 0 else nearest + len(neurons))
    return np.array(sorted(found), dtype=int)


def _numerical(
    problem: TrainingProblem, columns: np.ndarray, pool: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weights of all signed neurons, f and v, by column generation over the list, from some of them."""
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    skips = _skips(problem)
    weights, fit = np.zeros(columns.shape[1]), np.zeros(problem.n)
    dual = loss.clip(loss.slope(fit, target), target)
    if len(pool) or problem.free:
        weights, fit, dual = _over(problem, columns, pool, skips)
    for _ in range(ROUNDS):
        values = columns.T @ dual
        values[pool] = -np.inf
        entering = np.flatnonzero(values > beta * (1 + UNUSED))
        if not len(entering):
            break
        pool = np.concatenate([pool, entering[np.argsort(-values[entering])[:COLUMNS]]])
        weights, fit, dual = _over(problem, columns, pool, skips)
    return weights, fit, dual


def _skips(problem: TrainingProblem) -> np.ndarray | None:
    """What the outputs may add, as independent columns; None where that is nothing."""
    if problem.free.decayed:
        return np.array([[float(x) for x in column] for column in problem.skips]).T
    return ProjectedReadout.of(problem).skips if problem.free else None


def _over(
    problem: TrainingProblem, columns: np.ndarray, pool: np.ndarray, skips: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The optimum over some signed neurons."""
    decay = float(problem.beta) if problem.free.decayed else 0.0
    optimum = solve_atoms(problem, columns[:, pool], skips, decay)
    weights = np.zeros(columns.shape[1])
    weights[pool] = np.maximum(optimum.vectors[:, 0], 0.0)
    return weights, optimum.fit, problem.loss.clip(optimum.dual, problem.target)


def _rounded(
    problem: TrainingProblem, columns: np.ndarray, weights: np.ndarray, fit: np.ndarray, dual: np.ndarray
) -> tuple[list[int], Vector, Vector, Vector]:
    """At most n signed neurons, their weights, those of the skip, and v: floats of a numerical optimum."""
    weights = np.where(weights > UNUSED * weights.max(initial=0.0), weights, 0.0)
    rest = least_squares(problem.skips, tuple(map(Fraction, (fit - columns @ weights).tolist())))
    weights = narrowed(columns, weights, np.ones(len(weights)))
    chosen = np.flatnonzero(weights).tolist()
    return chosen, _floats(weights[chosen]), _floats(rest), on_a_grid(problem, dual)[0]


def _floats(values: Any) -> Vector:
    """The floats nearest to some numbers, as rationals."""
    return tuple(Fraction(float(value)) for value in values)


def _exact(
    problem: TrainingProblem, neurons: Neurons, columns: np.ndarray, weights: np.ndarray, dual: np.ndarray
) -> tuple[list[int], Vector, Vector, Vector]:
    """Some signed neurons, their exact optimal weights, those of the skip, and the exact v, feasible for ALL
    neurons."""
    beta, count, loss = problem.beta, len(neurons), problem.plain_loss.name
    tight = (weights > UNUSED * weights.max(initial=0.0)) | (columns.T @ dual > float(beta) * (1 - NEAR))
    pool = np.flatnonzero(tight).tolist()
    start = _independent(problem, columns, weights, pool)
    while True:
        some = [_signed_outputs(neurons, j) for j in pool]
        found, skip, v = free_lasso(some, problem.skips, problem.y, beta, loss, start, metric_of(problem))
        start = {k: weight for k, weight in enumerate(found) if weight}
        above, below = neurons.above(v, beta)
        broken = above + [count + j for j in below]
        if not broken:
            used = [k for k, weight in enumerate(found) if weight]
            return [pool[k] for k in used], tuple(found[k] for k in used), skip, v
        # The worst few by floats, and one in any case.
        size = columns.T[broken] @ np.array([float(x) for x in v])
        pool += [broken[k] for k in np.argsort(-size)[:COLUMNS]]


def _independent(
    problem: TrainingProblem, columns: np.ndarray, weights: np.ndarray, pool: list[int]
) -> dict[int, Fraction]:
    """The numerical weights of the pool's members by their place in it, of as many as are clearly
    independent, with what is free projected off."""
    from scipy.linalg import qr

    used = [k for k, j in enumerate(pool) if weights[j] > UNUSED * weights.max()]
    if not used:
        return {}
    scaled = columns[:, [pool[k] for k in used]] * weights[[pool[k] for k in used]]
    if problem.equations:
        scaled = ProjectedReadout.of(problem).project(scaled)
    _, upper, order = qr(scaled, mode="economic", pivoting=True)
    sizes = np.abs(np.diag(upper))
    kept = [used[k] for k in order[: int((sizes > NEAR * sizes[0]).sum())]]
    return {k: Fraction(float(weights[pool[k]])) for k in sorted(kept)}


def _signed_outputs(neurons: Neurons, j: int) -> Vector:
    """Neuron j with output sign +1, or neuron j - m with -1."""
    sign = 1 if j < len(neurons) else -1
    return tuple(sign * x for x in neurons.outputs(j % len(neurons)))


def _network(
    problem: TrainingProblem, neurons: Neurons, chosen: Sequence[int], weights: Vector, skip: Vector
) -> RationalNetwork:
    count = len(neurons)
    hidden = tuple(neurons.direction(j % count) for j in chosen)
    output = tuple(t if j < count else -t for j, t in zip(chosen, weights, strict=True))
    intercept = skip[0] if problem.free.intercept else ZERO
    return RationalNetwork(hidden, output, intercept, skip[-problem.d :] if problem.free.linear else ())


def balanced(network: TwoLayerNetwork) -> TwoLayerNetwork:
    """The network of neurons of norm 1 with ``norm(w_j) = abs(alpha_j)`` instead (statement 2.2).

    Example:
        >>> balanced(TwoLayerNetwork([[1.0]], [-4.0])).output
        array([-2.])
    """
    roots = np.sqrt(np.abs(network.output))
    hidden, output = network.hidden * roots[:, None], np.sign(network.output) * roots
    return TwoLayerNetwork(hidden, output, network.kappa, network.intercept, network.linear)


def _active(
    problem: TrainingProblem, network: TwoLayerNetwork
) -> tuple[tuple[np.ndarray, int, np.ndarray], ...]:
    from hyperplane_arrangements.exact import signs

    if not network.width:
        return ()
    sides = signs(problem.X, network.hidden)
    units = network.hidden / np.linalg.norm(network.hidden, axis=1)[:, None]
    return tuple(
        (side, int(np.sign(alpha)), u) for side, alpha, u in zip(sides, network.output, units, strict=True)
    )
