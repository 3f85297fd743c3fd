"""The master for neurons that outputs share: a group Lasso over those at hand (statements 2.8 and 7.5b).

Neurons that have come near each other on one face are taken for one, where that costs hardly more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..cover.effort import Effort
from ..cover.pricing import Peaks
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.shared import SharedLandscape
from ..problem import TrainingProblem
from .group_lasso import group_lasso, shifts
from .loop import Master, Rule
from .narrowing import narrowed
from .neurons import Active

COLUMNS = 30
GAP = 1e-9
PATIENCE = 8
KINKED = 24  # of a loss whose V is not the only one: cuts take long to hold it
SAME = 1e-7  # directions that no new neuron is worth
UNUSED = 1e-9
FALLEN = 1 - 1e-9
ON = 1e-9  # the distance at which a unit direction lies on a hyperplane
NEARS = (0.1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8)  # 1 less the cosine of neurons that may be one
COST = 0.02  # of that, as a share of the gap


@dataclass(frozen=True, eq=False, slots=True)
class Held:
    """Neurons with their best weights.

    Attributes:
        directions: unit vectors in coordinates of the landscape, m x r.
        weights: m x q.
        constants: the intercepts, length q.
        dual: V, n x q.
        value: the objective.
    """

    directions: np.ndarray
    weights: np.ndarray
    constants: np.ndarray
    dual: np.ndarray
    value: float


class Shared(Master[Peaks]):
    """Neurons at hand, with their weights to all outputs.

    Args:
        problem: of outputs that share neurons.
        pricing: over all directions.
        start: a network to begin with.

    Example:
        >>> from duality_checks import train
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> solution = train(problem)
        >>> round(solution.upper, 6), solution.network.width  # one neuron serves both outputs: 5 - 1/2
        (4.5, 1)
    """

    rule = Rule(gap=GAP, near=1.0, patience=PATIENCE, narrower=0.9, rounds=300, looks=300)

    def __init__(self, problem: TrainingProblem, pricing: SharedLandscape, start: TwoLayerNetwork | None):
        super().__init__(problem, pricing)
        if not problem.loss.strictly_convex:
            self.rule = replace(self.rule, patience=KINKED)  # type: ignore[misc]
        self.own, self.landscape, self.stale = pricing, pricing.landscape, 0
        self.best = np.zeros(problem.Y.shape)
        self.kept = self.held = self._reweighed(np.zeros((0, self.landscape.rank)))
        self.dual, self.upper, self.pool = self.held.dual, self.held.value, self.held.directions
        if start is not None and start.width:
            directions = start.hidden @ self.landscape.basis
            sizes = np.linalg.norm(directions, axis=1)
            self.pool = directions[sizes > 0] / sizes[sizes > 0, None]
            self._take(self._reweighed(self.pool))

    def _take(self, held: Held) -> None:
        """These from here on; the best so far are kept beside them."""
        self.stale = 0 if held.value < (1 - GAP) * self.upper else self.stale + 1
        self.held, self.dual = held, held.dual
        if held.value < self.upper:
            self.kept, self.upper = held, held.value

    def add(self, found: Peaks) -> bool:
        """Add new neurons, reweigh all, and take for one what is near on one face; False where neurons get no
        better."""
        chosen = _distinct(found.directions)[:COLUMNS]
        if not chosen:
            return False
        pool = np.vstack([self.pool, found.directions[chosen]])
        held = self._reweighed(pool)
        gap = self.held.value - self.feasible(self.dual, found.values[0])[1]
        most = held.value + COST * max(gap, 0.0)
        # Where V is not the only one, neurons without weights hold it: they go only as the objective falls,
        # so that no set comes back.
        fell = self.problem.loss.strictly_convex or held.value < self.held.value * FALLEN
        for near in NEARS if fell else ():
            fewer = self._thinned(held.directions, held.weights, near)
            if len(fewer) == len(held.directions):
                break
            thinned = self._reweighed(fewer)
            if thinned.value <= most:
                held = thinned
                break
        self._take(held)
        self.pool = held.directions if fell else pool
        self.pricing = self.own.hurried() if self.stale >= PATIENCE else self.own
        return True

    def feasible(self, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
        """The multiple of V that is feasible, and its dual objective."""
        scaled = v * (self.beta / max(reach, self.beta))
        outputs = zip(self.problem.outputs, scaled.T, strict=True)
        return scaled, sum(one.dual(one.loss.clip(own, one.target)) for one, own in outputs)

    def _reweighed(self, directions: np.ndarray) -> Held:
        """The group Lasso over neurons, without those that it does not use."""
        problem, atoms = self.problem, self.pricing.outputs(directions)
        found = group_lasso(problem, atoms)
        sizes = np.linalg.norm(found.weights, axis=1)
        used = sizes > UNUSED * sizes.max(initial=0.0)
        weights, constants = found.weights[used], found.constants
        value = self.beta * float(sizes[used].sum())
        if problem.free.decayed:
            value += 0.5 * self.beta * float(constants @ constants)
        duals, fits = list[np.ndarray](), (atoms[:, used] @ weights + shifts(problem, constants)).T
        for one, fit, v in zip(problem.outputs, fits, found.dual.T, strict=True):
            value += one.loss.value(fit, one.target)
            duals.append(one.loss.clip(v, one.target))
        dual = self.pricing.readout.clean(np.column_stack(duals))
        return Held(directions[used], weights, constants, dual, value)

    def _thinned(self, directions: np.ndarray, weights: np.ndarray, near: float) -> np.ndarray:
        """Directions, with the leading one of what they are together for those near each other on a face."""
        faces = self._faces(directions)
        sizes = np.linalg.norm(weights, axis=1)
        groups: dict[bytes, list[list[int]]] = {}
        for k in np.argsort(-sizes, kind="stable").tolist():
            own = groups.setdefault(faces[k].tobytes(), [])
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

    def _faces(self, directions: np.ndarray) -> np.ndarray:
        """The sides of all hyperplanes on which directions are, 0 for on it: m x h."""
        heights = directions @ self.landscape.normals.T
        return np.where(np.abs(heights) <= ON, 0, np.sign(heights)).astype(np.int8)

    def network(self) -> TwoLayerNetwork:
        """The best network so far."""
        return self._network(self.kept.directions, self.kept.weights)

    def _network(self, directions: np.ndarray, weights: np.ndarray) -> TwoLayerNetwork:
        roots = np.sqrt(np.linalg.norm(weights, axis=1))[:, None]
        hidden, output = self.landscape.lift(directions) * roots, weights / np.maximum(roots, 1e-300)
        return TwoLayerNetwork(hidden, output, self.problem.kappa, self.kept.constants)

    def finish(self, effort: Effort) -> tuple[TwoLayerNetwork, Active]:
        """The network with at most n q neurons, and where its neurons are."""
        directions, weights = self.kept.directions, self.kept.weights
        sizes = np.linalg.norm(weights, axis=1)
        atoms = self.pricing.outputs(directions)
        columns = atoms[:, None, :] * (weights / np.maximum(sizes, 1e-300)[:, None]).T[None]
        kept = narrowed(columns.reshape(self.problem.Y.size, len(sizes)), sizes, np.ones(len(sizes)))
        alive = np.flatnonzero(kept)
        directions = directions[alive]
        places = zip(self._faces(directions), self.landscape.lift(directions), strict=True)
        network = self._network(directions, weights[alive] * (kept / np.maximum(sizes, 1e-300))[alive, None])
        return network, tuple((self.landscape.sides(face), 1, u) for face, u in places)


def _distinct(directions: np.ndarray) -> list[int]:
    """The first of those that are the same direction."""
    kept: list[int] = []
    for k, direction in enumerate(directions):
        if all(np.abs(direction - directions[one]).max() > SAME for one in kept):
            kept.append(k)
    return kept
