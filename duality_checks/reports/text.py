"""What a job found, in a few lines for people and as JSON for programs, and words that all reports share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from html import escape
from typing import TYPE_CHECKING, Any

from ..exact.enclosures import decimal_interval, exact_text, float_above, float_below, scientific_above
from ..pricing.limits import chambers_in_words, counted_chambers
from ..terms.words import activation_name, count

if TYPE_CHECKING:
    from ..checker import Verdict
    from ..data.datasets import TrainingData
    from ..problem import TrainingProblem
    from .outcome import Outcome, Part

MOST_NEURONS = 100
# Relative gaps below it are those of floats, which no limit of a search stands in the way of.
FLOATS_GAP = 1e-9
BY = {
    "chambers": "the list of chambers complete",
    "sweep": "by a sweep of all chambers",
    "cover": "by a cover of all directions",
    "quadratic": "by functions of degree 2, 4 or 6 for each sign",
}
# What Markdown takes for more than itself.
_MEANS_MORE = re.compile(r"[\\`*{}\[\]|~#!$]|(?<![^\W_])_|_(?![^\W_])|^[-+]")
# What the norm of a neuron's output weights makes of several outputs.
COUPLED = {
    "1-norm": "each output is a convex program of its own",
    "2-norm": "the outputs share neurons",
}


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
    """A job as a JSON object: the bounds on the whole, then what is known of each output.

    ``seconds`` is the whole job, ``seconds_by_part`` its steps; ``history`` has the seconds, the lower and
    the upper bound of every round of training, numerical, of the one program or of each.
    """
    verdict, bounds = outcome.verdict, (outcome.lower, outcome.upper)
    whole = _facts(outcome.data[0], outcome.problem, verdict, bounds, outcome.network.width, outcome.seconds)
    whole |= {
        "targets": list(outcome.targets),
        "proven_by": "independent checker",
        "gap_wanted": outcome.effort.gap,
        "gap_reached": not missed_gap(outcome),
        "hints": list(outcome.hints),
    }
    if len(outcome.parts) == 1:
        whole |= _history(outcome.parts[0])
    if len(outcome.targets) == 1:
        return whole
    outputs: list[dict[str, Any]] = [{"target": target} for target in outcome.targets]
    if not outcome.problem.shares:
        for own, part, (problem, certificate) in zip(outputs, outcome.parts, outcome.files, strict=True):
            width, bounds = part.solution.network.width, (part.certificate.lower, part.certificate.upper)
            own |= _facts(part.data[0], part.problem, part.verdict, bounds, width, part.seconds)
            own |= _history(part) | {
                "hints": list(part.hints),
                "problem": problem,
                "certificate": certificate,
            }
    return whole | {"coupling": outcome.problem.coupling, "outputs": outputs}


def _facts(
    data: TrainingData,
    problem: TrainingProblem,
    verdict: Verdict,
    bounds: tuple[Fraction, Fraction],
    neurons: int,
    seconds: dict[str, float],
) -> dict[str, Any]:
    return {
        "source": data.source,
        "rows": problem.n,
        "columns": problem.d,
        "rank": problem.arrangement.rank,
        "beta": str(problem.beta),
        "kappa": str(problem.kappa),
        "loss": problem.plain_loss.name,
        "weighted": data.weights is not None,
        "penalty": problem.penalty.name,
        "free": problem.free.name,
        "chambers": counted_chambers(problem.arrangement),
        "proven": verdict.proven,
        "reason": verdict.reason,
        **interval_facts(*bounds),
        "relative_gap": float_above(relative_gap(*bounds)),
        "neurons": neurons,
        "seconds": sum(seconds.values()),
        "seconds_by_part": seconds,
    }


def _history(part: Part) -> dict[str, Any]:
    return {"history": [[bounds.seconds, bounds.lower, bounds.upper] for bounds in part.history]}


def relative_gap(lower: Fraction, upper: Fraction) -> Fraction:
    """``(upper - lower) / upper``, exactly; 0 when both are zero, and absolute when only ``upper`` is.

    Example:
        >>> relative_gap(Fraction(9), Fraction(10)), relative_gap(Fraction(0), Fraction(0))
        (Fraction(1, 10), Fraction(0, 1))
    """
    return (upper - lower) / upper if upper > 0 else upper - lower


def missed_gap(outcome: Outcome) -> str:
    """By how much the interval is wider than was asked for, and the remedy; nothing where it is not.

    Without a gap that was asked for no interval is too wide.
    """
    effort, found = outcome.effort, relative_gap(outcome.lower, outcome.upper)
    if not effort.gap or found <= Fraction(effort.gap):
        return ""
    head = f"{float(found / Fraction(effort.gap)):.3g} times as wide as the --gap {effort.gap:.3g} asked for"
    if found <= FLOATS_GAP:
        return f"{head}; training in floats comes no nearer, so ask for a wider one"
    limits = [] if effort.seconds is None else [f"more --time-limit than {effort.seconds:g} s"]
    limits += [] if effort.cones is None else [f"more --max-cones than {effort.cones:,}"]
    return f"{head}; give {' or '.join([*limits, 'a larger --beta-ratio'])}, or fewer --features"


def summary(outcome: Outcome) -> str:
    """A few lines for the terminal."""
    problem, several = outcome.problem, len(outcome.targets) > 1
    trained = f"trained in {outcome.seconds['training']:.2f} s"
    width = scientific_above(relative_gap(outcome.lower, outcome.upper))
    facts = [
        ("data", f"{printable(outcome.source)}: {_shape(problem)}"),
        *(
            [("outputs", printable(f"{', '.join(outcome.targets)}; {coupling_text(outcome)}"))]
            if several
            else []
        ),
        (
            "problem",
            f"{activation_name(problem.kappa)}, {loss_name(problem)}, "
            f"beta = {beta_text(problem.beta, outcome.beta_ratio)}",
        ),
        ("chambers", f"{chambers_in_words(problem.arrangement)} of rank {problem.arrangement.rank}"),
        ("network", f"{count(outcome.network.width, 'neuron')}, {trained}"),
        *(
            (f"output {k}", _part_line(part))
            for k, part in enumerate(outcome.parts, start=1)
            if len(outcome.parts) > 1
        ),
        ("optimum", _interval(outcome.lower, outcome.upper)),
        ("gap", ", ".join(filter(None, (f"relative width at most {width}", missed_gap(outcome))))),
        ("verdict", _verdict_line(outcome)),
        *(("hint", hint) for hint in outcome.hints),
    ]
    return "\n".join(f"{name:<9} {text}" for name, text in facts)


def _part_line(part: Part) -> str:
    bounds = _interval(part.certificate.lower, part.certificate.upper)
    return f"{printable(part.name)}: {bounds}, {count(part.solution.network.width, 'neuron')}"


def _interval(lower: Fraction, upper: Fraction) -> str:
    low, high = decimal_interval(lower, upper)
    return f"{low} <= p* <= {high}"


def _shape(problem: TrainingProblem) -> str:
    columns = count(problem.d, "column")
    if problem.readout.is_identity:
        return f"{count(problem.n, 'row')}, {columns}"
    largest = ", the largest counts" if problem.is_max_pooled else ""
    return f"{count(problem.n, 'signal')} at {count(problem.X.shape[0], 'place')}{largest}, {columns}"


def _verdict_line(outcome: Outcome) -> str:
    if not outcome.verdict.proven:
        return f"REFUSED: {outcome.verdict.reason}"
    if len(outcome.parts) > 1:
        how = f", the sum of {count(len(outcome.parts), 'proven interval')}"
    else:
        how = f", {BY[outcome.parts[0].certificate.method]}"
    wide = ", but NOT within the gap asked for" if missed_gap(outcome) else ""
    return f"PROVEN{how} (checked in {outcome.seconds['checking']:.2f} s){wide}"


def coupling_text(outcome: Outcome) -> str:
    """How several outputs are coupled, in words."""
    return f"{outcome.problem.coupling}: {COUPLED[outcome.problem.coupling]}"


def objective(outcome: Outcome) -> str:
    """What is minimised; with several outputs over networks ``F = sum_j phi(X w_j) alpha_j'``."""
    problem, several = outcome.problem, len(outcome.targets) > 1
    weight = "s_i " if problem.is_weighted else ""
    if problem.loss.name == "squared":
        loss = "1/2 * norm(F - Y)^2" if several else "1/2 * norm(f - y)^2"
    else:
        loss = f"sum_ik {weight}loss(F_ik, Y_ik)" if several else f"sum_i {weight}loss(f_i, y_i)"
    size = f"norm(alpha_j)_{problem.coupling[0]}^2" if several else "alpha_j^2"
    decay = ""
    if problem.free.decayed:
        decay = " + beta/2 * norm(c)^2, c the intercepts" if several else " + beta/2 * c^2, c the intercept"
    apart = ", biases left out of norm(w_j)" if problem.free.biases else ""
    return f"{loss} + beta/2 * sum_j (norm(w_j)^2 + {size}){decay}{apart}"


def neuron_rows(outcome: Outcome) -> tuple[list[str], list[list[str]]]:
    """The largest neurons: the names of the columns, and one row a neuron.

    Its weight to each output and from each input, and the samples that it is on for (``x'w > 0``), off for
    and has its kink at.
    """
    import numpy as np

    network = outcome.network
    sides = [signs for part in outcome.parts for signs, _, _ in part.solution.active]
    order = np.argsort(-np.linalg.norm(network.outgoing, axis=1), kind="stable")[:MOST_NEURONS]
    header = [
        "neuron",
        *(f"to {name}" for name in outcome.targets),
        *(f"w: {name}" for name in outcome.features),
    ]
    rows = [
        [
            str(j),
            *(
                f"{x:+.6g}" if x else "0"
                for x in (*network.outgoing[j].tolist(), *network.hidden[j].tolist())
            ),
            *(str(int((sides[j] == sign).sum())) for sign in (1, -1, 0)),
        ]
        for j in order.tolist()
    ]
    return [*header, "on", "off", "kink"], rows


def skip_text(outcome: Outcome) -> str:
    """What the network adds to the sums of its neurons, a sentence an output, or nothing."""
    free, found = outcome.problem.free, []
    for k, target in enumerate(outcome.targets):
        network = outcome.network.one(k)
        terms = [f"{network.intercept:+.6g}"] if free.intercept else []
        if free.linear:
            terms += [f"{b:+.6g} {name}" for b, name in zip(network.linear, outcome.features, strict=True)]
        price = "For beta/2 times its square" if free.decayed else "Without penalty"
        if terms:
            found.append(f"{price} {target} has {' '.join(terms)} beside the neurons.")
    return " ".join(found)


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
