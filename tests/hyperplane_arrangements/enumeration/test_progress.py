"""Counting says how far it is, by each of the ways that can take long, and counts the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import product
from math import factorial

import pytest

from duality_checks.cli import main
from duality_checks.commands import terminal
from hyperplane_arrangements import named
from hyperplane_arrangements.enumeration.chambers import count_chambers
from hyperplane_arrangements.enumeration.symmetry import count_with_symmetry
from hyperplane_arrangements.families import published


def test_minors_say_which_hyperplane_they_are_at() -> None:
    said: list[str] = []
    assert count_chambers(named("braid_9"), said.append) == factorial(9)
    places = [int(re.fullmatch(r"hyperplane (\d+) of 36, \d+ minors known", text)[1]) for text in said]
    assert places[0] == 1 and places[-1] == 36 and places == sorted(places)


def test_flats_say_of_which_rank_they_are() -> None:
    said: list[str] = []
    rows = [row for row in product((0, 1), repeat=6) if any(row)]
    found = count_with_symmetry(rows, 10**7, told=said.append)
    assert found is not None and sum(found.coefficients) == published.chambers("resonance", 6)
    assert said[0] == "flats of rank 1 of 2, 1 of 1"
    assert re.fullmatch(r"planes and lines in the last flats, (\d+) of \1", said[-1])


def test_the_verb_shows_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said: list[str] = []

    @contextmanager
    def recorded() -> Iterator[Callable[[str], object]]:
        yield said.append

    monkeypatch.setattr(terminal, "progress", recorded)
    assert main(["chambers", "braid_9", "--count"]) == 0
    assert capsys.readouterr().out == f"{factorial(9)}\n"
    assert said[0] == "Counting chambers" and said[-1].startswith("Counting chambers: hyperplane 36 of 36, ")
