"""Statement 4.1: what an optimum over some chambers proves about the optimum over all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ..approximation.subsets import proposal_over
from ..exact.judged import objective_of
from ..exact.norms import dual_norm_squared, root_above
from ..problem import TrainingProblem
from ..terms.losses import parse_loss
from .bounds import dual_objective, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems, random_problem

LOSSES = ("squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic")


@dataclass(frozen=True, slots=True)
class Subsample:
    """A problem, some of its chambers, and the share of p~ that is claimed to be at most p*.

    Attributes:
        problem: the problem.
        chambers: sign vectors; none leaves the zero network.
        share: the claim; None for that of the statement, `min(1, beta / norm_dual(v~))`.
    """

    problem: TrainingProblem
    chambers: tuple[tuple[int, ...], ...]
    share: Fraction | None = None


@all_hold
def check(instance: Subsample) -> Iterator[Outcome]:
    """Compare the interval with p* over all chambers, and check the scaled dual from the definitions."""
    problem = instance.problem
    network, dual = proposal_over(problem, instance.chambers)
    value = dual_objective(problem, dual)
    norm = root_above(dual_norm_squared(problem, dual))
    share = min(Fraction(1), problem.beta / norm) if norm else Fraction(1)
    claimed = share if instance.share is None else instance.share
    full = proven_interval(problem)
    yield at_least(full.upper, claimed * value, "p* >= p~ * share")
    yield at_least(objective_of(problem, network), full.lower, "p~ >= p*")
    scaled = tuple(share * x for x in dual)
    yield at_least(problem.beta**2, dual_norm_squared(problem, scaled), "share * v~ is feasible")
    yield at_least(dual_objective(problem, scaled), share * value, "the dual objective is concave")


def some_chambers(problem: TrainingProblem, rng: np.random.Generator) -> Subsample:
    """The claim of the statement for a random subset, possibly empty, of the chambers."""
    table = problem.arrangement.chambers().signs.tolist()
    kept = rng.random(len(table)) < rng.choice([0.2, 0.5, 1.0])
    return Subsample(problem, tuple(tuple(row) for row, keep in zip(table, kept, strict=True) if keep))


def draw(rng: np.random.Generator) -> Subsample:
    """A random problem with any loss, and a subset."""
    problem, loss = random_problem(rng), LOSSES[int(rng.integers(len(LOSSES)))]
    y = rng.choice([-1, 1], problem.n).tolist() if parse_loss(loss).labels else problem.y
    return some_chambers(TrainingProblem(problem.X, y, problem.beta, problem.kappa, loss=loss), rng)


def fixed() -> Iterator[Subsample]:
    """No chamber, one of two with each loss, and a subset for each degeneracy."""
    two_sides = TrainingProblem([[1], [-1]], [3, 2], 1)
    yield Subsample(two_sides, ())
    yield Subsample(two_sides, ((1, -1),))
    for loss in LOSSES[1:]:
        yield Subsample(TrainingProblem([[1], [-1]], [1, 1], "1/4", loss=loss), ((1, -1),))
    for seed, problem in enumerate(degenerate_problems()):
        yield some_chambers(problem, np.random.default_rng(seed))


def control() -> Subsample:
    """One chamber of two: its own duality gap is zero, yet p~ = 9/2 and p* = 4."""
    return Subsample(TrainingProblem([[1], [-1]], [3, 2], 1), ((1, -1),), Fraction(1))


THEOREM = Theorem(
    id="4.1",
    name="exact ratio of a subsample",
    statement=(
        "Over any subset of chambers, with value p~ and dual v~, and for every convex loss with infimum 0: "
        "p~ min(1, beta/norm_dual(v~)) <= p* <= p~, the dual norm taken over all chambers."
    ),
    source="derived; the question is that of Ergen and Pilanci 2025, section on approximations",
    note="4.1-exact-ratio-of-a-subsample.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a duality gap of zero over a sample of chambers proves p*",
    control=control,
)
