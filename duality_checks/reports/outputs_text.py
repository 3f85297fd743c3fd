"""What a job with several outputs found, for people (Markdown, a summary) and for programs (JSON)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..exact.enclosures import decimal_interval, float_above, scientific_above
from ..limits import chambers_in_words
from .text import (
    EQUALITY,
    MOST_NEURONS,
    NOT_PROVEN,
    activation_name,
    beta_text,
    cell,
    count,
    hints_text,
    interval_facts,
    loss_name,
    outcome_facts,
    printable,
    relative_gap,
    table,
    times_section,
)

if TYPE_CHECKING:
    from .outputs import OutputsOutcome

_COUPLED = {
    "1-norm": "each output is a convex program of its own",
    "2-norm": "the outputs share neurons",
}
_PROOF = {
    "1-norm": """\
With the 1-norm of a neuron's output weights the optimum is the sum of the optima of the outputs, each a
problem with one output. Each has its certificate, which the independent checker accepted; the bounds are the
sums of theirs.
""",
    "2-norm": """\
The lower bound is `tr(V'Y) - 1/2 * norm(V)^2` of the rational matrix V in `proof.json`, and
`norm(V'phi(Xu)) <= beta * norm(u)` was decided on every chamber in rational arithmetic. The upper bound is
the exact objective of the network. This rests on this package: the independent checker, which reads
certificates for one output, took no part.
""",
}
_AGAIN = {
    "1-norm": """\
```sh
{commands}
```
""",
    "2-norm": """\
`proof.json` holds the data and V, exactly, and `network.json` the network: the two bounds and the claim above
follow from them alone. Here `duality_checks.check_outputs` decided it.
""",
}


def outputs_facts(outcome: OutputsOutcome) -> dict[str, Any]:
    """The job as a JSON object: the bounds on the whole, then what is known of each output."""
    first, verdict = outcome.problems[0], outcome.verdict
    outputs = [{"target": target} for target in outcome.targets]
    if outcome.parts:
        outputs = [
            one | outcome_facts(part) | {"problem": problem_file(k), "certificate": certificate_file(k)}
            for k, (one, part) in enumerate(zip(outputs, outcome.parts, strict=True), start=1)
        ]
    return {
        "source": outcome.data[0].source,
        "targets": list(outcome.targets),
        "coupling": outcome.coupling,
        "rows": first.n,
        "columns": first.d,
        "rank": first.arrangement.rank,
        "beta": str(first.beta),
        "kappa": str(first.kappa),
        "loss": first.plain_loss.name,
        "weighted": outcome.data[0].weights is not None,
        "penalty": first.penalty.name,
        "chambers": first.arrangement.count_chambers(),
        "proven": verdict.proven,
        "reason": verdict.reason,
        "proven_by": "independent checker" if outcome.parts else "duality_checks",
        **interval_facts(outcome.lower, outcome.upper),
        "relative_gap": float_above(relative_gap(outcome.lower, outcome.upper)),
        "neurons": outcome.network.width,
        "seconds": sum(outcome.seconds.values()),
        "seconds_by_part": outcome.seconds,
        "hints": list(outcome.hints),
        "outputs": outputs,
    }


def problem_file(number: int) -> str:
    """The name of the problem file of an output, counted from 1."""
    return f"problem-{number}.json"


def certificate_file(number: int) -> str:
    """The name of the certificate of an output, counted from 1."""
    return f"certificate-{number}.json"


def outputs_summary(outcome: OutputsOutcome) -> str:
    """A few lines for the terminal."""
    problem = outcome.problems[0]
    low, high = decimal_interval(outcome.lower, outcome.upper)
    facts = [
        ("data", f"{printable(outcome.data[0].source)}: {problem.n} rows, {problem.d} columns"),
        ("outputs", f"{', '.join(outcome.targets)}; {outcome.coupling}: {_COUPLED[outcome.coupling]}"),
        (
            "problem",
            f"{activation_name(problem.kappa)}, {loss_name(problem)}, "
            f"beta = {beta_text(problem.beta, outcome.beta_ratio)}",
        ),
        ("chambers", f"{chambers_in_words(problem.arrangement)} of rank {problem.arrangement.rank}"),
        (
            "network",
            f"{count(outcome.network.width, 'neuron')}, trained in {outcome.seconds['training']:.2f} s",
        ),
        *((f"output {number}", line) for number, line in enumerate(_lines(outcome), start=1)),
        ("optimum", f"{low} <= p* <= {high}"),
        ("gap", f"relative width at most {scientific_above(relative_gap(outcome.lower, outcome.upper))}"),
        ("verdict", _verdict_line(outcome)),
        *(("hint", hint) for hint in outcome.hints),
    ]
    return "\n".join(f"{name:<10} {text}" for name, text in facts)


def _lines(outcome: OutputsOutcome) -> list[str]:
    lines = []
    for part in outcome.parts:
        low, high = decimal_interval(part.certificate.lower, part.certificate.upper)
        neurons = count(part.solution.network.width, "neuron")
        lines.append(f"{printable(part.data.target)}: {low} <= p* <= {high}, {neurons}")
    return lines


def _verdict_line(outcome: OutputsOutcome) -> str:
    if not outcome.verdict.proven:
        return f"REFUSED: {outcome.verdict.reason}"
    seconds = f"{outcome.seconds['checking']:.2f} s"
    if outcome.parts:
        return f"PROVEN, the sum of {count(len(outcome.parts), 'proven interval')} (checked in {seconds})"
    return f"PROVEN on every chamber by this package, not by the independent checker (checked in {seconds})"


def outputs_markdown(outcome: OutputsOutcome) -> str:
    """The report of a job with several outputs, as Markdown."""
    title = f"# Global optimum of a network with {len(outcome.targets)} outputs"
    sections = [
        f"{title}\n\n{_verdict_sentence(outcome)}\n",
        _problem_section(outcome),
        _interval_section(outcome),
        _network_section(outcome),
        f"## Check it again\n\n{_AGAIN[outcome.coupling].format(commands=commands(outcome))}",
        f"## What is not proven\n\n{_not_proven(outcome)}",
        times_section(outcome.seconds),
    ]
    return "\n".join(sections)


def _not_proven(outcome: OutputsOutcome) -> str:
    equality = EQUALITY if outcome.lower != outcome.upper else ""
    return (equality + NOT_PROVEN).replace("`problem.json`", "the files")


def commands(outcome: OutputsOutcome) -> str:
    """The commands that check the certificates, one a line."""
    numbers = range(1, len(outcome.parts) + 1)
    return "\n".join(f"convex-landscape check {problem_file(k)} {certificate_file(k)}" for k in numbers)


def _verdict_sentence(outcome: OutputsOutcome) -> str:
    if not outcome.verdict.proven:
        return f"**REFUSED**: {cell(outcome.verdict.reason)}. Nothing below is proven."
    low, high = decimal_interval(outcome.lower, outcome.upper)
    return f"**PROVEN** in rational arithmetic: `{low} <= p* <= {high}`."


def objective(outcome: OutputsOutcome) -> str:
    """What is minimised, over networks ``F = sum_j phi(X w_j) alpha_j'``."""
    squared = outcome.problems[0].loss.name == "squared"
    weight = "s_i " if outcome.problems[0].is_weighted else ""
    loss = "1/2 * norm(F - Y)^2" if squared else f"sum_ik {weight}loss(F_ik, Y_ik)"
    norm = "norm(alpha_j)_1^2" if outcome.coupling == "1-norm" else "norm(alpha_j)_2^2"
    return f"{loss} + beta/2 * sum_j (norm(w_j)^2 + {norm})"


def _problem_section(outcome: OutputsOutcome) -> str:
    problem, data = outcome.problems[0], outcome.data[0]
    chambers = chambers_in_words(problem.arrangement)
    facts = [
        ("data", cell(data.source)),
        ("samples", str(problem.n)),
        ("features", ", ".join(map(cell, data.features))),
        ("outputs", ", ".join(map(cell, outcome.targets))),
        ("rank of the data", f"{problem.arrangement.rank} of {problem.d} columns (exact)"),
        ("chambers", f"{chambers}, one for each activation pattern"),
        ("activation", activation_name(problem.kappa)),
        ("loss", loss_name(problem)),
        ("objective", f"`{objective(outcome)}`"),
        ("coupling", f"{outcome.coupling}: {_COUPLED[outcome.coupling]}"),
        ("beta", beta_text(problem.beta, outcome.beta_ratio)),
    ]
    return "## The problem\n\n" + table(("what", "value"), facts) + hints_text(outcome.hints)


def _interval_section(outcome: OutputsOutcome) -> str:
    rows = [
        (cell(part.data.target), *_bounds(part.certificate), str(part.solution.network.width))
        for part in outcome.parts
    ]
    rows.append(("all", *_bounds(outcome), str(outcome.network.width)))
    header = ("output", "lower bound, rounded down", "upper bound, rounded up", "relative width", "neurons")
    return f"## The interval\n\n{table(header, rows)}\n{_PROOF[outcome.coupling]}"


def _bounds(found: Any) -> tuple[str, str, str]:
    low, high = decimal_interval(found.lower, found.upper)
    return low, high, scientific_above(relative_gap(found.lower, found.upper))


def neuron_rows(outcome: OutputsOutcome) -> tuple[list[str], list[list[str]]]:
    """The weights of the largest neurons: names of the columns, and one row a neuron."""
    network = outcome.network
    order = np.argsort(-np.linalg.norm(network.output, axis=1), kind="stable")[:MOST_NEURONS]
    header = [
        *(f"to {name}" for name in outcome.targets),
        *(f"w: {name}" for name in outcome.data[0].features),
    ]
    rows = [
        [f"{x:+.6g}" if x else "0" for x in (*network.output[j].tolist(), *network.hidden[j].tolist())]
        for j in order.tolist()
    ]
    return header, rows


def _network_section(outcome: OutputsOutcome) -> str:
    if outcome.network.width == 0:
        return "## The network\n\nThe zero network: no neuron pays for its weight decay.\n"
    header, rows = neuron_rows(outcome)
    more = outcome.network.width - len(rows)
    return (
        f"## The network\n\n{count(outcome.network.width, 'neuron')}, largest first: the weights to each "
        "output, and the hidden weights.\n\n"
        + table(tuple(map(cell, header)), [tuple(row) for row in rows])
        + (f"\n{more} more in `network.json`.\n" if more else "")
    )
