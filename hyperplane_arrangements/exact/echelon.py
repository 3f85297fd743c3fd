"""Echelon forms of integer matrices: which columns are independent of those before them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from .quadratic import irrational
from .rows import signed_content

_PRIME = 2**31 - 1
_NARROW = 8  # columns up to which eliminating in Python integers, until the rank is full, is fastest


def pivot_columns(integers: np.ndarray) -> tuple[int, ...]:
    """The columns that are independent of the columns before them.

    Args:
        integers: n x d object array of Python integers.

    Returns:
        Indices, increasing, as many as the rank.

    Example:
        >>> pivot_columns(np.array([[1, 2, 0], [2, 4, 1]], dtype=object))
        (0, 2)
    """
    n, d = integers.shape
    if d <= _NARROW or irrational(integers):
        return _leading_columns(integers.tolist(), d)
    pivots = _pivots_modulo(integers, _PRIME)
    if len(pivots) == min(n, d) and pivots == tuple(range(len(pivots))):
        return pivots  # a minor that is nonzero modulo a prime is nonzero
    from flint import fmpz_mat

    reduced, _, r = fmpz_mat(integers.tolist()).rref()
    return tuple(next(j for j in range(d) if reduced[i, j] != 0) for i in range(r))


def _leading_columns(rows: Iterable[Sequence[int]], d: int) -> tuple[int, ...]:
    """The columns in which the rows of an echelon form begin; rows are read until there are d."""
    echelon: dict[int, Sequence[int]] = {}
    for row in rows:
        while (content := signed_content(row)) and len(echelon) < d:
            row = [x // content for x in row]
            lead = next(j for j, x in enumerate(row) if x)
            if lead not in echelon:
                echelon[lead] = row
                break
            pivot = echelon[lead]
            row = [pivot[lead] * x - row[lead] * y for x, y in zip(row, pivot, strict=True)]
        if len(echelon) == d:
            break
    return tuple(sorted(echelon))


def _pivots_modulo(integers: np.ndarray, p: int) -> tuple[int, ...]:
    rows = (integers % p).astype(np.int64)
    pivots: list[int] = []
    for j in range(rows.shape[1]):
        k = len(pivots)
        nonzero = np.flatnonzero(rows[k:, j])
        if nonzero.size == 0:
            continue
        rows[[k, k + nonzero[0]]] = rows[[k + nonzero[0], k]]
        rows[k] = rows[k] * pow(int(rows[k, j]), -1, p) % p
        rows[k + 1 :] = (rows[k + 1 :] - rows[k + 1 :, j : j + 1] * rows[k]) % p
        pivots.append(j)
        if len(pivots) == rows.shape[0]:
            break
    return tuple(pivots)
