"""The checker that is extracted from the formal proof: the same verdict as `checker.py` on every document."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import subprocess
from copy import deepcopy
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from biased_covers import biased_cover
from brute_force import honest as listed_case
from brute_force import honest_biases, honest_decay, honest_skip, honest_weights
from coq import FOLDER, compiled_library
from cover_forgeries import FORGERIES, TERMS, bits_of, covered, honest, put_bits, with_term
from forgeries import MUTATIONS
from hypothesis import given, settings
from pairs_of_terms import each_pair_of_terms

from duality_checks import Certificate, MaxPooling, TrainingProblem, certify, check, checker, train
from duality_checks.formal.covering import with_proof
from duality_checks.strategies import certificates, forged_certificates

Case = tuple[str, str]


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


def expected(case: Case) -> str:
    """What the checker says: the interval in full, or that it refuses."""
    found = checker.check_documents(*case)
    return f"PROVEN {found.lower} <= p* <= {found.upper}" if found.proven else "REFUSED"


def agree(program: Path, cases: dict[str, Case], folder: Path) -> int:
    """Assert that both say the same of all; returns how many are proven."""
    found = dict(zip(cases, answers(program, list(cases.values()), folder), strict=True))
    wanted = {name: expected(case) for name, case in cases.items()}
    differing = {name: found[name] for name in cases if found[name].split(":")[0] != wanted[name]}
    assert not differing
    return sum(answer.startswith("PROVEN") for answer in found.values())


def texts(problem: object, document: object) -> Case:
    return json.dumps(problem), json.dumps(document)


def test_every_forgery_is_refused_by_both(program: Path, tmp_path: Path) -> None:
    cases = {}
    for name, (change, _) in FORGERIES.items():
        problem, document = honest()
        change(problem, document)
        cases[name] = texts(problem, document)
    # What calls itself version 2 is not covered, and is asked about below.
    del cases["called version 2"]
    assert len(cases) >= 35
    assert agree(program, cases, tmp_path) == 0


def test_every_forged_list_of_chambers_is_refused_by_both(program: Path, tmp_path: Path) -> None:
    cases = {name: change.edit(listed_case()).texts() for name, change in MUTATIONS.items()}
    assert len(cases) >= 150
    assert agree(program, cases, tmp_path) == 0


def test_every_honest_list_of_chambers_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    cases = {f"kappa {kappa}": listed_case(Fraction(kappa)) for kappa in ("0", "1/10", "-1", "-5/2")}
    cases |= {f"biases, {norm}": honest_biases(norm) for norm in ("2-norm", "1-norm", "inf-norm")}
    cases |= {"skip": honest_skip(), "weights": honest_weights(), "decay": honest_decay()}
    found = {name: case.texts() for name, case in cases.items()}
    assert agree(program, found, tmp_path) == len(cases)


def test_each_pair_of_terms_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    cases = {}
    for problem in each_pair_of_terms():
        found = certify(problem, train(problem))
        cases[f"{problem.loss.name} {problem.penalty.name} {problem.free} {len(cases)}"] = (
            problem.to_json(),
            found.to_json(),
        )
    assert agree(program, cases, tmp_path) == len(cases)


def idle_samples() -> TrainingProblem:
    """With the hinge loss most entries of the dual vector are zero."""
    rows = [[k % 5 - 2, k * k % 7 - 3, 1] for k in range(12)]
    return TrainingProblem(rows, [1 if row[0] > 0 else -1 for row in rows], beta="1/4", loss="hinge")


def test_what_is_proven_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    cases = {f"kappa {kappa}": texts(*honest(Fraction(kappa))) for kappa in ("0", "-1", "1/10")}
    for options in TERMS:
        if options != {"loss": "logistic"}:
            problem = with_term(options)
            cases[str(options)] = problem.to_json(), covered(problem, train(problem)).to_json()
    rows = [[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3]]
    for name, problem in {
        "in a basis": TrainingProblem(rows, [1, 0, 2, -1], beta="1/10"),
        "weighted": TrainingProblem(rows, [1, 0, 2, -1], beta="1/10", sample_weights=[1, 2, "1/3", "1/2"]),
        "samples without a say": idle_samples(),
        "one column": TrainingProblem([[1], [-2]], [1, 3], beta="1/10", free="intercept"),
    }.items():
        cases[name] = problem.to_json(), covered(problem, train(problem)).to_json()
    stated, document = cases["weighted"]
    made = {"columns": ['\u00e9"\n'], "ones": True, "targets": None}
    cases["of a table"] = json.dumps(json.loads(stated) | {"preparation": made}), document
    assert Certificate.from_json(cases["samples without a say"][1]).dual.count(0) > 1
    assert agree(program, cases, tmp_path) == len(cases)


def test_flipped_bits_change_both_verdicts_alike(program: Path, tmp_path: Path) -> None:
    draw, cases = random.Random(5), {}
    for i in range(120):
        problem, document = honest()
        side = draw.choice(["plus", "minus"])
        bits = bits_of(document, side)
        k = draw.randrange(len(bits))
        put_bits(document, bits[:k] + ("1" if bits[k] == "0" else "0") + bits[k + 1 :], side)
        cases[f"{i}: bit {k} of {side}"] = texts(problem, document)
    proven = agree(program, cases, tmp_path)
    assert 0 < proven < len(cases)


BIASED_ROWS = [[2, 0, 1], [3, 1, 1], [-1, 2, 1], [0, -2, 1], [1, 1, 1]]


@pytest.mark.parametrize("free", ["biases", "biases+linear"])
def test_covers_with_free_biases_are_judged_alike_bit_by_bit(
    program: Path, tmp_path: Path, free: str
) -> None:
    problem = TrainingProblem(BIASED_ROWS, [1, -1, 1, 2, 0], beta="1/2", free=free)
    document = biased_cover(problem)
    assert agree(program, {"as it is": (problem.to_json(), json.dumps(document))}, tmp_path) == 1
    cases = {}
    for side in ("plus", "minus"):
        bits = bits_of(document, side)
        for k in range(0, len(bits), 3):
            flipped = deepcopy(document)
            put_bits(flipped, bits[:k] + ("1" if bits[k] == "0" else "0") + bits[k + 1 :], side)
            cases[f"bit {k} of {side}"] = (problem.to_json(), json.dumps(flipped))
    assert agree(program, cases, tmp_path) < len(cases)
    # In other coordinates no bias could be told from the rest.
    unit = [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]]
    based = {**document, "cover": {**document["cover"], "basis": unit}}
    assert agree(program, {"basis": (problem.to_json(), json.dumps(based))}, tmp_path) == 0


def as_texts(pair: tuple[TrainingProblem, Certificate]) -> Case:
    return pair[0].to_json(), pair[1].to_json()


@settings(max_examples=25)
@given(case=forged_certificates() | certificates().map(as_texts))
def test_what_is_drawn_is_judged_alike(
    program: Path, tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    agree(program, {"drawn": case}, tmp_path_factory.getbasetemp())


SIGNS = '0123456789-/.,:"[]{} eE+ntu\\=AZaz_\t\n\x00\x7f\u00e9'


def misspelled(text: str, draw: random.Random) -> str:
    """The text with one slip of the pen: a letter changed, left out, put in; two exchanged; some twice."""
    i, j = sorted(draw.sample(range(len(text)), 2))
    kinds = (
        text[:i] + draw.choice(SIGNS) + text[i + 1 :],
        text[:i] + text[i + 1 :],
        text[:i] + draw.choice(SIGNS) + text[i:],
        text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :],
        text[: i + 9] + text[i:],
    )
    return draw.choice(kinds)


def test_slips_of_the_pen_are_judged_alike(program: Path, tmp_path: Path) -> None:
    draw, cases = random.Random(7), {}
    honest_ones = [texts(*honest(Fraction(kappa))) for kappa in ("0", "1/10")]
    honest_ones += [listed_case().texts(), honest_biases("1-norm").texts()]
    for i in range(300):
        problem, document = draw.choice(honest_ones)
        if draw.random() < 0.4:
            problem = misspelled(problem, draw)
            with contextlib.suppress(checker.Refusal):  # else the digest alone would be refused
                digest = checker.read_problem(problem).digest
                document = json.dumps({**json.loads(document), "problem": digest})
        else:
            document = misspelled(document, draw)
        cases[str(i)] = (problem, document)
    assert agree(program, cases, tmp_path) > 0


PROBLEM_FAULTS = [
    ('"beta": "', '"beta": "0'),
    ('"kappa": "0"', '"kappa": "1"'),
    ('"kappa": "0"', '"kappa": "0/1"'),
    ('"kappa": "0"', '"kappa": "-0"'),
    ('"kappa": "0"', '"kappa": 0'),
    ('"kappa": "0"', '"kappa": "2/4"'),
    ('"kappa": "0"', '"kappa": "0", "kappa": "0"'),
    ('"kappa": "0"', '"Kappa": "0"'),
    ('"loss": "squared"', '"loss": "hinge"'),
    ('"loss": "squared"', '"loss": "cubed"'),
    ('"loss": "squared"', '"loss": "huber:0"'),
    ('"loss": "squared"', '"loss": "huber:-1/2"'),
    ('"version": 1', '"version": 1.0'),
    ('"version": 1', '"version": true'),
    ('"version": 1', '"version": 4'),
    ('"version": 1', '"version": 2'),
    ('"version": 1', '"version": 2, "free": "nothing"'),
    ('"version": 1', '"version": 3, "free": "nothing", "weights": ["1", "1", "1", "1", "1", "1", "1", "1"]'),
    ('"version": 1', '"version": 3, "free": "nothing", "weights": ["1", "1", "1", "1", "1", "1", "1", "0"]'),
    ('"version": 1', '"version": 2, "free": "biases"'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "7"]'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "8"]'),
    ('"readout": "identity"', '"readout": ["0", "1", "2", "3", "4", "5", "6", "07"]'),
    ('"readout": "identity"', '"readout": [0, 1, 2, 3, 4, 5, 6, 7]'),
    ('"penalty": "2-norm"', '"penalty": "3-norm"'),
    ('"y": [', '"y": ["1", '),
    ('"X": [', '"X": [["1", "2"], '),
    ("}", "} x"),
    ("}", ""),
    ("}", ",}"),
    ("{", "\ufeff{"),
    ('"kappa": "0"', f'"kappa": "-{"9" * 4001}"'),
]


def test_faults_of_documents_are_refused_by_both(program: Path, tmp_path: Path) -> None:
    problem, document = texts(*honest())
    cases = {}
    for old, new in PROBLEM_FAULTS:
        assert old in problem
        cases[f"{old} -> {new:.60}"] = (problem.replace(old, new, 1), document)
    for old, new in (
        ('"depth": ', '"depth": 0'),
        ('"format"', '"\\ud800"'),
        ('"hidden": [[', '"hidden": [["1"], ['),
        ('"output": [', '"output": ["1", '),
        ('"network": {', '"network": {"skip": [], '),
        ('"lower": "', '"lower": "+'),
        ('"lower": "', '"lower": " '),
        ('"version": 3', '"version": 3.0'),
        ('"version": 3', '"version": 4'),
        ('"bytes": ', '"bytes": 1e'),
    ):
        assert old in document
        cases[f"certificate: {old} -> {new}"] = (problem, document.replace(old, new, 1))
    assert agree(program, cases, tmp_path) == 0


def test_another_spelling_of_the_same_documents_is_proven_by_both(program: Path, tmp_path: Path) -> None:
    problem, document = honest()
    backwards = dict(reversed(list(problem.items())))
    cases = {
        "keys in another order": texts(backwards, document),
        "spaces": (json.dumps(problem, indent=3), json.dumps(document, indent="\t") + "\r\n"),
        "escapes": (json.dumps(problem).replace("squared", "\\u0073quared"), json.dumps(document)),
    }
    assert agree(program, cases, tmp_path) == len(cases)


def test_what_is_not_covered_is_said(program: Path, tmp_path: Path) -> None:
    logistic = with_term({"loss": "logistic"})
    squared, swept = swept_case()
    largest = TrainingProblem([[1, 2], [3, 1], [-1, 1]], [1, -1], beta="1/2", readout=MaxPooling((0, 0, 1)))
    cases = [
        (logistic.to_json(), covered(logistic, train(logistic)).to_json()),
        (squared.to_json(), swept.to_json()),
        (largest.to_json(), certify(largest, train(largest)).to_json()),
    ]
    first, second, third = answers(program, cases, tmp_path)
    assert third == "NOT COVERED: max pooling"
    assert re.match("NOT COVERED: the logistic loss", first)
    assert re.match("NOT COVERED: certificates of version 2, without chambers and without a cover", second)


def swept_case() -> tuple[TrainingProblem, Certificate]:
    """A certificate of version 2: at rank 3 the checker needs neither chambers nor a cover."""
    problem = with_term({"loss": "squared"})
    listed = certify(problem, train(problem))
    swept = replace(listed, chambers=None, lower=checker.dual_value(stated(problem), listed.dual))
    assert check(problem, swept).proven and json.loads(swept.to_json())["version"] == 2
    return problem, swept


def stated(problem: TrainingProblem) -> checker.Problem:
    return checker.read_problem(problem.to_json())


def test_what_was_swept_is_proven_by_both_once_it_is_covered(program: Path, tmp_path: Path) -> None:
    problem, swept = swept_case()
    cases = {"covered": (problem.to_json(), with_proof(problem, swept).to_json())}
    assert agree(program, cases, tmp_path) == 1


def test_exit_codes(program: Path, tmp_path: Path) -> None:
    good, bad = texts(*honest()), (json.dumps(honest()[0]), "{}")
    answers(program, [good, bad], tmp_path)

    def code(*words: str) -> int:
        return subprocess.run([str(program), *words], cwd=tmp_path, capture_output=True).returncode

    assert code("0.p.json", "0.c.json") == 0
    assert code("0.p.json", "1.c.json") == 1
    assert code("0.p.json", "nowhere.json") == 2
    assert code("0.p.json") == 2
    assert code() == 2
