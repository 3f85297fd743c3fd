"""Training where the chambers are too many to go through: pricing by ascents from random directions.

Each round climbs `abs(v'phi(Xu))` on the sphere from many random directions, chamber by chamber, in place of
the search over all chambers that :mod:`..training` does. What it finds is a network, and no more: it may miss
the neuron that would help (statement 4.2b). The lower bound on p* does not depend on what was found: it
rests on a bound of the dual norm over all chambers that needs none of them.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from time import perf_counter

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.judged import judged
from ..exact.norms import root_above
from ..exact.spectral import norm_above
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.landscape import Landscape
from ..problem import TrainingProblem
from ..terms.given import whole
from ..terms.losses import Datafit, Squared
from ..training.lasso import nonnegative_lasso
from ..training.neurons import network_of
from ..training.polish import Neuron, merge, polish
from ..training.rounds import Round, Solution
from .dual_norm_bounds import spectral_bound
from .subsets import ProvenInterval, interval

_ROUNDS = 20
_STEPS = 25
_COLUMNS = 20
_ABOVE = 1 + 1e-7
# A round that gains less is not worth its time, nor is Newton's method in more unknowns.
_GAIN = 1e-3
_MOST_UNKNOWNS = 120
_GRAIN = Fraction(1, 2**24)


def train_by_ascents(problem: TrainingProblem, *, starts: int = 300, seed: int = 0) -> Solution:
    """A good network without going through the chambers; not known to be optimal.

    Args:
        problem: with squared loss, weighted or not, and 2-norm weight decay, of any rank.
        starts: random directions to climb from in each round.
        seed: of numpy's default generator.

    Returns:
        The solution. Its dual is scaled so that it is feasible on all chambers, which makes its lower bound
        valid up to rounding, and usually loose.

    Raises:
        InputError: another loss or penalty, or a readout that pools rows.

    Example:
        >>> found = train_by_ascents(TrainingProblem([[1], [-1]], [3, 2], beta=1), starts=10)
        >>> round(found.upper, 9), found.lower <= 4
        (4.0, True)
    """
    if problem.is_weighted and problem.plain_loss.name == "squared":
        return _of_weighted(problem, starts, seed)
    problem.require_standard("training by ascents")
    starts = whole(starts, "starts")
    began = perf_counter()
    landscape, target, beta = Landscape.of(problem), problem.target, float(problem.beta)
    rng = np.random.default_rng(seed)
    neurons: list[Neuron] = []
    history: list[Round] = []
    while len(history) < _ROUNDS:
        network, active = network_of(problem, [(landscape, neuron) for neuron in neurons])
        residual = target - network.outputs(problem)
        dual = residual * _feasible(landscape, residual, target, beta)
        lower = float(dual @ target - 0.5 * dual @ dual)
        upper = network.objective(problem)
        history.append(Round(len(history) + 1, perf_counter() - began, lower, upper, network))
        found = _climbed(landscape, residual, rng.normal(size=(starts, landscape.rank)), beta * _ABOVE)
        stalled = len(history) > 2 and history[-3].upper <= history[-1].upper * (1 + _GAIN)
        if not found or stalled:
            break
        neurons = _improved(landscape, target, beta, neurons, found)
    best = max(history, key=lambda step: step.lower).lower
    upper = history[-1].upper
    return Solution(network, dual, best, upper, active, perf_counter() - began, tuple(history))


def _of_weighted(problem: TrainingProblem, starts: int, seed: int) -> Solution:
    """A weight w of a sample is a row and a target times sqrt(w), up to the rounding of the root."""
    problem.require_ball("training by ascents").require_penalised("training by ascents")
    roots = np.sqrt([float(weight) for weight in problem.sample_weights])
    scaled = TrainingProblem(
        problem.features * roots[:, None], problem.target * roots, problem.beta, problem.kappa
    )
    found = train_by_ascents(scaled, starts=starts, seed=seed)
    return replace(found, dual=found.dual * roots)


def _feasible(landscape: Landscape, v: np.ndarray, target: np.ndarray, beta: float) -> float:
    """The best multiple of v that the bound of :func:`norm_bound`, here in floats, proves feasible."""
    linear, bends = landscape.parts(v)
    sizes = [
        np.sqrt(part.sum()) * np.linalg.norm(np.sqrt(part)[:, None] * landscape.normals, 2)
        for part in (np.maximum(bends, 0), np.maximum(-bends, 0))
    ]
    size = float(np.linalg.norm(linear) + max(sizes))
    square = float(v @ v)
    best = float(v @ target) / square if square else 0.0
    return max(min(best, beta / size if size else np.inf), 0.0)


def _climbed(
    landscape: Landscape, v: np.ndarray, starts: np.ndarray, floor: float
) -> list[tuple[float, np.ndarray]]:
    """Signs and unit directions where `sign * v'phi(Xu)` is above the floor, best first."""
    found = []
    for sign in (1.0, -1.0):
        linear, bends = landscape.parts(sign * v)
        points = starts / np.linalg.norm(starts, axis=1, keepdims=True)
        best = np.full(len(points), -np.inf)
        kept = points
        for _ in range(_STEPS):
            heights = points @ landscape.normals.T
            values = points @ linear + np.abs(heights) @ bends
            better = values > best
            best, kept = np.where(better, values, best), np.where(better[:, None], points, kept)
            # The chamber's gradient: its maximiser over the ball if it stays inside, a step if it leaves.
            gradients = linear + (np.sign(heights) * bends) @ landscape.normals
            lengths = np.linalg.norm(gradients, axis=1, keepdims=True)
            points = np.divide(gradients, lengths, out=points.copy(), where=lengths > 0)
        found += [(value, sign, point) for value, point in zip(best, kept, strict=True) if value > floor]
    found.sort(key=lambda item: -item[0])
    distinct = {(sign, *np.round(point, 9)): (sign, point) for _, sign, point in reversed(found)}
    return list(distinct.values())[::-1][:_COLUMNS]


def _improved(
    landscape: Landscape,
    target: np.ndarray,
    beta: float,
    neurons: list[Neuron],
    found: list[tuple[float, np.ndarray]],
) -> list[Neuron]:
    """Add neurons, reweigh all, and slide them within their faces."""
    none = np.empty(0, dtype=int)
    candidates = neurons + [Neuron.at(landscape, sign, point, none) for sign, point in found]
    directions = np.array([neuron.weights / neuron.size for neuron in candidates])
    signs = np.array([neuron.sign for neuron in candidates])
    start = np.array([neuron.size for neuron in neurons] + [0.0] * len(found))
    weights = nonnegative_lasso(landscape.outputs(directions) * signs, target, beta, start)
    kept = [
        Neuron(neuron.sign, weight * direction, neuron.face)
        for neuron, weight, direction in zip(candidates, weights, directions, strict=True)
        if weight > 0
    ]
    merged = merge(kept)
    if len(merged) * landscape.rank > _MOST_UNKNOWNS:
        return merged
    return polish(landscape, Datafit(Squared(), target), beta, merged)


def proven_interval(problem: TrainingProblem, network: TwoLayerNetwork) -> ProvenInterval:
    """`lower <= p* <= upper` in rationals, from any network and without going through the chambers.

    Args:
        problem: with 2-norm weight decay, of any size and rank, any loss and weights of samples.
        network: any network that fits the problem; the slope of the loss at its outputs is the dual.

    Returns:
        The interval: valid, and often wide.

    Example:
        >>> found = proven_interval(TrainingProblem([[1], [-1]], [3, 2], 1), TwoLayerNetwork([[1.0]], [1.0]))
        >>> found.lower <= 4 <= found.upper  # p* = 4
        True
    """
    exact = judged(problem.require_one_output(), network)
    fit = exact.floats(problem.kappa, problem.d).outputs(problem)
    residual = _coarse(problem.loss.slope(fit, problem.target))
    bound = norm_bound(problem, residual)
    return interval(problem, exact, residual, bound, "dual norm by relaxation, not enumeration")


def norm_bound(problem: TrainingProblem, v: Vector) -> Fraction:
    """A rational at least `norm_dual(v)`, without any chamber.

    `phi(t) = (1+kappa)/2 t + (1-kappa)/2 abs(t)`, and for `w >= 0` Cauchy and Schwarz give
    `sum_k w_k abs(x_k'u) <= sqrt(sum w) norm(sqrt(w) X)_2` on the unit ball; w is the positive part of v or
    -v.

    Args:
        problem: any.
        v: length n.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> 5 <= norm_bound(problem, (Fraction(3), Fraction(4)))
        True
    """
    rows, kappa = problem.X.fractions, problem.kappa
    pulled = [dot(v, column) for column in zip(*rows, strict=True)]
    straight = abs(1 + kappa) / 2 * root_above(dot(pulled, pulled))
    bent = Fraction(0)
    for sign in (1, -1):
        part = [max(sign * value, Fraction(0)) for value in v]
        scaled = [
            tuple(root_above(weight, 30) * x for x in row) for weight, row in zip(part, rows, strict=True)
        ]
        bent = max(bent, root_above(sum(part, Fraction(0))) * norm_above(scaled))
    return min(straight + (1 - kappa) / 2 * bent, spectral_bound(problem, v))


def _coarse(v: np.ndarray) -> Vector:
    """A vector of short rationals nearby: the bound is for them, and needs no more digits than it is
    tight."""
    largest = float(np.abs(v).max(initial=0.0))
    grain = _GRAIN * Fraction(largest) if largest else Fraction(1)
    return tuple(round(Fraction(float(x)) / grain) * grain for x in v)
