"""Two Hypothesis profiles, neither with a deadline: the same examples in every run, or new ones.

Everybody's run is that of continuous integration. `--hypothesis-profile=explore` draws new examples, and
keeps those that fail in `.hypothesis` for the next such run.

Processes side by side find the kernels compiled, and run tests that lie together, which share fixtures. Where
Python keeps no bytecode, it is kept for the run, or each of some hundred processes would compile it again.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.database import DirectoryBasedExampleDatabase

sys.path.insert(0, str(Path(__file__).parent / "helpers"))

EVERY_TIME, EXPLORE = "every-time", "explore"
# Stated in full: Hypothesis has another default where it sees the variables of continuous integration.
# Without a clock in it: whether a machine is slow says nothing of the code.
ALWAYS: dict[str, Any] = {
    "parent": settings.get_profile("default"),
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow],
    "print_blob": True,
}
# The same examples each time: half as many as where new ones are looked for. What is found is shrunk, but its
# parts are not varied to explain it: that traces each line, and is most of the work wherever `find` finds.
PHASES = [phase for phase in Phase if phase is not Phase.explain]
settings.register_profile(
    EVERY_TIME, derandomize=True, database=None, max_examples=50, phases=PHASES, **ALWAYS
)
found = DirectoryBasedExampleDatabase(".hypothesis/examples")
settings.register_profile(EXPLORE, derandomize=False, database=found, **ALWAYS)
settings.load_profile(EVERY_TIME)

CACHES = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")


@pytest.fixture
def kernels_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that `pytester` starts, which gives them another home, find the kernels compiled."""
    monkeypatch.setenv("XDG_CACHE_HOME", CACHES)


def keep_bytecode_for_the_run(config: pytest.Config) -> None:
    """In a folder that is removed at the end."""
    folder = TemporaryDirectory(prefix="bytecode-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    os.environ["PYTHONPYCACHEPREFIX"] = folder.name


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config, specs: Any) -> None:
    from kernels import compile_all

    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        keep_bytecode_for_the_run(config)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a core for each process, and threads in their way
    compile_all()
