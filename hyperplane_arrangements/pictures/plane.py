"""The plane that the normals of rank 2 span, in orthonormal coordinates."""

from __future__ import annotations

import numpy as np

from ..exact import scaled_floats
from ..exact.rational import dot, independent_rows
from ..exact.rows import primitive
from ..plain import PlainArrangement


def orthogonal_pair(arrangement: PlainArrangement) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return two orthogonal integer vectors that span the row space of an arrangement of rank 2.

    The first is a positive multiple of the first nonzero normal, the second what the next independent one has
    across it, so that the first line of a picture stands upright with its positive side on the right.

    Args:
        arrangement: of rank 2, in any dimension.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> orthogonal_pair(braid(3))
        ((1, -1, 0), (1, 1, -2))
    """
    rows = arrangement.normals.integers.tolist()
    first, second = (rows[i] for i in independent_rows(arrangement.normals))
    along, across = int(dot(first, second)), int(dot(first, first))
    rest = [across * y - along * x for x, y in zip(first, second, strict=True)]
    return primitive(first), primitive(rest)


def plane_basis(arrangement: PlainArrangement) -> np.ndarray:
    """Return the coordinates that a picture in the plane is drawn in.

    Args:
        arrangement: of dimension 2, whose coordinates are kept, or of rank 2.

    Returns:
        d x 2 float64, orthonormal columns: those of `orthogonal_pair` over their lengths.

    Example:
        >>> plane_basis(PlainArrangement([[3, 4, 0], [0, 0, 1]])).T.round(12).tolist()
        [[0.6, 0.8, 0.0], [0.0, 0.0, 1.0]]
    """
    if arrangement.dimension == 2:
        return np.eye(2)
    pair = scaled_floats(np.array(orthogonal_pair(arrangement), dtype=object))
    return (pair / np.linalg.norm(pair, axis=1, keepdims=True)).T


def in_plane(arrangement: PlainArrangement) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows as lines of the page: n x 2 normals and n offsets, each row over a positive number.

    Example:
        >>> normals, offsets = in_plane(PlainArrangement([[3, 4, 0], [0, 0, 1]], [4, 1]))
        >>> (normals / np.abs(normals).max(axis=1, keepdims=True)).round(12).tolist(), offsets.tolist()
        ([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5])
    """
    d = arrangement.dimension
    scaled = np.column_stack([arrangement.homogeneous.scaled, np.zeros(arrangement.n)])
    return scaled[:, :d] @ plane_basis(arrangement), -scaled[:, d]
