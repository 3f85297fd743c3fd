"""Who does the pieces of a long job: any executor, of processes or of a cluster. Decided here alone.

A piece whose worker dies is done again: by a new pool where one can be made, else by this process. Nothing is
lost, and no result depends on who did what.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from ..errors import InputError
from .cores import cores

A = TypeVar("A")
B = TypeVar("B")
Submitted = tuple["Future[Any]", Executor]
#: How many pools are made before this process goes on alone.
MOST_POOLS = 4
#: Characters of a certificate whose check takes seconds, as long as workers may take to start.
LONG = 100_000


class Workers:
    """An executor that is made when the first piece needs it, and made anew when it breaks.

    Args:
        make: makes an executor; called by the first piece, and after each loss.
        count: how many pieces it does at once.
        pools: how many may break; then threads of this process take over.
        owned: whether to shut down what was made.
        after: called at the end, when no more pieces come.

    Example:
        >>> with ThreadPoolExecutor(2) as pool:
        ...     Workers.of(pool).map(abs, [-1, 2])
        [1, 2]
    """

    def __init__(
        self,
        make: Callable[[], Executor],
        count: int,
        *,
        pools: int = MOST_POOLS,
        owned: bool = True,
        after: Callable[[], Any] = lambda: None,
    ):
        self.count = count
        self._make, self._left, self._owned, self._after = make, pools, owned, after
        self._pool: Executor | None = None

    @classmethod
    def of(cls, executor: Executor) -> Workers:
        """Somebody's executor, which is left running."""
        return cls(lambda: executor, _size(executor), pools=1, owned=False)

    @classmethod
    def processes(cls, count: int) -> Workers:
        """So many processes of this machine.

        Raises:
            InputError: not a positive integer.

        Example:
            >>> Workers.processes(3).count
            3
        """
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise InputError(f"workers is {count!r}; give a positive number of processes")
        return cls(lambda: _processes(count), count)

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Submitted:
        """Begin a piece; also which executor has it, for :meth:`lost`."""
        while True:
            pool = self._current()
            try:
                return pool.submit(work, *arguments), pool
            except Exception as error:
                if not self.lost(error, pool):
                    raise

    def lost(self, error: BaseException, pool: Executor) -> bool:
        """Whether an error says that a worker died, not that the work failed; then the pool is given up."""
        if not _is_loss(error):
            return False
        if pool is self._pool:
            self._drop()
            self._left -= 1
        return True

    def map(self, work: Callable[[A], B], jobs: Iterable[A]) -> list[B]:
        """The results of jobs, in their order."""
        waiting, results = dict(enumerate(jobs)), dict[int, B]()
        while waiting:
            running = {k: self.submit(work, job) for k, job in waiting.items()}
            for k, (future, pool) in running.items():
                try:
                    results[k] = future.result()
                    del waiting[k]
                except Exception as error:
                    if not self.lost(error, pool):
                        raise
        return [results[k] for k in sorted(results)]

    def close(self) -> None:
        """Shut down what was made: no more pieces come."""
        self._drop()
        self._after()

    def _drop(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None and (self._owned or self._left < 1):
            pool.shutdown(wait=False)

    def _current(self) -> Executor:
        if self._pool is None:
            self._pool = self._make() if self._left > 0 else ThreadPoolExecutor(cores())
        return self._pool


_chosen: ContextVar[Workers | None] = ContextVar("workers", default=None)


def workers() -> Workers | None:
    """Who does pieces that are worth sending; None: this process.

    Example:
        >>> workers() is None
        True
    """
    return _chosen.get()


@contextmanager
def using_workers(team: Workers | None) -> Iterator[None]:
    """Let a team do the pieces inside the block, and close it after; None: whoever does them otherwise.

    Example:
        >>> with using_workers(Workers.processes(2)):
        ...     workers().count
        2
    """
    if team is None:
        yield
        return
    token = _chosen.set(team)
    try:
        yield
    finally:
        _chosen.reset(token)
        team.close()


@contextmanager
def using_executor(executor: Executor | None) -> Iterator[None]:
    """:func:`using_workers` for somebody's executor.

    Raises:
        InputError: it is none.
    """
    if executor is not None and not (hasattr(executor, "submit") and hasattr(executor, "shutdown")):
        raise InputError(
            f"executor is of type {type(executor).__name__}; give a concurrent.futures.Executor, such as a "
            "ProcessPoolExecutor, or None"
        )
    with using_workers(None if executor is None else Workers.of(executor)):
        yield


def _is_loss(error: BaseException) -> bool:
    """A broken pool, a piece that was cancelled with it, or what a cluster says of a worker that is gone."""
    if isinstance(error, BrokenExecutor | CancelledError | ConnectionError):
        return True
    return type(error).__module__.partition(".")[0] == "distributed"


def _size(executor: Executor) -> int:
    count = getattr(executor, "_max_workers", None)
    return count if isinstance(count, int) else cores()


def _processes(count: int) -> Executor:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    return ProcessPoolExecutor(count, mp_context=get_context("spawn"))
