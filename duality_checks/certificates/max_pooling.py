"""A dual vector that is feasible on every chamber of a max-pooled problem, with multipliers (statements 2.3
and 2.15). Floats propose; the integers of the checker decide."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from .. import checker
from ..pricing.max_pooling import MaxLandscape
from ..pricing.multipliers import cone_multipliers
from ..problem import TrainingProblem
from .draft import Draft, both
from .proof import feasible_multiple
from .witnesses import integer_points

# Blocks this close to beta get multipliers, so that rounding and scaling cannot push them over it.
MARGIN = 1 - 1e-6
# The scaling stays this far inside: more than the float errors of a projection, less than a gap of use.
INSIDE = 1 - 2.0**-46


def listed_chambers(
    problem: TrainingProblem, stated: checker.Problem, dual: np.ndarray, max_chambers: int
) -> tuple[tuple[Fraction, ...], tuple[checker.Chamber, ...]]:
    """A feasible multiple of the dual, and all chambers with their multipliers.

    Args:
        problem: with max pooling.
        stated: the same problem, as the checker reads it.
        dual: v, length n.
        max_chambers: refuse to list more.

    Raises:
        TooLargeError: there are more.
        InputError: no multiple was found to be feasible.

    Example:
        >>> from duality_checks.terms.max_pooling import MaxPooling
        >>> problem = TrainingProblem([[1], [3]], [2], beta=1, readout=MaxPooling((0, 0)))
        >>> stated = checker.read_problem(problem.to_json())
        >>> (z,), chambers = listed_chambers(problem, stated, np.array([0.5]), 10)
        >>> 1 / 3 - 1e-9 < z <= 1 / 3, len(chambers)
        (True, 2)
    """
    landscape = MaxLandscape.of(problem, max_chambers)
    points = integer_points(problem.arrangement.normals, problem.arrangement.chambers(max_chambers))
    feasible, found = feasible_multiple(problem, stated, _draft(landscape, dual), landscape.signs, points)
    count, none = len(points), dict[int, Fraction]()
    listed = (
        checker.Chamber(point, found.get(i, none), found.get(count + i, none))
        for i, point in enumerate(points)
    )
    return feasible, tuple(listed)


def _draft(landscape: MaxLandscape, dual: np.ndarray) -> Draft:
    """Multipliers where gradients are long, and the best multiple of the dual, in floats."""
    problem, rows, beta = landscape.problem, landscape.rows, float(landscape.problem.beta)
    gradients, best = both(landscape.gradients(dual)), problem.multiple(dual)
    signs = np.concatenate([landscape.signs, landscape.signs])
    floor = beta / max(best, 1.0) * MARGIN
    support, values = cone_multipliers(rows, signs, gradients, floor)
    weights = values * np.take_along_axis(signs, np.maximum(support, 0), axis=1)
    ends = np.linalg.norm(gradients + np.einsum("bt,btr->br", weights, rows[support]), axis=1)
    reach = float(ends.max(initial=0.0))
    scale = min(best, beta / reach if reach > 0 else best) * INSIDE
    values[np.linalg.norm(gradients, axis=1) * scale <= beta * MARGIN] = 0.0
    return Draft(dual, scale, support, values)
