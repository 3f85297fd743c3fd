"""The verb ``theorems``: what it prints, what it writes, its exit codes."""

from __future__ import annotations

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from duality_checks.cli import main
from duality_checks.theorems import catalogue, theorems

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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "img", "iframe"):
            self.loaded.append(tag)


def test_the_page_is_self_contained(tmp_path: Path) -> None:
    page = tmp_path / "theorems.html"
    assert main(["theorems", *QUICK, "--report", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    links = Links()
    links.feed(text)
    assert links.loaded == []
    for number in ("1.1", "1.2"):
        assert theorems()[number].name in text and theorems()[number].note in text
    assert "2 statements hold on" in text


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
