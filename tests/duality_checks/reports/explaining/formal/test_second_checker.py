"""The checker that is extracted from the formal proof: the same verdict as `checker.py` on every document."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import judged_documents as documents
import pytest
from coq import FOLDER, compiled_library
from cover_forgeries import covered, honest, with_term
from hypothesis import given, settings
from judged_documents import Case, expected
from said_duals import made

from duality_checks import Certificate, MaxPooling, TrainingProblem, certify, train
from duality_checks.reports.explaining.formal.covering import with_proof
from duality_checks.strategies import certificates, forged_certificates


@pytest.fixture(scope="module")
def program(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("ocamlfind") is None:
        pytest.skip("needs OCaml with zarith: apt-get install ocaml-nox ocaml-findlib libzarith-ocaml-dev")
    path = tmp_path_factory.mktemp("ocaml") / "accept"
    environment = os.environ | {"WHOLE": str(compiled_library(pytestconfig))}
    build = ["bash", str(FOLDER / "ocaml" / "build.sh"), str(path)]
    done = subprocess.run(build, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""  # no warning either
    return path


def answers(program: Path, cases: list[Case], folder: Path) -> list[str]:
    """What the program says about each case, in one run."""
    words = []
    for i, texts in enumerate(cases):
        for name, text in zip("pc", texts, strict=True):
            path = folder / f"{i}.{name}.json"
            path.write_text(text, encoding="utf-8")
            words.append(str(path))
    done = subprocess.run([str(program), *words], capture_output=True, text=True, timeout=300)
    lines = done.stdout.splitlines()
    assert len(lines) == len(cases), done.stderr
    return lines


def agree(program: Path, cases: dict[str, Case], folder: Path) -> int:
    """Assert that both say the same of all; returns how many are proven."""
    found = dict(zip(cases, answers(program, list(cases.values()), folder), strict=True))
    wanted = {name: expected(case) for name, case in cases.items()}
    differing = {name: found[name] for name in cases if found[name].split(":")[0] != wanted[name]}
    assert not differing
    return sum(answer.startswith("PROVEN") for answer in found.values())


def test_what_is_forged_is_refused_by_both(program: Path, tmp_path: Path) -> None:
    cases = documents.forged_covers() | documents.forged_lists() | documents.faulty_documents()
    assert agree(program, cases, tmp_path) == 0


def test_what_is_proven_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    cases = documents.honest_lists() | documents.honest_covers() | documents.other_spellings()
    assert agree(program, cases, tmp_path) == len(cases)


def test_each_pair_of_terms_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    cases = documents.pairs_of_terms()
    assert agree(program, cases, tmp_path) == len(cases)


def test_flipped_bits_change_both_verdicts_alike(program: Path, tmp_path: Path) -> None:
    cases = documents.flipped_bits()
    proven = agree(program, cases, tmp_path)
    assert 0 < proven < len(cases)


@pytest.mark.parametrize("free", ["biases", "biases+linear"])
def test_covers_with_free_biases_are_judged_alike_bit_by_bit(
    program: Path, tmp_path: Path, free: str
) -> None:
    cases = documents.biased_covers(free)
    assert agree(program, {"as it is": cases["as it is"]}, tmp_path) == 1
    assert agree(program, cases, tmp_path) < len(cases) - 1
    assert agree(program, {"basis": cases["basis"]}, tmp_path) == 0


def test_slips_of_the_pen_are_judged_alike(program: Path, tmp_path: Path) -> None:
    assert agree(program, documents.slips_of_the_pen(), tmp_path) > 0


def as_texts(pair: tuple[TrainingProblem, Certificate]) -> Case:
    return pair[0].to_json(), pair[1].to_json()


@settings(max_examples=25)
@given(case=forged_certificates() | certificates().map(as_texts))
def test_what_is_drawn_is_judged_alike(
    program: Path, tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    agree(program, {"drawn": case}, tmp_path_factory.getbasetemp())


def test_what_is_not_covered_is_said(program: Path, tmp_path: Path) -> None:
    logistic = with_term({"loss": "logistic"})
    squared, swept = documents.swept_case()
    largest = TrainingProblem([[1, 2], [3, 1], [-1, 1]], [1, -1], beta="1/2", readout=MaxPooling((0, 0, 1)))
    cases = [
        (logistic.to_json(), covered(logistic, train(logistic)).to_json()),
        (squared.to_json(), swept.to_json()),
        (largest.to_json(), certify(largest, train(largest)).to_json()),
        as_texts(made({})),
    ]
    first, second, third, fourth = answers(program, cases, tmp_path)
    assert fourth == "NOT COVERED: a dual that the network says"
    assert third == "NOT COVERED: max pooling"
    assert re.match("NOT COVERED: the logistic loss", first)
    assert re.match("NOT COVERED: certificates of version 2, without chambers and without a cover", second)


def test_what_was_swept_is_proven_by_both_once_it_is_covered(program: Path, tmp_path: Path) -> None:
    problem, swept = documents.swept_case()
    cases = {"covered": (problem.to_json(), with_proof(problem, swept).to_json())}
    assert agree(program, cases, tmp_path) == 1


def test_exit_codes(program: Path, tmp_path: Path) -> None:
    good, bad = documents.texts(*honest()), (json.dumps(honest()[0]), "{}")
    answers(program, [good, bad], tmp_path)

    def code(*words: str) -> int:
        return subprocess.run([str(program), *words], cwd=tmp_path, capture_output=True).returncode

    assert code("0.p.json", "0.c.json") == 0
    assert code("0.p.json", "1.c.json") == 1
    assert code("0.p.json", "nowhere.json") == 2
    assert code("0.p.json") == 2
    assert code() == 2
