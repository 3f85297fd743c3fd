"""``certify --samples``: a proven interval where nobody can enumerate, or a clear error."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, train
from duality_checks.cli import main

ROWS = np.random.default_rng(0).integers(-9, 10, (30, 7))
WIDE = "a,b,c,d,e,f,y\n" + "\n".join(",".join(map(str, row)) for row in ROWS.tolist()) + "\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wide.csv").write_text(WIDE)
    (tmp_path / "small.csv").write_text("x,y\n1,1\n2,0\n3,2\n")
    return tmp_path


def run(capsys, *arguments):
    code = main(["certify", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_high_rank_gives_a_labelled_interval(capsys, here):
    code, out, err = run(capsys, "wide.csv", "--target", "y", "--beta", "20", "--samples", "40")
    assert (code, err) == (0, "")
    assert out.startswith("INTERVAL from sampled chambers, not the optimum")
    assert "To close the interval" in out
    assert not (here / "convex-landscape-output").exists()


def test_the_interval_holds_every_networks_objective_and_the_optimum(capsys):
    code, out, _ = run(capsys, "small.csv", "--target", "y", "--beta", "1/10", "--samples", "3", "--json")
    facts = json.loads(out)
    assert code == 0
    assert facts["proven"] is True
    assert facts["closed"] is False
    lower, upper = Fraction(facts["lower"]), Fraction(facts["upper"])
    problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], "1/10")
    assert lower <= Fraction(train(problem).upper) <= upper
    generator = np.random.default_rng(1)
    for _ in range(50):
        network = TwoLayerNetwork(generator.normal(size=(2, 2)), generator.normal(size=2))
        assert network.exact_objective(problem) >= lower


def test_another_loss_gives_an_interval_too(capsys):
    """Outputs fit to nothing cost 3; any network that fits the l1 loss is at least the optimum."""
    beta, loss = ("--beta", "1/10"), ("--loss", "l1")
    code, out, _ = run(capsys, "small.csv", "--target", "y", *beta, *loss, "--samples", "3", "--json")
    facts = json.loads(out)
    problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], "1/10", loss="l1")
    assert code == 0
    assert Fraction(facts["lower"]) <= Fraction(train(problem).upper) <= Fraction(facts["upper"]) <= 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--samples", "9"], "--samples needs --beta: beta_max is a maximum over all chambers"),
        (["--samples", "9", "--beta", "1", "--rank", "2"], "--samples excludes --rank, --start and --resume"),
        (
            ["--samples", "9", "--beta", "1", "--penalty", "1-norm"],
            "sampling chambers needs penalty='2-norm'",
        ),
        (["--samples", "9", "--beta", "1", "--free", "intercept"], "sampling chambers needs free="),
    ],
)
def test_what_sampling_cannot_do_is_said(capsys, arguments, words):
    code, out, err = run(capsys, "wide.csv", "--target", "y", *arguments)
    assert code == 2
    assert out == ""
    assert words in err
