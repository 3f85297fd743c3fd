"""Statement 3.4: directional stationarity is optimality over all chambers around, with the neurons' signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import adjacent_blocks
from ..stationary_points.examples import both_signs, global_minimum, wrong_kink
from ..stationary_points.stationary import first_order
from .catalogue import Outcome, Theorem, all_hold, at_least, that
from .optimality import Optimality, decided, own_and_opposite
from .planted import Kinks, planted


@dataclass(frozen=True, slots=True)
class Directional:
    """A network, the blocks around it, whether it is claimed to be stationary, and directions to try.

    Attributes:
        claim: the network and its blocks; `optimal` is the claim of both sides of the statement.
        directions: directions of the first neuron's weights.
    """

    claim: Optimality
    directions: tuple[Vector, ...] = ()


def around(
    problem: TrainingProblem, network: RationalNetwork, directions: tuple[Vector, ...] = ()
) -> Directional:
    """The claim of the statement, true or false as the network is stationary or not."""
    stationary = first_order(problem, network).is_directional
    blocks = adjacent_blocks(problem, network)
    return Directional(Optimality(problem, network, blocks, stationary), directions)


def slope_along(setting: Setting, network: RationalNetwork, j: int, direction: Vector) -> Fraction:
    """The directional derivative of the objective in the weights of neuron j, from its definition."""
    v, alpha = setting.residual(network), network.output[j]
    total = setting.beta * dot(network.hidden[j], direction)
    for value, row in zip(v, setting.rows, strict=True):
        at, along = dot(row, network.hidden[j]), dot(row, direction)
        total -= alpha * value * along * (1 if (at or along) > 0 else setting.kappa)
    return total


@all_hold
def check(instance: Directional) -> Iterator[Outcome]:
    """Decide both sides; try the directions by the definition of the derivative."""
    claim = instance.claim
    setting = Setting.of(claim.problem)
    state = first_order(setting, claim.network)
    yield that(state.is_directional == claim.optimal, f"directionally stationary is {state.is_directional}")
    yield from decided(claim)
    if claim.optimal:
        for direction in instance.directions:
            slope = slope_along(setting, claim.network, 0, direction)
            yield at_least(slope, Fraction(0), "directional derivative")
    for neuron in state.neurons:
        if neuron.downhill is not None:
            slope = slope_along(setting, claim.network, 0, neuron.downhill[0])
            yield that(slope == neuron.downhill[1] and slope < 0, "the way down does not lead down")


def draw(rng: np.random.Generator) -> Directional:
    """A planted network with kinks of either kind, and random directions."""
    problem, network = planted(rng, Kinks(bends=int(rng.choice([-1, 1]))))
    directions = rng.integers(-3, 4, (5, problem.d)).tolist()
    return around(problem, network, tuple(tuple(map(Fraction, row)) for row in directions))


def fixed() -> Iterator[Directional]:
    """A kink of either sign, and none."""
    yield around(*both_signs())
    yield around(*wrong_kink())
    yield around(*global_minimum())


def control() -> Directional:
    """Both signs on the chambers around."""
    problem, network = both_signs()
    both = own_and_opposite(adjacent_blocks(problem, network))
    return Directional(Optimality(problem, network, both, True))


THEOREM = Theorem(
    id="3.4",
    name="directionally stationary points",
    statement=(
        "A network without zero neurons is directionally stationary, as every local minimum is, if and only "
        "if it is balanced and a global optimum of the convex program over ALL closed chambers that contain "
        "a neuron, with that neuron's output sign."
    ),
    source="derived; Ergen and Pilanci 2025, section V",
    note="3.4-directional.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a directionally stationary network is optimal over the chambers around with both signs",
    control=control,
)
