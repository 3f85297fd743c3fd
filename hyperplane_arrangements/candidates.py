"""Points for a few thousand chambers at once, in NumPy: found by plain floats, then proven.

The points are those of `witness.py`, for all chambers with equally many pivots together. How a point is found
proves nothing, so here, and only here, a number that is tiny may be taken for zero.
"""

from __future__ import annotations

import numpy as np

from .exact import certain_signs
from .frame import Frame

_ZERO = 2.0**-36
_CHUNK = 1 << 21  # numbers in the largest array


def candidates(
    frame: Frame, basis: np.ndarray, bits: np.ndarray, affine: bool
) -> tuple[np.ndarray, np.ndarray]:
    """A float point for each chamber, and whether it is proven inside.

    Args:
        frame: the arrangement.
        basis: P x d, NBC sets padded with -1.
        bits: P x ceil(N / 8), packed signs.
        affine: whether to scale the last coordinate to 1, otherwise the largest to 1 or -1.

    Returns:
        P x (d + 1) float64 in the coordinates of the hyperplanes, and P bool.
    """
    expected = np.unpackbits(bits, axis=1, bitorder="little", count=frame.size).astype(np.int8) * 2 - 1
    points = np.zeros((len(basis), frame.dimension + 1))
    sizes = (basis >= 0).sum(axis=1)
    for k in np.unique(sizes):
        chosen = np.flatnonzero(sizes == k)
        step = max(1, _CHUNK // (frame.size * (frame.dimension - k + 1)))
        for part in np.split(chosen, range(step, len(chosen), step)):
            with np.errstate(all="ignore"):
                points[part] = _points(frame, basis[part, :k], expected[part], affine)
    points[~np.isfinite(points).all(axis=1)] = 0.0
    return points, (certain_signs(frame.hyperplanes, points) == expected).all(axis=1)


def _points(frame: Frame, sets: np.ndarray, expected: np.ndarray, affine: bool) -> np.ndarray:
    """Points for chambers with k pivots each: P x (d + 1)."""
    rows, k = frame.scaled, sets.shape[1]
    fixed = rows.shape[1] - k  # columns 0..m
    square = rows[sets][:, :, fixed:]
    square[np.linalg.det(square) == 0] = np.eye(
        k
    )  # no inverse in floats: any point will do, it will not be inside
    inverse = np.linalg.inv(square)
    tops, absolute = rows[:, fixed:], np.abs(rows)
    inverse = _cleared(inverse, np.abs(inverse) @ absolute[sets][:, :, fixed:] @ np.abs(inverse))
    slopes = inverse @ rows[sets][:, :, :fixed]
    sizes = absolute[:, :fixed] + absolute[:, fixed:] @ (np.abs(inverse) @ absolute[sets][:, :, :fixed])
    on_flat = _cleared(rows[:, :fixed] - tops @ slopes, sizes)
    np.put_along_axis(on_flat, sets[:, :, None], 0.0, axis=1)
    z = np.zeros((len(sets), rows.shape[1]))
    z[:, 0] = 1.0
    rests = _go_down(on_flat, z)
    sides = np.take_along_axis(expected, np.array(frame.bits)[sets], axis=1) if k else sets
    steps = np.zeros(sets.shape)
    for t in range(k - 1, -1, -1):
        column = inverse[:, :, t]
        changes = _cleared(column @ tops.T, np.abs(column) @ np.abs(tops).T)
        np.put_along_axis(changes, sets, 0.0, axis=1)
        room = np.where((rests != 0) & (changes != 0), np.abs(rests / changes), np.inf).min(
            axis=1, initial=np.inf
        )
        usual = np.abs(rows[sets[:, t], 0])
        room[~np.isfinite(room)] = np.where(usual > 0, usual, 1.0)[~np.isfinite(room)]
        steps[:, t] = sides[:, t] * room / 2
        rests = rests + steps[:, t, None] * changes
        rests[np.arange(len(sets)), sets[:, t]] = steps[:, t]
    z[:, fixed:] = np.einsum("pct,pt->pc", inverse, steps) - np.einsum("pcq,pq->pc", slopes, z[:, :fixed])
    points = z @ frame.back_floats.T
    scale = points[:, -1] if affine else np.abs(points).max(axis=1)
    return points / scale[:, None]


def _cleared(values: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Sums of terms of these sizes, with what little is left of a cancellation taken for zero."""
    return np.where(np.abs(values) <= _ZERO * sizes, 0.0, values)


def _go_down(on_flat: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Fill in x_1..x_m of a point far down each flat; the values of the rows there: P x n."""
    rests, sizes = on_flat[:, :, 0], np.abs(on_flat[:, :, 0])
    m = on_flat.shape[2] - 1
    for c in range(1, m + 1):
        last = (on_flat[:, :, c] != 0) & (on_flat[:, :, c + 1 :] == 0).all(axis=2)
        reach = np.where(last, 2 * np.abs(rests / on_flat[:, :, c]), 0.0).max(axis=1, initial=0.0)
        if c == m:
            reach[reach == 0] = 1.0
        z[:, c] = -reach
        move = reach[:, None] * on_flat[:, :, c]
        sizes = sizes + np.abs(move)
        rests = _cleared(rests - move, sizes)
    return rests
