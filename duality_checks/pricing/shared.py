"""The dual norm of outputs that share neurons, ``max norm(V'phi(Xu))``, at any rank, without a list of faces
(statements 2.8 and 7.5b): ascents while they find something, then a cover of the sphere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from ..cover.climbing import starts_for
from ..cover.coupled import Coupled
from ..cover.effort import WHOLE, Effort, is_late
from ..cover.pricing import Part, Peaks, glimpsed, largest, peaks
from ..problem import TrainingProblem
from .free import ProjectedReadout
from .landscape import Landscape


@dataclass(frozen=True, eq=False)
class SharedLandscape:
    """``norm(V'phi(Xu))`` for any V.

    Attributes:
        landscape: of X, projected off what is free.
        readout: what projects.
        effort: by how much bounds may exceed a floor, and the limits of a search.
        deadline: when a search is to end.
        hurry: from when on a bound is worth more than what ascents find.

    Example:
        >>> shared = SharedLandscape.of(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1))
        >>> round(shared.norm(np.array([[3.0, 0.0], [0.0, 4.0]])), 9)
        4.0
    """

    landscape: Landscape
    readout: ProjectedReadout
    effort: Effort = WHOLE
    deadline: float | None = None
    hurry: float | None = None

    @classmethod
    def of(cls, problem: TrainingProblem, effort: Effort = WHOLE) -> SharedLandscape:
        """The landscape of a problem; its y plays no part."""
        readout = ProjectedReadout.of(problem)
        landscape = replace(Landscape.of(problem), readout=readout)  # type: ignore[arg-type]
        deadline = effort.deadline()
        return cls(landscape, readout, effort, deadline, effort.after(perf_counter(), parts=2).deadline())

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``phi(X u)`` at many directions in coordinates of the landscape (m x r), as columns: n x m."""
        return replace(self.landscape, readout=self.readout.readout).outputs(directions)

    def function(self, V: np.ndarray) -> Coupled:
        """``norm(V'phi(Xu))`` for V (n x q) in coordinates of the landscape."""
        normals = self.landscape.normals
        parts = [self.landscape.parts(v) for v in V.T]
        bends = np.array([bend for _, bend in parts]).T
        base = np.array([linear - bend @ normals for linear, bend in parts])
        return Coupled.of(normals, 2 * bends, base)

    def norm(self, V: np.ndarray, effort: Effort = WHOLE) -> float:
        """``max_{norm(u) <= 1} norm(V'phi(Xu))``, numerical; where the effort is not whole, the best of many
        ascents."""
        if self.landscape.rank == 0:
            return 0.0
        found = largest((self.function(V),), effort, effort.deadline())
        return float(found.values.max(initial=0.0))

    def glimpse(self, V: np.ndarray, floor: float, turn: int) -> Peaks:
        """Local maxima above a floor from ascents, while there is time for more than bounds; that there are
        none says nothing."""
        if self.landscape.rank == 0 or is_late(self.hurry):
            return self._nothing(np.inf, floor)
        sides = (self.function(V),)
        return glimpsed(sides, floor, turn, starts_for(sides[0]), self.deadline)

    def maxima(self, V: np.ndarray, floor: float) -> Peaks:
        """Local maxima above a floor; in a hurry with a bound on all of them, proven above the best found."""
        if self.landscape.rank == 0:
            return self._nothing(0.0, floor)
        sides = (self.function(V),)
        found, parts = peaks(sides, floor, self.effort, self.deadline), list[Part]()
        while is_late(self.hurry) and len(found) and not found.stopped and found.bound == np.inf:
            parts += found.parts
            found = peaks(sides, float(found.values[0]), self.effort, self.deadline)
        return Peaks([*parts, *found.parts], found.bound, floor, stopped=found.stopped)

    def hurried(self) -> SharedLandscape:
        """The same that takes a bound for worth more than what ascents find from now on."""
        return replace(self, hurry=-np.inf)

    def _nothing(self, bound: float, floor: float) -> Peaks:
        return Peaks([(1.0, np.empty((0, self.landscape.rank)), np.empty(0))], bound, floor)
