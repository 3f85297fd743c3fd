"""Audit of a trained network: its distance to the global optimum, its stationarity, and what improves it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError, OutOfTimeError
from hyperplane_arrangements.exact import fits_float, in_short
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
from .placing import Placed, place

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate

# Below this share of the objective a decrease, though proven, only mends the rounding of floats.
NOTABLE = Fraction(1, 10**12)
EFFORT = Effort(cones=MAX_CONES)
# Intervals that are narrower are so by choice, or as narrow as floats find them.
WIDE = 1e-6
# Of a search for a neuron to add, where time is limited: as many ascents, and no more cones than these.
SOUGHT = 1_000
LATE = "there was no time; a longer limit, or none, lets it"


@dataclass(frozen=True, slots=True, repr=False)
class Judged(OneLine, Shown):
    """The verdict on a trained network, whatever its number of outputs: figures, and a few lines of text.

    Whoever inherits says the terms of the objective, and what the bounds rest on.

    Attributes:
        placed: the problem that it was judged on (one an output), its weights, exactly, what decays in words,
            and what was assumed of the network.
        objective: its objective, exactly.
        lower: a proven lower bound on the global optimum p*.
        upper: a proven upper bound on p*: a network that was trained to compare with, or this one.
        stationarity: the verdict on stationarity; None if it is not judged.
        hints: where its numbers may mislead.
    """

    placed: Placed
    objective: Fraction
    lower: Fraction
    upper: Fraction
    stationarity: Stationarity | None
    hints: tuple[str, ...]

    def _terms(self) -> str:
        raise NotImplementedError

    def _rests_on(self) -> str:
        raise NotImplementedError

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
            "judged_on": self._stated(),
            "notes": list(self.notes),
            "stationarity": None if found is None else found.standing.value,
            "not_judged": self.unjudged,
            "clarke_stationary_exactly": None if found is None else found.at.is_clarke,
            "directionally_stationary_exactly": None if found is None else found.at.is_directional,
            "relative_distance_at_most": None if found is None else found.relative_distance,
            "dead": None if found is None else list(self.dead),
            "zero": None if found is None else list(self.zero),
            "hints": list(self.hints),
        }

    def _judged_on(self) -> str:
        problem = self.placed.problem
        weighted = "weighted " if problem.is_weighted else ""
        return f"{weighted}{problem.plain_loss.name} loss{self._terms()}; {self.placed.objective}"

    def _stated(self) -> str:
        return self._judged_on()

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
            ("rests on", self._rests_on()),
            *self._stationarity_lines(),
            *(("hint", hint) for hint in self.hints),
        ]
        return "\n".join(f"{name:<13} {text}" for name, text in pairs)

    def _stationarity_lines(self) -> list[tuple[str, str]]:
        if self.stationarity is None:
            return [("stationary", f"not judged: {self.unjudged}")]
        dead, zero = map(_listed, (self.dead, self.zero))
        return [
            ("stationary", str(self.stationarity)),
            ("dead neurons", f"{dead}; zero neurons {zero}"),
        ]


@dataclass(frozen=True, slots=True, repr=False)
class Audit(Judged):
    """The verdict on a trained network.

    Attributes:
        certificate: of bounds on the global optimum p*; the independent checker accepted it.
        escape: a neuron to add that lowers the objective by more than rounding can, None where none was
            found or looked for.
    """

    certificate: Certificate
    escape: Escape | None

    @property
    def imbalance(self) -> float | None:
        """The largest `abs(alpha^2 - norm(P w)^2)` over `alpha^2 + norm(P w)^2`: 0 when balanced (3.2)."""
        if self.stationarity is None:
            return None
        worst = 0.0
        for neuron, alpha in zip(
            self.stationarity.at.neurons, self.stationarity.at.network.output, strict=True
        ):
            size = 2 * alpha * alpha - neuron.imbalance
            if size:
                worst = max(worst, abs(float(neuron.imbalance / size)))
        return worst

    def facts(self) -> dict[str, Any]:
        """The figures, ready for JSON: exact numbers as texts, the rest as floats; None for what is not
        judged."""
        return Judged.facts(self) | {
            "free_biases": None
            if self.setting is None
            else self.setting.intercept and not self.setting.decayed,
            "imbalance": self.imbalance,
            "improving_neuron": None if self.escape is None else _escape_facts(self.escape),
        }

    def _stated(self) -> str:
        return self.placed.objective

    def _terms(self) -> str:
        return f", beta = {exact_text(self.placed.problem.beta)}"

    def _rests_on(self) -> str:
        wide = self.certificate.relative_gap > WIDE
        return "a certificate that the independent checker accepted" + (
            "; a longer search (time, cones) narrows it" if wide else ""
        )

    def _stationarity_lines(self) -> list[tuple[str, str]]:
        lines = Judged._stationarity_lines(self)
        if self.stationarity is None:
            return lines
        balance = "yes, exactly" if not self.imbalance else f"off by {self.imbalance:.2e}"
        improvement = "no neuron to add was found (numerical)"
        if self.escape is not None:
            improvement = (
                f"one more neuron lowers the objective by {float(self.escape.decrease):.6g} "
                f"(proven): w = {_vector(self.escape.weights)}, alpha = {float(self.escape.output):.6g}"
            )
        return [lines[0], ("balanced", balance), lines[1], ("improvement", improvement)]


@html.register
def audit_card(found: Judged) -> str:
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
    names: Sequence[str | None] | None = None,
    epsilon: float = EPSILON,
    reach: float = REACH,
    effort: Effort = EFFORT,
    max_chambers: int = MAX_CHAMBERS,
    say: Callable[[str], None] = lambda text: None,
) -> Audit:
    """Judge a trained network against the global optimum.

    Args:
        problem: the problem, with beta. For a network with biases, its features alone, and `biases` names the
            objective; or the features and a column of ones, and the problem says itself what is free. With
            another than the squared loss, or a linear skip, stationarity is not judged.
        network: a TwoLayerNetwork, a RationalNetwork, a BiasedNetwork, a PyTorch module or state_dict, or a
            fitted MLPRegressor or MLPClassifier of scikit-learn, also at the end of a Pipeline or in a
            TransformedTargetRegressor: these are judged on what their transformers give. A state_dict is
            taken to have the problem's activation. Or any other that
            :func:`~duality_checks.exact.judged.judged` takes.
        biases: what decays of a network with biases: "free" (the weights alone: scikit-learn), "decayed"
            (all, the output's bias too: weight_decay of PyTorch's SGD and Adam), "column" (the hidden biases,
            and not the output's). By default the first, for PyTorch's the second.
        names: of the features, for hints; None for one that is 0 and 1 for a label.
        epsilon: see :func:`~duality_checks.stationary_points.stationary.stationarity`.
        reach: likewise.
        effort: how narrow the interval has to be, and the limits of searches over all directions. Of a limit
            of time the interval takes what it can use; a neuron to add is then sought by ascents and a short
            search.
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
    """
    if len(problem.targets) > 1:
        raise InputError(
            f"the problem has {len(problem.targets)} outputs, and this is known of one; use audit_outputs"
        )
    began, placed = perf_counter(), place(problem, network, biases)
    objective, setting = _shown(placed.exact_objective), placed.setting
    placed, verdict = decided(placed, epsilon, reach, effort.after(began, parts=2), say)
    if not is_searched(placed.problem):
        require_feasible(placed.problem.arrangement, max_chambers)
    certificate = _certified(placed.problem, effort.after(began), max_chambers, say)
    escape = None
    if setting is not None:
        say("Looking for a neuron to add")
        left = effort.after(began)
        left = left if left.seconds is None else replace(left, cones=SOUGHT)
        added = improving_neuron(setting, placed.network, max_chambers=max_chambers, effort=left)
        escape = _notable(added, objective)
    silent = not (certificate.network_output or certificate.relative_gap > WIDE)
    hints = hints_of_audit(placed.problem, np.array([[not silent]]), names=names)
    lower, upper = certificate.lower, min(certificate.upper, objective)
    return Audit(placed, objective, lower, upper, verdict, hints, certificate, escape)


def decided(
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


def _certified(
    problem: TrainingProblem, effort: Effort, max_chambers: int, say: Callable[[str], None]
) -> Certificate:
    """A certificate that the checker has accepted."""
    from ..certificates.certificate import check
    from ..certificates.certifying import certify
    from ..training.columns import train

    say("Training to the global optimum")
    solution = train(problem, max_chambers=max_chambers, effort=effort)
    say("Certifying and checking")
    certificate = certify(problem, solution, max_chambers=max_chambers, effort=effort)
    verdict = check(problem, certificate)
    if not verdict.proven:
        raise ConvexLandscapeError(
            f"the checker refuses the certificate ({verdict.reason}); please report the data"
        )
    return certificate
