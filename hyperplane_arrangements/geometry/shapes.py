"""The exact shapes of chambers: walls, vertices and extreme rays, one at a time or all at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from ..enumeration.chambers import ChamberBatch, chambers
from ..enumeration.keys import RowIndex
from ..errors import InputError
from ..exact import exact_matrix
from ..exact.cddlib import generators
from ..exact.quadratic import irrational
from ..exact.rational import null_space
from ..exact.rows import Row, inner, primitive
from ..exact.sign_vectors import read_signs, signs_text
from ..plain import PlainArrangement
from .bits import packed, row_signs, words_of
from .central import CentralForm, central_form
from .directions import null_vectors
from .double_description import extreme_rays
from .face_poset import FaceLevel, Region, faces_in
from .flat_table import FlatTable
from .regions import in_regions, known_table, whole_region


@dataclass(frozen=True, slots=True)
class ChamberShape:
    """The exact shape of one chamber, as a polyhedron.

    Attributes:
        signs: its n signs.
        walls: the rows that are facets of it, every row of a repeated hyperplane.
        vertices: its vertices as exact points; for a central arrangement the origin alone.
        rays: its extreme rays as exact directions. Modulo the lineality space when the rank is below d.
        rank: the dimension of the chamber modulo the lineality space.
    """

    signs: tuple[int, ...]
    walls: tuple[int, ...]
    vertices: tuple[tuple[Fraction, ...], ...]
    rays: tuple[tuple[Fraction, ...], ...]
    rank: int

    def __repr__(self) -> str:
        signs = signs_text(self.signs)
        counts = f"walls {list(self.walls)}; vertices: {len(self.vertices)}, rays: {len(self.rays)}"
        return f"<ChamberShape {signs}: {counts}>"

    @property
    def is_bounded(self) -> bool:
        """Whether it is bounded, modulo the lineality space."""
        return not self.rays


def chamber_shape(arrangement: PlainArrangement, signs: Any) -> ChamberShape:
    """Return walls, vertices and extreme rays of a chamber, in rational arithmetic (double description).

    Args:
        arrangement: n rows in R^d.
        signs: n signs, as in `Chambers.signs`, a text such as `+-+`, or a chamber of a list.

    Returns:
        The shape.

    Raises:
        InputError: these are not the signs of a chamber.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> shape = chamber_shape(Arrangement([[1, 0], [0, 1], [1, 1]]), [1, 1, 1])
        >>> shape.walls, [list(map(int, ray)) for ray in shape.rays]
        ((0, 1), [[0, 1], [1, 0]])
    """
    form = central_form(arrangement)
    cone = chamber_cone(form, signs)
    walls, points, rays = cone.walls, [(Fraction(0),) * form.dimension], list(cone.rays)
    if form.affine:
        points = [form.lift(ray) for ray in rays if ray[0]]
        rays = [ray for ray in rays if not ray[0]]
        walls = tuple(i for i in walls if any(form.rows[i][1:]))  # not infinity, nor empty rows along it
    given = read_signs(signs)
    lifted = tuple(form.lift(ray) for ray in rays)
    return ChamberShape(given, walls, tuple(points), lifted, form.rank - form.affine)


@dataclass(frozen=True, slots=True)
class ChamberCone:
    """The closure of a chamber in rank coordinates, a pointed cone.

    Attributes:
        rays: its extreme rays, primitive integer vectors.
        walls: the rows (infinity included, as row n) that span its facets.
        facets: for each facet the indices of the rays on it.
    """

    rays: tuple[Row, ...]
    walls: tuple[int, ...]
    facets: tuple[frozenset[int], ...]


def chamber_cone(form: CentralForm, signs: Any) -> ChamberCone:
    """Return the cone of a chamber of an arrangement in central form.

    Raises:
        InputError: these are not the signs of a chamber.
    """
    sides = _inward(form, signs)
    rays = tuple(_extreme_rays(list(sides), form.rank))
    walls: list[int] = []
    facets = []
    for row, of_row in sides.items():
        on_it = frozenset(k for k, ray in enumerate(rays) if inner(row, ray) == 0)
        if form.rank - len(null_space([rays[k] for k in on_it], form.rank)) == form.rank - 1:
            walls += of_row
            facets.append(on_it)
    return ChamberCone(rays, tuple(sorted(walls)), tuple(facets))


def _inward(form: CentralForm, signs: Any) -> dict[Row, list[int]]:
    """Return the distinct inward normals of a chamber, each with its rows; refuse what is no chamber."""
    values = read_signs(signs)
    if len(values) != form.n:
        raise InputError(f"signs has {len(values)} entries; the arrangement has {form.n} rows")
    sides: dict[Row, list[int]] = {}
    for i, (row, sign) in enumerate(zip(form.rows, [*values, 1][: len(form.rows)], strict=True)):
        if any(row) != (sign != 0) or sign not in (-1, 0, 1):
            raise InputError(f"signs[{i}] is {sign}; a chamber has -1 or 1, and 0 for a zero row only")
        if sign:
            sides.setdefault(primitive([sign * x for x in row]), []).append(i)
    return sides


def _extreme_rays(normals: list[Row], rank: int) -> list[Row]:
    """Return the extreme rays of the pointed cone `{u : normals u >= 0}`, as primitive integer rows."""
    if irrational(normals):
        return _checked(extreme_rays(normals), normals)
    _, rays, lines = generators([[0, *normal] for normal in normals] or [[0] * (rank + 1)])
    return _checked([] if lines else [_integral(list(ray)) for ray in rays], normals)


def _checked(rays: list[Row], normals: list[Row]) -> list[Row]:
    """The rays of a cone with an inside; others are refused."""
    inside = [sum(column) for column in zip(*rays, strict=True)]
    if (normals and not rays) or any(inner(normal, inside) <= 0 for normal in normals):
        raise InputError(
            "signs are not those of a chamber: no point has them; take them from Arrangement.chambers()"
        )
    return rays


def _integral(values: list[Fraction]) -> Row:
    matrix = exact_matrix([values])
    return primitive([int(x) for x in matrix.integers[0]])


@dataclass(frozen=True, slots=True, eq=False)
class Shapes:
    """The exact shapes of many chambers, in arrays; `shapes[i]` is that of chamber i.

    Attributes:
        arrangement: whose chambers they are.
        signs: P x n int8, the chambers.
        rays: R x d: the points (affine: Fractions) and directions (integers) of all of them, each once.
        is_point: R bool: whether it is a point, a vertex of chambers, and not a direction.
        ray_starts, ray_of: chamber i has the rays `ray_of[ray_starts[i]:ray_starts[i + 1]]`.
        wall_starts, wall_of: the same for its walls, as in `arrangement.hyperplane_of_row`.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> found = shapes(Arrangement([[1, 0], [0, 1], [1, 1]]))
        >>> found.wall_counts.tolist(), found.rays.tolist()
        ([2, 2, 2, 2, 2, 2], [[0, 1], [0, -1], [1, 0], [-1, 0], [1, -1], [-1, 1]])
        >>> found[0].walls
        (0, 2)
    """

    arrangement: PlainArrangement
    signs: np.ndarray
    rays: np.ndarray
    is_point: np.ndarray
    ray_starts: np.ndarray
    ray_of: np.ndarray
    wall_starts: np.ndarray
    wall_of: np.ndarray

    def __repr__(self) -> str:
        return f"<Shapes: of {len(self):,} chambers>"

    def __len__(self) -> int:
        return len(self.signs)

    @property
    def ray_counts(self) -> np.ndarray:
        """How many vertices and extreme rays each has."""
        return np.diff(self.ray_starts)

    @property
    def wall_counts(self) -> np.ndarray:
        """How many facets each has."""
        return np.diff(self.wall_starts)

    @property
    def is_bounded(self) -> np.ndarray:
        """Whether each is bounded, modulo the lineality space."""
        owner = np.repeat(np.arange(len(self)), self.ray_counts)
        return np.bincount(owner, ~self.is_point[self.ray_of], len(self)) == 0

    def __getitem__(self, i: int) -> ChamberShape:
        chosen = self.ray_of[self.ray_starts[i] : self.ray_starts[i + 1]]
        walls = self.wall_of[self.wall_starts[i] : self.wall_starts[i + 1]]
        of_row = self.arrangement.hyperplane_of_row
        points, rays = (
            tuple(tuple(map(Fraction, row)) for row in self.rays[chosen[self.is_point[chosen] == point]])
            for point in (True, False)
        )
        if self.arrangement.is_central:
            points = ((Fraction(0),) * self.arrangement.dimension,)
        on_walls = tuple(np.flatnonzero(np.isin(of_row, walls) & (of_row >= 0)).tolist())
        return ChamberShape(tuple(self.signs[i].tolist()), on_walls, points, rays, self.arrangement.rank)

    def __iter__(self) -> Iterator[ChamberShape]:
        return (self[i] for i in range(len(self)))


def shapes(arrangement: PlainArrangement, max_chambers: int = 1_000_000) -> Shapes:
    """Return the exact shapes of all chambers, in the order of `arrangement.chambers()`.

    All faces are found once, from the smallest up, and each chamber has the vertices of its facets: some
    microseconds a chamber, where `chamber_shape` takes milliseconds.

    Args:
        arrangement: central or affine, n rows in R^d.
        max_chambers: refuse more than this.

    Raises:
        TooLargeError: more chambers than `max_chambers`, counted before any is found.

    Example:
        >>> from hyperplane_arrangements.families import type_b
        >>> set(shapes(type_b(3)).ray_counts.tolist())
        {3}
    """
    listed = chambers(arrangement, max_chambers)
    found, bits = _in_region(arrangement, whole_region(arrangement))
    index = RowIndex.of(bits)
    order = [index.find(_both_sides(arrangement, batch, bits.shape[1])) for batch in listed.batches()]
    return _reordered(found, np.concatenate(order))


def shape_batches(
    arrangement: PlainArrangement, size: int = 65_536, *, executor: Executor | None = None
) -> Iterator[Shapes]:
    """The shapes of all chambers in batches, in an order of their own; memory stays bounded by them and by
    the flats.

    Args:
        arrangement: central or affine.
        size: about how many chambers a batch has.
        executor: who does the work, in pieces that can be pickled; this thread if None.

    Raises:
        InputError: a size below 1.

    Example:
        >>> from hyperplane_arrangements.families import type_b
        >>> sum(map(len, shape_batches(type_b(3), size=10)))
        48
    """
    yield from in_regions(_shapes_of_region, arrangement, size, executor)


def _shapes_of_region(arrangement: PlainArrangement, region: Region) -> Shapes:
    return _in_region(arrangement, region)[0]


def _in_region(arrangement: PlainArrangement, region: Region | None) -> tuple[Shapes, np.ndarray]:
    """The shapes of the chambers of a region, and the hyperplanes on the positive side of which they are."""
    table = known_table(arrangement)
    levels = faces_in(table, region)
    chambers_found, rank = levels[0], len(table.steps)
    vanish = table.levels[0].vanish[chambers_found.flat]
    signs = row_signs(arrangement.distinct, vanish, chambers_found.positive)
    rays, is_point = _rays(arrangement, table, levels[max(0, rank - 1)])
    ray_starts, ray_of = _rays_of_chambers(levels)
    wall_starts, wall_of = _walls(arrangement, levels)
    found = Shapes(arrangement, signs, rays, is_point, ray_starts, ray_of, wall_starts, wall_of)
    return found, chambers_found.positive


def _rays_of_chambers(levels: list[FaceLevel]) -> tuple[np.ndarray, np.ndarray]:
    """For each chamber the faces of dimension one in its closure: those of its facets, and so on."""
    from scipy.sparse import csr_array, eye_array

    if len(levels) == 1:
        return np.zeros(len(levels[0].flat) + 1, np.int64), np.zeros(0, np.int64)
    below = eye_array(len(levels[-2].flat), dtype=np.int32, format="csr")
    for level in levels[-3::-1]:
        shape = (len(level.flat), below.shape[0])
        ones = np.ones(len(level.face), np.int32)
        below = csr_array((ones, (level.face, level.facet)), shape=shape) @ below
    below.sort_indices()
    return below.indptr.astype(np.int64), below.indices.astype(np.int64)


def _walls(arrangement: PlainArrangement, levels: list[FaceLevel]) -> tuple[np.ndarray, np.ndarray]:
    """For each chamber the hyperplanes that its facets span, but for infinity."""
    face, facet = levels[0].face, levels[0].facet
    spans = levels[1].flat[facet] if len(levels) > 1 else facet  # flats of rank 1 are in the order of rows
    kept = spans != (-1 if arrangement.distinct.infinity is None else arrangement.distinct.infinity)
    counts = np.bincount(face[kept], minlength=len(levels[0].flat))
    return np.concatenate([[0], np.cumsum(counts)]), spans[kept]


def _rays(arrangement: PlainArrangement, table: FlatTable, lines: FaceLevel) -> tuple[np.ndarray, np.ndarray]:
    """Exact points and directions of faces of dimension one of the cone, in the coordinates of the space."""
    distinct = arrangement.distinct
    rank = len(distinct.columns)
    if not rank:
        return np.zeros((0, arrangement.dimension), object), np.zeros(0, np.bool_)
    forms, flats = np.array(distinct.rows, dtype=object), table.levels[rank - 1]
    used, of_flat = np.unique(lines.flat, return_inverse=True)
    along = null_vectors(forms[flats.pivots[used][:, : rank - 1]]).astype(object)[of_flat]
    first = _first_outside(flats.vanish[lines.flat])
    up = (lines.positive[np.arange(len(first)), first >> 6] >> (first & 63).astype(np.uint64)) & np.uint64(1)
    value = (forms[first] * along).sum(axis=1)
    along[(value > 0) != (up != 0)] *= -1
    full = np.zeros((len(along), arrangement.dimension), object)
    if arrangement.is_central:
        full[:, list(distinct.columns)] = along
        return full, np.zeros(len(along), np.bool_)
    is_point = along[:, -1] != 0
    for i in np.flatnonzero(is_point).tolist():
        along[i] = [Fraction(x, along[i, -1]) for x in along[i]]
    full[:, list(distinct.columns[:-1])] = along[:, :-1]
    return full, is_point


def _first_outside(vanish: np.ndarray) -> np.ndarray:
    """The first hyperplane that does not contain a flat."""
    free = ~vanish
    words = np.argmax(free != 0, axis=1)
    word = free[np.arange(len(free)), words]
    lowest = word & (~word + np.uint64(1))
    return 64 * words + np.frexp(lowest.astype(np.float64))[1] - 1


def _both_sides(arrangement: PlainArrangement, batch: ChamberBatch, words: int) -> np.ndarray:
    """The bits of the chambers of a batch, antipodes included, in its order."""
    half = words_of(batch.cells.bits, words)
    if len(half) == len(batch):
        return half
    known = packed(np.ones((1, len(arrangement.distinct.rows)), np.uint8), words)
    return np.stack([half, ~half & known], axis=1).reshape(-1, words)


def _reordered(found: Shapes, order: np.ndarray) -> Shapes:
    ray_starts, ray_of = _rows_of(found.ray_starts, found.ray_of, order)
    wall_starts, wall_of = _rows_of(found.wall_starts, found.wall_of, order)
    return Shapes(
        *(found.arrangement, found.signs[order], found.rays, found.is_point),
        *(ray_starts, ray_of, wall_starts, wall_of),
    )


def _rows_of(starts: np.ndarray, values: np.ndarray, order: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a ragged array, in another order."""
    counts = np.diff(starts)[order]
    ends = np.cumsum(counts)
    place = np.arange(int(counts.sum())) - np.repeat(ends - counts, counts) + np.repeat(starts[order], counts)
    return np.concatenate([[0], ends]), values[place]
