"""Pictures of a path of optima: the proven band, and what its networks are made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from ..exact.enclosures import float_above, float_below
from .drawing.axis import Axis, around
from .drawing.marks import INK, MINUS, MUTED, PLUS, Area, Dots, Line, Note, Picture

if TYPE_CHECKING:
    from ..optima.path_band import PathBand

_POINTS = 240
_TOWARDS_ZERO = 100


def drawn_betas(band: PathBand, points: int = _POINTS) -> list[float]:
    """Weight decays at equal steps of their logarithms; from a band that begins at 0 a part is left out."""
    nodes = [float(node.beta) for node in band.nodes if node.beta]
    low = nodes[0] if band.nodes[0].beta else nodes[0] / _TOWARDS_ZERO
    inner = np.geomspace(low, nodes[-1], points)[1:-1]
    return sorted({low, *nodes, *map(float, inner)})


def band_picture(band: PathBand) -> Picture:
    """The proven band around ``p*(beta)``, and under it the loss of the networks."""
    betas = drawn_betas(band)
    lower, upper = (
        np.column_stack([betas, heights])
        for heights in (
            [float_below(band.lower(Fraction(beta))) for beta in betas],
            [float_above(band.upper(Fraction(beta))) for beta in betas],
        )
    )
    nodes = [node for node in band.nodes if node.beta]
    tops = np.array([[float(node.beta), float(node.upper)] for node in nodes])
    losses = np.array([[float(node.beta), float(node.loss)] for node in nodes])
    middle = len(nodes) // 2
    marks = (
        Area(np.concatenate([lower, upper[::-1]]), MINUS, 0.35),
        Line(upper, MINUS, 0.8),
        Line(lower, MINUS, 0.8),
        Line(losses, PLUS),
        Dots(tops, size=2.5, edge=INK, edge_width=1),
        Note("p*, between the bounds", (tops[middle, 0], tops[middle, 1]), (-4, 4), MINUS),
        Note("loss", (losses[middle, 0], losses[middle, 1]), (-4, -4), PLUS),
    )
    heights = np.concatenate([[0.0], lower[:, 1], upper[:, 1], tops[:, 1], losses[:, 1]])
    return Picture(marks, _decay(betas), _from_zero("objective", heights))


def widths_picture(band: PathBand) -> Picture:
    """The number of neurons of each network of a band, and how many certificates there are."""
    nodes = [node for node in band.nodes if node.beta]
    betas, widths = [float(node.beta) for node in nodes], [float(node.width) for node in nodes]
    between = [(a + b) / 2 for a, b in pairwise(betas)]
    steps = np.column_stack([np.repeat([betas[0], *between, betas[-1]], 2)[1:-1], np.repeat(widths, 2)])
    up = _from_zero("neurons m of the network", [0.0, *widths], whole=True)
    count = f"{len(band.nodes)} certificates"
    across = _decay(betas)
    marks = (
        Line(steps, MINUS),
        Dots(np.column_stack([betas, widths]), size=2.5, edge=INK, edge_width=1),
        Note(count, (across.high, up.high), (-2, -2), MUTED),
    )
    return Picture(marks, across, up)


def _decay(betas: Sequence[float]) -> Axis:
    return around("weight decay beta", betas, log=True)


def _from_zero(name: str, heights: Iterable[float], *, whole: bool = False) -> Axis:
    return replace(around(name, heights, whole=whole), low=0.0)
