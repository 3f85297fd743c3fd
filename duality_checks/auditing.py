"""Audit of a trained network: its distance to the global optimum, its stationarity, and what improves it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError

from .exact.enclosures import decimal_interval, scientific_above
from .exact.setting import RationalNetwork, Setting
from .importing import BiasedNetwork, from_sklearn, from_state_dict, require_inputs
from .limits import require_feasible
from .network import TwoLayerNetwork
from .problem import TrainingProblem
from .stationary_points.escape import MAX_CHAMBERS, Escape, improving_neuron, problem_of
from .stationary_points.stationary import EPSILON, REACH, Role, Standing, Stationarity, stationarity

if TYPE_CHECKING:
    from .certificate import Certificate

# Below this share of the objective a decrease, though proven, only mends the rounding of floats.
NOTABLE = Fraction(1, 10**12)
# With three features or more and free biases: all of these chambers are listed with multipliers.
MAX_FREE_CHAMBERS = 50_000


@dataclass(frozen=True, slots=True)
class Audit:
    """The verdict on a trained network.

    Attributes:
        setting: what it was audited for.
        network: its weights, exactly.
        objective: its objective, exactly.
        lower: a proven lower bound on the global optimum p*, None where none was computed.
        upper: a proven upper bound on p*.
        certificate: the certificate that the independent checker accepted; None where the chambers are too
            many for one.
        stationarity: the verdict on stationarity.
        escape: a neuron to add that lowers the objective by more than rounding can, None where none was
            found.
    """

    setting: Setting
    network: RationalNetwork
    objective: Fraction
    lower: Fraction | None
    upper: Fraction
    certificate: Certificate | None
    stationarity: Stationarity
    escape: Escape | None

    @property
    def excess(self) -> tuple[Fraction, Fraction] | None:
        """Proven bounds on `objective - p*`; None without a lower bound on p*."""
        if self.lower is None:
            return None
        return self.objective - self.upper, self.objective - self.lower

    @property
    def is_stationary(self) -> bool:
        """Whether it is stationary or epsilon-stationary."""
        return self.stationarity.standing is not Standing.NOT

    @property
    def imbalance(self) -> float:
        """The largest `abs(alpha^2 - norm(P w)^2)` over `alpha^2 + norm(P w)^2`: 0 when balanced (3.2)."""
        worst = 0.0
        for neuron, alpha in zip(self.stationarity.at.neurons, self.network.output, strict=True):
            size = 2 * alpha * alpha - neuron.imbalance
            if size:
                worst = max(worst, abs(float(neuron.imbalance / size)))
        return worst

    @property
    def dead(self) -> tuple[int, ...]:
        """The neurons that contribute nothing on any sample, though their weights are not zero."""
        return self.stationarity.at.with_role(Role.DEAD)

    @property
    def zero(self) -> tuple[int, ...]:
        """The neurons whose weights are all zero."""
        return self.stationarity.at.with_role(Role.ZERO)

    def facts(self) -> dict[str, Any]:
        """The figures, ready for JSON: exact numbers as texts, the rest as floats."""
        excess = self.excess
        return {
            "objective": str(self.objective),
            "objective_float": float(self.objective),
            "lower": None if self.lower is None else str(self.lower),
            "upper": str(self.upper),
            "excess_at_least": None if excess is None else float(excess[0]),
            "excess_at_most": None if excess is None else float(excess[1]),
            "free_biases": self.setting.intercept,
            "stationarity": self.stationarity.standing.value,
            "clarke_stationary_exactly": self.stationarity.at.is_clarke,
            "directionally_stationary_exactly": self.stationarity.at.is_directional,
            "relative_distance_at_most": self.stationarity.relative_distance,
            "imbalance": self.imbalance,
            "dead": list(self.dead),
            "zero": list(self.zero),
            "improving_neuron": None if self.escape is None else _escape_facts(self.escape),
        }

    def __str__(self) -> str:
        """A few lines, one a finding."""
        lines = [f"objective     {float(self.objective):.12g} (exact value of these weights)"]
        excess = self.excess
        if excess is None or self.lower is None:
            lines.append("p*            no proven lower bound: too many chambers for free biases")
        else:
            low, high = decimal_interval(self.lower, self.upper)
            lines.append(f"p*            {low} <= p* <= {high} (proven)")
            share = scientific_above(excess[1] / self.objective) if self.objective else "0"
            most = scientific_above(excess[1])
            lines.append(f"excess        at most {most} above p*, {share} of the objective (proven)")
        lines.append(f"stationary    {self.stationarity}")
        lines.append(
            f"balanced      {'yes, exactly' if not self.imbalance else f'off by {self.imbalance:.2e}'}"
        )
        lines.append(f"dead neurons  {_listed(self.dead)}; zero neurons {_listed(self.zero)}")
        if self.escape is None:
            lines.append("improvement   no neuron to add was found (numerical)")
        else:
            lines.append(
                f"improvement   one more neuron lowers the objective by {float(self.escape.decrease):.6g} "
                f"(proven): w = {_vector(self.escape.weights)}, alpha = {float(self.escape.output):.6g}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from .reports.cards import audit_card

        return audit_card(self)


def _escape_facts(escape: Escape) -> dict[str, Any]:
    return {
        "weights": [float(x) for x in escape.weights],
        "output": float(escape.output),
        "decrease": float(escape.decrease),
        "value": escape.value,
    }


def _listed(indices: tuple[int, ...]) -> str:
    return ", ".join(map(str, indices)) if indices else "none"


def _vector(weights: tuple[Fraction, ...]) -> str:
    return f"({', '.join(f'{float(x):.6g}' for x in weights)})"


def audit(
    problem: TrainingProblem,
    network: Any,
    *,
    epsilon: float = EPSILON,
    reach: float = REACH,
    max_chambers: int = MAX_CHAMBERS,
    say: Callable[[str], None] = lambda text: None,
) -> Audit:
    """Judge a trained network against the global optimum.

    Args:
        problem: the problem, with beta. For a network with biases, its features alone: the biases are then
            free, and so is the output intercept (statement 2.14). A problem may also say itself that its
            intercept or its biases are free.
        network: a TwoLayerNetwork, a RationalNetwork, a BiasedNetwork, a fitted scikit-learn MLPRegressor, or
            a PyTorch state_dict.
        epsilon: see :func:`~duality_checks.stationary_points.stationary.stationarity`.
        reach: likewise.
        max_chambers: refuse arrangements with more chambers before starting.
        say: is told what happens.

    Returns:
        The audit.

    Raises:
        InputError: the network does not fit the problem.
        TooLargeError: too many chambers.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> found = audit(problem, TwoLayerNetwork([[2.0]], [2.0]))
        >>> found.objective, found.stationarity.standing.value, found.escape.decrease
        (Fraction(13, 2), 'stationary (proven)', Fraction(1, 2))
        >>> found.excess[0] <= Fraction(1, 2) <= found.excess[1]
        True
    """
    stated, setting, exact = _placed(problem, network)
    objective = setting.objective(exact)
    say("Deciding stationarity in rational arithmetic")
    verdict = stationarity(setting, exact, epsilon=epsilon, reach=reach)
    require_feasible(stated.arrangement, max_chambers)
    certificate = None
    if _listable(stated):
        say("Training to the global optimum")
        certificate = _certified(stated, max_chambers)
    say("Looking for a neuron to add")
    escape = _notable(improving_neuron(setting, exact, max_chambers=max_chambers), objective)
    lower = None if certificate is None else certificate.lower
    upper = objective if certificate is None else min(certificate.upper, objective)
    return Audit(setting, exact, objective, lower, upper, certificate, verdict, escape)


def _listable(problem: TrainingProblem) -> bool:
    """Whether a certificate is worth its time: with free biases every chamber needs multipliers, but in the
    plane the checker does without."""
    arrangement = problem.arrangement
    return problem.bias is None or arrangement.rank <= 3 or arrangement.count_chambers() <= MAX_FREE_CHAMBERS


def _placed(problem: TrainingProblem, network: Any) -> tuple[TrainingProblem, Setting, RationalNetwork]:
    """The problem and the setting that the network belongs to, and the network in it."""
    if hasattr(network, "coefs_"):
        network = from_sklearn(network)
    elif isinstance(network, Mapping):
        network = from_state_dict(network)
    if isinstance(network, BiasedNetwork):
        setting, exact = network.free_setting(problem)
        return problem_of(setting)[0], setting, exact
    if isinstance(network, TwoLayerNetwork):
        require_inputs(network.hidden, problem.d)
        if network.kappa != problem.kappa:
            raise InputError(
                f"the network's activation has kappa={network.kappa}, the problem's kappa={problem.kappa}; "
                "use the activation that the network was trained with"
            )
        return problem, Setting.of(problem), RationalNetwork.of(network)
    if isinstance(network, RationalNetwork):
        setting = Setting.of(problem)
        setting.require_fit(network)
        return problem, setting, network
    raise InputError(
        f"network is a {type(network).__name__}; give a TwoLayerNetwork, a BiasedNetwork, a fitted "
        "MLPRegressor or a state_dict"
    )


def _notable(escape: Escape | None, objective: Fraction) -> Escape | None:
    return escape if escape is not None and escape.decrease > NOTABLE * objective else None


def _certified(problem: TrainingProblem, max_chambers: int) -> Certificate:
    from .certificate import certify, check
    from .training.columns import train

    solution = train(problem, max_chambers=max_chambers)
    certificate = certify(problem, solution, max_chambers=max_chambers)
    verdict = check(problem, certificate)
    if not verdict.proven:
        raise ConvexLandscapeError(
            f"the checker refuses the certificate ({verdict.reason}); please report the data"
        )
    return certificate
