"""What `repr` shows of an arrangement can be pasted; what is found on one takes a line."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.vendor.pretty import pretty as as_hypothesis_prints
from IPython.lib.pretty import pretty

from hyperplane_arrangements import Arrangement, Finding, exact_matrix, named
from hyperplane_arrangements.strategies import arrangements


def pasted(text: str) -> Any:
    """What a user gets who pastes a text below the one line that the documentation names."""
    namespace: dict[str, Any] = {}
    exec("from hyperplane_arrangements import *\nfrom fractions import Fraction", namespace)
    return eval(text, namespace)


@settings(max_examples=20)
@given(arrangements())
def test_arrangements_are_the_same_when_pasted(arrangement: Arrangement) -> None:
    assert pasted(repr(arrangement)) == arrangement
    assert pasted(pretty(arrangement, max_width=30)) == arrangement
    assert pasted(as_hypothesis_prints(arrangement)) == arrangement


@pytest.mark.parametrize(
    "arrangement",
    [
        named("shi_4"),
        Arrangement([["1/3", 0], [0, 0]], ["-1/7", 2]),
        Arrangement([[10**5000, 1], [Fraction(1, 10**5000), 0]]),
    ],
)
def test_affine_rational_and_enormous_ones_too(arrangement: Arrangement) -> None:
    assert pasted(repr(arrangement)) == arrangement
    assert pasted(repr(arrangement.normals)) == arrangement.normals


def test_lines_break_after_commas_and_rows_stand_below_each_other() -> None:
    assert pretty(Arrangement([[1, 0], [0, 1], [1, 1]]), max_width=30).splitlines() == [
        "Arrangement([[1, 0],",
        "             [0, 1],",
        "             [1, 1]])",
    ]


def test_large_ones_are_measured() -> None:
    large = Arrangement(np.eye(50, dtype=int))
    assert repr(large) == pretty(large) == "<Arrangement: central, 50 rows in dimension 50>"
    assert repr(exact_matrix(np.eye(50))) == "<ExactMatrix: 50 x 50>"
    assert pasted(large.as_code()) == large


def test_what_is_found_takes_a_line() -> None:
    lines = Arrangement([[1, 0], [0, 1], [1, 1]])
    chambers, shapes = lines.chambers(), lines.shapes()
    found = {
        repr(lines.faces()): "<Faces: 1, 6, 6 of dimension 0 to 2>",
        repr(lines.flats()): "<IntersectionLattice: 1, 3, 1 flats of codimension 0 to 2>",
        repr(lines.zonotope()): "Zonotope(arrangement=Arrangement([[1, 0], [0, 1], [1, 1]]))",
        repr(chambers): "<Chambers: 6 of 3 rows>",
        repr(next(iter(lines.chambers().batches()))): "<ChamberBatch: 6 chambers>",
        repr(shapes): "<Shapes: of 6 chambers>",
        repr(shapes[0]): "<ChamberShape +-+: walls [0, 2]; vertices: 1, rays: 2>",
        repr(Finding("1 < 2", True)): "<Finding: PROVED: 1 < 2>",
    }
    for shown, expected in found.items():
        assert re.sub("[+-]{3}", "+-+", shown) == expected
    assert repr(next(iter(lines.flats()))) == "Flat(mask=0, rank=0, moebius=1)"
