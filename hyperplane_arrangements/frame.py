"""Coordinates for the search: one hyperplane at infinity, the rest in general coordinates.

The search of `search.py` works on an affine arrangement in coordinates x_1, ..., x_d: row j is
`a_j(x) = c_0 + c_1 x_1 + ... + c_d x_d`. A central arrangement of rank d + 1 becomes one by a linear change
of coordinates that makes one hyperplane the first coordinate (statement 1.1 of the notes).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from math import gcd
from random import Random

import numpy as np

from .exact import ExactMatrix, exact_matrix, scaled_floats

Integers = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Frame:
    """A central arrangement seen from one of its hyperplanes.

    Attributes:
        rows: the other hyperplanes as integer rows (c_0, c_1, ..., c_d), primitive.
        bits: the index in the central arrangement of each row.
        infinity: the index of the hyperplane at infinity, positive where z_0 > 0.
        hyperplanes: all of them, N x (d + 1), in the coordinates of the arrangement.
        back: (d + 1) x (d + 1) integers; the point z = (z_0, x) is `back @ z` in the coordinates of the
            arrangement.
    """

    rows: Integers
    bits: tuple[int, ...]
    infinity: int
    back: Integers
    hyperplanes: ExactMatrix

    @property
    def size(self) -> int:
        """The number of hyperplanes, the one at infinity included."""
        return len(self.rows) + 1

    @property
    def dimension(self) -> int:
        """The dimension d of the affine space."""
        return len(self.back) - 1

    @property
    def scaled(self) -> np.ndarray:
        """The rows rounded, each over a power of two: n x (d + 1) float64."""
        return scaled_floats(_objects(self.rows, len(self.back)))

    @property
    def back_floats(self) -> np.ndarray:
        """`back` rounded, all of it over one power of two, so that nothing overflows."""
        bits = max(abs(x).bit_length() for row in self.back for x in row)
        return np.array([[x / (1 << bits) for x in row] for row in self.back])

    def original(self, point: Sequence[int]) -> tuple[int, ...]:
        """The point z = (z_0, x) in the coordinates of the arrangement."""
        return tuple(sum(m * z for m, z in zip(row, point, strict=True)) for row in self.back)


def frame(hyperplanes: Integers, infinity: int | None, attempt: int) -> Frame:
    """Choose coordinates; the higher the attempt, the more general, and the larger, the integers in them.

    Args:
        hyperplanes: distinct primitive rows of full column rank.
        infinity: which of them goes to infinity; None for a free choice.
        attempt: 0, 1, 2, ...; equal attempts give equal frames.

    Returns:
        A frame. Whether its coordinates are general enough is found out by the search.
    """
    if infinity is None:
        infinity = min(range(len(hyperplanes)), key=lambda j: (sum(map(abs, hyperplanes[j])), j))
    back = _coordinates(hyperplanes[infinity], _flag(len(hyperplanes[0]) - 1, attempt))
    columns = tuple(zip(*back, strict=True))
    bits = tuple(j for j in range(len(hyperplanes)) if j != infinity)
    rows = tuple(_primitive([_dot(hyperplanes[j], column) for column in columns]) for j in bits)
    return Frame(rows, bits, infinity, back, exact_matrix(hyperplanes))


def _coordinates(row: tuple[int, ...], flag: list[list[int]]) -> Integers:
    """A matrix whose first column is positive on the row and whose others are the flag within its kernel."""
    pivot = min((j for j in range(len(row)) if row[j]), key=lambda j: abs(row[j]))
    kernel = []
    for j in range(len(row)):
        if j != pivot:
            divisor = gcd(row[pivot], row[j])
            vector = [0] * len(row)
            vector[j], vector[pivot] = row[pivot] // divisor, -row[j] // divisor
            kernel.append(vector)
    first = [0] * len(row)
    first[pivot] = 1 if row[pivot] > 0 else -1
    columns = [first]
    for weights in flag:
        column = [sum(w * v[i] for w, v in zip(weights, kernel, strict=True)) for i in range(len(row))]
        columns.append(list(_primitive(column)))
    return tuple(zip(*columns, strict=True))


def _flag(d: int, attempt: int) -> list[list[int]]:
    """The columns of a unit triangular d x d matrix with random integers, small at first."""
    draw = Random(attempt)
    size = 1 << (attempt // 4)
    return [
        [draw.choice((-1, 1)) * draw.randint(1, size) if i < column else int(i == column) for i in range(d)]
        for column in range(d)
    ]


def _dot(left: Sequence[int], right: Sequence[int]) -> int:
    return sum(a * b for a, b in zip(left, right, strict=True))


def _primitive(row: list[int]) -> tuple[int, ...]:
    divisor = reduce(gcd, row)
    return tuple(x // divisor for x in row)


def _objects(rows: Integers, width: int) -> np.ndarray:
    table = np.empty((len(rows), width), dtype=object)
    for i, row in enumerate(rows):
        table[i] = row
    return table
