"""What a band proves, for people (a summary, a page) and for programs (JSON)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from html import escape
from math import floor, log10
from typing import TYPE_CHECKING, Any

from ..exact.enclosures import (
    decimal_above,
    decimal_below,
    exact_text,
    float_above,
    float_below,
    scientific_above,
)
from ..terms.words import activation_name, count
from .text import interval_facts, loss_name, printable, relative_gap

if TYPE_CHECKING:
    from ..data.datasets import TrainingData
    from ..optima.path_band import PathBand, PathNode
    from ..optima.paths import BetaMax
    from ..problem import TrainingProblem

FORMAT = "convex-landscape path"
INTERRUPTED = "interrupted"
_MOST_LINES = 12
_DIGITS = 9
_HEADER = ("beta", "p* at least", "p* at most", "loss", "penalty", "neurons")


@dataclass(frozen=True, eq=False, slots=True)
class PathOutcome:
    """What a job on a path produced.

    Args:
        data: the data with its names.
        problem: the problem; its beta plays no part.
        band: what is proven.
        beta_max: in floats.
        proven_beta_max: a proven interval around it, where one was quick to have.
        wanted: the relative width that was asked for.
        seconds: that the job took.
        ended: why it ended before that width was reached; empty where it was.
    """

    data: TrainingData
    problem: TrainingProblem
    band: PathBand
    beta_max: float
    wanted: Fraction
    seconds: float
    ended: str = ""
    proven_beta_max: BetaMax | None = None

    @property
    def reached(self) -> bool:
        """Whether the band is as narrow as was asked for."""
        return self.band.relative_width <= self.wanted


def path_facts(outcome: PathOutcome) -> dict[str, Any]:
    """A band as a JSON object, all of it exact: enough to evaluate both bounds at any beta."""
    band = outcome.band
    return {
        "format": FORMAT,
        "source": outcome.data.source,
        "proven": True,
        "from": str(band.nodes[0].beta),
        "to": str(band.nodes[-1].beta),
        "beta_max_float": outcome.beta_max,
        "beta_max": None if outcome.proven_beta_max is None else list(map(str, outcome.proven_beta_max)),
        "relative_width": str(band.relative_width),
        "relative_width_float": float(band.relative_width),
        "width_wanted": str(outcome.wanted),
        "reached": outcome.reached,
        "certificates": sum(bool(node.beta) for node in band.nodes),
        "foot": str(band.foot),
        "nodes": [_node_facts(node) for node in band.nodes],
        "pieces": [
            {
                "network_bend": str(piece.network_bend),
                "dual_bend": str(piece.dual_bend),
                "relative_width": str(width),
            }
            for piece, width in zip(band.pieces, band.relative_widths, strict=True)
        ],
        "seconds": outcome.seconds,
    }


def _node_facts(node: PathNode) -> dict[str, Any]:
    exact = {"beta": str(node.beta), "loss": str(node.loss), "penalty": str(node.penalty)}
    return exact | {"neurons": node.width} | interval_facts(node.lower, node.upper)


def path_summary(outcome: PathOutcome) -> str:
    """A few lines for a terminal."""
    problem, band = outcome.problem, outcome.band
    facts = [
        (
            "data",
            f"{printable(outcome.data.source)}: {count(problem.n, 'sample')}, {count(problem.d, 'column')}",
        ),
        (
            "problem",
            f"{activation_name(problem.kappa)}, {loss_name(problem)}, beta from "
            f"{_short(band.nodes[0].beta)} to {_short(band.nodes[-1].beta)} "
            f"({outcome.proven_beta_max or f'beta_max about {outcome.beta_max:.12g}'})",
        ),
        ("networks", _networks(band)),
    ]
    lines = [f"{name:<10}{text}" for name, text in facts]
    rows = [_HEADER, *(_row(node) for node in _some(band.nodes))]
    spaces = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines += ["  ".join(text.rjust(space) for text, space in zip(row, spaces, strict=True)) for row in rows]
    lines += [f"{name:<10}{text}" for name, text in _ends(band)]
    lines.append(f"{'verdict':<10}{verdict(outcome)}")
    return "\n".join(lines)


def _networks(band: PathBand) -> str:
    """How many nodes there are, and how near their own optima are known."""
    trained = [node for node in band.nodes if node.beta]
    widest = max(relative_gap(node.lower, node.upper) for node in trained)
    return (
        f"{count(len(trained), 'node')}, each trained, its certificate checked: "
        f"within a relative width of {scientific_above(widest)}"
        f"{'; and one that fits, for 0' if len(trained) < len(band.nodes) else ''}"
    )


def verdict(outcome: PathOutcome) -> str:
    """What is proven, in a sentence."""
    band = outcome.band
    proven = f"PROVEN for EVERY beta of these: p*(beta) within a relative width of {band.width_text}"
    if outcome.reached:
        return f"{proven} ({outcome.seconds:.1f} s)"
    return f"{proven}, wider than the {exact_text(outcome.wanted)} asked for: {outcome.ended}"


def _ends(band: PathBand) -> Iterable[tuple[str, str]]:
    first, last = band.nodes[0], band.nodes[-1]
    if not first.beta:
        known = f"p*(beta)/beta grows to the least norm of a fit, at most {float_above(first.penalty):.12g}"
        yield "towards 0", known
    else:
        yield "below", f"p*(beta)/beta grows, from {float_below(first.lower / first.beta):.9g}, as beta falls"
    if not last.penalty:
        yield "above", "the band goes on unchanged: its last network is zero, whose loss does not grow"


def _some(nodes: tuple[PathNode, ...]) -> list[PathNode]:
    """About a dozen of them, both ends among them."""
    if len(nodes) <= _MOST_LINES:
        return list(nodes)
    steps = _MOST_LINES - 1
    return [nodes[round(k * (len(nodes) - 1) / steps)] for k in range(_MOST_LINES)]


def _row(node: PathNode) -> tuple[str, ...]:
    places = max(0, _DIGITS - floor(log10(node.upper))) if node.upper else 0
    return (
        _short(node.beta),
        decimal_below(node.lower, places),
        decimal_above(node.upper, places),
        f"{float(node.loss):.6g}",
        f"{float(node.penalty):.6g}",
        str(node.width),
    )


def _short(beta: Fraction) -> str:
    return f"{float(beta):.12g}"


def path_page(outcome: PathOutcome) -> str:
    """The report of a band: verdict, pictures, nodes; one HTML file that asks for nothing from anywhere."""
    from .html_page import facts, page, table

    band = outcome.band
    known = [
        ("relative width of the band", f"≤ {band.width_text}"),
        ("certificates", str(len(band.nodes))),
        ("activation", activation_name(outcome.problem.kappa)),
        ("loss", loss_name(outcome.problem)),
        ("beta_max", f"{outcome.beta_max:.9g}"),
        ("seconds", f"{outcome.seconds:.1f}"),
    ]
    rows = [_row(node) for node in band.nodes]
    body = [
        "<header><h1>Every optimum of a path of weight decays</h1>"
        f'<p class="lead">{escape(outcome.data.source)}</p></header>',
        f'<div class="verdict"><p>{escape(verdict(outcome))}</p></div>',
        facts(known),
        f"<h2>In pictures</h2>{_pictures(band)}",
        f"<h2>The nodes</h2>{table(_HEADER, rows)}",
        f"<h2>Why every beta</h2><p>{_WHY}</p>",
    ]
    return page(f"Path of optima: {outcome.data.source}", "\n".join(body))


_WHY = (
    "The objective of a network is a line in beta, so the least of all of them, p*(beta), is concave, and "
    "each network bounds it from above at every beta. Each certificate bounds it from below at its own beta "
    "and, with its neighbour, on the chord between them; where the loss is smooth, the mean of the two dual "
    "vectors proves more than the chord, and for the squared loss the two networks side by side are better "
    "than both (statement 5.5). problem-k.json and certificate-k.json hold node k, for the checker."
)


def _pictures(band: PathBand) -> str:
    from .drawing.svg import svg
    from .html_page import PLOT, figure
    from .path_picture import band_picture, widths_picture

    parts = (
        figure(
            svg(
                band_picture(band),
                name="band",
                label="lower and upper bound on the optimum against the weight decay, and the loss",
                size=PLOT,
            ),
            "Blue: p* lies between the two lines at every beta, proven. Dots: certificates. Orange: the "
            "loss of the networks.",
        ),
        figure(
            svg(
                widths_picture(band),
                name="widths",
                label="the number of neurons of the networks against the weight decay",
                size=PLOT,
            ),
            "How many neurons the networks have that prove the upper bound.",
        ),
    )
    return f'<div class="pictures">{"".join(parts)}</div>'
