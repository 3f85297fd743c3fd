"""Statement 7.2: a cover of all directions by cones over boxes proves a dual vector feasible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import starmap

from hyperplane_arrangements.exact.rational import Vector

from .. import checker
from ..exact.norms import dual_norm_squared, root_above
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_pairs, degenerate_problems, random_pair

# How far the dual norm is below beta: a share that a cover needs few cones for.
ROOM = 1 + Fraction(1, 2**10)


@dataclass(frozen=True, slots=True)
class Covered:
    """A problem, a vector z, and a cover that is claimed to prove ``norm_dual(z) <= beta``."""

    problem: TrainingProblem
    z: Vector
    cover: checker.Cover


def covered(problem: TrainingProblem, v: Vector) -> Covered:
    """v beside a beta just above its dual norm, and the cover that the search finds."""
    from ..cover.proof import Coordinates, covers, written

    square = dual_norm_squared(problem, v)
    stated = problem.with_beta(ROOM * root_above(square) if square else Fraction(1))
    coordinates = Coordinates.of(checker.read_problem(stated.to_json()))
    return Covered(stated, tuple(v), written(coordinates, tuple(v), covers(coordinates, tuple(v), keep=True)))


@all_hold
def check(instance: Covered) -> Iterator[Outcome]:
    """The bound holds on the cone over every box, the boxes are the whole cube, and the dual norm, by the
    list of all chambers, is what they say: at most beta."""
    checker.cover_proves(checker.read_problem(instance.problem.to_json()), instance.z, instance.cover)
    square = dual_norm_squared(instance.problem, instance.z)
    yield at_least(instance.problem.beta**2, square, "norm_dual(z)^2 <= beta^2, chamber by chamber")


def control() -> Covered:
    """A cover that was searched for z and is shown for a longer one, whose dual norm is above beta."""
    honest = covered(degenerate_problems()[0], degenerate_problems()[0].y)
    return replace(honest, z=tuple(ROOM**2 * x for x in honest.z))


THEOREM = Theorem(
    id="7.2",
    name="covers",
    statement=(
        "Where v'phi(Xu) <= c'u on the cone K over each box of a tree that begins with the faces of the "
        "cube, and norm(Proj_K c) <= beta, for v and -v, norm_dual(v) <= beta."
    ),
    source="derived",
    note="7.2-covers.md",
    fixed=lambda: starmap(covered, degenerate_pairs()),
    draw=lambda rng: covered(*random_pair(rng)),
    check=check,
    false_claim="a cover that proves z proves what is a little longer than z",
    control=control,
)
