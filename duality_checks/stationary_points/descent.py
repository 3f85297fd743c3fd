"""Numerical stationary points: gradient descent, then the exact program of the chambers it ends in.

Gradient descent stalls at kinks and seldom comes closer than 1e-3. From there the rest is convex: put the
neurons that are near kinks onto them, solve the program over all chambers around the neurons with their own
signs, and repeat while new chambers turn up. Where none does, the network is optimal over all chambers around
it, which is directional stationarity (statement 3.4), in a proven interval.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError

from ..exact.judged import fitting
from ..exact.setting import Setting
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from ..terms.given import allowance, relative, whole
from .blocks import adjacent_blocks
from .restricted import RestrictedCertificate
from .solver import restricted_optimum
from .stationary import onto_kinks

_ROUNDS = 100
_NEAR_ZERO = 1e-4


def gradient_descent(
    problem: TrainingProblem, width: int, *, seed: int = 0, steps: int = 5000, rate: float | None = None
) -> TwoLayerNetwork:
    """Plain full-batch gradient descent from random weights; slope `kappa` at zero.

    Args:
        problem: the problem.
        width: the number of neurons.
        seed: of the initial weights.
        steps: how many.
        rate: the step size; from the size of the data when None.

    Returns:
        Where it got to: near a stationary point, seldom on one.

    Raises:
        InputError: another than the squared loss and the 2-norm, a readout, or something free.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> round(gradient_descent(problem, 4, seed=1).objective(problem), 6)
        6.0
    """
    problem.require_standard("gradient descent")
    width, steps = whole(width, "width", least=0), whole(steps, "steps", least=0)
    rng = np.random.default_rng(seed)
    rows, target, kappa = problem.features, problem.target, float(problem.kappa)
    hidden = rng.normal(size=(width, problem.d))
    output = rng.normal(size=width)
    if rate is None:
        size = float(np.linalg.norm(rows, 2)) ** 2 + float(problem.beta)
        rate = 0.1 / (size * (1 + float(np.abs(target).max())))
    else:
        rate = float(allowance(rate, "rate", zero=False))
    for _ in range(steps):
        before = rows @ hidden.T
        after = np.where(before > 0, before, kappa * before)
        residual = after @ output - target
        slopes = np.where(before > 0, 1.0, kappa)
        hidden_step = ((residual[:, None] * slopes) * output).T @ rows + float(problem.beta) * hidden
        output_step = after.T @ residual + float(problem.beta) * output
        hidden, output = hidden - rate * hidden_step, output - rate * output_step
    return TwoLayerNetwork(hidden, output, problem.kappa)


def settle(problem: TrainingProblem | Setting, network: Any, *, reach: float = 1e-3) -> RestrictedCertificate:
    """The stationary point that a network is near, or that lies downhill of it.

    Args:
        problem: the problem.
        network: where to start.
        reach: neurons this close to a kink, relatively, are moved onto it first.

    Returns:
        A network that is optimal over all chambers around its neurons, with their signs, in a proven
        interval.

    Raises:
        InputError: the network does not fit, or a reach that is negative, or 1 or more.
        ConvexLandscapeError: it does not settle in 100 rounds.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> found = settle(problem, TwoLayerNetwork([[1.9]], [2.2]))
        >>> found.network.hidden, found.upper
        (((Fraction(2, 1),),), Fraction(13, 2))
    """
    reach = float(relative(reach, "reach"))
    setting, exact = fitting(problem, network)
    sizes = [
        float(abs(a)) * max(map(abs, map(float, w))) for w, a in zip(exact.hidden, exact.output, strict=True)
    ]
    small = [j for j, size in enumerate(sizes) if size <= _NEAR_ZERO * max(sizes)]
    current = onto_kinks(setting, exact.without(small), reach)
    blocks = adjacent_blocks(setting, current)
    for _ in range(_ROUNDS):
        found = restricted_optimum(setting, blocks)
        around = adjacent_blocks(setting, found.network)
        if set(around) <= set(blocks):
            return found
        blocks = around
    raise ConvexLandscapeError(
        f"no stationary point in {_ROUNDS} rounds; start from a network that gradient descent has brought "
        "nearer"
    )
