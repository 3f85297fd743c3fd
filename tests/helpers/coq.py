"""Coq for tests: the formal proof as exported files hold it, compiled once for each version of it, and files
that import it."""

from __future__ import annotations

import fcntl
import hashlib
import re
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from duality_checks.reports.explaining.formal.sources import library_text

FOLDER = Path(__file__).parent.parent.parent / "proofs_notes" / "formal"
LIBRARY = "ConvexLandscape"
# What takes the place of the library's text.
IMPORT = f"From {LIBRARY} Require Import Whole.\nImport Base64 Soundness."

# Those of the standard library's real numbers, and no other.
OF_THE_REALS = {
    "ClassicalDedekindReals.sig_not_dec",
    "ClassicalDedekindReals.sig_forall_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
}


def coqc(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the compiler, with its output as text."""
    return subprocess.run(
        ["coqc", "-q", *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=600
    )


def compiled_library(config: pytest.Config) -> Path:
    """The folder of the compiled library, kept by pytest under the digest of its text and of the compiler.

    Raises:
        AssertionError: it does not compile.
    """
    if shutil.which("coqc") is None:
        pytest.skip("needs Coq: apt-get install coq")
    version = coqc("--version", folder=FOLDER).stdout
    text = library_text()
    parent = config.cache.mkdir("coq")  # type: ignore[union-attr]
    folder = parent / hashlib.sha256((version + text).encode()).hexdigest()[:16]
    # One process compiles, the others wait; beside it and renamed, so that nothing half-done is left.
    with (parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            draft = parent / uuid.uuid4().hex
            draft.mkdir()
            (draft / "Whole.v").write_text(text, encoding="utf-8")
            done = coqc("-Q", ".", LIBRARY, "Whole.v", folder=draft)
            assert done.returncode == 0, done.stderr
            draft.rename(folder)
    return folder


def compile_text(
    library: Path, text: str, folder: Path, name: str = "Example"
) -> subprocess.CompletedProcess[str]:
    """Compile a file that imports the library, or that holds its text: it is not compiled again."""
    (folder / f"{name}.v").write_text(text.replace(library_text(), IMPORT), encoding="utf-8")
    return coqc("-Q", library, LIBRARY, f"{name}.v", folder=folder)


def axioms(printed: str) -> set[str]:
    """The names in what `Print Assumptions` prints."""
    return set(re.findall(r"^(\S+)\s*:", printed.split("Axioms:", 1)[-1], re.MULTILINE))
