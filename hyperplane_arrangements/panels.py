"""Pictures for a page of text: panels on white paper, saved as the same SVG each time (extra `plot`).

Colours are told apart by everyone; text stays text, in whatever plain font the reader has.
"""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path
from typing import Any

from .canvas import INK, PAPER, require_matplotlib

__all__ = ["BLUE", "GREEN", "INK", "MUTED", "ORANGE", "PALE", "PURPLE", "panels", "save_svg"]

BLUE, ORANGE, GREEN, PURPLE = "#2e7fb8", "#d55e00", "#1b8a6b", "#9b5a94"
MUTED, PALE = "#66727c", "#e6ebef"

# DejaVu Sans, by which matplotlib measures, was made to the widths of Verdana.
_FONTS = ["DejaVu Sans", "Verdana", "sans-serif"]


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

    out = StringIO()
    with rc_context({"svg.hashsalt": "panels", "svg.fonttype": "none", "font.sans-serif": _FONTS}):
        ax.figure.savefig(out, format="svg", facecolor=PAPER, metadata={"Date": None})
    target = Path(path)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(re.sub(r" +$", "", out.getvalue(), flags=re.MULTILINE), encoding="utf-8")
