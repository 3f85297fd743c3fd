"""What floats can tell of the walk around a circle (:mod:`.plane_proof`): the order of most rays, and which
maxima are no larger than a limit. What they cannot tell is told to be open, and integers decide.

Integers become floats with relative errors of at most u = 2^-53 each, and so do the results of additions and
multiplications; none of them underflows, as integers that are not 0 are at least 1, and what overflows
is open.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

Columns = tuple[list[int], list[int]]  # the coordinates of vectors

_FEW = 16 * 2.0**-53  # at least eight roundings, relative to the sum of the sizes of what is added
_ROOM = 2.0**-40  # a hundred more
_WIDE = 1e250  # factors between this and its inverse keep products with integers from underflow


def _floats(*columns: Sequence[int]) -> list[np.ndarray]:
    return [np.fromiter(map(float, column), float, len(column)) for column in columns]


def in_order(x: Sequence[int], y: Sequence[int]) -> tuple[list[int], list[int]]:
    """Vectors by increasing slope y/x, and where runs start that are surely steeper than all before them.

    Args:
        x: not positive; vectors with x = 0 count as the least steep.
        y: as many.

    Returns:
        The numbers of the vectors in order, and the starts of the runs, 0 first.

    Example:
        >>> in_order([-1, -3, -2, -1], [-2, 0, -4, 1])
        ([3, 1, 0, 2], [0, 1, 2])
    """
    try:
        across, up = _floats(x, y)
    except OverflowError:
        return list(range(len(x))), [0]
    slopes = np.divide(up, across, out=np.full(len(x), -np.inf), where=across != 0)
    order = np.argsort(slopes, kind="stable")
    low, high = slopes[order[:-1]], slopes[order[1:]]
    with np.errstate(invalid="ignore"):
        apart = high - low > _FEW * (np.abs(low) + np.abs(high)) + 1 / _WIDE
    return order.tolist(), [0, *(np.flatnonzero(apart) + 1).tolist()]


def open_maxima(
    rays: Columns, forms: Columns, gram: tuple[int, int, int], limit: Fraction
) -> tuple[list[int], list[int]]:
    """On which arcs a linear form may be more than a limit at its first end, and along its own vector.

    Args:
        rays: at which the arcs begin, over half of the circle.
        forms: (a, b) on each arc, in the coordinates of the rays.
        gram: (g, h, k) of the metric: g a^2 + 2 h a b + k b^2 is the square of the length of (a, b).
        limit: positive, of such squares.

    Returns:
        Numbers of arcs, for the ends and for the vectors; those left out are surely not above.

    Example:
        >>> open_maxima(([1, 0], [0, 1]), ([3, -1], [4, 1]), (1, 0, 1), Fraction(20))
        ([], [0])
    """
    g, h, k = gram
    try:
        area, one = float((g * k - h * h) / limit), float(1 / limit)
        metric, ray, form = _floats(gram)[0], _floats(*rays), _floats(*forms)
    except OverflowError:
        area = one = np.inf
    if not all(1 / _WIDE < x < _WIDE for x in (area, one)):
        return list(range(len(rays[0]))), list(range(len(rays[0])))
    after = [np.append(column[1:], -column[:1]) for column in ray]
    with np.errstate(over="ignore", invalid="ignore"):
        ends, vectors = _open(ray, after, form, metric, area, one)
    return np.flatnonzero(ends).tolist(), np.flatnonzero(vectors).tolist()


def _open(
    ray: list[np.ndarray],
    after: list[np.ndarray],
    form: list[np.ndarray],
    metric: np.ndarray,
    area: float,
    one: float,
) -> tuple[np.ndarray, np.ndarray]:
    (a, b), (x, y), (u, v), (g, h, k) = form, ray, after, metric
    along, about = _sum(a * x, b * y)
    length, rough = _sum(k * x * x, -2 * h * x * y, g * y * y)
    low = (np.abs(along) + about) ** 2 * area * (1 + _ROOM) <= length - rough
    square, rounding = _sum(g * a * a, 2 * h * a * b, k * b * b)
    short = (square + rounding) * one <= 1 - _ROOM
    begins, one_off = _sum(x * h * a, x * k * b, -y * g * a, -y * h * b)
    finishes, other_off = _sum(g * a * v, h * b * v, -h * a * u, -k * b * u)
    known = (np.abs(begins) > one_off) & (np.abs(finishes) > other_off)
    return ~low, ~(short | (known & (np.sign(begins) != np.sign(finishes))))


def _sum(*parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A sum of a few products of a few floats, and a bound on its error."""
    return np.sum(parts, axis=0), _FEW * np.sum(np.abs(parts), axis=0)
