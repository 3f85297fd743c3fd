"""Statement 2.11: data of rank one has a closed form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import root_below
from ..problem import TrainingProblem
from .bounds import dual_objective, dual_slack, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, equal
from .rationals import random_unit_vector
from .samples import random_rationals


@dataclass(frozen=True, slots=True)
class RankOne:
    """``X = c a'`` with a rational ``norm(a)``, and the claimed weights ``t_+`` and ``t_-``.

    Attributes:
        c: length n.
        a: length d, of rational length.
        y: the target.
        beta: the weight decay.
        weights: t_s of the two neurons, s = + and -.
    """

    c: Vector
    a: Vector
    y: Vector
    beta: Fraction
    weights: tuple[Fraction, Fraction]


def parts(c: Vector) -> tuple[Vector, Vector]:
    """``c_+`` and ``c_-``, both nonnegative: ``c = c_+ - c_-``."""
    return tuple(max(x, Fraction(0)) for x in c), tuple(max(-x, Fraction(0)) for x in c)


def soft_threshold(z: Fraction, beta: Fraction) -> Fraction:
    """``S_beta(z) = sign(z) max(abs(z) - beta, 0)``.

    Example:
        >>> soft_threshold(Fraction(-3), Fraction(1))
        Fraction(-2, 1)
    """
    shrunk = max(abs(z) - beta, Fraction(0))
    return shrunk if z > 0 else -shrunk


def with_threshold(c: Vector, a: Vector, y: Vector, beta: Fraction, by: Fraction) -> RankOne:
    """The claim that the weights are soft thresholds by ``by``; the statement says that it is beta."""
    length = root_below(dot(a, a))
    weights = []
    for part in parts(c):
        square = length**2 * dot(part, part)
        weights.append(soft_threshold(length * dot(part, y), by) / square if square else Fraction(0))
    return RankOne(c, a, y, beta, (weights[0], weights[1]))


def closed_form(c: Vector, a: Vector, y: Vector, beta: Fraction) -> RankOne:
    """The claim of the statement."""
    return with_threshold(c, a, y, beta, beta)


@all_hold
def check(instance: RankOne) -> Iterator[Outcome]:
    """The claimed point and the dual ``y - f`` have the same value exactly, inside the certified interval."""
    c, a, y, beta = instance.c, instance.a, instance.y, instance.beta
    length = root_below(dot(a, a))
    yield equal(length**2, dot(a, a), "norm(a) is rational")
    problem = TrainingProblem([[x * z for z in a] for x in c], y, beta)
    fit = [Fraction(0)] * len(c)
    for t, part in zip(instance.weights, parts(c), strict=True):
        fit = [f + t * length * x for f, x in zip(fit, part, strict=True)]
    v = tuple(target - value for target, value in zip(y, fit, strict=True))
    value = dot(v, v) / 2 + beta * sum(map(abs, instance.weights))
    yield at_least(dual_slack(problem, v), 0, "norm_dual(y - f) <= beta")
    yield equal(dual_objective(problem, v), value, "dual value = value of the closed form")
    found = proven_interval(problem)
    yield at_least(found.upper, value, "closed form <= upper")
    yield at_least(value, found.lower, "lower <= closed form")


def draw(rng: np.random.Generator) -> RankOne:
    """Random c and y, a of rational length."""
    n, d = int(rng.integers(1, 6)), int(rng.integers(1, 4))
    scale = Fraction(int(rng.integers(1, 5)), 2)
    a = tuple(scale * x for x in random_unit_vector(rng, d))
    c = random_rationals(rng, n)
    c[0] = c[0] or Fraction(1)
    y = tuple(random_rationals(rng, n))
    return closed_form(tuple(c), a, y, Fraction(int(rng.integers(1, 9)), 4))


def fixed() -> Iterator[RankOne]:
    """Both parts active; a zero and repeated entries; all of one sign; nothing active."""
    a = (Fraction(3), Fraction(4))
    for c, y, beta in (
        ((1, -2, 3), (2, 1, -1), 1),
        ((0, 1, 1, -1), (5, 2, 2, -3), 2),
        ((1, 2), (1, -3), "1/2"),
        ((1, -1), (1, 1), 6),
    ):
        yield closed_form(tuple(map(Fraction, c)), a, tuple(map(Fraction, y)), Fraction(beta))


def control() -> RankOne:
    """The network's factor 1/2 left on beta: thresholds by beta/2."""
    honest = next(iter(fixed()))
    return with_threshold(honest.c, honest.a, honest.y, honest.beta, honest.beta / 2)


THEOREM = Theorem(
    id="2.11",
    name="rank one",
    statement=(
        "If X = c a' and phi is the ReLU, the optimum is f = sum_s t_s norm(a) c_s over the parts c_+ and "
        "c_- of c, with soft thresholds t_s = S_beta(norm(a) c_s'y) / (norm(a)^2 norm(c_s)^2)."
    ),
    source="derived; compare Ergen and Pilanci 2021 on rank-one data",
    note="2.11-rank-one.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the thresholds are beta/2, the factor of the network's objective",
    control=control,
)
