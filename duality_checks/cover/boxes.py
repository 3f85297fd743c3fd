"""Boxes on the faces of the cube (statement 7.2)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False, slots=True)
class Box:
    """A box ``lo <= w <= hi`` on the face ``w_j = sigma`` of the cube ``[-1, 1]^r``.

    Attributes:
        j: the coordinate of the face.
        lo, hi: its ends, dyadic, length r; ``lo[j] = hi[j] = sigma``.
    """

    j: int
    lo: np.ndarray
    hi: np.ndarray


def faces(r: int) -> list[Box]:
    """The 2r faces of the cube, ``w_0 = 1`` first, then ``w_0 = -1``, and so on.

    Example:
        >>> [(box.j, box.lo.tolist(), box.hi.tolist()) for box in faces(2)][:2]
        [(0, [1.0, -1.0], [1.0, 1.0]), (0, [-1.0, -1.0], [-1.0, 1.0])]
    """
    found = []
    for j in range(r):
        for sigma in (1.0, -1.0):
            lo, hi = np.full(r, -1.0), np.full(r, 1.0)
            lo[j] = hi[j] = sigma
            found.append(Box(j, lo, hi))
    return found
