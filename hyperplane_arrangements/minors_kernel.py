"""Whitney numbers of small minors, compiled: the inner loop of `characteristic` where there are many.

The same recursion as there, on int64 rows. Entries are bounded before each step, so that nothing can
overflow; a minor whose entries could is handed back, and Python integers do it.
"""

from __future__ import annotations

import numpy as np
from numba import njit

#: Entries up to this size may be cut twice, and their 2 x 2 minors compared by products, within 63 bits.
LIMIT = 2**14

jit = njit(cache=True, nogil=True)


@jit
def _gcd(a, b):
    while b:
        a, b = b, a % b
    return a


@jit
def cut(rows, i):
    """Rows 0..i-1 on row i: distinct and primitive, the first nonzero entry positive; one column fewer."""
    d = rows.shape[1]
    pivot = -1
    for c in range(d):
        if rows[i, c] != 0 and (pivot < 0 or abs(rows[i, c]) < abs(rows[i, pivot])):
            pivot = c
    out = np.empty((i, d - 1), np.int64)
    size = 0
    for j in range(i):
        divisor, leading, column = 0, 0, 0
        for c in range(d):
            if c != pivot:
                value = rows[i, pivot] * rows[j, c] - rows[j, pivot] * rows[i, c]
                out[size, column] = value
                column += 1
                divisor = _gcd(divisor, abs(value))
                if leading == 0:
                    leading = value
        divisor = divisor if leading > 0 else -divisor
        for c in range(d - 1):
            out[size, c] //= divisor
        new = True
        for k in range(size):
            same = True
            for c in range(d - 1):
                if out[k, c] != out[size, c]:
                    same = False
                    break
            if same:
                new = False
                break
        size += new
    return out[:size]


@jit
def points_on(rows, i, xs, ys):
    """In how many points line i (projective) meets the distinct lines 0..i-1; xs, ys are room to work in."""
    pivot = 0
    while rows[i, pivot] == 0:
        pivot += 1
    first = 1 if pivot == 0 else 0
    second = 3 - pivot - first
    size = 0
    for j in range(i):
        x = rows[i, pivot] * rows[j, first] - rows[j, pivot] * rows[i, first]
        y = rows[i, pivot] * rows[j, second] - rows[j, pivot] * rows[i, second]
        new = True
        for k in range(size):
            if x * ys[k] == y * xs[k]:
                new = False
                break
        if new:
            xs[size] = x
            ys[size] = y
            size += 1
    return size


@jit
def whitney_numbers(rows, out):
    """Add the Whitney numbers of distinct primitive rows (d >= 3 columns) to out; false if too large."""
    n, d = rows.shape
    for j in range(n):
        for c in range(d):
            if abs(rows[j, c]) > LIMIT:
                return False
    if d == 3:
        xs, ys = np.empty(n, np.int64), np.empty(n, np.int64)
        points = 0
        for i in range(1, n):
            points += points_on(rows, i, xs, ys)
        out[0] += 1
        out[1] += n
        out[2] += points
        if n:
            out[3] += points - n + 1
        return True
    out[0] += 1
    for i in range(n):  # noqa: SIM110 - the compiler takes no generators
        if not whitney_numbers(cut(rows, i), out[1:]):
            return False
    return True
