"""Small exact linear algebra over the rationals, in plain Python: for matrices with a few rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from .numbers import ExactMatrix, exact_matrix, pivot_columns
from .quadratic import irrational
from .rows import Row
from .scaled import Scaled

Vector = tuple[Fraction, ...]
Matrix = list[list[Fraction]]
ZERO, ONE = Fraction(0), Fraction(1)


def null_space(rows: Sequence[Row], dimension: int) -> list[Row]:
    """Return a basis of `{u : row . u = 0 for every row}`, by exact elimination; integers, if the rows are.

    Args:
        rows: integer rows of the given length.
        dimension: their length.

    Example:
        >>> null_space([(1, 2, 0)], 3)
        [(-2, 1, 0), (0, 0, 1)]
    """
    reduced: list[tuple[int, list[Any]]] = []
    for row in rows:
        rest: list[Any] = list(row) if irrational([row]) else [Fraction(x) for x in row]
        for pivot, unit in reduced:
            if rest[pivot]:
                rest = [x - rest[pivot] * y for x, y in zip(rest, unit, strict=True)]
        lead = next((j for j, x in enumerate(rest) if x), None)
        if lead is not None:
            unit = [x / rest[lead] for x in rest]
            reduced = [(p, [x - u[lead] * y for x, y in zip(u, unit, strict=True)]) for p, u in reduced]
            reduced.append((lead, unit))
    pivots = {pivot for pivot, _ in reduced}
    basis = []
    for free in (j for j in range(dimension) if j not in pivots):
        vector: list[Any] = [Fraction(int(j == free)) for j in range(dimension)]
        for pivot, unit in reduced:
            vector[pivot] = -unit[free]
        if irrational(rows):
            basis.append(tuple(vector))
            continue
        scale = lcm(*(x.denominator for x in vector))
        basis.append(tuple(int(x * scale) for x in vector))
    return basis


def independent_rows(matrix: ExactMatrix) -> tuple[int, ...]:
    return pivot_columns(exact_matrix(list(zip(*matrix.fractions, strict=True))))


def dot(a: Iterable[Any], b: Iterable[Any]) -> Fraction:
    """The inner product of two vectors of rationals, exactly.

    Example:
        >>> dot([Fraction(1, 2), Fraction(2)], [Fraction(4), Fraction(1)])
        Fraction(4, 1)
    """
    return sum((x * y for x, y in zip(a, b, strict=True)), ZERO)


def long_dot(a: Iterable[Fraction], b: Iterable[Fraction]) -> Fraction:
    """:func:`dot` of many numbers that have few denominators: a fraction for each of these, no more; just one
    where both are :class:`~.scaled.Scaled`.

    Example:
        >>> long_dot([Fraction(1, 2), Fraction(2)], [Fraction(4), Fraction(1)])
        Fraction(4, 1)
    """
    if isinstance(a, Scaled) and isinstance(b, Scaled):
        return a.dot(b)
    numerators: dict[int, int] = {}
    for x, y in zip(a, b, strict=True):
        denominator = x.denominator * y.denominator
        numerators[denominator] = numerators.get(denominator, 0) + x.numerator * y.numerator
    return _over(numerators)


def combination(weights: Iterable[Fraction], vectors: Iterable[Sequence[Fraction]], dimension: int) -> Vector:
    """`sum_k weights[k] * vectors[k]`, exactly; zero weights cost nothing.

    Example:
        >>> combination([Fraction(2), Fraction(0)], [(Fraction(1),), (Fraction(5),)], 1)
        (Fraction(2, 1),)
    """
    counted = [(weight, vector) for weight, vector in zip(weights, vectors, strict=True) if weight]
    if not counted:
        return (ZERO,) * dimension
    shares, chosen = zip(*counted, strict=True)
    return tuple(long_dot(shares, entries) for entries in zip(*chosen, strict=True))


def total(values: Iterable[Fraction]) -> Fraction:
    """The sum of many: numerators over one denominator together first, then neighbours in pairs.

    Example:
        >>> total(Fraction(1, k) for k in (2, 3, 2, 6))
        Fraction(3, 2)
    """
    if isinstance(values, Scaled):
        return values.total()
    numerators: dict[int, int] = {}
    for value in values:
        numerators[value.denominator] = numerators.get(value.denominator, 0) + value.numerator
    return _over(numerators)


def _over(numerators: dict[int, int]) -> Fraction:
    """The sum of fractions, by their denominators."""
    parts = [Fraction(p, q) for q, p in sorted(numerators.items())]
    while len(parts) > 1:
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [a + b for a, b in pairs] + parts[len(parts) - len(parts) % 2 :]
    return parts[0] if parts else ZERO


def transposed(matrix: Sequence[Sequence[Fraction]]) -> Matrix:
    return list(map(list, zip(*matrix, strict=True)))


def times(left: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]) -> Matrix:
    columns = transposed(right)
    return [[dot(row, column) for column in columns] for row in left]


def determinant(square: Sequence[Sequence[Fraction]]) -> Fraction:
    """Return a determinant, by elimination.

    Example:
        >>> determinant([[Fraction(1), Fraction(2)], [Fraction(3), Fraction(4)]])
        Fraction(-2, 1)
    """
    rows, found = [list(row) for row in square], ONE
    for j in range(len(rows)):
        pivot = next((i for i in range(j, len(rows)) if rows[i][j]), None)
        if pivot is None:
            return ZERO
        if pivot != j:
            rows[j], rows[pivot], found = rows[pivot], rows[j], -found
        found *= rows[j][j]
        for i in range(j + 1, len(rows)):
            if factor := rows[i][j] / rows[j][j]:
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[j], strict=True)]
    return found


def inverse(square: Matrix) -> Matrix:
    """Return the inverse of an invertible rational matrix, from the null space of `(A | -I)`."""
    size = len(square)
    augmented = []
    for i, row in enumerate(square):
        q = lcm(*(x.denominator for x in row))
        augmented.append(tuple(int(x * q) for x in row) + tuple(-q * (i == j) for j in range(size)))
    columns = null_space(augmented, 2 * size)
    return [[Fraction(v[i], v[size + j]) for j, v in enumerate(columns)] for i in range(size)]
