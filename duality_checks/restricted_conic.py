"""The convex program over blocks as a conic program, solved numerically by clarabel."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError

from .blocks import Block
from .setting import Setting

_TOLERANCE = 1e-11


def slopes(setting: Setting, block: Block) -> np.ndarray:
    """The slope of the activation on each row, length n, in floats."""
    return np.array([float(s) for s in setting.slopes(block.signs)])


def conic_optimum(setting: Setting, blocks: tuple[Block, ...]) -> tuple[np.ndarray, float]:
    """The vectors v_i (B x p) and the intercept that the solver ends with; dust where they should be zero.

    Raises:
        ConvexLandscapeError: the solver failed.
    """
    import clarabel
    from scipy import sparse

    n, p, count = setting.n, setting.inputs, len(blocks)
    rows, target = setting.X.floats, np.array([float(y) for y in setting.y])
    if not count and not setting.intercept:
        return np.zeros((0, p)), 0.0
    kept = [i for i in range(p) if i not in setting.free]
    # Unknowns: residual (n), the vectors (B p), their sizes (B), the intercept (1).
    size = n + count * (p + 1) + 1
    atoms = [b.output * slopes(setting, b)[:, None] * rows for b in blocks]
    constant = np.full((n, 1), 1.0 if setting.intercept else 0.0)
    fit = sparse.hstack(
        [sparse.eye(n), *map(sparse.csc_matrix, atoms), sparse.csc_matrix((n, count)), constant]
    )
    parts, right = [fit], [target]
    cones = [clarabel.ZeroConeT(n)]
    held: list[np.ndarray] = []
    sided: list[np.ndarray] = []
    for b, block in enumerate(blocks):
        for k in np.flatnonzero(setting.nonzero):
            row = np.zeros(size)
            row[n + b * p : n + (b + 1) * p] = -(block.signs[k] or 1) * rows[k] / np.linalg.norm(rows[k])
            (sided if block.signs[k] else held).append(row)
    for found, cone in ((held, clarabel.ZeroConeT), (sided, clarabel.NonnegativeConeT)):
        if found:
            parts.append(sparse.csc_matrix(np.array(found)))
            right.append(np.zeros(len(found)))
            cones.append(cone(len(found)))
    for b in range(count):
        lengths = np.zeros((1 + len(kept), size))
        lengths[0, n + count * p + b] = -1.0
        lengths[np.arange(1, 1 + len(kept)), [n + b * p + i for i in kept]] = -1.0
        parts.append(sparse.csc_matrix(lengths))
        right.append(np.zeros(len(lengths)))
        cones.append(clarabel.SecondOrderConeT(len(lengths)))
    if not setting.intercept:
        last = sparse.csc_matrix(([1.0], ([0], [size - 1])), shape=(1, size))
        parts.append(last)
        right.append(np.zeros(1))
        cones.append(clarabel.ZeroConeT(1))
    quadratic = sparse.diags(np.r_[np.ones(n), np.zeros(size - n)], format="csc")
    linear = np.zeros(size)
    linear[n + count * p : n + count * (p + 1)] = float(setting.beta)
    options = clarabel.DefaultSettings()
    options.verbose = False
    options.tol_gap_abs = options.tol_gap_rel = options.tol_feas = _TOLERANCE
    matrix = sparse.vstack(parts, format="csc")
    solver = clarabel.DefaultSolver(quadratic, linear, matrix, np.concatenate(right), cones, options)
    solution = solver.solve()
    point = np.array(solution.x)
    if not np.isfinite(point).all():
        raise ConvexLandscapeError(f"the conic solver ended with {solution.status}; rescale the data")
    return point[n : n + count * p].reshape(count, p), float(point[-1])
