"""Statement 3.1: the Clarke subdifferential at a neuron, from the chambers around it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np

from hyperplane_arrangements.exact.rational import Vector

from ..exact.programs import zero_in_hull
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.clarke import subdifferentials
from ..stationary_points.examples import both_signs, box_is_wrong, wrong_kink
from .catalogue import Outcome, Theorem, all_hold, equal, that
from .planted import Kinks, planted


@dataclass(frozen=True, slots=True)
class Claim:
    """Whether zero is claimed to be in the subdifferential at the first neuron."""

    problem: TrainingProblem
    network: RationalNetwork
    contains_zero: bool


def gradients_around(setting: Setting, network: RationalNetwork, j: int) -> set[Vector]:
    """`beta w - alpha X'Dv` on every chamber of the WHOLE arrangement whose closure contains neuron j.

    Example:
        >>> sorted(gradients_around(Setting.of(wrong_kink()[0]), wrong_kink()[1], 0))
        [(Fraction(0, 1), Fraction(-1, 1)), (Fraction(0, 1), Fraction(1, 1))]
    """
    from hyperplane_arrangements.arrangement import Arrangement

    arrangement = Arrangement(setting.X)
    at = arrangement.chamber_of(network.hidden[j])
    v, alpha = setting.residual(network), network.output[j]
    return {
        tuple(
            setting.beta * w - alpha * c
            for w, c in zip(network.hidden[j], setting.gradient(row, v), strict=True)
        )
        for row in arrangement.chambers().signs.tolist()
        if (np.array(row) * at >= 0).all()
    }


def box_contains_zero(setting: Setting, network: RationalNetwork, j: int) -> bool:
    """The box test, which lets each kink's slope roam by itself: NOT the subdifferential.

    Example:
        >>> box_contains_zero(Setting.of(box_is_wrong()[0]), box_is_wrong()[1], 0)
        True
    """
    here = subdifferentials(setting, network)[j]
    v = setting.residual(network)
    corners = []
    for sides in product((-1, 1), repeat=len(here.kinks)):
        signs = list(here.signs)
        for k, side in zip(here.kinks, sides, strict=True):
            signs[k] = side
        pull = setting.gradient(signs, v)
        alpha = network.output[j]
        corners.append(
            tuple(setting.beta * w - alpha * c for w, c in zip(network.hidden[j], pull, strict=True))
        )
    return bool(zero_in_hull(corners))


@all_hold
def check(instance: Claim) -> Iterator[Outcome]:
    """Compare with the chambers of the whole arrangement; decide membership exactly."""
    setting = Setting.of(instance.problem)
    here = subdifferentials(setting, instance.network)[0]
    around = gradients_around(setting, instance.network, 0)
    yield that(set(here.gradients) == around, "the localisation misses a chamber around the neuron")
    yield equal(len(set(here.chambers)), len(here.chambers), "distinct chambers")
    found = here.contains_zero()
    verb = "is" if found else "is not"
    yield that(bool(found) == instance.contains_zero, f"zero {verb} in the subdifferential")
    distance = here.nearest_to_zero()
    yield that(bool(found) or distance.upper_squared > 0, "zero is in the hull after all")
    yield that(distance.lower_squared <= distance.upper_squared, "the distance's bounds cross")
    yield that(
        not found or distance.lower_squared == 0, "a positive distance is claimed to a set with zero in it"
    )


def fixed() -> Iterator[Claim]:
    """A kink of either sign, opposite kink rows, repeated ones that cancel, and no kink."""
    yield Claim(*wrong_kink(), True)
    yield Claim(*both_signs(), True)
    yield Claim(*box_is_wrong(), False)
    repeated = TrainingProblem([[1, 1], [0, 1], [0, 1]], [2, 1, -1], beta=1)
    yield Claim(repeated, RationalNetwork([[1, 0]], [1]), False)
    yield Claim(TrainingProblem([[1]], [2], beta=1), RationalNetwork([[1]], [1]), True)


def control() -> Claim:
    """What the box says about two opposite kink rows."""
    problem, network = box_is_wrong()
    return Claim(problem, network, box_contains_zero(Setting.of(problem), network, 0))


THEOREM = Theorem(
    id="3.1",
    name="Clarke subdifferential",
    statement=(
        "The Clarke subdifferential in w_j is beta w_j - alpha_j conv{X'D_l v : chambers l whose closure "
        "contains w_j}; these chambers are those of the localisation at w_j."
    ),
    source="derived; Clarke 1983, theorem 2.5.1; Ergen and Pilanci 2025, section V",
    note="3.1-clarke-subdifferential.md",
    fixed=fixed,
    draw=lambda rng: Claim(*planted(rng, Kinks()), True),
    check=check,
    false_claim="the box of slopes, each kink row by itself, is the subdifferential",
    control=control,
)
