"""Every run draws the same examples, here and in continuous integration; the profile `explore` does not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEST = """
from hypothesis import given, settings, strategies as st

drawn = []

@settings(max_examples=20)
@given(st.integers())
def test_drawn(number):
    drawn.append(number)

def test_told():
    print("drawn", drawn)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our `conftest.py` beside a test that tells what it has drawn."""
    folder = tmp_path_factory.mktemp("suite")
    (folder / "conftest.py").write_text((Path(__file__).parent / "conftest.py").read_text(encoding="utf-8"))
    (folder / "test_drawn.py").write_text(TEST)
    return folder


def drawn(folder: Path, *options: str, **variables: str) -> str:
    clean = {name: value for name, value in os.environ.items() if name not in {"CI", "HYPOTHESIS_PROFILE"}}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        *options,
        "test_drawn.py",
    ]
    run = subprocess.run(
        command, cwd=folder, env=clean | variables, capture_output=True, text=True, check=True
    )
    return next(line for line in run.stdout.splitlines() if "drawn" in line)


@pytest.fixture(scope="module")
def newcomer(folder: Path) -> str:
    """What a run without any options draws."""
    return drawn(folder)


def test_every_run_draws_the_same(folder: Path, newcomer: str) -> None:
    assert newcomer.count(",") >= 10
    assert drawn(folder) == drawn(folder, CI="true") == newcomer
    assert not list(folder.rglob(".hypothesis/examples/*"))


def test_explore_draws_anew(folder: Path, newcomer: str) -> None:
    runs = {drawn(folder, "--hypothesis-profile=explore", f"--hypothesis-seed={seed}") for seed in (1, 2)}
    assert len(runs | {newcomer}) == 3
