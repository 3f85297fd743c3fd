"""Statement 3.7: global or not, and the neuron to add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import dot

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import chamber_blocks
from ..stationary_points.escape import improving_neuron
from ..stationary_points.examples import both_signs, global_minimum, spurious_minimum, wrong_kink
from ..stationary_points.restricted import certify_restricted
from ..stationary_points.stationary import first_order
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .planted import Kinks, planted

# The neuron to add has float weights, so its decrease misses the bound of the statement by their rounding.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Verdict:
    """A stationary network and whether it is claimed to be a global optimum."""

    problem: TrainingProblem
    network: RationalNetwork
    optimal: bool


def judged(problem: TrainingProblem, network: RationalNetwork) -> Verdict:
    """The claim of the statement: global if no neuron can be added."""
    return Verdict(problem, network, improving_neuron(problem, network) is None)


@all_hold
def check(instance: Verdict) -> Iterator[Outcome]:
    """Prove it over all chambers and both signs, or prove the decrease of the neuron added."""
    setting = Setting.of(instance.problem)
    yield that(first_order(setting, instance.network).is_clarke, "the network is not stationary")
    if instance.optimal:
        proof = certify_restricted(setting, chamber_blocks(setting), instance.network)
        yield that(proof.check().holds, "the certificate is refused")
        yield equal(float(proof.lower), float(proof.upper), "bounds over all chambers", ROUNDING)
        return
    escape = improving_neuron(setting, instance.network)
    yield that(escape is not None, "no neuron to add was found")
    assert escape is not None
    grown = instance.network.with_neuron(escape.weights, escape.output)
    decrease = setting.objective(instance.network) - setting.objective(grown)
    yield at_least(decrease, Fraction(0), "decrease")
    square = dot(escape.weights, escape.weights)
    activations = setting.activations(escape.weights)
    excess = escape.value - float(setting.beta)
    guaranteed = excess**2 / (2 * float(dot(activations, activations) / square))
    yield at_least(float(decrease), guaranteed, "guaranteed decrease", ROUNDING)


def draw(rng: np.random.Generator) -> Verdict:
    """A planted stationary network, most often not a global optimum."""
    return judged(*planted(rng, Kinks(most=2)))


def fixed() -> Iterator[Verdict]:
    """A spurious minimum, a global one, kinks of either sign."""
    yield Verdict(*spurious_minimum(), False)
    yield Verdict(*global_minimum(), True)
    yield Verdict(*wrong_kink(), False)
    yield Verdict(*both_signs(), False)


def control() -> Verdict:
    """A local minimum that is claimed to be global."""
    return Verdict(*spurious_minimum(), True)


THEOREM = Theorem(
    id="3.7",
    name="global or not",
    statement=(
        "A stationary network is a global optimum if and only if norm_dual(v) <= beta over all chambers and "
        "both signs; otherwise a maximiser u, added with the best weight, lowers the objective by (g - "
        "beta)^2 / (2 norm(phi(Xu))^2) with g = norm_dual(v)."
    ),
    source="derived; Ergen and Pilanci 2025, section V",
    note="3.7-global-or-not.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a local minimum among networks of one neuron is a global optimum",
    control=control,
)
