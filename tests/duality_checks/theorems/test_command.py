"""The verb ``theorems``: what it prints, what it writes, its exit codes."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from browser import NEEDED, measured

from duality_checks.cli import main
from duality_checks.commands.theorems_page import page
from duality_checks.theorems import catalogue, theorems, verify

QUICK = ["1.1", "1.2", "--instances", "1"]


def test_one_line_a_statement(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["theorems", *QUICK]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["1.1", "1.2"]
    for line in lines:
        assert "instances  proven" in line and line.endswith("control caught") and "margin" in line


def test_json_has_every_fact(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["theorems", "2.1", "2.11", "--instances", "0", "--json"]) == 0
    numerical, proven = json.loads(capsys.readouterr().out)
    assert numerical["id"] == "2.1" and not numerical["proven"] and numerical["tolerance"] == 1e-9
    assert -1e-9 <= numerical["margin"] <= 0
    assert proven["id"] == "2.11" and proven["proven"] and proven["tolerance"] == 0
    assert proven["control_caught"] and proven["control_reason"] and proven["instances"] == 4


class Links(HTMLParser):
    """Collects what a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.hrefs: list[str] = []
        self.ids: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("script", "link", "iframe") or (tag == "img" and str(values["src"])[:5] != "data:"):
            self.loaded.append(tag)
        if tag == "a":
            self.hrefs.append(str(values["href"]))
        self.ids.append(values.get("id"))


def test_the_page_is_self_contained(tmp_path: Path) -> None:
    target = tmp_path / "theorems.html"
    assert main(["theorems", *QUICK, "--report", str(target)]) == 0
    text = target.read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert links.loaded == []
    for number in ("1.1", "1.2"):
        assert theorems()[number].name in text and theorems()[number].note in text
    assert "<strong>2 statements hold</strong> on" in text
    assert {href[1:] for href in links.hrefs if href.startswith("#")} <= set(links.ids)
    # The notes are where the links lead from the page, and their pictures are in it.
    notes = [(target.parent / href).resolve() for href in links.hrefs if not href.startswith("#")]
    assert [note.name for note in notes] == [theorems()[number].note for number in ("1.1", "1.2")]
    shown = [b64decode(word) for word in re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', text)]
    assert shown == [(note.parent / "pictures" / f"{note.stem}.svg").read_bytes() for note in notes]


def test_without_notes_a_page_has_neither_links_to_them_nor_pictures() -> None:
    text = page([verify(theorems()["1.1"], count=0)], 0, 0)
    assert "<img" not in text and "proof in proofs_notes/1.1" in text
    assert re.findall('href="(.)', text) == ["#"]


@NEEDED
@pytest.mark.slow
def test_the_page_fits_a_telephone(tmp_path: Path) -> None:
    target = tmp_path / "theorems.html"
    assert main(["theorems", *QUICK, "--report", str(target)]) == 0
    seen = measured(target.read_text(encoding="utf-8"), tmp_path, width=390)
    assert seen["width"] <= 390 and seen["overflowing"] == []


def test_a_statement_that_fails_exits_with_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    honest = theorems()["1.1"]
    false = replace(honest, fixed=lambda: [honest.control()])
    monkeypatch.setattr(catalogue, "theorems", lambda: {"1.1": false})
    assert main(["theorems", "1.1", "--report", str(tmp_path / "page.html")]) == 1
    assert "REFUSED: 8 chambers are claimed, 6 are listed" in capsys.readouterr().out
    assert "1 of 1 statements FAIL" in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_an_unknown_name_is_bad_input_and_names_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["theorems", "1.1", "no such thing"]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert (
        "no statement is called 'no such thing'; the statements are: 1.1 count of chambers;" in captured.err
    )


@pytest.mark.parametrize("page", ["missing/page.html", "."])
def test_a_page_that_cannot_be_written_is_refused_first(
    page: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["theorems", "1.1", "--report", str(tmp_path / page)]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and "name a file in an existing folder" in captured.err
