"""The exact dual norm against SciPy's nonnegative least squares, against pricing, and by its optimality."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from duality_checks import TrainingProblem
from duality_checks.exact.norms import (
    dual_norm_squared,
    gradient,
    maximum,
    project,
    root_above,
    root_below,
    solve,
)
from duality_checks.pricing.dual_norm import dual_norm
from hyperplane_arrangements.exact.rational import dot
from hyperplane_arrangements.strategies import normals

small = st.integers(-4, 4).map(Fraction)
thirds = st.builds(Fraction, st.integers(-4, 4), st.sampled_from([1, 3]))
vectors = st.tuples(small, small, small)


# A row is taken back on the way, though its multiplier would be negative by little.
@example(rows=[(3, 2, -3), (-3, 3, 2), (3, -1, -2)], signs=[1] * 3, c=(0, Fraction(-1, 50), Fraction(-1, 50)))
@given(
    rows=st.lists(st.tuples(thirds, thirds, thirds), max_size=6),
    signs=st.lists(st.sampled_from([-1, 0, 1]), min_size=6),
    c=vectors,
)
def test_the_projection_is_optimal_and_scipys(rows: list, signs: list, c: tuple) -> None:
    signs = signs[: len(rows)]
    found = project(rows, signs, c)
    inward = [tuple(sign * x for x in row) for sign, row in zip(signs, rows, strict=True)]
    moved = c
    for k, value in found.multipliers.items():
        assert value > 0 and signs[k] and dot(inward[k], found.point) == 0
        moved = tuple(a + value * b for a, b in zip(moved, inward[k], strict=True))
    assert moved == found.point
    assert all(dot(row, found.point) >= 0 for row in inward)
    table = np.array([[float(x) for x in row] for row in inward]).reshape(-1, 3).T
    length = nnls(table, -np.array(list(map(float, c))))[1] if len(rows) else float(dot(c, c)) ** 0.5
    assert float(found.square) ** 0.5 == pytest.approx(length, abs=1e-9)


@settings(max_examples=40)
@given(
    rows=normals().filter(lambda rows: any(map(any, rows))),
    weights=st.lists(small, min_size=8, max_size=8),
    activation=st.sampled_from(["relu", "leaky:0.1", "abs"]),
)
def test_the_dual_norm_is_that_of_the_pricing(rows: list, weights: list, activation: str) -> None:
    problem = TrainingProblem(rows, [0] * len(rows), 1, activation)
    v = tuple(weights[: len(rows)])
    numerical = dual_norm(problem, np.array(list(map(float, v))))
    assert float(dual_norm_squared(problem, v)) ** 0.5 == pytest.approx(numerical, rel=1e-9, abs=1e-9)


@settings(max_examples=40)
@given(rows=normals(degeneracy="repeated").filter(lambda rows: any(map(any, rows))), data=st.data())
def test_the_maximum_is_attained_where_it_says(rows: list, data: st.DataObject) -> None:
    problem = TrainingProblem(rows, [0] * len(rows), 1)
    v = tuple(data.draw(st.lists(small, min_size=len(rows), max_size=len(rows))))
    found = maximum(problem, v)
    seen = [max(dot(row, found.direction), Fraction(0)) for row in problem.X.fractions]
    assert found.sign * dot(v, seen) == found.square == dot(found.direction, found.direction)


def test_the_gradient_by_hand() -> None:
    problem = TrainingProblem([[1, 2], [3, 4]], [0, 0], 1, "leaky:1/2")
    assert gradient(problem, (1, -1), (Fraction(2), Fraction(4))) == (8, 12)


@given(value=st.fractions(min_value=0, max_value=1000))
def test_roots_are_enclosed(value: Fraction) -> None:
    below, above = root_below(value), root_above(value)
    assert below >= 0 and below**2 <= value <= above**2
    assert above - below <= Fraction(1, 2**120)
    assert root_below(value**2) == root_above(value**2) == value


def test_elimination_needs_another_pivot() -> None:
    assert solve([[Fraction(0), Fraction(1)], [Fraction(1), Fraction(0)]], [Fraction(3), Fraction(4)]) == [
        4,
        3,
    ]
