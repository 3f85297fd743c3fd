"""The report of a job with several outputs as one HTML page."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import MissingExtraError

from ..exact.enclosures import decimal_interval, scientific_above
from ..limits import chambers_in_words
from ..network import TwoLayerNetwork
from ..terms.words import activation_name, count
from .html import NO_PICTURES, NOT_PROVEN, footer, function_figure, hints_list, pictures, verdict_box
from .html_page import facts, page, table
from .outputs_text import certificate_file, commands, neuron_rows, objective
from .self_check import scripts, self_check
from .text import beta_text, relative_gap

if TYPE_CHECKING:
    from .outputs import OutputsOutcome

_PROOF = {
    "1-norm": "<p>With the 1-norm of a neuron's output weights the optimum is the sum of the optima of the "
    "outputs. The independent checker accepted a certificate for each; the bounds are the sums of theirs."
    "</p>",
    "2-norm": "<p>The outputs share neurons. The dual matrix in <code>proof.json</code> was found feasible "
    "on every chamber in rational arithmetic, by this package: the independent checker, which reads "
    "certificates for one output, took no part.</p>",
}


def outputs_html(outcome: OutputsOutcome) -> str:
    """The report of a job with several outputs in one file.

    Without matplotlib a sentence stands in place of the pictures.

    Args:
        outcome: what the job found.

    Returns:
        An HTML document that asks for nothing from anywhere.
    """
    source, outputs = outcome.data[0].source, len(outcome.targets)
    sections = [
        f"<header><h1>Global optimum of a network with {outputs} outputs</h1>"
        f'<p class="lead">{escape(source)}: {escape(", ".join(outcome.targets))}</p></header>',
        verdict_box(outcome.verdict, outcome.lower, outcome.upper),
        _facts(outcome),
        hints_list(outcome.hints),
        *_outputs(outcome),
        f"<h2>The network</h2>{_network(outcome)}",
        f"<h2>The proof</h2>{_proof(outcome)}",
        f"<h2>What is not proven</h2>{NOT_PROVEN}",
        footer(outcome.seconds),
    ]
    return page(f"Global optimum: {source}", "\n".join(sections), scripts() if outcome.parts else {})


def _facts(outcome: OutputsOutcome) -> str:
    problem = outcome.problems[0]
    gap = scientific_above(relative_gap(outcome.lower, outcome.upper))
    return facts(
        [
            ("relative width of the interval", f"≤ {gap}"),
            ("chambers", chambers_in_words(problem.arrangement)),
            ("neurons", f"{outcome.network.width:,}"),
            ("data", f"{problem.n:,} rows of rank {problem.arrangement.rank}"),
            ("activation", activation_name(problem.kappa)),
            ("output weights in the penalty", outcome.coupling),
            ("weight decay beta", beta_text(problem.beta, outcome.beta_ratio)),
            ("trained in", f"{outcome.seconds['training']:.2f} s"),
        ]
    )


def _outputs(outcome: OutputsOutcome) -> list[str]:
    """With the 1-norm a section an output, as a job of its own has; else the functions beside each other."""
    names = [f"<h2>Output {escape(name)}</h2>" for name in outcome.targets]
    try:
        if outcome.parts:
            return [
                name + pictures(part, prefix=f"output{k}-", number=k)
                for k, (name, part) in enumerate(zip(names, outcome.parts, strict=True))
            ]
        functions = [f"<div>{name}{_function(outcome, k)}</div>" for k, name in enumerate(names)]
        return [f'<div class="pictures">{"".join(functions)}</div>']
    except MissingExtraError:
        return [f"<h2>In pictures</h2>{NO_PICTURES}"]


def _function(outcome: OutputsOutcome, k: int) -> str:
    network = outcome.network
    alone = TwoLayerNetwork(network.hidden, network.output[:, k], network.kappa)
    return function_figure(outcome.problems[k], alone, outcome.data[k], prefix=f"output{k}-")


def _network(outcome: OutputsOutcome) -> str:
    if outcome.network.width == 0:
        return "<p>The zero network: no neuron pays for its weight decay.</p>"
    header, rows = neuron_rows(outcome)
    more = outcome.network.width - len(rows)
    return (
        f"<p>{count(outcome.network.width, 'neuron')}, largest first: the weights to each output, and the "
        f"hidden weights.</p>{table(header, rows)}"
        + (f"<p>{more:,} more in <code>network.json</code>.</p>" if more else "")
    )


def _proof(outcome: OutputsOutcome) -> str:
    text = f"<p>The objective is <code>{escape(objective(outcome))}</code>.</p>{_PROOF[outcome.coupling]}"
    if not outcome.parts:
        return text
    rows = []
    for number, part in enumerate(outcome.parts, start=1):
        low, high = decimal_interval(part.certificate.lower, part.certificate.upper)
        rows.append([part.data.target, low, high, certificate_file(number)])
    again = "<br>".join(f"<code>{line}</code>" for line in commands(outcome).splitlines())
    bounds = table(["output", "lower bound", "upper bound", "certificate"], rows)
    here = "".join(
        f"<p>{escape(part.data.target)}:</p>{self_check(part.problem_text, part.certificate_text, number=k)}"
        for k, part in enumerate(outcome.parts)
    )
    return f"{text}{bounds}<p>Check them again:<br>{again}</p>{here}"
