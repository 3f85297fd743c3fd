"""Pricing where something is free of the penalty (statement 2.14): the landscapes whose maxima matter.

*Outputs.* For the squared loss ``min over theta of norm(f + B theta - y) = norm(Q (f - y))``, where Q
projects off the columns of B. So a free intercept or linear skip leaves the program as it is with ``Q T`` for
the readout T and ``Q y`` for the targets, and every residual is orthogonal to B. With weights W of the
samples and a decayed intercept c (column b, cost ``beta/2 c^2``) it is a square too,

    ``min over c of (r - c b)'W(r - c b) + beta c^2 = norm(H W^(1/2) r)^2``, ``H^2 = I - a a'/(a'a + beta)``,

with ``a = W^(1/2) b``: H shortens the part along a by the factor ``sqrt(beta / (a'a + beta))``, and is Q for
columns that are free. The dual v of the problem is ``W^(1/2) H`` times that of such squares.

*Biases.* With a free bias c the neuron ``phi(Z w + c 1)``, Z without the column of ones, is affine in c
between the data's kinks ``c = -z_k'w``, and beyond them it changes by multiples of 1, to which v is
orthogonal. So ``v'phi(Z w + c 1)`` is largest at a kink, and free biases make n landscapes whose weights are
all penalised: those of the differences ``z_i - z_k``, one for each sample k. Together they have the maxima of
the semi-norm's ball.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix, pivot_columns

from ..cover.effort import WHOLE, Effort
from ..problem import TrainingProblem
from ..terms.max_pooling import require_sums
from ..terms.readouts import Readout
from .landscape import SPANS, Landscape
from .limits import require_feasible
from .pricers import Maxima, Pricer, pricer_on

GLIMPSES = 16
# So few landscapes are priced at once.
FEW = 32


@dataclass(frozen=True, eq=False, slots=True)
class ProjectedReadout:
    """``H W^(1/2) T``: outputs of samples, projected off what the network adds freely.

    Attributes:
        readout: T.
        skips: an orthonormal basis of the columns of B, n x q.
        kept: what H keeps of the part along them: 0 where they are free.
        roots: the roots of the weights of the samples, length n; None for ones.

    Example:
        >>> projected = ProjectedReadout(Readout.identity(2), np.full((2, 1), 0.5**0.5))
        >>> projected.pool(np.array([3.0, 1.0])).round(12)
        array([ 1., -1.])
    """

    readout: Readout
    skips: np.ndarray
    kept: float = 0.0
    roots: np.ndarray | None = None

    @classmethod
    def of(cls, problem: TrainingProblem) -> ProjectedReadout:
        """The readout of a problem, and what is free in it; without weights, for duals of the problem."""
        columns = _floats(problem.equations, problem.n)
        readout = require_sums(problem.readout, "a projected readout")
        return cls(readout, _orthonormal(problem, columns, _rank(problem)))

    @classmethod
    def of_squares(cls, problem: TrainingProblem) -> ProjectedReadout:
        """The one for which the loss, if it is squared, is half a square at the best intercept and skip.

        Example:
            Weights 4 and 1, an intercept that costs half its square: 4 (3 - c)^2 + c^2 + c^2 is 12 at c = 2.

            >>> terms = {"free": "decayed-intercept", "sample_weights": [4, 1]}
            >>> problem = TrainingProblem([[1], [2]], [3, 0], beta=1, **terms)
            >>> shown = ProjectedReadout.of_squares(problem).squared(problem.target)
            >>> round(float(shown @ shown), 12)
            12.0
        """
        if problem.loss.name == "squared" and not problem.free.decayed:
            return cls.of(problem)
        roots = np.sqrt(problem.weight_floats)
        columns = roots[:, None] * _floats(problem.skips, problem.n)
        beta, size = float(problem.beta), float((columns * columns).sum())
        kept = float(np.sqrt(beta / (beta + size))) if problem.free.decayed else 0.0
        independent = 1 if problem.free.decayed else _rank(problem)
        readout = require_sums(problem.readout, "a projected readout")
        return cls(readout, _orthonormal(problem, columns, independent), kept, roots)

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.readout.n

    def project(self, values: np.ndarray) -> np.ndarray:
        """``H values``, n or n x m: a projection twice, so that rounding leaves nothing behind."""
        if self.kept:
            return values - (1 - self.kept) * (self.skips @ (self.skips.T @ values))
        for _ in range(2):
            values = values - self.skips @ (self.skips.T @ values)
        return values

    def clean(self, v: np.ndarray) -> np.ndarray:
        """A v that rounding has moved away from where H leaves it as it is."""
        return v if self.kept else self.project(v)

    def squared(self, values: np.ndarray) -> np.ndarray:
        """``H W^(1/2) values``, n or n x m: of a residual, what half the square of is the loss."""
        if self.roots is not None:
            values = (values.T * self.roots).T
        return self.project(values)

    def dual(self, v: np.ndarray) -> np.ndarray:
        """``W^(1/2) H v``, the dual of the problem from that of the squares; v is :meth:`clean`."""
        v = self.project(v) if self.kept else v
        return v if self.roots is None else (v.T * self.roots).T

    def pool(self, values: np.ndarray) -> np.ndarray:
        """``H W^(1/2) T values``."""
        return self.squared(self.readout.pool(values))

    def spread(self, v: np.ndarray) -> np.ndarray:
        """``T' W^(1/2) H v``, for a clean v."""
        return self.readout.spread(self.dual(v))


def _floats(columns: Sequence[Sequence[Any]], n: int) -> np.ndarray:
    """Exact columns of length n as a matrix of floats, n x q."""
    return np.array([[float(x) for x in column] for column in columns]).reshape(-1, n).T


def _orthonormal(problem: TrainingProblem, columns: np.ndarray, independent: int) -> np.ndarray:
    """A basis of the span of columns (n x q), of which so many are independent.

    Raises:
        InputError: by no more than rounding: what is free would then fit anything, with weights beyond
            floats.
    """
    scaled = columns / np.maximum(np.abs(columns).max(axis=0, initial=0.0), np.finfo(float).tiny)
    left, sizes, _ = np.linalg.svd(scaled, full_matrices=False)
    if independent and sizes[independent - 1] <= SPANS * sizes[0]:
        raise InputError(
            f"free={problem.free.name!r}: the free columns of X are independent by no more than rounding, so "
            "their weights would be beyond floats; leave out columns that others nearly make"
        )
    return left[:, :independent]


def _rank(problem: TrainingProblem) -> int:
    """The number of independent columns of B that are free, exactly."""
    return len(pivot_columns(exact_matrix(problem.equations))) if problem.equations else 0


def free_landscapes(problem: TrainingProblem, readout: Any = None) -> Iterator[tuple[Arrangement, Landscape]]:
    """The landscapes of a problem: one, or with free biases one for each different row of X.

    Their bases take directions to weights of the user's: with free biases such that neuron and row k have the
    inner product 0.

    Args:
        problem: with the 2-norm.
        readout: a :class:`ProjectedReadout`; by default the one that projects off what is free in the
            outputs, and the problem's own where nothing is.

    Yields:
        Each landscape behind its arrangement.
    """
    if readout is None and problem.free:
        readout = ProjectedReadout.of(problem)
    if problem.bias is None:
        one = Landscape.of(problem)
        yield problem.arrangement, one if readout is None else replace(one, readout=readout)
        return
    kinks = Kinks.of(problem, readout)
    if kinks.frame.shape[1]:
        yield from map(kinks.at, range(len(kinks.rows)))


@dataclass(frozen=True, eq=False)
class Kinks:
    """The landscapes of free biases, one for each different row of X, made when they are asked for.

    Attributes:
        problem: with free biases.
        readout: a :class:`ProjectedReadout`.
        kept: the columns of X but the ones.
        frame: an orthonormal basis of the span of the differences of rows in these columns, q of them.
        rows: the different rows of X, by number, each where it is first.
    """

    problem: TrainingProblem
    readout: Any
    kept: list[int]
    frame: np.ndarray
    rows: list[int]

    @classmethod
    def of(cls, problem: TrainingProblem, readout: ProjectedReadout) -> Kinks:
        """The kinks of a problem."""
        kept = [j for j in range(problem.d) if j != problem.bias]
        features = problem.features[:, kept]
        integers = reversed(list(enumerate(problem.X.over_one[0][:, kept].tolist())))
        different = {tuple(row): k for k, row in integers}
        frame = _frame(problem, features - features.mean(axis=0))
        return cls(problem, readout, kept, frame, list(different.values()))

    def __getitem__(self, place: int) -> Landscape:
        return self.at(place)[1]

    def at(self, place: int) -> tuple[Arrangement, Landscape]:
        """The landscape of a row, by its place among the different ones, behind its arrangement."""
        if place not in self._made:
            self._made[place] = self._at(self.rows[place])
        return self._made[place]

    @cached_property
    def _made(self) -> dict[int, tuple[Arrangement, Landscape]]:
        return {}

    @cached_property
    def _integers(self) -> np.ndarray:
        return self.problem.X.over_one[0][:, self.kept]

    def _at(self, k: int) -> tuple[Arrangement, Landscape]:
        features, integers = self.problem.features[:, self.kept], self._integers
        differences = Arrangement(ExactMatrix(integers - integers[k], (1,) * len(integers)))
        basis = np.zeros((self.problem.d, self.frame.shape[1]))
        basis[self.kept] = self.frame
        basis[self.problem.bias] = -features[k] @ self.frame
        rows = (features - features[k]) @ self.frame
        return differences, Landscape.on(differences, basis, rows, float(self.problem.kappa), self.readout)


def _frame(problem: TrainingProblem, centred: np.ndarray) -> np.ndarray:
    """An orthonormal basis of the span of the differences; with the ones they have the rank of X."""
    _, _, right = np.linalg.svd(centred, full_matrices=False)
    return right[: problem.arrangement.rank - 1].T


@dataclass(frozen=True, eq=False, slots=True)
class Sightings:
    """Local maxima in several landscapes, best first.

    Attributes:
        maxima: in the coordinates of their landscapes, padded with zeros where these have fewer than others.
        places: which landscape each is in, length m.
    """

    maxima: Maxima
    places: np.ndarray

    def __len__(self) -> int:
        return len(self.places)

    @property
    def reach(self) -> float:
        """At least the maximum in all landscapes, up to rounding; 0 where nothing was above the floor."""
        return self.maxima.reach

    @property
    def stopped(self) -> bool:
        """Whether a search came to a limit."""
        return self.maxima.stopped

    @property
    def largest(self) -> float:
        """The largest value, 0 where there is none."""
        return float(self.maxima.values[0]) if len(self) else 0.0


@dataclass(frozen=True, eq=False, slots=True)
class PlacesPricer:
    """Pricing over all landscapes of a problem: one, or with free biases one for each different row.

    Args:
        landscapes: from :func:`free_landscapes`.
        pricers: one for each.

    Example:
        >>> problem = TrainingProblem([[0, 1], [1, 1], [3, 1]], [2, -3, 1], beta=1, free="biases")
        >>> found = PlacesPricer.of(problem, 1000).maxima(problem.target, floor=0.0)
        >>> round(found.largest, 12)  # 2 phi(1 - x) at x = 0, and 3 - 2 at 3 seen from 1
        2.0
    """

    landscapes: tuple[Landscape, ...]
    pricers: tuple[Pricer, ...]

    @classmethod
    def of(
        cls,
        problem: TrainingProblem,
        max_chambers: int,
        readout: ProjectedReadout | None = None,
        effort: Effort = WHOLE,
    ) -> PlacesPricer:
        """The pricing of a problem, with a readout as for :func:`free_landscapes`.

        Raises:
            TooLargeError: the arrangement has more chambers than ``max_chambers``.
        """
        if problem.bias is not None:
            require_feasible(problem.arrangement, max_chambers)
        found = list(free_landscapes(problem, readout))
        pricers = tuple(pricer_on(*each, max_chambers, effort) for each in found)
        return cls(tuple(landscape for _, landscape in found), pricers)

    def maxima(self, v: np.ndarray, floor: float) -> Sightings:
        """Local maxima above the floor in all landscapes: as :meth:`.pricers.Sweep.maxima`."""
        return self._join([(k, pricing.maxima(v, floor)) for k, pricing in enumerate(self.pricers)])

    def near(self, w: np.ndarray) -> range:
        """The numbers of the landscapes among which a neuron's may be: all."""
        return range(len(self.landscapes))

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Sightings:
        """Those that show on a sample, another one each turn; none on small jobs."""
        if len(self.pricers) == 1:
            return self._join([(0, self.pricers[0].glimpse(v, floor, turn))])
        if len(self.pricers) < FEW:
            return self._join([])
        chosen = range(turn % GLIMPSES, len(self.pricers), GLIMPSES)
        return self._join([(k, self.pricers[k].maxima(v, floor)) for k in chosen])

    def best(self, found: Sightings, count: int) -> Iterator[tuple[int, float, np.ndarray, np.ndarray]]:
        """The first few: the number of the landscape, the sign, the direction in its coordinates, the
        kinks."""
        some = found.maxima[:count]
        for place, sign, direction, kinks in zip(
            found.places.tolist(), some.signs.tolist(), some.directions, some.kinks, strict=False
        ):
            yield place, sign, direction[: self.landscapes[place].rank], kinks

    def _join(self, parts: list[tuple[int, Maxima]]) -> Sightings:
        rank = max((landscape.rank for landscape in self.landscapes), default=1)
        parts = [(k, _widened(part, rank)) for k, part in parts]
        values = np.concatenate([part.values for _, part in parts]) if parts else np.empty(0)
        places = np.concatenate([np.full(len(part), k) for k, part in parts]) if parts else np.empty(0, int)
        order = np.argsort(-values, kind="stable")
        return Sightings(Maxima.join([part for _, part in parts], rank), places[order])


def _widened(maxima: Maxima, rank: int) -> Maxima:
    """The same in more coordinates, all zero: floats may tell fewer directions in one landscape than in
    another."""
    more = rank - maxima.directions.shape[1]
    if more == 0:
        return maxima
    directions = np.pad(maxima.directions, ((0, 0), (0, more)))
    return replace(
        maxima, directions=directions, kinks=np.pad(maxima.kinks, ((0, 0), (0, more)), constant_values=-1)
    )
