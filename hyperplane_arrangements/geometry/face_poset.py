"""All faces from the smallest up, each with its facets (statement 1.3), a rank of flats at a time.

A face F of a flat Y lies between two faces of each flat X that has Y as one of its hyperplanes: those whose
signs are F's, and on the rows that vanish on Y alone those of one side of Y in X. Every face that is not a
flat is found so, from each of its facets. Nothing is solved, and no sign is computed: all come from the walk
over the flats.

A region is a union of closed chambers, all with given signs on a few hyperplanes; the faces of its chambers
are found without the others, so that regions can be gone through one after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..enumeration.keys import bit_keys, row_keys
from .flat_table import FlatTable, Step


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Where chambers are looked for.

    Attributes:
        rows: words uint64, the hyperplanes whose side is given.
        positive: words uint64, those of them whose positive side it is.
    """

    rows: np.ndarray
    positive: np.ndarray

    def has(self, vanish: np.ndarray, positive: np.ndarray) -> np.ndarray:
        """Whether faces are in the closure of the region, from their bits (F x words)."""
        outside = positive & (self.rows & ~self.positive) | ~(positive | vanish) & self.positive
        return ~outside.any(axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class FaceLevel:
    """The faces that span the flats of one rank, flat after flat.

    Attributes:
        flat: P int64, the flat that each spans.
        positive: P x words uint64, the hyperplanes it is on the positive side of.
        face: I int64, in increasing order, and
        facet: I int64: face `face[i]` has facet `facet[i]` of the level of rank one more.
    """

    flat: np.ndarray
    positive: np.ndarray
    face: np.ndarray
    facet: np.ndarray


def faces_in(table: FlatTable, region: Region | None = None) -> list[FaceLevel]:
    """Return the faces of an arrangement, or of its cone, by the rank of the flats they span.

    Args:
        table: its flats.
        region: where to look; everywhere if None.

    Returns:
        Levels 0 (chambers) to the rank (the origin).

    Example:
        >>> from hyperplane_arrangements.plain import PlainArrangement
        >>> from hyperplane_arrangements.geometry.flat_table import flat_table
        >>> levels = faces_in(flat_table(PlainArrangement([[1, 0], [0, 1]])))
        >>> [len(level.flat) for level in levels], levels[1].positive.ravel().tolist()
        ([4, 4, 1], [2, 0, 1, 0])
    """
    vanish = table.levels[-1].vanish
    none = np.zeros(0, np.int64)
    levels = [FaceLevel(np.zeros(1, np.int64), np.zeros_like(vanish), none, none)]
    for k in reversed(range(len(table.steps))):
        levels.append(_next_level(levels[-1], table.steps[k], table.levels[k].vanish, region))
    return levels[::-1]


def _next_level(smaller: FaceLevel, step: Step, vanish: np.ndarray, region: Region | None) -> FaceLevel:
    """The faces one dimension higher, of flats that vanish on the rows given."""
    facet, cover = _pairs(smaller.flat, step.below)
    facet, cover = np.repeat(facet, 2), np.repeat(cover, 2)
    side = np.arange(len(facet)) & 1
    positive = smaller.positive[facet] | step.sides[cover, side]
    flat = step.above[cover]
    if region is not None:
        inside = region.has(vanish[flat], positive)
        positive, flat, facet = positive[inside], flat[inside], facet[inside]
    first, face = _distinct(flat, positive)
    by_face = np.argsort(face, kind="stable")
    return FaceLevel(flat[first], positive[first], face[by_face], facet[by_face])


def _pairs(flat: np.ndarray, below: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each face with each step that leads to its flat."""
    by_flat = np.argsort(below, kind="stable")
    count = np.bincount(below, minlength=int(flat.max(initial=-1)) + 1)
    start = np.cumsum(count) - count
    times = count[flat]
    face = np.repeat(np.arange(len(flat)), times)
    place = np.arange(len(face)) - np.repeat(np.cumsum(times) - times, times)
    return face, by_flat[start[flat[face]] + place]


def _distinct(flat: np.ndarray, positive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of faces given more than once the first of each, flat after flat, and for each which of these it is.

    Found by random keys, and proven equal by comparing.
    """
    for seed in range(8):
        bits = bit_keys(64 * positive.shape[1], seed)
        keys = row_keys(positive, bits) ^ bit_keys(int(flat.max(initial=-1)) + 1, seed + 8)[flat]
        order = np.argsort(keys, kind="stable")
        new = np.ones(len(keys), np.bool_)
        new[1:] = keys[order[1:]] != keys[order[:-1]]
        group = np.cumsum(new) - 1
        first = order[new]  # the least of its group, by stability
        owner = np.empty(len(keys), np.int64)
        owner[order] = group
        leader = first[owner]
        if (flat == flat[leader]).all() and (positive == positive[leader]).all():
            break
    else:
        raise AssertionError("keys of 64 random bits have collided eight times")
    ranked = np.lexsort((first, flat[first]))
    place = np.empty_like(ranked)
    place[ranked] = np.arange(len(ranked))
    return first[ranked], place[owner]
