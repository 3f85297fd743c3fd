"""The group Lasso of a few neurons, whose weights to all outputs are a row each: one conic program, whatever
the loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ..exact.rounding import power_of_two
from ..problem import TrainingProblem
from ..terms.weighted import Weighted
from .program import FULL, ITERATIONS, Minimum, minimise, norms_part, skips_of
from .sparse_blocks import diagonal, identity, minimised, placed


@dataclass(frozen=True, eq=False, slots=True)
class Weighing:
    """The best weights of given neurons.

    Attributes:
        weights: W, m x q.
        constants: the best intercepts, length q; zeros where none is.
        dual: V, n x q, in the domain of the loss up to the solver's tolerance; the slope of the loss at the
            outputs, where it has one.
    """

    weights: np.ndarray
    constants: np.ndarray
    dual: np.ndarray


def group_lasso(problem: TrainingProblem, atoms: np.ndarray) -> Weighing:
    """Minimise ``ell(atoms @ W + b c') + beta sum_j norm(W_j)``, with a decayed intercept ``+ beta/2 c'c``.

    Args:
        problem: of q outputs, for their targets, loss, weights of samples, beta and intercept.
        atoms: outputs of neurons of norm 1, n x m.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], ["1/2", 0]], beta=1, coupling="2-norm")
        >>> group_lasso(problem, np.eye(2)).weights.round(6) + 0.0
        array([[2.4, 3.2],
               [0. , 0. ]])
    """
    skips, decays = skips_of(problem)
    (n, m), q = atoms.shape, len(problem.targets)
    weights, constants, v = np.zeros((m, q)), np.zeros(q), np.zeros((n, q))
    if m and problem.plain_loss.name == "squared":
        found = _of_squares(problem, np.column_stack([atoms, skips]), decays)
        weights, constants = found[:m], found[m] if skips.size else constants
    elif m or skips.size:
        minimum = _minimum(problem, np.column_stack([atoms, skips]), decays)
        weights = minimum.found[: m * q].reshape(q, m).T
        constants = minimum.found[m * q : (m + skips.shape[1]) * q] if skips.size else constants
        v = minimum.dual.reshape(q, -1).T
    loss, fits = problem.loss, (atoms @ weights + shifts(problem, constants)).T
    if not (m or skips.size) or loss.smooth:
        outputs = zip(problem.outputs, fits, strict=True)
        v = np.column_stack([loss.slope(fit, one.target) for one, fit in outputs])
    return Weighing(weights, constants, v)


def shifts(problem: TrainingProblem, constants: np.ndarray) -> np.ndarray:
    """What intercepts (length q) add to the outputs, n x q, pooled as neurons are.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [[3, 4]], beta=1, readout=[0, 0], free="intercept")
        >>> shifts(problem, np.array([1.0, 2.0]))
        array([[2., 4.]])
    """
    columns = skips_of(problem)[0]
    return columns * constants if columns.size else np.zeros((problem.n, len(constants)))


def _of_squares(problem: TrainingProblem, rows: np.ndarray, decays: np.ndarray) -> np.ndarray:
    """What :func:`_minimum` finds for squares, (m + s) x q: products of columns leave the outputs out of the
    program, which is several times as fast. Units suit the solver's absolute tolerances."""
    roots, q, size = np.sqrt(problem.weight_floats)[:, None], len(problem.targets), rows.shape[1]
    m, rows, target = size - len(decays), roots * rows, roots * problem.Y
    sizes, unit = np.abs(rows).max(axis=0), power_of_two(float(np.abs(target).max()), 0)
    sizes[:m] = sizes[:m].max()
    gains = np.array([power_of_two(size, 0) for size in sizes.tolist()])
    rows, target, squares = rows / gains, target / unit, np.append(np.zeros(m), decays) / gains**2
    groups = np.arange(size * q).reshape(q, size).T[:m]
    penalty = norms_part(groups, size * q, float(problem.beta) / (unit * gains[0]), np.tile(squares, q))
    count, [(matrix, right, cones)] = len(penalty.linear), penalty.cones
    products = sparse.kron(identity(q), np.triu(rows.T @ rows))
    found, *_ = minimised(
        placed([(products, 0, 0), (diagonal(penalty.quadratic), 0, 0)], (count, count)),
        penalty.linear - np.append((rows.T @ target).T.ravel(), np.zeros(m)),
        matrix,
        right,
        cones,
        tolerance=FULL.tolerance,
        max_iter=ITERATIONS,
    )
    weights: np.ndarray = found[: size * q].reshape(q, size).T * (unit / gains)[:, None]
    return weights


def _minimum(problem: TrainingProblem, rows: np.ndarray, decays: np.ndarray) -> Minimum:
    """The same for the outputs of neurons beside what is free (n x (m + s)), whose squares cost the decays:
    unknowns are W and then the intercepts, output by output, and a bound a neuron on the norm of its weights.
    """
    loss, q, s = problem.loss, len(problem.targets), len(decays)
    if isinstance(loss, Weighted):
        loss = Weighted(loss.base, loss.weights * q)
    m = rows.shape[1] - s
    paid, free = m * q, s * q
    outputs = identity(q)
    columns = sparse.hstack([sparse.kron(outputs, rows[:, :m]), sparse.kron(outputs, rows[:, m:])], "csc")
    groups, decays = np.arange(paid).reshape(q, m).T, np.append(np.zeros(paid), np.tile(decays, q))
    penalty = norms_part(groups, paid + free, float(problem.beta), decays)
    return minimise(loss, problem.Y.T.ravel(), penalty, columns, free)
