"""What a terminal shows: words kept whole, verdicts in colour; and a pipe gets the plain text."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks import TrainingProblem, certify, train
from duality_checks.commands.showing import as_shown, wrapped

GREEN, RED, END = "\x1b[32m\x1b[1m", "\x1b[31m\x1b[1m", "\x1b[0m"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def coloured(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    return monkeypatch


def test_verdicts_have_colours_at_a_terminal_alone(coloured: pytest.MonkeyPatch) -> None:
    text = "verdict   PROVEN, and REFUSED: UNPROVEN"
    shown = f"verdict   {GREEN}PROVEN{END}, and {RED}REFUSED{END}: UNPROVEN"
    assert as_shown(text, Terminal()) == shown
    assert as_shown(text, io.StringIO()) == text
    for name, value in (("NO_COLOR", "1"), ("TERM", "dumb")):
        with coloured.context() as patch:
            patch.setenv(name, value)
            assert as_shown(text, Terminal()) == text
    coloured.setenv("NO_COLOR", "")  # set but empty means nothing
    assert as_shown(text, Terminal()) == shown


def test_lines_wrap_at_words_below_their_label(coloured: pytest.MonkeyPatch) -> None:
    names = (
        "problem-1.json, certificate-1.json, problem-2.json, certificate-2.json in convex-landscape-output"
    )
    line = f"written    {names}"
    assert as_shown(line, Terminal()).splitlines() == [
        "written    problem-1.json, certificate-1.json,",
        "           problem-2.json, certificate-2.json in",
        "           convex-landscape-output",
    ]
    assert as_shown(line, io.StringIO()) == line


@given(st.lists(st.text("abc-_/.", min_size=1, max_size=50), max_size=30), st.integers(40, 120))
def test_wrapping_moves_spaces_alone(words: list[str], width: int) -> None:
    text = "label     " + " ".join(words)
    lines = wrapped(text, width).split("\n")
    assert " ".join(" ".join(lines).split()) == " ".join(text.split())
    assert all(len(line) <= width or len(line.split()) <= 2 for line in lines)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_check_at_a_real_terminal_and_into_a_pipe(tmp_path: Path, coloured: pytest.MonkeyPatch) -> None:
    """Through `python -m duality_checks`; a certificate for a problem of another shape is named as that."""
    import pty

    problem = TrainingProblem([[1, 1], [2, 1], [3, 1]], [1, 0, 2], beta="1/10")
    problem.save(tmp_path / "problem.json")
    certify(problem, train(problem)).save(tmp_path / "certificate.json")
    TrainingProblem([[1], [2]], [1, 0], beta="1/10").save(tmp_path / "other.json")
    command = [sys.executable, "-m", "duality_checks", "check"]
    ours, theirs = pty.openpty()
    at_terminal = subprocess.run(
        [*command, "problem.json", "certificate.json"], cwd=tmp_path, stdout=theirs, stderr=subprocess.PIPE
    )
    os.close(theirs)
    shown = os.read(ours, 10_000).decode()
    os.close(ours)
    assert at_terminal.returncode == 0 and shown.startswith(f"{GREEN}PROVEN{END} ")
    assert max(map(len, shown.replace(GREEN, "").replace(END, "").splitlines())) <= 60
    piped = subprocess.run(
        [*command, "other.json", "certificate.json"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (piped.returncode, piped.stdout) == (1, "REFUSED: certificate: written for another problem\n")
