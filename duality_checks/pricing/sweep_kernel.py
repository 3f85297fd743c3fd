"""The inner loop of pricing: walk great circles and report local maxima. Imported only when a sweep runs."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.kernel_cache import cached_njit, inner_njit

from ..cover.vectors_kernel import add_multiple, inner, set_multiple

SAME_ANGLE = 1e-11
SLACK = 1e-9


@inner_njit(nogil=True)
def _inside(normals, order, before, position, side, direction):
    """Whether a direction lies on the arc's side of every crossing; the nearest crossings, which refuse most,
    first."""
    ahead, behind, crossings = position, position - 1, len(order)
    while ahead < crossings or behind >= 0:
        if ahead < crossings:
            if inner(normals[order[ahead]], direction) * before[ahead] * side < 0.0:
                return False
            ahead += 1
        if behind >= 0:
            if inner(normals[order[behind]], direction) * before[behind] * side > 0.0:
                return False
            behind -= 1
    return True


@inner_njit(nogil=True)
def _face(released, heights, square, gram, inverses, bends, sign, floor, parts):
    """Whether the maximum in the span of a face around an arc may lie in the face, above the floor.

    The face releases some rows of the arc's flat to a side (+1, -1) and holds the others (0). All it takes
    are products with the gradient on the arc, so no vector is touched before a face has passed.

    Args:
        released: the sides, length c.
        heights: products of the rows with the gradient on the arc, length c.
        square: the gradient's squared norm.
        gram, inverses: Gram matrix of the rows, and the inverse on each subset (bit mask), zero elsewhere.
        bends: of the rows, length c.
        sign, floor: as in :func:`sweep_circles`.
        parts: the multiples of the rows that turn the gradient on the arc into the projected one (output).
    """
    codimension, held = len(released), 0
    for k in range(codimension):
        parts[k] = sign * released[k] * bends[k]
        if released[k] == 0.0:
            if sign * bends[k] > 0.0:
                return False
            held |= 1 << k
    for k in range(codimension):
        square += 2.0 * parts[k] * heights[k]
        for i in range(codimension):
            square += parts[k] * parts[i] * gram[k, i]
    removed = 0.0
    for k in range(codimension):
        if released[k] == 0.0:
            share = 0.0
            for i in range(codimension):
                if released[i] == 0.0:
                    height = heights[i]
                    for j in range(codimension):
                        height += gram[i, j] * sign * released[j] * bends[j]
                    share += inverses[held, k, i] * height
            if abs(share) > abs(bends[k]) * (1.0 + SLACK):
                return False
            height = heights[k]
            for j in range(codimension):
                height += gram[k, j] * sign * released[j] * bends[j]
            removed += share * height
            parts[k] = -share
    if square - removed <= floor * floor:
        return False
    for k in range(codimension):
        if released[k] != 0.0 and released[k] * (heights[k] + inner(gram[k], parts)) <= 0.0:
            return False
    return True


@inner_njit(nogil=True)
def _simple_ray(normals, flat, crossing, inverse, bends, sign, gradient, slope, turn):
    """Whether the kinks at a simple ray are independent, concave, and hold the gradient: then it is a
    maximum."""
    if sign * bends[crossing] > 0.0:
        return False
    residual = gradient.copy()
    add_multiple(residual, -slope / inner(normals[crossing], turn), normals[crossing])
    for k in range(len(flat)):
        share = 0.0
        for i in range(len(flat)):
            share += inverse[k, i] * inner(normals[flat[i]], residual)
        if sign * bends[flat[k]] > 0.0 or abs(share) > abs(bends[flat[k]]) * (1.0 + SLACK):
            return False
    return True


@cached_njit(nogil=True)
def sweep_circles(
    normals,
    flats,
    frames,
    grams,
    inverses,
    order,
    angles,
    before,
    linear,
    bends,
    sides,
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
        sides: 2, or 1 to leave out the antipodes of what is looked at, for an even landscape.
        floor: only larger values are reported.
        values, directions, signs, kinks: buffers for the findings, of lengths b: b, b x r, b, b x (r-1).

    Returns:
        How many were found; those beyond b are counted, not written.
    """
    rank = normals.shape[1]
    circles, crossings = order.shape
    codimension = flats.shape[1]
    size, found = len(values), 0
    released, parts = np.zeros(codimension), np.zeros(codimension)
    heights, bent = np.zeros(codimension), np.zeros(codimension)
    base, gradient, jump, turn = np.zeros(rank), np.zeros(rank), np.zeros(rank), np.zeros(rank)
    for q in range(circles):
        flat = flats[q]
        even = np.zeros(rank)
        for k in range(codimension):
            bent[k] = bends[flat[k]]
        for t in range(crossings):
            add_multiple(even, bends[order[q, t]] * before[q, t], normals[order[q, t]])
        for p in range(crossings):
            if p > 0 and angles[q, p] - angles[q, p - 1] <= SAME_ANGLE:
                continue
            for case in range(2 * sides):
                sign, side = 1.0 - 2.0 * (case // sides), 1.0 - 2.0 * (case % sides)
                for i in range(rank):
                    base[i] = sign * (linear[i] + side * even[i])
                for k in range(codimension):
                    heights[k] = inner(normals[flat[k]], base)
                square = inner(base, base)
                for choice in range(3**codimension):
                    rest = choice
                    for k in range(codimension):
                        released[k] = rest % 3 - 1.0
                        rest //= 3
                    if not _face(released, heights, square, grams[q], inverses[q], bent, sign, floor, parts):
                        continue
                    set_multiple(gradient, 1.0, base)
                    for k in range(codimension):
                        add_multiple(gradient, parts[k], normals[flat[k]])
                    # Cancellation spoils the height from products; the vector itself has it to full accuracy.
                    height = np.sqrt(inner(gradient, gradient))
                    if height > floor and _inside(normals, order[q], before[q], p, side, gradient):
                        if found < size:
                            values[found], signs[found] = height, sign
                            for i in range(rank):
                                directions[found, i] = gradient[i] / height
                            kinks[found] = -1
                            for k in range(codimension):
                                if released[k] == 0.0:
                                    kinks[found, k] = flat[k]
                        found += 1
            last = p
            while last + 1 < crossings and angles[q, last + 1] - angles[q, p] <= SAME_ANGLE:
                last += 1
            cosine, sine = np.cos(angles[q, p]), np.sin(angles[q, p])
            odd = cosine * inner(linear, frames[q, 0]) + sine * inner(linear, frames[q, 1])
            same = cosine * inner(even, frames[q, 0]) + sine * inner(even, frames[q, 1])
            for i in range(rank):
                jump[i] = 0.0
            for t in range(p, last + 1):
                add_multiple(jump, -2.0 * bends[order[q, t]] * before[q, t], normals[order[q, t]])
            for case in range(2 * sides):
                sign, side = 1.0 - 2.0 * (case // sides), 1.0 - 2.0 * (case % sides)
                height = sign * (side * odd + same)
                if height <= floor:
                    continue
                for i in range(rank):
                    gradient[i] = sign * (linear[i] + side * even[i])
                set_multiple(turn, side * cosine, frames[q, 1])
                add_multiple(turn, -side * sine, frames[q, 0])
                slope = inner(gradient, turn)
                if slope < -SLACK * height or slope + sign * side * inner(jump, turn) > SLACK * height:
                    continue
                if last == p and not _simple_ray(
                    normals, flat, order[q, p], inverses[q, -1], bends, sign, gradient, slope, turn
                ):
                    continue
                if found < size:
                    values[found], signs[found] = height, sign
                    set_multiple(directions[found], side * cosine, frames[q, 0])
                    add_multiple(directions[found], side * sine, frames[q, 1])
                    for k in range(codimension):
                        kinks[found, k] = flat[k]
                    kinks[found, codimension] = order[q, p]
                found += 1
            add_multiple(even, 1.0, jump)
    return found
