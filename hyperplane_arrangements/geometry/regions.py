"""Regions to look for chambers in, one after the other, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from functools import lru_cache, partial
from typing import Any, TypeVar

import numpy as np

from ..enumeration.chambers import chambers, count_chambers
from ..enumeration.stream import in_order
from ..errors import InputError
from ..exact import exact_matrix
from ..plain import PlainArrangement
from .bits import packed
from .face_poset import Region
from .flat_table import FlatTable, flat_table

T = TypeVar("T")


def whole_region(arrangement: PlainArrangement) -> Region | None:
    """Everywhere, but of the cone of an affine arrangement only this side of infinity."""
    infinity = arrangement.distinct.infinity
    return None if infinity is None else _region(arrangement, [infinity], [True])


def regions(arrangement: PlainArrangement, size: int) -> Iterator[Region]:
    """Regions that have about so many chambers each and together all: those of some of the hyperplanes."""
    distinct = arrangement.distinct
    pieces = -(-count_chambers(arrangement) // size)
    chosen = [] if distinct.infinity is None else [distinct.infinity]
    others = [i for i in range(len(distinct.rows)) if i != distinct.infinity]
    while others and _count(arrangement, chosen) < pieces:
        chosen.append(others.pop(0))
    if not chosen:
        yield _region(arrangement, [], [])
        return
    signs = chambers(_part(arrangement, chosen)).signs
    for row in signs if distinct.infinity is None else signs[signs[:, 0] > 0]:
        yield _region(arrangement, chosen, row > 0)


def in_regions(
    work: Callable[[PlainArrangement, Region], T],
    arrangement: PlainArrangement,
    size: int,
    executor: Executor | None,
) -> Iterator[T]:
    """Do something in each region.

    Args:
        work: what to do; it asks `known_table` for the flats.
        arrangement: central or affine.
        size: about how many chambers a region has.
        executor: who does it, in pieces that can be pickled; this thread if None.

    Raises:
        InputError: a size below 1.
    """
    if size < 1:
        raise InputError(f"size is {size}; give at least 1")
    bare = PlainArrangement(arrangement.normals, arrangement.offsets)  # without what it remembers
    job, places = partial(work, bare), regions(arrangement, size)
    return map(job, places) if executor is None else in_order(executor, job, places)


@lru_cache(maxsize=1)
def known_table(arrangement: PlainArrangement) -> FlatTable:
    """The flats of the arrangement that was asked for last: once in each process that works on regions."""
    return flat_table(arrangement)


def side_of_faces(arrangement: PlainArrangement) -> np.ndarray:
    """The hyperplanes (words) on the positive side of which some chamber is, the same one at each call.

    It is far out on the last coordinate, less far on the one before, and so on: a row has there the sign of
    its last entry that is not zero.
    """
    rows = arrangement.distinct.rows
    signs = [next((x for x in reversed(row) if x), 0) > 0 for row in rows]
    return packed(np.array([signs], np.uint8), max(1, (len(rows) + 63) // 64))[0]


def _part(arrangement: PlainArrangement, chosen: list[int]) -> PlainArrangement:
    return PlainArrangement(exact_matrix([arrangement.distinct.rows[i] for i in chosen]))


def _count(arrangement: PlainArrangement, chosen: list[int]) -> int:
    """How many chambers some hyperplanes of the central arrangement have, on one side of infinity."""
    if not chosen:
        return 1
    return count_chambers(_part(arrangement, chosen)) // (1 if arrangement.is_central else 2)


def _region(arrangement: PlainArrangement, chosen: list[int], positive: Any) -> Region:
    count = len(arrangement.distinct.rows)
    bits = np.zeros((2, count), np.uint8)
    bits[0, chosen], bits[1, chosen] = 1, np.asarray(positive, np.uint8)
    rows, sides = packed(bits, max(1, (count + 63) // 64))
    return Region(rows, sides)
