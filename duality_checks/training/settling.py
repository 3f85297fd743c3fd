"""The last digits where the loss has kinks: Newton's method on the conditions of optimality themselves.

Near the optimum a conic solver shows which samples sit at a kink of the loss (``f_k = y_k``, with ``v_k``
inside its domain) and which faces hold neurons. On those, with ``v_i = B_i z_i`` as in :mod:`.polish`,
optimality is a square system of smooth equations,

    ``beta z_i/norm(z_i) = B_i' (T phi')' v``,   ``f_k = y_k`` at the kinks,   ``v_k`` at an end elsewhere.

An interior point stalls at eight digits there; from so close a start Newton's method doubles them.
"""

from __future__ import annotations

import numpy as np

from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape
from ..pricing.pricers import Maxima
from ..problem import TrainingProblem
from .polish import Block, Neuron, Stack, curvature_of_norms, merge

STEPS = 12
# How near the end of its domain v_k counts as being there, and how far a neuron may be from its face.
AT_END = 1e-6
NEAR = 1e-4
SETTLED = 1e-14
SHARE = 0.9


def settled(
    problem: TrainingProblem, landscape: Landscape, network: TwoLayerNetwork, dual: np.ndarray, found: Maxima
) -> tuple[list[Neuron], np.ndarray] | None:
    """Neurons and v that solve the equations next to a solver's solution.

    Args:
        problem: with a piecewise linear loss (l1 or hinge).
        landscape: of the problem.
        network: nearly optimal.
        dual: v, nearly optimal and in its domain.
        found: the local maxima of the dual landscape at v that nearly reach beta, or exceed it.

    Returns:
        The neurons and v; None where the equations do not have a solution so near.
    """
    weights = problem.weight_floats
    ends = [problem.loss.clip(side * 4.0 * weights, problem.target) for side in (-1.0, 1.0)]
    kinks = np.minimum(dual - ends[0], ends[1] - dual) > AT_END * weights
    stack = Stack.of(Block.at(landscape, neuron) for neuron in _on_faces(landscape, network, found))
    if not len(stack) or not kinks.any():
        return None
    v = np.where(kinks, dual, np.where(dual - ends[0] < ends[1] - dual, *ends))
    before = np.inf
    for _ in range(STEPS):
        stack, v, error = _newton(problem, stack, v, kinks)
        if not np.isfinite(error):
            return None
        if error <= SETTLED or (error > 0.5 * before > 0 and error < NEAR**2):
            break
        before = error
    return [stack.placed(i)[1] for i in range(len(stack))], v


def _on_faces(landscape: Landscape, network: TwoLayerNetwork, found: Maxima) -> list[Neuron]:
    """The neurons of a network moved to the maxima next to them, with the kinks of those."""
    if not len(found):
        return []
    weights = np.abs(network.output)[:, None] * network.hidden @ landscape.basis
    sizes = np.linalg.norm(weights, axis=1)
    units = weights / np.maximum(sizes, np.finfo(float).tiny)[:, None]
    alike = units @ found.directions.T
    alike[np.outer(np.sign(network.output), found.signs) < 0] = -1.0
    nearest = alike.argmax(axis=1)
    close = alike.max(axis=1) >= 1 - NEAR
    total = np.bincount(nearest[close], sizes[close], len(found))
    return merge(
        [
            Neuron.at(landscape, float(found.signs[j]), total[j] * found.directions[j], found.kinks[j])
            for j in np.flatnonzero(total)
        ]
    )


def _newton(
    problem: TrainingProblem, stack: Stack, v: np.ndarray, kinks: np.ndarray
) -> tuple[Stack, np.ndarray, float]:
    """One step in all z_i, each in units of its size, and in v at the kinks; with the largest relative error
    before it."""
    beta, count, tight = float(problem.beta), len(stack.coordinates), int(kinks.sum())
    sizes = stack.norms(stack.coordinates)[stack.owner]
    units = stack.coordinates / sizes
    outputs = stack.outputs * sizes[:, None]
    gradient = beta * sizes * units - outputs @ v
    missing = problem.target[kinks] - units @ outputs[:, kinks]
    error = max(
        float(np.abs(gradient / sizes).max()) / beta,
        float(np.abs(missing).max() / np.abs(problem.target).max()),
    )
    system = np.zeros((count + tight, count + tight))
    system[:count, :count] = beta * np.outer(sizes, sizes) * curvature_of_norms(stack, units, sizes)
    system[:count, count:] = -outputs[:, kinks]
    system[count:, :count] = outputs[:, kinks].T
    step = np.linalg.lstsq(system, np.concatenate([-gradient, missing]), rcond=1e-15)[0]
    longest = float(stack.norms(step[:count]).max())
    length = min(1.0, SHARE / longest) if longest > 0 else 1.0
    v = v.copy()
    v[kinks] += length * step[count:]
    return stack.moved(length * sizes * step[:count]), v, error
