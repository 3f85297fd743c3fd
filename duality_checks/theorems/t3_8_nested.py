"""Statement 3.8: nested minima over the lattice of subsets of pairs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..problem import TrainingProblem
from ..stationary_points.examples import two_sides
from ..stationary_points.lattice import restricted_lattice
from ..training.columns import train
from .catalogue import Outcome, Theorem, all_hold, equal, that
from .samples import random_rationals

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Nested:
    """A tiny problem; with `strict`, every further pair is claimed to lower the optimum."""

    problem: TrainingProblem
    strict: bool = False


@all_hold
def check(instance: Nested) -> Iterator[Outcome]:
    """Enumerate the lattice, prove every level and every step, and compare its ends with p* and zero."""
    problem = instance.problem
    lattice = restricted_lattice(problem)
    finding = lattice.check()
    yield that(finding.holds, finding.reason)
    falls = [larger.certificate.upper < smaller.certificate.lower for smaller, larger in lattice.covers()]
    yield that(not instance.strict or all(falls), "a further pair does not lower the optimum")
    zero = sum(y * y for y in problem.y) / 2
    yield equal(lattice.nodes[0].certificate.upper, zero, "level of the empty set")
    last = lattice.nodes[-1].certificate
    for bound in (last.lower, last.upper):
        yield equal(
            float(bound), train(problem).upper, "level of all pairs and p*", TOLERANCE * (1 + float(zero))
        )


def draw(rng: np.random.Generator) -> Nested:
    """One feature: two chambers, four pairs, sixteen subsets."""
    n = int(rng.integers(2, 5))
    rows = [[int(x)] for x in rng.integers(1, 4, n) * rng.choice([-1, 1], n)]
    return Nested(TrainingProblem(rows, random_rationals(rng, n), "1/2"))


def fixed() -> Iterator[Nested]:
    """Both sides of zero."""
    yield Nested(two_sides())


def control() -> Nested:
    """Pairs with the wrong sign are of no use."""
    return Nested(two_sides(), strict=True)


THEOREM = Theorem(
    id="3.8",
    name="nested minima",
    statement=(
        "Over chains of subsets of (chamber, sign) pairs the restricted optima fall from the zero network's "
        "level to p*, and each is the level of a stationary point of its restricted problem."
    ),
    source="Ergen and Pilanci 2025, section V",
    note="3.8-nested-minima.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="every further pair lowers the optimum strictly",
    control=control,
)
