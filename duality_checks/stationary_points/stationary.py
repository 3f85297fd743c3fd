"""Is a network stationary, and in which sense: exactly, and never by a tolerance (statements 3.1 to 3.4).

All that is claimed is about rational weights; floats are dyadic rationals. A network from training in floats
is never exactly stationary, so the verdict on it is the distance of its subdifferential from zero, proven, at
the network itself or at one that is proven to be near, with its neurons moved onto the kinks they nearly are
on.

Outputs may share the neurons:

    ``1/2 sum_c norm(f_c - y_c)^2 + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)^2)``

with ``f_c = sum_j alpha_jc phi(X w_j)``. With the residuals as columns of V the objective moves, to first
order in the weights of the neurons, by ``-sum_j (V alpha_j)'phi(X (w_j + delta_j))``: that is one output of
weight 1 whose residual is ``V alpha_j``, neuron by neuron. In the output weights it is smooth, with gradient
``beta alpha_j - V'phi(X w_j)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import OneLine

from ..cover.effort import require_time
from ..exact.judged import fitting
from ..exact.programs import Membership
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..terms.given import allowance, relative
from .clarke import Subdifferential, leaves_downhill, subdifferentials

EPSILON = 1e-6
REACH = 1e-7


class Standing(Enum):
    """The three verdicts on a network."""

    STATIONARY = "stationary (proven)"
    NEARLY = "epsilon-stationary"
    NOT = "not stationary"


class Role(Enum):
    """What a neuron does on the data."""

    ACTIVE = "active"
    DEAD = "dead"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class Descent:
    """A direction in the space of all weights along which the objective falls, proven.

    Attributes:
        hidden: the part of each neuron's weights, m x p.
        output: the part of the output weights, m x q.
        intercept: the part of the intercepts of the outputs, length q.
        slope: an upper bound on the directional derivative along it, negative.
        norm_squared: its squared length.
    """

    hidden: tuple[Vector, ...]
    output: tuple[Vector, ...]
    intercept: Vector
    slope: Fraction
    norm_squared: Fraction

    @property
    def rate(self) -> float:
        """The decrease for each unit of length, to first order, in floats."""
        return -float(self.slope) / sqrt(float(self.norm_squared))


@dataclass(frozen=True, slots=True)
class NeuronState:
    """The first-order conditions at one neuron.

    Attributes:
        subdifferential: the Clarke subdifferential in its weights.
        clarke: whether that contains zero, with a witness either way.
        downhill: a direction of its weights along which the objective falls to first order, though the
            subdifferential contains zero; None if there is none.
        output_gradients: `beta alpha - v'phi(Xw)` for each output, exactly, length q.
        imbalance: `norm(alpha)^2 - norm(P w)^2`, exactly.
        role: active, dead (it contributes nothing on any sample) or zero (all its weights are).
    """

    subdifferential: Subdifferential
    clarke: Membership
    downhill: tuple[Vector, Fraction] | None
    output_gradients: Vector
    imbalance: Fraction
    role: Role

    @property
    def is_clarke(self) -> bool:
        """Whether zero is in the subdifferential in both the weights and the output weights."""
        return bool(self.clarke) and not any(self.output_gradients)

    @property
    def is_directional(self) -> bool:
        """Whether no direction leads downhill to first order."""
        return self.is_clarke and self.downhill is None


@dataclass(frozen=True, slots=True)
class FirstOrder:
    """The first-order conditions of a network with rational weights, decided exactly.

    Attributes:
        network: the network.
        residuals: v = s (y - f) with the weights s of the samples, one vector of length n an output.
        neurons: the conditions at each neuron.
        intercept_gradients: one an output: `-1'v` if it has an intercept, and `beta c` more if that costs
            `beta/2 c^2`; otherwise 0.
    """

    network: RationalNetwork
    residuals: tuple[Vector, ...]
    neurons: tuple[NeuronState, ...]
    intercept_gradients: Vector

    @property
    def is_clarke(self) -> bool:
        """Whether the network is Clarke stationary."""
        return not any(self.intercept_gradients) and all(neuron.is_clarke for neuron in self.neurons)

    @property
    def is_directional(self) -> bool:
        """Whether the network is directionally stationary; every local minimum is."""
        return self.is_clarke and all(neuron.is_directional for neuron in self.neurons)

    @property
    def is_balanced(self) -> bool:
        """Whether `norm(alpha_j) = norm(P w_j)` at every neuron (statement 3.2)."""
        return not any(neuron.imbalance for neuron in self.neurons)

    def with_role(self, role: Role) -> tuple[int, ...]:
        """The indices of the neurons with a role."""
        return tuple(j for j, neuron in enumerate(self.neurons) if neuron.role is role)


def first_order(
    problem: TrainingProblem | Setting, network: Any, deadline: float | None = None
) -> FirstOrder:
    """Decide the first-order conditions of a network, exactly.

    Args:
        problem: the problem; several outputs share neurons, by the 2-norm coupling.
        network: a network as :func:`~duality_checks.exact.judged.judged` takes it, its floats literally.
        deadline: when to give up, by :func:`time.perf_counter`.

    Returns:
        The conditions, each with its witness.

    Raises:
        InputError: the network does not fit the problem.
        TooLargeError: a neuron lies on so many hyperplanes that too many chambers meet there.
        OutOfTimeError: the deadline has passed.

    Example:
        A kink with the wrong sign: stationary in the sense of Clarke, yet there is a way down (statement
        3.6).

        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, -1], [0, 1]], [2, 2], beta=1)
        >>> found = first_order(problem, RationalNetwork([[1, 0]], [1]))
        >>> found.is_clarke, found.is_directional, found.is_balanced
        (True, False, True)
    """
    setting, exact = fitting(problem, network)
    residuals = setting.residuals(exact)
    places = subdifferentials(setting, exact, deadline=deadline)
    states = list[NeuronState]()
    for weights, alphas, here in zip(exact.hidden, exact.outgoing, places, strict=True):
        require_time(deadline)
        states.append(_state(setting, residuals, weights, alphas, here))
    constants = tuple(
        (-sum(v, ZERO) if setting.intercept else ZERO) + (setting.beta * c if setting.decayed else ZERO)
        for v, c in zip(residuals, exact.constants, strict=True)
    )
    return FirstOrder(exact, residuals, tuple(states), constants)


def _state(
    setting: Setting, residuals: Sequence[Vector], weights: Vector, alphas: Vector, here: Subdifferential
) -> NeuronState:
    activations = setting.activations(weights)
    kept = setting.penalised(weights)
    role = Role.ACTIVE
    if not any(weights) and not any(alphas):
        role = Role.ZERO
    elif not any(alphas) or not any(activations):
        role = Role.DEAD
    clarke = here.contains_zero()
    gradients = tuple(
        setting.beta * alpha - dot(v, activations) for alpha, v in zip(alphas, residuals, strict=True)
    )
    downhill = _way_down(setting, here) if clarke and not any(gradients) else None
    return NeuronState(here, clarke, downhill, gradients, dot(alphas, alphas) - dot(kept, kept), role)


def _way_down(setting: Setting, here: Subdifferential) -> tuple[Vector, Fraction] | None:
    """A direction of a neuron's weights that lowers the objective to first order, with its slope, where the
    subdifferential contains zero; None if there is none."""
    if not here.kinks:
        return None
    for chamber, gradient in enumerate(here.gradients[: len(here.chambers)]):
        direction = leaves_downhill(setting, here, chamber).direction
        if direction is not None:
            return direction, dot(gradient, direction)
    return None


@dataclass(frozen=True, slots=True, repr=False)
class Stationarity(OneLine, Shown):
    """The verdict on a network.

    Attributes:
        standing: stationary (proven), epsilon-stationary, or not stationary.
        at: the first-order conditions, exact, at the network itself.
        near: those at the network the distance is measured at: the same, or with neurons moved onto kinks.
        moved_squared: the exact squared distance between the two networks.
        lower_squared, upper_squared: proven bounds on the squared distance of zero from the subdifferential
            at `near`.
        scale_squared: `beta^2 norm(penalised weights)^2` there, what the distance is compared with.
        epsilon: the relative distance up to which a network counts as epsilon-stationary.
        descent: a proven way down at `near` if there is one.
    """

    standing: Standing
    at: FirstOrder
    near: FirstOrder
    moved_squared: Fraction
    lower_squared: Fraction
    upper_squared: Fraction
    scale_squared: Fraction
    epsilon: float
    descent: Descent | None

    @property
    def distance(self) -> float:
        """The proven upper bound on the distance, rounded to a float."""
        return sqrt(float(self.upper_squared))

    @property
    def relative_distance(self) -> float:
        """The distance over `beta * norm(weights)`, the size of the penalty's gradient; 0 if it is zero."""
        return _relative_root(self.upper_squared, self.scale_squared)

    @property
    def least_relative_distance(self) -> float:
        """The proven lower bound, relative likewise."""
        return _relative_root(self.lower_squared, self.scale_squared)

    def __str__(self) -> str:
        """One sentence with its figures."""
        text: str = self.standing.value
        if self.standing is Standing.STATIONARY:
            kind = "directionally" if self.at.is_directional else "Clarke, but not directionally"
            return f"{text}: {kind}"
        if self.standing is Standing.NEARLY:
            text += f": relative distance at most {self.relative_distance:.2e} (proven)"
        else:
            text += f": relative distance at least {self.least_relative_distance:.2e} (proven)"
        if self.moved_squared:
            text += f", after moving the weights by {sqrt(float(self.moved_squared)):.2e} onto kinks"
        if self.descent is not None and self.standing is Standing.NOT:
            text += f"; the objective falls at a rate of at least {self.descent.rate:.2e} (proven)"
        return text


def _relative_root(squared: Fraction, scale_squared: Fraction) -> float:
    """A distance over a scale, both from their squares; 0 if it is zero."""
    if not squared:
        return 0.0
    return sqrt(float(squared / scale_squared)) if scale_squared else float("inf")


def stationarity(
    problem: TrainingProblem | Setting,
    network: Any,
    *,
    epsilon: float = EPSILON,
    reach: float = REACH,
    deadline: float | None = None,
) -> Stationarity:
    """The verdict on a network: stationary (proven), epsilon-stationary, or not stationary.

    Args:
        problem: the problem; several outputs share neurons, by the 2-norm coupling.
        network: a network, as :func:`~duality_checks.exact.judged.judged` takes it.
        epsilon: the largest distance of zero from the Clarke subdifferential, over `beta * norm(weights)`,
            that counts as epsilon-stationary. It decides no claim: the distance itself is proven and
            reported.
        reach: neurons this close to a kink, relative to their length and the row's, may be moved onto it
            before the distance is measured.
        deadline: when to give up, by :func:`time.perf_counter`.

    Returns:
        The verdict. Dead neurons are never stationary (but for a free bias alone, which costs nothing), zero
        ones always are.

    Raises:
        InputError: the network does not fit the problem; a negative epsilon, or a reach of 1 or more.
        TooLargeError: too many chambers meet at a neuron.
        OutOfTimeError: the deadline has passed.

    Example:
        >>> from duality_checks import TrainingProblem, TwoLayerNetwork
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> print(stationarity(problem, TwoLayerNetwork([[2.0], [-1.0]], [2.0, 1.0])))
        stationary (proven): directionally
        >>> stationarity(problem, TwoLayerNetwork([[2.0]], [2.5])).standing
        <Standing.NOT: 'not stationary'>

        One soft threshold in the direction of the targets (3, 4): its output has norm 5 - 1 at the optimum.

        >>> problem = TrainingProblem([[1], [-1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> print(stationarity(problem, RationalNetwork([[2]], [["6/5", "8/5"]])))
        stationary (proven): directionally
    """
    epsilon, reach = float(allowance(epsilon, "epsilon")), float(relative(reach, "reach"))
    setting, exact = fitting(problem, network)
    at = first_order(setting, exact, deadline)
    if at.is_clarke:
        return _verdict(setting, at, at, epsilon)
    verdict = _verdict(setting, at, at, epsilon)
    moved = onto_kinks(setting, exact, reach)
    if moved != exact:
        other = _verdict(setting, at, first_order(setting, moved, deadline), epsilon)
        verdict = min(verdict, other, key=lambda v: v.relative_distance)
    return verdict


def _verdict(setting: Setting, at: FirstOrder, near: FirstOrder, epsilon: float) -> Stationarity:
    lower, upper, descent = _distance(near)
    scale = setting.beta**2 * setting.decaying(near.network)
    standing = Standing.NOT
    if at.is_clarke:
        standing = Standing.STATIONARY
    elif upper <= Fraction(epsilon) ** 2 * scale:
        standing = Standing.NEARLY
    moved = _squared_distance(at.network, near.network)
    return Stationarity(standing, at, near, moved, lower, upper, scale, epsilon, descent)


def _squared_distance(one: RationalNetwork, other: RationalNetwork) -> Fraction:
    """Between the weights of two networks into their neurons."""
    gaps = [a - b for u, w in zip(one.hidden, other.hidden, strict=True) for a, b in zip(u, w, strict=True)]
    return dot(gaps, gaps)


def _distance(state: FirstOrder) -> tuple[Fraction, Fraction, Descent | None]:
    """Proven bounds on the squared distance of zero from the subdifferential, and the best proven descent."""
    lower = upper = slope = ZERO
    hidden = []
    for neuron in state.neurons:
        gradients = neuron.subdifferential.gradients
        part: Vector = (ZERO,) * len(gradients[0])
        if not neuron.clarke:
            found = neuron.subdifferential.nearest_to_zero()
            lower, upper = lower + found.lower_squared, upper + found.upper_squared
            # Wolfe's point may be too coarse to separate; the exact program's direction always does.
            part = found.descent if any(found.descent) else neuron.clarke.direction or part
            slope += max(dot(gradient, part) for gradient in gradients)
        elif neuron.downhill is not None:
            part = neuron.downhill[0]
            slope += neuron.downhill[1]
        hidden.append(part)
    # In the other weights the objective is smooth: straight down.
    *output, constants = (
        tuple(-gradient for gradient in gradients)
        for gradients in (*(neuron.output_gradients for neuron in state.neurons), state.intercept_gradients)
    )
    rest = sum((dot(part, part) for part in (*output, constants)), ZERO)
    slope -= rest
    if not slope:
        return lower + rest, upper + rest, None
    length = rest + sum((dot(part, part) for part in hidden), ZERO)
    return lower + rest, upper + rest, Descent(tuple(hidden), tuple(output), constants, slope, length)


def onto_kinks(setting: Setting, network: RationalNetwork, reach: float) -> RationalNetwork:
    """The network with each neuron moved, at right angles, onto the kinks it is within reach of.

    Args:
        setting: the setting.
        network: the network.
        reach: largest `abs(x_k'w) / (norm(x_k) norm(w))`, in floats; the move itself is exact.

    Returns:
        The network moved; neurons that only zero would put on all those kinks stay where they are.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> setting = Setting.of(TrainingProblem([[1, 0], [0, 1]], [1, 1], beta=1))
        >>> onto_kinks(setting, RationalNetwork([[1, "1e-12"]], [1]), 1e-9).hidden
        ((Fraction(1, 1), Fraction(0, 1)),)
    """
    reach = float(relative(reach, "reach"))
    if not network.width:
        return network
    hidden = np.array([[float(x) for x in row] for row in network.hidden])
    rows = setting.X.floats
    sizes = np.linalg.norm(rows, axis=1)[None, :] * np.linalg.norm(hidden, axis=1)[:, None]
    close = (np.abs(hidden @ rows.T) <= reach * sizes) & (sizes > 0)
    moved = []
    for weights, near in zip(network.hidden, close, strict=True):
        kinks = [setting.rows[k] for k in np.flatnonzero(near)]
        target = project_onto_flat(kinks, weights) if kinks else weights
        moved.append(target if any(target) else weights)
    return replace(network, hidden=tuple(moved))


def project_onto_flat(rows: list[Vector], vector: Vector) -> Vector:
    """The orthogonal projection of a vector onto `{u : rows u = 0}`, exactly.

    Args:
        rows: at least one vector of length p; they may be dependent.
        vector: length p.

    Example:
        >>> one, zero = Fraction(1), Fraction(0)
        >>> project_onto_flat([(one, one), (one + one, one + one)], (one, zero))
        (Fraction(1, 2), Fraction(-1, 2))
    """
    from flint import fmpq, fmpq_mat

    from hyperplane_arrangements.exact import exact_matrix, pivot_columns

    columns = exact_matrix(list(zip(*rows, strict=True)))
    chosen = [rows[k] for k in pivot_columns(columns)]
    if not chosen:
        return vector
    gram = fmpq_mat([[fmpq(*dot(a, b).as_integer_ratio()) for b in chosen] for a in chosen])
    right = fmpq_mat([[fmpq(*dot(a, vector).as_integer_ratio())] for a in chosen])
    solution = gram.solve(right)
    weights = [Fraction(int(solution[i, 0].p), int(solution[i, 0].q)) for i in range(len(chosen))]
    shadow = combination(weights, chosen, len(vector))
    return tuple(x - s for x, s in zip(vector, shadow, strict=True))
