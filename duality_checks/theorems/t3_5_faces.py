"""Statement 3.5: Clarke stationary networks are optimal over the faces of their neurons."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import adjacent_blocks, face_blocks
from ..stationary_points.examples import both_signs, global_minimum, wrong_kink
from ..stationary_points.stationary import first_order
from .catalogue import Outcome, Theorem, all_hold, that
from .optimality import Optimality, decided, own_and_opposite
from .planted import Kinks, planted


def over_faces(problem: TrainingProblem, network: RationalNetwork) -> Optimality:
    """The claim of the statement, for either output sign."""
    return Optimality(problem, network, own_and_opposite(face_blocks(problem, network)))


@all_hold
def check(instance: Optimality) -> Iterator[Outcome]:
    """Decide that the network is Clarke stationary, and optimal over the blocks."""
    yield that(first_order(instance.problem, instance.network).is_clarke, "the network is not stationary")
    yield from decided(instance)


def draw(rng: np.random.Generator) -> Optimality:
    """A planted network, now and then without kinks."""
    return over_faces(*planted(rng, Kinks(most=int(rng.choice([0, 4])))))


def fixed() -> Iterator[Optimality]:
    """Kinks of either sign, and none."""
    yield over_faces(*wrong_kink())
    yield over_faces(*both_signs())
    yield over_faces(*global_minimum())


def control() -> Optimality:
    """Closed chambers in place of faces, at a kink of the wrong sign."""
    problem, network = wrong_kink()
    return Optimality(problem, network, adjacent_blocks(problem, network))


THEOREM = Theorem(
    id="3.5",
    name="Clarke stationary points",
    statement=(
        "A Clarke stationary network without zero neurons is a global optimum of the convex program over the "
        "faces of its neurons, kink rows held at zero, with their own output signs or with both."
    ),
    source="derived, sharpening Ergen and Pilanci 2025, section V",
    note="3.5-faces.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a Clarke stationary network is optimal over the closed chambers around its neurons",
    control=control,
)
