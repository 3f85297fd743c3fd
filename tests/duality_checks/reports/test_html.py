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
from duality_checks.reports.bounds import bounds_picture
from duality_checks.reports.drawing.marks import INK, MINUS, MUTED, PLUS, Columns, Dots, Field, Line, Picture
from duality_checks.reports.function_picture import function_picture, varying_columns
from duality_checks.reports.half_spheres import far_side, pixels_of_half, whitened
from duality_checks.reports.html import html
from duality_checks.reports.html_page import facts, table
from duality_checks.reports.landscape_picture import landscape_picture
from duality_checks.reports.outcome import Outcome, prove
from duality_checks.reports.slack import chamber_values
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix


def outcome_of(features: np.ndarray, target: np.ndarray, names: tuple[str, ...]) -> Outcome:
    def exact(values: np.ndarray) -> tuple[Fraction, ...]:
        return tuple(Fraction(float(value)).limit_denominator(100) for value in values)

    data = TrainingData(
        "<script>alert(1)</script>", names, "$y_", exact_matrix(list(map(exact, features))), exact(target)
    )
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
    page = html(Outcome.of_parts(jobs[2].problem, [refused], None, jobs[2].seconds))
    assert "<strong>REFUSED</strong>" in page and "dual: &lt;too&gt; long. Nothing below is proven." in page
    assert "PROVEN</strong>" not in page
    assert "interval, proven" in pages[2] and "interval, proven" not in page


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_no_picture_of_a_page_needs_matplotlib(
    jobs: dict[int, Outcome], pages: dict[int, str], monkeypatch: pytest.MonkeyPatch, rank: int
) -> None:
    for module in ("matplotlib", "PIL"):
        monkeypatch.setitem(sys.modules, module, None)
    assert html(jobs[rank]) == pages[rank]


def test_names_in_pictures_are_plain_text(pages: dict[int, str]) -> None:
    assert ">b &amp; c</text>" in pages[3] and ">$a^</text>" in pages[2] and ">$y_</text>" in pages[2]


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


def lines(picture: Picture, color: str) -> list[np.ndarray]:
    return [mark.points for mark in picture.marks if isinstance(mark, Line) and mark.color == color]


def dots(picture: Picture, shape: str = "circle") -> list[Dots]:
    return [mark for mark in picture.marks if isinstance(mark, Dots) and mark.shape == shape]


def test_the_curve_goes_through_the_networks_values(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[2]
    problem, network = outcome.problem, outcome.network
    picture = function_picture(problem, network, names=["x", "one", "y"])
    (curve,) = lines(picture, PLUS)
    x, y = curve.T
    assert np.allclose(y, network.predict(np.column_stack([x, np.ones(len(x))])))
    # The function is linear between the corners that are drawn.
    assert np.allclose(np.interp(problem.features[:, 0], x, y), network.outputs(problem))
    kinks, samples = dots(picture)
    assert (kinks.places == curve[1:-1]).all() and len(kinks.places) <= network.width
    assert (samples.places == np.column_stack([problem.features[:, 0], problem.target])).all()
    assert (picture.across.name, picture.up.name) == ("x", "y")


def test_over_two_features_colours_and_lines_are_where_the_network_says(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[3]
    problem, network = outcome.problem, outcome.network
    picture = function_picture(problem, network)

    def value(points: np.ndarray) -> np.ndarray:
        return network.predict(np.column_stack([points, np.ones(len(points))]))

    (field,) = (mark for mark in picture.marks if isinstance(mark, Field))
    across, up = (np.linspace(*field.box[k : k + 2], 240) for k in (0, 2))
    rows, columns = np.array([3, 77, 200]), np.array([5, 150, 239])
    shown = value(np.column_stack([across[columns], up[rows]]))
    scale = shown[0] / field.tones[rows, columns][0]
    assert np.allclose(scale * field.tones[rows, columns], shown)
    assert np.abs(field.tones).max() <= 1 and scale >= np.abs(problem.target).max() * (1 - 1e-12)
    (zero,) = lines(picture, INK)
    zero = zero[~np.isnan(zero[:, 0])]
    assert len(zero) and np.abs(value(zero)).max() < 1e-2 * scale
    walls, strokes = lines(picture, MUTED)
    ends = walls[~np.isnan(walls[:, 0])].reshape(network.width, 2, 2)
    for weights, pair in zip(network.hidden, ends, strict=True):
        assert np.allclose(pair @ weights[:2] + weights[2], 0, atol=1e-9 * np.abs(weights).max())
    feet, tips = strokes[0::3], strokes[1::3]
    on = [(np.sign(w[:2] @ (tips - feet).T) > 0) & np.isclose(feet @ w[:2], -w[2]) for w in network.hidden]
    assert np.any(on, axis=0).all()  # each stroke begins on a neuron's line and goes to where it is on
    (samples,) = dots(picture)
    assert (np.sign(samples.tones) == np.sign(problem.target)).all()


def test_the_landscape_stays_between_the_lines_and_touches_them_at_the_neurons(
    jobs: dict[int, Outcome],
) -> None:
    problem, solution = jobs[2].problem, jobs[2].parts[0].solution
    picture = landscape_picture(problem, solution.dual, solution.network)
    (curve,) = lines(picture, INK)
    beta = float(problem.beta)
    assert np.abs(curve[:, 1]).max() <= beta * (1 + 1e-9)
    assert [float(points[0, 1]) for color in (PLUS, MINUS) for points in lines(picture, color)] == [
        beta,
        -beta,
    ]
    neurons = np.concatenate([mark.places for mark in dots(picture)])
    assert len(neurons) == solution.network.width
    landscape = Landscape.of(problem)
    for angle, height in neurons:
        direction = np.array([[np.cos(np.radians(angle)), np.sin(np.radians(angle))]])
        assert landscape.values(solution.dual, direction)[0] == pytest.approx(height, rel=1e-6)


def test_a_dual_that_is_too_long_crosses_the_lines(jobs: dict[int, Outcome]) -> None:
    problem, solution = jobs[2].problem, jobs[2].parts[0].solution
    (curve,) = lines(landscape_picture(problem, 2 * solution.dual, solution.network), INK)
    assert np.abs(curve[:, 1]).max() > 1.9 * float(problem.beta)


def test_neurons_sit_in_chambers_of_full_colour_on_the_two_halves(jobs: dict[int, Outcome]) -> None:
    problem, solution = jobs[3].problem, jobs[3].parts[0].solution
    seen = 0
    for pole in (None, far_side(problem)):
        picture = landscape_picture(problem, solution.dual, solution.network, pole)
        (field,) = (mark for mark in picture.marks if isinstance(mark, Field))
        for shape, sign in (("up", 1), ("down", -1)):
            for x, y in np.concatenate([mark.places for mark in dots(picture, shape)]):
                i, j = (int((t + 1) / 2 * len(field.tones)) for t in (y, x))
                # A neuron may be on a wall, and a pixel beside it in the next chamber.
                around = sign * field.tones[max(0, i - 3) : i + 4, max(0, j - 3) : j + 4]
                assert around.max() == pytest.approx(1, abs=1e-6)
                seen += 1
    assert seen == solution.network.width


def test_of_many_samples_and_chambers_some_are_drawn() -> None:
    x = np.linspace(-1, 1, 4500)
    features, target = np.column_stack([x, np.ones(4500)]), np.abs(x)
    problem = TrainingProblem(features, target, beta=100)
    network = TwoLayerNetwork([[1.0, 0.0], [-1.0, 0.0]], [1.0, 1.0])
    drawn = dots(function_picture(problem, network))[-1].places
    assert drawn.tolist() == np.column_stack([x, target])[::3].tolist()
    picture = landscape_picture(problem, target, network)
    assert [len(mark.tones) for mark in picture.marks if isinstance(mark, Columns)] == [360]
    # The curve is the landscape at every angle, whatever is drawn of its chambers.
    angles, heights = lines(picture, INK)[0].T
    circle = np.stack([np.cos(np.radians(angles)), np.sin(np.radians(angles))]).T
    rows = features @ (circle @ Landscape.of(problem).basis.T).T
    assert np.allclose(heights, target @ np.maximum(rows, 0))


def test_small_chambers_of_many_great_circles_are_about_as_full_as_by_their_slack() -> None:
    generator = np.random.default_rng(0)
    features, v = generator.normal([2, 0, 0], 1, (301, 3)), generator.standard_normal(301)
    problem = TrainingProblem(features, v, beta=float(np.abs(np.maximum(features, 0).T @ v).max()))
    picture = landscape_picture(problem, v, TwoLayerNetwork(np.eye(3), np.ones(3)), (0, 0, 1))
    (field,) = (mark for mark in picture.marks if isinstance(mark, Field))
    landscape, (inside, points) = Landscape.of(problem), pixels_of_half(len(field.tones))
    white, turn = whitened(landscape, (0, 0, 1))
    values = chamber_values(landscape, v, points[::40] @ (np.linalg.inv(white) @ turn).T)
    shares = np.clip(np.max(values, axis=0) / float(problem.beta), 0, 1)
    sides = np.where(values[0] >= values[1], 1, -1)
    drawn = field.tones[inside][::40]
    assert np.abs(drawn - sides * shares**3).mean() < 0.01 < np.abs(drawn).mean() / 2


def test_pictures_that_cannot_be_drawn_say_so(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[4]
    with pytest.raises(InputError, match="problem has rank 4; its landscape is drawn at rank 2 or 3"):
        landscape_picture(outcome.problem, outcome.parts[0].solution.dual, outcome.network)
    with pytest.raises(InputError, match="history is empty"):
        bounds_picture([])


def test_the_bounds_stand_at_their_times_and_the_proof_after_them(jobs: dict[int, Outcome]) -> None:
    outcome = jobs[3]
    certificate = outcome.parts[0].certificate
    proven = (9.5, certificate.lower, certificate.upper)
    picture = bounds_picture(outcome.parts[0].history, proven)
    entries = picture.legend()
    assert list(entries) == ["upper bound, numerical", "lower bound, numerical", "interval, proven"]
    for name in list(entries)[:2]:
        line, spots = entries[name]
        assert line.points is spots.places
        assert list(line.points[:, 0]) == [bounds.seconds for bounds in outcome.parts[0].history]
        assert min(line.points[:, 1]) > 0
    ((when, drawn),) = entries["interval, proven"][0].places
    width = (certificate.upper - certificate.lower) / certificate.upper
    assert when == 9.5 and drawn == pytest.approx(float(width), rel=1e-12)
    assert list(bounds_picture(outcome.parts[0].history).legend()) == list(entries)[:2]
    for axis, k in ((picture.across, 0), (picture.up, 1)):
        everything = np.concatenate([mark.places[:, k] for mark in dots(picture)])
        assert axis.log and axis.low < everything.min() and everything.max() < axis.high


def test_a_constant_column_is_a_bias(jobs: dict[int, Outcome]) -> None:
    assert [len(varying_columns(jobs[rank].problem)) for rank in (1, 2, 3, 4)] == [1, 1, 2, 4]


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
