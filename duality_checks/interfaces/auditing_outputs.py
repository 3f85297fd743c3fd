"""Audit of a trained network with several outputs: how far from the global optimum, with the coupling (2.8).

    ``sum_c ell(f_c; y_c) + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)_q^2)``

With q = 2, the usual weight decay, outputs share neurons. Up to rank 3, with the squared loss and penalised
biases, the optimum is proven on every chamber. Elsewhere it is enclosed by optima of one output each: with
``k`` outputs and scaled neurons, ``norm(alpha)_1 / sqrt(k) <= norm(alpha)_2 <= norm(alpha)_1``, so that

    ``sum_c p*_c(beta / sqrt(k)) <= p* <= sum_c p*_c(beta)``,

and each end is a sum of certificates. (A penalised intercept costs less at the smaller beta.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isqrt
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError, OutOfTimeError
from hyperplane_arrangements.exact import exact_matrix

from ..cover.effort import Effort
from ..exact.enclosures import exact_text
from ..exact.judged import judged, objective_of, require_inputs
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork
from ..optima.several_outputs import (
    COUPLINGS,
    MultiOutputProblem,
    OutputsProof,
    check_outputs,
    train_outputs,
)
from ..pricing.limits import is_searched, require_feasible
from ..problem import TrainingProblem
from ..reports.hints import hints_of_audit
from ..stationary_points.shared_neurons import SharedStationarity, shared_stationarity
from ..stationary_points.stationary import EPSILON, REACH
from ..terms.free import DECAYED, NOTHING
from ..training.rounds import MAX_CHAMBERS
from .auditing import EFFORT, LATE, WIDE, Judged
from .foreign.networks import BiasedNetwork, Imported
from .foreign.sklearn_models import is_sklearn, take_apart
from .placing import (
    USUAL,
    columns_of_ones,
    imported,
    require_known,
    restated,
    said_decay,
    setting_of,
    stated_decay,
    with_ones,
)

_UNCOUPLED = "the test of stationarity is for the 2-norm of a neuron's output weights"
_MEAN = (
    "the loss that scikit-learn reports is a mean over outputs, but its gradient is not: beta is its alpha"
)
_RESTS = {
    "certificates": "a certificate for each output that the independent checker accepted",
    "certificate": "one certificate that the independent checker accepted",
    "enclosed": "two certificates for each output, at beta / sqrt({k}) below and at beta above, that the "
    "independent checker accepted: an interval, often wide",
}


@dataclass(frozen=True, slots=True, repr=False)
class OutputsAudit(Judged):
    """The verdict on a trained network with several outputs.

    Attributes:
        problems: one an output, as they are judged.
        coupling: the norm of a neuron's output weights in the penalty.
        objective: of the network, exactly.
        lower: a proven lower bound on the global optimum p*.
        upper: a proven upper bound on p*.
        method: "certificates", "certificate" or "enclosed": what the bounds rest on.
        decays: what decays, in words.
        notes: what was assumed of the network.
        hints: where its numbers may mislead.
        stationarity: the verdict on stationarity; None if it is not judged.
        unjudged: why not; '' when it is.
    """

    problems: tuple[TrainingProblem, ...]
    coupling: str
    objective: Fraction
    lower: Fraction
    upper: Fraction
    method: str
    decays: str
    notes: tuple[str, ...]
    hints: tuple[str, ...] = ()
    stationarity: SharedStationarity | None = None
    unjudged: str = _UNCOUPLED

    def facts(self) -> dict[str, Any]:
        """The figures, ready for JSON: exact numbers as texts, the rest as floats."""
        more = {"outputs": len(self.problems), "coupling": self.coupling, "method": self.method}
        return more | Judged.facts(self)

    def _first(self) -> TrainingProblem:
        return self.problems[0]

    def _rests_on(self) -> str:
        return _RESTS[self.method].format(k=len(self.problems))

    def _judged_on(self) -> str:
        first = self.problems[0]
        weighted = "weighted " if first.is_weighted else ""
        return (
            f"{weighted}{first.plain_loss.name} loss of {len(self.problems)} outputs, beta = "
            f"{exact_text(first.beta)}, {self.coupling} of a neuron's output weights (for the other: "
            f"--coupling); {self.decays}"
        )


def audit_outputs(
    problems: Sequence[TrainingProblem],
    network: Any,
    *,
    coupling: str = "2-norm",
    biases: str | None = None,
    targets: Sequence[str] | None = None,
    names: Sequence[str | None] | None = None,
    epsilon: float = EPSILON,
    reach: float = REACH,
    effort: Effort = EFFORT,
    max_chambers: int = MAX_CHAMBERS,
    say: Callable[[str], None] = lambda text: None,
) -> OutputsAudit:
    """Judge a trained network with several outputs against the global optimum.

    Args:
        problems: one an output, the same but for their targets.
        network: a TwoLayerNetwork, a BiasedNetwork, a PyTorch module or state_dict, or a fitted MLPRegressor.
        coupling: ``"2-norm"``, the usual weight decay, or ``"1-norm"``.
        biases: what decays of a network with biases, as for :func:`~duality_checks.audit`.
        targets: the names of the outputs, for hints.
        names: of the features, likewise; None for one that is 0 and 1 for a label.
        epsilon: see :func:`~duality_checks.stationary_points.stationary.stationarity`.
        reach: likewise.
        effort: how narrow bounds have to be, and the limits of searches over all directions; with a limit of
            time shared neurons are enclosed, never decided on every chamber.
        max_chambers: where no search does, refuse arrangements with more chambers before starting.
        say: is told what happens.

    Raises:
        InputError: the network does not fit the problems, or an unknown coupling.
        TooLargeError: too many chambers.

    Example:
        >>> problems = [TrainingProblem([[1, 0], [0, 1]], y, beta=1) for y in ([3, 0], [4, 0])]
        >>> network = TwoLayerNetwork([[2.0, 0.0]], [[1.0, 1.0]])
        >>> found = audit_outputs(problems, network)  # the optimum is 5 - 1/2; 1/2 (1 + 4) + 1/2 (4 + 2)
        >>> str(found.objective), found.lower <= Fraction(9, 2) <= found.upper
        ('11/2', True)
    """
    if coupling not in COUPLINGS:
        raise InputError(f"coupling={coupling!r} is unknown; use {' or '.join(COUPLINGS)}")
    require_known(biases)
    began = perf_counter()
    found, problems = _native(tuple(problems), network)
    placed, parts, decays = _placed(problems, found, biases)
    objective = _objective(placed, parts, coupling)
    unjudged = _UNCOUPLED if coupling == "1-norm" else setting_of(placed[0])[1]
    verdict = None
    if not unjudged:
        say("Deciding stationarity in rational arithmetic")
        deadline = effort.after(began, parts=2).deadline()
        try:
            verdict = shared_stationarity(placed, parts, epsilon=epsilon, reach=reach, deadline=deadline)
        except OutOfTimeError:
            unjudged = LATE
    if not is_searched(placed[0]):
        require_feasible(placed[0].arrangement, max_chambers)
    bounds, outputs, method = _bounds(placed, coupling, max_chambers, effort.after(began), say)
    told = hints_of_audit(placed, outputs, targets, names)
    lower, upper = bounds
    return OutputsAudit(
        placed,
        coupling,
        objective,
        lower,
        min(upper, objective),
        method,
        decays,
        found.notes,
        told,
        verdict,
        unjudged,
    )


def _native(
    problems: tuple[TrainingProblem, ...], network: Any
) -> tuple[Imported, tuple[TrainingProblem, ...]]:
    """The network with its origin, and the problems on what its transformers give."""
    if is_sklearn(network):
        parts = take_apart(network)
        if parts.behind is not None:
            raise InputError(
                "the model transforms several targets; state the problems with the targets that its "
                "transformer gives, and give its regressor"
            )
        if parts.before:
            X = exact_matrix(parts.features(problems[0].features), name="X")
            problems = tuple(restated(problem, X=X) for problem in problems)
        notes = (*parts.notes, *parts.batch_notes(problems[0].n), _MEAN)
        network = Imported(parts.network, "scikit-learn", Fraction(0), notes)
    found = imported(network)
    if found.network.output.ndim < 2 or found.network.count != len(problems):
        raise InputError(
            f"the network has {found.network.count} outputs, but there are {len(problems)} targets; "
            "give one target an output, in their order"
        )
    return (found if found.kappa is not None else found.with_activation(problems[0].kappa)), problems


def _placed(
    problems: tuple[TrainingProblem, ...], found: Imported, biases: str | None
) -> tuple[tuple[TrainingProblem, ...], list[RationalNetwork], str]:
    """The problems that the network is judged on, its outputs one by one in their columns, and what
    decays."""
    whole, first = found.network, problems[0]
    if not isinstance(whole, BiasedNetwork):
        if biases is not None:
            raise InputError(f"the network has no biases to be {biases}; leave biases out")
        return problems, _outputs(problems, whole), stated_decay(first)
    ones = columns_of_ones(first)
    if biases is None and whole.inputs == first.d - 1 and len(ones) == 1:
        return problems, _outputs(problems, whole.on_ones(ones[0])), stated_decay(first)
    require_inputs(whole.inputs, first.d)
    if first.free or ones:
        raise InputError(
            "the problems say what is free, or have a column of ones, beside the network's biases; give the "
            "features alone and name what decays by biases"
        )
    kind = biases or USUAL[found.origin]
    stated = with_ones(problems, whole, kind)
    return stated, _outputs(stated, whole.on_ones()), said_decay(kind)


def _outputs(problems: tuple[TrainingProblem, ...], whole: TwoLayerNetwork) -> list[RationalNetwork]:
    """Each output with all neurons, exactly."""
    return [judged(problem, whole.one(c)) for c, problem in enumerate(problems)]


def _objective(
    problems: tuple[TrainingProblem, ...], parts: list[RationalNetwork], coupling: str
) -> Fraction:
    """The objective of the whole, exactly: hidden weights count once, output weights by the coupling."""
    first, total = problems[0], Fraction(0)
    bare = [replace(part, output=(Fraction(0),) * part.width) for part in parts]
    hidden = objective_of(first, bare[0])
    idle = objective_of(first, RationalNetwork((), (), bare[0].intercept, bare[0].linear))
    for problem, part in zip(problems, parts, strict=True):
        total += objective_of(problem, part) - (hidden - idle)
    if coupling == "1-norm":
        # norm(alpha)_1^2 where the sum over the outputs has the squares alone.
        for alphas in zip(*(part.output for part in parts), strict=True):
            sizes = [abs(alpha) for alpha in alphas]
            total += first.beta / 2 * (sum(sizes) ** 2 - sum(size * size for size in sizes))
    return total + (hidden - idle)


def _bounds(
    problems: tuple[TrainingProblem, ...],
    coupling: str,
    max_chambers: int,
    effort: Effort,
    say: Callable[[str], None],
) -> tuple[tuple[Fraction, Fraction], np.ndarray, str]:
    """Proven bounds on p*, the output weights of an optimum (any that are not zero, where it is unknown), and
    what the bounds rest on."""
    began, first = perf_counter(), problems[0]
    decided = (
        first.plain_loss.name == "squared"
        and first.penalty.name == "2-norm"
        and first.free.name in (NOTHING, "intercept", DECAYED)
    )
    say("Training to the global optimum")
    if coupling == "2-norm" and not decided:
        k = len(problems)
        # The largest multiple of beta with 60 bits whose square times k is at most beta^2.
        less = first.beta * Fraction(isqrt((1 << 120) // k), 1 << 60)
        cheaper = tuple(one.with_beta(less) for one in problems)
        below = _proven(cheaper, "1-norm", max_chambers, effort.after(began, 2))
        say("Training to the global optimum of each output")
        above = _proven(problems, "1-norm", max_chambers, effort.after(began))
        # No neuron pays at beta if none does where they cost less.
        outputs = _weights(below) if not below.network.width else np.ones((1, k))
        return (below.lower, above.upper), outputs, "enclosed"
    found = _proven(problems, coupling, max_chambers, effort)
    method = "certificates" if coupling == "1-norm" else "certificate"
    return (found.lower, found.upper), _weights(found), method


def _weights(found: OutputsProof) -> np.ndarray:
    """The output weights of a network, or any that are not zero where it is not known to be optimal."""
    output = found.network.output
    return output if found.relative_gap <= WIDE else np.ones((1, output.shape[1]))


def _proven(
    problems: tuple[TrainingProblem, ...], coupling: str, max_chambers: int, effort: Effort
) -> OutputsProof:
    first = problems[0]
    terms = {
        "loss": first.plain_loss,
        "penalty": first.penalty,
        "readout": first.readout,
        "free": first.free,
        "sample_weights": first.sample_weights,
    }
    targets = list(zip(*(one.y for one in problems), strict=True))
    problem = MultiOutputProblem(first.X, targets, first.beta, first.kappa, coupling=coupling, **terms)
    proof = train_outputs(problem, max_chambers=max_chambers, effort=effort)
    verdict = check_outputs(problem, proof)
    if not verdict.proven:
        raise InputError(f"the bounds could not be proven: {verdict.reason}")
    return proof
