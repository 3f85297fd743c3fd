"""Compiled: the shortest vector ``c + A'w`` where groups of coefficients are shares that add up to 1.

With max pooling the over-estimate of ``v'h(u)`` on a cone over a box takes a convex combination of the linear
functions of each sample of negative weight, and a multiplier ``>= 0`` for each facet of the cone (statement
7.2b). The shortest such vector is found to rounding by an active set, as in :mod:`.slopes_kernel`; one
member of each group, its reference, gives way to the others, so that they add up to 1.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .slopes_kernel import drop, solve
from .vectors_kernel import inner, norm

VIOLATED = 1e-14


@cached_njit(nogil=True)
def descend_shares(A, w, first, groups, m, p, sweeps, enough):
    """Sweeps over the groups and then the multipliers, until ``norm(p) <= enough``; p is updated with w.

    Args:
        A: the columns of the problem as rows, at least m x r.
        w: coefficients, length m or more; updated.
        first: the coefficients first[g] to first[g + 1] are group g, nonnegative with sum 1; those from
            first[groups] on are multipliers, nonnegative.
        groups: how many groups there are.
        m: how many rows there are.
        p: ``c + A'w``, length r; updated.
        sweeps: at most so many.
        enough: a length that is short enough.

    Returns:
        ``norm(p)``.
    """
    r = len(p)
    d = np.empty(r)
    for sweep in range(sweeps + 1):
        size = norm(p)
        if size <= enough or sweep == sweeps:
            break
        for g in range(groups):
            low, high, least, most = -1, -1, np.inf, -np.inf
            for a in range(first[g], first[g + 1]):
                slope = inner(A[a], p)
                if slope < least:
                    low, least = a, slope
                if w[a] > 0.0 and slope > most:
                    high, most = a, slope
            if low == high or high < 0:
                continue
            square = 0.0
            for i in range(r):
                d[i] = A[low, i] - A[high, i]
                square += d[i] * d[i]
            if square == 0.0:
                continue
            step = min((most - least) / square, w[high])
            w[low] += step
            w[high] = w[high] - step if step < w[high] else 0.0
            for i in range(r):
                p[i] += step * d[i]
        for a in range(first[groups], m):
            square = inner(A[a], A[a])
            if square == 0.0:
                continue
            wanted = max(w[a] - inner(A[a], p) / square, 0.0)
            step = wanted - w[a]
            w[a] = wanted
            for i in range(r):
                p[i] += step * A[a, i]
    return size


@inner_njit(nogil=True)
def _settle(A, w, owner, reference, p, free, is_free, count, B, order, Q, R, step):
    """Move the free coefficients to their optimum, dropping those that meet a bound; how many stay free."""
    r = len(p)
    while count > 0:
        for e in range(count):
            g = owner[free[e]]
            for i in range(r):
                B[e, i] = A[free[e], i] - (A[reference[g], i] if g >= 0 else 0.0)
        dependent = solve(B, order, count, p, Q, R, step)
        if dependent >= 0:
            count = drop(free, is_free, count, dependent)
            continue
        length, hit, gives = 1.0, -1, False
        for e in range(count):
            if step[e] < 0.0 and w[free[e]] < -length * step[e]:
                length, hit, gives = -w[free[e]] / step[e], e, False
            g = owner[free[e]]
            if g >= 0:
                taken = 0.0
                for f in range(count):
                    if owner[free[f]] == g:
                        taken += step[f]
                if taken > 0.0 and w[reference[g]] < length * taken:
                    length, hit, gives = w[reference[g]] / taken, e, True
        for e in range(count):
            a, change = free[e], length * step[e]
            w[a] = max(w[a] + change, 0.0)
            if owner[a] >= 0:
                w[reference[owner[a]]] -= change
            for i in range(r):
                p[i] += change * B[e, i]
        for e in range(count):  # below 0 by roundings alone, once all others of the group have moved
            if owner[free[e]] >= 0:
                w[reference[owner[free[e]]]] = max(w[reference[owner[free[e]]]], 0.0)
        if hit < 0:
            break
        if gives:
            g, best = owner[free[hit]], hit
            w[reference[g]] = 0.0
            for f in range(count):
                if owner[free[f]] == g and w[free[f]] > w[free[best]]:
                    best = f
            reference[g] = free[best]
            hit = best
        else:
            w[free[hit]] = 0.0
        count = drop(free, is_free, count, hit)
    return count


@cached_njit(nogil=True)
def shorten_shares(
    A, w, owner, first, groups, m, p, turns, enough, reference, free, is_free, B, order, Q, R, step
):
    """An active set from w on: ``norm(p)`` as short as it gets, or short enough.

    Args:
        A, w, first, groups, m, p: as for :func:`descend_shares`.
        owner: the group of each coefficient, -1 for multipliers.
        turns: how many coefficients may be set free, at most.
        enough: a length that is short enough.
        reference, free, is_free, B, order, Q, R, step: room to work in (lengths groups, r, m; r x r; the
            numbers 0, ..., r - 1; r x r, r x r, r).

    Returns:
        ``norm(p)``.
    """
    r = len(p)
    for g in range(groups):
        reference[g] = first[g]
        for a in range(first[g], first[g + 1]):
            if w[a] > w[reference[g]]:
                reference[g] = a
    count = 0
    for a in range(m):
        held = owner[a] >= 0 and reference[owner[a]] == a
        is_free[a] = count < r and w[a] > 0.0 and not held
        if is_free[a]:
            free[count] = a
            count += 1
    size = 0.0
    for _ in range(turns):
        count = _settle(A, w, owner, reference, p, free, is_free, count, B, order, Q, R, step)
        size = norm(p)
        if size <= enough or count == r:
            break
        worst, place = VIOLATED, -1
        for a in range(m):
            g = owner[a]
            if is_free[a] or (g >= 0 and reference[g] == a):
                continue
            slope, square = 0.0, 0.0
            for i in range(r):
                entry = A[a, i] - (A[reference[g], i] if g >= 0 else 0.0)
                slope += entry * p[i]
                square += entry * entry
            if square > 0.0 and (slope < 0.0 or w[a] > 0.0):
                gain = abs(slope) / (sqrt(square) * size)
                if gain > worst:
                    worst, place = gain, a
        if place < 0:
            break
        free[count] = place
        is_free[place] = True
        count += 1
    return size
