"""The proven interval for p* without a certificate file, for lists of chambers too long to write down.

Chambers stream from the exact enumeration in batches. On each, multipliers found in floats are taken as the
exact numbers they are, and the norm of statement 2.3 is bounded from above by floats with a rigorous bound on
every rounding; what that cannot decide is computed in rationals. The proof is as strict as a certificate's,
but it rests on this package's enumeration (statement 1.1) instead of the independent checker's.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..limits import require_feasible
from ..problem import TrainingProblem
from ..training.columns import Solution
from .landscape import Landscape
from .multipliers import cone_multipliers
from .pricers import dual_norm

ROOM = 1 - 2.0**-32
ATTEMPTS = 6
BATCH = 50_000
CIRCLES = 50
THREADS = 2
UNIT = 2.0**-53
TINY = 2.0**-1000


@dataclass(frozen=True, slots=True)
class IntervalProof:
    """``lower <= p* <= upper``, proven by this package's enumeration and arithmetic.

    Attributes:
        lower, upper: exact.
        chambers: how many chambers the proof covers: all of them.
        exact: how many chambers (great circles, where those are swept) needed rational arithmetic.
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
) -> IntervalProof:
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
    problem.require_standard("a proof without a certificate")
    require_feasible(problem.arrangement, max_chambers)
    scale = ROOM
    for _ in range(ATTEMPTS):
        dual = scale * solution.dual
        reach, chambers, exact = _reach(problem, dual, max_chambers, progress)
        if reach <= 1.0:
            exact_dual = [Fraction(v) for v in dual.tolist()]
            lower = max(problem.loss.lower(exact_dual, problem.y), Fraction(0))
            return IntervalProof(lower, solution.network.exact_objective(problem), chambers, exact)
        scale *= ROOM / sqrt(reach)
    raise InputError(
        f"solution.dual exceeds beta by {sqrt(reach) - 1:.1e} even after scaling; train it further"
    )


def _reach(
    problem: TrainingProblem, dual: np.ndarray, max_chambers: int, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """At most 1 if the dual is proven feasible, else its squared excess; chambers; how many were exact."""
    if _is_simple(problem):
        return _reach_by_circles(problem, dual, progress)
    landscape = Landscape.of(problem)
    chambers = problem.arrangement.chambers(max_chambers)
    total, done, exact = len(chambers), 0, 0
    limit = float(np.nextafter(float(problem.beta * problem.beta), 0.0))
    for batch in chambers.batches(BATCH):
        signs = batch.signs
        gradients, error = _gradients(problem, signs, dual)
        open_ = np.flatnonzero(_above(gradients, error) > limit)
        for v, c in ((dual, gradients[open_]), (-dual, -gradients[open_])):
            squares, support, multipliers = _shortest(problem, landscape, signs[open_], c, error)
            for i in np.flatnonzero(squares > limit):
                exact += 1
                if not _holds(problem, signs[open_[i]], v, support[i], multipliers[i]):
                    return max(float(squares.max()) / limit, 1 + 4 * UNIT), total, exact
        done += len(signs)
        if progress is not None:
            progress(done, total)
    return 1.0, total, exact


def _is_simple(problem: TrainingProblem) -> bool:
    """Rank 3 in three columns of exact floats, no two rows parallel and none zero: the circles' own
    ground."""
    X = problem.X
    return (
        problem.d == problem.arrangement.rank == 3
        and len(problem.arrangement.hyperplanes) == problem.n
        and all(
            Fraction(a) == b
            for row, exact in zip(X.floats, X.fractions, strict=True)
            for a, b in zip(row.tolist(), exact, strict=True)
        )
    )


def _reach_by_circles(
    problem: TrainingProblem, dual: np.ndarray, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """The same for rank 3 by sweeping great circles, each proven in floats or else exactly by the checker's
    code."""
    from .. import checker
    from .circle_kernel import prove_circles

    rows, n = problem.features, problem.n
    lengths = np.sqrt((rows * rows).sum(axis=1))
    kappa = float(problem.kappa)
    odd = (1 + kappa) / 2 * dual
    linear = odd @ rows
    error = 2 * _gamma(n) * float((np.abs(odd) @ np.abs(rows)).max()) + TINY
    bends, beta = (1 - kappa) / 2 * dual, float(np.nextafter(float(problem.beta), 0.0))
    proven = np.zeros(n, dtype=bool)
    total = problem.arrangement.count_chambers()

    def sweep(start: int) -> None:
        prove_circles(rows, lengths, bends, linear, error, beta, start, min(start + CIRCLES, n), proven)

    with ThreadPoolExecutor(THREADS) as pool:
        for done, _ in enumerate(pool.map(sweep, range(0, n, CIRCLES)), start=1):
            if progress is not None:
                progress(min(done * CIRCLES, n) * total // n, total)
    open_ = np.flatnonzero(~proven).tolist()
    if open_:
        stated = checker.read_problem(problem.to_json())
        field = checker.field(stated, [Fraction(v) for v in dual.tolist()])
        try:
            for j in open_:
                checker.sweep_circle(field, j)
        except checker.Refusal:
            excess = dual_norm(problem, dual) / float(problem.beta)
            return max(excess, 1 + 2.0**-40) ** 2, total, len(open_)
    return 1.0, total, len(open_)


def _gradients(problem: TrainingProblem, signs: np.ndarray, v: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """``X' D v`` on each chamber (B x d) in floats, and a bound (d) of the rounding errors of each entry.

    A sum of N float products is off by at most ``gamma_N`` times the sum of their sizes (Higham, Accuracy and
    Stability of Numerical Algorithms, section 3.1), whatever the order of summation; the entries of ``X`` and
    ``kappa`` add one rounding each.
    """
    kappa, X = float(problem.kappa), problem.features
    slopes = np.where(signs > 0, 1.0, np.where(signs < 0, kappa, 0.0))
    sizes = max(1.0, abs(kappa)) * (np.abs(v) @ np.abs(X))
    return (slopes * v) @ X, 2 * _gamma(len(v)) * sizes + TINY


def _gamma(terms: int) -> float:
    return (terms + 8) * UNIT / (1 - (terms + 8) * UNIT)


def _above(vectors: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Upper bounds of the squared norms of vectors (B x d) whose entries are off by at most ``error``."""
    bounds = np.abs(vectors) + error
    return (bounds * bounds).sum(axis=1) * (1 + 2 * _gamma(vectors.shape[1]))


def _shortest(
    problem: TrainingProblem,
    landscape: Landscape,
    signs: np.ndarray,
    gradients: np.ndarray,
    error: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rigorous upper bounds of ``norm(c + X'S lambda)^2`` for float multipliers, with those multipliers."""
    X = problem.features
    support, multipliers = cone_multipliers(landscape.rows, signs, gradients @ landscape.basis)
    sizes = np.zeros_like(gradients)
    for slot in range(support.shape[1]):
        row = np.maximum(support[:, slot], 0)
        side = np.take_along_axis(signs, row[:, None], axis=1)[:, 0] * (support[:, slot] >= 0)
        part = (multipliers[:, slot] * side)[:, None] * X[row]
        sizes += np.abs(part)
        gradients = gradients + part
    # Each of the few sums adds a rounding of the sum so far, itself at most all sizes together.
    error = error + 4 * _gamma(support.shape[1]) * (sizes + np.abs(gradients))
    return _above(gradients, error), support, multipliers


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
