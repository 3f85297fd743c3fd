"""`--gap --time-limit --max-cones`, from a table at a rank where chambers are not listed."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner

from duality_checks.cli import cli, main

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(2)
    rows = np.c_[rng.integers(-9, 10, (25, 4)), rng.integers(-9, 10, 25)]
    rows = np.c_[rows, rows[::-1, 4]]
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text("a,b,c,d,y,z\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n")
    return path


def certified(table, folder, *options):
    arguments = ["certify", str(table), "--target", "y", "--features", "a,b,c,d", "--json"]
    arguments += ["--output", str(folder), *options]
    return CliRunner().invoke(cli, arguments)


@pytest.mark.parametrize("free", ["nothing", "intercept"])
def test_a_gap_that_will_do_is_reached(table, tmp_path, free):
    found = certified(table, tmp_path, "--gap", "1/4", "--beta-ratio", "1/4", "--free", free)
    facts = json.loads(found.stdout)
    assert facts["proven"] and facts["relative_gap"] <= facts["gap_wanted"] == 0.25 and facts["gap_reached"]
    checked = CliRunner().invoke(
        cli, ["check", str(tmp_path / "problem.json"), str(tmp_path / "certificate.json")]
    )
    assert checked.exit_code == 0 and "PROVEN" in checked.stdout


@pytest.mark.parametrize("limit", [["--max-cones", "1"], ["--time-limit", "1e-9"]])
def test_a_search_that_ends_at_once_proves_nothing_but_what_is_true(table, tmp_path, limit):
    facts = json.loads(certified(table, tmp_path, *limit).stdout)
    assert facts["proven"] and 0.2 < facts["relative_gap"] <= 1
    assert facts["gap_wanted"] == 0 and facts["gap_reached"]  # none was asked for
    near = json.loads(certified(table, tmp_path, "--gap", "1/4").stdout)
    assert 0 <= facts["lower_float"] <= near["upper_float"] and near["lower_float"] <= facts["upper_float"]


def test_a_gap_that_was_missed_is_said(table, tmp_path):
    """One below floats, which is not blamed on a limit."""
    options = ["--target", "y", "--features", "a", "--gap", "1e-15", "--output", str(tmp_path)]
    told = CliRunner().invoke(cli, ["certify", str(table), *options])
    assert told.exit_code == 0 and "NOT within the gap asked for" in " ".join(told.stdout.split())
    facts = json.loads(CliRunner().invoke(cli, ["certify", str(table), *options, "--json"]).stdout)
    assert facts["proven"] and facts["gap_reached"] is False
    assert "training in floats comes no nearer" in (tmp_path / "report.md").read_text()
    assert "max-cones" not in (tmp_path / "report.md").read_text()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--gap", "1"], "--gap is '1'; give a finite number >= 0 and < 1"),
        (["--time-limit", "0"], "--time-limit=0.0 is no limit; give a positive number"),
        (["--time-limit", "nan"], "--time-limit=nan is no limit"),
        (["--max-cones", "-1"], "--max-cones=-1 is no limit"),
    ],
)
def test_limits_that_are_none(table, tmp_path, options, message, capsys):
    code = main(["certify", str(table), "--target", "y", "--output", str(tmp_path), *options])
    assert code == 2 and message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_audit_searches_as_far_as_it_may(table, tmp_path):
    np.savez(tmp_path / "n.npz", hidden=np.ones((1, 4)), output=[1.0], hidden_bias=[0.5], output_bias=0.5)
    words = ["audit", str(tmp_path / "n.npz"), "--data", str(table), "--target", "y", "--beta", "70"]
    words += ["--features", "a,b,c,d", "--bias", "decayed", "--max-chambers", "100", "--json"]
    bounds = {}
    for name, more in {"none": ["--max-cones", "1"], "some": ["--gap", "0.9"]}.items():
        found = CliRunner().invoke(cli, [*words, *more])
        facts = json.loads(found.stdout)
        assert facts["proven_by"] == "independent checker"
        bounds[name] = Fraction(facts["lower"]), Fraction(facts["upper"])
    # Without cones functions may prove more than was asked for with them.
    assert 0 < bounds["none"][0] <= bounds["some"][1]
    # The claim asks for a tenth of itself.
    assert bounds["some"][1] - bounds["some"][0] <= bounds["some"][1] * Fraction(9, 100)


def test_several_outputs_search_as_far_as_they_may(table, tmp_path):
    two = ["--target", "z", "--beta", "70", "--max-chambers", "100"]
    none, some = (
        json.loads(certified(table, tmp_path, *two, *more).stdout)
        for more in (["--max-cones", "1"], ["--gap", "1/2"])
    )
    assert none["proven"] and 0 < Fraction(none["lower"]) <= Fraction(some["upper"])
    assert some["proven"] and Fraction(some["upper"]) <= 2 * Fraction(some["lower"])
    network = tmp_path / "network.json"
    words = ["audit", str(network), "--data", str(table), "--target", "y", "--target", "z", "--beta", "70"]
    for coupling in ("1-norm", "2-norm"):
        found = CliRunner().invoke(cli, [*words, "--coupling", coupling, "--time-limit", "1e-9", "--json"])
        facts = json.loads(found.stdout)
        assert facts["proven_by"] == "independent checker"
        assert 0 <= Fraction(facts["lower"]) <= Fraction(some["upper"])
        assert facts["hints"] == []


def test_a_limit_of_time_holds_where_outputs_share_neurons(table, tmp_path):
    """With next to no time the bounds are wide, and proven all the same."""
    shared = ["--target", "z", "--beta", "70", "--coupling", "2-norm"]
    found = json.loads(certified(table, tmp_path, *shared, "--time-limit", "1e-9").stdout)
    assert found["proven"] and found["proven_by"] == "independent checker"
    assert 0 <= Fraction(found["lower"]) <= Fraction(found["upper"])


LISTED = [
    ["--gated"],
    ["--penalty", "1-norm"],
    ["--penalty", "inf-norm", "--target", "z"],
    ["--filter", "2", "--pooling", "max"],
]


@pytest.mark.parametrize("options", LISTED, ids=" ".join)
def test_no_limit_of_time_is_taken_and_forgotten(table, tmp_path, options):
    found = certified(table, tmp_path, *options, "--time-limit", "9")
    assert found.exit_code == 2 and "goes through all chambers" in found.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("options", LISTED, ids=" ".join)
def test_nor_is_a_limit_of_cones(table, tmp_path, options):
    found = certified(table, tmp_path, *options, "--max-cones", "9")
    assert found.exit_code == 2 and "--max-cones ends searches over all directions" in found.stderr
