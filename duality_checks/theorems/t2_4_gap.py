"""Statement 2.4: the gap between a network and a dual vector is a theorem about the instance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from ..certificates.certificate import Certificate
from ..certificates.certifying import certify
from ..checker import check_documents, objective, read_problem
from ..problem import TrainingProblem
from ..training.columns import train
from .catalogue import Outcome, Theorem, all_hold, at_least, that
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Claim:
    """A problem, a certificate that is meant to prove an interval for it, and a network as a witness.

    Attributes:
        problem: the text of the problem file.
        certificate: the text of the certificate file.
        width: the number of neurons of a network in integers, whose objective must not be below the interval.
    """

    problem: str
    certificate: str
    width: int = 2


def certified(problem: TrainingProblem) -> tuple[TrainingProblem, Certificate]:
    """Train, and certify what came out."""
    return problem, certify(problem, train(problem))


def claim(problem: TrainingProblem) -> Claim:
    """The claim of the statement, about the trained network and its dual."""
    _, certificate = certified(problem)
    return Claim(problem.to_json(), certificate.to_json())


@all_hold
def check(instance: Claim) -> Iterator[Outcome]:
    """Ask the independent checker, and hold the lower bound against the objectives of other networks."""
    verdict = check_documents(instance.problem, instance.certificate)
    yield that(verdict.proven, f"the checker refuses: {verdict.reason}")
    assert verdict.lower is not None and verdict.upper is not None
    yield at_least(verdict.upper, verdict.lower, "lower <= upper")
    stated = read_problem(instance.problem)
    for neurons in range(instance.width + 1):
        hidden = [[Fraction(1 + (j + k) % 2, 3) for k in range(len(stated.rows[0]))] for j in range(neurons)]
        value = objective(stated, hidden, [Fraction((-1) ** j, 2) for j in range(neurons)])
        yield at_least(value, verdict.lower, f"lower <= objective of a network of width {neurons}")


def fixed() -> Iterator[Claim]:
    """One problem a degeneracy."""
    return map(claim, degenerate_problems())


def control() -> Claim:
    """The dual vector raised by a thousandth, and the better bound that it would prove."""
    problem, honest = certified(degenerate_problems()[0])
    dual = tuple(value * Fraction(1001, 1000) for value in honest.dual)
    lower = sum(v * (y - v / 2) for v, y in zip(dual, problem.y, strict=True))
    forged = replace(honest, dual=dual, lower=Fraction(lower))
    return Claim(problem.to_json(), forged.to_json())


THEOREM = Theorem(
    id="2.4",
    name="proven gap",
    statement=(
        "The exact objective of a rational network is an upper bound on p*, and v'y - 1/2 v'v of a rational "
        "v that is feasible on every chamber of a complete list is a lower bound."
    ),
    source="derived from weak duality and statement 2.3",
    note="2.4-proven-gap.md",
    fixed=fixed,
    draw=lambda rng: claim(random_problem(rng)),
    check=check,
    false_claim="the dual vector times 1.001 is still feasible, and proves a better lower bound",
    control=control,
)
