"""What all pictures share: axes, colours, labels that fit (extra `plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError, MissingExtraError

INK = "#22313f"
PAPER = "#ffffff"
CELLS = ("#fdf3dc", "#f9dfb2", "#cfe6df", "#97cdc6", "#5fa8b8", "#3f7ea6")
_ROWS = (
    *("#c8553d", "#2a6f97", "#588157", "#8d5a97", "#d08c1f"),
    *("#3d5a6c", "#b5476c", "#6b705c", "#1b998b", "#7a5c3e"),
)


def require_matplotlib() -> None:
    """Raise `MissingExtraError` unless matplotlib can be imported."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(
            "pictures need matplotlib; install the extra: convex-landscape[plot]"
        ) from error


def axes_of(ax: Any, **kinds: str) -> Any:
    """Return the axes given, or those of a new figure."""
    require_matplotlib()
    if ax is not None:
        return ax
    from matplotlib import pyplot

    figure = pyplot.figure(figsize=(6, 6), layout="constrained")
    return figure.add_subplot(**kinds)


def row_color(i: int) -> str:
    """Return the colour row i has in every picture.

    Example:
        >>> row_color(0) == row_color(10)
        True
    """
    return _ROWS[i % len(_ROWS)]


def cell_colors(signs: np.ndarray, first: int, values: Sequence[float] | None, cmap: Any) -> list[Any]:
    """Return one colour a chamber: by value, or by how many rows separate it from chamber `first`.

    Neighbours differ by one wall, so without values no two neighbours look the same.
    """
    from matplotlib import colormaps
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    if values is None:
        shades = (signs != signs[first]).sum(axis=1).astype(float)
        scale = LinearSegmentedColormap.from_list("cells", CELLS) if cmap is None else colormaps[str(cmap)]
    else:
        shades = np.asarray(values, dtype=float)
        scale = colormaps["viridis" if cmap is None else str(cmap)]
        if shades.shape != (len(signs),):
            raise InputError(
                f"values has shape {shades.shape}; give one for each of the {len(signs)} chambers"
            )
    norm = Normalize(float(shades.min()), float(max(shades.max(), shades.min() + 1e-300)))
    return [scale(norm(shade)) for shade in shades]


def texts_of(labels: Any, signs: np.ndarray) -> list[str]:
    """Return what to write in each chamber."""
    if labels is None:
        return [""] * len(signs)
    if isinstance(labels, str) and labels == "signs":
        return ["".join("\N{MINUS SIGN}0+"[s + 1] for s in row) for row in signs.tolist()]
    if isinstance(labels, str) and labels == "index":
        return [str(i) for i in range(len(signs))]
    texts = [str(label) for label in labels] if not isinstance(labels, str) else []
    if len(texts) != len(signs):
        raise InputError(f"labels is {labels!r}; give 'signs', 'index', None, or {len(signs)} texts")
    return texts


def write(ax: Any, text: str, at: np.ndarray, outline: np.ndarray, background: Any) -> None:
    """Write a text in a cell, at `at` or halfway to its border, where it fits largest; not below 4 points."""
    if not text or len(outline) < 3:
        return
    scale = _points(ax) / np.ptp(ax.get_xlim())
    half = np.array([0.34 * len(text) + 0.2, 0.75])
    places = np.concatenate([[at], 0.5 * (at + outline[:: max(1, len(outline) // 24)])])
    sizes = [float((np.abs(outline - place) / half).max(axis=1).min()) * scale for place in places]
    best = 0 if sizes[0] >= 9 else int(np.argmax(sizes))
    if sizes[best] < 4:
        return
    color = INK if float(np.dot(background[:3], (0.299, 0.587, 0.114))) > 0.5 else PAPER
    style = {"size": min(11.0, sizes[best]), "color": color, "family": "monospace"}
    ax.text(*places[best], text, ha="center", va="center", zorder=4, **style)


def _points(ax: Any) -> float:
    """Return the width of the axes in points."""
    return float(ax.get_window_extent().width / ax.figure.dpi * 72)


def tag(ax: Any, text: str, at: np.ndarray, color: str, away: Any = (0.0, 0.0)) -> None:
    """Write the name of a row on it: a number in a small disc, a text in a box that may keep to a side."""
    short = len(text) < 3
    box = {"boxstyle": f"{'circle' if short else 'round'},pad=0.22", "fc": PAPER, "ec": color, "lw": 1.1}
    side = "center" if short or abs(away[0]) < 0.5 else "left" if away[0] > 0 else "right"
    ax.text(*at, text, size=8, color=color, ha=side, va="center", bbox=box, zorder=6, clip_on=False)


def frame(ax: Any, title: str | None) -> None:
    ax.set_aspect("equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title, color=INK, size=12, pad=20)


def sides(cell: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    return list(zip(cell, np.roll(cell, -1, axis=0), strict=True))


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
