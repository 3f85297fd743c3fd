"""Statement 1.2: chambers are the vertices of the zonotope."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.cddlib import cddlib
from hyperplane_arrangements.exact.rational import dot

from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import Row, random_rows

Point = tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Vertices:
    """Rows, and for each chamber (in the order of the list) the point it is claimed to be mapped to."""

    rows: tuple[tuple[int, ...], ...]
    claimed: tuple[Point, ...]


def image(rows: Iterable[Iterable[int]], pattern: Iterable[bool]) -> Point:
    """The sum of the rows in the pattern: ``X' 1[...]``.

    Example:
        >>> [str(x) for x in image([[1, 2], [3, 4]], [True, True])]
        ['4', '6']
    """
    chosen = ([Fraction(x) * on for x in row] for row, on in zip(rows, pattern, strict=True))
    columns = zip(*chosen, strict=True)
    return tuple(sum(column, Fraction(0)) for column in columns)


def mapped(rows: list[Row]) -> Vertices:
    """The claim of the statement: the image of each chamber's pattern."""
    patterns = Arrangement(exact_matrix(rows)).chambers().patterns.tolist()
    return Vertices(tuple(map(tuple, rows)), tuple(image(rows, pattern) for pattern in patterns))


@all_hold
def check(instance: Vertices) -> Iterator[Outcome]:
    """Compare with the vertices of the hull of all subset sums, and chambers with normals of vertices."""
    chambers = Arrangement(exact_matrix(instance.rows)).chambers()
    claimed = instance.claimed
    yield equal(len(claimed), len(chambers), "one vertex a chamber")
    yield that(len(set(claimed)) == len(claimed), "two chambers are mapped to one point")
    sums = {image(instance.rows, subset) for subset in product((False, True), repeat=len(instance.rows))}
    yield that(
        hull_vertices(sums) == set(claimed), "the points are not the vertices of the hull of all subset sums"
    )
    margin: Fraction | None = None
    for index, witness in enumerate(chambers.witnesses.tolist()):
        u = [Fraction(x) for x in witness]
        heights = [dot(u, z) for z in claimed]
        others = [height for j, height in enumerate(heights) if j != index]
        if not others:
            continue
        slack = (heights[index] - max(others)) / sum(map(abs, u))
        yield that(slack > 0, f"vertex {index} is not the highest in a direction inside its chamber")
        margin = slack if margin is None else min(margin, slack)
    if margin is not None:
        yield at_least(margin, 0, "each vertex above the others")


def hull_vertices(points: Iterable[Point]) -> set[Point]:
    """The vertices of the convex hull of finitely many points, exactly (cddlib's redundancy removal).

    Example:
        >>> len(hull_vertices([(Fraction(x),) for x in range(5)]))
        2
    """
    cdd = cddlib()

    distinct = sorted(set(points))
    matrix = cdd.gmp.matrix_from_array([[1, *point] for point in distinct], rep_type=cdd.RepType.GENERATOR)
    redundant = cdd.gmp.redundant_rows(matrix)
    return {point for k, point in enumerate(distinct) if k not in redundant}


def fixed() -> Iterator[Vertices]:
    """A hexagon, a prism with a repeated and a zero row, a segment, a point."""
    yield mapped([[1, 0], [0, 1], [1, 1]])
    yield mapped([[1, 0, 0], [0, 1, 0], [1, 1, 0], [-2, -2, 0], [0, 0, 1], [0, 0, 0]])
    yield mapped([[1, 2], [-1, -2]])
    yield mapped([[0, 0]])


def control() -> Vertices:
    """The hexagon, with the sum of the first and the second row, which is inside it, for a vertex."""
    honest = mapped([[1, 0], [0, 1], [1, 1]])
    inside = (Fraction(1), Fraction(1))
    return Vertices(honest.rows, (inside, *honest.claimed[1:]))


def draw(rng: np.random.Generator) -> Any:
    """Up to five rows: the hull is taken of all subset sums."""
    return mapped(random_rows(rng))


THEOREM = Theorem(
    id="1.2",
    name="zonotope",
    statement=(
        "u -> X' 1[Xu >= 0] maps the chambers one to one onto the vertices of the zonotope sum_k [0, x_k]; "
        "the normal cone of a vertex is the closure of its chamber."
    ),
    source="classical; Ergen and Pilanci 2025, section on sampling of arrangement patterns",
    note="1.2-zonotope.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the sum of two rows of a hexagon is a vertex",
    control=control,
)
