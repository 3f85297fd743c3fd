"""Whitney numbers of small minors, compiled: the inner loop of `characteristic` where there are many.

The same recursion as there, on int64 rows, and the same last step: the points on each line of a projective
plane. Entries are bounded before each step, so that no sum of products overflows; a minor whose entries could
is handed back, and Python integers do it.
"""

from __future__ import annotations

from math import gcd

import numpy as np

from ..machine.kernel_cache import cached_njit

#: Entries up to this size may be cut: a 2 x 2 minor stays below 2^62.
LIMIT = 2**30
#: Entries up to this size may be lines of a plane: a 2 x 2 minor is a float64, exactly.
LIMIT_OF_LINES = 2**26

#: What to multiply by to mix bits.
ODD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 over the golden ratio (Knuth's multiplicative hashing)

#: Ratios of integers up to this size (one less than a power of two) have numbers.
REACH = 63


def _numbered() -> np.ndarray:
    """For each x and y up to `REACH` the number of the ratio x : y, the same for equal ones."""
    side = range(-REACH, REACH + 1)
    numbers: dict[tuple[int, int], int] = {}
    table = np.zeros((len(side), len(side)), np.int16)
    for x in side:
        for y in side:
            divisor = gcd(x, y) * (-1 if (x, y) < (0, 0) else 1) or 1
            table[x + REACH, y + REACH] = numbers.setdefault((x // divisor, y // divisor), len(numbers) + 1)
    return table


#: The number of x : y at [x + REACH, y + REACH].
RATIOS = _numbered()
#: One more than the largest of them.
MARKS = int(RATIOS.max()) + 1

jit = cached_njit(nogil=True, error_model="numpy")


@jit
def common_divisor(a, b):
    """The greatest common divisor of integers that are not negative."""
    while b:
        a, b = b, a % b
    return a


@jit
def cut(rows, i):
    """Rows 0..i-1 on row i: distinct and primitive, the first nonzero entry positive; one column fewer."""
    none = np.empty(0, np.int64)
    return distinct_traces(rows, i, i, none, none)


@jit
def distinct_traces(rows, i, count, weights, sums):
    """The first rows but the i-th on row i, as `cut` has them; sums, if not empty, grows by their weights."""
    d = rows.shape[1]
    pivot = -1
    for c in range(d):
        if rows[i, c] != 0 and (pivot < 0 or abs(rows[i, c]) < abs(rows[i, pivot])):
            pivot = c
    out = np.empty((count, d - 1), np.int64)
    room = 4
    while room < 2 * count:
        room *= 2
    owner = np.full(room, -1, np.int32)
    size, scale = 0, rows[i, pivot]
    for j in range(count):
        if j == i:
            continue
        factor, column, leading = rows[j, pivot], 0, 0
        for c in range(d):
            if c != pivot:
                value = scale * rows[j, c] - factor * rows[i, c]
                out[size, column] = value
                column += 1
                if leading == 0:
                    leading = value
        divisor = np.int64(0)
        for c in range(d - 1):
            if divisor == 1:
                break
            divisor = common_divisor(abs(out[size, c]), divisor)
        divisor = divisor if leading > 0 else -divisor
        mixed = np.uint64(0)
        for c in range(d - 1):
            if divisor != 1:
                out[size, c] = -out[size, c] if divisor == -1 else out[size, c] // divisor
            mixed = (mixed ^ np.uint64(out[size, c])) * ODD
            mixed ^= mixed >> np.uint64(29)
        place = np.int64(mixed >> np.uint64(32)) & (room - 1)
        while owner[place] >= 0:
            same = True
            for c in range(d - 1):
                same &= out[owner[place], c] == out[size, c]
            if same:
                break
            place = (place + 1) & (room - 1)
        if owner[place] < 0:
            owner[place] = size
            size += 1
        if len(sums):
            sums[owner[place]] += weights[j]
    return out[:size]


@jit
def points_on_lines(rows, marks):
    """The sum over distinct projective lines of the number of points in which earlier lines meet each.

    A point on a line is a ratio x : y of integers up to 2^53. Where all of a line are small, a table has a
    number for each, and what was met is marked with a number of its own (the first mark is the last of
    them); else they are told apart by hashing.
    """
    n = len(rows)
    xs, ys = np.empty(n, np.int64), np.empty(n, np.int64)
    points, line = 0, marks[0]
    for i in range(1, n):
        if meetings(rows, i, i, xs, ys) > REACH:
            points += _distinct(xs, ys, i)
            continue
        line += 1
        for j in range(i):
            mark = RATIOS[xs[j] + REACH, ys[j] + REACH]
            points += marks[mark] != line
            marks[mark] = line
    marks[0] = line
    return points


@jit
def meetings(rows, i, count, xs, ys):
    """Where the first lines meet line i, as ratios x : y of integers; all bits that these have."""
    pivot = 0
    while rows[i, pivot] == 0:
        pivot += 1
    first = 1 if pivot == 0 else 0
    second = 3 - pivot - first
    scale, b, c = rows[i, pivot], rows[i, first], rows[i, second]
    large = np.int64(0)
    for j in range(count):
        x = scale * rows[j, first] - rows[j, pivot] * b
        y = scale * rows[j, second] - rows[j, pivot] * c
        xs[j], ys[j] = x, y
        large |= abs(x) | abs(y)
    return large


@jit
def room_for(n):
    """The size of a hash table for so many ratios."""
    room = 4
    while room < 2 * n:
        room *= 2
    return room


@jit
def place_of(xs, ys, j, owner, quotients, quotient, bits):
    """The place of ratio j in a hash table by quotients in float64: that of an equal one, or a free one,
    where the quotient is noted. There is room for one quotient, and its bits.

    Equal ratios have equal quotients, both being rounded correctly. Where quotients agree, the difference of
    the cross products is at most 2^-51 of them, so below 2^55: it is zero if it is zero modulo 2^64.
    """
    room = len(owner)
    quotient[0] = (xs[j] / ys[j] if ys[j] != 0 else np.inf) + 0.0  # -0.0 + 0.0 is 0.0
    place = np.int64((bits[0] * ODD) >> np.uint64(32)) & (room - 1)
    while owner[place] >= 0 and not (
        quotients[place] == quotient[0] and xs[j] * ys[owner[place]] == ys[j] * xs[owner[place]]
    ):
        place = (place + 1) & (room - 1)
    quotients[place] = quotient[0]
    return place


@jit
def _distinct(xs, ys, n):
    """How many of the first ratios are distinct."""
    room = room_for(n)
    owner, quotients, quotient = np.full(room, -1, np.int64), np.empty(room), np.empty(1)
    points, bits = 0, quotient.view(np.uint64)
    for j in range(n):
        place = place_of(xs, ys, j, owner, quotients, quotient, bits)
        if owner[place] < 0:
            owner[place] = j
            points += 1
    return points


@jit
def whitney_numbers(rows, out):
    """Add the Whitney numbers of distinct primitive rows (d >= 3 columns) to out; false if too large."""
    return _add(rows, out, np.zeros(MARKS, np.int64))


@jit
def _add(rows, out, marks):
    n, d = rows.shape
    limit = LIMIT_OF_LINES if d == 3 else LIMIT
    for j in range(n):
        for c in range(d):
            if abs(rows[j, c]) > limit:
                return False
    if d == 3:
        points = points_on_lines(rows, marks)
        out[0] += 1
        out[1] += n
        out[2] += points
        if n:
            out[3] += points - n + 1
        return True
    out[0] += 1
    for i in range(n):  # noqa: SIM110 - the compiler takes no generators
        if not _add(cut(rows, i), out[1:], marks):
            return False
    return True
