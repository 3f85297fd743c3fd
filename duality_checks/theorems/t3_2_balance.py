"""Statement 3.2: stationary networks are balanced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hyperplane_arrangements.exact.rational import dot

from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.examples import both_signs, global_minimum, saddle, wrong_kink
from ..stationary_points.stationary import Role, first_order
from .catalogue import Outcome, Theorem, all_hold, equal, that
from .planted import Kinks, planted


@dataclass(frozen=True, slots=True)
class Stationary:
    """A network that is claimed to be stationary in the sense of Clarke."""

    problem: TrainingProblem
    network: RationalNetwork


@all_hold
def check(instance: Stationary) -> Iterator[Outcome]:
    """Decide that it is stationary, and that all that follows is so."""
    setting, network = Setting.of(instance.problem), instance.network
    state = first_order(setting, network)
    yield that(state.is_clarke, "the network is not stationary")
    v = setting.residual(network)
    for j, (weights, alpha) in enumerate(zip(network.hidden, network.output, strict=True)):
        yield equal(alpha * alpha, dot(weights, weights), f"neuron {j}: alpha^2 = norm(w)^2")
        value = dot(v, setting.activations(weights))
        yield equal(value, setting.beta * alpha, f"neuron {j}: v'phi(Xw) = beta alpha")
    yield that(not state.with_role(Role.DEAD), "a dead neuron is stationary")


def fixed() -> Iterator[Stationary]:
    """Zero neurons, kinks of either sign, two neurons."""
    yield Stationary(*saddle())
    yield Stationary(*wrong_kink())
    yield Stationary(*both_signs())
    yield Stationary(*global_minimum())


def control() -> Stationary:
    """The same function from weights twice and half as large."""
    problem, network = global_minimum()
    doubled = tuple(tuple(2 * w for w in row) for row in network.hidden)
    return Stationary(problem, RationalNetwork(doubled, tuple(alpha / 2 for alpha in network.output)))


THEOREM = Theorem(
    id="3.2",
    name="balance",
    statement=(
        "A network that is stationary in any sense has abs(alpha_j) = norm(w_j) and "
        "v'phi(X w_j) = beta alpha_j."
    ),
    source="derived; Ergen and Pilanci 2025, section V",
    note="3.2-balance.md",
    fixed=fixed,
    draw=lambda rng: Stationary(*planted(rng, Kinks())),
    check=check,
    false_claim="a network that computes the same function with other weights is stationary too",
    control=control,
)
