"""Conic programs, and sparse matrices made at once of blocks and their places.

SciPy stacks two matrices at a time, and looks at each several times: for a small program that takes ten
times as long as its solution.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from time import perf_counter
from typing import Any

import numpy as np
from scipy import sparse

from hyperplane_arrangements.errors import ConvexLandscapeError


def minimised(
    *program: Any, tolerance: float, limit: float = np.inf, **settings: Any
) -> tuple[np.ndarray, np.ndarray, str]:
    """Minimise ``1/2 x'Px + c'x`` with ``b - Ax`` in cones of clarabel's, given P, c, A, b, the cones, a
    limit of seconds and other settings of it: x, the prices of the rows, and how the solver ended.

    The solver's own limit is looked at after an iteration, and does not count what comes before the first:
    here the last iteration is one that may be expected to end in time.

    Raises:
        ConvexLandscapeError: the solver returned no numbers.
    """
    import clarabel

    options = clarabel.DefaultSettings()
    options.verbose = False
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = tolerance
    for name, value in settings.items():
        setattr(options, name, value)
    deadline = perf_counter() + limit
    solver = clarabel.DefaultSolver(*program, options)
    if limit < np.inf:
        solver.set_termination_callback(_late(deadline))
    solution = solver.solve()
    found, prices, status = np.array(solution.x), np.array(solution.z), str(solution.status)
    if not (np.isfinite(found).all() and np.isfinite(prices).all()):
        raise ConvexLandscapeError(
            f"the conic solver ended with {status}; rescale the data or choose a larger beta"
        )
    return found, prices, status


def _late(deadline: float) -> Callable[[Any], bool]:
    """Asked before each iteration: whether it would end after a deadline if it took as long as the last."""
    last = perf_counter()

    def late(_: Any) -> bool:
        nonlocal last
        before, last = last, perf_counter()
        return last + (last - before) > deadline

    return late


def placed(blocks: Iterable[tuple[Any, int, int]], shape: tuple[int, int]) -> sparse.csc_matrix:
    """The matrix of a shape with given blocks, each with the place of its first row and column.

    Args:
        blocks: dense or sparse; where two overlap their entries are added.
        shape: rows and columns.

    Returns:
        In compressed columns, without the zeros of dense blocks.

    Example:
        >>> placed([(np.eye(2), 0, 1), (np.ones((1, 1)), 1, 0)], (2, 4)).toarray()
        array([[0., 1., 0., 0.],
               [1., 0., 1., 0.]])
    """
    rows, columns, values = [], [], []
    for block, top, left in blocks:
        i, j, entries = _entries(block)
        rows.append(i + top)
        columns.append(j + left)
        values.append(entries)
    if not values:
        return sparse.csc_matrix(shape)
    where = np.concatenate(rows), np.concatenate(columns)
    return sparse.csc_matrix((np.concatenate(values), where), shape=shape)


def beside(matrices: Iterable[Any]) -> sparse.csc_matrix:
    """Matrices of equally many rows, one beside the other.

    Example:
        >>> beside([identity(1), -identity(1)]).toarray()
        array([[ 1., -1.]])
    """
    blocks, left = [], 0
    for matrix in matrices:
        blocks.append((matrix, 0, left))
        left += matrix.shape[1]
    return placed(blocks, (blocks[0][0].shape[0], left))


def diagonal(values: np.ndarray) -> sparse.csc_matrix:
    """The square matrix with given entries on its diagonal.

    Example:
        >>> diagonal(np.array([2.0, 0.0])).nnz
        1
    """
    kept = np.flatnonzero(values)
    ends = np.concatenate([[0], np.cumsum(values != 0)])
    return sparse.csc_matrix((values[kept], kept, ends), shape=(len(values), len(values)))


@lru_cache(maxsize=64)
def identity(n: int) -> sparse.csc_matrix:
    """The identity; one and the same for all who ask, and not to be changed.

    Example:
        >>> identity(2).toarray()
        array([[1., 0.],
               [0., 1.]])
    """
    return diagonal(np.ones(n))


def _entries(block: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The rows, columns and values of the entries of a matrix."""
    if isinstance(block, np.ndarray):
        i, j = np.nonzero(block)
        return i, j, block[i, j]
    if block.format == "csc":
        return block.indices, np.repeat(np.arange(block.shape[1]), np.diff(block.indptr)), block.data
    entries = block.tocoo()
    return entries.row, entries.col, entries.data
