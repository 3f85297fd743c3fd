"""Faces: all covectors by dimension, cocircuits, and bounded chambers (statement 1.3).

A face is known by its covector, the signs in {-1, 0, 1} of all rows on it. The faces that span a flat are the
chambers of the arrangement cut out on the flat; for an affine arrangement the faces of the cone with
`x_0 > 0` are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..enumeration.flat_search import all_flats
from ..enumeration.keys import RowIndex
from ..errors import TooLargeError
from ..plain import PlainArrangement
from ..values.display import Shown
from ..values.findings import Finding
from .bits import row_signs, words_of
from .face_poset import FaceLevel, Region, faces_in
from .flat_table import Level, flat_table
from .flats import IntersectionLattice, face_numbers, intersection_lattice
from .regions import in_regions, known_table, side_of_faces, whole_region

_BATCH = 262_144  # chambers of a region


@dataclass(frozen=True)
class Faces(Shown):
    """All faces of an arrangement.

    Attributes:
        arrangement: whose faces they are.
        by_dimension: `by_dimension[k]` is the (f_k x n) int8 array of covectors of the k-dimensional faces,
            flat after flat in the order of `lattice.levels[d - k]`.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> all_faces = faces(Arrangement([[1, 0], [0, 1]]))
        >>> all_faces.f_vector
        (1, 4, 4)
        >>> sorted(map(tuple, all_faces.by_dimension[1].tolist()))
        [(-1, 0), (0, -1), (0, 1), (1, 0)]
    """

    arrangement: PlainArrangement
    by_dimension: tuple[np.ndarray, ...]

    def __repr__(self) -> str:
        counts = ", ".join(map(str, self.f_vector))
        return f"<Faces: {counts} of dimension 0 to {len(self.f_vector) - 1}>"

    @cached_property
    def lattice(self) -> IntersectionLattice:
        """The intersection lattice."""
        return intersection_lattice(self.arrangement)

    @property
    def f_vector(self) -> tuple[int, ...]:
        """How many faces were enumerated in dimension 0, ..., d."""
        return tuple(map(len, self.by_dimension))

    @cached_property
    def covectors(self) -> np.ndarray:
        """All covectors, smallest dimension first: (faces x n) int8."""
        return np.concatenate(self.by_dimension)

    def check(self) -> Finding:
        """Check the enumeration against what is known without it.

        Covectors are distinct; their numbers are Zaslavsky's, counted on the flats; and Euler's relation
        `sum (-1)^k f_k = (-1)^d` holds (open cells of R^d).
        """
        claim = "the faces are distinct, as many as Zaslavsky's formula says, and obey Euler's relation"
        repeated = len(self.covectors) - len(np.unique(self.covectors, axis=0))
        if repeated:
            return Finding(claim, False, repeated, f"{repeated} covectors occur more than once")
        expected = face_numbers(self.arrangement)
        if self.f_vector != expected:
            return Finding(claim, False, expected, f"f-vector {self.f_vector}, but the flats give {expected}")
        return Finding(claim, *_euler(self.f_vector))


def _euler(f_vector: tuple[int, ...]) -> tuple[bool, Any, str]:
    total = sum((-1) ** k * count for k, count in enumerate(f_vector))
    required = (-1) ** (len(f_vector) - 1)
    return (
        (True, None, "") if total == required else (False, total, f"alternating sum {total}, not {required}")
    )


def faces(arrangement: PlainArrangement, max_faces: int = 2_000_000) -> Faces:
    """Enumerate every face of an arrangement, from the smallest dimension to the chambers.

    Args:
        arrangement: central or affine, n rows in R^d.
        max_faces: refuse more than this.

    Returns:
        The covectors by dimension.

    Raises:
        TooLargeError: more faces than `max_faces`, counted before any is enumerated.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> faces(braid(3)).f_vector
        (0, 1, 6, 6)
    """
    predicted = sum(face_numbers(arrangement))
    if predicted > max_faces:
        raise TooLargeError(
            f"the arrangement has {predicted} faces, more than max_faces={max_faces}; raise it, go through "
            "face_batches, or take the chambers or the f-vector (face_numbers) alone",
            predicted=predicted,
            limit=max_faces,
        )
    table = flat_table(arrangement)
    region = whole_region(arrangement)
    levels = zip(table.levels, faces_in(table, region), strict=True)
    return Faces(arrangement, _by_dimension(arrangement, [_covectors(arrangement, *pair) for pair in levels]))


def _covectors(arrangement: PlainArrangement, flats: Level, found: FaceLevel) -> np.ndarray:
    """The covectors of faces that are not at infinity."""
    inside = ~flats.at_infinity[found.flat]
    return row_signs(arrangement.distinct, flats.vanish[found.flat[inside]], found.positive[inside])


def _by_dimension(arrangement: PlainArrangement, by_rank: list[np.ndarray]) -> tuple[np.ndarray, ...]:
    none = np.empty((0, arrangement.n), dtype=np.int8)
    return tuple([*by_rank, *[none] * (arrangement.dimension + 1)][arrangement.dimension :: -1])


def face_batches(
    arrangement: PlainArrangement, size: int = 65_536, *, executor: Executor | None = None
) -> Iterator[tuple[np.ndarray, ...]]:
    """All faces, in batches with about so many chambers; memory stays bounded by them and by the flats.

    Args:
        arrangement: central or affine.
        size: about how many chambers a batch has.
        executor: who does the work, in pieces that can be pickled; this thread if None.

    Yields:
        The covectors by dimension, as in `Faces.by_dimension`; each face is in one batch.

    Raises:
        InputError: a size below 1.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> sum(len(batch[-1]) for batch in face_batches(braid(4), size=10))
        24
    """
    yield from in_regions(_faces_of_region, arrangement, size, executor)


def _faces_of_region(arrangement: PlainArrangement, region: Region) -> tuple[np.ndarray, ...]:
    """The faces of a region, without those that belong to another: a face does to the region that one comes
    to from it towards a certain chamber."""
    table, side = known_table(arrangement), side_of_faces(arrangement)
    found = []
    for flats, level in zip(table.levels, faces_in(table, region), strict=True):
        elsewhere = flats.vanish[level.flat] & region.rows & (region.positive ^ side)
        own = ~elsewhere.any(axis=1)
        kept = FaceLevel(level.flat[own], level.positive[own], level.face[:0], level.facet[:0])
        found.append(_covectors(arrangement, flats, kept))
    return _by_dimension(arrangement, found)


def cocircuits(arrangement: PlainArrangement) -> np.ndarray:
    """Return the covectors of the smallest faces that are not the centre: rays, up to the lineality space.

    For an affine arrangement these are the smallest faces themselves, the vertices when it is essential.

    Args:
        arrangement: central or affine, n rows.

    Returns:
        (count x n) int8; of a central arrangement two opposite ones after each other.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> cocircuits(Arrangement([[1, 0], [1, 1]])).tolist()
        [[0, 1], [0, -1], [1, 0], [-1, 0]]
    """
    return np.concatenate([np.empty((0, arrangement.n), np.int8), *cocircuit_batches(arrangement)])


def cocircuit_batches(
    arrangement: PlainArrangement, *, executor: Executor | None = None
) -> Iterator[np.ndarray]:
    """The same in batches, which need not be held together (arguments as in `face_batches`)."""
    distinct = arrangement.distinct
    rank = len(distinct.columns)
    if rank:
        for flats in all_flats(distinct.rows, rank - 1, executor):
            lines = np.flatnonzero(flats.ranks == rank - 1)
            yield _signs_of_lines(arrangement, flats.vanish[lines], flats.sides[flats.first[lines]])


def _signs_of_lines(arrangement: PlainArrangement, vanish: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """The signs on lines, in both directions; if affine, only in that to this side of infinity."""
    infinity = arrangement.distinct.infinity
    if infinity is None:
        both = np.stack([sides[:, 0], sides[:, 1]], axis=1).reshape(-1, sides.shape[2])
        return row_signs(arrangement.distinct, np.repeat(vanish, 2, axis=0), both)
    at = [(sides[:, k, infinity >> 6] >> np.uint64(infinity & 63)) & np.uint64(1) != 0 for k in (0, 1)]
    inside = at[0] | at[1]
    positive = np.where(at[0][:, None], sides[:, 0], sides[:, 1])
    return row_signs(arrangement.distinct, vanish[inside], positive[inside])


def bounded_chambers(arrangement: PlainArrangement, max_chambers: int = 1_000_000) -> np.ndarray:
    """Return the sign vectors of the bounded chambers, in the order of `arrangement.chambers()`.

    A chamber is unbounded, modulo the lineality space, when a face of its cone lies at infinity.

    Args:
        arrangement: central or affine, n rows.
        max_chambers: refuse more chambers than this.

    Returns:
        (bounded x n) int8; of a central arrangement none, unless every normal is zero.

    Raises:
        TooLargeError: more chambers than `max_chambers`.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> bounded_chambers(Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1])).tolist()
        [[1, 1, -1]]
    """
    listed = chambers(arrangement, max_chambers)
    if arrangement.is_central:
        return listed.signs if not arrangement.rank else np.empty((0, arrangement.n), np.int8)
    parts = list(in_regions(_bounded_in_region, arrangement, _BATCH, None))
    bounded = RowIndex.of(np.concatenate(parts))
    found = []
    for batch in listed.batches():
        inside = bounded.find(words_of(batch.cells.bits, bounded.words.shape[1])) >= 0
        found.append(batch.signs[inside])
    return np.concatenate(found)


def _bounded_in_region(arrangement: PlainArrangement, region: Region) -> np.ndarray:
    """The hyperplanes on the positive side of which the bounded chambers of a region are."""
    table = known_table(arrangement)
    levels = faces_in(table, region)
    reaches = np.zeros(1, np.bool_)  # the origin of the cone alone does not reach infinity
    for flats, level in zip(table.levels[-2::-1], levels[-2::-1], strict=True):
        through = np.bincount(level.face, reaches[level.facet], len(level.flat)) > 0
        reaches = through | flats.at_infinity[level.flat]
    return levels[0].positive[~reaches]
