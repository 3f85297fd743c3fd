"""The dual norm of any problem: the largest of the maxima that its pricer finds."""

from __future__ import annotations

import numpy as np

from ..cover.effort import WHOLE, Effort
from ..problem import TrainingProblem
from .landscape import Landscape
from .max_search import max_landscape
from .places import free_dual_norm
from .pricers import dual_vector, pricer


def dual_norm(
    problem: TrainingProblem, v: np.ndarray, max_chambers: int = 5_000_000, effort: Effort = WHOLE
) -> float:
    """``max_{norm(u) <= 1} abs(v' phi(X u))`` over all chambers, numerical. At ``v = y`` it is ``beta_max``
    (2.6).

    Args:
        problem: the data and the activation. With free biases the norm is that of the other weights, and v is
            projected off what is free in the outputs.
        v: length n.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: where directions are searched and less than all will do, the best of many ascents.

    Raises:
        TooLargeError: too many chambers.
        InputError: v has another length, or an entry that is no finite real number.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> round(dual_norm(problem, problem.target), 12)
        5.0
    """
    if problem.bias is not None:
        return free_dual_norm(problem, v, max_chambers, effort)
    if problem.is_max_pooled:
        peaks = max_landscape(problem, max_chambers, effort).maxima(dual_vector(problem, v), 0.0)
        return float(peaks.values.max(initial=0.0))
    pricing = pricer(problem, Landscape.of(problem), max_chambers, effort)
    found = pricing.maxima(dual_vector(problem, v), 0.0)
    return float(found.values[0]) if len(found) else 0.0
