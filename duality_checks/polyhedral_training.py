"""Training with the 1-norm or the infinity norm of the weights: finitely many neurons, all of them rational.

On each chamber the unit ball is a polytope, and its vertices over all chambers are all the neurons that an
optimum needs (statement 2.7). An interior-point solver says which of them matter; where the loss is squared,
l1 or hinge the optimum over those is then found in rational arithmetic, and compared with ALL neurons. Such a
solution carries an exact network and an exact dual vector, and its certificate has gap zero.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from time import perf_counter
from typing import Any

import numpy as np

from .exact_norm import Vector, dot
from .limits import require_feasible
from .narrowing import narrowed
from .network import TwoLayerNetwork
from .polyhedral_optimum import (
    LOSSES,
    combination,
    directions,
    maximise,
    nonnegative_lasso,
)
from .problem import TrainingProblem
from .program import solve_atoms
from .setting import RationalNetwork
from .training import MAX_CHAMBERS, Round, Solution

ZERO, ONE = Fraction(0), Fraction(1)
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
        exact_dual: v, length n, optimal where the loss is squared, l1 or hinge.
    """

    exact_network: RationalNetwork
    exact_dual: Vector


@dataclass(frozen=True, eq=False, slots=True)
class _Atoms:
    """All neurons of norm 1 that matter: directions (m), exact outputs with their sign (2m) and as floats."""

    directions: tuple[Vector, ...]
    outputs: tuple[Vector, ...]
    columns: np.ndarray

    @classmethod
    def of(cls, problem: TrainingProblem) -> _Atoms:
        found = directions(problem, problem.penalty.name)
        plain = [pooled_outputs(problem, u) for u in found]
        signed = tuple(tuple(sign * x for x in a) for sign in (1, -1) for a in plain)
        kept = [j for j, atom in enumerate(signed) if any(atom)]
        atoms = tuple(signed[j] for j in kept)
        columns = np.array([[float(x) for x in atom] for atom in atoms]).reshape(len(atoms), problem.n).T
        return cls(tuple(found[j % len(found)] for j in kept), atoms, columns)


def pooled_outputs(problem: TrainingProblem, u: Sequence[Fraction]) -> Vector:
    """``T phi(X u)``, exactly, length n.

    Example:
        >>> problem = TrainingProblem([[1], [-1], [2]], [0, 0], beta=1, readout=[0, 0, 1])
        >>> [int(x) for x in pooled_outputs(problem, [Fraction(1)])]
        [1, 2]
    """
    values = [ZERO] * problem.n
    for row, sample in zip(problem.X.fractions, problem.readout.samples, strict=True):
        before = dot(row, u)
        values[sample] += before if before > 0 else problem.kappa * before
    return tuple(values)


def train_polyhedral(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
) -> PolyhedralSolution:
    """The global optimum with a polyhedral norm: exact for the squared, l1 and hinge loss.

    Args:
        problem: with the 1-norm or the infinity norm. Meant for small instances: every chamber's polytope is
            described exactly.
        max_chambers: refuse arrangements with more chambers before starting.
        progress: called after each round.

    Returns:
        The solution; with those losses ``exact_network`` and ``exact_dual`` have equal objectives.

    Raises:
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1, penalty="1-norm")
        >>> solution = train_polyhedral(problem)
        >>> [str(alpha) for alpha in solution.exact_network.output], [str(v) for v in solution.exact_dual]
        (['2', '1'], ['1', '1'])
    """
    began = perf_counter()
    require_feasible(problem.arrangement, max_chambers)
    atoms = _Atoms.of(problem)
    history: list[Round] = []
    weights, dual = _numerical(problem, atoms)
    if problem.loss.name in LOSSES:
        chosen, exact_weights, exact_dual = _exact(problem, atoms, weights, dual)
    else:
        weights = np.where(weights > UNUSED * weights.max(initial=0.0), weights, 0.0)
        weights = narrowed(atoms.columns, weights, np.ones(len(weights)))
        chosen = np.flatnonzero(weights).tolist()
        exact_weights = tuple(Fraction(float(t)) for t in weights[chosen])
        exact_dual = tuple(Fraction(float(v)) for v in dual)
    network = _network(problem, atoms, chosen, exact_weights)
    v = np.array([float(x) for x in exact_dual])
    longest = float((atoms.columns.T @ v).max(initial=0.0))
    if longest > float(problem.beta):
        v = v * (float(problem.beta) / longest)
    floats = _balanced(problem, network)
    lower = problem.loss.dual(problem.loss.clip(v, problem.target), problem.target)
    history.append(Round(1, lower, floats.objective(problem), floats))
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
        exact_dual=exact_dual,
    )


def _numerical(problem: TrainingProblem, atoms: _Atoms) -> tuple[np.ndarray, np.ndarray]:
    """Weights of all atoms and v, by column generation over the list."""
    loss, target, beta = problem.loss, problem.target, float(problem.beta)
    weights = np.zeros(atoms.columns.shape[1])
    dual = loss.clip(loss.slope(np.zeros(problem.n), target), target)
    pool = np.empty(0, dtype=int)
    for _ in range(ROUNDS):
        values = atoms.columns.T @ dual
        values[pool] = -np.inf
        entering = np.flatnonzero(values > beta * (1 + UNUSED))
        if not len(entering):
            break
        pool = np.concatenate([pool, entering[np.argsort(-values[entering])[:COLUMNS]]])
        optimum = solve_atoms(problem, atoms.columns[:, pool])
        dual = loss.clip(optimum.dual, target)
        weights[:] = 0.0
        weights[pool] = np.maximum(optimum.vectors[:, 0], 0.0)
    return weights, dual


def _exact(
    problem: TrainingProblem, atoms: _Atoms, weights: np.ndarray, dual: np.ndarray
) -> tuple[list[int], Vector, Vector]:
    """Some atoms, their exact optimal weights and the exact v, feasible for ALL atoms."""
    beta = problem.beta
    values = atoms.columns.T @ dual
    tight = (weights > UNUSED * weights.max(initial=0.0)) | (values > float(beta) * (1 - NEAR))
    pool = np.flatnonzero(tight).tolist()
    while True:
        some = [atoms.outputs[j] for j in pool]
        if problem.loss.name == "squared":
            found = nonnegative_lasso(some, problem.y, beta)
            fit = combination(some, found, problem.n)
            v = tuple(y - f for y, f in zip(problem.y, fit, strict=True))
        else:
            rows = [(beta, tuple(-x for x in atom)) for atom in some]
            v, multipliers = maximise(problem.y, rows + _domain(problem))
            found = multipliers[: len(pool)]
        known = set(pool)
        broken = [j for j, a in enumerate(atoms.outputs) if j not in known and dot(a, v) > beta]
        if not broken:
            used = [k for k, weight in enumerate(found) if weight]
            return [pool[k] for k in used], tuple(found[k] for k in used), v
        pool += broken


def _domain(problem: TrainingProblem) -> list[tuple[Fraction, Vector]]:
    """The rows ``b + a'v >= 0`` of the loss's dual domain, an interval for each entry of v."""
    rows = []
    for k, y in enumerate(problem.y):
        ends = [problem.loss.inside(side * (1 + abs(y)) * 2, y) for side in (ONE, -ONE)]
        for side, end in zip((-ONE, ONE), ends, strict=True):
            rows.append((-side * end, tuple(side if j == k else ZERO for j in range(problem.n))))
    return rows


def _network(
    problem: TrainingProblem, atoms: _Atoms, chosen: Sequence[int], weights: Sequence[Fraction]
) -> RationalNetwork:
    output = []
    for j, weight in zip(chosen, weights, strict=True):
        positive = pooled_outputs(problem, atoms.directions[j]) == atoms.outputs[j]
        output.append(weight if positive else -weight)
    return RationalNetwork(tuple(atoms.directions[j] for j in chosen), tuple(output))


def _balanced(problem: TrainingProblem, network: RationalNetwork) -> TwoLayerNetwork:
    """The network in floats with ``norm(w_j) = abs(alpha_j)`` (statement 2.2)."""
    floats = network.floats(problem.kappa, problem.d)
    roots = np.sqrt(np.abs(floats.output))
    return TwoLayerNetwork(floats.hidden * roots[:, None], np.sign(floats.output) * roots, problem.kappa)


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
