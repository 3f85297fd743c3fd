"""The panel of planes in space: its polyhedra, against published ones and geometry; and turning them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from browser import NEEDED, Page, opened

from duality_checks.commands.explore import PANELS
from duality_checks.reports.explorer.page import page
from duality_checks.reports.explorer.space import MOST_PLANES, space_of, space_panel
from hyperplane_arrangements import Arrangement, named
from hyperplane_arrangements.errors import InputError

# Corners, edges, faces by their sides, exponents, from the literature: permutohedron (truncated octahedron),
# truncated cuboctahedron, truncated icosidodecahedron, cuboid, and rhombic dodecahedron.
KNOWN = {
    "braid_4": (24, 36, {4: 6, 6: 8}, [1, 2, 3]),
    "type_b_3": (48, 72, {4: 12, 6: 8, 8: 6}, [1, 3, 5]),
    "h3": (120, 180, {4: 30, 6: 20, 10: 12}, [1, 5, 9]),
    "generic_3_3": (8, 12, {4: 6}, [1, 1, 1]),
    "generic_4_3": (14, 24, {4: 12}, None),
}


def faults(space: dict[str, Any]) -> list[str]:
    """What is wrong with chambers, walls and rays as the corners, edges and faces of a convex polyhedron."""
    corners = np.array([chamber["at"] for chamber in space["chambers"]])
    normals = np.array([plane["normal"] for plane in space["planes"]])
    pairs = {frozenset(wall[:2]) for wall in space["walls"]}
    sides: Counter[frozenset[int]] = Counter()
    found = set()
    for ray in space["rays"]:
        around, heights = ray["chambers"], corners @ np.array(ray["at"])
        top = set(np.flatnonzero(heights > heights.max() - 1e-4).tolist())
        found |= {"face"} if top != set(around) or len(around) != 2 * len(ray["planes"]) else set()
        found |= {"ray"} if np.abs(normals[ray["planes"]] @ np.array(ray["at"])).max() > 1e-4 else set()
        sides.update(frozenset((a, b)) for a, b in zip(around, [*around[1:], around[0]], strict=True))
    found |= {"edge"} if sides != Counter(dict.fromkeys(pairs, 2)) else set()
    for one, other, plane in space["walls"]:
        step = corners[other] - corners[one]
        found |= {"belt"} if np.abs(step - 2 * normals[plane]).max() > 1e-4 else set()
    if len(space["chambers"]) - len(space["walls"]) + len(space["rays"]) != 2:
        found.add("euler")
    return sorted(found)


@pytest.mark.parametrize("name", [*KNOWN, "near_pencil_5", "generic_7_3"])
def test_it_is_a_convex_polyhedron(name: str) -> None:
    assert faults(space_of(named(name), name)) == []


@pytest.mark.parametrize("name", KNOWN)
def test_it_is_the_polyhedron_of_the_literature(name: str) -> None:
    corners, edges, faces, exponents = KNOWN[name]
    space = space_of(named(name), name)
    assert (len(space["chambers"]), len(space["walls"])) == (corners, edges)
    assert Counter(len(ray["chambers"]) for ray in space["rays"]) == faces
    if exponents:
        assert space["chi"] == [round(x) for x in np.poly(exponents)]


def test_a_polyhedron_with_a_fault_is_noticed() -> None:
    """The controls: a ray turned round, a chamber less, a face out of order, another plane at a wall."""
    space = space_of(named("braid_4"), "braid_4")
    first, *rest = space["rays"]
    around = first["chambers"]
    turned = {**first, "at": [-x for x in first["at"]]}
    assert "face" in faults({**space, "rays": [turned, *rest]})
    shuffled = {**first, "chambers": [around[1], around[0], *around[2:]]}
    assert "edge" in faults({**space, "rays": [shuffled, *rest]})
    assert "euler" in faults({**space, "walls": space["walls"][1:]})
    one, other, plane = space["walls"][0]
    assert "belt" in faults({**space, "walls": [[one, other, (plane + 1) % 6], *space["walls"][1:]]})


def test_chambers_of_the_braid_arrangement_are_orders() -> None:
    """x1 - x2, ..., x3 - x4 at a point of each chamber; a wall exchanges neighbours in the order."""
    space = space_of(named("braid_4"), "braid_4")
    labels = [chamber["label"] for chamber in space["chambers"]]
    assert len(set(labels)) == 24
    for chamber in space["chambers"]:
        x = {int(i): place for place, i in enumerate(chamber["label"])}
        pairs = [(i, j) for i in (1, 2, 3) for j in range(i + 1, 5)]
        assert chamber["key"] == "".join("+" if x[i] > x[j] else "-" for i, j in pairs)
    for one, other, _ in space["walls"]:
        differ = [k for k in range(4) if labels[one][k] != labels[other][k]]
        assert len(differ) == 2 and differ[1] == differ[0] + 1


def test_rows_that_are_equal_or_zero_are_one_plane_or_none() -> None:
    rows = [[1, 0, 0, 0], [-2, 0, 0, 0], [0, 0, 0, 0], [0, 1, 0, 1], [0, 0, 1, 0]]
    space = space_of(Arrangement(rows), "five rows")
    assert [plane["name"] for plane in space["planes"]] == ["0", "3", "4"] and faults(space) == []


@pytest.mark.parametrize(
    ("arrangement", "message"),
    [
        (named("shi_3"), "is affine, of rank 2, with 6 hyperplanes; planes in space are central, of rank 3"),
        (Arrangement([[1, k, k * k] for k in range(MOST_PLANES + 1)]), "with 31 hyperplanes"),
    ],
)
def test_what_is_not_made_of_planes_in_space_is_refused(arrangement: Arrangement, message: str) -> None:
    with pytest.raises(InputError, match=message):
        space_of(arrangement, "no")


# ------------------------------------------------------------------ in a browser


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(page([space_panel()]), tmp_path_factory.mktemp("space")) as found:
        yield found


def told(shown: Page) -> str:
    return str(shown.ask("document.querySelector('.told').textContent"))


def count(shown: Page, selector: str) -> int:
    return int(shown.ask(f"document.querySelectorAll('{selector}').length"))


@NEEDED
def test_both_pictures_turn_under_the_mouse_and_by_keys(shown: Page) -> None:
    look = "['.ball', '.body'].map(one => document.querySelector(one).innerHTML)"
    seen = [shown.ask(look)]
    shown.drag(shown.place(".body"), (60, -30))
    seen.append(shown.ask(look))
    shown.press("ArrowLeft")
    seen.append(shown.ask(look))
    shown.drag(shown.place(".ball"), (-40, 50))
    seen.append(shown.ask(look))
    for k in (0, 1):
        assert len({one[k] for one in seen}) == 4
    # A face and the opposite one are never seen together, and as many walls are before as behind.
    assert count(shown, ".face") == 7 == count(shown, ".ray")
    assert count(shown, ".edge") + count(shown, ".hidden") == 36


@NEEDED
def test_what_is_pointed_at_is_marked_in_both(shown: Page) -> None:
    shown.point(".corner")
    assert told(shown).startswith("Chamber ") and "3 walls, so 3 edges at its corner." in told(shown)
    assert count(shown, ".corner.on") == 1
    shown.point(".face.plus")
    assert told(shown).startswith("A ray on the planes") and told(shown).endswith("a face with 6 sides.")
    assert count(shown, ".face.on") == count(shown, ".ray.on") == 1
    keys = shown.ask("[...document.querySelectorAll('.piece')].map(one => one.dataset.key)")
    corners = shown.ask("[...document.querySelectorAll('.corner')].map(one => one.dataset.key)")
    both = [key for key in keys if key in corners]
    shown.point(f".corner[data-key='{both[0]}']")
    assert shown.ask("document.querySelector('.piece.on').dataset.key") == both[0]


@NEEDED
def test_orders_are_written_and_can_be_left_out(shown: Page) -> None:
    assert count(shown, ".body .order") > 8 and count(shown, ".ball .order") > 4
    shown.click("[data-do=labels]")
    assert count(shown, ".order") == 0
    shown.click("[data-do=labels]")
    assert count(shown, ".order") > 12


@NEEDED
@pytest.mark.parametrize(("k", "name"), [(0, "braid_4"), (1, "type_b_3"), (2, "h3")])
def test_figures_are_those_of_the_literature(shown: Page, k: int, name: str) -> None:
    shown.ask(f"""(() => {{
        const one = document.querySelector("select");
        one.selectedIndex = {k};
        one.dispatchEvent(new Event("change"));
    }})()""")
    corners, edges, faces, exponents = KNOWN[name]
    facts = shown.ask("""Object.fromEntries(
        [...document.querySelectorAll("[data-fact]")].map(one => [one.dataset.fact, one.textContent]))""")
    minus = "\N{MINUS SIGN}"
    assert facts["chambers"] == str(corners) and facts["walls"] == str(edges)
    assert facts["euler"] == f"{corners} {minus} {edges} + {sum(faces.values())} = 2"
    assert facts["chi"].endswith("= " + "".join(f"(t {minus} {root})" for root in exponents or []))
    assert facts["zaslavsky"].endswith(f" = {corners}")


@NEEDED
def test_it_fits_on_a_telephone(shown: Page) -> None:
    shown.resize(390, 800)
    assert shown.ask("document.documentElement.scrollWidth") <= 390
    sizes = shown.ask("""[...document.querySelectorAll("svg text")].map(one =>
        parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)""")
    assert all(size > 9 for size in sizes)
    shown.resize(1100, 900)


def test_the_verb_offers_it() -> None:
    assert "space" in PANELS
