"""Threshold units: patterns against all 2^n by linear programs, optima against cvxpy and HiGHS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks.optima.threshold import (
    ThresholdOptimum,
    ThresholdUnit,
    direction_of,
    signed_lasso,
    threshold_optimum,
    threshold_patterns,
)
from duality_checks.theorems.t5_4_threshold import chamber_patterns
from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact import exact_matrix

small = st.integers(-2, 2)


@st.composite
def tables(draw: Callable[[Any], Any]) -> list[list[int]]:
    """Rows with ties, zeros, repeats and opposites."""
    d = draw(st.integers(1, 3))
    row = st.lists(small, min_size=d, max_size=d)
    return draw(st.lists(row, min_size=1, max_size=5))


def is_pattern(rows: np.ndarray, pattern: tuple[int, ...]) -> bool:
    """Whether some u has x'u >= 0 exactly on the ones: HiGHS, strict sides at distance one by scaling."""
    on = np.array(pattern, dtype=bool)
    upper = np.vstack([-rows[on], rows[~on]])
    right = np.r_[np.zeros(int(on.sum())), -np.ones(int((~on).sum()))]
    return linprog(np.zeros(rows.shape[1]), upper, right, bounds=(None, None)).status == 0


@settings(max_examples=20)
@given(tables())
def test_the_patterns_are_those_that_a_direction_has(rows: list[list[int]]) -> None:
    found = threshold_patterns(rows)
    assert len(set(found)) == len(found)
    every = product((0, 1), repeat=len(rows))
    assert set(found) == {pattern for pattern in every if is_pattern(np.array(rows, float), pattern)}
    for pattern in found:
        u = direction_of(exact_matrix(rows), pattern)
        assert tuple(int(sum(a * b for a, b in zip(row, u, strict=True)) >= 0) for row in rows) == pattern


def lasso_by_solvers(patterns: tuple[tuple[int, ...], ...], y: list[int], beta: float, loss: str) -> float:
    """The Lasso as it is written down."""
    D, target = np.array(patterns, dtype=float).T, np.array(y, dtype=float)
    n, m = D.shape
    if loss == "squared":
        cp = pytest.importorskip("cvxpy")
        t = cp.Variable(m)
        goal = 0.5 * cp.sum_squares(D @ t - target) + beta * cp.norm1(t)
        return float(cp.Problem(cp.Minimize(goal)).solve(solver=cp.CLARABEL))
    fit, lost = np.hstack([D, -D]), np.eye(n)
    if loss == "hinge":
        upper, right = np.hstack([-target[:, None] * fit, -lost]), -np.ones(n)
    else:
        upper = np.vstack([np.hstack([fit, -lost]), np.hstack([-fit, -lost])])
        right = np.r_[target, -target]
    return float(linprog(np.r_[np.full(2 * m, beta), np.ones(n)], upper, right).fun)


@settings(max_examples=20)
@given(tables(), st.sampled_from(["squared", "l1", "hinge"]), st.data())
def test_the_optimum_is_the_solvers_with_gap_zero(
    rows: list[list[int]], loss: str, data: st.DataObject
) -> None:
    entry = st.sampled_from([-1, 1]) if loss == "hinge" else st.integers(-4, 4)
    y = data.draw(st.lists(entry, min_size=len(rows), max_size=len(rows)))
    found = threshold_optimum(rows, y, "1/4", loss)
    finding = found.check()
    assert finding.holds, finding.reason
    assert found.gap == 0
    assert float(found.upper) == pytest.approx(lasso_by_solvers(found.patterns, y, 0.25, loss), abs=1e-6)
    assert len(found.units) <= len(rows)


def test_the_chambers_alone_miss_an_optimum() -> None:
    # By hand: both samples are on only for u = 0. 1/2 * 2 (t - 3)^2 + t is least at t = 5/2.
    found = threshold_optimum([[1], [-1]], [3, 3], beta=1)
    assert found.units == (ThresholdUnit((Fraction(0),), Fraction(5, 2)),)
    assert found.upper == Fraction(1, 4) + Fraction(5, 2)
    # Each chamber for itself: 1/2 (t - 3)^2 + t twice, least at t = 2.
    weights, _ = signed_lasso(chamber_patterns([[1], [-1]]), (Fraction(3),) * 2, Fraction(1), "squared")
    assert weights == (2, 2)
    assert found.upper < 2 * (Fraction(1, 2) + 2)


@settings(max_examples=20)
@given(st.lists(st.lists(small, min_size=2, max_size=2), min_size=1, max_size=5))
def test_with_a_bias_the_chambers_are_enough(points: list[list[int]]) -> None:
    rows = [[*point, 1] for point in points]
    assert set(threshold_patterns(rows)) == set(chamber_patterns(rows))


def test_the_boundary_is_on() -> None:
    """`sign(0)` counts as +: a unit is on where x'u = 0, so u = 0 is on everywhere."""
    unit = ThresholdUnit((Fraction(1), Fraction(-1)), Fraction(2))
    assert unit((Fraction(3), Fraction(3))) == 2
    assert unit((Fraction(2), Fraction(3))) == 0
    assert (1, 1, 1) in threshold_patterns([[1, 0], [-1, 0], [0, 0]])


def example() -> ThresholdOptimum:
    found = threshold_optimum([[1, 0], [0, 1], [-1, -1]], [1, 2, 3], "1/4")
    assert found.check()
    return found


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda p: replace(p, upper=p.upper - 1), "upper is not the network's objective"),
        (lambda p: replace(p, units=p.units[1:]), "upper is not the network's objective"),
        (lambda p: replace(p, lower=p.lower + 1), "lower is not the dual objective"),
        (lambda p: replace(p, patterns=p.patterns[1:]), "a pattern is missing"),
        (
            lambda p: replace(p, dual=p.y, lower=sum(y * y for y in p.y) / 2),
            "a pattern reaches 6, more than beta",
        ),
        (lambda p: replace(p, dual=(Fraction(0),) * 3, lower=Fraction(0)), "the bounds do not agree"),
    ],
)
def test_a_forged_proof_is_refused(
    forged: Callable[[ThresholdOptimum], ThresholdOptimum], reason: str
) -> None:
    finding = forged(example()).check()
    assert not finding.holds
    assert reason in finding.reason


def test_a_dual_vector_outside_its_domain_is_refused() -> None:
    found = threshold_optimum([[1], [2]], [5, 5], 3, "l1")
    assert found.check()
    assert "dual domain of the l1 loss" in replace(found, dual=(Fraction(2), Fraction(1))).check().reason


BAD = {
    r"y has 1 entries but X has 2 rows; give one target a row": ([[1], [2]], [1], 1, "squared"),
    r"beta=0 is not positive": ([[1]], [1], 0, "squared"),
    r"loss='logistic' has no rational optimum; use one of squared, l1, hinge": ([[1]], [1], 1, "logistic"),
    r"loss='cubic' is unknown": ([[1]], [1], 1, "cubic"),
    r"y\[0\]=2 is no label": ([[1]], [2], 1, "hinge"),
    r"X\[0, 0\]": ([[float("nan")]], [1], 1, "squared"),
}


@pytest.mark.parametrize("text", BAD)
def test_bad_input_is_named(text: str) -> None:
    X, y, beta, loss = BAD[text]
    with pytest.raises(InputError, match=text):
        threshold_optimum(X, y, beta, loss)


def test_too_many_faces_are_refused_in_advance() -> None:
    with pytest.raises(TooLargeError, match=r"the arrangement has 9 faces, more than max_faces=8"):
        threshold_optimum([[1, 0], [0, 1]], [1, 1], 1, max_faces=8)


def test_a_pattern_of_no_direction_is_refused() -> None:
    with pytest.raises(InputError, match="pattern 00 is that of no direction"):
        direction_of(exact_matrix([[1], [-1]]), (0, 0))
