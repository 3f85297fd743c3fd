"""Points for many chambers at once, compiled: found by plain floats, then proven one by one.

How a point is found proves nothing, so rounding does not matter there; `_is_inside` is the proof. The points
are those of `witness.py`.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from .kernel import INFLATE, TINY, UNIT, eliminate_exact, jit

CANCELLED = 2.0**-40

_fast = njit(
    cache=True, nogil=True, error_model="numpy", fastmath={"nnan", "nsz", "reassoc", "contract", "arcp"}
)


@jit
def _base_point(values, k, rests, low):
    """x_1..x_m of a point far down the flat, and the value of every row there."""
    m = values.shape[1] - 1 - k
    value = values[k]
    for i in range(values.shape[2]):
        rests[i] = value[0, i]
    for c in range(1, m + 1):
        reach = 0.0
        for i in range(values.shape[2]):
            last = value[c, i] != 0
            for q in range(c + 1, m + 1):
                last &= value[q, i] == 0
            if last:
                reach = max(reach, 2.0 * abs(rests[i] / value[c, i]))
        if c == m and reach == 0:
            reach = 1.0
        low[c] = -reach
        for i in range(values.shape[2]):
            rests[i] -= reach * value[c, i]


@_fast
def _inverse_room(rests, change):
    """One over the length of the longest step that changes no sign."""
    inverse = 0.0
    for i in range(len(rests)):
        inverse = max(inverse, abs(change[i] / rests[i]) if rests[i] != 0 else 0.0)
    return inverse


@_fast
def _eliminate_plain(old, new, m, j):
    """Elimination without scaling or bounds; what is left of a cancellation is taken for zero."""
    for c in range(old.shape[0]):
        factor = old[c, j] / old[m, j] if c != m else 1.0 / old[m, j]
        for i in range(old.shape[1]):
            left, right = old[c, i] if c != m else 0.0, factor * old[m, i]
            value = left - right
            new[c, i] = value if abs(value) > CANCELLED * (abs(left) + abs(right)) else 0.0
        if c != m:
            new[c, j] = 0.0


@jit
def _leave_pivots(values, k, rests, steps, pivot_row, usual):
    """Leave the pivots one after the other, the last first, at most halfway to a hyperplane in the way."""
    d = values.shape[1] - 1
    m = d - k
    for c in range(m + 1, d + 1):
        up = pivot_row[c] > 0 if c == m + 1 else (pivot_row[c] > 0) == (pivot_row[m + 1] > 0)
        change = values[k, c]
        inverse = _inverse_room(rests, change)
        steps[c] = (1.0 if up else -1.0) * (0.5 / inverse if inverse > 0 else usual)
        for i in range(values.shape[2]):
            rests[i] -= steps[c] * change[i]


@jit
def _is_inside(planes, point, pattern, sums):
    """Whether every sign at the point is certain and as in the pattern: a proof, see `exact.signs`."""
    r, n = planes.shape
    largest, total = 1.0, 0.0
    for c in range(r):
        largest = max(largest, abs(point[c]))
        total += abs(point[c])
        for i in range(n):
            sums[i] = planes[c, i] * point[c] + (sums[i] if c else 0.0)
    factor, floor = (r + 4) * UNIT * INFLATE, TINY * largest
    bound = factor * total * INFLATE + floor  # good for all rows, since none has an entry above 1
    for i in range(n):
        value = sums[i] if (pattern[i >> 3] >> (i & 7)) & 1 else -sums[i]
        if not value > bound:
            size = 0.0
            for c in range(r):
                size += abs(planes[c, i] * point[c])
            if not value > factor * size + floor:
                return False
    return True


@jit
def _solve(values, scales, pivots, k, steps, z):
    """The coordinates of a point from its first ones and the values of the pivot rows."""
    d = values.shape[1] - 1
    for c in range(d - k + 1, d + 1):
        row = values[d - c, :, pivots[d - c]]
        total = scales[d - c] * steps[c]
        for q in range(c + 1, d + 1):
            total += row[q] * steps[q]
        for q in range(c):
            total -= row[q] * z[q]
        z[c] = total / row[c]


@jit
def _pull_back(back, z, affine, point):
    """The point in coordinates of the hyperplanes, its last (affine) or largest coordinate brought to 1."""
    largest = 0.0
    for a in range(len(z)):
        total = 0.0
        for c in range(len(z)):
            total += back[a, c] * z[c]
        point[a] = total
        largest = max(largest, abs(total))
    size = point[len(z) - 1] if affine else largest
    for a in range(len(z)):
        point[a] /= size


@jit
def witnesses(values, scales, exact, back, planes, affine, basis, patterns, points, proven):
    """A float point for each chamber, and whether it is proven to lie strictly inside.

    `planes` are all hyperplanes, columns first, rows scaled to at most 1; `points` the results.
    """
    d, n = values.shape[1] - 1, values.shape[2]
    pivots, depth = np.full(d + 1, -1), 0
    rests, steps, z = np.empty(n), np.empty(d + 1), np.empty(d + 1)
    sums = np.empty(n + 1)
    for p in range(len(basis)):
        k, shared = 0, True
        while k < d and basis[p, k] >= 0:
            shared = shared and k < depth and pivots[k] == basis[p, k]
            if not shared:
                pivots[k] = basis[p, k]
                if exact:
                    scales[k + 1] = abs(values[k, d - k, pivots[k]])
                    eliminate_exact(values[k], values[k + 1], d - k, pivots[k], scales[k], 0, n, d)
                else:
                    _eliminate_plain(values[k], values[k + 1], d - k, pivots[k])
            k += 1
        depth = k
        z[0] = 1.0
        _base_point(values, k, rests, z)
        if k:
            usual = abs(values[0, 0, pivots[k - 1]])
            _leave_pivots(
                values, k, rests, steps, values[k - 1, :, pivots[k - 1]], usual if usual > 0 else 1.0
            )
        _solve(values, scales, pivots, k, steps, z)
        _pull_back(back, z, affine, points[p])
        proven[p] = _is_inside(planes, points[p], patterns[p], sums)
