"""The panel of lines under a mouse, a finger and a keyboard."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import NEEDED, Page, opened

from duality_checks.reports.explorer.page import page
from duality_checks.reports.explorer.plane import plane_panel
from hyperplane_arrangements import Arrangement, named

pytestmark = NEEDED
CODE = "document.querySelector('details code').textContent"
# Two upright lines, a level one and a slanting one: 1 + 4 + 5 regions, 2 of them bounded.
FOUR = Arrangement([[1, 0], [1, 0], [0, 1], [1, 1]], [-4, 4, 2, 1])


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(page([plane_panel(FOUR, "four")]), tmp_path_factory.mktemp("plane"), height=1000) as shown:
        yield shown


@pytest.fixture
def shown(browser: Page) -> Page:
    """The page as it was at first."""
    choose(browser, 0)
    browser.ask("document.activeElement.blur()")
    return browser


def choose(shown: Page, k: int) -> None:
    shown.ask(f"""(() => {{
        const one = document.querySelector("select");
        one.selectedIndex = {k};
        one.dispatchEvent(new Event("change"));
    }})()""")


def plain(text: str) -> str:
    """Letters that keyboards have."""
    signs = {"\u2212": "-", "\u00b2": "^2", "\u03c7": "chi", "\u2032": "'", "\u2033": "''", "\u2713": "holds"}
    return text.translate(str.maketrans(signs))


def texts(shown: Page, selector: str) -> list[str]:
    return list(
        map(plain, shown.ask(f"[...document.querySelectorAll({selector!r})].map(one => one.innerText)"))
    )


def fact(shown: Page, name: str) -> str:
    return texts(shown, f"[data-fact={name}]")[0]


def counts(shown: Page) -> tuple[str, str, str]:
    return fact(shown, "regions"), fact(shown, "bounded"), fact(shown, "chi")


def drawn(shown: Page) -> dict[str, int]:
    """How many of each there are in the pictures."""
    kinds = (
        ".main .region",
        ".main .node",
        ".dual .node",
        ".main .point",
        ".dual .tile",
        ".dual .side",
        ".line",
    )
    return {kind: shown.ask(f"document.querySelectorAll('{kind}').length") for kind in kinds}


def place(shown: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the plane, which reaches 10 to each side of the middle, in the window."""
    return shown.place(".main", 0.5 + x / 20, 0.5 - y / 20)


def moved(shown: Page, x: float, y: float) -> tuple[float, float]:
    """A way in the plane, in pixels."""
    unit = shown.ask("document.querySelector('.main').getBoundingClientRect().width") / 20
    return unit * x, -unit * y


def test_the_page_begins_with_what_it_is_given(shown: Page) -> None:
    assert counts(shown) == ("10", "2", "t^2 - 4t + 5")
    assert fact(shown, "lines") == "4" and fact(shown, "points") == "5"
    assert fact(shown, "minus-one") == "1 + 4 + 5 = 10" and fact(shown, "one") == "|1 - 4 + 5| = 2"
    # A region is a node of the graph and of the tiling; a point is a tile; a piece of a line is a side.
    assert drawn(shown) == {
        ".main .region": 10, ".main .node": 10, ".dual .node": 10, ".main .point": 5, ".dual .tile": 5,
        ".dual .side": 3 + 3 + 4 + 4, ".line": 4,
    }  # fmt: skip


def test_a_line_is_dragged_through_a_point_of_others_and_really_meets_them_there(shown: Page) -> None:
    """The slanting line x + y = 1 to x + y = 6, which goes through (4, 2): a point of three."""
    shown.drag(place(shown, 1.5, -0.5), (0, 0))  # a click alone moves nothing
    assert counts(shown) == ("10", "2", "t^2 - 4t + 5")
    shown.drag(place(shown, 1.5, -0.5), moved(shown, 2.6, 2.6))
    assert fact(shown, "points") == "3, 1 of them multiple"
    assert counts(shown) == ("9", "1", "t^2 - 4t + 4 = (t - 2)^2")
    assert shown.ask("document.querySelectorAll('.main .point.many, .dual .tile.many').length") == 2
    shown.point(".dual .tile.many")
    assert texts(shown, ".told")[0].startswith(
        "Lines 1, 2 and 3 meet in (4, 2): a tile with 6 sides, and 3 - 1 = 2 for the last"
    )


def test_an_end_is_dragged_and_turns_the_line(shown: Page) -> None:
    """An end of the level line y = 2 goes to the point (-4, 5) of the lines 0 and 3."""
    goal = place(shown, -4.2, 5.2)
    boxes = "[...document.querySelectorAll('.grip[data-line=\"3\"]')].map(one => one.getBoundingClientRect())"
    start = min(shown.ask(f"{boxes}.map(box => [box.x + box.width / 2, box.y + box.height / 2])"))
    shown.drag(start, (goal[0] - start[0], goal[1] - start[1]))
    assert fact(shown, "points") == "3, 1 of them multiple" and counts(shown)[0] == "9"


def test_lines_are_added_and_deleted(shown: Page) -> None:
    shown.click("[data-do=add]")
    assert fact(shown, "lines") == "5" and drawn(shown)[".line"] == 5
    assert counts(shown)[0] == "15"  # the new one meets all others, in new points
    shown.click("[data-do=delete]")
    assert counts(shown) == ("10", "2", "t^2 - 4t + 5")
    assert shown.ask("document.querySelector('[data-do=delete]').disabled")
    # A new line is drawn beside the others; a short stroke is none.
    shown.drag(place(shown, -8, -8), moved(shown, 0.5, 0.5))
    assert fact(shown, "lines") == "4"
    shown.drag(place(shown, -8, -8), moved(shown, 7, -1))
    assert fact(shown, "lines") == "5" and counts(shown)[0] == "15"


def test_every_step_can_be_undone(shown: Page) -> None:
    assert shown.ask("document.querySelector('[data-do=undo]').disabled")
    seen = [shown.ask(CODE)]
    shown.drag(place(shown, 7, 2), moved(shown, 0, 4))
    seen.append(shown.ask(CODE))
    shown.press("ArrowDown")
    seen.append(shown.ask(CODE))
    shown.press("Delete")
    seen.append(shown.ask(CODE))
    shown.click("[data-do=add]")
    assert len({*seen, shown.ask(CODE)}) == 5
    for code in reversed(seen[1:]):
        shown.click("[data-do=undo]")
        assert shown.ask(CODE) == code
    shown.ask("document.querySelector('.line').focus()")
    shown.press("z", control=True)
    assert shown.ask(CODE) == seen[0] and shown.ask("document.querySelector('[data-do=undo]').disabled")


def test_what_was_dragged_is_code_that_says_the_same(shown: Page) -> None:
    """Strokes, turns and carries at random: the arrangement that the page writes counts as the page does."""
    draw = random.Random(3)
    for step in range(8):
        start, goal = ([draw.uniform(-9, 9) for _ in "xy"] for _ in "pq")
        shown.drag(place(shown, *start), moved(shown, goal[0] - start[0], goal[1] - start[1]))
        code = shown.ask(CODE)
        ours = eval(code, {"Arrangement": Arrangement})
        chi = ours.characteristic_polynomial().as_expr().subs("t", -1)
        assert (str(ours.count_chambers()), str(ours.n)) == (fact(shown, "regions"), fact(shown, "lines")), (
            code
        )
        assert str(ours.count_bounded_chambers()) == fact(shown, "bounded"), (step, code)
        assert fact(shown, "minus-one").endswith(f"= {abs(chi)}")
    assert int(fact(shown, "lines")) > 4


def test_without_any_line_the_plane_is_one_region(shown: Page) -> None:
    for _ in range(4):
        shown.ask("document.querySelector('.line').focus()")
        shown.press("Delete")
    assert counts(shown) == ("1", "0", "t^2") and fact(shown, "minus-one") == "1 + 0 + 0 = 1"
    assert drawn(shown)[".dual .node"] == drawn(shown)[".main .region"] == 1
    shown.click("[data-do=central]")
    shown.wait("document.querySelector('[data-do=central]').getAttribute('aria-pressed') === 'true'")
    for n in (1, 2, 3):  # through one point, and no two of them equal
        shown.click("[data-do=add]")
        assert counts(shown)[0] == str(2 * n)


def test_all_lines_go_through_one_point_and_back(shown: Page) -> None:
    shown.click("[data-do=central]")
    shown.wait("document.querySelector('[data-do=central]').getAttribute('aria-pressed') === 'true'")
    # The two upright ones are one now: three lines through a point.
    assert counts(shown) == ("6", "0", "t^2 - 3t + 2 = (t - 1)(t - 2)")
    assert drawn(shown)[".dual .tile"] == 1 and drawn(shown)[".dual .node"] == 6
    assert "Lines 0 and 1 are one and the same now, and count once." in shown.ask("document.body.textContent")
    # There a line is turned by pulling at it.
    shown.drag(place(shown, 0, 7), moved(shown, 3, 0))
    assert counts(shown)[0] == "8"
    shown.click("[data-do=central]")
    shown.wait("document.querySelector('[data-do=central]').getAttribute('aria-pressed') === 'false'")
    assert fact(shown, "lines") == "4" and fact(shown, "points") == "6" and counts(shown)[0] == "11"


def linked(shown: Page) -> list[list[Any]]:
    """The keys of what is marked, by picture."""
    return [
        shown.ask(f"[...document.querySelectorAll('{kind}.on')].map(one => one.dataset.key)")
        for kind in (".main .region", ".main .node", ".dual .node")
    ]


def test_a_region_its_dot_and_its_corner_are_marked_together(shown: Page) -> None:
    at = place(shown, 8, 8)
    shown.call("Input.dispatchMouseEvent", type="mouseMoved", x=at[0], y=at[1])
    assert linked(shown) == [["++++"]] * 3
    assert texts(shown, ".told")[0].startswith("Region +\u2009+\u2009+\u2009+: unbounded")
    seen = set()
    for k in range(10):
        shown.point(f".dual .node:nth-of-type({k + 1})")
        one, two, three = linked(shown)
        assert one == two == three and len(one) == 1
        seen.add(one[0])
    assert len(seen) == 10


def test_deletion_and_restriction_at_a_click(shown: Page) -> None:
    assert shown.ask("document.querySelector('.triple').textContent").endswith("what is seen on it.")
    shown.drag(place(shown, 7, 2), (0, 0))
    assert [card.split("\n")[1:] for card in texts(shown, "[data-card] figcaption")] == [
        ["chi = t^2 - 4t + 5", "10 regions"],
        ["chi = t^2 - 3t + 2", "6 regions"],
        ["chi = t - 3", "4 pieces"],
    ]
    sums = texts(shown, ".sum")
    assert sums[0] == "chi(A) = chi(A') - chi(A''): t^2 - 4t + 5 = (t^2 - 3t + 2) - (t - 3) holds"
    assert sums[1].startswith("regions: 10 = 6 + 4") and sums[1].endswith("holds")
    assert shown.ask("document.querySelectorAll('.three .cut').length") == 4
    # All sides of its colour are marked in the tiling.
    assert shown.ask("document.querySelectorAll('.dual .side.on').length") == 4
    shown.click("[data-do=delete]")
    assert counts(shown)[0] == "6"


def test_the_keyboard_does_it_too(shown: Page) -> None:
    shown.ask("document.querySelector('select').focus()")
    shown.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label').replace('\\u2212', '-')"
    assert shown.ask(focused) == "Line 0: x = -4"
    shown.press("ArrowRight")
    assert shown.ask(focused) == "Line 0: x = -3"
    for _ in range(7):
        shown.press("ArrowRight")
    assert "Lines 0 and 1 are one and the same now" in shown.ask("document.body.textContent")
    shown.press("ArrowRight", shift=True)
    assert shown.ask(focused) not in ("Line 0: x = 4", "Line 0: x = 5") and counts(shown)[0] == "11"
    shown.press("Delete")
    assert fact(shown, "lines") == "3" and shown.ask(focused) == "Line 1: x = 4"
    shown.press("Escape")
    assert shown.ask("document.querySelector('[data-do=delete]').disabled")


def test_a_finger_moves_a_line_but_draws_none(shown: Page) -> None:
    shown.call("Emulation.setTouchEmulationEnabled", enabled=True)
    shown.swipe(place(shown, 7, 2), moved(shown, 0, 4))
    assert counts(shown) == ("10", "2", "t^2 - 4t + 5")
    assert shown.ask("document.querySelector('.line.selected').getAttribute('aria-label')") == "Line 2: y = 6"
    shown.swipe(place(shown, 8, -8), moved(shown, -7, 1))
    assert fact(shown, "lines") == "4"
    shown.call("Emulation.setTouchEmulationEnabled", enabled=False)


def test_what_is_beyond_the_picture_can_be_brought_into_it(shown: Page) -> None:
    """An end of y = 2 moved a little: it meets y = 2 + x/100 nowhere near."""
    assert shown.ask("document.querySelector('[data-do=all]').hidden")
    shown.drag(place(shown, -8, -8), moved(shown, 16, 1))
    shown.drag(place(shown, -8, -6), moved(shown, 16, 0))
    text = shown.ask("document.querySelector('[data-do=all]').textContent")
    assert text.startswith("Show all (") and text.endswith(" beyond the picture)")
    hidden = int(fact(shown, "regions")) - drawn(shown)[".main .region"]
    assert hidden > 0 and f"({hidden} " in text
    shown.click("[data-do=all]")
    assert int(fact(shown, "regions")) == drawn(shown)[".main .region"]


@pytest.mark.parametrize("k", range(1, 12))
def test_every_example_counts_the_same_in_words_and_pictures(shown: Page, k: int) -> None:
    choose(shown, k)
    seen, name = drawn(shown), shown.ask("document.querySelector('select').value")
    assert fact(shown, "regions") == str(seen[".main .region"]) == str(seen[".dual .node"])
    assert fact(shown, "minus-one").endswith(f"= {fact(shown, 'regions')}")
    assert fact(shown, "points").split(",")[0] == str(seen[".dual .tile"])
    if "_" in name:
        ours = named(name)
        assert ours.count_chambers() == int(fact(shown, "regions")) * (2 if ours.rank == 3 else 1)


def test_letters_can_be_read_on_a_telephone_and_nothing_is_too_wide(shown: Page) -> None:
    shown.resize(390, 800)
    shown.ask("document.querySelector('.line').focus()")
    sizes = shown.ask("""[...document.querySelectorAll(".main text")].map(one =>
        parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)""")
    assert len(sizes) == 4 and min(sizes) > 9
    assert shown.ask("document.documentElement.scrollWidth") <= 390
    shown.resize(1100, 1000)


def test_a_page_of_many_lines_follows_the_hand(tmp_path: Path) -> None:
    """Tangents of a parabola: 1 + 26 + 325 regions."""
    many = Arrangement([[2 * k, 1] for k in range(-13, 13)], [-k * k for k in range(-13, 13)])
    with opened(page([plane_panel(many)]), tmp_path) as shown:
        assert counts(shown) == ("352", "300", "t^2 - 26t + 325")
        shown.ask("document.querySelector('.line').focus()")
        shown.press("ArrowUp")
        assert fact(shown, "lines") == "26"
