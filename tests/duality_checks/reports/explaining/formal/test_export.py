"""Files for Coq: they say what the certificate says, compile if it is a proof, and not otherwise."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from biased_covers import biased_cover
from brute_force import honest as listed_case
from coq import IMPORT, compile_text, compiled_library
from cover_forgeries import COVERABLE, FORGERIES, covered, honest, with_term
from forgeries import MUTATIONS

from duality_checks import Certificate, TrainingProblem, certify, check, train
from duality_checks.checker import check_documents
from duality_checks.cli import main
from duality_checks.reports.explaining.formal import coq
from duality_checks.reports.explaining.formal.covering import with_cover, with_proof
from duality_checks.reports.explaining.formal.export import claims, coq_text, has_best_scaling
from duality_checks.reports.explaining.formal.gallina import certificate_term, problem_term, rational
from hyperplane_arrangements.errors import InputError, LimitError

RATIONAL = re.compile(r"(-?\d+) # (\d+)")
COVERED = [options for options in COVERABLE if options != {"loss": "logistic"}]


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


def readable(cases: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Those that are refused for what they say, not for how they are written."""
    found = {}
    for name, case in cases.items():
        with contextlib.suppress(InputError):
            claims(*case)
            found[name] = case
    return found


def readable_forgeries() -> dict[str, tuple[str, str]]:
    """Of covers."""
    found = {}
    for name, (change, _) in FORGERIES.items():
        problem, document = honest()
        change(problem, document)
        found[name] = (json.dumps(problem), json.dumps(document))
    return readable(found)


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
    # One list for each thing that a forgery breaks; the second checker is asked about all.
    broken = {change.breaks: change.edit(listed_case()).texts() for change in MUTATIONS.values()}
    lists = readable(broken)
    assert len(lists) >= 8
    cases |= lists
    cases["free biases"] = (biased_problem().to_json(), json.dumps(biased_cover(biased_problem())))
    narrow = TrainingProblem([[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3]], [1, 0, 2, -1], beta="1/10")
    cases["in a basis"] = (narrow.to_json(), covered(narrow, train(narrow)).to_json())
    expected = [check_documents(*case).proven for case in cases.values()]
    found = judged(list(cases.values()), library, tmp_path)
    assert dict(zip(cases, found, strict=True)) == dict(zip(cases, expected, strict=True))
    assert sum(expected) == 3 + len(COVERED) + 2


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


def test_a_search_for_a_cover_ends_at_its_limit() -> None:
    problem = with_term({"loss": "squared"})
    listed = certify(problem, train(problem))
    with pytest.raises(
        LimitError, match=r"more than 1 cones; allow more with --cones .* or give a problem"
    ) as caught:
        with_cover(problem, listed, cones=1)
    assert caught.value.limit == 1
    assert with_proof(problem, listed, cones=1) is listed
    assert with_proof(problem, listed).cover is not None
    # What was swept has no list to fall back on.
    swept = replace(listed, chambers=None)
    with pytest.raises(LimitError, match="more than 1 cones"):
        with_proof(problem, swept, cones=1)


def test_the_command_says_that_a_cover_ends_at_its_limit(files, capsys: pytest.CaptureFixture[str]) -> None:
    problem = with_term({"loss": "squared"})
    files[0].write_text(problem.to_json())
    listed = certify(problem, train(problem))
    files[1].write_text(replace(listed, chambers=None).to_json())
    assert run("--coq", *files, "--cones", 1) == 2
    assert "larger beta or fewer columns" in capsys.readouterr().err
    assert not Path("optimum.v").exists()
    files[1].write_text(listed.to_json())
    assert run("--coq", *files, "--cones", 1) == 0
    assert "Listed [{| witness :=" in Path("optimum.v").read_text()


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


def test_the_logistic_loss_is_refused_by_name() -> None:
    problem = with_term({"loss": "logistic"})
    listed = certify(problem, train(problem))
    reason = (
        "does not cover the logistic loss, whose bounds rest on logarithms; it covers the squared, l1, huber"
    )
    with pytest.raises(InputError, match=reason):
        with_proof(problem, listed)
    with pytest.raises(InputError, match=reason):
        claims(problem.to_json(), listed.to_json())


def biased_problem(**options: object) -> TrainingProblem:
    return TrainingProblem([[2, 1], [3, 1], [5, 1]], [1, -1, 1], beta="1/2", free="biases", **options)


def test_version_2_is_refused_by_name() -> None:
    problem = biased_problem()
    swept = replace(certify(problem, train(problem)), chambers=None)
    reason = (
        "version 2 holds neither a cover nor chambers, and the formal proof needs one; make the certificate"
    )
    with pytest.raises(InputError, match=reason):
        with_proof(problem, swept)
    with pytest.raises(InputError, match=reason):
        certificate_term(*claims(problem.to_json(), swept.to_json()))


# ------------------------------------------------ lists of chambers


def equal_bounds() -> tuple[TrainingProblem, Certificate]:
    """With a polyhedral norm both bounds are the optimum."""
    problem = TrainingProblem([[1, 2], [3, 1], [-1, 1]], [1, -1, 1], beta="1/2", penalty="1-norm")
    listed = certify(problem, train(problem))
    assert listed.lower == listed.upper
    return problem, listed


def test_lists_that_no_cover_replaces_are_taken_as_they_are() -> None:
    for problem in (equal_bounds()[0], biased_problem(), biased_problem(penalty="inf-norm")):
        listed = certify(problem, train(problem))
        assert with_proof(problem, listed) is listed
    made = Certificate.from_json(json.dumps(biased_cover(biased_problem())))
    assert with_proof(biased_problem(), made) is made


@pytest.mark.slow
def test_theorems_from_lists_compile_and_from_forged_lists_do_not(library: Path, tmp_path: Path) -> None:
    problem, listed = equal_bounds()
    text = about(problem.to_json(), listed.to_json())
    value = rational(listed.lower)
    assert (
        f"Q2R ({value}) <= objective data network" in text
        and f"objective data network = Q2R ({value})" in text
    )
    biased = biased_problem(penalty="inf-norm")
    honest_text = about(biased.to_json(), certify(biased, train(biased)).to_json())
    done = compile_text(library, honest_text, tmp_path, "Biased")
    assert done.returncode == 0, done.stderr
    dropped = replace(listed, chambers=listed.chambers[1:])
    forged = compile_text(library, about(problem.to_json(), dropped.to_json()), tmp_path, "Dropped")
    assert forged.returncode != 0
    assert re.search(r"expected to have type\s+\"accept data claim = true\"", forged.stderr), forged.stderr


def test_a_bound_that_no_network_attains_is_approached() -> None:
    problem, listed = equal_bounds()
    idle = replace(listed, network_hidden=((Fraction(0),) * 2,), network_output=(Fraction(1),))
    unheard = replace(idle, network_output=(Fraction(0),))
    said = [coq_text(*claims(problem.to_json(), each.to_json())) for each in (listed, unheard, idle)]
    attained = [re.search(r"there is one whose objective is at most", text) is not None for text in said]
    near = [re.search(r"forall e, 0 < e -> exists network", text) is not None for text in said]
    assert (attained, near) == ([True, True, False], [False, False, True])


@pytest.mark.slow
def test_coq_scales_the_networks_that_the_export_says_can_be(library: Path, tmp_path: Path) -> None:
    cases, expected = [], []
    for problem in (equal_bounds()[0], biased_problem(penalty="1-norm"), biased_problem(penalty="inf-norm")):
        listed = certify(problem, train(problem))
        for hidden, output in product(((0, 0), (0, 1), (1, 0)), (0, 1)):
            network = {
                "network_hidden": (tuple(map(Fraction, hidden)),),
                "network_output": (Fraction(output),),
            }
            stated, claim = claims(problem.to_json(), replace(listed, **network).to_json())
            term = f"scalable {problem_term(stated)} (trained {certificate_term(stated, claim)})"
            cases.append(f"Eval vm_compute in {term}.")
            expected.append(has_best_scaling(stated, claim))
    done = compile_text(library, "\n".join([IMPORT, "Open Scope Q_scope.", *cases]), tmp_path, "Scaled")
    assert done.returncode == 0, done.stderr
    found = re.findall(r"= (true|false)\s*: bool", done.stdout)
    assert [answer == "true" for answer in found] == expected
    assert 0 < sum(expected) < len(expected)


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
    assert "give a file that certify or Certificate.save wrote" in capsys.readouterr().err
    assert run("--coq", files[1], files[1]) == 2
    assert "give a file that certify or TrainingProblem.save wrote" in capsys.readouterr().err
    other = TrainingProblem([[1, 0, 0]] * 8, [1] * 8, beta=1)
    files[0].write_text(other.to_json())
    assert run("--coq", *files) == 2
    assert "written for another problem; give the problem that it was made with" in capsys.readouterr().err
