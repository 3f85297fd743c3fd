"""The report of a job as Markdown: the problem, its chambers, what is proven and how, and what is not."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from ..exact.enclosures import decimal_interval, scientific_above
from ..pricing.limits import chambers_in_words
from ..terms.words import activation_name, count
from .text import (
    MOST_NEURONS,
    beta_text,
    cell,
    coupling_text,
    loss_name,
    missed_gap,
    neuron_rows,
    objective,
    relative_gap,
    skip_text,
    table,
)

if TYPE_CHECKING:
    from ..problem import TrainingProblem
    from .outcome import Outcome

_LISTED = {
    "chambers": """\
The list is proven complete: its sign vectors are distinct, each has an exact witness strictly
inside, and their number equals the number of chambers, which the checker counts on its own by
deletion and restriction.
""",
    "sweep": """\
The certificate does not list them: the checker swept all faces of the arrangement on its own,
in integers.
""",
    "cover": """\
The certificate does not list them: it covers all directions by cones over boxes, on each of
which the checker bounds the dual by one linear function, in integers (statement 7.2).
""",
    "quadratic": """\
The certificate does not list them: it names functions of degree 2, 4 or 6 that bound the dual from
above in all directions, which the checker verifies in integers (statement 7.8).
""",
}
_COVERED = """\
The certificate does not list them: it covers all directions by cones over boxes, on each of
which the checker bounds what all outputs add up to, in integers (statement 7.5b).
"""
_SUMS = """\
With the 1-norm of a neuron's output weights the optimum is the sum of the optima of the outputs, each a
problem with one output. Each has its certificate, which the independent checker accepted; the bounds are the
sums of theirs.
"""
_SHARED = """\
The lower bound is the value of the rational dual matrix V in the certificate, and the independent
checker verified in integers that `norm(V'phi(Xu)) <= beta * norm(u)` for all u. The upper bound is the
exact objective of the network.
"""
_AGAIN = """\
```sh
{commands}
```

The checker is one file that imports the standard library alone; read it, and copy it anywhere:
`python -c 'import duality_checks.checker as c; print(c.__file__)'` says where it is.
"""
_EQUALITY = """\
- **Equality.** The certificate proves that `p*` lies in the interval, not what it is: the norms in an optimum
  are usually irrational, and the certificate holds rationals.
"""
_NOT_PROVEN = """\
- **The network.** It is proven to be within the interval's width of optimal in its objective; nothing is said
  about its distance to an optimal network, nor that there is only one.
- **The data.** The proof is about the numbers in {files}, read exactly as they were written; it says
  nothing of how the network does on other data.
- **Figures outside the interval.** Times, the share of `beta_max` and the weights' decimals are numerical.
"""


def markdown(outcome: Outcome) -> str:
    """The report of a job."""
    outputs = len(outcome.targets)
    what = "two-layer network" if outputs == 1 else f"network with {outputs} outputs"
    again = _AGAIN.format(commands="\n".join(commands(outcome)))
    files = "`problem.json`" if outputs == 1 else "the files"
    open_ = outcome.lower != outcome.upper
    times = [(name, f"{seconds:.2f}") for name, seconds in outcome.seconds.items()]
    sections = [
        f"# Global optimum of a {what}\n\n{_verdict(outcome)}\n",
        f"## The problem\n\n{_problem(outcome)}",
        f"## The chambers\n\n{_chambers(outcome)}",
        f"## The interval\n\n{_interval(outcome)}",
        f"## The network\n\n{_network(outcome)}",
        f"## Check it again\n\n{again}",
        f"## What is not proven\n\n{_EQUALITY if open_ else ''}{_NOT_PROVEN.format(files=files)}",
        "## Times\n\n" + table(("step", "seconds"), times),
    ]
    return "\n".join(sections)


def commands(outcome: Outcome) -> list[str]:
    """What checks the certificates."""
    return [f"convex-landscape check {problem} {certificate}" for problem, certificate in outcome.files]


def _verdict(outcome: Outcome) -> str:
    if not outcome.verdict.proven:
        return f"**REFUSED**: {cell(outcome.verdict.reason)}. Nothing below is proven."
    low, high = decimal_interval(outcome.lower, outcome.upper)
    missed = missed_gap(outcome)
    wide = f"\n\n**The gap was missed**: the interval is {cell(missed)}." if missed else ""
    return f"**PROVEN** in rational arithmetic: `{low} <= p* <= {high}`.{wide}"


def _problem(outcome: Outcome) -> str:
    problem, several = outcome.problem, len(outcome.targets) > 1
    facts = [
        ("data", cell(outcome.source)),
        ("samples", str(problem.n)),
        *([] if problem.readout.is_identity else [("places of the filter", str(problem.X.shape[0]))]),
        *([("pooling", "max: a neuron's largest output over the places")] if problem.is_max_pooled else []),
        ("features", ", ".join(map(cell, outcome.features))),
        ("targets" if several else "target", ", ".join(map(cell, outcome.targets))),
        ("rank of the data", f"{problem.arrangement.rank} of {count(problem.d, 'column')} (exact)"),
        ("activation", activation_name(problem.kappa)),
        ("loss", loss_name(problem)),
        ("objective", f"`{objective(outcome)}`"),
        *([("coupling", coupling_text(outcome))] if several else []),
        ("beta", beta_text(problem.beta, outcome.beta_ratio)),
    ]
    hints = "".join(f"\n- **Hint.** {cell(hint)}" for hint in outcome.hints)
    return table(("what", "value"), facts) + (f"{hints}\n" if hints else "")


def _chambers(outcome: Outcome) -> str:
    problem = outcome.problem
    number, rows = chambers_in_words(problem.arrangement), problem.X.shape[0]
    if not outcome.verdict.proven:
        proof = "The checker refused, so nothing is proven about them.\n"
    elif problem.shares:
        proof = _COVERED
    else:
        methods: dict[str, list[str]] = {}
        for part in outcome.parts:
            methods.setdefault(part.certificate.method, []).append(cell(part.name))
        proof = "".join(
            _LISTED[method] if len(methods) == 1 else f"\nFor {', '.join(names)}: {_LISTED[method]}"
            for method, names in methods.items()
        )
    cuts, each = f"the {rows} rows", "activation pattern"
    if problem.is_max_pooled:
        cuts += " and of the comparisons of two places of a signal"
        each = "choice of the largest places"
    return (
        f"The hyperplanes `x_k'w = 0` of {cuts} cut weight space into **{number}** chambers,\n"
        f"one for each {each}.\n{proof}"
    )


def _interval(outcome: Outcome) -> str:
    found = [
        (part.name, part.certificate.lower, part.certificate.upper, part.solution.network.width)
        for part in outcome.parts
    ]
    if len(found) != 1:
        found.append(("all", outcome.lower, outcome.upper, outcome.network.width))
    header = ("output", "lower bound, rounded down", "upper bound, rounded up", "width, at most")
    rows = [(cell(name), *bound_texts(low, high), str(width)) for name, low, high, width in found]
    told = table((*header, "relative width, at most", "neurons"), rows) + "\n"
    if outcome.problem.shares:
        return told + _SHARED
    stand = "Both stand in full in `certificate.json`." if len(found) == 1 else ""
    return (
        f"{told}{_SUMS if len(found) > 1 else ''}"
        "The upper bound is the exact objective of the network below. The lower bound is the value\n"
        f"{_dual_objective(outcome.problem)} of a rational dual vector `z`, feasible on every chamber "
        f"by\nnonnegative rational multipliers. {stand}".rstrip()
        + "\n"
    )


def bound_texts(lower: Fraction, upper: Fraction) -> tuple[str, str, str, str]:
    """Both bounds, rounded outward, and the width and the relative width of the interval, rounded up.

    Example:
        >>> bound_texts(Fraction(1, 3), Fraction(2, 3))
        ('0.3333', '0.6667', '3.34e-01', '5.00e-01')
    """
    gap = scientific_above(relative_gap(lower, upper))
    return *decimal_interval(lower, upper), scientific_above(upper - lower), gap


def _network(outcome: Outcome) -> str:
    network, skip = outcome.network, skip_text(outcome)
    skip = f"\n{cell(skip)}\n" if skip else ""
    if network.width == 0:
        return f"The zero network: no neuron pays for its weight decay.\n{skip}"
    header, rows = neuron_rows(outcome)
    more = network.width - MOST_NEURONS
    return (
        f"{count(network.width, 'neuron')}, largest first: the weights to each output, and the hidden "
        "weights.\nThe samples each is on for (`x'w > 0`), off for and has its kink at (`x'w = 0`) say which "
        "chamber is\nactive, or which face of several.\n\n"
        + table(tuple(map(cell, header)), map(tuple, rows))
        + skip
        + (f"\n{more} more in `network.json`.\n" if more > 0 else "")
    )


def _dual_objective(problem: TrainingProblem) -> str:
    taken = " - (1'z)^2 / (2 beta)" if problem.free.decayed else ""
    if problem.loss.name == "squared":
        return f"`z'y - 1/2 z'z{taken}`"
    weight = "s_i " if problem.is_weighted else ""
    return f"`min_f sum_i {weight}loss(f_i, y_i) + z'f{taken}`"
