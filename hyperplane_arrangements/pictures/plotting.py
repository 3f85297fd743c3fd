"""Pictures: zonotopes and tope graphs, and those of `lines` and `sphere` (extra `plot`).

Every function takes `ax=` and returns the Axes it drew on. Cells are exact in number and in signs; only where
their corners fall on the paper is a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..exact import scaled_floats
from ..geometry.angles import row_space
from ..geometry.central import central_form
from ..geometry.faces import cocircuits
from ..geometry.tope_graph import tope_graph
from ..plain import PlainArrangement
from .canvas import CELLS, INK, axes_of, cell_colors, frame, row_color, tag, texts_of, unit
from .hasse import plot_lattice
from .lines import plot_lines
from .plane import plane_basis
from .sphere import plot_sphere

__all__ = ["plot_lattice", "plot_lines", "plot_sphere", "plot_tope_graph", "plot_zonotope", "row_color"]


_VIEW = (24, -58)  # elevation and azimuth of a solid, in degrees


def plot_zonotope(
    arrangement: PlainArrangement,
    *,
    ax: Any = None,
    values: Sequence[float] | None = None,
    labels: Any = None,
    cmap: str | None = None,
    title: str | None = None,
) -> Any:
    """Draw the zonotope of a central arrangement of rank 2 (a zonogon) or 3 (a solid).

    Vertices are the chambers (statement 1.2); with `values` they are dots coloured by their value. An edge
    has the colour of the row it is parallel to.

    Args:
        arrangement: central, of rank 2 or 3, in any dimension.
        ax: matplotlib Axes (three-dimensional for rank 3); a new figure if None.
        values: one number a chamber.
        labels: "signs", "index", None, or one text a chamber; at rank 3 those in front are written.
        cmap: a matplotlib colour map for the values.
        title: above the picture.

    Returns:
        The Axes.

    Raises:
        InputError: affine, or of another rank.
        MissingExtraError: matplotlib is not installed.
    """
    if arrangement.offsets is not None or arrangement.rank not in (2, 3):
        kind = "affine" if arrangement.offsets is not None else f"of rank {arrangement.rank}"
        raise InputError(f"arrangement is {kind}; a zonotope is drawn for a central one of rank 2 or 3")
    ax = axes_of(ax) if arrangement.rank == 2 else axes_of(ax, projection="3d")
    signs = np.asarray(chambers(arrangement, max_chambers=20_000).signs)
    texts = texts_of(labels, signs)
    colors = cell_colors(signs, 0, values, cmap)
    generators = arrangement.normals.floats @ _plain_basis(arrangement)
    vertices = (signs > 0) @ generators
    if arrangement.rank == 2:
        _draw_zonogon(ax, arrangement, signs, vertices, generators)
        for text, vertex in zip(texts, vertices, strict=True):
            outward = unit((vertex - vertices.mean(axis=0))[None])[0]
            side = "left" if outward[0] > 0.3 else "right" if outward[0] < -0.3 else "center"
            at = vertex + outward * 0.03 * np.ptp(vertices)
            ax.text(*at, text, size=9, color=INK, ha=side, va="center", zorder=5, family="monospace")
    else:
        front = _draw_solid(ax, arrangement, signs, vertices)
        _label_front(ax, [text if seen else "" for text, seen in zip(texts, front, strict=True)], vertices)
    if values is not None:
        ax.scatter(*vertices.T, c=colors, s=36, edgecolors=INK, linewidths=0.6, zorder=4)
    frame(ax, title)
    return ax


def _plain_basis(arrangement: PlainArrangement) -> np.ndarray:
    """Return the coordinates to draw in: those of the space if it is spanned, else of the row space."""
    if arrangement.rank == 2:
        return plane_basis(arrangement)
    d = arrangement.dimension
    return np.eye(d) if d == arrangement.rank else row_space(arrangement)


def _draw_zonogon(
    ax: Any, arrangement: PlainArrangement, signs: np.ndarray, vertices: np.ndarray, generators: Any
) -> None:
    around = vertices - vertices.mean(axis=0)
    order = np.argsort(np.arctan2(around[:, 1], around[:, 0]))
    ax.fill(*vertices[order].T, facecolor=CELLS[0], zorder=1)
    for a, b in zip(order, np.roll(order, -1), strict=True):
        row = int(np.flatnonzero(signs[a] != signs[b])[0])
        ax.plot(*vertices[[a, b]].T, color=row_color(row), lw=2.4, zorder=3, solid_capstyle="round")
    for i, generator in enumerate(generators):
        if generator.any():
            arrow = {
                "arrowstyle": "-|>",
                "color": row_color(i),
                "lw": 1.2,
                "alpha": 0.8,
                "shrinkA": 0,
                "shrinkB": 0,
            }
            ax.annotate("", xy=generator, xytext=(0, 0), arrowprops=arrow, zorder=2)
            tag(ax, arrangement.label(i), 0.55 * generator, row_color(i))
    ax.plot(*vertices.T, "o", ms=5, color=INK, zorder=4)


def _label_front(ax: Any, texts: list[str], vertices: np.ndarray) -> None:
    """Write at vertices of a solid, a little outside, so that no facet hides the text."""
    centre = vertices.mean(axis=0)
    look = {"size": 7, "color": INK, "ha": "center", "va": "center", "family": "monospace"}
    paper = {"boxstyle": "round,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.75}
    for text, vertex in zip(texts, vertices, strict=True):
        if text:
            ax.text(*(centre + 1.06 * (vertex - centre)), text, zorder=1000, bbox=paper, **look)


def _draw_solid(
    ax: Any, arrangement: PlainArrangement, signs: np.ndarray, vertices: np.ndarray
) -> np.ndarray:
    """Draw the facets, one for each ray of the arrangement: its vertices are the chambers around the ray.

    Returns which vertices are in front: on a facet that is seen.
    """
    from matplotlib.colors import to_rgb
    from mpl_toolkits.mplot3d.art3d import Poly3DCollection

    centre = vertices.mean(axis=0)
    light = unit(np.array([[0.35, -0.6, 0.8]]))[0]
    polygons, colors = [], []
    front, (elevation, azimuth) = np.zeros(len(vertices), bool), np.radians(_VIEW)
    eye = np.array(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)]
    )
    for covector in cocircuits(arrangement):
        around = ((signs == covector) | (covector == 0)).all(axis=1)
        facet = vertices[around]
        middle = facet.mean(axis=0)
        axes = np.linalg.svd(facet - middle)[2]
        normal = axes[2] * np.sign(axes[2] @ (middle - centre))
        front |= around & (normal @ eye > 0)
        flat = (facet - middle) @ axes[:2].T
        polygons.append(facet[np.argsort(np.arctan2(flat[:, 1], flat[:, 0]))])
        shade = np.array(to_rgb(CELLS[min(len(facet) // 2, len(CELLS)) - 1]))
        colors.append(np.clip(shade * (0.78 + 0.3 * max(normal @ light, -0.5)), 0, 1))
    solid = Poly3DCollection(polygons, facecolors=colors, edgecolors=INK, linewidths=0.9)
    ax.add_collection3d(solid)
    reach = float(np.abs(vertices - centre).max()) * 0.86
    ax.set(**{f"{name}lim": (c - reach, c + reach) for name, c in zip("xyz", centre, strict=True)})
    ax.view_init(elev=_VIEW[0], azim=_VIEW[1])
    return front


def plot_tope_graph(
    arrangement: PlainArrangement,
    *,
    ax: Any = None,
    values: Sequence[float] | None = None,
    labels: Any = None,
    cmap: str | None = None,
    title: str | None = None,
) -> Any:
    """Draw the graph of chambers as a shadow of the zonotope: edges of one colour cross one hyperplane.

    Args:
        arrangement: central or affine, of any rank, with at most 5,000 chambers.
        ax: matplotlib Axes; a new figure if None.
        values: one number a chamber to colour by; by the number of rows from the first chamber if None.
        labels: "signs", "index", None, or one text a chamber.
        cmap: a matplotlib colour map.
        title: above the picture.

    Returns:
        The Axes.

    Raises:
        TooLargeError: more than 5,000 chambers.
        InputError: values or labels of the wrong length.
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    graph = tope_graph(arrangement, max_chambers=5_000)
    signs = np.array([signs for _, signs in graph.nodes(data="signs")], dtype=np.int8)
    texts = texts_of(labels, signs)
    colors = cell_colors(signs, 0, values, cmap)
    points, depths = _shadow(arrangement, signs)
    for a, b, row in graph.edges(data="row"):
        far = depths[a] + depths[b] < -1e-9
        look = {"lw": 1.0, "alpha": 0.4, "zorder": 1} if far else {"lw": 1.7, "alpha": 0.95, "zorder": 2}
        ax.plot(*points[[a, b]].T, color=row_color(row), solid_capstyle="round", **look)
    size = min(90.0, 9000 / len(points))
    ax.scatter(*points.T, c=colors, s=size, edgecolors=INK, linewidths=0.7, zorder=3)
    lift = 0.025 * float(np.ptp(points))
    for text, point in zip(texts, points, strict=True):
        if text:
            style = {"size": 8, "color": INK, "family": "monospace", "zorder": 4}
            ax.text(point[0], point[1] + lift, text, ha="center", va="bottom", **style)
    ax.margins(0.06)
    frame(ax, title)
    return ax


def _shadow(arrangement: PlainArrangement, signs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the chambers in the plane, a projection of a zonotope's vertices, and how near they are.

    The generators are the normals at unit length: lines in the plane give a tiling by rhombi. The view is
    turned a little, so that vertices rarely coincide; depths, from the middle, mean something at rank 3 and
    are 0 otherwise.
    """
    form = central_form(arrangement)
    normals = [row[1:] if form.affine else row for row in form.rows[: form.n]]
    floats = scaled_floats(np.array(normals, dtype=object).reshape(form.n, -1))
    floats = np.hstack([floats, np.zeros((form.n, max(0, 2 - floats.shape[1])))])
    length = np.linalg.norm(floats, axis=1, keepdims=True)
    generators = np.divide(floats, length, out=np.zeros_like(floats), where=length > 0)
    axes = np.linalg.svd(generators)[2]
    k = np.arange(len(axes))
    tilt = np.array([np.cos(1.0 + 1.7 * k), np.sin(0.4 + 2.3 * k)])
    view = np.eye(2, len(axes)) + 0.45 * tilt * (k > 1)
    vertices = ((signs > 0) - 0.5) @ generators @ axes.T
    depths = vertices @ np.cross(*view) if len(axes) == 3 else np.zeros(len(signs))
    return vertices @ view.T, depths
