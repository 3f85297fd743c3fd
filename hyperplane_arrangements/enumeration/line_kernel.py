"""Points above the vertices of many lines in a plane, compiled: all of one side of a line proven together.

At one height above a line each other line is at one place, known to within a bound. What is left of a gap
there is where all lines of lower vertices are certainly past and no other is reached yet, so that one sweep
proves every sign of a point in each gap: a rounding or two for each line, not for each line and chamber. The
height is lowered until most gaps are open; what is not proven is left to `witness_kernel.py`.

The bound, in units of `UNIT`. The point is `p = q_0 + t q_1 + h q_2`, with floats q that are exact by
definition, and no row a has an entry above 1. Rounding p moves `a . p` by 3, its scaling by 1, products
with q and rounding a move it by 4, and the place of a row moves by 4, all of them times `norm(q_0) + abs(t)
norm(q_1) + abs(h) norm(q_2)` in the 1-norm; 16 are allowed. A row that is certainly positive at one t stays
so above it where its slope exceeds that of the bound.
"""

from __future__ import annotations

from math import frexp

import numpy as np

from .elimination import compiled, jit
from .roundoff import CANCELLED, INFLATE, UNIT
from .witness_kernel import cut

GUARD = 16 * UNIT * INFLATE
LEVELS = 40
#: What of a gap has to be left at a height.
OPEN = 0.25
#: Rows of `room`: of each hyperplane three coefficients and its place, then of those in order.
HEIGHT, SLOPE, TILT, ROOT, PLACES, TILTS, SLACKS, LOWS, TOPS, REACHES = range(10)
#: Rows of `order`: hyperplanes in order, room, the place of each, and the waiting chambers of either side.
ORDER, SPARE, PLACE, WAITING = range(4)


@jit
def _sort(keys, order, spare, m):
    """Sort m indices by their keys: merging."""
    width = 1
    while width < m:
        for start in range(0, m, 2 * width):
            left, middle = start, min(start + width, m)
            right, stop = middle, min(start + 2 * width, m)
            for k in range(start, stop):
                if right >= stop or (left < middle and keys[order[left]] <= keys[order[right]]):
                    spare[k] = order[left]
                    left += 1
                else:
                    spare[k] = order[right]
                    right += 1
        for k in range(m):
            order[k] = spare[k]
        width *= 2


@jit
def _meet(planes, q, least, room, order):
    """The hyperplanes that meet the line, in order along it, then the others; how many meet it."""
    n = planes.shape[1]
    m, other = 0, n
    for i in range(n):
        for c in range(3):
            room[c, i] = planes[0, i] * q[c, 0] + planes[1, i] * q[c, 1] + planes[2, i] * q[c, 2]
        order[PLACE, i] = -1
        if abs(room[SLOPE, i]) > 64.0 * least:
            room[ROOT, i] = -room[HEIGHT, i] / room[SLOPE, i]
            order[ORDER, m] = i
            m += 1
        else:
            other -= 1
            order[ORDER, other] = i
    _sort(room[ROOT], order[ORDER], order[SPARE], m)
    for k in range(m):
        i = order[ORDER, k]
        order[PLACE, i] = k
        room[PLACES, k] = room[ROOT, i]
        room[TILTS, k] = -room[TILT, i] / room[SLOPE, i]
        room[SLACKS, k] = INFLATE / (abs(room[SLOPE, i]) - least)
    return m


@jit
def _await(bits, basis, patterns, begin, end, m, room, order):
    """Put each chamber of a line down at the gap above its vertex."""
    for k in range(m):
        order[WAITING, k] = order[WAITING + 1, k] = -1
    pivot = bits[basis[begin, 0]]
    for p in range(begin, end):
        k = order[PLACE, bits[basis[p, 1]]] if basis[p, 1] >= 0 else -1
        while 0 <= k < m - 1:
            low, high = room[PLACES, k], room[PLACES, k + 1]
            if high - low > CANCELLED * (abs(low) + abs(high)):
                side = (patterns[p, pivot >> 3] >> (pivot & 7)) & 1
                order[WAITING + side, k] = p
                break
            k += 1


@jit
def _reaches(m, room):
    """How far above each gap its two ends meet, roughly; the largest power of two up to one of them."""
    most = 0.0
    for k in range(m - 1):
        gap, closing = room[PLACES, k + 1] - room[PLACES, k], abs(room[TILTS, k + 1] - room[TILTS, k])
        reach = 0.5 * gap / closing if closing > 0 else 0.0
        room[REACHES, k] = reach if 1e-70 < reach < 1e70 else 0.0
        most = max(most, room[REACHES, k])
    return 2.0 ** (frexp(most)[1] - 1) if most > 0 else 0.0


@jit
def _is_asked_for(m, height, room, waiting):
    asked = False
    for k in range(m - 1):
        asked |= waiting[k] >= 0 and room[REACHES, k] >= height
    return asked


@jit
def _outside(m, height, constant, least, room, order, pattern):
    """The signs far up at a height; how far along those of hyperplanes that do not meet the line hold."""
    pattern[:] = 0
    for k in range(m):
        i = order[ORDER, k]
        pattern[i >> 3] |= np.uint8(room[SLOPE, i] > 0) << np.uint8(i & 7)
    reach = 1e70
    for k in range(m, room.shape[1]):
        i = order[ORDER, k]
        value = room[HEIGHT, i] + height * room[TILT, i]
        pattern[i >> 3] |= np.uint8(value > 0) << np.uint8(i & 7)
        far = (abs(value) - constant) / (abs(room[SLOPE, i]) + least) / INFLATE
        if not far >= reach:
            reach = far
    return reach


@jit
def _equal(a, b):
    different = np.uint8(0)
    for i in range(len(a)):
        different |= a[i] ^ b[i]
    return different == 0


@jit
def _put(q, t, height, affine, point):
    """Write a point down, scaled; false if it cannot be."""
    size = 0.0
    for c in range(3):
        point[c] = (q[0, c] + t * q[1, c]) + height * q[2, c]
        size = max(size, abs(point[c]))
    if affine:
        size = point[2]
    for c in range(3):
        point[c] /= size
    return size > 0


@jit
def _sweep(m, height, q, sizes, affine, patterns, points, proven, room, order, waiting, pattern):
    """Prove the points of one side of a line at a height above it (negative: below)."""
    constant, least = GUARD * (sizes[0] + abs(height) * sizes[2]), GUARD * sizes[1]
    top = -np.inf
    for k in range(m):
        place = room[PLACES, k] + height * room[TILTS, k]
        slack = (constant + least * abs(place)) * room[SLACKS, k]
        room[LOWS, k] = place - slack
        top = max(top, place + slack)
        room[TOPS, k] = top
    reach = _outside(m, height, constant, least, room, order, pattern)
    bottom = np.inf
    for k in range(m - 1, 0, -1):
        bottom = min(bottom, room[LOWS, k])
        i = order[ORDER, k]
        pattern[i >> 3] ^= np.uint8(1) << np.uint8(i & 7)
        p = waiting[k - 1]
        if p < 0 or not room[REACHES, k - 1] >= abs(height):
            continue
        low = room[TOPS, k - 1]
        left = bottom - low
        t = low + 0.5 * left
        if not (left >= OPEN * (room[PLACES, k] - room[PLACES, k - 1]) and low < t < bottom):
            continue
        if abs(t) < reach and _equal(pattern, patterns[p]) and _put(q, t, height, affine, points[p]):
            proven[p] = True
            waiting[k - 1] = -1


@jit
def _coordinates_on(values, n, q, sizes):
    """The point at 0 of a line, along it, and away from it; whether their sizes are of the usual kind."""
    usual = True
    for c in range(3):
        sizes[c] = 0.0
        for k in range(3):
            q[c, k] = values[1, c, n + k] * (-1.0 if c == 2 else 1.0)
            sizes[c] += abs(q[c, k])
        usual &= 1e-70 < sizes[c] < 1e70
    return usual


@jit
def _lower(m, q, sizes, affine, patterns, points, proven, room, order, pattern):
    """Sweep at one height after the other, on the sides where there are chambers that wait for it."""
    height = _reaches(m, room)
    for _ in range(LEVELS):
        for side in range(2):
            waiting = order[WAITING + side]
            if height > 1e-70 and _is_asked_for(m, height, room, waiting):
                _sweep(
                    *(m, height * (2 * side - 1), q, sizes, affine, patterns, points, proven),
                    *(room, order, waiting, pattern),
                )
        height *= 0.125


@compiled
def on_lines(
    values, bits, planes, room, order, pattern, coordinates, affine, basis, patterns, points, proven
):
    """A float point for each chamber above a vertex, where it is proven to lie strictly inside.

    Args:
        values: 2 x 3 x forms; level 0 is `candidates.Floats.forms`, the other is room.
        bits, planes: as in `candidates.Floats`, of rank 3.
        room, order, pattern, coordinates: float64 10 x N, int64 5 x N, uint8 as long as a row of patterns,
            and float64 4 x 3, room.
        affine, basis, patterns: as for `candidates.candidates`.
        points, proven: the results.
    """
    n, begin = len(bits), 0
    q, sizes = coordinates[:3], coordinates[3]
    while begin < len(basis):
        end = begin + 1
        while end < len(basis) and basis[end, 0] == basis[begin, 0]:
            end += 1
        if basis[begin, 0] >= 0:
            cut(values, 0, basis[begin, 0], 2, n)
            if _coordinates_on(values, n, q, sizes):
                m = _meet(planes, q, GUARD * sizes[1], room, order)
                _await(bits, basis, patterns, begin, end, m, room, order)
                _lower(m, q, sizes, affine, patterns, points, proven, room, order, pattern)
        begin = end
