"""A short integer point inside each chamber: what a certificate lists a chamber by."""

from __future__ import annotations

from math import gcd

import numpy as np

from hyperplane_arrangements.enumeration.chambers import Chambers
from hyperplane_arrangements.exact import ExactMatrix, certain_signs, exact_matrix
from hyperplane_arrangements.machine.cores import blocks

# Points are rounded to so many bits if all their signs are certain to survive that; else to the next number.
_BITS = (12, 24, 48)

Point = tuple[int, ...]


def integer_points(matrix: ExactMatrix, chambers: Chambers) -> list[Point]:
    """An integer point inside each chamber of the rows of a matrix, without common factor.

    Args:
        matrix: N x d.
        chambers: of its central arrangement.

    Returns:
        One point a chamber, in the order of the list.

    Example:
        >>> from hyperplane_arrangements import Arrangement, exact_matrix
        >>> rows = [[1.0, 0.1], [0.3, 1.0]]
        >>> points = integer_points(exact_matrix(rows), Arrangement(rows).chambers())
        >>> (np.sign(np.array(points) @ np.transpose(rows)) == Arrangement(rows).chambers().signs).all()
        np.True_
    """
    points, patterns = chambers.witnesses, chambers.patterns
    if points.dtype == object:
        return list(map(_primitive, points.tolist()))
    parts = blocks(len(points), matrix.shape[0])
    return [point for part in parts for point in _rounded(matrix, points[part], patterns[part])]


def _rounded(matrix: ExactMatrix, points: np.ndarray, patterns: np.ndarray) -> list[Point]:
    """The points rounded to few bits, and as they are where that is never certain to do."""
    whole, left = np.zeros(points.shape, dtype=np.int64), np.arange(len(points))
    _, exponents = np.frexp(np.abs(points).max(axis=1, keepdims=True))
    zero = (matrix.integers == 0).all(axis=1)
    for bits in _BITS:
        short = np.rint(np.ldexp(points[left], bits - exponents[left]))
        signs = certain_signs(matrix, short)
        inside = (((signs > 0) == patterns[left]) & ((signs != 0) | zero)).all(axis=1)
        whole[left[inside]] = short[inside]
        left = left[~inside]
    divisors = np.gcd.reduce(whole, axis=1, keepdims=True)
    divisors[left] = 1
    listed = list(map(tuple, (whole // divisors).tolist()))
    if len(left):
        for i, point in zip(left.tolist(), exact_matrix(points[left]).integers.tolist(), strict=True):
            listed[i] = _primitive(point)
    return listed


def _primitive(point: list[int]) -> Point:
    divisor = gcd(*point) or 1
    return tuple(value // divisor for value in point)
