"""Where quadratic functions are bounded: on the unit sphere, or with free biases on a cylinder (7.8d).

With free biases ``u = (w, b)`` has ``norm(w) = 1`` and any b. Let R be the largest norm of a row without its
bias entry. For ``b >= R`` no height ``x_i'w + b`` is negative, for ``b <= -R`` none is positive: there
``v'phi(Xu)`` is the same for all b, as ``v'1 = 0``. So directions with ``abs(b) <= R`` are enough, and in the
coordinates ``(w, b / R)`` both parts are in unit balls. Cuts part the second one into spans.
"""

from __future__ import annotations

import numpy as np

from ..pricing.landscape import SPANS, Landscape, first_rows, require_squares
from ..problem import TrainingProblem
from ..terms.max_pooling import require_sums

Balls = tuple[np.ndarray, ...]


def weights_of(problem: TrainingProblem) -> np.ndarray:
    """X without its column of ones, n x (d - 1), with free biases."""
    return problem.features[:, np.arange(problem.d) != problem.bias]


def reach(problem: TrainingProblem) -> float:
    """R, the largest norm of a row without its bias entry; 1 if all are 0.

    Example:
        >>> reach(TrainingProblem([[3, 4, 1], [0, 1, 1]], [1, 2], beta=1, free="biases"))
        5.0
    """
    return float(np.linalg.norm(weights_of(problem), axis=1).max()) or 1.0


def landscape_of(problem: TrainingProblem) -> Landscape:
    """The landscape on the unit sphere, or in the coordinates ``(w, b / R)``, w in a basis of what rows span
    without their bias entries. Normals there are scaled such that no height is above 1, and so are lengths.

    Example:
        >>> found = landscape_of(TrainingProblem([[3, 1], [-1, 1]], [1, 2], beta=1, free="biases"))
        >>> found.lengths.tolist(), np.abs(found.normals).tolist()
        ([6.0, 4.0], [[0.5, 0.5], [0.25, 0.75]])
    """
    if problem.bias is None:
        return Landscape.of(problem)
    require_squares(problem)
    most = reach(problem)
    _, sizes, right = np.linalg.svd(weights_of(problem), full_matrices=False)
    frame = right[sizes > SPANS * sizes.max(initial=0.0)].T
    basis = np.zeros((problem.d, frame.shape[1] + 1))
    basis[np.arange(problem.d) != problem.bias, :-1] = frame
    basis[problem.bias, -1] = most
    rows, rank = problem.features @ basis, basis.shape[1]
    lengths = extents(rows, rank - 1, (-1, 1))[1]
    owner = np.asarray(problem.arrangement.hyperplane_of_row)
    # Rows end in 1: parallel ones are equal, and look the same way.
    firsts = first_rows(owner)
    normals = rows[firsts] / lengths[firsts, None]
    readout = require_sums(problem.readout, "a landscape of rows")
    return Landscape(basis, rows, normals, owner, lengths, float(problem.kappa), readout)


def balls(count: int, bias: int | None) -> Balls:
    """Which of so many coordinates are in a unit ball together: all, or those without a bias, and the bias.

    Example:
        >>> balls(3, None), balls(3, 2)
        ((array([0, 1, 2]),), (array([0, 1]), array([2])))
    """
    every = np.arange(count)
    return (every,) if bias is None else (every[every != bias], every[every == bias])


def extents(rows: np.ndarray, bias: int, span: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """The least and the largest ``row'u`` for each row where the bias is in a span, the rest in a unit ball.

    Example:
        >>> low, high = extents(np.array([[3.0, 4.0, 2.0]]), 2, (0.5, 1.0))
        >>> low.tolist(), high.tolist()
        ([-4.0], [7.0])
    """
    weights = np.linalg.norm(np.delete(rows, bias, axis=1), axis=1)
    ends = np.outer(rows[:, bias], span)
    return ends.min(axis=1) - weights, ends.max(axis=1) + weights


def scaled(
    problem: TrainingProblem, terms: tuple[np.ndarray, np.ndarray, np.ndarray, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Rows, weights, base and beta of a landscape in the user's columns, the bias in multiples of R."""
    if problem.bias is None:
        return terms
    rows, weights, base, beta = terms
    units = np.where(np.arange(problem.d) == problem.bias, reach(problem), 1.0)
    return rows * units, weights, base * units, beta
