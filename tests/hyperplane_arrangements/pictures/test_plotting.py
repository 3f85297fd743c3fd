"""Pictures by what they contain: cells, circles, facets, edges; and what they refuse."""

import builtins
import subprocess
import sys
from fractions import Fraction
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from hypothesis import given, settings

from hyperplane_arrangements import Arrangement, InputError, MissingExtraError, TooLargeError, families

matplotlib.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.figure import Figure

from hyperplane_arrangements.exact.rational import dot
from hyperplane_arrangements.pictures.notebook import best_kind, draw, html, save_picture, svg
from hyperplane_arrangements.pictures.plane import in_plane, orthogonal_pair, plane_basis
from hyperplane_arrangements.pictures.plotting import (
    plot_lattice,
    plot_lines,
    plot_sphere,
    plot_tope_graph,
    plot_zonotope,
)
from hyperplane_arrangements.strategies import arrangements


@pytest.fixture(autouse=True)
def _closed():
    yield
    plt.close("all")


def _area(xy):
    x, y = np.asarray(xy)[:-1].T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def _filled(ax):
    return [patch for patch in ax.patches if patch.get_label() != "line" and hasattr(patch, "get_xy")]


@pytest.mark.parametrize(
    "arrangement",
    [
        families.generic(5, 2),
        families.generic_affine(4, 2),
        Arrangement([[1, 0], [1, 0], [0, 0]], [0, 1, 0]),
        Arrangement([[1e300, 1e300], [1e-300, -1e-300]]),
        families.catalan(3),
        families.linial(3),
    ],
)
def test_every_chamber_in_the_window_is_filled_once_and_they_tile_it(arrangement):
    ax = plot_lines(arrangement)
    cells = _filled(ax)
    assert len(cells) == arrangement.count_chambers()
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    assert np.isclose(sum(_area(cell.get_xy()) for cell in cells), (right - left) * (top - bottom))


def test_labels_are_the_signs_at_the_place_they_are_written():
    arrangement = Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1])
    ax = plot_lines(arrangement)
    written = [
        text
        for text in ax.texts
        if set(text.get_text()) <= set("+0\N{MINUS SIGN}") and len(text.get_text()) == 3
    ]
    assert len(written) == 7
    for text in written:
        signs = arrangement.chamber_of(list(map(float, text.get_position()))).tolist()
        assert text.get_text() == "".join("\N{MINUS SIGN}0+"[s + 1] for s in signs)


HEXAGONAL = {name: families.named(name) for name in ("braid_3", "shi_3", "catalan_3", "linial_3")}


@pytest.mark.parametrize("name", HEXAGONAL)
def test_lines_of_type_a_meet_at_multiples_of_60_degrees_exactly(name):
    rows = HEXAGONAL[name].normals.integers.tolist()
    pair = orthogonal_pair(HEXAGONAL[name])
    assert dot(*pair) == 0 and all(sum(vector) == 0 for vector in pair)

    def inner(a, b):  # of the drawn normals: coordinates along the pair, over its lengths
        return sum(dot(a, e) * dot(b, e) / dot(e, e) for e in pair)

    cosines = {inner(a, b) ** 2 / (inner(a, a) * inner(b, b)) for a, b in combinations(rows, 2)}
    assert cosines <= {1, Fraction(1, 4)} and Fraction(1, 4) in cosines


@pytest.mark.parametrize("name", HEXAGONAL)
def test_type_a_is_drawn_as_it_is_by_default(name):
    arrangement = HEXAGONAL[name]
    ax = draw(arrangement)
    ends = np.array([line.get_xydata() for line in ax.lines])
    assert len(ends) == arrangement.n
    turns = np.degrees(np.arctan2(*(ends[:, 1] - ends[:, 0]).T[::-1])) / 60
    assert np.allclose(turns - turns[0], np.rint(turns - turns[0]), rtol=0, atol=1e-12)
    assert np.allclose(np.hypot(*(arrangement.normals.floats @ plane_basis(arrangement)).T), 2**0.5)


@settings(max_examples=15)
@given(arrangements(rank=2, dimension=3))
def test_the_page_of_rank_2_keeps_inner_products(arrangement):
    normals, _ = in_plane(arrangement)
    rows = arrangement.normals.scaled
    assert np.allclose(normals @ normals.T, rows @ rows.T, rtol=0, atol=1e-14)


def test_labels_in_a_plane_of_space_are_the_signs_of_their_points():
    arrangement = families.shi(3)
    ax = plot_lines(arrangement)
    written = [text for text in ax.texts if len(text.get_text()) == 6]
    assert len(written) == 16
    for text in written:
        signs = arrangement.chamber_of(plane_basis(arrangement) @ text.get_position()).tolist()
        assert text.get_text() == "".join("\N{MINUS SIGN}0+"[s + 1] for s in signs)


@pytest.mark.parametrize("arrangement", [families.generic(5, 3), families.braid(4), families.near_pencil(5)])
def test_great_circles_meet_the_equator_in_antipodal_points(arrangement):
    ax = plot_sphere(arrangement, labels=None)
    assert len(_filled(ax)) == arrangement.count_chambers() - 1
    for line in ax.lines[1:]:
        image = line.get_xydata()
        image = image[np.isfinite(image).all(axis=1)]
        near = image[np.abs(np.hypot(*image.T) - 1) < 0.02]
        assert len(near) and np.abs(near[:, None] + near[None]).sum(axis=2).min(axis=1).max() < 0.15


def test_sphere_cells_are_the_chambers_of_their_labels():
    arrangement = families.generic(4, 3)
    pole = [3.0, 0.5, 1.0]
    ax = plot_sphere(arrangement, pole=pole, labels="signs")
    written = {text.get_text() for text in ax.texts if len(text.get_text()) == 4}
    every = {"".join("\N{MINUS SIGN}0+"[s + 1] for s in row) for row in arrangement.chambers().signs.tolist()}
    assert written <= every and len(written) >= len(every) - 2
    middle = min(ax.texts, key=lambda text: np.hypot(*text.get_position()))
    assert middle.get_text() == "".join(
        "\N{MINUS SIGN}0+"[s + 1] for s in arrangement.chamber_of(pole).tolist()
    )


def test_a_solid_zonotope_has_a_polygon_for_each_facet():
    from hyperplane_arrangements.geometry.zonotope import Zonotope

    ax = plot_zonotope(families.type_b(3))
    (solid,) = ax.collections
    ax.figure.canvas.draw()
    assert len(solid.get_paths()) == Zonotope(families.type_b(3)).face_counts()[2] == 26


def test_the_edges_of_a_zonogon_are_its_generators():
    ax = plot_zonotope(families.generic(4, 2), labels="index", values=range(8))
    edges = [line for line in ax.lines if len(line.get_xdata()) == 2]
    assert len(edges) == 8
    vectors = {tuple(np.rint(np.abs(np.diff(line.get_xydata(), axis=0)[0])).astype(int)) for line in edges}
    assert vectors == {(1, 2), (1, 1), (1, 0)}


@pytest.mark.parametrize(
    "arrangement", [families.braid(4), families.shi(3), families.generic(5, 4), Arrangement([[1]])]
)
def test_the_tope_graph_draws_all_edges_and_no_two_chambers_at_one_place(arrangement):
    from hyperplane_arrangements.geometry.tope_graph import tope_graph

    ax = plot_tope_graph(arrangement, labels="index")
    assert len(ax.lines) == tope_graph(arrangement).number_of_edges()
    places = ax.collections[0].get_offsets()
    assert len(np.unique(np.round(places, 6), axis=0)) == arrangement.count_chambers()


@pytest.mark.parametrize(
    ("function", "arrangement", "projection"),
    [
        (plot_lines, families.generic(3, 2), None),
        (plot_sphere, families.braid(4), None),
        (plot_zonotope, families.generic(3, 2), None),
        (plot_zonotope, families.braid(4), "3d"),
        (plot_tope_graph, families.braid(3), None),
        (draw, families.braid(3), None),
        (plot_lattice, families.shi(3), None),
    ],
)
def test_the_axes_given_are_the_axes_returned(function, arrangement, projection):
    ax = Figure().add_subplot(projection=projection)
    assert function(arrangement, ax=ax, title="A") is ax and ax.get_title() == "A"
    assert not plt.get_fignums()
    assert function(arrangement) in plt.gcf().axes


def test_values_colour_the_chambers():
    values = np.arange(6.0)
    ax = plot_lines(families.generic(3, 2), values=values)
    assert len({patch.get_facecolor() for patch in _filled(ax)}) == 6


def test_each_arrangement_has_its_best_picture():
    assert best_kind(families.generic(4, 2)) == best_kind(families.generic_affine(4, 2)) == "lines"
    assert best_kind(families.shi(3)) == best_kind(families.g2()) == "lines"
    assert best_kind(families.braid(5)) == "tope-graph" and best_kind(families.threshold(4)) is None


def test_svg_and_html_are_reproducible_and_stand_alone(tmp_path):
    first, second = svg(families.braid(4)), svg(families.braid(4))
    assert first == second and first.startswith("<svg") and first.rstrip().endswith("</svg>")
    page = html(families.generic_affine(3, 2))
    assert "affine arrangement: 3 rows in dimension 2, rank 2, 7 chambers" in page and "<svg" in page
    for ending in ("png", "svg", "pdf"):
        assert save_picture(families.braid(3), tmp_path / f"a.{ending}").stat().st_size > 1000


def test_without_matplotlib_the_error_names_the_extra_and_html_keeps_the_facts(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **named):
        if name.split(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    for call in (
        lambda: plot_lines(families.generic(3, 2)),
        lambda: save_picture(families.braid(3), "a.png"),
    ):
        with pytest.raises(MissingExtraError, match=r"pictures need matplotlib; install .*\[plot\]"):
            call()
    assert html(families.braid(3)) == (
        "<div><p>central arrangement: 3 rows in dimension 3, rank 2, 6 chambers: "
        "x1=x2, x1=x3, x2=x3</p></div>"
    )


@pytest.mark.parametrize(
    ("function", "arrangement"),
    [
        (plot_lines, families.shi(3)),
        (plot_sphere, families.braid(4)),
        (plot_zonotope, families.graphical([("a", "b"), ("b", "c"), ("c", "a")])),
    ],
)
def test_hyperplanes_are_called_by_their_names(function, arrangement):
    texts = [text.get_text() for text in function(arrangement, labels=None).texts]
    assert sorted(filter(None, texts)) == sorted(arrangement.names)
    bare = Arrangement(arrangement.normals, arrangement.offsets)
    numbers = [text.get_text() for text in function(bare, labels=None).texts]
    assert sorted(filter(None, numbers)) == sorted(map(str, range(len(bare))))


def test_a_lattice_has_a_box_a_flat_a_line_a_cover_and_its_moebius_values():
    """Partitions of four: 1, 6, 7 and 1 of them, with the values of Stanley (2012), example 3.10.4."""
    arrangement = families.braid(4)
    ax = draw(arrangement, "lattice")
    lattice = arrangement.flats()
    assert len(ax.lines) == len(lattice.covers) == 6 + 18 + 7
    texts = [text.get_text() for text in ax.texts]
    values = [text for text in texts if text.replace("\N{MINUS SIGN}", "").isdigit()]
    assert sorted(values) == sorted(
        ["1", "2", "2", "2", "2", "1", "1", "1"] + ["\N{MINUS SIGN}1"] * 6 + ["\N{MINUS SIGN}6"]
    )
    assert {"R^4", "6 rows", "x1=x2", "x1=x2\nx3=x4"} <= set(texts)
    boxes = [text for text in ax.texts if text.get_text() not in values]
    levels = [sum(box.get_position()[1] == k for box in boxes) for k in range(4)]
    assert tuple(levels) == lattice.flat_counts
    places = {tuple(box.get_position()) for box in boxes}
    assert len(places) == len(lattice)
    bare = plot_lattice(families.shi(3), moebius=False, labels=range(13))
    assert [text.get_text() for text in bare.texts] == list(map(str, range(13)))


def test_labels_of_a_solid_are_at_the_vertices_in_front():
    arrangement = families.type_b(3)
    ax = plot_zonotope(arrangement, labels="index")
    vertices = arrangement.zonotope().vertices().floats
    centre = vertices.mean(axis=0)
    towards = np.array([0.484, -0.775, 0.407])
    seen = {int(text.get_text()): np.array(text.get_position_3d()) for text in ax.texts}
    for index, place in seen.items():
        away = place - centre
        assert np.allclose(np.cross(away, vertices[index] - centre), 0, atol=1e-9)
    assert len(seen) > 24  # more than half: the outline belongs to both sides
    nearest = np.argsort((vertices - centre) @ towards)
    assert set(nearest[-15:].tolist()) <= set(seen) and not set(nearest[:12].tolist()) & set(seen)


def test_importing_the_module_does_not_import_matplotlib():
    code = "import sys, hyperplane_arrangements.pictures.notebook; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: plot_lines(families.braid(4)),
            "has dimension 4 and rank 3; lines in the plane need one of them",
        ),
        (lambda: plot_sphere(families.braid(3)), "arrangement is of rank 2; great circles need"),
        (lambda: plot_sphere(families.shi(3)), "arrangement is affine; great circles need"),
        (lambda: plot_sphere(families.braid(4), pole=[1, 1, 0, 0]), "pole is .* on a hyperplane"),
        (lambda: plot_zonotope(families.shi(3)), "arrangement is affine; a zonotope is drawn for"),
        (lambda: plot_zonotope(families.braid(5)), "arrangement is of rank 4; a zonotope is drawn for"),
        (
            lambda: plot_lines(families.generic(3, 2), values=[1]),
            r"values has shape \(1,\); give one for each of the 6",
        ),
        (
            lambda: plot_lines(families.generic(3, 2), labels="sign"),
            "labels is 'sign'; give 'signs', 'index'",
        ),
        (lambda: draw(families.braid(7)), "the arrangement has 5040 chambers, too many to be read"),
        (lambda: draw(families.braid(3), "torus"), "kind is 'torus'; choose one of lines, sphere"),
        (
            lambda: families.braid(3).draw(pole=[1, 2, 3]),
            "pole is no option of the picture 'lines'; it takes values, labels, cmap, window, title",
        ),
        (
            lambda: plot_lattice(families.braid(3), labels="index"),
            "labels is 'index'; give 'rows', None, or",
        ),
        (lambda: save_picture(families.braid(3), "a.bmp2"), "path is 'a.bmp2'; end it in one of"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_tope_graph_too_large_to_draw_is_refused_with_its_size():
    with pytest.raises(TooLargeError) as caught:
        plot_tope_graph(families.braid(8))
    assert caught.value.predicted == 40320
    with pytest.raises(TooLargeError, match="the lattice has more than 400 flats, too many to be read"):
        families.braid(7).draw("lattice")
