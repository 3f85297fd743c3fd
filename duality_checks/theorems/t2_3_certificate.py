"""Statement 2.3: nonnegative multipliers prove dual feasibility, chamber by chamber."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import starmap

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import gradient, project
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_pairs, degenerate_problems, random_pair

Signs = tuple[int, ...]
Table = Mapping[tuple[Signs, int], Mapping[int, Fraction]]


@dataclass(frozen=True, slots=True)
class Multipliers:
    """A problem, a vector v, and for each (chamber, sign of v) multipliers said to attain the minimum."""

    problem: TrainingProblem
    v: Vector
    table: Table


def shortest(problem: TrainingProblem, v: Vector) -> Multipliers:
    """The claim of the statement: the multipliers of the projections."""
    table = {}
    for signs in map(tuple, problem.arrangement.chambers().signs.tolist()):
        c = gradient(problem, signs, v)
        for sign in (1, -1):
            gradient_of_sign = tuple(sign * x for x in c)
            table[signs, sign] = project(problem.X.fractions, signs, gradient_of_sign).multipliers
    return Multipliers(problem, tuple(v), table)


@all_hold
def check(instance: Multipliers) -> Iterator[Outcome]:
    """Weak duality on every chamber, and complementary slackness, which makes it an equality."""
    problem, rows = instance.problem, instance.problem.X.fractions
    chambers = problem.arrangement.chambers()
    for signs, witness in zip(map(tuple, chambers.signs.tolist()), chambers.witnesses.tolist(), strict=True):
        inside = tuple(Fraction(x) for x in witness)
        for sign in (1, -1):
            yield that((signs, sign) in instance.table, f"no multipliers for chamber {signs} and {sign:+d} v")
            multipliers = instance.table[signs, sign]
            yield at_least(min(multipliers.values(), default=Fraction(0)), 0, "lambda >= 0")
            c = tuple(sign * x for x in gradient(problem, signs, instance.v))
            point = list(c)
            for k, value in multipliers.items():
                point = [p + value * signs[k] * x for p, x in zip(point, rows[k], strict=True)]
            square = dot(point, point)
            # Weak duality at a point strictly inside: (c'w)^2 <= norm(c + X'S lambda)^2 norm(w)^2 if c'w > 0.
            value = max(dot(c, inside), Fraction(0))
            yield at_least(square * dot(inside, inside), value**2, "max <= min")
            # Equality: the minimiser is itself a point of the chamber, and c'u = norm(u)^2.
            for row, side in zip(rows, signs, strict=True):
                yield at_least(side * dot(row, point), 0, "the minimiser is in the closed chamber")
            yield equal(dot(c, point), square, "max = min: c'u = norm(u)^2")


def control() -> Multipliers:
    """No multipliers at all: the maximum over a chamber would be the length of the gradient."""
    honest = shortest(degenerate_problems()[0], degenerate_problems()[0].y)
    return Multipliers(honest.problem, honest.v, {key: {} for key in honest.table})


THEOREM = Theorem(
    id="2.3",
    name="certificate of a chamber",
    statement=(
        "max_{u in C, norm(u) <= 1} c'u = norm(Proj_C c) = min_{lambda >= 0} norm(c + X'S lambda): rational "
        "multipliers prove dual feasibility with no square root."
    ),
    source="derived from Moreau 1962",
    note="2.3-dual-certificate-per-chamber.md",
    fixed=lambda: starmap(shortest, degenerate_pairs()),
    draw=lambda rng: shortest(*random_pair(rng)),
    check=check,
    false_claim="the maximum over a chamber is the length of the gradient",
    control=control,
)
