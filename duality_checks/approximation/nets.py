"""Nets of directions: what a sample of the sphere covers, and how large it must be (statement 4.2).

A set of unit vectors is an eps-net if every unit vector is within eps of one of them. How good a given set is
can be decided exactly: the least of its support function over the sphere is the least distance b of the
origin to a facet of its convex hull, and the net's radius is `sqrt(2 - 2b)`. How many random directions are
enough is a covering argument with every constant written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.cddlib import cddlib
from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import root_above, root_below
from ..exact.spectral import rounded_up
from ..terms.given import allowance, relative

_GRAIN = 2**20
# pi < 22/7: the caps of a circle are measured from below with it.
_PI_ABOVE = Fraction(22, 7)


def rational_directions(directions: Any) -> tuple[Vector, ...]:
    """Rational unit vectors within 2^-19 of the given directions, by stereographic projection.

    Args:
        directions: m x d floats, not zero.

    Example:
        >>> found = rational_directions([[3.0, 4.0]])[0]
        >>> sum(x * x for x in found), round(float(found[0]), 5)
        (Fraction(1, 1), 0.6)
    """
    table = np.atleast_2d(np.asarray(directions, dtype=float))
    units = table / np.linalg.norm(table, axis=1, keepdims=True)
    found = []
    for unit in units:
        # From the pole that is farther away, so that the parameters stay below 1.
        pole = 1.0 if unit[-1] <= 0 else -1.0
        parameters = [Fraction(round(x / (1 - pole * unit[-1]) * _GRAIN), _GRAIN) for x in unit[:-1]]
        square = dot(parameters, parameters)
        last = Fraction(int(pole)) * (square - 1) / (square + 1)
        found.append((*(2 * p / (square + 1) for p in parameters), last))
    return tuple(found)


def covering_radius(units: Sequence[Vector]) -> Fraction:
    """A rational eps, within 2^-100 of the least, such that rational unit vectors are an eps-net, proven.

    Args:
        units: m rational vectors of length exactly 1, in R^d.

    Returns:
        eps, at most 2; 2 is always true, and what a set gets that lies in a closed half of the sphere.

    Raises:
        InputError: a vector is not of length 1.

    Example:
        >>> square = [(Fraction(x), Fraction(y)) for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1))]
        >>> round(float(covering_radius(square)) ** 2, 12)  # 2 - sqrt(2): half a quarter turn
        0.585786437627
    """
    cdd = cddlib()

    for j, unit in enumerate(units):
        if dot(unit, unit) != 1:
            raise InputError(f"units[{j}] does not have length 1 exactly; use rational_directions")
    distinct = sorted(set(units))
    matrix = cdd.gmp.matrix_from_array([[1, *unit] for unit in distinct], rep_type=cdd.RepType.GENERATOR)
    facets = cdd.gmp.copy_inequalities(cdd.gmp.polyhedron_from_matrix(matrix))
    worst = Fraction(1)
    for number, facet in enumerate(facets.array):
        offset, normal = Fraction(facet[0]), [Fraction(x) for x in facet[1:]]
        if not any(normal):
            continue
        if number in facets.lin_set or offset <= 0:
            return Fraction(2)
        worst = min(worst, root_below(offset * offset / dot(normal, normal)))
    return min(root_above(2 - 2 * worst), Fraction(2))


def cap_measure_below(rank: int, radius: Fraction) -> Fraction:
    """A rational at most the share of the sphere of R^rank within a chord of a point.

    Exact at rank 1 and 3 (half; `radius^2/4`, by Archimedes); at rank 2 `radius/pi` with pi < 22/7; above,
    the reciprocal of the size `(1 + 2/radius)^rank` that no set of such caps needs to exceed to cover the
    sphere.

    Args:
        rank: at least 1.
        radius: the chord, in (0, 2].

    Example:
        >>> cap_measure_below(3, Fraction(1)), cap_measure_below(1, Fraction(1, 3))
        (Fraction(1, 4), Fraction(1, 2))
    """
    if rank == 1:
        return Fraction(1, 2)
    if rank == 2:
        return radius / _PI_ABOVE
    if rank == 3:
        return radius * radius / 4
    return 1 / (1 + 2 / radius) ** rank


def net_failure(rank: int, eps: Any, samples: int) -> Fraction:
    """A proven bound on the probability that so many uniform directions are no eps-net of the sphere.

    With c(t) at most the measure of a cap of chord t, fewer than `1/c(eps/4)` points can be eps/2 apart; a
    largest such set covers with caps of chord eps/2; and if each of those holds a sample, the sample is an
    eps-net. A cap is missed with probability at most `(1 - c(eps/2))^samples`.

    Args:
        rank: of the space, at least 1.
        eps: in (0, 2].
        samples: how many directions are drawn.

    Returns:
        A rational, at most 1.

    Example:
        >>> round(float(net_failure(3, "0.5", 500)), 4)  # 256 (1 - 1/64)^500
        0.0974
    """
    radius = allowance(eps, "eps", zero=False)
    if rank < 1 or samples < 0 or radius > 2:
        raise InputError(
            f"rank={rank}, eps={eps}, samples={samples}: give rank >= 1, 0 < eps <= 2, samples >= 0"
        )
    caps = 1 / cap_measure_below(rank, radius / 4)
    return min(Fraction(1), caps * _power_above(1 - cap_measure_below(rank, radius / 2), samples))


def net_sample_size(rank: int, eps: Any, failure: Any = Fraction(1, 20)) -> int:
    """How many uniform directions are an eps-net with probability at least `1 - failure`, proven.

    Polynomial in 1/eps for a fixed rank, and independent of the number of samples of the data.

    Args:
        rank: of the space.
        eps: in (0, 2].
        failure: the probability of failure, in (0, 1).

    Returns:
        The least number for which :func:`net_failure` is small enough.

    Example:
        >>> [net_sample_size(rank, "0.5") for rank in (1, 2, 3)]
        [6, 76, 543]
    """
    allowed = relative(failure, "failure", zero=False)
    high = 1
    while net_failure(rank, eps, high) > allowed:
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if net_failure(rank, eps, middle) > allowed else (low, middle)
    return high


def _power_above(base: Fraction, exponent: int) -> Fraction:
    """A rational at least `base^exponent` for a base in [0, 1], by squaring with 64 bits rounded up."""
    result, square = Fraction(1), base
    while exponent:
        if exponent & 1:
            result = rounded_up(result * square)
        square, exponent = rounded_up(square * square), exponent >> 1
    return result
