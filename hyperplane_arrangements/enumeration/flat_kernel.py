"""The walk over all flats, compiled: float64 columns, and never a guess.

The two arithmetics are those of `elimination.py`. The exact one merges rows that are one hyperplane on a
flat; the bounded one proves that there are none. A flat where either cannot tell is noted as undecided.
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
    twin,
)
from .roundoff import INFLATE, TINY, UNIT

DONE, FULL, NOT_CERTAIN = 0, 1, 2

SIZE, NEXT, FREE, PIVOT = 0, 1, 2, 3
LEVEL, FLATS, CLASSES, NOTED, CLOCK = 0, 1, 2, 3, 4


class FlatSpace(NamedTuple):
    """A central arrangement of rank r, and room for the walk. Level k is the flat after k pivots.

    Attributes:
        values: level x column x hyperplane; columns 0..r-k-1 are coordinates left on the flat.
        errors: bounds on the errors of `values`, zeros if exact.
        scales: for each level what all values of the next one are divided by.
        planes: level x 3 x hyperplane. LEAD: a column that is not zero; ROW: the smallest row on it; SLOT:
            which of the masks has all of them.
        masks: slot x 2 x words: the rows on the side of their smallest row, and opposite.
        vanish: level x words: the rows that contain the flat.
        stack: 4 x level. SIZE: how many hyperplanes there are; NEXT: the one to go to; FREE: the first free
            slot; PIVOT: the row used.
        state: LEVEL of the walk, -2 before it, -1 after; how many FLATS and CLASSES are written and how many
            prefixes NOTED; a CLOCK that stamps the table.
        work: 2 x hyperplane: WHERE a hyperplane is among the others, and the SLACK of that.
        order: hyperplane, to sort with.
        table: 2 x hashes: the CLASS there, if the STAMP is that of the flat.
    """

    values: np.ndarray
    errors: np.ndarray
    scales: np.ndarray
    planes: np.ndarray
    masks: np.ndarray
    vanish: np.ndarray
    stack: np.ndarray
    state: np.ndarray
    work: np.ndarray
    order: np.ndarray
    table: np.ndarray


class Found(NamedTuple):
    """What the walk writes.

    Attributes:
        pivots: flats x r: the rows it was reached by, -1 after them.
        vanish: flats x words: the rows that contain it.
        first: flats + 1: where the hyperplanes of a flat begin in `sides`; those of the last end where the
            next begin.
        sides: hyperplanes x 2 x words: the rows that are one hyperplane on the flat, on the side of the
            smallest and opposite.
        undecided: prefixes x (r + 2): their sizes, how many flats are written before them, their pivots.
    """

    pivots: np.ndarray
    vanish: np.ndarray
    first: np.ndarray
    sides: np.ndarray
    undecided: np.ndarray


@jit
def _lead(space, exact, k, m, i):
    """A column that is certainly not zero: the last if exact, else the largest; -1 if none is certain."""
    best, most = -1, 0.0
    for c in range(m):
        size = abs(space.values[k, c, i]) - space.errors[k, c, i]
        if size > 0 and (exact or size > most):
            best, most = c, size
    return best


@jit
def _add(space, target, source, same):
    """Add the rows of one slot, as they are or the other way around, to another."""
    masks, rows = space.masks, space.values.shape[2]
    if source < rows:  # a single row
        masks[target, 0 if same else 1, source >> 6] |= np.uint64(1) << np.uint64(source & 63)
        return
    for w in range(masks.shape[2]):
        masks[target, 0, w] |= masks[source, 0 if same else 1, w]
        masks[target, 1, w] |= masks[source, 1 if same else 0, w]


@jit
def _fresh(space, k, source):
    """A slot of level k with the rows of another."""
    slot = space.stack[FREE, k]
    space.stack[FREE, k] += 1
    for w in range(space.masks.shape[2]):
        space.masks[slot, 0, w] = space.masks[slot, 1, w] = 0
    _add(space, slot, source, True)
    return slot


@jit
def _slack(value, error, a, i, b, j):
    """A bound on the error of the product of two entries, but for its rounding."""
    x, y = abs(value[a, i]), abs(value[b, j])
    return x * error[b, j] + y * error[a, i] + error[a, i] * error[b, j]


@jit
def _is_apart(space, k, m, i, j):
    """Whether two hyperplanes are certainly not the same: some minor is certainly not zero."""
    value, error = space.values[k], space.errors[k]
    for a in range(m):
        for b in range(a):
            left, right = value[a, i] * value[b, j], value[b, i] * value[a, j]
            slack = _slack(value, error, a, i, b, j) + _slack(value, error, b, i, a, j)
            if abs(left - right) > (slack + 4 * UNIT * (abs(left) + abs(right))) * INFLATE + TINY:
                return True
    return False


@jit
def _sort(keys, order, size):
    """Sort the first keys upwards, `order` along with them: by halves of a heap."""
    for start in range(size // 2 - 1, -1, -1):
        _sink(keys, order, start, size)
    for end in range(size - 1, 0, -1):
        keys[0], keys[end] = keys[end], keys[0]
        order[0], order[end] = order[end], order[0]
        _sink(keys, order, 0, end)


@jit
def _sink(keys, order, start, end):
    root = start
    while 2 * root + 1 < end:
        child = 2 * root + 1
        if child + 1 < end and keys[child] < keys[child + 1]:
            child += 1
        if not keys[root] < keys[child]:
            return
        keys[root], keys[child] = keys[child], keys[root]
        order[root], order[child] = order[child], order[root]
        root = child


@jit
def _are_distinct(space, k, m, size):
    """Whether the hyperplanes of a flat are certainly distinct: by a quotient of two columns that tells most
    of them apart, and by minors where it does not."""
    value, error = space.values[k], space.errors[k]
    low, order = space.work[WHERE], space.order
    for i in range(size):
        order[i] = i
        room = abs(value[1, i]) - error[1, i]
        if room > 0:
            t = value[0, i] / value[1, i]
            slack = ((error[0, i] + abs(t) * error[1, i]) / room + UNIT * abs(t)) * INFLATE + TINY
            space.work[SLACK, i] = (t + slack) + UNIT * abs(t + slack)
            low[i] = (t - slack) - UNIT * abs(t - slack)
        else:
            space.work[SLACK, i], low[i] = np.inf, -np.inf
    _sort(low, order, size)
    for a in range(size):
        top = space.work[SLACK, order[a]]
        for b in range(a + 1, size):
            if low[b] > top:
                break
            if not _is_apart(space, k, m, order[a], order[b]):
                return False
    return True


@jit
def _descend(space, exact, k, j, stop, listing):
    """Cut the flat of level k with hyperplane j, of those before `stop`; false if that is not certain."""
    m = space.values.shape[1] - k  # columns there are
    left = m - 1
    space.stack[SIZE, k + 1] = 0
    if left == 0:
        return True
    old, new, error, fresh = space.values[k], space.values[k + 1], space.errors[k], space.errors[k + 1]
    p = space.planes[k, LEAD, j]
    space.scales[k + 1] = abs(old[p, j]) if exact else 1.0
    for part in range(2):
        start, end = (0, j) if part == 0 else (j + 1, stop)
        first, last, shift = np.uint64(start), np.uint64(max(start, end)), np.uint64(part)
        if exact:
            sure = eliminate_exact(old, new, p, left, j, space.scales[k], first, last, shift, left - 1)
        else:
            sure = eliminate_bounded(
                old, new, error, fresh, p, left, j, first, last, shift, left - 1, space.work
            )
        if not sure:
            return False
    return _sift(space, exact, k + 1, j, stop, left, listing)


@jit
def _sift(space, exact, k, j, stop, m, listing):
    """List the distinct hyperplanes of the flat of level k, cut with j of those before `stop` of the level
    before; false if they are not certain."""
    space.state[CLOCK] += 1
    space.stack[FREE, k] = space.stack[FREE, k - 1]
    if m == 1:
        return _sift_line(space, k, j, stop, listing)
    value, error, size = space.values[k], space.errors[k], np.int64(0)
    for i in range(stop):
        if i == j:
            continue
        at = i if i < j else i - 1
        c = _lead(space, exact, k, m, at)
        if c < 0:
            return False
        slot = space.planes[k - 1, SLOT, i]
        other = twin(space, k, c, at, size, space.state[CLOCK]) if exact else np.int64(-1)
        if other >= 0:
            if listing:
                if space.planes[k, SLOT, other] < space.stack[FREE, k - 1]:
                    space.planes[k, SLOT, other] = _fresh(space, k, space.planes[k, SLOT, other])
                same = (value[c, at] > 0) == (value[c, other] > 0)
                _add(space, space.planes[k, SLOT, other], slot, same)
            continue
        if at > size:
            for q in range(m):
                value[q, size], error[q, size] = value[q, at], error[q, at]
        space.planes[k, LEAD, size] = c
        space.planes[k, ROW, size] = space.planes[k - 1, ROW, i]
        space.planes[k, SLOT, size] = slot
        size += 1
    space.stack[SIZE, k] = size
    return exact or _are_distinct(space, k, m, size)


@jit
def _sift_line(space, k, j, stop, listing):
    """The same of a flat that is a line through the origin: one hyperplane, the origin, has all rows."""
    value, error = space.values[k, 0], space.errors[k, 0]
    count = stop - 1 if j < stop else stop
    for at in range(count):
        if not abs(value[at]) > error[at]:
            return False
    space.stack[SIZE, k] = min(count, 1)
    if count == 0:
        return True
    first = 0 if j > 0 else 1
    space.planes[k, LEAD, 0] = 0
    space.planes[k, ROW, 0], space.planes[k, SLOT, 0] = space.planes[k - 1, ROW, first], space.stack[FREE, k]
    if not listing:
        return True
    slots, rows = space.planes[k - 1, SLOT], value.size
    target = _fresh(space, k, slots[first])
    same, opposite, up = space.masks[target, 0], space.masks[target, 1], value[0] > 0
    for at in range(1, count):
        source = np.uint64(slots[at if at < j else at + 1])
        if source >= rows:
            _add(space, target, np.int64(source), (value[at] > 0) == up)
        elif (value[at] > 0) == up:
            same[source >> np.uint64(6)] |= np.uint64(1) << (source & np.uint64(63))
        else:
            opposite[source >> np.uint64(6)] |= np.uint64(1) << (source & np.uint64(63))
    return True


@jit
def _write(space, k, found):
    """Write the flat of level k and its hyperplanes."""
    flat, size = space.state[FLATS], space.state[CLASSES]
    for t in range(found.pivots.shape[1]):
        found.pivots[flat, t] = space.stack[PIVOT, t + 1] if t < k else -1
    for w in range(space.vanish.shape[1]):
        found.vanish[flat, w] = space.vanish[k, w]
    for i in range(space.stack[SIZE, k]):
        slot = space.planes[k, SLOT, i]
        for w in range(space.masks.shape[2]):
            found.sides[size, 0, w] = space.masks[slot, 0, w]
            found.sides[size, 1, w] = space.masks[slot, 1, w]
        size += 1
    space.state[FLATS], space.state[CLASSES] = flat + 1, size
    found.first[flat + 1] = size


@jit
def _enter(space, exact, k, j):
    """Go from the flat of level k to that on its hyperplane j; false if that is not certain."""
    slot = space.planes[k, SLOT, j]
    space.stack[PIVOT, k + 1], space.stack[NEXT, k + 1] = space.planes[k, ROW, j], 0
    for w in range(space.vanish.shape[1]):
        space.vanish[k + 1, w] = space.vanish[k, w] | space.masks[slot, 0, w] | space.masks[slot, 1, w]
    return _descend(space, exact, k, j, space.stack[SIZE, k], True)


@jit
def _begin(space, exact):
    """List the hyperplanes of the whole space; false if one has no column that is certainly not zero."""
    rows, r = space.values.shape[2], space.values.shape[1]
    for i in range(rows):
        lead = _lead(space, exact, 0, r, i)
        if lead < 0:
            return False
        space.planes[0, LEAD, i] = lead
        space.planes[0, ROW, i] = space.planes[0, SLOT, i] = i
    space.stack[SIZE, 0], space.stack[FREE, 0], space.stack[PIVOT, 0] = rows, rows, -1
    return True


@jit
def _next(space, k, last):
    """The next hyperplane of the flat of level k whose rows come after its pivots; -1 if none is left.

    Of the whole space only those before `last`. Each flat is reached once: from its first row, the first of
    its rows that does not contain that, and so on.
    """
    end = last if k == 0 else space.stack[SIZE, k]
    while space.stack[NEXT, k] < end:
        j = space.stack[NEXT, k]
        if space.planes[k, ROW, j] > space.stack[PIVOT, k]:
            return j
        space.stack[NEXT, k] = j + 1
    return -1


@jit
def _start(space, exact, prefix):
    """Go to the flat on some rows; false if it is not certain."""
    if not _begin(space, exact):
        return False
    for k in range(len(prefix)):
        j = np.int64(0)
        while space.planes[k, ROW, j] != prefix[k]:
            j += 1
        if not _enter(space, exact, k, j):
            return False
    space.state[LEVEL] = len(prefix)
    return True


@compiled
def walk(space, exact, prefix, first, last, deepest, found):
    """Write a flat, but not the whole space, and those under it, one after the other.

    Args:
        space: a FlatSpace, filled at level 0; its LEVEL is -2 to begin, else where the walk stands.
        exact: which arithmetic.
        prefix: rows, each the first on its flat that does not contain those before; none for the whole space.
        first: the first row that may be the first of a flat.
        last: one more than the last.
        deepest: the largest rank to go to.
        found: room for what is written.

    Returns:
        DONE; or FULL: take what is found, set the counters to 0, and call again to go on; or NOT_CERTAIN:
        nothing can be told of the flat of the prefix.
    """
    rows, base = space.values.shape[2], len(prefix)
    if space.state[LEVEL] == -2:
        if not _start(space, exact, prefix):
            return NOT_CERTAIN
        if base:
            _write(space, base, found)
        else:
            space.stack[NEXT, 0] = first
    while space.state[LEVEL] >= base:
        k = space.state[LEVEL]
        j = _next(space, k, last) if k < deepest else -1
        if j < 0:
            space.state[LEVEL] = k - 1
            continue
        full = space.state[FLATS] == len(found.pivots) or space.state[NOTED] == len(found.undecided)
        if full or space.state[CLASSES] + rows > len(found.sides):
            return FULL
        space.stack[NEXT, k] = j + 1
        if _enter(space, exact, k, j):
            _write(space, k + 1, found)
            space.state[LEVEL] = k + 1
        else:
            _note(space, found.undecided, k + 1, space.state[FLATS])
    return DONE


@jit
def _note(space, undecided, size, place):
    """Note the first pivots as those of an undecided flat, and a number with them."""
    note = undecided[space.state[NOTED]]
    note[0], note[1] = size, place
    for t in range(size):
        note[t + 2] = space.stack[PIVOT, t + 1]
    space.state[NOTED] += 1


@jit
def _chambers(space, exact, k):
    """The number of chambers of the arrangement on the flat of level k, by sets without broken circuit; -1
    if that cannot be told."""
    size, m = space.stack[SIZE, k], space.values.shape[1] - k
    if size == 0:
        return np.int64(1)
    if m <= 2:
        return np.int64(2 * size)
    total = np.int64(1)
    for j in range(size):
        if not _descend(space, exact, k, j, j, False):
            return np.int64(-1)
        part = _chambers(space, exact, k + 1)
        if part < 0:
            return np.int64(-1)
        total += part
    return total


@compiled
def count_chambers(space, exact, prefix, first, last, infinity, counts, undecided):
    """Add up the chambers on a flat, but not on the whole space, and on those under it, by rank.

    Args:
        space, exact, prefix, first, last: as for `walk`.
        infinity: the hyperplane at infinity, whose flats are left out; -1 if there is none.
        counts: r + 1 integers to add to; with infinity both sides of it are counted.
        undecided: room for flats that could not be counted, as in `Found`; the number with them is 1 if only
            the flat itself could not, 0 if those under it could not either.

    Returns:
        DONE, FULL or NOT_CERTAIN, as `walk`.
    """
    r, base = space.values.shape[1], len(prefix)
    if space.state[LEVEL] == -2:
        if not _start(space, exact, prefix):
            return NOT_CERTAIN
        if base:
            _count_flat(space, exact, base, counts, undecided)
        else:
            space.stack[NEXT, 0] = first
    while space.state[LEVEL] >= base:
        k = space.state[LEVEL]
        j = _next(space, k, last) if k < r else -1
        if j < 0:
            space.state[LEVEL] = k - 1
            continue
        if space.state[NOTED] == len(undecided):
            return FULL
        space.stack[NEXT, k] = j + 1
        sure = _enter(space, exact, k, j)
        word = space.vanish[k + 1, max(infinity, 0) >> 6]
        if infinity >= 0 and (word >> np.uint64(infinity & 63)) & np.uint64(1):
            continue
        if sure:
            space.state[LEVEL] = k + 1
            _count_flat(space, exact, k + 1, counts, undecided)
        else:
            _note(space, undecided, k + 1, 0)
    return DONE


@jit
def _count_flat(space, exact, k, counts, undecided):
    """Add the chambers on the flat of level k, or note it."""
    chambers = _chambers(space, exact, k)
    if chambers < 0:
        _note(space, undecided, k, 1)
    else:
        counts[k] += chambers
