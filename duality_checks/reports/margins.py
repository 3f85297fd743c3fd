"""The place of a plot in its picture: as large as the labels outside of it leave room for (extra `plot`).

A layout of matplotlib's own draws everything once in order to measure it, which takes as long as to write the
picture. Here labels alone are measured.
"""

from __future__ import annotations

from typing import Any

_PAD = 10 / 3  # points around everything, a third of a letter
_TICK = 7.0  # a tick, and the space between it and its label
_LABEL = 14.0  # the name of an axis, and the space between it and the labels of the ticks
_OFFSET = 12.0  # what all labels of an axis share, a factor, above its end
_LINE = 9.0  # no label is less high
_FORMULA = 1.1  # formulas are set wider than they are measured


def fit(ax: Any) -> None:
    """Give the only Axes of a figure their place in it; to be called when all is drawn.

    Args:
        ax: matplotlib Axes, upright, with ticks and labels at the left and at the bottom, or with none.

    Example:
        >>> from matplotlib.figure import Figure
        >>> ax = Figure(figsize=(1, 1)).add_subplot()
        >>> ax.set_axis_off()
        >>> fit(ax)
        >>> [round(72 * float(x), 1) for x in ax.get_position().extents]
        [3.3, 3.3, 68.7, 68.7]
    """
    width, height = (72 * float(inches) for inches in ax.figure.get_size_inches())
    left = bottom = right = top = _PAD
    if ax.axison:
        # How many ticks there are depends on the room: first that for the lines, which hardly varies.
        bottom += _TICK + _LABEL + max(high for _, _, high in _labels(ax, 0))
        _put(ax, left, bottom, width - right, height - top)
        ups = _labels(ax, 1)
        top += _OFFSET if ax.yaxis.get_major_formatter().get_offset() else 0.0
        top = max([top, *(_PAD + high / 2 - (1 - y) * (height - bottom - top) for y, _, high in ups)])
        left += _TICK + _LABEL + max(long for _, long, _ in ups)
        _put(ax, left, bottom, width - right, height - top)
        room = width - left - right
        right = max([right, *(_PAD + long / 2 - (1 - x) * room for x, long, _ in _labels(ax, 0))])
    _put(ax, left, bottom, width - right, height - top)


def _put(ax: Any, left: float, bottom: float, right: float, top: float) -> None:
    """Place the Axes between four lines, in points."""
    width, height = (72 * float(inches) for inches in ax.figure.get_size_inches())
    ax.set_position((left / width, bottom / height, (right - left) / width, (top - bottom) / height))


def _labels(ax: Any, which: int) -> list[tuple[float, float, float]]:
    """Of each label of a tick: its place along the axis, between 0 and 1, its length and height in points.

    The first is none: where there are no ticks there is a line nevertheless.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    axis = (ax.xaxis, ax.yaxis)[which]
    size = axis.get_tick_params().get("labelsize", 10)
    font = FontProperties(size=size)
    found = [(0.0, 0.0, _LINE)]
    kinds = (
        (axis.get_majorticklocs(), axis.get_major_formatter()),
        (axis.get_minorticklocs(), axis.get_minor_formatter()),
    )
    to_axes = ax.transScale + ax.transLimits
    for places, formatter in kinds:
        for place, text in zip(places, formatter.format_ticks(places), strict=True):
            along = float(to_axes.transform((place, place))[which])
            if text and -1e-9 <= along <= 1 + 1e-9:
                formula = "$" in text
                long, high, _ = text_to_path.get_text_width_height_descent(text, font, formula)
                found.append((along, float(long) * (_FORMULA if formula else 1.0), float(high)))
    return found
