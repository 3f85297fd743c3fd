"""The page: what it says, that it asks for nothing, and that it can be read on any screen."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from browser import NEEDED, measured, screenshot, share

from duality_checks import TrainingProblem, TwoLayerNetwork, Verdict
from duality_checks.data.datasets import TrainingData
from duality_checks.pricing.dual_norm import dual_norm
from duality_checks.pricing.landscape import Landscape
from duality_checks.reports.bounds import plot_bounds
from duality_checks.reports.html import html
from duality_checks.reports.html_page import facts, table
from duality_checks.reports.outcome import Outcome, prove
from duality_checks.reports.pictures import plot_function, plot_landscape, varying_columns
from duality_checks.reports.slack import chamber_values
from hyperplane_arrangements.errors import InputError


def outcome_of(features: np.ndarray, target: np.ndarray, names: tuple[str, ...]) -> Outcome:
    def exact(values: np.ndarray) -> tuple[Fraction, ...]:
        return tuple(Fraction(float(value)).limit_denominator(100) for value in values)

    data = TrainingData("<script>alert(1)</script>", names, "$y_", tuple(map(exact, features)), exact(target))
    return prove(
        [data],
        beta=None,
        beta_ratio=Fraction(1, 20),
        activation="relu",
        max_chambers=10**5,
        say=lambda text: None,
    )


@pytest.fixture(scope="module")
def jobs() -> dict[int, Outcome]:
    """A job of each rank from 1 to 4; at 2 and 3 the last column is a bias."""
    rng = np.random.default_rng(5)
    features = rng.normal(size=(9, 4))
    features[:, 3] += features[:, 0]
    target = np.sin(3 * features[:, 0]) + features[:, 1]
    bias = np.ones((9, 1))
    return {
        1: outcome_of(features[:, :1], target, ("a",)),
        2: outcome_of(np.hstack([features[:, :1], bias]), target, ("$a^", "(ones)")),
        3: outcome_of(np.hstack([features[:, :2], bias]), target, ("a", "b & c", "(ones)")),
        4: outcome_of(features, target, ("a", "b", "c", "d")),
    }


@pytest.fixture(scope="module")
def pages(jobs: dict[int, Outcome]) -> dict[int, str]:
    """The page of each job."""
    return {rank: html(outcome) for rank, outcome in jobs.items()}


# The documents of the page and its programs, and none from the data.
SCRIPTS = [
    *(f'<script type="application/json" id="{kind}-0">' for kind in ("problem", "certificate")),
    *(f'<script id="{name}">' for name in ("cones", "check", "page")),
]


class Outline(HTMLParser):
    """Checks that every element is closed, and keeps all ids and links."""

    EMPTY = frozenset({"meta", "br", "img", "path", "use", "image"})

    def __init__(self, page: str):
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.EMPTY:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name in ("src", "href", "xlink:href"):
                self.links.append(str(value))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.EMPTY:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.EMPTY:
            assert self.open.pop() == tag


@pytest.mark.parametrize("rank", [1, 2, 3, 4])
def test_a_page_is_well_formed_and_stands_alone(pages: dict[int, str], rank: int) -> None:
    page = pages[rank]
    outline = Outline(page)
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith(("#", "data:image/png;base64,")) for link in outline.links)
    assert not re.search(r"@import|url\((?!#)", page)
    assert "Content-Security-Policy\" content=\"default-src 'none';" in page
    assert re.findall("<script[^>]*>", page) == SCRIPTS and "&lt;script&gt;" in page
    assert page.count("<svg ") == {1: 2, 2: 3, 3: 4, 4: 2}[rank]


def test_a_page_says_what_is_proven_and_what_is_not(jobs: dict[int, Outcome], pages: dict[int, str]) -> None:
    outcome, page = jobs[2], pages[2]
    assert "<strong>PROVEN</strong>" in page
    low, high = re.search(r"([\d.]+) &le; p\* &le; ([\d.]+)", page).groups()
    assert Fraction(low) <= outcome.lower <= outcome.upper <= Fraction(high)
    assert "What is not proven" in page
    assert outcome.parts[0].certificate.problem in page


def test_a_refused_job_is_shown_as_refused(jobs: dict[int, Outcome], pages: dict[int, str]) -> None:
    refused = replace(jobs[2].parts[0], verdict=Verdict(False, "dual: <too> long"))
    page = html(Outcome.of_parts([refused], None, jobs[2].seconds))
    assert "<strong>REFUSED</strong>" in page and "dual: &lt;too&gt; long. Nothing below is proven." in page
    assert "PROVEN</strong>" not in page
    assert "interval, proven" in pages[2] and "interval, proven" not in page


def test_without_matplotlib_a_sentence_stands_in_place_of_pictures(
    jobs: dict[int, Outcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    page = html(jobs[3])
    assert "<svg" not in page
    assert "they need matplotlib. Install the extra <code>convex-landscape[plot]</code>" in page
    Outline(page)


def test_equal_jobs_give_equal_pages(jobs: dict[int, Outcome], pages: dict[int, str]) -> None:
    assert html(jobs[2]) == pages[2]


# ------------------------------------------------------------------ pictures


@pytest.mark.parametrize("rank", [2, 3])
def test_the_largest_chamber_value_is_the_dual_norm(jobs: dict[int, Outcome], rank: int) -> None:
    """Over a witness of every chamber the larger of the two values is `norm_dual(v)`, found otherwise."""
    problem, dual = jobs[rank].parts[0].problem, jobs[rank].parts[0].solution.dual
    landscape = Landscape.of(problem)
    inside = problem.arrangement.chambers().witnesses.astype(float) @ landscape.basis
    plus, minus = chamber_values(landscape, dual, inside)
    assert max(plus.max(), minus.max()) == pytest.approx(dual_norm(problem, dual), rel=1e-9)
    none, _ = chamber_values(landscape, dual, inside, floor=1e9)
    assert not none.any()


def test_the_curve_goes_through_the_networks_values(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[2]
    network = outcome.network
    ax = plot_function(outcome.problems[0], network, names=["x", "one", "y"])
    line = ax.lines[0]
    x, y = line.get_xdata(), line.get_ydata()
    table = np.column_stack([x, np.ones(len(x))])
    assert np.allclose(y, network.predict(table))
    # The function is linear between the corners that are drawn.
    assert np.allclose(
        np.interp(outcome.problems[0].features[:, 0], x, y), network.outputs(outcome.problems[0])
    )
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("x", "y")


def test_the_landscape_stays_between_the_lines_and_touches_them_at_the_neurons(
    jobs: dict[int, Outcome],
) -> None:
    problem, solution = jobs[2].problems[0], jobs[2].parts[0].solution
    ax = plot_landscape(problem, solution.dual, solution.network)
    heights = ax.lines[0].get_ydata()
    beta = float(problem.beta)
    assert np.abs(heights).max() <= beta * (1 + 1e-9)
    neurons = [line for line in ax.lines if line.get_marker() == "o"]
    assert len(neurons) == solution.network.width
    landscape = Landscape.of(problem)
    for line in neurons:
        angle = np.radians(float(line.get_xdata()[0]))
        value = landscape.values(solution.dual, np.array([[np.cos(angle), np.sin(angle)]]))[0]
        assert value == pytest.approx(float(line.get_ydata()[0]), rel=1e-6)


def test_a_dual_that_is_too_long_crosses_the_lines(jobs: dict[int, Outcome]) -> None:
    problem, solution = jobs[2].problems[0], jobs[2].parts[0].solution
    ax = plot_landscape(problem, 2 * solution.dual, solution.network)
    assert np.abs(ax.lines[0].get_ydata()).max() > 1.9 * float(problem.beta)


def test_of_many_samples_and_chambers_some_are_drawn() -> None:
    import matplotlib

    matplotlib.use("Agg")
    x = np.linspace(-1, 1, 4500)
    features, target = np.column_stack([x, np.ones(4500)]), np.abs(x)
    problem = TrainingProblem(features, target, beta=100)
    network = TwoLayerNetwork([[1.0, 0.0], [-1.0, 0.0]], [1.0, 1.0])
    drawn = plot_function(problem, network).lines[-1].get_xydata()
    assert drawn.tolist() == np.column_stack([x, target])[::3].tolist()
    ax = plot_landscape(problem, target, network)
    assert [len(one.get_paths()) for one in ax.collections] == [360]
    # The curve is the landscape at every angle, whatever is drawn of its chambers.
    angles, heights = ax.lines[0].get_xydata().T
    rows = (
        features
        @ (
            np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))]).T
            @ Landscape.of(problem).basis.T
        ).T
    )
    assert np.allclose(heights, target @ np.maximum(rows, 0))


def test_pictures_that_cannot_be_drawn_say_so(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[4]
    with pytest.raises(InputError, match="problem has rank 4; its landscape is drawn at rank 2 or 3"):
        plot_landscape(outcome.problems[0], outcome.parts[0].solution.dual, outcome.network)
    with pytest.raises(InputError, match="history is empty"):
        plot_bounds([])


def test_the_bounds_stand_at_their_times_and_the_proof_after_them(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[3]
    certificate = outcome.parts[0].certificate
    proven = (9.5, certificate.lower, certificate.upper)
    ax = plot_bounds(outcome.parts[0].history, proven=proven)
    upper, lower, diamond = ax.lines
    for line, name in ((upper, "upper bound, numerical"), (lower, "lower bound, numerical")):
        assert line.get_label() == name
        assert list(line.get_xdata()) == [bounds.seconds for bounds in outcome.parts[0].history]
        assert min(line.get_ydata()) > 0
    assert diamond.get_label() == "interval, proven"
    assert diamond.get_xdata()[0] == 9.5
    width = (certificate.upper - certificate.lower) / certificate.upper
    assert diamond.get_ydata()[0] == pytest.approx(float(width), rel=1e-12)
    assert len(plot_bounds(outcome.parts[0].history).lines) == 2


def test_a_constant_column_is_a_bias(jobs: dict[int, Outcome]) -> None:
    assert [len(varying_columns(jobs[rank].problems[0])) for rank in (1, 2, 3, 4)] == [1, 1, 2, 4]


# ------------------------------------------------------------------ parts


def test_numbers_stand_to_the_right_and_texts_are_escaped() -> None:
    found = table(["name", "value"], [["<a>", "+1.5e-3"], ["b", "2,000"]])
    assert found.count('class="number"') == 3
    assert "&lt;a&gt;" in found
    assert facts([("a", "1 < 2")]).endswith("<dd>1 &lt; 2</dd></div></dl>")


# ------------------------------------------------------------------ in a browser


@NEEDED
@pytest.mark.slow
def test_a_narrow_page_holds_everything_and_nothing_overflows(pages: dict[int, str], tmp_path: Path) -> None:
    seen = measured(pages[3], tmp_path, width=400)
    assert seen["width"] <= 400
    assert seen["overflowing"] == []
    assert len(seen["pictures"]) == 4
    assert seen["headings"][1:] == ["In pictures", "The network", "The proof", "What is not proven"]
    assert "≤ p* ≤" in seen["text"]


@NEEDED
@pytest.mark.slow
def test_the_measurement_sees_a_page_that_overflows(pages: dict[int, str], tmp_path: Path) -> None:
    page = pages[1].replace("<header>", '<header><img width="900" height="1">')
    seen = measured(page, tmp_path, width=400)
    assert seen["width"] > 900 and "IMG." in seen["overflowing"]


@NEEDED
@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "paper", "ink", "plus", "other"),
    [
        ("light", "#fffefb", "#1d2730", "#dd6b35", "#f08a58"),
        ("dark", "#12171c", "#e8ecef", "#f08a58", "#dd6b35"),
    ],
)
def test_a_screenshot_has_the_colours_of_its_scheme(
    pages: dict[int, str], tmp_path: Path, scheme: str, paper: str, ink: str, plus: str, other: str
) -> None:
    pixels = screenshot(pages[2], tmp_path, scheme=scheme)
    assert share(pixels, paper) > 0.3
    assert share(pixels, ink) > 0.003
    assert share(pixels, plus) > 0.0005 > 5 * share(pixels, other)
