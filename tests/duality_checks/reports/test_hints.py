"""Hints: each is said where its number misleads, and not a step before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, TwoLayerNetwork, audit, beta_max, train
from duality_checks.cli import main
from duality_checks.data.datasets import TrainingData, training_data
from duality_checks.data.preparation import Wanted
from duality_checks.data.tables import parse_csv
from duality_checks.reports.hints import hints

pytestmark = pytest.mark.usefixtures("undrawn")


def data_of(text: str, **options: Any) -> TrainingData:
    return training_data(parse_csv(text, "memory"), target="y", **options)


def said(data: TrainingData, beta: Any = "0.01", **terms: Any) -> str:
    problem = TrainingProblem(data.X, data.y, beta, sample_weights=data.weights, **terms)
    return "\n".join(hints([data], problem, train(problem).network.outgoing))


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


def test_a_loss_without_a_slope_at_zero_has_hints_too() -> None:
    """The l1 loss has a kink at a target of 0, so that beta_max is not told."""
    data = data_of("x,y\n1,0\n2,1\n3,-1\n")
    problem = TrainingProblem(data.X, data.y, 100, loss="l1")
    (found,) = hints([data], problem, np.zeros((0, 1)))
    assert "no neuron pays for its weight decay, for beta is beta_max or above" in found


def test_targets_of_different_size_and_outputs_without_neurons() -> None:
    data = data_of(CENTRED)
    tenfold = data.__class__(data.source, data.features, "big", data.X, tuple(10 * y for y in data.y))
    problem = TrainingProblem(data.X, list(zip(data.y, tenfold.y, strict=True)), 1)
    text = "\n".join(hints((data, tenfold), problem, np.array([[0.0, 1.0]])))
    assert "no neuron pays for its weight decay in y: beta is at or above its beta_max" in text
    assert "the targets differ in size: big is 7.91 and y 0.791" in text
    alike = problem.restated(y=list(zip(data.y, data.y, strict=True)))
    assert hints((data, data), alike, np.array([[1.0, 1.0]])) == ()
    nothing = problem.restated(y=[[0, 0]] * len(data.y))
    assert len(hints((data, tenfold), nothing, np.zeros((0, 2)))) == 1  # and none of their sizes


def test_sizes_beyond_the_squares_of_floats() -> None:
    data = data_of("x,z,y\n1e200,1,1\n-3e200,2,-1\n")
    # Root mean squares: sqrt(5) 1e200, sqrt(5/2), and the ones, which are the smallest.
    problem = TrainingProblem(data.X, data.y, 1)
    (found,) = hints([data], problem, np.array([[1.0]]))
    assert "x is 2.24e+200 and (ones) 1 " in found


def test_they_are_printed_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("x,y,z\n0.5,1,10\n1.5,-1,-10\n-2,0.5,5\n")
    assert main(["certify", "data.csv", "--target", "y", "--features", "x", "--beta", "9"]) == 0
    assert "\nhint      the zero network is optimal" in capsys.readouterr().out
    assert "- **Hint.** the zero network" in Path("convex-landscape-output/report.md").read_text()
    words = ["certify", "data.csv", "--target", "y", "--target", "z", "--beta", "9"]
    assert main(words) == 0
    assert "\nhint      no neuron pays for its weight decay in y" in capsys.readouterr().out
    assert "- **Hint.** the targets differ" in Path("convex-landscape-output/report.md").read_text()
    assert main([*words, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["hints"]) == 2


def test_audits_say_them_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("area,y,z\n1000,61,610\n-1500,59,590\n2000,60.5,605\n500,60,600\n")
    np.savez("one.npz", hidden=[[1e-3]], output=[[1.0]], hidden_bias=[0.5], output_bias=[0.5])
    words = ["--data", "data.csv", "--features", "area", "--bias", "column"]
    assert main(["audit", "one.npz", "--target", "y", "--beta", "1", *words]) == 0
    out = capsys.readouterr().out
    assert "\nhint          the columns differ in size: area is 1.37e+03 and (biases) 1 " in out
    assert "bring them to one size and train again" in out and "--standardise" not in out
    np.savez("bare.npz", hidden=[[1e-3]], output=[[1.0]], hidden_bias=[0.5], output_bias=[0.0])
    assert main(["audit", "bare.npz", "--target", "y", "--beta", "1", *words, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["free"] == "nothing" and "the target's mean is 60.1" in facts["hints"][1]
    np.savez("two.npz", coefs_0=[[1e-3]], coefs_1=[[1.0, 1.0]], intercepts_0=[0.5], intercepts_1=[0.5, 0.5])
    assert main(["audit", "two.npz", "--target", "y", "--target", "z", "--beta", "1e9", *words]) == 0
    out = capsys.readouterr().out
    assert "\nhint          no neuron pays for its weight decay in y, z: beta is at or above" in out
    assert "\nhint          the targets differ in size: z is 7.4 and y 0.74 " in out


def test_an_audit_above_beta_max_says_so_once_it_is_sure() -> None:
    problem = TrainingProblem([[1], [-1]], [3, -2], beta=9)
    found = audit(problem, TwoLayerNetwork([[1.0]], [1.0]))
    assert "the zero network is optimal" in found.hints[0]
    assert "beta is 9 and beta_max about 3; train with a smaller one" in found.hints[0]
    assert audit(problem.with_beta(2), TwoLayerNetwork([[1.0]], [1.0])).hints == ()


def test_the_page_with_pictures_says_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("data.csv").write_text("x,y,z\n0.5,1,10\n1.5,-1,-10\n-2,0.5,5\n")
    page = Path("convex-landscape-output/report.html")
    for words in (["--target", "y", "--features", "x"], ["--target", "y", "--target", "z"]):
        assert main(["certify", "data.csv", "--beta", "9", *words]) == 0
        said = Path("convex-landscape-output/report.md").read_text().count("**Hint.**")
        assert page.read_text().count("<strong>Hint.</strong>") == said > 0
