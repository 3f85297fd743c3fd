"""Is a network with several outputs stationary, exactly (statements 3.1 to 3.4, where outputs share neurons).

    ``1/2 sum_c norm(f_c - y_c)^2 + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)^2)``

with ``f_c = sum_j alpha_jc phi(X w_j)``. With the residuals as columns of V the objective moves, to first
order in the weights of the neurons, by ``-sum_j (V alpha_j)'phi(X (w_j + delta_j))``: that is one output of
weight 1 whose residual is ``V alpha_j``, neuron by neuron. In the output weights it is smooth, with gradient
``beta alpha_j - V'phi(X w_j)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import combination

from ..cover.effort import require_time
from ..exact.judged import fitting
from ..exact.programs import Membership
from ..exact.setting import ZERO, Setting, Vector, dot
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..terms.given import allowance, relative
from .clarke import Subdifferential, pulled
from .stationary import (
    EPSILON,
    REACH,
    Role,
    Standing,
    downhill_from,
    in_words,
    onto_kinks,
    relative_root,
    squared_distance,
    way_down,
)


@dataclass(frozen=True, slots=True)
class SharedNeuron:
    """The first-order conditions at a neuron that outputs share.

    Attributes:
        subdifferential: the Clarke subdifferential in its weights.
        clarke: whether that contains zero, with a witness either way.
        downhill: a direction of its weights along which the objective falls, though it does; None if none.
        output_gradients: `beta alpha - V'phi(Xw)`, exactly, length k.
        role: active, dead or zero.
    """

    subdifferential: Subdifferential
    clarke: Membership
    downhill: tuple[Vector, Fraction] | None
    output_gradients: Vector
    role: Role

    @property
    def is_clarke(self) -> bool:
        """Whether zero is in the subdifferential in all its weights."""
        return bool(self.clarke) and not any(self.output_gradients)


@dataclass(frozen=True, slots=True)
class SharedFirstOrder:
    """The first-order conditions of a network with several outputs, decided exactly.

    Attributes:
        parts: the network, one output at a time; all have the same neurons.
        neurons: the conditions at each neuron.
        intercept_gradients: one an output, as for one output alone.
    """

    parts: tuple[RationalNetwork, ...]
    neurons: tuple[SharedNeuron, ...]
    intercept_gradients: Vector

    @property
    def is_clarke(self) -> bool:
        """Whether the network is Clarke stationary."""
        return not any(self.intercept_gradients) and all(neuron.is_clarke for neuron in self.neurons)

    @property
    def is_directional(self) -> bool:
        """Whether the network is directionally stationary; every local minimum is."""
        return self.is_clarke and all(neuron.downhill is None for neuron in self.neurons)

    def with_role(self, role: Role) -> tuple[int, ...]:
        """The indices of the neurons with a role."""
        return tuple(j for j, neuron in enumerate(self.neurons) if neuron.role is role)


@dataclass(frozen=True, slots=True)
class SharedStationarity:
    """The verdict on a network with several outputs; attributes as of
    :class:`~duality_checks.stationary_points.stationary.Stationarity`.

    Attributes:
        standing: stationary (proven), epsilon-stationary, or not stationary.
        at: the first-order conditions at the network itself.
        near: those at the network the distance is measured at.
        moved_squared: the exact squared distance between the two networks.
        lower_squared, upper_squared: proven bounds on the squared distance of zero from the subdifferential.
        scale_squared: what the distance is compared with, squared.
        rate: at which the objective falls at `near` along a direction, per unit of length, proven to first
            order; None if none was found.
    """

    standing: Standing
    at: SharedFirstOrder
    near: SharedFirstOrder
    moved_squared: Fraction
    lower_squared: Fraction
    upper_squared: Fraction
    scale_squared: Fraction
    rate: float | None

    @property
    def relative_distance(self) -> float:
        """The proven upper bound on the distance over `beta * norm(weights)`."""
        return relative_root(self.upper_squared, self.scale_squared)

    @property
    def least_relative_distance(self) -> float:
        """The proven lower bound, relative likewise."""
        return relative_root(self.lower_squared, self.scale_squared)

    def __str__(self) -> str:
        """One sentence with its figures."""
        return in_words(self, self.rate)


def shared_first_order(
    settings: Sequence[Setting], parts: Sequence[RationalNetwork], deadline: float | None = None
) -> SharedFirstOrder:
    """Decide the first-order conditions of a network with several outputs, exactly.

    Args:
        settings: one an output, the same but for their targets.
        parts: the network, one output at a time.
        deadline: when to give up, by :func:`time.perf_counter`.

    Raises:
        InputError: the parts do not have the same neurons, or do not fit.
        TooLargeError: a neuron lies on so many hyperplanes that too many chambers meet there.
        OutOfTimeError: the deadline has passed.
    """
    setting, hidden = settings[0], parts[0].hidden
    if any(part.hidden != hidden for part in parts):
        raise InputError("the outputs have different neurons; give one network, one output at a time")
    residuals = [one.residual(part) for one, part in zip(settings, parts, strict=True)]
    outputs = list(zip(*(part.output for part in parts), strict=True))
    pulls = [combination(alphas, residuals, setting.n) if any(alphas) else None for alphas in outputs]
    places = pulled(setting, hidden, pulls, deadline=deadline)
    neurons = list[SharedNeuron]()
    for weights, alphas, here in zip(hidden, outputs, places, strict=True):
        require_time(deadline)
        neurons.append(_state(setting, residuals, weights, alphas, here))
    constants = tuple(
        (-sum(v, ZERO) if setting.intercept else ZERO)
        + (setting.beta * part.intercept if setting.decayed else 0)
        for v, part in zip(residuals, parts, strict=True)
    )
    return SharedFirstOrder(tuple(parts), tuple(neurons), constants)


def _state(
    setting: Setting, residuals: list[Vector], weights: Vector, alphas: Vector, here: Subdifferential
) -> SharedNeuron:
    activations = setting.activations(weights)
    role = Role.ACTIVE
    if not any(weights) and not any(alphas):
        role = Role.ZERO
    elif not any(alphas) or not any(activations):
        role = Role.DEAD
    clarke = here.contains_zero()
    gradients = tuple(
        setting.beta * alpha - dot(v, activations) for alpha, v in zip(alphas, residuals, strict=True)
    )
    downhill = way_down(setting, here) if clarke and not any(gradients) else None
    return SharedNeuron(here, clarke, downhill, gradients, role)


def shared_stationarity(
    problems: Sequence[TrainingProblem | Setting],
    parts: Sequence[Any],
    *,
    epsilon: float = EPSILON,
    reach: float = REACH,
    deadline: float | None = None,
) -> SharedStationarity:
    """The verdict on a network with several outputs whose neurons all share, with the 2-norm coupling.

    Args:
        problems: one an output, the same but for their targets.
        parts: the network, one output at a time, each of any kind that
            :func:`~duality_checks.exact.judged.judged` takes; all with the same neurons.
        epsilon, reach, deadline: as for :func:`~duality_checks.stationary_points.stationary.stationarity`.

    Raises:
        InputError: the parts do not have the same neurons, or do not fit; a negative epsilon, or a reach of 1
            or more.
        TooLargeError: too many chambers meet at a neuron.
        OutOfTimeError: the deadline has passed.

    Example:
        One soft threshold in the direction of the targets (3, 4): its output has norm 5 - 1 at the optimum.

        >>> problems = [TrainingProblem([[1], [-1]], [y, 0], beta=1) for y in (3, 4)]
        >>> parts = [RationalNetwork([[2]], [alpha]) for alpha in ("6/5", "8/5")]
        >>> print(shared_stationarity(problems, parts))
        stationary (proven): directionally
        >>> print(shared_stationarity(problems, [parts[0]] * 2).standing.value)
        not stationary
    """
    epsilon, reach = float(allowance(epsilon, "epsilon")), float(relative(reach, "reach"))
    fitted = [fitting(problem, part) for problem, part in zip(problems, parts, strict=True)]
    settings, exact = [setting for setting, _ in fitted], [network for _, network in fitted]
    at = shared_first_order(settings, exact, deadline)
    verdict = _verdict(settings[0], at, at, epsilon)
    if at.is_clarke:
        return verdict
    hidden = onto_kinks(settings[0], exact[0], reach).hidden
    if hidden != exact[0].hidden:
        moved = shared_first_order(settings, [replace(part, hidden=hidden) for part in exact], deadline)
        verdict = min(verdict, _verdict(settings[0], at, moved, epsilon), key=lambda v: v.relative_distance)
    return verdict


def _verdict(
    setting: Setting, at: SharedFirstOrder, near: SharedFirstOrder, epsilon: float
) -> SharedStationarity:
    output = [-gradient for neuron in near.neurons for gradient in neuron.output_gradients]
    lower, upper, found = downhill_from(near.neurons, [*output, *(-g for g in near.intercept_gradients)])
    kept = [setting.penalised(weights) for weights in near.parts[0].hidden]
    size = sum((dot(w, w) for w in [*kept, *(part.output for part in near.parts)]), ZERO)
    if setting.decayed:
        size += sum((part.intercept**2 for part in near.parts), ZERO)
    scale = setting.beta**2 * size
    standing = Standing.NOT
    if at.is_clarke:
        standing = Standing.STATIONARY
    elif upper <= Fraction(epsilon) ** 2 * scale:
        standing = Standing.NEARLY
    rate = None if found is None else -float(found[1]) / sqrt(float(found[2]))
    moved = squared_distance(at.parts[0], near.parts[0])
    return SharedStationarity(standing, at, near, moved, lower, upper, scale, rate)
