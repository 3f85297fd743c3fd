"""Statement 4.2b: how likely a sample misses chambers, by their solid angles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from math import acos, pi

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.geometry.angles import boundary_rays, miss_probability, solid_angles

from .catalogue import Outcome, Theorem, all_hold, at_least, equal
from .samples import Row, random_rows

TOLERANCE = 1e-9
MOST = 10


@dataclass(frozen=True, slots=True)
class Draws:
    """Rows of rank at most 3, some chambers by index, a number of draws, and the claimed bound on missing
    one."""

    rows: tuple[tuple[int, ...], ...]
    chambers: tuple[int, ...]
    draws: int
    bound: float


def girard(arrangement: Arrangement, signs: np.ndarray) -> float:
    """The share of the sphere in a chamber, by the angle sum of Girard's theorem (floats).

    Example:
        >>> quadrant = Arrangement([[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        >>> round(girard(quadrant, np.array([1, 1, 1])), 12)
        0.125
    """
    if arrangement.rank == 1:
        return 0.5
    rays = boundary_rays(arrangement, signs)
    if arrangement.rank == 2:
        return acos(float(np.clip(rays[0] @ rays[1], -1, 1))) / (2 * pi)
    total = 0.0
    for before, here, after in zip(np.roll(rays, 1, axis=0), rays, np.roll(rays, -1, axis=0), strict=True):
        first, second = np.cross(here, before), np.cross(here, after)
        cosine = first @ second / (np.linalg.norm(first) * np.linalg.norm(second))
        total += acos(float(np.clip(cosine, -1, 1)))
    return (total - (len(rays) - 2) * pi) / (4 * pi)


def chance_of_missing(angles: list[float], draws: int) -> float:
    """The exact probability that some of these chambers is missed: inclusion and exclusion.

    Example:
        >>> chance_of_missing([0.5, 0.5], 3)
        0.25
    """
    total = 0.0
    for size in range(1, len(angles) + 1):
        for chosen in combinations(angles, size):
            total -= (-1) ** size * max(0.0, 1 - sum(chosen)) ** draws
    return total


@all_hold
def check(instance: Draws) -> Iterator[Outcome]:
    """Compare the angles with Girard's theorem and the bound with inclusion and exclusion."""
    arrangement = Arrangement(exact_matrix(instance.rows))
    table = arrangement.chambers().signs
    found = solid_angles(arrangement)
    yield equal(float(found.sum()), 1.0, "the shares of all chambers sum to 1", TOLERANCE)
    angles = [girard(arrangement, table[i]) for i in instance.chambers]
    for i, angle in zip(instance.chambers, angles, strict=True):
        yield equal(float(found[i]), angle, f"solid angle of chamber {i}", TOLERANCE)
    truth = chance_of_missing(angles, instance.draws)
    yield at_least(instance.bound, truth, "bound >= chance of missing a chamber", TOLERANCE)


def stated(rows: list[Row], chambers: tuple[int, ...], draws: int) -> Draws:
    """The claim of the statement."""
    angles = solid_angles(Arrangement(exact_matrix(rows)))
    bound = miss_probability([float(angles[i]) for i in chambers], draws)
    return Draws(tuple(map(tuple, rows)), chambers, draws, bound)


def draw(rng: np.random.Generator) -> Draws:
    """Random rows, up to ten of their chambers, up to a hundred draws."""
    rows = random_rows(rng)
    count = Arrangement(exact_matrix(rows)).count_chambers()
    chosen = rng.permutation(count)[: int(rng.integers(1, MOST + 1))]
    return stated(rows, tuple(int(i) for i in chosen), int(rng.integers(1, 100)))


def fixed() -> Iterator[Draws]:
    """Octants, a chamber of a hundredth, parallel rows, a line."""
    yield stated([[1, 0, 0], [0, 1, 0], [0, 0, 1]], tuple(range(8)), 20)
    yield stated([[1, 0], [100, 1], [0, 1]], tuple(range(6)), 50)
    yield stated([[1, 2], [2, 4], [0, 0]], (0, 1), 3)


def control() -> Draws:
    """The thin chamber, measured as if all six were alike."""
    honest = stated([[1, 0], [100, 1], [0, 1]], tuple(range(6)), 50)
    return Draws(honest.rows, honest.chambers, honest.draws, miss_probability([1 / 6] * 6, 50))


THEOREM = Theorem(
    id="4.2b",
    name="coverage",
    statement=(
        "N Gaussian draws miss some of a set K of chambers with probability at most "
        "sum over K of (1 - omega_i)^N, omega_i their solid angles over that of the sphere."
    ),
    source="derived",
    note="4.2b-coverage.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="all chambers are equally likely to be drawn",
    control=control,
)
