"""Training at high rank, where less than the optimum has to do: ascents, quadratic functions, then cones.

Ascents give the upper end at any rank. For the lower end one semidefinite program chooses the dual vector for
which quadratic functions prove the most (statement 7.9), in seconds and whatever the rank. Where that leaves
too wide an interval the sphere is cut into pieces where they are too high (7.8b), as long as that pays, and
all directions are searched, for what the functions have not proven: at the highest ranks for a moment before
them, which proves most where a few columns decide.
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
from .interior import has_many_rows
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
# The rank from which on a long search ends with what functions have proven: they get its time.
BEYOND_CONES = 9
# There a first search gets this share of the time that ascents have left.
GLANCE = 0.1
# A relative gap from which on a bound is not worth the time for its certificate.
POOR = 0.5
# About how long an iteration takes: seconds for each row times the square of the moments, and where rows are
# not many less the more moments there are, which make all dense, but more for each cube of these.
MANY, SPARSE, DENSE, SHARED = 6e-10, 4e-9, 3e-11, 300
# By this, iterations that a program has to have time for: fewer prove next to nothing.
LEAST_ITERATIONS = 5
# Products of a row, a coordinate and another that are written into a proof and checked in a second.
PROVEN_A_SECOND = 8e5
# From how many times the time of second moments on they are worth it.
LONGER = {relax_further: 75, relax_furthest: 30}

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

    effort = effort.checkable(problem.X.shape[0] * problem.arrangement.rank)
    # One cone: a search that ends as it begins, so that ascents alone are left, for half of the time.
    half = replace(effort.after(began, parts=2), cones=1)
    first = best = trainer(problem, effort=half, progress=told(()), **settings)

    def is_narrow() -> bool:
        return best.relative_gap <= effort.gap

    def searched(share: float) -> tuple[Solution, bool]:
        """The best with a search for a share of the time, and whether that came to its end."""
        before, rest = perf_counter(), effort.after(began)
        if rest.seconds is not None:
            rest = replace(rest, seconds=share * rest.seconds)
        if is_narrow() or (rest.seconds is not None and rest.seconds <= INSTANT):
            return best, False
        settings["start"] = best.network
        found = trainer(
            problem,
            effort=_worthwhile(problem, first, best.lower, rest),
            progress=told(best.rounds),
            **settings,
        )
        ended = rest.seconds is None or perf_counter() - before < rest.seconds
        return replace(_better(best, found), seconds=perf_counter() - began), ended

    def for_functions(parts: int = 1) -> float:
        """The seconds for functions: most of those for a certificate too, unless that is to be by a cover."""
        by_cover = best.relaxation is None and best.relative_gap < POOR
        rest = (effort if by_cover else effort.for_functions()).after(began, parts).seconds
        return np.inf if rest is None else max(rest, 1.0 if known is None else 0.0)

    known, ended, tried, beyond = None, False, False, problem.arrangement.rank >= BEYOND_CONES
    if beyond and effort.seconds is not None:
        best, ended = searched(GLANCE)
    if not is_narrow() and _solving(problem, SPHERES, for_functions()) > 0:
        bench = _Bench.of(problem, (1 - effort.gap) * first.upper)
        known = bench.first(for_functions())
        best = _with_functions(problem, best, known)
    for parts in (1 if beyond else 2, 1):
        if not is_narrow() and known is not None and not tried:
            known, tried = bench.further(known, for_functions(parts))
            best = _with_functions(problem, best, known)
        if not ended:
            best, ended = searched(1.0)
    return best


def _better(known: Solution, found: Solution) -> Solution:
    """The best network with the best bound, and the rounds of both, one after the other."""
    upper = min((known, found), key=lambda solution: solution.upper)
    lower = max((known, found), key=lambda solution: solution.lower)
    rounds = (*known.rounds, *(_after(step, known.rounds) for step in found.rounds))
    return replace(upper, dual=lower.dual, lower=lower.lower, relaxation=lower.relaxation, rounds=rounds)


def _with_functions(problem: TrainingProblem, found: Solution, proven: _Proven | None) -> Solution:
    """The solution with the dual of the relaxation, where that proves more."""
    if proven is None:
        return found
    relaxation = proven.relaxation
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
    if _solving(problem, SPHERES, limit) == 0:
        return None
    began, bench = perf_counter(), _Bench.of(problem, wanted)
    first = bench.first(limit)
    return None if first is None else bench.further(first, limit - (perf_counter() - began))[0].relaxation


@dataclass(frozen=True, eq=False, slots=True)
class _Proven:
    """A relaxation with its dual scaled to what is proven.

    Attributes:
        relaxation: with its proof.
        lower: the bound on the optimum.
        seconds: that its program and its proof took.
    """

    relaxation: Relaxation
    lower: float
    seconds: float


@dataclass(frozen=True, slots=True)
class _Bench:
    """A problem on which relaxations are tried, and the lower bound that is wanted of it."""

    problem: TrainingProblem
    coordinates: Coordinates
    landscape: Landscape
    wanted: float

    @classmethod
    def of(cls, problem: TrainingProblem, wanted: float) -> _Bench:
        """That of a problem."""
        coordinates = coordinates_of(problem)
        return cls(problem, coordinates, landscape_of(problem, coordinates), wanted)

    def first(self, limit: float) -> _Proven | None:
        """What one function for each sign proves within a limit of seconds, if there is time for it."""
        return self._on_pieces(SPHERES, limit)

    def further(self, first: _Proven, limit: float) -> tuple[_Proven, bool]:
        """What functions on pieces prove within a limit of seconds, or with higher moments; and whether
        nothing is left to try."""
        began, best, biased, tried = perf_counter(), first, self.problem.bias is not None, True

        def left() -> float:
            return limit - (perf_counter() - began)

        while best.lower < self.wanted:
            known = best.relaxation
            pieces = known.finer_in_biases() if biased else known.finer(self.landscape.basis)
            # Spans of biases take less than in proportion to their number.
            more = len(pieces) / len(known.bounds)
            took = best.seconds * (more if biased else more**2)
            tried = left() >= took
            if len(pieces) > MOST_PIECES or not tried:
                break
            found = self._on_pieces(pieces, left())
            if found is None or found.lower <= best.lower:
                break
            rise, best = found.lower - best.lower, found
            if rise < PAYS * (self.wanted - best.lower):
                break
        further = _further(self.problem, self.landscape)
        if further is not None and best.lower < self.wanted:
            tried = left() >= LONGER[further] * first.seconds
            found = self._proven(partial(further, limit=SOLVING * left())) if tried else None
            best = max(best, found or best, key=lambda found: found.lower)
        return best, tried

    def _on_pieces(self, pieces: tuple[Piece, ...], limit: float) -> _Proven | None:
        """What functions on pieces prove: their program gets the time that their proof leaves."""
        solving = _solving(self.problem, pieces, limit)
        return self._proven(partial(relax, limit=solving, pieces=pieces)) if solving else None

    def _proven(self, relaxation: Callable[..., Relaxation]) -> _Proven | None:
        """A relaxation with its dual scaled to what is proven; None where nothing is."""
        began = perf_counter()
        try:
            found = relaxation(self.problem, self.landscape)
            proof = proven(self.problem, self.coordinates, self.landscape, found)
            if proof is None:
                return None
            dual, stated = np.array([float(x) for x in proof[0]]), self.coordinates.stated
            kept = replace(found, dual=dual, proof=Proof(stated.digest, *proof))
            lower = float(checker.dual_value(stated, proof[0]))
        except (ConvexLandscapeError, checker.Refusal):
            return None
        return _Proven(kept, lower, perf_counter() - began)


def _solving(problem: TrainingProblem, pieces: tuple[Piece, ...], limit: float) -> float:
    """The seconds of a limit that are for the program of pieces, without those for its proof; 0 where it
    could not be solved in them."""
    count, rank = len(problem.arrangement.hyperplanes), problem.arrangement.rank
    left = limit - len(pieces) / len(SPHERES) * count * rank**2 / PROVEN_A_SECOND
    return left if left >= LEAST_ITERATIONS * _iteration(problem, len(pieces)) else 0.0


def _iteration(problem: TrainingProblem, pieces: int) -> float:
    """About how many seconds an iteration takes for so many pieces."""
    count, rank = len(problem.arrangement.hyperplanes), problem.arrangement.rank
    unknowns = pieces * (rank + 1) * (rank + 2) / 2
    if has_many_rows(problem, pieces):
        return MANY * count * unknowns**2
    return SPARSE * count * unknowns**2 / (1 + unknowns / SHARED) + DENSE * unknowns**3


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


def _worthwhile(problem: TrainingProblem, first: Solution, known: float, effort: Effort) -> Effort:
    """The effort without what would prove no more than is known."""
    loss, target = problem.loss, problem.target
    dual = loss.slope(first.network.outputs(problem), target)
    most = next((level for level in LADDER if loss.dual(dual / (1 + level), target) > known), 0.0)
    return replace(effort, most=most)


def _after(step: Round, earlier: tuple[Round, ...]) -> Round:
    """A round as one that comes after others."""
    if not earlier:
        return step
    moved = step.after(earlier[-1])
    return replace(step, number=moved.number, seconds=moved.seconds)
