"""The picture of a staircase says what the staircase says."""

from __future__ import annotations

from fractions import Fraction

import pytest

from duality_checks import Staircase
from duality_checks.reports.staircases import plot_staircase
from duality_checks.theorems import t5_6_staircase as statement

pytest.importorskip("matplotlib")


@pytest.mark.parametrize("found", [statement.box(), statement.triangle(Fraction(2), Fraction(2))])
def test_a_mark_for_each_piece_and_the_count_of_each_width(found) -> None:
    from matplotlib.figure import Figure

    ax = Figure().add_subplot()
    stairs = Staircase(found)
    assert plot_staircase(stairs, ax=ax) is ax
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    groups = [(step, group) for step in stairs.steps for group in step.groups]
    assert len(marks) == len(groups)
    for step in stairs.steps:
        row = [mark for mark in marks if mark.get_ydata()[0] == step.width]
        rings = [mark for mark in row if mark.get_markerfacecolor() == "white"]
        assert (len(row), len(rings)) == (len(step.groups), len(step.rigid))
        assert len({mark.get_xdata()[0] for mark in row}) == len(row), "two pieces in one place"
    texts = [text.get_text() for text in ax.texts]
    assert next(text for text in texts if "piece" in text) == str(stairs.steps[0].pieces) + (
        " piece" if stairs.steps[0].pieces == 1 else " pieces"
    )
    assert len(ax.lines) == len(marks) + len(groups) - len(stairs.steps[-1].groups)
