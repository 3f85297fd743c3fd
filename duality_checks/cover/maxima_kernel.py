"""Compiled: depth-first search over the boxes of one face of the cube, for maxima (statement 7.2b).

The function is ``g(u) = sum_i weights_i max_p a_p'u``, the largest over the pieces of sample i. On a box a
piece that another one is never below is left out. A sample with one piece left is linear. Of the others, one
of negative weight is replaced by a convex combination of its pieces, one of positive weight by a linear
function and a constant that no piece exceeds. That over-estimates g on the cone by ``c'u``, and the rest is
as in :mod:`.search_kernel`.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .cone_kernel import NONE_FREE, bound_on_cone
from .simplex_kernel import descend_shares, shorten_shares
from .walk_kernel import (
    FLOOR,
    NEAR,
    SWEEPS,
    TURNS,
    UNIT,
    add,
    close_leaf,
    close_or_halve,
    facets,
    next_box,
    record,
    state,
    with_room,
)

NEARLY = 2.0**-36  # the checker's


@inner_njit(nogil=True)
def run_ends(owner, ids, at, count):
    """Where the pieces of one sample end that begin at ids[at]; the end is at most count places on."""
    end = 1
    while end < count and owner[ids[at + end]] == owner[ids[at]]:
        end += 1
    return end


@inner_njit(nogil=True)
def _span(first, second, lo, hi):
    """The middle of ``(second - first)'w`` over the box, how far it goes from there, and the entries' sum."""
    middle, radius, length = 0.0, 0.0, 0.0
    for i in range(len(lo)):
        entry = second[i] - first[i]
        middle += entry * (0.5 * (lo[i] + hi[i]))
        radius += abs(entry) * (0.5 * (hi[i] - lo[i]))
        length += abs(first[i]) + abs(second[i])
    return middle, radius, length


@inner_njit(nogil=True)
def _outdone(pieces, ids, at, size, lo, hi, error, alive):
    """Mark as not alive which pieces of a sample are nowhere above another one, by a share of their lengths;
    how many are left."""
    left = size
    for a in range(size):
        alive[a] = True
    for a in range(size):
        for b in range(a + 1, size):
            if alive[a] and alive[b]:
                middle, radius, length = _span(pieces[ids[at + a]], pieces[ids[at + b]], lo, hi)
                if middle - radius >= error * length:
                    alive[a] = False
                    left -= 1
                elif middle + radius <= -error * length:
                    alive[b] = False
                    left -= 1
    return left


@inner_njit(nogil=True)
def _decide(pieces, weights, owner, ids, old, count, warm, new, lo, hi, head, tail, error, alive):
    """Leave out pieces that are never the largest on this box; a sample's only one joins the linear part.

    ids[old : old + count] are looked at and those kept go to ids[new:]; ``head + tail`` is the linear part,
    in twice the precision of floats.
    """
    kept, place = 0, 0
    while place < count:
        size = run_ends(owner, ids, old + place, count - place)
        left = _outdone(pieces, ids, old + place, size, lo, hi, error, alive)
        if left == 1:
            for a in range(size):
                if alive[a]:
                    k = ids[old + place + a]
                    add(head, tail, weights[owner[k]], pieces, k)
        else:
            shares = 0.0
            for a in range(size):
                if alive[a]:
                    shares += warm[old + place + a]
            for a in range(size):
                if alive[a]:
                    ids[new + kept] = ids[old + place + a]
                    warm[new + kept] = warm[old + place + a] / shares if shares > 0.0 else 1.0 / left
                    kept += 1
        place += size
    return kept


@inner_njit(nogil=True)
def _lid(pieces, ids, at, size, lo, hi, line, alive):
    """``line'w + constant`` that no piece exceeds on the box; the constant. As in the checker the line is of
    those that are clearly the largest somewhere: roundings do not change which these are."""
    r, begun = len(lo), False
    _outdone(pieces, ids, at, size, lo, hi, -NEARLY, alive)
    for a in range(size):
        if not alive[a]:
            continue
        if not begun:
            begun = True
            for i in range(r):
                line[i] = pieces[ids[at + a], i]
            continue
        middle, radius, _ = _span(line, pieces[ids[at + a]], lo, hi)
        low, high = middle - radius, middle + radius
        if high <= 0.0:
            continue
        share = 1.0 if low >= 0.0 else high / (high - low)
        for i in range(r):
            line[i] += share * (pieces[ids[at + a], i] - line[i])
    constant = -np.inf
    for a in range(size):
        middle, radius, _ = _span(line, pieces[ids[at + a]], lo, hi)
        constant = max(constant, middle + radius)
    return constant


@inner_njit(nogil=True)
def _top(pieces, ids, at, size, u):
    """The largest of the pieces at a point, and which."""
    best, value = 0, -np.inf
    for a in range(size):
        height = 0.0
        for i in range(len(u)):
            height += pieces[ids[at + a], i] * u[i]
        if height > value:
            best, value = a, height
    return best, value


@inner_njit(nogil=True)
def _give_way(pieces, weights, owner, ids, at, count, warm, lo, hi, error, alive):
    """Move shares to pieces that are nowhere smaller, as far as floats can tell: exact arithmetic may be sure
    of it, and leave out what has these shares here."""
    place = 0
    while place < count:
        size = run_ends(owner, ids, at + place, count - place)
        if weights[owner[ids[at + place]]] < 0.0:
            for a in range(size):
                alive[a] = True
            for a in range(size):
                for b in range(size):
                    if a != b and alive[a] and alive[b]:
                        middle, radius, length = _span(
                            pieces[ids[at + place + a]], pieces[ids[at + place + b]], lo, hi
                        )
                        if middle - radius >= -error * length:
                            alive[a] = False
                            warm[at + place + b] += warm[at + place + a]
                            warm[at + place + a] = 0.0
        place += size


@inner_njit(nogil=True)
def _shares_of_leaf(pieces, weights, owner, ids, at, count, warm, margin, middle, steps, shares):
    """Shares of the pieces in steps: all of the one that is the largest in the middle of the box, of the one
    with the largest share if the rest has at most the margin, or rounded."""
    place = 0
    while place < count:
        size = run_ends(owner, ids, at + place, count - place)
        if weights[owner[ids[at + place]]] < 0.0:
            best, rest = 0, steps
            for a in range(size):
                if warm[at + place + a] > warm[at + place + best]:
                    best = a
            if margin >= 1.0:
                best, _ = _top(pieces, ids, at + place, size, middle)
            whole = margin >= 1.0 or warm[at + place + best] >= 1.0 - margin
            for a in range(size):
                shares[place + a] = 0.0
                if not whole and a != best:
                    shares[place + a] = min(np.floor(warm[at + place + a] * steps), rest)
                    rest -= shares[place + a]
            shares[place + best] = rest
        place += size


@inner_njit(nogil=True)
def _bound_of_leaf(
    pieces, weights, owner, ids, at, count, warm, lids, heights, sigma, j, head, tail, lo, hi, middle, steps,
    threshold, rounding, shares, c, e,
):  # fmt: skip
    """A bound with all roundings on the cone of a box; the shares that are shortest to write come first."""
    r = pieces.shape[1]
    bound = np.inf
    for margin in (1.0, 0.4, 0.1, 0.0):
        _shares_of_leaf(pieces, weights, owner, ids, at, count, warm, margin, middle, steps, shares)
        for i in range(r):
            c[i] = tail[i]
        rest, place = 0.0, 0
        while place < count:
            size = run_ends(owner, ids, at + place, count - place)
            weight = weights[owner[ids[at + place]]]
            if weight > 0.0:
                for i in range(r):
                    c[i] += weight * lids[place, i]
                rest += weight * heights[place]
            else:
                for a in range(size):
                    share = weight * (shares[place + a] / steps)
                    if share != 0.0:
                        for i in range(r):
                            c[i] += share * pieces[ids[at + place + a], i]
            place += size
        c[j] += sigma * rest
        for i in range(r):
            c[i] += head[i]
        bound = bound_on_cone(c, lo, hi, j, NONE_FREE, 0.0, e) * (1 + 8 * UNIT * r) + rounding
        if bound <= threshold:
            break
    return bound


@cached_njit(nogil=True)
def search_maxima(pieces, weights, owner, rounding, j, walk, threshold, error, steps, nodes):
    """Search one box, as :func:`.search_kernel.search_box` does, with shares of pieces in place of slopes;
    pieces without a share are left out.

    Args:
        pieces: M x r, those of one sample beside each other.
        weights: one a sample, none zero.
        owner: the sample of each piece, length M.
        rounding: what is added to bounds for what floats round.
        j, walk, threshold, error, steps, nodes: as there.
    """
    h, r = pieces.shape
    alive, shares = np.empty(h, np.bool_), np.empty(h)
    lids, heights, middle = np.empty((h, r)), np.empty(h), np.empty(r)
    A, w, group = np.empty((h + 2 * r, r)), np.empty(h + 2 * r), np.empty(h + 2 * r, np.int64)
    first, reference = np.empty(len(weights) + 1, np.int64), np.empty(len(weights), np.int64)
    free, is_free = np.empty(r, np.int64), np.empty(h + 2 * r, np.bool_)
    B, order, Q, R, step = np.empty((r, r)), np.arange(r), np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, e, c, u, cost = np.empty(r), np.empty(r), np.empty(r), np.empty(r), np.empty(r)

    sigma = walk.lo[1, j]
    aim = threshold - rounding
    enough = aim * (1 - 4 * UNIT * r)
    ids, warm = walk.ids, walk.warm
    level = 1
    while level > 0:
        lo, hi, head, tail = walk.lo[level], walk.hi[level], walk.head[level, 0], walk.tail[level, 0]
        old, before, at = walk.starts[level - 1], walk.counts[level - 1], walk.starts[level]
        ids, warm = with_room(ids, warm, at, before)
        kept = _decide(pieces, weights, owner, ids, old, before, warm, at, lo, hi, head, tail, error, alive)
        walk.counts[level] = kept
        for i in range(r):
            middle[i] = 0.5 * (lo[i] + hi[i])
            p[i] = tail[i]
        m, groups, rest, place = 0, 0, 0.0, 0
        while place < kept:
            size = run_ends(owner, ids, at + place, kept - place)
            weight = weights[owner[ids[at + place]]]
            if weight > 0.0:
                heights[place] = _lid(pieces, ids, at + place, size, lo, hi, lids[place], alive)
                rest += weight * heights[place]
                for i in range(r):
                    p[i] += weight * lids[place, i]
            else:
                first[groups] = m
                for a in range(size):
                    w[m], group[m] = warm[at + place + a], groups
                    for i in range(r):
                        A[m, i] = weight * pieces[ids[at + place + a], i]
                        p[i] += w[m] * A[m, i]
                    m += 1
                groups += 1
            place += size
        first[groups] = m
        p[j] += sigma * rest
        for i in range(r):
            p[i] += head[i]
        own = m
        m = facets(A, own, lo, hi, j, NONE_FREE, 1.0)
        for a in range(own, m):
            w[a], group[a] = 0.0, -1
        length, value = descend_shares(A, w, first, groups, m, p, SWEEPS, enough), -1.0
        if length > aim:
            hopeless, exact = False, False
            long = bound_on_cone(p, lo, hi, j, NONE_FREE, 0.0, u)
            if long > 0:
                value, place = 0.0, 0
                for i in range(r):
                    u[i] /= long
                    value += head[i] * u[i]
                relaxed = value
                while place < kept:
                    size = run_ends(owner, ids, at + place, kept - place)
                    weight = weights[owner[ids[at + place]]]
                    _, height = _top(pieces, ids, at + place, size, u)
                    value += weight * height
                    if weight > 0.0:
                        height = heights[place] * sigma * u[j]
                        for i in range(r):
                            height += lids[place, i] * u[i]
                    relaxed += weight * height
                    place += size
                hopeless = relaxed > threshold
                # Where nothing is lost to samples of positive weight the exact optimum ends the matter.
                exact = value > walk.heights[FLOOR] and relaxed <= walk.heights[NEAR] * value
            if exact or not hopeless:
                length = shorten_shares(
                    A, w, group, first, groups, m, p, TURNS, 0.0 if exact else enough, reference, free,
                    is_free, B, order, Q, R, step,
                )  # fmt: skip
        m, place = 0, 0
        while place < kept:
            size = run_ends(owner, ids, at + place, kept - place)
            if weights[owner[ids[at + place]]] < 0.0:
                for a in range(size):
                    warm[at + place + a] = w[m]
                    m += 1
            place += size
        bound = np.inf
        if length <= aim:
            _give_way(pieces, weights, owner, ids, at, kept, warm, lo, hi, error, alive)
            bound = _bound_of_leaf(
                pieces, weights, owner, ids, at, kept, warm, lids, heights, sigma, j, head, tail, lo, hi,
                middle, steps, threshold, rounding, shares, c, e,
            )  # fmt: skip
        if bound <= threshold:
            for a in range(kept):
                if weights[owner[ids[at + a]]] < 0.0 and shares[a] > 0.0:
                    state(walk, shares[a], ids[at + a])
            close_leaf(walk, bound)
        else:
            record(walk, u, value)
            for i in range(r):
                cost[i], place = 1e-3 * threshold * (hi[i] - lo[i]), 0
                while place < kept:
                    size = run_ends(owner, ids, at + place, kept - place)
                    weight = weights[owner[ids[at + place]]]
                    if weight > 0.0:
                        least = most = pieces[ids[at + place], i]
                        for a in range(1, size):
                            least = min(least, pieces[ids[at + place + a], i])
                            most = max(most, pieces[ids[at + place + a], i])
                        cost[i] += weight * (most - least)
                    place += size
            close_or_halve(walk, level, j, value, length, length + rounding, bound, cost)
        level = next_box(walk, level, nodes)
