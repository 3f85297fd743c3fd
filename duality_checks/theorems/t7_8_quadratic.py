"""Statements 7.8 and 7.9: quadratic functions for each sign, on pieces of the sphere, prove a dual vector
feasible, at any rank; with free biases too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from .. import checker
from ..exact.norms import Vector, dual_norm_squared
from ..problem import TrainingProblem
from .catalogue import Outcome, Theorem, all_hold, at_least
from .samples import degenerate_problems, random_problem


@dataclass(frozen=True, slots=True)
class Bounded:
    """A problem, a vector z, and functions that are claimed to prove ``norm_dual(z) <= beta``."""

    problem: TrainingProblem
    z: Vector
    functions: checker.Quadratic


def bounded(problem: TrainingProblem) -> Bounded | None:
    """A dual vector that quadratic functions prove, on pieces of the sphere or else on all of it; None if
    that is 0."""
    from ..training.cylinder import coordinates_of, landscape_of
    from ..training.relaxation import relax
    from ..training.relaxation_proof import proven

    coordinates = coordinates_of(problem)
    landscape = landscape_of(problem, coordinates)
    whole, halves = relax(problem, landscape), None
    if problem.bias is None:
        pieces = whole.finer(landscape.basis)
        halves = proven(problem, coordinates, landscape, relax(problem, landscape, pieces=pieces))
    found = halves or proven(problem, coordinates, landscape, whole)
    return None if found is None else Bounded(problem, *found)


@all_hold
def check(instance: Bounded) -> Iterator[Outcome]:
    """Both functions are at most beta on the sphere, and the dual norm, by the list of all chambers, is at
    most beta."""
    checker.quadratic_proves(checker.read_problem(instance.problem.to_json()), instance.z, instance.functions)
    square = max(dual_norm_squared(each, instance.z) for each in _from_kinks(instance.problem))
    yield at_least(instance.problem.beta**2, square, "norm_dual(z)^2 <= beta^2, chamber by chamber")


def _from_kinks(problem: TrainingProblem) -> Iterator[TrainingProblem]:
    """The problem, or with free biases those of the differences from each row (statement 2.14)."""
    if problem.bias is None:
        yield problem
        return
    integers, scale = problem.X.over_one
    for centre in integers:
        rows = [[Fraction(int(x), scale) for x in row] for row in integers - centre]
        if any(map(any, rows)):
            yield TrainingProblem(rows, problem.y, problem.beta, problem.kappa)


def biased() -> TrainingProblem:
    """Two features with free biases."""
    rows = [[2, 1, 1], [-2, -1, 1], [-3, 0, 1], [2, 3, 1], [0, 1, 1]]
    return TrainingProblem(rows, [-1, 4, 1, -5, 3], 1, free="biases")


def fixed() -> Iterator[Bounded]:
    """One problem a degeneracy, and one with free biases."""
    yield from filter(None, map(bounded, (*degenerate_problems(), biased())))


def draw(rng: np.random.Generator) -> Bounded:
    """A random problem whose relaxation proves something."""
    return next(filter(None, map(bounded, repeatedly(rng))))


def repeatedly(rng: np.random.Generator) -> Iterator[TrainingProblem]:
    """Random problems, without an end."""
    while True:
        yield random_problem(rng)


def longer(honest: Bounded) -> Bounded:
    """Functions for z that are shown for one longer by a hundredth."""
    return replace(honest, z=tuple(x * 101 / 100 for x in honest.z))


def control() -> Bounded:
    """Functions for z that are shown for a longer one."""
    honest = bounded(degenerate_problems()[0])
    assert honest is not None
    return longer(honest)


THEOREM = Theorem(
    id="7.8",
    name="quadratic functions",
    statement=(
        "Where v'phi(Xu) <= c'u + u'Qu + const <= beta for norm(u) = 1, for v and for -v, a parabola for "
        "each row and products of cuts, on every piece of the sphere, norm_dual(v) <= beta; with free biases "
        "for norm(w) = 1 and abs(b) <= R."
    ),
    source="derived",
    note="7.8-quadratic-functions.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="functions that prove z prove what is a little longer than z",
    control=control,
)
