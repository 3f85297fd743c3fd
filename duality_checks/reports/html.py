"""The report of a job as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import MissingExtraError

from ..exact.enclosures import decimal_interval, scientific_above
from ..limits import chambers_in_words
from ..terms.words import activation_name, count
from .html_page import PLOT, facts, figure, page, svg, table
from .self_check import scripts, self_check
from .text import MOST_NEURONS, beta_text, printable, relative_gap, skip_text

if TYPE_CHECKING:
    from ..checker import Verdict
    from ..data.datasets import TrainingData
    from ..network import TwoLayerNetwork
    from ..problem import TrainingProblem
    from .outcome import Outcome

NO_PICTURES = (
    "<p>No pictures: they need matplotlib. Install the extra <code>convex-landscape[plot]</code> and run the "
    "command again.</p>"
)
_FUNCTION_CAPTIONS = {
    1: "The data (dots) and the learned function (line). Circles are its kinks, where a neuron switches.",
    2: "The learned function (colour, by sign and size; the strong line is 0) and the data. A grey line is "
    "where a neuron switches; the strokes point to the side it is on for.",
}
_FIT_CAPTION = "What the network gives each sample against its target; dashed: equality."
_COLORED = (
    "The dual vector <b>v</b>, a number a sample, is what the lower bound is the value of; it proves it if "
    "v'phi(Xu) is between &minus;beta and beta for all weights u of norm 1. On a chamber v'phi(Xu) is "
    "linear, with slope <b>c</b>, and at most norm(Proj c), the length of c projected onto the chamber. Each "
    "chamber is coloured by its <b>slack</b> <span class=mono>beta &minus; norm(Proj c)</span>, what is left "
    "to beta: the fuller the colour, the smaller the slack. At full colour it is 0, the chamber is active, "
    "and neurons can sit there."
)
_RING_CAPTION = (
    f"The dual landscape over all directions of the weights. {_COLORED} The curve may touch the dashed lines "
    "at beta and &minus;beta, and never crosses them: that is optimality. Circles are the neurons. Of more "
    "than 360 chambers some are coloured, a degree apart."
)
_SPHERE_CAPTION = (
    f"The arrangement on the two halves of the sphere of weights. {_COLORED} Triangles are the neurons: up "
    "for a positive output weight, down for a negative one."
)
_BOUNDS_CAPTION = (
    "The bounds on p* against time, one dot a round of training: how far each stands from the best one on "
    "the other side. The lines are numerical, and nothing rests on them. The diamond is the width of the "
    "proven interval, when the independent checker was done."
)
NOT_PROVEN = (
    "<ul><li>That the bounds are equal: the certificate proves an interval, because optimal norms are "
    "usually irrational.</li><li>That the network is the only optimal one, or near to one.</li><li>Anything "
    "about other data.</li><li>Pictures, times, decimals of weights and the share of beta_max: these are "
    "floats.</li></ul>"
)
_ASKED = (
    '<dl class="asked" aria-live="polite"><dt></dt><dd>Point at a chamber, tap it, or use the arrow '
    "keys.</dd></dl>"
)
_SCALE = '<div class="scale"><span>slack 0 for &minus;v</span><i></i><span>slack 0 for v</span></div>'


def html(outcome: Outcome) -> str:
    """The report of a job: verdict, pictures, network, proof and what is not proven, in one file.

    Without matplotlib a sentence stands in place of the pictures.

    Args:
        outcome: what the job found.

    Returns:
        An HTML document that asks for nothing from anywhere.
    """
    sections = [
        "<header><h1>Global optimum of a two-layer network</h1>"
        f'<p class="lead">{escape(outcome.data.source)}</p></header>',
        verdict_box(outcome.verdict, outcome.certificate.lower, outcome.certificate.upper),
        _facts(outcome),
        hints_list(outcome.hints),
        f"<h2>In pictures</h2>{_pictures(outcome)}",
        f"<h2>The network</h2>{_network(outcome)}",
        f"<h2>The proof</h2>{_proof(outcome)}",
        f"<h2>What is not proven</h2>{NOT_PROVEN}",
        footer(outcome.seconds),
    ]
    return page(f"Global optimum: {outcome.data.source}", "\n".join(sections), scripts())


def hints_list(hints: tuple[str, ...]) -> str:
    """Where numbers may mislead; nothing where there are no hints."""
    items = "".join(f"<li><strong>Hint.</strong> {escape(hint)}</li>" for hint in hints)
    return f"<ul>{items}</ul>" if items else ""


def verdict_box(verdict: Verdict, lower: Fraction, upper: Fraction) -> str:
    """What is proven, or that nothing is."""
    if not verdict.proven:
        return (
            '<div class="verdict refused"><strong>REFUSED</strong> when checked'
            f"<p>{escape(verdict.reason)}. Nothing below is proven.</p></div>"
        )
    low, high = decimal_interval(lower, upper)
    return (
        '<div class="verdict"><strong>PROVEN</strong> in rational arithmetic, over every activation pattern'
        f'<p class="interval mono">{low} &le; p* &le; {high}</p></div>'
    )


def _facts(outcome: Outcome) -> str:
    problem, certificate = outcome.problem, outcome.certificate
    gap = scientific_above(relative_gap(certificate.lower, certificate.upper))
    return facts(
        [
            ("relative width of the interval", f"≤ {gap}"),
            ("chambers", chambers_in_words(problem.arrangement)),
            ("neurons", f"{outcome.solution.network.width:,}"),
            ("data", f"{problem.n:,} rows of rank {problem.arrangement.rank}"),
            ("activation", activation_name(problem.kappa)),
            ("weight decay beta", beta_text(problem.beta, outcome.beta_ratio)),
            ("trained in", f"{outcome.seconds['training']:.2f} s"),
            ("checked in", f"{outcome.seconds['checking']:.2f} s"),
        ]
    )


def _pictures(outcome: Outcome) -> str:
    try:
        return pictures(outcome)
    except MissingExtraError:
        return NO_PICTURES


def pictures(outcome: Outcome, *, prefix: str = "", number: int = 0) -> str:
    """What was learned, the chambers, and the bounds against time.

    Args:
        outcome: what the job found.
        prefix: as for :func:`function_figure`.
        number: of the documents in the page that chambers are told about from.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    function = function_figure(outcome.problem, outcome.solution.network, outcome.data, prefix=prefix)
    landscape, bounds = _landscape(outcome, prefix), _bounds(outcome, prefix)
    from .pictures import drawn_rank

    rank = drawn_rank(outcome.problem)
    parts = (function, landscape, bounds) if rank == 2 else (function, bounds, landscape)
    return f'<div class="pictures" data-document="{number}">{"".join(parts)}</div>'


def function_figure(
    problem: TrainingProblem, network: TwoLayerNetwork, data: TrainingData, *, prefix: str = ""
) -> str:
    """The data with the learned function.

    Args:
        problem: the problem.
        network: the network.
        data: the names of the columns.
        prefix: tells the pictures of a page with several of this kind apart; a letter first.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from .pictures import drawn_samples, plot_function, varying_columns

    features = len(varying_columns(problem)) if problem.readout.is_identity else 0
    caption = _FUNCTION_CAPTIONS.get(features, _FIT_CAPTION)
    shown = len(range(problem.n)[drawn_samples(problem)])
    if shown < problem.n:
        caption += f" Of {problem.n:,} samples {shown:,} are drawn."
    names = [printable(name) for name in (*data.features, data.target)]
    picture = svg(
        lambda ax: plot_function(problem, network, ax=ax, names=names),
        name=f"{prefix}function",
        label=f"the data with the learned function: {data.target}",
        size=PLOT,
    )
    return figure(picture, caption)


def _landscape(outcome: Outcome, prefix: str) -> str:
    if outcome.problem.bias is not None or outcome.problem.is_max_pooled:
        return ""  # free biases have a landscape for every sample; one of maxima is not drawn
    from .pictures import drawn_rank, far_side, plot_landscape

    problem, solution = outcome.problem, outcome.solution
    rank = drawn_rank(problem)
    if rank == 2:
        picture = svg(
            lambda ax: plot_landscape(problem, solution.dual, solution.network, ax=ax),
            name=f"{prefix}ring",
            label="the dual landscape over the angle of the weights, between beta and minus beta",
            size=PLOT,
        )
        return figure(_asked(picture, problem) + _SCALE + _ASKED, _RING_CAPTION)
    if rank == 3:
        halves = [
            _asked(
                svg(
                    lambda ax, pole=pole: plot_landscape(  # type: ignore[misc]
                        problem, solution.dual, solution.network, ax=ax, pole=pole
                    ),
                    name=prefix + name,
                    label=f"the chambers on one half of the sphere, coloured by slack ({name})",
                    size=(3.4, 3.4),
                ),
                problem,
                pole,
            )
            for name, pole in (("near", None), ("far", far_side(problem)))
        ]
        return figure(f'<div class="halves">{"".join(halves)}</div>{_SCALE}{_ASKED}', _SPHERE_CAPTION, "wide")
    told = "" if rank == problem.arrangement.rank else ", as far as floats can tell"
    return f'<p class="wide">The arrangement has rank {rank}{told}; it is drawn at rank 2 and 3.</p>'


def _asked(picture: str, problem: TrainingProblem, pole: Sequence[float] | None = None) -> str:
    """A picture of the landscape that tells what is under the pointer."""
    from .pictures import plotted_directions

    there, back = (
        ";".join(" ".join(f"{x:.12g}" for x in row) for row in matrix)
        for matrix in plotted_directions(problem, pole)
    )
    return picture.replace("<svg ", f'<svg data-to="{there}" data-back="{back}" ', 1)


def _bounds(outcome: Outcome, prefix: str) -> str:
    from .bounds import plot_bounds
    from .pictures import drawn_rank

    certificate = outcome.certificate
    when = outcome.history[-1].seconds + outcome.seconds["certification"] + outcome.seconds["checking"]
    proven = (when, certificate.lower, certificate.upper) if outcome.verdict.proven else None
    picture = svg(
        lambda ax: plot_bounds(outcome.history, proven=proven, ax=ax),
        name=f"{prefix}bounds",
        label="the bounds on the optimum against time",
        size=(PLOT[0], 2.7),
    )
    kind = "wide beside" if drawn_rank(outcome.problem) == 2 else ""
    return figure(picture, _BOUNDS_CAPTION, kind)


def _network(outcome: Outcome) -> str:
    network, active = outcome.solution.network, outcome.solution.active
    skip = f"<p>{escape(skip_text(outcome))}</p>" if skip_text(outcome) else ""
    if network.width == 0:
        return f"<p>The zero network: no neuron pays for its weight decay.</p>{skip}"
    order = sorted(range(network.width), key=lambda j: -abs(network.output[j]))[:MOST_NEURONS]
    rows = [
        [
            f"{network.output[j]:+.6g}",
            *(f"{w:+.6g}" for w in network.hidden[j]),
            *(f"{int((active[j][0] == sign).sum())}" for sign in (1, -1, 0)),
        ]
        for j in order
    ]
    names = [f"w: {name}" for name in outcome.data.features]
    more = network.width - len(rows)
    return (
        f"<p>{count(network.width, 'neuron')}, largest first, and how many samples each is on for, off for, "
        f"and has its kink at.</p>{table(['output', *names, 'on', 'off', 'kink'], rows)}"
        + (f"<p>{more:,} more in <code>network.json</code>.</p>" if more else "")
        + skip
    )


def _proof(outcome: Outcome) -> str:
    certificate = outcome.certificate
    width = certificate.upper - certificate.lower
    listed = (
        "covered by cones over boxes, each bounded by one linear function"
        if certificate.cover is not None
        else "below two quadratic functions, one for each sign"
        if certificate.quadratic is not None
        else "the checker goes through them itself"
        if certificate.chambers is None
        else f"{len(certificate.chambers):,} listed, proven to be all"
    )
    rows = [
        (
            "lower bound",
            "the value of a dual vector that is feasible on every chamber, by rational multipliers",
        ),
        ("upper bound", "the exact objective of the network"),
        ("width, at most", scientific_above(width)),
        ("chambers", listed),
        ("digest of the problem", certificate.problem),
    ]
    cells = [f"<th>{name}</th><td style='white-space:normal'>{escape(text)}</td>" for name, text in rows]
    body = "".join(f"<tr>{cell}</tr>" for cell in cells)
    return (
        f"<table>{body}</table><p>Check it again: "
        "<code>convex-landscape check problem.json certificate.json</code>. The checker is one file that "
        "imports Python's standard library alone.</p>"
        + self_check(outcome.problem_text, outcome.certificate_text)
    )


def footer(seconds_by_part: dict[str, float]) -> str:
    """How long each part took, and where the same is as text."""
    times = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in seconds_by_part.items())
    return f"<footer>Times: {escape(times)}. The same facts as text are in <code>report.md</code>.</footer>"
