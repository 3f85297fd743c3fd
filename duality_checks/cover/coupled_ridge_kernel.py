"""Compiled: from a point on the sphere up to a local maximum of ``norm(g(u))``, for shared neurons.

As :mod:`.ridge_kernel` along the direction of g at the point, which turns with each step. Where the slopes of
some rows are strictly between 0 and 1 the maximum lies on their hyperplanes, and within these, while no other
row changes its side, g is a matrix: its leading singular direction is tried first (statement 7.5b).
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .coupled_kernel import value_of
from .ridge_kernel import CUT, CUTS, GAIN, NARROWEST, NEAR, SHRINK, STEPS, SWEEPS, TURNS, WIDEST
from .slopes_kernel import descend, shorten
from .vectors_kernel import copy, divide, inner, norm

POWERS = 40
DEPENDENT = 1e-12


@inner_njit(nogil=True)
def _leading(square, held, count, u, v):
    """Into v: about the leading direction of a symmetric matrix within the complement of some rows, from u
    on; the rows are made orthonormal. Its length, 0 where there is none."""
    r = len(u)
    kept = 0
    for a in range(count):
        before = norm(held[a])
        for _ in range(2):
            for e in range(kept):
                share = inner(held[a], held[e])
                for i in range(r):
                    held[a, i] -= share * held[e, i]
        size = norm(held[a])
        if size > DEPENDENT * before:
            for i in range(r):
                held[kept, i] = held[a, i] / size
            kept += 1
    copy(u, v)
    size = 0.0
    for _ in range(POWERS):
        for e in range(kept):
            share = inner(v, held[e])
            for i in range(r):
                v[i] -= share * held[e, i]
        size = norm(v)
        if size == 0.0:
            return 0.0
        divide(v, size)
        # One step of the power method, of the square of the matrix's square.
        half = square @ v
        for e in range(kept):
            share = inner(half, held[e])
            for i in range(r):
                half[i] -= share * held[e, i]
        copy(square @ half, v)
    for e in range(kept):
        share = inner(v, held[e])
        for i in range(r):
            v[i] -= share * held[e, i]
    size = norm(v)
    if size > 0.0:
        divide(v, size)
        if inner(v, u) < 0.0:
            for i in range(r):
                v[i] = -v[i]
    return size


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
    everything = np.arange(h).astype(np.int32)
    A, squares, w, upper = np.empty((h, r)), np.empty(h), np.empty(h), np.ones(h)
    near, held = np.empty(h, np.int64), np.empty((r, r))
    free, is_free = np.empty(r, np.int64), np.empty(h, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, v, other, g, N = np.empty(r), np.empty(r), np.empty(r), np.empty(q), np.empty((q, r))
    first = min(WIDEST, NEAR * r / max(h, 1))
    for point in range(len(points)):
        u, width, narrowed = points[point], first, False
        for _ in range(STEPS):
            size = value_of(rows, weights, everything, 0, h, base, u, g)
            if size == 0.0 or (width < NARROWEST * first and not narrowed):
                break
            if width < NARROWEST * first:
                width, narrowed = first, False
            divide(g, size)
            m = 0
            for b in range(q):
                copy(base[b], N[b])
            for k in range(h):
                height, along = 0.0, 0.0
                for i in range(r):
                    height += rows[k, i] * u[i]
                for b in range(q):
                    along += g[b] * weights[k, b]
                if along < 0.0 and abs(height) <= width * lengths[k]:
                    w[m] = 1.0 if height > 0.0 else 0.0
                    squares[m] = along * along * lengths[k] * lengths[k]
                    near[m] = k
                    for i in range(r):
                        A[m, i] = along * rows[k, i]
                    m += 1
                elif height > 0.0:
                    for b in range(q):
                        for i in range(r):
                            N[b, i] += weights[k, b] * rows[k, i]
            for i in range(r):
                p[i] = 0.0
                for b in range(q):
                    p[i] += g[b] * N[b, i]
                for a in range(m):
                    p[i] += w[a] * A[a, i]
            descend(A, w, upper, squares, m, p, SWEEPS, 0.0)
            size = shorten(A, w, upper, squares, m, p, TURNS, 0.0, free, is_free, Q, R, step)
            if size == 0.0:
                width *= SHRINK
                continue
            divide(p, size)
            on = 0
            for a in range(m):
                if 0.0 < w[a] < 1.0 and on < r - 1:
                    copy(rows[near[a]], held[on])
                    on += 1
                elif w[a] > 0.0:
                    for b in range(q):
                        for i in range(r):
                            N[b, i] += w[a] * weights[near[a], b] * rows[near[a], i]
            value = -np.inf
            if _leading(N.T @ N, held, on, u, v) > 0.0:
                value = value_of(rows, weights, everything, 0, h, base, v, g)
                copy(v, other)
            if not value > values[point] * (1 + GAIN):
                for cut in range(CUTS):
                    share = CUT**cut
                    for i in range(r):
                        other[i] = u[i] + share * (p[i] - u[i])
                    length = norm(other)
                    if length == 0.0:
                        continue
                    divide(other, length)
                    value = value_of(rows, weights, everything, 0, h, base, other, g)
                    if value > values[point] * (1 + GAIN):
                        break
            if value > values[point] * (1 + GAIN):
                values[point] = value
                copy(other, points[point])
                narrowed = width < first
            else:
                width *= SHRINK
