"""All flats of an arrangement in arrays, and which covers which, without the sides of hyperplanes.

The walk ends two ranks before the last. The hyperplanes on a flat are the flats of the next rank under it,
and under those of the last rank but one there is a single flat; so nothing is restricted to them, of which
there are by far the most.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..enumeration.flat_search import Flats, all_flats
from ..enumeration.keys import RowIndex
from ..errors import TooLargeError
from ..plain import PlainArrangement
from .flat_table import at_infinity


@dataclass(frozen=True, slots=True, eq=False)
class CoverTable:
    """All flats of an arrangement, or of its cone.

    Attributes:
        vanish: by rank, F x words uint64: the distinct hyperplanes that contain each flat, in the order of
            the pivots.
        inside: by rank, F bool: whether it is no flat at infinity; always, if the arrangement is central.
        covers: by rank, 2 x C int64: flats of this rank, and flats of the next one in each.
    """

    vanish: tuple[np.ndarray, ...]
    inside: tuple[np.ndarray, ...]
    covers: tuple[np.ndarray, ...]


def cover_table(arrangement: PlainArrangement, max_flats: int | None = None) -> CoverTable:
    """Return all flats of an arrangement, and which covers which.

    Args:
        arrangement: central or affine.
        max_flats: the size at which to give up, flats at infinity left out; no limit if None.

    Raises:
        TooLargeError: there are more than `max_flats` flats.

    Example:
        >>> table = cover_table(PlainArrangement([[1, 0], [0, 1], [1, 1]]))
        >>> [vanish.ravel().tolist() for vanish in table.vanish]
        [[0], [1, 2, 4], [7]]
        >>> [covers.tolist() for covers in table.covers]
        [[[0, 0, 0], [0, 1, 2]], [[0, 1, 2], [0, 0, 0]]]
    """
    distinct = arrangement.distinct
    rank = len(distinct.rows[0]) if distinct.rows else 0
    walked = _walked(arrangement, max(rank - 2, 0), max_flats)
    ranks, cuts = walked.ranks, _cuts(walked)
    vanish, covers = [walked.vanish[ranks == k] for k in range(max(rank - 1, 1))], []
    place = np.zeros(len(walked), np.int64)
    for k in range(len(vanish)):
        place[ranks == k] = np.arange(len(vanish[k]))
    if rank > 1:
        vanish.append(cuts.meet[cuts.leads & (ranks[cuts.above] == rank - 2)])
    for k, below in enumerate(vanish[1:]):
        chosen = ranks[cuts.above] == k
        covers.append(np.stack([place[cuts.above[chosen]], RowIndex.of(below).find(cuts.meet[chosen])]))
    if rank > 0:
        covers.append(np.stack([np.arange(len(vanish[-1])), np.zeros(len(vanish[-1]), np.int64)]))
        vanish.append(np.bitwise_or.reduce(cuts.meet, axis=0, keepdims=True))
    inside = [~at_infinity(each, distinct.infinity) for each in vanish]
    return CoverTable(tuple(vanish), tuple(inside), tuple(covers))


@dataclass(frozen=True, slots=True, eq=False)
class _Cuts:
    """The hyperplanes on some flats.

    Attributes:
        above: C int64, on which of the flats.
        meet: C x words uint64, the hyperplanes that contain the flat it cuts out.
        leads: C bool, whether that flat is reached from here: its pivots are those of this one and one more.
    """

    above: np.ndarray
    meet: np.ndarray
    leads: np.ndarray


def _cuts(flats: Flats) -> _Cuts:
    above = np.repeat(np.arange(len(flats)), np.diff(flats.first))
    rows = flats.sides[:, 0] | flats.sides[:, 1]
    words = np.argmax(rows != 0, axis=1)
    word = rows[np.arange(len(rows)), words]
    # A power of two is exact in floats, whatever its exponent.
    first = 64 * words + np.frexp((word & (~word + np.uint64(1))).astype(float))[1] - 1
    last = flats.pivots.max(axis=1, initial=-1)
    return _Cuts(above, flats.vanish[above] | rows, first > last[above])


def next_flats(flats: Flats, rank: int) -> np.ndarray:
    """The flats that are reached from those of a rank.

    Args:
        flats: some flats.
        rank: of those that are asked for the hyperplanes on them.

    Returns:
        F x words uint64, the hyperplanes that contain each, in the order of the pivots.
    """
    cuts = _cuts(flats)
    return cuts.meet[cuts.leads & (flats.ranks[cuts.above] == rank)]


def _walked(arrangement: PlainArrangement, deepest: int, max_flats: int | None) -> Flats:
    """The flats up to a rank, as long as there are few; those of the next rank are counted, too."""
    infinity, found, blocks = arrangement.distinct.infinity, 0, []
    for block in all_flats(arrangement.distinct.rows, deepest):
        blocks.append(block)
        parts = block.vanish, next_flats(block, deepest)
        found += sum(int((~at_infinity(vanish, infinity)).sum()) for vanish in parts)
        if max_flats is not None and found > max_flats:
            raise TooLargeError(
                f"the lattice has at least {found} flats, more than max_flats={max_flats}; raise it, or "
                "use characteristic_polynomial, which needs no lattice",
                predicted=found,
                limit=max_flats,
            )
    return Flats.joined(blocks)
