"""The gated relaxation: every chamber's neuron allowed to leave its cone (statement 4.4).

    p_gated = min 1/2 norm(sum_i D_i X v_i - y)^2 + beta sum_i norm(v_i),    dual: norm(X'D_i v) <= beta for
    all i.

It is a group Lasso: easy, convex, and a lower bound on p* that may be far below it, because `D_i X v_i` is
the output of a neuron only if v_i lies in chamber i.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import gradient, root_above, root_below
from ..networks.gated import GatedNetwork

if TYPE_CHECKING:
    from ..problem import TrainingProblem

_ROUNDS = 100
_AT_ONCE = 10
_VIOLATION = 1e-9
_GRAIN = 2**50
_IN_RANGE = 1e100


@dataclass(frozen=True, slots=True)
class Gated:
    """The gated optimum between two rationals, and what proves them.

    Attributes:
        lower: `v'y - 1/2 v'v` for a v with `norm(X'D_i v) <= beta` on ALL chambers: also below p*.
        upper: the exact value of the gates, roots rounded up.
        dual: v, length n.
        gates: for each block in use the signs of its chamber and v_i.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> found = gated_relaxation(TrainingProblem([[1], [-1]], [3, 2], beta=1))
        >>> round(float(found.lower), 9), round(float(found.upper), 9)
        (4.0, 4.0)
    """

    lower: Fraction
    upper: Fraction
    dual: Vector
    gates: tuple[tuple[tuple[int, ...], Vector], ...]


def gated_relaxation(problem: TrainingProblem, max_chambers: int = 200_000) -> Gated:
    """Solve the gated program over ALL chambers by column generation, and prove its value from both sides.

    Args:
        problem: squared loss, 2-norm.
        max_chambers: refuse more.

    Returns:
        The relaxation; `lower` is a proven lower bound on p*.

    Raises:
        TooLargeError: too many chambers.
        InputError: another loss, penalty or readout.
        ConvexLandscapeError: the numerical solver failed.
    """
    problem.require_standard("the gated relaxation")
    table = problem.arrangement.chambers(max_chambers).signs
    X, kappa, beta = problem.features, float(problem.kappa), float(problem.beta)
    chosen: list[int] = []
    vectors = np.zeros((0, problem.d))
    residual = problem.target
    for _ in range(_ROUNDS):
        lengths = np.linalg.norm(_gradients(table, residual, X, kappa), axis=1)
        order = [int(i) for i in np.argsort(-lengths, kind="stable") if lengths[i] > beta * (1 + _VIOLATION)]
        fresh = [i for i in order if i not in chosen][:_AT_ONCE]
        if not fresh:
            break
        chosen = [*chosen, *fresh]
        vectors = _group_lasso(_atoms(table[chosen], X, kappa), problem.target, beta)
        used = np.linalg.norm(vectors, axis=1) > 1e-9 * max(1e-300, float(np.abs(vectors).max()))
        chosen, vectors = [i for i, keep in zip(chosen, used, strict=True) if keep], vectors[used]
        residual = problem.target - _fit(_atoms(table[chosen], X, kappa), vectors)
    gates = tuple(
        (tuple(table[i].tolist()), tuple(Fraction(x) for x in vector))
        for i, vector in zip(chosen, vectors.tolist(), strict=True)
    )
    lower, dual = _proven_below(problem, table, residual)
    return Gated(lower, gated_objective(problem, gates), dual, gates)


def gated_beta_max(problem: TrainingProblem, max_chambers: int = 200_000) -> float:
    """The least weight decay for which no gate is used, `max_i norm(X'D_i y)`, in floats.

    Raises:
        TooLargeError: too many chambers.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> gated_beta_max(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1))
        5.0
    """
    table = problem.arrangement.chambers(max_chambers).signs
    gradients = _gradients(table, problem.target, problem.features, float(problem.kappa))
    return float(np.linalg.norm(gradients, axis=1).max())


def as_network(problem: TrainingProblem, gated: Gated) -> GatedNetwork:
    """The gates as a network: directions inside the chambers, and what they let through.

    Raises:
        ConvexLandscapeError: a direction whose signs floats do not keep.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> as_network(problem, gated_relaxation(problem)).predict([[1.0], [-1.0]]).round(9)
        array([2., 1.])
    """
    from hyperplane_arrangements.exact import signs as signs_of

    chambers = problem.arrangement.chambers()
    places = {tuple(row): k for k, row in enumerate(chambers.signs.tolist())}
    witnesses = chambers.witnesses
    found = [[float(x) for x in witnesses[places[pattern]]] for pattern, _ in gated.gates]
    gates = np.array(found).reshape(-1, problem.d)
    for gate, (pattern, _) in zip(gates, gated.gates, strict=True):
        if tuple(signs_of(problem.X, [gate])[0].tolist()) != pattern:
            raise ConvexLandscapeError("a gate is too thin for floats; leave out rows that are nearly equal")
    vectors = np.array([[float(x) for x in vector] for _, vector in gated.gates]).reshape(-1, problem.d)
    return GatedNetwork(gates, vectors, problem.kappa)


def gated_objective(problem: TrainingProblem, gates: tuple[tuple[tuple[int, ...], Vector], ...]) -> Fraction:
    """The value of some gates, with the roots rounded up: at least p_gated.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> gated_objective(TrainingProblem([[1], [-1]], [3, 2], 1), (((1, -1), (Fraction(2),)),))
        Fraction(9, 2)
    """
    left, size = list(problem.y), Fraction(0)
    for signs, vector in gates:
        size += root_above(dot(vector, vector))
        for k, (sign, row) in enumerate(zip(signs, problem.X.fractions, strict=True)):
            left[k] -= (1 if sign > 0 else problem.kappa) * dot(row, vector)
    return dot(left, left) / 2 + problem.beta * size


def _gradients(signs: np.ndarray, v: np.ndarray, X: np.ndarray, kappa: float) -> np.ndarray:
    return np.where(signs > 0, 1.0, kappa) @ (v[:, None] * X)


def _atoms(signs: np.ndarray, X: np.ndarray, kappa: float) -> np.ndarray:
    """`D_i X` for each chamber, B x n x d."""
    return np.where(signs > 0, 1.0, kappa)[:, :, None] * X


def _fit(atoms: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    return np.einsum("bnd,bd->n", atoms, vectors)


def _proven_below(problem: TrainingProblem, table: np.ndarray, v: np.ndarray) -> tuple[Fraction, Vector]:
    """The best feasible multiple of a residual, with the longest gradient found in floats and proven exactly.

    Only chambers whose float length is within its error of the longest can decide; those are done in
    rationals. Where squares of floats leave their range, all are.
    """
    scale = float(np.abs(v).max(initial=0.0))
    if scale == 0.0:
        return Fraction(0), (Fraction(0),) * problem.n
    unit = Fraction(2) ** int(np.ceil(np.log2(scale))) / _GRAIN
    dual = tuple(round(Fraction(x) / unit) * unit for x in v.tolist())
    floats = np.array([float(x) for x in dual])
    kappa = float(problem.kappa)
    lengths = np.linalg.norm(_gradients(table, floats, problem.features, kappa), axis=1)
    mass = np.linalg.norm(np.abs(floats) @ np.abs(problem.features)) * max(1.0, abs(kappa))
    error = 16 * (problem.n + problem.d + 8) * 2.0**-52 * float(mass)
    if not 1 / _IN_RANGE < mass < _IN_RANGE:
        error = float("inf")
    close = np.flatnonzero(~(lengths < np.nanmax(lengths, initial=0.0) - 2 * error)).tolist()
    vectors = [gradient(problem, table[i].tolist(), dual) for i in close]
    reach = max(dot(vector, vector) for vector in vectors)
    square = dot(dual, dual)
    best = max(dot(dual, problem.y) / square, Fraction(0))
    t = min(best, root_below(problem.beta**2 / reach)) if reach else best
    feasible = tuple(t * x for x in dual)
    return dot(feasible, problem.y) - dot(feasible, feasible) / 2, feasible


def _group_lasso(atoms: np.ndarray, target: np.ndarray, beta: float) -> np.ndarray:
    """Minimise `1/2 norm(sum_b A_b v_b - y)^2 + beta sum_b norm(v_b)` numerically; B x d."""
    from ..terms.losses import Squared
    from ..training.program import minimise, norms_part

    blocks, n, d = atoms.shape
    size, columns = blocks * d, atoms.transpose(1, 0, 2).reshape(n, blocks * d)
    penalty = norms_part(np.arange(size).reshape(blocks, d), size, beta)
    return minimise(Squared(), target, penalty, columns).found[:size].reshape(blocks, d)
