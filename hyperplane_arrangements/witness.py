"""An exact point inside each chamber.

The point starts at the lowest point of the chamber (statement 1.1) and leaves the pivots one after the other, the
last first, each time less than halfway to the nearest hyperplane in the way.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from .frame import Frame
from .search import Flat, descend_to, sides_of_basis


def exact_witness(frame: Frame, basis: Sequence[int]) -> tuple[int, ...]:
    """A point strictly inside the chamber of an NBC set.

    Args:
        frame: the arrangement.
        basis: an NBC set of row indices, decreasing.

    Returns:
        Integers, in the coordinates of the central arrangement behind the frame.
    """
    flat = descend_to(frame, basis)
    if flat is None:
        raise ValueError(f"{tuple(basis)} contains a broken circuit")
    point = _coordinates(flat, _base(flat), _steps(flat))
    scale = lcm(*(x.denominator for x in point))
    return frame.original([scale, *(int(x * scale) for x in point)])


def _power(bound: Fraction) -> Fraction:
    """A power of two, at most the positive bound and more than a quarter of it."""
    exponent = bound.numerator.bit_length() - bound.denominator.bit_length() - 1
    return Fraction(1 << exponent) if exponent >= 0 else Fraction(1, 1 << -exponent)


def _base(flat: Flat) -> list[Fraction]:
    """x_1..x_m of the base point: each so far down that it decides every row that it is the last to touch."""
    low: list[Fraction] = []
    for c in range(1, flat.m + 1):
        reach = Fraction(1)
        for row in flat.rows:
            if row[c] and not any(row[c + 1 : flat.m + 1]):
                rest = row[0] + sum((a * x for a, x in zip(row[1:c], low, strict=True)), Fraction(0))
                reach = max(reach, 8 * abs(rest / row[c]))
        low.append(-_power(reach))
    return low


def _steps(flat: Flat) -> dict[int, Fraction]:
    """The value of each pivot row at the witness, by the column it eliminated."""
    low = [Fraction(1), *_base(flat)]
    values = [sum((a * x for a, x in zip(row, low, strict=False)), Fraction(0)) for row in flat.rows]
    steps: dict[int, Fraction] = {}
    for c, side in sorted(sides_of_basis(flat).items()):
        changes = [-side * row[c] for row in flat.rows]
        reach = [abs(v / w) for v, w in zip(values, changes, strict=True) if v and w]
        step = _power(min(reach, default=Fraction(2)) / 2)
        values = [v + step * w if w else v for v, w in zip(values, changes, strict=True)]
        steps[c] = side * step
    return steps


def _coordinates(flat: Flat, low: list[Fraction], steps: dict[int, Fraction]) -> list[Fraction]:
    point = list(low)
    for c in sorted(flat.pivots):
        row, scale = flat.pivots[c]
        value = scale * steps[c] + sum((row[q] * steps[q] for q in range(c + 1, len(row))), Fraction(0))
        known = row[0] + sum((a * x for a, x in zip(row[1:c], point, strict=True)), Fraction(0))
        point.append((value - known) / row[c])
    return point
