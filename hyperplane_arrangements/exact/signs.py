"""Certified signs out: each is settled by a float64 product together with a proven bound on its error, or by
Python integers; no tolerance decides one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import InputError
from .numbers import EXACT, ExactMatrix, exact_matrix, integer_row, scaled_floats
from .quadratic import irrational

_UNIT = 2.0**-53  # unit roundoff of float64
_TINY = 2.0**-1000  # far above every underflow error of a row scaled to at most 1


def signs(matrix: ExactMatrix, directions: Any) -> np.ndarray:
    """The exact signs of `X u` for a batch of directions u.

    A float64 product settles every sign that exceeds a proven bound on its error; integers settle the rest.

    Args:
        matrix: X, n x d.
        directions: m x d floats (exact dyadic rationals), integers or Fractions.

    Returns:
        m x n int8 with entries -1, 0, 1.

    Raises:
        InputError: directions of the wrong width, or no finite rational numbers.

    Example:
        >>> signs(exact_matrix([[1, -1], [2, 1]]), [[0.5, 0.5]]).tolist()
        [[0, 1]]
    """
    if isinstance(directions, np.ndarray) and directions.dtype == np.float64 and directions.ndim == 2:
        batch, exact = _scaled_batch(directions), None
    else:
        exact = exact_matrix(directions, "directions").integers
        if irrational(exact):
            raise InputError("directions have a square root; give rational ones")
        batch = scaled_floats(exact)
    d = matrix.shape[1]
    if batch.shape[1] != d:
        raise InputError(f"directions have {batch.shape[1]} entries but the matrix has {d} columns")
    rational = matrix.is_rational
    if rational and exact is not None and max(1, matrix.largest) * max(1, *map(abs, exact.flat)) * d < EXACT:
        return np.sign(exact.astype(np.float64) @ matrix.integers.T.astype(np.float64)).astype(np.int8)
    if rational and exact is None and _are_small(directions, EXACT // (matrix.largest * d + 1)):
        return np.sign(directions @ matrix.integers.T.astype(np.float64)).astype(np.int8)
    result = _filtered(matrix, batch)
    open_rows = result == 0
    for i in np.flatnonzero(open_rows.any(axis=1)):
        direction = [int(x) for x in exact[i]] if exact is not None else integer_row(directions[i].tolist())
        for j in np.flatnonzero(open_rows[i]):
            value = sum(a * b for a, b in zip(matrix.integers[j], direction, strict=True))
            result[i, j] = (value > 0) - (value < 0)
    return result


def certain_signs(matrix: ExactMatrix, directions: np.ndarray) -> np.ndarray:
    """The signs of `X u` that floats settle: a sign if proven, 0 if not (arguments as in `signs`).

    Example:
        >>> certain_signs(exact_matrix([[1, -1], [2, 1]]), np.array([[0.1, 0.1]])).tolist()
        [[0, 1]]
    """
    return _filtered(matrix, _scaled_batch(directions))


def _filtered(matrix: ExactMatrix, batch: np.ndarray) -> np.ndarray:
    """The signs that exceed the bound on the error of the product; 0 for the others."""
    values = batch @ matrix.scaled.T
    bound = np.abs(batch) @ np.abs(matrix.scaled).T
    bound *= (matrix.shape[1] + 4) * _UNIT * (1 + 2.0**-40)
    bound += _TINY
    return (values > bound).astype(np.int8) - (values < -bound)


def _are_small(directions: np.ndarray, bound: int) -> bool:
    """Whether all entries are integers and smaller than the bound, so that products are exact."""
    integers = directions == np.rint(directions)
    return bool(bound > 1 and (np.abs(directions) < bound).all() and integers.all())


def _scaled_batch(directions: np.ndarray) -> np.ndarray:
    if not np.isfinite(directions).all():
        i, j = np.argwhere(~np.isfinite(directions))[0]
        raise InputError(f"directions[{i}, {j}] is {directions[i, j]}; give finite numbers")
    _, exponents = np.frexp(np.abs(directions).max(axis=1, initial=0.0))
    return np.ldexp(directions, -exponents[:, None])
