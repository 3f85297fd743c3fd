"""What the verbs say while they work: on standard error, and only when a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.text import Text

_COMPILING = " (compiling for this machine, once)"

Say = Callable[[str], None]


def silent(text: str) -> None:
    """Say nothing."""


@contextmanager
def progress() -> Iterator[Say]:
    """A line of progress that is replaced by the next one; silence when standard error is no terminal.

    Example:
        >>> with progress() as say:
        ...     say("Counting chambers")
    """
    if not sys.stderr.isatty():
        yield silent
        return
    from rich.console import Console

    line = _Line("Starting")
    with line.watching(), Console(stderr=True).status(line):
        yield line.say


class _Line:
    """A line of progress, which says so while numba compiles.

    numba is not loaded for this: it is asked once somebody else has loaded it.
    """

    def __init__(self, text: str):
        self.text = text
        self._recorder: Any = None

    def say(self, text: str) -> None:
        self.text = text

    def __rich__(self) -> Text:
        from rich.text import Text

        return Text(self.text + _COMPILING if self._compiling() else self.text)

    @contextmanager
    def watching(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self._recorder is not None:
                sys.modules["numba.core.event"].unregister("numba:compile", self._recorder)

    def _compiling(self) -> bool:
        events: Any = sys.modules.get("numba.core.event")
        if not hasattr(events, "install_recorder"):  # the last name that the module defines of those we need
            return False
        if self._recorder is None:
            self._recorder = events.RecordingListener()
            events.register("numba:compile", self._recorder)
        # Functions are compiled inside of others.
        return sum(1 if event.is_start else -1 for _, event in self._recorder.buffer) > 0


@contextmanager
def bar(text: str, total: int, *, done: int = 0) -> Iterator[Callable[[int], object]]:
    """A progress bar; silence when standard error is no terminal, or when it shares one with the output.

    Args:
        text: what is being counted.
        total: how many there are.
        done: how many of them are done already.

    Yields:
        A function that takes how many more are done.

    Example:
        >>> with bar("Chambers", 6) as advance:
        ...     done = advance(6)
    """
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield lambda more: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    shown = Progress(*columns, console=Console(stderr=True), transient=True, redirect_stdout=False)
    with shown:
        task = shown.add_task(text, total=total, completed=done)
        yield lambda more: shown.advance(task, more)
