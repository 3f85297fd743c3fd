"""Hints: each is said where its number misleads, and not a step before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, beta_max, train
from duality_checks.cli import main
from duality_checks.data.datasets import TrainingData, training_data
from duality_checks.data.preparation import Wanted
from duality_checks.data.tables import parse_csv
from duality_checks.reports.hints import hints, hints_of_outputs

pytestmark = pytest.mark.usefixtures("undrawn")


def data_of(text: str, **options: Any) -> TrainingData:
    return training_data(parse_csv(text, "memory"), target="y", **options)


def said(data: TrainingData, beta: Any = "0.01", **terms: Any) -> str:
    problem = TrainingProblem(data.X, data.y, beta, sample_weights=data.weights, **terms)
    return "\n".join(hints(data, problem, train(problem).network))


CENTRED = "x,y\n0.5,1\n-1.5,-1\n2,0.5\n-1,-0.5\n"


def test_no_hint_without_a_reason() -> None:
    assert said(data_of(CENTRED)) == ""


def test_a_beta_above_beta_max() -> None:
    data = data_of(CENTRED)
    largest = float(beta_max(TrainingProblem(data.X, data.y, 1))[1])
    text = said(data, beta=str(1.001 * largest))
    assert (
        f"the zero network is optimal: no neuron pays for its weight decay, for beta is {1.001 * largest:.3g}"
        in text
    )
    assert f"beta_max about {largest:.3g}; --beta-ratio 0.1" in text
    assert said(data, beta=str(0.99 * largest)) == ""
    assert "what is free alone is optimal" in said(data, beta="100", free="intercept")


def test_nothing_to_learn_at_any_beta() -> None:
    data = data_of("x,y\n1,0\n2,0\n")
    assert said(data) == "the zero network is optimal: no neuron pays for its weight decay"


def test_columns_of_very_different_size() -> None:
    text = "x,z,y\n0.5,1500,1\n-1.5,1200,-1\n2,-900,0.5\n-1,-1100,-0.5\n"
    # Sizes by hand: sqrt((1500^2 + 1200^2 + 900^2 + 1100^2) / 4) = 1194.8, and 1 for the column of ones.
    assert "z is 1.19e+03 and (ones) 1 (root mean square), so that beta_max is that of z" in said(
        data_of(text)
    )
    assert "--standardise" in said(data_of(text))
    assert said(data_of(text, wanted=Wanted(standardise=True))) == ""
    assert "the columns differ" not in said(data_of(text.replace("00,", ",")))


def test_free_biases_and_labels_are_no_columns_to_compare() -> None:
    text = "x,y\n150,1\n-120,-1\n90,0.5\n-110,-0.5\n"
    assert "the columns differ" in said(data_of(text))
    assert said(data_of(text), free="biases") == ""
    labelled = "x,c,y\n150,a,1\n-120,b,-1\n90,a,0.5\n-110,b,-0.5\n"
    assert said(data_of(labelled, bias=False, wanted=Wanted(one_hot=("c",)))) == ""


@pytest.mark.parametrize(("shift", "hinted"), [(0, False), (1, False), (2, True), (50, True), (-50, True)])
def test_a_target_that_is_mostly_its_mean(shift: int, hinted: bool) -> None:
    """The deviation of CENTRED's target is sqrt(0.625) = 0.79: two of them are 1.58."""
    data = data_of(CENTRED)
    moved = data.__class__(data.source, data.features, data.target, data.X, tuple(y + shift for y in data.y))
    text = said(moved)
    assert (f"the target's mean is {shift} and its deviation 0.791" in text) == hinted
    assert ("--free intercept" in text) == hinted
    assert said(moved, free="intercept") == ""


def test_a_mean_hint_holds_what_it_says() -> None:
    """Most of beta_max is the constant's: without the mean it is much less."""
    data = data_of(CENTRED)
    moved = [y + 50 for y in data.y]
    whole, rest = (float(beta_max(TrainingProblem(data.X, y, 1))[1]) for y in (moved, data.y))
    assert rest < whole / 10


def test_other_losses_pull_one_way() -> None:
    text = "x,y\n" + "".join(f"{x},{1 if x else -1}\n" for x in range(24))
    assert "almost all samples pull the output of zero one way" in said(data_of(text), loss="logistic")
    assert said(data_of("x,y\n1,-1\n2,1\n3,-1\n"), loss="logistic") == ""


def test_targets_of_different_size_and_outputs_without_neurons() -> None:
    data = data_of(CENTRED)
    tenfold = data.__class__(data.source, data.features, "big", data.X, tuple(10 * y for y in data.y))
    problems = [TrainingProblem(one.X, one.y, 1) for one in (data, tenfold)]
    text = "\n".join(hints_of_outputs((data, tenfold), problems, np.array([[0.0, 1.0]])))
    assert "no neuron pays for its weight decay in y: beta is at or above its beta_max" in text
    assert "the targets differ in size: big is 7.91 and y 0.791" in text
    assert hints_of_outputs((data, data), problems[:1] * 2, np.array([[1.0, 1.0]])) == ()


def test_sizes_beyond_the_squares_of_floats() -> None:
    data = data_of("x,z,y\n1e200,1,1\n-3e200,2,-1\n")
    # Root mean squares: sqrt(5) 1e200, sqrt(5/2), and the ones, which are the smallest.
    problem = TrainingProblem(data.X, data.y, 1)
    (found,) = hints(data, problem, TwoLayerNetwork([[0.0, 0.0, 1.0]], [1.0]))
    assert "x is 2.24e+200 and (ones) 1 " in found


def test_they_are_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("x,y,z\n0.5,1,10\n1.5,-1,-10\n-2,0.5,5\n")
    assert main(["certify", "data.csv", "--target", "y", "--features", "x", "--beta", "9"]) == 0
    assert "\nhint      the zero network is optimal" in capsys.readouterr().out
    assert "- **Hint.** the zero network" in Path("convex-landscape-output/report.md").read_text()
    words = ["certify", "data.csv", "--target", "y", "--target", "z", "--beta", "9"]
    assert main(words) == 0
    assert "\nhint       no neuron pays for its weight decay in y" in capsys.readouterr().out
    assert "- **Hint.** the targets differ" in Path("convex-landscape-output/report.md").read_text()
    assert main([*words, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["hints"]) == 2
