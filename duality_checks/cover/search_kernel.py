"""Compiled: depth-first search over the boxes of one face of the cube (statements 7.2 and 7.3).

The function is ``g(u) = base'u + sum_h weights_h * max(0, rows_h'u)``. On a box every row that keeps its
sign is linear; an undecided row of positive weight is replaced by its chord, one of negative weight by a line
of some slope in [0, 1]. That over-estimates g on the cone by ``c'u``, and ``norm(e) >= c'u / norm(u)`` there.
Where it is at most the threshold, all roundings of floats included, the box is a leaf; otherwise it is
halved.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.kernel_cache import cached_njit

from .codes import ABOVE, LEAF, OPEN, STUCK
from .cone_kernel import bound_on_cone
from .slopes_kernel import descend, shorten

SWEEPS, TURNS = 3, 40
UNIT = 2.0**-53
LARGE = 1e300
HALVINGS = 50
SAME = 1 + 1e-12


@cached_njit(nogil=True)
def _decide(rows, weights, ids, old, count, warm, new, low, high, lo, hi, head, tail, error):
    """Move the rows that this box decides into the linear part; the others, with their intervals, are kept.

    ids[old : old + count] are looked at and those kept go to ids[new:]; ``head + tail`` is the linear part,
    in twice the precision of floats.
    """
    r = rows.shape[1]
    kept = 0
    for a in range(count):
        k = ids[old + a]
        middle, radius, length = 0.0, 0.0, 0.0
        for i in range(r):
            middle += rows[k, i] * (0.5 * (lo[i] + hi[i]))
            radius += abs(rows[k, i]) * (0.5 * (hi[i] - lo[i]))
            length += abs(rows[k, i])
        slack = error * length
        if middle - radius >= slack:
            for i in range(r):
                term = weights[k] * rows[k, i]
                total = head[i] + term
                part = total - head[i]
                tail[i] += (head[i] - (total - part)) + (term - part)
                head[i] = total
        elif middle + radius > -slack:
            ids[new + kept] = k
            warm[new + kept] = warm[old + a]
            low[kept] = middle - radius - slack
            high[kept] = middle + radius + slack
            kept += 1
    return kept


@cached_njit(nogil=True)
def _over_estimate(rows, weights, ids, at, count, low, high, slopes, first, sigma, j, head, tail, c):
    """The linear over-estimate c, from scratch, with the chords and the given slopes."""
    r = rows.shape[1]
    rest = 0.0
    for i in range(r):
        c[i] = tail[i]
    for a in range(count):
        k = ids[at + a]
        if weights[k] > 0:
            share = weights[k] * (high[a] / (high[a] - low[a]))
            rest -= share * low[a]
        else:
            share = weights[k] * slopes[first + a]
        for i in range(r):
            c[i] += share * rows[k, i]
    c[j] += sigma * rest
    for i in range(r):
        c[i] += head[i]


@cached_njit(nogil=True)
def value_at(rows, weights, ids, at, count, head, u):
    """``head'u`` and the terms of the rows ids[at : at + count]: g(u) where u is in the cone of a box whose
    undecided rows are these."""
    value = 0.0
    for i in range(len(u)):
        value += head[i] * u[i]
    for a in range(count):
        k = ids[at + a]
        height = 0.0
        for i in range(len(u)):
            height += rows[k, i] * u[i]
        if height > 0:
            value += weights[k] * height
    return value


@cached_njit(nogil=True)
def _bound_of_leaf(
    rows,
    weights,
    ids,
    at,
    count,
    low,
    high,
    slopes,
    sigma,
    j,
    head,
    tail,
    lo,
    hi,
    steps,
    threshold,
    rounding,
    c,
    e,
):
    """A bound with all roundings on the cone of a box; slopes (in [0, 1]) are rounded and turned into steps.

    A slope of 0 or 1 is the shortest to write down, above all the one of the longer part of the row's
    interval: so these are tried first for all rows, then for those whose best slope is near.
    """
    r = rows.shape[1]
    wanted = slopes[:count].copy()
    bound = np.inf
    for margin in (1.0, 0.5, 0.1, 0.0):
        for a in range(count):
            s = min(max(wanted[a], 0.0), 1.0)
            if margin == 1.0:
                s = 1.0 if low[a] + high[a] > 0 else 0.0
            elif s <= margin:
                s = 0.0
            elif s >= 1 - margin:
                s = 1.0
            slopes[a] = np.rint(s * steps) / steps
        _over_estimate(rows, weights, ids, at, count, low, high, slopes, 0, sigma, j, head, tail, c)
        bound = bound_on_cone(c, lo, hi, j, e) * (1 + 8 * UNIT * r) + rounding
        if bound <= threshold:
            break
    for a in range(count):
        slopes[a] *= steps
    return bound


@cached_njit(nogil=True)
def search_box(
    rows,
    weights,
    base,
    sizes,
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
    """Search one box.

    Args:
        rows: h x r.
        weights: length h, none zero.
        base: length r.
        sizes: for each coordinate ``sum_h abs(weights_h * rows_hi) + abs(base_i)``, which bounds
            rounding errors.
        first_lo, first_hi: the box, with ``lo_j = hi_j = +-1``.
        j: the coordinate of the face.
        floor: points where g exceeds it are recorded.
        threshold: what ``norm(e)`` must not exceed, at least the floor. Where g exceeds the floor a box is
            not halved further when its bound exceeds what was found in it by no larger a share than the
            threshold does the floor, or exceeds the floor by at most half of what was found in any box.
        error: a bound on the rounding of ``rows_h'w``, as a share of ``sum_i abs(rows_hi)``.
        steps: slopes are whole multiples of ``1 / steps``.
        nodes: halve at most so many boxes.
        slopes_room, peaks_room: how many slopes and points may be recorded.

    Returns:
        codes (int8, preorder: the coordinate halved, or LEAF, OPEN, ABOVE, STUCK); the slopes of the leaves'
        undecided rows of negative weight in order, in steps (uint32), and these rows, -1 after each leaf; how
        many slopes stand before each OPEN, and the ends of its box; points above the floor (p x r) and their
        values; the largest bound of all boxes that are closed.
    """
    h, r = rows.shape
    levels = HALVINGS * r + 2
    codes = np.empty(2 * nodes + 2 * levels, np.int8)
    written = 0
    slopes, sloping = np.empty(slopes_room, np.uint32), np.empty(slopes_room, np.int32)
    marks, open_lo, open_hi = np.empty(levels, np.int64), np.empty((levels, r)), np.empty((levels, r))
    marked = 0
    sloped = 0
    peaks, heights = np.empty((peaks_room, r)), np.empty(peaks_room)
    peaked = 0
    reach, top, near = 0.0, floor, max(threshold / floor, SAME)

    room = 2 * h + 1024
    ids, warm = np.empty(room, np.int32), np.empty(room)
    low, high, whole = np.empty(h), np.empty(h), np.empty(h)
    start, count = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    head, tail = np.zeros((levels, r)), np.zeros((levels, r))
    lo, hi = np.zeros((levels, r)), np.zeros((levels, r))
    state, chosen = np.zeros(levels, np.int64), np.zeros(levels, np.int64)

    A, squares = np.empty((h + 2 * r, r)), np.empty(h + 2 * r)
    w, upper = np.empty(h + 2 * r), np.empty(h + 2 * r)
    free, is_free = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u = np.empty(r), np.empty(r), np.empty(r), np.empty(r)

    sigma = first_lo[j]
    rounding = 0.0
    for i in range(r):
        rounding += sizes[i] * sizes[i]
    rounding = 16 * UNIT * sqrt(rounding)

    for i in range(r):
        lo[0, i], hi[0, i], head[0, i] = first_lo[i], first_hi[i], base[i]
    for k in range(h):
        ids[k] = k
        warm[k] = 0.5
    level, fresh, halved = 0, True, 0
    start[0] = 0
    while level >= 0:
        if fresh:
            fresh = False
            if level == 0:
                old, before = 0, h
            else:
                old, before = start[level - 1], count[level - 1]
                start[level] = old + before
                for i in range(r):
                    lo[level, i], hi[level, i] = lo[level - 1, i], hi[level - 1, i]
                    head[level, i], tail[level, i] = head[level - 1, i], tail[level - 1, i]
                i = chosen[level - 1]
                middle = 0.5 * (lo[level, i] + hi[level, i])
                if state[level - 1] == 1:
                    hi[level, i] = middle
                else:
                    lo[level, i] = middle
                if start[level] + before > room:
                    room = 2 * room + before
                    more_ids, more_warm = np.empty(room, np.int32), np.empty(room)
                    more_ids[: start[level]] = ids[: start[level]]
                    more_warm[: start[level]] = warm[: start[level]]
                    ids, warm = more_ids, more_warm
            if halved >= nodes or sloped + before + 1 > slopes_room or peaked >= peaks_room:
                codes[written] = OPEN
                written += 1
                marks[marked], open_lo[marked], open_hi[marked] = sloped, lo[level], hi[level]
                marked += 1
                level -= 1
                continue
            at = start[level]
            kept = _decide(
                rows,
                weights,
                ids,
                old,
                before,
                warm,
                at,
                low,
                high,
                lo[level],
                hi[level],
                head[level],
                tail[level],
                error,
            )
            count[level] = kept

            _over_estimate(
                rows, weights, ids, at, kept, low, high, warm, at, sigma, j, head[level], tail[level], p
            )
            m = 0
            for a in range(kept):
                k = ids[at + a]
                if weights[k] < 0:
                    squares[m] = 0.0
                    for i in range(r):
                        A[m, i] = weights[k] * rows[k, i]
                        squares[m] += A[m, i] * A[m, i]
                    w[m], upper[m] = warm[at + a], 1.0
                    m += 1
            for i in range(r):
                if i == j:
                    continue
                for side in range(2):
                    end = lo[level, i] if side == 0 else hi[level, i]
                    for e_ in range(r):
                        A[m, e_] = 0.0
                    A[m, i] = 1.0 if side == 0 else -1.0
                    A[m, j] = -sigma * end if side == 0 else sigma * end
                    squares[m] = 1.0 + end * end
                    w[m], upper[m] = 0.0, LARGE
                    m += 1
            aim = threshold - rounding
            size = descend(A, w, upper, squares, m, p, SWEEPS, aim * (1 - 4 * UNIT * r))
            hopeless = False
            value = -1.0
            if size > aim:
                length = bound_on_cone(p, lo[level], hi[level], j, u)
                if length > 0:
                    for i in range(r):
                        u[i] /= length
                    value = value_at(rows, weights, ids, at, kept, head[level], u)
                    relaxed = 0.0
                    for i in range(r):
                        relaxed += head[level, i] * u[i]
                    for a in range(kept):
                        k = ids[at + a]
                        height = 0.0
                        for i in range(r):
                            height += rows[k, i] * u[i]
                        if weights[k] > 0:
                            relaxed += (
                                weights[k] * high[a] / (high[a] - low[a]) * (height - low[a] * sigma * u[j])
                            )
                        elif height > 0:
                            relaxed += weights[k] * height
                    hopeless = relaxed > threshold
                # Where nothing is lost to chords the exact optimum ends the matter either way.
                exact = value > floor and relaxed <= near * value
                if exact or not hopeless:
                    enough = 0.0 if exact else aim * (1 - 4 * UNIT * r)
                    size = shorten(A, w, upper, squares, m, p, TURNS, enough, free, is_free, Q, R, step)
            m = 0
            for a in range(kept):
                if weights[ids[at + a]] < 0:
                    warm[at + a] = w[m]
                    whole[a] = w[m]
                    m += 1
            bound = np.inf
            if size <= aim:
                bound = _bound_of_leaf(
                    rows,
                    weights,
                    ids,
                    at,
                    kept,
                    low,
                    high,
                    whole,
                    sigma,
                    j,
                    head[level],
                    tail[level],
                    lo[level],
                    hi[level],
                    steps,
                    threshold,
                    rounding,
                    c,
                    e,
                )
            closed = LEAF
            if not bound <= threshold:
                closed = 0
                if value > floor:
                    peaks[peaked] = u
                    heights[peaked] = value
                    peaked += 1
                    top = max(top, value)
                if top > floor and size <= max(near * value, 0.5 * (floor + top)):
                    bound = size + rounding
                    closed = ABOVE
            if closed == 0:
                best, widest = -1, -1.0
                for i in range(r):
                    if i == j or hi[level, i] - lo[level, i] < 2.0 ** (1 - HALVINGS):
                        continue
                    width = hi[level, i] - lo[level, i]
                    cost = 1e-3 * threshold * width
                    for a in range(kept):
                        k = ids[at + a]
                        if weights[k] > 0:
                            cost += weights[k] * abs(rows[k, i])
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
                        if weights[ids[at + a]] < 0:
                            slopes[sloped] = np.uint32(whole[a])
                            sloping[sloped] = ids[at + a]
                            sloped += 1
                    # The end of the leaf.
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
    return (
        codes[:written].copy(),
        slopes[:sloped].copy(),
        sloping[:sloped].copy(),
        marks[:marked].copy(),
        open_lo[:marked].copy(),
        open_hi[:marked].copy(),
        peaks[:peaked].copy(),
        heights[:peaked].copy(),
        reach,
    )
