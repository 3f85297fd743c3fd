"""``g(u) = v'h(u)`` with ``h_i(u) = max_k phi(x_ik'u)`` where its chambers are too many to be listed: ascents
while they find something, then a search over all directions (statements 7.2b and 7.4)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..cover.climbing import starts_for
from ..cover.effort import WHOLE, Effort, is_late
from ..cover.maxima import Maxima
from ..cover.pricing import Peaks as Found
from ..cover.pricing import glimpsed, largest, peaks
from ..problem import TrainingProblem
from ..terms.max_pooling import MaxPooling
from .landscape import require_squares, row_space
from .limits import is_searched
from .max_pooling import NEARLY, MaxLandscape, OneLandscape, Peaks, distinct

# Above that excess no search is needed to say so.
CLEARLY = 1 + 1e-7


@dataclass(frozen=True, eq=False)
class MaxSearch(OneLandscape):
    """What does not depend on ``v``, in float64.

    Attributes:
        problem: with max pooling.
        basis: an orthonormal basis of the row space, d x r.
        rows: X in that basis, N x r.
        pieces: the rows of each sample, and kappa times them, one sample after the other.
        owner: the sample of each piece.
        effort: by how much bounds may exceed a floor, and the limits of a search.
        deadline: when a search is to end.

    Example:
        >>> from ..terms.max_pooling import MaxPooling
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [5], beta=1, readout=MaxPooling((0, 0)))
        >>> found = MaxSearch.of(problem).maxima(np.array([3.0]), 2.0)
        >>> len(found), round(float(found.values[0]), 9)
        (2, 3.0)
    """

    problem: TrainingProblem
    basis: np.ndarray
    rows: np.ndarray
    pieces: np.ndarray
    owner: np.ndarray
    effort: Effort
    deadline: float | None

    @classmethod
    def of(cls, problem: TrainingProblem, effort: Effort = WHOLE) -> MaxSearch:
        """The landscape of a problem with max pooling."""
        require_squares(problem)
        basis = row_space(problem)
        rows, kappa = problem.features @ basis, float(problem.kappa)
        assert isinstance(problem.readout, MaxPooling)
        own = [rows[members] for members in problem.readout.members()]
        # With kappa = 0 the same piece for every row: it is needed once.
        bent = [kappa * part if kappa else np.zeros((1, rows.shape[1])) for part in own]
        pieces = [np.concatenate(pair) for pair in zip(own, bent, strict=True)]
        owner = np.repeat(np.arange(problem.n), [len(part) for part in pieces])
        return cls(problem, basis, rows, np.concatenate(pieces), owner, effort, effort.deadline())

    def sides(self, v: np.ndarray) -> tuple[Maxima, Maxima]:
        """g and -g."""
        g = Maxima.of(self.pieces, self.owner, np.asarray(v, dtype=float))
        return g, g.negated()

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Peaks:
        """Local maxima above a floor from ascents; that there are none says nothing."""
        sides = self.sides(v)
        return self._of(glimpsed(sides, floor, turn, starts_for(sides[0]), self.deadline))

    def maxima(self, v: np.ndarray, floor: float) -> Peaks:
        """Local maxima above a floor or nearly so, and a bound on all; the bound is infinite if some are
        clearly above the floor, since then no search is made.

        Args:
            v: length n.
            floor: nonnegative; 0 asks for the largest of all.
        """
        sides = self.sides(v)
        if floor <= 0.0:
            return self._of(largest(sides, self.effort, self.deadline))
        seen = glimpsed(sides, floor * NEARLY, 0, starts_for(sides[0]), self.deadline)
        if seen.values.max(initial=0.0) > floor * CLEARLY:
            return self._of(seen)
        found = peaks(sides, floor, self.effort, self.deadline)
        parts = [*seen.parts, *found.parts]
        return self._of(Found(parts, found.bound, floor * NEARLY, stopped=found.stopped))

    def _of(self, found: Found) -> Peaks:
        nowhere = np.full(len(found.values), -1)
        stopped = found.stopped or is_late(self.deadline)
        whole = Peaks(found.values, found.directions, found.signs, nowhere, found.bound, stopped)
        return whole[distinct(whole)]


def max_landscape(
    problem: TrainingProblem, max_chambers: int = 5_000_000, effort: Effort = WHOLE
) -> MaxLandscape | MaxSearch:
    """The list of chambers where they are few, else what searches all directions.

    Raises:
        TooLargeError: a list of more chambers than `max_chambers`.

    Example:
        >>> from ..terms.max_pooling import MaxPooling
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [5], beta=1, readout=MaxPooling((0, 0)))
        >>> type(max_landscape(problem)).__name__
        'MaxLandscape'
    """
    return MaxSearch.of(problem, effort) if is_searched(problem) else MaxLandscape.of(problem, max_chambers)
