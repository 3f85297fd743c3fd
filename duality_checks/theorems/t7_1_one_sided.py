"""Statement 7.1: the chambers of the rows of positive weight are enough, with any slopes for the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import dual_norm_squared, gradient, project
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, refused, that
from .concave import Concave, Estimate
from .samples import degenerate_problems, random_pair

Signs = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """What is claimed of ``v'phi(Xu)``, or of its negative.

    Attributes:
        v: length n.
        cut: the rows whose chambers are listed; those of positive weight, if the claim is to be true.
        estimates: for the signs of each chamber (0 at the other rows), slopes and multipliers.
    """

    v: Vector
    cut: frozenset[int]
    estimates: dict[Signs, Estimate]


@dataclass(frozen=True, slots=True)
class OneSided:
    """A problem, a vector, and a claim for it and its negative."""

    problem: TrainingProblem
    v: Vector
    sides: tuple[Side, Side]


def chambers(problem: TrainingProblem, cut: frozenset[int]) -> list[Signs]:
    """The signs of the chambers of some rows of X, 0 at the others."""
    rows = [row if k in cut else (0,) * problem.d for k, row in enumerate(problem.X.fractions)]
    return [tuple(signs) for signs in Arrangement(rows).chambers().signs.tolist()]


def on_chamber(problem: TrainingProblem, v: Vector, cut: frozenset[int], signs: Signs) -> Concave:
    """``v'phi(Xu)`` on a chamber of the rows that are cut: slopes are known, and signs are facets."""
    rest = [k for k in range(problem.n) if k not in cut and v[k]]
    known = [v[k] if k in cut else Fraction(0) for k in range(problem.n)]
    rows = problem.X.fractions
    facets = [tuple(signs[k] * x for x in rows[k]) for k in sorted(cut) if signs[k]]
    return Concave(
        gradient(problem, signs, known),
        tuple(rows[k] for k in rest),
        tuple(v[k] for k in rest),
        tuple(facets),
        problem.kappa,
    )


def best_side(problem: TrainingProblem, v: Vector) -> Side:
    """The best slopes and multipliers on every chamber of the rows of positive weight."""
    cut = frozenset(k for k in range(problem.n) if v[k] > 0)
    estimates = {}
    for signs in chambers(problem, cut):
        f = on_chamber(problem, v, cut, signs)
        estimate = f.tightest(f.highest())
        assert estimate is not None, "the minimum meets the maximum"
        estimates[signs] = estimate
    return Side(v, cut, estimates)


def one_sided(problem: TrainingProblem, v: Vector) -> OneSided:
    """The claim for v and for -v, where the rows change places."""
    minus = tuple(-x for x in v)
    return OneSided(problem, v, (best_side(problem, v), best_side(problem, minus)))


def squares(problem: TrainingProblem, v: Vector) -> dict[Signs, Fraction]:
    """For each chamber of all rows the square of the largest value of ``v'phi(Xu)``, 0 if it is negative."""
    rows, found = problem.X.fractions, {}
    for signs in problem.arrangement.chambers().signs.tolist():
        found[tuple(signs)] = project(rows, signs, gradient(problem, signs, v)).square
    return found


@all_hold
def check(instance: OneSided) -> Iterator[Outcome]:
    """On every one-sided chamber the bound is at least the largest value on all chambers inside, one by one,
    and with the best slopes it is that value; the largest of all bounds is the dual norm."""
    problem, largest = instance.problem, Fraction(0)
    for side in instance.sides:
        inside = squares(problem, side.v)
        for signs in chambers(problem, side.cut):
            if signs not in side.estimates:
                yield refused("a chamber of the rows that are cut has no bound")
                continue
            estimate, f = side.estimates[signs], on_chamber(problem, side.v, side.cut, signs)
            total = f.total(estimate)
            square = dot(total, total)
            held = [value for fine, value in inside.items() if _agree(fine, signs)]
            yield at_least(square, max(held), "the bound's square >= those on the chambers inside")
            yield that(all(problem.kappa <= s <= 1 for s in estimate.slopes), "a slope is outside [kappa, 1]")
            yield that(min(estimate.multipliers, default=0) >= 0, "a multiplier is negative")
            yield equal(square, max(held), "the best bound, squared")
            largest = max(largest, square)
    yield equal(largest, dual_norm_squared(problem, instance.v), "norm_dual(v)^2")


def _agree(fine: Signs, signs: Signs) -> bool:
    return all(sign in (0, other) for sign, other in zip(signs, fine, strict=True))


def fixed() -> Iterator[OneSided]:
    """One problem a degeneracy with its own targets; all weights of one sign, and none."""
    for problem in degenerate_problems():
        yield one_sided(problem, problem.y)
    first = degenerate_problems()[0]
    for weight in (1, 0):
        yield one_sided(first, (Fraction(weight),) * first.n)


def control() -> OneSided:
    """The chambers of the wrong side's rows: those of negative weight, with slopes for the others."""
    problem = degenerate_problems()[0]
    middle = (1 + problem.kappa) / 2
    sides = []
    for v in (problem.y, tuple(-x for x in problem.y)):
        cut = frozenset(k for k in range(problem.n) if v[k] < 0)
        estimates = {}
        for signs in chambers(problem, cut):
            f = on_chamber(problem, v, cut, signs)
            estimates[signs] = Estimate((middle,) * len(f.rows), (Fraction(0),) * len(f.facets))
        sides.append(Side(v, cut, estimates))
    return OneSided(problem, problem.y, (sides[0], sides[1]))


THEOREM = Theorem(
    id="7.1",
    name="one-sided chambers",
    statement=(
        "On a chamber of the rows with v_k > 0 alone, any slopes in [kappa, 1] for the rows with v_k < 0 and "
        "any multipliers lambda >= 0 for the others bound v'phi(Xu), and the best of them attain its maximum."
    ),
    source="derived",
    note="7.1-one-sided-chambers.md",
    fixed=fixed,
    draw=lambda rng: one_sided(*random_pair(rng)),
    check=check,
    false_claim="the chambers of the rows of negative weight will do as well",
    control=control,
)
