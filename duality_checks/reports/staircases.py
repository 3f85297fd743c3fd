"""A picture of the staircase of connectivity (statement 5.6): pieces that join as m grows (extra `plot`)."""

from __future__ import annotations

from itertools import pairwise
from math import factorial
from typing import Any

from hyperplane_arrangements.pictures.canvas import INK, axes_of

from ..optima.staircase import Staircase

_MUTED, _JOINED, _RIGID = "#66727c", "#2e7fb8", "#d55e00"


def plot_staircase(stairs: Staircase, *, ax: Any = None) -> Any:
    """Draw the pieces of the set of optimal networks at every width, up to where it stays connected.

    A filled disc is a piece, with a line to what it is part of at the next width; a ring is a vertex whose m
    neurons cannot move: m! isolated networks. At the right the pieces are counted in the space of networks.

    Args:
        stairs: the staircase.
        ax: matplotlib Axes; a new figure if None.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    steps = stairs.steps
    across = {vertex: x for x, vertex in enumerate(_in_order(stairs))}
    where = {
        (step.width, group): sum(across[v] for v in group) / len(group)
        for step in steps
        for group in step.groups
    }
    for step, wider in pairwise(steps):
        for group in step.groups:
            ends = where[step.width, group], where[wider.width, wider.group(group[0])]
            ax.plot(ends, (step.width, wider.width), color=_MUTED, lw=1.2, zorder=1)
    for step in steps:
        for group in step.groups:
            rigid = set(group) <= set(step.rigid)
            face, edge = ("white", _RIGID) if rigid else (_JOINED, _JOINED)
            spot = where[step.width, group], step.width
            size = 6 if rigid else 5 + 1.5 * len(group) ** 0.5
            ax.plot(*spot, "o", mfc=face, mec=edge, mew=1.6, ms=size, zorder=3)
            if rigid and factorial(step.width) > 1:
                label = f"\N{MULTIPLICATION SIGN}{factorial(step.width)}"
                ax.annotate(label, spot, (7, -3), textcoords="offset points", color=_RIGID, size=8)
        count = f"{step.pieces} piece{'s' * (step.pieces != 1)}"
        ax.text(len(across) + 0.2, step.width, count, color=INK, size=9, va="center")
    ax.set(xlim=(-0.6, len(across) + 1.6), ylim=(stairs.least - 0.4, stairs.connected_from + 0.4))
    ax.set_yticks([step.width for step in steps])
    ax.set_xticks([])
    ax.set_ylabel("width m", color=INK)
    ax.set_xlabel("vertices of the polytope of optima", color=INK)
    ax.spines[["top", "right", "bottom"]].set_visible(False)
    return ax


def _in_order(stairs: Staircase) -> list[int]:
    """The vertices, those of a piece beside each other at every width."""
    order = list(range(len(stairs.found.vertices)))
    for step in stairs.steps:
        rank = {v: min(group) for group in step.groups for v in group}
        order.sort(key=lambda v: rank.get(v, v))
    return order
