"""Statement 3.6: what stationarity does not imply."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import adjacent_blocks
from ..stationary_points.examples import both_signs, global_minimum, wrong_kink
from ..stationary_points.stationary import first_order
from .catalogue import Outcome, Theorem, all_hold, that
from .optimality import Optimality, decided, own_and_opposite


@all_hold
def check(instance: Optimality) -> Iterator[Outcome]:
    """Decide that the network is stationary, and that the blocks hold a strictly better one."""
    yield that(first_order(instance.problem, instance.network).is_clarke, "the network is not stationary")
    yield that(not instance.optimal, "nothing is claimed")
    yield from decided(instance)


def wrong(problem: TrainingProblem, network: RationalNetwork) -> Optimality:
    """The chambers around a kink of the wrong sign do better."""
    return Optimality(problem, network, adjacent_blocks(problem, network), False)


def opposite(problem: TrainingProblem, network: RationalNetwork) -> Optimality:
    """The chambers around with both signs do better."""
    return Optimality(problem, network, own_and_opposite(adjacent_blocks(problem, network)), False)


def draw(rng: np.random.Generator) -> Optimality:
    """The two examples in random sizes: `v = (beta, 2 tilt)` or `v = (beta, -pull)`, `pull > beta`."""
    beta = Fraction(int(rng.integers(1, 5)), int(rng.integers(1, 4)))
    size = Fraction(int(rng.integers(1, 5)), 2)
    network = RationalNetwork([[size, 0]], [size])
    if rng.integers(2):
        tilt = beta * int(rng.integers(1, 4))
        rows = [[1, -tilt / beta], [0, 1]]
        return wrong(TrainingProblem(rows, [beta + size * size, 2 * tilt], beta), network)
    pull = beta * int(rng.integers(2, 5))
    return opposite(TrainingProblem([[1, 0], [0, 1]], [beta + size * size, -pull], beta), network)


def fixed() -> Iterator[Optimality]:
    """A kink of the wrong sign; both signs around a kink of the right one."""
    yield wrong(*wrong_kink())
    yield opposite(*both_signs())


def control() -> Optimality:
    """Without a kink the network is optimal over its chambers with both signs."""
    return opposite(*global_minimum())


THEOREM = Theorem(
    id="3.6",
    name="limits of stationarity",
    statement=(
        "A Clarke stationary network need not be optimal over the closed chambers around its neurons, and a "
        "directionally stationary one need not be optimal over them with both output signs."
    ),
    source="derived",
    note="3.6-what-is-false.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a stationary network without kinks can be improved on its own chambers with both signs",
    control=control,
)
