"""Rounding a dual vector to rationals that a certificate can state: short, and in the domain of the loss."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.exact.rational import Vector

from ..problem import TrainingProblem
from .orthogonal import orthogonal

# How far from the bounds of its domain an entry of the dual must be to be moved, as a share of the largest;
# nearer ones may be on the bound.
STEP = Fraction(1, 2**40)
SHRINKS = 3
BITS = 52


def on_a_grid(problem: TrainingProblem, dual: np.ndarray) -> tuple[Vector, np.ndarray]:
    """The dual as multiples of one power of two (short denominators), as rationals and rounded to floats.

    Entries that rounding has put outside the domain of the loss go one step of the grid inwards. Where
    something is free of the penalty a few entries leave the grid, so that all are orthogonal to it.

    Example:
        >>> problem = TrainingProblem([[0], [1], [3]], [1, 0, 2], beta=1, free="intercept")
        >>> exact, floats = on_a_grid(problem, np.array([0.1, 0.2, -0.3]))
        >>> sum(exact), max(abs(floats - [0.1, 0.2, -0.3])) < 1e-15
        (Fraction(0, 1), np.True_)
    """
    inside = problem.loss.clip(dual, problem.target)
    largest = float(np.abs(inside).max(initial=0.0))
    grain = power_of_two(largest, BITS) if largest else 1.0
    floats = np.rint(inside / grain) * grain
    entries = list(map(Fraction, floats.tolist()))
    for k, (value, y) in enumerate(zip(entries, problem.y, strict=True)):
        nearest = problem.loss.one(k).inside(value, y)
        if nearest is not value and nearest != value:
            floats[k] -= math.copysign(grain, value)
            entries[k] = Fraction(float(floats[k]))
    exact = tuple(entries)
    if problem.equations:
        exact = _orthogonal(problem, exact)
        floats = np.array([float(value) for value in exact])
    return exact, floats


def _orthogonal(problem: TrainingProblem, dual: Vector) -> Vector:
    """The dual made orthogonal to what is free in the outputs, still in the domain of the loss.

    Entries at a bound of the domain stay there; shrinking the whole brings others off theirs. An entry a
    little off a bound may stay or be put on it: off it, it may be what nothing else can make up for. Where
    nothing helps, zero, which proves little but is feasible.
    """
    step = max(map(abs, dual)) * STEP
    for _ in range(SHRINKS):
        for candidate in (dual, _on_bounds(problem, dual, step)):
            movable = [k for k, v in enumerate(candidate) if _is_inside(problem, k, v, step)]
            found = orthogonal(candidate, problem.equations, movable)
            if found is not None and problem.loss.holds(found, problem.y):
                return found
        dual = tuple(v * (1 - 2 * STEP) for v in dual)
    return (Fraction(0),) * problem.n


def _is_inside(problem: TrainingProblem, k: int, v: Fraction, room: Fraction) -> bool:
    """Whether entry k may be v, and as much more or less as there shall be room for."""
    return all(problem.loss.one(k).inside(x, problem.y[k]) == x for x in (v - room, v + room))


def _on_bounds(problem: TrainingProblem, dual: Vector, step: Fraction) -> Vector:
    """The dual with entries on a bound of their domain that are nearer to it than a step."""

    def nearest(k: int, v: Fraction) -> Fraction:
        loss, y = problem.loss.one(k), problem.y[k]
        bounds = [bound for x in (v - step, v + step) if (bound := loss.inside(x, y)) != x]
        return min(bounds, key=lambda bound: abs(bound - v), default=v)

    return tuple(nearest(k, v) for k, v in enumerate(dual))


def power_of_two(size: float, bits: int) -> float:
    """The power of two that is so many bits below a size.

    Example:
        >>> power_of_two(5.0, 2)
        2.0
    """
    return math.ldexp(1.0, max(math.frexp(size)[1] - bits, -1074))
