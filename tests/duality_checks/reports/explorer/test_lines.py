"""The arithmetic of the page of lines, in JavaScript, against `Arrangement` and closed forms."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from line_sets import NODE, Line, line_sets, program, told

from hyperplane_arrangements import Arrangement

pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: install Debian's package nodejs")
SETS = line_sets(50)


def arrangement_of(lines: list[Line]) -> Arrangement:
    return Arrangement([line[:2] for line in lines], [line[2] for line in lines])


def disagreements(lines: list[Line], said: dict[str, Any]) -> list[str]:
    """What the page says that `Arrangement` does not."""
    ours = arrangement_of(lines)
    signs = {tuple(row) for row in np.asarray(ours.chambers().signs).tolist()}
    # The page has one row a line; that of ax + by = c has a > 0, or b > 0 where a is zero.
    first = [next(x for x in line[:2] if x) > 0 for line in lines]
    theirs = {
        tuple(region[k] * (1 if up else -1) for k, up in zip(said["rowOf"], first, strict=True))
        for region in said["signs"]
    }
    chi = [int(x) for x in ours.characteristic_polynomial().all_coeffs()]
    bounded = len(said["bounded"]) if ours.rank == 2 else len(said["rows"]) - 1
    graph = ours.tope_graph() if ours.n < 6 else None  # which is slow to build
    claims = {
        "regions": theirs == signs and len(said["signs"]) == len(signs) == ours.count_chambers(),
        "bounded": bounded == ours.count_bounded_chambers() and (ours.rank == 2 or not said["bounded"]),
        "chi": said["chi"] == [*chi, 0][:3],
        "walls": not graph
        or Counter(said["walls"].values()) == Counter(degree for _, degree in graph.degree()),
        "edges": not graph or len({frozenset(edge[1:]) for edge in said["edges"]}) == graph.number_of_edges(),
    }
    return [name for name, holds in claims.items() if not holds]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    return told(SETS, tmp_path_factory.mktemp("lines"))


def test_regions_bounded_ones_polynomial_and_graph_are_those_of_the_arrangement(answers: Any) -> None:
    found = {k: disagreements(lines, said) for k, (lines, said) in enumerate(zip(SETS, answers, strict=True))}
    assert {k: claims for k, claims in found.items() if claims} == {}
    # The line sets have it all: equal lines, parallel ones only, and points of many.
    assert sum(len(said["rows"]) < len(said["rowOf"]) for said in answers) > 10
    assert any(not said["points"] and len(said["rows"]) > 1 for said in answers)
    assert max(len(rows) for said in answers for rows in said["points"]) > 4


def test_deletion_and_restriction_are_those_of_the_arrangement(answers: Any) -> None:
    for said in answers:
        for without, on in said["triples"]:
            assert said["chi"] == [without[0], without[1] - on[0], without[2] - on[1]]
    said = next(said for said in answers if len(said["points"]) > 8)
    rows = [[Fraction(x) for x in row] for row in said["rows"]]
    ours = arrangement_of(rows)
    for k, (without, on) in enumerate(said["triples"]):
        assert without == [int(x) for x in ours.deletion(k).characteristic_polynomial().all_coeffs()]
        assert on == [int(x) for x in ours.restriction(k).characteristic_polynomial().all_coeffs()]


def test_another_line_set_than_was_asked_about_is_noticed(answers: Any) -> None:
    """The control: one line less, or moved off a point, is another answer."""
    said = next(said for said in answers if any(len(rows) > 2 for rows in said["points"]))
    rows = [tuple(map(Fraction, row)) for row in said["rows"]]
    k = next(rows for rows in said["points"] if len(rows) > 2)[0]
    a, b, c = rows[k]
    moved = [*rows[:k], (a, b, c + Fraction(1, 10**30)), *rows[k + 1 :]]
    same = said | {"rowOf": list(range(len(rows)))}
    assert disagreements(rows, same) == []
    assert {"regions", "chi"} <= set(disagreements(moved, same))


# Each of these makes some signs or counts wrong.
BLINDED = {
    "tolerance": ("sign(a * x + b * y - c * w);", "sign((a * x + b * y - c * w) / 10000n);"),
    "floats": ("const key = at.join();", "const key = at.map(Number).map(one => one / 3).join() + i;"),
    "unbounded": ("bounded: ends.length === 2", "bounded: ends.length > 0"),
    "order": ("along(p) * q[2] - along(q) * p[2]", "along(p) - along(q)"),
    "crossing": ("signs[row] *= -1", "signs[row] *= 1"),
}


@pytest.mark.parametrize("name", BLINDED)
def test_arithmetic_with_a_fault_is_noticed(name: str, tmp_path: Path) -> None:
    source, (old, new) = program("common", "lines"), BLINDED[name]
    assert source.count(old) == 1
    try:
        answers = told(SETS[:12], tmp_path, source.replace(old, new))
    except AssertionError as error:
        assert "Error" in str(error)
    else:
        assert any(disagreements(lines, said) for lines, said in zip(SETS, answers, strict=False))


def test_counts_of_closed_forms(tmp_path: Path) -> None:
    """General position: 1 + n + n(n-1)/2 regions, (n-1)(n-2)/2 bounded; a grid: (p+1)(q+1), (p-1)(q-1)."""
    general = [(Fraction(k), Fraction(1), Fraction(-k * k)) for k in range(20)]
    grid = [(Fraction(1), Fraction(0), Fraction(k)) for k in range(7)]
    grid += [(Fraction(0), Fraction(1), Fraction(k)) for k in range(4)]
    first, second = told([general, grid], tmp_path)
    assert len(first["signs"]) == 1 + 20 + 190 and len(first["bounded"]) == 19 * 9
    assert len(second["signs"]) == 40 and len(second["bounded"]) == 18
    assert first["chi"] == [1, -20, 190] and second["chi"] == [1, -11, 28]
