"""How many cores work at once: all that this process may use, or as many as asked for. Decided here alone.

And how a long array is cut: into a piece a core, or into pieces that its cache holds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from ..errors import InputError

#: The environment variable that says how many.
VARIABLE = "CONVEX_LANDSCAPE_CORES"
#: So many numbers of 8 bytes, and what is made of them, stay in the cache of a core.
IN_CACHE = 200_000
_chosen: ContextVar[int | None] = ContextVar("cores", default=None)

A = TypeVar("A")
B = TypeVar("B")


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


def shared_out(work: Callable[[A], B], jobs: Iterable[A], *, worth: bool = True) -> Generator[B]:
    """The results of jobs, in their order, done by as many threads as there are cores.

    A single job, and jobs on a single core, are done by the caller's own thread, as are those that are not
    worth a pool. Closing the iterator cancels what has not begun.

    Args:
        work: what is done; only compiled code and NumPy let others work at the same time.
        jobs: what to do it with.
        worth: whether the jobs take long beside the tenths of a millisecond that threads take to start.

    Example:
        >>> list(shared_out(abs, [-1, 2, -3]))
        [1, 2, 3]
    """
    jobs = list(jobs)
    threads = min(cores(), len(jobs)) if worth else 1
    if threads <= 1:
        yield from map(work, jobs)
        return
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, jobs)


def parts(count: int) -> list[slice]:
    """As many pieces of equal length as there are cores, of so many things; fewer if there are not so many.

    Example:
        >>> with using_cores(2):
        ...     parts(5)
        [slice(0, 3, None), slice(3, 6, None)]
    """
    return _slices(count, -(-count // cores()))


def blocks(count: int, width: int, entries: int = IN_CACHE) -> list[slice]:
    """Pieces of so many rows that an array of them has so many entries: by default as many as stay in the
    cache of a core.

    Example:
        >>> blocks(5, width=100, entries=250)
        [slice(0, 2, None), slice(2, 4, None), slice(4, 6, None)]
    """
    return _slices(count, entries // max(1, width))


def _slices(count: int, step: int) -> list[slice]:
    step = max(1, step)
    return [slice(start, start + step) for start in range(0, count, step)]
