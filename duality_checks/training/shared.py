"""The master for neurons that outputs share: a group Lasso over those at hand (statements 2.8 and 7.5b).

Neurons that have come near each other on one face are taken for one, where that costs hardly more.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..cover.effort import Effort
from ..cover.pricing import Peaks
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.shared import SharedLandscape
from ..problem import TrainingProblem
from .group_lasso import group_lasso
from .loop import Master, Rule
from .narrowing import narrowed
from .neurons import Active, with_best_skip

COLUMNS = 30
GAP = 1e-9
PATIENCE = 8
SAME = 1e-7  # directions that no new neuron is worth
UNUSED = 1e-9
ON = 1e-9  # the distance at which a unit direction lies on a hyperplane
NEARS = (0.1, 1e-2, 1e-3, 1e-4, 1e-6, 1e-8)  # 1 less the cosine of neurons that may be one
COST = 0.02  # of that, as a share of the gap


class Shared(Master[Peaks]):
    """Neurons at hand: directions (m x r, in coordinates of the landscape) and weights (m x q).

    Its dual is in terms of the squares that the landscape makes of the loss: there it is the errors.

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
        self.target, self.landscape = pricing.readout.squared(problem.Y), pricing.landscape
        self.best = np.zeros(self.target.shape)
        self.directions = np.zeros((0, self.landscape.rank))
        self.weights = np.zeros((0, self.target.shape[1]))
        self.kept = self.directions, self.weights
        self.gap, self.stale = np.inf, 0
        self._take(self.directions, self.weights)
        if start is not None and start.width:
            directions = start.hidden @ self.landscape.basis
            sizes = np.linalg.norm(directions, axis=1)
            self._take(*self._reweighed(directions[sizes > 0] / sizes[sizes > 0, None]))

    def _take(self, directions: np.ndarray, weights: np.ndarray) -> None:
        """These from here on; the best so far are kept beside them."""
        self.directions, self.weights = directions, weights
        self.dual, value = self._errors(directions, weights), self._objective(directions, weights)
        self.stale = 0 if value < (1 - GAP) * self.upper else self.stale + 1
        if value < self.upper:
            self.upper, self.kept = value, (directions, weights)

    def add(self, found: Peaks) -> bool:
        """Add new neurons, reweigh all, and take for one what is near on one face; False where neurons get no
        better."""
        chosen = _distinct(found.directions)[:COLUMNS]
        if not chosen:
            return False
        directions, weights = self._reweighed(np.vstack([self.directions, found.directions[chosen]]))
        gap = self._objective(self.directions, self.weights) - self.feasible(self.dual, found.values[0])[1]
        value = self._objective(directions, weights)
        for near in NEARS:
            fewer = self._thinned(directions, weights, near)
            if len(fewer) == len(directions):
                break
            fewer, own = self._reweighed(fewer)
            if self._objective(fewer, own) <= value + COST * max(gap, 0.0):
                directions, weights = fewer, own
                break
        self._take(directions, weights)
        return self.stale < PATIENCE or found.reach < np.inf

    def feasible(self, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
        """The multiple of errors that is feasible, as a dual of the problem, and its dual objective."""
        squares = float(np.sum(v**2))
        scale = self.beta / max(reach, self.beta)
        if squares > 0:
            scale = min(scale, float(np.sum(v * self.target)) / squares)
        value = scale * float(np.sum(v * self.target)) - 0.5 * scale**2 * squares
        return scale * self.pricing.readout.dual(v), value

    def _reweighed(self, directions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The group Lasso over neurons, without those that it does not use."""
        weights = group_lasso(self.landscape.outputs(directions), self.target, self.beta)
        sizes = np.linalg.norm(weights, axis=1)
        used = sizes > UNUSED * sizes.max(initial=0.0)
        return directions[used], weights[used]

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

    def _errors(self, directions: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The targets less the outputs of neurons."""
        readout = self.pricing.readout
        errors: np.ndarray = readout.clean(self.target - self.landscape.outputs(directions) @ weights)
        return errors

    def _objective(self, directions: np.ndarray, weights: np.ndarray) -> float:
        """Half the squares of the errors, and beta times the norms of the weights."""
        squares = float(np.sum(self._errors(directions, weights) ** 2))
        return 0.5 * squares + self.beta * float(np.linalg.norm(weights, axis=1).sum())

    def network(self) -> TwoLayerNetwork:
        """The best network so far, without an intercept."""
        return self._network(*self.kept)

    def _network(self, directions: np.ndarray, weights: np.ndarray) -> TwoLayerNetwork:
        roots = np.sqrt(np.linalg.norm(weights, axis=1))[:, None]
        return TwoLayerNetwork(
            self.landscape.lift(directions) * roots, weights / np.maximum(roots, 1e-300), self.problem.kappa
        )

    def finish(self, effort: Effort) -> tuple[TwoLayerNetwork, Active]:
        """The network with at most n q neurons and the best intercepts, and where its neurons are."""
        directions, weights = self.kept
        sizes = np.linalg.norm(weights, axis=1)
        atoms = self.landscape.outputs(directions)
        columns = atoms[:, None, :] * (weights / np.maximum(sizes, 1e-300)[:, None]).T[None]
        kept = narrowed(columns.reshape(self.target.size, len(sizes)), sizes, np.ones(len(sizes)))
        alive = np.flatnonzero(kept)
        directions = directions[alive]
        network = self._network(directions, weights[alive] * (kept / sizes)[alive, None])
        if self.problem.free.intercept:
            outputs = enumerate(self.problem.outputs)
            network = replace(
                network, intercept=[with_best_skip(one, network.one(k)).intercept for k, one in outputs]
            )
        places = zip(self._faces(directions), self.landscape.lift(directions), strict=True)
        return network, tuple((self.landscape.sides(face), 1, u) for face, u in places)


def _distinct(directions: np.ndarray) -> list[int]:
    """The first of those that are the same direction."""
    kept: list[int] = []
    for k, direction in enumerate(directions):
        if all(np.abs(direction - directions[one]).max() > SAME for one in kept):
            kept.append(k)
    return kept
