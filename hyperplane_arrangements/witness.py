"""An exact point inside each chamber.

The point starts at the lowest point of the chamber (statement 1.1) and leaves the pivots one after the other, the
last first, each time less than halfway to the nearest hyperplane in the way.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from fractions import Fraction
from math import lcm

import numpy as np

from .exact import signs
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
        reach = Fraction(0)
        for row in flat.rows:
            if row[c] and not any(row[c + 1 : flat.m + 1]):
                rest = row[0] + sum((a * x for a, x in zip(row[1:c], low, strict=True)), Fraction(0))
                reach = max(reach, 8 * abs(rest / row[c]))
        low.append(-_power(reach) if reach else Fraction(-int(c == flat.m)))
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


def rounded(frame: Frame, basis: np.ndarray, bits: np.ndarray, affine: bool) -> tuple[np.ndarray, np.ndarray]:
    """Exact points rounded to floats, and whether the rounded point is still inside, decided exactly.

    Args:
        frame: the arrangement.
        basis: P x d, NBC sets padded with -1.
        bits: P x ceil(N / 8), packed signs.
        affine: whether to scale the last coordinate to 1, otherwise the largest to 1 or -1.

    Returns:
        P x (d + 1) float64, and P bool.
    """
    points = np.zeros((len(basis), frame.dimension + 1))
    for row, sets in zip(points, basis, strict=True):
        exact = exact_witness(frame, [int(j) for j in sets if j >= 0])
        scale = exact[-1] if affine else max(abs(x) for x in exact)
        with contextlib.suppress(OverflowError):
            row[:] = [x / scale for x in exact]
    expected = np.unpackbits(bits, axis=1, bitorder="little", count=frame.size).astype(np.int8) * 2 - 1
    return points, (signs(frame.hyperplanes, points) == expected).all(axis=1)
