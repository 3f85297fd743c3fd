"""Signals that end a job, as exceptions: what cleans up after Ctrl-C then cleans up after them as well."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

# What a shell, a system or a batch queue sends to end a job: politely, or as the terminal closes.
_ENDS = ("SIGTERM", "SIGHUP")


class Terminated(KeyboardInterrupt):
    """The job was told to end.

    Args:
        number: of the signal.
    """

    def __init__(self, number: int):
        super().__init__(number)
        self.number = number


@contextmanager
def terminable() -> Iterator[None]:
    """Raise :class:`Terminated` where a signal would end the process, once: cleaning up is not disturbed.

    A signal that is ignored, as `nohup` asks for, or handled by someone else is left alone; so is everything
    outside the main thread, where Python handles no signals.

    Example:
        >>> import os
        >>> try:
        ...     with terminable():
        ...         os.kill(os.getpid(), signal.SIGTERM)
        ... except Terminated as ended:
        ...     ended.number == signal.SIGTERM
        True
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in _ENDS if hasattr(signal, name)]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]

    def end(number: int, frame: FrameType | None) -> None:
        for each in ours:
            signal.signal(each, signal.SIG_IGN)
        raise Terminated(number)

    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)
