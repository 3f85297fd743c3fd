"""Arrays for the compiled search, and calls of it. Importing this module does not import numba; use does."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..exact.quadratic import irrational
from .frame import EXACT, Frame, Integers

_FLOAT = 2**53
_ROOM = 2**16  # undecided flats in one call before it gives up
_FEW = 2**8  # and before another arithmetic is tried first


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
        scale: `Frame.scale`.
        bits: n int64, `Frame.bits`.
        infinity: `Frame.infinity`.
        patience: how many flats may be left undecided in one call.
    """

    values: np.ndarray
    errors: np.ndarray
    exact: bool
    scale: int
    bits: np.ndarray
    infinity: int
    patience: int = _ROOM

    @property
    def words(self) -> int:
        """64-bit words a packed sign vector takes."""
        return (len(self.bits) + 64) // 64

    def space(self, words: int) -> Any:
        """Fresh room for one call that writes sign vectors of so many 64-bit words, or only counts."""
        from .kernel import Space

        r, n = self.values.shape
        levels = max(2, r - 1)
        values, errors = np.empty((levels, r, n)), np.zeros((levels, r, n))
        values[0], errors[0] = self.values, self.errors
        masks, fixed = np.zeros((2 * n, 2, words), np.uint64), np.zeros((r + 2, words), np.uint64)
        if words:
            masks[np.arange(n), 0, self.bits >> 6] = np.uint64(1) << (self.bits & 63).astype(np.uint64)
            fixed[0, self.infinity >> 6] = np.uint64(1 << (self.infinity & 63))
        return Space(
            values,
            errors,
            np.full(r, float(self.scale)),
            np.zeros((levels, 3, n), np.int64),
            np.zeros((r + 1, 3, r), np.int64),
            masks,
            np.zeros((r, 2, words), np.uint64),
            fixed,
            np.zeros((6, r + 2), np.int64),
            np.zeros((2, n), np.int64),
            np.zeros((2, n)),
            np.zeros((2, 1 << (2 * n).bit_length()), np.int64),
        )


def is_loaded(module: str, entry: str) -> bool:
    """Whether this process has compiled code at hand, so that even the smallest job may use it."""
    kernel: Any = sys.modules.get(f"{__package__}.{module}")
    return kernel is not None and bool(getattr(kernel, entry).signatures)


def attempts(frame: Frame) -> Iterator[Tables]:
    """What to try one after the other: each arithmetic as long as it leaves little undecided, then each until
    it leaves very much. What is left to Python integers may take a thousand times as long."""
    if irrational(frame.rows):
        return
    for patience in (_FEW, _ROOM):
        for tables in arithmetics(frame):
            yield replace(tables, patience=patience)


def arithmetics(frame: Frame) -> list[Tables]:
    """The tables to try, the best first."""
    bits = np.array(frame.bits, np.int64)
    common = (bits, frame.infinity)
    tables = [Tables(columns(scaled(frame.rows)), columns(rounding(frame.rows)), False, 1, *common)]
    if max(map(max, frame.rows)) < EXACT and -min(map(min, frame.rows)) < EXACT:
        integers = columns(np.array(frame.rows, np.float64))
        tables.insert(0, Tables(integers, np.zeros_like(integers), True, frame.scale, *common))
    return tables


def columns(rows: np.ndarray) -> np.ndarray:
    """The transpose, in one piece."""
    return np.ascontiguousarray(rows.T)


def scaled(rows: Integers) -> np.ndarray:
    """Each row over a power of two that brings it to at most 1, rounded."""
    largest = [max(max(row), -min(row)) for row in rows]
    if max(largest) < _FLOAT:
        _, exponents = np.frexp(np.array(largest, np.float64))
        return np.ldexp(np.array(rows, np.float64), -exponents[:, None])
    powers = [1 << size.bit_length() for size in largest]
    return np.array(
        [[x / power for x in row] for row, power in zip(rows, powers, strict=True)], dtype=np.float64
    )


def rounding(rows: Integers) -> np.ndarray:
    """Bounds on the error of `scaled`, zero where there is none."""
    sizes = np.abs(scaled(rows))
    digits = np.array([[x.bit_length() - (x & -x).bit_length() if x else -1 for x in row] for row in rows])
    exact = (digits < 0) | (digits < 53) & (sizes > 2.0**-960)
    return np.where(exact, 0.0, sizes * 2.0**-53 + 2.0**-1073)


def count(
    tables: Tables, prefix: Sequence[int], ends: tuple[int, int], limit: int | None = None
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Count the NBC sets under some children of a prefix.

    Args:
        tables: the arrangement.
        prefix: decreasing row indices.
        ends: the first child, -1 for the prefix itself (and all of it, if only a line is left); one more
            than the last.
        limit: stop when there are more.

    Returns:
        Counts of children -1, 0, 1, ... and the undecided prefixes, which are not counted.

    Raises:
        GaveUp: too much is undecided.
        OverLimit: there are more than the limit.
    """
    out, basis = np.empty((0, tables.words), np.uint64), np.empty((0, len(tables.values) - 1), np.int32)
    most = np.iinfo(np.int64).max if limit is None else limit
    counts, _, undecided = _walk(tables, prefix, ends, most, out, basis)
    return counts, [pivots for _, pivots in undecided]


def count_by_size(
    tables: Tables, ends: tuple[int, int], limit: int | None = None
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """The numbers of NBC sets of each size, 0 to d, that begin with some rows; otherwise as `count`."""
    out, basis = np.empty((0, tables.words), np.uint64), np.empty((0, len(tables.values) - 1), np.int32)
    most = np.iinfo(np.int64).max if limit is None else limit
    _, sizes, undecided = _walk(tables, (), ends, most, out, basis)
    return sizes[: len(tables.values)], [pivots for _, pivots in undecided]


def search(
    tables: Tables, prefix: Sequence[int], ends: tuple[int, int], capacity: int
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, tuple[int, ...]]]]:
    """The chambers under some children of a prefix (arguments and errors as in `count`).

    Returns:
        Packed signs (P x 8 words uint8), bases (P x d int32, -1 padded), and the undecided prefixes, each
        with the number of chambers that come before its own.
    """
    out = np.empty((capacity, tables.words), np.uint64)
    basis = np.empty((capacity, len(tables.values) - 1), np.int32)
    counts, _, undecided = _walk(tables, prefix, ends, capacity, out, basis)
    size = counts.sum()
    return out[:size].astype("<u8", copy=False).view(np.uint8), basis[:size], undecided


def _walk(
    tables: Tables,
    prefix: Sequence[int],
    ends: tuple[int, int],
    limit: int,
    out: np.ndarray,
    basis: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, list[tuple[int, tuple[int, ...]]]]:
    """Call the kernel: the counts, by child and by size, and the undecided prefixes with their places."""
    from . import kernel

    counts, sizes = np.zeros(ends[1] + 1, np.int64), np.zeros(len(tables.values) + 1, np.int64)
    room = min(_ROOM, tables.patience)
    undecided, noted = np.empty((room, len(tables.values) + 2), np.int32), np.zeros(1, np.int64)
    space = tables.space(tables.words if len(out) else 0)
    run: Any = kernel.walk
    status = run(
        *(space, tables.exact, np.array(prefix, np.int64), *ends, limit),
        *(counts, sizes, out, basis, undecided, noted),
    )
    if status == kernel.OVER_LIMIT:
        raise OverLimit
    if status != kernel.GOOD:
        raise GaveUp
    found = undecided[: noted[0]].tolist()
    return counts, sizes, [(place, tuple(pivots[:size])) for place, size, *pivots in found]
