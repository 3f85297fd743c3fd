"""Statement 2.5: the best feasible multiple of any dual vector."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import dual_norm_squared, root_above
from ..problem import TrainingProblem
from .bounds import dual_objective, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, that
from .samples import degenerate_problems, random_pair

# A root is replaced by a rational this much closer to zero than the next infeasible one that is tried.
NUDGE = 1 + Fraction(1, 2**60)


@dataclass(frozen=True, slots=True)
class Multiple:
    """A problem, a vector v, and what is claimed to be its squared dual norm."""

    problem: TrainingProblem
    v: Vector
    square: Fraction


def scaled(problem: TrainingProblem, v: Vector) -> Multiple:
    """The claim of the statement."""
    return Multiple(problem, tuple(v), dual_norm_squared(problem, v))


def best_multiple(instance: Multiple) -> Fraction:
    """``v'y / v'v`` clipped to ``[-beta, beta] / norm_dual(v)``, the root rounded to the feasible side."""
    problem, v = instance.problem, instance.v
    if not any(v):
        return Fraction(0)
    free = dot(v, problem.y) / dot(v, v)
    if not instance.square:
        return free
    cap = problem.beta / root_above(instance.square)
    return max(-cap, min(free, cap))


@all_hold
def check(instance: Multiple) -> Iterator[Outcome]:
    """The multiple is feasible, its value is a lower bound on p*, and no feasible multiple is better."""
    problem, v = instance.problem, instance.v
    t = best_multiple(instance)
    square = dual_norm_squared(problem, v)
    yield at_least(problem.beta**2, t**2 * square, "norm_dual(t v) <= beta")
    value = dual_objective(problem, tuple(t * x for x in v))
    yield at_least(value, 0, "value of t v >= value of 0")
    yield at_least(proven_interval(problem).upper, value, "value of t v <= p*")
    # The value is concave in t: t is best if it is stationary, or stopped by the constraint on the way up.
    slope = dot(v, problem.y) - t * dot(v, v)
    stopped = (NUDGE * t) ** 2 * square > problem.beta**2 and slope * t > 0
    yield that(slope == 0 or stopped, "another multiple is feasible and better")
    shrunk = min(Fraction(1), problem.beta / root_above(square)) if square else Fraction(1)
    yield at_least(problem.beta**2, shrunk**2 * square, "norm_dual(min(1, beta/norm_dual(v)) v) <= beta")


def fixed() -> Iterator[Multiple]:
    """v = y and v = -y on one problem a degeneracy; v = 0; a v that no neuron sees."""
    for problem in degenerate_problems():
        yield scaled(problem, problem.y)
    first = degenerate_problems()[0]
    yield scaled(first, tuple(-value for value in first.y))
    yield scaled(first, (Fraction(0),) * first.n)
    unseen = TrainingProblem([[0, 0], [1, 2]], [2, 1], "1/2")
    yield scaled(unseen, (Fraction(1), Fraction(0)))


def control() -> Multiple:
    """A dual norm that was taken over some chambers only: a tenth too small."""
    honest = scaled(degenerate_problems()[0], degenerate_problems()[0].y)
    return Multiple(honest.problem, honest.v, honest.square * Fraction(81, 100))


THEOREM = Theorem(
    id="2.5",
    name="scaling of a dual vector",
    statement=(
        "For any v, min(1, beta/norm_dual(v)) v is dual feasible; for the squared loss the best multiple is "
        "t = v'y/v'v, clipped to abs(t) <= beta/norm_dual(v)."
    ),
    source="derived",
    note="2.5-scaling.md",
    fixed=fixed,
    draw=lambda rng: scaled(*random_pair(rng)),
    check=check,
    false_claim="a dual norm found on some of the chambers is good enough to scale with",
    control=control,
)
