"""Neurons of the rescaled program and the networks that they are, and back (statement 2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .polish import Neuron, Placed, merge

# How near to its hyperplane a neuron is on it, in units of what rounding may have moved it.
ON_HYPERPLANE = 1e-9

Active = tuple[tuple[np.ndarray, int, np.ndarray], ...]


class Places(Protocol):
    """The landscapes of a problem, by number."""

    def __getitem__(self, place: int) -> Landscape: ...


class Placing(Protocol):
    """What knows in which of the landscapes a neuron's may be: a pricer."""

    @property
    def landscapes(self) -> Places: ...

    def near(self, w: np.ndarray) -> Iterable[int]: ...


def spots(
    problem: TrainingProblem, pricing: Placing, network: TwoLayerNetwork
) -> list[tuple[int, float, np.ndarray]]:
    """The neurons of a network in the rescaled program, ``v = abs(alpha) w``: for each the number of its
    landscape, with free biases the one whose kink is nearest to it, its output sign, and v there. Those that
    are off on all samples are left out."""
    found = []
    for w, alpha in zip(network.hidden, network.output, strict=True):
        seen = {k: _spot(problem, pricing.landscapes[k], w) for k in pricing.near(w)}
        if seen and alpha:
            best = min(seen, key=lambda k: seen[k][0])
            weights = abs(alpha) * seen[best][1]
            if pricing.landscapes[best].outputs(weights[None]).any():
                found.append((best, float(np.sign(alpha)), weights))
    return found


def _spot(problem: TrainingProblem, landscape: Landscape, w: np.ndarray) -> tuple[float, np.ndarray]:
    """How far the bias of a neuron is from the landscape's, and the neuron in its coordinates."""
    if problem.bias is None:
        return 0.0, w @ landscape.basis
    weights = problem.penalised(w[None])[0] @ problem.penalised(landscape.basis.T).T
    return abs(float(w[problem.bias] - landscape.basis[problem.bias] @ weights)), weights


def neurons_of(problem: TrainingProblem, pricing: Placing, network: TwoLayerNetwork | None) -> list[Placed]:
    """The neurons of a network on the faces where they are; none of no network."""
    if network is None:
        return []
    none = np.empty(0, dtype=int)
    placed = [(pricing.landscapes[k], sign, v) for k, sign, v in spots(problem, pricing, network)]
    return [(landscape, Neuron.at(landscape, sign, v, none)) for landscape, sign, v in placed]


def grouped(placed: Iterable[Placed]) -> list[tuple[Landscape, list[int]]]:
    """The landscapes that hold neurons, each with the places of these."""
    groups: dict[int, tuple[Landscape, list[int]]] = {}
    for k, (landscape, _) in enumerate(placed):
        groups.setdefault(id(landscape), (landscape, []))[1].append(k)
    return list(groups.values())


def merged(placed: Sequence[Placed]) -> list[tuple[Landscape, list[Neuron]]]:
    """The neurons by landscape, those of one face and sign added up."""
    return [(landscape, merge([placed[k][1] for k in some])) for landscape, some in grouped(placed)]


def columns_of(placed: Sequence[Placed], n: int) -> np.ndarray:
    """The outputs of neurons with their signs, as columns: n x m."""
    columns = np.empty((n, len(placed)))
    for landscape, some in grouped(placed):
        weights = np.array([placed[k][1].weights for k in some])
        found = landscape.outputs(weights)
        found *= [placed[k][1].sign for k in some]
        columns[:, some] = found
    return columns


def network_of(problem: TrainingProblem, placed: Iterable[Placed]) -> tuple[TwoLayerNetwork, Active]:
    """Statement 2.2: balanced weights ``w = v / sqrt(norm(v))``, ``alpha = s * sqrt(norm(v))``, largest
    first; and for each neuron the signs of all rows, its output sign and its direction."""
    hidden, output, active = [], [], []
    for landscape, neuron in sorted(placed, key=lambda pair: -pair[1].size):
        direction = landscape.lift(neuron.weights[None] / neuron.size)[0]
        root = np.sqrt(neuron.size)
        hidden.append(root * direction)
        output.append(neuron.sign * root)
        owner = landscape.hyperplane_of_row
        sides = np.where(owner >= 0, neuron.face[owner], 0) * np.sign(landscape.lengths)
        active.append((sides.astype(np.int8), int(neuron.sign), direction))
    network = TwoLayerNetwork(np.array(hidden).reshape(-1, problem.d), np.array(output), problem.kappa)
    return with_best_skip(problem, network) if problem.free else network, tuple(active)


def active_of(problem: TrainingProblem, network: TwoLayerNetwork) -> Active:
    """For each neuron the signs of all rows, 0 on kinks and zero rows, its output sign and its direction.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> active_of(problem, TwoLayerNetwork([[2.0, 0.0]], [-2.0]))
        ((array([1, 0], dtype=int8), -1, array([1., 0.])),)
    """
    before = problem.features @ network.hidden.T
    small = np.abs(before) <= ON_HYPERPLANE * (np.abs(problem.features) @ np.abs(network.hidden).T)
    sides = np.sign(np.where(small, 0.0, before)).astype(np.int8).T
    sizes = np.linalg.norm(problem.penalised(network.hidden), axis=1)
    return tuple(
        (side, int(np.sign(alpha)), w / size)
        for side, alpha, w, size in zip(sides, network.output, network.hidden, sizes, strict=True)
    )


def with_best_skip(problem: TrainingProblem, network: TwoLayerNetwork) -> TwoLayerNetwork:
    """The network with the intercept and the linear skip that fit best, by (weighted) least squares in
    floats.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [5, 7], beta=1, free="intercept+linear")
        >>> found = with_best_skip(problem, TwoLayerNetwork(np.zeros((0, 1)), []))
        >>> round(found.intercept, 12), found.linear.round(12)
        (3.0, array([2.]))
    """
    columns = np.array([[float(x) for x in column] for column in problem.skips]).T
    rest = problem.target - TwoLayerNetwork(network.hidden, network.output, network.kappa).outputs(problem)
    roots = np.sqrt(problem.weight_floats)
    columns, rest = roots[:, None] * columns, roots * rest
    if problem.free.decayed:
        # What an intercept costs is one more square: beta (0 - c)^2.
        columns = np.vstack([columns, np.sqrt(float(problem.beta)) * np.eye(columns.shape[1])])
        rest = np.append(rest, np.zeros(columns.shape[1]))
    scale = np.maximum(np.abs(columns).max(axis=0), np.finfo(float).tiny)
    theta = np.zeros(columns.shape[1])
    # The second time mends what rounding has left.
    for _ in range(2):
        theta += np.linalg.lstsq(columns / scale, rest - columns @ theta, rcond=None)[0] / scale
    intercept = float(theta[0]) if problem.free.intercept else 0.0
    linear = theta[-problem.d :] if problem.free.linear else None
    return TwoLayerNetwork(network.hidden, network.output, network.kappa, intercept, linear)
