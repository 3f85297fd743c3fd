"""Coq's compiler, where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from hyperplane_arrangements.errors import InputError

REMEDY = "install Coq 8.16 (Debian: apt-get install coq)"


def compiles(text: str) -> str:
    """Let Coq judge a file, in a folder that vanishes afterwards.

    Returns:
        '' if it compiles, else what Coq says about it.

    Raises:
        InputError: there is no `coqc`.
    """
    if shutil.which("coqc") is None:
        raise InputError(f"coqc is not found; {REMEDY}, or compile the file where it is")
    with TemporaryDirectory() as folder:
        (Path(folder) / "Optimum.v").write_text(text, encoding="utf-8")
        done = subprocess.run(
            ["coqc", "-q", "Optimum.v"], cwd=folder, capture_output=True, text=True, check=False
        )
    return "" if done.returncode == 0 else done.stderr.strip() or f"coqc ended with code {done.returncode}"
