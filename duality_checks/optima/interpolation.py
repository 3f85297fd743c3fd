"""The limit of small weight decay: interpolation and hard margin of least norm, by exact programs (2.12).

Over finitely many neurons, directions u with rational costs (norms, or upper bounds of them), the problems

    ``min sum_j cost_j abs(t_j)``  s.t.  ``sum_j t_j phi(X u_j) = y``,   or  ``y_k f_k >= 1`` for all k,

are linear programs, solved with their duals ``max v'y``, ``abs(v'phi(X u_j)) <= cost_j`` (``y_k v_k >= 0``),
in rational arithmetic. With the directions of a polyhedral norm (statement 2.7) they are the exact limits.
Over ALL neurons, for the 2-norm too, see :mod:`.least_norm`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector, combination

from ..exact.polyhedral import ONE, ZERO, maximise
from ..networks.objective import activated
from ..problem import TrainingProblem
from .spanning import reach_targets


@dataclass(frozen=True, slots=True)
class LeastNorm:
    """A network of least norm and the dual vector that proves it.

    Attributes:
        norm: ``sum_j cost_j abs(t_j) = v'y``, both exactly.
        weights: t, one a direction.
        fit: f.
        dual: v.
    """

    norm: Fraction
    weights: tuple[Fraction, ...]
    fit: Vector
    dual: Vector


def can_interpolate(problem: TrainingProblem) -> bool:
    """Whether some network fits y exactly: decided by a rank, no tolerance (:mod:`.spanning` has witnesses).

    Example:
        >>> can_interpolate(TrainingProblem([[1, 1], [2, 1]], [5, -3], 1))
        True
        >>> can_interpolate(TrainingProblem([[1, 1], [1, 1]], [5, -3], 1))
        False
    """
    return bool(reach_targets(problem))


def interpolate(
    problem: TrainingProblem, chosen: Sequence[Vector], costs: Sequence[Fraction] | None = None
) -> LeastNorm:
    """The network of least norm on these directions with ``f = y``.

    Args:
        problem: X, y and the activation.
        chosen: directions, length d each.
        costs: of a unit of weight on each; 1 if None.

    Raises:
        UnboundedError: these directions cannot fit y.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], 1)
        >>> interpolate(problem, [(ONE,), (-ONE,)]).norm
        Fraction(5, 1)
    """
    return _least_norm(problem, chosen, costs, [])


def hard_margin(problem: TrainingProblem, chosen: Sequence[Vector]) -> LeastNorm:
    """The network of least norm on these directions with ``y_k f_k >= 1``, for labels y.

    Raises:
        UnboundedError: these directions cannot separate the labels.

    Example:
        >>> hard_margin(TrainingProblem([[1], [2], [-1]], [1, 1, -1], 1), [(ONE,), (-ONE,)]).norm
        Fraction(2, 1)
    """
    units = [
        tuple(Fraction(int(j == k)) * target for j in range(problem.n)) for k, target in enumerate(problem.y)
    ]
    return _least_norm(problem, chosen, None, [(ZERO, unit) for unit in units])


def _least_norm(
    problem: TrainingProblem,
    chosen: Sequence[Vector],
    costs: Sequence[Fraction] | None,
    signs: list[tuple[Fraction, Vector]],
) -> LeastNorm:
    atoms = [activated(problem, u) for u in chosen]
    prices = list(costs) if costs is not None else [ONE] * len(atoms)
    rows = [
        (price, tuple(sign * x for x in atom))
        for sign in (-1, 1)
        for price, atom in zip(prices, atoms, strict=True)
    ]
    dual, multipliers = maximise(problem.y, rows + signs)
    count = len(atoms)
    weights = tuple(multipliers[j] - multipliers[count + j] for j in range(count))
    norm = sum((price * abs(t) for price, t in zip(prices, weights, strict=True)), ZERO)
    return LeastNorm(norm, weights, combination(weights, atoms, problem.n), dual)
