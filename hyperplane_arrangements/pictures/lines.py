"""Arrangements of rank 2 as lines in their plane (extra `plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..plain import PlainArrangement
from .canvas import axes_of, cell_colors, frame, row_color, sides, tag, texts_of, write
from .plane import in_plane


def plot_lines(
    arrangement: PlainArrangement,
    *,
    ax: Any = None,
    values: Sequence[float] | None = None,
    labels: Any = "signs",
    cmap: str | None = None,
    window: tuple[float, float, float, float] | None = None,
    title: str | None = None,
) -> Any:
    """Draw an arrangement of lines in the plane, its chambers coloured and labelled.

    In more dimensions an arrangement of rank 2 is drawn in an orthonormal basis of the plane of its normals,
    so that angles and distances are those of the space: the braid arrangement has its hexagonal symmetry.

    Args:
        arrangement: of dimension 2 or of rank 2, central or affine.
        ax: matplotlib Axes; a new figure if None.
        values: one number a chamber to colour by; by the number of lines from the first chamber if None.
        labels: "signs", "index", None, or one text a chamber.
        cmap: a matplotlib colour map.
        window: (left, right, bottom, top) on the page (`plane.plane_basis`); around the crossings if None.
        title: above the picture.

    Returns:
        The Axes.

    Raises:
        InputError: of another dimension and rank; values or labels of the wrong length.
        MissingExtraError: matplotlib is not installed.
    """
    if 2 not in (arrangement.dimension, arrangement.rank):
        sizes = f"dimension {arrangement.dimension} and rank {arrangement.rank}"
        raise InputError(f"arrangement has {sizes}; lines in the plane need one of them to be 2")
    ax = axes_of(ax)
    signs = np.asarray(chambers(arrangement, max_chambers=20_000).signs)
    texts = texts_of(labels, signs)
    colors = cell_colors(signs, 0, values, cmap)
    normals, offsets = in_plane(arrangement)
    left, right, bottom, top = window or _window(normals, offsets)
    ax.set(xlim=(left, right), ylim=(bottom, top))
    frame(ax, title)
    page = np.array([[left, bottom], [right, bottom], [right, top], [left, top]], dtype=float)
    for row, color, text in zip(signs, colors, texts, strict=True):
        cell = page
        for normal, offset, sign in zip(normals, offsets, row, strict=True):
            cell = _clip(cell, sign * normal, sign * offset)
        if len(cell) > 2:
            ax.fill(*cell.T, facecolor=color, edgecolor=color, lw=0.3, zorder=1)
            outline = np.concatenate([np.linspace(p, q, 24) for p, q in sides(cell)])
            write(ax, text, _centroid(cell), outline, color)
    for i, (normal, offset) in enumerate(zip(normals, offsets, strict=True)):
        _draw_line(ax, arrangement.label(i), row_color(i), normal, offset, page)
    return ax


def _window(normals: np.ndarray, offsets: np.ndarray) -> tuple[float, float, float, float]:
    """Return a square around all crossings."""
    points = [np.zeros(2)] if not offsets.any() else []
    for i, a in enumerate(normals):
        for b, c in zip(normals[i + 1 :], offsets[i + 1 :], strict=True):
            if abs(a[0] * b[1] - a[1] * b[0]) > 1e-12 * np.linalg.norm(a) * np.linalg.norm(b):
                points.append(np.linalg.solve(np.array([a, b]), np.array([offsets[i], c])))
        if a.any():
            points.append(offsets[i] * a / (a @ a))
    cloud = np.array(points or [np.zeros(2)])
    middle = (cloud.max(axis=0) + cloud.min(axis=0)) / 2
    reach = 0.72 * float(np.ptp(cloud, axis=0).max()) or 1.0
    return middle[0] - reach, middle[0] + reach, middle[1] - reach, middle[1] + reach


def _clip(cell: np.ndarray, normal: np.ndarray, offset: float) -> np.ndarray:
    """Return the part of a convex polygon where `normal . x >= offset`."""
    if not normal.any():
        return cell
    kept: list[np.ndarray] = []
    for p, q in sides(cell):
        a, b = normal @ p - offset, normal @ q - offset
        if a >= 0:
            kept.append(p)
        if a * b < 0:
            kept.append(p + (q - p) * (a / (a - b)))
    return np.array(kept).reshape(-1, 2)


def _centroid(cell: np.ndarray) -> np.ndarray:
    """Return the centre of mass of a polygon."""
    p, q = cell, np.roll(cell, -1, axis=0)
    cross = p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]
    area = cross.sum()
    return cell.mean(axis=0) if area == 0 else ((p + q) * cross[:, None]).sum(axis=0) / (3 * area)


def _draw_line(ax: Any, name: str, color: str, normal: np.ndarray, offset: float, page: np.ndarray) -> None:
    """Draw one line across the page with its name at one end and a tick on its positive side."""
    if not normal.any():
        return
    unit = normal / np.linalg.norm(normal)
    ends = [p + (q - p) * t for p, q in sides(page) if (t := _crossing(normal, offset, p, q)) is not None]
    if len(ends) < 2:
        return
    a, b = max(((p, q) for p in ends for q in ends), key=lambda pair: float(np.hypot(*(pair[0] - pair[1]))))
    if (a[1], a[0]) < (b[1], b[0]):
        a, b = b, a
    size = float(np.ptp(page[:, 0]))
    ax.plot(*zip(a, b, strict=True), color=color, lw=1.8, zorder=3, solid_capstyle="round")
    away = (a - b) / np.linalg.norm(a - b)
    tag(ax, name, a + away * 0.025 * size, color, away)
    foot = a + (b - a) * 0.06
    tip = foot + unit * 0.035 * size
    arrow = {"arrowstyle": "-|>", "color": color, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=tip, xytext=foot, arrowprops=arrow, zorder=5)


def _crossing(normal: np.ndarray, offset: float, p: np.ndarray, q: np.ndarray) -> float | None:
    a, b = float(normal @ p - offset), float(normal @ q - offset)
    return a / (a - b) if a != b and 0 <= a / (a - b) <= 1 else None
