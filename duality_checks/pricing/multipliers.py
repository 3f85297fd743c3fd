"""Multipliers: the shortest vector that a chamber's rows can make of a gradient (statement 2.3), in floats.

For a chamber with signs S and a gradient c, `min_{lambda >= 0} norm(c + X'S lambda)` is the length of the
projection of c onto the chamber. Each is a least squares problem with nonnegative unknowns, solved by an
active set of at most `rank` rows (Lawson and Hanson). Floats only propose: a certificate rounds the
multipliers and proves the bound.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

# Below so many entries the interpreter is done before a compiled kernel would be loaded.
_WORTH_COMPILING = 300_000
_ROUNDS = 100
# A row with so small a slack, relative to the gradient, is on the right side: floats cannot tell it better.
_SLACK = 1e-15


def cone_multipliers(
    rows: np.ndarray, signs: np.ndarray, gradients: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Multipliers of the projections of gradients onto chambers.

    Args:
        rows: the data in coordinates of its row space, n x r (an isometry keeps the multipliers).
        signs: one chamber a row, B x n in {-1, 0, 1}; 0 for rows to leave out.
        gradients: one gradient a chamber, B x r.

    Returns:
        `support`, B x r row numbers padded with -1, and `values`, B x r multipliers >= 0 padded with 0.

    Example:
        The projection of (-1, 1) onto the quadrant is (0, 1): one unit of the first row.

        >>> support, values = cone_multipliers(np.eye(2), np.ones((1, 2), np.int8), np.array([[-1.0, 1.0]]))
        >>> support, values
        (array([[ 0, -1]]), array([[1., 0.]]))
    """
    count, rank = gradients.shape
    support = np.full((count, rank), -1)
    values = np.zeros((count, rank))
    lengths = np.linalg.norm(rows, axis=1)
    used = lengths > 0
    if not used.any():
        return support, values
    units = rows[used] / lengths[used, None]
    kernel = _compiled() if count * len(units) > _WORTH_COMPILING else _project_all
    kernel(units, np.ascontiguousarray(signs[:, used]), gradients, support, values)
    owner, found = np.flatnonzero(used), support >= 0
    support[found] = owner[support[found]]
    values[found] /= lengths[support[found]]
    return support, values


@cache
def _compiled() -> Callable[..., Any]:
    import numba

    return numba.njit(cache=True)(_project_all)


def _project_all(
    units: np.ndarray, signs: np.ndarray, gradients: np.ndarray, support: np.ndarray, values: np.ndarray
) -> None:
    # One function, because numba compiles it as a whole and the interpreter runs the same text.
    rank = units.shape[1]
    basis, upper = np.zeros((rank, rank)), np.zeros((rank, rank))
    trial, old = np.zeros(rank), np.zeros(rank)
    for b in range(len(gradients)):
        chosen, mine = support[b], values[b]
        residual = gradients[b].copy()
        floor = _SLACK * np.sqrt(residual @ residual)
        size, length = 0, np.inf
        for _ in range(_ROUNDS):
            now = residual @ residual
            # Rounding has taken over once the residual no longer shrinks, or r rows have annihilated it.
            if now >= length or size == rank:
                break
            length = now
            slack = (units @ residual) * signs[b]
            for t in range(size):
                slack[chosen[t]] = 0.0
            enter = np.argmin(slack)
            if slack[enter] >= -floor:
                break
            chosen[size], mine[size] = enter, 0.0
            size += 1
            while size > 0:
                # Least squares on the chosen rows: Gram-Schmidt, twice for orthogonality to the last digit.
                residual = gradients[b].copy()
                for t in range(size):
                    column = units[chosen[t]] * float(signs[b, chosen[t]])
                    for i in range(t):
                        upper[i, t] = 0.0
                    for _again in range(2):
                        for i in range(t):
                            part = basis[i] @ column
                            upper[i, t] += part
                            column = column - part * basis[i]
                    upper[t, t] = np.sqrt(column @ column)
                    basis[t] = column / max(upper[t, t], 1e-300)
                for t in range(size):
                    trial[t] = -(basis[t] @ residual)
                    residual = residual + trial[t] * basis[t]
                for t in range(size - 1, -1, -1):
                    for i in range(t + 1, size):
                        trial[t] -= upper[t, i] * trial[i]
                    trial[t] /= max(upper[t, t], 1e-300)
                # Walk towards the trial until a multiplier would turn negative; drop those that reach zero.
                step, blocked = 1.0, -1
                for t in range(size):
                    if trial[t] <= 0.0 and mine[t] / max(mine[t] - trial[t], 1e-300) <= step:
                        step, blocked = mine[t] / max(mine[t] - trial[t], 1e-300), t
                for t in range(size):
                    old[t] = mine[t] + step * (trial[t] - mine[t])
                kept = 0
                for t in range(size):
                    if t != blocked and old[t] > 0.0:
                        chosen[kept], mine[kept] = chosen[t], old[t]
                        kept += 1
                for t in range(kept, size):
                    chosen[t], mine[t] = -1, 0.0
                size = kept
                if blocked < 0:
                    break
            if size == 0:
                residual = gradients[b].copy()
