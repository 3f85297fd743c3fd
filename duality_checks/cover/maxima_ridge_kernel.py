"""Compiled: from a point on the sphere up to a local maximum of a sum of maxima (statements 7.2b and 7.4).

As in :mod:`.ridge_kernel`: the pieces of a sample of negative weight that are nearly its largest get whatever
shares make the gradient shortest, and its direction is the next point; where the value falls a shorter step
is taken, and where that does not help fewer pieces are near.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from .ridge_kernel import CUT, CUTS, GAIN, NARROWEST, NEAR, REACHED, SHRINK, STEPS, SWEEPS, TURNS, WIDEST
from .simplex_kernel import descend_shares, shorten_shares
from .vectors_kernel import copy


@inner_njit(nogil=True)
def _value(pieces, weights, owner, u, heights):
    """The function at a point; the heights of all pieces are filled in."""
    value, top = 0.0, -np.inf
    for k in range(len(owner)):
        heights[k] = 0.0
        for i in range(len(u)):
            heights[k] += pieces[k, i] * u[i]
        top = max(top, heights[k])
        if k + 1 == len(owner) or owner[k + 1] != owner[k]:
            value += weights[owner[k]] * top
            top = -np.inf
    return value


@inner_njit(nogil=True)
def _gradients(pieces, weights, owner, lengths, heights, width, A, w, group, first, p):
    """The gradient p with the pieces of positive weight that are the largest, and groups of the others that
    nearly are; how many groups and pieces in them."""
    m, groups, start = 0, 0, 0
    for i in range(len(p)):
        p[i] = 0.0
    while start < len(owner):
        end, best = start, start
        while end < len(owner) and owner[end] == owner[start]:
            if heights[end] > heights[best]:
                best = end
            end += 1
        weight = weights[owner[start]]
        for i in range(len(p)):
            p[i] += weight * pieces[best, i]
        if weight < 0.0:
            first[groups] = m
            for k in range(start, end):
                if heights[best] - heights[k] <= width * (lengths[best] + lengths[k]):
                    for i in range(len(p)):
                        A[m, i] = weight * pieces[k, i]
                    w[m] = 1.0 if k == best else 0.0
                    group[m] = groups
                    m += 1
            groups += 1
        start = end
    first[groups] = m
    return groups, m


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
    A, w, group = np.empty((h, r)), np.empty(h), np.empty(h, np.int64)
    first, reference = np.empty(len(weights) + 1, np.int64), np.empty(len(weights), np.int64)
    free, is_free, order = np.empty(r, np.int64), np.empty(h, np.bool_), np.arange(r)
    B, Q, R, step = np.empty((r, r)), np.empty((r, r)), np.empty((r, r)), np.empty(r)
    p, q, heights, trial = np.empty(r), np.empty(r), np.empty(h), np.empty(h)
    widest = min(WIDEST, NEAR * r / max(h, 1))
    for a in range(len(points)):
        u, width, narrowed = points[a], widest, False
        _value(pieces, weights, owner, u, heights)
        for _ in range(STEPS):
            if width < NARROWEST * widest:
                if not narrowed:
                    break
                width, narrowed = widest, False
            groups, m = _gradients(pieces, weights, owner, lengths, heights, width, A, w, group, first, p)
            descend_shares(A, w, first, groups, m, p, SWEEPS, 0.0)
            size = shorten_shares(
                A, w, group, first, groups, m, p, TURNS, 0.0, reference, free, is_free, B, order, Q, R, step
            )
            if size == 0.0:
                width *= SHRINK
                continue
            value, last = -np.inf, size <= values[a] * (1 + REACHED)
            for cut in range(1 if last else CUTS):
                share, length = CUT**cut, 0.0
                for i in range(r):
                    q[i] = u[i] + share * (p[i] / size - u[i])
                    length += q[i] * q[i]
                if length == 0.0:
                    continue
                for i in range(r):
                    q[i] /= sqrt(length)
                value = _value(pieces, weights, owner, q, trial)
                if value > values[a] * (1 + GAIN):
                    break
            if value > values[a] * (1 + GAIN):
                values[a] = value
                copy(q, points[a])
                narrowed = width < widest
                copy(trial, heights)
            elif not last:
                width *= SHRINK
            if last:
                break
