"""What floats can tell of the walk around a circle (:mod:`.plane_proof`): the order of most rays, and which
maxima are no larger than a limit. What they cannot tell is told to be open, and integers decide.

Integers become floats with relative errors of at most u = 2^-53 each, and so do the results of additions and
multiplications; none of them underflows, as integers that are not 0 are at least 1, and what overflows
is open.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

Columns = tuple[np.ndarray, np.ndarray]  # the coordinates of vectors: Python integers, or floats near them

_FEW = 16 * 2.0**-53  # at least eight roundings, relative to the sum of the sizes of what is added
_ROOM = 2.0**-40  # a hundred more
_WIDE = 1e250  # factors between this and its inverse keep products with integers from underflow


def rounded(vectors: Columns) -> Columns | None:
    """The floats nearest to integers; None if one of them is beyond floats.

    Example:
        >>> rounded((np.array([10**400], dtype=object), np.array([1], dtype=object))) is None
        True
    """
    try:
        return vectors[0].astype(np.float64), vectors[1].astype(np.float64)
    except OverflowError:
        return None


def in_order(vectors: Columns) -> tuple[np.ndarray, np.ndarray]:
    """Vectors by increasing slope y/x, and where runs start that are surely steeper than all before them.

    Args:
        vectors: as :func:`rounded`; those with x = 0 count as the least steep.

    Returns:
        The numbers of the vectors in order, and the starts of the runs, 0 first.

    Example:
        >>> order, starts = in_order((np.array([-1.0, 3, -2, -1]), np.array([-2.0, 0, -4, 1])))
        >>> order.tolist(), starts.tolist()
        ([3, 1, 0, 2], [0, 1, 2])
    """
    across, up = vectors
    slopes = np.divide(up, across, out=np.full(len(up), -np.inf), where=across != 0)
    order = np.argsort(slopes, kind="stable")
    slopes = slopes[order]
    low, high, sizes = slopes[:-1], slopes[1:], np.abs(slopes)
    with np.errstate(invalid="ignore"):
        apart = high - low > _FEW * (sizes[:-1] + sizes[1:]) + 1 / _WIDE
    return order, np.append(0, np.flatnonzero(apart) + 1)


def open_maxima(
    rays: Columns | None, forms: Columns, gram: tuple[int, int, int], limit: Fraction
) -> tuple[list[int], list[int]]:
    """On which arcs a linear form may be more than a limit at its first end, and along its own vector.

    Args:
        rays: at which the arcs begin, over half of the circle, as :func:`rounded`.
        forms: (a, b) on each arc, in the coordinates of the rays, integers.
        gram: (g, h, k) of the metric: g a^2 + 2 h a b + k b^2 is the square of the length of (a, b).
        limit: positive, of such squares.

    Returns:
        Numbers of arcs, for the ends and for the vectors; those left out are surely not above.

    Example:
        >>> rays, forms = (np.array([1.0, 0]), np.array([0.0, 1])), np.array([[3, -1], [4, 1]], dtype=object)
        >>> open_maxima(rays, (forms[0], forms[1]), (1, 0, 1), Fraction(20))
        ([], [0])
    """
    (g, h, k), form, every = gram, rounded(forms), list(range(len(forms[0])))
    if rays is None or form is None:
        return every, every
    try:
        area, one = float((g * k - h * h) / limit), float(1 / limit)
        metric = float(g), float(h), float(k)
    except OverflowError:
        return every, every
    if not all(1 / _WIDE < x < _WIDE for x in (area, one)):
        return every, every
    with np.errstate(over="ignore", invalid="ignore"):
        ends, vectors = _open(rays, form, metric, area, one)
    return np.flatnonzero(ends).tolist(), np.flatnonzero(vectors).tolist()


def _open(
    rays: Columns, form: Columns, metric: tuple[float, float, float], area: float, one: float
) -> tuple[np.ndarray, np.ndarray]:
    (a, b), (x, y), (g, h, k) = form, rays, metric
    u, v = np.append(x[1:], -x[:1]), np.append(y[1:], -y[:1])  # the rays that end the arcs
    along, about = _sum(a * x, b * y)
    length, rough = _sum(k * x * x, -2 * h * x * y, g * y * y)
    low = (np.abs(along) + about) ** 2 * area * (1 + _ROOM) <= length - rough
    square, rounding = _sum(g * a * a, 2 * h * a * b, k * b * b)
    short = (square + rounding) * one <= 1 - _ROOM
    begins, one_off = _sum(x * h * a, x * k * b, -y * g * a, -y * h * b)
    finishes, other_off = _sum(g * a * v, h * b * v, -h * a * u, -k * b * u)
    known = (np.abs(begins) > one_off) & (np.abs(finishes) > other_off)
    return ~low, ~(short | (known & (np.sign(begins) != np.sign(finishes))))


def _sum(first: np.ndarray, *parts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A sum of a few products of a few floats, and a bound on its error."""
    value, sizes = first, np.abs(first)
    for part in parts:
        value, sizes = value + part, sizes + np.abs(part)
    return value, _FEW * sizes
