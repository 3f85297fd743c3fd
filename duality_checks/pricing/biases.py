"""Pricing with free biases and without chambers: all directions and biases are searched at once
(statement 7.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..cover.climbing import starts_for
from ..cover.effort import WHOLE, Effort
from ..cover.pricing import Peaks, glimpsed, largest, peaks
from ..cover.search import Function
from ..problem import TrainingProblem
from .free import Kinks, ProjectedReadout, Sightings
from .pricers import Maxima


@dataclass(frozen=True, eq=False)
class BiasPricer:
    """Ascents from kink to kink, then a cover of all directions and biases.

    As :class:`~duality_checks.pricing.free.PlacesPricer`, whose landscapes are made for the neurons that are
    wanted only.

    Attributes:
        landscapes: one for each different row of X.
        effort: how long searches go on.
        deadline: when they end.

    Example:
        >>> problem = TrainingProblem([[0, 1], [1, 1], [3, 1]], [2, -3, 1], beta=1, free="biases")
        >>> found = BiasPricer.of(problem).maxima(problem.target, floor=0.0)
        >>> round(found.largest, 12)  # 2 phi(1 - x) at x = 0, and 3 - 2 at 3 seen from 1
        2.0
    """

    landscapes: Kinks
    effort: Effort
    deadline: float | None

    @classmethod
    def of(
        cls, problem: TrainingProblem, readout: ProjectedReadout | None = None, effort: Effort = WHOLE
    ) -> BiasPricer:
        """The pricing of a problem with free biases, with a readout as for
        :func:`~duality_checks.pricing.free.free_landscapes`; the clock starts now."""
        readout = ProjectedReadout.of(problem) if readout is None else readout
        return cls(Kinks.of(problem, readout), effort, effort.deadline())

    def maxima(self, v: np.ndarray, floor: float) -> Sightings:
        """Points above the floor in all landscapes: as :meth:`.pricers.CoverPricer.maxima`."""
        sides = self._functions(v)
        limits = self.effort, self.deadline
        return self._listed(peaks(sides, floor, *limits) if floor > 0 else largest(sides, *limits))

    def near(self, w: np.ndarray) -> list[int]:
        """The number of the landscape whose row is nearest to its kink at a neuron."""
        kinks = self.landscapes
        return [int(np.abs(kinks.problem.features[kinks.rows] @ w).argmin())]

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Sightings:
        """What ascents find above the floor, others each turn."""
        sides = self._functions(v)
        return self._listed(glimpsed(sides, floor, turn, starts_for(sides[0]), self.deadline))

    def best(self, found: Sightings, count: int) -> Iterator[tuple[int, float, np.ndarray, np.ndarray]]:
        """As :meth:`~duality_checks.pricing.free.PlacesPricer.best`."""
        some, kinks = found.maxima[:count], self.landscapes
        for place, sign, direction, none in zip(
            found.places.tolist(), some.signs.tolist(), some.directions, some.kinks, strict=False
        ):
            basis = kinks[place].basis[kinks.kept]
            yield place, sign, basis.T @ (kinks.frame @ direction), none

    @cached_property
    def _rows(self) -> np.ndarray:
        """All rows about their mean, in the coordinates of the frame, and then a column for the bias that is
        as large as they are."""
        kinks = self.landscapes
        features = kinks.problem.features[:, kinks.kept]
        rows = (features - features.mean(axis=0)) @ kinks.frame
        reach = float(np.linalg.norm(rows, axis=1).max(initial=0.0)) or 1.0
        return np.column_stack([rows, np.full(len(rows), reach)])

    @cached_property
    def _merged(self) -> tuple[np.ndarray, np.ndarray]:
        """The different ones among the rows, and which each row is.

        Weights of both signs on the same row would be bounded one by one, which no small box makes tight.
        """
        rows, owner = np.unique(self._rows, axis=0, return_inverse=True)
        return rows, owner.ravel()

    def _functions(self, v: np.ndarray) -> tuple[Function, Function]:
        kinks, kappa = self.landscapes, float(self.landscapes.problem.kappa)
        rows, owner = self._merged
        weights = np.bincount(owner, kinks.readout.spread(np.asarray(v, dtype=float)), len(rows))
        g = Function.of(rows, (1 - kappa) * weights, kappa * weights @ rows, rows.shape[1] - 1)
        return g, g.negated()

    def _listed(self, found: Peaks) -> Sightings:
        kinks, directions = self.landscapes, found.directions[:, :-1]
        firsts = self._rows[kinks.rows]
        heights = np.abs(directions @ firsts[:, :-1].T + found.directions[:, -1:] * firsts[:, -1])
        none = np.full((len(directions), max(directions.shape[1] - 1, 0)), -1)
        maxima = Maxima(found.values, directions, found.signs, none, found.bound, found.stopped)
        return Sightings(maxima, heights.argmin(axis=1) if len(heights) else np.empty(0, int))
