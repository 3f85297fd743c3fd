"""What a person sees while a verb works: a line on a terminal, which tells of compilations; else nothing."""

from __future__ import annotations

import io
import sys
import time

import numba
import pytest
from numba.core import event as events

from duality_checks.commands.terminal import progress, silent


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in place of standard error."""
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


def wait_for(stream: Terminal, text: str) -> bool:
    end = time.monotonic() + 5
    while text not in stream.getvalue() and time.monotonic() < end:
        time.sleep(0.02)
    return text in stream.getvalue()


def test_a_compilation_is_told_and_its_end_too(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watch(monkeypatch)
    with progress() as say:
        say("Working [1/2]")
        assert wait_for(watched, "Working [1/2]")
        with events.trigger_event("numba:compile", data={}), events.trigger_event("numba:compile", data={}):
            assert wait_for(watched, "Working [1/2] (compiling for this machine, once)")
        say("Done")
        assert wait_for(watched, "Done")
    assert "Done (compiling" not in watched.getvalue()
    assert not events._registered["numba:compile"]


def test_a_real_compilation_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = watch(monkeypatch)
    with progress() as say:
        say("Working")
        assert wait_for(watched, "Working")
        numba.njit(lambda x: [x + k for k in range(int(x))])(2.0)
    assert "(compiling for this machine, once)" in watched.getvalue()


def test_nobody_watches_nothing_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with progress() as say:
        assert say is silent
        say("Working")
    assert capsys.readouterr().err == ""
