"""Coq for tests: the sources of `proofs_notes/formal`, compiled once for each version of them, and files that
import them."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest

from duality_checks.formal.sources import sources

FOLDER = Path(__file__).parent.parent.parent / "proofs_notes" / "formal"
LIBRARY = "ConvexLandscape"


def coqc(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the compiler, with its output as text."""
    return subprocess.run(
        ["coqc", "-q", *map(str, words)], cwd=folder, capture_output=True, text=True, timeout=600
    )


def compiled_library(config: pytest.Config) -> Path:
    """A folder of compiled sources, kept by pytest under the digest of sources and compiler.

    Raises:
        AssertionError: a source does not compile.
    """
    if shutil.which("coqc") is None:
        pytest.skip("needs Coq: apt-get install coq")
    version = coqc("--version", folder=FOLDER).stdout
    digest = hashlib.sha256(version.encode() + b"".join(path.read_bytes() for path in sources())).hexdigest()
    parent = config.cache.mkdir("coq")  # type: ignore[union-attr]
    folder = parent / digest[:16]
    if not folder.exists():
        # Compiled beside it and renamed: a run that is cut off, or another process, leaves nothing half-done.
        draft = parent / uuid.uuid4().hex
        draft.mkdir()
        for path in sources():
            shutil.copy(path, draft)
            done = coqc("-Q", ".", LIBRARY, path.name, folder=draft)
            assert done.returncode == 0, done.stderr
        try:
            draft.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(draft)
    return folder


def compile_text(
    library: Path, text: str, folder: Path, name: str = "Example"
) -> subprocess.CompletedProcess[str]:
    """Compile a file that may import the library."""
    (folder / f"{name}.v").write_text(text, encoding="utf-8")
    return coqc("-Q", library, LIBRARY, f"{name}.v", folder=folder)
