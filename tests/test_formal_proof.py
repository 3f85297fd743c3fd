"""The formal proof compiles, admits nothing, and rests on the axioms of Coq's real numbers alone.

Compiled where Coq is, and kept by pytest until a source changes.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from coq import FOLDER, compile_text, compiled_library

from duality_checks.formal.sources import sources

# Those of the standard library's real numbers, and no other.
OF_THE_REALS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
}
COMMENT = re.compile(r"\(\*.*?\*\)", re.DOTALL)
ASSUMING = re.compile(
    r"\b(Admitted|admit|give_up|Axioms?|Conjectures?|Parameters?|Abort|Unset\s+Guard\s+Checking|"
    r"Unset\s+Positivity\s+Checking|Unset\s+Universe\s+Checking|bypass_check|Extract\s+Constant)\b"
)


def assumed(text: str) -> list[str]:
    """Words by which a file could claim what it does not prove, outside of comments."""
    return ASSUMING.findall(COMMENT.sub("", text))


def axioms(printed: str) -> set[str]:
    """The names in what `Print Assumptions` prints."""
    return set(re.findall(r"^(\S+)\s*:", printed.split("Axioms:", 1)[-1], re.MULTILINE))


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
        "Unset  Guard Checking.",
        "#[bypass_check(guard)] Fixpoint f (n : nat) : nat := f n.",
    ],
)
def test_what_is_assumed_is_found(text: str) -> None:
    assert assumed(text)
    assert assumed(f"(* {text} *)") == []


@pytest.mark.slow
def test_theorems_rest_on_the_axioms_of_the_reals(library: Path, tmp_path: Path) -> None:
    theorems = ["checker_sound", "weak_duality", "covered_sound", "zobjective_real"]
    printing = "".join(f"\nPrint Assumptions {theorem}." for theorem in theorems)
    done = compile_text(library, f"From ConvexLandscape Require Import Soundness.{printing}", tmp_path)
    assert done.returncode == 0, done.stderr
    _, *printed = done.stdout.split("Axioms:")
    assert len(printed) == len(theorems)
    for found in map(axioms, printed):
        assert found <= OF_THE_REALS
        assert found  # that names were read at all


@pytest.mark.slow
def test_another_axiom_is_seen(library: Path, tmp_path: Path) -> None:
    text = (
        "From ConvexLandscape Require Import Soundness.\nAxiom wish : 0 = 1.\n"
        "Lemma l : checker_sound = checker_sound /\\ 0 = 1. Proof. split; [reflexivity|exact wish]. Qed.\n"
        "Print Assumptions l."
    )
    done = compile_text(library, text, tmp_path)
    assert done.returncode == 0, done.stderr
    assert axioms(done.stdout) - OF_THE_REALS == {"wish"}


@pytest.mark.slow
def test_the_theorem_says_what_the_readme_says(library: Path, tmp_path: Path) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```coq\nTheorem checker_sound p c : (.*?)\n```", readme, re.DOTALL)
    stated = block.rstrip(".")
    text = (
        "From ConvexLandscape Require Import Soundness.\n"
        f"Goal forall p c, {stated}.\nProof. exact checker_sound. Qed."
    )
    done = compile_text(library, text, tmp_path)
    assert done.returncode == 0, done.stderr
    stronger = text.replace("<= objective p f) /\\", "< objective p f) /\\", 1)
    assert stronger != text
    assert compile_text(library, stronger, tmp_path).returncode != 0


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
