"""The command line: what it prints, what it writes, what it refuses, and its exit codes."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

import duality_checks.checker
from duality_checks.checker import Verdict
from duality_checks.cli import cli, main
from duality_checks.data.tables import parse_csv

pytestmark = pytest.mark.usefixtures("undrawn")

SMALL = "x,y\n0.5,1\n1.5,0\n2,0.5\n3.1,2\n"
FILES = ["certificate.json", "network.json", "problem.json", "report.html", "report.md"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder that holds one small table."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small.csv").write_text(SMALL)
    return tmp_path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output folder of one good job."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "small.csv").write_text(SMALL)
    assert main(["certify", str(folder / "small.csv"), "--target", "y", "--output", str(folder / "out")]) == 0
    return folder / "out"


# ---------------------------------------------------------------- certify


@pytest.mark.usefixtures("drawn")
def test_certify_writes_its_files_and_says_what_it_proved(run, here: Path) -> None:
    code, out, err = run("certify", "small.csv", "--target", "y")
    assert (code, err) == (0, "")
    assert "PROVEN, the list of chambers complete" in out
    assert "<= p* <=" in out
    assert sorted(path.name for path in (here / "convex-landscape-output").iterdir()) == FILES


def test_certify_json_is_one_object_with_exact_and_outward_bounds(run) -> None:
    code, out, _ = run("certify", "small.csv", "--target", "y", "--beta", "1/3", "--json", "--output", "out")
    facts = json.loads(out)
    assert code == 0
    assert facts["proven"] is True
    lower, upper = Fraction(facts["lower"]), Fraction(facts["upper"])
    assert 0 <= upper - lower <= upper * Fraction(facts["relative_gap"])
    assert facts["relative_gap"] <= 1e-9
    assert Fraction(facts["lower_float"]) <= lower <= upper <= Fraction(facts["upper_float"])
    assert facts["beta"] == "1/3"
    # Four points in general position in the plane: 2 * (1 + 3) chambers.
    assert facts["chambers"] == 8
    assert facts["neurons"] == len(json.loads(Path("out/network.json").read_text())["output"])
    assert facts["seconds"] == pytest.approx(sum(facts["seconds_by_part"].values()))
    assert (facts["loss"], facts["penalty"]) == ("squared", "2-norm")
    assert facts["history"] and all(len(bounds) == 3 for bounds in facts["history"])


def test_the_problem_written_is_the_table_read(run) -> None:
    assert run("certify", "small.csv", "--target", "y", "--beta", "0.1", "--activation", "leaky:0.1")[0] == 0
    written = json.loads(Path("convex-landscape-output/problem.json").read_text())
    table = parse_csv(SMALL, "memory")
    assert written["X"] == [[str(x), "1"] for (x,) in table.numbers(["x"])]
    assert written["y"] == [str(y) for (y,) in table.numbers(["y"])]
    assert (written["beta"], written["kappa"]) == ("1/10", "1/10")


def test_features_and_bias_are_chosen(run, here: Path) -> None:
    (here / "wide.csv").write_text('a,"b,c",y,name\n1,2,1,u\n-1,1,0,v\n3,1,2,w\n')
    code, _, _ = run(
        "certify", "wide.csv", "--target", "y", "--features", '"b,c",a', "--no-bias", "--beta", "0.1"
    )
    assert code == 0
    written = json.loads(Path("convex-landscape-output/problem.json").read_text())
    assert written["X"] == [["2", "1"], ["1", "-1"], ["1", "3"]]


def test_npy_and_headerless_columns_are_called_by_position(run, here: Path) -> None:
    rows = np.array([[0.5, 1.0], [1.5, 0.0], [2.0, 0.5]])
    np.save(here / "data.npy", rows)
    (here / "data.csv").write_text("".join(f"{x},{y}\n" for x, y in rows.tolist()))
    problems = []
    for name in ("data.npy", "data.csv"):
        assert run("certify", name, "--target", "2", "--beta", "0.25", "--output", name + "-out")[0] == 0
        problems.append((here / (name + "-out") / "problem.json").read_text())
    assert problems[0] == problems[1]


def test_at_beta_max_and_above_the_zero_network_is_optimal(run) -> None:
    """Statement 2.6, both ways: above beta_max the optimum is the zero network's, below it is less."""
    zero = sum(y * y for (y,) in parse_csv(SMALL, "memory").numbers(["y"])) / 2
    above = json.loads(run("certify", "small.csv", "--target", "y", "--beta-ratio", "1.001", "--json")[1])
    below = json.loads(run("certify", "small.csv", "--target", "y", "--beta-ratio", "0.99", "--json")[1])
    assert above["neurons"] == 0
    assert Fraction(above["upper"]) == zero
    assert below["proven"] and Fraction(below["upper"]) < zero


def test_an_earlier_output_is_replaced_and_other_files_stay(run, here: Path) -> None:
    folder = here / "out"
    folder.mkdir()
    (folder / "report.md").write_text("old")
    (folder / "mine.txt").write_text("mine")
    assert run("certify", "small.csv", "--target", "y", "--output", "out")[0] == 0
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "mine.txt"])
    assert (folder / "report.md").read_text() != "old"


def test_a_refused_certificate_is_no_success(run, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Verdict(False, "for the sake of argument")
    monkeypatch.setattr(duality_checks.checker, "verify", lambda *read: refusal)
    code, out, _ = run("certify", "small.csv", "--target", "y")
    assert code == 1
    assert "REFUSED: for the sake of argument" in out
    assert "PROVEN" not in out
    report = Path("convex-landscape-output/report.md").read_text()
    assert "**REFUSED**" in report
    assert "**PROVEN**" not in report


def test_an_interrupted_job_leaves_nothing_behind(run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: Any, **options: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("duality_checks.training.columns.train", interrupted)
    (here / "old").mkdir()
    (here / "old" / "report.md").write_text("old")
    for output in ("deep/new", "old"):
        code, out, err = run("certify", "small.csv", "--target", "y", "--output", output)
        assert (code, out) == (130, "")
        assert "interrupted; nothing half-written is left" in err
    assert not (here / "deep").exists()
    assert [path.name for path in (here / "old").iterdir()] == ["report.md"]
    assert (here / "old" / "report.md").read_text() == "old"


# ---------------------------------------------------------------- bad input

TABLES = {
    "nan.csv": "x,y\n1,2\nnan,3\n",
    "inf.csv": "x,y\n1,2\n2,-inf\n",
    "text.csv": "x,y\n1,2\nspam,3\n",
    "blank.csv": "x,y\n1,2\n,3\n",
    "empty.csv": "",
    "header.csv": "x,y\n",
    "one.csv": "x,y\n1,2\n",
    "zeros.csv": "x,y\n0,1\n0.0,2\n",
    "ragged.csv": "x,y\n1,2\n3\n",
    "twice.csv": "x,y,x\n1,2,3\n",
    "lonely.csv": "y\n1\n2\n",
    "flat.csv": "x,y,tenth,other,third\n1,0,0.1,0,1/3\n2,0,0.1,0,2/3\n",
    "ones.csv": "x,one,1st,y\n1,1,1.0,2\n3,1,1,0\n",
    "cancelling.csv": "x,y\n1,3\n1,-3\n2,0\n",
    "good.csv": SMALL,
    "far.csv": "x,y\n1,2\n1e400,3\n",
    "high.csv": "x,y\n1,2\n2,-1e400\n",
    "semicolons.csv": "x;y\n0,5;1.5\n",
    "commas.csv": 'x,y\n"0,5",1\n2,3\n',
    "billions.csv": "x,y\n1,2\n1e999999999,3\n",
}

BAD_JOBS = {
    "missing file": ("nowhere.csv --target y", "nowhere.csv cannot be read: No such file or directory"),
    "nan": ("nan.csv --target y", "nan.csv: row 2 (line 3), column 'x' is nan; drop or impute the row"),
    "infinity": ("inf.csv --target y", "inf.csv: row 2 (line 3), column 'y' is -inf; drop or impute the row"),
    "text": ("text.csv --target y", "row 2 (line 3), column 'x' holds 'spam', which is not a number"),
    "empty cell": ("blank.csv --target y", "row 2 (line 3), column 'x' is empty; drop or impute the row"),
    "empty file": ("empty.csv --target y", "empty.csv is empty; give a header line and rows of numbers"),
    "header only": ("header.csv --target y", "header.csv has 0 rows of data; give at least two"),
    "one row": ("one.csv --target y", "one.csv has 1 row of data; give at least two"),
    "all zero": ("zeros.csv --target y", "zeros.csv holds only zeros in 'x'"),
    "ragged": ("ragged.csv --target y", "ragged.csv: line 3 has 1 cells, but the first has 2"),
    "name twice": ("twice.csv --target y", "twice.csv: the first line names column 'x' twice"),
    "missing target": ("good.csv --target z", "good.csv has no column 'z'; its columns are 'x', 'y'"),
    "missing feature": ("good.csv --target y --features q", "good.csv has no column 'q'"),
    "feature is target": ("good.csv --target y --features y", "column 'y' is both target and feature"),
    "no feature": ("lonely.csv --target y", "lonely.csv has no column beside the target 'y'"),
    "no target": ("good.csv", "--target is missing: which column is to be predicted? good.csv has 'x', 'y'"),
    "target of nothing": ("--target y", "--target, --features and --weights choose columns of DATA"),
    "beta zero": ("good.csv --target y --beta 0", "--beta=0 is not positive"),
    "beta negative": ("good.csv --target y --beta -1/2", "--beta=-1/2 is not positive"),
    "beta nan": ("good.csv --target y --beta nan", "--beta is 'nan'; give a finite number"),
    "beta text": ("good.csv --target y --beta small", "--beta is 'small'; give a finite number"),
    "beta below floats": (
        "good.csv --target y --beta 1e-400",
        "beta is 1e-400, beyond the range of floats, 5e-324 to 1.8e308; rescale y and beta together",
    ),
    "beta above floats": (
        "good.csv --target y --beta 1e400",
        "beta is 1.00e+400, beyond the range of floats",
    ),
    "ratio above floats": (
        "good.csv --target y --beta-ratio 1e400",
        "--beta-ratio 1.00e+400 of beta_max",
    ),
    "X above floats": ("far.csv --target y --beta 1", "X[1, 0] is 1.00e+400, beyond the range of floats"),
    "y above floats": ("high.csv --target y --beta 1", "y[1] is -1.00e+400, beyond the range of floats"),
    "billions of digits": ("billions.csv --target y", "a power of ten beyond 400; rescale or round"),
    "kappa above floats": (
        "good.csv --target y --beta 1 --activation leaky:-1e400",
        "kappa is -1.00e+400, beyond the range of floats",
    ),
    "kappa far out": ("good.csv --target y --beta 1 --activation leaky:-1e300", "kappa is of size -1e+300"),
    "kappa of billions of digits": (
        "good.csv --target y --beta 1 --activation leaky:1e999999999",
        "'1e999999999', a power of ten beyond 4000; rescale it",
    ),
    "huber far out": ("good.csv --target y --beta 1 --loss huber:1e300", "huber delta is of size 1e+300"),
    "commas and points": ("semicolons.csv --target y", "whether its comma marks decimals or thousands"),
    "how to read nothing": ("--decimal ,", "--standardise and the like say how to read and prepare DATA"),
    "three labels": ("good.csv --target y --labels a,b,c", "give two, for -1 and for +1"),
    "no such labels": ("good.csv --target y --labels no,yes", "is neither 'no' nor 'yes'"),
    "no mark": ("good.csv --target y --separator ab", "--separator 'ab' is not one mark between cells"),
    "decimal comma": ("commas.csv --target y", "'0,5', which is not a number; write decimals with a point"),
    "ratio zero": ("good.csv --target y --beta-ratio 0", "--beta-ratio=0 is not positive"),
    "both": ("good.csv --target y --beta 1 --beta-ratio 1", "--beta and --beta-ratio exclude each other"),
    "a target of zeros": (
        "flat.csv --target y --features x",
        "beta_max is 0 (every target is 0): no neuron lowers the loss at any weight decay, so there is no "
        "share to take; choose another target, or give --beta to have just that proven",
    ),
    "a target of zeros and a kink": (
        "flat.csv --target y --features x --loss l1",
        "beta_max is 0 (every target is 0)",
    ),
    "two targets of zeros": ("flat.csv --target y --target other --features x", "(every target is 0)"),
    "two coupled targets of zeros": (
        "flat.csv --target y --target other --features x --coupling 2-norm",
        "(every target is 0)",
    ),
    "a constant target": (
        "flat.csv --target tenth --features x --free intercept",
        "beta_max is 0 (the target is constant, which the free intercept fits)",
    ),
    "a constant target and free biases": (
        "flat.csv --target tenth --features x --free biases",
        "beta_max is 0 (the target is constant, which the free intercept fits)",
    ),
    "a column of ones and free biases": (
        "ones.csv --target y --features x,one --free biases",
        "'one' holds nothing but 1: leave 'one' out by --features, or pass --no-bias to take it for the",
    ),
    "columns of ones and free biases": (
        "ones.csv --target y --free biases",
        "'one', '1st' hold nothing but 1: leave them out by --features",
    ),
    "columns of ones, free biases and no bias": (
        "ones.csv --target y --free biases --no-bias",
        "'one', '1st' hold nothing but 1: leave all but one out by --features",
    ),
    "a linear target": (
        "flat.csv --target third --features x --free linear",
        "beta_max is 0 (nothing is better than what is free alone, free='linear')",
    ),
    "a linear target and the 1-norm": (
        "flat.csv --target third --features x --free linear --penalty 1-norm",
        "beta_max is 0 (nothing is better than what is free alone, free='linear')",
    ),
    "targets that cancel": ("cancelling.csv --target y", "(the targets of equal samples cancel)"),
    "activation": (
        "good.csv --target y --activation tanh",
        "activation='tanh' is unknown; use 'relu', 'abs'",
    ),
    "kappa": ("good.csv --target y --activation leaky:1", "activation slope kappa=1 is not below 1"),
    "option": ("good.csv --target y --spam", "No such option"),
    "limit": (
        "good.csv --target y --max-chambers 7",
        "8 chambers are predicted and the limit is 7. Feasible: at most",
    ),
    "limit zero": ("good.csv --target y --max-chambers 0", "--max-chambers"),
    "output is a file": (
        "good.csv --target y --output good.csv",
        "--output good.csv cannot be written: File exists",
    ),
    "output in a file": (
        "good.csv --target y --output good.csv/out",
        "--output good.csv/out cannot be written",
    ),
}


@pytest.mark.parametrize(("arguments", "message"), BAD_JOBS.values(), ids=BAD_JOBS.keys())
def test_bad_input_is_one_message_and_no_trace(run, here: Path, arguments: str, message: str) -> None:
    for name, text in TABLES.items():
        (here / name).write_text(text)
    before = sorted(here.rglob("*"))
    code, out, err = run("certify", *arguments.split(" "))
    assert code == 2
    assert out == ""
    assert message in " ".join(err.split())
    assert "Traceback" not in err
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize("verb", [["certify", "--target", "3", "--penalty", "1-norm"], ["chambers"]])
def test_a_job_over_the_limit_is_refused_with_the_count_and_what_would_do(
    run, here: Path, verb: list[str]
) -> None:
    points = np.random.default_rng(0).integers(-(10**6), 10**6, size=(200, 3))
    np.save(here / "many.npy", points)
    code, _, err = run(verb[0], "many.npy", *verb[1:], "--max-chambers", 10_000)
    assert code == 2
    # 2 * (1 + 199 + 199 * 198 / 2), by hand, for rows in general position.
    assert "39,802 chambers are predicted and the limit is 10,000" in err
    assert "at most 100 of the 200 rows" in err
    assert "--max-chambers 39802" in err


def test_a_job_without_memory_is_one_message(run, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*arguments: Any, **options: Any) -> None:
        raise MemoryError

    monkeypatch.setattr("duality_checks.training.columns.train", exhausted)
    code, out, err = run("certify", "small.csv", "--target", "y")
    assert (code, out) == (2, "")
    assert "needs more memory than there is" in err


# ---------------------------------------------------------------- check


def test_check_proves_what_certify_wrote(run, done: Path) -> None:
    code, out, err = run("check", done / "problem.json", done / "certificate.json")
    assert (code, err) == (0, "")
    assert out.startswith("PROVEN ")


def test_check_json_has_both_bounds(run, done: Path) -> None:
    code, out, _ = run("check", done / "problem.json", done / "certificate.json", "--json")
    facts, written = json.loads(out), json.loads((done / "certificate.json").read_text())
    assert code == 0
    assert facts["proven"] is True
    assert (facts["lower"], facts["upper"]) == (written["lower"], written["upper"])


def test_the_checker_alone_says_the_same(run, done: Path, here: Path) -> None:
    alone = here / "elsewhere.py"
    shutil.copy(duality_checks.checker.__file__, alone)
    files = [done / "problem.json", done / "certificate.json"]
    process = subprocess.run([sys.executable, "-I", "-S", alone, *files], capture_output=True, text=True)
    assert (process.returncode, process.stdout) == run("check", *files)[:2]


def test_check_refuses_a_raised_bound(run, done: Path, here: Path) -> None:
    document = json.loads((done / "certificate.json").read_text())
    document["lower"] = str(Fraction(document["lower"]) + 1)
    (here / "forged.json").write_text(json.dumps(document))
    code, out, _ = run("check", done / "problem.json", "forged.json")
    assert code == 1
    assert out.startswith("REFUSED: ")
    code, out, _ = run("check", done / "problem.json", "forged.json", "--json")
    facts = json.loads(out)
    assert (code, facts["proven"], facts["lower"]) == (1, False, None)
    assert facts["reason"]


@pytest.mark.parametrize("text", ["", "{}", "[1", "null"])
def test_check_refuses_what_is_no_certificate_and_no_problem(run, done: Path, here: Path, text: str) -> None:
    (here / "bad.json").write_text(text)
    assert run("check", done / "problem.json", "bad.json")[0] == 1
    code, out, err = run("check", "bad.json", done / "certificate.json")
    assert (code, out) == (2, "")
    assert "bad.json states no problem" in err


def test_check_wants_files(run, done: Path) -> None:
    code, out, err = run("check", done / "problem.json", "nowhere.json")
    assert (code, out) == (2, "")
    assert "nowhere.json cannot be read: No such file" in err


# ---------------------------------------------------------------- chambers

MATRIX = "1,0\n0,1\n0.1,0.1\n-2,-2\n0,0\n"


def signs_of(rows: list[list[Fraction]], witness: list[int]) -> list[int]:
    values = [sum(x * u for x, u in zip(row, witness, strict=True)) for row in rows]
    return [(value > 0) - (value < 0) for value in values]


def test_chambers_counts(run, here: Path) -> None:
    (here / "matrix.csv").write_text(MATRIX)
    code, out, said = run("chambers", "matrix.csv", "--count")
    assert (code, out) == (0, "6\n") and said.startswith(
        "note: matrix.csv: no header: the first line is data"
    )
    facts = json.loads(run("chambers", "matrix.csv", "--count", "--json")[1])
    assert facts == {"count": 6, "complete": True, "rows": 5, "dimension": 2, "rank": 2}


def test_chambers_says_when_it_counts_with_symmetry(run) -> None:
    said = "with symmetry: 13 flats, 6 of them of rank 4, stand for all"
    assert run("chambers", "type_e_8", "--count") == (0, "696729600\n", f"counted {said}\n")
    assert json.loads(run("chambers", "type_e_8", "--count", "--json")[1])["counted"] == said


def test_chambers_lists_signs_with_witnesses_that_have_them(run, here: Path) -> None:
    (here / "matrix.csv").write_text(MATRIX)
    rows = [list(row) for row in parse_csv(MATRIX, "memory").numbers(["1", "2"])]
    document = json.loads(run("chambers", "matrix.csv", "--json")[1])
    listed = {tuple(entry["signs"]) for entry in document["chambers"]}
    for entry in document["chambers"]:
        assert signs_of(rows, [int(value) for value in entry["witness"]]) == entry["signs"]
    # Every direction of a fine grid is in a listed chamber or on a hyperplane.
    seen = {tuple(signs_of(rows, list(u))) for u in product(range(-4, 5), repeat=2)}
    assert listed == {signs for signs in seen if 0 not in signs[:4]}
    assert document["count"] == len(document["chambers"]) == 6


def test_chambers_text_says_the_same_as_json(run, here: Path) -> None:
    (here / "matrix.csv").write_text(MATRIX)
    lines = run("chambers", "matrix.csv")[1].splitlines()
    document = json.loads(run("chambers", "matrix.csv", "--json")[1])
    expected = [
        "".join("-0+"[s + 1] for s in entry["signs"]) + "\t" + " ".join(entry["witness"])
        for entry in document["chambers"]
    ]
    assert lines == expected


def test_chambers_takes_columns(run, here: Path) -> None:
    (here / "named.csv").write_text("a,b,name\n1,0,u\n0,1,v\n1,2,w\n")
    assert run("chambers", "named.csv", "--features", "a,b", "--count")[1] == "6\n"
    assert run("chambers", "named.csv", "--features", "a", "--count")[1] == "2\n"
    code, _, err = run("chambers", "named.csv", "--count")
    assert code == 2
    assert "column 'name' holds 'u', which is not a number" in err


def test_chambers_and_draw_take_files_of_other_programs(run, here: Path) -> None:
    (here / "square.ine").write_text("begin\n4 3 integer\n0 1 0\n0 0 1\n1 -1 0\n1 0 -1\nend\n")
    (here / "sage.txt").write_text("[1 0]\n[0 1]\n[1 1]\n")
    (here / "printed").write_text("1 0\n0 1\n1/2 1\n")
    counts = {"square.ine": "9\n", "sage.txt": "6\n", "printed": "6\n"}
    assert {name: run("chambers", name, "--count")[1] for name in counts} == counts
    code, _, err = run("chambers", "square.ine", "--features", "1")
    assert code == 2 and "states its own rows and offsets; leave out the other options" in err
    (here / "table.txt").write_text("a,b\n1,0\n0,1\n")  # a table all the same
    assert run("chambers", "table.txt", "--features", "a", "--count")[1] == "2\n"


# ---------------------------------------------------------------- the command as a whole


def test_help_has_examples_and_version_a_number(run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert "convex-landscape certify DATA.csv --target" in out
    assert all(f"\n  convex-landscape {verb}" in out for verb in cli.commands)
    assert run("--version")[0] == 0


@pytest.mark.parametrize("verb", sorted(cli.commands))
def test_every_verb_has_examples_and_json_and_tells_of_all_its_options(run, verb: str) -> None:
    code, out, _ = run(verb, "--help")
    assert code == 0
    assert f"\n  convex-landscape {verb}" in out
    options = [option for option in cli.commands[verb].params if isinstance(option, click.Option)]
    assert "--json" in {name for option in options for name in option.opts}
    assert [option.opts for option in options if not option.help] == []


@pytest.mark.parametrize("typed", ["--sampels", "--rnak", "--tarket"])
def test_what_is_suggested_for_a_mistyped_option_is_in_the_help(run, typed: str) -> None:
    code, _, err = run("certify", "small.csv", typed, "3")
    message, *suggested = re.findall(r"'(--[\w-]+)'", err)
    assert (code, message) == (2, typed)
    assert set(suggested) <= set(re.findall(r"--[\w-]+", run("certify", "--help")[1]))
    assert typed != "--tarket" or "--target" in suggested


def completed(shell: str, *words: str) -> str:
    """What the program answers to a shell that asks how to go on after some words."""
    environment = os.environ | {
        "_CONVEX_LANDSCAPE_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(["convex-landscape", *words]),
        "COMP_CWORD": words[-1] if shell == "fish" else str(len(words)),
    }
    command = [sys.executable, "-m", "duality_checks.cli"]
    return subprocess.run(command, capture_output=True, text=True, env=environment).stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete_the_verbs(shell: str) -> None:
    answer = completed(shell, "ch")
    assert "chambers" in answer and "check" in answer and "certify" not in answer


def test_shells_can_complete_options_and_choices() -> None:
    expected = ["plain,--max-chambers", "plain,--max-cones"]
    assert completed("bash", "certify", "--max").split() == expected
    assert completed("bash", "draw", "--kind", "tope").split() == ["plain,tope-graph"]


def test_progress_is_for_terminals_only(run, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    watched = Terminal()
    monkeypatch.setattr(sys, "stderr", watched)
    monkeypatch.setenv("TERM", "xterm")
    assert run("chambers", "small.csv", "--count")[1] == "8\n"
    assert "Counting chambers" in watched.getvalue()


def test_the_module_runs_as_a_program(here: Path) -> None:
    words = [sys.executable, "-m", "duality_checks.cli", "chambers", "nowhere.csv"]
    process = subprocess.run(words, capture_output=True, text=True)
    assert process.returncode == 2
    assert process.stderr == "convex-landscape: nowhere.csv cannot be read: No such file or directory\n"


def test_certify_takes_a_loss_and_a_penalty(run, here):
    (here / "labels.csv").write_text("a,label\n1,1\n2,-1\n4,1\n-1,-1\n")
    options = ["--target", "label", "--loss", "hinge", "--penalty", "1-norm", "--beta", "1/2"]
    code, out, _ = run("certify", "labels.csv", *options, "--output", "proof")
    assert code == 0
    assert "hinge loss, 1-norm" in out and "PROVEN" in out
    report = (here / "proof" / "report.md").read_text()
    assert "sum_i loss(f_i, y_i)" in report
    assert "**Equality.**" not in report  # the bounds are equal, so nothing is open


@pytest.mark.parametrize("free", ["intercept+linear", "biases"])
def test_certify_leaves_free_what_it_is_told_to(run, here, free):
    (here / "line.csv").write_text("a,b\n0,7\n1,10\n2,13\n4,20\n")
    options = ["--target", "b", "--free", free, "--beta", "1/2", "--output", "proof"]
    code, out, _ = run("certify", "line.csv", *options)
    assert code == 0
    assert f"{free} unpenalised" in out and "PROVEN" in out
    assert json.loads((here / "proof" / "problem.json").read_text())["free"] == free
    for name in ("report.md", "report.html"):
        assert "Without penalty b has" in (here / "proof" / name).read_text()
    assert run("check", "proof/problem.json", "proof/certificate.json")[0] == 0


def test_certify_refuses_what_cannot_be_free(run, here):
    code, _, err = run("certify", "small.csv", "--target", "y", "--free", "everything")
    assert code == 2 and "free='everything' is unknown; use nothing, intercept" in err
    code, _, err = run("certify", "small.csv", "--target", "y", "--free", "biases", "--no-bias")
    assert code == 2 and "leave --no-bias out" in err
    code, _, err = run("certify", "small.csv", "--target", "y", "--free", "intercept", "--loss", "l1")
    assert code == 2 and "give beta itself" in err


def test_certify_proves_equality_for_a_polyhedral_norm_with_free_biases(run, here):
    options = ["--free", "biases", "--penalty", "1-norm", "--output", "proof"]
    assert run("certify", "small.csv", "--target", "y", *options)[0] == 0
    claim = json.loads((here / "proof" / "certificate.json").read_text())
    assert claim["lower"] == claim["upper"]
    assert run("check", "proof/problem.json", "proof/certificate.json")[0] == 0


def test_a_loss_that_does_not_fit_the_labels_is_refused(run, here):
    (here / "labels.csv").write_text("a,label\n1,1\n2,0\n")
    options = ["--target", "label", "--loss", "logistic", "--output", "proof"]
    code, _, err = run("certify", "labels.csv", *options)
    assert code != 0
    assert "y[1]=0 is no label" in err


@pytest.mark.parametrize(
    ("words", "environment", "count"), [(["--cores", "3"], "5", 3), ([], "5", 5), (["--cores", "3"], "", 3)]
)
def test_the_cores_of_a_job_are_those_asked_for(run, here, monkeypatch, words, environment, count):
    from hyperplane_arrangements.enumeration import chambers
    from hyperplane_arrangements.machine.cores import VARIABLE, cores

    seen, own = [], chambers.count_chambers
    monkeypatch.setattr(chambers, "count_chambers", lambda *args: seen.append(cores()) or own(*args))
    monkeypatch.setenv(VARIABLE, environment)
    assert run(*words, "chambers", "small.csv", "--count")[0] == 0
    assert set(seen) == {count}


def test_no_cores_are_refused(run, here):
    code, _, err = run("--cores", "0", "chambers", "small.csv", "--count")
    assert code == 2 and "--cores" in err


def test_workers_and_a_cluster_exclude_each_other(run) -> None:
    code, _, err = run("check", "nowhere.json", "nowhere.json", "--workers", "2", "--cluster", "tcp://nobody")
    assert code == 2 and "--workers and --cluster exclude each other; give one of them" in err


def test_a_short_job_starts_no_workers(run, done: Path, monkeypatch) -> None:
    def never(self, *arguments):
        raise AssertionError("a pool was made")

    monkeypatch.setattr("hyperplane_arrangements.machine.workers.Workers.submit", never)
    paths = str(done / "problem.json"), str(done / "certificate.json")
    assert run("check", *paths, "--workers", "2")[0] == 0
