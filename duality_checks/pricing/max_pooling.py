"""``g(u) = v'h(u)`` with ``h_i(u) = max_k phi(x_ik'u)``, chamber by chamber (statement 2.15).

On a chamber of the rows and their comparisons every ``h_i`` is one linear function, so that statement 2.3
holds with the gradient ``c = sum_i v_i s_i x_i`` of the rows that are the largest. All chambers are listed:
the landscape is for few of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..terms.max_pooling import MaxPooling, Selection, selection
from .landscape import require_squares, row_space
from .limits import require_feasible
from .multipliers import cone_projections
from .ranked import Ranked

SAME_DIRECTION = 1e-9
# Below this share of the floor a maximum is not wanted.
NEARLY = 1 - 1e-6


@dataclass(frozen=True, eq=False, slots=True)
class Peaks(Ranked):
    """Where ``sign * g`` is largest on some pieces of space, best first; a direction that several share is
    one.

    Attributes:
        values: length m, decreasing.
        directions: in the coordinates of what has found them, m x r.
        signs: +1.0 or -1.0, length m.
        numbers: of the pieces, length m; -1 for no piece in particular.
        bound: of all values, where it is not the largest of these; infinite where that was not asked or not
            found out.
        stopped: whether a search came to its limit.
    """

    values: np.ndarray
    directions: np.ndarray
    signs: np.ndarray
    numbers: np.ndarray
    bound: float = 0.0
    stopped: bool = False

    @classmethod
    def none(cls, rank: int) -> Peaks:
        """Nothing found in so many coordinates."""
        return cls(np.empty(0), np.empty((0, rank)), np.empty(0), np.empty(0, dtype=int))

    def join(self, other: Peaks) -> Peaks:
        """These, and then others."""
        return Peaks.together([self, other])


class OneLandscape:
    """What prices one landscape, its own, as :class:`~.free.PlacesPricer` does many."""

    problem: TrainingProblem
    basis: np.ndarray
    rows: np.ndarray

    @property
    def landscapes(self) -> tuple[Self]:
        """Itself."""
        return (self,)

    def near(self, w: np.ndarray) -> range:
        """The numbers of the landscapes among which a neuron's may be."""
        return range(1)

    def best(self, found: Peaks, count: int) -> Iterator[tuple[int, float, np.ndarray, np.ndarray]]:
        """The first few: the number of the landscape, the sign, the direction, and no kinks."""
        for sign, direction in zip(found.signs[:count].tolist(), found.directions[:count], strict=True):
            yield 0, sign, direction, np.empty(0, dtype=int)

    def listed(self, network: TwoLayerNetwork) -> Peaks:
        """The neurons of a network, as if they had been found."""
        vectors = np.abs(network.output)[:, None] * network.hidden @ self.basis
        sizes = np.linalg.norm(vectors, axis=1)
        some = np.flatnonzero(sizes)
        nowhere = np.full(len(some), -1)
        return Peaks(sizes[some], vectors[some] / sizes[some, None], np.sign(network.output[some]), nowhere)

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``h(u)`` at many directions (m x r), as columns: n x m."""
        before = self.rows[: self.problem.readout.rows] @ directions.T
        return self.problem.readout.pool(np.maximum(before, float(self.problem.kappa) * before))

    def lift(self, directions: np.ndarray) -> np.ndarray:
        """Directions (m x r) in the user's coordinates, m x d, with the same norms."""
        return directions @ self.basis.T


@dataclass(frozen=True, eq=False)
class MaxLandscape(OneLandscape):
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
        basis = row_space(problem)
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
        """The maximum of g and of -g on each chamber where it is above a floor or nearly so: the projection
        of the gradient onto the chamber (statement 2.3).

        Args:
            v: length n.
            floor: nonnegative.
        """
        floor = floor * NEARLY
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

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Peaks:
        """None: where chambers are listed the full price is no dearer than a sample."""
        return Peaks.none(self.rows.shape[1])

    def chambers_of(self, directions: np.ndarray) -> np.ndarray:
        """A chamber whose closure holds each direction (m x r), as far as floats tell."""
        sides = np.sign(directions @ self.rows.T)
        return np.array([int(np.argmax(self.signs @ side)) for side in sides], dtype=int)


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
