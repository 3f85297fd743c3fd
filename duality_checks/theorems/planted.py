"""Random exact stationary points, built backwards: first the neuron and its kinks, then data that make it so.

In coordinates in which the neuron is `w = (r, 0, ..., 0)`, kink rows are `(0, z)`. Convex weights over the
chambers around w fix slopes at the kinks; the residual v is drawn there, and solved for on as many
independent rows on the positive side as there are features, so that `s X'Dv = beta w / norm(w)`. Then `y = v
+ f`, and a rational reflection hides the coordinates. Repeated, opposite and zero rows occur.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import Vector, combination, dot

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .samples import ACTIVATIONS, random_rationals


@dataclass(frozen=True, slots=True)
class Kinks:
    """Which kinks a planted neuron may have.

    Attributes:
        most: how many kink rows at the most.
        bends: -1 for kinks that bend the objective upwards as a local minimum's do, +1 downwards, 0 for any.
        slope: -1 or +1 to give every kink the slope of that side, 0 for slopes from random chambers.
    """

    most: int = 4
    bends: int = 0
    slope: int = 0


def planted(rng: np.random.Generator, kinks: Kinks) -> tuple[TrainingProblem, RationalNetwork]:
    """A problem and a Clarke stationary network of one neuron, both rational.

    Example:
        >>> from duality_checks.stationary_points.stationary import first_order
        >>> first_order(*planted(np.random.default_rng(0), Kinks())).is_clarke
        True
    """
    d = int(rng.integers(2, 4))
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]
    beta, sign = Fraction(int(rng.integers(1, 5)), 2), int(rng.choice([-1, 1]))
    local = _kink_rows(rng, int(rng.integers(0, kinks.most + 1)), d)
    v_kinks = _bent(rng, len(local), sign * kinks.bends)
    slopes = _slopes(rng, local, kappa, kinks.slope)
    rest = [[int(a), *rng.integers(-2, 3, d - 1).tolist()] for a in rng.choice([-2, -1, 1, 2], 2)]
    rest.append([0] * d)
    v_rest = random_rationals(rng, len(rest))
    slope_of = [Fraction(int(row[0] > 0)) + kappa * int(row[0] < 0) for row in rest]
    solving = [[1, *(int(i == k) for i in range(1, d))] for k in range(d)]
    known = combination(
        [
            *(a * b for a, b in zip(slopes, v_kinks, strict=True)),
            *(a * b for a, b in zip(slope_of, v_rest, strict=True)),
        ],
        [_fractions(row) for row in (*local, *rest)],
        d,
    )
    needed = [sign * beta * int(i == 0) - known[i] for i in range(d)]
    # Row k of the solving rows is e_1 + e_k, the first e_1 alone.
    v_solving = [needed[0] - sum(needed[1:]), *needed[1:]]
    rows = [*local, *rest, *solving]
    length = Fraction(int(rng.integers(1, 5)), 2)
    return _assembled(rng, rows, [*v_kinks, *v_rest, *v_solving], length, sign, beta, kappa)


def _kink_rows(rng: np.random.Generator, count: int, d: int) -> list[list[int]]:
    """Rows (0, z), now and then an earlier one again or its opposite."""
    rows: list[list[int]] = []
    while len(rows) < count:
        kind = int(rng.integers(4))
        if rows and kind < 2:
            factor = (1, -2)[kind]
            rows.append([factor * x for x in rows[int(rng.integers(len(rows)))]])
        else:
            row = [0, *rng.integers(-2, 3, d - 1).tolist()]
            if any(row):
                rows.append(row)
    return rows


def _bent(rng: np.random.Generator, count: int, side: int) -> list[Fraction]:
    """Residuals at the kinks: of one side where that is asked for."""
    values = random_rationals(rng, count)
    return [side * abs(value) for value in values] if side else values


def _slopes(rng: np.random.Generator, local: list[list[int]], kappa: Fraction, side: int) -> Vector:
    """Slopes at the kinks: those of one side, or a convex combination over the chambers around."""
    if not local:
        return ()
    if side:
        return tuple(Fraction(1) if side > 0 else kappa for _ in local)
    chambers = Arrangement(exact_matrix(local)).chambers().signs.tolist()
    parts = [Fraction(int(part)) for part in rng.integers(0, 4, len(chambers))]
    parts[0] += 1
    table = [[Fraction(1) if s > 0 else kappa for s in signs] for signs in chambers]
    return combination([part / sum(parts) for part in parts], table, len(local))


def _assembled(
    rng: np.random.Generator,
    rows: list[list[int]],
    v: list[Fraction],
    length: Fraction,
    sign: int,
    beta: Fraction,
    kappa: Fraction,
) -> tuple[TrainingProblem, RationalNetwork]:
    """The reflected rows and neuron, shuffled, with `y = v + f`."""
    d = len(rows[0])
    mirror = _fractions([1, *rng.integers(-1, 2, d - 1).tolist()])

    def reflected(vector: Vector) -> Vector:
        shift = 2 * dot(vector, mirror) / dot(mirror, mirror)
        return tuple(x - shift * m for x, m in zip(vector, mirror, strict=True))

    order = rng.permutation(len(rows))
    X = [reflected(_fractions(rows[k])) for k in order]
    neuron = reflected((length, *(Fraction(0) for _ in range(d - 1))))
    network = RationalNetwork((neuron,), (sign * length,))
    blank = TrainingProblem(X, [0] * len(X), beta, kappa)
    fit = [-value for value in Setting.of(blank).residual(network)]
    y = [v[k] + f for k, f in zip(order.tolist(), fit, strict=True)]
    return TrainingProblem(X, y, beta, kappa), network


def _fractions(row: list[int]) -> Vector:
    return tuple(Fraction(x) for x in row)
