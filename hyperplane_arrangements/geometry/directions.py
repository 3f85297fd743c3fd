"""Exact directions of lines, many at once: the null vectors of their hyperplanes."""

from __future__ import annotations

import numpy as np

from ..exact.quadratic import irrational
from ..exact.rows import canonical


def null_vectors(rows: np.ndarray) -> np.ndarray:
    """Primitive integer vectors orthogonal to r - 1 independent rows each, by fraction-free elimination.

    In int64 where no product of two minors can overflow (Hadamard), else in Python integers.

    Args:
        rows: L x (r - 1) x r integers, each matrix of full rank; r at least 1.

    Returns:
        L x r integers, int64 or Python's; the sign of each is arbitrary.

    Example:
        >>> null_vectors(np.array([[[1, 2, 0], [0, 0, 3]]])).tolist()
        [[-2, 1, 0]]
    """
    count, steps, r = rows.shape
    table = rows.astype(np.int64 if _is_small(rows) else object)
    lines, columns = np.arange(count), np.tile(np.arange(r), (count, 1))
    before = np.ones((count, 1), table.dtype)
    for t in range(steps):
        chosen = t + np.argmax(table[:, t, t:] != 0, axis=1)
        columns[lines, t], columns[lines, chosen] = columns[lines, chosen], columns[lines, t]
        swapped = table[lines, :, chosen]
        table[lines, :, chosen] = table[:, :, t]
        table[:, :, t] = swapped
        pivot = table[:, t, t, None].copy()
        for i in range(steps):
            if i != t:
                change = table[:, i, t, None] * table[:, t]
                table[:, i] = (pivot * table[:, i] - change) // before
        before = pivot
    result = np.zeros((count, r), table.dtype)
    result[lines[:, None], columns[:, :steps]] = -table[:, :, steps]
    result[lines, columns[:, steps]] = before[:, 0]
    if irrational(result):
        return np.array(list(map(canonical, result.tolist())), dtype=object)
    return result // np.gcd.reduce(result, axis=1)[:, None]


def _is_small(rows: np.ndarray) -> bool:
    """Whether twice the square of every minor is below 2**63."""
    if irrational(rows.reshape(len(rows), -1)):
        return False
    largest = max(1, int(np.abs(rows).max(initial=1)))
    steps = rows.shape[1]
    return 2 * largest ** (2 * steps) * steps**steps < 2**63
