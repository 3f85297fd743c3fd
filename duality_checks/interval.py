"""The proven interval for p* without a certificate file, for lists of chambers too long to write down.

Chambers stream from the exact enumeration in batches. On each, multipliers found in floats are taken as the
exact numbers they are, and the norm of statement 2.3 is bounded from above by floats with a rigorous bound on
every rounding; what that cannot decide is computed in rationals. The proof is as strict as a certificate's,
but it rests on this package's enumeration (statement 1.1) instead of the independent checker's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from .landscape import Landscape
from .multipliers import cone_multipliers
from .problem import TrainingProblem
from .training import Solution

ROOM = 1 - 2.0**-36
ATTEMPTS = 6
BATCH = 50_000
UNIT = 2.0**-53
TINY = 2.0**-1000


@dataclass(frozen=True, slots=True)
class ProvenInterval:
    """``lower <= p* <= upper``, proven by this package's enumeration and arithmetic.

    Attributes:
        lower, upper: exact.
        chambers: how many chambers the proof covers: all of them.
        exact: how many needed rational arithmetic.
    """

    lower: Fraction
    upper: Fraction
    chambers: int
    exact: int

    @property
    def relative_gap(self) -> float:
        """``(upper - lower) / upper``; 0 when both are 0."""
        return float((self.upper - self.lower) / self.upper) if self.upper else 0.0


def prove_interval(
    problem: TrainingProblem,
    solution: Solution,
    *,
    max_chambers: int = 5_000_000,
    progress: Callable[[int, int], Any] | None = None,
) -> ProvenInterval:
    """Bounds on p* proven over all chambers, in memory that does not grow with their number.

    Args:
        problem: squared loss, 2-norm penalty, fully connected.
        solution: from :func:`train`.
        max_chambers: refuse longer lists before the work starts.
        progress: called with the chambers done and their number after each batch.

    Raises:
        InputError: another loss, penalty or readout, or a dual that is far from feasible.
        TooLargeError: more chambers than ``max_chambers``.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta=0.1)
        >>> interval = prove_interval(problem, train(problem))
        >>> interval.chambers, interval.lower <= interval.upper, interval.relative_gap < 1e-9
        (6, True, True)
    """
    if problem.loss.name != "squared" or problem.penalty.name != "2-norm" or not problem.readout.is_identity:
        raise InputError(
            f"loss {problem.loss.name} with penalty {problem.penalty.name} has no proof without a "
            "certificate; use certify"
        )
    scale = ROOM
    for _ in range(ATTEMPTS):
        dual = scale * solution.dual
        reach, chambers, exact = _reach(problem, dual, max_chambers, progress)
        if reach <= 1.0:
            return ProvenInterval(
                _dual_value(problem, dual), solution.network.exact_objective(problem), chambers, exact
            )
        scale *= ROOM / sqrt(reach)
    raise InputError(
        f"solution.dual exceeds beta by {sqrt(reach) - 1:.1e} even after scaling; train it further"
    )


def _dual_value(problem: TrainingProblem, dual: np.ndarray) -> Fraction:
    value = Fraction(0)
    for v, y in zip(map(Fraction, dual.tolist()), problem.y, strict=True):
        value += v * y - v * v / 2
    return max(value, Fraction(0))


def _reach(
    problem: TrainingProblem, dual: np.ndarray, max_chambers: int, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """The largest squared norm over beta squared found, at least 1 unless all are proven; chambers; exact
    ones."""
    landscape = Landscape.of(problem)
    chambers = problem.arrangement.chambers(max_chambers)
    total, done, exact, worst = len(chambers), 0, 0, 0.0
    limit = _below(problem.beta * problem.beta)
    for batch in chambers.batches(BATCH):
        signs = batch.signs
        for v in (dual, -dual):
            squares, support, multipliers = _squares(problem, landscape, signs, v)
            worst = max(worst, float(squares.max()) / limit)
            for i in np.flatnonzero(squares > limit):
                exact += 1
                if not _holds(problem, signs[i], v, support[i], multipliers[i]):
                    return max(worst, 1 + 4 * UNIT), total, exact
        done += len(signs)
        if progress is not None:
            progress(done, total)
    return min(worst, 1.0), total, exact


def _below(value: Fraction) -> float:
    return float(np.nextafter(float(value), 0.0))


def _squares(
    problem: TrainingProblem, landscape: Landscape, signs: np.ndarray, v: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rigorous upper bounds of ``norm(c + X'S lambda)^2`` for float multipliers, with those multipliers.

    A sum of N float products is off by at most ``gamma_N`` times the sum of their sizes (Higham, Accuracy and
    Stability of Numerical Algorithms, section 3.1), whatever the order of summation; the entries of ``X`` and
    ``kappa`` add one rounding each.
    """
    kappa, X = float(problem.kappa), problem.features
    slopes = np.where(signs > 0, 1.0, np.where(signs < 0, kappa, 0.0)) * v
    gradients = slopes @ X
    sizes = np.abs(slopes) @ np.abs(X)
    support, multipliers = cone_multipliers(landscape.rows, signs, gradients @ landscape.basis)
    for slot in range(support.shape[1]):
        row = support[:, slot]
        used = row >= 0
        side = np.take_along_axis(signs, np.maximum(row, 0)[:, None], axis=1)[:, 0] * used
        amounts = multipliers[:, slot] * side
        gradients += amounts[:, None] * X[row]
        sizes += np.abs(amounts)[:, None] * np.abs(X[row])
    terms = len(v) + support.shape[1] + 8
    gamma = terms * UNIT / (1 - terms * UNIT)
    bounds = np.abs(gradients) + 2 * gamma * sizes + TINY
    return (bounds * bounds).sum(axis=1) * (1 + 4 * (X.shape[1] + 2) * UNIT), support, multipliers


def _holds(
    problem: TrainingProblem, signs: np.ndarray, v: np.ndarray, support: np.ndarray, multipliers: np.ndarray
) -> bool:
    """Statement 2.3 on one chamber in rationals."""
    weights = [
        Fraction(float(value)) * (1 if sign > 0 else problem.kappa if sign < 0 else 0)
        for value, sign in zip(v, signs, strict=True)
    ]
    for row, amount in zip(support.tolist(), multipliers.tolist(), strict=True):
        if row >= 0:
            weights[row] += Fraction(amount) * int(signs[row])
    rows = problem.X.fractions
    total = sum(
        sum(weight * row[i] for weight, row in zip(weights, rows, strict=True)) ** 2 for i in range(problem.d)
    )
    return total <= problem.beta * problem.beta
