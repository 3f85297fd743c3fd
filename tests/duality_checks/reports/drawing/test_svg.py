"""Pictures as SVG: marks are where the data are, texts are plain, colours the page's, nothing is cut off."""

from __future__ import annotations

import re
from base64 import b64decode
from html import unescape
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.reports.drawing.axis import Axis
from duality_checks.reports.drawing.layout import Layout, laid_out
from duality_checks.reports.drawing.legend import legend
from duality_checks.reports.drawing.marks import (
    MINUS,
    PLUS,
    Area,
    Columns,
    Dots,
    Field,
    Line,
    Mark,
    Note,
    Picture,
)
from duality_checks.reports.drawing.png import gray_png
from duality_checks.reports.drawing.svg import VARIABLES, svg, text
from duality_checks.reports.drawing.ticks import SIZE, width

SIZE_OF_ALL = (4.0, 3.0)
UNIT = Axis("x", 0, 1), Axis("y", 0, 1)


def drawn(*marks: Mark, axes: tuple[Axis, Axis] = UNIT, bare: bool = False) -> ElementTree.Element:
    """A picture of some marks, read back as XML."""
    picture = Picture(marks, *axes, bare)
    return ElementTree.fromstring(svg(picture, name="p", label="a picture", size=SIZE_OF_ALL))


def data(element: ElementTree.Element, points: np.ndarray, log: bool = False) -> np.ndarray:
    """Points of a picture in the units of its axes, by what it says of its plot."""
    left, top, wide, high, *ends = map(float, element.get("data-plot", "").split())
    share = np.column_stack([(points[:, 0] - left) / wide, (top + high - points[:, 1]) / high])
    low, high_ends = np.array(ends[0::2]), np.array(ends[1::2])
    return low * (high_ends / low) ** share if log else low + (high_ends - low) * share


def numbers(path: str | None) -> np.ndarray:
    return np.array(re.findall(r"-?[\d.]+(?:e-?\d+)?", path or ""), float).reshape(-1, 2)


def all_of(element: ElementTree.Element, tag: str) -> list[ElementTree.Element]:
    return [one for one in element.iter() if one.tag == tag]


values = st.floats(-1e6, 1e6).map(lambda x: round(x, 3))
places = st.lists(st.tuples(values, values), min_size=2, max_size=8, unique=True).map(np.array)


@given(points=places, log=st.booleans())
@settings(max_examples=40, deadline=None)
def test_lines_and_dots_are_where_the_data_are(points: np.ndarray, log: bool) -> None:
    points = np.exp(points / 1e5) if log else points
    low, high = points.min(axis=0), points.max(axis=0)
    axes = [
        Axis(name, a, b if b > a else a + abs(a) + 1, log=log)
        for name, a, b in zip("xy", low.tolist(), high.tolist(), strict=True)
    ]
    found = drawn(Line(points, PLUS), Dots(points), axes=(axes[0], axes[1]))
    (line,) = (one for one in all_of(found, "path") if one.get("stroke") == "var(--plus)")
    circles = np.array([[float(one.get(key, "")) for key in ("cx", "cy")] for one in all_of(found, "circle")])
    for shown in (numbers(line.get("d")), circles):
        assert shown.shape == points.shape
        back = data(found, shown, log)
        # A hundredth of a point is rounded, of a plot that is about 200 points wide and high.
        if log:
            assert np.allclose(np.log(back), np.log(points), atol=2e-4 * max(np.log(high / low).max(), 1))
        else:
            assert (np.abs(back - points) <= 2e-4 * np.maximum(high - low, np.abs(low) + 1)).all()


def test_a_row_of_nan_interrupts_a_line() -> None:
    points = np.array([[0, 0], [1, 1], [np.nan, np.nan], [0, 1], [1, 0], [np.nan, np.nan]])
    (line,) = (one for one in all_of(drawn(Line(points, PLUS)), "path") if one.get("stroke") == "var(--plus)")
    assert line.get("d", "").count("M") == 2 and len(numbers(line.get("d"))) == 4


@given(words=st.text(max_size=30))
@settings(max_examples=40, deadline=None)
def test_texts_are_escaped(words: str) -> None:
    shown = text(words, (0, 0))
    assert unescape(re.fullmatch(r"<text [^>]*>(.*)</text>", shown, re.DOTALL)[1]) == words  # type: ignore[index]
    assert not re.search(r'[<>"]', re.sub(r"^<text [^>]*>|</text>$", "", shown))


def test_names_labels_and_notes_cannot_open_an_element() -> None:
    evil = '"><script>alert(1)</script>'
    line = Line(np.array([[0, 0], [1, 1]]), name=evil)
    picture = Picture((line, Note(evil, (0, 0))), Axis(evil, 0, 1), Axis(evil, 0, 1))
    found = svg(picture, name="p", label=evil, size=SIZE_OF_ALL)
    assert "<script" not in found and found.count("&lt;script&gt;") >= 1
    root = ElementTree.fromstring(found)
    assert root.get("aria-label") == evil and root.get("role") == "img"
    assert [one.text for one in all_of(root, "text")].count(evil) == 4


@pytest.mark.parametrize("sign", [1, -1])
def test_each_pixel_of_a_field_is_where_its_tone_is(sign: int) -> None:
    imread = pytest.importorskip("matplotlib.image").imread
    tones = sign * np.arange(1, 7).reshape(2, 3) / 8
    found = drawn(Field(tones, (10, 13, 0, 2), 0.5), axes=(Axis("", 9, 14), Axis("", -1, 5)))
    (image,), (shade,) = all_of(found, "image"), (one for one in all_of(found, "rect") if one.get("mask"))
    assert (shade.get("fill"), shade.get("fill-opacity")) == (
        "var(--plus)" if sign > 0 else "var(--minus)",
        ".5",
    )
    assert shade.get("mask") == f"url(#{all_of(found, 'mask')[0].get('id')})"
    x, y, wide, high = (float(image.get(key, "")) for key in ("x", "y", "width", "height"))
    pixels = imread(BytesIO(b64decode(image.get("href", "").split(",")[1])))
    assert pixels.shape[:2] == (2, 3) and image.get("preserveAspectRatio") == "none"
    for i, j in np.ndindex(2, 3):  # from the top, as images are
        middle = data(found, np.array([[x + wide * (j + 0.5) / 3, y + high * (i + 0.5) / 2]]))[0]
        row, column = int(middle[1]), int(middle[0] - 10)
        assert np.allclose(middle, (10.5 + column, 0.5 + row), atol=2e-3)
        assert abs(pixels[i, j] - abs(tones[row, column])) < 1 / 255


def test_both_signs_of_a_field_have_their_own_image_and_no_tone_has_none() -> None:
    assert len(all_of(drawn(Field(np.array([[-1.0, 0, 1.0]]), (0, 1, 0, 1))), "image")) == 2
    assert all_of(drawn(Field(np.zeros((2, 2)), (0, 1, 0, 1))), "image") == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (240, 240)])
def test_other_programs_read_the_images(shape: tuple[int, int]) -> None:
    imread = pytest.importorskip("matplotlib.image").imread
    levels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    assert (np.rint(255 * imread(BytesIO(gray_png(levels)))) == levels).all()


def test_columns_go_from_edge_to_edge_in_their_tones() -> None:
    found = drawn(Columns(np.array([0.0, 0.25, 0.5, 1.0]), np.array([1.0, 0.0, -0.5]), 0.5))
    groups = [one for one in all_of(found, "g") if one.get("shape-rendering")]
    assert [group.get("fill") for group in groups] == ["var(--plus)", "var(--minus)"]
    for group, (a, b, opacity) in zip(groups, ((0, 0.25, 0.5), (0.5, 1, 0.25)), strict=True):
        (column,) = group
        x, y, wide, high = (float(column.get(key, "")) for key in ("x", "y", "width", "height"))
        assert np.allclose(data(found, np.array([[x, y + high], [x + wide, y]])), [[a, 0], [b, 1]], atol=2e-3)
        assert float(column.get("fill-opacity", "")) == pytest.approx(opacity)


def test_colours_are_variables_of_the_page_and_ids_begin_with_the_name() -> None:
    x = np.array([[0.0, 0.0], [1.0, 1.0], [0.0, 1.0]])
    toned = Dots(x, tones=np.array([1.0, -0.5, 0.0]))
    marks = (Field(np.eye(2), (0, 1, 0, 1)), Line(x), Area(x, MINUS), toned, Dots(x, "bar"), Dots(x, "up"))
    found = svg(Picture(marks, *UNIT), name="own", label="", size=SIZE_OF_ALL)
    assert not re.search("|".join(VARIABLES), found)
    assert set(re.findall(r"var\(--(\w+)\)", found)) == set(VARIABLES.values())
    ids = re.findall(r'\bid="([^"]+)"', found)
    assert len(ids) == len(set(ids)) and all(one.startswith("own-") for one in ids)
    assert set(re.findall(r"url\(#([^)]+)\)", found)) <= set(ids)


# ------------------------------------------------------------------ layout


def extents(found: ElementTree.Element) -> np.ndarray:
    """Left, top, right and lower ends of all texts, by the same estimate of letters."""
    boxes = []
    for one in all_of(found, "text"):
        x, y, size = (float(one.get(key, "")) for key in ("x", "y", "font-size"))
        long = width(one.text or "", size)
        start = {"start": 0.0, "middle": 0.5, "end": 1.0}[one.get("text-anchor", "start")] * long
        if "rotate" in one.get("transform", ""):
            boxes.append((x - 0.75 * size, y + start - long, x + 0.25 * size, y + start))
        else:
            boxes.append((x - start, y - 0.75 * size, x - start + long, y + 0.25 * size))
    return np.array(boxes)


@given(
    ends=st.tuples(*[st.tuples(st.floats(-9, 9), st.integers(-9, 9))] * 4),
    name=st.text("abcW_ ", max_size=150),
    log=st.booleans(),
)
@settings(max_examples=40, deadline=None)
def test_no_text_is_cut_off(ends: tuple[tuple[float, int], ...], name: str, log: bool) -> None:
    exact = [abs(a) * 10.0**b + 1e-12 if log else a * 10.0**b for a, b in ends]
    axes = [
        Axis(
            name,
            low,
            high if high - low > 1e-6 * max(abs(low), abs(high), 1e-9) else low + 2 * abs(low) + 1,
            log=log,
        )
        for low, high in (sorted(exact[:2]), sorted(exact[2:]))
    ]
    found = drawn(axes=(axes[0], axes[1]))
    boxes = extents(found)
    assert boxes[:, :2].min() >= -0.5
    assert boxes[:, 2].max() <= 72 * SIZE_OF_ALL[0] + 0.5 and boxes[:, 3].max() <= 72 * SIZE_OF_ALL[1] + 0.5


def test_a_long_name_is_set_smaller_and_then_shortened() -> None:
    def sized(words: str) -> tuple[str, float]:
        one = ElementTree.fromstring(text(words, (0, 0), room=100))
        return str(one.text), float(one.get("font-size", ""))

    assert sized("short") == ("short", SIZE)
    longer, size = sized("a" * 20)
    assert longer == "a" * 20 and size < SIZE
    longest, least = sized("a" * 200)
    assert longest.endswith("a\N{HORIZONTAL ELLIPSIS}") and width(longest, least) <= 100 and least < size


def plot_with(points: list[tuple[float, float]]) -> Layout:
    marks = (Line(np.array(points), name="one"), Dots(np.array(points), name="two"))
    return laid_out(Picture(marks, *UNIT), 288, 216)


@pytest.mark.parametrize(("x", "y"), [(0, 0), (1, 0), (0, 1), (1, 1)])
def test_the_legend_keeps_clear_of_a_line_to_a_corner(x: int, y: int) -> None:
    plot = plot_with([(0.5, 0.5), (x, y)])
    entries = legend(plot)
    assert [name for name, *_ in entries] == ["one", "two"]
    (end,) = plot.points(np.array([[x, y]]))
    for _, _, left, middle in entries:
        away = abs(end[0] - left) > 60 or abs(end[1] - middle) > 30
        assert away and plot.left <= left < plot.right and plot.top < middle < plot.bottom
    assert legend(laid_out(Picture((), *UNIT), 288, 216)) == []
