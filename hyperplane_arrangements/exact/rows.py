"""Rows of Python integers: primitive ones, and one step of elimination."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import gcd
from typing import Any

from .quadratic import content

Row = tuple[int, ...]


def signed_content(row: Sequence[Any]) -> Any:
    """The greatest common divisor of the entries, with the sign of the first nonzero one; 0 for a zero row.

    Of quadratic numbers it is what `quadratic.content` says.

    Example:
        >>> signed_content([0, -4, 6])
        -2
    """
    try:
        divisor = gcd(*row)
    except TypeError:  # no integers
        return content(row)
    for entry in row:
        if entry:
            return divisor if entry > 0 else -divisor
    return 0


def inner(a: Iterable[Any], b: Iterable[Any]) -> Any:
    """The inner product, of the kind that the entries are.

    Example:
        >>> inner([1, 2], (3, 4))
        11
    """
    return sum(x * y for x, y in zip(a, b, strict=True))


def canonical(row: Sequence[int]) -> Row:
    """Return the row divided by its gcd, first nonzero entry positive; the zero row unchanged.

    Example:
        >>> canonical((0, -4, 6))
        (0, 2, -3)
    """
    content = signed_content(row)
    return tuple(row) if content in (0, 1) else tuple([entry // content for entry in row])


def primitive(row: Sequence[Any]) -> Row:
    """The shortest row in the same direction, over a positive number; the zero row unchanged.

    Example:
        >>> primitive((0, -4, 6))
        (0, -2, 3)
    """
    size = abs(signed_content(row))
    return tuple(row) if size in (0, 1) else tuple([entry // size for entry in row])


def restrict(rows: Iterable[Row], normal: Row) -> list[Row]:
    """Return the rows as primitive equations on the hyperplane `normal . x = 0`, in the order given.

    One coordinate in which `normal` is nonzero is eliminated (a smallest such entry, to keep integers small).

    Args:
        rows: integer rows of length d.
        normal: a nonzero integer row of length d.

    Returns:
        Rows of length d - 1; those parallel to `normal` become zero.

    Example:
        >>> restrict([(1, 1, 1), (2, 0, 0)], (1, 0, 0))
        [(1, 1), (0, 0)]
    """
    pivot = min((i for i, entry in enumerate(normal) if entry), key=lambda i: abs(normal[i]))
    scale = normal[pivot]
    rest = normal[:pivot] + normal[pivot + 1 :]
    result = []
    for row in rows:
        factor = row[pivot]
        kept = row[:pivot] + row[pivot + 1 :]
        if factor:
            kept = tuple([scale * x - factor * y for x, y in zip(kept, rest, strict=True)])
        result.append(canonical(kept))
    return result
