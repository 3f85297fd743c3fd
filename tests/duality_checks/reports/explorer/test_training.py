"""The panel of training data: dragged by a mouse, moved by keys, and what it says then."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from browser import NEEDED, Page, opened

from duality_checks import TrainingProblem, train
from duality_checks.cli import main
from duality_checks.data.datasets import TrainingData
from duality_checks.reports.explorer.page import page
from duality_checks.reports.explorer.training import MOST_POINTS, points_of, training_panel
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

X = [-2, -1, 0, 1, 2]
Y = [-1, 0, 1, 0, 1]


def data_of(x: list[int], y: list[int], **more: Any) -> TrainingData:
    rows = exact_matrix([(at, 1) for at in x])
    return TrainingData("five", ("area", "(ones)"), "price", rows, tuple(map(Fraction, y)), **more)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    text = page([training_panel(data_of(X, Y), Fraction(1, 4))])
    with opened(text, tmp_path_factory.mktemp("training")) as found:
        yield found


@pytest.fixture
def shown(browser: Page) -> Page:
    """The panel as it begins."""
    browser.ask("document.querySelector('.set').dispatchEvent(new Event('change'))")
    browser.wait("document.querySelectorAll('.point').length === 5 && document.querySelector('.neuron')")
    return browser


def fact(shown: Page, name: str) -> str:
    return str(shown.ask(f"document.querySelector('[data-fact={name}]').innerText"))


def number(shown: Page, name: str) -> float:
    return float(fact(shown, name).replace("\N{MINUS SIGN}", "-"))


def drag(shown: Page, start: tuple[float, float], by: tuple[float, float]) -> None:
    """Down, along in steps, and up, as a hand does."""
    shown.drag(start, by)
    shown.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def pixels(shown: Page, selector: str) -> list[float]:
    """Where the middle of an element is."""
    found = shown.ask(
        f"(() => {{ const b = document.querySelector({selector!r}).getBoundingClientRect();"
        " return [b.x + b.width / 2, b.y + b.height / 2]; })()"
    )
    return [float(value) for value in found]


# ------------------------------------------------------------------ the mouse


@NEEDED
def test_a_target_is_dragged_and_the_optimum_follows(shown: Page) -> None:
    problem = TrainingProblem([[x, 1] for x in X], Y, beta="1/4")
    assert number(shown, "optimum") == pytest.approx(train(problem).upper, rel=1e-3)
    assert int(fact(shown, "neurons")) == len(
        shown.ask("[...document.querySelectorAll('.curve .neuron')].map(_ => 1)")
    )
    label = shown.ask("document.querySelector('[data-point=\"2\"]').getAttribute('aria-label')")
    assert label.startswith("area 0, price 1:")
    drag(shown, shown.place('[data-point="2"]'), (0, 60))
    label = shown.ask("document.querySelector('[data-point=\"2\"]').getAttribute('aria-label')")
    y = float(label.split("price ")[1].split(":")[0].replace("\N{MINUS SIGN}", "-"))
    assert y < 0.6 and label.startswith("area 0,")
    moved = TrainingProblem([[x, 1] for x in X], [-1, 0, y, 0, 1], beta="1/4")
    assert number(shown, "optimum") == pytest.approx(train(moved).upper, rel=2e-3)
    assert number(shown, "gap") <= 1e-9


@NEEDED
def test_a_finger_drags_a_target_and_does_not_scroll(shown: Page) -> None:
    label = "document.querySelector('[data-point=\"2\"]').getAttribute('aria-label')"
    shown.resize(390, 500)
    shown.call("Emulation.setTouchEmulationEnabled", enabled=True)
    start, scrolled = shown.place('[data-point="2"]'), shown.ask("scrollY")
    shown.swipe(start, (0, 60))
    shown.wait(f"!{label}.startsWith('area 0, price 1:')")
    assert pixels(shown, '[data-point="2"]')[1] - start[1] > 50 and shown.ask("scrollY") == scrolled
    shown.call("Emulation.setTouchEmulationEnabled", enabled=False)
    shown.resize(1100, 900)


@NEEDED
def test_neurons_go_as_beta_rises_and_the_curve_no_longer_touches(shown: Page) -> None:
    assert int(fact(shown, "neurons")) > 1
    left = shown.place(".beta", 0.01)
    for kind in ("mousePressed", "mouseReleased"):
        shown.call("Input.dispatchMouseEvent", type=kind, x=left[0], y=left[1], button="left", clickCount=1)
    shown.wait("Number(document.querySelector('[data-fact=share]').innerText) < 0.01")
    many = int(fact(shown, "neurons"))
    shown.ask("document.querySelector('.beta').focus()")
    shown.press("End")
    shown.wait("document.querySelector('[data-fact=neurons]').innerText === '0'")
    shown.wait("!document.querySelector('.neuron')")
    assert many >= 3 and number(shown, "share") == pytest.approx(1.5, rel=1e-2)
    assert "no neuron pays for its weight decay" in shown.ask("document.querySelector('.says').innerText")
    assert number(shown, "optimum") == pytest.approx(0.5 * sum(y * y for y in Y))


@NEEDED
def test_the_band_is_dragged(shown: Page) -> None:
    before = number(shown, "share")
    middle, top = pixels(shown, ".curve .zero")[1], pixels(shown, '.grip[data-sign="1"]')
    drag(shown, (top[0], top[1]), (0, (middle - top[1]) / 2))
    assert number(shown, "share") == pytest.approx(before / 2, rel=0.05)
    lower = pixels(shown, '.grip[data-sign="-1"]')  # let go, the band is as wide as it was
    assert lower[1] - middle == pytest.approx(middle - top[1], abs=1.5)
    drag(shown, (lower[0], lower[1]), (0, 0.3 * (lower[1] - middle)))
    assert number(shown, "share") == pytest.approx(0.65 * before, rel=0.05)


@NEEDED
def test_a_direction_pointed_at_is_a_ramp(shown: Page) -> None:
    problem = TrainingProblem([[x, 1] for x in X], Y, beta="1/4")
    shown.point(".curve .neuron")
    shown.wait("document.querySelector('.told').innerText.startsWith('u at')")
    told = shown.ask("document.querySelector('.told').innerText").replace("\N{MINUS SIGN}", "-")
    value = float(told.rsplit("= ", 2)[-1].split(" ")[0])
    assert abs(value) == pytest.approx(1, abs=0.01) and "of 5 samples" in told
    shown.wait("document.querySelectorAll('.ghost, .curve .asked, .round .asked').length === 3")
    assert float(told.split("g(u) = ")[1].split(" =")[0]) == pytest.approx(
        value * float(problem.beta), rel=1e-2
    )


@NEEDED
def test_points_are_added_removed_and_moved_by_keys(shown: Page) -> None:
    count = "document.querySelectorAll('.point').length"
    shown.click(".add")
    shown.wait(f"{count} === 6")
    shown.ask("document.querySelector('[data-point=\"5\"]').focus()")
    before = pixels(shown, '[data-point="5"]')
    shown.press("ArrowUp")
    shown.wait("document.activeElement.dataset.point === '5'")
    shown.ask("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert pixels(shown, '[data-point="5"]')[1] < before[1] - 1
    shown.press("Delete")
    shown.wait(f"{count} === 5")
    x, y = shown.place(".learned", 0.5, 0.2)
    for clicks in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            shown.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=clicks)
    shown.wait(f"{count} === 6")
    for _ in range(5):
        shown.click(".remove")
    shown.wait(f"{count} === 1 && document.querySelector('.remove').disabled")


@NEEDED
def test_nothing_is_wider_than_the_screen(shown: Page) -> None:
    for width in (390, 1100):
        shown.resize(width, 900)
        # No letter shrinks.
        shown.wait("Math.abs(document.querySelector('.learned').getScreenCTM().a - 1) < 1e-3")
        assert shown.ask("document.documentElement.scrollWidth") <= width
        right = "[...document.querySelectorAll('.training *')].map(one => one.getBoundingClientRect().right)"
        assert shown.ask(f"Math.max(...{right})") <= width
        assert shown.ask("getComputedStyle(document.querySelector('.learned text')).fontSize") == "12px"


# ------------------------------------------------------------------ the data


def test_points_are_those_of_the_data() -> None:
    found = training_panel(data_of([3, 4], [5, 6]), None, Fraction(1, 10)).data
    assert found == {"title": "five", "names": ["area", "price"], "x": [3, 4], "y": [5, 6], "ratio": 0.1}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (data_of([1] * (MOST_POINTS + 1), [1] * (MOST_POINTS + 1)), "201 samples; the page solves up to 200"),
        (data_of([1, 2], [1, 2], weights=(Fraction(1), Fraction(2))), "leave --weights out"),
        (
            TrainingData("two", ("a", "b"), "y", exact_matrix([[2, 3]]), (Fraction(1),)),
            "columns a, b; points are drawn over one feature beside a column of ones; choose it",
        ),
    ],
)
def test_what_are_no_points_is_refused(data: TrainingData, message: str) -> None:
    with pytest.raises(InputError, match=message):
        points_of(data)


def test_the_verb_takes_columns_as_certify_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "houses.csv").write_text("area,rooms,price\n1,2,3\n2,2,5\n4,1,4.5\n")
    words = [
        "explore",
        str(tmp_path / "houses.csv"),
        "--target",
        "price",
        "--features",
        "area",
        "--beta",
        "1/4",
    ]
    assert main([*words, "-o", str(tmp_path / "page.html")]) == 0
    written = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '"names": ["area", "price"], "x": [1.0, 2.0, 4.0], "y": [3.0, 5.0, 4.5], "beta": 0.25' in written
    assert written.index("mountTraining") < written.index('data-mount="mountPlane"')
    for more, message in (
        (["--target", "rooms"], "one --target"),
        (["--beta-ratio", "1"], "exclude each other"),
    ):
        assert main([*words, *more, "-o", str(tmp_path / "no.html")]) == 2
        assert message in capsys.readouterr().err
    assert main(["explore", "--beta", "1", "-o", str(tmp_path / "no.html")]) == 2
    assert "are for DATA" in capsys.readouterr().err and not (tmp_path / "no.html").exists()
