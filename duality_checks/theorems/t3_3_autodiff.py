"""Statement 3.3: what a zero gradient of automatic differentiation proves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import is_autodiff_stationary, selected_blocks
from ..stationary_points.examples import both_signs, box_is_wrong, global_minimum
from .catalogue import Outcome, Theorem, all_hold, that
from .optimality import Optimality, decided, own_and_opposite
from .planted import Kinks, planted


@dataclass(frozen=True, slots=True)
class ZeroGradient:
    """A network whose gradient vanishes with the kinks on a side, and the blocks that it is optimal over."""

    claim: Optimality
    side: int


def selected(problem: TrainingProblem, network: RationalNetwork, side: int) -> ZeroGradient:
    """The claim of the statement, for either output sign."""
    blocks = own_and_opposite(selected_blocks(problem, network, side))
    return ZeroGradient(Optimality(problem, network, blocks), side)


@all_hold
def check(instance: ZeroGradient) -> Iterator[Outcome]:
    """Decide that the gradient vanishes, and that the network is optimal over the blocks."""
    claim = instance.claim
    zero = is_autodiff_stationary(claim.problem, claim.network, instance.side)
    yield that(zero, "the gradient does not vanish")
    yield from decided(claim)


def draw(rng: np.random.Generator) -> ZeroGradient:
    """A planted network with all kinks on one side."""
    side = int(rng.choice([-1, 1]))
    return selected(*planted(rng, Kinks(slope=side)), side)


def fixed() -> Iterator[ZeroGradient]:
    """No kink; a kink; and opposite kink rows, whose slopes no chamber has: the cone is a face."""
    yield selected(*global_minimum(), -1)
    yield selected(*both_signs(), -1)
    yield selected(*box_is_wrong(), -1)


def control() -> ZeroGradient:
    """The other side of the kink is another chamber, and the network is not optimal over both signs there."""
    problem, network = both_signs()
    both = own_and_opposite(selected_blocks(problem, network, 1))
    return ZeroGradient(Optimality(problem, network, both), -1)


THEOREM = Theorem(
    id="3.3",
    name="autodiff-stationary points",
    statement=(
        "A network whose gradient vanishes with a fixed slope at kinks is a global optimum of the convex "
        "program over the closed cones of the signs so selected, with the neurons' own output signs or with "
        "both."
    ),
    source="derived; Wang, Lacotte and Pilanci 2021; Ergen and Pilanci 2025, section V",
    note="3.3-autodiff.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the cones on the other side of the kinks will do as well, with both output signs",
    control=control,
)
