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
        Bits and paths of boxes.
    """
    g, cover, data, _ = side
    if cover.depth > _EXACT or not data:
        return []
    from .marks_kernel import marks_of

    shared, r = isinstance(g, checker.Shared), g.rank
    shift, scale, _ = scales(g, g.rows)
    read = [k for k, weight in enumerate(g.weights) if shared or weight < 0]
    rows = np.array([[_twin(x, shift) for x in g.rows[k]] for k in read]).reshape(-1, r, 2)
    weights, base, pairs = np.empty((len(rows), 0)), np.empty((0, r)), np.empty((0, 3), np.int64)
    if isinstance(g, checker.Maxima):
        pairs = np.array([(*g.pairs[k], g.owner[g.pairs[k][0]]) for k in read], np.int64).reshape(-1, 3)
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
        pairs,
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
