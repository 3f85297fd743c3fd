"""Statement 4.4: the gated relaxation is a lower bound, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact import signs
from hyperplane_arrangements.exact.rational import dot

from ..approximation.gated import Gated, gated_relaxation
from ..exact.norms import gradient, root_above
from ..problem import TrainingProblem
from .bounds import dual_objective, proven
from .catalogue import Outcome, Theorem, all_hold, at_least, equal
from .samples import degenerate_problems, random_problem

# Enough that the rounding of a root is below any difference of squares of floats.
ROOT_BITS = 800


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A problem with its gated relaxation, and how many times p_gated is claimed to reach p*.

    Attributes:
        problem: the problem.
        gated: the relaxation.
        factor: the claim `factor * p_gated >= p*` is checked too; None claims nothing of the sort.
    """

    problem: TrainingProblem
    gated: Gated
    factor: Fraction | None = None


@all_hold
def check(instance: Relaxation) -> Iterator[Outcome]:
    """The dual over all gates, the gates of an optimal network, and the two values."""
    problem, gated = instance.problem, instance.gated
    for row in problem.arrangement.chambers().signs.tolist():
        c = gradient(problem, row, gated.dual)
        yield at_least(problem.beta**2, dot(c, c), "norm(X'D_i v) <= beta")
    yield equal(gated.lower, dual_objective(problem, gated.dual), "the gated lower bound")
    yield at_least(gated.upper, gated.lower, "gated primal >= gated dual")
    proof = proven(problem)
    yield at_least(proof.upper, gated.lower, "p* >= p_gated")
    relaxed = relaxed_objective(problem, proof.network_hidden, proof.network_output)
    yield at_least(proof.upper, relaxed, "a network's gates cost no more than the network")
    if instance.factor is not None:
        yield at_least(instance.factor * gated.upper, proof.lower, f"{instance.factor} p_gated >= p*")


def relaxed_objective(
    problem: TrainingProblem,
    hidden: tuple[tuple[Fraction, ...], ...],
    output: tuple[Fraction, ...],
) -> Fraction:
    """The gated objective of a network: neuron j opens the gate of a chamber around it, with `v = alpha_j
    w_j`.

    Example:
        >>> half = Fraction(1, 2)
        >>> relaxed_objective(TrainingProblem([[1]], [1], beta=1), ((half,),), (half,))
        Fraction(17, 32)
    """
    left, size = list(problem.y), Fraction(0)
    table = problem.arrangement.chambers().signs
    for w, alpha in zip(hidden, output, strict=True):
        at = signs(problem.X, [w])[0]
        chamber = table[((table == at) | (at == 0)).all(axis=1).argmax()].tolist()
        size += root_above(alpha * alpha * dot(w, w), ROOT_BITS)
        for k, (sign, row) in enumerate(zip(chamber, problem.X.fractions, strict=True)):
            left[k] -= (1 if sign > 0 else problem.kappa) * alpha * dot(row, w)
    return dot(left, left) / 2 + problem.beta * size


def relaxed(problem: TrainingProblem) -> Relaxation:
    """The claim of the statement."""
    return Relaxation(problem, gated_relaxation(problem))


def draw(rng: np.random.Generator) -> Relaxation:
    """A random problem."""
    return relaxed(random_problem(rng))


def fixed() -> Iterator[Relaxation]:
    """One problem a degeneracy; one where nothing is lost."""
    yield from map(relaxed, degenerate_problems())
    yield relaxed(TrainingProblem([[1], [-1]], [3, 2], 1))


def loose() -> TrainingProblem:
    """A problem whose relaxation is well below it: the middle target is against the slope."""
    return TrainingProblem([[1, 1], [2, 1], [3, 1], [4, 1]], [1, -1, 1, -1], "1/8")


def control() -> Relaxation:
    """The relaxation taken for the program itself."""
    honest = relaxed(loose())
    return Relaxation(honest.problem, honest.gated, Fraction(1))


THEOREM = Theorem(
    id="4.4",
    name="gated relaxation",
    statement="Without the cone constraints the program has a value p_gated <= p*, which may be far below.",
    source="Ergen and Pilanci 2025; the looseness is measured here",
    note="4.4-gated-relaxation.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the gated relaxation has the same optimum",
    control=control,
)
