"""The formal proof compiles, admits nothing, and rests on the axioms of Coq's real numbers alone.

Compiled where Coq is, and kept by pytest until a source changes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from coq import FOLDER, IMPORT, OF_THE_REALS, axioms, compile_text, compiled_library

from duality_checks.reports.explaining.formal.sources import sources

COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
ASSUMING = re.compile(
    r"\b(Admitted|Admit\s+Obligations|admit|give_up|Axioms?|Conjectures?|Parameters?|Primitive|Abort|"
    r"Unset\s+Guard\s+Checking|"
    r"Unset\s+Positivity\s+Checking|Unset\s+Universe\s+Checking|bypass_check|Extract\s+Constant)\b"
)

SECTIONS = re.compile(r"^\s*(Section|End|Variables?|Hypothesis|Hypotheses|Context)\b", re.MULTILINE)


def assumed(text: str) -> list[str]:
    """Words by which a file could claim what it does not prove, outside of comments."""
    bare = COMMENT.sub("", text)
    return [*ASSUMING.findall(bare), *assumed_outside_sections(bare)]


def assumed_outside_sections(bare: str) -> list[str]:
    """What a section assumes its lemmas take as arguments; outside of sections it is an axiom."""
    found, depth = [], 0
    for word in SECTIONS.findall(bare):
        depth += {"Section": 1, "End": -1}.get(word, 0)
        if word not in ("Section", "End") and depth == 0:
            found.append(word)
    return found


@pytest.fixture(scope="module")
def library(pytestconfig: pytest.Config) -> Path:
    return compiled_library(pytestconfig)


def test_every_source_is_listed_once() -> None:
    assert sorted(path.name for path in sources()) == sorted(path.name for path in FOLDER.glob("*.v"))


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.stem)
def test_nothing_is_assumed(path: Path) -> None:
    assert assumed(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        "Lemma l : 1 = 2. Proof. Admitted.",
        "Axiom a : False.",
        "Lemma l : 1 = 2. Proof. admit. Qed.",
        "Parameter n : nat.",
        "Variable n : nat.",
        "Section S. \n Variable n : nat. \n End S. \n Hypothesis h : 1 = 2.",
        "Obligation Tactic := idtac. \n Admit  Obligations.",
        "Unset  Guard Checking.",
        "#[bypass_check(guard)] Fixpoint f (n : nat) : nat := f n.",
    ],
)
def test_what_is_assumed_is_found(text: str) -> None:
    assert assumed(text)
    assert assumed(f"(* {text} *)") == []


THEOREMS = "Definition theorems := (checker_sound, weak_duality, covered_sound, zobjective_real)."
WISH = """\
Axiom wish : 0 = 1.
Lemma untrue : 0 = 1. Proof. exact wish. Qed."""


@pytest.fixture(scope="module")
def printed(library: Path, tmp_path_factory: pytest.TempPathFactory) -> list[set[str]]:
    """The axioms of all theorems together, and those of a lemma that rests on one of its own."""
    lines = [IMPORT, THEOREMS, WISH, "Print Assumptions theorems.", "Print Assumptions untrue."]
    done = compile_text(library, "\n".join(lines), tmp_path_factory.mktemp("axioms"))
    assert done.returncode == 0, done.stderr
    return [axioms(text) for text in done.stdout.split("Axioms:")[1:]]


@pytest.mark.slow
def test_theorems_rest_on_the_axioms_of_the_reals(printed: list[set[str]]) -> None:
    assert printed[0] == OF_THE_REALS


@pytest.mark.slow
def test_another_axiom_is_seen(printed: list[set[str]]) -> None:
    assert printed[1] - OF_THE_REALS == {"wish"}


@pytest.mark.slow
def test_the_theorem_says_what_the_readme_says(library: Path, tmp_path: Path) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```coq\nTheorem checker_sound p c : (.*?)\n```", readme, re.DOTALL)
    stated = block.rstrip(".")
    stronger = stated.replace("<= objective p f) /\\", "< objective p f) /\\", 1)
    assert stronger != stated
    lines = [
        IMPORT,
        f"Goal forall p c, {stronger}. Proof. Fail exact checker_sound. Abort.",
        f"Goal forall p c, {stated}. Proof. exact checker_sound. Qed.",
    ]
    done = compile_text(library, "\n".join(lines), tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_readme_names_theorems_that_are_there_and_every_file() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [line.split(" | ") for line in readme.splitlines() if line.startswith("| ") and ".v |" in line]
    assert len(rows) >= 12
    for _, files, names in rows:
        text = "".join((FOLDER / file).read_text(encoding="utf-8") for file in files.split(", "))
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(Theorem|Lemma) {name}\b", text, re.MULTILINE), f"{name} is not in {files}"
    missing = [path.stem for path in sources() if path.stem not in readme]
    assert missing == []


NOTE = FOLDER.parent / "a-theorem-about-your-data.md"


def test_the_note_prints_every_definition_as_it_is() -> None:
    source = (FOLDER / "Definitions.v").read_text(encoding="utf-8")
    vectors = (FOLDER / "Vectors.v").read_text(encoding="utf-8").split("(** ** Sums *)")[0]
    blocks = re.findall(r"```coq\n(.*?)```", NOTE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) >= 5
    for block in blocks:
        assert block.strip() in source or block.strip() in vectors, block
    defining = r"^(?:Definition|Record|Inductive|Fixpoint) (\w+)"
    printed = set(re.findall(defining, "\n".join(blocks), re.MULTILINE))
    assert set(re.findall(defining, source, re.MULTILINE)) <= printed
    assert {"vector", "sum", "dot", "norm2", "norm1", "norm_inf"} <= printed
