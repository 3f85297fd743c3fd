"""Hypothesis strategies for your own tests: arrangements, matrices of exact low rank, directions near walls.

Needs the extra `hypothesis`. Every strategy is built up, never filtered, so none fails Hypothesis's health
checks; what it draws shrinks to few rows of small integers. For that, all that belongs to a row is drawn in
one piece, which Hypothesis can drop: a number of rows drawn first, or a permutation drawn last, would have to
change together with it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from .arrangement import Arrangement
from .errors import InputError, MissingExtraError
from .exact import exact_matrix, exact_vector
from .exact import rank as exact_rank
from .exact.rational import dot

try:
    from hypothesis import strategies as st
except ImportError as error:
    raise MissingExtraError(
        "hyperplane_arrangements.strategies needs hypothesis; install the extra: convex-landscape[hypothesis]"
    ) from error

Rows = list[list[Any]]

#: The ways in which the rows of an arrangement can be special.
DEGENERACIES = ("general", "repeated", "concurrent", "tiny angles")

_SMALL = st.integers(-3, 3)
# Of matrices of rank 1: one row with a large entry then says what many with small ones do, and is smaller.
_LARGE = st.integers(-99, 99)
_KEYS = st.integers(0, 59)  # rows are sorted by them


def _choice(name: str, value: Any, allowed: tuple[str, ...]) -> Any:
    if value is not None and value not in allowed:
        raise InputError(f"{name} is {value!r}; choose one of {', '.join(allowed)}, or None for any")
    return st.sampled_from(allowed) if value is None else st.just(value)


def _range(name: str, value: int | None, low: int, high: int) -> tuple[int, int]:
    if value is not None and value < low:
        raise InputError(f"{name} is {value}; give at least {low}, or None for {low} to {high}")
    return (low, high) if value is None else (value, value)


def _between(name: str, value: int | None, low: int, high: int) -> Any:
    return st.integers(*_range(name, value, low, high))


@st.composite
def normals(
    draw: Callable[[Any], Any],
    *,
    size: int | None = None,
    rank: int | None = None,
    dimension: int | None = None,
    degeneracy: str | None = None,
) -> Rows:
    """Rows of exactly the given rank, special in the given way.

    Args:
        size: number of rows; rank to rank + 4 if None.
        rank: exact rank; 1 to 3 if None.
        dimension: number of columns; rank or rank + 1 if None.
        degeneracy: "general" (any r rows independent), "repeated" (also multiples, opposites and zero rows),
            "concurrent" (rows that are sums or differences of two others, so that three hyperplanes share a
            flat), "tiny angles" (floats a few units in the last place apart); any of them if None.

    Returns:
        A strategy for nested lists of small integers, two digits at rank 1, floats for "tiny angles".

    Raises:
        InputError: a size below the rank, a dimension below it, or no such degeneracy.

    Example:
        >>> from hypothesis import find
        >>> find(normals(rank=2, size=3, dimension=2, degeneracy="general"), lambda rows: True)
        [[1, 0], [1, 1], [1, 2]]
    """
    r = draw(_between("rank", rank, 1, 3))
    least, most = _range("size", size, r, r + 4)
    d = draw(_between("dimension", dimension, r, r + 1))
    kind = draw(_choice("degeneracy", degeneracy, DEGENERACIES))
    if kind == "general":
        keys, rows = _in_general_position(draw, least, most, r)
        special = []
    else:
        keys, rows = _in_general_position(draw, r, r, r)
        special = draw(st.lists(_special(kind), min_size=least - r, max_size=most - r))
    for key, first, second, number in special:
        keys.append(key)
        rows.append(_special_row(kind, rows[first % len(rows)], rows[second % len(rows)], number))
    rows = _embedded(draw, rows, r, d)
    if kind == "tiny angles":
        rows = [[float(x) for x in row] for row in rows]
        for i, (_, _, place, steps) in enumerate(special, r):
            rows[i] = _nudged(rows[i], [j for j in range(r) if rows[i][j]], place, steps)
        # The other columns would be sums of columns only before the nudge: leave them empty.
        rows = [[*row[:r], *([0.0] * (d - r))] for row in rows]
    return [row for _, row in sorted(zip(keys, rows, strict=True), key=lambda pair: pair[0])]


def _in_general_position(draw: Any, least: int, most: int, r: int) -> tuple[list[int], Rows]:
    """Return rows any r of which are independent (all, if fewer than r), with keys that shuffle them.

    Drawn integers plus m times the moment curve: each minor is a polynomial in m that is not zero, so some m
    works.
    """
    row = st.tuples(_KEYS, st.lists(_SMALL if r > 1 else _LARGE, min_size=r, max_size=r))
    drawn = draw(st.lists(row, min_size=least, max_size=most))
    n, m = len(drawn), 0
    while True:
        rows = [[x + m * i**j for j, x in enumerate(row)] for i, (_, row) in enumerate(drawn)]
        if all(_rank(subset) == min(n, r) for subset in combinations(rows, min(n, r))):
            return [key for key, _ in drawn], rows
        m += 1


def _rank(rows: Any) -> int:
    return exact_rank(exact_matrix(rows))


def _special(kind: str) -> Any:
    """How a row depends on those before it: its key, which two (modulo how many there are), and a number."""
    numbers = {"repeated": [1, -1, 2, 0], "concurrent": [1, -1], "tiny angles": [0, 1, 2, 3]}
    return st.tuples(_KEYS, st.integers(0, 59), st.integers(0, 59), st.sampled_from(numbers[kind]))


def _special_row(kind: str, first: list[int], second: list[int], number: int) -> list[int]:
    if kind == "concurrent":
        return [x + number * y for x, y in zip(first, second, strict=True)]
    return [number * x for x in first] if kind == "repeated" else list(first)


def _embedded(draw: Any, rows: Rows, r: int, d: int) -> Rows:
    """Return the rows with d - r more columns, combinations of the others: the rank stays."""
    weights = draw(
        st.lists(st.lists(st.integers(-1, 1), min_size=r, max_size=r), min_size=d - r, max_size=d - r)
    )
    return [[*row, *(sum(w * x for w, x in zip(line, row, strict=True)) for line in weights)] for row in rows]


def _nudged(row: list[float], places: list[int], place: int, steps: int) -> list[float]:
    """Return a row one of whose entries is moved by some units in the last place."""
    j = places[place % len(places)]
    value = row[j]
    for _ in range(steps):
        value = float(np.nextafter(value, np.inf))
    return [*row[:j], value, *row[j + 1 :]]


def arrangements(
    *,
    size: int | None = None,
    rank: int | None = None,
    dimension: int | None = None,
    degeneracy: str | None = None,
) -> Any:
    """Central arrangements of exactly the given rank; the options are those of `normals`.

    Example:
        >>> from hypothesis import find
        >>> find(arrangements(), lambda a: a.count_chambers() > 2).normals.integers.tolist()
        [[1, 0], [1, 1]]
    """
    return normals(size=size, rank=rank, dimension=dimension, degeneracy=degeneracy).map(_central)


def _central(rows: Rows) -> Arrangement:
    return Arrangement(exact_matrix(rows))


#: The ways in which an affine arrangement can be special: those of its normals, and parallel hyperplanes.
AFFINE_DEGENERACIES = (*DEGENERACIES, "parallel")


@st.composite
def affine_arrangements(
    draw: Callable[[Any], Any],
    *,
    size: int | None = None,
    rank: int | None = None,
    dimension: int | None = None,
    degeneracy: str | None = None,
) -> Arrangement:
    """Affine arrangements whose normals have exactly the given rank.

    Args:
        size: number of rows; rank to rank + 4 if None.
        rank: exact rank of the normals; 1 to 3 if None.
        dimension: number of columns; rank or rank + 1 if None.
        degeneracy: those of `normals` (for "concurrent" all hyperplanes pass through one point), or
            "parallel": equal normals with different offsets; any of them if None.

    Example:
        >>> from hypothesis import find
        >>> two = find(affine_arrangements(degeneracy="parallel"), lambda a: a.count_chambers() == 3)
        >>> two.normals.integers.tolist(), len(two.offsets)
        ([[1], [1]], 2)
    """
    kind = draw(_choice("degeneracy", degeneracy, AFFINE_DEGENERACIES))
    of_normals = "repeated" if kind == "parallel" else kind
    rows = draw(normals(size=size, rank=rank, dimension=dimension, degeneracy=of_normals))
    if kind == "parallel":
        rows = [row if any(row) else next(filter(any, rows)) for row in rows]
    if kind == "concurrent":
        point = draw(st.lists(_SMALL, min_size=len(rows[0]), max_size=len(rows[0])))
        offsets = [sum(a * x for a, x in zip(row, point, strict=True)) for row in rows]
    else:
        offsets = draw(st.lists(_SMALL, min_size=len(rows), max_size=len(rows)))
    return Arrangement(exact_matrix(rows), exact_vector(offsets, "offsets"))


@st.composite
def low_rank_matrices(
    draw: Callable[[Any], Any],
    *,
    rows: int | None = None,
    columns: int | None = None,
    rank: int | None = None,
) -> np.ndarray:
    """Float64 data matrices of exactly the given rank, as rational numbers and not only up to rounding.

    Args:
        rows: number of samples; rank to rank + 4 if None.
        columns: number of features; rank to rank + 2 if None.
        rank: exact rank; 1 to 3 if None.

    Returns:
        A strategy for (rows x columns) arrays whose entries are small integers over a power of two.

    Raises:
        InputError: fewer rows or columns than the rank.

    Example:
        >>> from hypothesis import find
        >>> find(low_rank_matrices(rows=2, columns=2, rank=1), lambda x: True).tolist()
        [[1.0, 0.0], [1.0, 0.0]]
    """
    r = draw(_between("rank", rank, 1, 3))
    least, most = _range("rows", rows, r, r + 4)
    d = draw(_between("columns", columns, r, r + 2))
    _, left = _in_general_position(draw, least, most, r)
    table = np.array(_embedded(draw, left, r, d), dtype=np.float64)
    return table / draw(st.sampled_from([1.0, 2.0, 1024.0]))


@st.composite
def directions_near_walls(
    draw: Callable[[Any], Any], arrangement: Arrangement, *, steps: int = 2
) -> np.ndarray:
    """Float64 directions on a hyperplane of a central arrangement, or a few floats beside it.

    An integer vector is projected on a drawn hyperplane exactly, rounded to floats, and one entry is moved:
    the float product with the normal is rounding noise, and only exact arithmetic knows its sign.

    Args:
        arrangement: central, with a hyperplane.
        steps: move the entry by at most this many floats.

    Returns:
        A strategy for arrays of d floats, not all zero if d > 1.

    Raises:
        InputError: the arrangement is affine, or every row is zero.

    Example:
        >>> from hypothesis import find
        >>> find(directions_near_walls(Arrangement([[1, 3]])), lambda u: True).tolist()
        [0.9, -0.3]
    """
    proper = [row for row in arrangement.normals.fractions if any(row)]
    if arrangement.offsets is not None or not proper:
        raise InputError("arrangement has no hyperplane through 0; give a central one with a nonzero row")
    normal = draw(st.sampled_from(proper))
    d = arrangement.dimension
    start = draw(st.lists(_SMALL, min_size=d, max_size=d))
    for shift in (0, 1, 2):
        # Of v, v + e_1, v + e_2 not all are multiples of the normal, unless d = 1.
        vector = [x + (shift == j + 1) for j, x in enumerate(start)]
        share = dot(normal, vector) / dot(normal, normal)
        on_wall = [x - a * share for a, x in zip(normal, vector, strict=True)]
        if any(on_wall):
            break
    u = np.array([float(x) for x in on_wall])
    place = draw(st.integers(0, d - 1))
    for _ in range(draw(st.integers(0, steps))):
        u[place] = np.nextafter(u[place], draw(st.sampled_from([np.inf, -np.inf])))
    return u
