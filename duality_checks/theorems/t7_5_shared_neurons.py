"""Statement 7.5b: one cover of all directions for outputs that share neurons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from .. import checker
from ..exact.norms import dual_norm_squared, root_above
from ..networks.objective import activated
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems, random_problem, random_rationals
from .t7_2_cover import ROOM

GRID = 2  # directions whose entries are at most so large are looked at one by one


@dataclass(frozen=True, slots=True)
class Shared:
    """Outputs that share neurons, dual columns, and a cover that is claimed to prove them feasible."""

    problem: TrainingProblem
    duals: tuple[Vector, ...]
    cover: checker.Cover


def shared(problem: TrainingProblem, duals: tuple[Vector, ...]) -> Shared:
    """Duals beside a beta just above the largest norm of what they see, and the cover that the search
    finds."""
    from ..cover.coupled_proof import coupled_cover, written_coupled
    from ..cover.proof import Coordinates
    from ..pricing.shared import SharedLandscape

    seen = np.array([[float(x) for x in dual] for dual in duals]).T
    size = Fraction(SharedLandscape.of(problem).norm(seen))
    rows = [[0] * len(duals)] * problem.n
    stated = TrainingProblem(problem.X, rows, ROOM * size or 1, problem.kappa, coupling="2-norm")
    coordinates = Coordinates.of(checker.read_problem(stated.to_json()))
    found = coupled_cover(coordinates, duals)
    return Shared(stated, duals, written_coupled(coordinates, duals, found))


@all_hold
def check(instance: Shared) -> Iterator[Outcome]:
    """The cover holds in integers; each output alone is bounded, by the list of its chambers; and so are all
    together at each direction of a grid."""
    problem = instance.problem
    stated = checker.read_problem(problem.to_json())
    checker.shared_cover_proves(stated, instance.duals, instance.cover)
    square = problem.beta**2
    for dual in instance.duals:
        yield at_least(square, dual_norm_squared(problem, dual), "each output's dual norm <= beta")
    for u in product(range(-GRID, GRID + 1), repeat=problem.d):
        direction = tuple(map(Fraction, u))
        outputs = activated(problem, direction)
        value = sum((dot(dual, outputs) ** 2 for dual in instance.duals), Fraction(0))
        limit = square * dot(direction, direction)
        yield at_least(limit, value, "norm(V'phi(Xu)) <= beta norm(u)")


def fixed() -> Iterator[Shared]:
    """Two outputs on one problem a degeneracy, three on one of them, and duals of zeros."""
    for problem in degenerate_problems():
        turned = tuple(-y if k % 2 else 2 * y + 1 for k, y in enumerate(problem.y))
        yield shared(problem, (tuple(problem.y), turned))
    first = degenerate_problems()[0]
    ones = (Fraction(1),) * first.n
    yield shared(first, (tuple(first.y), ones, tuple(-y for y in first.y)))
    yield shared(first, ((Fraction(0),) * first.n,) * 2)


def draw(rng: np.random.Generator) -> Shared:
    """A random problem with two or three random rational columns."""
    problem = random_problem(rng, most=4)
    count = int(rng.integers(2, 4))
    return shared(problem, tuple(tuple(random_rationals(rng, problem.n)) for _ in range(count)))


def control() -> Shared:
    """A beta that is above each output's own dual norm, and not above both together."""
    problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [0, 0, 0], 1)
    duals = tuple(tuple(map(Fraction, v)) for v in ([3, -1, 2], [2, 2, -1]))
    honest = shared(problem, duals)
    alone = max(root_above(dual_norm_squared(problem, dual)) for dual in duals)
    return replace(honest, problem=honest.problem.with_beta(ROOM * alone))


THEOREM = Theorem(
    id="7.5b",
    name="covers for outputs that share neurons",
    statement=(
        "If on the cone over each box of a tree that begins with the faces of the cube the squares along and "
        "across a direction of outputs add up to at most beta^2 norm(u)^2, or all undecided terms push back "
        "and beta^2 norm(u)^2 less a quadratic form is positive definite, norm(V'phi(Xu)) <= beta norm(u) "
        "for all u."
    ),
    source="derived",
    note="7.5b-shared-neurons.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="outputs that are bounded by beta one by one are bounded by it together",
    control=control,
)
