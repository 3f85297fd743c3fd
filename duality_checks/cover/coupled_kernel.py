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

from ..checker import DIRECTION_BITS
from .codes import ABOVE, LEAF, OPEN, STUCK
from .cone_kernel import NONE_FREE, bound_on_cone, least_length
from .slopes_kernel import descend, shorten
from .vectors_kernel import copy, divide, norm
from .walk_kernel import add, facets, halve, span, with_room, written_part

SWEEPS, TURNS = 3, 40
UNIT = 2.0**-53
LARGE = 1e300
HALVINGS = 50
SAME = 1 + 1e-12
MOST_BENT = 40  # undecided terms with which the quadratic form is tried


@inner_njit(nogil=True)
def _decide(rows, weights, ids, old, count, warm, new, low, high, lo, hi, head, tail, error):
    """As :func:`.search_kernel._decide`, with a linear part of q rows."""
    kept = 0
    for a in range(count):
        k = ids[old + a]
        middle, radius, length = span(rows, k, lo, hi)
        slack = error * length
        if middle - radius >= slack:
            for b in range(weights.shape[1]):
                add(head[b], tail[b], weights[k, b], rows, k)
        elif middle + radius > -slack:
            ids[new + kept] = k
            warm[new + kept] = warm[old + a]
            low[kept] = middle - radius - slack
            high[kept] = middle + radius + slack
            kept += 1
    return kept


@inner_njit(nogil=True)
def _value(rows, weights, ids, at, count, head, u, g):
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
def _in_few_bits(a):
    """Round a direction as the checker does, and make it a unit vector; the first one where it is 0."""
    largest = 0.0
    for b in range(len(a)):
        largest = max(largest, abs(a[b]))
    if largest > 0.0:
        for b in range(len(a)):
            a[b] = np.floor(a[b] / largest * 2.0**DIRECTION_BITS)
        divide(a, norm(a))
    else:
        a[0] = 1.0


@inner_njit(nogil=True)
def _along(rows, heights, ids, at, count, low, high, slopes, first, sigma, j, linear, c):
    """The linear over-estimate c of ``a'g``, heights being ``a'weights`` of the undecided rows."""
    r = rows.shape[1]
    rest = 0.0
    for i in range(r):
        c[i] = 0.0
    for a in range(count):
        k = ids[at + a]
        if heights[a] > 0:
            share = heights[a] * (high[a] / (high[a] - low[a]))
            rest -= share * low[a]
        else:
            share = heights[a] * slopes[first + a]
        for i in range(r):
            c[i] += share * rows[k, i]
    c[j] += sigma * rest
    for i in range(r):
        c[i] += linear[i]


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
def search_coupled(
    rows,
    weights,
    base,
    rounding,
    first_lo,
    first_hi,
    j,
    floor,
    threshold,
    error,
    steps,
    nodes,
    slopes_room,
    peaks_room,
):
    """Search one box, as :func:`.search_kernel.search_box` does.

    Args:
        rows: h x r.
        weights: h x q.
        base: q x r.
        rounding: of a bound, at most.
        first_lo, first_hi, j, floor, threshold, error, steps, nodes, slopes_room, peaks_room: as there.

    Returns:
        As there; slopes are of the leaves' undecided rows whose weights are not along a.
    """
    h, r = rows.shape
    q = weights.shape[1]
    levels = HALVINGS * r + 2
    codes = np.empty(2 * nodes + 2 * levels, np.int8)
    written = 0
    slopes, sloping = np.empty(slopes_room, np.uint32), np.empty(slopes_room, np.int32)
    marks, open_lo, open_hi = np.empty(levels, np.int64), np.empty((levels, r)), np.empty((levels, r))
    marked = 0
    sloped = 0
    peaks, values = np.empty((peaks_room, r)), np.empty(peaks_room)
    peaked = 0
    reach, top, near = 0.0, floor, max(threshold / floor, SAME)

    ids, warm = np.empty(2 * h + 1024, np.int32), np.empty(2 * h + 1024)
    low, high, whole, heights = np.empty(h), np.empty(h), np.empty(h), np.empty(h)
    start, count = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    head, tail = np.zeros((levels, q, r)), np.zeros((levels, q, r))
    lo, hi = np.zeros((levels, r)), np.zeros((levels, r))
    state, chosen = np.zeros(levels, np.int64), np.zeros(levels, np.int64)

    A, squares = np.empty((h + 2 * r, r)), np.empty(h + 2 * r)
    w, upper = np.empty(h + 2 * r), np.empty(h + 2 * r)
    loose, is_loose = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    QQ, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u = np.empty(r), np.empty(r), np.empty(r), np.empty(r)
    whole_head, linear, middle = np.empty((q, r)), np.empty(r), np.empty(r)
    out, lines, across, N, Q = np.empty(q), np.empty((q, r)), np.empty(q), np.empty((q, r)), np.empty((r, r))
    sigma = first_lo[j]

    for i in range(r):
        lo[0, i], hi[0, i] = first_lo[i], first_hi[i]
        for b in range(q):
            head[0, b, i] = base[b, i]
    for k in range(h):
        ids[k] = k
        warm[k] = 0.5
    level, fresh, halved = 0, True, 0
    while level >= 0:
        if fresh:
            fresh = False
            if level == 0:
                old, before = 0, h
                start[0] = 0
            else:
                old, before = start[level - 1], count[level - 1]
                start[level] = old + before
                for b in range(q):
                    copy(head[level - 1, b], head[level, b])
                    copy(tail[level - 1, b], tail[level, b])
                halve(lo, hi, level, chosen[level - 1], state[level - 1] == 2)
                ids, warm = with_room(ids, warm, start[level], before)
            if halved >= nodes or sloped + before + 1 > slopes_room or peaked + 2 > peaks_room:
                codes[written] = OPEN
                written += 1
                marks[marked] = sloped
                copy(lo[level], open_lo[marked])
                copy(hi[level], open_hi[marked])
                marked += 1
                level -= 1
                continue
            at = start[level]
            kept = _decide(
                rows, weights, ids, old, before, warm, at, low, high, lo[level], hi[level], head[level],
                tail[level], error,
            )  # fmt: skip
            count[level] = kept
            for b in range(q):
                for i in range(r):
                    whole_head[b, i] = head[level, b, i] + tail[level, b, i]
            for i in range(r):
                middle[i] = 0.5 * (lo[level, i] + hi[level, i])
            length = norm(middle)
            size = _value(rows, weights, ids, at, kept, whole_head, middle, out)
            value = size / length
            if value > floor:
                for i in range(r):
                    u[i] = middle[i] / length
            _in_few_bits(out)
            for i in range(r):
                linear[i] = 0.0
                for b in range(q):
                    linear[i] += out[b] * whole_head[b, i]
            m = 0
            for a in range(kept):
                k = ids[at + a]
                heights[a] = 0.0
                for b in range(q):
                    heights[a] += out[b] * weights[k, b]
            _along(rows, heights, ids, at, kept, low, high, warm, at, sigma, j, linear, p)
            for a in range(kept):
                k = ids[at + a]
                if heights[a] <= 0:
                    squares[m] = 0.0
                    for i in range(r):
                        A[m, i] = heights[a] * rows[k, i]
                        squares[m] += A[m, i] * A[m, i]
                    w[m], upper[m] = warm[at + a], 1.0
                    m += 1
            own = m
            m = facets(A, own, lo[level], hi[level], j, NONE_FREE, 1.0)
            for a in range(own, m):
                squares[a] = 0.0
                for i in range(r):
                    squares[a] += A[a, i] * A[a, i]
                w[a], upper[a] = 0.0, LARGE
            far, back = _across(
                rows, weights, ids, at, kept, low, high, lo[level], hi[level], j, whole_head, out, middle,
                lines, across,
            )  # fmt: skip
            shortest = least_length(lo[level], hi[level], NONE_FREE)
            far = far / shortest + rounding
            aim = sqrt(max(threshold * threshold - far * far, 0.0)) - rounding
            size = descend(A, w, upper, squares, m, p, SWEEPS, aim * (1 - 4 * UNIT * r))
            if size > aim:
                copy(p, c)
                bound_on_cone(c, lo[level], hi[level], j, NONE_FREE, 0.0, e)
                length = norm(e)
                if length > 0.0:
                    divide(e, length)
                    other = _value(rows, weights, ids, at, kept, whole_head, e, across)
                    if other > value:
                        value = other
                        copy(e, u)
                if far < threshold:
                    size = shorten(
                        A, w, upper, squares, m, p, TURNS, aim * (1 - 4 * UNIT * r), loose, is_loose, QQ, R,
                        step,
                    )  # fmt: skip
            m = 0
            for a in range(kept):
                if heights[a] <= 0:
                    warm[at + a] = w[m]
                    whole[a] = np.rint(min(max(w[m], 0.0), 1.0) * steps) / steps
                    m += 1
            bound = np.inf
            for margin in (1.0, 0.5, 0.1, 0.0):
                m = 0
                for a in range(kept):
                    if heights[a] <= 0:
                        s = min(max(warm[at + a], 0.0), 1.0)
                        if margin == 1.0:
                            s = 1.0 if low[a] + high[a] > 0 else 0.0
                        elif s <= margin:
                            s = 0.0
                        elif s >= 1 - margin:
                            s = 1.0
                        whole[a] = np.rint(s * steps) / steps
                _along(rows, heights, ids, at, kept, low, high, whole, 0, sigma, j, linear, c)
                near_end = bound_on_cone(c, lo[level], hi[level], j, NONE_FREE, 0.0, e) + rounding
                near_end = max(near_end, back / shortest + rounding)
                bound = sqrt(near_end * near_end + far * far) * (1 + 8 * UNIT)
                if bound <= threshold:
                    break
            if bound > threshold and kept <= MOST_BENT and _bends_back(
                rows, weights, heights, ids, at, kept, low, high, whole, lo[level], hi[level], j, whole_head,
                middle, threshold - 4 * rounding, N, Q,
            ):  # fmt: skip
                bound = threshold
            closed = LEAF
            if not bound <= threshold:
                closed = 0
                if value > floor:
                    copy(u, peaks[peaked])
                    values[peaked] = value
                    peaked += 1
                    top = max(top, value)
                if top > floor and bound <= max(near * value, 0.5 * (floor + top)):
                    closed = ABOVE
            if closed == 0:
                best, widest = -1, -1.0
                for i in range(r):
                    if i == j or hi[level, i] - lo[level, i] < 2.0 ** (1 - HALVINGS):
                        continue
                    width = hi[level, i] - lo[level, i]
                    along = 0.0
                    for b in range(q):
                        along += out[b] * lines[b, i]
                    cost = 0.0
                    for b in range(q):
                        cost += (lines[b, i] - along * out[b]) ** 2
                    cost = sqrt(cost) * min(1.0, far / threshold) + 1e-3 * threshold * width
                    for a in range(kept):
                        if heights[a] > 0:
                            cost += heights[a] * abs(rows[ids[at + a], i])
                    if cost * width > widest:
                        best, widest = i, cost * width
                if best < 0:
                    closed = STUCK
                else:
                    codes[written] = best
                    written += 1
                    halved += 1
                    chosen[level] = best
                    state[level] = 0
            if closed != 0:
                codes[written] = closed
                written += 1
                reach = max(reach, bound)
                if closed == LEAF:
                    for a in range(kept):
                        if heights[a] <= 0:
                            slopes[sloped] = np.uint32(whole[a] * steps)
                            sloping[sloped] = ids[at + a]
                            sloped += 1
                    sloping[sloped] = -1
                    sloped += 1
                level -= 1
                continue
        if state[level] == 2:
            level -= 1
            continue
        state[level] += 1
        level += 1
        fresh = True
    return written_part(
        codes, written, slopes, sloping, sloped, marks, open_lo, open_hi, marked, peaks, values, peaked, reach
    )
