"""One central form for central and affine arrangements, in as few coordinates as the rank: statement 1.4.

The hyperplane `a . x = b` becomes `a . x - b x_0 = 0`, and the affine space is where `x_0 > 0`. Coordinates
come as `(x_0, x_1, ..., x_d)`; columns that depend on earlier ones are dropped, which changes no sign vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ..exact import exact_matrix, pivot_columns
from ..exact.rows import Row
from ..plain import PlainArrangement

_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class CentralForm:
    """The rows of an arrangement as integer normals in rank coordinates.

    Attributes:
        rows: one row of r integers for each row of the arrangement, a positive multiple of it; for an affine
            arrangement one more, the hyperplane at infinity, last.
        columns: the r columns of `(x_0,) x_1, ..., x_d` kept.
        affine: whether there are offsets.
        dimension: d, the dimension of the space of the arrangement.
    """

    rows: tuple[Row, ...]
    columns: tuple[int, ...]
    affine: bool
    dimension: int

    @property
    def n(self) -> int:
        """The number of rows without infinity."""
        return len(self.rows) - self.affine

    @property
    def rank(self) -> int:
        """The rank, that of the cone when affine (one more than the rank of the normals)."""
        return len(self.columns)

    def lift(self, vector: Sequence[int | Fraction]) -> tuple[Fraction, ...]:
        """Return a point of the arrangement's space with the signs of a vector in rank coordinates.

        Args:
            vector: r rationals; for an affine arrangement a positive first one gives a point, zero a
                direction.
        """
        full: list[Any] = [Fraction(0)] * (self.dimension + self.affine)
        for column, value in zip(self.columns, vector, strict=True):
            full[column] = Fraction(value) if isinstance(value, int) else value
        if not self.affine:
            return tuple(full)
        scale = full[0] if full[0] else _ONE
        return tuple(value / scale for value in full[1:])


def central_form(arrangement: PlainArrangement) -> CentralForm:
    """Return the central form of an arrangement.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> central_form(Arrangement([[1, 0, 0], [0, 0, 2]])).rows
        ((1, 0), (0, 2))
        >>> central_form(Arrangement([[1], [1]], [0, 3])).rows
        ((0, 1), (-3, 1), (1, 0))
    """
    normals, offsets = arrangement.normals, arrangement.offsets
    d = normals.shape[1]
    if offsets is None:
        table: list[list[int]] = normals.integers.tolist()
    else:
        pairs = zip(normals.fractions, offsets, strict=True)
        scaled = exact_matrix([[-b, *row] for row, b in pairs], "offsets and normals").integers
        table = exact_matrix([*scaled.tolist(), [1] + [0] * d]).integers.tolist()
    columns = pivot_columns(exact_matrix(table))
    rows = tuple(tuple(row[j] for j in columns) for row in table)
    return CentralForm(rows, columns, offsets is not None, d)
