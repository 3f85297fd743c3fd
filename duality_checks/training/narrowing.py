"""At most n neurons: the same outputs at no larger penalty (statement 2.1, by Caratheodory's argument)."""

from __future__ import annotations

import numpy as np

from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem


def narrowed(columns: np.ndarray, weights: np.ndarray, costs: np.ndarray) -> np.ndarray:
    """Nonnegative weights with the same ``columns @ weights``, at most n of them positive, that cost no more.

    An interior-point solver ends in the middle of the set of optima, where more neurons than needed are used.
    Any n + 1 of their outputs depend on each other; moving along the dependency, in the direction that does
    not cost, ends where one weight vanishes.

    Args:
        columns: outputs of the neurons, n x m.
        weights: nonnegative, length m.
        costs: of a unit of weight, positive, length m.

    Returns:
        The new weights, length m.

    Example:
        >>> narrowed(np.array([[1.0, 2.0]]), np.array([1.0, 1.0]), np.ones(2))
        array([0. , 1.5])
    """
    weights = weights.copy()
    alive = np.flatnonzero(weights > 0).tolist()
    n = len(columns)
    while len(alive) > n:
        some = alive[: n + 1]
        # Scaled to the weights, so that a dependency of the outputs is one of shares.
        complete, _ = np.linalg.qr((columns[:, some] * weights[some]).T, mode="complete")
        shares = complete[:, -1]
        if shares @ (costs * weights)[some] > 0 or not (shares < 0).any():
            shares = -shares
        if not (shares < 0).any():
            shares = -shares
        last = int(np.argmin(shares))
        weights[some] *= np.maximum(1 - shares / shares[last], 0.0)
        weights[some[last]] = 0.0
        alive = np.flatnonzero(weights > 0).tolist()
    return weights


def narrowed_network(problem: TrainingProblem, network: TwoLayerNetwork) -> TwoLayerNetwork:
    """The same network with at most n neurons."""
    columns = problem.readout.pool(network.neurons(problem.features)) * network.output
    costs = np.linalg.norm(problem.penalised(network.hidden), axis=1) * np.abs(network.output)
    roots = np.sqrt(narrowed(columns, np.ones(network.width), costs))
    hidden, output = network.hidden * roots[:, None], network.output * roots
    some = roots > 0
    return TwoLayerNetwork(hidden[some], output[some], network.kappa, network.intercept, network.linear)
