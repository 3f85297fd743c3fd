"""The zonotope `Z = sum_k [0, x_k]` of the rows of a central arrangement; its vertices are chambers (1.2).

Volumes and support values are exact rationals. Solid angles are numbers: the cone and the inner products of
its rays are exact, and only the last formula, an arc tangent, is evaluated in floats.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import atan2, comb, lcm, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from .central import CentralForm, central_form, null_space
from .errors import InputError, TooLargeError
from .exact import ExactMatrix, exact_matrix, exact_vector, pivot_columns, signs
from .faces import chamber_cone
from .flats import intersection_lattice

if TYPE_CHECKING:
    from .arrangement import Arrangement

Matrix = list[list[Fraction]]
_ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class VertexSample:
    """Distinct vertices met by random directions.

    Attributes:
        signs: (k x n) int8, the chambers met, in lexicographic order.
        counts: k integers, how many directions fell in each.
        directions: (k x d) float64, one direction strictly inside each chamber.
    """

    signs: np.ndarray
    counts: np.ndarray
    directions: np.ndarray


@dataclass(frozen=True, slots=True)
class Zonotope:
    """The Minkowski sum of the segments from 0 to each row of a central arrangement.

    Args:
        arrangement: central, n rows in R^d, rank r.

    Raises:
        InputError: the arrangement is affine.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> hexagon = Zonotope(Arrangement([[1, 0], [0, 1], [1, 1]]))
        >>> hexagon.volume(), hexagon.face_counts()
        (Fraction(3, 1), (6, 6, 1))
    """

    arrangement: Arrangement

    def __post_init__(self) -> None:
        if self.arrangement.offsets is not None:
            raise InputError("arrangement is affine; a zonotope belongs to a central one: drop the offsets")

    @property
    def generators(self) -> ExactMatrix:
        """The rows (n x d)."""
        return self.arrangement.normals

    def vertex_of(self, sign_vector: Any) -> tuple[Fraction, ...]:
        """Return the vertex of a chamber, `X' 1[s > 0]`: the sum of the rows with positive sign.

        Args:
            sign_vector: n signs of a chamber (of any face: then a point of the face of Z dual to it).
        """
        chosen = [row for row, s in zip(self.generators.fractions, sign_vector, strict=True) if s > 0]
        return tuple(sum((row[j] for row in chosen), _ZERO) for j in range(self.arrangement.dimension))

    def vertices(self, max_chambers: int = 1_000_000) -> ExactMatrix:
        """Return all vertices exactly, row i that of chamber i of `arrangement.chambers()`.

        Args:
            max_chambers: refuse more than this.

        Returns:
            P x d; `.floats` gives float64.

        Example:
            >>> from hyperplane_arrangements import Arrangement
            >>> sorted(Zonotope(Arrangement([[1, 0], [0, 1]])).vertices().integers.tolist())
            [[0, 0], [0, 1], [1, 0], [1, 1]]
        """
        patterns = np.asarray(self.arrangement.chambers(max_chambers=max_chambers).signs) > 0
        common = lcm(*self.generators.denominators)
        scale = np.array([common // q for q in self.generators.denominators], dtype=object)
        integers = self.generators.integers * scale[:, None]
        bound = sum(max(map(abs, row)) for row in integers)
        if bound < 2**53:
            table = np.rint(patterns.astype(float) @ integers.astype(float)).astype(np.int64).astype(object)
        else:
            table = patterns.astype(object) @ integers
        return ExactMatrix(table, (common,) * len(table))

    def support(self, direction: Any) -> Fraction:
        """Return the support function `max_{z in Z} u'z = sum_k max(x_k'u, 0)`, exactly.

        Args:
            direction: d numbers.
        """
        u = exact_vector(direction, "direction")
        if len(u) != self.arrangement.dimension:
            raise InputError(f"direction has {len(u)} entries; give {self.arrangement.dimension}")
        values = (_dot(row, u) for row in self.generators.fractions)
        return sum((value for value in values if value > 0), _ZERO)

    def face_counts(self) -> tuple[int, ...]:
        """Return how many faces of dimension 0, ..., r Z has, Z itself included.

        A face of dimension k is dual to a face of codimension k of the arrangement.
        """
        counts = intersection_lattice(self.arrangement).face_counts
        return counts[::-1][: self.arrangement.rank + 1]

    def volume(self, max_minors: int = 2_000_000) -> Fraction:
        """Return the volume, the sum of the absolute values of the d x d minors: Shephard (1974), McMullen.

        Args:
            max_minors: refuse when C(n, d) is larger.

        Raises:
            InputError: the rank is below d, so the volume is zero: use `intrinsic_volume`.
            TooLargeError: too many minors.
        """
        rank, d = self.arrangement.rank, self.arrangement.dimension
        if rank < d:
            raise InputError(f"rank is {rank} in dimension {d}: the volume is zero; use intrinsic_volume()")
        return self._minors(range(d), max_minors)

    def intrinsic_volume(self, max_minors: int = 2_000_000) -> float:
        """Return the r-dimensional volume of Z in the space its generators span, as a float.

        With `X = X_J M`, J the r pivot columns and M the r x d matrix that is the identity on J, each r x r
        minor is scaled by `sqrt(det(M M'))`, whose square is exact.
        """
        columns = pivot_columns(self.generators)
        basis_rows = _independent_rows(self.generators)
        x = self.generators.fractions
        square = _inverse([[x[i][j] for j in columns] for i in basis_rows])
        m = _times(square, [x[i] for i in basis_rows])
        scale = _determinant(_times(m, _transposed(m)))
        return float(self._minors(columns, max_minors)) * sqrt(scale)

    def _minors(self, columns: Sequence[int], max_minors: int) -> Fraction:
        """Return the sum of the absolute values of all minors on these columns, column by column."""
        n = self.arrangement.n
        predicted = comb(n, len(columns))
        if predicted > max_minors:
            raise TooLargeError(
                f"the volume sums {predicted} minors, more than max_minors={max_minors}; raise it",
                predicted=predicted,
                limit=max_minors,
            )
        common = lcm(*self.generators.denominators)
        table = [[int(x * common) for x in row] for row in self.generators.fractions]
        minors: dict[tuple[int, ...], int] = {(): 1}
        for j in columns:
            longer: dict[tuple[int, ...], int] = {}
            for chosen, value in minors.items():
                for i in range(n):
                    if i in chosen or not table[i][j]:
                        continue
                    place = sum(k < i for k in chosen)
                    key = (*chosen[:place], i, *chosen[place:])
                    sign = -1 if (len(chosen) - place) % 2 else 1
                    longer[key] = longer.get(key, 0) + sign * table[i][j] * value
            minors = {key: value for key, value in longer.items() if value}
        return Fraction(sum(map(abs, minors.values())), common ** len(columns))

    def sample_vertices(self, count: int, seed: int = 0) -> VertexSample:
        """Draw directions `u ~ N(0, I)` in the row space and return the distinct vertices they pick.

        The signs of `X u` do not see the part of u orthogonal to the row space, so u is drawn in R^d. A draw
        on a hyperplane (probability zero, but floats are finite) is left out.

        Args:
            count: how many directions, at least 1.
            seed: of numpy's default generator.

        Example:
            >>> from hyperplane_arrangements.families import braid
            >>> Zonotope(braid(3)).sample_vertices(1000).signs.shape
            (6, 3)
        """
        if count < 1:
            raise InputError(f"count is {count}; draw at least one direction")
        draws = np.random.default_rng(seed).standard_normal((count, self.arrangement.dimension))
        table = signs(self.generators, draws)
        nonzero = np.array([any(row) for row in self.generators.integers])
        inside = (table[:, nonzero] != 0).all(axis=1)
        found, first, counts = np.unique(table[inside], axis=0, return_index=True, return_counts=True)
        return VertexSample(found, counts, draws[inside][first])


def solid_angle(arrangement: Arrangement, sign_vector: Any) -> float:
    """Return the fraction of all directions of the row space that lie in a chamber, for rank at most 3.

    At rank 3 the spherical polygon is cut into triangles, each measured by van Oosterom and Strackee (1983),
    The solid angle of a plane triangle, whose numerator is here the root of an exact Gram determinant: thin
    chambers keep full relative accuracy, which the angle sum of Girard's theorem would lose to cancellation.

    Args:
        arrangement: central, of rank at most 3, in any dimension.
        sign_vector: n signs of a chamber.

    Returns:
        A number in (0, 1]; over all chambers they sum to 1.

    Raises:
        InputError: the arrangement is affine, of higher rank, or the signs are not those of a chamber.

    Example:
        >>> from hyperplane_arrangements.families import type_b
        >>> round(48 * solid_angle(type_b(3), type_b(3).chambers().signs[0]), 12)
        1.0
    """
    form = central_form(arrangement)
    if form.affine:
        raise InputError("arrangement is affine; solid angles belong to chambers of a central one")
    if form.rank > 3:
        raise InputError(f"rank is {form.rank}; solid angles go up to rank 3: sample vertices instead")
    cone = chamber_cone(form, sign_vector)
    if form.rank <= 1:
        return 0.5 if form.rank else 1.0
    rays = _cycle(cone.rays, cone.facets) if form.rank == 3 else list(cone.rays)
    metric = _metric(arrangement, form)
    if form.rank == 2:
        return _angle(rays[0], rays[1], metric) / (2 * pi)
    return sum(_triangle(rays[0], b, c, metric) for b, c in pairwise(rays[1:])) / (4 * pi)


def row_space(arrangement: Arrangement) -> np.ndarray:
    """Return an orthonormal basis of the row space as the columns of a (d x r) float64 array, for drawing."""
    return np.linalg.svd(arrangement.normals.scaled, full_matrices=False)[2][: arrangement.rank].T


def boundary_rays(arrangement: Arrangement, sign_vector: Any) -> np.ndarray:
    """Return the extreme rays of a chamber in orthonormal coordinates of the row space, for drawing.

    Args:
        arrangement: central, of rank r.
        sign_vector: n signs of a chamber.

    Returns:
        (rays x r) float64, unit vectors; at rank 3 in order around the chamber.

    Example:
        >>> from hyperplane_arrangements.families import near_pencil
        >>> boundary_rays(near_pencil(3), near_pencil(3).chambers().signs[0]).shape
        (3, 3)
    """
    form = central_form(arrangement)
    cone = chamber_cone(form, sign_vector)
    rays = _cycle(cone.rays, cone.facets) if form.rank == 3 else list(cone.rays)
    points = np.array([[float(x / max(map(abs, ray))) for x in form.lift(ray)] for ray in rays])
    points = points @ row_space(arrangement)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def miss_probability(angles: Sequence[float], draws: int) -> float:
    """Return the bound `sum_i (1 - omega_i)^N` on the chance that N Gaussian draws miss a chamber (4.2b).

    Args:
        angles: the fractions of directions of the chambers that matter.
        draws: N.

    Example:
        >>> miss_probability([0.5, 0.5], 11) == 2 ** -10
        True
    """
    return float(sum((1.0 - angle) ** draws for angle in angles))


def _metric(arrangement: Arrangement, form: CentralForm) -> Matrix:
    """Return the Gram matrix, in rank coordinates, of the parts of points in the row space.

    With B independent rows and C the same rows in rank coordinates, the part in the row space of a point with
    rank coordinates z is `B'(B B')^-1 C z`, so the matrix is `C'(B B')^-1 C`.
    """
    rows = _independent_rows(arrangement.normals)
    b = [arrangement.normals.fractions[i] for i in rows]
    c = [[Fraction(x, arrangement.normals.denominators[i]) for x in form.rows[i]] for i in rows]
    return _times(_transposed(c), _times(_inverse(_times(b, _transposed(b))), c))


def _cycle(rays: Sequence[Any], facets: Sequence[frozenset[int]]) -> list[Any]:
    """Return the rays of a rank-3 cone in the order of its boundary: each facet joins two of them."""
    neighbours: dict[int, list[int]] = {}
    for facet in facets:
        a, b = facet
        neighbours.setdefault(a, []).append(b)
        neighbours.setdefault(b, []).append(a)
    order = [0, neighbours[0][0]]
    while len(order) < len(rays):
        a, b = neighbours[order[-1]]
        order.append(a if a != order[-2] else b)
    return [rays[i] for i in order]


def _inner(a: Sequence[int], b: Sequence[int], metric: Matrix) -> Fraction:
    return sum((x * _dot(line, b) for x, line in zip(a, metric, strict=True)), _ZERO)


def _angle(a: Sequence[int], b: Sequence[int], metric: Matrix) -> float:
    aa, ab, bb = _inner(a, a, metric), _inner(a, b, metric), _inner(b, b, metric)
    return atan2(sqrt(1 - ab * ab / (aa * bb)), _cosine(ab, aa * bb))


def _cosine(ab: Fraction, squares: Fraction) -> float:
    root = sqrt(ab * ab / squares)
    return root if ab >= 0 else -root


def _triangle(a: Any, b: Any, c: Any, metric: Matrix) -> float:
    """Return the solid angle spanned by three vectors."""
    gram = [[_inner(x, y, metric) for y in (a, b, c)] for x in (a, b, c)]
    cosines = [_cosine(gram[i][j], gram[i][i] * gram[j][j]) for i, j in ((0, 1), (1, 2), (0, 2))]
    height = sqrt(_determinant(gram) / (gram[0][0] * gram[1][1] * gram[2][2]))
    return 2 * atan2(height, 1 + sum(cosines))


def _independent_rows(matrix: ExactMatrix) -> tuple[int, ...]:
    return pivot_columns(exact_matrix(list(zip(*matrix.fractions, strict=True))))


def _dot(a: Iterable[Any], b: Iterable[Any]) -> Fraction:
    return sum((x * y for x, y in zip(a, b, strict=True)), _ZERO)


def _transposed(matrix: Sequence[Sequence[Fraction]]) -> Matrix:
    return list(map(list, zip(*matrix, strict=True)))


def _times(left: Sequence[Sequence[Fraction]], right: Sequence[Sequence[Fraction]]) -> Matrix:
    columns = _transposed(right)
    return [[_dot(row, column) for column in columns] for row in left]


def _determinant(square: Matrix) -> Fraction:
    """Return a determinant by expansion along the first row (at most a few rows)."""
    if not square:
        return Fraction(1)
    minors = (_determinant([row[:j] + row[j + 1 :] for row in square[1:]]) for j in range(len(square)))
    return _dot(minors, [(-1) ** j * x for j, x in enumerate(square[0])])


def _inverse(square: Matrix) -> Matrix:
    """Return the inverse of an invertible rational matrix, from the null space of `(A | -I)`."""
    size = len(square)
    augmented = []
    for i, row in enumerate(square):
        q = lcm(*(x.denominator for x in row))
        augmented.append(tuple(int(x * q) for x in row) + tuple(-q * (i == j) for j in range(size)))
    columns = null_space(augmented, 2 * size)
    return [[Fraction(v[i], v[size + j]) for j, v in enumerate(columns)] for i in range(size)]
