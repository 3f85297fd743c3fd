"""Statement 2.10: with the absolute value, half of the chambers are enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector

from ..exact.norms import dual_norm_squared, gradient, project
from ..networks.objective import activated
from ..problem import TrainingProblem
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_problems, random_pair


@dataclass(frozen=True, slots=True)
class Halves:
    """A problem, and a vector v whose dual norm is claimed to be attained on one of each two antipodes."""

    problem: TrainingProblem
    v: Vector


def with_absolute_value(problem: TrainingProblem, v: Vector) -> Halves:
    """The claim of the statement: the activation is the absolute value."""
    return Halves(TrainingProblem(problem.X, problem.y, problem.beta, "abs"), tuple(v))


def largest_on(problem: TrainingProblem, v: Vector, half: list[list[int]]) -> Fraction:
    """The largest squared projection of the gradients of v and -v onto these chambers."""
    best = Fraction(0)
    for signs in half:
        c = gradient(problem, signs, v)
        for sign in (1, -1):
            best = max(best, project(problem.X.fractions, signs, tuple(sign * x for x in c)).square)
    return best


def flipped(problem: TrainingProblem) -> TrainingProblem:
    """The problem with every other row of X negated."""
    rows = [[(-1) ** k * x for x in row] for k, row in enumerate(problem.X.fractions)]
    return TrainingProblem(rows, problem.y, problem.beta, problem.kappa)


@all_hold
def check(instance: Halves) -> Iterator[Outcome]:
    """Compare both halves of the chambers with all of them, and the problem with flipped rows."""
    problem, v = instance.problem, instance.v
    chambers = problem.arrangement.chambers()
    signs = chambers.signs
    # Rows 2i and 2i + 1 of the list are antipodes.
    yield that((signs[::2] == -signs[1::2]).all(), "the chambers do not come in antipodal pairs")
    everything = dual_norm_squared(problem, v)
    for half in (signs[::2].tolist(), signs[1::2].tolist()):
        yield equal(largest_on(problem, v, half), everything, "the maximum over half of the chambers")
    for witness in chambers.witnesses[::2].tolist():
        u = [Fraction(x) for x in witness]
        up, down = (activated(problem, w) for w in (u, [-x for x in u]))
        yield that(up == down, "phi(Xu) != phi(-Xu)")
    other = flipped(problem)
    yield equal(dual_norm_squared(other, v), everything, "the dual norm with flipped rows")
    one, two = proven_interval(problem), proven_interval(other)
    yield at_least(min(one.upper, two.upper), max(one.lower, two.lower), "p* with flipped rows is the same")


def fixed() -> Iterator[Halves]:
    """One problem a degeneracy, with v = y."""
    for problem in degenerate_problems():
        yield with_absolute_value(problem, problem.y)


def control() -> Halves:
    """The ReLU, which does tell u from -u."""
    problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [3, 1, -1], 1)
    return Halves(problem, problem.y)


THEOREM = Theorem(
    id="2.10",
    name="absolute value",
    statement=(
        "If phi = abs, the chambers of u and -u give the same neurons, so one of each two antipodal chambers "
        "is enough; and flipping rows of X changes nothing."
    ),
    source="derived",
    note="2.10-absolute-value.md",
    fixed=fixed,
    draw=lambda rng: with_absolute_value(*random_pair(rng)),
    check=check,
    false_claim="the same is true of the ReLU",
    control=control,
)
