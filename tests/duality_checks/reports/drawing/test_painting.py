"""The same pictures on Axes of matplotlib: what is drawn there is what the values say."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("matplotlib", reason="needs the extra plot")

from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from duality_checks import TrainingProblem, TwoLayerNetwork
from duality_checks.reports.drawing.axis import Axis
from duality_checks.reports.drawing.marks import (
    INK,
    MINUS,
    PLUS,
    Area,
    Columns,
    Dots,
    Field,
    Line,
    Note,
    Picture,
)
from duality_checks.reports.drawing.painting import paint
from duality_checks.reports.function_picture import function_picture
from duality_checks.reports.pictures import plot_function, plot_landscape


def test_every_kind_of_mark_is_drawn_with_its_data() -> None:
    x = np.array([[0.0, 1.0], [2.0, 3.0], [1.0, 5.0]])
    tones = np.array([1.0, -0.5, 0.25])
    marks = (
        Field(tones[None], (0, 3, 0, 8), 0.5),
        Columns(np.array([0.0, 1.0, 2.0, 3.0]), tones),
        Area(x, MINUS, 0.5),
        Line(x, PLUS, 2, (4, 2), name="a line"),
        Dots(x, "diamond", name="dots"),
        Dots(x, tones=tones),
        Note("$n_", (1, 2), (-4, 4)),
    )
    ax = paint(Picture(marks, Axis("$a^", 0, 3), Axis("b", 0, 8)), Figure().add_subplot())
    line, diamonds = ax.lines
    assert (line.get_xydata() == x).all() and to_hex(line.get_color()) == PLUS and line.get_linewidth() == 2
    assert (diamonds.get_xydata() == x).all() and diamonds.get_marker() == "D"
    columns, scattered = ax.collections
    assert len(columns.get_paths()) == 3 and (scattered.get_offsets() == x).all()
    assert np.allclose(ax.images[0].get_array()[0, :, 3], 0.5 * np.abs(tones))
    assert [to_hex(color) for color in scattered.get_facecolors()[:2]] == [PLUS, MINUS]
    assert [one.get_text() for one in ax.get_legend().get_texts()] == ["a line", "dots"]
    assert (ax.get_xlim(), ax.get_ylim(), ax.get_yscale()) == ((0, 3), (0, 8), "linear")
    assert (ax.get_xlabel(), ax.texts[0].get_text(), len(ax.patches)) == ("$a^", "$n_", 1)
    assert ax.get_xticklabels()[0].get_text() == "0.0"


def test_powers_of_ten_stand_along_a_logarithmic_axis() -> None:
    picture = Picture((), Axis("a", 1e-9, 1e3, log=True), Axis("b", 0, 4e10))
    ax = paint(picture, Figure().add_subplot())
    assert ax.get_xscale() == "log"
    powers = [label.get_text() for label in ax.get_xticklabels()]
    assert "10⁻⁶" in powers and ax.get_xticks()[powers.index("10⁻⁶")] == pytest.approx(1e-6)
    assert ax.get_ylabel() == "b  (\N{MULTIPLICATION SIGN}10¹⁰)"


def test_what_is_plotted_is_the_picture_of_the_page() -> None:
    problem = TrainingProblem([[0.0, 1], [1, 1], [2, 1], [3, 1]], [0, 1, 0, 2], beta=1)
    network = TwoLayerNetwork([[1.0, -1.5]], [2.0])
    ax = plot_function(problem, network, ax=Figure().add_subplot(), names=["x", "one", "y"])
    wanted = [mark for mark in function_picture(problem, network).marks if isinstance(mark, Line | Dots)]
    points = [mark.points if isinstance(mark, Line) else mark.places for mark in wanted]
    assert len(ax.lines) == len(points) == 4
    for line, expected in zip(ax.lines, points, strict=True):
        assert np.array_equal(line.get_xydata(), expected, equal_nan=True)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_half_of_the_sphere_has_one_scale_and_no_axes() -> None:
    problem = TrainingProblem(np.eye(3), [1, 1, 1], beta=1)
    ax = plot_landscape(problem, [1, 1, 1], TwoLayerNetwork([[1.0, 1, 1]], [1.0]), ax=Figure().add_subplot())
    assert ax.get_aspect() == 1 and not ax.axison
    rim = next(line for line in ax.lines if line.get_color() == INK)
    assert np.allclose(np.linalg.norm(rim.get_xydata(), axis=1), 1)
