"""Rigorous float sweep of the great circles of a simple rank-3 arrangement. Imported only when it runs.

It decides what the checker's sweep decides, circle by circle, with a bound on every rounding: a circle it
calls proven is proven; one it leaves open is for exact arithmetic.
"""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.kernel_cache import cached_njit

from .vectors_kernel import add_multiple, inner, set_cross

UNIT = 2.0**-53
# Rays of rows closer to parallel than this have angles too rough to sort by.
PARALLEL = 1e-6


@cached_njit(nogil=True)
def _product(a, b):
    """A product of 3-vectors and a bound of its rounding error."""
    value = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    size = abs(a[0] * b[0]) + abs(a[1] * b[1]) + abs(a[2] * b[2])
    return value, 4.0 * UNIT * size


@cached_njit(nogil=True)
def _determinant_is_positive(a, b, c):
    """Whether the determinant of three rows is proven positive."""
    value, size = 0.0, 0.0
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        value += a[i] * (b[j] * c[k] - b[k] * c[j])
        size += abs(a[i]) * (abs(b[j] * c[k]) + abs(b[k] * c[j]))
    return value > 12.0 * UNIT * size


@cached_njit(nogil=True)
def _order(rows, lengths, k, order, sides):
    """Sort the crossings of circle k and prove the order; the sides are those before the first crossing."""
    normal, least, first, second, ray = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)
    add_multiple(normal, 1.0 / lengths[k], rows[k])
    at = 0
    for i in range(1, 3):
        at = i if abs(normal[i]) < abs(normal[at]) else at
    least[at] = 1.0
    set_cross(first, least, normal)
    set_cross(second, normal, first)
    count = len(rows)
    angles, unsorted = np.empty(count - 1), np.empty(count - 1, np.int64)
    at = 0
    for q in range(count):
        if q == k:
            continue
        set_cross(ray, normal, rows[q])
        if np.sqrt(inner(ray, ray)) <= PARALLEL * lengths[q]:
            return False
        angle = np.arctan2(inner(ray, second), inner(ray, first))
        sides[q] = 1.0 if angle >= 0.0 else -1.0
        angles[at] = angle if angle >= 0.0 else angle + np.pi
        unsorted[at] = q
        at += 1
    sides[k] = 0.0
    sorting = np.argsort(angles)
    for p in range(count - 1):
        order[p] = unsorted[sorting[p]]
    for p in range(count - 1):
        a, b = order[p], order[(p + 1) % (count - 1)]
        turn = sides[a] * sides[b] * (1.0 if p + 1 < count - 1 else -1.0)
        if turn > 0.0 and not _determinant_is_positive(rows[k], rows[a], rows[b]):
            return False
        if turn < 0.0 and not _determinant_is_positive(rows[k], rows[b], rows[a]):
            return False
    return True


@cached_njit(nogil=True)
def _outside(rows, sides, order, position, gradient, error, k, hint):
    """A row that proves a gradient outside of its cell, or -1: last time's and the nearest crossings
    first."""
    for q in (k, order[position], order[position - 1], hint):
        value, rounding = _product(rows[q], gradient)
        size = abs(rows[q, 0]) + abs(rows[q, 1]) + abs(rows[q, 2])
        if sides[q] * value < -(rounding + error * size):
            return q
    for q in range(len(rows)):
        value, rounding = _product(rows[q], gradient)
        size = abs(rows[q, 0]) + abs(rows[q, 1]) + abs(rows[q, 2])
        if sides[q] * value < -(rounding + error * size):
            return q
    return -1


@cached_njit(nogil=True)
def _arc_is_short(rows, sides, order, position, k, bend, gradient, error, beta):
    """Whether no maximum above beta lies in the open arc: the projection is short, or proven beyond an
    end."""
    own, _ = _product(rows[k], rows[k])
    height, _ = _product(rows[k], gradient)
    projection = gradient.copy()
    add_multiple(projection, -height / own, rows[k])
    # The norm of the error: projecting keeps it, and its own rounding is a few units of the gradient.
    error = 2.0 * error + 32.0 * UNIT * np.sqrt(inner(gradient, gradient))
    if np.sqrt(inner(projection, projection)) * (1.0 + 8.0 * UNIT) + error <= beta:
        return True
    for sign in (1.0, -1.0):
        if sign * bend > 0.0:
            continue
        beyond = False
        for q in (order[position], order[position - 1]):
            value, rounding = _product(rows[q], projection)
            width = abs(rows[q, 0]) + abs(rows[q, 1]) + abs(rows[q, 2])
            if sign * sides[q] * value < -(rounding + error * width):
                beyond = True
        if not beyond:
            return False
    return True


@cached_njit(nogil=True)
def _ray_is_short(rows, lengths, k, q, even, even_error, linear, linear_error, beta):
    """Whether the landscape at the ray of two rows is proven at most beta."""
    a, b, ray = np.empty(3), np.empty(3), np.empty(3)
    for i in range(3):
        a[i], b[i] = rows[k, i] / lengths[k], rows[q, i] / lengths[q]
    set_cross(ray, a, b)
    length = np.sqrt(inner(ray, ray))
    first, _ = _product(even, ray)
    second, _ = _product(linear, ray)
    size = np.sqrt(inner(even, even)) + np.sqrt(inner(linear, linear))
    # The ray is off by at most 16 units of 1, its length and the products likewise.
    error = 40.0 * UNIT * (size + beta) + 2.0 * (even_error + linear_error) * length
    return abs(first) + abs(second) + error <= beta * length


@cached_njit(nogil=True)
def prove_circles(rows, lengths, bends, linear, linear_error, beta, start, stop, proven):
    """For each circle in [start, stop): whether all its rays, arcs and neighbouring cells are proven within
    beta.

    Args:
        rows: exact data, n x 3, no two parallel, none zero.
        lengths: their norms, rounded.
        bends: e_j in ``v' phi(X u) = a' u + sum e_j abs(x_j' u)``, rounded to a relative UNIT or two, length
            n.
        linear: a, rounded, length 3.
        linear_error: bound of the error of each entry of a.
        beta: rounded down.
        start, stop: the circles to sweep.
        proven: the answers, length n (output).
    """
    count = len(rows)
    order, sides = np.empty(count - 1, np.int64), np.empty(count)
    even, gradient = np.zeros(3), np.zeros(3)
    for k in range(start, stop):
        proven[k] = False
        if not _order(rows, lengths, k, order, sides):
            continue
        even[:] = 0.0
        error = 0.0
        for q in order:
            add_multiple(even, sides[q] * bends[q], rows[q])
            error = max(error, abs(even[0]), abs(even[1]), abs(even[2]))
        # Each of n additions is off by a UNIT of a partial sum; each term, here and later, by 4 UNITs of
        # itself.
        weight = 0.0
        for q in range(count):
            weight += abs(bends[q]) * lengths[q]
        error = UNIT * (2.0 * count * error + 16.0 * weight)
        tilt = np.sqrt(inner(linear, linear))
        holds, hint = True, order[0]
        for p in range(count - 1):
            long_cells = 0
            terms = np.sqrt(inner(even, even)) + tilt + abs(bends[k]) * lengths[k]
            for tau in (1.0, -1.0):
                sides[k] = tau
                short = True
                for case in range(4):
                    sign, side = 1.0 - 2.0 * (case // 2), 1.0 - 2.0 * (case % 2)
                    for i in range(3):
                        gradient[i] = sign * (even[i] + tau * bends[k] * rows[k, i] + side * linear[i])
                    size = np.sqrt(inner(gradient, gradient))
                    slip = error + linear_error + 8.0 * UNIT * terms
                    if size * (1.0 + 8.0 * UNIT) + 2.0 * slip <= beta:
                        continue
                    short = False
                    found = _outside(rows, sides, order, p, gradient, slip, k, hint)
                    if found < 0:
                        holds = False
                        break
                    hint = found
                if not short:
                    long_cells += 1
                if not holds:
                    break
            sides[k] = 0.0
            if holds and long_cells == 2:
                for side in (1.0, -1.0):
                    for i in range(3):
                        gradient[i] = even[i] + side * linear[i]
                    slip = error + linear_error + 8.0 * UNIT * terms
                    if not _arc_is_short(rows, sides, order, p, k, bends[k], gradient, slip, beta):
                        holds = False
                if k < order[p] and not _ray_is_short(
                    rows, lengths, k, order[p], even, error, linear, linear_error, beta
                ):
                    holds = False
            if not holds:
                break
            q = order[p]
            add_multiple(even, -2.0 * sides[q] * bends[q], rows[q])
            error += 2.0 * UNIT * max(abs(even[0]), abs(even[1]), abs(even[2]))
            sides[q] = -sides[q]
        proven[k] = holds
