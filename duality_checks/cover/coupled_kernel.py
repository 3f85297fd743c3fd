"""Compiled: depth-first search over the boxes of one face of the cube, for outputs that share neurons.

The function is ``norm(g(u))`` for ``g(u) = base u + sum_h weights_h max(0, rows_h'u)`` with values of q
entries (statement 7.5b). On a box, with any direction a of outputs, ``a'g`` is a sum as with one output, and
:mod:`.search_kernel`'s chords and slopes over-estimate it by a linear ``c'u``; what is across a is bounded by
intervals, and the sum of the two squares bounds the square of the norm. Or, where near a maximum that is not
enough: all terms that stay undecided push g back, and then it is a quadratic form that the square of the
threshold exceeds.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .chords_kernel import (
    MARGINS,
    decide,
    keep_slopes,
    over_estimate,
    round_slopes,
    slopes_and_facets,
    state_slopes,
)
from .cone_kernel import NONE_FREE, bound_on_cone, least_length
from .slopes_kernel import descend, shorten
from .vectors_kernel import copy, divide, in_few_bits, norm
from .walk_kernel import SWEEPS, TURNS, UNIT, close_leaf, close_or_halve, next_box, record, with_room

MOST_BENT = 40  # undecided terms with which the quadratic form is tried


@cached_njit(nogil=True)
def value_of(rows, weights, ids, at, count, head, u, g):
    """``norm(g(u))`` where u is in the cone of a box whose undecided rows are ids[at : at + count]; g too."""
    q = len(g)
    for b in range(q):
        g[b] = 0.0
        for i in range(len(u)):
            g[b] += head[b, i] * u[i]
    for a in range(count):
        k = ids[at + a]
        height = 0.0
        for i in range(len(u)):
            height += rows[k, i] * u[i]
        if height > 0:
            for b in range(q):
                g[b] += weights[k, b] * height
    return norm(g)


@inner_njit(nogil=True)
def _across(rows, weights, ids, at, count, low, high, lo, hi, j, head, a, middle, lines, across):
    """What g has across the unit vector a, at most, entry by entry; and how far ``-a'g`` goes.

    ``lines`` is filled with g's linear estimate, midway between chords and kinks.
    """
    q, r = head.shape
    sigma = lo[j]
    for b in range(q):
        across[b] = 0.0
        for i in range(r):
            lines[b, i] = head[b, i]
    back = 0.0
    for e in range(count):
        k = ids[at + e]
        share = high[e] / (high[e] - low[e])
        half = -0.5 * share * low[e]
        along = 0.0
        for b in range(q):
            along += a[b] * weights[k, b]
        back += abs(along) * half
        for b in range(q):
            across[b] += abs(weights[k, b] - along * a[b]) * half
            for i in range(r):
                lines[b, i] += weights[k, b] * share * rows[k, i]
            lines[b, j] += sigma * weights[k, b] * half
    for i in range(r):
        along = 0.0
        for b in range(q):
            along += a[b] * lines[b, i]
        back += abs(along) * 0.5 * (hi[i] - lo[i]) - along * middle[i]
        for b in range(q):
            across[b] += abs(lines[b, i] - along * a[b]) * 0.5 * (hi[i] - lo[i])
    square = 0.0
    for b in range(q):
        at_middle, along = 0.0, 0.0
        for i in range(r):
            at_middle += lines[b, i] * middle[i]
        for e in range(q):
            for i in range(r):
                along += a[e] * lines[e, i] * middle[i]
        across[b] += abs(at_middle - along * a[b])
        square += across[b] * across[b]
    return sqrt(square), back


@inner_njit(nogil=True)
def _bends_back(
    rows, weights, heights, ids, at, count, low, high, slopes, lo, hi, j, head, middle, threshold, N, Q
):
    """Whether ``threshold^2 norm(u)^2 - norm(g(u))^2`` is positive by a quadratic form below it."""
    q, r = head.shape
    sigma = lo[j]
    for b in range(q):
        for i in range(r):
            N[b, i] = head[b, i]
    for e in range(count):
        k = ids[at + e]
        share = high[e] / (high[e] - low[e]) if heights[e] > 0 else slopes[e]
        for b in range(q):
            for i in range(r):
                N[b, i] += share * weights[k, b] * rows[k, i]
            if heights[e] > 0:
                N[b, j] -= sigma * share * low[e] * weights[k, b]
    for i in range(r):
        for m in range(r):
            Q[i, m] = 0.0
            for b in range(q):
                Q[i, m] -= N[b, i] * N[b, m]
        Q[i, i] += threshold * threshold
    for e in range(count):
        k = ids[at + e]
        # How far 2Nu and the other terms push the term of this row on; the most, less than 0 for slopes.
        sign = -1.0 if heights[e] > 0 else 1.0
        push = 0.0
        for i in range(r):
            share = 0.0
            for b in range(q):
                share += weights[k, b] * N[b, i]
            push += 2 * (sign * share * middle[i] + abs(share) * 0.5 * (hi[i] - lo[i]))
        for f in range(count):
            o = ids[at + f]
            both = 0.0
            for b in range(q):
                both += weights[k, b] * weights[o, b]
            both *= sign
            if heights[f] > 0:
                gap = -low[f] * high[f] / (high[f] - low[f])
                push += max(0.0, -both) * gap
            else:
                push += max(0.0, both) * max(-slopes[f] * low[f], (1 - slopes[f]) * high[f])
        if push > 0.0:
            return False
        if heights[e] <= 0:
            bend = -push * min((1 - slopes[e]) / high[e], -slopes[e] / low[e])
            for i in range(r):
                for m in range(r):
                    Q[i, m] += bend * rows[k, i] * rows[k, m]
    for i in range(r):
        if Q[i, i] <= 64 * UNIT * threshold * threshold:
            return False
        for m in range(i + 1, r):
            share = Q[m, i] / Q[i, i]
            for o in range(i, r):
                Q[m, o] -= share * Q[i, o]
    return True


@cached_njit(nogil=True)
def search_coupled(rows, weights, rounding, j, walk, threshold, error, steps, nodes):
    """Search one box, as :func:`.search_kernel.search_box` does; slopes are of the leaves' undecided rows
    whose weights are not along a.

    Args:
        rows: h x r.
        weights: h x q.
        rounding: of a bound, at most.
        j, walk, threshold, error, steps, nodes: as there.
    """
    (h, r), q = rows.shape, weights.shape[1]
    low, high, whole, heights = np.empty(h), np.empty(h), np.empty(h), np.empty(h)
    A, squares = np.empty((h + 2 * r, r)), np.empty(h + 2 * r)
    w, upper = np.empty(h + 2 * r), np.empty(h + 2 * r)
    loose, is_loose = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    QQ, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u, cost, nothing = np.empty(r), np.empty(r), np.empty(r), np.empty(r), np.empty(r), np.zeros(r)
    whole_head, linear, middle = np.empty((q, r)), np.empty(r), np.empty(r)
    out, lines, across, N, Q = np.empty(q), np.empty((q, r)), np.empty(q), np.empty((q, r)), np.empty((r, r))

    sigma = walk.lo[1, j]
    ids, warm = walk.ids, walk.warm
    level = 1
    while level > 0:
        lo, hi, head, tail = walk.lo[level], walk.hi[level], walk.head[level], walk.tail[level]
        ids, warm = with_room(ids, warm, walk.starts[level], walk.counts[level - 1])
        at, kept = decide(rows, weights, walk, level, ids, warm, low, high, error)
        for b in range(q):
            for i in range(r):
                whole_head[b, i] = head[b, i] + tail[b, i]
        for i in range(r):
            middle[i] = 0.5 * (lo[i] + hi[i])
        length = norm(middle)
        value = value_of(rows, weights, ids, at, kept, whole_head, middle, out) / length
        for i in range(r):
            u[i] = middle[i] / length
        in_few_bits(out)
        divide(out, norm(out))
        for i in range(r):
            linear[i] = 0.0
            for b in range(q):
                linear[i] += out[b] * whole_head[b, i]
        for a in range(kept):
            heights[a] = 0.0
            for b in range(q):
                heights[a] += out[b] * weights[ids[at + a], b]
        over_estimate(rows, heights, ids, at, kept, low, high, warm, at, sigma, j, nothing, linear, p)
        m = slopes_and_facets(
            rows, heights, ids, at, kept, warm, lo, hi, j, NONE_FREE, 1.0, A, w, upper, squares
        )
        far, back = _across(
            rows, weights, ids, at, kept, low, high, lo, hi, j, whole_head, out, middle, lines, across
        )
        shortest = least_length(lo, hi, NONE_FREE)
        far = far / shortest + rounding
        aim = sqrt(max(threshold * threshold - far * far, 0.0)) - rounding
        enough = aim * (1 - 4 * UNIT * r)
        size = descend(A, w, upper, squares, m, p, SWEEPS, enough)
        if size > aim:
            bound_on_cone(p, lo, hi, j, NONE_FREE, 0.0, e)
            length = norm(e)
            if length > 0.0:
                divide(e, length)
                other = value_of(rows, weights, ids, at, kept, whole_head, e, across)
                if other > value:
                    value = other
                    copy(e, u)
            if far < threshold:
                shorten(A, w, upper, squares, m, p, TURNS, enough, loose, is_loose, QQ, R, step)
        keep_slopes(heights, kept, w, warm, at)
        bound = np.inf
        for margin in MARGINS:
            round_slopes(heights, kept, warm, at, margin, low, high, steps, whole)
            over_estimate(rows, heights, ids, at, kept, low, high, whole, 0, sigma, j, nothing, linear, c)
            near_end = bound_on_cone(c, lo, hi, j, NONE_FREE, 0.0, e) + rounding
            near_end = max(near_end, back / shortest + rounding)
            bound = sqrt(near_end * near_end + far * far) * (1 + 8 * UNIT)
            if bound <= threshold:
                break
        if bound > threshold and kept <= MOST_BENT and _bends_back(
            rows, weights, heights, ids, at, kept, low, high, whole, lo, hi, j, whole_head, middle,
            threshold - 4 * rounding, N, Q,
        ):  # fmt: skip
            bound = threshold
        if bound <= threshold:
            state_slopes(walk, heights, ids, at, kept, whole, steps)
            close_leaf(walk, bound)
        else:
            record(walk, u, value)
            for i in range(r):
                along = 0.0
                for b in range(q):
                    along += out[b] * lines[b, i]
                beside = 0.0
                for b in range(q):
                    beside += (lines[b, i] - along * out[b]) ** 2
                cost[i] = sqrt(beside) * min(1.0, far / threshold) + 1e-3 * threshold * (hi[i] - lo[i])
            for a in range(kept):
                if heights[a] > 0:
                    for i in range(r):
                        cost[i] += heights[a] * abs(rows[ids[at + a], i])
            close_or_halve(walk, level, j, value, bound, bound, bound, cost)
        level = next_box(walk, level, nodes)
