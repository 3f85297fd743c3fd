"""Training with max pooling, to the global optimum: column generation over all chambers (statement 2.15).

A conic program over the chambers at hand finds where neurons belong; then the Lasso over neurons alone is
solved with the maxima of its own residual as new neurons. Near the optimum each of these rounds squares the
error.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from ..effort import WHOLE, Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import first_rows
from ..pricing.max_pooling import MaxLandscape, Peaks
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .conic import is_stuck
from .lasso import nonnegative_fit
from .narrowing import narrowed
from .program import Blocks, solve_atoms, solve_columns
from .rounds import GAP, MAX_CHAMBERS, History, Round, Solution
from .walls import chamber_walls

if TYPE_CHECKING:
    from ..pricing.max_search import MaxSearch

Priced = TypeVar("Priced", "MaxLandscape", "MaxSearch")
ROUNDS = 100
PATIENCE = 3
COLUMNS = 60
# An interior point leaves the blocks that are not used this small, relative to the largest one.
UNUSED = 1e-9
# Neurons whose cosine is this near to 1 are one.
PARALLEL = 1e-14
# New neurons for the Lasso are maxima down to this share of beta: the old ones, moved to where they belong.
NEARLY = 1 - 1e-6


def train_max_pooled(
    problem: TrainingProblem,
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    start: TwoLayerNetwork | None = None,
    effort: Effort = WHOLE,
) -> Solution:
    """The global optimum of a problem with max pooling, numerically.

    Args:
        problem: with max pooling; any loss, activation and weights of samples.
        max_chambers, progress, effort: as for :func:`~duality_checks.training.columns.train`. Where all
            chambers are listed the effort's limits do not count.
        start: a network whose chambers to begin with.

    Returns:
        The solution; its relative gap is typically 1e-9 or less.

    Raises:
        TooLargeError: more chambers than `max_chambers`.

    Example:
        The largest of two inputs is learnt by one neuron, as one sample of 3 would be.

        >>> from duality_checks.terms.max_pooling import MaxPooling
        >>> problem = TrainingProblem([[1], [3]], [2], beta=1, readout=MaxPooling((0, 0)))
        >>> solution = train_max_pooled(problem)
        >>> solution.network.width, round(solution.upper, 9)  # 2/3 - 1/18, a soft threshold
        (1, 0.611111111)
    """
    return _Listed(problem, MaxLandscape.of(problem, max_chambers), History(progress), effort).run(start)


class MaxTraining(Generic[Priced]):
    """The bounds so far, and what they come from."""

    def __init__(self, problem: TrainingProblem, landscape: Priced, history: History, effort: Effort):
        self.problem, self.history = problem, history
        self.landscape: Priced = landscape
        self.loss, self.target, self.beta = problem.loss, problem.target, float(problem.beta)
        self.enough = max(GAP, effort.gap)
        self.directions, self.signs = np.empty((0, landscape.rows.shape[1])), np.empty(0)
        self.sizes = np.empty(0)
        nothing = np.zeros(problem.n)
        self.upper, self.lower, self.dual = self.loss.value(nothing, self.target), -np.inf, nothing

    def run(self, start: TwoLayerNetwork | None) -> Solution:
        found = self.price(self.loss.slope(np.zeros(self.problem.n), self.target))
        if start is not None:
            found = self.begun(start)
        self.note()
        self.over_neurons(self.over_chambers(found, start))
        network = self.network()
        upper = network.objective(self.problem)
        before = self.problem.features @ network.hidden.T
        active = tuple(
            (np.sign(t).astype(np.int8), int(np.sign(alpha)), w / np.linalg.norm(w))
            for t, alpha, w in zip(before.T, network.output, network.hidden, strict=True)
        )
        rounds = tuple(self.history.rounds)
        return Solution(network, self.dual, self.lower, upper, active, self.history.seconds, rounds)

    def begun(self, start: TwoLayerNetwork) -> Peaks:
        """The neurons of a network, and the maxima at their residual."""
        vectors = np.abs(start.output)[:, None] * start.hidden @ self.landscape.basis
        sizes = np.linalg.norm(vectors, axis=1)
        some = sizes > 0
        self.offer(vectors[some] / sizes[some, None], np.sign(start.output[some]), sizes[some])
        fit = self.landscape.outputs(self.directions) @ (self.signs * self.sizes)
        return self.price(self.loss.slope(fit, self.target))

    @property
    def is_done(self) -> bool:
        return self.upper - self.lower <= self.enough * self.upper

    def price(self, dual: np.ndarray) -> Peaks:
        """The maxima near beta or above, with the lower bound from the best feasible multiple (2.5)."""
        dual = self.loss.clip(dual, self.target)
        found = self.maxima(dual)
        scaled = dual * min(self.loss.multiple(dual, self.target), self.beta / max(found.reach, self.beta))
        value = self.loss.dual(self.loss.clip(scaled, self.target), self.target)
        if value > self.lower:
            self.lower, self.dual = value, scaled
        return found

    def maxima(self, dual: np.ndarray) -> Peaks:
        """The local maxima near beta or above, and how far all reach."""
        return self.landscape.maxima(dual, self.beta * NEARLY)

    def offer(self, directions: np.ndarray, signs: np.ndarray, sizes: np.ndarray) -> None:
        """Keep neurons, if they are better than those so far."""
        kept = sizes > UNUSED * sizes.max(initial=0.0)
        directions, signs, sizes = directions[kept], signs[kept], sizes[kept]
        fit = self.landscape.outputs(directions) @ (signs * sizes)
        value = self.loss.value(fit, self.target) + self.beta * float(sizes.sum())
        if value < self.upper:
            self.upper, self.directions, self.signs, self.sizes = value, directions, signs, sizes

    def note(self) -> None:
        self.history.note(self.lower, self.upper, self.network())

    def over_chambers(self, found: Peaks, start: TwoLayerNetwork | None) -> Peaks:
        """Where neurons belong, roughly; the maxima at the dual point of what was found."""
        raise NotImplementedError

    def over_neurons(self, found: Peaks) -> None:
        """The program over neurons alone, with the maxima of its dual point beside them: more each round."""
        directions, signs, stalled = self.directions, self.signs, 0
        while len(self.history.rounds) < ROUNDS and stalled < PATIENCE and not self.is_done:
            before = self.upper - self.lower
            directions = np.concatenate([directions, found.directions])
            signs = np.concatenate([signs, found.signs])
            if not len(signs):
                break
            sizes, dual = self.reweighed(self.landscape.outputs(directions) * signs)
            self.offer(directions, signs, sizes)
            found = self.price(dual)
            self.note()
            # Where ascents show enough no bound is asked for, and none can improve.
            better = self.upper - self.lower < before / 2 or found.reach == np.inf
            stalled = 0 if better else stalled + 1

    def reweighed(self, atoms: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The best sizes of neurons with these outputs, and the dual point of that program."""
        if not self.loss.strictly_convex:
            optimum = solve_atoms(self.problem, atoms)
            return np.maximum(optimum.vectors[:, 0], 0.0), optimum.dual
        datafit = Datafit(self.loss, self.target)
        sizes = nonnegative_fit(datafit, atoms, self.beta, np.zeros(atoms.shape[1]))
        return sizes, datafit.slope(atoms @ sizes)

    def network(self) -> TwoLayerNetwork:
        """Statement 2.2, with parallel neurons as one and at most n of them."""
        vectors = self.sizes[:, None] * self.directions
        alike = (np.outer(self.signs, self.signs) > 0) & (self.directions @ self.directions.T >= 1 - PARALLEL)
        first = np.argmax(alike, axis=1) if len(alike) else np.empty(0, int)
        sums = np.zeros_like(vectors)
        np.add.at(sums, first, vectors)
        kept = np.unique(first)
        sums, signs = sums[kept], self.signs[kept]
        columns, sizes = self.landscape.outputs(sums) * signs, np.linalg.norm(sums, axis=1)
        shares = narrowed(columns, np.ones(len(kept)), sizes)
        some = shares > 0
        roots = np.sqrt(shares[some] * sizes[some])
        hidden = self.landscape.lift(sums[some] * (roots / sizes[some])[:, None])
        return TwoLayerNetwork(hidden.reshape(-1, self.problem.d), signs[some] * roots, self.problem.kappa)


class _Listed(MaxTraining[MaxLandscape]):
    """With all chambers at hand."""

    def over_chambers(self, found: Peaks, start: TwoLayerNetwork | None) -> Peaks:
        """The convex program over more and more pairs of a chamber and a sign; the maxima at the last."""
        pairs: dict[tuple[int, float], None] = {}
        if start is not None:
            places = self.landscape.chambers_of(start.hidden @ self.landscape.basis)
            pairs = dict.fromkeys(zip(places.tolist(), np.sign(start.output).tolist(), strict=True))
        while len(self.history.rounds) < ROUNDS and not self.is_done and not is_stuck(self.history.rounds):
            above = found[found.values > self.beta][:COLUMNS]
            new = dict.fromkeys(zip(above.chambers.tolist(), above.signs.tolist(), strict=True))
            if not new.keys() - pairs.keys() and len(self.history.rounds) > 1:
                break
            pairs |= new
            if not pairs:
                break
            chambers, signs = map(np.array, zip(*pairs, strict=True))
            optimum = solve_columns(self.problem, *self.blocks(chambers, signs))
            sizes = np.linalg.norm(optimum.vectors, axis=1)
            used = np.flatnonzero(sizes > UNUSED * sizes.max(initial=0.0))
            before = self.upper
            self.offer(optimum.vectors[used] / sizes[used, None], signs[used], sizes[used])
            # Dropped only as the bound falls, so that no set of pairs comes back.
            if self.upper < before:
                pairs = {pair: None for k, pair in enumerate(pairs) if k in set(used.tolist())}
            found = self.price(optimum.dual)
            self.note()
        return found

    def blocks(self, chambers: np.ndarray, outputs: np.ndarray) -> tuple[Blocks, list[np.ndarray]]:
        """Chambers with signs of their outputs; and what makes outputs of a vector of each, n x r."""
        landscape = self.landscape
        walls = np.zeros((len(chambers), len(landscape.rows)), dtype=bool)
        first = first_rows(self.problem.arrangement.hyperplane_of_row)
        normals = landscape.rows[first]
        normals = normals / np.linalg.norm(normals, axis=1, keepdims=True)
        for wall, chamber in zip(walls, chambers.tolist(), strict=True):
            wall[first] = chamber_walls(normals, self._points[chamber])
        columns = [
            sign * landscape.slopes[chamber][:, None] * landscape.rows[landscape.largest.rows[chamber]]
            for chamber, sign in zip(chambers.tolist(), outputs.tolist(), strict=True)
        ]
        return Blocks(landscape.rows, landscape.signs[chambers], walls, outputs), columns

    @cached_property
    def _points(self) -> np.ndarray:
        """A point of each chamber in coordinates of the row space, P x r."""
        found = self.problem.arrangement.chambers().witnesses
        sizes = np.abs(found).max(axis=1, keepdims=True)
        points: np.ndarray = (found / sizes).astype(float) @ self.landscape.basis
        return points
