"""Statement 4.3: training on data of lower rank."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import dot

from ..approximation.low_rank import (
    LowRank,
    lipschitz_ratio,
    prior_bounds,
    reduce_rank,
    squared_loss_bound,
    transfer,
)
from ..certificates.certificate import Certificate
from ..exact.norms import dual_norm_squared, root_above
from ..exact.setting import Setting
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from .bounds import proven
from .catalogue import Outcome, Theorem, all_of, at_least
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Reduction:
    """A problem, its reduction to a lower rank, and the distance that is claimed for it."""

    pair: LowRank


def check(instance: Reduction) -> Outcome:
    """Solve both problems with certificates, and compare in both directions."""
    return all_of(_comparisons(instance.pair))


def _comparisons(pair: LowRank) -> Iterator[Outcome]:
    solved = [proven(problem) for problem in (pair.original, pair.problem)]
    problems = (pair.original, pair.problem)
    for here in (0, 1):
        there = 1 - here
        proof, other = solved[here], solved[there]
        bounds = prior_bounds(pair, proof.upper, proof.dual)
        name = ("X", "Z")[here]
        yield at_least(bounds.dual_ratio * other.upper, proof.lower, f"p*({name}) <= ratio * the other p*")
        reach = dual_norm_squared(problems[there], proof.dual)
        limit = pair.original.beta + pair.shift * root_above(dot(proof.dual, proof.dual))
        yield at_least(limit**2, reach, f"norm_dual of the dual of {name}, on the other matrix")
        yield at_least(bounds.squared, other.lower, f"b(p*({name})) >= the other p*")
        yield from _of_the_network(pair, problems, proof, here)
    moved = transfer(pair, _network(solved[1]), solved[1].dual, pair.original.beta)
    yield at_least(solved[0].upper, moved.lower, "p*(X) >= transferred lower bound")
    yield at_least(moved.upper, solved[0].lower, "transferred upper bound >= p*(X)")
    yield at_least(pair.distance, pair.sigma.lower, "norm(X - Z) >= sigma_(k+1)")


def _of_the_network(
    pair: LowRank, problems: tuple[TrainingProblem, ...], proof: Certificate, here: int
) -> Iterator[Outcome]:
    """The same network on both matrices: squared loss by b(q), l1 loss with its constant sqrt(n)."""
    network, beta = _network(proof), pair.original.beta
    there = Setting.of(problems[1 - here])
    most = squared_loss_bound(proof.upper, pair.shift, beta)
    yield at_least(most, there.objective(network), "objective on the other matrix <= b(objective)")
    constant = root_above(Fraction(pair.original.n))
    ratio = root_above(lipschitz_ratio(pair.shift, beta, constant))
    absolute = [_absolute_objective(Setting.of(problem), network) for problem in problems]
    yield at_least(ratio * absolute[here], absolute[1 - here], "l1 objective on the other matrix")


def _absolute_objective(setting: Setting, network: RationalNetwork) -> Fraction:
    residual = setting.residual(network)
    squares = setting.objective(network) - dot(residual, residual) / 2
    return squares + sum(map(abs, residual), Fraction(0))


def _network(proof: Certificate) -> RationalNetwork:
    return RationalNetwork(proof.network_hidden, proof.network_output)


def reduced(problem: TrainingProblem, rank: int) -> Reduction:
    """The claim of the statement."""
    return Reduction(reduce_rank(problem, rank))


def draw(rng: np.random.Generator) -> Reduction:
    """A random problem at a random lower rank."""
    problem = random_problem(rng, most=4)
    return reduced(problem, int(rng.integers(1, min(problem.X.shape) + 1)))


def fixed() -> Iterator[Reduction]:
    """One problem a degeneracy, to rank 1; a tiny second singular value; no reduction at all."""
    for problem in degenerate_problems()[:3]:
        yield reduced(problem, 1)
    yield reduced(TrainingProblem([[4, 0], [0, "1/1024"], [4, "1/512"]], [1, 2, 3], "1/2"), 1)
    yield reduced(TrainingProblem([[1, 2], [2, 4]], [1, -1], "1/2"), 1)


def control() -> Reduction:
    """The second direction dropped as if it cost nothing."""
    pair = reduce_rank(TrainingProblem([[4, 0], [0, 3]], [1, 5], "1/2"), 1)
    return Reduction(LowRank(pair.original, pair.problem, pair.rank, pair.sigma, Fraction(0)))


THEOREM = Theorem(
    id="4.3",
    name="low rank",
    statement=(
        "With s = L norm(X - Z)_2: p*(Z) <= (1 + s norm(v_Z)/beta) p*(X), and with X and Z exchanged; a "
        "network's objective rises to at most b(q) (squared loss) or 1 + G s/beta times (G-Lipschitz loss)."
    ),
    source="Ergen and Pilanci 2025 (Lipschitz losses); derived for the squared loss",
    note="4.3-low-rank.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="dropping singular values costs nothing",
    control=control,
)
