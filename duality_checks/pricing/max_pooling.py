"""``g(u) = v'h(u)`` with ``h_i(u) = max_k phi(x_ik'u)``, chamber by chamber (statement 2.15).

On a chamber of the rows and their comparisons every ``h_i`` is one linear function, so that statement 2.3
holds with the gradient ``c = sum_i v_i s_i x_i`` of the rows that are the largest. All chambers are listed:
the landscape is for few of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..limits import require_feasible
from ..problem import TrainingProblem
from ..terms.max_pooling import MaxPooling, Selection, selection
from .landscape import require_squares
from .multipliers import cone_projections

SAME_DIRECTION = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Peaks:
    """Where ``sign * g`` is largest on some chambers, best first; a direction that several share is one.

    Attributes:
        values: length m, decreasing.
        directions: unit vectors in row-space coordinates, m x r.
        signs: +1.0 or -1.0, length m.
        chambers: by number, length m.
    """

    values: np.ndarray
    directions: np.ndarray
    signs: np.ndarray
    chambers: np.ndarray

    @property
    def reach(self) -> float:
        """The largest value; 0 where none was above the floor."""
        return float(self.values.max(initial=0.0))

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, chosen: slice | np.ndarray) -> Peaks:
        return Peaks(self.values[chosen], self.directions[chosen], self.signs[chosen], self.chambers[chosen])


@dataclass(frozen=True, eq=False)
class MaxLandscape:
    """What does not depend on ``v``, in float64.

    Attributes:
        problem: with max pooling.
        basis: an orthonormal basis of the row space, d x r.
        rows: X and its comparisons in that basis, E x r.
        signs: of all these rows on all chambers, int8, P x E.
        largest: the row of each sample that is the largest, on each chamber.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [5], beta=1, readout=MaxPooling((0, 0)))
        >>> landscape = MaxLandscape.of(problem)
        >>> len(landscape.signs), float(landscape.maxima(np.array([3.0]), 0.0).reach)
        (6, 3.0)
    """

    problem: TrainingProblem
    basis: np.ndarray
    rows: np.ndarray
    signs: np.ndarray
    largest: Selection

    @classmethod
    def of(cls, problem: TrainingProblem, max_chambers: int = 5_000_000) -> MaxLandscape:
        """The landscape of a problem.

        Raises:
            TooLargeError: more chambers than `max_chambers`.
            InputError: no max pooling.
        """
        if not isinstance(problem.readout, MaxPooling):
            raise InputError("the problem has no max pooling; give it a MaxPooling as readout")
        require_squares(problem)
        arrangement = problem.arrangement
        require_feasible(arrangement, max_chambers)
        sizes = np.abs(problem.features).max(axis=1, keepdims=True)
        units = problem.features / np.where(sizes > 0, sizes, 1.0)
        _, _, right = np.linalg.svd(units, full_matrices=False)
        basis = right[: arrangement.rank].T
        signs = arrangement.chambers(max_chambers).signs
        rows = arrangement.normals.floats @ basis
        return cls(problem, basis, rows, signs, selection(problem.readout, problem.kappa, signs))

    @cached_property
    def slopes(self) -> np.ndarray:
        """The slope of the activation at the largest row of each sample, on each chamber: P x n."""
        return self.largest.slopes(float(self.problem.kappa))

    def gradients(self, v: np.ndarray) -> np.ndarray:
        """``sum_i v_i s_i x_i`` on each chamber, P x r."""
        total = np.zeros((len(self.signs), self.rows.shape[1]))
        for i, entry in enumerate(v.tolist()):
            total += (entry * self.slopes[:, i])[:, None] * self.rows[self.largest.rows[:, i]]
        return total

    def maxima(self, v: np.ndarray, floor: float) -> Peaks:
        """The maximum of g and of -g on each chamber where it is above a floor: the projection of the
        gradient onto the chamber (statement 2.3).

        Args:
            v: length n.
            floor: nonnegative.
        """
        gradients = self.gradients(np.asarray(v, dtype=float))
        long = np.flatnonzero(np.linalg.norm(gradients, axis=1) > floor)
        signs = np.repeat([1.0, -1.0], len(long))
        chambers = np.concatenate([long, long])
        _, ends = cone_projections(self.rows, self.signs[chambers], signs[:, None] * gradients[chambers])
        values = np.linalg.norm(ends, axis=1)
        order = np.argsort(-values, kind="stable")
        order = order[values[order] > floor]
        found = Peaks(values[order], ends[order] / values[order, None], signs[order], chambers[order])
        return found[distinct(found)]

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``h(u)`` at many directions (m x r), as columns: n x m."""
        before = self.rows[: self.problem.readout.rows] @ directions.T
        return self.problem.readout.pool(np.maximum(before, float(self.problem.kappa) * before))

    def chambers_of(self, directions: np.ndarray) -> np.ndarray:
        """A chamber whose closure holds each direction (m x r), as far as floats tell."""
        sides = np.sign(directions @ self.rows.T)
        return np.array([int(np.argmax(self.signs @ side)) for side in sides], dtype=int)

    def lift(self, directions: np.ndarray) -> np.ndarray:
        """Directions (m x r) in the user's coordinates, m x d, with the same norms."""
        return directions @ self.basis.T


def distinct(peaks: Peaks) -> np.ndarray:
    """The first of each direction and sign: neighbours share the maxima on their walls."""
    kept: list[int] = []
    keys: set[tuple[float, ...]] = set()
    grain = np.round(peaks.directions / SAME_DIRECTION)
    for i, (sign, place) in enumerate(zip(peaks.signs.tolist(), grain.tolist(), strict=True)):
        key = (sign, *place)
        if key not in keys:
            keys.add(key)
            kept.append(i)
    return np.array(kept, dtype=int)
