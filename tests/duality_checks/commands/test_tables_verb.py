"""Tables of other dialects through the verbs: the same problem, what was understood on standard error."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from duality_checks.cli import main

pytestmark = pytest.mark.usefixtures("undrawn")

PLAIN = "area,rooms,price\n0.5,1,1\n1.5,2,0\n2,1,0.5\n3.1,3,2\n"
SPREADSHEET = "area;rooms;price\n0,5;1;1\n1,5;2;0\n2;1;0,5\n;2;9\n3,1;3;2\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "plain.csv").write_text(PLAIN)
    (tmp_path / "sheet.csv").write_bytes(SPREADSHEET.encode("utf-16"))
    return tmp_path


def certified(capsys: Any, *words: str) -> tuple[Any, str]:
    assert main(["certify", *words, "--target", "price", "--beta", "1/4", "--json"]) == 0
    printed = capsys.readouterr()
    return json.loads(printed.out), printed.err


def test_a_spreadsheet_is_the_same_problem_as_the_plain_file(
    capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, said = certified(capsys, "plain.csv")
    assert said == ""
    problem = json.loads(Path("convex-landscape-output/problem.json").read_text())
    sheet, said = certified(capsys, "sheet.csv", "--drop-missing")
    assert "note: sheet.csv: read with semicolons between cells and decimal commas\n" in said
    assert "note: sheet.csv: 1 row of 5 with missing cells left out: lines 5\n" in said
    found = json.loads(Path("convex-landscape-output/problem.json").read_text())
    # How they were made of a table is not part of a problem: one of them left a row out.
    assert found.pop("preparation") == {**problem.pop("preparation"), "drop_missing": True}
    assert found == problem
    assert (sheet["lower"], sheet["upper"]) == (plain["lower"], plain["upper"])
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(PLAIN.encode())))
    piped, _ = certified(capsys, "-")
    assert (piped["source"], piped["upper"]) == ("standard input", plain["upper"])


def test_labels_for_the_losses_of_a_margin(capsys: Any) -> None:
    Path("mail.csv").write_text("words,spam\n1,no\n2,no\n3,yes\n5,yes\n")
    words = ["mail.csv", "--target", "spam", "--loss", "hinge", "--beta", "1/4"]
    assert main(["certify", *words]) == 2
    assert "--labels no,yes" in capsys.readouterr().err
    assert main(["certify", *words, "--labels", "no,yes", "--output", "out"]) == 0
    assert json.loads(Path("out/problem.json").read_text())["y"] == ["-1", "-1", "1", "1"]
    Path("zero.csv").write_text("words,spam\n1,0\n2,0\n3,1\n5,1\n")
    assert main(["certify", "zero.csv", *words[1:]]) == 2
    assert "on the command line by --labels NO,YES" in capsys.readouterr().err


def test_audits_and_arrangements_read_them_too(capsys: Any) -> None:
    certified(capsys, "plain.csv")
    words = ["convex-landscape-output/network.json", "--target", "price", "--beta", "1/4", "--json"]
    assert main(["audit", *words, "--data", "plain.csv"]) == 0
    plain = capsys.readouterr().out
    assert main(["audit", *words, "--data", "sheet.csv", "--drop-missing"]) == 0
    assert capsys.readouterr().out == plain
    assert main(["audit", *words, "--data", "sheet.csv"]) == 2
    assert "--drop-missing leaves such rows out" in capsys.readouterr().err
    assert main(["chambers", "sheet.csv", "--drop-missing", "--count"]) == 0
    count = capsys.readouterr().out
    assert main(["chambers", "plain.csv", "--count"]) == 0
    assert capsys.readouterr().out == count
    assert main(["chambers", "shi_3", "--decimal", ","]) == 2
    assert "say how to read a file; a family is none" in capsys.readouterr().err
