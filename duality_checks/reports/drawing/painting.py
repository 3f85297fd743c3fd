"""A picture on Axes of matplotlib (extra `plot`): what a page shows, for notebooks and papers."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np

from hyperplane_arrangements.pictures.canvas import axes_of

from .marks import INK, MINUS, MUTED, PLUS, RULE, Area, Columns, Dots, Field, Line, Mark, Note, Picture
from .ticks import SIZE, Ticks, ticks

_SHAPES = {"circle": "o", "diamond": "D", "up": "^", "down": "v", "bar": "|"}


def paint(picture: Picture, ax: Any = None) -> Any:
    """Draw a picture on Axes.

    Args:
        picture: the picture.
        ax: matplotlib Axes; a new figure if None.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    across, up = picture.across, picture.up
    ax.set(xscale="log" if across.log else "linear", yscale="log" if up.log else "linear")
    painted = [painted_mark(mark, ax, k + 1) for k, mark in enumerate(picture.marks)]
    ax.set(xlim=(across.low, across.high), ylim=(up.low, up.high))
    if picture.bare:
        ax.set_aspect("equal")
        ax.set_axis_off()
    else:
        _axes(ax, picture)
    artists = {id(mark): artist for mark, artist in zip(picture.marks, painted, strict=True)}
    entries = {name: tuple(artists[id(mark)] for mark in marks) for name, marks in picture.legend().items()}
    if entries:
        ax.legend(list(entries.values()), list(entries), frameon=False, labelcolor=INK, fontsize=SIZE)
    return ax


def _axes(ax: Any, picture: Picture) -> None:
    """Axes without a box, with names that are plain text whatever is in them."""
    box, scale = ax.get_window_extent(), 72 / ax.figure.dpi
    found = (ticks(picture.across, box.width * scale), ticks(picture.up, box.height * scale, upright=True))
    for axis, shown in zip((ax.xaxis, ax.yaxis), found, strict=True):
        axis.set_ticks(shown.places, shown.texts)
    ax.minorticks_off()
    ax.set_xlabel(_named(picture.across.name, found[0]), color=INK, parse_math=False)
    ax.set_ylabel(_named(picture.up.name, found[1]), color=INK, parse_math=False)
    ax.tick_params(colors=MUTED, labelsize=SIZE)
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(RULE)
    ax.set_facecolor("none")


def _named(name: str, shown: Ticks) -> str:
    return f"{name}  ({shown.factor})" if shown.factor else name


@singledispatch
def painted_mark(mark: Mark, ax: Any, order: int) -> Any:
    """A mark as an artist of matplotlib.

    Args:
        mark: the mark.
        ax: the Axes.
        order: the more the nearer.
    """
    raise TypeError(f"mark is {mark!r}; no way to draw it is known")


@painted_mark.register
def _line(mark: Line, ax: Any, order: int) -> Any:
    dashes = (0, tuple(x / mark.width for x in mark.dashes)) if mark.dashes else "-"
    (line,) = ax.plot(
        *mark.points.T, color=mark.color, lw=mark.width, ls=dashes, alpha=mark.opacity, zorder=order,
        solid_joinstyle="round",
    )  # fmt: skip
    return line


@painted_mark.register
def _dots(mark: Dots, ax: Any, order: int) -> Any:
    if mark.tones is not None:
        return ax.scatter(
            *mark.places.T, s=mark.size**2, c=two_colors(mark.tones, 1.0), edgecolors=mark.edge,
            linewidths=mark.edge_width, zorder=order,
        )  # fmt: skip
    (dots,) = ax.plot(
        *mark.places.T, _SHAPES[mark.shape], ms=mark.size, mfc=mark.fill, mec=mark.edge, mew=mark.edge_width,
        zorder=order, clip_on=False,
    )  # fmt: skip
    return dots


@painted_mark.register
def _field(mark: Field, ax: Any, order: int) -> Any:
    colors = two_colors(mark.tones, mark.opacity)
    return ax.imshow(
        colors, extent=mark.box, origin="lower", aspect="auto", interpolation="bilinear", zorder=order
    )


@painted_mark.register
def _columns(mark: Columns, ax: Any, order: int) -> Any:
    from matplotlib.collections import PolyCollection

    corners = np.empty((len(mark.tones), 4, 2))
    corners[:, :2, 0], corners[:, 2:, 0] = mark.edges[:-1, None], mark.edges[1:, None]
    corners[:, :, 1] = 0, 1, 1, 0
    colors = two_colors(mark.tones, mark.opacity)
    across = ax.get_xaxis_transform()  # heights from 0 to 1
    columns = PolyCollection(list(corners), facecolors=colors, linewidths=0, transform=across, zorder=order)
    return ax.add_collection(columns)


@painted_mark.register
def _area(mark: Area, ax: Any, order: int) -> Any:
    return ax.fill(*mark.corners.T, color=mark.color, alpha=mark.opacity, lw=0, zorder=order)[0]


@painted_mark.register
def _note(mark: Note, ax: Any, order: int) -> Any:
    sides = {"ha": "right" if mark.shift[0] < 0 else "left", "va": "top" if mark.shift[1] < 0 else "bottom"}
    return ax.annotate(
        mark.text, mark.place, mark.shift, textcoords="offset points", color=mark.color, size=SIZE,
        zorder=order, **sides,
    )  # fmt: skip


def two_colors(tones: np.ndarray, most: float) -> np.ndarray:
    """The colours of tones, with red, green, blue and opacity in a last dimension.

    Args:
        tones: from -1 to 1.
        most: the opacity of the tones 1 and -1.

    Example:
        >>> two_colors(np.array([0.5, -2.0]), 0.8)[:, 3].tolist()
        [0.4, 0.8]
    """
    rgb = {color: [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in (PLUS, MINUS)}
    colors = np.empty((*tones.shape, 4))
    colors[..., :3] = np.where((tones > 0)[..., None], rgb[PLUS], rgb[MINUS])
    colors[..., 3] = most * np.clip(np.abs(tones), 0, 1)
    return colors
