"""Rational vectors with rational lengths, so that norms need no square root."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.exact.rational import Vector, dot


def unit_vector(parameters: Sequence[Fraction]) -> Vector:
    """The point of the unit sphere that stereographic projection takes to d - 1 parameters.

    Example:
        >>> [str(x) for x in unit_vector([Fraction(1, 2)])]
        ['4/5', '-3/5']
    """
    square = sum((p * p for p in parameters), Fraction(0))
    return (*(2 * p / (square + 1) for p in parameters), (square - 1) / (square + 1))


def random_unit_vector(rng: np.random.Generator, dimension: int) -> Vector:
    """A rational unit vector with a small denominator.

    Example:
        >>> sum(x * x for x in random_unit_vector(np.random.default_rng(0), 3))
        Fraction(1, 1)
    """
    parameters = [Fraction(int(p), 2) for p in rng.integers(-4, 5, dimension - 1)]
    sign = int(rng.choice([-1, 1]))
    return tuple(sign * x for x in unit_vector(parameters))


def random_orthonormal_rows(rng: np.random.Generator, count: int, dimension: int) -> tuple[Vector, ...]:
    """Rational orthonormal rows: some rows of a product of two reflections.

    Example:
        >>> rows = random_orthonormal_rows(np.random.default_rng(0), 2, 3)
        >>> sum(a * b for a, b in zip(*rows))
        Fraction(0, 1)
    """
    rows = [tuple(Fraction(int(i == j)) for j in range(dimension)) for i in range(dimension)]
    for _ in range(2):
        w = random_unit_vector(rng, dimension)
        rows = [_reflected(row, w) for row in rows]
    return tuple(rows[:count])


def _reflected(row: Vector, w: Vector) -> Vector:
    return tuple(x - 2 * dot(row, w) * y for x, y in zip(row, w, strict=True))


def rank_of(rows: Sequence[Vector]) -> int:
    """The rank of rational rows; 0 of none.

    Example:
        >>> rank_of([(Fraction(1), Fraction(2)), (Fraction(2), Fraction(4))]), rank_of([])
        (1, 0)
    """
    return rank(exact_matrix(rows)) if rows else 0
