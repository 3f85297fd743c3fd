"""Statement 2.6: from which weight decay on the zero network is optimal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import dot

from ..certificates.certificate import check as check_certificate
from ..exact.norms import dual_norm_squared, gradient, maximum, root_above, root_below
from ..networks.objective import activated
from ..problem import TrainingProblem
from .bounds import exact_certificate, network_objective
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Threshold:
    """A problem (its beta plays no part), and what is claimed to be ``beta_max^2``."""

    problem: TrainingProblem
    square: Fraction


def threshold(problem: TrainingProblem) -> Threshold:
    """The claim of the statement: ``beta_max = norm_dual(y)``."""
    return Threshold(problem, dual_norm_squared(problem, problem.y))


def group_lasso_guess(problem: TrainingProblem) -> Fraction:
    """``max_i norm(X' D_i y)^2``: what the cones are forgotten in."""
    chambers = problem.arrangement.chambers().signs.tolist()
    gradients = [gradient(problem, signs, problem.y) for signs in chambers]
    return max(dot(c, c) for c in gradients)


@all_hold
def check(instance: Threshold) -> Iterator[Outcome]:
    """Zero is proven optimal at the claimed threshold, and beaten by a network just below it."""
    problem, y = instance.problem, instance.problem.y
    half = dot(y, y) / 2
    yield at_least(group_lasso_guess(problem), instance.square, "the guess of the group Lasso >= beta_max^2")
    above = problem.with_beta(root_above(instance.square) or 1)
    verdict = check_certificate(above, exact_certificate(above, y, []))
    yield that(verdict.proven, f"zero is not optimal at the threshold: {verdict.reason}")
    yield that(verdict.lower == verdict.upper == half, "the bounds do not meet at 1/2 norm(y)^2")
    if instance.square:
        below = problem.with_beta(root_below(instance.square) * Fraction(99, 100))
        value = small_network(below)
        yield at_least(half, value, "a network beats zero just below the threshold")
        yield that(value < half, "no small network beats zero just below the threshold")
    yield equal(dual_norm_squared(problem, y), instance.square, "beta_max^2")


def small_network(problem: TrainingProblem) -> Fraction:
    """The objective of one rational neuron along the maximiser of the dual norm of y.

    With ``w = a u``, ``alpha = +-a r`` and ``r >= norm(u)`` the objective is at most ``1/2 norm(y)^2 - A r
    (norm(u)^2 - beta r) + 1/2 (A r norm(phi(Xu)))^2``, ``A = a^2``; the best A is taken, its root rounded.
    """
    found = maximum(problem, problem.y)
    r = root_above(found.square)
    atom = activated(problem, found.direction)
    best = (found.square - problem.beta * r) / (r * dot(atom, atom))
    a = root_below(max(best, Fraction(0)))
    hidden = tuple(a * x for x in found.direction)
    return network_objective(problem, [hidden], [found.sign * a * r])


def fixed() -> Iterator[Threshold]:
    """One problem a degeneracy; y = 0; a y that no neuron sees."""
    yield from map(threshold, degenerate_problems())
    yield threshold(TrainingProblem([[1, 2], [2, 1]], [0, 0], 1))
    yield threshold(TrainingProblem([[0, 0], [1, 2]], [2, 0], 1, "leaky:0.1"))


def control() -> Threshold:
    """The guess of the group Lasso, which forgets the cones."""
    problem = degenerate_problems()[0]
    return Threshold(problem, group_lasso_guess(problem))


THEOREM = Theorem(
    id="2.6",
    name="zero network",
    statement=(
        "The zero network is optimal if and only if beta >= beta_max = norm_dual(y) = "
        "max_i norm(Proj_{C_i}(+-X'D_i y)); max_i norm(X'D_i y) is only an upper bound."
    ),
    source="Ergen and Pilanci 2025, corollary on the critical regularisation; projections derived",
    note="2.6-zero-network.md",
    fixed=fixed,
    draw=lambda rng: threshold(random_problem(rng)),
    check=check,
    false_claim="beta_max is the longest gradient, as it would be in a group Lasso",
    control=control,
)
