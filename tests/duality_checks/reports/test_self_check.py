"""The page that can be asked: it checks itself on a click, and tells about the chamber pointed at."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from fractions import Fraction
from hashlib import sha256
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from browser import NEEDED, Page, opened

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.data.datasets import TrainingData
from duality_checks.pricing.landscape import Landscape
from duality_checks.reports.half_spheres import far_side, plotted_directions
from duality_checks.reports.html import html
from duality_checks.reports.outcome import Outcome, Part
from duality_checks.reports.self_check import MOST_LETTERS, scripts, self_check
from duality_checks.reports.slack import chamber_values
from duality_checks.training.rounds import Bounds

ROWS = [[2, 1, 1], [-1, 3, 1], [0, -2, 1], [1, 1, 1], [-2, -1, 1], [3, 0, 1], [1, -2, 1]]
SIZE = 3.4 * 72  # of one half of the sphere
TARGETS = [1, -2, 1, 3, -1, 2, 0]


def outcome_of(rows: list[list[int]], list_at_most: int | None = None) -> Outcome:
    """A job on some rows, whose certificate has a cover if fewer chambers may be listed."""
    problem = TrainingProblem(rows, TARGETS, beta="1/2")
    solution = train(problem)
    certificate = certify(problem, solution, list_at_most=list_at_most)
    names = tuple(f"x{j}" for j in range(len(rows[0])))
    data = TrainingData("rows <of> a test", names, "y", problem.X, problem.y)
    seconds = dict.fromkeys(("training", "certification", "checking"), 0.1)
    history = (Bounds(1, 0.1, float(certificate.lower), float(certificate.upper)),)
    verdict = check(problem, certificate)
    part = Part((data,), problem, solution, history, certificate, verdict, certificate.to_json(), seconds)
    return Outcome.of_parts(problem, [part], None, seconds)


@pytest.fixture(scope="module")
def listed() -> Outcome:
    return outcome_of(ROWS)


@pytest.fixture(scope="module")
def covered() -> Outcome:
    return outcome_of([row[1:] for row in ROWS], list_at_most=0)


@pytest.fixture(scope="module")
def text(listed: Outcome) -> str:
    return html(listed)


@pytest.fixture(scope="module")
def shown(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opened(text, tmp_path_factory.mktemp("page")) as page:
        yield page


def answer(page: Page) -> str:
    """What the page says after a click."""
    page.click("button[data-document]")
    page.wait("document.querySelector('.check strong')")
    return str(page.ask("document.querySelector('.check output').innerText"))


def told(page: Page) -> dict[str, str]:
    """What the page tells about the chamber pointed at."""
    parts = "[...document.querySelectorAll('.asked %s')].map(one => one.innerText)"
    return dict(zip(page.ask(parts % "dt"), page.ask(parts % "dd"), strict=True))


# ------------------------------------------------------------------ without a browser


def test_the_documents_in_the_page_are_those_of_the_files(listed: Outcome, text: str) -> None:
    for kind, wanted in (
        ("problem", listed.parts[0].problem_text),
        ("certificate", listed.parts[0].certificate_text),
    ):
        found = re.search(f'<script type="application/json" id="{kind}-0">(.*?)</script>', text, re.DOTALL)
        assert found and json.loads(found[1]) == json.loads(wanted)


def test_nothing_in_a_document_ends_its_element() -> None:
    document = json.dumps({"columns": ["</script><script>alert(1)</script>", "<!--"]})
    page = self_check(document, "{}")
    assert page.count("</script>") == 2 and "<!--" not in page
    assert json.loads(re.findall(r">(\{.*?)</script>", page)[0]) == json.loads(document)


def test_long_documents_stay_beside_the_page() -> None:
    page = self_check("{}", " " * MOST_LETTERS)
    assert "The problem and the certificate (1.0 MB) are too long to travel in this page" in page
    assert "<button" not in page and "<script" not in page


def test_a_page_without_its_documents_asks_nobody_to_point_and_has_no_programs(
    listed: Outcome, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duality_checks.reports.self_check.MOST_LETTERS", 10)
    page = html(listed)
    for words in ("<script", "<button", "script-src", "Point at a chamber"):
        assert words in text and words not in page


def test_browsers_may_run_the_programs_of_the_page_and_no_others(text: str) -> None:
    page = text
    policy = unescape(re.search('Content-Security-Policy" content="([^"]*)"', page)[1])
    assert policy.startswith("default-src 'none';") and "unsafe-inline'; img" in policy
    (allowed,) = re.findall(r"script-src ([^;]*);", policy)
    programs = [re.search(f'<script id="{name}">(.*?)</script>', page, re.DOTALL)[1] for name in scripts()]
    digests = [b64encode(sha256(text.encode()).digest()).decode() for text in programs]
    assert allowed.split() == [f"'sha256-{digest}'" for digest in digests]
    assert programs == list(scripts().values())
    assert not any(re.search(r"</script|<!--|fetch\(|XMLHttp|import\(|eval\(", text) for text in programs)


# ------------------------------------------------------------------ in a browser


@NEEDED
@pytest.mark.slow
def test_a_click_checks_the_certificate(listed: Outcome, shown: Page) -> None:
    text = answer(shown)
    low, high = re.search(r"PROVEN by this page, .*: (-?[\d.]+) ≤ p\* ≤ (-?[\d.]+)", text).groups()
    certificate, digit = listed.parts[0].certificate, Fraction(1, 10**12)
    assert Fraction(low) <= certificate.lower < Fraction(low) + digit
    assert Fraction(high) - digit < certificate.upper <= Fraction(high)
    # Nothing was asked for from anywhere.
    names = shown.ask("performance.getEntriesByType('resource').map(one => one.name)")
    assert all(name.startswith("blob:") for name in names)


@NEEDED
@pytest.mark.slow
def test_pointing_at_a_chamber_tells_about_it(listed: Outcome, shown: Page) -> None:
    problem, dual = listed.problem, np.array(listed.parts[0].certificate.dual, dtype=float)
    landscape, rows = Landscape.of(problem), np.array(ROWS, dtype=float)
    seen = set()
    for name, pole in (("near", None), ("far", far_side(problem))):
        selector = f'svg[aria-label$="({name})"]'
        plot = shown.ask(f"document.querySelector('{selector}').dataset.plot")
        left, top, width, height, *ends = map(float, plot.split())
        assert ends == [-1.03, 1.03, -1.03, 1.03]
        for across, down in ((0.5, 0.5), (0.15, 0.5), (0.8, 0.7), (0.5, 0.1)):
            shown.point(selector, across, down)
            facts = told(shown)
            # The same by the functions that draw: from the point to the weights to the signs.
            x = (across * SIZE - left) / width * 2.06 - 1.03
            y = 1.03 - (down * SIZE - top) / height * 2.06
            lift = np.array([x, y, 0]) * np.sqrt(2 - x * x - y * y) + [0, 0, 1 - x * x - y * y]
            u = plotted_directions(problem, pole)[0] @ lift
            signs = rows @ u > 0
            assert facts["signs of x_k'u"] == "".join("+" if on else "\u2212" for on in signs)
            assert facts["rows on"].split(":")[0].split()[0] in (str(signs.sum()), "none")
            values = np.concatenate(chamber_values(landscape, dual, u[None] @ landscape.basis))
            slack = [float(word) for word in re.findall(r"(\S+) for", facts["slack \u03b2 \u2212 max"])]
            assert slack == pytest.approx(float(problem.beta) - values, rel=1e-3, abs=1e-9)
            assert re.match(r"number \d+ of the list\. v: ", facts["what proves it"])
            seen.add(facts["what proves it"])
    assert len(seen) > 3


@NEEDED
@pytest.mark.slow
def test_arrow_keys_go_from_chamber_to_chamber(shown: Page) -> None:
    shown.ask("document.querySelector('svg[data-to]').focus()")
    seen = set()
    for _ in range(25):
        shown.press("ArrowRight")
        seen.add(told(shown)["signs of x_k'u"])
    assert len(seen) > 1


@NEEDED
@pytest.mark.slow
def test_letters_of_pictures_can_be_read_on_a_telephone(shown: Page) -> None:
    """At least nine pixels on a screen of 390, but for exponents."""
    shown.resize(390, 800)
    sizes = shown.ask("""[...document.querySelectorAll("svg text:not(:has(tspan))")].map(one => {
        const scale = one.getScreenCTM();
        return parseFloat(getComputedStyle(one).fontSize) * Math.hypot(scale.a, scale.b);
    })""")
    assert len(sizes) > 20 and min(sizes) > 9
    assert shown.ask("document.documentElement.scrollWidth") <= 390
    shown.resize(1100, 900)


@NEEDED
@pytest.mark.slow
def test_leaves_are_told_after_a_check_and_a_forged_certificate_is_refused(
    covered: Outcome, tmp_path: Path
) -> None:
    with opened(html(covered), tmp_path) as shown:
        shown.point("svg[data-to]", 0.6, 0.4)
        assert "check the certificate here to see it" in told(shown)["what proves it"]
        assert answer(shown).startswith("PROVEN")
        shown.point("svg[data-to]", 0.62, 0.4)
        shares = re.findall(r"at most ([\d.]+) \u03b2 on the dashed cone", told(shown)["what proves it"])
        assert len(shares) == 2 and all(0 <= float(share) <= 1 for share in shares)
        shown.ask("""(() => {
            const one = document.getElementById("certificate-0"), found = JSON.parse(one.textContent);
            one.textContent = JSON.stringify({...found, lower: found.upper});
            document.querySelector(".check output").textContent = "";
        })()""")
        assert re.match(r"REFUSED by this page, .*: lower: not the value of the dual", answer(shown))
