"""Statement 2.1: strong duality, as soon as the network is wide enough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.exact.rational import dot

from ..networks.objective import activated
from ..problem import TrainingProblem
from .bounds import proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import degenerate_problems, random_problem

TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Duality:
    """A problem, and a number of neurons with which p* = d* is claimed."""

    problem: TrainingProblem
    width: int


def wide_enough(problem: TrainingProblem) -> Duality:
    """The claim of the statement: n + 1 neurons are enough."""
    return Duality(problem, problem.n + 1)


def best_single_neuron(problem: TrainingProblem) -> Fraction:
    """A lower bound on the objective of EVERY network of width 1, for one feature; exact at rational norms.

    One neuron with ``w = t * s``, s = +-1, sees one of two atoms ``p = phi(s X)``, and the best weight on an
    atom leaves ``1/2 norm(y)^2 - 1/2 max(abs(p'y) - beta, 0)^2 / norm(p)^2``.

    Args:
        problem: with a single column.

    Example:
        >>> best_single_neuron(TrainingProblem([[1], [-1]], [3, 2], beta=1))
        Fraction(9, 2)
    """
    gains = [Fraction(0)]
    for direction in (Fraction(1), Fraction(-1)):
        atom = activated(problem, [direction])
        if any(atom):
            excess = max(abs(dot(atom, problem.y)) - problem.beta, Fraction(0))
            gains.append(excess**2 / (2 * dot(atom, atom)))
    return dot(problem.y, problem.y) / 2 - max(gains)


@all_hold
def check(instance: Duality) -> Iterator[Outcome]:
    """Close the gap between a network of that width and a certified dual, or show that none can."""
    problem, width = instance.problem, instance.width
    found = proven_interval(problem)
    if found.width > width == 1 and problem.d == 1:
        best = best_single_neuron(problem)
        yield at_least(found.upper, best, f"p* = d* at width 1 (p* >= {best} there, d* <= upper)")
    yield that(found.width <= width, f"no network of width {width} was found, only {found.width}")
    yield equal(found.upper / _scale(found.upper), found.lower / _scale(found.upper), "p* = d*", TOLERANCE)
    yield that(found.width <= problem.n + 1, f"m* <= n + 1 fails: {found.width}")


def _scale(upper: Fraction) -> Fraction:
    return upper if upper else Fraction(1)


def two_sides() -> TrainingProblem:
    """Two samples that no neuron can see at once: m* = 2."""
    return TrainingProblem([[1], [-1]], [5, 2], 1)


def fixed() -> Iterator[Duality]:
    """One problem a degeneracy, with n + 1 neurons; and one with just m* = 2."""
    yield from map(wide_enough, degenerate_problems())
    yield Duality(two_sides(), 2)


def control() -> Duality:
    """The two-sided problem with a single neuron: 13/2 is the best it can do, and d* = 6."""
    return Duality(two_sides(), 1)


THEOREM = Theorem(
    id="2.1",
    name="strong duality",
    statement=(
        "With at least m* <= n + 1 neurons, p* = d* = the optimum of the convex program over all chambers."
    ),
    source="Ergen and Pilanci 2025, theorem 1; Pilanci and Ergen 2020",
    note="2.1-strong-duality.md",
    fixed=fixed,
    draw=lambda rng: wide_enough(random_problem(rng)),
    check=check,
    false_claim="one neuron is enough for two samples on opposite sides",
    control=control,
)
