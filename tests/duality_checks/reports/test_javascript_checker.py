"""The checker that travels in a page: the same verdict as `checker.py` on every document."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64decode as bytes_of
from base64 import b64encode
from fractions import Fraction
from functools import cache
from pathlib import Path

import judged_documents as documents
import pytest
from cover_forgeries import covered, honest, with_term
from judged_documents import Case, expected, texts
from quadratic_forgeries import by_functions
from said_duals import FORGERIES, TERMS, forged
from said_duals import documents as documents_said
from shared_forgeries import documents as shared_documents

import duality_checks
from duality_checks import MaxPooling, TrainingProblem, certify, train

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node: install Debian's package nodejs")
SCRIPT = Path(duality_checks.__file__).parent / "reports" / "check.js"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(NODE), *map(str, words)], capture_output=True, text=True, timeout=300)


def answers(cases: dict[str, Case], folder: Path) -> dict[str, str]:
    """What the program says about each case, in one run."""
    words = []
    for i, case in enumerate(cases.values()):
        for name, text in zip("pc", case, strict=True):
            path = folder / f"{i}.{name}.json"
            path.write_text(text, encoding="utf-8")
            words.append(path)
    done = run(SCRIPT, *words)
    assert done.stderr == ""
    return dict(zip(cases, done.stdout.splitlines(), strict=True))


def largest(list_at_most: int | None = None) -> Case:
    """Max pooling, where also kappa times one row and another change places."""
    rows = [[1, 2], [3, 1], [-1, 1], [2, -1]]
    problem = TrainingProblem(rows, [1, -1], "1/2", "leaky:-1/2", readout=MaxPooling((0, 0, 1, 1)))
    return problem.to_json(), certify(problem, train(problem), list_at_most=list_at_most).to_json()


def covers_of_signals(activation: str) -> Case:
    """Max pooling by a cover, with three places a signal and rank 3."""
    rows = [[1, 2, 0], [3, 1, 1], [-1, 1, 2], [2, -1, 1], [0, 3, -1], [-2, 1, 1]]
    readout = MaxPooling((0, 0, 0, 1, 1, 1))
    problem = TrainingProblem(rows, [1, -1], "1/2", activation, readout=readout)
    return problem.to_json(), certify(problem, train(problem), list_at_most=0).to_json()


@cache
def logistic() -> dict[str, Case]:
    """Proven in three ways, with steep and with flat ends of the loss, where its logarithms are rounded; and
    with a bound that is off by less than any of those roundings."""
    problem = with_term({"loss": "logistic"})
    steep = TrainingProblem([[900, -7], [3, 500], [-80, 1]], [1, -1, 1], "1/1000", loss="logistic")
    flat = TrainingProblem([["1/900", "1/7"], ["1/3", 0]], [1, -1], "1/50", loss="logistic", free="intercept")
    found = {
        "cover": (problem, covered(problem, train(problem))),
        "functions": (problem, by_functions(problem)),
        **{name: (one, certify(one, train(one))) for name, one in (("steep", steep), ("flat", flat))},
    }
    return {f"logistic, {name}": (one.to_json(), given.to_json()) for name, (one, given) in found.items()}


def shifted(case: Case) -> Case:
    document = json.loads(case[1])
    return case[0], json.dumps(document | {"upper": str(Fraction(document["upper"]) + Fraction(1, 10**70))})


def said_by_networks() -> dict[str, Case]:
    """Duals that their networks say, for each loss that does, covered and swept."""
    return {
        f"said, {name}, rank {rank}": texts(*documents_said(options, rank))
        for name, options in TERMS.items()
        for rank in (2, 3)
    }


def swept() -> Case:
    problem, certificate = documents.swept_case()
    return problem.to_json(), certificate.to_json()


def some(cases: dict[str, Case]) -> dict[str, Case]:
    """Every third, the first among them."""
    return dict(list(cases.items())[::3])


def numbered(kind: str, cases: dict[str, Case]) -> dict[str, Case]:
    return {f"{kind}: {name}": case for name, case in cases.items()}


@pytest.fixture(scope="module")
def judged() -> dict[str, Case]:
    """Documents by kind and name."""
    return {
        **numbered("honest", documents.honest_lists() | documents.honest_covers()),
        **numbered("honest", documents.quadratic_functions() | documents.other_spellings()),
        **numbered("honest", documents.pairs_of_terms(every=5)),
        **numbered("honest", {"max pooling": largest(), "swept": swept()}),
        **numbered("honest", said_by_networks()),
        **numbered("forged", {name: texts(*forged(name, documents_said({}))) for name in FORGERIES}),
        **numbered("honest", logistic()),
        **numbered("forged", {name: shifted(case) for name, case in logistic().items()}),
        **numbered("forged", documents.forged_covers() | documents.forged_lists()),
        **numbered("forged", documents.forged_quadratic_functions() | documents.faulty_documents()),
        **numbered("changed", some(documents.flipped_bits() | documents.slips_of_the_pen())),
        **numbered("swept", documents.swept_documents(24)),
        **numbered("changed, biases", some(documents.biased_covers("biases"))),
    }


@pytest.fixture(scope="module")
def said(judged: dict[str, Case], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return answers(judged, tmp_path_factory.mktemp("documents"))


def test_both_say_the_same_of_every_document(judged: dict[str, Case], said: dict[str, str]) -> None:
    found = {name: "REFUSED" if text.startswith("REFUSED: ") else text for name, text in said.items()}
    differing = {name: said[name] for name, case in judged.items() if found[name] != expected(case)}
    assert not differing
    proven = {name for name, text in said.items() if text.startswith("PROVEN")}
    assert {name for name in said if name.startswith("honest")} <= proven
    assert not any(name.startswith("forged") for name in proven)
    assert any(name.startswith("changed") for name in proven)
    assert {name.endswith("above") for name in proven if name.startswith("swept")} == {True}


def test_covers_with_max_pooling_are_judged_alike(tmp_path: Path) -> None:
    """Honest ones, and those with one bit of a tree changed, of which some only spell another choice."""
    cases = {f"honest, {kind}": covers_of_signals(kind) for kind in ("relu", "leaky:-1/2", "abs")}
    for name, (problem, certificate) in list(cases.items()):
        document = json.loads(certificate)
        for side in ("plus", "minus"):
            data = bytes_of(document["cover"][side])
            for place in range(0, 8 * len(data), max(1, len(data) // 2)):
                changed = bytearray(data)
                changed[place // 8] ^= 128 >> place % 8
                cover = document["cover"] | {side: b64encode(changed).decode()}
                text = json.dumps(document | {"cover": cover})
                cases[f"{name}, {side} at {place}"] = problem, text
    said = {name: expected(case) for name, case in cases.items()}
    assert all(text.startswith("PROVEN") for name, text in said.items() if "at" not in name.split())
    assert "REFUSED" in said.values()
    found = answers(cases, tmp_path)
    short = {name: "REFUSED" if text.startswith("REFUSED") else text for name, text in found.items()}
    assert short == said


# A check of the script, another condition in its place, and a forgery that only it refuses.
BLINDED = [
    ("require_(short, `${bits.where}", "require_(true, `${bits.where}", "dual scaled by 1 + 2^-36"),
    (
        "require_(short, `${where}: the bound",
        "require_(true, `${where}: the bound",
        "signs of the dual flipped",
    ),
    ("count === chambers.length, `chambers: ", "true, `chambers: ", "chamber dropped"),
    (
        "bounded = isPositiveDefinite(exact",
        "bounded = Boolean(exact",
        "functions: dual longer by a thousandth",
    ),
    (
        "bounded = hasSquareRoot(full",
        "bounded = Boolean(full",
        "degree 4: dual longer by a thousandth",
    ),
    (
        "certificate.lower, dualValue(",
        "dualValue(problem, certificate.duals), dualValue(",
        "lower bound raised",
    ),
    ("require_(!inside, `${where}on an arc", "require_(true, `${where}on an arc", "0, below"),
    ("require_(value * value * square.d <= ", "require_(true || ", "6, below"),
    ("require_(!inside, `${where}in a cell", "require_(true, `${where}in a cell", "4, below"),
    ("=== problem.digest", "!== null", "digest changed"),
]


def test_without_a_check_the_script_believes_a_forgery(tmp_path: Path) -> None:
    """The verdicts above are those of each check: a script that leaves one out differs."""
    forged = documents.forged_covers() | documents.forged_lists() | documents.forged_quadratic_functions()
    forged |= documents.swept_documents(7)
    source, tasks = SCRIPT.read_text(encoding="utf-8"), []
    for k, (old, new, name) in enumerate(BLINDED):
        assert source.count(old) == 1, old
        (tmp_path / f"{k}.js").write_text(source.replace(old, new), encoding="utf-8")
        tasks.append([f"./{k}.js", *forged[name]])
    (tmp_path / "all.js").write_text(
        f"for (const [path, p, c] of {json.dumps(tasks)}) console.log(require(path).check(p, c).verdict)"
    )
    assert run(tmp_path / "all.js").stdout.split() == ["PROVEN"] * len(BLINDED)


def test_exit_codes(tmp_path: Path) -> None:
    cases = {"good": texts(*honest()), "bad": (json.dumps(honest()[0]), "{}")}
    assert [text.split()[0] for text in answers(cases, tmp_path).values()] == ["PROVEN", "REFUSED:"]
    good, bad = ([tmp_path / f"{i}.{name}.json" for name in "pc"] for i in (0, 1))
    (tmp_path / "latin.json").write_bytes(b"\xe9")
    words = [good, bad, good[:1], [good[0], tmp_path / "latin.json"]]
    assert [run(SCRIPT, *paths).returncode for paths in words] == [0, 1, 2, 2]


def test_outputs_that_share_neurons_are_judged_alike(tmp_path: Path) -> None:
    cases = shared_documents()
    said = {name: expected(case) for name, case in cases.items()}
    assert {name for name, text in said.items() if text.startswith("PROVEN")} == {
        name for name in cases if name.startswith("honest")
    }
    found = answers(cases, tmp_path)
    assert {
        name: text.split(":")[0] if text.startswith("REFUSED") else text for name, text in found.items()
    } == said
