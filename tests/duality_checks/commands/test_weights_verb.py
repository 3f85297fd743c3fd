"""Weights of samples and decayed intercepts from the command line, and what reports and messages say of
them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from duality_checks import TrainingProblem
from duality_checks.cli import main

pytestmark = pytest.mark.usefixtures("undrawn")

TABLE = "x,w,y\n0.5,1,1\n1.5,2,0\n2,0.5,0.5\n3.1,3,2\n"
REPEATED = "x,y\n0.5,1\n0.5,1\n1.5,0\n1.5,0\n1.5,0\n1.5,0\n2,0.5\n" + "3.1,2\n" * 6


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "repeated.csv").write_text(REPEATED)
    return tmp_path


def printed(capsys: Any, *words: str) -> Any:
    assert main(["certify", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_column_of_weights_repeats_rows(capsys: Any) -> None:
    """Weights 1, 2, 1/2, 3 with beta 1/4 are rows given 2, 4, 1 and 6 times with beta 1/2, halved."""
    found = printed(capsys, "table.csv", "--target", "y", "--weights", "w", "--beta", "1/4")
    whole = printed(capsys, "repeated.csv", "--target", "y", "--beta", "1/2")
    assert found["weighted"] and not whole["weighted"] and found["loss"] == "squared"
    assert found["columns"] == whole["columns"] == 2  # the weights are no feature
    assert 2 * found["upper_float"] == pytest.approx(whole["upper_float"], rel=1e-9)
    stated = json.loads(Path("convex-landscape-output/problem.json").read_text())
    assert (stated["version"], "weights" in stated) == (1, False)


def test_the_files_hold_the_weights(capsys: Any) -> None:
    words = ["table.csv", "--target", "y", "--weights", "w", "--free", "decayed-intercept", "--output", "out"]
    found = printed(capsys, *words)
    assert found["proven"] and found["free"] == "decayed-intercept"
    stated = json.loads(Path("out/problem.json").read_text())
    assert (stated["version"], stated["weights"]) == (3, ["1", "2", "1/2", "3"])
    assert main(["check", "out/problem.json", "out/certificate.json"]) == 0
    report = Path("out/report.md").read_text()
    assert "weighted squared loss, penalised intercept" in report
    assert "sum_i s_i loss(f_i, y_i)" in report and "beta/2 * c^2, c the intercept" in report
    assert "For beta/2 times its square y has" in report and "unpenalised" not in report


def test_several_outputs_take_weights(here: Path, capsys: Any) -> None:
    (here / "two.csv").write_text("x,w,y,z\n0.5,1,1,2\n1.5,2,0,1\n2,0.5,0.5,1\n3.1,3,2,0\n")
    words = ["two.csv", "--weights", "w", "--beta", "1/4", "--target", "y"]
    found = printed(capsys, *words, "--target", "z")
    assert found["proven"] and found["weighted"] and found["columns"] == 2
    assert json.loads(Path("convex-landscape-output/problem-2.json").read_text())["version"] == 3


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--weights", "v"], "table.csv has no column 'v'"),
        (["--weights", "y"], "column 'y' holds the weights and is target or feature too"),
        (["--weights", "x", "--features", "x"], "column 'x' holds the weights and is target or feature too"),
    ],
)
def test_other_weights_are_refused(capsys: Any, words: list[str], text: str) -> None:
    assert main(["certify", "table.csv", "--target", "y", *words]) == 2
    assert_says(capsys, text)


@pytest.mark.parametrize(
    ("weight", "text"),
    [("0", "is not positive; drop that row"), ("-2", "is not positive; weights are positive")],
)
def test_a_weight_that_is_not_positive_is_named(here: Path, capsys: Any, weight: str, text: str) -> None:
    (here / "bad.csv").write_text(TABLE.replace("3.1,3", f"3.1,{weight}"))
    assert main(["certify", "bad.csv", "--target", "y", "--weights", "w"]) == 2
    assert_says(capsys, rf"bad.csv: row 4 \(line 5\), column 'w': the weight {weight} {text}")


def test_weights_without_a_file_are_refused(capsys: Any) -> None:
    assert main(["certify", "--weights", "w"]) == 2
    assert_says(capsys, "--target, --features and --weights choose columns of DATA; give the file too")


def assert_says(capsys: Any, text: str) -> None:
    error = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert re.search(text, error), error


def test_an_instance_as_code_holds_its_weights() -> None:
    problem = TrainingProblem([[1], [2]], [1, 3], 1, loss="l1", sample_weights=["1/3", 2])
    code = repr(problem)
    assert 'loss="l1"' in code and eval(code, {"TrainingProblem": TrainingProblem}) == problem
