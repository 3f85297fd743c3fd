"""One step of elimination on floats, compiled, in two arithmetics that never guess.

Exact: fraction-free on integers held in floats, all below 2**49, with the rounding of every product taken
back (notes, statement 1.1). Bounded: ordinary elimination with a running bound on the error of every entry.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from ..machine.kernel_cache import cached_njit, inner_njit
from .roundoff import INFLATE, TINY, UNIT

# What a walk keeps of each hyperplane of a flat; of a class in its table; and where it is on a line.
LEAD, ROW, SLOT = 0, 1, 2
STAMP, CLASS = 0, 1
WHERE, SLACK = 0, 1

LIMIT = 2.0**49
ROUND = 1.5 * 2.0**52  # adding it and taking it off again rounds to an integer

# No array is made in these functions, so references need not be counted (`_nrt`): three times as fast.
OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy", "_nrt": False}
compiled = cached_njit(**OPTIONS)
jit = inner_njit(**OPTIONS)


@intrinsic
def fma(typingctx, a, b, c):
    """`a * b + c`, rounded once."""

    def generate(context, builder, signature, args):
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), generate


@jit
def sign_of_minor(a, b, c, d):
    """The sign of `a * d - b * c`, exactly: by the two products and their errors."""
    left, right = a * d, b * c
    value = left - right
    if value == 0:
        value = fma(a, d, -left) - fma(b, c, -right)
    return (value > 0) - (value < 0)


@jit
def eliminate_exact(old, new, p, m, j, scale, start, stop, shift, top):
    """Hyperplanes start..stop cut with j, to places from start - shift on, columns 0..top; false if an entry
    is too large to stay exact."""
    side = 1.0 if old[p, j] > 0 else -1.0
    size, inverse = abs(old[p, j]), 1.0 / scale
    large = 0
    for c in range(top + 1):
        if c == m:
            for i in range(start, stop):
                new[m, i - shift] = -side * old[p, i]
            continue
        source = c if c < p or c > m else c + 1
        factor = side * old[source, j]
        for i in range(start, stop):
            a, b = old[source, i], old[p, i]
            left, right = size * a, factor * b
            value = (left - right) + (fma(size, a, -left) - fma(factor, b, -right))
            value = (value * inverse + ROUND) - ROUND
            new[c, i - shift] = value
            large += abs(value) >= LIMIT
    return large == 0


@jit
def eliminate_bounded(old, new, error, fresh, p, m, j, start, stop, shift, top, work):
    """The same without scaling, `fresh` bounding the error of `new`; false if the pivot is not certain."""
    pivot = old[p, j]
    room = abs(pivot) - error[p, j]
    if not room > 0:
        return False
    inverse = INFLATE / room
    quotients, slacks = work[0], work[1]
    for i in range(start, stop):
        q = old[p, i] / pivot
        slack = ((abs(q) * error[p, j] + error[p, i]) * inverse + UNIT * abs(q)) * INFLATE + TINY
        quotients[i] = q
        slacks[i] = slack if q != 0 or error[p, i] != 0 else 0.0
    for c in range(top + 1):
        source = c if c < p or c > m else c + 1
        if c == m:
            for i in range(start, stop):
                new[m, i - shift] = -quotients[i]
                fresh[m, i - shift] = slacks[i]
        elif old[source, j] == 0 and error[source, j] == 0:
            for i in range(start, stop):
                new[c, i - shift] = old[source, i]
                fresh[c, i - shift] = error[source, i]
        else:
            factor, bound = old[source, j], error[source, j]
            size = abs(factor) + bound
            for i in range(start, stop):
                q, before = quotients[i], error[source, i]
                product = q * factor
                value = old[source, i] - product
                grown = before + abs(q) * bound + slacks[i] * size + UNIT * (abs(product) + abs(value))
                new[c, i - shift] = value
                fresh[c, i - shift] = before if slacks[i] == 0 else grown * INFLATE + TINY
    return True


@jit
def lead(value, error, m, i):
    """The last column c <= m that is certainly not zero if those above it certainly are.

    -1 if all of them are certain zeros, -2 if that cannot be told.
    """
    for c in range(m, -1, -1):
        if abs(value[c, i]) > error[c, i]:
            return c
        if not (value[c, i] == 0 and error[c, i] == 0):
            return -2
    return -1


@jit
def twin(space, k, c, i, size, stamp):
    """The one of the first `size` hyperplanes that is the same as i, c their lead; if none, i as number
    `size` can be found from now on, and -1."""
    value, table = space.values[k], space.table
    quotients, bits = space.work[WHERE], space.work[WHERE].view(np.int64)
    key = np.int64(c)
    for q in range(c):
        quotients[0] = value[q, i] / value[c, i] + 0.0  # no negative zero
        key = (key ^ (bits[0] >> 20) ^ bits[0]) * 0x9E3779B97F4A7C1
    places = table.shape[1] - 1
    place = (key >> 32) & places
    while table[STAMP, place] == stamp:
        other = table[CLASS, place]
        same = space.planes[k, LEAD, other] == c
        for q in range(c):
            same = same and sign_of_minor(value[q, i], value[c, i], value[q, other], value[c, other]) == 0
        if same:
            return other
        place = (place + 1) & places
    table[STAMP, place], table[CLASS, place] = stamp, size
    return -1
