"""Statement 7.5: a cover of all directions and biases, of which the norm leaves the biases out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector

from .. import checker
from ..exact.norms import dual_norm_squared, root_above
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import random_rationals
from .t7_2_cover import ROOM, Covered

FEATURES = (
    [[0], [1], [3], [1]],
    [[2, 1], [-1, 3], [0, -2], [1, 1], [3, 0]],
    [[1970, 2], [1985, 2], [1985, 5], [2020, 1]],
)


def largest_squared(features: list[list[int]], v: Vector) -> Fraction:
    """The square of ``max abs(v'phi(Zw + b 1))`` over ``norm(w) <= 1`` and all b: n norms (2.14)."""
    found = Fraction(0)
    for centre in features:
        rows = [[x - c for x, c in zip(row, centre, strict=True)] for row in features]
        if any(any(row) for row in rows):
            found = max(found, dual_norm_squared(TrainingProblem(rows, [0] * len(rows), 1), v))
    return found


def covered(features: list[list[int]], v: Vector) -> Covered:
    """v less its mean, beside a beta just above its largest value, and the cover that the search finds."""
    from ..cover.proof import Coordinates, covers, written

    v = tuple(x - sum(v, Fraction(0)) / len(v) for x in v)
    square = largest_squared(features, v)
    rows = [[*row, 1] for row in features]
    beta = ROOM * root_above(square) if square else Fraction(1)
    problem = TrainingProblem(rows, [0] * len(rows), beta, free="biases")
    coordinates = Coordinates.of(checker.read_problem(problem.to_json()))
    return Covered(problem, v, written(coordinates, v, covers(coordinates, v, keep=True)))


@all_hold
def check(instance: Covered) -> Iterator[Outcome]:
    """The bound holds on the cone over every box with nothing left of the bias, and the n norms at the kinks,
    by lists of all their chambers, are what they say: at most beta."""
    problem = instance.problem
    checker.cover_proves(checker.read_problem(problem.to_json()), instance.z, instance.cover)
    features = [[int(x) for x in row[:-1]] for row in problem.X.fractions]
    square = largest_squared(features, instance.z)
    yield at_least(problem.beta**2, square, "the squares of all values, kink by kink, <= beta^2")


def fixed() -> Iterator[Covered]:
    """One feature with a repeated row, two, years far from 0, and z = 0."""
    for features in FEATURES:
        yield covered(features, tuple(Fraction((-1) ** k * (k + 2)) for k in range(len(features))))
    yield covered(FEATURES[0], (Fraction(0),) * 4)


def draw(rng: np.random.Generator) -> Covered:
    """A few random rows with different features, and a random rational vector."""
    n, d = int(rng.integers(2, 5)), int(rng.integers(1, 3))
    features = rng.integers(-4, 5, (n, d))
    features[1] = features[0] + rng.integers(1, 4, d)
    return covered(features.tolist(), tuple(random_rationals(rng, n)))


def control() -> Covered:
    """A cover of directions whose norm counts the bias, shown for biases that are free: beta is that of the
    penalised problem, which is too small."""
    honest = covered(FEATURES[1], tuple(map(Fraction, [3, -2, 1, -4, 2])))
    penalised = TrainingProblem(honest.problem.X.fractions, honest.problem.y, 1)
    beta = ROOM * root_above(dual_norm_squared(penalised, honest.z))
    return replace(honest, problem=honest.problem.with_beta(beta))


THEOREM = Theorem(
    id="7.5",
    name="covers with free biases",
    statement=(
        "Let 1'v = 0 and u = (w, b). Where v'phi(Zw + b 1) <= e'u on the cone over each box of a tree that "
        "begins with the faces of the cube in (w, b + m'w), e has no entry at the bias, and norm(e) <= beta, "
        "for v and -v, norm_dual(v) <= beta with free biases."
    ),
    source="derived",
    note="7.5-free-biases.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a bound that counts the biases holds where they are free",
    control=control,
)
