"""Statement 7.2b: with max pooling too a cover of all directions proves a dual vector feasible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from .. import checker
from ..exact.norms import root_above
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems
from .t2_15_max_pooling import SLOPES, Pooled, highest, pooled
from .t2_15_max_pooling import draw as draw_pooled

# How far the dual norm is below beta: a share that a cover needs few cones for.
ROOM = 1 + Fraction(1, 2**10)


@dataclass(frozen=True, slots=True)
class Covered:
    """A problem with max pooling, a vector v, and a cover that is claimed to prove it feasible."""

    stated: Pooled
    cover: checker.Cover


def covered(instance: Pooled) -> Covered:
    """v beside a beta just above its dual norm, and the cover that the search finds."""
    from ..cover.proof import Coordinates, covers, written

    square, _ = highest(instance)
    problem = instance.problem.with_beta(ROOM * root_above(square) if square else Fraction(1))
    coordinates = Coordinates.of(checker.read_problem(problem.to_json()))
    found = covers(coordinates, instance.v, keep=True)
    return Covered(replace(instance, problem=problem), written(coordinates, instance.v, found))


@all_hold
def check(instance: Covered) -> Iterator[Outcome]:
    """The bound holds on the cone over every box, the boxes are the whole cube, and the dual norm, by the
    list of all chambers, is what they say: at most beta."""
    problem, v = instance.stated.problem, instance.stated.v
    checker.cover_proves(checker.read_problem(problem.to_json()), v, instance.cover)
    square, _ = highest(instance.stated)
    yield at_least(problem.beta**2, square, "norm_dual(v)^2 <= beta^2, chamber by chamber")


def fixed() -> Iterator[Covered]:
    """One problem a degeneracy in samples of two rows, every kind of slope; samples of three; and v = 0."""
    for number, plain in enumerate(degenerate_problems()):
        yield covered(pooled(plain, plain.y, SLOPES[number % len(SLOPES)], 2))
    first = degenerate_problems()[0]
    yield covered(pooled(first, first.y, Fraction(-1), 3))
    yield covered(pooled(first, (Fraction(0),) * first.n, Fraction(0), 2))


def draw(rng: np.random.Generator) -> Covered:
    """A random problem, a random vector, slope and size of samples."""
    return covered(draw_pooled(rng))


def control() -> Covered:
    """A cover that was searched for v and is shown for a longer one, whose dual norm is above beta."""
    honest = covered(pooled(degenerate_problems()[0], degenerate_problems()[0].y, Fraction(0), 2))
    longer = replace(honest.stated, v=tuple(ROOM**2 * x for x in honest.stated.v))
    return replace(honest, stated=longer)


THEOREM = Theorem(
    id="7.2b",
    name="covers with max pooling",
    statement=(
        "With h_i(u) = max_p a_p'u in place of phi(Xu)_i, 7.2 holds with a convex combination of the a_p "
        "where v_i < 0, and where v_i > 0 with any linear l'u and the largest (a_p - l)'w on the box."
    ),
    source="derived",
    note="7.2b-covers-with-max-pooling.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a cover that proves v proves what is a little longer than v",
    control=control,
)
