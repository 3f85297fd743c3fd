"""A float point for each chamber, proven inside where floats can prove it.

How a point is found proves nothing, so rounding does not matter there, and a number that is tiny may be taken
for zero; the proof is a bound on the error of its product with each hyperplane. The points are those of
`witness.py`, but that each step goes halfway. NumPy here and the compiled code of `witness_kernel.py` do the
same operations in the same order, so that they find the same floats. Many lines in a plane are always seen
line by line (`line_kernel.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .frame import Frame
from .roundoff import CANCELLED, INFLATE, TINY, UNIT
from .tables import columns, scaled

_LINES = 100  # from which on the time to sort them is made up for
_CHUNK = 1 << 21  # numbers in the largest array


@dataclass(frozen=True, slots=True, eq=False)
class Floats:
    """A frame rounded.

    Attributes:
        forms: (d + 1) x (n + d + 1): the rows of the frame, each over a power of two; then the coordinates of
            the arrangement, all over one.
        bits: n int64, `Frame.bits`.
        planes: (d + 1) x N, the hyperplanes in the coordinates of the arrangement, each over a power of two.
    """

    forms: np.ndarray
    bits: np.ndarray
    planes: np.ndarray

    @property
    def many_lines(self) -> bool:
        """Whether these are so many lines in a plane that it saves time to see all chambers along one."""
        return len(self.planes) == 3 and len(self.bits) >= _LINES


def floats(frame: Frame) -> Floats:
    """Round a frame."""
    largest = max(abs(x).bit_length() for row in frame.back for x in row)
    back = np.array([[x / (1 << largest) for x in row] for row in frame.back], dtype=np.float64)
    forms = columns(np.concatenate([scaled(frame.rows), back]))
    return Floats(forms, np.array(frame.bits, np.int64), columns(scaled(frame.hyperplanes)))


def compiled(
    floats: Floats, basis: np.ndarray, bits: np.ndarray, affine: bool
) -> tuple[np.ndarray, np.ndarray]:
    """What `candidates` finds, by compiled code; for many lines in a plane other points, as they are proven
    together (`line_kernel.py`)."""
    points, proven = np.empty((len(basis), len(floats.planes))), np.zeros(len(basis), np.bool_)
    # Bits that may not be written to are another type, and would be compiled for once more.
    sets, patterns = np.ascontiguousarray(basis, np.int32), np.require(bits, requirements=["C", "W"])
    if not floats.many_lines:
        _one_by_one(floats, sets, patterns, affine, points, proven)
        return points, proven
    _line_by_line(floats, sets, patterns, affine, points, proven)
    left = np.flatnonzero(~proven)
    others, also = np.empty((len(left), len(floats.planes))), np.zeros(len(left), np.bool_)
    _one_by_one(floats, sets[left], patterns[left], affine, others, also)
    points[left], proven[left] = others, also
    return points, proven


def _one_by_one(floats: Floats, *job: Any) -> None:
    from . import witness_kernel

    values = np.empty((max(1, len(floats.planes) - 1), *floats.forms.shape))
    values[0] = floats.forms
    room = (values, np.zeros(len(values), np.int64), np.zeros((3, floats.forms.shape[1] + 8)))
    run: Any = witness_kernel.witnesses
    run(*room, floats.bits, floats.planes, witness_kernel.SIGNS, job[2], *job[:2], *job[3:])


def _line_by_line(floats: Floats, *job: Any) -> None:
    from . import line_kernel

    n, width = floats.planes.shape[1], job[1].shape[1]
    values = np.empty((2, *floats.forms.shape))
    values[0] = floats.forms
    room = (np.empty((10, n)), np.empty((5, n), np.int64), np.empty(width, np.uint8), np.empty((4, 3)))
    run: Any = line_kernel.on_lines
    run(values, floats.bits, floats.planes, *room, job[2], *job[:2], *job[3:])


def candidates(
    floats: Floats, basis: np.ndarray, bits: np.ndarray, affine: bool
) -> tuple[np.ndarray, np.ndarray]:
    """A float point for each chamber, and whether it is proven inside.

    Args:
        floats: the arrangement.
        basis: P x d, NBC sets padded with -1.
        bits: P x ceil(N / 8), packed signs.
        affine: whether to scale the last coordinate to 1, otherwise the largest to 1 or -1.

    Returns:
        P x (d + 1) float64 in the coordinates of the hyperplanes, and P bool.
    """
    signs = np.unpackbits(bits, axis=1, bitorder="little", count=floats.planes.shape[1]) * 2.0 - 1.0
    points = np.zeros((len(basis), len(floats.planes)))
    proven = np.zeros(len(basis), np.bool_)
    sizes = (basis >= 0).sum(axis=1)
    for k in np.unique(sizes):
        chosen = np.flatnonzero(sizes == k)
        for part in np.split(chosen, range(0, len(chosen), max(1, _CHUNK // floats.forms.size))[1:]):
            with np.errstate(all="ignore"):
                points[part] = _points(floats, basis[part, :k], signs[part], affine)
                proven[part] = _are_inside(floats.planes, points[part], signs[part])
    return points, proven


def _points(floats: Floats, sets: np.ndarray, signs: np.ndarray, affine: bool) -> np.ndarray:
    """Points for chambers with k pivots each: P x (d + 1)."""
    n, d, k = len(floats.bits), len(floats.forms) - 1, sets.shape[1]
    table = np.broadcast_to(floats.forms, (len(sets), *floats.forms.shape))
    steps = max(0, min(k, d - 1))
    for t in range(steps):
        table = _cut(table, sets[:, t], d - t, n)
    m = d - steps
    rests = _above_vertex(table, sets[:, -1], n) if k == d > 0 else _above_base(table, m, n)
    sides = np.take_along_axis(signs, floats.bits[sets], axis=1) if k else sets
    for t in range(steps - 1, -1, -1):
        change = sides[:, t, None] * table[:, d - t]
        inverse = _largest(change[:, :n] / rests[:, :n], rests[:, :n])
        usual = np.abs(floats.forms[0, sets[:, t]])
        usual[usual == 0] = 1.0
        step = np.where(inverse > 0, 0.5 / inverse, usual)
        rests = rests - step[:, None] * change
    points = rests[:, n:]
    return points / (points[:, -1] if affine else np.abs(points).max(axis=1))[:, None]


def _cut(old: np.ndarray, sets: np.ndarray, m: int, n: int) -> np.ndarray:
    """Each flat cut with its next pivot: plain elimination, what is left of a cancellation taken for zero."""
    cells = np.arange(len(old))
    pivots = old[cells, :, sets]
    leads = np.maximum(m - np.argmax(pivots[:, m:0:-1] != 0, axis=1), 1)
    source = np.arange(old.shape[1]) + (np.arange(old.shape[1]) >= leads[:, None])
    source[:, m] = leads
    source[:, m + 1 :] -= 1
    old = np.take_along_axis(old, source[:, :, None], axis=1)
    pivot = pivots[cells, leads]
    factor = old[cells, :, sets] / pivot[:, None]
    factor[:, m] = 1.0 / pivot
    right = factor[:, :, None] * old[:, m, None]
    left = old.copy()
    left[:, m] = 0.0
    new = left - right
    rows = new[:, :, :n]
    small = np.abs(rows) <= CANCELLED * (np.abs(left[:, :, :n]) + np.abs(right[:, :, :n]))
    rows[small] = 0.0
    at_pivot = new[cells, :, sets]
    at_pivot[:, np.arange(new.shape[1]) != m] = 0.0
    new[cells, :, sets] = at_pivot
    return new


def _largest(ratios: np.ndarray, rests: np.ndarray) -> np.ndarray:
    """The largest positive ratio of each chamber where there is a rest, 0 if there is none."""
    return np.where((ratios > 0) & (rests != 0), ratios, 0.0).max(axis=1, initial=0.0)


def _above_vertex(table: np.ndarray, last: np.ndarray, n: int) -> np.ndarray:
    """The forms halfway from the lowest vertex on a line to the next one up."""
    constant, slope = table[:, 0], table[:, 1]
    cells = np.arange(len(table))
    at = -constant[cells, last] / slope[cells, last]
    moved = at[:, None] * slope
    rests = constant + moved
    rows = rests[:, :n]
    rows[np.abs(rows) <= CANCELLED * (np.abs(constant[:, :n]) + np.abs(moved[:, :n]))] = 0.0
    rests[cells, last] = 0.0
    inverse = _largest(-slope[:, :n] / rests[:, :n], rests[:, :n])
    step = np.where(inverse > 0, 0.5 / inverse, np.where(at != 0, np.abs(at), 1.0))
    return rests + step[:, None] * slope


def _above_base(table: np.ndarray, m: int, n: int) -> np.ndarray:
    """The forms at a point far down each flat."""
    rests = table[:, 0]
    for c in range(1, m + 1):
        value = table[:, c]
        last = value[:, :n] != 0
        for q in range(c + 1, m + 1):
            last = last & (table[:, q, :n] == 0)
        reach = 2.0 * _largest(np.abs(rests[:, :n] / value[:, :n]), last * 1.0)
        reach[(reach == 0) & last.any(axis=1)] = 1.0
        rests = rests - reach[:, None] * value
    return rests


def _are_inside(planes: np.ndarray, points: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Whether every sign at a point is certain and as expected: a proof, see `exact.signs`."""
    sums, sizes = np.zeros_like(signs), np.zeros_like(signs)
    for c, plane in enumerate(planes):
        product = plane * points[:, c, None]
        sums = sums + product if c else product
        sizes = sizes + np.abs(product)
    factor, floor = (len(planes) + 4) * UNIT * INFLATE, TINY * np.maximum(1.0, np.abs(points).max(axis=1))
    return (signs * sums > factor * sizes + floor[:, None]).all(axis=1)
