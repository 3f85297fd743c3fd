"""The compiled minors against Python integers, Whitney's subset expansion and the published counts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import chambers, characteristic, families, published
from hyperplane_arrangements.characteristic import canonical, poincare_coefficients, restrict
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.flats import zaslavsky_chambers
from hyperplane_arrangements.minors_kernel import LIMIT, cut, points_on, whitney_numbers
from hyperplane_arrangements.search import Budget, OutOfBudget

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
        minor = function(np.array(rows, dtype=np.int64), last)
        assert set(map(tuple, minor.tolist())) == set(restrict(rows[:last], rows[last]))
    if len(rows[0]) == 3:
        room = np.empty((2, len(rows)), dtype=np.int64)
        assert points_on.py_func(np.array(rows), last, *room) == len(set(restrict(rows[:last], rows[last])))


@pytest.mark.parametrize("name", ["resonance_5", "threshold_4", "type_e_6", "catalan_5", "generic_9_5"])
def test_compiled_and_plain_recursion_agree(name, monkeypatch):
    plain = zaslavsky_chambers(families.named(name))
    monkeypatch.setattr(characteristic, "_MANY", -1)
    assert zaslavsky_chambers(families.named(name)) == plain


def test_rows_too_large_for_the_kernel_are_left_to_python_integers(monkeypatch):
    monkeypatch.setattr(characteristic, "_MANY", -1)
    huge = [[k**4, k**3, k**2, k * (LIMIT + 1) ** 3, 1] for k in range(1, 8)]
    assert characteristic._compiled(tuple(map(tuple, huge))) is None
    assert sum(poincare_coefficients(map(tuple, huge))) == published.chambers("generic", 7, 5)
    # Small enough to start with, too large after one cut.
    growing = np.array(
        [[LIMIT, 1, 0, 3], [0, LIMIT - 1, 1, 5], [LIMIT - 3, 7, LIMIT - 2, 1], [5, 3, 1, LIMIT]]
    )
    assert not whitney_numbers(growing, np.zeros(5, dtype=np.int64))


def test_the_limit_of_the_kernel_is_known_without_loading_it():
    assert chambers._COMPILED == LIMIT


def test_a_budget_is_kept_or_runs_out():
    rows = families.resonance(4).normals.integers.tolist()
    rows = [tuple(row) for row in rows]
    assert sum(poincare_coefficients(rows, Budget(100_000))) == published.chambers("resonance", 4)
    with pytest.raises(OutOfBudget):
        poincare_coefficients(rows, Budget(100))


@pytest.mark.parametrize(
    "name", ["resonance_4", "type_b_4", "shi_4", "generic_12_4", "generic_affine_9_3", "generic_60_4"]
)
@pytest.mark.parametrize(
    ("minors", "compiled", "counted"), [(10**9, 0, 0), (0, 10**9, 0), (0, 0, 10**9), (0, 0, 100)]
)
def test_every_way_of_counting_gives_the_published_number(name, minors, compiled, counted, monkeypatch):
    """Minors within a budget; minors of small integers; the search; a search that is given up."""
    monkeypatch.setattr(chambers, "_MINORS", minors)
    monkeypatch.setattr(chambers, "_COMPILED", compiled)
    monkeypatch.setattr(chambers, "_COUNTED", counted)
    words = name.rsplit("_", 2) if name.startswith("generic") else name.rsplit("_", 1)
    assert families.named(name).count_chambers() == published.chambers(words[0], *map(int, words[1:]))


@pytest.mark.slow
def test_seven_dimensional_resonance_is_counted_by_memoised_minors():
    assert families.resonance(7).count_chambers() == 347326352
