"""Statement 2.13: as the slope goes to one, the linear model of least norm."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector, dot

from ..exact.norms import dual_norm_squared, root_above
from ..problem import TrainingProblem
from .bounds import dual_objective, proven_interval
from .catalogue import Outcome, Theorem, all_hold, at_least, refused
from .samples import degenerate_problems, random_problem, random_rationals

SLOPES = (Fraction(-1, 2), Fraction(1, 2), Fraction(9, 10), Fraction(99, 100))


@dataclass(frozen=True, slots=True)
class Linear:
    """A leaky problem, a vector v, weights w of a linear model, and a claimed bound on ``norm_dual(v)``."""

    problem: TrainingProblem
    v: Vector
    w: Vector
    bound: Fraction


def transposed_times(problem: TrainingProblem, v: Vector) -> Vector:
    """``X'v``."""
    return tuple(dot(column, v) for column in zip(*problem.X.fractions, strict=True))


def dual_bound(problem: TrainingProblem, v: Vector) -> Fraction:
    """``(1 + kappa)/2 norm(X'v) + (1 - kappa)/2 norm(X)_F norm(v)``, roots rounded up."""
    along = transposed_times(problem, v)
    frobenius = sum((dot(row, row) for row in problem.X.fractions), Fraction(0))
    linear, bend = root_above(dot(along, along)), root_above(frobenius * dot(v, v))
    return ((1 + problem.kappa) * linear + (1 - problem.kappa) * bend) / 2


def linear_model(problem: TrainingProblem) -> Vector:
    """A rational w near the minimiser of ``1/2 norm(Xw - y)^2 + beta norm(w)``; any w serves the claim."""
    turned, sizes, right = np.linalg.svd(problem.features, full_matrices=False)
    along, beta = turned.T @ problem.target, float(problem.beta)
    w = np.zeros(problem.d)
    if np.linalg.norm(sizes * along) > beta:
        # w = (X'X + mu)^-1 X'y where mu norm(w) = beta; the left side grows with mu, from 0 to norm(X'y).
        low, high = -700.0, 700.0
        for _ in range(100):
            middle = (low + high) / 2
            shrunk = sizes * along / (sizes**2 + np.exp(middle))
            low, high = (middle, high) if np.exp(middle) * np.linalg.norm(shrunk) < beta else (low, middle)
        w = right.T @ shrunk
    return tuple(Fraction(round(x * 2**30), 2**30) for x in w.tolist())


def near_linear(problem: TrainingProblem, kappa: Fraction, v: Vector | None = None) -> Linear:
    """The claim of the statement; v is the residual of the linear model if not given."""
    leaky = TrainingProblem(problem.X, problem.y, problem.beta, kappa)
    w = linear_model(leaky)
    if v is None:
        v = tuple(y - dot(row, w) for row, y in zip(leaky.X.fractions, leaky.y, strict=True))
    return Linear(leaky, v, w, dual_bound(leaky, v))


@all_hold
def check(instance: Linear) -> Iterator[Outcome]:
    """The dual norm is within the bound, and p* between the two bounds that it squeezes."""
    problem, v, w = instance.problem, instance.v, instance.w
    kappa, beta = problem.kappa, problem.beta
    if not -1 < kappa < 1:
        yield refused(f"kappa = {kappa} is not between -1 and 1")
    square = dual_norm_squared(problem, v)
    yield at_least(instance.bound**2, square, "norm_dual(v) <= the bound")
    found = proven_interval(problem)
    residual = [dot(row, w) - y for row, y in zip(problem.X.fractions, problem.y, strict=True)]
    # Xw = (phi(Xw) - phi(-Xw)) / (1 + kappa): two neurons make a linear model.
    price = 2 * beta / (1 + kappa)
    above = dot(residual, residual) / 2 + price * root_above(dot(w, w))
    yield at_least(above, found.lower, "p* <= linear model at 2 beta/(1 + kappa)")
    t = min(Fraction(1), beta / instance.bound) if instance.bound else Fraction(1)
    below = dual_objective(problem, tuple(t * x for x in v))
    yield at_least(found.upper, below, "p* >= value of the scaled linear dual")


def draw(rng: np.random.Generator) -> Linear:
    """A random problem and slope, with the linear residual or a random v."""
    problem = random_problem(rng)
    v = tuple(random_rationals(rng, problem.n)) if rng.integers(2) else None
    return near_linear(problem, SLOPES[int(rng.integers(len(SLOPES)))], v)


def fixed() -> Iterator[Linear]:
    """One problem a degeneracy, at slopes that approach 1."""
    for index, problem in enumerate(degenerate_problems()):
        yield near_linear(problem, SLOPES[index % len(SLOPES)])


def control() -> Linear:
    """The linear bound ``norm(X'v)`` at a slope far from 1."""
    honest = near_linear(
        TrainingProblem([[1], [-1]], [1, 1], "1/8"), Fraction(1, 10), (Fraction(1), Fraction(1))
    )
    along = transposed_times(honest.problem, honest.v)
    return Linear(honest.problem, honest.v, honest.w, root_above(dot(along, along)))


THEOREM = Theorem(
    id="2.13",
    name="linear limit",
    statement=(
        "norm_dual(v) <= (1+kappa)/2 norm(X'v) + (1-kappa)/2 norm(X) norm(v), so as kappa -> 1 every v with "
        "norm(X'v) <= beta becomes feasible, and p* tends to min 1/2 norm(Xw - y)^2 + beta norm(w)."
    ),
    source="derived",
    note="2.13-linear-limit.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="norm(X'v) <= beta makes v feasible at every slope",
    control=control,
)
