"""One thread for linear algebra while training: its matrices are too small to be shared out.

BLAS libraries start a thread a core for products of a few hundred rows and let them spin in between. Training
makes thousands of such products in a row: the threads take three times the processor's time and save none,
and where the machine is busy they wait for each other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Products of matrices in one thread; afterwards as before.

    Example:
        >>> with one_blas_thread():
        ...     1 + 1
        2
    """
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    """What controls the BLAS libraries, which NumPy and SciPy have loaded by now."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
