"""Making a vector orthogonal to given columns, exactly, by changing as few of its entries as possible.

What a network adds freely to its outputs, the columns of B, must be orthogonal to the dual vector (statement
2.14). One entry for each independent column is enough to make it so; the others stay as they are, short
numbers with a common denominator, and the changed ones are off by what was wrong before.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector, dot


def orthogonal(
    values: Sequence[Fraction], columns: Sequence[Vector], movable: Sequence[int]
) -> Vector | None:
    """The values with some entries changed so that every column is orthogonal to them.

    Args:
        values: length n.
        columns: each of length n.
        movable: the entries that may change, those to be preferred first.

    Returns:
        Length n; None where the movable entries are not enough.

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> [str(x) for x in orthogonal([one, one, one], [(one, one, one), (one, two, two)], [0, 1, 2])]
        ['0', '-1', '1']
    """
    result = list(values)
    for pivot, row in _reduced(columns, movable):
        if pivot is None:
            if dot(row, values):
                return None
        else:
            result[pivot] -= dot(row, values)
    return tuple(result)


def _reduced(columns: Sequence[Vector], movable: Sequence[int]) -> list[tuple[int | None, Vector]]:
    """Combinations of the columns that span the same, each 1 at a place where the others are 0.

    The place of each is where it is largest, so that corrections stay small; None where it vanishes on all
    movable places.
    """
    done: list[tuple[int | None, Vector]] = []
    for column in columns:
        for pivot, row in done:
            if pivot is not None:
                column = _minus(column, column[pivot], row)
        if not any(column):
            continue
        place = max(movable, key=lambda k: abs(column[k]), default=None)
        if place is None or not column[place]:
            done.append((None, column))
            continue
        size = column[place]
        column = tuple(x / size for x in column)
        done = [(pivot, _minus(row, row[place], column)) for pivot, row in done]
        done.append((place, column))
    return done


def _minus(column: Vector, factor: Fraction, row: Vector) -> Vector:
    return tuple(x - factor * y for x, y in zip(column, row, strict=True)) if factor else column
