"""Solid angles of chambers up to rank 3: numbers from exact geometry.

Rays and the inner products between them are integers; only the last formula, an arc tangent, is evaluated in
floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cmp_to_key
from itertools import combinations, pairwise
from math import atan2, lcm, ldexp, pi, sqrt
from typing import Any

import numpy as np

from ..enumeration.chambers import chambers
from ..errors import InputError
from ..exact.rational import independent_rows, inverse, times, transposed
from ..exact.rows import Row, canonical, inner
from ..plain import PlainArrangement
from .central import CentralForm, central_form
from .shapes import chamber_cone


def solid_angle(arrangement: PlainArrangement, sign_vector: Any) -> float:
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
    form = _of_low_rank(arrangement)
    cone = chamber_cone(form, sign_vector)
    if form.rank <= 1:
        return 0.5 if form.rank else 1.0
    metric = _metric(arrangement, form)
    if form.rank == 2:
        return _angle(cone.rays[0], cone.rays[1], metric) / (2 * pi)
    return _polygon(_fan(list(cone.rays)), metric)


def solid_angles(arrangement: PlainArrangement) -> np.ndarray:
    """Return the solid angles of all chambers, in the order of `arrangement.chambers()`, for rank at most 3.

    At rank 3 every crossing is visited once, so the time is that of listing edges and not of one linear
    program a chamber.

    Args:
        arrangement: central, of rank at most 3, in any dimension.

    Returns:
        P float64 that sum to 1.

    Raises:
        InputError: the arrangement is affine or of higher rank.

    Example:
        >>> from hyperplane_arrangements.families import generic
        >>> angles = solid_angles(generic(20, 3))
        >>> len(angles), round(float(angles.sum()), 12)
        (382, 1.0)
    """
    form = _of_low_rank(arrangement)
    signs = np.asarray(chambers(arrangement).signs)
    if form.rank < 3:
        return np.array([solid_angle(arrangement, row) for row in signs])
    hyperplanes = arrangement.hyperplane_of_row
    first = [int(np.flatnonzero(hyperplanes == h)[0]) for h in range(hyperplanes.max() + 1)]
    rays = _rays_by_chamber([form.rows[i] for i in first])
    metric = _metric(arrangement, form)
    return np.array([_polygon(_fan(rays[row.tobytes()]), metric) for row in signs[:, first]])


def _polygon(rays: list[Row], metric: list[Row]) -> float:
    return sum(_triangle(rays[0], b, c, metric) for b, c in pairwise(rays[1:])) / (4 * pi)


def _of_low_rank(arrangement: PlainArrangement) -> CentralForm:
    """Return the central form of a central arrangement of rank at most 3."""
    form = central_form(arrangement)
    if form.affine:
        raise InputError("arrangement is affine; solid angles belong to chambers of a central one")
    if not arrangement.normals.is_rational:
        raise InputError("the normals have square roots; solid angles are computed for rational ones")
    if form.rank > 3:
        raise InputError(f"rank is {form.rank}; solid angles go up to rank 3: sample vertices instead")
    return form


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


def row_space(arrangement: PlainArrangement) -> np.ndarray:
    """Return an orthonormal basis of the row space as the columns of a (d x r) float64 array, for drawing.

    It is the same on every machine, where a decomposition may turn or mirror it: the projections of the first
    axes of the user's columns that are well apart, made orthonormal in turn.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> row_space(Arrangement([[1, -1, 0], [0, 1, -1]])).round(3)
        array([[ 0.816,  0.   ],
               [-0.408,  0.707],
               [-0.408, -0.707]])
    """
    right = np.linalg.svd(arrangement.normals.scaled, full_matrices=False)[2][: arrangement.rank]
    left, found = right.T @ right, np.zeros((right.shape[1], 0))
    while found.shape[1] < arrangement.rank:
        sizes = left.diagonal()
        # Their sum is the number that is missing: so one is at least the mean.
        axis = left[:, np.flatnonzero(2 * sizes >= sizes.mean())[0]]
        found = np.column_stack([found, axis / np.linalg.norm(axis)])
        left = left - np.outer(found[:, -1], found[:, -1])
    return found


def boundary_rays(arrangement: PlainArrangement, sign_vector: Any) -> np.ndarray:
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
    rays = _fan(list(cone.rays)) if form.rank == 3 else list(cone.rays)
    points = np.array([[float(x / max(map(abs, ray))) for x in form.lift(ray)] for ray in rays])
    points = points @ row_space(arrangement)
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _metric(arrangement: PlainArrangement, form: CentralForm) -> list[Row]:
    """Return a multiple of the Gram matrix, in rank coordinates, of the parts of points in the row space.

    With B independent rows and C the same rows in rank coordinates, the part in the row space of a point with
    rank coordinates z is `B'(B B')^-1 C z`, so the matrix is `C'(B B')^-1 C`.
    """
    rows = independent_rows(arrangement.normals)
    b = [arrangement.normals.fractions[i] for i in rows]
    c = [[Fraction(x, arrangement.normals.denominators[i]) for x in form.rows[i]] for i in rows]
    gram = times(transposed(c), times(inverse(times(b, transposed(b))), c))
    scale = lcm(*(x.denominator for line in gram for x in line))
    return [tuple(int(x * scale) for x in line) for line in gram]


def _inner(a: Row, b: Row, metric: list[Row]) -> int:
    return sum(x * m * y for x, line in zip(a, metric, strict=True) for m, y in zip(line, b, strict=True))


def _angle(a: Row, b: Row, metric: list[Row]) -> float:
    aa, ab, bb = _inner(a, a, metric), _inner(a, b, metric), _inner(b, b, metric)
    return atan2(_root(aa * bb - ab * ab, aa * bb), _cosine(ab, aa * bb))


def _cosine(ab: int, squares: int) -> float:
    return _root(ab * ab, squares) * (1 if ab > 0 else -1)


def _root(p: int, q: int) -> float:
    """Return sqrt(p / q) to float accuracy, also where p / q is beyond the range of floats."""
    shift = (p.bit_length() - q.bit_length()) // 2
    return ldexp(sqrt(p / (q << 2 * shift) if shift > 0 else (p << -2 * shift) / q), shift)


def _triangle(a: Row, b: Row, c: Row, metric: list[Row]) -> float:
    """Return the solid angle spanned by three vectors."""
    (aa, ab, ac), (_, bb, bc), (_, _, cc) = gram = [
        [_inner(x, y, metric) for y in (a, b, c)] for x in (a, b, c)
    ]
    cosines = _cosine(ab, aa * bb) + _cosine(bc, bb * cc) + _cosine(ac, aa * cc)
    height = _root(inner(gram[0], _cross(gram[1], gram[2])), aa * bb * cc)
    return 2 * atan2(height, 1 + cosines)


def _cross(a: Sequence[int], b: Sequence[int]) -> Row:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def _rays_by_chamber(rows: list[Row]) -> dict[bytes, list[Row]]:
    """Return the extreme rays of every chamber of distinct planes of rank 3, by the bytes of its int8 signs.

    The chambers around a ray have its signs, and on the planes through it those of the sectors they cut.
    """
    points: dict[Row, set[int]] = {}
    for (i, a), (j, b) in combinations(enumerate(rows), 2):
        points.setdefault(canonical(_cross(a, b)), set()).update((i, j))
    table = np.array(rows, dtype=object)
    found: dict[bytes, list[Row]] = {}
    for point, through in points.items():
        signs = np.sign(table @ np.array(point, dtype=object)).astype(np.int8)
        opposite = tuple(-x for x in point)
        for inside in _sectors([rows[i] for i in through], point):
            for i in through:
                value = inner(rows[i], inside)
                signs[i] = (value > 0) - (value < 0)
            found.setdefault(signs.tobytes(), []).append(point)
            found.setdefault((-signs).tobytes(), []).append(opposite)
    return found


def _sectors(normals: list[Row], point: Row) -> list[Row]:
    """Return one vector inside each sector that planes through a common point cut, modulo the point."""
    along = [_cross(point, normal) for normal in normals]
    flat = [(inner(normals[0], t), inner(normals[1], t), t) for t in along]
    upper = [(x, y, t) if (y, x) > (0, 0) else (-x, -y, tuple(-z for z in t)) for x, y, t in flat]
    upper.sort(key=lambda item: (item[1] > 0, Fraction(-item[0], item[1] or 1)))
    around = [t for _, _, t in upper]
    around += [tuple(-z for z in t) for t in around]
    return [tuple(map(int.__add__, a, b)) for a, b in pairwise([*around, around[0]])]


def _fan(rays: list[Row]) -> list[Row]:
    """Return the rays of a pointed cone of rank 3 in order around it."""
    first, *rest = rays

    def clockwise(a: Row, b: Row) -> int:
        return -inner(first, _cross(a, b))

    return [first, *sorted(rest, key=cmp_to_key(clockwise))]
