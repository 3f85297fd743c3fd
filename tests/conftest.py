"""One Hypothesis profile for the whole suite: no deadlines, and the same examples every time under CI.

Processes side by side find the kernels compiled, and run tests that lie together, which share fixtures.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent / "helpers"))

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Any) -> None:
    from kernels import compile_all

    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a core for each process, and threads in their way
    compile_all()
