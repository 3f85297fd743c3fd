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
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from time import perf_counter
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..cover.effort import Effort
from ..exact.enclosures import exact_text
from ..optima.several_outputs import (
    OutputsProof,
    check_outputs,
    train_outputs,
)
from ..pricing.limits import is_searched, require_feasible
from ..problem import TrainingProblem
from ..reports.hints import hints_of_audit
from ..stationary_points.stationary import EPSILON, REACH
from ..training.rounds import MAX_CHAMBERS
from .auditing import EFFORT, WIDE, Judged, decided
from .placing import place

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
        coupling: the norm of a neuron's output weights in the penalty.
        method: "certificates", "certificate" or "enclosed": what the bounds rest on.
    """

    coupling: str
    method: str

    def facts(self) -> dict[str, Any]:
        """The figures, ready for JSON: exact numbers as texts, the rest as floats."""
        more = {"outputs": len(self.placed.problem.targets), "coupling": self.coupling, "method": self.method}
        return more | Judged.facts(self)

    def _rests_on(self) -> str:
        return _RESTS[self.method].format(k=len(self.placed.problem.targets))

    def _terms(self) -> str:
        return (
            f" of {len(self.placed.problem.targets)} outputs, beta = {exact_text(self.placed.problem.beta)}, "
            f"{self.coupling} of a neuron's output weights (for the other: --coupling)"
        )


def audit_outputs(
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
) -> OutputsAudit:
    """Judge a trained network with several outputs against the global optimum.

    Args:
        problem: the problem, whose coupling says the norm of a neuron's output weights: ``"2-norm"`` is the
            usual weight decay. Of any loss and penalty; as for :func:`~duality_checks.audit`.
        network: a TwoLayerNetwork, a BiasedNetwork, a PyTorch module or state_dict, or a fitted MLPRegressor.
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
        InputError: the network does not fit the problem.
        TooLargeError: too many chambers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> from duality_checks import TwoLayerNetwork
        >>> network = TwoLayerNetwork([[2.0, 0.0]], [[1.0, 1.0]])
        >>> found = audit_outputs(problem, network)  # the optimum is 5 - 1/2; 1/2 (1 + 4) + 1/2 (4 + 2)
        >>> str(found.objective), found.lower <= Fraction(9, 2) <= found.upper
        ('11/2', True)
    """
    began, placed = perf_counter(), place(problem, network, biases)
    objective = placed.exact_objective
    placed, verdict = decided(placed, epsilon, reach, effort.after(began, parts=2), say)
    if not is_searched(placed.problem):
        require_feasible(placed.problem.arrangement, max_chambers)
    (lower, upper), outputs, method = _bounds(placed.problem, max_chambers, effort.after(began), say)
    hints = hints_of_audit(placed.problem, outputs, targets, names)
    coupling = placed.problem.coupling
    return OutputsAudit(placed, objective, lower, min(upper, objective), verdict, hints, coupling, method)


def _bounds(
    problem: TrainingProblem, max_chambers: int, effort: Effort, say: Callable[[str], None]
) -> tuple[tuple[Fraction, Fraction], np.ndarray, str]:
    """Proven bounds on p*, the output weights of an optimum (any that are not zero, where it is unknown), and
    what the bounds rest on."""
    began = perf_counter()
    say("Training to the global optimum")
    if problem.shares and not _is_decided(problem):
        k, alone = len(problem.targets), problem.restated(coupling="1-norm")
        # The largest multiple of beta with 60 bits whose square times k is at most beta^2.
        less = problem.beta * Fraction(isqrt((1 << 120) // k), 1 << 60)
        below = _proven(alone.with_beta(less), max_chambers, effort.after(began, 2))
        say("Training to the global optimum of each output")
        above = _proven(alone, max_chambers, effort.after(began))
        # No neuron pays at beta if none does where they cost less.
        outputs = _weights(below) if not below.network.width else np.ones((1, k))
        return (below.lower, above.upper), outputs, "enclosed"
    found = _proven(problem, max_chambers, effort)
    method = "certificate" if problem.shares else "certificates"
    return (found.lower, found.upper), _weights(found), method


def _is_decided(problem: TrainingProblem) -> bool:
    """Whether neurons that outputs share can be trained."""
    try:
        problem.require_shared()
    except InputError:
        return False
    return True


def _weights(found: OutputsProof) -> np.ndarray:
    """The output weights of a network, or any that are not zero where it is not known to be optimal."""
    output = found.network.output
    return output if found.relative_gap <= WIDE else np.ones((1, output.shape[1]))


def _proven(problem: TrainingProblem, max_chambers: int, effort: Effort) -> OutputsProof:
    proof = train_outputs(problem, max_chambers=max_chambers, effort=effort)
    verdict = check_outputs(problem, proof)
    if not verdict.proven:
        raise InputError(f"the bounds could not be proven: {verdict.reason}")
    return proof
