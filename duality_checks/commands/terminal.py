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
