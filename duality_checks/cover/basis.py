"""A rational basis of the row space, as nearly orthonormal as a few dozen bits make it (statement 7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import exact_matrix, rank

from .. import checker
from ..data.middle import middle

BITS = 56
PASSES = 3
EXACT_BITS = 160  # of factors where floats fail, whose differences cancel

Lines = tuple[tuple[Fraction, ...], ...]


def orthonormal(rows: Sequence[tuple[int, ...]]) -> Lines | None:
    """Rows that span exactly what the given ones span; None where these span everything.

    ``norm(B't)`` and ``norm(t)`` differ by a share that the checker computes; each pass divides by a Cholesky
    factor in floats, and what it leaves is of the size of roundings.

    Args:
        rows: integers, n x d, not all zero.

    Example:
        >>> orthonormal([(1, 0), (1, 1)]) is None
        True
        >>> (line,) = orthonormal([(3, 4), (6, 8)])
        >>> round(float(line[0]), 9), line[1] / line[0]
        (0.6, Fraction(4, 3))
    """
    if rank(exact_matrix(rows)) == len(rows[0]):
        return None
    found = checker.pivot_columns(checker.hyperplanes(rows))
    lines = tuple(_at_most_one(row) for row in found.values())
    for _ in range(PASSES):
        lines = _combined(_factors(_gram(lines)), lines)
    return lines


def turned(lines: Lines | None, rows: np.ndarray, weights: np.ndarray) -> Lines:
    """A basis of the same space along the principal axes of what bends: boxes along these have fewer rows
    that they do not decide, and the heaviest least of all.

    Args:
        lines: a basis, nearly orthonormal; None for that of all directions.
        rows: in its coordinates, h x r.
        weights: length h; a row counts by the square of its weight.

    Example:
        >>> (line, _) = turned(None, np.array([[1.0, 1.0], [1.0, -1.0]]), np.array([1.0, 3.0]))
        >>> [round(abs(float(x)), 9) for x in line]
        [0.707106781, 0.707106781]
    """
    bent = rows * (weights / np.abs(weights).max(initial=np.finfo(float).tiny))[:, None]
    _, _, axes = np.linalg.svd(bent, full_matrices=rows.shape[0] < rows.shape[1])
    factors = [[Fraction(round(x * 2**BITS), 2**BITS) for x in axis] for axis in axes.tolist()]
    if lines is None:
        return tuple(map(tuple, factors))
    return _combined(factors, lines)


def _at_most_one(row: tuple[int, ...]) -> tuple[Fraction, ...]:
    """The row over a power of two above all of its entries."""
    power = 1 << max(abs(x).bit_length() for x in row)
    return tuple(Fraction(x, power) for x in row)


def _gram(lines: Lines) -> list[list[Fraction]]:
    """The inner products of lines."""
    whole, scale = _whole(lines)
    return [[Fraction(x, scale**2) for x in row] for row in whole @ whole.T]


def _combined(factors: Sequence[Sequence[Fraction]], lines: Lines) -> Lines:
    """Sums of lines, each times its factor."""
    (shares, one), (whole, other) = _whole(factors), _whole(lines)
    return tuple(tuple(Fraction(x, one * other) for x in row) for row in shares @ whole)


def _whole(lines: Sequence[Sequence[Fraction]]) -> tuple[np.ndarray, int]:
    """Lines as Python integers over one denominator."""
    rows, scale = checker.integer_rows(lines)
    return np.array(rows, dtype=object), scale


def _factors(gram: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """About the inverse of a Cholesky factor, lower triangular with a nonzero diagonal."""
    try:
        lower = np.linalg.cholesky(np.array([[float(x) for x in line] for line in gram]))
        inverse = np.linalg.inv(lower).tolist()
    except np.linalg.LinAlgError:  # lines that floats cannot tell apart
        return _exact_factors(gram)
    return [[Fraction(round(x * 2**BITS), 2**BITS) for x in line] for line in inverse]


def _exact_factors(gram: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """The same by Gram and Schmidt in rationals, each line over a power of two near its length."""
    lines: list[list[Fraction]] = []
    for i in range(len(gram)):
        line = [Fraction(int(i == j)) for j in range(len(gram))]
        for other in lines:
            share = _product(gram, line, other) / _product(gram, other, other)
            line = [x - share * y for x, y in zip(line, other, strict=True)]
        square = _product(gram, line, line)
        bits = square.numerator.bit_length() - square.denominator.bit_length()
        lines.append([x / Fraction(2) ** (bits // 2) for x in line])
    return [[Fraction(round(x * 2**EXACT_BITS), 2**EXACT_BITS) for x in line] for line in lines]


def _product(gram: Sequence[Sequence[Fraction]], a: Sequence[Fraction], b: Sequence[Fraction]) -> Fraction:
    parts = (x * g * y for x, line in zip(a, gram, strict=True) for g, y in zip(line, b, strict=True))
    return sum(parts, Fraction(0))


def amid(rows: Sequence[Sequence[Fraction]], bias: int) -> tuple[Fraction, ...]:
    """A point in the middle of rows, with few digits, and 0 in one column.

    Example:
        >>> amid([(Fraction(1970), Fraction(1)), (Fraction(2020), Fraction(1))], bias=1)
        (Fraction(1992, 1), Fraction(0, 1))
    """
    columns = enumerate(zip(*rows, strict=True))
    return tuple(Fraction(0) if i == bias else middle(column) for i, column in columns)
