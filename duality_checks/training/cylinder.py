"""Where quadratic functions are bounded: on the unit sphere, or with free biases on a cylinder (7.8d).

Both are in the coordinates in which the checker reads the functions: those of u, or of a basis of what rows
span; with free biases ``(w, b + m'w)`` for a point m amid the rows, which is taken off them.

With free biases ``u = (w, b)`` has ``norm(w) = 1`` and any b. Let R be the largest norm of a row without its
bias entry. For ``b >= R`` no height ``x_i'w + b`` is negative, for ``b <= -R`` none is positive: there
``v'phi(Xu)`` is the same for all b, as ``v'1 = 0``. So directions with ``abs(b) <= R`` are enough, and in the
coordinates ``(w, b / R)`` both parts are in unit balls. Cuts part the second one into spans.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from .. import checker
from ..cover.proof import Coordinates
from ..pricing.landscape import SPANS, Landscape, first_rows, require_squares
from ..problem import TrainingProblem
from ..terms.max_pooling import require_sums

Balls = tuple[np.ndarray, ...]


def features_in(problem: TrainingProblem, coordinates: Coordinates) -> np.ndarray:
    """X in the coordinates, n x as many as there are.

    Example:
        >>> problem = TrainingProblem([[107, 1], [103, 1]], [1, 2], beta=1, free="biases")
        >>> features_in(problem, coordinates_of(problem)).tolist()
        [[2.0, 1.0], [-2.0, 1.0]]
    """
    if coordinates.basis is None:
        return problem.features
    lines = np.array(coordinates.basis, dtype=float)
    return problem.features @ lines.T if problem.bias is None else problem.features - lines


def coordinates_of(problem: TrainingProblem) -> Coordinates:
    """The coordinates in which the checker reads functions for a problem."""
    return Coordinates.of(checker.read_problem(problem.to_json()))


def reach(problem: TrainingProblem, coordinates: Coordinates) -> float:
    """R, the largest norm of a row without its bias entry; 1 if all are 0.

    Example:
        >>> problem = TrainingProblem([[3, 4, 1], [-3, -4, 1]], [1, 2], beta=1, free="biases")
        >>> reach(problem, coordinates_of(problem))
        5.0
    """
    weights = features_in(problem, coordinates)[:, np.arange(problem.d) != problem.bias]
    return float(np.linalg.norm(weights, axis=1).max()) or 1.0


def landscape_of(problem: TrainingProblem, coordinates: Coordinates) -> Landscape:
    """The landscape on the unit sphere, or in ``(w, b / R)``, w in a basis of what rows span without their
    bias entries. Normals there are scaled such that no height is above 1, and so are lengths.

    Args:
        problem: with the penalty of the 2-norm.
        coordinates: of it, to which the basis of the landscape refers.

    Example:
        >>> problem = TrainingProblem([[3, 1], [-1, 1]], [1, 2], beta=1, free="biases")
        >>> found = landscape_of(problem, coordinates_of(problem))
        >>> found.lengths.tolist(), np.abs(found.normals).tolist()
        ([4.0, 4.0], [[0.5, 0.5], [0.5, 0.5]])
    """
    features = features_in(problem, coordinates)
    if problem.bias is None:
        found = Landscape.of(problem)
        if coordinates.basis is None:
            return found
        return replace(found, basis=np.array(coordinates.basis, dtype=float) @ found.basis)
    require_squares(problem)
    own = np.arange(problem.d) != problem.bias
    _, sizes, right = np.linalg.svd(features[:, own], full_matrices=False)
    frame = right[sizes > SPANS * sizes.max(initial=0.0)].T
    basis = np.zeros((problem.d, frame.shape[1] + 1))
    basis[own, :-1] = frame
    basis[problem.bias, -1] = reach(problem, coordinates)
    rows, rank = features @ basis, basis.shape[1]
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


def terms_of(
    problem: TrainingProblem, coordinates: Coordinates, dual: tuple[Fraction, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Rows, weights and base of all hyperplanes for a dual, and beta; a free bias in multiples of R."""
    rows, weights, base, beta = coordinates.terms(dual)
    if problem.bias is None:
        return rows, weights, base, beta
    units = np.where(np.arange(problem.d) == problem.bias, reach(problem, coordinates), 1.0)
    return rows * units, weights, base * units, beta
