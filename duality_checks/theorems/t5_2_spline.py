"""Statement 5.2: one feature and free biases give a linear spline with kinks at data points."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import dot

from ..exact.setting import Setting
from ..optima.spline import Spline, function_space_penalty, kink_bound, spline_optimum
from ..problem import TrainingProblem
from ..stationary_points.blocks import chamber_blocks
from ..stationary_points.solver import restricted_optimum
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import random_rationals

SLOPES = (Fraction(0), Fraction(1, 10), Fraction(-1))


@dataclass(frozen=True, slots=True)
class Fit:
    """Data of one feature, its spline, and the program whose optimum the spline is claimed to be."""

    x: tuple[Fraction, ...]
    spline: Spline
    program: Setting


@all_hold
def check(instance: Fit) -> Iterator[Outcome]:
    """The program's own proven optimum, the kinks, and optimality among kinks anywhere, exactly."""
    spline, program = instance.spline, instance.program
    other = restricted_optimum(program, chamber_blocks(program))
    finding = other.check()
    yield that(finding.holds, f"the program's certificate is refuted: {finding.reason}")
    yield at_least(other.upper, spline.value, "the program's network >= the spline")
    yield at_least(spline.value, other.lower, "the spline >= the program's lower bound")
    yield that(set(spline.kinks) <= set(instance.x), "a kink is off the data")
    yield equal(sum(spline.dual, Fraction(0)), Fraction(0), "1'v")
    bound = kink_bound(instance.x, spline.dual, spline.kappa)
    yield at_least(program.beta, bound, "no kink anywhere is worth more than beta")
    lower = dot(spline.dual, program.y) - dot(spline.dual, spline.dual) / 2
    yield equal(spline.value, lower, "primal = dual")
    fit = tuple(spline(p) for p in instance.x)
    yield that(fit == spline.fit, "the spline does not have its fit")
    if not spline.kappa:
        yield equal(spline.penalty, function_space_penalty(spline), "penalty in function space")


def free(x: list[Fraction], y: list[Fraction], beta: Fraction, kappa: Fraction) -> Fit:
    """The claim of the statement: biases and output constant free."""
    problem = TrainingProblem([[p] for p in x], y, beta, kappa)
    return Fit(tuple(x), spline_optimum(x, y, beta, kappa), Setting.with_free_biases(problem))


def draw(rng: np.random.Generator) -> Fit:
    """Two to five samples, repeats among them, each activation."""
    n = int(rng.integers(2, 6))
    x = random_rationals(rng, n)
    if not any(x):
        x[0] = Fraction(1)
    beta = Fraction(int(rng.integers(1, 9)), 8)
    return free(x, random_rationals(rng, n), beta, SLOPES[int(rng.integers(len(SLOPES)))])


def fixed() -> Iterator[Fit]:
    """A zigzag, repeated samples, and a constant that is all one can afford."""
    numbers = [Fraction(value) for value in (0, 1, 2, 4, 5)]
    yield free(numbers, [Fraction(value) for value in (0, 3, 1, 2, -1)], Fraction(1, 2), Fraction(0))
    yield free(
        [Fraction(1), Fraction(1), Fraction(2)],
        [Fraction(0), Fraction(2), Fraction(1)],
        Fraction(1, 8),
        SLOPES[1],
    )
    yield free([Fraction(1), Fraction(2)], [Fraction(0), Fraction(1)], Fraction(5), Fraction(0))


def control() -> Fit:
    """The bias penalised like the weights: another problem, with another value."""
    honest = next(iter(fixed()))
    rows = [[p, Fraction(1)] for p in honest.x]
    penalised = TrainingProblem(rows, honest.program.y, honest.program.beta)
    return Fit(honest.x, honest.spline, Setting.of(penalised))


THEOREM = Theorem(
    id="5.2",
    name="linear splines",
    statement=(
        "With one feature, free biases and a free output constant the optimum is a linear spline with "
        "kinks at data points: a Lasso over phi(x - x_j) and phi(x_j - x), solved exactly."
    ),
    source="Pilanci and Ergen 2020; Savarese et al. 2019 for the penalty",
    note="5.2-linear-splines.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="penalising the bias leaves the problem what it is",
    control=control,
)
