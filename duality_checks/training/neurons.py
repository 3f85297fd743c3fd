"""Neurons of the rescaled program and the networks that they are, and back (statement 2.2)."""

from __future__ import annotations

import numpy as np

from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from .polish import Neuron


def neurons_of(landscape: Landscape, network: TwoLayerNetwork) -> list[Neuron]:
    """The neurons of a network in the rescaled program: ``v = abs(alpha) w``."""
    weights = np.abs(network.output)[:, None] * network.hidden @ landscape.basis
    none = np.empty(0, dtype=int)
    alive = landscape.outputs(weights).any(axis=0)
    return [
        Neuron.at(landscape, float(np.sign(alpha)), v, none)
        for alpha, v in zip(network.output[alive], weights[alive], strict=True)
    ]


def network_of(
    problem: TrainingProblem, landscape: Landscape, neurons: list[Neuron]
) -> tuple[TwoLayerNetwork, tuple[tuple[np.ndarray, int, np.ndarray], ...]]:
    """Statement 2.2: balanced weights ``w = v / sqrt(norm(v))``, ``alpha = s * sqrt(norm(v))``."""
    owner = landscape.hyperplane_of_row
    orientation = np.sign(landscape.lengths).astype(np.int8)
    hidden, output, active = [], [], []
    for neuron in sorted(neurons, key=lambda neuron: -neuron.size):
        direction = landscape.lift(neuron.weights[None] / neuron.size)[0]
        root = np.sqrt(neuron.size)
        hidden.append(root * direction)
        output.append(neuron.sign * root)
        sides = np.where(owner >= 0, neuron.face[owner], 0).astype(np.int8) * orientation
        active.append((sides, int(neuron.sign), direction))
    network = TwoLayerNetwork(np.array(hidden).reshape(-1, problem.d), np.array(output), problem.kappa)
    return network, tuple(active)
