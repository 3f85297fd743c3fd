"""Memory that large arrays and texts leave behind."""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Give what is free back to the system, between work in large arrays and texts and work in integers.

    The C library of Linux keeps what they leave, up to twice the largest of them, for the next of that kind;
    Python's integers are never put there. Elsewhere nothing is done.

    Example:
        >>> give_back()
    """
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:  # that of GNU
            trim(0)
