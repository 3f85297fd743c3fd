"""Arrays for the compiled search, and calls of it. Importing this module does not import numba; use does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .frame import Frame, Integers
from .search import NotGeneral

_LARGEST = 2**26  # see kernel.LIMIT
_ROOM = 4096  # undecided flats in one call before it gives up


class OverLimit(Exception):
    """There are more chambers than the limit."""


class GaveUp(Exception):
    """Too many flats were undecided in floats; use exact integers, or another arithmetic."""


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """A frame as float64 columns.

    Attributes:
        values: (d + 1) x n, the rows of the frame: integers if `exact`, otherwise each over a power of two.
        errors: (d + 1) x n, bounds on the error of `values`.
        exact: which arithmetic.
        bits: n int64, `Frame.bits`.
        infinity: `Frame.infinity`.
        back: (d + 1) x (d + 1), `Frame.back` rounded.
        planes: (d + 1) x N, all hyperplanes, each over a power of two, rounded.
    """

    values: np.ndarray
    errors: np.ndarray
    exact: bool
    bits: np.ndarray
    infinity: int
    back: np.ndarray
    planes: np.ndarray

    @property
    def words(self) -> int:
        """64-bit words a packed sign vector takes."""
        return (len(self.bits) + 64) // 64

    def space(self) -> tuple[np.ndarray, ...]:
        """Fresh arrays for one call: values, errors, scales, gone."""
        r, n = self.values.shape
        values, errors = np.zeros((r, r, n)), np.zeros((r, r, n))
        values[0], errors[0] = self.values, self.errors
        return values, errors, np.ones(r), np.zeros((r, n), np.int16)


def arithmetics(frame: Frame, hyperplanes: Integers) -> list[Tables]:
    """The tables to try, the best first."""
    rows = _objects(frame.rows)
    planes, _ = _scaled(_objects(hyperplanes))
    bits = np.array(frame.bits, np.int64)
    common = (bits, frame.infinity, frame.back_floats, _columns(planes))
    values, errors = _scaled(rows)
    tables = [Tables(_columns(values), _columns(errors), False, *common)]
    if max(abs(x) for row in frame.rows for x in row) < _LARGEST:
        integers = _columns(rows.astype(np.float64))
        tables.insert(0, Tables(integers, np.zeros_like(integers), True, *common))
    return tables


def _objects(rows: Integers) -> np.ndarray:
    table = np.empty((len(rows), len(rows[0])), dtype=object)
    for i, row in enumerate(rows):
        table[i] = row
    return table


def _columns(rows: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(rows.T)


def _scaled(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each row over a power of two, rounded, with bounds on the rounding: zero where there was none."""
    values, errors = np.zeros(rows.shape), np.zeros(rows.shape)
    for i, row in enumerate(rows):
        bits = max(int(x).bit_length() for x in row)
        for j, x in enumerate(row):
            values[i, j] = int(x) / (1 << bits)
            p, q = values[i, j].as_integer_ratio()
            if p << bits != int(x) * q:
                errors[i, j] = abs(values[i, j]) * 2.0**-53 + 2.0**-1073
    return values, errors


def count(
    tables: Tables, prefix: Sequence[int], first: int, last: int, limit: int | None = None
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Count the NBC sets under each child of a prefix.

    Args:
        tables: the arrangement.
        prefix: decreasing row indices; at least two coordinates must be left.
        first: the first child; -1 for the prefix itself.
        last: one more than the last child.
        limit: stop when there are more.

    Returns:
        Counts of children -1, 0, 1, ... and the undecided prefixes, which are not counted.

    Raises:
        NotGeneral: the coordinates are not general enough.
        GaveUp: too much is undecided.
        OverLimit: there are more than the limit.
    """
    from . import kernel

    counts = np.zeros(last + 1, np.int64)
    undecided = np.zeros((_ROOM, len(tables.values) + 1), np.int64)
    noted = np.zeros(1, np.int64)
    pivots = np.array(prefix, np.int64)
    most = np.iinfo(np.int64).max if limit is None else limit
    run: Any = kernel.count
    status = run(*tables.space(), tables.exact, pivots, first, last, most, counts, undecided, noted)
    _raise_for(status)
    return counts, _prefixes(undecided[: noted[0]])


def search(
    tables: Tables, prefix: Sequence[int], first: int, last: int, capacity: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, ...]]]:
    """The chambers under some children of a prefix (arguments and errors as in `count`).

    Returns:
        Packed signs (P x 8 words uint8), bases (P x d int32, -1 padded), and the undecided prefixes.
    """
    from . import kernel

    out = np.empty((capacity, tables.words), np.uint64)
    basis = np.full((capacity, len(tables.values) - 1), -1, np.int32)
    undecided = np.zeros((_ROOM, len(tables.values) + 1), np.int64)
    noted = np.zeros(1, np.int64)
    pivots = np.array(prefix, np.int64)
    where = (tables.bits, tables.infinity, out, basis, undecided, noted)
    run: Any = kernel.search
    status, size = run(*tables.space(), tables.exact, pivots, first, last, *where)
    _raise_for(status)
    return out[:size].astype("<u8", copy=False).view(np.uint8), basis[:size], _prefixes(undecided[: noted[0]])


def witnesses(
    tables: Tables, affine: bool, basis: np.ndarray, bits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """A float point for each chamber, in coordinates of the hyperplanes, and whether it is proven inside."""
    from . import witness_kernel

    points, proven = np.empty((len(basis), len(tables.back))), np.zeros(len(basis), np.bool_)
    values, _, scales, _ = tables.space()
    frames = (tables.back, tables.planes, affine)
    witness_kernel.witnesses(values, scales, tables.exact, *frames, basis, bits, points, proven)
    return points, proven


def _prefixes(undecided: np.ndarray) -> list[tuple[int, ...]]:
    return [tuple(int(j) for j in row[1 : row[0] + 1]) for row in undecided]


def _raise_for(status: int) -> None:
    from .kernel import GOOD, NOT_GENERAL, OVER_LIMIT

    if status == OVER_LIMIT:
        raise OverLimit
    if status == NOT_GENERAL:
        raise NotGeneral
    if status != GOOD:
        raise GaveUp
