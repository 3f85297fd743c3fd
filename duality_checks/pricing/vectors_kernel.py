"""What compiled loops do with short vectors. Imported only by the kernels that run them."""

from __future__ import annotations

from numba import njit


@njit(cache=True, nogil=True)
def inner(a, b):
    """The inner product of two vectors."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@njit(cache=True, nogil=True)
def add_multiple(target, factor, vector):
    """Add a multiple of a vector to another one, in place."""
    for i in range(len(target)):
        target[i] += factor * vector[i]
