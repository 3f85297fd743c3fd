"""The walls of chambers: the few hyperplanes that bound each, out of all those whose sign is known on it.

The cone ``{u : s_j h_j'u >= 0}`` is cut out by the extreme rays of the cone that the ``s_j h_j`` generate.
Divided by their inner products with a point inside they are points of a hyperplane, and the extreme ones are
the vertices of a convex hull of dimension r - 1 (at rank 3 a polygon). In floats: a solver is spared rows it
does not need, and nothing else depends on that.
"""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, QhullError

THIN = 1e-9


def chamber_walls(normals: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Which hyperplanes bound a chamber.

    Args:
        normals: unit normals, h x r.
        signs: +1 or -1 on the chamber, length h.

    Returns:
        Length h, bool. All of them where the chamber is too thin to tell.

    Example:
        >>> normals = np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
        >>> chamber_walls(normals, np.array([1, 1, 1]))
        array([ True,  True, False])
    """
    count, rank = normals.shape
    inward = normals * signs[:, None]
    everything = np.ones(count, dtype=bool)
    if count <= rank:
        return everything
    inside = _middle(inward)
    depths = inward @ inside
    if depths.min() <= THIN:
        return everything
    points = inward / depths[:, None]
    frame = np.linalg.qr(np.column_stack([inside, np.eye(rank)]))[0][:, 1:]
    flat = points @ frame
    if rank == 2:
        extreme = [int(np.argmin(flat[:, 0])), int(np.argmax(flat[:, 0]))]
    else:
        try:
            extreme = ConvexHull(flat).vertices.tolist()
        except QhullError:
            return everything
    walls = np.zeros(count, dtype=bool)
    walls[extreme] = True
    return walls


def _middle(inward: np.ndarray) -> np.ndarray:
    """A point as deep inside the cone as the unit cube allows."""
    count, rank = inward.shape
    found = linprog(
        np.append(np.zeros(rank), -1.0),
        A_ub=np.column_stack([-inward, np.ones(count)]),
        b_ub=np.zeros(count),
        bounds=[(-1, 1)] * rank + [(None, 1)],
    )
    return found.x[:rank] if found.x is not None else np.zeros(rank)
