"""Files for Coq: they say what the certificate says, compile if it is a proof, and not otherwise."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from coq import IMPORT, compile_text, compiled_library
from cover_forgeries import FORGERIES, TERMS, covered, honest, verdict, with_term

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.cli import main
from duality_checks.formal import coq
from duality_checks.formal.covering import with_cover
from duality_checks.formal.export import claims, coq_text, to_coq
from duality_checks.formal.gallina import certificate_term, problem_term
from hyperplane_arrangements.errors import InputError, LimitError

RATIONAL = re.compile(r"(-?\d+) # (\d+)")
COVERED = [options for options in TERMS if options != {"loss": "logistic"}]


@pytest.fixture(scope="module")
def library(pytestconfig: pytest.Config) -> Path:
    return compiled_library(pytestconfig)


def judged(cases: list[tuple[str, str]], library: Path, folder: Path) -> list[bool]:
    """What `accept` says about each pair of documents: one file for all."""
    lines = [IMPORT, "Open Scope Q_scope."]
    for problem, certificate in cases:
        stated, claim = claims(problem, certificate)
        lines.append(f"Eval vm_compute in accept {problem_term(stated)} {certificate_term(stated, claim)}.")
    done = compile_text(library, "\n".join(lines), folder, "Cases")
    assert done.returncode == 0, done.stderr
    found = re.findall(r"= (true|false)\s*: bool", done.stdout)
    assert len(found) == len(cases)
    return [answer == "true" for answer in found]


def readable_forgeries() -> dict[str, tuple[str, str]]:
    """Those that are refused for what they say, not for how they are written."""
    found = {}
    for name, (change, _) in FORGERIES.items():
        problem, document = honest()
        change(problem, document)
        try:
            claims(json.dumps(problem), json.dumps(document))
        except InputError:
            continue
        found[name] = (json.dumps(problem), json.dumps(document))
    return found


@pytest.mark.slow
def test_coq_says_of_each_certificate_what_the_checker_says(library: Path, tmp_path: Path) -> None:
    cases = readable_forgeries()
    assert len(cases) >= 20
    for kappa in (0, -1, Fraction(1, 10)):
        problem, document = honest(Fraction(kappa))
        cases[f"honest, kappa {kappa}"] = (json.dumps(problem), json.dumps(document))
    for options in COVERED:
        problem = with_term(options)
        cases[str(options)] = (problem.to_json(), covered(problem, train(problem)).to_json())
    narrow = TrainingProblem([[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3]], [1, 0, 2, -1], beta="1/10")
    cases["in a basis"] = (narrow.to_json(), covered(narrow, train(narrow)).to_json())
    expected = [verdict(*map(json.loads, case)).proven for case in cases.values()]
    found = judged(list(cases.values()), library, tmp_path)
    assert dict(zip(cases, found, strict=True)) == dict(zip(cases, expected, strict=True))
    assert sum(expected) == 3 + len(COVERED) + 1


def about(problem: str, certificate: str) -> str:
    """The file, but for its last line, which takes longer than the rest."""
    return coq_text(*claims(problem, certificate)).replace("Print Assumptions optimum.", "")


@pytest.mark.slow
def test_a_file_about_a_forgery_does_not_compile(library: Path, tmp_path: Path) -> None:
    done = compile_text(library, about(*map(json.dumps, honest())), tmp_path, "Honest")
    assert done.returncode == 0, done.stderr
    forged = about(*readable_forgeries()["dual scaled by 1 + 2^-36"])
    refused = compile_text(library, forged, tmp_path, "Forged")
    assert refused.returncode != 0
    assert re.search(r"expected to have type\s+\"accept data claim = true\"", refused.stderr), refused.stderr


def test_a_list_becomes_a_cover_of_nearly_the_same_bounds() -> None:
    problem = with_term({"activation": "leaky:1/10"})
    listed = certify(problem, train(problem))
    made = with_cover(problem, listed)
    assert listed.cover is None and made.cover is not None
    assert check(problem, made).proven
    assert made.upper == listed.upper
    assert listed.lower * (1 - Fraction(1, 2**24)) <= made.lower <= listed.lower
    assert with_cover(problem, made) is made


def test_a_dual_that_is_too_long_gets_no_cover() -> None:
    problem = with_term({"loss": "squared"})
    listed = certify(problem, train(problem))
    longer = type(listed)(
        **{name: getattr(listed, name) for name in listed.__slots__ if name != "dual"},
        dual=tuple(2 * z for z in listed.dual),
    )
    with pytest.raises(InputError, match="no cover proves its dual vector; make one that"):
        with_cover(problem, longer)


@pytest.mark.parametrize("size", [10, 10**4, 10**7])
def test_room_is_left_for_floats_where_entries_are_large(size: int) -> None:
    rows = [[size * (k * k % 7 - 3), k - 4, 1] for k in range(9)]
    problem = TrainingProblem(rows, [k % 3 - 1 for k in range(9)], beta="1/2")
    listed = certify(problem, train(problem))
    made = with_cover(problem, listed, cones=2_000)
    assert check(problem, made).proven
    assert made.upper == listed.upper and made.lower >= listed.lower * (1 - Fraction(size, 2**36))


def test_a_search_for_a_cover_ends_at_its_limit(files, capsys: pytest.CaptureFixture[str]) -> None:
    problem = with_term({"loss": "squared"})
    listed = certify(problem, train(problem))
    with pytest.raises(
        LimitError, match=r"more than 1 cones; allow more with --cones .* or give a problem"
    ) as caught:
        with_cover(problem, listed, cones=1)
    assert caught.value.limit == 1
    files[0].write_text(problem.to_json())
    files[1].write_text(listed.to_json())
    assert run("--coq", *files, "--cones", 1) == 2
    assert "larger beta or fewer columns" in capsys.readouterr().err
    assert not Path("optimum.v").exists()


@pytest.mark.parametrize("options", [{"free": "intercept+linear"}, {"loss": "huber:1/2"}], ids=str)
def test_every_number_is_written(options: dict[str, str]) -> None:
    problem = with_term(options)
    found = covered(problem, train(problem))
    stated, claim = claims(problem.to_json(), found.to_json())
    numbers = [Fraction(int(p), int(q)) for p, q in RATIONAL.findall(problem_term(stated))]
    pairs = [value for y, s in zip(stated.target, stated.weights, strict=True) for value in (y, s)]
    delta = [stated.loss[1]] if stated.loss[0] == "huber" else []
    assert numbers == [*delta, stated.kappa, stated.beta, *(v for row in stated.rows for v in row), *pairs]
    numbers = [Fraction(int(p), int(q)) for p, q in RATIONAL.findall(certificate_term(stated, claim))]
    hidden = [value for row in claim.hidden for value in row]
    skip = claim.skip or (Fraction(0),)
    assert numbers == [claim.lower, claim.upper, *claim.dual, *hidden, *claim.output, *skip]


def test_what_is_free_is_written() -> None:
    for free, intercept, linear in (
        ("nothing", "NoIntercept", "false"),
        ("intercept", "FreeIntercept", "false"),
        ("linear", "NoIntercept", "true"),
        ("intercept+linear", "FreeIntercept", "true"),
        ("decayed-intercept", "DecayedIntercept", "false"),
    ):
        for X in ([[1, 2], [3, 4]], [[1], [3]]):
            problem = TrainingProblem(X, [1, -1], beta=1, free=free)
            text = problem_term(claims_of(problem))
            assert f"the_intercept := {intercept};" in text, (free, X)
            assert f"free_linear := {linear};" in text, (free, X)
    biased = TrainingProblem([[2, 1], [3, 1]], [1, -1], beta=1, free="biases")
    text = problem_term(claims_of(biased))
    assert "free_bias := Some 1%nat" in text and "the_intercept := FreeIntercept" in text


def claims_of(problem: TrainingProblem):
    from duality_checks.checker import read_problem

    return read_problem(problem.to_json())


# ------------------------------------------------ what is refused, and the command


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"loss": "logistic"},
            "does not cover the logistic loss, whose bounds rest on logarithms; it",
        ),
        ({"penalty": "1-norm"}, "with the 1-norm chambers are listed, and the formal proof reads no lists"),
    ],
    ids=str,
)
def test_what_is_not_covered_is_refused_by_name(options: dict[str, str], reason: str) -> None:
    problem = TrainingProblem([[1, 2], [3, 1], [-1, 1]], [1, -1, 1], beta="1/2", **options)
    listed = certify(problem, train(problem))
    with pytest.raises(InputError, match=reason):
        to_coq(problem, listed)
    with pytest.raises(InputError, match=reason):
        claims(problem.to_json(), listed.to_json())


def test_free_biases_without_a_cover_are_refused_by_name() -> None:
    problem = TrainingProblem([[2, 1], [3, 1], [5, 1]], [1, -1, 1], beta="1/2", free="biases")
    with pytest.raises(InputError, match="with free biases no cover is made; the formal proof covers"):
        to_coq(problem, certify(problem, train(problem)))


def test_a_list_itself_is_no_term_of_coq() -> None:
    problem = with_term({"loss": "squared"})
    stated, claim = claims(problem.to_json(), certify(problem, train(problem)).to_json())
    with pytest.raises(InputError, match=r"version 1 holds no cover.*with_cover makes one"):
        certificate_term(stated, claim)


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    monkeypatch.chdir(tmp_path)
    problem, document = honest()
    for name, value in (("p.json", problem), ("c.json", document)):
        (tmp_path / name).write_text(json.dumps(value))
    return tmp_path / "p.json", tmp_path / "c.json"


def run(*words: object) -> int:
    return main(["export", *map(str, words)])


def test_the_command_writes_a_file(files, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--coq", *files) == 0
    assert "written   optimum.v" in capsys.readouterr().out
    assert "Theorem optimum" in Path("optimum.v").read_text()
    assert run("--coq", *files, "--output", "other.v", "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] == "other.v"


def test_the_command_makes_a_cover_of_a_list(files, capsys: pytest.CaptureFixture[str]) -> None:
    problem = with_term({"loss": "squared"})
    files[0].write_text(problem.to_json())
    files[1].write_text(certify(problem, train(problem)).to_json())
    assert run("--coq", *files) == 0
    assert 'plus := base64 "' in Path("optimum.v").read_text()


def test_the_command_says_what_coq_says(files, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(coq, "compiles", lambda text: "")
    assert run("--coq", *files, "--compile") == 0
    assert "compiled: Coq's kernel accepts the theorem" in capsys.readouterr().out
    monkeypatch.setattr(coq, "compiles", lambda text: "Error: Unable to unify")
    assert run("--coq", *files, "--compile") == 1
    assert "REFUSED by Coq: Error: Unable to unify" in capsys.readouterr().out


def test_without_coq_the_remedy_is_said(files, monkeypatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(coq.shutil, "which", lambda name: None)
    assert run("--coq", *files, "--compile") == 2
    assert "coqc is not found; install Coq 8.16 (Debian: apt-get install coq)" in capsys.readouterr().err


def test_bad_use_is_said(files, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*files) == 2
    assert "say what to write: --coq, --torch or --onnx" in capsys.readouterr().err
    assert run("--coq", files[0], files[0]) == 2
    assert "write certificates with Certificate.save" in capsys.readouterr().err
    assert run("--coq", files[1], files[1]) == 2
    assert "write problems with TrainingProblem.save" in capsys.readouterr().err
    other = TrainingProblem([[1, 0, 0]] * 8, [1] * 8, beta=1)
    files[0].write_text(other.to_json())
    assert run("--coq", *files) == 2
    assert "written for another problem; give the problem that it was made with" in capsys.readouterr().err
