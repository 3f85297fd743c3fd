"""Rigorous float bounds of statement 2.3: gradients on chambers, with what rounding can have done to them.

A sum of N float products is off by at most ``gamma_N`` times the sum of their sizes (Higham, Accuracy and
Stability of Numerical Algorithms, section 3.1), whatever the order of summation. What these bounds cannot
decide is left to exact arithmetic.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.cores import blocks

from ..problem import TrainingProblem

UNIT = 2.0**-53
TINY = 2.0**-1000


def gamma(terms: int) -> float:
    """Room for the roundings of a sum of so many products, with a few more on either side of it."""
    return (terms + 8) * UNIT / (1 - (terms + 8) * UNIT)


def chamber_sums(signs: np.ndarray, terms: np.ndarray, kappa: float) -> np.ndarray:
    """The sum of the terms of the positive rows, and kappa times that of the others, on each chamber.

    Args:
        signs: one chamber a row, B x N.
        terms: one vector a row, N x d.
        kappa: the slope on the negative side.

    Example:
        >>> chamber_sums(np.array([[1, -1]]), np.array([[2.0, 0.0], [0.0, 4.0]]), 0.5).tolist()
        [[2.0, 2.0]]
    """
    parts = blocks(max(1, len(signs)), signs.shape[1])
    positive = np.concatenate([(signs[part] > 0).astype(float) @ terms for part in parts])
    return (1 - kappa) * positive + kappa * terms.sum(axis=0)


def gradients(problem: TrainingProblem, signs: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``X' D T'v`` on chambers in floats, and a bound of the rounding errors of each entry.

    Args:
        problem: the data and the activation.
        signs: one chamber a row, B x N in {-1, 1}; what a zero row has does not matter.
        v: floats, exact or rounded once, length n.

    Returns:
        The gradients, B x d, and the bound, length d.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> gradients(problem, np.array([[1, -1]]), np.array([2.0, 5.0]))[0].tolist()
        [[2.0, 0.0]]
    """
    kappa, terms = float(problem.kappa), problem.readout.spread(v)[:, None] * problem.features
    # The split in two sums costs up to 1 + 2 abs(kappa); X, v and kappa themselves are rounded once.
    weight, sizes = 1 + 2 * abs(kappa), np.abs(terms).sum(axis=0)
    return chamber_sums(signs, terms, kappa), weight * (2 * gamma(len(terms)) * sizes + TINY)


def shortened(
    problem: TrainingProblem,
    signs: np.ndarray,
    vectors: np.ndarray,
    error: np.ndarray,
    support: np.ndarray,
    multipliers: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """``c + X'S lambda`` on chambers in floats, and a bound of the errors of each entry.

    Args:
        problem: the data.
        signs: one chamber a row, B x N.
        vectors, error: from :func:`gradients`.
        support: row numbers, B x s, padded with -1.
        multipliers: exact floats, B x s.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> one = np.array([[1, 1]])
        >>> c, error = np.array([[-2.0, 1.0]]), np.zeros(2)
        >>> shortened(problem, one, c, error, np.array([[0]]), np.array([[2.0]]))[0].tolist()
        [[0.0, 1.0]]
    """
    X, sizes = problem.features, np.zeros_like(vectors)
    for slot in range(support.shape[1]):
        row = np.maximum(support[:, slot], 0)
        side = np.take_along_axis(signs, row[:, None], axis=1)[:, 0] * (support[:, slot] >= 0)
        part = (multipliers[:, slot] * side)[:, None] * X[row]
        sizes += np.abs(part)
        vectors = vectors + part
    # Each of the few sums adds a rounding of the sum so far, itself at most all sizes together.
    return vectors, error + 4 * gamma(support.shape[1]) * (sizes + np.abs(vectors))


def squares_above(problem: TrainingProblem, vectors: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Upper bounds of ``norm(c)^2 / beta^2`` for vectors whose entries are off by at most ``error``.

    Args:
        problem: its beta.
        vectors: B x d.
        error: B x d, or length d for all.

    Returns:
        Length B: where it is at most 1, ``norm(c) <= beta`` is proven.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=10)
        >>> bool(0.25 < squares_above(problem, np.array([[3.0, 4.0]]), np.zeros(2))[0] < 0.25 + 1e-14)
        True
    """
    bounds = (np.abs(vectors) + error) / np.nextafter(float(problem.beta), 0.0)
    return (bounds * bounds).sum(axis=1) * (1 + 2 * gamma(vectors.shape[1]))
