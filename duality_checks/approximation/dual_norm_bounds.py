"""Upper bounds on `norm_dual(v)` that need no enumeration: proven, and how wide they are is theirs to say.

For a sign s, `s v'phi(Xu) = g'u + sum_k b_k abs(x_k'u)` with `g = s (1+kappa)/2 X'v` and
`b_k = s (1-kappa)/2 v_k`. A negative b_k lets `abs` be replaced by any slope theta in [-1, 1], a positive
one by the parabola `(tau + (x_k'u)^2 / tau) / 2`, which is never below. What is left is a quadratic on the
unit ball:

    max over norm(u) <= 1 of g'u + 1/2 u'Mu  <=  (mu + g'(mu I - M)^-1 g) / 2   whenever mu I - M is positive
    definite.

This is the Lagrangian form of the usual semidefinite relaxation. Floats choose theta, tau and mu; the bound
is evaluated, and the definiteness decided, in rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import root_above, solve
from ..exact.spectral import eigenvalues_above, norm_above, rounded_up

if TYPE_CHECKING:
    from ..problem import TrainingProblem

_GRAIN = 2**24
_STEPS = 160
_ROOM = 1 + 2.0**-20
_TINY = 1e-140
_ASCENTS = 20


@dataclass(frozen=True, slots=True)
class NormBound:
    """A proven bound and, to show how loose it is, a value that is attained (numerical).

    Attributes:
        bound: `norm_dual(v) <= bound`, rational.
        attained: `abs(v'phi(Xu))` at the best direction tried: no bound can be smaller.
    """

    bound: Fraction
    attained: float

    @property
    def looseness(self) -> float:
        """`bound / attained`: the true dual norm is somewhere between."""
        return float(self.bound) / self.attained if self.attained > 0 else 1.0


def spectral_bound(problem: TrainingProblem, v: Vector) -> Fraction:
    """`L norm(X)_2 norm(v)`, rounded up: the loosest, and the only one that statement 4.2 needs.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> 5 <= spectral_bound(TrainingProblem([[1, 0], [0, 1]], [3, 4], 1), (Fraction(3), Fraction(4))) < 6
        True
    """
    problem.require_ball("the spectral bound")
    slope = max(Fraction(1), abs(problem.kappa))
    return slope * norm_above(problem.X.fractions) * root_above(dot(v, v))


def relaxed_bound(problem: TrainingProblem, v: Vector) -> NormBound:
    """The better of the spectral bound and the quadratic relaxation, for v and -v.

    Args:
        problem: with rows X (n x d) and an activation; any rank.
        v: length n, rational.

    Returns:
        The bound. Cost: polynomial in n and d.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> found = relaxed_bound(TrainingProblem([[1, 0], [0, 1]], [3, 4], 1), (Fraction(3), Fraction(4)))
        >>> 5 <= found.bound < Fraction(7), round(found.attained, 6)
        (True, 5.0)
    """
    # Rows of zeros output nothing, whatever v is there.
    seen = tuple(x if any(row) else Fraction(0) for x, row in zip(v, problem.X.fractions, strict=True))
    sides = [_one_sided(problem, tuple(sign * x for x in seen)) for sign in (1, -1)]
    bound = max((side.bound for side in sides), default=Fraction(0))
    return NormBound(min(bound, spectral_bound(problem, v)), max(side.attained for side in sides))


def _one_sided(problem: TrainingProblem, v: Vector) -> NormBound:
    """A bound on `max v'phi(Xu)` over the unit ball."""
    rows, kappa = problem.X.fractions, problem.kappa
    bends = tuple((1 - kappa) / 2 * x for x in v)
    theta, tau, attained = _choices(problem, v)
    slopes = tuple(Fraction(round(x * _GRAIN), _GRAIN) for x in theta)
    widths = tuple(Fraction(max(1, round(x * _GRAIN)), _GRAIN) for x in tau)
    weights = [
        (1 + kappa) / 2 * x + (b * t if b < 0 else 0) for x, b, t in zip(v, bends, slopes, strict=True)
    ]
    linear = tuple(dot(weights, column) for column in zip(*rows, strict=True))
    curved = [(b / t, row) for b, t, row in zip(bends, widths, rows, strict=True) if b > 0]
    constant = sum((b * t for b, t in zip(bends, widths, strict=True) if b > 0), Fraction(0))
    return NormBound(rounded_up((constant + _ball_bound(linear, curved)) / 2), attained)


def _ball_bound(linear: Vector, curved: Sequence[tuple[Fraction, Vector]]) -> Fraction:
    """A rational at least `max 2 g'u + u'Mu` over the unit ball, `M = sum_k weight_k x_k x_k'`."""
    d = len(linear)
    matrix = [[sum((w * x[i] * x[j] for w, x in curved), Fraction(0)) for j in range(d)] for i in range(d)]
    if not any(linear) and not any(map(any, matrix)):
        return Fraction(0)
    floats = np.array([[float(x) for x in row] for row in matrix])
    g = np.array([float(x) for x in linear])
    values, vectors = np.linalg.eigh(floats)
    pull = (vectors.T @ g) ** 2
    low, high = float(values[-1]), float(values[-1]) + float(np.linalg.norm(g))
    for _ in range(80):
        middle = (low + high) / 2
        slope = 1 - float((pull / np.maximum(middle - values, _TINY) ** 2).sum())
        low, high = (middle, high) if slope < 0 else (low, middle)
    mu, room = Fraction(max(high, _TINY)), Fraction(_ROOM)
    while eigenvalues_above(matrix, mu) or not _definite(matrix, mu):
        mu, room = mu * room, room * room
    shifted = [[mu * (i == j) - x for j, x in enumerate(row)] for i, row in enumerate(matrix)]
    return mu + dot(linear, solve(shifted, linear))


def _definite(matrix: Sequence[Sequence[Fraction]], mu: Fraction) -> bool:
    """Whether mu is not an eigenvalue, once none is above it."""
    negated = [[-x for x in row] for row in matrix]
    return eigenvalues_above(negated, -mu) == len(matrix)


def _choices(problem: TrainingProblem, v: Vector) -> tuple[np.ndarray, np.ndarray, float]:
    """Slopes, widths of parabolas, and the largest value seen, by Frank-Wolfe steps on second moments U.

    The best width for a moment matrix is `sqrt(x_k'U x_k)`; the direction that maximises the quadratic is
    mixed into U, so that the widths converge to those of the relaxation's optimum.
    """
    from scipy.optimize import lsq_linear

    X, kappa = problem.features, float(problem.kappa)
    values = np.array([float(x) for x in v])
    bends, linear = 0.5 * (1 - kappa) * values, 0.5 * (1 + kappa) * X.T @ values
    theta, falling = np.zeros(len(X)), bends < 0
    if falling.any():
        theta[falling] = lsq_linear((X * bends[:, None])[falling].T, -linear, (-1.0, 1.0)).x
    g = linear + X.T @ (np.minimum(bends, 0) * theta)
    rising = X[bends > 0]
    strength = bends[bends > 0]
    moments = np.eye(problem.d) / problem.d
    attained = 0.0
    floor = 1e-6 * float(np.linalg.norm(X, axis=1).max())
    for step in range(_STEPS):
        widths = np.sqrt(np.maximum(np.einsum("kd,de,ke->k", rising, moments, rising), floor**2))
        u = _ball_maximiser(g, (rising.T * (strength / widths)) @ rising)
        if step % _ASCENTS == 0:
            attained = max(attained, _ascended(X, kappa, values, u))
        share = 1.0 / (step + 2)
        moments = (1 - share) * moments + share * np.outer(u, u)
    tau = np.full(len(X), 1.0)
    tau[bends > 0] = widths
    return np.clip(theta, -1, 1), tau, attained


def _ascended(X: np.ndarray, kappa: float, values: np.ndarray, u: np.ndarray) -> float:
    """The best value on the way from u by following the gradient of each chamber that is met."""
    best = 0.0
    for _ in range(_ASCENTS):
        before = X @ u
        slopes = np.where(before > 0, 1.0, kappa)
        best = max(best, float((values * slopes) @ before))
        gradient = X.T @ (slopes * values)
        size = float(np.linalg.norm(gradient))
        if size == 0.0:
            break
        u = gradient / size
    return best


def _ball_maximiser(g: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """A maximiser of `2 g'u + u'Mu` on the unit sphere, in floats; M positive semidefinite."""
    values, vectors = np.linalg.eigh(matrix)
    pull = vectors.T @ g
    if np.linalg.norm(pull) < 1e-14:
        return vectors[:, -1]
    low, high = float(values[-1]), float(values[-1]) + float(np.linalg.norm(pull))
    for _ in range(60):
        middle = (low + high) / 2
        size = float(((pull / np.maximum(middle - values, _TINY)) ** 2).sum())
        low, high = (middle, high) if size > 1 else (low, middle)
    u = vectors @ (pull / np.maximum(high - values, _TINY))
    rest = 1 - float(u @ u)
    u = u + np.sqrt(max(rest, 0.0)) * vectors[:, -1] * (1 if u @ vectors[:, -1] >= 0 else -1)
    return u / np.linalg.norm(u)
