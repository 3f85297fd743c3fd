"""Bounds on p* that the statements compare with: proven by the independent checker, or exactly equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector

from ..certificates.certificate import Certificate, check
from ..certificates.certifying import certify
from ..checker import Chamber, dual_value, objective, read_problem
from ..exact.norms import dual_norm_squared, gradient, project
from ..problem import TrainingProblem
from ..training.columns import train


@dataclass(frozen=True, slots=True)
class Interval:
    """``lower <= p* <= upper``, proven by the checker, and the width of a network that attains ``upper``."""

    lower: Fraction
    upper: Fraction
    width: int

    @property
    def relative_gap(self) -> Fraction:
        """``(upper - lower) / upper``, 0 when both are 0."""
        return (self.upper - self.lower) / self.upper if self.upper else Fraction(0)


def proven(problem: TrainingProblem) -> Certificate:
    """Train, certify, and let the independent checker decide.

    Raises:
        Refusal: the checker refuses the certificate.
    """
    certificate = certify(problem, train(problem))
    check(problem, certificate).require()
    return certificate


def proven_interval(problem: TrainingProblem) -> Interval:
    """What is :func:`proven`, in three numbers.

    Example:
        >>> found = proven_interval(TrainingProblem([[1], [-1]], [3, 2], beta=1))
        >>> found.lower <= 4 <= found.upper, found.width
        (True, 2)
    """
    certificate = proven(problem)
    return Interval(certificate.lower, certificate.upper, len(certificate.network_output))


def network_objective(
    problem: TrainingProblem, hidden: Sequence[Sequence[Fraction]], output: Sequence[Fraction]
) -> Fraction:
    """The objective of a network with rational weights, as the checker computes it.

    Example:
        >>> half = Fraction(1, 2)
        >>> network_objective(TrainingProblem([[1]], [1], beta=1), [[half]], [half])
        Fraction(17, 32)
    """
    return objective(read_problem(problem.to_json()), hidden, output)


def dual_objective(problem: TrainingProblem, v: Vector) -> Fraction:
    """``v'y - 1/2 v'v`` exactly: at most p* if ``norm_dual(v) <= beta``."""
    return dual_value(read_problem(problem.to_json()), v)


def dual_slack(problem: TrainingProblem, v: Vector) -> Fraction:
    """``beta^2 - norm_dual(v)^2`` exactly: v is feasible if it is nonnegative."""
    return problem.beta**2 - dual_norm_squared(problem, v)


def exact_certificate(
    problem: TrainingProblem, v: Vector, network: Sequence[tuple[Vector, Fraction]]
) -> Certificate:
    """A certificate for a rational dual and a rational network, with the exact multipliers of statement 2.3.

    Args:
        problem: the problem.
        v: length n; the checker refuses it unless it is feasible.
        network: pairs (w_j, alpha_j).

    Example:
        >>> problem = TrainingProblem([[1]], [1], beta=2)
        >>> print(check(problem, exact_certificate(problem, (Fraction(1),), [])))
        PROVEN 1/2 <= p* <= 1/2
    """
    stated = read_problem(problem.to_json())
    chambers = problem.arrangement.chambers()
    proofs = []
    for signs, witness in zip(chambers.signs.tolist(), chambers.witnesses.tolist(), strict=True):
        c = gradient(problem, signs, v)
        plus = project(problem.X.fractions, signs, c).multipliers
        minus = project(problem.X.fractions, signs, tuple(-x for x in c)).multipliers
        proofs.append(Chamber(_integers(witness), plus, minus))
    hidden, output = tuple(w for w, _ in network), tuple(alpha for _, alpha in network)
    return Certificate(
        problem=stated.digest,
        lower=dual_value(stated, v),
        upper=objective(stated, hidden, output),
        dual=tuple(v),
        network_hidden=hidden,
        network_output=output,
        chambers=tuple(proofs),
    )


def _integers(witness: Sequence[float]) -> tuple[int, ...]:
    exact = [Fraction(x) for x in witness]
    scale = max(x.denominator for x in exact)
    return tuple(int(x * scale) for x in exact)
