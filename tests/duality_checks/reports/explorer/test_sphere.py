"""The panel of the sphere: its numbers against exact ones, and what a mouse makes of it."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from collections.abc import Iterator
from fractions import Fraction
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import NEEDED, Page, opened

from duality_checks import TrainingProblem, certify, train
from duality_checks.cli import main
from duality_checks.data.datasets import TrainingData
from duality_checks.reports.explorer.leaves import leaves
from duality_checks.reports.explorer.page import page
from duality_checks.reports.explorer.sphere import Solved, solved, sphere_data, sphere_panel
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

NODE = shutil.which("node")
ROWS = [[2, 1, 1], [-1, 3, 1], [0, -2, 1], [1, 1, 1], [-2, -1, 1], [3, 0, 1], [1, -2, 1], [4, 2, 2]]
TARGETS = [1, -2, 1, 3, -1, 2, 0, 1]
POINTS = 100
# What the page says of directions, what its polygons enclose, and the cones that its checker sees.
RUN = """
const { data, points, problem, certificate } = JSON.parse(require("fs").readFileSync(0, "utf8"));
const model = Chambers.model(data), seen = [];
const angle = (a, b, c) => { // of the spherical triangle a b c, at b
  const side = other => Cones.unit(other.map((x, i) => x - Cones.dot(other, b) * b[i]));
  return Math.acos(Math.min(1, Math.max(-1, Cones.dot(side(a), side(c)))));
};
const area = corners => corners.reduce((total, b, i) =>
  total + angle(corners.at(i - 1), b, corners[(i + 1) % corners.length]) - Math.PI, 2 * Math.PI);
const rows = data.first.map(k => Cones.unit(data.rows[k]));
const areas = model.chambers.map(({ signs }) =>
  area(Cones.corners(data.first.map((k, j) => (signs[k] === "1" ? rows[j] : rows[j].map(x => -x))))));
const alone = Chambers.model({ ...data, chambers: null }); // which finds the chamber of a point by itself
const told = points.map(p => {
  const chamber = model.chamber(p), cone = side => model.cone(side, p).share;
  const own = alone.chamber(p), values = [chamber.plus, chamber.minus, own.plus, own.minus];
  return { value: model.value(p), values, cones: [cone("plus"), cone("minus")] };
});
const verdict = ConvexLandscape.check(problem, certificate, leaf => seen.push(leaf)).verdict;
console.log(JSON.stringify({ told, areas, seen, verdict }));
"""


def data_of(rows: list[list[int]], targets: list[int] = TARGETS) -> TrainingData:
    names = ("length", "width", "(ones)")[: len(rows[0])]
    return TrainingData("rows <of> a test", names, "y", exact_matrix(rows), tuple(map(Fraction, targets)))


@pytest.fixture(scope="module")
def one() -> Solved:
    return solved(data_of(ROWS), Fraction(1, 2), None)


# ------------------------------------------------------------------ the numbers


def exact_squares(z: tuple[Fraction, ...], u: tuple[int, ...]) -> tuple[Fraction, Fraction]:
    """The squares of the largest `z'phi(Xu)` and of its negative on the chamber of u, norm(u) <= 1.

    By brute force over its faces: c itself, projected to a plane, or to a ray (statement 2.3); in integers,
    up to a factor of each.
    """
    unit = math.lcm(*(weight.denominator for weight in z))
    turned = [(row, 1 if np.dot(row, u) > 0 else -1) for row in ROWS]
    sides = [np.array([side * x for x in row], object) for row, side in turned]
    on = [
        int(weight * unit) * side
        for weight, side, (_, sign) in zip(z, sides, turned, strict=True)
        if sign > 0
    ]
    c = sum(on, np.zeros(3, object))
    rays = [np.cross(a, b) for a, b in combinations(sides, 2)]
    best = []
    for gradient in (c, -c):
        found = [(gradient, 1)]
        found += [(gradient * (a @ a) - (gradient @ a) * a, a @ a) for a in sides]
        found += [((gradient @ ray) * ray, ray @ ray) for ray in rays if ray.any()]
        inside = [(e, size) for e, size in found if all(a @ e >= 0 for a in sides)]
        best.append(max((Fraction(e @ e, (size * unit) ** 2) for e, size in inside), default=Fraction(0)))
    return best[0], best[1]


@pytest.fixture(scope="module")
def directions() -> list[tuple[int, ...]]:
    """A hundred points on no plane of the rows."""
    rng = np.random.default_rng(2)
    found: list[tuple[int, ...]] = []
    while len(found) < POINTS:
        u = rng.integers(-999, 1000, 3)
        if all(np.array(ROWS) @ u):
            found.append(tuple(map(int, u)))
    return found


@pytest.fixture(scope="module")
def answer(one: Solved, directions: list[tuple[int, ...]]) -> dict[str, Any]:
    if NODE is None:
        pytest.skip("no Node: install Debian's package nodejs")
    data = sphere_data(one)
    back = np.linalg.inv(np.array(data["weights"]))
    points = [(back @ u / np.linalg.norm(back @ u)).tolist() for u in np.array(directions, float)]
    programs = [
        files("duality_checks.reports") / "cones.js",
        files("duality_checks.reports.explorer") / "chambers.js",
        files("duality_checks.reports") / "check.js",
    ]
    text = "\n".join(program.read_text(encoding="ascii") for program in programs)
    texts = {"problem": one.problem.to_json(), "certificate": one.certificate.to_json()}
    words = [NODE, "-e", text.replace('"use strict";', "") + RUN]
    job = json.dumps({"data": data, "points": points, **texts})
    found = subprocess.run(words, input=job, capture_output=True, text=True, check=True)
    return dict(json.loads(found.stdout))


def test_slacks_are_the_exact_ones(
    one: Solved, directions: list[tuple[int, ...]], answer: dict[str, Any]
) -> None:
    z, beta = one.certificate.dual, float(one.problem.beta)
    wrong = (-z[0], *z[1:])  # another dual vector: the same comparison finds it out
    differences = []
    for u, told in zip(directions, answer["told"], strict=True):
        squares = exact_squares(z, u)
        assert all(square <= one.problem.beta**2 for square in squares)
        sizes = [math.sqrt(square) for square in squares]
        assert told["values"] == pytest.approx(sizes + sizes, abs=1e-9 * beta)
        exact = sum(w * max(0, int(np.dot(row, u))) for row, w in zip(ROWS, z, strict=True))
        assert told["value"] == pytest.approx(float(exact) / math.hypot(*u), abs=1e-9)
        differences.append(abs(math.sqrt(exact_squares(wrong, u)[0]) - sizes[0]))
    assert max(differences) > 1e-3 * beta


def test_the_polygons_of_all_chambers_are_the_sphere(one: Solved, answer: dict[str, Any]) -> None:
    assert len(answer["areas"]) == one.problem.arrangement.count_chambers()
    assert min(answer["areas"]) > 0 and sum(answer["areas"]) == pytest.approx(4 * math.pi, rel=1e-9)


def test_cones_are_those_of_the_checker_in_the_page(one: Solved, answer: dict[str, Any]) -> None:
    assert answer["verdict"] == "PROVEN"
    for side, found in zip(("plus", "minus"), leaves(one.problem, one.certificate), strict=True):
        wanted = [leaf for leaf in answer["seen"] if leaf["side"] == side]
        assert [(leaf.face, list(leaf.lower), list(leaf.upper)) for leaf in found] == [
            (leaf["face"], leaf["from"], leaf["to"]) for leaf in wanted
        ]
        assert [leaf.share for leaf in found] == pytest.approx([leaf["share"] for leaf in wanted], rel=1e-6)
    beta = float(one.problem.beta)
    for told in answer["told"]:
        plus, minus = told["cones"]
        assert -minus * beta - 1e-6 <= told["value"] <= plus * beta + 1e-6 and max(plus, minus) <= 1


def test_rows_without_a_hyperplane_and_parallel_ones_are_told_apart() -> None:
    rows = [[0, 0, 0], *ROWS]
    data = sphere_data(solved(data_of(rows, [5, *TARGETS]), Fraction(1, 2), None))
    assert data["first"] == [1, 2, 3, 4, 5, 6, 7]  # the last row is twice the first
    assert data["rows"][0] == [0, 0, 0] and data["chambers"]["plus"]


def test_other_ranks_are_refused() -> None:
    for rows, rank in ((ROWS, 2), ([[*row, k**2] for k, row in enumerate(ROWS)], 4)):
        kept = [row[1:] for row in rows] if rank == 2 else rows
        with pytest.raises(InputError, match=f"the data have rank {rank}, and the sphere shows rank 3"):
            solved(data_of(kept), Fraction(1), None)


def test_a_list_of_chambers_has_no_cones() -> None:
    problem = TrainingProblem([[1, 0], [0, 1]], [1, 1], beta="1/2")
    with pytest.raises(InputError, match="certificate has no cover of all directions"):
        leaves(problem, certify(problem, train(problem)))


# ------------------------------------------------------------------ the mouse


@pytest.fixture(scope="module")
def browser(one: Solved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(page([sphere_panel(one)]), tmp_path_factory.mktemp("sphere")) as found:
        yield found


@pytest.fixture
def shown(browser: Page) -> Page:
    """The panel as it begins."""
    browser.click(".back")
    browser.click("[data-view=chambers]")
    drawn(browser)
    return browser


def drawn(shown: Page) -> None:
    shown.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def facing(shown: Page) -> np.ndarray:
    return np.array(list(map(float, shown.ask("document.querySelector('.sphere').dataset.facing").split())))


def told(shown: Page) -> dict[str, str]:
    parts = "[...document.querySelectorAll('.sphere .asked %s')].map(one => one.innerText)"
    return dict(zip(shown.ask(parts % "dt"), shown.ask(parts % "dd"), strict=True))


@NEEDED
def test_the_sphere_is_turned_by_the_mouse_a_finger_and_keys(shown: Page) -> None:
    assert facing(shown).tolist() == [0, 0, 1]
    x, y = shown.place("canvas", 0.4, 0.5)
    radius = shown.ask("document.querySelector('canvas').getBoundingClientRect().width") / 2 - 8
    shown.call("Input.dispatchMouseEvent", type="mousePressed", x=x, y=y, button="left", clickCount=1)
    for k in (1, 2, 3, 4):
        moved = {"x": x + 20 * k, "y": y}
        shown.call("Input.dispatchMouseEvent", type="mouseMoved", **moved, button="left", buttons=1)
    shown.call("Input.dispatchMouseEvent", type="mouseReleased", **moved, button="left", clickCount=1)
    # To the right by 80 pixels: what was to the left comes to the middle.
    assert facing(shown) == pytest.approx([-math.sin(80 / radius), 0, math.cos(80 / radius)], abs=2e-3)
    before = facing(shown)
    shown.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[{"x": x, "y": y}])
    for k in (1, 2, 3, 4):
        shown.call("Input.dispatchTouchEvent", type="touchMove", touchPoints=[{"x": x, "y": y - 20 * k}])
    shown.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    assert facing(shown) @ before == pytest.approx(math.cos(80 / radius), abs=2e-3)
    before = facing(shown)
    shown.press("ArrowUp")
    assert facing(shown) @ before == pytest.approx(math.cos(0.1), abs=1e-3)
    assert told(shown)["weights u"].startswith("length ")


@NEEDED
def test_a_chamber_pointed_at_tells_signs_rows_and_slack(one: Solved, shown: Page) -> None:
    data = sphere_data(one)
    for across, down in ((0.5, 0.5), (0.3, 0.6), (0.7, 0.35)):
        shown.point("canvas", across, down)
        size = shown.ask("document.querySelector('canvas').getBoundingClientRect().width")
        x, y = ((across - 0.5) * size / (size / 2 - 8), (0.5 - down) * size / (size / 2 - 8))
        p = np.array([x, y, math.sqrt(1 - x * x - y * y)])
        u = np.array(data["weights"]) @ p
        signs = np.array(ROWS) @ u > 0
        found = told(shown)
        assert found["signs of x_k\u2032u"] == "".join("+" if sign else "\N{MINUS SIGN}" for sign in signs)
        assert found["samples on"].startswith(f"{signs.sum()} of 8" if signs.any() else "none of 8")
        whole = tuple(int(value) for value in np.round(1e6 * u))
        squares = exact_squares(one.certificate.dual, whole)
        parts = found["slack of the chamber"].replace("\N{MINUS SIGN}", "-").split(", ")
        slacks = [float(part.split(" for")[0]) for part in parts]
        assert slacks == pytest.approx([0.5 - math.sqrt(square) for square in squares], abs=1e-4)
        plus, minus = map(math.sqrt, squares)
        assert_colour(shown, across, down, max(plus, minus) / 0.5, "plus" if plus >= minus else "minus")


def assert_colour(shown: Page, across: float, down: float, share: float, side: str) -> None:
    """The pixel is the side's colour over the paper, as strong as the slack is small; no circle is there."""
    drawn(shown)
    pixel, colors = shown.ask(f"""(() => {{
        const canvas = document.querySelector("canvas"), style = getComputedStyle(canvas);
        const at = [{across} * canvas.width, {down} * canvas.height].map(Math.round);
        const color = name => style.getPropertyValue(name).trim();
        const {{ data }} = canvas.getContext("2d").getImageData(...at, 1, 1);
        return [[...data], [color("--{side}"), color("--raised")]];
    }})()""")
    rgb = [[int(color[i : i + 2], 16) for i in (1, 3, 5)] for color in colors]
    wanted = [share**3 * a + (1 - share**3) * b for a, b in zip(*rgb, strict=True)]
    assert pixel[:3] == pytest.approx(wanted, abs=4)


@NEEDED
def test_a_neuron_is_turned_to_and_its_chamber_has_no_slack(one: Solved, shown: Page) -> None:
    shown.click(".to")
    at = np.array(sphere_data(one)["neurons"][0]["at"])
    assert facing(shown) == pytest.approx(at, abs=1e-3)
    found = told(shown)
    assert found["neurons in it"].startswith("neuron 1")
    side = 0 if one.certificate.network_output[0] > 0 else 1
    assert float(found["slack of the chamber"].split(", ")[side].split(" for")[0]) < 1e-6
    assert (
        abs(
            float(
                found["v\u2032\u03c6(Xu) here"].split(" = ")[1].split(" ")[0].replace("\N{MINUS SIGN}", "-")
            )
        )
        > 0.999
    )


@NEEDED
def test_the_cones_of_the_proof_are_shown(shown: Page) -> None:
    for side in ("plus", "minus"):
        shown.click(f"[data-view={side}]")
        shown.point("canvas", 0.45, 0.4)
        assert "on a cone around u" in told(shown)["what proves it"]
        assert (
            shown.ask(f"document.querySelector('[data-view={side}]').getAttribute('aria-pressed')") == "true"
        )
    assert "rows <of> a test" in shown.ask("document.querySelector('.sphere').innerText")


@NEEDED
def test_nothing_is_wider_than_the_screen(shown: Page) -> None:
    for width in (390, 1100):
        shown.resize(width, 900)
        drawn(shown)
        right = "[...document.querySelectorAll('.sphere *')].map(one => one.getBoundingClientRect().right)"
        assert shown.ask(f"Math.max(...{right})") <= width


# ------------------------------------------------------------------ the verb


def test_the_verb_shows_the_sphere_of_data_of_rank_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "houses.csv"
    table.write_text("area,rooms,price\n1,2,3\n2,2,5\n4,1,4.5\n3,3,1\n")
    words = ["explore", str(table), "--target", "price", "--beta", "1/4", "-o", str(tmp_path / "page.html")]
    assert main([*words, "--only", "sphere"]) == 0
    written = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert written.count("<section") == 1 and '"names": ["area", "rooms", "(ones)"]' in written
    capsys.readouterr()
    assert main([*words, "--only", "training"]) == 2
    assert "DATA are for --only sphere" in capsys.readouterr().err
