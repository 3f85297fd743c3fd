"""The group Lasso of a few neurons, whose weights are a row each: one second-order cone program."""

from __future__ import annotations

import numpy as np

TOLERANCE = 1e-11


def group_lasso(atoms: np.ndarray, target: np.ndarray, beta: float) -> np.ndarray:
    """Minimise ``1/2 norm(atoms @ W - target)_F^2 + beta sum_j norm(W_j)``, a second-order cone program.

    Args:
        atoms: n x m.
        target: n x k.
        beta: positive.

    Returns:
        W, m x k.

    Example:
        >>> group_lasso(np.eye(2), np.array([[3.0, 4.0], [0.5, 0.0]]), 1.0).round(6) + 0.0
        array([[2.4, 3.2],
               [0. , 0. ]])
    """
    import clarabel
    from scipy import sparse

    from .sparse_blocks import minimised

    (_, m), k = atoms.shape, target.shape[1]
    # Variables: W row by row, then one bound s_j a row.
    quadratic = sparse.block_diag([sparse.kron(atoms.T @ atoms, np.eye(k)), sparse.csc_matrix((m, m))])
    linear = np.concatenate([-(atoms.T @ target).ravel(), np.full(m, beta)])
    rows = sparse.lil_matrix((m * (k + 1), m * (k + 1)))
    for j in range(m):
        rows[j * (k + 1), m * k + j] = -1
        for c in range(k):
            rows[j * (k + 1) + 1 + c, j * k + c] = -1
    cones = [clarabel.SecondOrderConeT(k + 1)] * m
    upper_triangle = sparse.triu(quadratic).tocsc()
    right = np.zeros(m * (k + 1))
    found, *_ = minimised(upper_triangle, linear, rows.tocsc(), right, cones, tolerance=TOLERANCE)
    return found[: m * k].reshape(m, k)
