"""The points of `candidates.py`, compiled: the same operations in the same order."""

from __future__ import annotations

import numpy as np

from ..machine.kernel_cache import inner_njit
from .elimination import OPTIONS, compiled, jit
from .roundoff import CANCELLED, INFLATE, TINY, UNIT

#: The signs that the bits of a byte stand for, the lowest bit first.
SIGNS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1, bitorder="little") * 2.0 - 1.0


@inner_njit(fastmath={"nnan", "nsz"}, **OPTIONS)
def _largest(ratios, n):
    """The largest of numbers that are at least 0, none of them NaN."""
    largest = 0.0
    for i in range(n):
        largest = max(largest, ratios[i])
    return largest


@jit
def cut(values, k, j, m, n):
    """The flat of level k cut with row j: plain elimination, what is left of a cancellation taken for zero.

    Forms from n on are no rows and keep what is left.
    """
    p = m
    while p > 1 and values[k, p, j] == 0:
        p -= 1
    pivot = values[k, p, j]
    for c in range(values.shape[1]):
        source = p if c == m else c if c < p or c > m else c + 1
        factor = 1.0 / pivot if c == m else values[k, source, j] / pivot
        for i in range(n):
            left, right = 0.0 if c == m else values[k, source, i], factor * values[k, p, i]
            value = left - right
            values[k + 1, c, i] = 0.0 if abs(value) <= CANCELLED * (abs(left) + abs(right)) else value
        for i in range(n, values.shape[2]):
            values[k + 1, c, i] = (0.0 if c == m else values[k, source, i]) - factor * values[k, p, i]
        if c != m:
            values[k + 1, c, j] = 0.0


@jit
def _stand_above_vertex(values, k, j, n, rests, ratios):
    """The forms halfway from the vertex of row j on a line to the next one up."""
    at = -values[k, 0, j] / values[k, 1, j]
    for i in range(n):
        moved = at * values[k, 1, i]
        rest = values[k, 0, i] + moved
        rest = 0.0 if abs(rest) <= CANCELLED * (abs(values[k, 0, i]) + abs(moved)) else rest
        ratio = -values[k, 1, i] / rest
        rests[i] = rest
        ratios[i] = ratio if (ratio > 0) & (rest != 0) else 0.0
    rests[j] = ratios[j] = 0.0
    for i in range(n, values.shape[2]):
        rests[i] = values[k, 0, i] + at * values[k, 1, i]
    inverse = _largest(ratios, n)
    step = 0.5 / inverse if inverse > 0 else (abs(at) if at != 0 else 1.0)
    for i in range(values.shape[2]):
        rests[i] += step * values[k, 1, i]


@jit
def _stand_above_base(values, k, n, rests, ratios):
    """The forms at a point far down the flat."""
    m = values.shape[1] - 1 - k
    for i in range(values.shape[2]):
        rests[i] = values[k, 0, i]
    for c in range(1, m + 1):
        some = False
        for i in range(n):
            last = values[k, c, i] != 0
            for q in range(c + 1, m + 1):
                last &= values[k, q, i] == 0
            ratio = abs(rests[i] / values[k, c, i])
            ratios[i] = ratio if (ratio > 0) & last else 0.0
            some |= last
        reach = 2.0 * _largest(ratios, n)
        reach = 1.0 if reach == 0 and some else reach
        for i in range(values.shape[2]):
            rests[i] -= reach * values[k, c, i]


@jit
def _leave(values, k, column, side, n, usual, rests, ratios):
    """Leave a pivot, halfway to the nearest hyperplane in the way."""
    for i in range(n):
        ratio = side * values[k, column, i] / rests[i]
        ratios[i] = ratio if (ratio > 0) & (rests[i] != 0) else 0.0
    inverse = _largest(ratios, n)
    step = 0.5 / inverse if inverse > 0 else usual
    for i in range(values.shape[2]):
        rests[i] -= step * (side * values[k, column, i])


@jit
def _is_inside(planes, point, pattern, signs, sums):
    """Whether every sign at the point is certain and as in the pattern: a proof, see `exact.signs`."""
    r, n = planes.shape
    largest, total, open_rows = 1.0, 0.0, 0
    for c in range(r):
        largest = max(largest, abs(point[c]))
        total += abs(point[c])
        for i in range(n):
            sums[i] = planes[c, i] * point[c] + (sums[i] if c else 0.0)
    factor, floor = (r + 4) * UNIT * INFLATE, TINY * largest
    bound = factor * total * INFLATE + floor  # good for all rows, since none has an entry above 1
    for b in range(len(pattern)):
        byte = pattern[b]
        for q in range(8):
            sums[8 * b + q] *= signs[byte, q]
    for i in range(n):
        open_rows += not sums[i] > bound
    if open_rows:
        for i in range(n):
            size = 0.0
            for c in range(r):
                size += abs(planes[c, i] * point[c])
            if not sums[i] > factor * size + floor:
                return False
    return True


@compiled
def witnesses(values, path, work, bits, planes, signs, affine, basis, patterns, points, proven):
    """A float point for each chamber, and whether it is proven to lie strictly inside.

    Args:
        values: level x column x form; level 0 is `candidates.Floats.forms`, the others are room.
        path: room for the pivots of a level.
        work: 3 x forms and more, room.
        bits, planes: as in `candidates.Floats`.
        signs: `SIGNS`.
        affine, basis, patterns: as for `candidates.candidates`.
        points, proven: the results.
    """
    r, n, depth = len(planes), len(bits), np.int64(0)
    d, rests = r - 1, work[0]
    for p in range(len(basis)):
        k = np.int64(0)
        while k < d - 1 and basis[p, k] >= 0:
            if k >= depth or path[k] != basis[p, k]:
                path[k], depth = basis[p, k], k
                cut(values, k, path[k], d - k, n)
            k += 1
            depth = max(depth, k)
        depth = k
        if k == d - 1 and basis[p, k] >= 0:
            _stand_above_vertex(values, k, basis[p, k], n, rests, work[1])
        else:
            _stand_above_base(values, k, n, rests, work[1])
        for t in range(k - 1, -1, -1):
            bit, usual = bits[path[t]], abs(values[0, 0, path[t]])
            side = 1.0 if (patterns[p, bit >> 3] >> (bit & 7)) & 1 else -1.0
            _leave(values, k, d - t, side, n, usual if usual > 0 else 1.0, rests, work[1])
        size = 0.0
        for c in range(r):
            points[p, c] = rests[n + c]
            size = max(size, abs(points[p, c]))
        if affine:
            size = points[p, d]
        for c in range(r):
            points[p, c] /= size
        proven[p] = _is_inside(planes, points[p], patterns[p], signs, work[2])
