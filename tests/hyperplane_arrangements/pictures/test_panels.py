"""Pictures for a page of text: the same file each time, text as text, opaque."""

from __future__ import annotations

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from hyperplane_arrangements.errors import MissingExtraError
from hyperplane_arrangements.pictures.panels import BLUE, ORANGE, panels, save_svg


def curve(path):
    left, right = panels(("width m", "value"), ("β", "p*(β), 100 $ and a_b"))
    left.plot([1, 2, 4], [3, 2, 2], label="‖v‖ ≤ β")
    left.legend()
    right.plot([0, 1], [0, 1])
    save_svg(right, path)
    return path.read_bytes()


def test_a_figure_that_is_saved_stays_as_it_was(tmp_path):
    (ax,) = panels(("", ""))
    ax.figure.set_facecolor(ORANGE)
    before = ax.figure.canvas, ax.figure.get_facecolor()
    save_svg(ax, tmp_path / "a.svg")
    assert ORANGE not in (tmp_path / "a.svg").read_text()
    assert (ax.figure.canvas, ax.figure.get_facecolor()) == before


def test_equal_pictures_are_equal_files_with_their_text_as_text(tmp_path):
    first = curve(tmp_path / "new folder" / "a.svg")
    assert first == curve(tmp_path / "b.svg")
    root = ElementTree.fromstring(first)
    texts = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"width m", "value", "‖v‖ ≤ β", "p*(β), 100 $ and a_b"} <= set(texts)
    assert b"<dc:date>" not in first and all(line == line.rstrip() for line in first.decode().splitlines())
    background = next(root.iter("{http://www.w3.org/2000/svg}path"))
    assert "#ffffff" in background.attrib["style"] and "opacity" not in background.attrib["style"]


def test_panels_stand_beside_each_other_on_a_figure_that_pyplot_does_not_know():
    from matplotlib import pyplot

    known = pyplot.get_fignums()
    row = panels(("a", ""), ("b", ""), ("c", ""), size=(2, 3))
    assert [ax.get_xlabel() for ax in row] == ["a", "b", "c"]
    assert row[0].figure is row[2].figure and tuple(row[0].figure.get_size_inches()) == (6, 3)
    assert pyplot.get_fignums() == known
    assert [line.get_color() for line in (row[0].plot([0])[0], row[0].plot([0])[0])] == [BLUE, ORANGE]


def test_matplotlib_is_asked_for_when_it_is_used(monkeypatch):
    code = "import sys, hyperplane_arrangements.pictures.panels; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    for call in (lambda: panels(("", "")), lambda: save_svg(None, "a.svg")):
        with pytest.raises(MissingExtraError, match=r"pictures need matplotlib; install .*\[plot\]"):
            call()
