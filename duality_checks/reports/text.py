"""What a job found, for people (Markdown, a summary) and for programs (JSON), and what is not proven."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from ..exact.enclosures import decimal_interval, exact_text, float_above, float_below, scientific_above
from ..limits import chambers_in_words, counted_chambers
from ..terms.words import activation_name, count

if TYPE_CHECKING:
    from ..checker import Verdict
    from ..problem import TrainingProblem
    from .outcome import Outcome

MOST_NEURONS = 100
BY = {
    "chambers": "the list of chambers complete",
    "sweep": "the list of chambers complete",
    "cover": "by a cover of all directions",
    "quadratic": "by a quadratic function for each sign",
}
# What Markdown takes for more than itself.
_MEANS_MORE = re.compile(r"[\\`*{}\[\]|~#!$]|(?<![^\W_])_|_(?![^\W_])|^[-+]")
_DECAY = "beta/2 * sum_j (norm(w_j)^2 + alpha_j^2)"

EQUALITY = """\
- **Equality.** The certificate proves that `p*` lies in the interval, not what it is: the norms in an optimum
  are usually irrational, and the certificate holds rationals.
"""
NOT_PROVEN = """\
- **The network.** It is proven to be within the interval's width of optimal in its objective; nothing is said
  about its distance to an optimal network, nor that there is only one.
- **The data.** The proof is about the numbers in `problem.json`, read exactly as they were written; it says
  nothing of how the network does on other data.
- **Figures outside the interval.** Times, the share of `beta_max` and the weights' decimals are numerical.
"""


def interval_facts(lower: Fraction | None, upper: Fraction | None) -> dict[str, Any]:
    """Both bounds exactly, as text, and as floats rounded outward.

    Example:
        >>> interval_facts(Fraction(1, 3), Fraction(1, 2))["lower"]
        '1/3'
    """
    return {
        "lower": None if lower is None else str(lower),
        "upper": None if upper is None else str(upper),
        "lower_float": None if lower is None else float_below(lower),
        "upper_float": None if upper is None else float_above(upper),
    }


def verdict_facts(verdict: Verdict) -> dict[str, Any]:
    """A verdict as a JSON object."""
    return {"proven": verdict.proven, "reason": verdict.reason} | interval_facts(verdict.lower, verdict.upper)


def outcome_facts(outcome: Outcome) -> dict[str, Any]:
    """A job as a JSON object; ``seconds`` is the whole job, ``seconds_by_part`` its parts; ``history``
    has the seconds, the lower and the upper bound of every round of training, numerical."""
    certificate, verdict = outcome.certificate, outcome.verdict
    return {
        "source": outcome.data.source,
        "rows": outcome.problem.n,
        "columns": outcome.problem.d,
        "rank": outcome.problem.arrangement.rank,
        "beta": str(outcome.problem.beta),
        "kappa": str(outcome.problem.kappa),
        "loss": outcome.problem.plain_loss.name,
        "weighted": outcome.data.weights is not None,
        "penalty": outcome.problem.penalty.name,
        "free": outcome.problem.free.name,
        "chambers": counted_chambers(outcome.problem.arrangement),
        "proven": verdict.proven,
        "reason": verdict.reason,
        **interval_facts(certificate.lower, certificate.upper),
        "relative_gap": float_above(relative_gap(certificate.lower, certificate.upper)),
        "neurons": outcome.solution.network.width,
        "seconds": sum(outcome.seconds.values()),
        "seconds_by_part": outcome.seconds,
        "hints": list(outcome.hints),
        "history": [[bounds.seconds, bounds.lower, bounds.upper] for bounds in outcome.history],
    }


def relative_gap(lower: Fraction, upper: Fraction) -> Fraction:
    """``(upper - lower) / upper``, exactly; 0 when both are zero, and absolute when only ``upper`` is.

    Example:
        >>> relative_gap(Fraction(9), Fraction(10)), relative_gap(Fraction(0), Fraction(0))
        (Fraction(1, 10), Fraction(0, 1))
    """
    return (upper - lower) / upper if upper > 0 else upper - lower


def summary(outcome: Outcome) -> str:
    """A few lines for the terminal."""
    problem, certificate = outcome.problem, outcome.certificate
    low, high = decimal_interval(certificate.lower, certificate.upper)
    gap = scientific_above(relative_gap(certificate.lower, certificate.upper))
    seconds = outcome.seconds
    facts = [
        ("data", f"{printable(outcome.data.source)}: {_shape(problem)}"),
        (
            "problem",
            f"{activation_name(problem.kappa)}, {loss_name(problem)}, "
            f"beta = {beta_text(problem.beta, outcome.beta_ratio)}",
        ),
        ("chambers", f"{chambers_in_words(problem.arrangement)} of rank {problem.arrangement.rank}"),
        (
            "network",
            f"{count(outcome.solution.network.width, 'neuron')}, trained in {seconds['training']:.2f} s",
        ),
        ("optimum", f"{low} <= p* <= {high}"),
        ("gap", f"relative width at most {gap}"),
        ("verdict", _verdict_line(outcome)),
        *(("hint", hint) for hint in outcome.hints),
    ]
    return "\n".join(f"{name:<10}{text}" for name, text in facts)


def _shape(problem: TrainingProblem) -> str:
    if problem.readout.is_identity:
        return f"{problem.n} rows, {problem.d} columns"
    largest = ", the largest counts" if problem.is_max_pooled else ""
    return f"{problem.n} signals at {problem.X.shape[0]} places{largest}, {problem.d} columns"


def _verdict_line(outcome: Outcome) -> str:
    if not outcome.verdict.proven:
        return f"REFUSED: {outcome.verdict.reason}"
    return f"PROVEN, {BY[outcome.certificate.method]} (checked in {outcome.seconds['checking']:.2f} s)"


def markdown(outcome: Outcome) -> str:
    """The report of a job, as Markdown."""
    sections = [
        f"# Global optimum of a two-layer network\n\n{_verdict_sentence(outcome)}\n",
        _problem_section(outcome),
        _chambers_section(outcome),
        _interval_section(outcome),
        _network_section(outcome),
        _check_section(),
        _not_proven_section(outcome),
        times_section(outcome.seconds),
    ]
    return "\n".join(sections)


def _verdict_sentence(outcome: Outcome) -> str:
    certificate = outcome.certificate
    if not outcome.verdict.proven:
        return f"**REFUSED** by the independent checker: {outcome.verdict.reason}. Nothing below is proven."
    low, high = decimal_interval(certificate.lower, certificate.upper)
    return f"**PROVEN** in rational arithmetic: `{low} <= p* <= {high}`."


def _problem_section(outcome: Outcome) -> str:
    problem, data = outcome.problem, outcome.data
    facts = [
        ("data", cell(data.source)),
        ("samples", str(problem.n)),
        *([] if problem.readout.is_identity else [("places of the filter", str(problem.X.shape[0]))]),
        *([("pooling", "max: a neuron's largest output over the places")] if problem.is_max_pooled else []),
        ("features", ", ".join(map(cell, data.features))),
        ("target", cell(data.target)),
        ("rank of the data", f"{problem.arrangement.rank} of {problem.d} columns (exact)"),
        ("activation", activation_name(problem.kappa)),
        ("loss", loss_name(problem)),
        ("objective", f"`{_objective(outcome.problem)}`"),
        ("beta", beta_text(problem.beta, outcome.beta_ratio)),
    ]
    return "## The problem\n\n" + table(("what", "value"), facts) + hints_text(outcome.hints)


def hints_text(hints: tuple[str, ...]) -> str:
    """Hints as a list in Markdown; nothing where there are none."""
    return "".join(f"\n- **Hint.** {cell(hint)}" for hint in hints) + ("\n" if hints else "")


def _chambers_section(outcome: Outcome) -> str:
    problem = outcome.problem
    number, rows = chambers_in_words(problem.arrangement), problem.X.shape[0]
    if not outcome.verdict.proven:
        proof = "The checker refused, so nothing is proven about them."
    elif outcome.certificate.quadratic is not None:
        proof = (
            "The certificate does not list them: it names two quadratic functions that bound the dual from\n"
            "above in all directions, which the checker verifies in integers (statement 7.8)."
        )
    elif outcome.certificate.cover is not None:
        proof = (
            "The certificate does not list them: it covers all directions by cones over boxes, on each of\n"
            "which the checker bounds the dual by one linear function, in integers (statement 7.2)."
        )
    elif outcome.certificate.chambers is None:
        proof = (
            "The certificate does not list them: the checker swept all faces of the arrangement on its own,\n"
            "in integers."
        )
    else:
        proof = (
            "The list is proven complete: its sign vectors are distinct, each has an exact witness strictly\n"
            "inside, and their number equals the number of chambers, which the checker counts on its own by\n"
            "deletion and restriction."
        )
    cuts, each = f"the {rows} rows", "activation pattern"
    if problem.is_max_pooled:
        cuts += " and of the comparisons of two places of a signal"
        each = "choice of the largest places"
    return (
        "## The chambers\n\n"
        f"The hyperplanes `x_k'w = 0` of {cuts} cut weight space into **{number}** chambers,\n"
        f"one for each {each}.\n{proof}\n"
    )


def _interval_section(outcome: Outcome) -> str:
    certificate = outcome.certificate
    low, high = decimal_interval(certificate.lower, certificate.upper)
    width = certificate.upper - certificate.lower
    facts = [
        ("lower bound, rounded down", low),
        ("upper bound, rounded up", high),
        ("width, at most", scientific_above(width)),
        ("relative width, at most", scientific_above(relative_gap(certificate.lower, certificate.upper))),
    ]
    return (
        "## The interval\n\n"
        + table(("what", "value"), facts)
        + "\nThe upper bound is the exact objective of the network below. The lower bound is the value\n"
        f"{_dual_objective(outcome.problem)} of a rational dual vector `z`, feasible on every chamber by\n"
        "nonnegative rational multipliers. Both stand in full in `certificate.json`.\n"
    )


def _network_section(outcome: Outcome) -> str:
    network, names, active = outcome.solution.network, outcome.data.features, outcome.solution.active
    skip = skip_text(outcome)
    if network.width == 0:
        nothing = "The zero network: no neuron pays for its weight decay."
        return f"## The network\n\n{nothing}{' ' + skip if skip else ''}\n"
    order = sorted(range(network.width), key=lambda j: -abs(network.output[j]))
    rows = [
        (
            str(j),
            f"{network.output[j]:+.6g}",
            *(f"{w:+.6g}" for w in network.hidden[j]),
            *(str(int((active[j][0] == sign).sum())) for sign in (1, -1, 0)),
        )
        for j in order[:MOST_NEURONS]
    ]
    more = network.width - len(rows)
    return (
        "## The network\n\n"
        f"{count(network.width, 'neuron')}, largest first. The samples each is on for (`x'w > 0`), off for\n"
        "and has its kink at (`x'w = 0`) say which chamber is active, or which face of several.\n\n"
        + table(
            ("neuron", "output weight", *(f"w: {cell(name)}" for name in names), "on", "off", "kink"), rows
        )
        + (f"\n{cell(skip)}\n" if skip else "")
        + (f"\n{more} more in `network.json`.\n" if more else "")
    )


def _check_section() -> str:
    return (
        "## Check it again\n\n"
        "```sh\n"
        "convex-landscape check problem.json certificate.json\n"
        "```\n\n"
        "The checker is one file that imports the standard library alone; read it, and copy it anywhere:\n"
        "`python -c 'import duality_checks.checker as c; print(c.__file__)'` says where it is.\n"
    )


def _objective(problem: TrainingProblem) -> str:
    weight, decay = "s_i " if problem.is_weighted else "", ""
    loss = "1/2 * norm(f - y)^2" if problem.loss.name == "squared" else f"sum_i {weight}loss(f_i, y_i)"
    if problem.free.decayed:
        decay = " + beta/2 * c^2, c the intercept"
    return f"{loss} + {_DECAY}{decay}" + (", biases left out of norm(w_j)" if problem.free.biases else "")


def skip_text(outcome: Outcome) -> str:
    """What the network adds to the sum of its neurons, or nothing."""
    network, free = outcome.solution.network, outcome.problem.free
    terms = [f"{network.intercept:+.6g}"] if free.intercept else []
    if free.linear:
        terms += [f"{b:+.6g} {name}" for b, name in zip(network.linear, outcome.data.features, strict=True)]
    price = "For beta/2 times its square" if free.decayed else "Without penalty"
    return f"{price} the outputs have {' '.join(terms)} beside the neurons." if terms else ""


def _dual_objective(problem: TrainingProblem) -> str:
    taken = " - (1'z)^2 / (2 beta)" if problem.free.decayed else ""
    if problem.loss.name == "squared":
        return f"`z'y - 1/2 z'z{taken}`"
    weight = "s_i " if problem.is_weighted else ""
    return f"`min_f sum_i {weight}loss(f_i, y_i) + z'f{taken}`"


def _not_proven_section(outcome: Outcome) -> str:
    certificate = outcome.certificate
    open_ = certificate.lower != certificate.upper
    return "## What is not proven\n\n" + (EQUALITY if open_ else "") + NOT_PROVEN


def times_section(seconds_by_part: dict[str, float]) -> str:
    """How long each part took.

    Example:
        >>> print(times_section({"training": 1.25}).splitlines()[-1])
        | training | 1.25 |
    """
    rows = [(name, f"{seconds:.2f}") for name, seconds in seconds_by_part.items()]
    return "## Times\n\n" + table(("part", "seconds"), rows)


def loss_name(problem: TrainingProblem) -> str:
    """The loss, and the norm of the weights where it is not the 2-norm, and what is free of it.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> loss_name(TrainingProblem([[1]], [1], 1)), loss_name(
        ...     TrainingProblem([[1]], [1], 1, loss="hinge", penalty="1-norm")
        ... )
        ('squared loss', 'hinge loss, 1-norm')
    """
    norm, free = problem.penalty.name, problem.free
    special = (f", {norm}" if norm != "2-norm" else "") + (f", {free.name} unpenalised" if free else "")
    if free.decayed:
        special = special.replace(f"{free.name} unpenalised", "penalised intercept")
    return f"{problem.loss.name} loss{special}"


def beta_text(beta: Fraction, share: Fraction | None) -> str:
    """``beta`` exactly, and the share of ``beta_max`` it was asked for as, if it was.

    Example:
        >>> beta_text(Fraction(3, 2), Fraction(1, 4)), beta_text(Fraction(3, 2), None)
        ('1.5 (0.25 * beta_max)', '1.5')
    """
    return exact_text(beta) + ("" if share is None else f" ({exact_text(share)} * beta_max)")


def cell(text: str) -> str:
    """A user's text as itself, in Markdown and in the HTML it becomes: no table breaks, no tag begins.

    An underscore inside a word means itself.

    Example:
        >>> print(cell("a|b"), cell("<script>"), cell("petal_length *"))
        a\\|b &lt;script&gt; petal_length \\*
    """
    return _MEANS_MORE.sub(r"\\\g<0>", escape(printable(text), quote=False))


def printable(text: str) -> str:
    """A user's text on one line, without what moves a terminal's cursor or colours what follows.

    Example:
        >>> printable("a\\tb"), printable("a\\x1b[31m")
        ('a b', 'a?[31m')
    """
    return "".join(c if c.isprintable() else "?" for c in " ".join(text.split()))


def table(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table.

    Example:
        >>> print(table(("a", "b"), [("1", "2")]), end="")
        | a | b |
        | --- | --- |
        | 1 | 2 |
    """
    lines = [header, ("---",) * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
