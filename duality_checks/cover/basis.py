"""A rational basis of the row space, as nearly orthonormal as a few dozen bits make it (statement 7.2)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from .. import checker

BITS = 56
PASSES = 3

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
    found = checker.pivot_columns(checker.hyperplanes(rows))
    if len(found) == len(rows[0]):
        return None
    lines = [tuple(map(Fraction, row)) for row in found.values()]
    lines = [tuple(x / 2 ** max(abs(x.numerator).bit_length() for x in row) for x in row) for row in lines]
    for _ in range(PASSES):
        gram = np.array(
            [[float(sum(x * y for x, y in zip(a, b, strict=True))) for b in lines] for a in lines]
        )
        inverse = np.linalg.inv(np.linalg.cholesky(gram))
        factors = [[Fraction(round(x * 2**BITS), 2**BITS) for x in line] for line in inverse.tolist()]
        columns = list(zip(*lines, strict=True))
        lines = [
            tuple(sum((f * x for f, x in zip(line, column, strict=True)), Fraction(0)) for column in columns)
            for line in factors
        ]
    return tuple(lines)
