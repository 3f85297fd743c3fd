"""The master for any loss and the 2-norm: a conic program over the chambers at hand (statements 2.1, 2.14).

Each block is a chamber of a landscape with an output sign (:mod:`.program`); what is free in the outputs are
unknowns without a price. The loss enters by its conic form, its conjugate and its domain alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import sparse

from ..cover.effort import Effort, is_late
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.free import ProjectedReadout
from ..pricing.landscape import Landscape, first_rows
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .loop import Found, Master, Rule
from .narrowing import narrowed_network
from .neurons import Active, active_of, merged, network_of, neurons_of, spots
from .polish import polish_placed
from .program import Blocks, Part, minimise, penalty_part, skips_of
from .settling import settled
from .walls import chamber_walls

# An interior point leaves the blocks that are not used this small, relative to the largest one.
UNUSED = 1e-9
NEAR_KINK = 1e-9
PARALLEL = 1e-14
# From this relative gap on Newton's method is tried, and again each time the gap has fallen so much further.
SETTLING = 1e-3
FURTHER = 0.1
CLOSE = 1 - 1e-5
# How often as many of Newton's steps are made at the end as go without a price.
POLISHES = 5
_NOTHING = Part(np.empty(0), np.empty(0), [])


class Conic(Master[Found]):
    """The chambers at hand, by the number of their landscape.

    Args:
        problem: with the 2-norm.
        pricing: whose landscapes the chambers are of; ``most`` of them enter at a time.
        start: a network whose chambers to begin with.

    Example:
        >>> from duality_checks import train
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta="1/2", loss="l1")
        >>> round(train(problem).upper, 9)  # both samples are fitted, for 3/2 + 2/2
        2.5
    """

    rule = Rule(gap=1e-11, near=1e-7, rounds=200)
    most = 100

    def __init__(self, problem: TrainingProblem, pricing: Any, start: TwoLayerNetwork | None):
        super().__init__(problem, pricing)
        self.found = TwoLayerNetwork(np.zeros((0, problem.d)), [], problem.kappa)
        self.readout = ProjectedReadout.of(problem) if problem.free else None
        self.groups: dict[int, Blocks] = {}
        nothing = np.zeros(problem.n)
        self.upper = problem.loss.value(nothing, problem.target)
        self.dual = problem.loss.slope(nothing, problem.target)
        self._tried = SETTLING * self.upper / FURTHER
        for place, sign, v in spots(problem, pricing, start) if start is not None else []:
            self._join(place, v[None], np.array([sign]))
        if self.groups or problem.free:
            self._solve()

    def _join(self, place: int, directions: np.ndarray, outputs: np.ndarray) -> None:
        """The chambers whose closures hold some directions (m x r), unless they are there already."""
        rows = self.pricing.landscapes[place].rows
        none = np.empty((0, len(rows)))
        group = self.groups.get(place, Blocks(rows, none.astype(np.int8), none.astype(bool), np.empty(0)))
        for (signs, inside), output in zip(self.cells(place, directions), outputs, strict=True):
            if not group.knows(signs, output):
                walls = self.walls(place, inside)
                group = group.join(Blocks(rows, signs[None], walls[None], np.array([float(output)])))
        self.groups[place] = group

    def cells(self, place: int, directions: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """The signs of all rows on chambers that hold some directions, each with a point inside."""
        landscape = self.pricing.landscapes[place]
        inside = _inside(landscape, directions)
        faces = np.sign(inside @ landscape.normals.T).astype(np.int8)
        return [(landscape.sides(face), point) for face, point in zip(faces, inside, strict=True)]

    def walls(self, place: int, inside: np.ndarray) -> np.ndarray:
        """The rows whose hyperplanes bound the chamber of a point."""
        landscape = self.pricing.landscapes[place]
        walls = np.zeros(len(landscape.rows), dtype=bool)
        walls[first_rows(landscape.hyperplane_of_row)] = chamber_walls(landscape.normals, inside)
        return walls

    def columns(self, group: Blocks) -> np.ndarray:
        """What makes outputs of the vectors of blocks, n x (B r)."""
        slopes = np.where(group.signs > 0, 1.0, float(self.problem.kappa)) * group.outputs[:, None]
        columns = [self.problem.readout.pool(slope[:, None] * group.rows) for slope in slopes]
        return np.concatenate(columns, axis=1) if columns else np.empty((self.problem.n, 0))

    def add(self, found: Found) -> bool:
        """Add the chambers of the best maxima, and solve the program again."""
        entering: dict[int, list[tuple[float, np.ndarray]]] = {}
        for place, sign, direction, _ in self.pricing.best(found, self.most):
            entering.setdefault(place, []).append((sign, direction))
        for place, pairs in entering.items():
            self._join(place, np.array([u for _, u in pairs]), np.array([sign for sign, _ in pairs]))
        if entering:
            self._solve()
        return bool(entering)

    def _solve(self) -> None:
        problem, groups = self.problem, list(self.groups.values())
        dual, vectors, theta = _solve(problem, groups, [self.columns(group) for group in groups])
        self.dual = problem.loss.clip(dual, problem.target)
        if self.readout is not None:
            self.dual = self.readout.project(problem.loss.clip(self.readout.project(dual), problem.target))
        largest = max((np.linalg.norm(part, axis=1).max(initial=0.0) for part in vectors), default=0.0)
        used = [np.flatnonzero(np.linalg.norm(part, axis=1) > UNUSED * largest) for part in vectors]
        landscapes = [self.pricing.landscapes[place] for place in self.groups]
        parts = zip(landscapes, groups, vectors, used, strict=True)
        network = _network(problem, [_neurons(*part) for part in parts], theta)
        value = network.objective(problem)
        if value < self.upper:
            self.found, self.upper = network, value
            kept = zip(self.groups.items(), used, strict=True)
            self.groups = {place: group[some] for (place, group), some in kept}

    def network(self) -> TwoLayerNetwork:
        """The best network so far."""
        return self.found

    @property
    def _is_plain(self) -> bool:
        """Whether there is one landscape, and nothing beside it."""
        return not self.problem.free and not self.problem.is_max_pooled

    def sharpen(self) -> None:
        """Newton's method at the kinks of the loss."""
        problem, gap = self.problem, self.upper - self.lower
        if problem.loss.smooth or not self._is_plain:
            return
        if not self.rule.gap * self.upper < gap <= FURTHER * self._tried:
            return
        self._tried = gap
        pricing = self.pricing
        landscape, dual, network = pricing.landscapes[0], self.dual, self.found
        seen = pricing.maxima(dual, self.beta * CLOSE).maxima
        found = settled(problem, landscape, network, dual, seen)
        if found is not None:
            neurons, v = found
            network, _ = network_of(problem, [(landscape, neuron) for neuron in neurons])
            dual = problem.loss.clip(v, problem.target)
        self.meet(dual, pricing.maxima(dual, self.beta))
        # Rounding apart it is never worse, and it has fewer neurons than an interior point.
        if network.objective(problem) <= self.upper * (1 + self.rule.gap):
            self.found, self.upper = network, network.objective(problem)

    def finish(self, effort: Effort) -> tuple[TwoLayerNetwork, Active]:
        """At most n neurons, and Newton steps from where the conic solver stopped, for a loss with slopes
        that vary continuously."""
        problem = self.problem
        self.found = narrowed_network(problem, self.found)
        datafit = Datafit(problem.loss, problem.target)
        for _ in range(POLISHES if problem.loss.smooth and self._is_plain else 0):
            if self.is_done(effort) or is_late(self.deadline):
                break
            placed = merged(neurons_of(problem, self.pricing, self.found))
            moved = polish_placed(datafit, self.beta, placed, deadline=self.deadline)
            polished, _ = network_of(problem, moved)
            if (value := polished.objective(problem)) > self.upper:
                break
            self.found, self.upper = polished, value
            slope = problem.loss.slope(polished.outputs(problem), problem.target)
            self.meet(slope, self.pricing.maxima(slope, self.beta))
        return self.found, active_of(problem, self.found)


def dual_without_neurons(problem: TrainingProblem) -> np.ndarray:
    """The dual of the best free part alone, length n: one of many where the loss has kinks.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [5, 7], beta=1, free="intercept")
        >>> dual_without_neurons(problem).round(6)
        array([-1.,  1.])
    """
    return _solve(problem, [], [])[0]


def _solve(
    problem: TrainingProblem, groups: list[Blocks], columns: list[np.ndarray]
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """The dual, the vectors of each group's blocks, and the weights of the free columns."""
    skips, decay = skips_of(problem)
    free = skips.shape[1]
    parts = [penalty_part(problem, group) if len(group) else _NOTHING for group in groups]
    penalty = _joined(parts, columns, decay)
    minimum = minimise(problem.loss, problem.target, penalty, np.concatenate([*columns, skips], axis=1), free)
    sizes = np.cumsum([*(part.shape[1] for part in columns), free])
    *vectors, theta, _ = np.split(minimum.found, sizes.tolist())
    pairs = zip(vectors, groups, strict=True)
    return minimum.dual, [v.reshape(len(group), group.rows.shape[1]) for v, group in pairs], theta


def _joined(parts: list[Part], columns: list[np.ndarray], decay: np.ndarray) -> Part:
    """The penalties together: first all vectors, then the weights of the skip with what their squares cost,
    then what the norms need."""
    sizes, skips = [part.shape[1] for part in columns], len(decay)
    extras = [len(part.linear) - size for part, size in zip(parts, sizes, strict=True)]
    total = sum(sizes) + skips + sum(extras)
    quadratic, linear, cones = np.zeros(total), np.zeros(total), []
    start, rest = 0, sum(sizes) + skips
    quadratic[sum(sizes) : rest] = decay
    for part, size, extra in zip(parts, sizes, extras, strict=True):
        place = np.concatenate([np.arange(start, start + size), np.arange(rest, rest + extra)]).astype(int)
        linear[place] = part.linear
        for matrix, right, cone in part.cones:
            entries = sparse.coo_matrix(matrix)
            moved = (entries.data, (entries.row, place[entries.col]))
            cones.append((sparse.csc_matrix(moved, shape=(matrix.shape[0], total)), right, cone))
        start, rest = start + size, rest + extra
    return Part(quadratic, linear, cones)


def _inside(landscape: Landscape, directions: np.ndarray) -> np.ndarray:
    """Points inside chambers whose closures hold some directions (m x r): a generic step off the kinks, half
    as long as the next hyperplane allows."""
    lengths = np.linalg.norm(directions, axis=1)[:, None]
    units = directions / np.maximum(lengths, np.finfo(float).tiny)
    steps = np.random.default_rng(0).standard_normal(directions.shape)
    heights, rates = units @ landscape.normals.T, steps @ landscape.normals.T
    ahead = (np.abs(heights) > NEAR_KINK) & (heights * rates < 0)
    limits = np.divide(heights, -rates, out=np.ones_like(heights), where=ahead)
    return units + 0.5 * np.minimum(limits.min(axis=1), 1.0)[:, None] * steps


def _neurons(
    landscape: Landscape, blocks: Blocks, vectors: np.ndarray, used: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Statement 2.2 for the blocks that are used; equal directions become one neuron: hidden weights m x d,
    and output weights."""
    units = vectors[used] / np.linalg.norm(vectors[used], axis=1)[:, None]
    signs = blocks.outputs[used]
    sums, kept = parallel_sums(units, signs, vectors[used])
    roots = np.sqrt(np.linalg.norm(sums, axis=1))
    return landscape.lift(sums / roots[:, None]), signs[kept] * roots


def parallel_sums(units: np.ndarray, signs: np.ndarray, vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The sums of vectors (m x r) that are parallel and of one sign, and the first of each sum.

    Example:
        >>> units = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
        >>> parallel_sums(units, np.array([1.0, 1.0, 1.0]), units)
        (array([[2., 0.],
               [0., 1.]]), array([0, 1]))
    """
    alike = (np.outer(signs, signs) > 0) & (units @ units.T >= 1 - PARALLEL)
    first = np.argmax(alike, axis=1) if len(alike) else np.empty(0, int)
    sums = np.zeros_like(vectors)
    np.add.at(sums, first, vectors)
    kept = np.unique(first)
    return sums[kept], kept


def _network(
    problem: TrainingProblem, parts: list[tuple[np.ndarray, np.ndarray]], theta: np.ndarray
) -> TwoLayerNetwork:
    hidden = np.concatenate([np.zeros((0, problem.d)), *(hidden for hidden, _ in parts)])
    output = np.concatenate([np.zeros(0), *(output for _, output in parts)])
    intercept = float(theta[0]) if problem.free.intercept else 0.0
    linear = theta[-problem.d :] if problem.free.linear else None
    return TwoLayerNetwork(hidden, output, problem.kappa, intercept, linear)
