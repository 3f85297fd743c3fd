"""The proven interval for p* without a certificate file, for proofs too long to write down.

Where chambers are few they stream from the exact enumeration in batches. On each, multipliers found in floats
are taken as the exact numbers they are, and the norm of statement 2.3 is bounded from above by floats with a
rigorous bound on every rounding; what that cannot decide is computed in rationals. Where they are many, all
directions are covered (statement 7.2), each cone bounded in floats with the same rigour. The proof is as
strict as a certificate's, but it rests on this package's enumeration or search instead of the independent
checker's.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite, sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact.scaled import Scaled
from hyperplane_arrangements.machine.cores import parts, shared_out
from hyperplane_arrangements.machine.workers import using_executor
from hyperplane_arrangements.values.display import Shown

from ..cover.effort import WHOLE, Effort
from ..exact.enclosures import Enclosed, float_above, float_below, require_writable
from ..exact.judged import objective_of
from ..exact.norms import gradient, project
from ..problem import TrainingProblem
from ..terms.given import reals
from .bounds import UNIT, gradients, shortened, squares_above
from .landscape import Landscape
from .limits import is_covered, require_feasible
from .multipliers import cone_multipliers
from .twin import PenalisedTwin

ROOM = 1 - 2.0**-32
ATTEMPTS = 6
BATCH = 50_000
# Below so many signs NumPy is done before a compiled loop would be loaded.
WORTH_COMPILING = 1_000_000
# Data of such sizes are rounded by a share of themselves, and so are their products with what else there is.
LEAST, MOST = 2.0**-500, 2.0**500


@dataclass(frozen=True, slots=True)
class IntervalProof(Shown, Enclosed):
    """``lower <= p* <= upper``, proven by this package's enumeration or search, and arithmetic.

    Attributes:
        lower, upper: exact.
        chambers: how many chambers the proof went through, all of them; 0 if it covered all directions.
        exact: how many of them needed rational arithmetic; at rank 2 all of them get it.
        cones: how many cones cover all directions, for the dual and its negative together.
    """

    lower: Fraction
    upper: Fraction
    chambers: int
    exact: int
    cones: int = 0

    @property
    def extent(self) -> str:
        """What the proof went through, in words."""
        return f"{self.cones:,} cones" if self.cones else f"{self.chambers:,} chambers"

    def __repr__(self) -> str:
        low, high = float_below(self.lower), float_above(self.upper)
        return f"<IntervalProof: {low!r} <= p* <= {high!r}, proven over {self.extent}>"


def prove_interval(
    problem: TrainingProblem,
    solution: Any,
    *,
    max_chambers: int = 5_000_000,
    progress: Callable[[int, int], Any] | None = None,
    effort: Effort = WHOLE,
    executor: Executor | None = None,
) -> IntervalProof:
    """Bounds on p* proven over all chambers or directions, in memory that does not grow with their number.

    Args:
        problem: 2-norm penalty, fully connected, any loss; with the squared one an intercept or the biases
            may be free (:mod:`.twin`).
        solution: from :func:`train`, or anything with `.network`, of any kind that
            :func:`~duality_checks.exact.judged.judged` takes, and `.dual` (length n).
        max_chambers: refuse longer lists before the work starts.
        progress: called with the chambers done and their number after each batch; or with the cones closed
            and the boxes open.
        effort: the limits of a search over all directions.
        executor: who searches all directions, as for :func:`train`.

    Raises:
        InputError: another penalty, a readout, a free linear skip, something free with another than the
            squared loss, a network that does not fit, or a dual that is far from feasible.
        TooLargeError: more chambers than ``max_chambers``, where these are gone through; or a search that
            came to a limit.

    Example:
        >>> from duality_checks import TrainingProblem, train
        >>> problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta=0.1)
        >>> interval = prove_interval(problem, train(problem))
        >>> interval.chambers, interval.lower <= interval.upper, interval.relative_gap < 1e-9
        (6, True, True)
    """
    twin = PenalisedTwin.of(problem.require_one_output())
    proposed = reals(solution.dual, "solution.dual")
    if proposed.shape != (problem.n,):
        raise InputError(f"solution.dual has shape {proposed.shape}; give one entry a sample, ({problem.n},)")
    _require_relative_rounding(twin.problem, proposed)
    covered = is_covered(problem.arrangement)
    if not covered:
        require_feasible(problem.arrangement, max_chambers)
    upper = objective_of(problem, solution.network)
    scale = ROOM
    for _ in range(ATTEMPTS):
        dual = problem.loss.clip(scale * proposed, problem.target)
        chambers = exact = cones = 0
        if covered:
            with using_executor(executor):
                reach, cones = _reach_by_cover(twin.problem, dual, effort, progress)
        elif problem.arrangement.rank == 2:
            reach, chambers, exact = _reach_on_plane(twin.problem, dual, progress)
        else:
            reach, chambers, exact = _reach_by_chambers(twin.problem, dual, max_chambers, progress)
        if reach <= 1.0:
            lower = max(twin.lower(Scaled.of_floats(dual)), Fraction(0))
            require_writable(lower, upper)
            return IntervalProof(lower, upper, chambers, exact, cones)
        if not isfinite(reach):
            raise InputError("X, y: their products leave the range of floats; rescale the data")
        scale *= ROOM / sqrt(reach)
    raise InputError(
        f"solution.dual exceeds beta by {sqrt(reach) - 1:.1e} even after scaling; train it further"
    )


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


def _reach_by_cover(
    problem: TrainingProblem,
    dual: np.ndarray,
    effort: Effort,
    progress: Callable[[int, int], Any] | None,
) -> tuple[float, int]:
    """At most 1 if the dual is proven feasible, else its squared excess at some point; and the cones."""
    from .. import checker
    from ..cover.proof import Coordinates, covers
    from ..cover.search import Limits

    exact = tuple(Fraction(value) for value in dual.tolist())
    coordinates = Coordinates.of(checker.read_problem(problem.to_json())).turned(exact)
    limits = Limits(1, effort.cones, effort.deadline(), progress)
    found = covers(coordinates, exact, keep=False, limits=limits)
    cones = sum(cover.cones for cover in found)
    if found[1].proven:
        return 1.0, cones
    highest = max(float(cover.values.max(initial=0.0)) for cover in found)
    if highest == 0.0:
        raise TooLargeError(
            f"the search over all directions came to its limit after {cones:,} cones; raise it, or ask for a "
            "wider gap",
            predicted=cones,
            limit=effort.cones or cones,
        )
    return max(highest / float(problem.beta), 1 + 2.0**-40) ** 2, cones


def _reach_on_plane(
    problem: TrainingProblem, dual: np.ndarray, progress: Callable[[int, int], Any] | None
) -> tuple[float, int, int]:
    """As for chambers, at rank 2, in integers."""
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
