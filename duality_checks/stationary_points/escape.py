"""Global or not, and the neuron that leads on if not (statement 3.7).

A network is globally optimal if and only if it is stationary and `norm_dual(v) <= beta` over ALL chambers and
both signs. Otherwise let `g = abs(v'phi(Xu)) > beta` with `norm(u) = 1`: adding the neuron u with output
weight t of the right sign changes the objective by at most `-t (g - beta) + t^2 norm(phi(Xu))^2 / 2`, so the
best t lowers it by `(g - beta)^2 / (2 norm(phi(Xu))^2)`, at any network, stationary or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from operator import mul
from typing import Any

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..cover.effort import WHOLE, Effort
from ..exact.judged import fitting
from ..exact.setting import Setting
from ..problem import TrainingProblem
from ..terms.free import DECAYED, NOTHING

MAX_CHAMBERS = 5_000_000
_TRIED = 20


@dataclass(frozen=True, slots=True)
class Escape:
    """A neuron to add, with the decrease it guarantees.

    Attributes:
        weights: its weights w, length p.
        output: its output weight.
        decrease: by how much the objective falls when it is added, exactly; positive.
        value: `abs(v'phi(Xu))` at its direction, in floats; above beta.
    """

    weights: Vector
    output: Fraction
    decrease: Fraction
    value: float


def improving_neuron(
    problem: TrainingProblem | Setting,
    network: Any,
    *,
    max_chambers: int = MAX_CHAMBERS,
    effort: Effort = WHOLE,
) -> Escape | None:
    """The best neuron to add, found by pricing the residual over every chamber, or over all directions.

    Args:
        problem: the problem.
        network: any network.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: the limits of a search over all directions, where ascents find nothing.

    Returns:
        The neuron, its decrease proven; None when floats find no direction above beta: only a certificate
        proves that there is none.

    Raises:
        InputError: the network does not fit the problem.
        TooLargeError: too many chambers.

    Example:
        >>> from duality_checks.networks.rational import RationalNetwork
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> found = improving_neuron(problem, RationalNetwork([[2]], [2]))
        >>> found.weights, found.output, found.decrease
        ((Fraction(-1, 1),), Fraction(1, 1), Fraction(1, 2))
    """
    setting, exact = fitting(problem, network)
    v = setting.residual(exact)
    found = _directions(setting, v, max_chambers, effort)
    best: Escape | None = None
    for direction in found[:_TRIED]:
        escape = _escape(setting, v, direction)
        if escape is not None and (best is None or escape.decrease > best.decrease):
            best = escape
    return best


def _escape(setting: Setting, v: Vector, direction: np.ndarray) -> Escape | None:
    """The neuron in a direction with the output weight that lowers the objective most, if any does."""
    kept = direction.copy()
    kept[list(setting.free)] = 0.0
    size = float(np.linalg.norm(kept))
    if not size > 0:
        return None
    unit = tuple(Fraction(float(x)) for x in direction / size)
    activations = setting.activations(unit)
    heavy = activations if setting.weights is None else tuple(map(mul, setting.weights, activations))
    slope, square = dot(v, activations), dot(heavy, activations)
    excess = abs(slope) - setting.beta
    if excess <= 0:
        return None
    root = Fraction(sqrt(float(excess / square)))
    weights, output = tuple(root * x for x in unit), root if slope > 0 else -root
    # The loss is a parabola in what the neuron adds; the penalty grows by its weights.
    added, kept_exactly = root * root, setting.penalised(weights)
    decrease = added * abs(slope) - added * added * square / 2
    decrease -= setting.beta * (dot(kept_exactly, kept_exactly) + added) / 2
    return Escape(weights, output, decrease, float(abs(slope))) if decrease > 0 else None


def problem_of(setting: Setting) -> tuple[TrainingProblem, tuple[int, ...]]:
    """The training problem of a setting, and which of its columns that has.

    Beside free biases a penalised column of ones is left out: no optimum uses it.

    Example:
        >>> setting = Setting.with_free_biases(TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1))
        >>> problem, columns = problem_of(setting)
        >>> problem.free.name, columns
        ('biases', (0, 2))
    """
    kept = [
        j
        for j in range(setting.inputs)
        if not setting.free or j in setting.free or any(row[j] != 1 for row in setting.rows)
    ]
    constant = DECAYED if setting.decayed else "intercept" if setting.intercept else NOTHING
    X = [[row[j] for j in kept] for row in setting.rows]
    problem = TrainingProblem(
        X,
        list(zip(*setting.targets, strict=True)),
        setting.beta,
        setting.kappa,
        free="biases" if setting.free else constant,
        sample_weights=setting.weights,
        coupling="2-norm",
    )
    return problem, tuple(kept)


def _directions(setting: Setting, v: Vector, max_chambers: int, effort: Effort) -> np.ndarray:
    """Local maxima of the dual landscape above beta, best first."""
    from ..pricing.landscape import Landscape
    from ..pricing.pricers import pricer

    if setting.intercept and not setting.decayed:
        return _free_directions(setting, v, max_chambers, effort)
    problem, _ = problem_of(setting)
    landscape = Landscape.of(problem)
    price = pricer(problem, landscape, max_chambers, effort)
    found = price.maxima(np.array([float(x) for x in v]), float(setting.beta))
    return landscape.lift(found.directions[:_TRIED])


def _free_directions(setting: Setting, v: Vector, max_chambers: int, effort: Effort) -> np.ndarray:
    """The same for the residual that the best intercept leaves."""
    from ..pricing.free import ProjectedReadout
    from ..pricing.places import places_pricer

    problem, columns = problem_of(setting)
    residual = ProjectedReadout.of(problem).project(np.array([float(x) for x in v]))
    found = places_pricer(problem, max_chambers, effort=effort)
    best = found.maxima(residual, float(setting.beta))
    directions = np.zeros((min(len(best), _TRIED), setting.inputs))
    for row, (place, _, direction, _) in zip(directions, found.best(best, _TRIED), strict=False):
        row[list(columns)] = found.landscapes[place].lift(direction[None])[0]
    return directions
