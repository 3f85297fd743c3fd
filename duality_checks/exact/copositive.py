"""Quadratic forms that are nonnegative on a polyhedral cone of dimension at most 3: decided exactly.

A cone of rank 3 is cut into cones of three rays. With its rays as columns of R, ``x'Qx >= 0`` on such a cone
says that ``R'QR`` is copositive, for which determinants decide (Cottle, Habetler and Lemke 1970): a matrix
whose smaller principal submatrices are copositive is not copositive if and only if its determinant is
negative and its adjugate has no negative entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations, pairwise

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.cddlib import cddlib
from hyperplane_arrangements.exact.rational import determinant, dot, times, transposed

from .norms import Vector

Matrix = Sequence[Sequence[Fraction]]
MOST = 3


def is_copositive(matrix: Matrix) -> bool:
    """Whether ``x'Ax >= 0`` for all ``x >= 0``, for a symmetric matrix of at most a few rows.

    Example:
        >>> one = Fraction(1)
        >>> is_copositive([[one, -one], [-one, one]]), is_copositive([[one, -2 * one], [-2 * one, one]])
        (True, False)
    """
    return not any(
        _is_negative([[matrix[i][j] for j in chosen] for i in chosen])
        for size in range(1, len(matrix) + 1)
        for chosen in combinations(range(len(matrix)), size)
    )


def _is_negative(block: Matrix) -> bool:
    """Whether the determinant is negative and all cofactors are nonnegative."""
    rows = [list(row) for row in block]
    if determinant(rows) >= 0:
        return False
    size = range(len(rows))
    return all(
        (-1) ** (i + j) * determinant([row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i]) >= 0
        for i in size
        for j in size
    )


def is_nonnegative_on(form: Matrix, inward: Sequence[Vector]) -> bool:
    """Whether ``x'Qx >= 0`` on the pointed cone ``{x : a'x >= 0 for all a}``.

    Args:
        form: Q, symmetric, r x r with r at most 3.
        inward: the normals a, of rank r.

    Raises:
        InputError: r is above 3.

    Example:
        >>> one, none = Fraction(1), Fraction(0)
        >>> product = [[none, one], [one, none]]  # 2 x y
        >>> is_nonnegative_on(product, [(one, none), (none, one)])
        True
        >>> is_nonnegative_on(product, [(one, none), (one, one)])
        False
    """
    if len(form) > MOST:
        raise InputError(f"the form has {len(form)} variables; cones are cut into simplices up to {MOST}")
    return all(is_copositive(times(times(rays, form), transposed(rays))) for rays in _pieces(inward))


def _pieces(inward: Sequence[Vector]) -> list[list[Vector]]:
    """Cones of at most three rays each whose union is the cone."""
    rays = _extreme_rays(inward)
    if len(rays) <= MOST:
        return [rays]
    first, *others = rays

    # Seen from one extreme ray the others lie within half a turn, in the order of a determinant's sign.
    def order(a: Vector, b: Vector) -> int:
        return _sign(determinant([list(first), list(a), list(b)]))

    others.sort(key=cmp_to_key(order))
    return [[first, a, b] for a, b in pairwise(others)]


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _extreme_rays(inward: Sequence[Vector]) -> list[Vector]:
    cdd = cddlib()

    table = [[Fraction(0), *a] for a in inward]
    matrix = cdd.gmp.matrix_from_array(table, rep_type=cdd.RepType.INEQUALITY)
    generators = cdd.gmp.copy_generators(cdd.gmp.polyhedron_from_matrix(matrix))
    return [tuple(map(Fraction, row[1:])) for row in generators.array if not row[0]]


def is_positive_semidefinite(form: Matrix) -> bool:
    """Whether ``x'Qx >= 0`` for all x, by elimination.

    Example:
        >>> one = Fraction(1)
        >>> is_positive_semidefinite([[one, one], [one, one]]), is_positive_semidefinite([[-one]])
        (True, False)
    """
    rows = [list(row) for row in form]
    while rows:
        pivot = rows[0][0]
        if pivot < 0 or (pivot == 0 and any(rows[0])):
            return False
        rest = [row[1:] for row in rows[1:]]
        if pivot:
            head = rows[0][1:]
            rest = [
                [x - a * b / pivot for x, b in zip(row, head, strict=True)]
                for row, a in zip(rest, head, strict=True)
            ]
        rows = rest
    return True


def gram(rows: Sequence[Vector]) -> list[list[Fraction]]:
    """All inner products of the rows.

    Example:
        >>> gram([(Fraction(1), Fraction(2))])
        [[Fraction(5, 1)]]
    """
    return [[dot(a, b) for b in rows] for a in rows]
