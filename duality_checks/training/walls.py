"""The walls of chambers: the few hyperplanes that bound each, out of all those whose sign is known on it.

The cone ``{u : s_j h_j'u >= 0}`` is cut out by the extreme rays of the cone that the ``s_j h_j`` generate.
Divided by their inner products with a point inside they are points of a hyperplane, and the extreme ones are
the vertices of a convex hull of dimension r - 1 (at rank 3 a polygon). In floats: a solver is spared rows it
does not need, and nothing else depends on that.
"""

from __future__ import annotations

import numpy as np

THIN = 1e-9
NEAREST = 1e-100  # whose inverse can still be squared
STEPS = 50
CENTRED = 0.5


def chamber_walls(normals: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Which hyperplanes bound a chamber.

    Args:
        normals: unit normals, h x r.
        inside: a point in the chamber, length r, nonzero and as near to the walls as may be.

    Returns:
        Length h, bool. All of them where the point is on a wall, or the chamber too thin to tell.

    Example:
        >>> normals = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
        >>> chamber_walls(normals, np.array([1.0, 0.1]))
        array([ True,  True, False])
    """
    count, rank = normals.shape
    inward = normals * np.sign(normals @ inside)[:, None]
    everything = np.ones(count, dtype=bool)
    if count <= rank or not inward.any(axis=1).all():
        return everything
    try:
        inside = _centred(inward, inside)
    except np.linalg.LinAlgError:  # so near a wall that floats cannot tell which way the middle is
        return everything
    depths = inward @ inside
    if depths.min() <= THIN:
        return everything
    points = inward / depths[:, None]
    frame = np.linalg.qr(np.column_stack([inside, np.eye(rank)]))[0][:, 1:]
    flat = points @ frame
    if rank == 2:
        extreme = [int(np.argmin(flat[:, 0])), int(np.argmax(flat[:, 0]))]
    else:
        from scipy.spatial import ConvexHull, QhullError

        try:
            extreme = ConvexHull(flat).vertices.tolist()
        except QhullError:
            return everything
    walls = np.zeros(count, dtype=bool)
    walls[extreme] = True
    return walls


def _centred(inward: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """A unit vector, or nearly one, well inside the cone, from any point inside: near the analytic centre,
    where ``sum_j log(s_j h_j'u) - h/2 norm(u)^2`` is largest. Newton's steps are damped so that none leaves.
    """
    count, rank = inward.shape
    for _ in range(STEPS):
        heights = inward @ inside
        if heights.min() <= NEAREST:
            raise np.linalg.LinAlgError
        pulls = inward / heights[:, None]
        step = np.linalg.solve(pulls.T @ pulls + count * np.eye(rank), pulls.sum(axis=0) - count * inside)
        length = float(np.linalg.norm(pulls @ step))
        inside = inside + step / (1 + length)
        if length < CENTRED:
            break
    return inside
