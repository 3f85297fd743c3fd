"""How many cores work at once: all that this process may use, or as many as asked for. Decided here alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .errors import InputError

#: The environment variable that says how many.
VARIABLE = "CONVEX_LANDSCAPE_CORES"
_chosen: ContextVar[int | None] = ContextVar("cores", default=None)


def cores() -> int:
    """How many threads to start for a job that is worth it.

    As many as `using_cores` or the environment variable `CONVEX_LANDSCAPE_CORES` says, else as many as this
    process may use. No result depends on it.

    Raises:
        InputError: the environment variable is no positive integer.

    Example:
        >>> cores() >= 1
        True
    """
    chosen = _chosen.get()
    if chosen is not None:
        return chosen
    text = os.environ.get(VARIABLE, "")
    if text:
        if not text.isdecimal() or int(text) < 1:
            raise InputError(f"{VARIABLE} is {text!r}; give a positive number of cores, or unset it")
        return int(text)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def using_cores(count: int | None) -> Iterator[None]:
    """Let as many cores work inside the block; None for as many as otherwise.

    Raises:
        InputError: not a positive integer.

    Example:
        >>> with using_cores(3):
        ...     cores()
        3
    """
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise InputError(f"cores is {count!r}; give a positive integer, or None for all")
    token = _chosen.set(count)
    try:
        yield
    finally:
        _chosen.reset(token)
