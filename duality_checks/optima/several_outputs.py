"""Training networks with several outputs to the global optimum, with a proven interval (statement 2.8).

    ``min 1/2 norm(f - Y)_F^2 + beta/2 sum_j (norm(w_j)^2 + norm(alpha_j)_q^2)``,
    ``f = sum_j phi(X w_j) alpha_j'``.

With q = 1 this is one program an output, for every loss, penalty and readout. With q = 2, the usual weight
decay, the outputs share neurons, and it is one program. Each program is trained, certified and checked; the
bounds are added.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import ZERO, Vector

from ..certificates.certificate import Certificate, check
from ..certificates.certifying import certify
from ..checker import Verdict
from ..cover.effort import WHOLE, Effort
from ..exact.enclosures import Enclosed
from ..exact.judged import judged
from ..networks.rational import RationalNetwork
from ..networks.two_layer import TwoLayerNetwork, side_by_side
from ..pricing.limits import is_searched, require_feasible
from ..problem import TrainingProblem
from ..training.columns import train
from ..training.polyhedral import balanced
from ..training.rounds import MAX_CHAMBERS, Solution


@dataclass(frozen=True, eq=False, slots=True)
class OutputsProof(Enclosed):
    """A network with several outputs and what proves ``lower <= p* <= upper``.

    Attributes:
        network: the network.
        certificates: one a program of the problem (:attr:`TrainingProblem.programs`).
    """

    network: TwoLayerNetwork
    certificates: tuple[Certificate, ...]

    @property
    def lower(self) -> Fraction:
        """What the certificates prove together, exactly."""
        return sum((one.lower for one in self.certificates), ZERO)

    @property
    def upper(self) -> Fraction:
        """The objective of the network, exactly."""
        return sum((one.upper for one in self.certificates), ZERO)

    @property
    def dual(self) -> tuple[Vector, ...]:
        """V in rational columns, one an output."""
        return tuple(column for one in self.certificates for column in one.duals)


def train_outputs(
    problem: TrainingProblem, *, max_chambers: int = MAX_CHAMBERS, effort: Effort = WHOLE
) -> OutputsProof:
    """The global optimum with several outputs, and its proof.

    Args:
        problem: of any number of outputs.
        max_chambers: refuse arrangements with more chambers before starting, where these are gone through.
        effort: limits of the whole job; programs share the time.

    Raises:
        InputError: outputs share neurons, with terms that :meth:`TrainingProblem.require_shared` refuses.
        TooLargeError: the arrangement has more chambers than ``max_chambers``.

    Example:
        >>> X, Y = [[1, 0], [0, 1]], [[3, 4], [0, 0]]
        >>> apart = train_outputs(TrainingProblem(X, Y, beta=1))  # 3 - 1/2 + 4 - 1/2
        >>> shared = train_outputs(TrainingProblem(X, Y, beta=1, coupling="2-norm"))  # 5 - 1/2
        >>> apart.lower <= 6 <= apart.upper, shared.lower <= Fraction(9, 2) <= shared.upper
        (True, True)
    """
    if not is_searched(problem):
        require_feasible(problem.arrangement, max_chambers)
    solutions, certificates = list[Solution](), list[Certificate]()
    for one, part in zip(problem.programs, effort.shares(len(problem.programs)), strict=True):
        solutions.append(train(one, max_chambers=max_chambers, effort=part))
        certificates.append(certify(one, solutions[-1], max_chambers=max_chambers, effort=part))
    return OutputsProof(side_by_side([solution.network for solution in solutions]), tuple(certificates))


def check_outputs(problem: TrainingProblem, proof: OutputsProof) -> Verdict:
    """Verify a proof by the independent checker: the certificate of each program, and that the network is
    theirs.

    Args:
        problem: the problem.
        proof: from :func:`train_outputs`, or from anywhere.

    Returns:
        The verdict on the whole interval.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [[3, 1], [2, 0]], beta=1)
        >>> check_outputs(problem, train_outputs(problem)).proven
        True
    """
    if problem.shares:
        problem.require_shared()
    programs, verdicts = problem.programs, list[Verdict]()
    if len(proof.certificates) != len(programs):
        return Verdict(False, f"{len(proof.certificates)} certificates for {len(programs)} outputs")
    try:
        judged(problem, proof.network)
    except InputError as reason:
        return Verdict(False, str(reason))
    for k, (one, certificate) in enumerate(zip(programs, proof.certificates, strict=True)):
        verdicts.append(check(one, certificate))
        if not verdicts[-1].proven:
            told = verdicts[-1].reason
            return Verdict(False, told if len(programs) == 1 else f"output {k}: {told}")
    if not _is_proven(problem, proof):
        return Verdict(False, "the network is not the one that the certificates prove")
    return Verdict(True, "", proof.lower, proof.upper)


def _is_proven(problem: TrainingProblem, proof: OutputsProof) -> bool:
    """Whether the network is that of the certificates, side by side; balanced, where they have neurons of
    norm 1."""
    parts = [_network(*one) for one in zip(problem.programs, proof.certificates, strict=True)]
    if problem.penalty.polyhedral:
        parts = [balanced(part) for part in parts]
    own, proven = proof.network, side_by_side(parts)
    names = ("hidden", "output", "intercept", "linear")
    return all(np.array_equal(getattr(own, name), getattr(proven, name)) for name in names)


def _network(problem: TrainingProblem, certificate: Certificate) -> TwoLayerNetwork:
    """The network of a certificate in floats."""
    hidden, output, skip = certificate.network_hidden, certificate.network_output, certificate.network_skip
    if problem.shares:
        constants: Any = [own[0] for own in skip] or [ZERO] * len(problem.targets)
        return RationalNetwork(hidden, output, constants).floats(problem.kappa, problem.d)
    intercept, linear = (skip[0], skip[1:]) if problem.free.intercept else (ZERO, skip)
    return RationalNetwork(hidden, output, intercept, linear).floats(problem.kappa, problem.d)
