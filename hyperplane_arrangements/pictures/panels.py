"""Pictures for a page of text: panels on white paper, saved as the same SVG each time (extra `plot`).

Colours are told apart by everyone; text stays text, in whatever plain font the reader has.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from .canvas import INK, PAPER, require_matplotlib

__all__ = [
    *("BLUE", "GREEN", "INK", "MUTED", "ORANGE", "PALE", "PURPLE"),
    *("arrow", "panels", "plane", "save_svg"),
]

BLUE, ORANGE, GREEN, PURPLE = "#2e7fb8", "#d55e00", "#1b8a6b", "#9b5a94"
MUTED, PALE = "#66727c", "#e6ebef"

# DejaVu Sans, by which matplotlib measures, was made to the widths of Verdana.
_FONTS = {
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.monospace": ["DejaVu Sans Mono", "Menlo", "monospace"],
}


def panels(*labels: tuple[str, str], size: tuple[float, float] = (3.4, 3.1)) -> tuple[Any, ...]:
    """Return empty Axes beside each other, on a figure of their own that no window or notebook knows of.

    Args:
        labels: of the two axes of each panel; as many panels as pairs.
        size: width and height of one panel, in inches.

    Returns:
        The Axes, from left to right.

    Raises:
        MissingExtraError: matplotlib is not installed.

    Example:
        >>> left, right = panels(("width m", "value"), ("", ""))
        >>> left.get_xlabel()
        'width m'
    """
    require_matplotlib()
    from matplotlib.figure import Figure

    width, height = size
    sheet = Figure(figsize=(width * len(labels), height), layout="constrained", facecolor=PAPER)
    row = tuple(sheet.subplots(1, len(labels), squeeze=False)[0])
    for ax, (across, up) in zip(row, labels, strict=True):
        ax.set_prop_cycle(color=[BLUE, ORANGE, GREEN, PURPLE])
        ax.set_xlabel(across, color=INK, parse_math=False)
        ax.set_ylabel(up, color=INK, parse_math=False)
        ax.tick_params(colors=MUTED, labelsize=8)
        ax.spines[["top", "right"]].set_visible(False)
        ax.spines[["left", "bottom"]].set_color(MUTED)
    return row


def plane(ax: Any, left: float, right: float, bottom: float, top: float) -> None:
    """Make an Axes a plane with one scale in all directions and its two axes through the origin.

    Args:
        ax: matplotlib Axes.
        left: as the others, a border of what is shown.
        right: see left.
        bottom: see left.
        top: see left.
    """
    ax.axhline(0, color=MUTED, lw=0.6, zorder=1)
    ax.axvline(0, color=MUTED, lw=0.6, zorder=1)
    ax.set(xlim=(left, right), ylim=(bottom, top), aspect="equal")
    ax.spines[["left", "bottom"]].set_visible(False)


def arrow(
    ax: Any,
    tip: Sequence[float],
    name: str = "",
    *,
    tail: Sequence[float] = (0, 0),
    color: str = INK,
    shift: tuple[float, float] = (4, 4),
) -> None:
    """Draw a vector, with its name at the tip.

    Args:
        ax: matplotlib Axes.
        tip: where it ends.
        name: what to write there.
        tail: where it starts.
        color: of vector and name.
        shift: of the name from the tip, in points; a name to the left of the tip ends there.
    """
    style = {"arrowstyle": "-|>", "color": color, "lw": 1.8, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=tip, xytext=tail, arrowprops=style, zorder=4)
    sides = {"ha": "right" if shift[0] < 0 else "left", "va": "top" if shift[1] < 0 else "bottom"}
    ax.annotate(name, tip, shift, textcoords="offset points", color=color, size=9, zorder=5, **sides)


def save_svg(ax: Any, path: str | Path) -> None:
    """Save the figure of an Axes as SVG; equal pictures give equal files.

    Args:
        ax: matplotlib Axes, any of the figure's.
        path: where to; an existing file is replaced, a missing folder made.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out, sheet = StringIO(), ax.figure
    canvas, ground = sheet.canvas, sheet.get_facecolor()
    style: Any = {"svg.hashsalt": "panels", "svg.fonttype": "none", **_FONTS}
    with rc_context(style):
        try:
            sheet.set_facecolor(PAPER)
            # `savefig` would draw everything once before it writes anything.
            FigureCanvasSVG(sheet).print_svg(out, metadata={"Date": None})
        finally:
            sheet.set_facecolor(ground)
            sheet.set_canvas(canvas)
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    # A hundredth of a point is more than anybody sees.
    text = re.sub(r"\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", out.getvalue())
    target.write_text(re.sub(r" +$", "", text, flags=re.MULTILINE), encoding="utf-8")
