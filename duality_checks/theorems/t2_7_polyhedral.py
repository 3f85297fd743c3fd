"""Statement 2.7: with a polyhedral norm the duality gap is exactly zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import combination

from ..exact.norms import gradient
from ..exact.polyhedral import (
    LOSSES,
    NORMS,
    Optimum,
    chamber_multipliers,
    dual_norm_of,
    norm_of,
    optimum,
)
from ..networks.objective import activated
from ..problem import TrainingProblem
from ..terms.losses import parse_loss
from .catalogue import Outcome, Theorem, all_hold, at_least, equal
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Polyhedral:
    """A problem with another norm and loss, and what is claimed to be its optimum."""

    problem: TrainingProblem
    norm: str
    loss: str
    claimed: Optimum


def solved(problem: TrainingProblem, norm: str, loss: str) -> Polyhedral:
    """The claim of the statement; for the hinge loss the targets become their signs."""
    if loss == "hinge":
        labels = [1 if value > 0 else -1 for value in problem.y]
        problem = TrainingProblem(problem.X, labels, problem.beta, problem.kappa)
    return Polyhedral(problem, norm, loss, optimum(problem, norm, loss))


@all_hold
def check(instance: Polyhedral) -> Iterator[Outcome]:
    """The network's value from the network, the dual's feasibility from multipliers, and their equality."""
    problem, norm, claimed = instance.problem, instance.norm, instance.claimed
    loss = parse_loss(instance.loss)
    for neuron in claimed.neurons:
        yield at_least(1, norm_of(neuron.direction, norm), "norm(u) <= 1")
    seen = [activated(problem, neuron.direction) for neuron in claimed.neurons]
    fit = combination([neuron.weight for neuron in claimed.neurons], seen, problem.n)
    penalty = sum((abs(neuron.weight) for neuron in claimed.neurons), Fraction(0))
    upper = loss.upper(fit, problem.y) + problem.beta * penalty
    for signs, sign, multipliers, _ in chamber_multipliers(problem, claimed.dual, norm):
        c = [sign * x for x in gradient(problem, signs, claimed.dual)]
        for k, value in multipliers.items():
            yield at_least(value, 0, "lambda >= 0")
            c = [a + value * signs[k] * x for a, x in zip(c, problem.X.fractions[k], strict=True)]
        yield at_least(problem.beta, dual_norm_of(c, norm), "the dual vector is feasible")
    lower = loss.lower(claimed.dual, problem.y)
    yield equal(upper, lower, "p* = d*")
    yield equal(claimed.upper, upper, "the claimed optimum")


def draw(rng: np.random.Generator) -> Polyhedral:
    """A random small problem, norm and loss."""
    problem = random_problem(rng, most=4)
    return solved(problem, str(rng.choice(NORMS)), str(rng.choice(LOSSES)))


def fixed() -> Iterator[Polyhedral]:
    """Every norm with every loss, on problems that are degenerate in turn."""
    problems = degenerate_problems()
    pairs = [(norm, loss) for norm in NORMS for loss in LOSSES]
    for index, (norm, loss) in enumerate(pairs):
        yield solved(problems[index % len(problems)], norm, loss)


def control() -> Polyhedral:
    """The optimum for half the weight decay, as if the program had the network's factor 1/2."""
    problem = degenerate_problems()[0]
    halved = solved(problem.with_beta(problem.beta / 2), "1-norm", "squared")
    return replace(halved, problem=problem)


THEOREM = Theorem(
    id="2.7",
    name="polyhedral norms",
    statement=(
        "With norm(w)_1 or norm(w)_inf and the squared, l1 or hinge loss, the optimum and a dual are "
        "rational, found by a linear program or a projection, and p* = d* exactly."
    ),
    source="derived",
    note="2.7-polyhedral-norms.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the optimum for beta/2 is the optimum for beta",
    control=control,
)
