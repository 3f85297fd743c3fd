"""What notebooks show: the counts are the published ones, and whatever is shown is well-formed."""

from __future__ import annotations

import re
import sys
from xml.etree import ElementTree

import pytest

from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.families import braid, published, shi
from hyperplane_arrangements.geometry.zonotope import Zonotope
from hyperplane_arrangements.pictures.cards import card, columns
from hyperplane_arrangements.values.findings import Finding


def cells(html: str) -> list[list[str]]:
    """The texts of a table, row by row; a picture beside it is left out."""
    table = re.search(r"<table>.*</table>", html, re.DOTALL)
    assert table
    tree = ElementTree.fromstring(re.sub(r"colspan=(\d+)", r'colspan="\1"', table[0]))
    return [[cell.text or "" for cell in row] for row in tree.iter("tr")]


@pytest.mark.parametrize("arrangement", [braid(4), shi(3), Arrangement([[1.5, 0]])])
def test_chambers_are_listed_with_points_inside(arrangement: Arrangement) -> None:
    chambers = arrangement.chambers()
    html = chambers._repr_html_()
    assert f"<b>{len(chambers)} chambers</b>" in html
    rows = cells(html)[1:]
    assert len(rows) == min(len(chambers), 9)
    for (signs, _), expected in zip(rows[:8], chambers.signs.tolist(), strict=False):
        assert signs == "".join("-0+"[sign + 1] for sign in expected)
    if len(chambers) > 8:
        assert rows[8] == [f"and {len(chambers) - 8} more"]


def test_names_are_in_the_cards() -> None:
    lines = Arrangement.parse("x = 0, y = 0, x + y = 1")
    assert cells(lines.chambers()._repr_html_())[0][0] == "signs of x = 0, y = 0, x + y = 1"
    assert "rank 2, 7 chambers: x = 0, y = 0, x + y = 1</p>" in lines._repr_html_()
    assert cells(braid(5).chambers()._repr_html_())[0][0] == "signs of the rows"


def test_faces_and_flats_are_counted() -> None:
    # Ordered set partitions of 4, by their number of blocks; partitions of 4 and Stirling numbers.
    assert cells(braid(4).faces()._repr_html_())[1:] == [
        ["0", "0"],
        ["1", "1"],
        ["2", "14"],
        ["3", "36"],
        ["4", "24"],
    ]
    assert cells(braid(4).flats()._repr_html_())[1:] == [
        ["0", "1", "1"],
        ["1", "6", "-6"],
        ["2", "7", "11"],
        ["3", "1", "-6"],
    ]


def test_a_zonotope_is_drawn_where_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    hexagon = Zonotope(Arrangement([[1, 0], [0, 1], [1, 1]]))
    assert "6, one a chamber" in hexagon._repr_html_() and "<svg" in hexagon._repr_html_()
    large = Zonotope(braid(5))
    assert f"{published.chambers('braid', 5)}, one a chamber" in large._repr_html_()
    assert "<svg" not in large._repr_html_()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert "<svg" not in hexagon._repr_html_()


def test_texts_are_escaped() -> None:
    assert cells(card("<a>", [("<b>", "&c")])) == [["<b>", "&c"]]
    assert "&lt;script&gt;" in columns("x", ["<script>"], [])
    assert Finding("1 < 2", True)._repr_html_() == "<p><code>PROVED: 1 &lt; 2</code></p>"
