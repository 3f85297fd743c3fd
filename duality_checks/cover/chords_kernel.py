"""Compiled: linear over-estimates of sums of rows with a kink on a box (statements 7.2 and 7.3).

A row that keeps its sign on the box is linear. An undecided one whose term is convex is replaced by its
chord, one whose term is concave by a line of some slope in [0, 1], which least squares choose.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import inner_njit

from .walk_kernel import add, facets, span, state

LARGE = 1e300
MARGINS = (1.0, 0.5, 0.1, 0.0)


@inner_njit(nogil=True)
def decide(rows, weights, walk, level, ids, warm, low, high, error):
    """Move the rows that the box of a level decides, with their weights (h x q), into its linear part.

    Returns:
        Where the others begin, listed with their intervals, and how many there are.
    """
    old, new, kept = walk.starts[level - 1], walk.starts[level], 0
    for a in range(walk.counts[level - 1]):
        k = ids[old + a]
        middle, radius, length = span(rows, k, walk.lo[level], walk.hi[level])
        slack = error * length
        if middle - radius >= slack:
            for b in range(weights.shape[1]):
                add(walk.head[level, b], walk.tail[level, b], weights[k, b], rows, k)
        elif middle + radius > -slack:
            ids[new + kept] = k
            warm[new + kept] = warm[old + a]
            low[kept] = middle - radius - slack
            high[kept] = middle + radius + slack
            kept += 1
    walk.counts[level] = kept
    return new, kept


@inner_njit(nogil=True)
def over_estimate(rows, heights, ids, at, count, low, high, slopes, first, sigma, j, tail, head, c):
    """The linear over-estimate c, with chords and the given slopes: heights are the weights of the rows
    ids[at : at + count], and ``head + tail`` is what is linear anyway."""
    rest = 0.0
    for i in range(len(c)):
        c[i] = tail[i]
    for a in range(count):
        if heights[a] > 0:
            share = heights[a] * (high[a] / (high[a] - low[a]))
            rest -= share * low[a]
        else:
            share = heights[a] * slopes[first + a]
        for i in range(len(c)):
            c[i] += share * rows[ids[at + a], i]
    c[j] += sigma * rest
    for i in range(len(c)):
        c[i] += head[i]


@inner_njit(nogil=True)
def slopes_and_facets(rows, heights, ids, at, count, warm, lo, hi, j, free, stretch, A, w, upper, squares):
    """Least squares for :mod:`.slopes_kernel`: the slopes of concave terms, and multipliers of the facets of
    the cone over the box; a free coordinate counts ``stretch`` times.

    Returns:
        How many coefficients there are.
    """
    m = 0
    for a in range(count):
        if heights[a] <= 0:
            for i in range(len(lo)):
                A[m, i] = heights[a] * rows[ids[at + a], i]
                if i == free:
                    A[m, i] *= stretch
            w[m], upper[m] = warm[at + a], 1.0
            m += 1
    own = m
    m = facets(A, own, lo, hi, j, free, stretch)
    for a in range(own, m):
        w[a], upper[a] = 0.0, LARGE
    for a in range(m):
        squares[a] = 0.0
        for i in range(len(lo)):
            squares[a] += A[a, i] * A[a, i]
    return m


@inner_njit(nogil=True)
def keep_slopes(heights, count, w, warm, at):
    """Where the next least squares begin: with the slopes of these."""
    m = 0
    for a in range(count):
        if heights[a] <= 0:
            warm[at + a] = w[m]
            m += 1


@inner_njit(nogil=True)
def round_slopes(heights, count, wanted, first, margin, low, high, steps, slopes):
    """Slopes of concave terms in whole steps.

    A slope of 0 or 1 is the shortest to write down, above all the one of the longer part of the row's
    interval: so a margin of 1 takes these for all rows, a smaller one for those whose best slope is so near.
    """
    for a in range(count):
        if heights[a] <= 0:
            s = min(max(wanted[first + a], 0.0), 1.0)
            if margin == 1.0:
                s = 1.0 if low[a] + high[a] > 0 else 0.0
            elif s <= margin:
                s = 0.0
            elif s >= 1 - margin:
                s = 1.0
            slopes[a] = np.rint(s * steps) / steps


@inner_njit(nogil=True)
def state_slopes(walk, heights, ids, at, count, slopes, steps):
    """Write down the slopes of a leaf."""
    for a in range(count):
        if heights[a] <= 0:
            state(walk, slopes[a] * steps, ids[at + a])
