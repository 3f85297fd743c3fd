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
from math import isfinite, sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.cores import parts, shared_out
from hyperplane_arrangements.errors import InputError

from ..exact.enclosures import float_above
from ..exact.judged import objective_of
from ..exact.norms import gradient, project
from ..limits import require_feasible
from ..problem import TrainingProblem
from ..ranges import reals
from .bounds import TINY, UNIT, gamma, gradients, shortened, squares_above
from .landscape import Landscape
from .multipliers import cone_multipliers
from .pricers import dual_norm
from .twin import PenalisedTwin

ROOM = 1 - 2.0**-32
ATTEMPTS = 6
BATCH = 50_000
CIRCLES = 50
# At most 1 if the dual is proven feasible, else its squared excess; chambers; how many were exact.
Way = Callable[[TrainingProblem, np.ndarray, int, Callable[[int, int], Any] | None], tuple[float, int, int]]
# Below so many signs NumPy is done before a compiled loop would be loaded.
WORTH_COMPILING = 1_000_000
# Triple products of data of such sizes neither overflow nor underflow.
SMALLEST, LARGEST = 2.0**-200, 2.0**200
# Data of such sizes are rounded by a share of themselves, and so are their products with what else there is.
LEAST, MOST = 2.0**-500, 2.0**500


@dataclass(frozen=True, slots=True)
class IntervalProof:
    """``lower <= p* <= upper``, proven by this package's enumeration and arithmetic.

    Attributes:
        lower, upper: exact.
        chambers: how many chambers the proof covers: all of them.
        exact: how many chambers (great circles, where those are swept) needed rational arithmetic; at rank 2
            all of them get it.
    """

    lower: Fraction
    upper: Fraction
    chambers: int
    exact: int

    @property
    def relative_gap(self) -> float:
        """``(upper - lower) / upper``; 0 when both are 0."""
        return float((self.upper - self.lower) / self.upper) if self.upper else 0.0

    def _repr_html_(self) -> str:
        from ..reports.cards import interval_card

        return interval_card(self)


def prove_interval(
    problem: TrainingProblem,
    solution: Any,
    *,
    max_chambers: int = 5_000_000,
    progress: Callable[[int, int], Any] | None = None,
) -> IntervalProof:
    """Bounds on p* proven over all chambers, in memory that does not grow with their number.

    Args:
        problem: 2-norm penalty, fully connected, any loss; with the squared one an intercept or the biases
            may be free (:mod:`.twin`).
        solution: from :func:`train`, or anything with `.network`, of any kind that
            :func:`~duality_checks.exact.judged.judged` takes, and `.dual` (length n).
        max_chambers: refuse longer lists before the work starts.
        progress: called with the chambers done and their number after each batch.

    Raises:
        InputError: another penalty, a readout, a free linear skip, something free with another than the
            squared loss, a network that does not fit, or a dual that is far from feasible.
        TooLargeError: more chambers than ``max_chambers``.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta=0.1)
        >>> interval = prove_interval(problem, train(problem))
        >>> interval.chambers, interval.lower <= interval.upper, interval.relative_gap < 1e-9
        (6, True, True)
    """
    twin = PenalisedTwin.of(problem)
    proposed = reals(solution.dual, "solution.dual")
    if proposed.shape != (problem.n,):
        raise InputError(f"solution.dual has shape {proposed.shape}; give one entry a sample, ({problem.n},)")
    _require_relative_rounding(twin.problem, proposed)
    require_feasible(problem.arrangement, max_chambers)
    upper = objective_of(problem, solution.network)
    scale, reach_of = ROOM, _way(twin.problem)
    for _ in range(ATTEMPTS):
        dual = problem.loss.clip(scale * proposed, problem.target)
        reach, chambers, exact = reach_of(twin.problem, dual, max_chambers, progress)
        if reach <= 1.0:
            lower = max(twin.lower([Fraction(v) for v in dual.tolist()]), Fraction(0))
            return IntervalProof(lower, upper, chambers, exact)
        if not isfinite(reach):
            raise InputError("X, y: their products leave the range of floats; rescale the data")
        scale *= ROOM / sqrt(reach)
    raise InputError(
        f"solution.dual exceeds beta by {sqrt(reach) - 1:.1e} even after scaling; train it further"
    )


def _way(problem: TrainingProblem) -> Way:
    if problem.arrangement.rank == 2:
        return _reach_on_plane
    return _reach_by_circles if _is_simple(problem) else _reach_by_chambers


def _require_relative_rounding(problem: TrainingProblem, dual: np.ndarray) -> None:
    """Refuse numbers so small or large that the bounds on roundings would not hold."""
    named, sizes, nonzero = [], np.abs(problem.X.floats), problem.X.integers != 0
    if not ((sizes[nonzero] > LEAST) & (sizes[nonzero] < MOST)).all():
        rows = enumerate(problem.X.fractions)
        named = [(f"X[{k}, {i}]", x) for k, row in rows for i, x in enumerate(row) if x]
    for name, size in [*named, ("beta", problem.beta)]:
        if not LEAST <= abs(size) <= MOST:
            raise InputError(
                f"{name} is too small or large for bounds in floats; rescale the data or certify"
            )
    if not (np.abs(dual) <= MOST).all():
        raise InputError("solution.dual is too large for bounds in floats; rescale the data")


def _reach_on_plane(
    problem: TrainingProblem, dual: np.ndarray, max_chambers: int, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """The same for rank 2, in integers."""
    from .plane_proof import reach_on_plane

    reach, total = reach_on_plane(problem, dual), problem.arrangement.count_chambers()
    if progress is not None:
        progress(total, total)
    return max(float_above(reach), 1 + 4 * UNIT) if reach > 1 else 1.0, total, total


def _reach_by_chambers(
    problem: TrainingProblem, dual: np.ndarray, max_chambers: int, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """At most 1 if the dual is proven feasible, else its squared excess; chambers; how many were exact."""
    landscape = Landscape.of(problem)
    chambers = problem.arrangement.chambers(max_chambers)
    total, done, exact = len(chambers), 0, 0
    settle = _settled if total * len(problem.features) > WORTH_COMPILING else _none_settled
    for batch in chambers.batches(BATCH):
        signs = batch.signs
        open_ = signs[~settle(problem, signs, dual)]
        vectors, error = gradients(problem, open_, dual)
        for v, c in ((dual, vectors), (-dual, -vectors)):
            squares = _shortest(problem, landscape, open_, c, error)
            # Not `> 1`: where floats overflow there is a NaN, which proves nothing.
            doubtful = np.flatnonzero(~(squares <= 1.0))
            for i in doubtful[np.argsort(-squares[doubtful])]:
                exact += 1
                reach = _exact_reach(problem, open_[i], v)
                if reach > 1:
                    return max(float_above(reach), 1 + 4 * UNIT), total, exact
        done += len(signs)
        if progress is not None:
            progress(done, total)
    return 1.0, total, exact


def _none_settled(problem: TrainingProblem, signs: np.ndarray, dual: np.ndarray) -> np.ndarray:
    return np.zeros(len(signs), dtype=bool)


def _settled(problem: TrainingProblem, signs: np.ndarray, dual: np.ndarray) -> np.ndarray:
    """The chambers that a compiled loop proves in floats, which is nearly all of them."""
    from .chamber_kernel import prove_chambers

    rows, kappa, proven = problem.features, float(problem.kappa), np.zeros(len(signs), dtype=bool)
    lengths = np.linalg.norm(rows, axis=1)
    lengths[lengths == 0] = 1.0
    _, error = gradients(problem, signs[:1], dual)
    terms = dual[:, None] * rows
    rest, below = kappa * terms.sum(axis=0), float(np.nextafter(float(problem.beta), 0.0))
    units = rows / lengths[:, None]

    def prove(part: slice) -> None:
        prove_chambers(
            rows,
            units,
            lengths,
            signs[part],
            terms,
            1 - kappa,
            rest,
            error,
            below,
            problem.arrangement.rank,
            proven[part],
        )

    list(shared_out(prove, parts(len(signs))))
    return proven


def _is_simple(problem: TrainingProblem) -> bool:
    """Rank 3 in three columns of exact floats, no two rows parallel and none zero, all far from the ends of
    the range of floats: the circles' own ground."""
    X = problem.X
    sizes = [abs(x) for x in [*X.floats.ravel().tolist(), float(problem.beta)] if x]
    return (
        problem.d == problem.arrangement.rank == 3
        and all(SMALLEST <= size <= LARGEST for size in sizes)
        and len(problem.arrangement.hyperplanes) == problem.n
        and all(
            Fraction(a) == b
            for row, exact in zip(X.floats, X.fractions, strict=True)
            for a, b in zip(row.tolist(), exact, strict=True)
        )
    )


def _reach_by_circles(
    problem: TrainingProblem, dual: np.ndarray, max_chambers: int, progress: Callable[[int, int], Any] | None
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
    error = 2 * gamma(n) * float((np.abs(odd) @ np.abs(rows)).max()) + TINY
    bends, beta = (1 - kappa) / 2 * dual, float(np.nextafter(float(problem.beta), 0.0))
    proven = np.zeros(n, dtype=bool)
    total = problem.arrangement.count_chambers()

    def sweep(start: int) -> None:
        prove_circles(rows, lengths, bends, linear, error, beta, start, min(start + CIRCLES, n), proven)

    for done, _ in enumerate(shared_out(sweep, range(0, n, CIRCLES)), start=1):
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


def _shortest(
    problem: TrainingProblem,
    landscape: Landscape,
    signs: np.ndarray,
    vectors: np.ndarray,
    error: np.ndarray,
) -> np.ndarray:
    """Rigorous upper bounds of ``norm(c + X'S lambda)^2 / beta^2`` for multipliers in floats."""
    support, multipliers = cone_multipliers(landscape.rows, signs, vectors @ landscape.basis)
    return squares_above(problem, *shortened(problem, signs, vectors, error, support, multipliers))


def _exact_reach(problem: TrainingProblem, signs: np.ndarray, v: np.ndarray) -> Fraction:
    """``norm(c + X'S lambda)^2 / beta^2`` on one chamber, with the best multipliers, in rationals.

    In a chamber as thin as floats allow the best multipliers are far beyond the precision of floats.
    """
    sides = signs.tolist()
    c = gradient(problem, sides, [Fraction(value) for value in v.tolist()])
    return project(problem.X.fractions, sides, c).square / problem.beta**2
