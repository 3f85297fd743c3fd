"""The convex program over blocks as a conic program, solved numerically by clarabel."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..exact.setting import Setting
from .blocks import Block

_TOLERANCE = 1e-11


def slopes(setting: Setting, block: Block) -> np.ndarray:
    """The slope of the activation on each row, length n, in floats."""
    return np.array([float(s) for s in setting.slopes(block.signs)])


def conic_optimum(setting: Setting, blocks: tuple[Block, ...]) -> tuple[np.ndarray, float]:
    """The vectors v_i (B x p) and the intercept that the solver ends with; dust where they should be zero.

    The unknowns are the residual (n), the vectors (B p), their sizes (B) and the intercept (1).

    Raises:
        ConvexLandscapeError: the solver failed.
    """
    import clarabel

    from ..training.sparse_blocks import diagonal, minimised, placed

    setting.require_plain("a restricted program")
    n, p, count = setting.n, setting.inputs, len(blocks)
    if not count and not setting.intercept:
        return np.zeros((0, p)), 0.0
    size = n + count * (p + 1) + 1
    parts = [
        _fit(setting, blocks),
        *_walls(setting, blocks),
        _lengths(setting, count),
        _intercept(setting, size),
    ]
    heights = [part.shape[0] for part in parts]
    tops = np.cumsum([0, *heights]).tolist()
    target = np.zeros(tops[-1])
    target[:n] = [float(y) for y in setting.y]
    kinds = [clarabel.ZeroConeT, clarabel.ZeroConeT, clarabel.NonnegativeConeT]
    cones = [kind(height) for kind, height in zip(kinds, heights, strict=False) if height]
    cones += [clarabel.SecondOrderConeT(heights[3] // count)] * count if count else []
    cones += [clarabel.ZeroConeT(1)] * heights[4]
    quadratic = diagonal(np.r_[np.ones(n), np.zeros(size - n)])
    linear = np.zeros(size)
    linear[n + count * p : n + count * (p + 1)] = float(setting.beta)
    # The walls begin at the vectors, the others at the first unknown.
    lefts = [0, n, n, 0, 0]
    matrix = placed(list(zip(parts, tops, lefts, strict=False)), (tops[-1], size))
    point, *_ = minimised(quadratic, linear, matrix, target, cones, tolerance=_TOLERANCE)
    return point[n : n + count * p].reshape(count, p), float(point[-1])


def _fit(setting: Setting, blocks: tuple[Block, ...]) -> Any:
    """residual + sum_i s_i D_i X v_i + intercept = y."""
    from ..training.sparse_blocks import beside, identity

    rows, n = setting.X.floats, setting.n
    atoms = [b.output * slopes(setting, b)[:, None] * rows for b in blocks]
    constant = np.full((n, 1), float(setting.intercept))
    return beside([identity(n), *atoms, np.zeros((n, len(blocks))), constant])


def _walls(setting: Setting, blocks: tuple[Block, ...]) -> list[Any]:
    """Of the vectors: rows of each block that are held at zero, and those that are nonnegative, negated."""
    from scipy import sparse

    nonzero = np.array(setting.nonzero)
    units = setting.X.floats[nonzero]
    units = units / np.linalg.norm(units, axis=1)[:, None]
    table = [np.array(block.signs)[nonzero] for block in blocks]
    held = [units[signs == 0] for signs in table]
    sided = [-(signs[:, None] * units)[signs != 0] for signs in table]
    return [sparse.block_diag(walls) if walls else sparse.csc_matrix((0, 0)) for walls in (held, sided)]


def _lengths(setting: Setting, count: int) -> Any:
    """For each block its size, and the penalised coordinates of its vector, negated."""
    from scipy import sparse

    n, p = setting.n, setting.inputs
    kept = np.array([i for i in range(p) if i not in setting.free])
    columns = np.array([[n + count * p + b, *(n + b * p + kept)] for b in range(count)], dtype=int).ravel()
    shape = (len(columns), n + count * (p + 1) + 1)
    return sparse.csc_matrix((-np.ones(len(columns)), (np.arange(len(columns)), columns)), shape=shape)


def _intercept(setting: Setting, size: int) -> Any:
    """The intercept is zero where there is none."""
    from scipy import sparse

    if setting.intercept:
        return sparse.csc_matrix((0, size))
    return sparse.csc_matrix(([1.0], ([0], [size - 1])), shape=(1, size))
