"""Compiled: from a point on the sphere up to a local maximum of a sum of maxima (statements 7.2b and 7.4).

As in :mod:`.ridge_kernel`: the pieces of a sample of negative weight that are nearly its largest get whatever
shares make the gradient shortest, and its direction is the next point; where the value falls a shorter step
is taken, and where that does not help fewer pieces are near.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .ridge_kernel import SWEEPS, TURNS, ascent
from .simplex_kernel import descend_shares, shorten_shares
from .vectors_kernel import add_multiple, divide, set_multiple


@inner_njit(nogil=True)
def _value(room, u):
    """The function at a point; the heights of all pieces are filled in."""
    pieces, owner, weights, _, heights = room[:5]
    value, top = 0.0, -np.inf
    for k in range(len(owner)):
        heights[k] = 0.0
        for i in range(len(u)):  # in place of a view of the piece, which costs more
            heights[k] += pieces[k, i] * u[i]
        top = max(top, heights[k])
        if k + 1 == len(owner) or owner[k + 1] != owner[k]:
            value += weights[owner[k]] * top
            top = -np.inf
    return value


@inner_njit(nogil=True)
def _gradient(room, u, width, p, q):
    """That of the pieces of positive weight that are the largest, and of groups of the others that nearly
    are."""
    for i in range(len(u)):
        if q[i] != u[i]:  # else the heights are there
            _value(room, u)
            break
    pieces, owner, weights, lengths, heights, A, w, group, first = room[:9]
    m, groups, start = 0, 0, 0
    set_multiple(p, 0.0, u)
    while start < len(owner):
        end, best = start, start
        while end < len(owner) and owner[end] == owner[start]:
            if heights[end] > heights[best]:
                best = end
            end += 1
        weight = weights[owner[start]]
        add_multiple(p, weight, pieces[best])
        if weight < 0.0:
            first[groups] = m
            for k in range(start, end):
                if heights[best] - heights[k] <= width * (lengths[best] + lengths[k]):
                    set_multiple(A[m], weight, pieces[k])
                    w[m] = 1.0 if k == best else 0.0
                    group[m] = groups
                    m += 1
            groups += 1
        start = end
    first[groups] = m
    descend_shares(A, w, first, groups, m, p, SWEEPS, 0.0)
    size = shorten_shares(A, w, group, first, groups, m, p, TURNS, 0.0, *room[9:])
    if size > 0.0:
        divide(p, size)
    return size, -np.inf


_ascend = ascent(_gradient, _value)


@cached_njit(nogil=True)
def settle_maxima(pieces, weights, owner, lengths, points, values):
    """Move each point to a local maximum; both arrays are updated, and no value falls.

    Args:
        pieces: M x r, those of one sample beside each other.
        weights: one a sample.
        owner: the sample of each piece, length M.
        lengths: of the pieces.
        points: unit vectors, m x r.
        values: the function there.
    """
    h, r = pieces.shape
    A, w, group, heights = np.empty((h, r)), np.empty(h), np.empty(h, np.int64), np.empty(h)
    first, reference = np.empty(len(weights) + 1, np.int64), np.empty(len(weights), np.int64)
    free, is_free, order = np.empty(r, np.int64), np.empty(h, np.bool_), np.arange(r)
    B, Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty((r, r)), np.empty(r)
    given = pieces, owner, weights, lengths, heights, A, w, group, first
    _ascend((*given, reference, free, is_free, B, order, Q, R, step), points, values)
