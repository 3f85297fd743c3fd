"""Restrictions compared up to linear maps, compiled: floats propose a map, integers decide (see `symmetry`).

A restriction is an array of distinct primitive rows, with how many hyperplanes of the whole arrangement
have each as their trace. Two of them are alike if a linear map takes one to the other, rows to multiples of
rows, the numbers kept. A metric that all maps are likely to keep gives each row an angle to each other row: a
fingerprint, and a short list of images to try. What is proposed is then checked in integers, which are
bounded before each product.
"""

from __future__ import annotations

import numpy as np

from .minors_kernel import (
    LIMIT,
    LIMIT_OF_LINES,
    MARKS,
    ODD,
    RATIOS,
    REACH,
    common_divisor,
    distinct_traces,
    jit,
    meetings,
    place_of,
    room_for,
)

#: Coordinates up to this size are compared: a product of four stays below 2^60.
LIMIT_OF_COORDINATES = 2**15
_TRIES = 2_000  # images of rows to try before two restrictions are taken for different
_STEPS = 65536.0  # in which cosines are told apart, far above their errors of rounding
_SHIFT = 0.347  # so that no cosine of a small fraction is half-way between two of them
_CLOSE = 1e-7  # errors of cosines
_DEPENDENT = 1e-4  # the square of what is left of a unit vector that depends on others


@jit
def traces(rows, weights, i):
    """The traces of all other rows on row i, distinct and primitive, one column fewer, and their weights.

    No rows where entries would grow too large.
    """
    sums = np.zeros(len(rows), np.int64)
    out = distinct_traces(rows, i, len(rows), weights, sums)
    for j in range(len(out)):
        for c in range(out.shape[1]):
            if abs(out[j, c]) > LIMIT:
                return out[:0], sums[:0]
    return out, sums[: len(out)]


@jit
def metric_on(metric, row):
    """The metric of the hyperplane of a row, in the coordinates of `traces` (times a number)."""
    d = len(row)
    pivot = -1
    for c in range(d):
        if row[c] != 0 and (pivot < 0 or abs(row[c]) < abs(row[pivot])):
            pivot = c
    out = np.empty((d - 1, d - 1))
    scale = float(row[pivot])
    for a in range(d - 1):
        i = a + (a >= pivot)
        for b in range(d - 1):
            j = b + (b >= pivot)
            x, y = -row[i] / scale, -row[j] / scale
            out[a, b] = (
                metric[i, j] + x * metric[pivot, j] + y * metric[i, pivot] + x * y * metric[pivot, pivot]
            )
    return out


@jit
def unit_vectors(rows, metric):
    """The rows as unit vectors of Euclidean space; none where the metric is none."""
    n, d = rows.shape
    root, out = np.zeros((d, d)), np.empty((n, d))
    for a in range(d):
        for b in range(a + 1):
            value = metric[a, b]
            for c in range(b):
                value -= root[a, c] * root[b, c]
            if a > b:
                root[a, b] = value / root[b, b]
            elif value > 0:
                root[a, a] = np.sqrt(value)
            else:
                return out[:0]
    for j in range(n):
        square = 0.0
        for a in range(d):
            value = float(rows[j, a])
            for c in range(a):
                value -= root[a, c] * out[j, c]
            out[j, a] = value / root[a, a]
            square += out[j, a] ** 2
        square = 1 / np.sqrt(square)
        for a in range(d):
            out[j, a] *= square
    return out


@jit
def _mix(x):
    x *= ODD
    x ^= x >> np.uint64(32)
    x *= ODD
    return x ^ (x >> np.uint64(29))


@jit
def fingerprints(vectors, weights):
    """A number for each row, the same for rows that a map takes to each other if it keeps the metric."""
    n, d = vectors.shape
    sums = np.zeros(n, np.uint64)
    colours = np.empty(n, np.uint64)
    for i in range(n):
        colours[i] = np.uint64(weights[i]) << np.uint64(32)
    for i in range(n):
        for j in range(i):
            cosine = 0.0
            for c in range(d):
                cosine += vectors[i, c] * vectors[j, c]
            angle = np.uint64(abs(cosine) * _STEPS + _SHIFT)
            sums[i] += _mix(angle + colours[j])
            sums[j] += _mix(angle + colours[i])
    for i in range(n):
        sums[i] = _mix(sums[i] + colours[i])
    return sums


@jit
def _dot(one, other):
    total = 0.0
    for c in range(len(one)):
        total += one[c] * other[c]
    return total


@jit
def frame_of(vectors, marks):
    """Independent rows, as many as there are columns, that leave few images to try; -1s if too few are found.

    Each is one of the fewest of its fingerprint and its angles to those before, and not orthogonal to all of
    them where possible: which of its two signs goes with theirs is then known.

    Args:
        vectors: n x d unit vectors.
        marks: their fingerprints.
    """
    n, d = vectors.shape
    colours, left = marks.copy(), vectors.copy()
    is_tied = np.zeros(n, np.bool_)
    chosen, basis = np.full(d, -1), np.empty(d)
    for t in range(d):
        best, fewest = -1, 2 * n + 1
        for j in range(n):
            if _dot(left[j], left[j]) > _DEPENDENT:
                size = 0
                for k in range(n):
                    size += colours[k] == colours[j]
                size *= 1 if is_tied[j] or t == 0 else 2
                if size < fewest:
                    best, fewest = j, size
        if best < 0:
            return np.full(d, -1)
        chosen[t] = best
        length = np.sqrt(_dot(left[best], left[best]))
        for c in range(d):
            basis[c] = left[best, c] / length
        for j in range(n):
            share = _dot(left[j], basis)
            for c in range(d):
                left[j, c] -= share * basis[c]
            cosine = abs(_dot(vectors[j], vectors[best]))
            is_tied[j] |= cosine > _CLOSE
            colours[j] = _mix(colours[j] + np.uint64(cosine * _STEPS + _SHIFT))
    return chosen


@jit
def coordinates(rows, frame):
    """Each row in terms of the rows of a frame, as primitive integers; no rows where these grow too large."""
    n, d = rows.shape
    table = rows.T.copy()
    previous = np.int64(1)
    for t in range(d):
        p = t
        while p < d and table[p, frame[t]] == 0:
            p += 1
        if p == d:
            return rows[:0].copy()
        for j in range(n):
            table[t, j], table[p, j] = table[p, j], table[t, j]
        pivot = table[t, frame[t]]
        for a in range(d):
            if a != t:
                factor = table[a, frame[t]]
                for j in range(n):
                    table[a, j] = (pivot * table[a, j] - factor * table[t, j]) // previous
                    if abs(table[a, j]) > LIMIT:
                        return rows[:0].copy()
        previous = pivot
    out = table.T.copy()
    for j in range(n):
        divisor = np.int64(0)
        for c in range(d):
            divisor = common_divisor(abs(out[j, c]), divisor)
        for c in range(d):
            out[j, c] //= divisor
            if abs(out[j, c]) > LIMIT_OF_COORDINATES:
                return rows[:0].copy()
    return out


@jit
def same_up_to_scale(one, other, image):
    """Whether row j of one, columns times some numbers, is a multiple of row image[j] of the other."""
    n, d = one.shape
    up, down = np.zeros(d, np.int64), np.ones(d, np.int64)  # the numbers: up / down, 0 if unknown
    for j in range(n):
        for c in range(d):
            if (one[j, c] == 0) != (other[image[j], c] == 0):
                return False
    for start in range(d):
        if up[start] != 0:
            continue
        up[start] = 1  # a component of the columns that rows connect: one number is free
        grows = True
        while grows:
            grows = False
            for j in range(n):
                known, unknown = -1, False
                for c in range(d):
                    if one[j, c] != 0:
                        if up[c] != 0:
                            known = c
                        else:
                            unknown = True
                if known < 0 or not unknown:
                    continue
                for c in range(d):
                    if one[j, c] != 0 and up[c] == 0:
                        # other_c / one_c : other_known / one_known = number_c : number_known
                        x = other[image[j], c] * one[j, known]
                        y = one[j, c] * other[image[j], known]
                        divisor = common_divisor(abs(x), abs(y))
                        x, y = x // divisor, y // divisor
                        if max(abs(x), abs(y)) > LIMIT:
                            return False
                        x, y = x * up[known], y * down[known]
                        divisor = common_divisor(abs(x), abs(y))
                        x, y = x // divisor, y // divisor
                        if max(abs(x), abs(y)) > LIMIT_OF_COORDINATES:
                            return False
                        up[c], down[c] = x, y
                        grows = True
    for j in range(n):
        first = 0
        while one[j, first] == 0:
            first += 1
        for c in range(first + 1, d):
            if one[j, c] != 0:
                left = other[image[j], c] * one[j, first] * up[first] * down[c]
                right = one[j, c] * other[image[j], first] * up[c] * down[first]
                if left != right:
                    return False
    return True


@jit
def _images(vectors, weights, marks, order, shares, own_marks, own_weights, frame_images, signs, out):
    """Fill in which row each goes to, if those of a frame go to rows given, with signs; false if none."""
    n, d = shares.shape
    taken = np.zeros(n, np.bool_)
    moved = np.empty(d)
    for j in range(n):
        for c in range(d):
            moved[c] = 0.0
        for k in range(d):
            share = shares[j, k] * signs[k]
            for c in range(d):
                moved[c] += share * vectors[frame_images[k], c]
        found = False
        m = _first(marks, order, own_marks[j])
        while m < n and marks[order[m]] == own_marks[j]:
            i = order[m]
            m += 1
            if taken[i] or weights[i] != own_weights[j]:
                continue
            cosine = 0.0
            for c in range(d):
                cosine += moved[c] * vectors[i, c]
            if abs(abs(cosine) - 1) < _CLOSE:
                taken[i], out[j], found = True, i, True
                break
        if not found:
            return False
    return True


@jit
def _first(marks, order, mark):
    low, high = 0, len(order)
    while low < high:
        middle = (low + high) // 2
        if marks[order[middle]] < mark:
            low = middle + 1
        else:
            high = middle
    return low


@jit
def image_of(shares, cosines, marks, weights, exact, frame, rows, vectors, other_marks, other_weights, order):
    """Where a linear map takes the rows of one restriction in another; no rows if none is proven.

    Args:
        shares: the unit vectors of the first restriction, in terms of those of its frame.
        cosines: those between the latter.
        marks: the fingerprints of its rows.
        weights: its numbers.
        exact: its `coordinates` in its frame.
        frame: its `frame_of`.
        rows: the second restriction.
        vectors: its unit vectors.
        other_marks: the fingerprints of its rows.
        other_weights: its numbers.
        order: its rows in the order of their fingerprints.
    """
    n, d = shares.shape
    image, none = np.empty(n, np.int64), np.empty(0, np.int64)
    if rows.shape != shares.shape:
        return none
    places, images, signs = np.full(d, -1), np.full(d, -1), np.ones(d)
    step = 0
    for _ in range(_TRIES):
        # the next candidate of this step: each row of the same fingerprint, with either sign
        mark = marks[frame[step]]
        if places[step] < 0:
            places[step] = 2 * _first(other_marks, order, mark)
        else:
            places[step] += 2 if step == 0 else 1
        m = places[step] // 2
        if m >= n or other_marks[order[m]] != mark:
            places[step] = -1
            step -= 1
            if step < 0:
                return none
            continue
        images[step], signs[step] = order[m], 1.0 - 2.0 * (places[step] % 2)
        fits = True
        for k in range(step):
            cosine = _dot(vectors[images[k]], vectors[images[step]]) * signs[k] * signs[step]
            fits &= abs(cosine - cosines[k, step]) < _CLOSE
        if not fits:
            continue
        if step < d - 1:
            step += 1
        elif _images(
            vectors, other_weights, other_marks, order, shares, marks, weights, images, signs, image
        ):
            found = coordinates(rows, images)
            if len(found) and same_up_to_scale(exact, found, image):
                return image
    return none


@jit
def count_planes(rows, weights, lines, incidences, points):
    """Add what the restrictions of rank 3 of one of rank 4 hold, by number: false if entries grow too large.

    Args:
        rows: n x 4.
        weights: the number of each.
        lines: [a, b] grows by the lines of number b, on rows of number a.
        incidences: [a, b] grows by the points on these lines.
        points: [a, b] grows by b for each point through which b hyperplanes beyond those of the row go.
    """
    marks = np.zeros(MARKS, np.int64)
    for i in range(len(rows)):
        plane, numbers = traces(rows, weights, i)
        if len(plane) == 0 and len(rows) > 1:
            return False
        if not _count_plane(
            plane, numbers, marks, lines[weights[i]], incidences[weights[i]], points[weights[i]]
        ):
            return False
    return True


@jit
def _count_plane(rows, weights, marks, lines, incidences, points):
    n = len(rows)
    owner, quotients = np.empty(room_for(n), np.int64), np.empty(room_for(n))
    xs, ys, met, sums = np.empty((4, n), np.int64)
    large = np.int64(0)
    for j in range(n):
        large |= abs(rows[j, 0]) | abs(rows[j, 1]) | abs(rows[j, 2])
    if large > LIMIT_OF_LINES:
        return False
    for i in range(n):
        if meetings(rows, i, n, xs, ys) > REACH:
            size = _group(xs, ys, weights, i, owner, quotients, sums)
        else:
            size = 0
            for j in range(n):
                if j != i:
                    mark = RATIOS[xs[j] + REACH, ys[j] + REACH]
                    if marks[mark] == 0:
                        met[size] = mark
                        size += 1
                    marks[mark] += weights[j]
            for k in range(size):
                sums[k] = marks[met[k]]
                marks[met[k]] = 0
        lines[weights[i]] += 1
        incidences[weights[i]] += size
        for k in range(size):
            points[sums[k] + weights[i]] += weights[i]
    return True


@jit
def _group(xs, ys, weights, i, owner, quotients, sums):
    """Sum the numbers of equal ratios, but for the i-th, and return how many ratios there are."""
    size, quotient = 0, np.empty(1)
    bits = quotient.view(np.uint64)
    owner[:] = -1
    for j in range(len(xs)):
        if j == i:
            continue
        place = place_of(xs, ys, j, owner, quotients, quotient, bits)
        if owner[place] < 0:
            xs[size], ys[size] = xs[j], ys[j]  # size <= j: read already
            owner[place] = size
            sums[size] = 0
            size += 1
        sums[owner[place]] += weights[j]
    return size
