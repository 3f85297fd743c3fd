"""Where parts of a written cover begin, so that many can check it at once.

A box begins at the bit where the one before ends, and how many bits that has depends on which rows cross the
leaves. Floats see nearly always which, in a hundredth of the time of the check. Nothing rests on these
marks: the checker's parts end where the next begin, or it goes through all of the cover itself.
"""

from __future__ import annotations

import numpy as np

from .. import checker
from .encoding import PARTS
from .proof import float_over, scales

_EXACT = 50  # halvings, of which floats hold the ends


def marks(side: checker.Side, workers: int) -> list[checker.Mark]:
    """Marks in one tree of a cover, for parts of the same lengths in all of its trees.

    Args:
        side: as the checker has it.
        workers: how many there are for all trees.

    Returns:
        Bits and paths of boxes; none with max pooling.
    """
    g, cover, data, _ = side
    if isinstance(g, checker.Maxima) or cover.depth > _EXACT or not data:
        return []
    from .marks_kernel import marks_of

    shared, r = isinstance(g, checker.Shared), g.rank
    shift, scale, _ = scales(g, g.rows)
    read = [row for row, weight in zip(g.rows, g.weights, strict=True) if shared or weight < 0]
    rows = np.array([[_twin(x, shift) for x in row] for row in read]).reshape(-1, r, 2)
    weights, base = np.empty((len(rows), 0)), np.empty((0, r))
    if isinstance(g, checker.Shared):
        columns = [[float_over(w, scale - shift) for w in column] for column in g.columns]
        weights = np.array(columns).T.reshape(-1, len(columns))
        base = np.array([[float_over(x, scale) for x in part] for part in g.base])
    parts = max(1, round(PARTS * workers * len(data) / (len(cover.plus) + len(cover.minus))))
    places, ends, paths = marks_of(
        np.frombuffer(data, np.uint8),
        rows,
        np.ascontiguousarray(weights),
        base,
        (r - 1).bit_length(),
        cover.bits,
        (cover.depth + 1) * (r - 1),
        -(-8 * len(data) // parts),
    )
    found = np.split(paths, ends[:-1]) if len(ends) else []
    return [(place, tuple(path.tolist())) for place, path in zip(places.tolist(), found, strict=True)]


def _twin(value: int, shift: int) -> tuple[float, float]:
    """Two floats whose sum is nearly ``value / 2^shift``."""
    head = float_over(value, shift)
    numerator, denominator = head.as_integer_ratio()
    return head, float_over(value - (numerator << shift) // denominator, shift)
