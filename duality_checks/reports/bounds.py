"""The bounds on the optimum against time (extra `plot`): numerical while training, proven at the end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.pictures.canvas import axes_of

from .pictures import INK, MINUS, PAPER, PLUS, label_axes
from .text import relative_gap

if TYPE_CHECKING:
    from ..training.rounds import Bounds

# A logarithmic axis up to this ratio has room for 1, 2 and 5 of each decade.
_FEW_DECADES = 300
# Where a width of zero is drawn on a logarithmic scale.
_LEAST_WIDTH = 1e-16
_DECADES = 100  # from this ratio on there are two powers of ten to label
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def plot_bounds(
    history: Sequence[Bounds],
    *,
    proven: tuple[float, Fraction, Fraction] | None = None,
    ax: Any = None,
) -> Any:
    """Draw the bounds on p* against time: how far each stands from the best one on the other side.

    Both scales are logarithmic. The lines are numerical, the diamond is proven.

    Args:
        history: the bounds of all rounds, such as the `rounds` of a
            :class:`~duality_checks.training.rounds.Solution`.
        proven: the seconds at which an interval for p* was proven, and the interval; None if there is none.
        ax: matplotlib Axes; a new figure if None.

    Returns:
        The Axes.

    Raises:
        InputError: no rounds.
        MissingExtraError: matplotlib is not installed.
    """
    if not history:
        raise InputError("history is empty; give the rounds of a solution")
    ax = axes_of(ax)
    best_upper = min(bounds.upper for bounds in history)
    best_lower = max(bounds.lower for bounds in history)
    scale = abs(best_upper) or 1.0
    seconds = [bounds.seconds for bounds in history]
    for values, color, name in (
        ([bounds.upper - best_lower for bounds in history], PLUS, "upper bound, numerical"),
        ([best_upper - bounds.lower for bounds in history], MINUS, "lower bound, numerical"),
    ):
        heights = np.maximum(np.array(values) / scale, _LEAST_WIDTH)
        ax.plot(seconds, heights, "o-", ms=4, lw=1.4, color=color, label=name)
    if proven is not None:
        when, lower, upper = proven
        width = max(float(relative_gap(lower, upper)), _LEAST_WIDTH)
        ax.plot(when, width, "D", ms=8, mfc=PAPER, mec=INK, mew=1.6, label="interval, proven", zorder=4)
    ax.set(xscale="log", yscale="log")
    _seconds(ax)
    _powers(ax)
    ax.legend(frameon=False, labelcolor=INK, fontsize=9)
    label_axes(ax, "seconds", "distance, relative to p*")
    return ax


def _seconds(ax: Any) -> None:
    """Plain numbers along a logarithmic axis of times, as many as there is room for."""
    from matplotlib.ticker import LogLocator, NullFormatter

    low, high = ax.get_xlim()
    ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < _FEW_DECADES * low else (1,)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.xaxis.set_minor_formatter(NullFormatter())


def _powers(ax: Any) -> None:
    """Powers of ten along a logarithmic axis as plain text, which takes no parser of formulas."""
    from matplotlib.ticker import NullFormatter

    low, high = ax.get_ylim()
    if high >= _DECADES * low:
        ax.yaxis.set_major_formatter(lambda x, _: power_of_ten(x))
        ax.yaxis.set_minor_formatter(NullFormatter())


def power_of_ten(value: float) -> str:
    """A power of ten in print.

    Example:
        >>> power_of_ten(1e-12)
        '10⁻¹²'
    """
    return "10" + str(round(math.log10(value))).translate(_RAISED)
