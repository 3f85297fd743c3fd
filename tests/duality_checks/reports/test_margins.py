"""Pictures in the page: nothing is cut off, little room is lost, and images are where the data are."""

from __future__ import annotations

import re
from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from duality_checks.reports.html_page import PLOT, svg
from duality_checks.reports.margins import fit
from duality_checks.reports.pictures import label_axes


def overhang(ax: Any) -> tuple[float, np.ndarray]:
    """How far matplotlib, drawing it, sees anything outside of the picture, and the room at its sides."""
    sheet = ax.figure
    sheet.draw_without_rendering()
    box = ax.get_tightbbox().transformed(sheet.dpi_scale_trans.inverted())
    room = 72 * np.array([box.x0, box.y0, PLOT[0] - box.x1, PLOT[1] - box.y1])
    return max(0.0, -float(room.min())), room


@pytest.mark.parametrize("log", [False, True])
def test_all_labels_are_in_the_picture_and_reach_its_ends(log: bool) -> None:
    rng = np.random.default_rng(3)
    for _ in range(4):
        x, y = rng.normal(size=(2, 2)) * 10.0 ** rng.integers(-5, 8, size=(2, 1))
        ax = Figure(figsize=PLOT).add_subplot()
        ax.plot(np.abs(x) if log else x, np.abs(y) if log else y)
        if log:
            ax.set(xscale="log", yscale="log")
        label_axes(ax, "across", "up (gy)")
        fit(ax)
        outside, room = overhang(ax)
        assert outside == 0
        assert room.max() < 6  # points


def test_a_factor_above_the_axis_is_in_the_picture() -> None:
    ax = Figure(figsize=PLOT).add_subplot()
    ax.plot([0, 1], [0, 4e10])
    fit(ax)
    assert ax.yaxis.get_major_formatter().get_offset() == "1e10" and overhang(ax)[0] == 0


def test_a_layout_for_shorter_labels_would_cut_longer_ones_off() -> None:
    """The measure of these tests sees it."""
    ax = Figure(figsize=PLOT).add_subplot()
    label_axes(ax, "across", "up")
    fit(ax)
    ax.plot([0, 1], [-123456, 123456])
    assert overhang(ax)[0] > 10


@pytest.mark.parametrize("origin", ["lower", "upper"])
def test_each_pixel_of_an_image_is_where_matplotlib_puts_it(origin: Any) -> None:
    colors = np.zeros((2, 3, 4))
    colors[..., 0] = np.arange(6).reshape(2, 3) / 255
    colors[..., 3] = 1
    rows = [0.5, 1.5] if origin == "lower" else [1.5, 0.5]  # where the rows of the array are, upwards

    def draw(ax: Any) -> None:
        ax.imshow(colors, extent=(10, 13, 0, 2), origin=origin, aspect="auto")
        ax.set(xlim=(9, 14), ylim=(-1, 5))

    text = svg(draw, name="i", label="an image", size=PLOT)
    match = re.search(r"<image [^>]*>", text)
    assert match and 'preserveAspectRatio="none"' in match[0]
    found = dict(re.findall(r'([\w:]+)="([^"]*)"', match[0]))
    assert (found["width"], found["height"]) == ("1", "1")
    matrix = np.array(re.findall(r"[-\d.e]+", found["transform"].split("(")[1]), float).reshape(3, 2).T
    left, top, width, height, *limits = np.array(
        re.search('data-plot="([^"]*)"', text)[1].split(),
        float,  # type: ignore[index]
    )
    assert limits == [9, 14, -1, 5]
    pixels = imread(BytesIO(b64decode(found["xlink:href"].split(",")[1])))
    for i, j in np.ndindex(2, 3):
        there = matrix @ ((j + 0.5) / 3, (i + 0.5) / 2, 1)
        k = np.argmin([abs(there[1] - (top + height * (5 - row) / 6)) for row in rows])
        wanted = left + width * (10 + j + 0.5 - 9) / 5, top + height * (5 - rows[k]) / 6
        assert np.allclose(there, wanted, atol=0.02)
        assert np.allclose(pixels[i, j], colors[k, j])
