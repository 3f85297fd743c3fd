"""Rank-3 arrangements as great circles, by stereographic projection (extra `plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..geometry.angles import boundary_rays, row_space
from ..plain import PlainArrangement
from .canvas import INK, axes_of, cell_colors, frame, row_color, sides, tag, texts_of, unit, write


def plot_sphere(
    arrangement: PlainArrangement,
    *,
    ax: Any = None,
    values: Sequence[float] | None = None,
    labels: Any = "signs",
    cmap: str | None = None,
    pole: Sequence[float] | None = None,
    radius: float | None = None,
    title: str | None = None,
) -> Any:
    """Draw a central arrangement of rank 3 as great circles, by stereographic projection of the whole sphere.

    Great circles become circles and angles are kept. The pole is the centre of the picture and the dashed
    unit circle its equator; the antipode of the pole is infinitely far away, in the chamber that fills the
    border.

    Args:
        arrangement: central, of rank 3, in any dimension.
        ax: matplotlib Axes; a new figure if None.
        values: one number a chamber to colour by; by the number of rows from the pole's chamber if None.
        labels: "signs", "index", None, or one text a chamber.
        cmap: a matplotlib colour map.
        pole: d numbers, the direction at the centre; inside a chamber of most walls if None.
        radius: of the disc shown; 1 shows the hemisphere around the pole, None nearly all crossings.
        title: above the picture.

    Returns:
        The Axes.

    Raises:
        InputError: affine or not of rank 3; values or labels of the wrong length.
        MissingExtraError: matplotlib is not installed.
    """
    if arrangement.offsets is not None or arrangement.rank != 3:
        kind = "affine" if arrangement.offsets is not None else f"of rank {arrangement.rank}"
        raise InputError(f"arrangement is {kind}; great circles need a central one of rank 3")
    ax = axes_of(ax)
    signs = np.asarray(chambers(arrangement, max_chambers=5_000).signs)
    texts = texts_of(labels, signs)
    cells = [unit(boundary_rays(arrangement, row)) for row in signs]
    turn, centre = _turned(arrangement, signs, cells, pole)
    first = next(i for i, row in enumerate(signs) if (row == centre).all())
    colors = cell_colors(signs, first, values, cmap)
    radius = radius or _reach(cells, turn)
    ax.set(xlim=(-1.04 * radius, 1.04 * radius), ylim=(-1.04 * radius, 1.04 * radius))
    frame(ax, title)
    outer = next(i for i, row in enumerate(signs) if (row == -centre).all())
    disc = _disc(ax, radius, colors[outer])
    for i, corners in enumerate(cells):
        if i != outer:
            outline = _projected(np.concatenate([_arc(p, q) for p, q in sides(corners @ turn)]))
            ax.fill(*outline.T, facecolor=colors[i], edgecolor=colors[i], lw=0.3, zorder=1, clip_path=disc)
            _label_cell(ax, texts[i], corners @ turn, outline, colors[i], radius)
    ax.plot(*_circle(1.0).T, ls=(0, (4, 4)), lw=0.8, color=INK, alpha=0.55, zorder=2)
    normals = arrangement.normals.scaled @ row_space(arrangement) @ turn
    circles = {i: unit(normal) for i, normal in enumerate(normals) if arrangement.orientation_of_row[i]}
    tags: list[np.ndarray] = []
    for i, normal in circles.items():
        inside = _draw_great_circle(ax, row_color(i), normal, radius, disc)
        name = arrangement.label(i)
        tags.append(_far(inside, tags, radius * np.array([0.05 * len(name) + 0.03, 0.11])))
        tag(ax, name, tags[-1], row_color(i))
    _label_border(ax, texts[outer], np.array(list(circles.values())), radius, colors[outer])
    return ax


def _label_border(ax: Any, text: str, circles: np.ndarray, radius: float, color: Any) -> None:
    """Label the chamber of the south pole inside the border, where the circles leave most room for it."""
    at = _circle(0.91 * radius)
    square = (at * at).sum(axis=1, keepdims=True)
    points = np.hstack([2 * at, 1 - square]) / (1 + square)
    inside = (np.sign(points @ circles.T) == -np.sign(circles[:, 2])).all(axis=1)
    room = np.where(inside, np.abs(points @ circles.T).min(axis=1) * (1 + square[:, 0]) / 2, 0)
    best = int(np.argmax(room + 1e-3 * at[:, 1] * inside))
    write(ax, text, at[best], _circle(min(room[best], 0.3 * radius)) + at[best], color)


def _reach(cells: list[np.ndarray], turn: np.ndarray) -> float:
    """Return a radius that shows all crossings, unless they come close to the south pole."""
    corners = _projected(np.concatenate(cells) @ turn)
    return float(np.clip(1.25 * np.hypot(*corners.T).max(), 1.5, 3.2))


def _label_cell(
    ax: Any, text: str, corners: np.ndarray, outline: np.ndarray, color: Any, radius: float
) -> None:
    at = _projected(unit(corners.sum(axis=0)[None]))[0]
    if np.hypot(*at) < 0.94 * radius:
        write(ax, text, at, outline, color)


def _turned(
    arrangement: PlainArrangement, signs: np.ndarray, cells: list[np.ndarray], pole: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Return a rotation that brings the pole to (0, 0, 1), and the signs of the pole's chamber."""
    if pole is None:
        chosen = max(
            range(len(cells)), key=lambda i: (len(cells[i]), -float(np.abs(cells[i].sum(axis=0)).sum()))
        )
        axis, centre = unit(cells[chosen].sum(axis=0)), signs[chosen]
    else:
        axis, centre = (
            unit(np.asarray(pole, dtype=float) @ row_space(arrangement)),
            arrangement.chamber_of(pole),
        )
    if ((centre == 0) & (arrangement.orientation_of_row != 0)).any():
        raise InputError(f"pole is {pole!r}, on a hyperplane; give a direction strictly inside a chamber")
    basis = np.linalg.svd(axis[None])[2]
    rotation = np.stack([basis[1], basis[2], axis], axis=1)
    if np.linalg.det(rotation) < 0:
        rotation[:, 0] *= -1
    return rotation, centre


def _arc(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return points on the short great arc from p to q."""
    t = np.linspace(0, 1, 33)[:, None]
    return unit((1 - t) * p + t * q)


def _projected(points: np.ndarray) -> np.ndarray:
    """Return the stereographic projection from the south pole."""
    return points[:, :2] / (1 + points[:, 2:])


def _circle(radius: float) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 361)
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def _disc(ax: Any, radius: float, color: Any) -> Any:
    from matplotlib.patches import Circle

    return ax.add_patch(Circle((0, 0), radius, facecolor=color, edgecolor=INK, lw=0.8, zorder=0))


def _draw_great_circle(ax: Any, color: str, normal: np.ndarray, radius: float, disc: Any) -> np.ndarray:
    """Draw the image of a great circle and return its points in the disc."""
    u, v = np.linalg.svd(normal[None])[2][1:]
    angle = np.linspace(0, 2 * np.pi, 1441)[:, None]
    points = np.cos(angle) * u + np.sin(angle) * v
    image = _projected(points[points[:, 2] > -1 + 1e-9])
    image[np.hypot(*image.T) > 3 * radius] = np.nan
    ax.plot(*image.T, color=color, lw=1.8, zorder=3, clip_path=disc)
    return image[np.hypot(*image.T) < radius]


def _far(inside: np.ndarray, taken: list[np.ndarray], size: np.ndarray) -> np.ndarray:
    """Return where to name a circle: where it leaves the disc or at its far end, off the names before."""
    crowded = np.zeros(len(inside), bool)
    for other in taken:
        crowded |= (np.abs(inside - other) < size).all(axis=1)
    return inside[np.argmax(np.hypot(*inside.T) + 1e-3 * inside[:, 1] - 1e3 * crowded)]
