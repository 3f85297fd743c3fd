"""Training at high rank, where less than the optimum has to do: ascents, quadratic functions, then cones.

Ascents give the upper end at any rank. For the lower end one semidefinite program chooses the dual vector for
which quadratic functions prove the most (statement 7.9), in seconds and whatever the rank. Where that leaves
too wide an interval the sphere is cut into pieces where they are too high (7.8b), as long as that pays, and
then all directions are searched, for what the functions have not proven.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError

from .. import checker
from ..cover.effort import CLIMBED_FROM, INSTANT, LADDER, Effort
from ..cover.proof import Coordinates
from ..pricing.landscape import Landscape
from ..pricing.limits import is_searched
from ..problem import TrainingProblem
from .cylinder import coordinates_of, landscape_of
from .pieces import Piece
from .proposals import Proof, Relaxation
from .quartic import relax_further
from .relaxation import SPHERES, relax
from .relaxation_proof import proven
from .rounds import Round, Solution
from .sextic import is_raised, relax_furthest

MOST_PIECES = 200
# The share of what is missing by which cuts have to raise the bound, to be worth cutting on.
PAYS = 0.02
# The ranks and numbers of hyperplanes up to which fourth and sixth moments are tried: their matrices have to
# fit into some hundred megabytes. Of the time a share is for solving: the rest is for the proof.
FOURTH_UP_TO, SIXTH_UP_TO = (12, 2000), (11, 600)
SOLVING = 0.7
# The rank from which on a search for what functions have not proven ends with as much: they get its time too.
BEYOND_CONES = 9
# Products of two entries of a row that a program of functions is made of in a second.
STATED_A_SECOND = 3e6
# From how many times the time of second moments on they are worth it.
LONGER = {relax_further: 30, relax_furthest: 12}

Trainer = Callable[..., Solution]


def is_relaxed(problem: TrainingProblem, effort: Effort) -> bool:
    """Whether quadratic functions are worth their time: many chambers of high rank, and a limit or a gap.

    Example:
        >>> problem = TrainingProblem(np.random.default_rng(0).normal(size=(60, 7)), np.ones(60), beta=1)
        >>> is_relaxed(problem, Effort()), is_relaxed(problem, Effort(gap=0.1))
        (False, True)
    """
    if effort.whole or problem.is_max_pooled or problem.shares:
        return False
    return problem.arrangement.rank >= CLIMBED_FROM and is_searched(problem)


def train_relaxed(
    trainer: Trainer,
    problem: TrainingProblem,
    *,
    effort: Effort,
    progress: Callable[[Round], Any] | None = None,
    **settings: Any,
) -> Solution:
    """The best of ascents with quadratic functions, and of a search over all directions.

    Args:
        trainer: what trains the problem with a given effort, as :func:`~.columns.train`.
        problem: one that :func:`is_relaxed`.
        effort: what is narrow enough, and when to stop.
        progress: as for the trainer.
        settings: for the trainer, likewise.

    Returns:
        The solution; with its relaxation where that proves the lower bound.
    """
    began = perf_counter()

    def told(earlier: tuple[Round, ...]) -> Callable[[Round], Any] | None:
        return None if progress is None else lambda step: progress(_after(step, earlier))

    # One cone: a search that ends as it begins, so that ascents alone are left, for half of the time.
    half = replace(effort.after(began, parts=2), cones=1)
    first = trainer(problem, effort=half, progress=told(()), **settings)
    parts = 1 if problem.arrangement.rank >= BEYOND_CONES else 2
    best = _with_functions(problem, first, effort.after(began, parts=parts))
    effort = effort.after(began)
    if best.relative_gap <= effort.gap or (effort.seconds is not None and effort.seconds <= INSTANT):
        return best
    settings["start"] = best.network
    searched = trainer(
        problem,
        effort=_worthwhile(problem, first, best.lower, effort),
        progress=told(best.rounds),
        **settings,
    )
    rounds = (*best.rounds, *(_after(step, best.rounds) for step in searched.rounds))
    upper = min((best, searched), key=lambda found: found.upper)
    lower = max((best, searched), key=lambda found: found.lower)
    return replace(
        upper,
        dual=lower.dual,
        lower=lower.lower,
        relaxation=lower.relaxation,
        seconds=perf_counter() - began,
        rounds=rounds,
    )


def _with_functions(problem: TrainingProblem, found: Solution, effort: Effort) -> Solution:
    """The solution with the dual of the relaxation, where that proves more."""
    n, rank = problem.X.shape[0], problem.arrangement.rank
    if effort.seconds is not None and max(effort.seconds, 1.0) * STATED_A_SECOND < n * rank**2:
        return found
    wanted = (1 - effort.gap) * found.upper
    relaxation = relaxed(problem, np.inf if effort.seconds is None else max(effort.seconds, 1.0), wanted)
    if relaxation is None:
        return found
    lower = problem.loss.dual(relaxation.dual, problem.target)
    if lower <= found.lower:
        return found
    return replace(found, dual=relaxation.dual, lower=lower, relaxation=relaxation)


def relaxed(problem: TrainingProblem, limit: float = np.inf, wanted: float = -np.inf) -> Relaxation | None:
    """The best relaxation of a problem, its dual scaled to what is proven; None where nothing is.

    Args:
        problem: with the penalty of the 2-norm.
        limit: of seconds.
        wanted: the lower bound for which the sphere is cut into pieces, as long as that pays, and then higher
            moments are taken.
    """
    began, best = perf_counter(), None
    coordinates = coordinates_of(problem)
    bench = _Bench(problem, coordinates, landscape_of(problem, coordinates))

    def left() -> float:
        return limit - (perf_counter() - began)

    pieces: tuple[Piece, ...] = SPHERES
    rise, took = np.inf, 0.0
    # A program that is not solved in time proves nothing: so there has to be room for twice the time. But
    # spans of biases take less than in proportion to their number, and prove far more than all at once.
    biased = problem.bias is not None
    room = 1 if biased else 2
    while best is None or (len(pieces) <= MOST_PIECES and left() >= room * took):
        before = perf_counter()
        found = bench.proven(partial(relax, limit=max(left(), 1.0), pieces=pieces))
        if best is None:
            first = perf_counter() - before
        rise = -np.inf if found is None else found[1] - (0.0 if best is None else best[1])
        if found is None or rise <= 0:
            break
        best = found
        if best[1] >= wanted or rise < PAYS * (wanted - best[1]):
            break
        pieces = best[0].finer_in_biases() if biased else best[0].finer(bench.landscape.basis)
        took = (perf_counter() - before) * len(pieces) / len(best[0].bounds)
    if best is None:
        return None
    further = _further(problem, bench.landscape)
    if further is not None and best[1] < wanted and left() >= LONGER[further] * first:
        found = bench.proven(partial(further, limit=SOLVING * left()))
        best = max(best, found or best, key=lambda tried: tried[1])
    return best[0]


def _further(problem: TrainingProblem, landscape: Landscape) -> Callable[..., Relaxation] | None:
    """The relaxation with the highest moments that there is for a problem, beyond second ones; None too where
    floats see less than the exact rank, as functions have to hold in all directions."""
    own, rank = landscape.basis.shape
    count = len(problem.arrangement.hyperplanes)

    def fit(most: tuple[int, int]) -> bool:
        return own == rank <= most[0] and count <= most[1] and problem.bias is None

    if fit(SIXTH_UP_TO) and is_raised(problem):
        return relax_furthest
    return relax_further if fit(FOURTH_UP_TO) else None


@dataclass(frozen=True, slots=True)
class _Bench:
    """A problem on which relaxations are tried."""

    problem: TrainingProblem
    coordinates: Coordinates
    landscape: Landscape

    def proven(self, relaxation: Callable[..., Relaxation]) -> tuple[Relaxation, float] | None:
        """A relaxation with its dual scaled to what is proven, and the lower bound; None where nothing is."""
        try:
            found = relaxation(self.problem, self.landscape)
            proof = proven(self.problem, self.coordinates, self.landscape, found)
            if proof is None:
                return None
            dual, stated = np.array([float(x) for x in proof[0]]), self.coordinates.stated
            kept = replace(found, dual=dual, proof=Proof(stated.digest, *proof))
            return kept, float(checker.dual_value(stated, proof[0]))
        except (ConvexLandscapeError, checker.Refusal):
            return None


def _worthwhile(problem: TrainingProblem, first: Solution, known: float, effort: Effort) -> Effort:
    """The effort without what would prove no more than is known, or cones that no one could check in time."""
    loss, target = problem.loss, problem.target
    dual = loss.slope(first.network.outputs(problem), target)
    most = next((level for level in LADDER if loss.dual(dual / (1 + level), target) > known), 0.0)
    return replace(effort.checkable(problem.X.shape[0] * problem.arrangement.rank), most=most)


def _after(step: Round, earlier: tuple[Round, ...]) -> Round:
    """A round as one that comes after others."""
    if not earlier:
        return step
    moved = step.after(earlier[-1])
    return replace(step, number=moved.number, seconds=moved.seconds)
