"""The compiled minors against Python integers, Whitney's subset expansion and the published counts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import families
from hyperplane_arrangements.enumeration import chambers, minors
from hyperplane_arrangements.enumeration.minors import poincare_coefficients
from hyperplane_arrangements.enumeration.minors_kernel import (
    LIMIT,
    LIMIT_OF_LINES,
    MARKS,
    cut,
    points_on_lines,
    whitney_numbers,
)
from hyperplane_arrangements.enumeration.search import Budget, OutOfBudget
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.exact.rows import canonical, restrict
from hyperplane_arrangements.families import published
from hyperplane_arrangements.geometry.flats import zaslavsky_chambers

distinct_rows = st.sampled_from([3, 4, 5]).flatmap(
    lambda d: st.sets(st.tuples(*[st.integers(-2, 2)] * d).filter(any).map(canonical), min_size=1, max_size=5)
)


def _rank(rows):
    return rank(exact_matrix(rows)) if rows else 0


def _by_subsets(rows):
    """Whitney (1932): the sum over all subsets of (-1)^(size - rank) s^rank."""
    counts = [0] * (len(rows[0]) + 1)
    for size in range(len(rows) + 1):
        for subset in combinations(rows, size):
            r = _rank(subset)
            counts[r] += (-1) ** (size - r)
    return counts


def _kernel(rows):
    totals = np.zeros(len(rows[0]) + 1, dtype=np.int64)
    assert whitney_numbers(np.array(rows, dtype=np.int64), totals)
    return totals.tolist()


@given(distinct_rows)
@settings(deadline=None, max_examples=25)
def test_compiled_whitney_numbers_are_those_of_the_subset_expansion(rows):
    rows = sorted(rows)
    assert _kernel(rows) == _by_subsets(rows)


@given(distinct_rows)
@settings(deadline=None, max_examples=40)
def test_cutting_is_the_restriction_of_python_integers(rows):
    rows = sorted(rows)
    last = len(rows) - 1
    for function in (cut, cut.py_func):
        with np.errstate(over="ignore"):
            minor = function(np.array(rows, dtype=np.int64), last)
        assert len(minor) == len(set(map(tuple, minor.tolist())))
        assert set(map(tuple, minor.tolist())) == set(restrict(rows[:last], rows[last]))


large = st.integers(-LIMIT_OF_LINES, LIMIT_OF_LINES)
small = st.integers(-6, 6)
lines = st.one_of(
    st.sets(st.tuples(small, small, small).filter(any).map(canonical), min_size=1, max_size=20),
    st.sets(st.tuples(large, large, large).filter(any).map(canonical), min_size=1, max_size=8),
    # pencils: many combinations of two lines
    st.tuples(
        st.tuples(*[st.integers(-1000, 1000)] * 3),
        st.tuples(*[st.integers(-1000, 1000)] * 3),
        st.sets(st.tuples(st.integers(-9000, 9000), st.integers(-9000, 9000)), min_size=1, max_size=8),
    ).map(lambda t: {canonical([p * x + q * y for x, y in zip(t[0], t[1], strict=True)]) for p, q in t[2]}),
).map(lambda rows: sorted(row for row in rows if any(row)))


def _points(rows):
    return sum(len(set(restrict(rows[:i], rows[i]))) for i in range(len(rows)))


@given(lines)
@settings(deadline=None, max_examples=100)
def test_points_on_lines_are_those_of_primitive_integers(rows):
    array = np.array(rows, dtype=np.int64).reshape(-1, 3)
    marks = np.zeros(MARKS, np.int64)
    for _ in range(2):  # marks of another arrangement are none
        assert points_on_lines(array, marks) == _points(rows)
    with np.errstate(over="ignore"):
        assert points_on_lines.py_func(array, marks) == _points(rows)
    assert sum(poincare_coefficients(rows)) == sum(_by_subsets(rows)) if 0 < len(rows) < 6 else True


def test_points_that_agree_in_float_quotients_are_told_apart():
    r = 2**25
    rows = [(1, r, r), (1, r + 1, r + 1), (2**20, 1, 3)]
    on_last = [(2**20 * y - x, 2**20 * z - 3 * x) for x, y, z in rows[:2]]
    assert on_last[0][0] / on_last[0][1] == on_last[1][0] / on_last[1][1]  # the control: floats do not see it
    assert points_on_lines(np.array(rows), np.zeros(MARKS, np.int64)) == _points(rows) == 3
    assert poincare_coefficients(rows) == (1, 3, 3, 1)


def test_lines_too_steep_for_floats_are_counted():
    rows = [(1, 0, 0), (0, 1, 0), (0, 0, 1), (10**400, 1, 1), (10**400, 1, 2)]
    assert list(poincare_coefficients(rows)) == _by_subsets(rows)


@pytest.mark.parametrize(
    "name",
    ["resonance_5", "threshold_4", "type_e_6", "catalan_5", "generic_9_5", "generic_30_3", "near_pencil_20"],
)
def test_compiled_and_plain_recursion_agree(name, monkeypatch):
    monkeypatch.setattr(minors, "STEPS", -1)
    plain = zaslavsky_chambers(families.named(name))
    monkeypatch.setattr(minors, "STEPS", 10**9)
    monkeypatch.setattr(minors, "_by_restrictions", None)
    assert zaslavsky_chambers(families.named(name)) == plain


def test_compiled_code_waits_until_there_is_enough_to_do(monkeypatch):
    """Compiled before the start, once loaded; not in a fresh process, until enough has been spent."""
    key = tuple(map(tuple, families.generic(9, 4).normals.integers.tolist()))
    memo = minors.Memo(None)
    assert minors._compiled(key, memo)
    monkeypatch.setattr(minors, "_KERNEL", "not.loaded")
    assert minors._compiled(key, memo) is None
    memo.spend(minors._START)
    assert sum(minors._compiled(key, memo)) == published.chambers("generic", 9, 4)


def test_rows_too_large_for_the_kernel_are_left_to_python_integers():
    huge = [[k**4, k**3, k**2, k * (LIMIT + 1) ** 3, 1] for k in range(1, 8)]
    memo = minors.Memo(None)
    assert minors._compiled(tuple(map(tuple, huge)), memo) is None
    assert sum(poincare_coefficients(map(tuple, huge))) == published.chambers("generic", 7, 5)
    # Small enough to start with, too large after one cut.
    growing = np.array(
        [[LIMIT, 1, 0, 3], [0, LIMIT - 1, 1, 5], [LIMIT - 3, 7, LIMIT - 2, 1], [5, 3, 1, LIMIT]]
    )
    assert not whitney_numbers(growing, np.zeros(5, dtype=np.int64))
    assert minors._compiled(tuple(map(tuple, growing.tolist())), memo) is None


def test_the_limit_of_the_kernel_is_known_without_loading_it():
    assert chambers._COMPILED <= LIMIT


def test_a_budget_is_kept_or_runs_out():
    rows = families.resonance(4).normals.integers.tolist()
    rows = [tuple(row) for row in rows]
    assert sum(poincare_coefficients(rows, Budget(100_000))) == published.chambers("resonance", 4)
    with pytest.raises(OutOfBudget):
        poincare_coefficients(rows, Budget(10))


@pytest.mark.parametrize(
    "name", ["resonance_4", "type_b_4", "shi_4", "generic_12_4", "generic_affine_9_3", "generic_60_4"]
)
@pytest.mark.parametrize(
    ("turns", "sure", "compiled"),
    [
        ([(10**9, 0)], 0, 0),
        ([(10**9, 0)], 0, 10**9),
        ([(0, 10**9)], 0, 0),
        ([(0, 100), (1000, 10**9)], 0, 0),
        ([(0, 100)], 0, 0),
        ([(0, 0)], 10**9, 0),
    ],
)
def test_every_way_of_counting_gives_the_published_number(name, turns, sure, compiled, monkeypatch):
    """Minors within a budget; the search; either after the other was given up; a search for certain."""
    monkeypatch.setattr(chambers, "_TURNS", turns)
    monkeypatch.setattr(chambers, "_SURE", sure)
    monkeypatch.setattr(chambers, "_COMPILED", compiled)
    words = name.rsplit("_", 2) if name.startswith("generic") else name.rsplit("_", 1)
    published_number = published.chambers(words[0], *map(int, words[1:]))
    assert families.named(name).count_chambers() == published_number
    numbers = chambers.poincare(families.named(name))
    assert sum(numbers) == published_number
    distinct = families.named(name).distinct
    assert numbers[:2] == (1, len(distinct.rows) - (distinct.infinity is not None))


def test_minors_that_are_alike_are_worth_while(monkeypatch):
    monkeypatch.setattr(minors, "STEPS", 0)  # all in Python
    alike, other = minors.Memo(), minors.Memo()
    poincare_coefficients(families.braid(8).distinct.rows, None, alike)
    rows = np.random.default_rng(3).integers(-99, 99, size=(9, 6)).tolist()
    poincare_coefficients(map(tuple, rows), None, other)
    assert alike.is_worth_while and not other.is_worth_while


def test_what_has_been_counted_before_a_budget_ran_out_is_not_counted_again(monkeypatch):
    monkeypatch.setattr(minors, "STEPS", 0)  # all in Python
    rows, memo = families.resonance(5).distinct.rows, minors.Memo()
    with pytest.raises(OutOfBudget):
        poincare_coefficients(rows, Budget(3000), memo)
    known = dict(memo.known)
    before = memo.spent
    assert known and sum(poincare_coefficients(rows, None, memo)) == published.chambers("resonance", 5)
    fresh = minors.Memo()
    poincare_coefficients(rows, None, fresh)
    assert known.items() <= memo.known.items() == fresh.known.items()
    assert memo.spent - before < fresh.spent


@pytest.mark.slow
def test_seven_dimensional_resonance_is_counted_by_memoised_minors():
    assert sum(poincare_coefficients(families.resonance(7).distinct.rows)) == 347326352


def test_a_budget_that_suffices_still_does_once_the_compiled_code_is_loaded():
    """This module has loaded it."""
    rows = families.braid(9).distinct.rows
    assert sum(poincare_coefficients(rows, Budget(100_000))) == published.chambers("braid", 9)
