"""Whitney numbers of small minors, compiled: the inner loop of `characteristic` where there are many.

The same recursion as there, on int64 rows, and the same last step: the points on each line of a projective
plane. Entries are bounded before each step, so that no sum of products overflows; a minor whose entries could
is handed back, and Python integers do it.
"""

from __future__ import annotations

import numpy as np

from ..kernel_cache import cached_njit

#: Entries up to this size may be cut: a 2 x 2 minor stays below 2^62.
LIMIT = 2**30
#: Entries up to this size may be lines of a plane: a 2 x 2 minor is a float64, exactly.
LIMIT_OF_LINES = 2**26

_ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio (Knuth's multiplicative hashing)

jit = cached_njit(nogil=True, error_model="numpy")


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
def points_on_lines(rows):
    """The sum over distinct projective lines of the number of points in which earlier lines meet each.

    A point on a line is a ratio x : y of integers up to 2^53, kept in a hash table by its float64 quotient.
    Equal ratios have equal quotients, both being rounded correctly. Where quotients agree, the difference of
    the cross products is at most 2^-51 of them, so below 2^55: it is zero if it is zero modulo 2^64.
    """
    n = len(rows)
    room = 4
    while room < 2 * n:
        room *= 2
    owner, xs, ys = np.zeros(room, np.int64), np.empty(room, np.int64), np.empty(room, np.int64)
    quotients, quotient = np.empty(room), np.empty(1)
    bits = quotient.view(np.uint64)
    points = 0
    for i in range(1, n):
        pivot = 0
        while rows[i, pivot] == 0:
            pivot += 1
        first = 1 if pivot == 0 else 0
        second = 3 - pivot - first
        for j in range(i):
            x = rows[i, pivot] * rows[j, first] - rows[j, pivot] * rows[i, first]
            y = rows[i, pivot] * rows[j, second] - rows[j, pivot] * rows[i, second]
            quotient[0] = (x / y if y != 0 else np.inf) + 0.0  # -0.0 + 0.0 is 0.0
            place = np.int64((bits[0] * _ODD) >> np.uint64(32)) & (room - 1)
            while owner[place] == i and not (
                quotients[place] == quotient[0] and x * ys[place] == y * xs[place]
            ):
                place = (place + 1) & (room - 1)
            if owner[place] != i:
                owner[place], quotients[place], xs[place], ys[place] = i, quotient[0], x, y
                points += 1
    return points


@jit
def whitney_numbers(rows, out):
    """Add the Whitney numbers of distinct primitive rows (d >= 3 columns) to out; false if too large."""
    n, d = rows.shape
    limit = LIMIT_OF_LINES if d == 3 else LIMIT
    for j in range(n):
        for c in range(d):
            if abs(rows[j, c]) > limit:
                return False
    if d == 3:
        points = points_on_lines(rows)
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
