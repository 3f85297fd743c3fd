"""All flats of an arrangement in arrays, with the steps from each to the flats on it.

The cone of an affine arrangement is central, with infinity as one of its hyperplanes; its flats at infinity
are in the table, and marked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..enumeration.flat_search import Flats, all_flats
from ..enumeration.keys import RowIndex
from ..plain import PlainArrangement


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The flats of one rank, in the order of their pivots.

    Attributes:
        pivots: F x rank of the arrangement, int32, -1 padded: independent hyperplanes that meet in the flat.
        vanish: F x words uint64: the distinct hyperplanes that contain it.
        at_infinity: F bool: whether it is at infinity; never, if the arrangement is central.
    """

    pivots: np.ndarray
    vanish: np.ndarray
    at_infinity: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """From the flats of one rank to those of the next: a step for each hyperplane on each flat.

    Attributes:
        above: C int64, the flat.
        below: C int64, the flat of the next rank that the hyperplane cuts out on it.
        sides: C x 2 x words uint64: the rows that vanish on the second alone, those that are positive on the
            positive side of the hyperplane, and those that are positive on the other.
    """

    above: np.ndarray
    below: np.ndarray
    sides: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class FlatTable:
    """All flats of an arrangement, or of its cone.

    Attributes:
        levels: by rank.
        steps: `steps[k]` leads from `levels[k]` to `levels[k + 1]`.
        affine: whether the arrangement has offsets.
    """

    levels: tuple[Level, ...]
    steps: tuple[Step, ...]
    affine: bool


def flat_table(arrangement: PlainArrangement) -> FlatTable:
    """Return all flats of an arrangement.

    Args:
        arrangement: central or affine.

    Example:
        >>> table = flat_table(PlainArrangement([[1, 0], [0, 1], [1, 1]]))
        >>> [level.vanish.ravel().tolist() for level in table.levels]
        [[0], [1, 2, 4], [7]]
        >>> table.steps[1].above.tolist(), table.steps[1].below.tolist()
        ([0, 1, 2], [0, 0, 0])
    """
    distinct = arrangement.distinct
    flats = Flats.joined(list(all_flats(distinct.rows)))
    ranks, owners = flats.ranks, np.repeat(np.arange(len(flats)), np.diff(flats.first))
    place = np.zeros(len(flats), np.int64)
    levels = []
    for k in range(flats.pivots.shape[1] + 1):
        of_rank = np.flatnonzero(ranks == k)
        place[of_rank] = np.arange(len(of_rank))
        vanish = flats.vanish[of_rank]
        levels.append(Level(flats.pivots[of_rank], vanish, at_infinity(vanish, distinct.infinity)))
    steps = []
    for k, level in enumerate(levels[1:]):
        chosen = np.flatnonzero(ranks[owners] == k)
        sides, above = flats.sides[chosen], owners[chosen]
        meet = flats.vanish[above] | sides[:, 0] | sides[:, 1]
        steps.append(Step(place[above], RowIndex.of(level.vanish).find(meet), sides))
    return FlatTable(tuple(levels), tuple(steps), not arrangement.is_central)


def at_infinity(vanish: np.ndarray, infinity: int | None) -> np.ndarray:
    """Whether a hyperplane is among those that contain each flat; never if it is None."""
    if infinity is None:
        return np.zeros(len(vanish), np.bool_)
    return (vanish[:, infinity >> 6] >> np.uint64(infinity & 63)) & np.uint64(1) != 0
