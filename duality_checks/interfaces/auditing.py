"""Audit of a trained network, whatever its number of outputs: its distance to the global optimum, its
stationarity, and what improves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError, OutOfTimeError
from hyperplane_arrangements.exact import fits_float, in_short
from hyperplane_arrangements.exact.rational import dot
from hyperplane_arrangements.pictures.cards import card
from hyperplane_arrangements.values.display import Shown, html
from hyperplane_arrangements.values.pasting import OneLine

from ..cover.effort import Effort
from ..exact.enclosures import decimal_interval, exact_text, scientific_above
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..pricing.limits import MAX_CONES, is_searched, require_feasible
from ..problem import TrainingProblem
from ..reports.hints import hints_of_audit
from ..stationary_points.escape import MAX_CHAMBERS, Escape, improving_neuron
from ..stationary_points.stationary import EPSILON, REACH, Role, Standing, Stationarity, stationarity
from ..terms.given import allowance, relative
from .enclosing import Enclosure, enclosure
from .placing import Placed, place

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate

# Below this share of the objective a decrease, though proven, only mends the rounding of floats.
NOTABLE = Fraction(1, 10**12)
EFFORT = Effort(cones=MAX_CONES)
# Of a search for a neuron to add, where time is limited: as many ascents, and no more cones than these.
SOUGHT = 1_000
LATE = "there was no time; a longer limit, or none, lets it"


@dataclass(frozen=True, slots=True, repr=False)
class Audit(OneLine, Shown):
    """The verdict on a trained network: figures, and a few lines of text.

    Attributes:
        placed: the problem that it was judged on, its weights, exactly, what decays in words, and what was
            assumed of the network.
        objective: its objective, exactly.
        optimum: proven bounds on the global optimum p* by networks that were trained to compare with, and
            the certificates that they rest on.
        stationarity: the verdict on stationarity; None if it is not judged.
        escape: a neuron to add that lowers the objective by more than rounding can, None where none was
            found or looked for.
        hints: where its numbers may mislead.
    """

    placed: Placed
    objective: Fraction
    optimum: Enclosure
    stationarity: Stationarity | None
    escape: Escape | None
    hints: tuple[str, ...]

    @property
    def lower(self) -> Fraction:
        """A proven lower bound on p*."""
        return self.optimum.lower

    @property
    def upper(self) -> Fraction:
        """A proven upper bound on p*: of a network that was trained to compare with, or of this one."""
        return min(self.optimum.upper, self.objective)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """What the bounds rest on: one a program of the problem, or two an output; the checker accepted
        them."""
        return self.optimum.certificates

    @property
    def certificate(self) -> Certificate:
        """The one certificate.

        Raises:
            InputError: there are several.
        """
        if len(self.certificates) > 1:
            raise InputError(f"the audit rests on {len(self.certificates)} certificates; see .certificates")
        return self.certificates[0]

    @property
    def network(self) -> RationalNetwork:
        """Its weights, exactly."""
        return self.placed.network

    @property
    def setting(self) -> Setting | None:
        """What stationarity is decided in; None if it is not judged."""
        return self.placed.setting

    @property
    def unjudged(self) -> str:
        """Why stationarity is not judged; '' when it is."""
        return self.placed.unjudged

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed of the network."""
        return self.placed.notes

    @property
    def excess(self) -> tuple[Fraction, Fraction]:
        """Proven bounds on `objective - p*`."""
        return self.objective - self.upper, self.objective - self.lower

    @property
    def is_stationary(self) -> bool | None:
        """Whether it is stationary or epsilon-stationary; None if that is not judged."""
        return None if self.stationarity is None else self.stationarity.standing is not Standing.NOT

    @property
    def dead(self) -> tuple[int, ...]:
        """The neurons that contribute nothing on any sample, though their weights are not zero."""
        return () if self.stationarity is None else self.stationarity.at.with_role(Role.DEAD)

    @property
    def zero(self) -> tuple[int, ...]:
        """The neurons whose weights are all zero."""
        return () if self.stationarity is None else self.stationarity.at.with_role(Role.ZERO)

    @property
    def imbalance(self) -> float | None:
        """The largest `abs(norm(alpha)^2 - norm(P w)^2)` over `norm(alpha)^2 + norm(P w)^2`: 0 when balanced
        (3.2); None if stationarity is not judged."""
        if self.stationarity is None:
            return None
        worst = 0.0
        at = self.stationarity.at
        for neuron, alphas in zip(at.neurons, at.network.outgoing, strict=True):
            size = 2 * dot(alphas, alphas) - neuron.imbalance
            if size:
                worst = max(worst, abs(float(neuron.imbalance / size)))
        return worst

    def facts(self) -> dict[str, Any]:
        """The figures, ready for JSON: exact numbers as texts, the rest as floats; None for what is not
        judged."""
        excess, found, problem = self.excess, self.stationarity, self.placed.problem
        return {
            "objective": str(self.objective),
            "objective_float": float(self.objective),
            "lower": str(self.lower),
            "upper": str(self.upper),
            "proven_by": "independent checker",
            "excess_at_least": float(excess[0]),
            "excess_at_most": float(excess[1]),
            "loss": problem.plain_loss.name,
            "weighted": problem.is_weighted,
            "beta": str(problem.beta),
            "free": problem.free.name,
            "outputs": len(problem.targets),
            "coupling": problem.coupling,
            "method": self.optimum.method,
            "judged_on": self.placed.objective,
            "notes": list(self.notes),
            "stationarity": None if found is None else found.standing.value,
            "not_judged": self.unjudged,
            "clarke_stationary_exactly": None if found is None else found.at.is_clarke,
            "directionally_stationary_exactly": None if found is None else found.at.is_directional,
            "relative_distance_at_most": None if found is None else found.relative_distance,
            "dead": None if found is None else list(self.dead),
            "zero": None if found is None else list(self.zero),
            "free_biases": None
            if self.setting is None
            else self.setting.intercept and not self.setting.decayed,
            "imbalance": self.imbalance,
            "improving_neuron": None if self.escape is None else _escape_facts(self.escape),
            "hints": list(self.hints),
        }

    def _judged_on(self) -> str:
        problem, q = self.placed.problem, len(self.placed.problem.targets)
        weighted, outputs = "weighted " if problem.is_weighted else "", f" of {q} outputs" if q > 1 else ""
        coupled = f", {problem.coupling} of a neuron's output weights (for the other: --coupling)"
        return (
            f"{weighted}{problem.plain_loss.name} loss{outputs}, beta = {exact_text(problem.beta)}"
            f"{coupled if q > 1 else ''}; {self.placed.objective}"
        )

    def __str__(self) -> str:
        """A few lines, one a finding."""
        low, high = decimal_interval(self.lower, self.upper)
        most = self.excess[1]
        share = scientific_above(most / self.objective) if self.objective else "0"
        pairs = [
            ("judged on", self._judged_on()),
            *(("note", note) for note in self.notes),
            ("objective", f"{float(self.objective):.12g} (exact value of these weights)"),
            ("p*", f"{low} <= p* <= {high} (proven)"),
            ("excess", f"at most {scientific_above(most)} above p*, {share} of the objective (proven)"),
            ("rests on", self.optimum.rests_on),
            *self._stationarity_lines(),
            *(("hint", hint) for hint in self.hints),
        ]
        return "\n".join(f"{name:<13} {text}" for name, text in pairs)

    def _stationarity_lines(self) -> list[tuple[str, str]]:
        if self.stationarity is None:
            return [("stationary", f"not judged: {self.unjudged}")]
        dead, zero = map(_listed, (self.dead, self.zero))
        lines = [
            ("stationary", str(self.stationarity)),
            ("balanced", "yes, exactly" if not self.imbalance else f"off by {self.imbalance:.2e}"),
            ("dead neurons", f"{dead}; zero neurons {zero}"),
        ]
        if len(self.placed.problem.targets) > 1:
            return lines
        improvement = "no neuron to add was found (numerical)"
        if self.escape is not None:
            improvement = (
                f"one more neuron lowers the objective by {float(self.escape.decrease):.6g} "
                f"(proven): w = {_vector(self.escape.weights)}, alpha = {float(self.escape.output):.6g}"
            )
        return [*lines, ("improvement", improvement)]


@html.register
def audit_card(found: Audit) -> str:
    """What a notebook shows for an audit: its findings, one a line."""
    lines = [re.split(r" {2,}", line, maxsplit=1) for line in str(found).splitlines()]
    return card("Audit of a network", [(name, text) for name, text in lines])


def _escape_facts(escape: Escape) -> dict[str, Any]:
    return {
        "weights": [float(x) for x in escape.weights],
        "output": float(escape.output),
        "decrease": float(escape.decrease),
        "value": escape.value,
    }


def _listed(indices: tuple[int, ...]) -> str:
    """Numbers of neurons, in words."""
    return ", ".join(map(str, indices)) if indices else "none"


def _vector(weights: tuple[Fraction, ...]) -> str:
    return f"({', '.join(f'{float(x):.6g}' for x in weights)})"


def audit(
    problem: TrainingProblem,
    network: Any,
    *,
    biases: str | None = None,
    targets: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
    epsilon: float = EPSILON,
    reach: float = REACH,
    effort: Effort = EFFORT,
    max_chambers: int = MAX_CHAMBERS,
    say: Callable[[str], None] = lambda text: None,
) -> Audit:
    """Judge a trained network against the global optimum.

    Args:
        problem: the problem, with beta, and of several outputs the norm of a neuron's output weights (its
            coupling; the 2-norm is the usual weight decay). For a network with biases, its features alone,
            and `biases` names the objective; or the features and a column of ones, and the problem says
            itself what is free. With another than the squared loss, a linear skip, or the 1-norm of several
            outputs, stationarity is not judged.
        network: a TwoLayerNetwork, a RationalNetwork, a BiasedNetwork, a PyTorch module or state_dict, or a
            fitted MLPRegressor or MLPClassifier of scikit-learn, also at the end of a Pipeline or in a
            TransformedTargetRegressor: these are judged on what their transformers give. A state_dict is
            taken to have the problem's activation. Or any other that
            :func:`~duality_checks.exact.judged.judged` takes.
        biases: what decays of a network with biases: "free" (the weights alone: scikit-learn), "decayed"
            (all, the output's bias too: weight_decay of PyTorch's SGD and Adam), "column" (the hidden biases,
            and not the output's). By default the first, for PyTorch's the second.
        targets: the names of the outputs, for hints.
        names: of the features, likewise; None for one that is 0 and 1 for a label.
        epsilon: see :func:`~duality_checks.stationary_points.stationary.stationarity`.
        reach: likewise.
        effort: how narrow the interval has to be, and the limits of searches over all directions. Of a limit
            of time the interval takes what it can use; a neuron to add to a network of one output is then
            sought by ascents and a short search.
        max_chambers: where no search does, refuse arrangements with more chambers before starting.
        say: is told what happens.

    Returns:
        The audit.

    Raises:
        InputError: the network does not fit the problem; a negative epsilon, or a reach of 1 or more.
        TooLargeError: too many chambers.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [5, 2], beta=1)
        >>> from duality_checks import TwoLayerNetwork
        >>> found = audit(problem, TwoLayerNetwork([[2.0]], [2.0]))
        >>> found.objective, found.stationarity.standing.value, found.escape.decrease
        (Fraction(13, 2), 'stationary (proven)', Fraction(1, 2))
        >>> found.excess[0] <= Fraction(1, 2) <= found.excess[1]
        True
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> found = audit(problem, TwoLayerNetwork([[2.0, 0.0]], [[1.0, 1.0]]))  # the optimum is 5 - 1/2
        >>> str(found.objective), found.lower <= Fraction(9, 2) <= found.upper
        ('11/2', True)
    """
    began, placed = perf_counter(), place(problem, network, biases, names)
    objective, sought = _shown(placed.exact_objective), placed.setting if len(problem.targets) == 1 else None
    placed, verdict = _decided(placed, epsilon, reach, effort.after(began, parts=2), say)
    if not is_searched(placed.problem):
        require_feasible(placed.problem.arrangement, max_chambers)
    optimum = enclosure(placed.problem, max_chambers, effort.after(began), say)
    escape = None
    if sought is not None:
        say("Looking for a neuron to add")
        left = effort.after(began)
        left = left if left.seconds is None else replace(left, cones=SOUGHT)
        added = improving_neuron(sought, placed.network, max_chambers=max_chambers, effort=left)
        escape = _notable(added, objective)
    hints = hints_of_audit(placed.problem, optimum.outgoing, targets, names)
    return Audit(placed, objective, optimum, verdict, escape, hints)


def _decided(
    placed: Placed, epsilon: float, reach: float, effort: Effort, say: Callable[[str], None]
) -> tuple[Placed, Stationarity | None]:
    """The verdict on stationarity, where it is judged and there is time; what is placed says why else not.

    Raises:
        InputError: a negative epsilon, or a reach of 1 or more.
    """
    epsilon, reach = float(allowance(epsilon, "epsilon")), float(relative(reach, "reach"))
    if placed.setting is None:
        return placed, None
    say("Deciding stationarity in rational arithmetic")
    limits: dict[str, Any] = {"epsilon": epsilon, "reach": reach, "deadline": effort.deadline()}
    try:
        return placed, stationarity(placed.setting, placed.network, **limits)
    except OutOfTimeError:  # a neuron on many kinks has many chambers around it
        return replace(placed, setting=None, unjudged=LATE), None


def _shown(objective: Fraction) -> Fraction:
    """The objective, if a float can show it."""
    if objective and not fits_float(objective):
        raise InputError(
            f"the network's objective is {in_short(objective)}, beyond the range of floats; was the training "
            "stable?"
        )
    return objective


def _notable(escape: Escape | None, objective: Fraction) -> Escape | None:
    return escape if escape is not None and escape.decrease > NOTABLE * objective else None
