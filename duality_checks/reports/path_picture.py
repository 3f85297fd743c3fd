"""Pictures of a path of optima: the proven band, and what its networks are made of (extra `plot`)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.pictures.canvas import axes_of

from ..exact.enclosures import float_above, float_below
from .pictures import INK, MINUS, MUTED, PLUS, label_axes

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


def plot_band(band: PathBand, *, ax: Any = None) -> Any:
    """The proven band around ``p*(beta)``, and under it the loss of the networks.

    Args:
        band: the band.
        ax: matplotlib Axes; new ones by default.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    betas = drawn_betas(band)
    lower = [float_below(band.lower(Fraction(beta))) for beta in betas]
    upper = [float_above(band.upper(Fraction(beta))) for beta in betas]
    ax.fill_between(betas, lower, upper, color=MINUS, alpha=0.35, lw=0)
    ax.plot(betas, upper, color=MINUS, lw=0.8)
    ax.plot(betas, lower, color=MINUS, lw=0.8)
    nodes = [node for node in band.nodes if node.beta]
    places = [float(node.beta) for node in nodes]
    ax.plot(places, [float(node.upper) for node in nodes], "o", color=INK, ms=2.5)
    ax.plot(places, [float(node.loss) for node in nodes], color=PLUS, lw=1)
    middle = len(nodes) // 2
    for text, color, value, side in (
        ("p*, between the bounds", MINUS, nodes[middle].upper, "bottom"),
        ("loss", PLUS, nodes[middle].loss, "top"),
    ):
        ax.annotate(
            text, (places[middle], float(value)), (-4, 4 if side == "bottom" else -4),
            textcoords="offset points", color=color, ha="right", va=side, size=9,
        )  # fmt: skip
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    label_axes(ax, "weight decay beta", "objective")
    return ax


def plot_widths(band: PathBand, *, ax: Any = None) -> Any:
    """The number of neurons of each network of a band, and how wide the band is.

    Args:
        band: the band.
        ax: matplotlib Axes; new ones by default.

    Returns:
        The Axes.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    ax = axes_of(ax)
    nodes = [node for node in band.nodes if node.beta]
    ax.step(
        [float(node.beta) for node in nodes], [node.width for node in nodes], where="mid", color=MINUS, lw=1
    )
    ax.plot([float(node.beta) for node in nodes], [node.width for node in nodes], "o", color=INK, ms=2.5)
    ax.annotate(
        f"{len(band.nodes)} certificates", (1, 1), xycoords="axes fraction", color=MUTED, ha="right",
        va="top", size=8,
    )  # fmt: skip
    ax.set_xscale("log")
    ax.set_ylim(bottom=0)
    ax.yaxis.get_major_locator().set_params(integer=True)
    label_axes(ax, "weight decay beta", "neurons m of the network")
    return ax
