"""Proven bounds on the global optimum that a network is compared with, of one output or of several.

Where neurons are shared and nothing trains them (statement 2.8), the optimum lies between those of separate
outputs: ``norm(alpha)_1 / sqrt(q) <= norm(alpha)_2 <= norm(alpha)_1``, so that of the 1-norm at
``beta / sqrt(q)`` is below it, and that at ``beta`` above.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from time import perf_counter

import numpy as np

from hyperplane_arrangements.errors import ConvexLandscapeError, InputError

from ..certificates.certificate import Certificate
from ..cover.effort import Effort
from ..exact.enclosures import Enclosed
from ..optima.several_outputs import OutputsProof, check_outputs, train_outputs
from ..problem import TrainingProblem

# Intervals that are narrower are so by choice, or as narrow as floats find them.
WIDE = 1e-6
BITS = 60  # of the share 1 / sqrt(q)
_ONE = "certificate that the independent checker accepted"
_RESTS = {
    "certificate": f"a {_ONE}",
    "certificates": f"a certificate for each output that {_ONE.split(' that ')[1]}",
    "enclosed": "two certificates for each output, at beta / sqrt({q}) below and at beta above, that "
    f"{_ONE.split(' that ')[1]}: an interval, often wide",
}


@dataclass(frozen=True, eq=False, slots=True)
class Enclosure(Enclosed):
    """Bounds on an optimum p*.

    Attributes:
        lower, upper: exact.
        certificates: what they rest on: one a program, or two an output, below and above.
        outgoing: the output weights of an optimum (m x q); any that are not zero, where it is not known.
        method: "certificate", "certificates" or "enclosed".
    """

    lower: Fraction
    upper: Fraction
    certificates: tuple[Certificate, ...]
    outgoing: np.ndarray
    method: str

    @property
    def rests_on(self) -> str:
        """What the bounds rest on, in words."""
        told = _RESTS[self.method].format(q=self.outgoing.shape[1])
        wide = self.method != "enclosed" and self.relative_gap > WIDE
        return f"{told}; a longer search (time, cones) narrows it" if wide else told


def enclosure(
    problem: TrainingProblem, max_chambers: int, effort: Effort, say: Callable[[str], None]
) -> Enclosure:
    """Bounds that the independent checker has accepted.

    Args:
        problem: the problem.
        max_chambers: where no search does, refuse arrangements with more chambers before starting.
        effort: how narrow bounds have to be, and the limits of searches over all directions.
        say: is told what happens.

    Raises:
        TooLargeError: too many chambers.
        ConvexLandscapeError: the checker refuses a certificate.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], beta=1, coupling="2-norm")
        >>> found = enclosure(problem, 1000, Effort(), print)  # the optimum is 5 - 1/2
        Training to the global optimum
        >>> found.method, found.lower <= Fraction(9, 2) <= found.upper
        ('certificate', True)
    """
    began = perf_counter()
    say("Training to the global optimum")
    if problem.shares and not _is_trained(problem):
        q, alone = len(problem.targets), problem.restated(coupling="1-norm")
        # The largest multiple of beta of so many bits whose square times q is at most beta^2.
        less = problem.beta * Fraction(isqrt((1 << 2 * BITS) // q), 1 << BITS)
        below = _proven(alone.with_beta(less), max_chambers, effort.after(began, 2))
        say("Training to the global optimum of each output")
        above = _proven(alone, max_chambers, effort.after(began))
        # No neuron pays at beta if none does where they cost less.
        weights = _outgoing(below) if not below.network.width else np.ones((1, q))
        certificates = (*below.certificates, *above.certificates)
        return Enclosure(below.lower, above.upper, certificates, weights, "enclosed")
    found = _proven(problem, max_chambers, effort)
    method = "certificate" if len(found.certificates) == 1 else "certificates"
    return Enclosure(found.lower, found.upper, found.certificates, _outgoing(found), method)


def _is_trained(problem: TrainingProblem) -> bool:
    """Whether neurons that outputs share can be trained."""
    try:
        problem.require_shared()
    except InputError:
        return False
    return True


def _outgoing(found: OutputsProof) -> np.ndarray:
    """The output weights of a network, or any that are not zero where it is not known to be optimal."""
    return found.network.outgoing if found.relative_gap <= WIDE else np.ones((1, found.network.count))


def _proven(problem: TrainingProblem, max_chambers: int, effort: Effort) -> OutputsProof:
    proof = train_outputs(problem, max_chambers=max_chambers, effort=effort)
    verdict = check_outputs(problem, proof)
    if not verdict.proven:
        raise ConvexLandscapeError(
            f"the checker refuses the certificate ({verdict.reason}); please report the data"
        )
    return proof
