"""Statement 2.12: as the weight decay goes to zero, the network of least norm that fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import dot

from ..exact.judged import fit_of
from ..exact.norms import gradient, root_above
from ..exact.polyhedral import NORMS, UnboundedError, directions, optimum
from ..networks.objective import activated
from ..optima.interpolation import LeastNorm, hard_margin, interpolate
from ..optima.least_norm import least_norm_fit, least_norm_margin
from ..optima.spanning import Reach, reach_margins, reach_targets
from ..problem import TrainingProblem
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_problems, random_problem

BETAS = (Fraction(1), Fraction(1, 10), Fraction(1, 1000))
GAP = Fraction(1, 10**8)


@dataclass(frozen=True, slots=True)
class Limit:
    """A problem (its beta plays no part), a polyhedral norm, and the claimed limit of ``p*(beta)/beta``.

    None is the claim that no network fits, so that ``p*(beta)/beta`` has no limit.
    """

    problem: TrainingProblem
    norm: str
    claimed: Fraction | None


def limit(problem: TrainingProblem, norm: str) -> Limit:
    """The claim of the statement."""
    try:
        return Limit(problem, norm, interpolate(problem, directions(problem, norm)).norm)
    except UnboundedError:
        return Limit(problem, norm, None)


@all_hold
def check(instance: Limit) -> Iterator[Outcome]:
    """The exact bounds on ``p*(beta)/beta`` that enforce the limit; the 2-norm; the hard margin."""
    problem, claimed = instance.problem, instance.claimed
    reach = reach_targets(problem)
    yield equal(bool(reach), claimed is not None, "the rank decides whether a network fits")
    yield from _witness(problem, reach)
    chosen = directions(problem, instance.norm)
    if claimed is not None:
        yield from _interpolation(instance, interpolate(problem, chosen), claimed)
        yield from _with_the_two_norm(problem, chosen)
    yield from _hard_margin(problem, chosen)


def _witness(problem: TrainingProblem, reach: Reach) -> Iterator[Outcome]:
    if reach.network is not None:
        yield that(fit_of(problem, reach.network) == problem.y, "the witness does not fit")
        return
    assert reach.obstruction is not None
    yield that(dot(reach.obstruction, problem.y) != 0, "the obstruction does not see the targets")
    yield from _annihilates(problem, reach.obstruction)


def _annihilates(problem: TrainingProblem, z: tuple[Fraction, ...]) -> Iterator[Outcome]:
    for signs in problem.arrangement.chambers().signs.tolist():
        yield that(not any(gradient(problem, signs, z)), "z'DX is not zero on some chamber")


def _interpolation(instance: Limit, found: LeastNorm, claimed: Fraction) -> Iterator[Outcome]:
    problem = instance.problem
    yield that(found.fit == problem.y, "the network does not fit")
    yield equal(found.norm, dot(found.dual, problem.y), "primal = dual")
    before = None
    for beta in BETAS:
        ratio = optimum(problem.with_beta(beta), instance.norm).upper / beta
        yield at_least(claimed, ratio, "p*(beta)/beta <= the limit")
        yield at_least(
            ratio, claimed - beta / 2 * dot(found.dual, found.dual), "p*(beta)/beta >= limit - O(beta)"
        )
        if before is not None:
            yield at_least(ratio, before, "p*(beta)/beta grows as beta falls")
        before = ratio


def _with_the_two_norm(
    problem: TrainingProblem, chosen: tuple[tuple[Fraction, ...], ...]
) -> Iterator[Outcome]:
    costs = [root_above(dot(u, u)) for u in chosen]
    network = interpolate(problem, chosen, costs)
    above, below = (proven_interval(problem.with_beta(beta)) for beta in (BETAS[0], BETAS[1]))
    yield at_least(network.norm, below.lower / BETAS[1], "2-norm: p*(beta)/beta <= norm of a fit")
    yield at_least(
        below.upper / BETAS[1], above.lower / BETAS[0], "2-norm: p*(beta)/beta grows as beta falls"
    )
    found = least_norm_fit(problem)
    yield that(fit_of(problem, found.network) == problem.y, "2-norm: the network does not fit")
    yield at_least(found.upper, found.lower, "2-norm: the interval of the least norm")
    yield at_least(GAP * found.upper, found.upper - found.lower, "2-norm: the interval is narrow")
    yield at_least(found.upper, below.lower / BETAS[1], "2-norm: p*(beta)/beta <= the least norm")
    least = found.lower - BETAS[1] / 2 * dot(found.dual, found.dual)
    yield at_least(below.upper / BETAS[1], least, "2-norm: p*(beta)/beta >= the least norm - O(beta)")


def _hard_margin(problem: TrainingProblem, chosen: tuple[tuple[Fraction, ...], ...]) -> Iterator[Outcome]:
    labels = [Fraction(1 if value > 0 else -1) for value in problem.y]
    labelled = TrainingProblem(problem.X, labels, problem.beta, problem.kappa)
    reach = reach_margins(labelled)
    try:
        found = hard_margin(labelled, chosen)
    except UnboundedError:
        yield that(reach.obstruction is not None, "a network is claimed to separate what none separates")
        yield from _annihilates(problem, reach.obstruction or problem.y)
        return
    yield that(bool(reach), "no network is claimed to separate what one separates")
    yield from _margin_with_the_two_norm(labelled)
    yield equal(found.norm, dot(found.dual, labels), "hard margin: primal = dual")
    for label, value, v in zip(labels, found.fit, found.dual, strict=True):
        yield at_least(label * value, 1, "hard margin: y f >= 1")
        yield at_least(label * v, 0, "hard margin: y v >= 0")
    for u in chosen:
        yield at_least(
            1,
            abs(dot(activated(problem, u), found.dual)),
            "hard margin: the dual is feasible",
        )


def _margin_with_the_two_norm(problem: TrainingProblem) -> Iterator[Outcome]:
    found = least_norm_margin(problem)
    for label, value, v in zip(problem.y, fit_of(problem, found.network), found.dual, strict=True):
        yield at_least(label * value, 1, "2-norm, hard margin: y f >= 1")
        yield at_least(label * v, 0, "2-norm, hard margin: y v >= 0")
    yield at_least(
        GAP * found.upper, found.upper - found.lower, "2-norm, hard margin: the interval is narrow"
    )


def draw(rng: np.random.Generator) -> Limit:
    """A random problem and a norm; repeated rows with different targets cannot be fitted."""
    return limit(random_problem(rng, most=4), str(rng.choice(NORMS)))


def fixed() -> Iterator[Limit]:
    """One problem a degeneracy, some of which no network fits."""
    for index, problem in enumerate(degenerate_problems()):
        yield limit(problem, NORMS[index % 2])


def control() -> Limit:
    """The limit halved: the network's factor 1/2 once more."""
    honest = limit(TrainingProblem([[1], [-1]], [3, 2], 1), "1-norm")
    assert honest.claimed is not None
    return Limit(honest.problem, honest.norm, honest.claimed / 2)


THEOREM = Theorem(
    id="2.12",
    name="interpolation and margin",
    statement=(
        "As beta -> 0, p*(beta)/beta grows to the least norm of a network with f = y, which is max v'y over "
        "norm_dual(v) <= 1, if there is one, as a rank decides; with y_k f_k >= 1 and y_k v_k >= 0 likewise."
    ),
    source="Ergen and Pilanci 2025; Ergen and Pilanci 2021 on convex geometry of two-layer networks",
    note="2.12-interpolation.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the limit of p*(beta)/beta is half the least norm",
    control=control,
)
