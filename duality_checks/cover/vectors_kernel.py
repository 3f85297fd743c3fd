"""What compiled loops do with short vectors. Imported only by the kernels that run them.

Loops, not expressions of arrays: for `a[:] = b` and `a + b` numba also compiles the text of the error for
shapes that do not fit, which takes seconds.
"""

from __future__ import annotations

from math import floor, sqrt

from hyperplane_arrangements.machine.kernel_cache import inner_njit

from ..checker import DIRECTION_BITS


@inner_njit(nogil=True)
def inner(a, b):
    """The inner product of two vectors."""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@inner_njit(nogil=True)
def set_multiple(target, factor, vector):
    """Set a vector to a multiple of another one."""
    for i in range(len(target)):
        target[i] = factor * vector[i]


@inner_njit(nogil=True)
def add_multiple(target, factor, vector):
    """Add a multiple of a vector to another one, in place."""
    for i in range(len(target)):
        target[i] += factor * vector[i]


@inner_njit(nogil=True)
def copy(vector, target):
    """Write a vector into another."""
    for i in range(len(vector)):
        target[i] = vector[i]


@inner_njit(nogil=True)
def divide(vector, size):
    """Divide a vector by a number, in place."""
    for i in range(len(vector)):
        vector[i] /= size


@inner_njit(nogil=True)
def norm(p):
    """``norm(p)``."""
    square = 0.0
    for i in range(len(p)):
        square += p[i] * p[i]
    return sqrt(square)


@inner_njit(nogil=True)
def in_few_bits(a):
    """Round a direction as the checker does; the first coordinate's where it is 0."""
    largest = 0.0
    for b in range(len(a)):
        largest = max(largest, abs(a[b]))
    for b in range(len(a)):
        a[b] = floor(a[b] / largest * 2.0**DIRECTION_BITS) if largest > 0.0 else 1.0 * (b == 0)
