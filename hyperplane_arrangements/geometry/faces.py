"""Faces: all covectors by dimension, cocircuits, f-vectors, and the exact shape of a chamber (statement 1.3).

A face is known by its covector, the signs in {-1, 0, 1} of all rows on it. The faces that span a given flat
are the chambers of the arrangement cut out on the flat, so the chamber engine enumerates them all; for an
affine arrangement the faces of the cone with `x_0 > 0` are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ..display import Shown
from ..enumeration.chambers import chambers
from ..errors import InputError, TooLargeError
from ..exact import exact_matrix
from ..exact.rational import null_space
from ..exact.rows import Row, canonical
from ..findings import Finding
from ..plain import PlainArrangement
from .central import CentralForm, central_form
from .flats import IntersectionLattice, intersection_lattice

_BATCH = 4096  # chambers compared with all cocircuits at once


@dataclass(frozen=True)
class Faces(Shown):
    """All faces of an arrangement.

    Attributes:
        arrangement: whose faces they are.
        lattice: its intersection lattice.
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
    lattice: IntersectionLattice
    by_dimension: tuple[np.ndarray, ...]

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

        Covectors are distinct; their numbers are Zaslavsky's, from the lattice alone; and Euler's relation
        `sum (-1)^k f_k = (-1)^d` holds (open cells of R^d).
        """
        claim = "the faces are distinct, as many as Zaslavsky's formula says, and obey Euler's relation"
        repeated = len(self.covectors) - len(np.unique(self.covectors, axis=0))
        if repeated:
            return Finding(claim, False, repeated, f"{repeated} covectors occur more than once")
        expected = self.lattice.face_counts
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
    lattice = intersection_lattice(arrangement)
    predicted = sum(lattice.face_counts)
    if predicted > max_faces:
        raise TooLargeError(
            f"the arrangement has {predicted} faces, more than max_faces={max_faces}; raise it, or take "
            "the chambers or the f-vector (intersection_lattice(...).face_counts) alone",
            predicted=predicted,
            limit=max_faces,
        )
    form = central_form(arrangement)
    layers: list[np.ndarray] = [np.empty((0, form.n), dtype=np.int8)] * (lattice.dimension + 1)
    for codimension, level in enumerate(lattice.levels):
        parts = [_faces_of_flat(form, flat.rows) for flat in level]
        layers[lattice.dimension - codimension] = np.concatenate(parts)
    return Faces(arrangement, lattice, tuple(layers))


def _faces_of_flat(form: CentralForm, on_it: frozenset[int]) -> np.ndarray:
    """Return the covectors of the faces that span a flat: the chambers of the arrangement cut out on it."""
    basis = null_space([form.rows[i] for i in sorted(on_it)], form.rank)
    cut = [[sum(map(int.__mul__, row, vector)) for vector in basis] for row in form.rows]
    if not basis:
        signs = np.zeros((1, len(form.rows)), dtype=np.int8)
    elif len(basis) == 1:
        sign = np.array([(row[0] > 0) - (row[0] < 0) for row in cut], dtype=np.int8)
        signs = np.stack([sign, -sign])
    else:
        signs = np.asarray(chambers(PlainArrangement(exact_matrix(cut))).signs)
    return signs[signs[:, -1] > 0, :-1] if form.affine else signs


def cocircuits(arrangement: PlainArrangement) -> np.ndarray:
    """Return the covectors of the smallest faces that are not the centre: rays, up to the lineality space.

    For an affine arrangement these are the smallest faces themselves, the vertices when it is essential.

    Args:
        arrangement: central or affine, n rows.

    Returns:
        (count x n) int8.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> cocircuits(Arrangement([[1, 0], [1, 1]])).tolist()
        [[0, 1], [0, -1], [-1, 0], [1, 0]]
    """
    form = central_form(arrangement)
    levels = intersection_lattice(arrangement).levels
    if len(levels) == 1:
        return np.empty((0, form.n), dtype=np.int8)
    level = levels[-1] if form.affine else levels[-2]
    return np.concatenate([_faces_of_flat(form, flat.rows) for flat in level])


def bounded_chambers(arrangement: PlainArrangement, max_chambers: int = 1_000_000) -> np.ndarray:
    """Return the sign vectors of the bounded chambers, in the order of `arrangement.chambers()`.

    A chamber s is unbounded, modulo the lineality space, when its recession cone has an extreme ray: a
    cocircuit Y of the normals alone that has no sign opposite to s. With `|Y|` nonzero signs that is
    `s . Y = |Y|`, one matrix product for all of them.

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
    rays = cocircuits(PlainArrangement(arrangement.normals)).astype(np.float32)
    full = np.abs(rays).sum(axis=1)
    found = []
    for batch in chambers(arrangement, max_chambers).batches(_BATCH):
        signs = batch.signs
        found.append(signs[~(signs.astype(np.float32) @ rays.T == full).any(axis=1)])
    return np.concatenate(found)


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

    @property
    def is_bounded(self) -> bool:
        """Whether it is bounded, modulo the lineality space."""
        return not self.rays


def chamber_shape(arrangement: PlainArrangement, signs: Any) -> ChamberShape:
    """Return walls, vertices and extreme rays of a chamber, in rational arithmetic (double description).

    Args:
        arrangement: n rows in R^d.
        signs: n signs, as in `Chambers.signs`.

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
    given = tuple(int(s) for s in signs)
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
        on_it = frozenset(k for k, ray in enumerate(rays) if _dot(row, ray) == 0)
        if form.rank - len(null_space([rays[k] for k in on_it], form.rank)) == form.rank - 1:
            walls += of_row
            facets.append(on_it)
    return ChamberCone(rays, tuple(sorted(walls)), tuple(facets))


def _inward(form: CentralForm, signs: Any) -> dict[Row, list[int]]:
    """Return the distinct inward normals of a chamber, each with its rows; refuse what is no chamber."""
    values = [int(s) for s in signs]
    if len(values) != form.n:
        raise InputError(f"signs has {len(values)} entries; the arrangement has {form.n} rows")
    sides: dict[Row, list[int]] = {}
    for i, (row, sign) in enumerate(zip(form.rows, [*values, 1][: len(form.rows)], strict=True)):
        if any(row) != (sign != 0) or sign not in (-1, 0, 1):
            raise InputError(f"signs[{i}] is {sign}; a chamber has -1 or 1, and 0 for a zero row only")
        if sign:
            sides.setdefault(_shortest([sign * x for x in row]), []).append(i)
    return sides


def _shortest(row: list[int]) -> Row:
    """Return the primitive row in the same direction (not the opposite one)."""
    key = canonical(row)
    return key if next(x for x in row if x) > 0 else tuple(-x for x in key)


def _extreme_rays(normals: list[Row], rank: int) -> list[Row]:
    """Return the extreme rays of the pointed cone `{u : normals u >= 0}`, as primitive integer rows."""
    import cdd
    import cdd.gmp

    matrix = cdd.gmp.matrix_from_array(
        [[0, *normal] for normal in normals] or [[0] * (rank + 1)], rep_type=cdd.RepType.INEQUALITY
    )
    generators = cdd.gmp.copy_generators(cdd.gmp.polyhedron_from_matrix(matrix))
    rays = [_integral(list(row[1:])) for row in generators.array if row[0] == 0]
    inside = [sum(column) for column in zip(*rays, strict=True)] if rays else [0] * rank
    if generators.lin_set or any(_dot(normal, inside) <= 0 for normal in normals):
        raise InputError(
            "signs are not those of a chamber: no point has them; take them from Arrangement.chambers()"
        )
    return rays


def _integral(values: list[Fraction]) -> Row:
    matrix = exact_matrix([values])
    return _shortest([int(x) for x in matrix.integers[0]])


def _dot(a: Any, b: Any) -> Any:
    return sum(x * y for x, y in zip(a, b, strict=True))
