"""Boxes on the faces of the cube, and the trees that halve them (statement 7.2).

A tree is written in preorder: the coordinate that a box is halved in, lower half first, or what became of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .codes import OPEN


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


def open_boxes(box: Box, codes: np.ndarray) -> list[Box]:
    """The boxes that a tree leaves open, in order.

    Args:
        box: the root.
        codes: the tree in preorder.

    Example:
        >>> [b.lo.tolist() for b in open_boxes(faces(2)[0], np.array([1, -1, -2], np.int8))]
        [[1.0, 0.0]]
    """
    found, stack = [], [(box.lo, box.hi)]
    for code in codes.tolist():
        lo, hi = stack.pop()
        if code >= 0:
            middle = 0.5 * (lo[code] + hi[code])
            below, above = hi.copy(), lo.copy()
            below[code], above[code] = middle, middle
            stack += [(above, hi), (lo, below)]
        elif code == OPEN:
            found.append(Box(box.j, lo, hi))
    return found
