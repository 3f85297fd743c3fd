"""Gated networks from the command line: closed forms, their files, and the bound that they are."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from duality_checks.cli import main
from duality_checks.networks.gated import GatedNetwork
from duality_checks.networks.prepared import PreparedNetwork
from hyperplane_arrangements.errors import InputError

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "white.csv").write_text("a,b,y\n1,0,3\n0,1,-4\n")
    (tmp_path / "data.csv").write_text("x,z,y\n0.5,1,1\n1.5,-2,0\n-2,1,0.5\n3.1,0.5,2\n-1,-1,0.25\n")
    return tmp_path


def gated(capsys: Any, *words: str) -> dict[str, Any]:
    assert main(["certify", *words, "--target", "y", "--gated", "--output", "out", "--json"]) == 0
    return json.loads(capsys.readouterr().out)  # type: ignore[no-any-return]


def test_whitened_data_have_a_closed_form_that_relu_does_not_reach(capsys: Any) -> None:
    """With X = I one open gate fits both signs: beta norm(y) - beta^2/2. A ReLU network needs two neurons."""
    facts = gated(capsys, "white.csv", "--no-bias", "--beta", "1")
    assert Fraction(facts["lower"]) <= Fraction(9, 2) <= Fraction(facts["upper"])
    assert facts["upper_float"] - facts["lower_float"] < 1e-7 and facts["chambers"] == 4
    assert main(["certify", "white.csv", "--target", "y", "--no-bias", "--beta", "1", "--json"]) == 0
    relu = json.loads(capsys.readouterr().out)
    assert Fraction(relu["lower"]) <= 6 <= Fraction(relu["upper"])


@pytest.mark.parametrize("more", [[], ["--standardise"], ["--activation", "leaky:0.25"], ["--no-bias"]])
def test_the_network_in_the_file_has_the_objective_that_is_proven(more: list[str], capsys: Any) -> None:
    facts = gated(capsys, "data.csv", "--beta", "1/4", *more)
    assert main(["predict", "out/network.json", "data.csv", "--json"]) == 0
    found = np.array(json.loads(capsys.readouterr().out)["predictions"]["y"])
    network = PreparedNetwork.load("out/network.json").network
    assert isinstance(network, GatedNetwork)
    sizes = np.linalg.norm(network.hidden, axis=1).sum()
    objective = 0.5 * ((found - [1, 0, 0.5, 2, 0.25]) ** 2).sum() + 0.25 * sizes
    assert objective == pytest.approx(facts["upper_float"], rel=1e-9)
    words = ["certify", "data.csv", "--target", "y", "--beta", "1/4", "--json", *more]
    assert main(words) == 0
    assert facts["lower_float"] <= json.loads(capsys.readouterr().out)["upper_float"]


def test_above_its_beta_max_no_gate_is_used(capsys: Any) -> None:
    facts = gated(capsys, "white.csv", "--no-bias", "--beta-ratio", "1.001")
    assert (facts["neurons"], facts["beta"]) == (0, "1001/200")  # beta_max is norm(y) = 5
    assert gated(capsys, "white.csv", "--no-bias", "--beta-ratio", "0.99")["neurons"] > 0
    assert main(["predict", "out/network.json", "white.csv"]) == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--loss", "l1"], "--gated needs loss='squared', and the problem has 'l1'"),
        (["--free", "intercept"], "--gated"),
        (["--resume"], "without --start and --resume"),
        (["--target", "z"], "--gated is for one --target"),
    ],
)
def test_what_is_refused(words: list[str], message: str, capsys: Any) -> None:
    assert main(["certify", "data.csv", "--target", "y", "--beta", "1", "--gated", *words]) == 2
    assert message in capsys.readouterr().err


def test_other_verbs_know_that_it_is_gated(capsys: Any) -> None:
    gated(capsys, "data.csv", "--beta", "1/4")
    assert main(["audit", "out/network.json", "--data", "data.csv", "--beta", "1/4"]) == 2
    assert "the network is gated, and no ReLU network" in capsys.readouterr().err
    assert main(["export", "--onnx", "out/network.json"]) == 2
    assert "the network is gated; networks of two linear layers" in capsys.readouterr().err


def test_shapes_that_do_not_fit() -> None:
    with pytest.raises(InputError, match=r"gates has shape \(1, 2\) and hidden \(1, 1\)"):
        GatedNetwork([[1.0, 2.0]], [[1.0]])
    with pytest.raises(InputError, match=r"takes 1 column$"):
        GatedNetwork([[1.0]], [[1.0]]).predict([[1.0, 2.0]])
