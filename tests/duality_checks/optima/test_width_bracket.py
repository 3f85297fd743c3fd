"""Bounds on the least width against all supports tried one by one, and forged proofs that are refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.exact.programs import in_cone
from duality_checks.optima.width_bracket import WidthBracket, bracket_columns, bracket_width
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.exact.rational import Vector, combination


def vectors(*rows: tuple[int, ...]) -> list[Vector]:
    return [tuple(map(Fraction, row)) for row in rows]


def narrowest(columns: list[Vector], fit: Vector) -> int:
    """By exhaustion."""
    sizes = range(len(columns) + 1)
    return next(k for k in sizes if any(in_cone(fit, chosen) for chosen in combinations(columns, k)))


@st.composite
def polytopes(draw: st.DrawFn) -> tuple[list[Vector], Vector]:
    """Columns on one side of a plane, as those of atoms are, and a sum of some of them."""
    n = draw(st.integers(1, 4))
    entries = st.lists(st.integers(-2, 3), min_size=n, max_size=n).filter(lambda row: sum(row) > 0)
    columns = vectors(*draw(st.lists(entries, min_size=1, max_size=7)))
    shares = draw(st.lists(st.integers(0, 3), min_size=len(columns), max_size=len(columns)))
    return columns, combination(tuple(map(Fraction, shares)), columns, n)


@settings(max_examples=40)
@given(polytopes(), st.integers(1, 4))
def test_the_bounds_hold_whenever_the_search_ends_and_meet_in_the_end(
    instance: tuple[list[Vector], Vector], programs: int
) -> None:
    columns, fit = instance
    least = narrowest(columns, fit)
    early, late = bracket_columns(columns, fit, programs=programs), bracket_columns(columns, fit)
    assert early.refusal() == late.refusal() == ""
    assert early.lower <= least <= early.upper <= rank(exact_matrix(columns))
    assert late.lower == late.upper == least


# The last three columns are sums of the first three: rank 3, and two of them make f.
CROSSED = vectors((1, 0, 0, 1), (0, 1, 0, 1), (0, 0, 1, 1), (1, 1, 0, 2), (0, 1, 1, 2), (1, 1, 1, 3))
SUM = tuple(map(Fraction, (2, 2, 1, 5)))


@pytest.fixture(scope="module")
def honest() -> WidthBracket:
    found = bracket_columns(CROSSED, SUM)
    assert found.refusal() == "" and found.lower == narrowest(CROSSED, SUM)
    return found


def test_a_bound_that_is_too_large_is_refused(honest: WidthBracket) -> None:
    """That no optimum is narrower than the rank of the atoms is false: the rank bounds the vertices from
    above."""
    most = rank(exact_matrix(CROSSED))
    assert honest.lower < most
    assert replace(honest, lower=most).refusal() == "a leaf proves less than the lower bound"


def test_forged_proofs_are_refused(honest: WidthBracket) -> None:
    leaf, *others = honest.leaves
    zero = (Fraction(0),) * 4
    assert replace(honest, leaves=tuple(others)).refusal() == "the leaves leave out some points"
    empty = replace(leaf, proof=None, empty=zero)
    assert replace(honest, leaves=(empty, *others)).refusal() == "a leaf is not proven empty"
    large = replace(leaf, proof=tuple(Fraction(9) for _ in zero), empty=None)
    assert "a leaf's proof fails at atom" in replace(honest, leaves=(large, *others)).refusal()
    assert replace(honest, caps=(zero, *honest.caps[1:])).refusal() == "the cap of atom 0 is not proven"
    assert replace(honest, upper=honest.upper - 1).refusal().startswith("the upper bound is not")
    twice = tuple(2 * t for t in honest.weights)
    assert replace(honest, weights=twice).refusal() == "the weights are no optimum"


def test_many_vertices_need_no_list() -> None:
    """Twelve pairs of equal columns: 4,096 vertices, all of width 12; one program proves it."""
    columns = [tuple(Fraction(int(i == j)) for j in range(12)) for i in range(12)] * 2
    found = bracket_columns(columns, tuple(Fraction(k + 1) for k in range(12)), programs=1)
    assert (found.lower, found.upper) == (12, 12) and found.refusal() == ""
    assert str(found) == "the least width of an optimal network is 12 (proven)"


def test_problems_are_bracketed_by_their_dual() -> None:
    rows, one = [[3, 0], [-3, 0], [0, 4], [0, -4]], Fraction(1)
    problem = TrainingProblem(rows, ["14/5", "14/5", "21/5", "21/5"], beta=5)
    found = bracket_width(problem, (one,) * 4)
    assert (found.lower, found.upper, found.refusal()) == (2, 2, "")
    with pytest.raises(InputError, match=r"^dual is feasible but not optimal"):
        bracket_width(problem, (one / 2,) * 4)
    with pytest.raises(InputError, match=r"^dual is not feasible"):
        bracket_width(problem, (2 * one,) * 4)
    with pytest.raises(InputError, match=r"^programs is 0"):
        bracket_columns(CROSSED, SUM, programs=0)
    zero = bracket_width(TrainingProblem([[1], [-1]], [1, 1], 2), (one, one))
    assert (zero.lower, zero.upper, zero.refusal()) == (0, 0, "")
