"""All neurons that an optimum with a polyhedral norm needs: the rays of one arrangement (statement 2.7).

A nonzero vertex of the unit ball cut by a closed chamber is fixed by rows ``x_k'u = 0`` and by differences of
facets of the ball that touch there: coordinates ``u_i = 0`` for the 1-norm, ``u_i = u_j`` and ``u_i = -u_j``
for the infinity norm. So it spans the intersection of d - 1 independent hyperplanes out of those. Taking all
such intersections finds all vertices (and more points, which do no harm), in integers and without chambers.

With free biases (statement 2.14) the norm is that of the other coordinates, and the same holds: what is left
out are the two directions of the bias itself, constants that the free intercept has for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from math import comb, lcm
from typing import Self

import numpy as np

from hyperplane_arrangements.errors import TooLargeError
from hyperplane_arrangements.exact.rational import Vector
from hyperplane_arrangements.exact.rows import canonical

from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..terms.activations import phi
from .limits import in_digits
from .max_pooling import Peaks

MAX_RAYS = 500_000
# A value above a floor by less, relatively, is rounding; and so is what a neuron is off the list by.
ROUNDING = 1e-9
NEAR = 1e-7
SUBSETS_AT_ONCE = 20_000


@dataclass(frozen=True, eq=False, slots=True)
class Neurons:
    """Neurons of norm 1, with exact outputs.

    Attributes:
        rays: primitive integer directions, m x d (objects); opposite rays are both there.
        lengths: their norms, integers, length m (objects).
        active: ``phi(X ray)`` times integers a row, m x N (objects).
        units: what each column of ``active`` is too large by, length N.
        columns: outputs of the neurons of norm 1, n x m, float64.
    """

    problem: TrainingProblem
    rays: np.ndarray
    lengths: np.ndarray
    active: np.ndarray
    units: tuple[int, ...]
    columns: np.ndarray

    @classmethod
    def of(cls, problem: TrainingProblem) -> Neurons:
        """The neurons of a problem with the 1-norm or the infinity norm.

        Raises:
            TooLargeError: more than ``MAX_RAYS`` intersections to look at.

        Example:
            >>> problem = TrainingProblem([[1, 1]], [1], beta=1, penalty="1-norm")
            >>> sorted(map(tuple, Neurons.of(problem).rays.tolist()))  # the line of the row gives 0
            [(0, 1), (1, 0)]
        """
        rays = _rays(_hyperplanes(problem), problem.d)
        before = rays @ problem.X.integers.T
        kappa = problem.kappa
        active = np.where(before > 0, before * kappa.denominator, before * kappa.numerator)
        lengths = _lengths(problem, rays)
        used = active.any(axis=1) & (lengths > 0)
        rays, active, lengths = rays[used], active[used], lengths[used]
        floats = np.array(
            [[x / length for x in ray] for ray, length in zip(rays.tolist(), lengths, strict=True)]
        )
        outputs = phi(problem.features @ floats.reshape(-1, problem.d).T, kappa)
        units = tuple(int(den) * kappa.denominator for den in problem.X.denominators)
        return cls(problem, rays, lengths, active, units, problem.readout.pool(outputs))

    def __len__(self) -> int:
        return len(self.rays)

    def direction(self, j: int) -> Vector:
        """Neuron j, of norm 1."""
        return tuple(Fraction(int(x), int(self.lengths[j])) for x in self.rays[j])

    def outputs(self, j: int) -> Vector:
        """``T phi(X u)`` of neuron j, exactly, length n."""
        values = [Fraction(0)] * self.problem.n
        for k, sample in enumerate(self.problem.readout.samples):
            values[sample] += Fraction(int(self.active[j, k]), self.units[k] * int(self.lengths[j]))
        return tuple(values)

    def values(self, v: Sequence[Fraction]) -> tuple[np.ndarray, Fraction]:
        """``v' T phi(X u)`` of all neurons, exactly.

        Returns:
            Integers (objects, length m) and a unit: the value of neuron j is ``integer * unit / lengths[j]``.
        """
        samples = self.problem.readout.samples
        weights = [Fraction(v[i]) / unit for i, unit in zip(samples, self.units, strict=True)]
        scale = lcm(*(weight.denominator for weight in weights))
        integers = np.array([int(weight * scale) for weight in weights], dtype=object)
        return self.active @ integers, Fraction(1, scale)

    def above(self, v: Sequence[Fraction], bound: Fraction) -> tuple[list[int], list[int]]:
        """The neurons with ``v' T phi(X u) > bound``, and those with less than minus that; exactly."""
        integers, unit = self.values(v)
        limit = bound / unit
        scaled, most = integers * limit.denominator, self.lengths * limit.numerator
        return np.flatnonzero(scaled > most).tolist(), np.flatnonzero(-scaled > most).tolist()

    def dual_norm(self, v: Sequence[Fraction]) -> Fraction:
        """``norm_dual(v)``, exactly; of a v that sums to zero where biases are free.

        Example:
            >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1, penalty="inf-norm")
            >>> Neurons.of(problem).dual_norm(problem.y)
            Fraction(7, 1)
        """
        integers, unit = self.values(v)
        sizes = (Fraction(abs(int(a)), int(b)) for a, b in zip(integers, self.lengths, strict=True))
        return max(sizes, default=Fraction(0)) * unit


@dataclass(frozen=True, eq=False)
class NeuronList:
    """Pricing by the list of all neurons with both output signs, in floats: neuron j, or j - m with -1.

    Attributes:
        neurons: the list.
        columns: the outputs of the neurons with their signs, n x 2m.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1, penalty="inf-norm")
        >>> found = NeuronList.of(Neurons.of(problem)).maxima(problem.target, 5.0)
        >>> found.values.tolist(), found.directions.tolist()
        ([7.0], [[1.0, 1.0]])
    """

    neurons: Neurons
    columns: np.ndarray

    @classmethod
    def of(cls, neurons: Neurons) -> Self:
        """The pricing of a list."""
        return cls(neurons, np.concatenate([neurons.columns, -neurons.columns], axis=1))

    def maxima(self, v: np.ndarray, floor: float) -> Peaks:
        """The signed neurons with a value above the floor by more than rounding."""
        values = self.columns.T @ v
        return self._of(np.flatnonzero(values > floor * (1 + ROUNDING)), values)

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Peaks:
        """None: the full price is cheap."""
        return Peaks.none(self.neurons.problem.d)

    def listed(self, network: TwoLayerNetwork) -> Peaks:
        """Those neurons of a network that are on the list."""
        problem, count = self.neurons.problem, len(self.neurons)
        sizes = problem.penalty.norms(problem.penalised(network.hidden))
        alive = sizes * np.abs(network.output) > 0
        found = set()
        for unit, alpha in zip(
            network.hidden[alive] / sizes[alive, None], network.output[alive], strict=True
        ):
            distance = np.abs(self._units - unit).max(axis=1)
            nearest = int(np.argmin(distance))
            if distance[nearest] <= NEAR:
                found.add(nearest if alpha > 0 else nearest + count)
        return self._of(np.array(sorted(found), dtype=int), np.zeros(2 * count))

    def outputs(self, directions: np.ndarray) -> np.ndarray:
        """``T phi(X u)`` at many directions (m x d), as columns: n x m."""
        problem = self.neurons.problem
        return problem.readout.pool(phi(problem.features @ directions.T, problem.kappa))

    def lift(self, directions: np.ndarray) -> np.ndarray:
        """Directions in the user's coordinates, in which they are."""
        return directions

    @cached_property
    def _units(self) -> np.ndarray:
        """All neurons of norm 1, m x d."""
        return self.neurons.rays.astype(float) / self.neurons.lengths.astype(float)[:, None]

    def _of(self, some: np.ndarray, values: np.ndarray) -> Peaks:
        some = some[np.argsort(-values[some], kind="stable")]
        count, most = len(self.neurons), float(values.max(initial=0.0))
        signs = np.where(some < count, 1.0, -1.0)
        return Peaks(values[some], self._units[some % count], signs, some, most)


class ExactList(NeuronList):
    """The same, where rationals decide what is above beta."""

    def maxima(self, v: np.ndarray, floor: float) -> Peaks:
        """The signed neurons above beta at a rational v (objects): exactly those."""
        above, below = self.neurons.above(v.tolist(), self.neurons.problem.beta)
        some = np.array(above + [len(self.neurons) + j for j in below], dtype=int)
        return self._of(some, self.columns.T @ v.astype(float))


def _free(problem: TrainingProblem) -> list[int]:
    """The coordinates that the norm leaves out."""
    return [] if problem.bias is None else [problem.bias]


def _lengths(problem: TrainingProblem, rays: np.ndarray) -> np.ndarray:
    """The norms of integer rays, exactly."""
    sizes = np.abs(np.delete(rays, _free(problem), axis=1))
    return sizes.sum(axis=1) if problem.penalty.name == "1-norm" else sizes.max(axis=1, initial=0)


def _hyperplanes(problem: TrainingProblem) -> np.ndarray:
    """Distinct integer normals: the rows of X, and where the norm changes its formula."""
    eye = np.delete(np.eye(problem.d, dtype=int).astype(object), _free(problem), axis=0)
    if problem.penalty.name == "1-norm":
        own = list(eye)
    else:
        own = [a + side * b for a, b in combinations(eye, 2) for side in (1, -1)]
    found = dict.fromkeys(canonical(tuple(map(int, row))) for row in [*problem.X.integers.tolist(), *own])
    return np.array([row for row in found if any(row)], dtype=object).reshape(-1, problem.d)


def _rays(normals: np.ndarray, d: int) -> np.ndarray:
    """Both directions of every line in which d - 1 independent hyperplanes meet."""
    predicted = comb(len(normals), d - 1)
    if predicted > MAX_RAYS:
        raise TooLargeError(
            f"{in_digits(predicted)} intersections of {d - 1} out of {len(normals)} hyperplanes are "
            f"predicted and the limit is {MAX_RAYS:,}; use fewer rows or columns, or the 2-norm",
            predicted=predicted,
            limit=MAX_RAYS,
        )
    subsets = np.array(list(combinations(range(len(normals)), d - 1)), dtype=int).reshape(predicted, d - 1)
    found: dict[tuple[int, ...], None] = {}
    for start in range(0, predicted, SUBSETS_AT_ONCE):
        lines = _kernels(normals[subsets[start : start + SUBSETS_AT_ONCE]])
        found |= dict.fromkeys(canonical(line) for line in lines.tolist() if any(line))
    lines = np.array(list(found), dtype=object).reshape(-1, d)
    return np.concatenate([lines, -lines])


def _kernels(rows: np.ndarray) -> np.ndarray:
    """Of each of q matrices (d-1) x d the vector of its maximal minors with signs: its kernel, or zero."""
    d = rows.shape[2]
    minors = [_determinants(np.delete(rows, j, axis=2)) * (-1) ** j for j in range(d)]
    return np.stack(minors, axis=1)


def _determinants(matrices: np.ndarray) -> np.ndarray:
    """Of q square integer matrices, by expansion along the first row."""
    size = matrices.shape[1]
    if size == 0:
        return np.full(len(matrices), 1, dtype=object)
    rest = matrices[:, 1:]
    return sum((-1) ** j * matrices[:, 0, j] * _determinants(np.delete(rest, j, axis=2)) for j in range(size))
