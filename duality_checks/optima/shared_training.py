"""Training neurons that outputs share, at any rank, without a list of faces (statements 2.8 and 7.5b).

Each round prices the errors V over all directions, ``max norm(V'phi(Xu))``: by ascents, while these find
something clearly above beta, then by a cover of the sphere. It solves the group Lasso over the neurons at
hand and the new ones, and takes neurons that have come near each other on one face for one, where that costs
hardly more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from ..cover.climbing import starts_for
from ..cover.coupled import Coupled
from ..cover.effort import WHOLE, Effort, is_late
from ..cover.pricing import Peaks, glimpsed, largest, peaks
from ..pricing.free import ProjectedReadout
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from ..training.threads import one_blas_thread
from .vector_output import VectorSolution, group_lasso

ROUNDS = 300
COLUMNS = 30
GAP = 1e-9
PATIENCE = 8
CLEARLY = 1 + 1e-7
SAME = 1e-7  # directions that no new neuron is worth
UNUSED = 1e-9
ON = 1e-9  # the distance at which a unit direction lies on a hyperplane
NEARS = (0.1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8)  # 1 less the cosine of neurons that may be one
COST = 0.02  # of that, as a share of the gap


@dataclass(frozen=True, eq=False, slots=True)
class SharedLandscape:
    """``norm(V'phi(Xu))`` for any V, in terms of the squares that are left where weights of samples or an
    intercept are taken out of the loss.

    Attributes:
        landscape: of X, with the readout that these make.
        readout: that readout.

    Example:
        >>> shared = SharedLandscape.of(TrainingProblem([[1, 0], [0, 1]], [0, 0], 1))
        >>> round(shared.norm(np.array([[3.0, 0.0], [0.0, 4.0]])), 9)
        4.0
    """

    landscape: Landscape
    readout: ProjectedReadout

    @classmethod
    def of(cls, problem: TrainingProblem) -> SharedLandscape:
        """The landscape of a problem; its y plays no part."""
        readout = ProjectedReadout.of_squares(problem)
        return cls(replace(Landscape.of(problem), readout=readout), readout)  # type: ignore[arg-type]

    def function(self, V: np.ndarray) -> Coupled:
        """``norm(V'phi(Xu))`` for errors V (n x q) in coordinates of the landscape."""
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


@one_blas_thread()
def train_shared(
    shared: SharedLandscape, Y: np.ndarray, beta: float, effort: Effort = WHOLE
) -> VectorSolution:
    """The optimum with the 2-norm on output weights, numerically.

    Args:
        shared: of X, the activation, weights and the intercept.
        Y: targets, n x q.
        beta: the weight decay, positive.
        effort: how narrow the bounds have to be, and when to stop.

    Returns:
        Directions, weights and bounds. Where a search over all directions was stopped before its first bound
        the lower one is 0.

    Example:
        >>> shared = SharedLandscape.of(TrainingProblem([[1, 0], [0, 1]], [0, 0], beta=1))
        >>> found = train_shared(shared, np.array([[3.0, 4.0], [0.0, 0.0]]), beta=1.0)
        >>> round(found.upper, 6), len(found.weights)  # one neuron serves both outputs: 5 - 1/2
        (4.5, 1)
    """
    return _Training(shared, shared.readout.squared(Y), beta, effort).run()


class _Training:
    """The state of a training: directions (m x r, in coordinates of the landscape) and weights (m x q)."""

    def __init__(self, shared: SharedLandscape, target: np.ndarray, beta: float, effort: Effort):
        self.shared, self.target, self.beta = shared, target, beta
        self.effort, self.deadline = replace(effort, gap=max(effort.gap, GAP)), effort.deadline()
        self.middle = None if self.deadline is None else (perf_counter() + self.deadline) / 2
        self.directions = np.zeros((0, shared.landscape.rank))
        self.weights = np.zeros((0, target.shape[1]))

    def run(self) -> VectorSolution:
        """Rounds until the bounds are near enough, or do not come nearer."""
        best, idle = self.solution(0.0, np.inf), 0
        least, stale = np.inf, 0
        for turn in range(ROUNDS if self.shared.landscape.rank else 0):
            errors = self.errors(self.directions, self.weights)
            value = self.objective(self.directions, self.weights)
            stale = 0 if value < (1 - GAP) * least else stale + 1
            least = min(least, value)
            # In the second half of the time, and where neurons get no better, a bound is worth more.
            found, bounded = self.priced(errors, turn, is_late(self.middle) or stale >= PATIENCE)
            gap = value - self.lower(errors, found)
            if bounded:
                now = self.solution(self.lower(errors, found), max(_reach(found), self.beta))
                better = now.upper - now.lower < 0.9 * (best.upper - best.lower)
                idle = 0 if better else idle + 1
                best = now if now.upper - now.lower < best.upper - best.lower else best
            late = is_late(self.deadline)
            enough = best.upper - best.lower <= self.effort.gap * best.upper
            if enough or late or found.stopped or idle >= PATIENCE or not len(found.values):
                break
            self.improve(found, gap)
        return best

    def priced(self, errors: np.ndarray, turn: int, hurried: bool) -> tuple[Peaks, bool]:
        """Directions above beta, and whether their bound holds for all directions; in a hurry it does."""
        sides = (self.shared.function(errors),)
        found = glimpsed(sides, self.beta, turn, starts_for(sides[0]), self.deadline)
        best = float(found.values.max(initial=0.0))
        if best > self.beta * CLEARLY and not hurried:
            return found, False
        floor = max(self.beta, best) if hurried else self.beta
        found = peaks(sides, floor, self.effort, self.deadline)
        return found, bool(np.isfinite(found.bound)) or not len(found.values)

    def improve(self, found: Peaks, gap: float) -> None:
        """Add new neurons, reweigh all, and take for one what is near on one face."""
        chosen = _distinct(found.directions)[:COLUMNS]
        directions, weights = self.reweighed(np.vstack([self.directions, found.directions[chosen]]))
        value = self.objective(directions, weights)
        for near in NEARS:
            fewer = self.thinned(directions, weights, near)
            if len(fewer) == len(directions):
                break
            fewer, own = self.reweighed(fewer)
            if self.objective(fewer, own) <= value + COST * max(gap, 0.0):
                directions, weights = fewer, own
                break
        self.directions, self.weights = directions, weights

    def reweighed(self, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The group Lasso over neurons, without those that it does not use."""
        weights = group_lasso(self.shared.landscape.outputs(directions), self.target, self.beta)
        sizes = np.linalg.norm(weights, axis=1)
        used = sizes > UNUSED * sizes.max(initial=0.0)
        return directions[used], weights[used]

    def thinned(self, directions: np.ndarray, weights: np.ndarray, near: float) -> np.ndarray:
        """Directions, with the leading one of what they are together for those near each other on a face."""
        landscape = self.shared.landscape
        heights = landscape.normals @ directions.T
        faces = np.where(np.abs(heights) <= ON, 0, np.sign(heights)).astype(np.int8)
        sizes = np.linalg.norm(weights, axis=1)
        groups: dict[bytes, list[list[int]]] = {}
        for k in np.argsort(-sizes, kind="stable").tolist():
            own = groups.setdefault(faces[:, k].tobytes(), [])
            for group in own:
                first = group[0]
                aligned = weights[first] @ weights[k] > (1 - near) * sizes[first] * sizes[k]
                if aligned and directions[first] @ directions[k] > 1 - near:
                    group.append(k)
                    break
            else:
                own.append([k])
        leading = []
        for group in (group for own in groups.values() for group in own):
            left, _, _ = np.linalg.svd(directions[group].T @ weights[group], full_matrices=False)
            leading.append(left[:, 0] * (1.0 if left[:, 0] @ directions[group[0]] > 0 else -1.0))
        return np.array(leading).reshape(-1, directions.shape[1])

    def errors(self, directions: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The targets less the outputs of neurons."""
        return self.shared.readout.clean(self.target - self.shared.landscape.outputs(directions) @ weights)

    def objective(self, directions: np.ndarray, weights: np.ndarray) -> float:
        """Half the squares of the errors, and beta times the norms of the weights."""
        squares = float(np.sum(self.errors(directions, weights) ** 2))
        return 0.5 * squares + self.beta * float(np.linalg.norm(weights, axis=1).sum())

    def lower(self, errors: np.ndarray, found: Peaks) -> float:
        """The dual objective of the multiple of the errors that is feasible, as far as the peaks say."""
        reach = _reach(found)
        scale = min(1.0, self.beta / reach) if reach > 0 else 1.0
        return scale * float(np.sum(errors * self.target)) - 0.5 * scale**2 * float(np.sum(errors**2))

    def solution(self, lower: float, reach: float) -> VectorSolution:
        """What there is now."""
        directions = self.shared.landscape.lift(self.directions)
        value = self.objective(self.directions, self.weights)
        return VectorSolution(directions, self.weights, lower, value, reach)


def _reach(found: Peaks) -> float:
    """The largest value, or the bound of all values where there is one."""
    largest = float(found.values.max(initial=0.0))
    return max(largest, found.bound) if np.isfinite(found.bound) else largest


def _distinct(directions: np.ndarray) -> list[int]:
    """The first of those that are the same direction."""
    kept: list[int] = []
    for k, direction in enumerate(directions):
        if all(np.abs(direction - directions[one]).max() > SAME for one in kept):
            kept.append(k)
    return kept
