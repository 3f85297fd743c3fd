"""Singular values between rationals, proven by counting the real roots of a characteristic polynomial.

The eigenvalues of a symmetric matrix are real, and for a polynomial whose roots are all real Descartes' rule
of signs is an equality: the number of positive roots is the number of sign changes. So the number of
eigenvalues of `X'X` above a rational t is read off the characteristic polynomial of `X'X - t I`, in
integers. Floats only say where to look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import lcm
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix
from hyperplane_arrangements.exact.rational import Vector, dot

from .norms import root_above, root_below

_WIDTH = Fraction(1, 2**40)
_ROOT_BITS = 4000


@dataclass(frozen=True, slots=True)
class Enclosure:
    """`lower <= the number <= upper`, proven.

    Example:
        >>> Enclosure(Fraction(1), Fraction(1)).width
        Fraction(0, 1)
    """

    lower: Fraction
    upper: Fraction

    @property
    def width(self) -> Fraction:
        """`upper - lower`."""
        return self.upper - self.lower


def gram_matrix(rows: Sequence[Vector]) -> list[list[Fraction]]:
    """`X'X` or `XX'`, whichever is smaller: they have the same nonzero eigenvalues.

    Example:
        >>> [[int(x) for x in row] for row in gram_matrix([(Fraction(3), Fraction(4))])]
        [[25]]
    """
    columns = list(zip(*rows, strict=True))
    vectors = rows if len(rows) < len(columns) else columns
    return [[dot(a, b) for b in vectors] for a in vectors]


def eigenvalues_above(symmetric: Sequence[Sequence[Fraction]], threshold: Fraction) -> int:
    """How many eigenvalues of a symmetric matrix are greater than a number, with multiplicity, exactly.

    Args:
        symmetric: m x m rationals.
        threshold: a rational.

    Example:
        >>> eigenvalues_above([[Fraction(2), Fraction(0)], [Fraction(0), Fraction(3)]], Fraction(2))
        1
    """
    from flint import fmpz_mat

    scale = lcm(threshold.denominator, *(x.denominator for row in symmetric for x in row))
    shifted = [
        [int((x - threshold * (i == j)) * scale) for j, x in enumerate(row)]
        for i, row in enumerate(symmetric)
    ]
    size = len(shifted)
    polynomial = fmpz_mat(size, size, [x for row in shifted for x in row]).charpoly()
    signs = [1 if c > 0 else -1 for k in range(size + 1) if (c := int(polynomial[k]))]
    return sum(a != b for a, b in pairwise(signs))


def singular_value(X: Any, k: int) -> Enclosure:
    """The k-th largest singular value, between two rationals.

    Args:
        X: n x d, anything :func:`~hyperplane_arrangements.exact.exact_matrix` takes.
        k: 1 for the largest; beyond min(n, d) it is 0.

    Returns:
        The enclosure: (0, 0) if and only if the rank is below k, which is decided exactly.

    Raises:
        InputError: k < 1.

    Example:
        >>> found = singular_value([[3, 0], [0, 4]], 2)
        >>> found.lower <= 3 <= found.upper, found.width < Fraction(1, 10**10)
        (True, True)
        >>> singular_value([[1, 2], [2, 4]], 2)
        Enclosure(lower=Fraction(0, 1), upper=Fraction(0, 1))
    """
    if k < 1:
        raise InputError(f"k is {k}; singular values are counted from 1, the largest")
    matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X)
    gram = gram_matrix(matrix.fractions)
    zero = Fraction(0)
    if k > len(gram) or eigenvalues_above(gram, zero) < k:
        return Enclosure(zero, zero)
    below, above = _bracket(gram, k, _WIDTH)
    return Enclosure(root_below(below), root_above(above))


def norm_above(rows: Sequence[Vector]) -> Fraction:
    """A rational at least `norm(X)_2`, within 2^-39 of it relatively.

    Example:
        >>> norm_above([(Fraction(3), Fraction(4))]) >= 5
        True
    """
    return singular_value(exact_matrix(rows), 1).upper if any(map(any, rows)) else Fraction(0)


def _guess(gram: Sequence[Sequence[Fraction]], k: int) -> Fraction:
    """The k-th largest eigenvalue in floats, as a positive rational."""
    scale = max(abs(x) for row in gram for x in row)
    floats = np.array([[float(x / scale) for x in row] for row in gram])
    value = float(np.linalg.eigvalsh(floats)[-k])
    return Fraction(max(value, 2.0**-60)) * scale


def _bracket(gram: Sequence[Sequence[Fraction]], k: int, width: Fraction) -> tuple[Fraction, Fraction]:
    """The k-th largest eigenvalue of a positive semidefinite matrix, known to be positive, between
    rationals."""
    guess = _guess(gram, k)
    below, above = guess * (1 - width / 4), guess * (1 + width / 4)
    factor = Fraction(2)
    while eigenvalues_above(gram, below) < k:
        above, below, factor = below, below / factor, factor * factor
    factor = 1 + width
    while eigenvalues_above(gram, above) >= k:
        below, above, factor = above, above * factor, factor * factor
    while above > below * (1 + width):
        middle = (below + above) / 2 if above < 4 * below else root_above(below * above, _ROOT_BITS)
        middle = rounded_up(middle)
        below, above = (middle, above) if eigenvalues_above(gram, middle) >= k else (below, middle)
    return below, above


def rounded_up(value: Fraction, bits: int = 64) -> Fraction:
    """A rational at least a nonnegative value with about so many bits; short values are kept as they are.

    Example:
        >>> rounded_up(Fraction(1, 3)), rounded_up(Fraction(1, 31), bits=4)
        (Fraction(1, 3), Fraction(9, 256))
    """
    if max(value.numerator, value.denominator).bit_length() <= bits:
        return value
    scale = 2 ** max(0, bits + value.denominator.bit_length() - value.numerator.bit_length())
    return Fraction(-(-value.numerator * scale // value.denominator), scale)
