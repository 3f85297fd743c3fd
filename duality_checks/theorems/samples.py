"""Small random problems with the degeneracies that theorems must survive: ties, repeats, zero rows."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.exact.rational import ZERO, Vector

from ..problem import TrainingProblem

ACTIVATIONS: tuple[Fraction, ...] = (Fraction(0), Fraction(1, 10), Fraction(-1))

Row = list[Any]


def degenerate(rng: np.random.Generator, rows: list[Row]) -> list[Row]:
    """One of: the rows as they are, with a repeat, with an opposite, with a zero row, with a tie of columns.

    At least one nonzero row is kept.
    """
    changed = [list(row) for row in rows]
    kind = int(rng.integers(5))
    last = changed[-1]
    if kind == 1:
        changed[-1] = list(changed[0])
    elif kind == 2:
        changed[-1] = [-2 * x for x in changed[0]]
    elif kind == 3 and len(changed) > 1:
        changed[-1] = [0] * len(last)
    elif kind == 4 and len(last) > 1:
        changed = [[*row[:-1], row[0]] for row in changed]
    return changed if any(map(any, changed)) else rows


def random_rows(rng: np.random.Generator, most: int = 5, widest: int = 3) -> list[Row]:
    """Between 2 and ``most`` rows of small integers in 1 to ``widest`` columns, not all zero."""
    n, d = int(rng.integers(2, most + 1)), int(rng.integers(1, widest + 1))
    rows = rng.integers(-3, 4, (n, d)).tolist()
    if not any(map(any, rows)):
        rows[0][0] = 1
    return degenerate(rng, rows)


def random_rationals(rng: np.random.Generator, count: int) -> list[Fraction]:
    """Fractions with numerators up to 6 and denominators up to 4."""
    return [
        Fraction(int(p), int(q))
        for p, q in zip(rng.integers(-6, 7, count), rng.integers(1, 5, count), strict=True)
    ]


def random_problem(rng: np.random.Generator, most: int = 5, widest: int = 3) -> TrainingProblem:
    """A small exact problem of any rank and any activation, often degenerate."""
    rows = random_rows(rng, most, widest)
    beta = Fraction(int(rng.integers(1, 9)), 8)
    kappa = ACTIVATIONS[int(rng.integers(len(ACTIVATIONS)))]
    return TrainingProblem(rows, random_rationals(rng, len(rows)), beta, kappa)


def random_pair(rng: np.random.Generator) -> tuple[TrainingProblem, Vector]:
    """A random problem and a random rational vector, one entry a sample."""
    problem = random_problem(rng)
    return problem, tuple(random_rationals(rng, problem.n))


def degenerate_pairs() -> Iterator[tuple[TrainingProblem, Vector]]:
    """One problem a degeneracy with its own targets, and one with a vector of zeros."""
    for problem in degenerate_problems():
        yield problem, problem.y
    first = degenerate_problems()[0]
    yield first, (ZERO,) * first.n


def degenerate_problems() -> tuple[TrainingProblem, ...]:
    """Fixed problems, a degeneracy each: general, repeated and opposite rows, zero row, ties, rank one."""
    return (
        TrainingProblem([[1, 1], [2, 1], [3, 1], [5, 1]], [1, 0, 2, -1], "1/8"),
        TrainingProblem([[1, 0], [1, 0], [-2, 0], [0, 1]], [1, -2, 3, "1/2"], "1/4", "leaky:0.1"),
        TrainingProblem([[0, 0, 0], [1, 2, 0], [2, 1, -1], [1, 1, 1]], [2, -1, 1, 1], "1/2", "abs"),
        TrainingProblem([[1, 2, 3], [1, 1, 2], [2, -1, 1]], [1, 2, -1], "1/8"),
        TrainingProblem([[2, 4], [-1, -2], [3, 6]], [3, 2, 1], 1),
    )
