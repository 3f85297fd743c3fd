"""The panel of lines in the plane, and the lines that an arrangement gives it to begin with."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.quadratic import irrational
from hyperplane_arrangements.exact.rational import Vector, dot, independent_rows
from hyperplane_arrangements.families import named
from hyperplane_arrangements.plain import PlainArrangement

from .page import Panel

#: The page draws all of them anew while one is dragged.
MOST_LINES = 40

_PARTS = ("lines", "plane_words", "plane_pictures", "plane_facts")
_EXAMPLES = ("braid_3", "braid_4", "type_b_3", "shi_3", "catalan_3", "linial_3", "near_pencil_6")


def plane_panel(arrangement: PlainArrangement | None = None, name: str = "") -> Panel:
    """Lines to drag.

    Args:
        arrangement: what to begin with (see `lines_of`); five lines if None.
        name: what to call it.

    Raises:
        InputError: it has no picture as lines in the plane.

    Example:
        >>> plane_panel().mount
        'mountPlane'
    """
    begin = None if arrangement is None else {"name": name} | lines_of(arrangement)
    examples = [{"name": title} | lines_of(named(title)) for title in _EXAMPLES]
    return Panel("Lines in the plane", "plane", "mountPlane", {"begin": begin, "examples": examples}, _PARTS)


def lines_of(arrangement: PlainArrangement) -> dict[str, Any]:
    """The lines `ax + by = c` that an arrangement is, in an orthogonal basis of the space of its normals.

    Of rank 1 or 2 it is these lines, but for what is constant along the rest of space. Central and of rank 3
    it is met with a plane parallel to its first hyperplane, which is at infinity then and none of the lines:
    each region of the lines is one of two opposite chambers, and the characteristic polynomial is `t - 1`
    times that of the lines (statement 1.1). All maps are exact, so every coincidence is kept; axes have
    nearly, not quite, length one.

    Returns:
        `lines`: rows of three texts, integers or fractions. `names`: of the lines. `infinity`: the name of
        the hyperplane at infinity, or None. `own`: whether the coordinates are those of the arrangement.

    Raises:
        InputError: another rank, affine of rank 3, irrational, or more than `MOST_LINES` lines.

    Example:
        >>> lines_of(PlainArrangement([[1, 0], [1, 2]], [0, 3]))["lines"]
        [['1', '0', '0'], ['1', '2', '3']]
        >>> lines_of(PlainArrangement([[0, 0, 1], [1, 0, 1], [0, 2, 0]]))["lines"]
        [['1', '0', '-1'], ['0', '2', '0']]
    """
    rank = arrangement.rank
    if not 1 <= rank <= 3 - (not arrangement.is_central):
        kind = "central" if arrangement.is_central else "affine"
        raise InputError(
            f"the arrangement is {kind} and of rank {rank}; lines in the plane show rank 1 and 2, and rank 3 "
            "where it is central"
        )
    if irrational(arrangement.normals.integers):
        raise InputError("the arrangement has irrational normals; the page reckons with fractions alone")
    normals = [tuple(row) for row in arrangement.normals.fractions]
    offsets = arrangement.offsets or (Fraction(0),) * len(normals)
    basis = _basis(normals, arrangement)
    rows = [tuple(dot(normal, axis) for axis in basis) for normal in normals]
    lines = [(*row[:2], offset - sum(row[2:])) for row, offset in zip(rows, offsets, strict=True)]
    kept = [k for k, line in enumerate(lines) if any(line[:2])]
    if len(kept) > MOST_LINES:
        raise InputError(
            f"the arrangement has {len(kept)} lines; the page follows up to {MOST_LINES} by hand"
        )
    far = next((k for k, row in enumerate(rows) if rank == 3 and any(row) and not any(row[:2])), None)
    return {
        "lines": [list(map(str, lines[k])) for k in kept],
        "names": [arrangement.label(k) for k in kept],
        "infinity": None if far is None else arrangement.label(far),
        "own": arrangement.dimension == 2,
    }


def _basis(normals: Sequence[Vector], arrangement: PlainArrangement) -> list[Vector]:
    """Axes of the page, and behind them, at rank 3, the first normal; nearly of length one."""
    if arrangement.dimension == 2:
        return [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))]
    axes: list[Vector] = []
    for k in independent_rows(arrangement.normals):
        rest = normals[k]
        for axis in axes:
            share = dot(rest, axis) / dot(axis, axis)
            rest = tuple(x - share * y for x, y in zip(rest, axis, strict=True))
        axes.append(rest)
    turned = axes[1:] + axes[:1] if len(axes) == 3 else axes
    short = [tuple(x / _length(axis) for x in axis) for axis in turned]
    return short if len(short) > 1 else [*short, (Fraction(0),) * arrangement.dimension]


def _length(vector: Vector) -> Fraction:
    """Nearly: only what the picture looks like depends on it."""
    return max(Fraction(sqrt(dot(vector, vector))).limit_denominator(30), Fraction(1, 30))
