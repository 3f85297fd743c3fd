"""Linear programs over the rationals: is zero in a hull, is a vector in a cone; either way with a witness.

The programs are solved by cddlib in exact arithmetic, and what it returns is verified here by one
substitution: a wrong solver could fail loudly, but never make a wrong claim.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.errors import ConvexLandscapeError
from hyperplane_arrangements.exact import exact_matrix, pivot_columns
from hyperplane_arrangements.exact.cddlib import cddlib
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot


@dataclass(frozen=True, slots=True)
class Membership:
    """Whether a vector is in a convex set, and why.

    Attributes:
        weights: what makes the vector from the generators, None if it is not in the set.
        direction: a vector that separates, None if it is in the set.
    """

    weights: Vector | None
    direction: Vector | None

    def __bool__(self) -> bool:
        return self.weights is not None


def zero_in_hull(points: Sequence[Vector]) -> Membership:
    """Whether 0 is in the convex hull of points.

    Args:
        points: L vectors of length p, at least one.

    Returns:
        `weights` >= 0 with sum 1 and `sum weights[l] points[l] = 0`, or a `direction` with a negative inner
        product with every point.

    Example:
        >>> one, two = Fraction(1), Fraction(2)
        >>> zero_in_hull([(one,), (-two,)]).weights
        (Fraction(2, 3), Fraction(1, 3))
        >>> zero_in_hull([(one,), (two,)]).direction
        (Fraction(-1, 1),)
    """
    dimension = len(points[0])
    if len(points) == 1:
        point = points[0]
        return Membership(None, tuple(-x for x in point)) if any(point) else Membership((Fraction(1),), None)
    columns = _independent(points)
    # maximise t subject to -g_l'h - t >= 0 and -1 <= h_i <= 1
    rows = [(ZERO, *(-point[j] for j in columns), Fraction(-1)) for point in points]
    solution, duals = maximise(rows, len(columns), (*(ZERO,) * len(columns), Fraction(1)))
    direction, value = _spread(solution[:-1], columns, dimension), solution[-1]
    if value > 0:
        _require(all(dot(point, direction) < 0 for point in points), "cddlib separated wrongly")
        return Membership(None, direction)
    weights = tuple(duals[k] for k in range(len(points)))
    _require(min(weights) >= 0 and sum(weights) == 1, "cddlib returned weights that are none")
    _require(not any(combination(weights, points, dimension)), "cddlib combined wrongly")
    return Membership(weights, None)


def in_cone(target: Vector, generators: Sequence[Vector]) -> Membership:
    """Whether a vector is in the cone of generators.

    Args:
        target: length p.
        generators: any number of vectors of length p.

    Returns:
        `weights` >= 0 with `sum weights[k] generators[k] = target`, or a `direction` h with
        `generators[k]'h >= 0` for all k and `target'h < 0`.

    Example:
        >>> e, f = (Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))
        >>> in_cone((Fraction(2), Fraction(0)), [e, f]).weights
        (Fraction(2, 1), Fraction(0, 1))
        >>> in_cone((Fraction(-2), Fraction(0)), [e, f]).direction[0]
        Fraction(1, 1)
    """
    dimension = len(target)
    if not any(target):
        return Membership((ZERO,) * len(generators), None)
    if not generators:
        return Membership(None, tuple(-x for x in target))
    columns = _independent([target, *generators])
    rows = [(ZERO, *(generator[j] for j in columns)) for generator in generators]
    solution, duals = maximise(rows, len(columns), tuple(-target[j] for j in columns))
    direction = _spread(solution, columns, dimension)
    if dot(target, direction) < 0:
        _require(all(dot(generator, direction) >= 0 for generator in generators), "cddlib separated wrongly")
        return Membership(None, direction)
    weights = tuple(duals[k] for k in range(len(generators)))
    _require(min(weights) >= 0, "cddlib returned weights that are none")
    _require(combination(weights, generators, dimension) == target, "cddlib combined wrongly")
    return Membership(weights, None)


def _independent(vectors: Sequence[Vector]) -> tuple[int, ...]:
    """Columns that tell all combinations of the vectors apart: in them a combination is 0 only if it is."""
    return pivot_columns(exact_matrix(vectors))


def _spread(entries: Sequence[Fraction], columns: Sequence[int], dimension: int) -> Vector:
    """A vector with these entries in the columns, and 0 in all others."""
    found = dict(zip(columns, entries, strict=True))
    return tuple(found.get(j, ZERO) for j in range(dimension))


def _require(condition: bool, complaint: str) -> None:
    if not condition:
        raise ConvexLandscapeError(f"{complaint}; no claim is made, please report the instance")


def maximise(rows: Sequence[Vector], boxed: int, objective: Vector) -> tuple[Vector, dict[int, Fraction]]:
    """Maximise over `row[0] + row[1:]'x >= 0` and the unit box in the first coordinates.

    Returns:
        The maximiser, and the dual solution by the number of the constraint.
    """
    cdd = cddlib()

    size = len(objective)
    box = []
    for i in range(boxed):
        for side in (1, -1):
            box.append((Fraction(1), *(Fraction(side if i == j else 0) for j in range(size))))
    matrix = cdd.gmp.matrix_from_array(
        [*rows, *box],
        rep_type=cdd.RepType.INEQUALITY,
        obj_type=cdd.LPObjType.MAX,
        obj_func=(ZERO, *objective),
    )
    program = cdd.gmp.linprog_from_matrix(matrix)
    cdd.gmp.linprog_solve(program)
    _require(program.status == cdd.LPStatusType.OPTIMAL, "cddlib found no optimum of a bounded program")
    duals = dict.fromkeys(range(len(rows) + len(box)), ZERO)
    duals.update({int(row): Fraction(value) for row, value in program.dual_solution})
    return tuple(Fraction(x) for x in program.primal_solution), duals
