"""The inner loop of pricing: walk great circles and report local maxima. Imported only when a sweep runs."""

from __future__ import annotations

import numpy as np
from numba import njit

SAME_ANGLE = 1e-11
SLACK = 1e-9


@njit(cache=True, nogil=True)
def _dot(a, b):
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


@njit(cache=True, nogil=True)
def _add(target, factor, vector):
    for i in range(len(target)):
        target[i] += factor * vector[i]


@njit(cache=True, nogil=True)
def _inside(normals, order, before, position, side, direction):
    """Whether a direction lies on the arc's side of every crossing; the nearest crossings, which refuse most,
    first."""
    ahead, behind, crossings = position, position - 1, len(order)
    while ahead < crossings or behind >= 0:
        if ahead < crossings:
            if _dot(normals[order[ahead]], direction) * before[ahead] * side < 0.0:
                return False
            ahead += 1
        if behind >= 0:
            if _dot(normals[order[behind]], direction) * before[behind] * side > 0.0:
                return False
            behind -= 1
    return True


@njit(cache=True, nogil=True)
def _held_mask(flat, released, bends, sign):
    """The rows of a flat that are not released, as a bit mask; -1 if one of them bends the landscape
    upwards."""
    held = 0
    for k in range(len(flat)):
        if released[k] == 0.0:
            if sign * bends[flat[k]] > 0.0:
                return -1
            held |= 1 << k
    return held


@njit(cache=True, nogil=True)
def _holds(normals, flat, inverse, bends, gradient):
    """Project the gradient onto the face in place; whether each held kink can take its share of what is
    removed."""
    removed = np.zeros(len(gradient))
    for k in range(len(flat)):
        share = _dot(inverse[k], gradient)
        if abs(share) > abs(bends[flat[k]]) * (1.0 + SLACK):
            return False
        _add(removed, share, normals[flat[k]])
    _add(gradient, -1.0, removed)
    return True


@njit(cache=True, nogil=True)
def _face(normals, flat, released, inverses, bends, sign, floor, gradient):
    """The height of the maximum in the span of a face around an arc if it may lie in it, else 0.

    ``gradient`` holds the gradient on the arc and is replaced by its projection onto the face.
    """
    held = _held_mask(flat, released, bends, sign)
    if held < 0:
        return 0.0
    for k in range(len(flat)):
        if released[k] != 0.0:
            _add(gradient, sign * released[k] * bends[flat[k]], normals[flat[k]])
    if held and not _holds(normals, flat, inverses[held], bends, gradient):
        return 0.0
    height = np.sqrt(_dot(gradient, gradient))
    if height <= floor:
        return 0.0
    for k in range(len(flat)):
        if released[k] != 0.0 and _dot(normals[flat[k]], gradient) * released[k] <= 0.0:
            return 0.0
    return height


@njit(cache=True, nogil=True)
def _simple_ray(normals, flat, crossing, inverse, bends, sign, gradient, slope, turn):
    """Whether the kinks at a simple ray are independent, concave, and hold the gradient: then it is a
    maximum."""
    if sign * bends[crossing] > 0.0:
        return False
    for k in range(len(flat)):
        if sign * bends[flat[k]] > 0.0:
            return False
    residual = gradient - slope / _dot(normals[crossing], turn) * normals[crossing]
    return _holds(normals, flat, inverse, bends, residual)


@njit(cache=True, nogil=True)
def sweep_circles(
    normals,
    flats,
    frames,
    inverses,
    order,
    angles,
    before,
    linear,
    bends,
    floor,
    values,
    directions,
    signs,
    kinks,
):
    """Local maxima above ``floor`` of ``s * (linear' u + sum bends * abs(normals u))``, s = +1 and -1, around
    circles.

    Args:
        normals: unit normals, h x r.
        flats: hyperplanes that meet in each circle, q x c with c = r - 2.
        frames: orthonormal bases of the circles' planes, q x 2 x r.
        inverses: for each subset (bit mask) of a flat's rows the transposed pseudo-inverse, q x 2**c x c x r,
            with zero rows outside of the subset.
        order, angles, before: the crossings of each circle, by angle, and their signs before angle 0, each q
            x m.
        linear, bends: the landscape, lengths r and h.
        floor: only larger values are reported.
        values, directions, signs, kinks: buffers for the findings, of lengths b: b, b x r, b, b x (r-1).

    Returns:
        How many were found; those beyond b are counted, not written.
    """
    rank = normals.shape[1]
    circles, crossings = order.shape
    codimension = flats.shape[1]
    size, found = len(values), 0
    released = np.zeros(codimension)
    gradient = np.zeros(rank)
    for q in range(circles):
        flat = flats[q]
        even = np.zeros(rank)
        for t in range(crossings):
            _add(even, bends[order[q, t]] * before[q, t], normals[order[q, t]])
        for p in range(crossings):
            if p > 0 and angles[q, p] - angles[q, p - 1] <= SAME_ANGLE:
                continue
            for case in range(4):
                sign, side = 1.0 - 2.0 * (case // 2), 1.0 - 2.0 * (case % 2)
                for choice in range(3**codimension):
                    rest = choice
                    for k in range(codimension):
                        released[k] = rest % 3 - 1.0
                        rest //= 3
                    for i in range(rank):
                        gradient[i] = sign * (linear[i] + side * even[i])
                    height = _face(normals, flat, released, inverses[q], bends, sign, floor, gradient)
                    if height > 0.0 and _inside(normals, order[q], before[q], p, side, gradient):
                        if found < size:
                            values[found], signs[found] = height, sign
                            directions[found] = gradient / height
                            kinks[found] = -1
                            for k in range(codimension):
                                if released[k] == 0.0:
                                    kinks[found, k] = flat[k]
                        found += 1
            last = p
            while last + 1 < crossings and angles[q, last + 1] - angles[q, p] <= SAME_ANGLE:
                last += 1
            cosine, sine = np.cos(angles[q, p]), np.sin(angles[q, p])
            jump = np.zeros(rank)
            for t in range(p, last + 1):
                _add(jump, -2.0 * bends[order[q, t]] * before[q, t], normals[order[q, t]])
            for case in range(4):
                sign, side = 1.0 - 2.0 * (case // 2), 1.0 - 2.0 * (case % 2)
                ray = side * (cosine * frames[q, 0] + sine * frames[q, 1])
                for i in range(rank):
                    gradient[i] = sign * (linear[i] + side * even[i])
                height = _dot(gradient, ray)
                if height <= floor:
                    continue
                turn = side * (cosine * frames[q, 1] - sine * frames[q, 0])
                slope = _dot(gradient, turn)
                if slope < -SLACK * height or slope + sign * side * _dot(jump, turn) > SLACK * height:
                    continue
                if last == p and not _simple_ray(
                    normals, flat, order[q, p], inverses[q, -1], bends, sign, gradient, slope, turn
                ):
                    continue
                if found < size:
                    values[found], signs[found] = height, sign
                    directions[found] = ray
                    kinks[found, :codimension] = flat
                    kinks[found, codimension] = order[q, p]
                found += 1
            even += jump
    return found
