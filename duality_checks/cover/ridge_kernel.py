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

from typing import Any

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .search_kernel import value_at
from .slopes_kernel import descend, shorten
from .vectors_kernel import add_multiple, copy, divide, norm, set_multiple

WIDEST, NARROWEST = 0.5, 1e-6
NEAR = 16
SHRINK = 0.25
CUTS, CUT = 5, 0.25
STEPS, SWEEPS, TURNS = 60, 3, 60
GAIN = 1e-14
# So near to the size of a gradient that is above the function all around, a value is the largest but for
# roundings, which the last step takes away.
REACHED = 1e-12


def ascent(gradient: Any, value_at: Any) -> Any:
    """What moves each point to a local maximum, compiled: ``ascend(room, points, values)``.

    It updates points (unit vectors, m x r) and values (the function there), of which none falls. The room is
    what both functions know of the function, the rows first, and where they work.

    Args:
        gradient: of the room, a point, how wide what is near it is, p and q: the shortest gradient's length,
            with its direction in p; and a value, with the point that has it in q, or minus infinity. Where
            the length is 0 nothing is in p, and where it is infinite it says nothing of the function. What
            comes in q is the last point that `value_at` was asked of.
        value_at: of the room and a point: the function there.
    """

    @inner_njit(nogil=True)
    def ascend(room, points, values):
        r = points.shape[1]
        p, q = np.empty(r), np.zeros(r)
        widest = min(WIDEST, NEAR * r / max(len(room[0]), 1))
        for a in range(len(points)):
            width, narrowed = widest, False
            for _ in range(STEPS):
                if width < NARROWEST * widest:
                    if not narrowed:
                        break
                    width, narrowed = widest, False
                size, value = gradient(room, points[a], width, p, q)
                if size == 0.0:
                    width *= SHRINK
                    continue
                last, wanted = size <= values[a] * (1 + REACHED), values[a] * (1 + GAIN)
                for cut in range(1 if last else CUTS):
                    if value > wanted:
                        break
                    share = CUT**cut
                    for i in range(r):
                        q[i] = points[a, i] + share * (p[i] - points[a, i])
                    length = norm(q)
                    if length > 0.0:
                        divide(q, length)
                        value = value_at(room, q)
                if value > wanted:
                    values[a] = value
                    copy(q, points[a])
                    narrowed = width < widest
                elif not last:
                    width *= SHRINK
                if last:
                    break

    return ascend


@inner_njit(nogil=True)
def _value(room, u):
    rows, weights, base, everything = room[:4]
    return value_at(rows, weights, everything, 0, len(rows), base, u)


@inner_njit(nogil=True)
def _gradient(room, u, width, p, q):
    rows, weights, base, _, lengths, A, squares, w, upper, free, is_free, Q, R, step = room
    copy(base, p)
    m = 0
    for k in range(len(rows)):
        height = 0.0
        for i in range(len(u)):  # in place of a view of the row, which costs more
            height += rows[k, i] * u[i]
        if weights[k] < 0.0 and abs(height) <= width * lengths[k]:
            w[m] = 1.0 if height > 0.0 else 0.0
            squares[m] = weights[k] * weights[k] * lengths[k] * lengths[k]
            set_multiple(A[m], weights[k], rows[k])
            add_multiple(p, w[m], A[m])
            m += 1
        elif height > 0.0:
            for i in range(len(u)):
                p[i] += weights[k] * rows[k, i]
    descend(A, w, upper, squares, m, p, SWEEPS, 0.0)
    size = shorten(A, w, upper, squares, m, p, TURNS, 0.0, free, is_free, Q, R, step)
    if size > 0.0:
        divide(p, size)
    return size, -np.inf


_ascend = ascent(_gradient, _value)


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
    given = rows, weights, base, everything, lengths
    _ascend((*given, A, squares, w, upper, free, is_free, Q, R, step), points, values)
