"""Compiled: how a written tree of boxes is read, in floats, to know which box begins at which bit."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .vectors_kernel import copy, in_few_bits
from .walk_kernel import halve

_SPLIT = 2.0**27 + 1
_NEAR = 2.0**-40


@inner_njit(nogil=True)
def _taken(data, place, count):
    """The number in so many bits from a place on; -1 where they end before."""
    if place + count > 8 * len(data):
        return -1
    value = 0
    for at in range(place, place + count):
        value = 2 * value + (data[at >> 3] >> (7 - (at & 7)) & 1)
    return value


@inner_njit(nogil=True)
def _past_slopes(data, place, slopes, bits):
    """The place after so many slopes: 0, or 10, or 11 and a number."""
    for _ in range(slopes):
        if _taken(data, place, 1) == 1:
            place += bits if _taken(data, place + 1, 1) == 1 else 0
            place += 1
        place += 1
    return place


@inner_njit(nogil=True)
def _largest(rows, k, sign, lo, hi):
    """The largest ``sign rows_k'w`` over a box, summed in twice the precision of floats: of
    small integers rows touch boxes often, and a rounded basis then moves them by hardly anything."""
    total, rest = 0.0, 0.0
    for i in range(rows.shape[1]):
        x = sign * rows[k, i, 0]
        end = hi[i] if x > 0 else lo[i]
        product = x * end
        upper, other = _SPLIT * x - (_SPLIT * x - x), _SPLIT * end - (_SPLIT * end - end)
        lower, another = x - upper, end - other
        rest += ((upper * other - product) + upper * another + lower * other) + lower * another
        both = total + product
        part = both - total
        rest += (total - (both - part)) + (product - part) + sign * rows[k, i, 1] * end
        total = both
    return total + rest


@inner_njit(nogil=True)
def _past_shares(data, place, pairs, ids, count, bits):
    """The place after the shares of the pieces of each sample of which pairs ids[:count] are undecided: 0 and
    the number of a piece, or 1 and for each but the last one 0, or 1 and a number."""
    a = 0
    while a < count:
        first, others = a, 1
        while a < count and pairs[ids[a], 2] == pairs[ids[first], 2]:
            a += 1
        while others * (others + 1) < 2 * (a - first):
            others += 1
        stated = _taken(data, place, 1) == 1
        place += 1
        if stated:
            for _ in range(others):
                place += 1 + bits if _taken(data, place, 1) == 1 else 1
        else:
            while others > 0:
                place, others = place + 1, others // 2
    return place


@inner_njit(nogil=True)
def _crossing(rows, k, lo, hi):
    """Twice ``rows_k'w`` at the middle of a box, and by how much the row has both signs on it."""
    middle, reach, length = 0.0, 0.0, 0.0
    for i in range(rows.shape[1]):
        size = abs(rows[k, i, 0])
        middle += rows[k, i, 0] * (lo[i] + hi[i])
        reach += size * (hi[i] - lo[i])
        length += size
    beyond = reach - abs(middle)
    if abs(beyond) <= _NEAR * length:
        beyond = min(_largest(rows, k, 1.0, lo, hi), _largest(rows, k, -1.0, lo, hi))
    return middle, beyond


@inner_njit(nogil=True)
def _undecided(rows, weights, ids, level, count, linear, lo, hi):
    """Those of the rows ids[level, :count] that have both signs on a box go to ids[level + 1]; how many.

    With several outputs so do those that are 0 somewhere on it, and the linear part of the next level is that
    of this one with those that are positive.
    """
    kept, q = 0, weights.shape[1]
    for b in range(q):
        copy(linear[level, b], linear[level + 1, b])
    for a in range(count):
        k = ids[level, a]
        middle, beyond = _crossing(rows, k, lo, hi)
        if beyond > 0 or (beyond == 0 and q > 0):
            ids[level + 1, kept] = k
            kept += 1
        elif middle > 0:
            for b in range(q):
                for i in range(rows.shape[1]):
                    linear[level + 1, b, i] += weights[k, b] * rows[k, i, 0]
    return kept


@inner_njit(nogil=True)
def _left(rows, pairs, gone, ids, level, count, lo, hi):
    """The same for pairs of pieces, whose differences the rows are: those of which neither piece is nowhere
    above another one of its sample."""
    for a in range(count):
        for side in range(2):
            gone[pairs[ids[level, a], side]] = False
    for a in range(count):
        k = ids[level, a]
        if not gone[pairs[k, 0]] and not gone[pairs[k, 1]]:
            middle, beyond = _crossing(rows, k, lo, hi)
            if beyond <= 0:
                gone[pairs[k, 0 if middle > 0 else 1]] = True
    kept = 0
    for a in range(count):
        k = ids[level, a]
        if not gone[pairs[k, 0]] and not gone[pairs[k, 1]]:
            ids[level + 1, kept] = k
            kept += 1
    return kept


@inner_njit(nogil=True)
def _not_along(rows, weights, ids, count, linear, lo, hi):
    """How many of the rows ids[:count] do not add to the function along its value at the middle of a box,
    rounded as the checker rounds it."""
    q, r = linear.shape
    value = np.zeros(q)
    for b in range(q):
        for i in range(r):
            value[b] += linear[b, i] * (lo[i] + hi[i])
    for a in range(count):
        height = 0.0
        for i in range(r):
            height += rows[ids[a], i, 0] * (lo[i] + hi[i])
        if height > 0:
            for b in range(q):
                value[b] += weights[ids[a], b] * height
    in_few_bits(value)
    found = 0
    for a in range(count):
        height = 0.0
        for b in range(q):
            height += value[b] * weights[ids[a], b]
        if height <= 0:
            found += 1
    return found


@cached_njit(nogil=True)
def marks_of(data, rows, weights, base, pairs, width, bits, deepest, step):
    """Read a tree from its first bit on.

    Args:
        data: its bytes.
        rows: m x r x 2, each entry as two floats whose sum it is. With one output those of negative weight,
            and a leaf has a slope for each that crosses it.
        weights, base: m x q and q x r with several outputs; with one nothing of them is read, and q is 0.
        pairs: m x 3 with max pooling: the numbers of the pieces p and q of which a row is the second less the
            first, and that of their sample; else of no rows.
        width: bits of a coordinate.
        bits: those of a slope that is not 0 or 1.
        deepest: of the tree, in halvings of one box.
        step: bits from one mark to the next, at least.

    Returns:
        The bits where boxes begin, about a step from each other, and their paths, one after the other, with
        where each ends: the number of the face, then 2i or 2i + 1 for the lower or the upper half in
        coordinate i. They stop where the bits are no tree.
    """
    m, r, _ = rows.shape
    most = 8 * len(data) // step + 1
    places, ends = np.empty(most, np.int64), np.empty(most, np.int64)
    paths = np.empty(most * (deepest + 1), np.int64)
    lo, hi = np.empty((deepest + 1, r)), np.empty((deepest + 1, r))
    ids, linear = np.empty((deepest + 2, m), np.int32), np.empty((deepest + 2, *base.shape))
    counts = np.empty(deepest + 2, np.int64)
    gone = np.empty(pairs[:, :2].max() + 1 if len(pairs) > 0 else 0, np.bool_)
    turns = np.empty(deepest + 1, np.int64)
    for k in range(m):
        ids[0, k] = k
    for b in range(len(base)):
        copy(base[b], linear[0, b])
    counts[0] = m
    place = found = written = 0
    for face in range(2 * r):
        for i in range(r):
            lo[0, i], hi[0, i] = -1.0, 1.0
        lo[0, face // 2] = hi[0, face // 2] = 1.0 - 2 * (face % 2)
        level, fresh = 0, True
        while level >= 0:
            if not fresh:
                # On to the upper half, or back.
                if turns[level] % 2 == 1:
                    level -= 1
                    continue
                turns[level] += 1
                halve(lo, hi, level + 1, turns[level] // 2, True)
                level, fresh = level + 1, True
            if place >= (found + 1) * step:
                places[found] = place
                paths[written] = face
                for above in range(level):
                    paths[written + 1 + above] = turns[above]
                written += level + 1
                ends[found] = written
                found += 1
            if len(pairs) > 0:
                count = _left(rows, pairs, gone, ids, level, counts[level], lo[level], hi[level])
            else:
                count = _undecided(rows, weights, ids, level, counts[level], linear, lo[level], hi[level])
            counts[level + 1] = count
            halved = _taken(data, place, 1)
            if halved == 0:
                if len(base) > 0:
                    count = _not_along(
                        rows, weights, ids[level + 1], count, linear[level + 1], lo[level], hi[level]
                    )
                if len(pairs) > 0:
                    place = _past_shares(data, place + 1, pairs, ids[level + 1], count, bits)
                else:
                    place = _past_slopes(data, place + 1, count, bits)
                level, fresh = level - 1, False
                continue
            i = _taken(data, place + 1, width)
            if halved < 0 or i < 0 or i >= r or level == deepest:
                return places[:found].copy(), ends[:found].copy(), paths[:written].copy()
            place += 1 + width
            turns[level] = 2 * i
            halve(lo, hi, level + 1, i, False)
            level += 1
    return places[:found].copy(), ends[:found].copy(), paths[:written].copy()
