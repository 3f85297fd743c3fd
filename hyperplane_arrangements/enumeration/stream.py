"""Jobs done by others, their results in order, a few ahead and never all: the consumer sets the pace."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from typing import TypeVar

from ..machine.cores import cores

A = TypeVar("A")
B = TypeVar("B")


def in_order(executor: Executor, work: Callable[[A], B], jobs: Iterable[A]) -> Iterator[B]:
    """The results of jobs, in their order.

    Args:
        executor: who does them.
        work: what is done, with what it needs; picklable if the executor is in other processes.
        jobs: what to do it with.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> with ThreadPoolExecutor(2) as pool:
        ...     list(in_order(pool, abs, [-1, 2, -3]))
        [1, 2, 3]
    """
    waiting: deque[Future[B]] = deque()
    try:
        for job in jobs:
            waiting.append(executor.submit(work, job))
            if len(waiting) > 2 * cores():
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
