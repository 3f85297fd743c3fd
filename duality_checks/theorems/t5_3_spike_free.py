"""Statement 5.3: spike-free data need two blocks only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import numpy as np

from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import Vector, dot

from ..networks.objective import activated
from ..optima.spike_free import decide_spike_free, pseudo_inverse, two_blocks
from ..problem import TrainingProblem
from ..stationary_points.solver import restricted_optimum
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, equal, refused, that
from .rationals import random_orthonormal_rows
from .samples import Row, random_rationals, random_rows

TOLERANCE = 1e-9
GRID = (-2, -1, 0, 1, 3)


@dataclass(frozen=True, slots=True)
class Data:
    """A ReLU problem, and the claim whether its data are spike-free."""

    problem: TrainingProblem
    spike_free: bool


@all_hold
def check(instance: Data) -> Iterator[Outcome]:
    """Against the definition on a grid of directions, and the two-block program against p*."""
    problem = instance.problem
    if instance.spike_free:
        full, two = proven_interval(problem), restricted_optimum(problem, two_blocks(problem))
        scale = full.upper if full.upper else Fraction(1)
        yield equal(two.upper / scale, full.upper / scale, "the optimum over two blocks", TOLERANCE)
        for point in product(GRID, repeat=problem.d):
            u = tuple(map(Fraction, point))
            yield that(fits(problem, u), f"(Xu)_+ is no Xz with norm(z) <= norm(u) at u = {point}")
    verdict = decide_spike_free(problem.X)
    if verdict.holds != instance.spike_free:
        yield refused(f"claimed spike_free={instance.spike_free}, but the data are {verdict}")
    if verdict.witness is not None:
        yield that(not fits(problem, verdict.witness), "the witness is none")


def fits(problem: TrainingProblem, u: Vector) -> bool:
    """Whether `(Xu)_+ = Xz` for some z with `norm(z) <= norm(u)`: the shortest z decides.

    Example:
        >>> fits(TrainingProblem([[1], [-1]], [0, 0], 1), (Fraction(1),))
        False
    """
    wanted = activated(problem, u)
    shortest = tuple(dot(row, wanted) for row in pseudo_inverse(exact_matrix(problem.X)))
    reached = problem.X.times(shortest)
    return reached == wanted and dot(shortest, shortest) <= dot(u, u)


def decided(problem: TrainingProblem) -> Data:
    """The claim as the decision procedure makes it."""
    return Data(problem, decide_spike_free(problem.X).holds)


def draw(rng: np.random.Generator) -> Data:
    """Orthonormal rows, a ray of positive multiples, or anything."""
    kind = int(rng.integers(3))
    if kind == 0:
        d = int(rng.integers(1, 4))
        rows: list[Row] = [list(row) for row in random_orthonormal_rows(rng, int(rng.integers(1, d + 1)), d)]
    elif kind == 1:
        direction = [int(x) for x in rng.integers(1, 4, int(rng.integers(1, 4)))]
        rows = [[int(c) * x for x in direction] for c in rng.integers(0, 4, 3)]
        rows[0] = direction
    else:
        rows = random_rows(rng, most=3)
    return decided(
        TrainingProblem(rows, random_rationals(rng, len(rows)), Fraction(int(rng.integers(1, 9)), 8))
    )


def fixed() -> Iterator[Data]:
    """Whitened rows, rows that are not but are spike-free, acute rows, opposite rows, a zero row."""
    yield decided(TrainingProblem([[3, 4], [-4, 3]], [10, -20], 1))
    yield decided(TrainingProblem([[2, 1], [0, 3]], [3, -2], "1/2"))
    yield decided(TrainingProblem([[4, 1], [-4, 1]], [3, 2], "1/2"))
    yield decided(TrainingProblem([[1], [-1]], [3, 2], 1))
    yield decided(TrainingProblem([[1, 2, 2], [2, 4, 4], [0, 0, 0]], [3, 2, 1], 1))


def control() -> Data:
    """Two opposite samples: neither is seen by a neuron that is positive on both."""
    return Data(TrainingProblem([[1], [-1]], [3, 2], 1), True)


THEOREM = Theorem(
    id="5.3",
    name="spike-free data",
    statement=(
        "If X X^+ (Xu)_+ = (Xu)_+ and norm(X^+ (Xu)_+) <= 1 on the unit ball, the program over the cone "
        "{Xu >= 0} with both signs has the optimum p*. Decided exactly at rank <= 3."
    ),
    source="Ergen and Pilanci, convex geometry of two-layer ReLU networks (2020); decision procedure derived",
    note="5.3-spike-free-data.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="two blocks are enough for any data",
    control=control,
)
