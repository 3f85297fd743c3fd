"""An exact point inside each chamber.

The point starts at the lowest point of the chamber (statement 1.1) and leaves the pivots one after the other,
the last first, each time less than halfway to the nearest hyperplane in the way.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

import numpy as np

from .frame import Frame
from .search import Flat, descend, root, sides_of_basis


def exact_witnesses(frame: Frame, basis: np.ndarray) -> Iterator[tuple[int, ...]]:
    """A point strictly inside the chamber of each NBC set.

    Args:
        frame: the arrangement.
        basis: P x d, NBC sets (row indices, decreasing) padded with -1; sets that share a beginning share its
            cost.

    Yields:
        Integers, in the coordinates of the central arrangement behind the frame.
    """
    path = [root(frame)]
    for entries in basis.tolist():
        wanted = tuple(j for j in entries if j >= 0)
        while path[-1].basis != wanted[: len(path) - 1]:
            path.pop()
        for j in wanted[len(path) - 1 :]:
            flat = descend(path[-1], j)
            if flat is None:
                raise ValueError(f"{wanted} contains a broken circuit")
            path.append(flat)
        point = _point(path[-1])
        scale = lcm(*(x.denominator for x in point))
        yield frame.original([scale, *(x.numerator * (scale // x.denominator) for x in point)])


def _exponent_below(v: int, w: int) -> int:
    """The exponent of a power of two that is at most abs(v / w), and more than a quarter of it."""
    return v.bit_length() - w.bit_length() - 1


def _point(flat: Flat) -> list[Fraction]:
    """The base point, and from there a step off each pivot; all lengths are powers of two."""
    low, rests, shift = _base(flat)
    steps: dict[int, Fraction] = {}
    for c, side in sorted(sides_of_basis(flat).items()):
        changes = [row[c] for row in flat.rows]
        room = [_exponent_below(v, w) for v, w in zip(rests, changes, strict=True) if v and w]
        row, scale = flat.pivots[c]  # without an obstacle, a step of the size of the row's constant term
        usual = row[0].bit_length() - scale.bit_length() + shift + 1
        exponent = min(room, default=usual) - 1 - shift  # rests are over 2**shift
        if exponent + shift < 0:
            rests = [v << -(exponent + shift) for v in rests]
            shift = -exponent
        step = side << (exponent + shift)
        rests = [v - step * w for v, w in zip(rests, changes, strict=True)]
        steps[c] = side * _power(exponent)
    return _coordinates(flat, low, steps)


def _power(exponent: int) -> Fraction:
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _base(flat: Flat) -> tuple[list[Fraction], list[int], int]:
    """x_1..x_m of a base point off every other row, and the rows' values there, over 2**shift."""
    low: list[Fraction] = []
    rests, shift = [row[0] for row in flat.rows], 0
    for c in range(1, flat.m + 1):
        last = [
            (v, row[c])
            for v, row in zip(rests, flat.rows, strict=True)
            if row[c] and not any(row[c + 1 : flat.m + 1])
        ]
        room = [_exponent_below(v, w) + 3 for v, w in last if v]
        if not room and c < flat.m:
            low.append(Fraction(0))
            continue
        exponent = max(room, default=shift) - shift
        if exponent + shift < 0:
            rests = [v << -(exponent + shift) for v in rests]
            shift = -exponent
        step = 1 << (exponent + shift)
        rests = [v - step * row[c] for v, row in zip(rests, flat.rows, strict=True)]
        low.append(-_power(exponent))
    return low, rests, shift


def _coordinates(flat: Flat, low: list[Fraction], steps: dict[int, Fraction]) -> list[Fraction]:
    """The point from its first m coordinates and the values of the pivot rows there."""
    point = list(low)
    for c in sorted(flat.pivots):
        row, scale = flat.pivots[c]
        value = scale * steps[c] + sum((row[q] * steps[q] for q in range(c + 1, len(row))), Fraction(0))
        known = row[0] + sum((a * x for a, x in zip(row[1:c], point, strict=True)), Fraction(0))
        point.append((value - known) / row[c])
    return point
