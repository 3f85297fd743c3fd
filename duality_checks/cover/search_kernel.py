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

from .chords_kernel import (
    LARGE,
    MARGINS,
    decide,
    keep_slopes,
    over_estimate,
    round_slopes,
    slopes_and_facets,
    state_slopes,
)
from .cone_kernel import bound_on_cone, least_length
from .slopes_kernel import descend, shorten
from .vectors_kernel import norm
from .walk_kernel import (
    FLOOR,
    NEAR,
    SWEEPS,
    TURNS,
    UNIT,
    close_leaf,
    close_or_halve,
    next_box,
    record,
    with_room,
)

# How much more the free coordinate of an over-estimate counts than the others while slopes are sought.
STRETCH = 2.0**18
KINKS_TRIED = 24


@cached_njit(nogil=True)
def value_at(rows, heights, ids, at, count, head, u):
    """``head'u`` and the terms of the rows ids[at : at + count], heights times each: g(u) where u is in the
    cone of a box whose undecided rows are these."""
    value = 0.0
    for i in range(len(u)):
        value += head[i] * u[i]
    for a in range(count):
        height = 0.0
        for i in range(len(u)):
            height += rows[ids[at + a], i] * u[i]
        if height > 0:
            value += heights[a] * height
    return value


@inner_njit(nogil=True)
def _length_without(u, free):
    """The norm of u, which leaves the free coordinate out."""
    square = 0.0
    for i in range(len(u)):
        if i != free:
            square += u[i] * u[i]
    return sqrt(square)


@inner_njit(nogil=True)
def _rounding(sizes, lo, hi, j, free):
    """How far roundings of an over-estimate may put it off, as a share of the norm of what it is taken of.

    On a face of another coordinate the free one is no larger than the others' norm; on its own it is 1, and
    that norm at least what the box says. Where it may be 0 the over-estimate has no free coordinate at all.
    """
    size = _length_without(sizes, free)
    if free >= 0 and j != free:
        size = 2 * norm(sizes)
    elif free >= 0:
        near = least_length(lo, hi, free)
        if near > 0.0:
            size += sizes[free] / near
    return 16 * UNIT * size


@inner_njit(nogil=True)
def _steepness(rows, free):
    """How much longer rows are than their free coordinate, at most."""
    most = 0.0
    for k in range(len(rows)):
        if rows[k, free] != 0.0:
            most = max(most, _length_without(rows[k], free) / abs(rows[k, free]))
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
def _move_bias(rows, heights, ids, at, count, head, lo, hi, j, free, u):
    """Give u the best of the free coordinates at which an undecided row bends or the box ends; g there."""
    best, value = u[free], value_at(rows, heights, ids, at, count, head, u)
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
            other = value_at(rows, heights, ids, at, count, head, u)
            if other > value:
                best, value = wanted, other
    u[free] = best
    return value


@inner_njit(nogil=True)
def _to_ends(rows, heights, ids, at, count, low, high, slopes, lo, hi, j, free, of_bias, aim, c, e):
    """Turn slopes between 0 and 1 into the one or the other while the bound of c stays below the aim."""
    for a in range(count):
        if heights[a] > 0 or slopes[a] == 0.0 or slopes[a] == 1.0:
            continue
        nearer = 1.0 if low[a] + high[a] > 0 else 0.0
        for end in (nearer, 1.0 - nearer):
            share = heights[a] * (end - slopes[a])
            for i in range(len(c)):
                c[i] += share * rows[ids[at + a], i]
            if bound_on_cone(c, lo, hi, j, free, of_bias, e) <= aim:
                slopes[a] = end
                break
            for i in range(len(c)):
                c[i] -= share * rows[ids[at + a], i]


@inner_njit(nogil=True)
def _bound_of_leaf(
    rows, heights, ids, at, count, low, high, warm, sigma, j, head, tail, lo, hi, steps, threshold, free,
    rounding, of_bias, slopes, c, e,
):  # fmt: skip
    """A bound with all roundings on the cone of a box, by slopes in whole steps that are short to write: of
    some margin, and then of one row after another as an end where the bound allows it."""
    bound, wanted, inflate = np.inf, np.empty(count), 8 * UNIT * len(c)
    for a in range(count):
        wanted[a] = warm[at + a]
    if free == j and least_length(lo, hi, free) == 0.0:
        # The norm is 0 where all rows are as their free coordinate: the over-estimate has to be exact there.
        for a in range(count):
            if heights[a] > 0:
                return bound
            wanted[a] = 1.0 if sigma * rows[ids[at + a], free] > 0 else 0.0
    for margin in MARGINS:
        round_slopes(heights, count, wanted, 0, margin, low, high, steps, slopes)
        over_estimate(rows, heights, ids, at, count, low, high, slopes, 0, sigma, j, tail, head, c)
        bound = bound_on_cone(c, lo, hi, j, free, of_bias, e) * (1 + inflate) + rounding
        if bound <= threshold:
            break
    if margin < 0.5 and bound <= threshold:
        for a in range(count):
            wanted[a] = slopes[a]
        aim = (threshold - rounding) * (1 - inflate)
        _to_ends(rows, heights, ids, at, count, low, high, slopes, lo, hi, j, free, of_bias, aim, c, e)
        over_estimate(rows, heights, ids, at, count, low, high, slopes, 0, sigma, j, tail, head, c)
        fewer = bound_on_cone(c, lo, hi, j, free, of_bias, e) * (1 + inflate) + rounding
        if fewer <= threshold:
            bound = fewer
        else:
            for a in range(count):
                slopes[a] = wanted[a]
    return bound


@cached_njit(nogil=True)
def search_box(rows, weights, sizes, j, free, walk, threshold, error, steps, nodes):
    """Search one box.

    Args:
        rows: h x r.
        weights: h x 1, none zero.
        sizes: for each coordinate ``sum_h abs(weights_h * rows_hi) + abs(base_i)``, which bounds
            rounding errors.
        j: the coordinate of the face.
        free: the coordinate that the norm leaves out, or -1.
        walk: begun in the box, ``lo_j = hi_j = +-1``, with the base; what is found is recorded there. Points
            are where g exceeds the floor. Where it does a box is not halved further when its bound exceeds
            what was found in it by no larger a share than the threshold does the floor, or exceeds the floor
            by at most half of what was found in any box.
        threshold: what ``norm(e)`` must not exceed, at least the floor.
        error: a bound on the rounding of ``rows_h'w``, as a share of ``sum_i abs(rows_hi)``.
        steps: slopes are whole multiples of ``1 / steps``.
        nodes: halve at most so many boxes.
    """
    h, r = rows.shape
    low, high, whole, heights = np.empty(h), np.empty(h), np.empty(h), np.empty(h)
    A, squares = np.empty((h + 2 * r, r)), np.empty(h + 2 * r)
    w, upper = np.empty(h + 2 * r), np.empty(h + 2 * r)
    loose, is_loose = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u, cost = np.empty(r), np.empty(r), np.empty(r), np.empty(r), np.empty(r)

    sigma = walk.lo[1, j]
    stretch = STRETCH * _steepness(rows, free) if free >= 0 else 1.0
    rounding = _rounding(sizes, walk.lo[1], walk.hi[1], j, free)
    of_bias = 16 * UNIT * sizes[free] if free >= 0 else 0.0
    ids, warm = walk.ids, walk.warm
    level = 1
    while level > 0:
        lo, hi, head, tail = walk.lo[level], walk.hi[level], walk.head[level, 0], walk.tail[level, 0]
        ids, warm = with_room(ids, warm, walk.starts[level], walk.counts[level - 1])
        at, kept = decide(rows, weights, walk, level, ids, warm, low, high, error)
        for a in range(kept):
            heights[a] = weights[ids[at + a], 0]
        over_estimate(rows, heights, ids, at, kept, low, high, warm, at, sigma, j, tail, head, p)
        m = slopes_and_facets(
            rows, heights, ids, at, kept, warm, lo, hi, j, free, stretch, A, w, upper, squares
        )
        if free == j:
            rounding = _rounding(sizes, lo, hi, j, free)
        aim = threshold - rounding
        if free >= 0:
            p[free] *= stretch
        size = descend(A, w, upper, squares, m, p, SWEEPS, aim * (1 - 4 * UNIT * r))
        value = -1.0
        if size > aim:
            hopeless, relaxed = False, 0.0
            for i in range(r):
                c[i] = p[i] / stretch if i == free else p[i]
            bound_on_cone(c, lo, hi, j, free, of_bias, u)
            length = _length_without(u, free)
            if length > 0:
                for i in range(r):
                    u[i] /= length
                if free < 0:
                    value = value_at(rows, heights, ids, at, kept, head, u)
                else:
                    value = _move_bias(rows, heights, ids, at, kept, head, lo, hi, j, free, u)
                for i in range(r):
                    relaxed += head[i] * u[i]
                for a in range(kept):
                    height = 0.0
                    for i in range(r):
                        height += rows[ids[at + a], i] * u[i]
                    if heights[a] > 0:
                        share = heights[a] * high[a] / (high[a] - low[a])
                        relaxed += share * (height - low[a] * sigma * u[j])
                    elif height > 0:
                        relaxed += heights[a] * height
                hopeless = relaxed > threshold
            # Where nothing is lost to chords the exact optimum ends the matter either way.
            exact = value > walk.heights[FLOOR] and relaxed <= walk.heights[NEAR] * value
            if exact or not hopeless:
                enough = 0.0 if exact else aim * (1 - 4 * UNIT * r)
                size = shorten(A, w, upper, squares, m, p, TURNS, enough, loose, is_loose, Q, R, step)
        keep_slopes(heights, kept, w, warm, at)
        bound = np.inf
        if size <= aim:
            bound = _bound_of_leaf(
                rows, heights, ids, at, kept, low, high, warm, sigma, j, head, tail, lo, hi, steps, threshold,
                free, rounding, of_bias, whole, c, e,
            )  # fmt: skip
        if bound <= threshold:
            state_slopes(walk, heights, ids, at, kept, whole, steps)
            close_leaf(walk, bound)
        else:
            if record(walk, u, value) and free >= 0:
                for i in range(r):
                    c[i] = p[i] / stretch if i == free else p[i]
                size = bound_on_cone(c, lo, hi, j, free, of_bias, e)
            for i in range(r):
                cost[i] = 1e-3 * threshold * (hi[i] - lo[i])
            for a in range(kept):
                if heights[a] > 0:
                    for i in range(r):
                        cost[i] += heights[a] * abs(rows[ids[at + a], i])
            close_or_halve(walk, level, j, value, size, size + rounding, bound, cost)
        level = next_box(walk, level, nodes)
