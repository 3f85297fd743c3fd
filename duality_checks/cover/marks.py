"""Where parts of a written cover begin, so that many can check it at once.

A box begins at the bit where the one before ends, and how many bits that has depends on which rows cross the
leaves. Floats see nearly always which, in a hundredth of the time of the check. Nothing rests on these
marks: the checker's parts end where the next begin, or it goes through all of the cover itself.
"""

from __future__ import annotations

import numpy as np

from .. import checker
from .proof import float_over

PARTS = 4  # for each worker: they are done at different speeds
_EXACT = 50  # halvings, of which floats hold the ends


def marks(side: checker.Side, workers: int) -> list[checker.Mark]:
    """Marks in one side of a cover, for parts of the same lengths on both.

    Args:
        side: as the checker has it.
        workers: how many there are for both sides.

    Returns:
        Bits and paths of boxes; none with max pooling or several outputs.
    """
    g, cover, data, _ = side
    if type(g) is not checker.Kinks or cover.depth > _EXACT:
        return []
    from .marks_kernel import marks_of

    shift = max((abs(x).bit_length() for row in g.rows for x in row), default=0)
    read = [row for row, weight in zip(g.rows, g.weights, strict=True) if weight < 0]
    rows = np.array([[_twin(x, shift) for x in row] for row in read]).reshape(-1, g.rank, 2)
    parts = max(1, round(PARTS * workers * len(data) / (len(cover.plus) + len(cover.minus))))
    step = -(-8 * len(data) // parts)
    deepest = (cover.depth + 1) * (g.rank - 1)
    width = (g.rank - 1).bit_length()
    places, ends, paths = marks_of(np.frombuffer(data, np.uint8), rows, width, cover.bits, deepest, step)
    found = np.split(paths, ends[:-1]) if len(ends) else []
    return [(place, tuple(path.tolist())) for place, path in zip(places.tolist(), found, strict=True)]


def _twin(value: int, shift: int) -> tuple[float, float]:
    """Two floats whose sum is nearly ``value / 2^shift``."""
    head = float_over(value, shift)
    numerator, denominator = head.as_integer_ratio()
    return head, float_over(value - (numerator << shift) // denominator, shift)
