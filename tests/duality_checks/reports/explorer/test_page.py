"""The page of the explorer: one file, no network, its programs and no others."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html import unescape
from pathlib import Path

import pytest
from browser import NEEDED, opened

from duality_checks.cli import main
from duality_checks.reports.explorer.page import Panel, page
from duality_checks.reports.explorer.plane import MOST_LINES, lines_of, plane_panel
from duality_checks.reports.explorer.training import training_panel
from hyperplane_arrangements import Arrangement, named
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.plain import PlainArrangement


def test_browsers_may_run_the_programs_of_the_page_and_no_others() -> None:
    text = page([plane_panel(), plane_panel(named("shi_3"), "shi_3")])
    policy = unescape(re.search('Content-Security-Policy" content="([^"]*)"', text)[1])
    assert policy.startswith("default-src 'none';")
    programs = dict(re.findall(r'<script id="(\w+)">(.*?)</script>', text, re.DOTALL))
    assert list(programs) == [
        "common",
        "lines",
        "plane_words",
        "plane_pictures",
        "plane_facts",
        "plane",
        "start",
    ]
    digests = [b64encode(sha256(program.encode()).digest()).decode() for program in programs.values()]
    assert re.findall(r"'sha256-([^']*)'", policy) == digests
    for program in programs.values():
        assert '"use strict";' in program
        assert not re.search(r"</script|<!--|fetch\(|XMLHttp|import\(|eval\(|innerHTML", program)


def test_nothing_in_data_ends_its_element() -> None:
    text = page([Panel("<b>", "lines", "mountNothing", {"name": "</script><script>alert(1)//"})])
    assert "<h2>&lt;b&gt;</h2>" in text and text.count("</script>") == 4
    (data,) = re.findall(r'<script type="application/json">(.*?)</script>', text)
    assert json.loads(data) == {"name": "</script><script>alert(1)//"}


@NEEDED
def test_a_panel_that_fails_says_so_and_leaves_the_others(tmp_path: Path) -> None:
    broken = replace(plane_panel(), title="Broken", data={"begin": {"lines": [["0", "0", "1"]]}})
    with opened(page([broken, plane_panel()]), tmp_path) as shown:
        assert "does not work here: 0,0,1 is no line" in shown.ask("document.body.innerText")
        assert shown.ask("document.querySelectorAll('.bad').length") == 1
        assert shown.ask("performance.getEntriesByType('resource').length") == 0


# ------------------------------------------------------------------ the lines to begin with


@pytest.mark.parametrize("name", ["braid_3", "shi_3", "catalan_3", "type_b_2"])
def test_arrangements_of_rank_2_are_their_lines(name: str) -> None:
    arrangement = named(name)
    data = lines_of(arrangement)
    lines = Arrangement([line[:2] for line in data["lines"]], [line[2] for line in data["lines"]])
    assert lines.characteristic_polynomial().degree() == 2 and data["infinity"] is None
    assert lines.count_chambers() == arrangement.count_chambers()
    assert lines.count_bounded_chambers() == arrangement.count_bounded_chambers()


@pytest.mark.parametrize("name", ["braid_4", "type_b_3", "generic_6_3"])
def test_of_central_arrangements_of_rank_3_the_lines_are_one_half(name: str) -> None:
    arrangement = named(name)
    data = lines_of(arrangement)
    lines = Arrangement([line[:2] for line in data["lines"]], [line[2] for line in data["lines"]])
    assert 2 * lines.count_chambers() == arrangement.count_chambers()
    assert data["infinity"] == arrangement.label(0) and len(data["lines"]) == arrangement.n - 1


def test_lines_of_a_space_of_three_dimensions_keep_what_meets() -> None:
    """Planes through one line: after any turn they still meet in one point."""
    data = lines_of(PlainArrangement([[1, 2, 3], [0, 1, -1], [1, 3, 2], [1, 1, 4], [0, 0, 0]]))
    assert len(data["lines"]) == 4
    lines = Arrangement([line[:2] for line in data["lines"]], [line[2] for line in data["lines"]])
    assert lines.rank == 2 and lines.count_chambers() == 8


@pytest.mark.parametrize(
    ("arrangement", "message"),
    [
        (
            named("braid_5"),
            "is central and of rank 4; lines in the plane show rank 1 and 2, and rank 3 where",
        ),
        (named("shi_4"), "is affine and of rank 3"),
        (named("h3"), "has irrational normals; the page reckons with fractions alone"),
        (
            Arrangement([[1, k] for k in range(MOST_LINES + 1)]),
            "has 41 lines; the page follows up to 40",
        ),
    ],
)
def test_what_is_no_picture_in_the_plane_is_refused(arrangement: Arrangement, message: str) -> None:
    with pytest.raises(InputError, match=message):
        lines_of(arrangement)


# ------------------------------------------------------------------ the verb


def test_the_verb_writes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lines.csv").write_text("a,b,c\n1,0,1/2\n0,1,0.1\n")
    assert main(["explore", "--only", "lines", "--only", "training"]) == 0
    assert (tmp_path / "explore.html").read_text(encoding="utf-8") == page([plane_panel(), training_panel()])
    assert (
        main(
            [
                "explore",
                "--lines",
                "lines.csv",
                "--offsets",
                "c",
                "--only",
                "lines",
                "-o",
                "two.html",
                "--json",
            ]
        )
        == 0
    )
    assert '["1", "0", "1/2"], ["0", "1", "1/10"]' in (tmp_path / "two.html").read_text(encoding="utf-8")
    assert capsys.readouterr().out == 'written   explore.html\n{"written": "two.html"}\n'


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--offsets", "c"], "--offsets is a column of --lines; name a file there"),
        (["--lines", "braid_9"], "of rank 8"),
        (["--lines", "nothing_3"], "nothing_3"),
    ],
)
def test_misuse_is_told(
    words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explore", *words, "-o", str(tmp_path / "no.html")]) == 2
    assert message in capsys.readouterr().err and not list(tmp_path.iterdir())
