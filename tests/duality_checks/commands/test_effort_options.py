"""`certify --gap --time-limit --max-cones`, from a table at a rank where chambers are not listed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from duality_checks.cli import cli

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(2)
    rows = np.c_[rng.integers(-9, 10, (25, 4)), rng.integers(-9, 10, 25)]
    path = tmp_path_factory.mktemp("table") / "table.csv"
    path.write_text("a,b,c,d,y\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n")
    return path


def certified(table, folder, *options):
    arguments = ["certify", str(table), "--target", "y", "--json", "--output", str(folder), *options]
    return CliRunner().invoke(cli, arguments)


@pytest.mark.parametrize("free", ["nothing", "intercept"])
def test_a_gap_that_will_do_is_reached(table, tmp_path, free):
    found = certified(table, tmp_path, "--gap", "1/4", "--beta-ratio", "1/4", "--free", free)
    facts = json.loads(found.stdout)
    assert facts["proven"] and facts["relative_gap"] <= 0.25
    checked = CliRunner().invoke(
        cli, ["check", str(tmp_path / "problem.json"), str(tmp_path / "certificate.json")]
    )
    assert checked.exit_code == 0 and "PROVEN" in checked.stdout


@pytest.mark.parametrize("limit", [["--max-cones", "1"], ["--time-limit", "1e-9"]])
def test_a_search_that_ends_at_once_proves_nothing_but_what_is_true(table, tmp_path, limit):
    facts = json.loads(certified(table, tmp_path, *limit).stdout)
    assert facts["proven"] and facts["relative_gap"] == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--gap", "1"], "--gap 1 claims nothing; give a number from 0 to below 1"),
        (["--time-limit", "0"], "--time-limit 0.0 is no limit; give a positive number"),
        (["--time-limit", "nan"], "--time-limit nan is no limit"),
        (["--max-cones", "-1"], "--max-cones -1 is no limit"),
    ],
)
def test_limits_that_are_none(table, tmp_path, options, message):
    found = certified(table, tmp_path, *options)
    assert found.exit_code == 2 and message in found.stderr
    assert not list(tmp_path.iterdir())
