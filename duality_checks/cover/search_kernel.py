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

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .codes import ABOVE, LEAF, OPEN, STUCK
from .cone_kernel import bound_on_cone, least_length
from .slopes_kernel import descend, shorten
from .vectors_kernel import copy
from .walk_kernel import add, facets, halve, span, with_room, written_part

SWEEPS, TURNS = 3, 40
UNIT = 2.0**-53
LARGE = 1e300
HALVINGS = 50
SAME = 1 + 1e-12
# How much more the free coordinate of an over-estimate counts than the others while slopes are sought.
STRETCH = 2.0**18
KINKS_TRIED = 24


@inner_njit(nogil=True)
def _decide(rows, weights, ids, old, count, warm, new, low, high, lo, hi, head, tail, error):
    """Move the rows that this box decides into the linear part; the others, with their intervals, are kept.

    ids[old : old + count] are looked at and those kept go to ids[new:]; ``head + tail`` is the linear part,
    in twice the precision of floats.
    """
    kept = 0
    for a in range(count):
        k = ids[old + a]
        middle, radius, length = span(rows, k, lo, hi)
        slack = error * length
        if middle - radius >= slack:
            add(head, tail, weights[k], rows, k)
        elif middle + radius > -slack:
            ids[new + kept] = k
            warm[new + kept] = warm[old + a]
            low[kept] = middle - radius - slack
            high[kept] = middle + radius + slack
            kept += 1
    return kept


@inner_njit(nogil=True)
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


@inner_njit(nogil=True)
def _rounding(sizes, lo, hi, j, free):
    """How far roundings of an over-estimate may put it off, as a share of the norm of what it is taken of.

    On a face of another coordinate the free one is no larger than the others' norm; on its own it is 1, and
    that norm at least what the box says. Where it may be 0 the over-estimate has no free coordinate at all.
    """
    square = 0.0
    for i in range(len(sizes)):
        if i != free:
            square += sizes[i] * sizes[i]
    size = sqrt(square)
    if free >= 0 and j != free:
        size = 2 * sqrt(square + sizes[free] * sizes[free])
    elif free >= 0:
        near = least_length(lo, hi, free)
        if near > 0.0:
            size += sizes[free] / near
    return 16 * UNIT * size


@inner_njit(nogil=True)
def _length_without(u, free):
    """The norm of u, which leaves the free coordinate out."""
    square = 0.0
    for i in range(len(u)):
        if i != free:
            square += u[i] * u[i]
    return sqrt(square)


@inner_njit(nogil=True)
def _steepness(rows, free):
    """How much longer rows are than their free coordinate, at most."""
    most = 0.0
    for k in range(len(rows)):
        square = 0.0
        for i in range(rows.shape[1]):
            if i != free:
                square += rows[k, i] * rows[k, i]
        if rows[k, free] != 0.0:
            most = max(most, sqrt(square) / abs(rows[k, free]))
    return most if most > 0.0 else 1.0


@inner_njit(nogil=True)
def _bias_in_box(u, lo, hi, j, free):
    """The least and the largest free coordinate with which u is in the cone over the box."""
    if j != free:
        tau = lo[j] * u[j]
        return tau * lo[free], tau * hi[free]
    least, most = 0.0, LARGE
    for i in range(len(u)):
        if i == free or u[i] == 0.0:
            continue
        outer, inner = (hi[i], lo[i]) if u[i] > 0 else (lo[i], hi[i])
        if outer * u[i] <= 0.0:
            return 1.0, 0.0
        least = max(least, u[i] / outer)
        if inner * u[i] > 0.0:
            most = min(most, u[i] / inner)
    return (least, most) if lo[j] > 0 else (-most, -least)


@inner_njit(nogil=True)
def _move_bias(rows, weights, ids, at, count, head, lo, hi, j, free, u):
    """Give u the best of the free coordinates at which an undecided row bends or the box ends; g there."""
    best, value = u[free], value_at(rows, weights, ids, at, count, head, u)
    least, most = _bias_in_box(u, lo, hi, j, free)
    tried = count if count <= KINKS_TRIED else 0
    for a in range(-2, tried):
        if a < 0:
            wanted = least if a == -2 else most
        else:
            k = ids[at + a]
            height = 0.0
            for i in range(len(u)):
                if i != free:
                    height += rows[k, i] * u[i]
            if rows[k, free] == 0.0:
                continue
            wanted = -height / rows[k, free]
        if least <= wanted <= most and abs(wanted) < LARGE:
            u[free] = wanted
            other = value_at(rows, weights, ids, at, count, head, u)
            if other > value:
                best, value = wanted, other
    u[free] = best
    return value


@inner_njit(nogil=True)
def _to_ends(rows, weights, ids, at, count, low, high, slopes, lo, hi, j, free, of_bias, aim, c, e):
    """Turn slopes between 0 and 1 into the one or the other while the bound of c stays below the aim."""
    for a in range(count):
        k = ids[at + a]
        if weights[k] > 0 or slopes[a] == 0.0 or slopes[a] == 1.0:
            continue
        nearer = 1.0 if low[a] + high[a] > 0 else 0.0
        for end in (nearer, 1.0 - nearer):
            share = weights[k] * (end - slopes[a])
            for i in range(len(c)):
                c[i] += share * rows[k, i]
            if bound_on_cone(c, lo, hi, j, free, of_bias, e) <= aim:
                slopes[a] = end
                break
            for i in range(len(c)):
                c[i] -= share * rows[k, i]


@inner_njit(nogil=True)
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
    free,
    rounding,
    of_bias,
    c,
    e,
):
    """A bound with all roundings on the cone of a box; slopes (in [0, 1]) are rounded and turned into steps.

    A slope of 0 or 1 is the shortest to write down, above all the one of the longer part of the row's
    interval: so these are tried first for all rows, then for those whose best slope is near, and at last for
    one row after another.
    """
    r = rows.shape[1]
    wanted = slopes[:count].copy()
    bound = np.inf
    if free == j and least_length(lo, hi, free) == 0.0:
        # The norm is 0 where all rows are as their free coordinate: the over-estimate has to be exact there.
        for a in range(count):
            if weights[ids[at + a]] > 0:
                return bound
            wanted[a] = 1.0 if sigma * rows[ids[at + a], free] > 0 else 0.0
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
        bound = bound_on_cone(c, lo, hi, j, free, of_bias, e) * (1 + 8 * UNIT * r) + rounding
        if bound <= threshold:
            break
    if margin < 0.5 and bound <= threshold:
        wanted[:] = slopes[:count]
        aim = (threshold - rounding) * (1 - 8 * UNIT * r)
        _to_ends(rows, weights, ids, at, count, low, high, slopes, lo, hi, j, free, of_bias, aim, c, e)
        _over_estimate(rows, weights, ids, at, count, low, high, slopes, 0, sigma, j, head, tail, c)
        fewer = bound_on_cone(c, lo, hi, j, free, of_bias, e) * (1 + 8 * UNIT * r) + rounding
        if fewer <= threshold:
            bound = fewer
        else:
            slopes[:count] = wanted
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
    free,
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
        free: the coordinate that the norm leaves out, or -1.
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

    ids, warm = np.empty(2 * h + 1024, np.int32), np.empty(2 * h + 1024)
    low, high, whole = np.empty(h), np.empty(h), np.empty(h)
    start, count = np.zeros(levels, np.int64), np.zeros(levels, np.int64)
    head, tail = np.zeros((levels, r)), np.zeros((levels, r))
    lo, hi = np.zeros((levels, r)), np.zeros((levels, r))
    state, chosen = np.zeros(levels, np.int64), np.zeros(levels, np.int64)

    A, squares = np.empty((h + 2 * r, r)), np.empty(h + 2 * r)
    w, upper = np.empty(h + 2 * r), np.empty(h + 2 * r)
    loose, is_loose = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u = np.empty(r), np.empty(r), np.empty(r), np.empty(r)

    sigma = first_lo[j]
    stretch = STRETCH * _steepness(rows, free) if free >= 0 else 1.0
    rounding = _rounding(sizes, first_lo, first_hi, j, free)
    of_bias = 16 * UNIT * sizes[free] if free >= 0 else 0.0

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
                    head[level, i], tail[level, i] = head[level - 1, i], tail[level - 1, i]
                halve(lo, hi, level, chosen[level - 1], state[level - 1] == 2)
                ids, warm = with_room(ids, warm, start[level], before)
            if halved >= nodes or sloped + before + 1 > slopes_room or peaked >= peaks_room:
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
                        if i == free:
                            A[m, i] *= stretch
                        squares[m] += A[m, i] * A[m, i]
                    w[m], upper[m] = warm[at + a], 1.0
                    m += 1
            own = m
            m = facets(A, own, lo[level], hi[level], j, free, stretch)
            for a in range(own, m):
                squares[a] = 0.0
                for i in range(r):
                    squares[a] += A[a, i] * A[a, i]
                w[a], upper[a] = 0.0, LARGE
            if free == j:
                rounding = _rounding(sizes, lo[level], hi[level], j, free)
            aim = threshold - rounding
            if free >= 0:
                p[free] *= stretch
            size = descend(A, w, upper, squares, m, p, SWEEPS, aim * (1 - 4 * UNIT * r))
            hopeless = False
            value = -1.0
            if size > aim:
                for i in range(r):
                    c[i] = p[i] / stretch if i == free else p[i]
                bound_on_cone(c, lo[level], hi[level], j, free, of_bias, u)
                length = _length_without(u, free)
                if length > 0:
                    for i in range(r):
                        u[i] /= length
                    if free < 0:
                        value = value_at(rows, weights, ids, at, kept, head[level], u)
                    else:
                        value = _move_bias(
                            rows, weights, ids, at, kept, head[level], lo[level], hi[level], j, free, u
                        )
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
                    size = shorten(A, w, upper, squares, m, p, TURNS, enough, loose, is_loose, Q, R, step)
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
                    free,
                    rounding,
                    of_bias,
                    c,
                    e,
                )
            closed = LEAF
            if not bound <= threshold:
                closed = 0
                if value > floor:
                    copy(u, peaks[peaked])
                    heights[peaked] = value
                    peaked += 1
                    top = max(top, value)
                if free >= 0 and top > floor:
                    for i in range(r):
                        c[i] = p[i] / stretch if i == free else p[i]
                    size = bound_on_cone(c, lo[level], hi[level], j, free, of_bias, e)
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
    return written_part(
        codes,
        written,
        slopes,
        sloping,
        sloped,
        marks,
        open_lo,
        open_hi,
        marked,
        peaks,
        heights,
        peaked,
        reach,
    )
