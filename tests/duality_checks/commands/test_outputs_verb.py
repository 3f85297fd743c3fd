"""``certify`` with several targets: the bounds are those of the files, and hold what the theory says."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import duality_checks.checker
from duality_checks import TrainingProblem, train
from duality_checks.checker import Problem, Verdict, check_documents, packed_vector, verify
from duality_checks.cli import main
from duality_checks.commands.output import output_folder

pytestmark = pytest.mark.usefixtures("undrawn")

TABLE = "u,v,a,b\n1,1,1,1/2\n2,0,-2,3/2\n3,1,1.5,-2\n-1,2,0.5,1\n"
ROWS = [[1, 1], [2, 0], [3, 1], [-1, 2]]
Y = [["1", "1/2"], ["-2", "3/2"], ["3/2", "-2"], ["1/2", "1"]]
TWO = ("table.csv", "--target", "a", "--target", "b", "--no-bias")

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text(TABLE)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = main(["certify", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_an_interrupted_job_goes_on_with_the_outputs_it_had(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, coupling: str
) -> None:
    """Interrupted as the last program is certified: what was trained is not trained again."""
    from duality_checks.certificates import certifying

    command = (*TWO, "--coupling", coupling, "--beta", "1/4", "--output", "out", "--json")
    certified, left = certifying.certify_read, iter([True] * (coupling == "1-norm"))

    def interrupted(*arguments: Any) -> Any:
        if next(left, None):
            return certified(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(certifying, "certify_read", interrupted)
        assert run(*command)[0] == 130
    states = json.loads((here / "out/state.json").read_text())["states"].values()
    code, out, _ = run(*command, "--resume")
    facts = json.loads(out)
    assert code == 0 and facts["proven"] and facts["relative_gap"] < 1e-7
    parts = [facts] if coupling == "2-norm" else facts["outputs"]
    assert [own["history"][: len(state["history"])] for own, state in zip(parts, states, strict=True)] == [
        state["history"] for state in states
    ]
    assert not (here / "out/state.json").exists()


def test_a_state_of_some_outputs_will_do(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from duality_checks.certificates import certifying

    command = (*TWO, "--beta", "1/4", "--output", "out", "--json")
    with monkeypatch.context() as patch:
        patch.setattr(certifying, "certify_read", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        assert run(*command)[0] == 130
    assert len(json.loads((here / "out/state.json").read_text())["states"]) == 1
    other = [*command[:-3], "--beta", "1/5", "--output", "out", "--resume"]
    code, _, err = run(*other)
    assert code == 2 and "is the state of another problem" in err
    code, out, _ = run(*command, "--resume")
    assert code == 0 and json.loads(out)["proven"]


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_training_of_several_outputs_begins_with_a_network(run: Run, here: Path, coupling: str) -> None:
    command = (*TWO, "--coupling", coupling, "--beta", "1/4", "--json")
    _, cold, _ = run(*command, "--output", "out")
    code, warm, _ = run(*command, "--output", "two", "--start", "out/network.json")
    first, second = json.loads(cold), json.loads(warm)
    assert code == 0 and second["proven"]
    assert second["lower_float"] <= first["upper_float"] and first["lower_float"] <= second["upper_float"]
    parts = [[whole] if coupling == "2-norm" else whole["outputs"] for whole in (first, second)]
    rounds = [[len(own["history"]) for own in some] for some in parts]
    assert sum(rounds[1]) <= sum(rounds[0])
    code, _, err = run(
        *TWO[:3], "--beta", "1", "--no-bias", "--features", "u,v", "--start", "out/network.json"
    )
    assert code == 2 and "--start has 2 outputs, and the problem 1; begin with as many" in err


def objective(network: dict[str, Any], beta: Fraction, q: int) -> Fraction:
    """The objective of a network file, as statement 2.8 writes it, in rationals."""
    total = Fraction(0)
    values = [[Fraction(y) for y in row] for row in Y]
    for hidden, output in zip(network["hidden"], network["output"], strict=True):
        w, alpha = list(map(Fraction, hidden)), list(map(Fraction, output))
        for row, rest in zip(ROWS, values, strict=True):
            on = max(sum(x * u for x, u in zip(row, w, strict=True)), Fraction(0))
            rest[:] = [r - on * a for r, a in zip(rest, alpha, strict=True)]
        total += sum(u * u for u in w)
        total += sum(map(abs, alpha)) ** 2 if q == 1 else sum(a * a for a in alpha)
    return (sum(r * r for rest in values for r in rest) + beta * total) / 2


def facts_of(run: Run, *arguments: str) -> dict[str, Any]:
    code, out, err = run(*TWO, *arguments, "--json", "--output", "out")
    assert (code, err) == (0, "")
    facts = json.loads(out)
    assert facts["proven"] is True
    return facts


def test_the_1_norm_adds_up_what_each_output_proves(run: Run, here: Path) -> None:
    facts = facts_of(run, "--beta", "1/4")
    verdicts = [
        check_documents(*((here / "out" / one[name]).read_text() for name in ("problem", "certificate")))
        for one in facts["outputs"]
    ]
    assert all(verdict.proven for verdict in verdicts)
    assert sum(verdict.lower for verdict in verdicts) == Fraction(facts["lower"])
    assert sum(verdict.upper for verdict in verdicts) == Fraction(facts["upper"])
    network = json.loads((here / "out" / "network.json").read_text())
    assert objective(network, Fraction(1, 4), 1) == Fraction(facts["upper"])
    names = [[one["column"] for one in network["preparation"][kind]] for kind in ("columns", "targets")]
    assert names == [["u", "v"], ["a", "b"]] and not network["preparation"]["ones"]
    for k, one in enumerate(facts["outputs"]):
        alone = train(TrainingProblem(ROWS, [row[k] for row in Y], "1/4"))
        assert float(Fraction(one["upper"])) == pytest.approx(alone.upper, rel=1e-9)


def test_the_2_norm_is_proven_from_its_files_and_no_dearer(run: Run, here: Path) -> None:
    facts = facts_of(run, "--beta", "1/4", "--coupling", "2-norm")
    assert facts["proven_by"] == "independent checker"
    lower, upper = Fraction(facts["lower"]), Fraction(facts["upper"])
    problem, certificate, network = (
        (here / "out" / name).read_text() for name in ("problem.json", "certificate.json", "network.json")
    )
    verdict = check_documents(problem, certificate)
    assert (verdict.proven, verdict.lower, verdict.upper) == (True, lower, upper)
    assert objective(json.loads(network), Fraction(1, 4), 2) == upper
    columns = [
        packed_vector(v, len(ROWS), "") if isinstance(v, dict) else tuple(map(Fraction, v))
        for v in json.loads(certificate)["dual"]
    ]
    dual = list(zip(*columns, strict=True))
    pairs = [(v, Fraction(y)) for vs, ys in zip(dual, Y, strict=True) for v, y in zip(vs, ys, strict=True)]
    assert sum(v * y - v * v / 2 for v, y in pairs) == lower <= upper
    # Feasible in floats in many directions, found without chambers.
    V, X = np.array(dual, dtype=float), np.array(ROWS, dtype=float)
    turns = np.linspace(0, 2 * np.pi, 1000)
    outputs = np.maximum(X @ np.stack([np.cos(turns), np.sin(turns)]), 0)
    assert np.linalg.norm(V.T @ outputs, axis=0).max() <= 0.25
    assert upper < Fraction(facts_of(run, "--beta", "1/4")["lower"])


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_from_beta_max_on_all_outputs_are_zero(run: Run, coupling: str) -> None:
    above = facts_of(run, "--beta-ratio", "1.001", "--coupling", coupling)
    below = facts_of(run, "--beta-ratio", "0.99", "--coupling", coupling)
    zero = sum(Fraction(y) ** 2 for row in Y for y in row) / 2
    assert (above["neurons"], Fraction(above["upper"])) == (0, zero)
    assert Fraction(below["upper"]) < zero


@pytest.mark.usefixtures("drawn")
def test_what_is_printed_says_who_proved_it(run: Run, here: Path) -> None:
    code, out, _ = run(*TWO, "--beta", "1/4", "--output", "out")
    assert code == 0
    assert "output 2  b: " in out and "PROVEN, the sum of 2 proven intervals" in out
    report, page = ((here / "out" / name).read_text() for name in ("report.md", "report.html"))
    assert "convex-landscape check problem-2.json certificate-2.json" in report
    assert page.count("<h2>Output ") == 2
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))
    code, out, _ = run(*TWO, "--beta", "1/4", "--coupling", "2-norm", "--output", "shared")
    assert code == 0
    assert "PROVEN, " in out and "certificate.json" in out
    report = (here / "shared" / "report.md").read_text()
    assert "convex-landscape check problem.json certificate.json" in report
    assert main(["check", "shared/problem.json", "shared/certificate.json"]) == 0


def test_one_refused_output_refuses_the_sum(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse_b(problem: Problem, *rest: Any) -> Verdict:
        return Verdict(False, "no") if problem.target[1] == Fraction(3, 2) else verify(problem, *rest)

    monkeypatch.setattr(duality_checks.checker, "verify", refuse_b)
    code, out, _ = run(*TWO, "--beta", "1/4", "--output", "out")
    assert code == 1
    assert "REFUSED: output b: no" in out and "PROVEN" not in out
    report = (here / "out" / "report.md").read_text()
    assert "**REFUSED**: output b: no" in report and "**PROVEN**" not in report


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--target a --target a", "--target a is given twice; name each output once"),
        ("--target a --target c", "table.csv has no column 'c'"),
        ("--target a --target b --features u,b", "column 'b' is both target and feature"),
        ("--target a --target b --target u --target v", "has no column beside the targets; add a feature"),
        ("--target a --target b --resume", "there is no state to resume in"),
        ("--target a --target b --free linear", "several outputs needs free='nothing' or 'intercept'"),
        (
            "--target a --target b --coupling 2-norm --penalty 1-norm",
            "the 2-norm coupling needs penalty='2-norm'",
        ),
        ("--target a --target b --coupling max", "'max' is not one of '1-norm', '2-norm'"),
        ("--target a --target b --max-chambers 3", "chambers are predicted and the limit is 3"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_no_file(
    run: Run, here: Path, arguments: str, words: str
) -> None:
    code, out, err = run("table.csv", *arguments.split())
    assert (code, out) == (2, "")
    assert words in " ".join(err.split()) and "Traceback" not in err
    assert [path.name for path in here.iterdir()] == ["table.csv"]


def test_the_api_proves_the_same_interval(run: Run) -> None:
    """The file states the problem that its arguments state: the intervals meet."""
    from duality_checks import train_outputs

    facts = facts_of(run, "--beta", "1/4", "--activation", "abs", "--loss", "l1", "--penalty", "inf-norm")
    proof = train_outputs(TrainingProblem(ROWS, Y, "1/4", "abs", loss="l1", penalty="inf-norm"))
    assert proof.lower == proof.upper == Fraction(facts["lower"]) == Fraction(facts["upper"])


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("later", [(), ("--coupling", "2-norm")])
def test_no_certificate_of_an_earlier_job_stays_beside_a_later_one(
    run: Run, here: Path, later: tuple[str, ...]
) -> None:
    folder, one = here / "out", ("table.csv", "--target", "a", "--beta", "1/4", "--output", "out")
    assert run(*one)[0] == 0
    alone = files_of(folder)
    (folder / "problem-9.json").write_text("{}")  # not of ours
    assert run(*TWO, "--beta", "1/4", "--output", "out", *later)[0] == 0
    assert "network.json" in files_of(folder)
    # One certificate is of the later job, or there is none.
    assert main(["check", str(folder / "problem.json"), str(folder / "certificate.json")]) == (
        0 if later else 2
    )
    assert ({"problem.json", "certificate.json"} <= set(files_of(folder))) == bool(later)
    assert run(*one)[0] == 0
    assert files_of(folder) == sorted([*alone, "problem-9.json"])


def test_a_page_that_is_not_written_again_does_not_stay(run: Run, here: Path) -> None:
    """That of the job before has other numbers."""
    assert run("table.csv", "--target", "a", "--beta", "1/4", "--output", "out")[0] == 0
    assert (here / "out" / "report.html").exists()
    with output_folder(here / "out") as deliver:
        deliver({"network.json": "{}"})
    assert files_of(here / "out") == ["network.json"]


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_what_is_free_is_told(run: Run, here: Path, coupling: str) -> None:
    facts = facts_of(run, "--beta", "1/4", "--free", "intercept", "--coupling", coupling)
    assert facts["free"] == "intercept"
    report, page, network = (
        (here / "out" / name).read_text() for name in ("report.md", "report.html", "network.json")
    )
    for name, constant in zip("ab", json.loads(network)["intercept"], strict=True):
        assert constant
        for text in (report, page):
            assert f"Without penalty {name} has {constant:+.6g} beside the neurons." in text
