"""Compiled: how a written tree of boxes is read, in floats, to know which box begins at which bit."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

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
def _crossing(rows, ids, old, count, new, lo, hi):
    """Those of the rows ids[old, :count] that have both signs on a box go to ids[new]; how many."""
    kept = 0
    for a in range(count):
        k = ids[old, a]
        middle, reach, length = 0.0, 0.0, 0.0
        for i in range(rows.shape[1]):
            size = abs(rows[k, i, 0])
            middle += rows[k, i, 0] * (lo[i] + hi[i])
            reach += size * (hi[i] - lo[i])
            length += size
        beyond = reach - abs(middle)
        if abs(beyond) <= _NEAR * length:
            beyond = min(_largest(rows, k, 1.0, lo, hi), _largest(rows, k, -1.0, lo, hi))
        if beyond > 0:
            ids[new, kept] = k
            kept += 1
    return kept


@cached_njit(nogil=True)
def marks_of(data, rows, width, bits, deepest, step):
    """Read a tree from its first bit on.

    Args:
        data: its bytes.
        rows: those of negative weight, m x r x 2, each entry as two floats whose sum it is. A leaf has a
            slope for each that crosses it.
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
    ids = np.empty((deepest + 2, m), np.int32)
    counts = np.empty(deepest + 2, np.int64)
    turns = np.empty(deepest + 1, np.int64)
    for k in range(m):
        ids[0, k] = k
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
            counts[level + 1] = _crossing(rows, ids, level, counts[level], level + 1, lo[level], hi[level])
            halved = _taken(data, place, 1)
            if halved == 0:
                place = _past_slopes(data, place + 1, counts[level + 1], bits)
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
