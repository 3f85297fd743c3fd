"""Compiled: from a point on the sphere up to a local maximum of ``norm(g(u))``, for shared neurons.

As :mod:`.ridge_kernel` along the direction of g at the point, which turns with each step. Where the slopes of
some rows are strictly between 0 and 1 the maximum lies on their hyperplanes, and within these, while no other
row changes its side, g is a matrix: its leading singular direction is tried first (statement 7.5b).
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .coupled_kernel import value_of
from .ridge_kernel import SWEEPS, TURNS, ascent
from .slopes_kernel import descend, shorten
from .vectors_kernel import add_multiple, copy, divide, inner, norm, set_multiple

POWERS = 40
DEPENDENT = 1e-12


@inner_njit(nogil=True)
def _take_out(held, kept, v):
    """What the first rows, which are orthonormal, have of v."""
    for e in range(kept):
        share = inner(v, held[e])
        for i in range(len(v)):
            v[i] -= share * held[e, i]


@inner_njit(nogil=True)
def _leading(square, held, count, u, v):
    """Into v: about the leading direction of a symmetric matrix within the complement of some rows, from u
    on; the rows are made orthonormal. Its length, 0 where there is none."""
    r = len(u)
    kept = 0
    for a in range(count):
        before = norm(held[a])
        for _ in range(2):
            _take_out(held, kept, held[a])
        size = norm(held[a])
        if size > DEPENDENT * before:
            for i in range(r):
                held[kept, i] = held[a, i] / size
            kept += 1
    copy(u, v)
    size = 0.0
    for _ in range(POWERS):
        _take_out(held, kept, v)
        size = norm(v)
        if size == 0.0:
            return 0.0
        divide(v, size)
        # One step of the power method, of the square of the matrix's square.
        half = square @ v
        _take_out(held, kept, half)
        copy(square @ half, v)
    _take_out(held, kept, v)
    size = norm(v)
    if size > 0.0:
        divide(v, size)
        if inner(v, u) < 0.0:
            for i in range(r):
                v[i] = -v[i]
    return size


@inner_njit(nogil=True)
def _value(room, u):
    """The function at a point; g there is filled in."""
    rows, weights, base, everything, g = room[:5]
    return value_of(rows, weights, everything, 0, len(rows), base, u, g)


@inner_njit(nogil=True)
def _gradient(room, u, width, p, v):
    """That along g; then the leading singular direction of what g is on the kinks there, and its value."""
    size = _value(room, u)
    if size == 0.0:
        return 0.0, -np.inf
    rows, weights, base, _, g, lengths, A, squares, w, upper, near, held, N, free, is_free, Q, R, step = room
    r, q = len(u), len(g)
    divide(g, size)
    m = 0
    for b in range(q):
        copy(base[b], N[b])
    for k in range(len(rows)):
        height, along = 0.0, 0.0
        for i in range(r):  # in place of views of rows, which cost more
            height += rows[k, i] * u[i]
        for b in range(q):
            along += g[b] * weights[k, b]
        if along < 0.0 and abs(height) <= width * lengths[k]:
            w[m] = 1.0 if height > 0.0 else 0.0
            squares[m] = along * along * lengths[k] * lengths[k]
            near[m] = k
            set_multiple(A[m], along, rows[k])
            m += 1
        elif height > 0.0:
            for b in range(q):
                for i in range(r):
                    N[b, i] += weights[k, b] * rows[k, i]
    set_multiple(p, 0.0, u)
    for b in range(q):
        add_multiple(p, g[b], N[b])
    for a in range(m):
        add_multiple(p, w[a], A[a])
    descend(A, w, upper, squares, m, p, SWEEPS, 0.0)
    size = shorten(A, w, upper, squares, m, p, TURNS, 0.0, free, is_free, Q, R, step)
    if size == 0.0:
        return 0.0, -np.inf
    divide(p, size)
    on = 0
    for a in range(m):
        if 0.0 < w[a] < 1.0 and on < r - 1:
            copy(rows[near[a]], held[on])
            on += 1
        elif w[a] > 0.0:
            for b in range(q):
                add_multiple(N[b], w[a] * weights[near[a], b], rows[near[a]])
    found = _leading(N.T @ N, held, on, u, v) > 0.0
    # The function may be larger than the gradient along one g is long.
    return np.inf, _value(room, v) if found else -np.inf


_ascend = ascent(_gradient, _value)


@cached_njit(nogil=True)
def settle_coupled(rows, weights, base, lengths, points, values):
    """Move each point to a local maximum; both arrays are updated, and no value falls.

    Args:
        rows: h x r.
        weights: h x q.
        base: q x r.
        lengths: of the rows.
        points: unit vectors, m x r.
        values: the function there.
    """
    (h, r), q = rows.shape, weights.shape[1]
    everything, g = np.arange(h).astype(np.int32), np.empty(q)
    A, squares, w, upper = np.empty((h, r)), np.empty(h), np.empty(h), np.ones(h)
    near, held, N = np.empty(h, np.int64), np.empty((r, r)), np.empty((q, r))
    free, is_free = np.empty(r, np.int64), np.empty(h, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    given = rows, weights, base, everything, g, lengths, A, squares, w, upper, near, held, N
    _ascend((*given, free, is_free, Q, R, step), points, values)
