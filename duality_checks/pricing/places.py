"""Which pricing a problem with the 2-norm gets: landscape by landscape, or all biases at once."""

from __future__ import annotations

import numpy as np

from ..cover.effort import WHOLE, Effort
from ..problem import TrainingProblem
from .biases import BiasPricer
from .free import PlacesPricer, ProjectedReadout
from .limits import is_searched
from .pricers import dual_vector


def places_pricer(
    problem: TrainingProblem,
    max_chambers: int,
    readout: ProjectedReadout | None = None,
    effort: Effort = WHOLE,
) -> PlacesPricer | BiasPricer:
    """The pricing of a problem with the 2-norm and sums of rows, with a readout as for
    :func:`~.free.free_landscapes`.

    Raises:
        TooLargeError: free biases, few enough chambers to list them, but more than ``max_chambers``.

    Example:
        >>> problem = TrainingProblem([[0, 1], [1, 1], [3, 1]], [2, -3, 1], beta=1, free="biases")
        >>> type(places_pricer(problem, 1000)).__name__
        'PlacesPricer'
    """
    if problem.bias is not None and is_searched(problem):
        return BiasPricer.of(problem, readout, effort)
    return PlacesPricer.of(problem, max_chambers, readout, effort)


def free_dual_norm(
    problem: TrainingProblem, v: np.ndarray, max_chambers: int = 5_000_000, effort: Effort = WHOLE
) -> float:
    """``max abs(v' phi(X u))`` over ``norm(P u) <= 1``, P without the free biases, numerical.

    Args:
        problem: with something free.
        v: length n; it is projected off what is free.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: as for :func:`~.dual_norm.dual_norm`.
    """
    pricing = places_pricer(problem, max_chambers, effort=effort)
    return pricing.maxima(ProjectedReadout.of(problem).project(dual_vector(problem, v)), 0.0).largest
