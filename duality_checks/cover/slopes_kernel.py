"""Compiled: the shortest vector ``c + A'w`` over a box of coefficients, by bounded least squares.

In a cone over a box the over-estimate of ``v' phi(X u)`` is linear, ``c'u``, with a slope in [0, 1] to
choose for each undecided concave kink and a multiplier ``>= 0`` for each facet of the cone. The shortest such
vector gives the least bound (statements 7.2 and 7.3). It is found here to rounding by an active set, because
a maximum of the function lies on kinks, and there only the right fractions of slopes close the cone.
"""

from __future__ import annotations

from math import sqrt

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .vectors_kernel import norm

DEPENDENT = 1e-24
VIOLATED = 1e-14


@cached_njit(nogil=True)
def descend(A, w, upper, squares, m, p, sweeps, enough):
    """Sweeps of coordinate descent over the rows of A, until ``norm(p) <= enough``; p is updated with w.

    Args:
        A: the columns of the problem as rows, at least m x r.
        w: coefficients in [0, upper], length m or more; updated.
        upper: their upper bounds.
        squares: the squared lengths of the rows.
        m: how many rows there are.
        p: ``c + A'w``, length r; updated.
        sweeps: at most so many.
        enough: a length that is short enough.

    Returns:
        ``norm(p)``.
    """
    r = len(p)
    for sweep in range(sweeps + 1):
        size = norm(p)
        if size <= enough or sweep == sweeps:
            break
        for a in range(m):
            if squares[a] == 0.0:
                continue
            slope = 0.0
            for i in range(r):
                slope += A[a, i] * p[i]
            wanted = min(max(w[a] - slope / squares[a], 0.0), upper[a])
            step = wanted - w[a]
            if step != 0.0:
                w[a] = wanted
                for i in range(r):
                    p[i] += step * A[a, i]
    return size


@inner_njit(nogil=True)
def solve(A, free, count, p, Q, R, step):
    """The step of the free coefficients to the least ``norm(p + A'step)``; the first dependent row, or -1."""
    r = len(p)
    for a in range(count):
        before = 0.0
        for i in range(r):
            Q[a, i] = A[free[a], i]
            before += Q[a, i] * Q[a, i]
        for e in range(a):
            R[e, a] = 0.0
        for _ in range(2):
            for e in range(a):
                share = 0.0
                for i in range(r):
                    share += Q[e, i] * Q[a, i]
                R[e, a] += share
                for i in range(r):
                    Q[a, i] -= share * Q[e, i]
        size = 0.0
        for i in range(r):
            size += Q[a, i] * Q[a, i]
        if size <= DEPENDENT * before:
            return a
        R[a, a] = sqrt(size)
        for i in range(r):
            Q[a, i] /= R[a, a]
    for a in range(count - 1, -1, -1):
        rest = 0.0
        for i in range(r):
            rest -= Q[a, i] * p[i]
        for e in range(a + 1, count):
            rest -= R[a, e] * step[e]
        step[a] = rest / R[a, a]
    return -1


@inner_njit(nogil=True)
def drop(free, is_free, count, place):
    """Hold the coefficient at a place among the free ones; how many stay free."""
    is_free[free[place]] = False
    for e in range(place, count - 1):
        free[e] = free[e + 1]
    return count - 1


@inner_njit(nogil=True)
def _settle(A, w, upper, p, free, is_free, count, Q, R, step):
    """Move the free coefficients to their optimum, dropping those that meet a bound; how many stay free."""
    r = len(p)
    while count > 0:
        dependent = solve(A, free, count, p, Q, R, step)
        if dependent >= 0:
            count = drop(free, is_free, count, dependent)
            continue
        length, hit = 1.0, -1
        for e in range(count):
            bound = 0.0 if step[e] < 0 else upper[free[e]]
            if step[e] != 0.0 and abs(bound - w[free[e]]) < length * abs(step[e]):
                length, hit = abs((bound - w[free[e]]) / step[e]), e
        for e in range(count):
            a = free[e]
            wanted = w[a] + length * step[e]
            if e == hit:
                wanted = 0.0 if step[e] < 0 else upper[a]
            wanted = min(max(wanted, 0.0), upper[a])
            for i in range(r):
                p[i] += (wanted - w[a]) * A[a, i]
            w[a] = wanted
        if hit < 0:
            break
        count = drop(free, is_free, count, hit)
    return count


@cached_njit(nogil=True)
def shorten(A, w, upper, squares, m, p, turns, enough, free, is_free, Q, R, step):
    """An active set from w on: ``norm(p)`` as short as it gets, or short enough.

    Args:
        A, w, upper, squares, m, p: as for :func:`descend`.
        turns: how many coefficients may be set free, at most.
        enough: a length that is short enough.
        free, is_free, Q, R, step: room to work in (lengths r, m, r x r, r x r, r).

    Returns:
        ``norm(p)``.
    """
    r = len(p)
    count = 0
    for a in range(m):
        is_free[a] = count < r and 0.0 < w[a] < upper[a]
        if is_free[a]:
            free[count] = a
            count += 1
    size = 0.0
    for _ in range(turns):
        count = _settle(A, w, upper, p, free, is_free, count, Q, R, step)
        size = norm(p)
        if size <= enough or count == r:
            break
        worst, place = VIOLATED, -1
        for a in range(m):
            if is_free[a] or squares[a] == 0.0:
                continue
            slope = 0.0
            for i in range(r):
                slope += A[a, i] * p[i]
            if (w[a] > 0.0 or slope < 0.0) and (w[a] < upper[a] or slope > 0.0):
                gain = abs(slope) / (sqrt(squares[a]) * size)
                if gain > worst:
                    worst, place = gain, a
        if place < 0:
            break
        free[count] = place
        is_free[place] = True
        count += 1
    return size
