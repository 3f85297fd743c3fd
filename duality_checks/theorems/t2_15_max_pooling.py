"""Statement 2.15: max pooling is a convex program over the chambers of the rows and their comparisons."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import ExactMatrix
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import project
from ..networks.objective import exact_fit
from ..problem import TrainingProblem
from ..terms.max_pooling import MaxPooling, compared
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_problems, random_problem, random_rationals

GRID = 2
SLOPES = (Fraction(0), Fraction(1, 3), Fraction(-1), Fraction(-3))


@dataclass(frozen=True, slots=True)
class Pooled:
    """A problem with max pooling, a vector v, and the rows on whose chambers h is claimed to be linear."""

    problem: TrainingProblem
    v: Vector
    cuts: ExactMatrix


def pooled(plain: TrainingProblem, v: Sequence[Fraction], kappa: Fraction, size: int) -> Pooled:
    """The claim of the statement, for the rows of a problem in samples of a size; the last may be smaller."""
    groups = tuple(k // size for k in range(plain.n))
    n = groups[-1] + 1
    problem = TrainingProblem(plain.X, plain.y[:n], plain.beta, kappa, readout=MaxPooling(groups))
    return Pooled(problem, tuple(v[:n]), compared(plain.X, MaxPooling(groups), kappa))


def h(problem: TrainingProblem, u: Sequence[Fraction]) -> Vector:
    """``max_k phi(x_ik'u)`` for each sample, exactly."""
    return exact_fit(problem, [tuple(u)], (Fraction(1),))


def largest(problem: TrainingProblem, u: Sequence[Fraction]) -> list[Vector]:
    """For each sample the linear function that is the largest at a point: a row times its slope."""
    parts: list[list[Vector]] = [[] for _ in range(problem.n)]
    for row, sample in zip(problem.X.fractions, problem.readout.groups, strict=True):
        parts[sample] += [row, tuple(problem.kappa * x for x in row)]
    return [max(own, key=lambda part: dot(part, u)) for own in parts]


def highest(instance: Pooled) -> tuple[Fraction, Vector]:
    """The square of the dual norm of v, and where it is attained: the longest projection of a gradient, of v
    or of -v, onto its chamber."""
    problem, cuts = instance.problem, instance.cuts
    chambers = Arrangement(cuts).chambers()
    best = (Fraction(0), (Fraction(0),) * problem.d)
    for signs, w in zip(chambers.signs.tolist(), chambers.witnesses.tolist(), strict=True):
        own = largest(problem, tuple(map(Fraction, w)))
        c = tuple(dot(instance.v, column) for column in zip(*own, strict=True))
        for side in (1, -1):
            end = project(cuts.fractions, signs, tuple(side * x for x in c))
            best = max(best, (end.square, end.point))
    return best


@all_hold
def check(instance: Pooled) -> Iterator[Outcome]:
    """On each chamber h is what it is at the witness, at every point of a grid; it is convex; the exact dual
    norm over the chambers is attained, and nowhere exceeded; and p* is enclosed by the checker."""
    problem, v = instance.problem, instance.v
    chambers = Arrangement(instance.cuts).chambers()
    points = [tuple(map(Fraction, w)) for w in chambers.witnesses.tolist()]
    linear = [largest(problem, w) for w in points]
    place = {signs.tobytes(): k for k, signs in enumerate(chambers.signs)}
    square, peak = highest(instance)
    yield equal(dot(v, h(problem, peak)) ** 2, square**2, "the dual norm is attained")
    grid = [tuple(map(Fraction, w)) for w in product(range(-GRID, GRID + 1), repeat=problem.d)]
    for u in [*grid, *points]:
        value = h(problem, u)
        yield at_least(square * dot(u, u), dot(v, value) ** 2, "the dual norm is exceeded nowhere")
        sides = np.array([(t > 0) - (t < 0) for t in (dot(row, u) for row in instance.cuts.fractions)])
        k = place.get(sides.astype(np.int8).tobytes())
        if k is not None:
            said = tuple(dot(part, u) for part in linear[k])
            yield that(said == value, f"h is not linear on the chamber of {list(map(str, points[k]))}")
    for u, w in pairwise(points):
        middle = h(problem, [x + y for x, y in zip(u, w, strict=True)])
        ends = zip(h(problem, u), h(problem, w), middle, strict=True)
        yield that(all(a + b >= c for a, b, c in ends), "h is not convex")
    found = proven_interval(problem)
    yield at_least(Fraction(1, 10**6), found.relative_gap, "strong duality")


def fixed() -> Iterator[Pooled]:
    """Every kind of slope; one problem a degeneracy in samples of two rows; and samples of three."""
    for number, plain in enumerate(degenerate_problems()):
        for kappa in SLOPES if not number else (SLOPES[number % len(SLOPES)],):
            yield pooled(plain, plain.y, kappa, 2)
    first = degenerate_problems()[1]
    yield pooled(first, first.y, Fraction(-1), 3)


def draw(rng: np.random.Generator) -> Pooled:
    """A random problem in the plane, a random vector, slope and size of samples."""
    plain = random_problem(rng, most=5, widest=2)
    kappa = SLOPES[int(rng.integers(len(SLOPES)))]
    return pooled(plain, random_rationals(rng, plain.n), kappa, int(rng.integers(2, 4)))


def control() -> Pooled:
    """The chambers of X, which do not know which of two positive rows is the larger one."""
    problem = TrainingProblem([[2, 1], [1, 2]], [3], 1, readout=MaxPooling((0, 0)))
    return Pooled(problem, problem.y, problem.X)


THEOREM = Theorem(
    id="2.15",
    name="max pooling",
    statement=(
        "With h_i(u) = max_k phi(x_ik'u) and kappa < 1, h is convex, and linear on the chambers of the rows, "
        "of x_ik - x_il and, for kappa < 0, of x_ik - kappa x_il: 2.1 to 2.4 hold with the rows that are the "
        "largest there."
    ),
    source="derived",
    note="2.15-max-pooling.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the chambers of X alone are enough",
    control=control,
)
