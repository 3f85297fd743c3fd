"""Compiled: what the searches of a box have in common, whatever function they bound on it.

A search goes down a tree of boxes depth first. Level by level it keeps the ends of the box, the linear part
of the function there, and the rows or pieces that the box leaves undecided, one after the other in one array.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import inner_njit

from .boxes import Box
from .codes import ABOVE, LEAF, OPEN, STUCK
from .vectors_kernel import copy

SWEEPS, TURNS = 3, 40  # of the least squares of a box
UNIT = 2.0**-53
HALVINGS = 50
NUMBERS = 4_000_000
PEAKS = 512
SAME = 1 + 1e-12

WRITTEN, STATED, MARKED, PEAKED, HALVED = 0, 1, 2, 3, 4
FLOOR, TOP, NEAR, REACH = 0, 1, 2, 3


class Walk(NamedTuple):
    """A search of one box. Level 1 is this box; level 0 has all that is undecided before it is looked at.

    Attributes:
        codes: the tree in preorder, as far as it is written.
        numbers, owners: slopes or shares of the leaves, in steps, and the rows or pieces that these are of,
            -1 after each leaf.
        marks, open_lo, open_hi: how many numbers stand before each OPEN, and the ends of its box.
        peaks, values: points above the floor, and the function there.
        sizes: how much of these there is: WRITTEN, STATED, MARKED, PEAKED; and HALVED boxes.
        heights: the FLOOR; the TOP of what was found; how many times this a bound may be that is NEAR; the
            REACH of all bounds.
        lo, hi: level x r, the ends of the box.
        head, tail: level x q x r, the linear part in twice the precision of floats.
        starts, counts: of each level, in the array of what is undecided.
        left, chosen: of each level, how many halves are not searched yet, and the coordinate halved.
        ids, warm: what is undecided, and where its coefficients start.
    """

    codes: np.ndarray
    numbers: np.ndarray
    owners: np.ndarray
    marks: np.ndarray
    open_lo: np.ndarray
    open_hi: np.ndarray
    peaks: np.ndarray
    values: np.ndarray
    sizes: np.ndarray
    heights: np.ndarray
    lo: np.ndarray
    hi: np.ndarray
    head: np.ndarray
    tail: np.ndarray
    starts: np.ndarray
    counts: np.ndarray
    left: np.ndarray
    chosen: np.ndarray
    ids: np.ndarray
    warm: np.ndarray

    @classmethod
    def into(cls, box: Box, base: np.ndarray, terms: int, heights: tuple[float, float], nodes: int) -> Walk:
        """A search that begins: the linear part (q x r), how many terms there are, floor and threshold, and
        how many boxes it halves at most."""
        (q, r), (floor, threshold) = base.shape, heights
        levels, many = HALVINGS * r + 3, 2 * terms + 1024
        walk = cls(
            codes=np.empty(2 * (nodes + levels), np.int8),
            numbers=np.empty(NUMBERS + terms, np.uint32),
            owners=np.empty(NUMBERS + terms, np.int32),
            marks=np.empty(levels, np.int64),
            open_lo=np.empty((levels, r)),
            open_hi=np.empty((levels, r)),
            peaks=np.empty((PEAKS, r)),
            values=np.empty(PEAKS),
            sizes=np.zeros(5, np.int64),
            heights=np.array([floor, floor, max(threshold / floor, SAME), 0.0]),
            lo=np.empty((levels, r)),
            hi=np.empty((levels, r)),
            head=np.zeros((levels, q, r)),
            tail=np.zeros((levels, q, r)),
            starts=np.zeros(levels, np.int64),
            counts=np.zeros(levels, np.int64),
            left=np.zeros(levels, np.int64),
            chosen=np.zeros(levels, np.int64),
            ids=np.empty(many, np.int32),
            warm=np.full(many, 0.5),
        )
        walk.lo[1], walk.hi[1], walk.head[1], walk.counts[0] = box.lo, box.hi, base, terms
        walk.ids[:terms] = np.arange(terms)
        return walk


@inner_njit(nogil=True)
def next_box(walk, level, nodes):
    """The level of the next box to look at, after that of a level; 0 if there is none. Those for which there
    is no room stay open."""
    while True:
        while level > 0 and walk.left[level] == 0:
            level -= 1
        if level == 0:
            return level
        walk.left[level] -= 1
        walk.starts[level + 1] = walk.starts[level] + walk.counts[level]
        for b in range(walk.head.shape[1]):
            copy(walk.head[level, b], walk.head[level + 1, b])
            copy(walk.tail[level, b], walk.tail[level + 1, b])
        level += 1
        halve(walk.lo, walk.hi, level, walk.chosen[level - 1], walk.left[level - 1] == 0)
        stated = walk.sizes[STATED]
        most = stated + walk.counts[level - 1] + 1
        if walk.sizes[HALVED] < nodes and most <= len(walk.numbers) and walk.sizes[PEAKED] < len(walk.peaks):
            return level
        write(walk, OPEN)
        marked = walk.sizes[MARKED]
        walk.marks[marked] = stated
        copy(walk.lo[level], walk.open_lo[marked])
        copy(walk.hi[level], walk.open_hi[marked])
        walk.sizes[MARKED] += 1
        walk.left[level] = 0


@inner_njit(nogil=True)
def write(walk, code):
    """Write what becomes of a box."""
    walk.codes[walk.sizes[WRITTEN]] = code
    walk.sizes[WRITTEN] += 1


@inner_njit(nogil=True)
def state(walk, number, owner):
    """Write a number of a leaf, and of which row or piece it is."""
    walk.numbers[walk.sizes[STATED]] = np.uint32(number)
    walk.owners[walk.sizes[STATED]] = owner
    walk.sizes[STATED] += 1


@inner_njit(nogil=True)
def close(walk, code, bound):
    """Write that the function has a bound on a box, which is not halved."""
    write(walk, code)
    walk.heights[REACH] = max(walk.heights[REACH], bound)


@inner_njit(nogil=True)
def close_leaf(walk, bound):
    """Close a box whose numbers are stated: it is proven."""
    close(walk, LEAF, bound)
    state(walk, 0.0, -1)


@inner_njit(nogil=True)
def record(walk, u, value):
    """Keep a point where the function exceeds the floor; whether any was found so far."""
    if value > walk.heights[FLOOR]:
        peaked = walk.sizes[PEAKED]
        copy(u, walk.peaks[peaked])
        walk.values[peaked] = value
        walk.sizes[PEAKED] += 1
        walk.heights[TOP] = max(walk.heights[TOP], value)
    return walk.heights[TOP] > walk.heights[FLOOR]


@inner_njit(nogil=True)
def close_or_halve(walk, level, j, value, size, rounded, bound, cost):
    """Close a box where a value above the floor is known and the size of the over-estimate is near to what
    was found, with the rounded size; else halve it in the coordinate whose cost times its width is the
    largest. Where it cannot be halved the bound is what is known.
    """
    floor, top = walk.heights[FLOOR], walk.heights[TOP]
    if top > floor and size <= max(walk.heights[NEAR] * value, 0.5 * (floor + top)):
        close(walk, ABOVE, rounded)
        return
    best, widest = -1, -1.0
    for i in range(len(cost)):
        width = walk.hi[level, i] - walk.lo[level, i]
        if i != j and width >= 2.0 ** (1 - HALVINGS) and cost[i] * width > widest:
            best, widest = i, cost[i] * width
    if best < 0:
        close(walk, STUCK, bound)
        return
    write(walk, best)
    walk.sizes[HALVED] += 1
    walk.chosen[level], walk.left[level] = best, 2


@inner_njit(nogil=True)
def halve(lo, hi, level, i, second):
    """The box of a level: the first or the second half in coordinate i of the box of the level above."""
    for k in range(lo.shape[1]):
        lo[level, k], hi[level, k] = lo[level - 1, k], hi[level - 1, k]
    middle = 0.5 * (lo[level, i] + hi[level, i])
    if second:
        lo[level, i] = middle
    else:
        hi[level, i] = middle


@inner_njit(nogil=True)
def with_room(ids, warm, used, wanted):
    """The arrays of what is undecided, and of where its coefficients start, with room for so many more."""
    if used + wanted <= len(ids):
        return ids, warm
    more_ids, more_warm = np.empty(2 * len(ids) + wanted, np.int32), np.empty(2 * len(ids) + wanted)
    for a in range(used):
        more_ids[a], more_warm[a] = ids[a], warm[a]
    return more_ids, more_warm


@inner_njit(nogil=True)
def span(rows, k, lo, hi):
    """The middle of ``rows_k'w`` over the box, how far it goes from there, and ``sum_i abs(rows_ki)``."""
    middle, radius, length = 0.0, 0.0, 0.0
    for i in range(rows.shape[1]):
        middle += rows[k, i] * (0.5 * (lo[i] + hi[i]))
        radius += abs(rows[k, i]) * (0.5 * (hi[i] - lo[i]))
        length += abs(rows[k, i])
    return middle, radius, length


@inner_njit(nogil=True)
def add(head, tail, weight, rows, k):
    """``head + tail`` and ``weight * rows_k``, in twice the precision of floats."""
    for i in range(rows.shape[1]):
        term = weight * rows[k, i]
        total = head[i] + term
        part = total - head[i]
        tail[i] += (head[i] - (total - part)) + (term - part)
        head[i] = total


@inner_njit(nogil=True)
def facets(A, m, lo, hi, j, free, stretch):
    """From row m of A on, the inner normals of the facets of the cone over a box on a face of coordinate j.

    A free coordinate, of which there is none for -1, counts ``stretch`` times.

    Returns:
        The row after them.
    """
    r, sigma = len(lo), lo[j]
    for i in range(r):
        if i == j:
            continue
        for side in range(2):
            end = lo[i] if side == 0 else hi[i]
            for k in range(r):
                A[m, k] = 0.0
            one = stretch if i == free else 1.0
            end *= stretch if j == free else 1.0
            A[m, i] = one if side == 0 else -one
            A[m, j] = -sigma * end if side == 0 else sigma * end
            m += 1
    return m
