"""What notebooks show: each main object has a card, well-formed, escaped, and saying what is proven."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

import duality_checks
from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    Verdict,
    audit,
    certify,
    check,
    prove_interval,
    train,
)
from duality_checks.approximation.subsets import interval_by_chambers
from hyperplane_arrangements import Arrangement

MAIN = {
    *("Audit", "Certificate", "IntervalProof", "OptimalSet", "ProvenInterval", "Solution", "Stationarity"),
    *("TrainingProblem", "TwoLayerNetwork", "Verdict"),
}


@pytest.fixture(scope="module")
def problem() -> TrainingProblem:
    return TrainingProblem([[1, 1], [2, 1]], ["1/3", 2], beta="0.1", activation="leaky:0.1")


@pytest.fixture(scope="module")
def cards(problem: TrainingProblem) -> dict[str, str]:
    """The card of each main object of one problem, by the name of its class."""
    solution = train(problem)
    certificate = certify(problem, solution)
    plain = TrainingProblem([[1, 1], [2, 1]], ["1/3", 2], beta="0.1")
    found = audit(problem, solution.network)
    objects = [
        problem,
        solution,
        solution.network,
        certificate,
        check(problem, certificate),
        prove_interval(problem, solution),
        interval_by_chambers(plain, Arrangement(plain.X).chambers().signs),
        found,
        found.stationarity,
    ]
    return {type(item).__name__: item._repr_html_() for item in objects}


def test_every_main_object_has_a_card(cards: dict[str, str]) -> None:
    assert cards.keys() | {"OptimalSet"} == MAIN
    assert all(hasattr(getattr(duality_checks, name), "_repr_html_") for name in MAIN)


def test_cards_are_well_formed(cards: dict[str, str]) -> None:
    for name, card in cards.items():
        ElementTree.fromstring(re.sub(r"colspan=(\d+)", r'colspan="\1"', card)), name


def test_cards_say_what_is_proven_and_what_is_not(cards: dict[str, str]) -> None:
    assert "leaky ReLU of slope 1/10" in cards["TrainingProblem"] and "<td" in cards["TrainingProblem"]
    assert "numerical" in cards["Solution"]
    assert "a claim until checked" in cards["Certificate"]
    assert "PROVEN" in cards["Verdict"] and "&lt;= p* &lt;=" in cards["Verdict"]
    assert "Proven interval" in cards["IntervalProof"] and "Proven interval" in cards["ProvenInterval"]
    assert "dead neurons</th>" in cards["Audit"] and "(proven)" in cards["Audit"]
    assert "(proven)" in cards["Stationarity"]
    assert Verdict(False, "<b>")._repr_html_() == "<p><code>REFUSED: &lt;b&gt;</code></p>"


def test_a_network_shows_its_largest_neurons_first_and_what_is_free() -> None:
    card = TwoLayerNetwork([[1.0], [2.0]], [1.0, -3.0], intercept=0.5, linear=[4.0])._repr_html_()
    assert card.index("-3") < card.index("<td>+1<")
    assert "intercept +0.5, linear skip (+4)" in card
    assert "and 3 more" in TwoLayerNetwork([[1.0]] * 11, [1.0] * 11)._repr_html_()
