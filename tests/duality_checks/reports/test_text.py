"""Reports state what was proven, no more, in figures that are rounded outward."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest

from duality_checks.checker import Verdict
from duality_checks.commands.terminal import silent
from duality_checks.data.datasets import training_data
from duality_checks.data.tables import parse_csv
from duality_checks.problem import TrainingProblem
from duality_checks.reports.outcome import Outcome, at_ratio, prove
from duality_checks.reports.text import cell, markdown, outcome_facts, relative_gap, summary, table
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")

TEXT = "size|x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n"


def job(**changes: object) -> Outcome:
    options = {
        "beta": Fraction(1, 10),
        "beta_ratio": None,
        "activation": "relu",
        "max_chambers": 1000,
        "say": silent,
    }
    return prove(training_data(parse_csv(TEXT, "memory"), target="y"), **(options | changes))


@pytest.fixture(scope="module")
def outcome() -> Outcome:
    return job()


def interval_in(text: str) -> tuple[Fraction, Fraction]:
    low, high = re.search(r"(-?[\d.]+) <= p\* <= (-?[\d.]+)", text).groups()
    return Fraction(low), Fraction(high)


@pytest.mark.parametrize("render", [markdown, summary])
def test_the_interval_in_print_holds_the_proven_one(outcome: Outcome, render) -> None:
    low, high = interval_in(render(outcome))
    assert low <= outcome.certificate.lower <= outcome.certificate.upper <= high
    width = outcome.certificate.upper - outcome.certificate.lower
    assert high - low <= width * Fraction(102, 100)


def test_widths_in_print_are_upper_bounds(outcome: Outcome) -> None:
    certificate = outcome.certificate
    shown = dict(re.findall(r"\| (width|relative width), at most \| (\S+) \|", markdown(outcome)))
    assert Fraction(shown["width"]) >= certificate.upper - certificate.lower
    assert Fraction(shown["relative width"]) >= relative_gap(certificate.lower, certificate.upper)
    assert Fraction(outcome_facts(outcome)["relative_gap"]) >= relative_gap(
        certificate.lower, certificate.upper
    )


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
    assert "convex-landscape check problem.json certificate.json" in text


def test_every_neuron_has_its_row_with_its_samples(outcome: Outcome) -> None:
    section = markdown(outcome).split("## The network")[1].split("\n## ")[0]
    rows = [
        [entry.strip() for entry in line.split("|")[1:-1]]
        for line in section.splitlines()
        if line[:3] != "| -"
    ]
    rows = [row for row in rows if row and row[0].isdigit()]
    network = outcome.solution.network
    assert sorted(int(row[0]) for row in rows) == list(range(network.width))
    for neuron, weight, *hidden, on, off, kink in rows:
        j = int(neuron)
        assert float(weight) == pytest.approx(network.output[j], rel=1e-5)
        assert [float(w) for w in hidden] == pytest.approx(network.hidden[j], rel=1e-5)
        before = outcome.problem.features @ network.hidden[j]
        near = abs(before) < 1e-9
        assert [int(on), int(off), int(kink)] == [
            (before[~near] > 0).sum(),
            (before[~near] < 0).sum(),
            near.sum(),
        ]


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
    assert outcome.problem_text and outcome.certificate_text


def test_tables_cannot_be_broken_by_names() -> None:
    lines = table(("a",), [(cell("x | y\nz"),)]).splitlines()
    assert lines == ["| a |", "| --- |", "| x \\| y z |"]
