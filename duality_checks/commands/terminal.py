"""What the verbs say while they work: on standard error, and only when a person is watching."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

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

    with Console(stderr=True).status("Starting") as status:
        yield status.update


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
