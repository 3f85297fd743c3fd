"""Convolutions of signals from the command line, against a loop over windows; and starts from a network."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks.cli import main

pytestmark = pytest.mark.usefixtures("undrawn")

SIGNALS = np.round(np.random.default_rng(4).normal(size=(9, 6)), 2)
RISES = np.round(np.maximum(np.diff(SIGNALS, axis=1), 0).mean(axis=1), 3)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    lines = [",".join(map(str, [*row.tolist(), y])) for row, y in zip(SIGNALS, RISES.tolist(), strict=True)]
    (tmp_path / "signals.csv").write_text("\n".join(["a,b,c,d,e,f,y", *lines]))
    return tmp_path


def convolved(network: dict[str, Any], size: int, stride: int, ones: bool) -> np.ndarray:
    """The average over all windows, one after the other."""
    found = []
    for row in SIGNALS:
        values = []
        for begin in range(0, 6 - size + 1, stride):
            seen = [*row[begin : begin + size], *([1.0] if ones else [])]
            neurons = np.maximum(np.array(network["hidden"]) @ seen, 0)
            values.append(neurons @ network["output"])
        found.append(np.mean(values) + network["intercept"] * len(values))
    return np.array(found)


def predicted(capsys: Any) -> tuple[dict[str, Any], np.ndarray]:
    """The network that a job has left, and what `predict` says of the signals: a row a signal."""
    capsys.readouterr()
    assert main(["predict", "out/network.json", "signals.csv"]) == 0
    _, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    return json.loads(Path("out/network.json").read_text()), np.array(rows, float)


@pytest.mark.parametrize(
    ("size", "stride", "more"),
    [(2, 1, []), (2, 1, ["--no-bias"]), (3, 2, ["--no-bias"]), (2, 3, ["--free", "intercept"]), (1, 1, [])],
)
def test_a_convolution_is_the_average_over_its_windows(
    size: int, stride: int, more: list[str], capsys: Any
) -> None:
    words = ["--filter", str(size), "--stride", str(stride), "--beta", "1/50", *more]
    assert main(["certify", "signals.csv", "--target", "y", *words, "--output", "out", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["proven"] and facts["rows"] == 9 and facts["relative_gap"] < 1e-7
    assert main(["check", "out/problem.json", "out/certificate.json"]) == 0
    network, rows = predicted(capsys)
    outputs = convolved(network, size, stride, "--no-bias" not in more)
    assert np.allclose(rows[:, 0], outputs, atol=1e-12) and outputs.std() > 0.01
    weights = np.sum(np.square(network["hidden"])) + np.sum(np.square(network["output"]))
    objective = 0.5 * np.sum((outputs - RISES) ** 2) + 0.01 * weights
    assert float(Fraction(facts["upper"])) == pytest.approx(objective, rel=1e-9)
    free = ["--free", "intercept"] if "intercept" in more else []
    words = ["audit", "out/network.json", "--data", "signals.csv", "--beta", "1/50", "--json", *free]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["objective"] == facts["upper"]


@pytest.mark.parametrize("more", [[], ["--activation", "abs", "--no-bias"]])
def test_max_pooling_takes_the_largest_window_of_each_neuron(more: list[str], capsys: Any) -> None:
    words = ["--filter", "2", "--pooling", "max", "--stride", "2", "--features", "a,b,c,d", *more]
    assert main(["certify", "signals.csv", "--target", "y", *words, "--output", "out", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["proven"] and facts["relative_gap"] < 1e-9
    assert main(["check", "out/problem.json", "out/certificate.json"]) == 0
    network, rows = predicted(capsys)
    kappa, ones = (-1, []) if more else (0, [1.0])
    found = np.zeros(9)
    for weights, alpha in zip(network["hidden"], network["output"], strict=True):
        heights = [[float(np.dot(weights, [*row[i : i + 2], *ones])) for i in (0, 2)] for row in SIGNALS]
        found += [alpha * max(max(t, kappa * t) for t in own) for own in heights]
    assert np.allclose(rows[:, 0], found, atol=1e-12) and found.std() > 0.01
    decay = np.sum(np.square(network["hidden"])) + np.sum(np.square(network["output"]))
    beta = Fraction(json.loads(Path("out/problem.json").read_text())["beta"])
    objective = 0.5 * np.sum((found - RISES) ** 2) + 0.5 * float(beta) * decay
    assert facts["upper_float"] == pytest.approx(objective, rel=1e-9)
    assert main(["audit", "out/network.json", "--data", "signals.csv", "--beta", str(beta), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["objective"] == facts["upper"]
    report = Path("out/report.md").read_text()
    assert "| pooling | max: a neuron's largest output" in report and "comparisons of two places" in report


def test_max_pooling_of_several_outputs_is_predicted_output_by_output(capsys: Any) -> None:
    words = ["--features", "a,b,c", "--filter", "2", "--pooling", "max", "--no-bias", "--output", "out"]
    assert main(["certify", "signals.csv", "--target", "y", "--target", "f", *words]) == 0
    network, rows = predicted(capsys)
    windows = np.stack([SIGNALS[:, :2], SIGNALS[:, 1:3]])
    largest = np.maximum(windows @ np.array(network["hidden"]).T, 0).max(axis=0)
    assert np.allclose(rows, largest @ np.array(network["output"]), atol=1e-12)


def test_differences_are_learnt_where_they_are_the_truth(capsys: Any) -> None:
    """The target is the mean rise: a filter of two sees it, one of one does not."""
    uppers = []
    for size in ("2", "1"):
        words = ["certify", "signals.csv", "--target", "y", "--filter", size, "--no-bias", "--beta", "0.001"]
        assert main([*words, "--json"]) == 0
        uppers.append(json.loads(capsys.readouterr().out)["upper_float"])
    assert uppers[0] < uppers[1] / 5
    report = Path("convex-landscape-output/report.md").read_text()
    assert "| places of the filter | 54 |" in report


def test_several_outputs_convolve_too(capsys: Any) -> None:
    words = [
        "--target",
        "y",
        "--target",
        "f",
        "--filter",
        "2",
        "--no-bias",
        "--beta",
        "1/50",
        "--output",
        "out",
    ]
    assert main(["certify", "signals.csv", *words]) == 0
    capsys.readouterr()
    assert main(["predict", "out/network.json", "signals.csv"]) == 0
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head == ["y", "f"] and np.array(rows, dtype=float).std(axis=0).min() > 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--stride", "2"], "--stride is the step of a --filter; give that too"),
        (["--filter", "7"], "--filter 7 is longer than the signals: signals.csv has 6 columns for them"),
        (["--filter", "2", "--free", "biases"], "use --free intercept"),
        (["--pooling", "max"], "--pooling is that of a --filter; give that too"),
        (["--filter", "2", "--pooling", "max", "--free", "intercept"], "free='intercept' beside max pooling"),
        (["--filter", "2", "--pooling", "max", "--penalty", "1-norm"], "penalty='1-norm' beside max pooling"),
        (["--filter", "2", "--pooling", "max", "--gated"], "the problem has 'max pooling'"),
        (["--filter", "0"], "0 is not in the range"),
        (["--start", "a.json", "--resume"], "--start and --resume both say where training begins"),
        (["--start", "gone.json"], "gone.json cannot be read"),
    ],
)
def test_what_is_refused(words: list[str], message: str, capsys: Any) -> None:
    assert main(["certify", "signals.csv", "--target", "y", "--beta", "1", *words]) == 2
    assert message in capsys.readouterr().err


def test_convolutions_are_not_exported(capsys: Any) -> None:
    assert main(["certify", "signals.csv", "--target", "y", "--filter", "2", "--output", "out"]) == 0
    assert main(["export", "--torch", "out/network.json"]) == 2
    assert "the network is a convolution" in capsys.readouterr().err


def test_training_begins_with_a_network(capsys: Any) -> None:
    words = ["certify", "signals.csv", "--target", "y", "--features", "a,b", "--beta", "1/100", "--json"]

    def run(*more: str) -> dict[str, Any]:
        assert main([*words, *more]) == 0
        return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]

    cold = run("--output", "out")
    warm = run("--output", "two", "--start", "out/network.json")
    assert len(warm["history"]) < len(cold["history"])
    assert warm["lower_float"] <= cold["upper_float"] and cold["lower_float"] <= warm["upper_float"]
    other = run("--output", "two", "--start", "out/network.json", "--standardise")
    assert other["proven"] and other["relative_gap"] < 1e-7
    np.savez("foreign.npz", hidden=[[1.0, 2.0]], output=[1.0], hidden_bias=[0.5], output_bias=3.0)
    assert run("--output", "two", "--start", "foreign.npz")["proven"]


def test_starts_that_do_not_fit(capsys: Any) -> None:
    words = ["certify", "signals.csv", "--target", "y", "--beta", "1/10"]
    assert main([*words, "--features", "a,b", "--output", "out"]) == 0
    assert main([*words, "--features", "b,a", "--start", "out/network.json"]) == 2
    assert "--start reads a, b, (ones), and the problem has b, a, (ones)" in capsys.readouterr().err
    np.savez("wide.npz", hidden=[[1.0, 2.0, 3.0]], output=[1.0])
    assert main([*words, "--features", "a", "--start", "wide.npz"]) == 2
    assert "--start takes 3 inputs, and the problem has 2 columns (a, (ones))" in capsys.readouterr().err
    np.savez("two.npz", hidden=[[1.0, 2.0]], output=[[1.0, 2.0]])
    assert main([*words, "--features", "a", "--start", "two.npz"]) == 2
    assert "--start has 2 outputs, and the problem 1" in capsys.readouterr().err
