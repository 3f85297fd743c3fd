"""The zonotope `Z = sum_k [0, x_k]` of the rows of a central arrangement; its vertices are chambers (1.2).

Vertices, volumes and support values are exact rationals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, sqrt
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError, TooLargeError
from ..exact import ExactMatrix, exact_vector, pivot_columns, signs
from ..exact.rational import determinant, dot, independent_rows, inverse, times, transposed
from ..exact.sign_vectors import read_signs
from ..plain import PlainArrangement
from ..values.display import Shown
from .flats import face_numbers

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

    def __repr__(self) -> str:
        return f"<VertexSample: {len(self.signs):,} vertices from {int(self.counts.sum()):,} directions>"


@dataclass(frozen=True, slots=True)
class Zonotope(Shown):
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

    arrangement: PlainArrangement

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
            sign_vector: n signs of a chamber, also as a text (of any face: then a point of the face of Z
                dual to it).
        """
        given = read_signs(sign_vector, "sign_vector")
        if len(given) != self.arrangement.n:
            raise InputError(f"sign_vector has {len(given)} entries; give {self.arrangement.n}")
        chosen = [row for row, s in zip(self.generators.fractions, given, strict=True) if s > 0]
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
        patterns = np.asarray(chambers(self.arrangement, max_chambers).signs) > 0
        integers, common = self.generators.over_one
        bound = sum(max(map(abs, row)) for row in integers)
        if self.generators.is_rational and bound < 2**53:
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
        values = (dot(row, u) for row in self.generators.fractions)
        return sum((value for value in values if value > 0), _ZERO)

    def face_counts(self) -> tuple[int, ...]:
        """Return how many faces of dimension 0, ..., r Z has, Z itself included.

        A face of dimension k is dual to a face of codimension k of the arrangement.
        """
        counts = face_numbers(self.arrangement)
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
        basis_rows = independent_rows(self.generators)
        x = self.generators.fractions
        square = inverse([[x[i][j] for j in columns] for i in basis_rows])
        m = times(square, [x[i] for i in basis_rows])
        scale = determinant(times(m, transposed(m)))
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
        if not self.generators.is_rational:
            raise InputError("the rows have square roots; volumes are computed for rational ones")
        integers, common = self.generators.over_one
        table = integers.tolist()
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
