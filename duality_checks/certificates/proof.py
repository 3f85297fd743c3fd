"""A multiple of a dual vector that is feasible on every chamber, proven in integers (statement 2.3).

A rigorous float bound decides most blocks (a chamber with a sign of the dual). What it cannot decide is
decided by the integers of the checker.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector

from .. import checker
from ..exact.norms import project
from ..exact.rounding import on_a_grid, power_of_two
from ..pricing import bounds
from ..pricing.bias_multipliers import balanced
from ..problem import TrainingProblem
from .draft import Draft, both
from .witnesses import Point

_ATTEMPTS = 30
# Multipliers are rounded to few bits, below beta over the largest entry of X, where the bound is certain to
# hold all the same; elsewhere to many.
_FEW, _MANY = 6, 56

Multipliers = dict[int, Fraction]


def feasible_multiple(
    problem: TrainingProblem,
    stated: checker.Problem,
    draft: Draft,
    signs: np.ndarray,
    points: Sequence[Point] | None = None,
) -> tuple[Vector, dict[int, Multipliers]]:
    """A multiple of the dual, with multipliers, that is feasible on every chamber.

    Args:
        problem: with the penalty of the 2-norm.
        stated: the same problem, as the checker reads it.
        draft: what floats propose.
        signs: all P chambers, P x N.
        points: a point of each chamber, which max pooling asks for.

    Returns:
        The dual z, and block -> multipliers where there are any: block i is z on chamber i, block P + i is
        -z on it.

    Raises:
        InputError: no multiple was found to be feasible.

    Example:
        >>> from .draft import draft
        >>> problem, signs = TrainingProblem([[1]], [3], beta=1), np.array([[1], [-1]])
        >>> found, stated = draft(problem, np.array([2.0]), signs), checker.read_problem(problem.to_json())
        >>> (z,), _ = feasible_multiple(problem, stated, found, signs)
        >>> 1 - 1e-9 < z <= 1
        True
    """
    scale = draft.scale
    for _ in range(_ATTEMPTS):
        dual, floats = on_a_grid(problem, scale * draft.dual)
        values = _rounded(problem, scale * draft.values, _FEW)
        open_ = np.flatnonzero(~_surely_within(problem, floats, signs, draft.support, values))
        values[open_] = _rounded(problem, scale * draft.values[open_], _MANY)
        guesses, system = _fractions(draft.support[open_], values[open_]), checker.scaled(stated, dual)
        found, worst = {}, 1.0
        for k, b in enumerate(open_.tolist()):
            side, i = (1, b) if b < len(signs) else (-1, b - len(signs))
            pattern = (signs[i] > 0).tobytes()
            gradient = checker.gradient_on(stated, system, pattern, () if points is None else points[i])
            gradient = [side * value for value in gradient]
            found[b], share = _shortest(system, signs[i], gradient, guesses.get(k, {}))
            worst = max(worst, share)
        if worst == 1.0:
            if checker.dual_value(stated, dual) > 0:
                return dual, {**_fractions(draft.support, values), **found}
            # Rounding can leave a useless dual below 0, which z = 0 proves for nothing.
            return (Fraction(0),) * problem.n, {}
        scale *= (1 - 2.0**-50) / math.sqrt(worst)
    raise InputError(
        f"dual: no multiple could be made feasible in {_ATTEMPTS} attempts; is the data scaled very unevenly?"
    )


def _rounded(problem: TrainingProblem, values: np.ndarray, bits: int) -> np.ndarray:
    """The nearest multiples of a power of two, which are exact as floats."""
    grain = power_of_two(float(problem.beta) / float(np.abs(problem.features).max()), bits)
    return np.rint(values / grain) * grain


def _surely_within(
    problem: TrainingProblem, dual: np.ndarray, signs: np.ndarray, support: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """The blocks where floats prove the bound; with free biases none, as something has to be 0 exactly, and
    with max pooling none, which are few."""
    if problem.bias is not None or problem.is_max_pooled:
        return np.zeros(len(support), dtype=bool)
    with np.errstate(over="ignore", invalid="ignore"):
        vectors, error = bounds.gradients(problem, signs, dual)
        sides = np.concatenate([signs, signs])
        moved, errors = bounds.shortened(problem, sides, both(vectors), error, support, values)
        return bounds.squares_above(problem, moved, errors) < 1.0


def _fractions(support: np.ndarray, values: np.ndarray) -> dict[int, Multipliers]:
    """The positive multipliers of each block that has any."""
    blocks, slots = np.nonzero(values > 0)
    distinct, places = np.unique(values[blocks, slots], return_inverse=True)
    exact, owners = list(map(Fraction, distinct.tolist())), blocks.tolist()
    found: dict[int, Multipliers] = {b: {} for b in owners}
    for b, row, place in zip(owners, support[blocks, slots].tolist(), places.tolist(), strict=True):
        found[b][row] = exact[place]
    return found


def _shortest(
    system: checker.Scaled, signs: np.ndarray, gradient: list[int], lambdas: Multipliers
) -> tuple[Multipliers, float]:
    """Multipliers of one block: these if they hold, else the best there are. And what :func:`_share` says."""
    pattern = (signs > 0).tobytes()
    if system.bias is not None:
        lambdas = balanced(system, gradient, pattern, lambdas)
        return lambdas, _share(system, gradient, pattern, lambdas)
    share = _share(system, gradient, pattern, lambdas)
    if share == 1.0:
        return lambdas, share
    rows = [tuple(map(Fraction, row)) for row in system.rows]
    c = tuple(Fraction(value, system.lift) for value in gradient)
    lambdas = project(rows, signs.tolist(), c).multipliers
    return lambdas, _share(system, gradient, pattern, lambdas)


def _share(system: checker.Scaled, gradient: list[int], pattern: bytes, lambdas: Multipliers) -> float:
    """1 if the multipliers prove the bound, else just above `norm(c + X'S lambda)^2 / beta^2`."""
    square, limit = system.squares(*system.moved(gradient, pattern, lambdas))
    return 1.0 if square <= limit else math.nextafter(square / limit, math.inf)
