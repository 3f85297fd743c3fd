"""The report of a job as one HTML page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ..exact.enclosures import decimal_interval, scientific_above
from ..pricing.limits import chambers_in_words
from ..terms.words import activation_name, count
from .bounds import bounds_picture
from .drawing.svg import svg
from .function_picture import drawn_samples, function_picture, varying_columns
from .half_spheres import far_side, plotted_directions
from .html_page import PLOT, facts, figure, page, table
from .landscape_picture import drawn_rank, landscape_picture
from .markdown import bound_texts, commands
from .self_check import scripts, self_check, travel
from .text import (
    MOST_NEURONS,
    beta_text,
    missed_gap,
    neuron_rows,
    objective,
    printable,
    relative_gap,
    skip_text,
)

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate
    from ..data.datasets import TrainingData
    from ..networks.two_layer import TwoLayerNetwork
    from ..problem import TrainingProblem
    from .outcome import Outcome, Part

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
    "for a positive output weight, down for a negative one. Of more than 300 hyperplanes, chambers of "
    "under 4 pixels are coloured by abs(v'phi(Xu)) at each of these, in place of norm(Proj c)."
)
_BOUNDS_CAPTION = (
    "The bounds on p* against time, one dot a round of training: how far each stands from the best one on "
    "the other side. The lines are numerical, and nothing rests on them. The diamond is the width of the "
    "proven interval, when the independent checker was done."
)
_BOUNDS = (
    "<p>The lower bound is the value of a dual vector that is feasible on every chamber, by rational "
    "multipliers; the upper bound is the exact objective of the network.</p>"
)
_SUMS = (
    "<p>With the 1-norm of a neuron's output weights the optimum is the sum of the optima of the outputs. "
    "The independent checker accepted a certificate for each; the bounds are the sums of theirs.</p>"
)
_SHARED = (
    "<p>The outputs share neurons. The lower bound is the value of a dual matrix; one cover of all "
    "directions by cones proves it feasible, which the independent checker verified in integers. The upper "
    "bound is the exact objective of the network.</p>"
)
_UNLISTED = {
    "cover": "covered by cones over boxes, each bounded by itself",
    "quadratic": "below functions of degree 2, 4 or 6, one for each piece of the sphere and each sign",
    "sweep": "the checker goes through them itself",
}
_NOT_PROVEN = (
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

    Args:
        outcome: what the job found.

    Returns:
        An HTML document that asks for nothing from anywhere.
    """
    outputs, lead = len(outcome.targets), escape(outcome.source)
    what = "two-layer network" if outputs == 1 else f"network with {outputs} outputs"
    if outputs > 1:
        lead += f": {escape(', '.join(outcome.targets))}"
    times = ", ".join(f"{name} {seconds:.2f} s" for name, seconds in outcome.seconds.items())
    hints = "".join(f"<li><strong>Hint.</strong> {escape(hint)}</li>" for hint in outcome.hints)
    sections = [
        f'<header><h1>Global optimum of a {what}</h1><p class="lead">{lead}</p></header>',
        _verdict(outcome),
        _facts(outcome),
        f"<ul>{hints}</ul>" if hints else "",
        *_pictures(outcome),
        f"<h2>The network</h2>{_network(outcome)}",
        f"<h2>The proof</h2>{_proof(outcome)}",
        f"<h2>What is not proven</h2>{_NOT_PROVEN}",
        f"<footer>Times: {escape(times)}. The same facts as text are in <code>report.md</code>.</footer>",
    ]
    title = f"Global optimum: {outcome.source}"
    asked = any(travel(*texts) for texts in outcome.texts)
    return page(title, "\n".join(sections), scripts() if asked else None)


def _verdict(outcome: Outcome) -> str:
    if not outcome.verdict.proven:
        return (
            '<div class="verdict refused"><strong>REFUSED</strong> when checked'
            f"<p>{escape(outcome.verdict.reason)}. Nothing below is proven.</p></div>"
        )
    low, high = decimal_interval(outcome.lower, outcome.upper)
    missed = missed_gap(outcome)
    wide = f"<p>The gap was missed: the interval is {escape(missed)}.</p>" if missed else ""
    return (
        '<div class="verdict"><strong>PROVEN</strong> in rational arithmetic, over every activation pattern'
        f'<p class="interval mono">{low} &le; p* &le; {high}</p>{wide}</div>'
    )


def _facts(outcome: Outcome) -> str:
    problem, gap = outcome.problem, relative_gap(outcome.lower, outcome.upper)
    several = len(outcome.targets) > 1
    return facts(
        [
            ("relative width of the interval", f"≤ {scientific_above(gap)}"),
            ("chambers", chambers_in_words(problem.arrangement)),
            ("neurons", f"{outcome.network.width:,}"),
            ("data", f"{problem.n:,} rows of rank {problem.arrangement.rank}"),
            ("activation", activation_name(problem.kappa)),
            *([("output weights in the penalty", problem.coupling)] if several else []),
            ("weight decay beta", beta_text(problem.beta, outcome.beta_ratio)),
            ("trained in", f"{outcome.seconds['training']:.2f} s"),
            ("checked in", f"{outcome.seconds['checking']:.2f} s"),
        ]
    )


def _pictures(outcome: Outcome) -> list[str]:
    """A section an output; where outputs share neurons, their functions beside each other."""
    several = len(outcome.targets) > 1
    titles = [f"Output {escape(name)}" if several else "In pictures" for name in outcome.targets]
    heads = [f"<h2>{title}</h2>" for title in titles]
    prefixes = [f"output{k}-" if several else "" for k in range(len(heads))]
    if not outcome.problem.shares:
        drawn = zip(heads, outcome.parts, prefixes, strict=True)
        return [head + pictures(part, prefix=own, number=k) for k, (head, part, own) in enumerate(drawn)]
    functions = [
        function_figure(problem, outcome.network.one(k), data, prefix=prefixes[k])
        for k, (problem, data) in enumerate(zip(outcome.problem.outputs, outcome.data, strict=True))
    ]
    beside = [f"<div>{head}{drawn}</div>" for head, drawn in zip(heads, functions, strict=True)]
    return [f'<div class="pictures">{"".join(beside)}{_bounds(outcome.parts[0], "")}</div>']


def pictures(part: Part, *, prefix: str = "", number: int = 0) -> str:
    """What was learned, the chambers, and the bounds against time.

    Args:
        part: of one output.
        prefix: as for :func:`function_figure`.
        number: of the documents in the page that chambers are told about from.
    """
    (data,) = part.data
    function = function_figure(part.problem, part.solution.network, data, prefix=prefix)
    landscape, bounds = _landscape(part, prefix), _bounds(part, prefix)
    rank = drawn_rank(part.problem)
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
    """
    features = len(varying_columns(problem)) if problem.readout.is_identity else 0
    caption = _FUNCTION_CAPTIONS.get(features, _FIT_CAPTION)
    shown = len(range(problem.n)[drawn_samples(problem)])
    if shown < problem.n:
        caption += f" Of {problem.n:,} samples {shown:,} are drawn."
    names = [printable(name) for name in (*data.features, data.target)]
    picture = svg(
        function_picture(problem, network, names),
        name=f"{prefix}function",
        label=f"the data with the learned function: {data.target}",
        size=PLOT,
    )
    return figure(picture, caption)


def _landscape(part: Part, prefix: str) -> str:
    if part.problem.bias is not None or part.problem.is_max_pooled:
        return ""  # free biases have a landscape for every sample; one of maxima is not drawn
    problem, solution = part.problem, part.solution
    rank, below = drawn_rank(problem), _SCALE
    if travel(part.problem_text, part.certificate_text):
        below += _ASKED
    if rank == 2:
        picture = svg(
            landscape_picture(problem, solution.dual, solution.network),
            name=f"{prefix}ring",
            label="the dual landscape over the angle of the weights, between beta and minus beta",
            size=PLOT,
        )
        return figure(_asked(picture, problem) + below, _RING_CAPTION)
    if rank == 3:
        halves = [
            _asked(
                svg(
                    landscape_picture(problem, solution.dual, solution.network, pole),
                    name=prefix + name,
                    label=f"the chambers on one half of the sphere, coloured by slack ({name})",
                    size=(3.4, 3.4),
                ),
                problem,
                pole,
            )
            for name, pole in (("near", None), ("far", far_side(problem)))
        ]
        return figure(f'<div class="halves">{"".join(halves)}</div>{below}', _SPHERE_CAPTION, "wide")
    told = "" if rank == problem.arrangement.rank else ", as far as floats can tell"
    return f'<p class="wide">The arrangement has rank {rank}{told}; it is drawn at rank 2 and 3.</p>'


def _asked(picture: str, problem: TrainingProblem, pole: Sequence[float] | None = None) -> str:
    """A picture of the landscape that tells what is under the pointer."""
    there, back = (
        ";".join(" ".join(f"{x:.12g}" for x in row) for row in matrix)
        for matrix in plotted_directions(problem, pole)
    )
    return picture.replace("<svg ", f'<svg data-to="{there}" data-back="{back}" ', 1)


def _bounds(part: Part, prefix: str) -> str:
    certificate = part.certificate
    when = part.history[-1].seconds + part.seconds["certification"] + part.seconds["checking"]
    proven = (when, certificate.lower, certificate.upper) if part.verdict.proven else None
    picture = svg(
        bounds_picture(part.history, proven),
        name=f"{prefix}bounds",
        label="the bounds on the optimum against time",
        size=(PLOT[0], 2.7),
    )
    kind = "wide beside" if drawn_rank(part.problem) == 2 else ""
    return figure(picture, _BOUNDS_CAPTION, kind)


def _network(outcome: Outcome) -> str:
    width, skip = outcome.network.width, skip_text(outcome)
    skip = f"<p>{escape(skip)}</p>" if skip else ""
    if width == 0:
        return f"<p>The zero network: no neuron pays for its weight decay.</p>{skip}"
    more = (
        f"<p>{width - MOST_NEURONS:,} more in <code>network.json</code>.</p>" if width > MOST_NEURONS else ""
    )
    return (
        f"<p>{count(width, 'neuron')}, largest first: the weights to each output, the hidden weights, and "
        "how many samples each is on for, off for, and has its kink at.</p>"
        f"{table(*neuron_rows(outcome))}{more}{skip}"
    )


def _proof(outcome: Outcome) -> str:
    text = f"<p>The objective is <code>{escape(objective(outcome))}</code>.</p>"
    again = (
        f"<p>Check it again:<br>{'<br>'.join(f'<code>{line}</code>' for line in commands(outcome))}<br>The "
        "checker is one file that imports Python's standard library alone.</p>"
    )
    columns, checks = [], []
    for k, (part, (problem, file)) in enumerate(zip(outcome.parts, outcome.files, strict=True)):
        proof, name = part.certificate, part.name
        low, high, width, _ = bound_texts(proof.lower, proof.upper)
        columns.append([name, low, high, width, _listed(proof), file])
        whose = f"<p>{escape(name)}: the digest of {problem} is <code>{proof.problem}</code>.</p>"
        checks.append(whose + self_check(part.problem_text, part.certificate_text, number=k))
    names = ["output", "lower bound", "upper bound", "width, at most", "chambers", "certificate"]
    header, *rows = zip(names, *columns, strict=True)
    how = _SHARED if outcome.problem.shares else f"{_SUMS if len(columns) > 1 else ''}{_BOUNDS}"
    return f"{text}{how}{table(header, rows)}{again}{''.join(checks)}"


def _listed(certificate: Certificate) -> str:
    if certificate.chambers is not None:
        return f"{len(certificate.chambers):,} listed, proven to be all"
    return _UNLISTED[certificate.method]
