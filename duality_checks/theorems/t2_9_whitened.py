"""Statement 2.9: whitened data has a closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import dual_norm_squared, root_above, root_below
from ..problem import TrainingProblem
from .bounds import dual_objective, dual_slack, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal
from .rationals import random_orthonormal_rows, random_unit_vector
from .samples import random_rationals


@dataclass(frozen=True, slots=True)
class Whitened:
    """A ReLU problem with ``X X' = I``, a vector v, and what is claimed to be its squared dual norm."""

    problem: TrainingProblem
    v: Vector
    square: Fraction


def part(v: Vector, sign: int) -> Vector:
    """``v_+`` or ``v_-``, the absolute values of the entries of that sign.

    Example:
        >>> part((Fraction(2), Fraction(-3)), -1)
        (Fraction(0, 1), Fraction(3, 1))
    """
    return tuple(max(sign * x, Fraction(0)) for x in v)


def split(problem: TrainingProblem, v: Vector) -> Whitened:
    """The claim of the statement: ``norm_dual(v) = max(norm(v_+), norm(v_-))``."""
    return Whitened(problem, tuple(v), max(dot(part(v, sign), part(v, sign)) for sign in (1, -1)))


def closed_form(problem: TrainingProblem, root: str) -> Fraction:
    """The closed form of p*, from above or from below by the way its square roots are rounded.

    Args:
        problem: whitened.
        root: "below" or "above".

    Example:
        >>> closed_form(TrainingProblem([[1, 0], [0, 1]], [3, 4], 1), "below")
        Fraction(9, 2)
    """
    take = {"below": root_below, "above": root_above}[root]
    total, beta = Fraction(0), problem.beta
    for sign in (1, -1):
        y = part(problem.y, sign)
        square = dot(y, y)
        total += beta * take(square) - beta**2 / 2 if square > beta**2 else square / 2
    return total


@all_hold
def check(instance: Whitened) -> Iterator[Outcome]:
    """Compare with the projections onto all chambers, and with the certified optimum."""
    problem = instance.problem
    yield equal(dual_norm_squared(problem, instance.v), instance.square, "norm_dual(v)^2")
    low, high = closed_form(problem, "below"), closed_form(problem, "above")
    found = proven_interval(problem)
    yield at_least(found.upper, low, "closed form <= upper")
    yield at_least(high, found.lower, "lower <= closed form")
    if low == high:
        # Rational norms: the dual point min(1, beta/norm(y_s)) y_s is rational, and the gap exactly zero.
        yield at_least(dual_slack(problem, optimal_dual(problem)), 0, "the dual point is feasible")
        yield equal(dual_objective(problem, optimal_dual(problem)), low, "dual value = closed form")


def optimal_dual(problem: TrainingProblem) -> Vector:
    """``v = min(1, beta / norm(y_s)) y_s`` on each sign s of y; exact when the norms are rational."""
    v = [Fraction(0)] * problem.n
    for sign in (1, -1):
        y = part(problem.y, sign)
        norm = root_below(dot(y, y))
        factor = min(Fraction(1), problem.beta / norm) if norm else Fraction(1)
        v = [a + factor * sign * b for a, b in zip(v, y, strict=True)]
    return tuple(v)


def draw(rng: np.random.Generator) -> Whitened:
    """Rational orthonormal rows, and a target whose two parts have rational norms, or any target."""
    n = int(rng.integers(1, 4))
    X = random_orthonormal_rows(rng, n, n + int(rng.integers(2)) if n > 1 else 2)
    y = [Fraction(int(rng.integers(1, 5))) * abs(x) for x in random_unit_vector(rng, n)]
    problem = TrainingProblem(X, y, Fraction(int(rng.integers(1, 9)), 4))
    if rng.integers(2):
        problem = TrainingProblem(X, random_rationals(rng, n), problem.beta)
    return split(problem, tuple(random_rationals(rng, n)))


def fixed() -> Iterator[Whitened]:
    """The 3-4-5 triangle on both signs; entries of zero; rows that are orthonormal in three dimensions."""
    axes = np.eye(4, dtype=int).tolist()
    both = TrainingProblem(axes, [3, 4, -6, -8], 2)
    yield split(both, both.y)
    yield split(TrainingProblem(axes[:2], [0, -2], 3), (Fraction(0), Fraction(0)))
    tilted = [["1/3", "2/3", "2/3"], ["2/3", "1/3", "-2/3"]]
    yield split(TrainingProblem(tilted, [1, -2], "1/2"), (Fraction(1), Fraction(2)))


def control() -> Whitened:
    """The length of all of v, as if a single neuron could serve both signs."""
    honest = next(iter(fixed()))
    return Whitened(honest.problem, honest.v, dot(honest.v, honest.v))


THEOREM = Theorem(
    id="2.9",
    name="whitened data",
    statement=(
        "If X X' = I and phi is the ReLU, norm_dual(v) = max(norm(v_+), norm(v_-)), and p* is the sum over "
        "both signs of beta norm(y_s) - beta^2/2 if norm(y_s) > beta, else 1/2 norm(y_s)^2."
    ),
    source="derived; compare Ergen and Pilanci 2021 on whitened data",
    note="2.9-whitened.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the dual norm is the length of v, both signs together",
    control=control,
)
