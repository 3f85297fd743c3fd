"""The dual norm in rational arithmetic: its square is a rational number, found and proven with no tolerance.

The projection of a rational vector onto a chamber is a projection onto the span of one of its faces, hence
rational (statement 2.3). So ``norm_dual(v)^2 = max_i norm(Proj_{C_i}(+-X'D_i v))^2`` is exact. This is the
slow and certain counterpart of :mod:`..pricing`, meant for small instances: theorems, tests, oracles.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

from hyperplane_arrangements.exact.rational import Vector, dot

from .. import checker
from ..problem import TrainingProblem

ROOT_BITS = 120


@dataclass(frozen=True, slots=True)
class Projection:
    """The projection of c onto a chamber, with the multipliers that prove it is the nearest point.

    Attributes:
        point: ``u = c + X'S lambda``, in the closed chamber (length d).
        multipliers: row -> lambda > 0; each such row has ``x_k'u = 0``, and the rows are independent.
    """

    point: Vector
    multipliers: dict[int, Fraction]

    @property
    def square(self) -> Fraction:
        """``norm(u)^2 = max_{w in C, norm(w) <= 1} (c'w)^2`` over the w with ``c'w >= 0``."""
        return dot(self.point, self.point)


@dataclass(frozen=True, slots=True)
class Maximum:
    """Where the dual norm is attained.

    Attributes:
        square: ``norm_dual(v)^2``.
        direction: u, not normalised: ``sign * v' phi(X u) = norm(u)^2 = square`` (zero if the norm is).
        sign: +1 for v, -1 for -v.
        chamber: the index of the chamber, whose closure holds u.
    """

    square: Fraction
    direction: Vector
    sign: int
    chamber: int


def solve(matrix: Sequence[Sequence[Fraction]], right: Sequence[Fraction]) -> list[Fraction]:
    """The solution of a square system with an invertible matrix, by elimination.

    Example:
        >>> [str(x) for x in solve([[Fraction(0), Fraction(2)], [Fraction(3), Fraction(1)]], [1, 2])]
        ['1/2', '1/2']
    """
    rows = [[*row, Fraction(value)] for row, value in zip(matrix, right, strict=True)]
    for j in range(len(rows)):
        pivot = next(i for i in range(j, len(rows)) if rows[i][j])
        rows[j], rows[pivot] = rows[pivot], rows[j]
        rows[j] = [x / rows[j][j] for x in rows[j]]
        for i in range(len(rows)):
            if i != j and rows[i][j]:
                factor = rows[i][j]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[j], strict=True)]
    return [row[-1] for row in rows]


def project(rows: Sequence[Vector], signs: Sequence[int], c: Vector) -> Projection:
    """The projection of c onto the closed chamber ``{u : signs[k] * x_k'u >= 0}``, exactly.

    The multipliers are found by an active set (Lawson and Hanson 1974, chapter 23); in exact arithmetic the
    distance falls at every step, so it ends.

    Args:
        rows: the rows x_k, n of length d.
        signs: n signs; 0 leaves the row out.
        c: length d.

    Example:
        >>> rows = [(Fraction(1), Fraction(0)), (Fraction(0), Fraction(1))]
        >>> project(rows, (1, 1), (Fraction(-1), Fraction(1))).multipliers
        {0: Fraction(1, 1)}
    """
    walls = {k: _wall(rows[k], sign) for k, sign in enumerate(signs) if sign and any(rows[k])}
    target, scale = checker.integers(c)
    multipliers: dict[int, Fraction] = {}
    while True:
        point, unit = _moved(target, walls, multipliers)
        slacks = {k: checker.dot(wall.normal, point) for k, wall in walls.items() if k not in multipliers}
        outside = {k: slack for k, slack in slacks.items() if slack < 0}
        if not outside:
            break
        # The wall that the point is furthest behind.
        entering = max(outside, key=lambda k: Fraction(outside[k] ** 2, walls[k].square))
        multipliers = _descend(target, walls, {**multipliers, entering: Fraction(0)})
    return Projection(
        tuple(Fraction(x, unit * scale) for x in point),
        {k: value * walls[k].scale / scale for k, value in multipliers.items() if value},
    )


@dataclass(frozen=True, slots=True)
class _Wall:
    """A row times its sign and an integer: an integer normal that points into the chamber."""

    normal: tuple[int, ...]
    scale: int
    square: int


def _wall(row: Vector, sign: int) -> _Wall:
    values, scale = checker.integers(row)
    normal = tuple(sign * x for x in values)
    return _Wall(normal, scale, checker.dot(normal, normal))


def _moved(
    target: Sequence[int], walls: dict[int, _Wall], multipliers: dict[int, Fraction]
) -> tuple[list[int], int]:
    """The target plus multiples of normals, times an integer, and that integer."""
    weights, unit = checker.integers(list(multipliers.values()))
    point = [unit * x for x in target]
    for k, weight in zip(multipliers, weights, strict=True):
        point = [x + weight * y for x, y in zip(point, walls[k].normal, strict=True)]
    return point, unit


def _descend(
    target: Sequence[int], walls: dict[int, _Wall], multipliers: dict[int, Fraction]
) -> dict[int, Fraction]:
    """Least squares on the chosen rows, leaving out those whose multipliers would turn negative."""
    while True:
        chosen = {k: walls[k].normal for k in multipliers}
        gram = [[Fraction(checker.dot(a, b)) for b in chosen.values()] for a in chosen.values()]
        right = [Fraction(-checker.dot(a, target)) for a in chosen.values()]
        aim = dict(zip(chosen, solve(gram, right), strict=True))
        falling = [k for k in chosen if aim[k] < 0]
        if not falling:
            return aim
        step = min(multipliers[k] / (multipliers[k] - aim[k]) for k in falling)
        moved = {k: value + step * (aim[k] - value) for k, value in multipliers.items()}
        multipliers = {
            k: value for k, value in moved.items() if value > 0 or (k not in falling and aim[k] > 0)
        }


def gradient(problem: TrainingProblem, signs: Sequence[int], v: Sequence[Fraction]) -> Vector:
    """``X' D^kappa v`` on the chamber with these signs (length d)."""
    X, kappa, one = problem.X, problem.kappa, Fraction(1)
    shares = zip(signs, v, X.denominators, strict=True)
    weights, scale = checker.integers([value * (one if sign > 0 else kappa) / q for sign, value, q in shares])
    return tuple(Fraction(checker.dot(weights, column), scale) for column in X.integers.T.tolist())


def maximum(problem: TrainingProblem, v: Sequence[Fraction]) -> Maximum:
    """The maximiser of ``abs(v' phi(X u))`` over the unit ball, from the projections onto ALL chambers.

    Args:
        problem: the data and the activation; beta and y play no part.
        v: length n.

    Raises:
        InputError: another norm than the 2-norm, free biases, or a readout.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> found = maximum(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1), (Fraction(3), Fraction(-4)))
        >>> found.square, found.sign
        (Fraction(16, 1), -1)
    """
    problem.require_ball("the exact dual norm")
    rows = problem.X.fractions
    best = Maximum(Fraction(0), (Fraction(0),) * problem.d, 1, 0)
    for index, signs in enumerate(problem.arrangement.chambers().signs.tolist()):
        c = gradient(problem, signs, v)
        if dot(c, c) <= best.square:
            continue
        for sign in (1, -1):
            found = project(rows, signs, tuple(sign * x for x in c))
            if found.square > best.square:
                best = Maximum(found.square, found.point, sign, index)
    return best


def dual_norm_squared(problem: TrainingProblem, v: Sequence[Fraction]) -> Fraction:
    """``norm_dual(v)^2``, exactly (statement 2.3)."""
    return maximum(problem, v).square


def root_below(value: Fraction, bits: int = ROOT_BITS) -> Fraction:
    """A rational at most ``sqrt(value)``, within ``2**-bits``; exactly the root where that is rational.

    Example:
        >>> root_below(Fraction(9, 4)), root_below(Fraction(2)) ** 2 < 2
        (Fraction(3, 2), True)
    """
    p, q = isqrt(value.numerator), isqrt(value.denominator)
    if p * p == value.numerator and q * q == value.denominator:
        return Fraction(p, q)
    return Fraction(isqrt((value.numerator << 2 * bits) // value.denominator), 1 << bits)


def root_above(value: Fraction, bits: int = ROOT_BITS) -> Fraction:
    """A rational at least ``sqrt(value)``, within ``2**-bits``; exactly the root where that is rational.

    Example:
        >>> root_above(Fraction(9, 4)), root_above(Fraction(2)) ** 2 > 2
        (Fraction(3, 2), True)
    """
    below = root_below(value, bits)
    return below if below * below == value else below + Fraction(1, 1 << bits)
