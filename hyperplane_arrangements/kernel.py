"""The search of `search.py` compiled: float64 columns instead of Python integers, and never a guess.

Two arithmetics share the code. Exact: fraction-free elimination on integers held in floats, all below 2**26,
so that products, differences and quotients are exact and two crossings -p/q on a line are equal exactly if
their floats are (notes, statement 1.1). Bounded: ordinary elimination with a running bound on the error of
every entry. A flat where the numbers grow too large, or a sign is not certain, is handed back as undecided.

Arrays: `values[k, c, j]` is column c of row j on the flat after k pivots (multipliers in columns above d -
k), `errors` its bound, `gone[k, j]` the column whose step made row j vanish (0 while it has not).
"""

from __future__ import annotations

import numpy as np
from numba import njit

LIMIT = 2.0**26
UNIT = 2.0**-53
TINY = 2.0**-960
INFLATE = 1.0 + 2.0**-45

GOOD, BROKEN, UNDECIDED, NOT_GENERAL, OVER_LIMIT = 0, 1, 2, 3, 4

jit = njit(cache=True, nogil=True, error_model="numpy")


@jit
def eliminate_exact(old, new, m, j, scale, start, stop, top):
    """Rows start..stop on the next flat, columns 0..top; false if an entry is too large to stay exact."""
    pivot = old[m, j]
    side = 1.0 if pivot > 0 else -1.0
    size = abs(pivot)
    large = 0
    for c in range(top + 1):
        if c == m:
            for i in range(start, stop):
                new[m, i] = -side * old[m, i]
        else:
            factor = side * old[c, j]
            for i in range(start, stop):
                value = (size * old[c, i] - factor * old[m, i]) / scale
                new[c, i] = value
                large += abs(value) >= LIMIT
    return large == 0


@jit
def _eliminate_bounded(old, new, error, fresh, m, j, start, stop, top):
    """The same without scaling, `fresh` bounding the error of `new`; false if the pivot is not certain."""
    pivot = old[m, j]
    room = abs(pivot) - error[m, j]
    if not room > 0:
        return False
    inverse = INFLATE / room
    for i in range(start, stop):
        q = old[m, i] / pivot
        slack = ((abs(q) * error[m, j] + error[m, i]) * inverse + UNIT * abs(q)) * INFLATE
        if q == 0 and slack == 0:
            for c in range(top + 1):
                new[c, i] = old[c, i]
                fresh[c, i] = error[c, i]
            new[m, i] = 0.0
            fresh[m, i] = 0.0
            continue
        slack += TINY
        for c in range(top + 1):
            product = q * old[c, j]
            value = old[c, i] - product
            new[c, i] = value
            fresh[c, i] = (
                error[c, i]
                + abs(q) * error[c, j]
                + slack * (abs(old[c, j]) + error[c, j])
                + UNIT * (abs(product) + abs(value))
            ) * INFLATE + TINY
        new[m, i] = -q
        fresh[m, i] = slack
    return True


@jit
def _first_nonzero(value, error, m, i):
    """The highest column c <= m with a certain nonzero entry if those above it are certain zeros.

    -1 if all of them are certain zeros, -2 if that cannot be told.
    """
    for c in range(m, -1, -1):
        if abs(value[c, i]) > error[c, i]:
            return c
        if not (value[c, i] == 0 and error[c, i] == 0):
            return -2
    return -1


@jit
def _descend(values, errors, scales, gone, exact, k, j, stop, top):
    """Cut the flat after k pivots with row j, for rows under `stop` and columns up to `top`: a status.

    The rows under j come first: most flats that are dropped are dropped for one of them.
    """
    d = values.shape[1] - 1
    m = d - k
    old, new = values[k], values[k + 1]
    scales[k + 1] = abs(old[m, j]) if exact else 1.0
    for part in range(2):
        start, end = (0, min(j, stop)) if part == 0 else (j, stop)
        if exact:
            sure = eliminate_exact(old, new, m, j, scales[k], start, end, top)
        else:
            sure = _eliminate_bounded(old, new, errors[k], errors[k + 1], m, j, start, end, top)
        status = (
            _note_vanished(new, errors[k + 1], gone[k], gone[k + 1], m, j, start, end) if sure else UNDECIDED
        )
        if status != GOOD:
            return status
    return GOOD


@jit
def _note_vanished(new, error, before, after, m, j, start, stop):
    """Find the rows that vanish with row j: BROKEN if one of them is under j."""
    for i in range(start, stop):
        after[i] = before[i]
        if before[i] == 0 and not abs(new[m - 1, i]) > error[m - 1, i]:
            c = -1 if i == j else _first_nonzero(new, error, m - 1, i)
            if c == -2:
                return UNDECIDED
            if c == -1:
                if i < j:
                    return BROKEN
                after[i] = m
    return GOOD


@jit
def _pivot_status(values, errors, k, j):
    """GOOD for a pivot, BROKEN for a row parallel to the flat."""
    m = values.shape[1] - 1 - k
    c = _first_nonzero(values[k], errors[k], m, j)
    if c == m:
        return GOOD
    if c == -2:
        return UNDECIDED
    return NOT_GENERAL if c > 0 else BROKEN


@jit
def _note(undecided, noted, basis, size):
    """Note the first `size` pivots as undecided; false if there is no room."""
    if noted[0] == len(undecided):
        return False
    undecided[noted[0], 0] = size
    for k in range(size):
        undecided[noted[0], k + 1] = basis[k]
    noted[0] += 1
    return True


@jit
def _sort(keys, order, size):
    """Sort the first keys upwards, `order` along with them: Shell sort, gaps of Ciura (2001), then 9/4."""
    gap = 1
    for step in (4, 10, 23, 57, 132, 301, 701, 1577, 3548, 7983):
        gap = step if step < size else gap
    while gap > 0:
        for a in range(gap, size):
            key, row = keys[a], order[a]
            b = a - gap
            while b >= 0 and keys[b] > key:
                keys[b + gap] = keys[b]
                order[b + gap] = order[b]
                b -= gap
            keys[b + gap] = key
            order[b + gap] = row
        gap = _gap_below(gap)
    return 0


@jit
def _gap_below(gap):
    lower = 0
    for step in (1, 4, 10, 23, 57, 132, 301, 701, 1577, 3548, 7983):
        lower = step if step < gap else lower
    return lower


@jit
def _crossings(value, error, exact, gone, below, where, slack, order):
    """Sort the points where rows under `below` meet a line: their number, -1 if the order is not certain."""
    size = 0
    for i in range(below):
        if gone[i] == 0 and value[1, i] != 0:
            where[size] = -value[0, i] / value[1, i]
            order[size] = i
            size += 1
    _sort(where, order, size)
    if not exact:
        for a in range(size):
            i, t = order[a], where[a]
            slack[a] = 0.0
            if value[0, i] != 0 or error[0, i] != 0:
                room = abs(value[1, i]) - error[1, i]
                slack[a] = ((error[0, i] + abs(t) * error[1, i]) / room + UNIT * abs(t)) * INFLATE + TINY
            if a and not where[a] - where[a - 1] > (slack[a] + slack[a - 1]) * INFLATE:
                return -1
    return size


@jit
def _set_masks(value, masks, gone, bits, column, j):
    """The rows that vanished at a step, by the sign of their ratio to its pivot j."""
    for w in range(masks.shape[2]):
        masks[column, 0, w] = masks[column, 1, w] = 0
    for i in range(len(gone)):
        if gone[i] == column:
            same = (value[column, i] > 0) == (value[column, j] > 0)
            masks[column, 0 if same else 1, bits[i] >> 6] |= np.uint64(1) << np.uint64(bits[i] & 63)


@jit
def _lift(value, error, masks, row, column, state, out):
    """Write the state with the pivots' sides set so that `x_column` grows; false if a side is not certain."""
    side = value[column, row] > 0
    for w in range(len(out)):
        out[w] = state[w]
    for c in range(column, value.shape[0]):
        if not abs(value[c, row]) > error[c, row]:
            return False
        up = side if c == column else (value[c, row] > 0) == side
        sign = 0 if up else 1
        for w in range(len(out)):
            out[w] |= masks[c, sign, w]
    return True


@jit
def _base_state(values, errors, gone, bits, infinity, k, state):
    """The signs at the base point of a flat, rows that contain it left out."""
    m = values.shape[1] - 1 - k
    for w in range(len(state)):
        state[w] = 0
    state[infinity >> 6] |= np.uint64(1) << np.uint64(infinity & 63)
    for i in range(len(bits)):
        if gone[k, i] == 0:
            c = m
            while c > 0 and values[k, c, i] == 0:
                c -= 1
            if (values[k, c, i] > 0) == (c == 0):
                state[bits[i] >> 6] |= np.uint64(1) << np.uint64(bits[i] & 63)


@jit
def count(values, errors, scales, gone, exact, prefix, first, last, limit, counts, undecided, noted):
    """Count the NBC sets that begin with the prefix and then j, for each j in first..last (-1: the prefix
    itself).

    Returns a status; `counts[j + 1]` has the numbers without those of undecided flats. It stops when there
    are more than the limit.
    """
    d, n = values.shape[1] - 1, values.shape[2]
    where, slack, order = np.empty(n), np.empty(n), np.empty(n, np.int64)
    basis, cursor, low = np.empty(d + 1, np.int64), np.zeros(d + 1, np.int64), np.full(d + 1, n)
    start, total = len(prefix), 0
    for k in range(start):
        j = prefix[k]
        if j < 0 or _pivot_status(values, errors, k, j) == BROKEN:
            return GOOD
        status = _descend(values, errors, scales, gone, exact, k, j, j, d - k - 1)
        if status != GOOD:
            return GOOD if status == BROKEN else status
        basis[k], low[k + 1] = j, j
    if first < 0:
        counts[0] = 1
    cursor[start], low[start] = max(first, 0), min(last, low[start])
    k = start
    while k >= start:
        j = cursor[k]
        if j >= low[k]:
            k -= 1
            continue
        cursor[k] = j + 1
        status = _pivot_status(values, errors, k, j)
        if status == NOT_GENERAL:
            return NOT_GENERAL
        if status == BROKEN:
            continue
        basis[k] = j
        if status == GOOD:
            status = _descend(values, errors, scales, gone, exact, k, j, j, d - k - 1)
        if status == BROKEN:
            continue
        top = basis[start] + 1
        if total > limit:
            return OVER_LIMIT
        if status == GOOD and d - k - 1 == 1:
            size = _crossings(values[k + 1], errors[k + 1], exact, gone[k + 1], j, where, slack, order)
            if size >= 0:
                points = 1
                for a in range(size):
                    points += a == 0 or where[a] != where[a - 1]
                counts[top] += points
                total += points
                continue
            status = UNDECIDED
        if status == UNDECIDED:
            if not _note(undecided, noted, basis, k + 1):
                return UNDECIDED
            continue
        counts[top] += 1
        total += 1
        if d - k - 1 > 0:
            k += 1
            cursor[k], low[k] = 0, j
    return GOOD


@jit
def _sweep(value, error, exact, gone, below, bits, masks, state, work, stem, out, basis, size):
    """Walk a line upwards and write a chamber after each crossing whose smallest row is under `below`.

    Returns the new number of chambers, or -1 if the order of the crossings or a side is not certain.
    """
    where, slack, order = work[0], work[1], work[2].view(np.int64)
    crossings = _crossings(value, error, exact, gone, len(bits), where, slack, order)
    a = 0
    while a < crossings:
        smallest = order[a]
        b = a
        while b < crossings and where[b] == where[a]:
            i = order[b]
            smallest = min(smallest, i)
            state[bits[i] >> 6] ^= np.uint64(1) << np.uint64(bits[i] & 63)
            b += 1
        a = b
        if smallest < below:
            if not _lift(value, error, masks, smallest, 1, state, out[size]):
                return -1
            for q in range(len(stem)):
                basis[size, q] = stem[q]
            basis[size, len(stem)] = smallest
            size += 1
    return size if crossings >= 0 else -1


@jit
def _visit(values, errors, gone, exact, k, bits, infinity, masks, state, work, pivots, out, basis, size):
    """Write the chamber of the basis of a flat, and if it is a line those of its crossings.

    Returns the new number of chambers, or -1 if it cannot be told.
    """
    d = values.shape[1] - 1
    below = pivots[k - 1] if k else len(bits)
    _base_state(values, errors, gone, bits, infinity, k, state)
    if k == 0:
        for w in range(len(state)):
            out[size, w] = state[w]
    elif not _lift(values[k - 1], errors[k - 1], masks, below, d - k + 1, state, out[size]):
        return -1
    for q in range(d):
        basis[size, q] = pivots[q] if q < k else -1
    if d - k != 1:
        return size + 1
    return _sweep(
        values[k],
        errors[k],
        exact,
        gone[k],
        below,
        bits,
        masks,
        state,
        work,
        pivots[:k],
        out,
        basis,
        size + 1,
    )


@jit
def search(
    values, errors, scales, gone, exact, prefix, first, last, bits, infinity, out, basis, undecided, noted
):
    """Write the chambers whose NBC set begins with the prefix and then j, for j in first..last (-1: the
    prefix itself).

    Returns a status and the number of chambers written to `out` (packed signs) and `basis`.
    """
    d, n = values.shape[1] - 1, values.shape[2]
    work, state = np.empty((3, n)), np.empty(out.shape[1], np.uint64)
    masks = np.zeros((d + 1, 2, out.shape[1]), np.uint64)
    pivots, cursor, low = np.empty(d + 1, np.int64), np.zeros(d + 1, np.int64), np.full(d + 1, n)
    start, size = len(prefix), 0
    for k in range(start):
        pivots[k], low[k + 1] = prefix[k], prefix[k]
        status = _descend(values, errors, scales, gone, exact, k, prefix[k], n, d)
        if status != GOOD:
            return (GOOD if status == BROKEN else status), 0
        _set_masks(values[k], masks, gone[k + 1], bits, d - k, prefix[k])
    if first < 0:
        size = _visit(
            values, errors, gone, exact, start, bits, infinity, masks, state, work, pivots, out, basis, size
        )
        if size < 0:
            return UNDECIDED, 0
    cursor[start], low[start] = max(first, 0), min(last, low[start])
    k = start
    while k >= start:
        j = cursor[k]
        if j >= low[k]:
            k -= 1
            continue
        cursor[k] = j + 1
        status = _pivot_status(values, errors, k, j)
        if status == NOT_GENERAL:
            return NOT_GENERAL, size
        pivots[k] = j
        if status == GOOD:
            status = _descend(values, errors, scales, gone, exact, k, j, n, d)
        if status == BROKEN:
            continue
        if status == GOOD:
            _set_masks(values[k], masks, gone[k + 1], bits, d - k, j)
            done = _visit(
                values,
                errors,
                gone,
                exact,
                k + 1,
                bits,
                infinity,
                masks,
                state,
                work,
                pivots,
                out,
                basis,
                size,
            )
            if done >= 0:
                size = done
                if d - k - 1 > 1:
                    k += 1
                    cursor[k], low[k] = 0, j
                continue
        if not _note(undecided, noted, pivots, k + 1):
            return UNDECIDED, size
    return GOOD, size
