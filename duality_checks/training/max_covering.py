"""Training with max pooling where chambers are too many to be listed (statements 7.2b and 7.4).

The Lasso over neurons is solved with the local maxima of its own residual as new neurons: of ascents while
these find some above beta, then of a search over all directions, which bounds all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..effort import Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.max_pooling import Peaks
from ..pricing.max_search import CLEARLY, MaxSearch
from ..problem import TrainingProblem
from .max_pooling import COLUMNS, MaxTraining
from .rounds import History, Round, Solution

LOOKS = 60


def train_max_covered(
    problem: TrainingProblem,
    *,
    progress: Callable[[Round], Any] | None,
    start: TwoLayerNetwork | None,
    effort: Effort,
) -> Solution:
    """The global optimum of a problem with max pooling, numerically, from searches over all directions.

    Args:
        problem: with max pooling; any loss, activation and weights of samples.
        progress, effort: as for :func:`~duality_checks.training.columns.train`.
        start: a network to begin with.
    """
    return _Covered(problem, MaxSearch.of(problem, effort), History(progress), effort).run(start)


class _Covered(MaxTraining[MaxSearch]):
    """As with a list, but that the bounds come from searches, and neurons from ascents."""

    def over_chambers(self, found: Peaks, start: TwoLayerNetwork | None) -> Peaks:
        """Neurons from ascents, which are what there is before the first search."""
        dual = self.loss.slope(np.zeros(self.problem.n), self.target)
        for turn in range(LOOKS if len(found) else 0):
            directions = np.concatenate([self.directions, found.directions[:COLUMNS]])
            signs = np.concatenate([self.signs, found.signs[:COLUMNS]])
            sizes, dual = self.reweighed(self.landscape.outputs(directions) * signs)
            self.offer(directions, signs, sizes)
            clipped = self.loss.clip(dual, self.target)
            found = self.landscape.glimpse(clipped, self.beta * CLEARLY, turn + 1)
            if not len(found):
                # What is asked before a search may still find what one glimpse has missed.
                priced = self.price(dual)
                if self.lower > 0 or priced.reach < np.inf:
                    return priced
                found = priced[:COLUMNS]
        return self.price(dual)

    def maxima(self, dual: np.ndarray) -> Peaks:
        """The search itself decides what is near."""
        return self.landscape.maxima(dual, self.beta)
