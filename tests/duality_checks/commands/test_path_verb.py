"""The verb `path`: its band holds, its files are checked by other verbs, and limits leave what is proven."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, certify, train
from duality_checks.cli import main
from duality_checks.data.datasets import training_data
from duality_checks.data.tables import parse_csv, read_table
from duality_checks.optima import path_refining
from duality_checks.optima.path_band import PathBand, PathNode, Piece
from duality_checks.reports.path import PathOutcome, path_summary

SMALL = "x,y\n0,0\n1,1\n2,0.5\n3.5,2\n"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run the command where there is one small table."""
    monkeypatch.chdir(tmp_path)
    Path("small.csv").write_text(SMALL)

    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["path", "small.csv", "--target", "y", *arguments])
        return code, *capsys.readouterr()

    return call


def bounds(facts: dict[str, Any], beta: Fraction) -> tuple[Fraction, Fraction]:
    """Both bounds at a beta between two nodes, from the numbers of the JSON object alone."""
    for (a, b), piece in zip(pairwise(facts["nodes"]), facts["pieces"], strict=True):
        low, high = Fraction(a["beta"]), Fraction(b["beta"])
        if low <= beta <= high:
            s = (beta - low) / (high - low)
            bend = s * (1 - s) * Fraction(piece["dual_bend"])
            lower = (1 - s) * Fraction(a["lower"]) + s * Fraction(b["lower"]) + bend
            lines = [Fraction(node["loss"]) + beta * Fraction(node["penalty"]) for node in (a, b)]
            c = Fraction(piece["network_bend"])
            t = min(max(Fraction(1, 2) - (lines[1] - lines[0]) / (2 * c), 0), 1) if c else 0
            return lower, min(*lines, (1 - t) * lines[0] + t * lines[1] - t * (1 - t) * c)
    raise AssertionError(f"{beta} is in no piece")


def test_the_json_holds_a_band_around_other_certificates(run: Run) -> None:
    code, out, err = run("--from", "0.01", "--width", "1/50", "--json")
    facts = json.loads(out)
    assert (code, err, facts["reached"], facts["proven"]) == (0, "", True, True)
    assert 0 < Fraction(facts["relative_width"]) <= Fraction(facts["width_wanted"]) == Fraction(1, 50)
    rows = read_table("small.csv").cells
    X = [[Fraction(x), 1] for x, _ in rows]
    problem = TrainingProblem(X, [Fraction(y) for _, y in rows], 1)
    low, high = Fraction(facts["from"]), Fraction(facts["to"])
    assert float(high) == pytest.approx(facts["beta_max_float"]) and float(low) == pytest.approx(
        float(high) / 100
    )
    # beta_max is the largest abs(y'phi(Xu)) over unit vectors u: looked for at many angles.
    angles = np.linspace(0, 2 * np.pi, 100_001)
    outputs = np.maximum(np.array(X, dtype=float) @ np.stack([np.cos(angles), np.sin(angles)]), 0)
    largest = np.abs(problem.target @ outputs).max()
    least, most = map(Fraction, facts["beta_max"])
    assert largest * (1 - 1e-12) <= most and float(least) == pytest.approx(largest, rel=1e-8)
    assert 0 <= most - least <= Fraction(1, 10**9) * most
    for share in (Fraction(1, 50), Fraction(1, 7), Fraction(3, 5)):
        beta = low + share * (high - low)
        found = certify(problem.with_beta(beta), train(problem.with_beta(beta)))
        lower, upper = bounds(facts, beta)
        assert lower <= found.upper and found.lower <= upper
        assert upper - lower <= Fraction(facts["relative_width"]) * upper


def test_the_files_are_checked_by_other_verbs(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run("--from", "0", "--width", "1/10", "--output", "band")
    assert code == 0
    assert "; and one that fits, for 0" in out
    assert "PROVEN for EVERY beta" in out and "towards 0" in out and "goes on unchanged" in out
    low, high = re.search(r"\((\S+) <= beta_max <= (\S+)\)", out).groups()
    assert 0 < Fraction(high) - Fraction(low) < Fraction(1, 10**6)
    facts = json.loads(Path("band/path.json").read_text())
    assert facts["format"] == "convex-landscape path" and facts["from"] == "0"
    assert [node["neurons"] for node in facts["nodes"]][-1] == 0
    for k, node in enumerate(facts["nodes"][1:], 1):
        assert main(["check", f"band/problem-{k}.json", f"band/certificate-{k}.json", "--json"]) == 0
        said = json.loads(capsys.readouterr().out)
        assert (said["lower"], said["upper"]) == (node["lower"], node["upper"])
        assert json.loads(Path(f"band/problem-{k}.json").read_text())["beta"] == node["beta"]
    assert not Path(f"band/problem-{len(facts['nodes'])}.json").exists()
    pytest.importorskip("matplotlib")
    page = Path("band/report.html").read_text()
    assert page.count("<svg") == 2 and "weight decay beta" in page and "neurons m of the network" in page


def test_limits_leave_what_is_proven(run: Run) -> None:
    code, out, _ = run("--time-limit", "1e-6")
    assert code == 0
    assert "wider than the 0.001 asked for: the time limit" in out


def test_nodes_whose_intervals_are_wide_are_not_called_optima() -> None:
    """How wide they are is said: the lower end of the second node here is half of the upper."""
    table = parse_csv(SMALL, "small.csv")
    data = training_data(table, target="y")
    rows = ([1, 3, 1, 2], [3, 2, 4, 0])  # beta, lower, loss, penalty
    nodes = [PathNode(*map(Fraction, row), 1) for row in rows]
    band = PathBand((Piece(*nodes),))
    outcome = PathOutcome(
        data, TrainingProblem(data.X, data.y, 1), band, 3.0, Fraction(1, 2), 1.0, "the time limit"
    )
    said = next(line for line in path_summary(outcome).splitlines() if line.startswith("networks"))
    assert said.endswith(
        "2 nodes, each trained, its certificate checked: within a relative width of 5.00e-01"
    )


def test_an_interrupted_job_says_what_is_proven_so_far(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = path_refining.path_bands

    def interrupted(*arguments: Any, **options: Any) -> Iterator[Any]:
        yield next(honest(*arguments, **options))
        raise KeyboardInterrupt

    monkeypatch.setattr(path_refining, "path_bands", interrupted)
    code, out, err = run("--output", "band")
    assert code == 130
    assert "asked for: interrupted" in out and "PROVEN" in out and "interrupted" in err
    assert Path("band/certificate-2.json").exists() and not Path("band/certificate-3.json").exists()

    def at_once(*arguments: Any, **options: Any) -> Iterator[Any]:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(path_refining, "path_bands", at_once)
    assert run("--output", "other")[:2] == (130, "")
    assert not Path("other").exists()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--width", "0"], "--width is 0; give a finite number > 0 and < 1"),
        (["--width", "narrow"], "--width is 'narrow'; give a finite number, exactly"),
        (["--from", "1", "--to", "1/2"], "--from=1 is not below --to=1/2"),
        (["--from", "2"], "--from=2 is not below --to=1; give the least weight decay first"),
        (["--to", "1e399"], "--to 1.00e+399 of beta_max"),
        (["--from", "0.99999999999999"], "--from, rounded,="),
        (["--from", "nan"], "--from is 'nan'; give a finite number, exactly"),
        (["--from", "-1"], "--from=-1 is not positive"),
        (["--target", "x"], "a path is for one --target"),
        (["--from", "0", "--loss", "logistic"], "no label"),
        (["--from", "0", "--free", "intercept"], "give a positive --from"),
    ],
)
def test_bad_input(run: Run, words: list[str], text: str) -> None:
    code, out, err = run(*words)
    assert (code, out) == (2, "") and text in err


@pytest.mark.parametrize("penalty", ["1-norm", "inf-norm"])
def test_no_limit_of_cones_is_taken_and_forgotten(run: Run, penalty: str) -> None:
    code, _, err = run("--penalty", penalty, "--max-cones", "9")
    assert code == 2 and "--max-cones ends searches over all directions" in err
    assert run("--penalty", penalty, "--time-limit", "1e-6")[0] == 0
