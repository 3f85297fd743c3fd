"""Compiled: what the searches of a box have in common, whatever function they bound on it.

A search goes down a tree of boxes depth first. Level by level it keeps the ends of the box, the linear part
of the function there, and the rows or pieces that the box leaves undecided, one after the other in one array.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import inner_njit


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


@inner_njit(nogil=True)
def written_part(
    codes, written, stated, of, count, marks, open_lo, open_hi, marked, peaks, values, peaked, reach
):
    """What a search returns, without the room that it did not need: see :func:`.search_kernel.search_box`."""
    return (
        codes[:written].copy(),
        stated[:count].copy(),
        of[:count].copy(),
        marks[:marked].copy(),
        open_lo[:marked].copy(),
        open_hi[:marked].copy(),
        peaks[:peaked].copy(),
        values[:peaked].copy(),
        reach,
    )
