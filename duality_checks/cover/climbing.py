"""Ascents on the sphere: cheap, many at once, and no proof of anything (statement 7.4)."""

from __future__ import annotations

import numpy as np

from hyperplane_arrangements.machine.cores import parts, shared_out

from .search import Searched

STARTS = 60
MOST_STARTS = 400
FEWEST = 4
MOST_TIMES = 32
ENTRIES = 200_000
NUMBERS = 2_000_000  # that the ascents between two looks at the clock go through


def starts_for(function: Searched) -> int:
    """How many ascents are worth their time beside so many rows of such a rank.

    Example:
        >>> from duality_checks.cover.search import Function
        >>> starts_for(Function(np.ones((100_000, 3)), np.ones(100_000), np.zeros(3)))
        4
    """
    h, r = function.terms, function.rank
    most = min(MOST_STARTS, ENTRIES // max(h, 1), starts_at_once(function))
    return max(FEWEST, min(STARTS * 2 ** max(r - 3, 0), most))


def starts_at_once(function: Searched) -> int:
    """How many ascents take a fraction of a second together.

    Example:
        >>> from duality_checks.cover.search import Function
        >>> starts_at_once(Function(np.ones((400, 300)), np.ones(400), np.zeros(300)))
        16
    """
    return max(FEWEST, min(MOST_STARTS, NUMBERS // max(function.terms * function.rank, 1)))


def starts_before_a_search(function: Searched) -> int:
    """The same before a search over all directions, whose cost grows with the rank.

    Example:
        >>> from duality_checks.cover.search import Function
        >>> starts_before_a_search(Function(np.ones((100, 6)), np.ones(100), np.zeros(6)))
        3200
    """
    return min(2 ** max(function.rank - 3, 0), MOST_TIMES) * starts_for(function)


def climb(function: Searched, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The local maximum next to each point, and its value.

    Args:
        function: g.
        points: where the ascents start, m x r, unit vectors in the function's norm.

    Returns:
        Unit vectors, m x r, and g there, never less than where it started; a free bias starts at the best
        kink.

    Example:
        >>> from duality_checks.cover.search import Function
        >>> g = Function(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([3.0, 4.0]), np.zeros(2))
        >>> point, value = climb(g, np.array([[1.0, 1.0]]) / 2**0.5)
        >>> point.round(9).tolist(), float(value[0].round(9))
        ([[0.6, 0.8]], 5.0)
    """
    ends, values = points.copy(), function.values(points)

    def settle(part: slice) -> None:
        function.settled(ends[part], values[part])

    list(shared_out(settle, parts(len(points))))
    return ends, values
