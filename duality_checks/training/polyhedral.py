"""Training with the 1-norm or the infinity norm of the weights: finitely many neurons, all of them rational.

On each chamber the unit ball is a polytope, and its vertices over all chambers are all the neurons that an
optimum needs (statement 2.7). An interior-point solver says which of them matter; where the loss is squared,
l1 or hinge the optimum over those is then found in rational arithmetic, and compared with ALL neurons. Such a
solution carries an exact network and an exact dual vector, and its certificate has gap zero.

What is free of the penalty (statement 2.14) goes along as columns without a price, exactly too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO

from ..cover.effort import Effort
from ..exact.polyhedral import free_lasso, has_program, metric_of
from ..exact.polyhedral_lasso import least_squares
from ..exact.rounding import on_a_grid
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.free import ProjectedReadout
from ..pricing.max_pooling import Peaks
from ..pricing.polyhedral import NEAR, ExactList, NeuronList, Neurons, Vector
from ..problem import TrainingProblem
from .atoms import UNUSED, Atoms
from .loop import Master, Rule
from .narrowing import narrowed
from .neurons import active_of
from .rounds import History, Solution


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


class Listed(Atoms):
    """Neurons of the list, in floats.

    Args:
        problem: with the 1-norm or the infinity norm.
        pricing: all neurons.
        start: a network whose neurons to begin with, as far as they are among those that an optimum needs.

    Example:
        >>> from duality_checks import train
        >>> solution = train(TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm"))
        >>> [str(alpha) for alpha in solution.exact_network.output], [str(v) for v in solution.exact_dual]
        (['2', '1'], ['1', '1'])
    """

    # Duals of losses with kinks may wander for long: only a gap that is tiny may stall.
    rule = Rule(rounds=100)
    most = 200

    def __init__(self, problem: TrainingProblem, pricing: NeuronList, start: TwoLayerNetwork | None):
        self.list = pricing
        super().__init__(problem, pricing, start)

    def add(self, found: Peaks) -> bool:
        """Those that are not at hand already."""
        return super().add(found[np.flatnonzero(~np.isin(found.numbers, self.at_hand.numbers))])

    def then(self) -> Exact | None:
        """Where the optimum is rational, the exact one."""
        return Exact(self) if has_program(self.problem) else None

    def solution(self, effort: Effort, history: History) -> PolyhedralSolution:
        """At most n signed neurons with the floats of the numerical optimum, and v on a grid."""
        columns = self.pricing.outputs(self.at_hand.directions) * self.at_hand.signs
        rest = least_squares(self.problem.skips, tuple(map(Fraction, self.rest.tolist())))
        weights = narrowed(columns, self.sizes, np.ones(len(self.sizes)))
        some = np.flatnonzero(weights)
        network = _network(
            self.problem, self.list.neurons, self.at_hand.numbers[some].tolist(), _floats(weights[some]), rest
        )
        v = on_a_grid(self.problem, self.dual)[0]
        return _solution(self, network, _floats(rest), v, history)


class Exact(Master[Peaks]):
    """The optimum over some signed neurons in rational arithmetic, feasible for ALL of them at the end.

    Args:
        before: the numerical optimum: its neurons, and those that are nearly as good, are the first.
    """

    rule = Rule(near=-1.0, rounds=10_000)

    def __init__(self, before: Listed):
        self.neurons = before.list.neurons
        self.list = ExactList(self.neurons, before.list.columns)
        super().__init__(before.problem, self.list)
        weights = np.zeros(2 * len(self.neurons))
        weights[before.at_hand.numbers] = before.sizes
        values = self.pricing.columns.T @ before.dual
        tight = (weights > 0) | (values > self.beta * (1 - NEAR))
        self.pool = np.flatnonzero(tight).tolist()
        self._start = _independent(self.problem, self.pricing.columns, weights, self.pool)
        self._solve()

    def _solve(self) -> None:
        problem = self.problem
        some = [_signed_outputs(self.neurons, j) for j in self.pool]
        loss, metric = problem.plain_loss.name, metric_of(problem)
        weights, self.skip, self.v = free_lasso(
            some, problem.skips, problem.y, problem.beta, loss, self._start, metric
        )
        self._start = {k: weight for k, weight in enumerate(weights) if weight}
        self.dual = np.array(self.v, dtype=np.object_)
        used = [self.pool[k] for k in self._start]
        self.exact = _network(problem, self.neurons, used, tuple(self._start.values()), self.skip)
        self.upper = self.network().objective(problem)

    def add(self, found: Peaks) -> bool:
        """The worst few by floats, and one in any case."""
        self.pool += found.numbers[: Listed.most].tolist()
        if len(found):
            self._solve()
        return bool(len(found))

    def is_done(self, effort: Effort) -> bool:
        """Never by a gap: there are no more neurons above beta, or it is not done."""
        return False

    def feasible(self, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
        """In floats; v itself at the end."""
        return _feasible(self.problem, v.astype(float), reach)

    def network(self) -> TwoLayerNetwork:
        """The exact network's floats."""
        return balanced(self.exact.floats(self.problem.kappa, self.problem.d))

    def solution(self, effort: Effort, history: History) -> PolyhedralSolution:
        """With equal objectives of the exact network and the exact v."""
        return _solution(self, self.exact, self.skip, self.v, history)


def _feasible(problem: TrainingProblem, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
    beta = float(problem.beta)
    scaled = v * (beta / reach) if reach > beta else v
    return scaled, problem.dual(problem.loss.clip(scaled, problem.target))


def _solution(
    master: Listed | Exact, network: RationalNetwork, skip: Vector, v: Vector, history: History
) -> PolyhedralSolution:
    problem, columns = master.problem, master.list.columns
    floats = balanced(network.floats(problem.kappa, problem.d))
    own = np.array([float(x) for x in v])
    dual, lower = _feasible(problem, own, float((columns.T @ own).max(initial=0.0)))
    return PolyhedralSolution(
        network=floats,
        dual=dual,
        lower=lower,
        upper=floats.objective(problem),
        active=active_of(problem, floats),
        seconds=history.seconds,
        rounds=tuple(history.rounds),
        exact_network=network,
        exact_skip=skip,
        exact_dual=v,
    )


def _floats(values: Any) -> Vector:
    """The floats nearest to some numbers, as rationals."""
    return tuple(Fraction(float(value)) for value in values)


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
