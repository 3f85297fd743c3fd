"""Half of the sphere of weights as a disc, equal areas as equal areas, in coordinates in which the data are
white."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ..pricing.landscape import Landscape

if TYPE_CHECKING:
    from ..problem import TrainingProblem


def plotted_directions(
    problem: TrainingProblem, pole: Sequence[float] | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Which weights the points of :func:`.landscape_picture.landscape_picture` stand for.

    At rank 2 a point at the angle a is p = (cos a, sin a), at rank 3 a point of the disc is lifted to p on
    the sphere.

    Args:
        problem: of rank 2 or 3.
        pole: as there.

    Returns:
        A (d x r) and B (r x d): A p are the weights up to scale, and B A is the identity.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> there, back = plotted_directions(TrainingProblem([[1, 0, 0], [0, 2, 0]], [1, 1], beta=1))
        >>> bool(np.allclose(back @ there, np.eye(2)))
        True
    """
    landscape = Landscape.of(problem)
    if landscape.rank == 2:
        return landscape.basis, landscape.basis.T
    white, turn = whitened(landscape, pole)
    return landscape.basis @ np.linalg.inv(white) @ turn, turn.T @ white @ landscape.basis.T


def far_side(problem: TrainingProblem) -> list[float]:
    """The pole that shows the other half of the sphere at rank 3: opposite to the
    default of :func:`whitened`.

    Args:
        problem: of rank 3.
    """
    return [-float(x) for x in whitened(Landscape.of(problem), None)[1][:, 2]]


def whitened(landscape: Landscape, pole: Sequence[float] | None) -> tuple[np.ndarray, np.ndarray]:
    """The map u -> z to coordinates in which `X u = Q z` with orthonormal columns of Q, and a rotation whose
    third column is the pole."""
    _, sizes, right = np.linalg.svd(landscape.rows, full_matrices=False)
    white = np.maximum(sizes, 1e-12 * sizes[0])[:, None] * right
    if pole is None:
        rows = landscape.rows @ np.linalg.inv(white)
        pole = rows.sum(axis=0) if np.linalg.norm(rows.sum(axis=0)) > 1e-9 else np.eye(3)[2]
    axis = np.asarray(pole, dtype=float) / np.linalg.norm(pole)
    frame = np.linalg.svd(axis[None])[2]
    return white, np.column_stack([frame[1], frame[2], axis])


def lifted(flat: np.ndarray) -> np.ndarray:
    """Points of the unit disc on the upper half of the sphere, by Lambert's equal-area projection."""
    square = (flat**2).sum(axis=1, keepdims=True)
    return np.hstack([flat * np.sqrt(np.maximum(2 - square, 0)), 1 - square])


def flattened(points: np.ndarray) -> np.ndarray:
    """The inverse of :func:`lifted`.

    Example:
        >>> bool(np.allclose(flattened(lifted(np.array([[0.3, -0.4]]))), [[0.3, -0.4]]))
        True
    """
    return points[..., :2] / np.sqrt(1 + points[..., 2:])


@lru_cache(maxsize=1)
def pixels_of_half(pixels: int) -> tuple[np.ndarray, np.ndarray]:
    """Which pixels of a square are in the disc, and their points on the upper half of the sphere."""
    ticks = (np.arange(pixels) + 0.5) / pixels * 2 - 1
    flat = np.stack(np.meshgrid(ticks, ticks), axis=-1)
    inside = (flat**2).sum(axis=-1) <= 1
    return inside, lifted(flat[inside])


def great_circles(normals: np.ndarray) -> np.ndarray:
    """The upper halves of great circles, in the disc; a row of nan after each."""
    planes = np.linalg.svd(normals[:, None])[2][:, 1:]
    u, v = planes[:, :1], planes[:, 1:]
    # From where it enters the upper half to where it leaves.
    start = np.arctan2(-u[..., 2], v[..., 2])
    angles = (start + np.linspace(0, np.pi, 41))[..., None]
    points = np.cos(angles) * u + np.sin(angles) * v
    points *= np.where(points[:, 20:21, 2:] >= 0, 1, -1)
    points[..., 2] = np.maximum(points[..., 2], 0)
    curves = np.full((len(normals), 42, 2), np.nan)
    curves[:, :41] = flattened(points)
    return curves.reshape(-1, 2)
