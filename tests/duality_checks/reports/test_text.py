"""Reports state what was proven, no more, in figures that are rounded outward."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from duality_checks.certificates.certifying import certify
from duality_checks.checker import Verdict
from duality_checks.commands.terminal import silent
from duality_checks.cover.effort import Effort
from duality_checks.data.datasets import training_data
from duality_checks.data.tables import parse_csv
from duality_checks.optima.shares import at_ratio
from duality_checks.problem import TrainingProblem
from duality_checks.reports.html import html
from duality_checks.reports.markdown import commands, markdown
from duality_checks.reports.outcome import Outcome, prove
from duality_checks.reports.text import cell, outcome_facts, relative_gap, summary, table
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

TEXT = "size|x,y,z\n0.5,1,2\n1.5,0,-1\n2,0.5,0\n3.1,2,1\n"
KINDS = {
    "one": {"targets": ("y",)},
    "apart": {"targets": ("y", "z"), "free": "intercept"},
    "shared": {"targets": ("y", "z"), "coupling": "2-norm", "free": "intercept"},
}


def job(targets: tuple[str, ...] = ("y",), **changes: object) -> Outcome:
    options = {
        "beta": Fraction(1, 10),
        "beta_ratio": None,
        "activation": "relu",
        "max_chambers": 1000,
        "say": silent,
    }
    table = parse_csv(TEXT, "memory")
    data = [training_data(table, target=target, features=["size|x"]) for target in targets]
    return prove(data, **(options | changes))


@pytest.fixture(scope="module", params=KINDS)
def outcome(request: pytest.FixtureRequest) -> Outcome:
    return job(**KINDS[request.param])


def interval_in(text: str) -> tuple[Fraction, Fraction]:
    """Of the whole: what stands before it is of one output."""
    low, high = re.findall(r"(-?[\d.]+) <= p\* <= (-?[\d.]+)", text)[-1]
    return Fraction(low), Fraction(high)


@pytest.mark.parametrize("render", [markdown, summary, html])
def test_a_gap_that_was_missed_is_said_by_how_much_and_with_the_remedy(outcome: Outcome, render) -> None:
    effort = Effort(gap=0.01, seconds=7, cones=2000)
    missed = replace(outcome, lower=outcome.upper / 2, effort=effort)
    assert outcome_facts(missed)["gap_reached"] is False
    told = " ".join(render(missed).split())
    assert "50 times as wide as the --gap 0.01 asked for" in told
    assert "more --time-limit than 7 s or more --max-cones than 2,000" in told
    reached = replace(missed, lower=outcome.upper * Fraction(99, 100), effort=replace(effort, gap=0.011))
    assert outcome_facts(reached)["gap_reached"] and "times as wide" not in render(reached)
    assert "times as wide" not in render(replace(missed, effort=Effort()))  # none was asked for


@pytest.mark.parametrize("render", [markdown, summary])
def test_the_interval_in_print_holds_the_proven_one(outcome: Outcome, render) -> None:
    low, high = interval_in(render(outcome))
    assert low <= outcome.lower <= outcome.upper <= high
    width = outcome.upper - outcome.lower
    assert high - low <= width * Fraction(102, 100)


def test_each_output_says_how_its_chambers_are_proven() -> None:
    outcome = job(**KINDS["apart"])
    first, second = outcome.parts
    covered = certify(second.problem, second.solution, list_at_most=0)
    parts = [first, replace(second, certificate=covered)]
    mixed = Outcome.of_parts(outcome.problem, parts, None, outcome.seconds)
    assert (first.certificate.method, covered.method) == ("chambers", "cover")
    section = markdown(mixed).split("## The chambers")[1].split("\n## ")[0]
    assert re.search(
        r"For y: The list is proven complete.*For z: The certificate does not list", section, re.S
    )
    assert "For y" not in markdown(outcome) and markdown(outcome).count("The list is proven complete") == 1


def test_widths_in_print_are_upper_bounds(outcome: Outcome) -> None:
    section = markdown(outcome).split("## The interval")[1]
    header, _, *_, row = (line.split(" | ") for line in section.strip().partition("\n\n")[0].splitlines())
    shown = dict(zip(header, row, strict=True))
    assert Fraction(shown["width, at most"]) >= outcome.upper - outcome.lower
    assert Fraction(shown["relative width, at most"]) >= relative_gap(outcome.lower, outcome.upper)
    assert Fraction(outcome_facts(outcome)["relative_gap"]) >= relative_gap(outcome.lower, outcome.upper)


def test_the_report_states_the_problem_and_its_limits(outcome: Outcome) -> None:
    text = markdown(outcome)
    for fact in (
        "| samples | 4 |",
        "size\\|x, (ones)",
        "2 of 2 columns",
        "| ReLU |",
        "| beta | 0.1 |",
        "**8** chambers",
    ):
        assert fact in text
    assert "## What is not proven" in text
    for line in commands(outcome):
        assert f"\n{line}\n" in text
    assert len(commands(outcome)) == max(len(outcome.parts), 1)


def test_every_neuron_has_its_row_with_its_samples(outcome: Outcome) -> None:
    section = markdown(outcome).split("## The network")[1].split("\n## ")[0]
    rows = [
        [entry.strip() for entry in line.split("|")[1:-1]]
        for line in section.splitlines()
        if line[:3] != "| -"
    ]
    rows = [row for row in rows if row and row[0].isdigit()]
    network, outputs = outcome.network, len(outcome.targets)
    assert sorted(int(row[0]) for row in rows) == list(range(network.width))
    for neuron, *weights, on, off, kink in rows:
        j, numbers = int(neuron), list(map(float, weights))
        assert numbers[:outputs] == pytest.approx(network.outgoing[j], rel=1e-5)
        assert numbers[outputs:] == pytest.approx(network.hidden[j], rel=1e-5)
        before = outcome.problem.features @ network.hidden[j]
        near = abs(before) < 1e-9
        assert [int(on), int(off), int(kink)] == [
            (before[~near] > 0).sum(),
            (before[~near] < 0).sum(),
            near.sum(),
        ]
    for k, name in enumerate(outcome.targets if outcome.problem.free.intercept else ()):
        assert f"Without penalty {name} has {network.one(k).intercept:+.6g} beside the neurons" in section


def test_tables_are_rectangular(outcome: Outcome) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", markdown(outcome), flags=re.MULTILINE)
    assert len(tables) == 4
    for text in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()}) == 1, text


def test_a_refusal_claims_nothing(outcome: Outcome) -> None:
    refused = replace(outcome, verdict=Verdict(False, "because"))
    for text in (markdown(refused), summary(refused)):
        assert "REFUSED" in text and "because" in text
        assert "PROVEN" not in text
        assert "proven complete:" not in text and "complete (checked" not in text
    assert outcome_facts(refused)["proven"] is False


def test_the_zero_network_has_a_report_too() -> None:
    text = markdown(job(beta=Fraction(1000)))
    assert "The zero network" in text
    assert interval_in(text)[1] >= Fraction("2.625")  # half the squared length of the targets


def test_beta_of_a_ratio_is_an_exact_decimal_near_the_share() -> None:
    """One sample: norm_dual(y) = norm(x) * abs(y), by hand."""
    problem = TrainingProblem([[3, 4]], [2], beta=1)
    beta = at_ratio(problem, Fraction(1, 20), 1000).beta
    assert beta == Fraction(1, 2)
    third = at_ratio(TrainingProblem([[1]], [1], beta=1), Fraction(1, 3), 1000).beta
    assert third == Fraction("0.333333333333")


def test_targets_without_a_gradient_have_no_share() -> None:
    with pytest.raises(InputError, match=r"beta_max is 0 \(every target is 0\): no neuron lowers the loss"):
        at_ratio(TrainingProblem([[1], [2]], [0, 0], beta=1), Fraction(1, 20), 1000)


@pytest.mark.parametrize("activation", ["relu", "abs", "leaky:0.1"])
def test_each_activation_is_proven(activation: str) -> None:
    outcome = job(activation=activation)
    assert outcome.verdict.proven, outcome.verdict.reason
    assert outcome.parts[0].problem_text and outcome.parts[0].certificate_text


def test_tables_cannot_be_broken_by_names() -> None:
    lines = table(("a",), [(cell("x | y\nz"),)]).splitlines()
    assert lines == ["| a |", "| --- |", "| x \\| y z |"]
