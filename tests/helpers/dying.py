"""Work that a process cannot finish, and an executor whose workers die: for tests of what is done again."""

from __future__ import annotations

import os
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path


def dies_once(job: tuple[str, int]) -> int:
    """The square of a number; but where there is a file of this name, it goes, and so does the process."""
    flag, number = job
    try:
        Path(flag).unlink()
    except FileNotFoundError:
        return number**2
    os._exit(1)


class DyingExecutor(Executor):
    """Does so many pieces, in the caller's thread; the next one kills it, and it takes no more.

    Args:
        lives: how many pieces.
    """

    def __init__(self, lives: int):
        self.lives, self.done = lives, 0

    def submit(self, work, /, *arguments, **named):
        if self.done > self.lives:
            raise BrokenExecutor("dead")
        future = Future()
        self.done += 1
        if self.done > self.lives:
            future.set_exception(BrokenExecutor("dying"))
        else:
            future.set_result(work(*arguments, **named))
        return future

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.done = self.lives + 1
