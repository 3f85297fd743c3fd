"""Statement 2.14: biases and an output intercept that are not penalised.

Two proofs of one number: the program over all (chamber, sign) pairs in rationals, and the certificate of a
training that prices neurons at the kinks of the data alone, judged by the independent checker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import dot

from ..certificates.certificate import check as judge
from ..certificates.certifying import certify
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..stationary_points.blocks import chamber_blocks
from ..stationary_points.escape import problem_of
from ..stationary_points.restricted import RestrictedCertificate
from ..stationary_points.solver import restricted_optimum
from ..training.columns import train
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate, random_rationals

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class FreeBiases:
    """A certificate for the program over all pairs with free biases, and networks to hold it against."""

    certificate: RestrictedCertificate
    networks: tuple[RationalNetwork, ...]


def certified(problem: TrainingProblem, networks: tuple[RationalNetwork, ...] = ()) -> FreeBiases:
    """The program over all pairs, solved and certified."""
    setting = Setting.with_free_biases(problem)
    mean = sum(problem.y, Fraction(0)) / problem.n
    constant = RationalNetwork((), (), mean)
    return FreeBiases(restricted_optimum(setting, chamber_blocks(setting)), (constant, *networks))


@all_hold
def check(instance: FreeBiases) -> Iterator[Outcome]:
    """Verify the certificate, and hold its lower bound against other networks."""
    proof = instance.certificate
    yield that(sum(proof.dual, Fraction(0)) == 0, "1'v is not zero, so the intercept makes the bound false")
    finding = proof.check()
    yield that(finding.holds, f"the certificate is refused: {finding.reason}")
    problem, _ = problem_of(proof.setting)
    kinks = certify(problem, train(problem))
    verdict = judge(problem, kinks)
    yield that(verdict.proven, f"the checker refuses the certificate from the kinks: {verdict.reason}")
    yield at_least(proof.upper, kinks.lower, "upper bound over the pairs, against the kinks")
    yield at_least(kinks.upper, proof.lower, "upper bound from the kinks, against the pairs")
    for network in instance.networks:
        yield at_least(proof.setting.objective(network), proof.lower, "objective of another network")
    scale = 1 + float(dot(proof.setting.y, proof.setting.y))
    yield equal(float(proof.lower), float(proof.upper), "bounds", TOLERANCE * scale)


def draw(rng: np.random.Generator) -> FreeBiases:
    """One or two features, often degenerate, and networks of integers with biases and intercepts."""
    n, d = int(rng.integers(2, 6)), int(rng.integers(1, 3))
    rows = rng.integers(-3, 4, (n, d)).tolist()
    rows = degenerate(rng, rows if any(map(any, rows)) else [[1] * d, *rows[1:]])
    problem = TrainingProblem(rows, random_rationals(rng, n), "1/4")
    networks = tuple(
        RationalNetwork(rng.integers(-1, 2, (2, d + 1)).tolist(), [1, -1], int(rng.integers(-1, 2)))
        for _ in range(5)
    )
    return certified(problem, networks)


def fixed() -> Iterator[FreeBiases]:
    """Three points on a line, and two samples at one place."""
    yield certified(TrainingProblem([[0], [1], [3]], [1, 0, 2], "1/8"))
    yield certified(TrainingProblem([[1], [1], [2]], [0, 2, 5], "1/2"))


def control() -> FreeBiases:
    """A dual vector that does not sum to zero, with the better bound that it would prove."""
    honest = certified(TrainingProblem([[0], [1], [3]], [1, 0, 2], "1/8"))
    v = tuple(value + Fraction(1, 10) for value in honest.certificate.dual)
    lower = dot(v, honest.certificate.setting.y) - dot(v, v) / 2
    return replace(honest, certificate=replace(honest.certificate, dual=v, lower=lower))


THEOREM = Theorem(
    id="2.14",
    name="free biases",
    statement=(
        "With unpenalised biases and an output intercept, v proves p* >= v'y - 1/2 v'v if 1'v = 0 and every "
        "chamber has multipliers that cancel the bias coordinate of X'Dv and leave at most beta of the "
        "others; all neurons may have their kinks at samples."
    ),
    source="derived",
    note="2.14-free-biases.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="a dual vector need not sum to zero",
    control=control,
)
