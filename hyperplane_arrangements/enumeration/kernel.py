"""The search of `search.py` compiled: float64 columns instead of Python integers, and never a guess.

Two arithmetics share the walk (`elimination.py`). A flat where the numbers grow too large, or a sign or a
zero is not certain, is handed back as undecided.

Rows that agree on a flat are one hyperplane there, and a row that is constant on it none: exact numbers carry
on with one row for each hyperplane, and with the places of the signs it stands for.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .elimination import (
    LEAD,
    ROW,
    SLACK,
    SLOT,
    WHERE,
    compiled,
    eliminate_bounded,
    eliminate_exact,
    jit,
    lead,
    sign_of_minor,
    twin,
)
from .roundoff import INFLATE, TINY, UNIT

GOOD, BROKEN, UNDECIDED, OVER_LIMIT = 0, 1, 2, 3

NAME, FIRST, SIDE = 0, 1, 2
PIVOT, NEXT, END, SIZE, BELOW, FREE = 0, 1, 2, 3, 4, 5
ORDER, POINT = 0, 1


class Space(NamedTuple):
    """The arrangement, and room for the walk. Level k is the flat after k pivots.

    Attributes:
        values: level x column x hyperplane. Columns 0..m = d - k are coordinates left on the flat, column
            d - t the multipliers of pivot t.
        errors: bounds on the errors of `values`, zeros if exact.
        scales: for each level what all values of the next one are divided by.
        planes: level x 3 x hyperplane. LEAD: the last column <= m that is not zero; ROW: the smallest row on
            it; SLOT: which of the masks has all of them.
        turns: level x 3 x column or pivot. NAME: which coordinate column <= m is; FIRST: the first coordinate
            that changes where a pivot is left, SIDE: 1 if it grows on the positive side of the pivot.
        masks: slot x 2 x words: places of the signs of rows on the side of their smallest row, and opposite.
        gone: step x 2 x words: the same of the rows that contain the flat since that step.
        fixed: level x words: the signs of rows constant on the flat; last those at a point being visited.
        stack: 6 x level. PIVOT: the row used there; NEXT: the hyperplane to try, END: of those to try; SIZE:
            how many there are, BELOW: with a row under all pivots; FREE: the first free slot.
        line: 2 x hyperplane: in which ORDER they cross a line, and the number of the POINT where.
        work: 2 x hyperplane: WHERE they cross, and the SLACK of that.
        table: 2 x hashes: the CLASS there, if the STAMP is that of the flat.
    """

    values: np.ndarray
    errors: np.ndarray
    scales: np.ndarray
    planes: np.ndarray
    turns: np.ndarray
    masks: np.ndarray
    gone: np.ndarray
    fixed: np.ndarray
    stack: np.ndarray
    line: np.ndarray
    work: np.ndarray
    table: np.ndarray


@jit
def _add(words, mask, same):
    """Add the signs of rows, as they are or the other way around, to a mask."""
    for w in range(words.shape[1]):
        words[0, w] |= mask[0 if same else 1, w]
        words[1, w] |= mask[1 if same else 0, w]


@jit
def _merge(space, k, i, other, same):
    """Let a hyperplane of level k stand for the rows of one of the level before."""
    slot = space.planes[k, SLOT, other]
    if slot < space.stack[FREE, k - 1]:
        fresh = space.stack[FREE, k]
        space.stack[FREE, k] += 1
        for side in range(2):
            for w in range(space.masks.shape[2]):
                space.masks[fresh, side, w] = space.masks[slot, side, w]
        space.planes[k, SLOT, other] = slot = fresh
    _add(space.masks[slot], space.masks[space.planes[k - 1, SLOT, i]], same)


@jit
def _sift(space, exact, k, j, stop, top):
    """List the hyperplanes of the flat of level k, cut with j of those of the level before: a status."""
    value, error, m = space.values[k], space.errors[k], space.values.shape[1] - 1 - k
    size, below = np.int64(0), np.int64(0)
    space.stack[NEXT, -1] += 1
    space.stack[FREE, k] = space.stack[FREE, k - 1]
    for w in range(space.fixed.shape[1]):
        space.fixed[k, w] = space.fixed[k - 1, w]
        space.gone[k - 1, 0, w] = space.gone[k - 1, 1, w] = 0
    for i in range(stop):
        if i == j:
            below = size
        at = i if i < j else i - 1
        c = lead(value, error, m, at) if i != j else -1
        if c == -2:
            return UNDECIDED
        if c == -1:
            if i < j:
                return BROKEN
            p = space.planes[k - 1, LEAD, j]
            same = (space.values[k - 1, p, i] > 0) == (space.values[k - 1, p, j] > 0)
            _add(space.gone[k - 1], space.masks[space.planes[k - 1, SLOT, i]], same)
            continue
        if c == 0:
            slot, side = space.planes[k - 1, SLOT, i], 0 if value[0, at] > 0 else 1
            for w in range(space.fixed.shape[1]):
                space.fixed[k, w] |= space.masks[slot, side, w]
            continue
        other = twin(space, k, c, at, size, space.stack[NEXT, -1]) if exact and m > 1 else -1
        if other >= 0:
            _merge(space, k, i, other, (value[c, at] > 0) == (value[c, other] > 0))
            continue
        if at > size:
            for q in range(top + 1):
                value[q, size], error[q, size] = value[q, at], error[q, at]
        space.planes[k, LEAD, size] = c
        space.planes[k, ROW, size] = space.planes[k - 1, ROW, i]
        space.planes[k, SLOT, size] = space.planes[k - 1, SLOT, i]
        size += 1
    space.stack[SIZE, k] = size
    space.stack[BELOW, k] = below if stop > j else size
    return GOOD


@jit
def _cut(space, exact, k, j, listing):
    """Cut the flat of level k with hyperplane j: a status.

    Counting needs those before j alone; listing all of them, and their multipliers.
    """
    p, m = space.planes[k, LEAD, j], space.values.shape[1] - 1 - k
    old, new, error, fresh = space.values[k], space.values[k + 1], space.errors[k], space.errors[k + 1]
    stop, top = (space.stack[SIZE, k], m + k) if listing else (j, m - 1)
    space.scales[k + 1] = abs(old[p, j]) if exact else 1.0
    for part in range(2):
        start, end = (0, j) if part == 0 else (j + 1, stop)
        first, last, shift = np.uint64(start), np.uint64(end), np.uint64(part)
        if exact:
            sure = eliminate_exact(old, new, p, m, j, space.scales[k], first, last, shift, top)
        else:
            sure = eliminate_bounded(old, new, error, fresh, p, m, j, first, last, shift, top, space.work)
        if not sure:
            return UNDECIDED
    status = _sift(space, exact, k + 1, j, stop, top)
    return UNDECIDED if status == GOOD and listing and not _turn(space, k, j) else status


@jit
def _turn(space, k, j):
    """Find on which side the pivots are left once j is the next of them; false if that is not certain."""
    d, p = space.values.shape[1] - 1, space.planes[k, LEAD, j]
    column, up = space.turns[k, NAME, p], space.values[k, p, j] > 0
    for c in range(d - k):
        space.turns[k + 1, NAME, c] = space.turns[k, NAME, c if c < p else c + 1]
    for t in range(k):
        first, side = space.turns[k, FIRST, t], space.turns[k, SIDE, t]
        value = space.values[k, d - t, j]
        if first > column:
            if abs(value) > space.errors[k, d - t, j]:
                first, side = column, np.int64((value > 0) == up)
            elif not (value == 0 and space.errors[k, d - t, j] == 0):
                return False
        space.turns[k + 1, FIRST, t], space.turns[k + 1, SIDE, t] = first, side
    space.turns[k + 1, FIRST, k], space.turns[k + 1, SIDE, k] = column, np.int64(up)
    return True


@jit
def _open(space, k, prefix, first, last):
    """Set which hyperplanes to try on the flat of level k: the next of the prefix, then those of rows
    first..last, then all whose rows are under the pivots."""
    rows, below = space.planes[k, ROW], space.stack[BELOW, k]
    start, end = np.int64(0), below
    if k <= len(prefix):
        low, high = (prefix[k], prefix[k] + 1) if k < len(prefix) else (first, last)
        while start < below and rows[start] < low:
            start += 1
        end = start
        while end < below and rows[end] < high:
            end += 1
    space.stack[NEXT, k], space.stack[END, k] = start, end


@jit
def _begin(space):
    """List the hyperplanes of the whole space."""
    n, d = space.values.shape[2], space.values.shape[1] - 1
    for i in range(n):
        space.planes[0, LEAD, i] = lead(space.values[0], space.errors[0], d, i)
        space.planes[0, ROW, i] = space.planes[0, SLOT, i] = i
    for c in range(d + 1):
        space.turns[0, NAME, c] = c
    space.stack[SIZE, 0] = space.stack[BELOW, 0] = space.stack[FREE, 0] = n


@jit
def _note(undecided, noted, space, size, place):
    """Note the first `size` pivots as undecided, and where they belong; false if there is no room."""
    if noted[0] == len(undecided):
        return False
    undecided[noted[0], 0], undecided[noted[0], 1] = place, size
    for k in range(size):
        undecided[noted[0], k + 2] = space.stack[PIVOT, k]
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
        lower = 0
        for step in (1, 4, 10, 23, 57, 132, 301, 701, 1577, 3548, 7983):
            lower = step if step < gap else lower
        gap = lower


@jit
def _crossings(space, exact, k):
    """Sort and number the points where hyperplanes meet a line: how many, -1 if that is not certain."""
    value, error, size = space.values[k], space.errors[k], space.stack[SIZE, k]
    where, slack, order, points = space.work[WHERE], space.work[SLACK], space.line[ORDER], space.line[POINT]
    for i in range(size):
        where[i] = -value[0, i] / value[1, i]
        order[i] = i
    _sort(where, order, size)
    point = np.int64(-1)
    for a in range(size):
        i, b = order[a], a
        new = a == 0 or where[a] != where[a - 1]
        if exact and not new:  # equal floats: quotients may differ still
            while b > 0 and where[b - 1] == where[a] and _side(value, order[b - 1], i) > 0:
                order[b] = order[b - 1]
                b -= 1
            order[b] = i
        if not exact:
            t = where[a]
            slack[a] = 0.0
            if value[0, i] != 0 or error[0, i] != 0:
                room = abs(value[1, i]) - error[1, i]
                slack[a] = ((error[0, i] + abs(t) * error[1, i]) / room + UNIT * abs(t)) * INFLATE + TINY
            if a and not where[a] - where[a - 1] > (slack[a] + slack[a - 1]) * INFLATE:
                return -1
    for a in range(size):
        if a == 0 or where[a] != where[a - 1] or _side(value, order[a], order[a - 1]) != 0:
            point += 1
        points[a] = point
    return point + 1


@jit
def _side(value, a, b):
    """1 if row a crosses the line above row b, 0 if with it, -1 if below: exactly."""
    side = sign_of_minor(value[0, b], value[0, a], value[1, b], value[1, a])
    return side if (value[1, a] > 0) == (value[1, b] > 0) else -side


@jit
def _write(space, lifted, level, out, basis, size):
    """Write the chamber of the first `level` pivots: the signs at the point being visited, and those of the
    rows gone in the first `lifted` steps."""
    for w in range(out.shape[1]):
        out[size, w] = space.fixed[-1, w]
    for t in range(lifted):
        side = 0 if space.turns[level, SIDE, t] else 1
        for w in range(out.shape[1]):
            out[size, w] |= space.gone[t, side, w]
    for t in range(basis.shape[1]):
        basis[size, t] = space.stack[PIVOT, t] if t < level else -1


@jit
def _set_signs(space, k):
    """The signs at the base point of a flat, rows that contain it left out."""
    signs = space.fixed[-1]
    for w in range(len(signs)):
        signs[w] = space.fixed[k, w]
    for i in range(space.stack[SIZE, k]):
        slot, side = space.planes[k, SLOT, i], 1 if space.values[k, space.planes[k, LEAD, i], i] > 0 else 0
        for w in range(len(signs)):
            signs[w] |= space.masks[slot, side, w]


@jit
def _sweep(space, k, out, basis, size):
    """Walk a line upwards and write a chamber after each point with a row under all pivots.

    Returns the new number of chambers, or -1 if a side is not certain.
    """
    a, crossings, signs = np.int64(0), space.stack[SIZE, k], space.fixed[-1]
    while a < crossings:
        smallest, point = space.line[ORDER, a], space.line[POINT, a]
        while a < crossings and space.line[POINT, a] == point:
            smallest = min(smallest, space.line[ORDER, a])
            slot = space.planes[k, SLOT, space.line[ORDER, a]]
            for w in range(len(signs)):
                signs[w] ^= space.masks[slot, 0, w] | space.masks[slot, 1, w]
            a += 1
        if smallest < space.stack[BELOW, k]:
            if not _turn(space, k, smallest):
                return -1
            space.stack[PIVOT, k] = space.planes[k, ROW, smallest]
            _write(space, k, k + 1, out, basis, size)
            size += 1
    return size


@jit
def _visit(space, exact, k, out, basis, size):
    """Count the chamber of a flat, and if it is a line those of its points; write them if there is room.

    Returns the new number of chambers, or -1 if it cannot be told.
    """
    line = space.values.shape[1] - 1 - k == 1
    points = _crossings(space, exact, k) if line else 0
    if points < 0 or len(out) == 0:
        return size + 1 + points if points >= 0 else -1
    _set_signs(space, k)
    _write(space, k, k, out, basis, size)
    return _sweep(space, k, out, basis, size + 1) if line else size + 1


@compiled
def walk(space, exact, prefix, first, last, limit, counts, sizes, out, basis, undecided, noted):
    """Visit the NBC sets that begin with the prefix and then j, for each j in first..last (-1: the prefix
    itself; a line is always visited as a whole).

    Counts them, those under child j in `counts[j + 1]`, and those of each size, until there are more than the
    limit; if there is room, writes the chambers to `out` (packed signs) and `basis`. Undecided flats are
    noted, and left out.

    Returns:
        A status.
    """
    d, start, size, k = space.values.shape[1] - 1, len(prefix), np.int64(0), np.int64(0)
    status = GOOD
    _begin(space)
    while True:
        _open(space, k, prefix, first, last)
        if k > start or (k == start and first < 0):
            done = _visit(space, exact, k, out, basis, size) if status == GOOD else -1
            if done >= 0:
                counts[space.stack[PIVOT, start] + 1 if k > start else 0] += done - size
                sizes[k] += 1
                sizes[k + 1] += done - size - 1  # the points of a line
                size = done
            elif _note(undecided, noted, space, k, size):
                status = UNDECIDED
            else:
                return UNDECIDED
            if size > limit:
                return OVER_LIMIT
        if status == UNDECIDED or d - k < 2:
            k -= 1
        status = BROKEN
        while status == BROKEN:
            while k >= 0 and space.stack[NEXT, k] >= space.stack[END, k]:
                k -= 1
            if k < 0:
                return GOOD
            j = space.stack[NEXT, k]
            space.stack[NEXT, k] = j + 1
            space.stack[PIVOT, k] = space.planes[k, ROW, j]
            status = _cut(space, exact, k, j, len(out) > 0)
        k += 1
