"""Polyhedral norms against CVXPY over all chambers; least norms against SciPy; exactness by Hypothesis."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks import TrainingProblem
from duality_checks.exact.polyhedral import (
    LOSSES,
    NORMS,
    UnboundedError,
    ball_facets,
    directions,
    maximise,
    nonnegative_lasso,
    norm_of,
    optimum,
)
from duality_checks.networks.objective import activated
from duality_checks.optima.interpolation import can_interpolate, hard_margin, interpolate
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import dot

small = st.integers(-3, 3)


def data(seed: int, n: int = 4, d: int = 2) -> tuple[list[list[int]], list[int]]:
    rng = np.random.default_rng(seed)
    return rng.integers(-3, 4, (n, d)).tolist(), rng.choice([-1, 1], n).tolist()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("activation", ["relu", "leaky:0.1"])
def test_the_optimum_is_cvxpys(norm: str, loss: str, activation: str) -> None:
    X, y = data(len(norm) + len(loss))
    problem = TrainingProblem(X, y, "1/4", activation)
    known = full_program(problem.restated(penalty=norm, loss=loss))
    assert float(optimum(problem, norm, loss).upper) == pytest.approx(known, abs=1e-6)


@settings(max_examples=30)
@given(
    rows=st.lists(st.tuples(small, small), min_size=1, max_size=4).filter(lambda rows: any(map(any, rows)))
)
def test_directions_have_norm_one_and_are_distinct(rows: list[tuple[int, int]]) -> None:
    problem = TrainingProblem(rows, [0] * len(rows), 1)
    for norm in NORMS:
        found = directions(problem, norm)
        assert len(set(found)) == len(found)
        assert all(norm_of(u, norm) == 1 for u in found)


@settings(max_examples=30)
@given(data=st.data(), n=st.integers(1, 4), m=st.integers(1, 6))
def test_the_exact_lasso_is_optimal(data: st.DataObject, n: int, m: int) -> None:
    vectors = st.tuples(*[small.map(Fraction)] * n)
    atoms = data.draw(st.lists(vectors, min_size=m, max_size=m))
    y, beta = data.draw(vectors), Fraction(1, 2)
    weights = nonnegative_lasso(atoms, y, beta)
    residual = y
    for atom, weight in zip(atoms, weights, strict=True):
        residual = tuple(r - weight * a for r, a in zip(residual, atom, strict=True))
    for atom, weight in zip(atoms, weights, strict=True):
        gain = dot(atom, residual) - beta
        assert weight >= 0 >= gain
        assert weight * gain == 0


def test_the_least_norm_is_scipys() -> None:
    X, _ = data(3, n=3)
    problem = TrainingProblem(X, [1, -2, 3], 1)
    chosen = directions(problem, "1-norm")
    atoms = np.array([[float(x) for x in activated(problem, u)] for u in chosen]).T
    found = linprog(np.ones(2 * len(chosen)), A_eq=np.hstack([atoms, -atoms]), b_eq=[1, -2, 3])
    assert float(interpolate(problem, chosen).norm) == pytest.approx(found.fun, abs=1e-9)


def test_rows_that_no_network_tells_apart() -> None:
    problem = TrainingProblem([[1, 1], [2, 2]], [1, 3], 1)
    assert not can_interpolate(problem)
    with pytest.raises(UnboundedError, match="no finite optimum"):
        interpolate(problem, directions(problem, "1-norm"))
    assert can_interpolate(TrainingProblem([[1, 1], [2, 2]], [1, 2], 1))


def test_labels_that_no_network_separates() -> None:
    problem = TrainingProblem([[1, 1], [2, 2]], [1, -1], 1)
    with pytest.raises(UnboundedError):
        hard_margin(problem, directions(problem, "1-norm"))


def test_an_unbounded_program_is_refused() -> None:
    with pytest.raises(UnboundedError, match="no finite optimum"):
        maximise((Fraction(1),), [(Fraction(0), (Fraction(1),))])


def test_bad_input_is_named() -> None:
    problem = TrainingProblem([[1]], [2], 1)
    with pytest.raises(
        InputError, match=r"norm='2-norm' is not polyhedral or unknown; use one of 1-norm, inf-"
    ):
        ball_facets("2-norm", 2)
    with pytest.raises(
        InputError, match=r"loss='logistic' gives no linear or quadratic program; use one of sq"
    ):
        optimum(problem, "1-norm", "logistic")
    with pytest.raises(InputError, match=r"y\[0\]=2 is no label"):
        optimum(problem, "1-norm", "hinge")
