"""Compiled: from a point on the sphere up to the local maximum next to it (statement 7.4).

Local maxima lie on kinks of the concave rows, which steps along gradients leap over. So the concave rows near
the point get whatever slopes in [0, 1] make the gradient shortest: its direction is the maximum over the
sphere of what they and the linear part are together, and where no other row changes its side it is a local
maximum. Where the value falls, a shorter step is taken, and where that does not help fewer rows are near;
from a point that was reached with few, many are tried once more.
The shortest gradient is no shorter than the function is large where no row of positive weight changes its
side: a point whose value is its length is a local maximum, and the ascent ends.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit

from .search_kernel import value_at
from .slopes_kernel import descend, shorten
from .vectors_kernel import copy, divide

WIDEST, NARROWEST = 0.5, 1e-6
NEAR = 16
SHRINK = 0.25
CUTS, CUT = 5, 0.25
STEPS, SWEEPS, TURNS = 60, 3, 60
GAIN = 1e-14
# So near to the size of a gradient that is above the function all around, a value is the largest but for
# roundings, which the last step takes away.
REACHED = 1e-12


@cached_njit(nogil=True)
def settle_points(rows, weights, base, lengths, points, values):
    """Move each point to a local maximum; both arrays are updated, and no value falls.

    Args:
        rows: h x r.
        weights: length h.
        base: length r.
        lengths: of the rows.
        points: unit vectors, m x r.
        values: the function there.
    """
    h, r = rows.shape
    everything = np.arange(h).astype(np.int32)
    A, squares, w, upper = np.empty((h, r)), np.empty(h), np.empty(h), np.ones(h)
    free, is_free = np.empty(r, np.int64), np.empty(h, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, q = np.empty(r), np.empty(r)
    first = min(WIDEST, NEAR * r / max(h, 1))
    for a in range(len(points)):
        u, width, narrowed = points[a], first, False
        for _ in range(STEPS):
            if width < NARROWEST * first:
                if not narrowed:
                    break
                width, narrowed = first, False
            copy(base, p)
            m = 0
            for k in range(h):
                height = 0.0
                for i in range(r):
                    height += rows[k, i] * u[i]
                if weights[k] < 0.0 and abs(height) <= width * lengths[k]:
                    w[m] = 1.0 if height > 0.0 else 0.0
                    squares[m] = weights[k] * weights[k] * lengths[k] * lengths[k]
                    for i in range(r):
                        A[m, i] = weights[k] * rows[k, i]
                        p[i] += w[m] * A[m, i]
                    m += 1
                elif height > 0.0:
                    for i in range(r):
                        p[i] += weights[k] * rows[k, i]
            descend(A, w, upper, squares, m, p, SWEEPS, 0.0)
            size = shorten(A, w, upper, squares, m, p, TURNS, 0.0, free, is_free, Q, R, step)
            value = -np.inf
            if size == 0.0:
                width *= SHRINK
                continue
            divide(p, size)
            last = size <= values[a] * (1 + REACHED)
            for cut in range(1 if last else CUTS):
                share = CUT**cut
                length = 0.0
                for i in range(r):
                    q[i] = u[i] + share * (p[i] - u[i])
                    length += q[i] * q[i]
                if length == 0.0:
                    continue
                divide(q, sqrt(length))
                value = value_at(rows, weights, everything, 0, h, base, q)
                if value > values[a] * (1 + GAIN):
                    break
            if value > values[a] * (1 + GAIN):
                values[a] = value
                copy(q, points[a])
                narrowed = width < first
            elif not last:
                width *= SHRINK
            if last:
                break
