"""All flats: the compiled walks against Python integers, and both against closures of all subsets."""

from concurrent.futures import ThreadPoolExecutor
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, families
from hyperplane_arrangements.enumeration import flat_search
from hyperplane_arrangements.enumeration.flat_search import (
    Flats,
    FlatWork,
    all_flats,
    arithmetics,
    count_on_flats,
)
from hyperplane_arrangements.enumeration.minors import poincare_coefficients
from hyperplane_arrangements.exact.rational import null_space
from hyperplane_arrangements.machine.cores import using_cores
from hyperplane_arrangements.strategies import arrangements


def rows_of(arrangement):
    return arrangement.distinct.rows


def closures(rows):
    """The sets of rows that are flats: for each independent subset all rows in its span."""
    rank = len(rows[0])

    def rank_of(chosen):
        return rank - len(null_space([rows[i] for i in chosen], rank))

    found = {frozenset()}
    for size in range(1, rank + 1):
        for chosen in combinations(range(len(rows)), size):
            if rank_of(chosen) == size:
                found.add(frozenset(i for i in range(len(rows)) if rank_of([*chosen, i]) == size))
    return found


def sets(words):
    bits = np.unpackbits(words.view(np.uint8), axis=1, bitorder="little")
    return [frozenset(np.flatnonzero(row).tolist()) for row in bits]


def listed(rows, arrays):
    """The flats but for the whole space, by one arithmetic, as plain values."""
    work = FlatWork(rows, arrays, len(rows[0]))
    found = work.run((0, len(rows)))
    ends = found.first.tolist()
    sides = [
        sorted((sets(pair[None, 0])[0], sets(pair[None, 1])[0]) for pair in found.sides[start:end])
        for start, end in pairwise(ends)
    ]
    return list(zip(found.pivots.tolist(), sets(found.vanish), sides, strict=True))


@given(arrangements())
@settings(max_examples=20)
def test_flats_are_the_closures_of_subsets(arrangement):
    rows = rows_of(arrangement)
    if rows:
        found = sets(Flats.joined(list(all_flats(rows))).vanish)
        assert len(found) == len(set(found))
        assert set(found) == closures(rows)


@given(arrangements())
@settings(max_examples=30)
def test_the_exact_walk_finds_what_python_finds(arrangement):
    rows = rows_of(arrangement)
    if rows:
        exact = [arrays for arrays in arithmetics(rows) if arrays.exact]
        assert listed(rows, tuple(exact)) == listed(rows, ())


@given(st.integers(3, 8), st.integers(2, 4), st.integers(0, 10**6), st.sampled_from([3, 200, 10**30]))
@settings(max_examples=30)
def test_the_bounded_walk_finds_what_python_finds(n, d, seed, size):
    draw = np.random.default_rng(seed)
    rows = tuple(tuple(int(x) * size + int(y) for x, y in draw.integers(-9, 10, (d, 2))) for _ in range(n))
    arrangement = Arrangement([row for row in rows if any(row)] or [[1] * d])
    bounded = [arrays for arrays in arithmetics(rows_of(arrangement)) if not arrays.exact]
    assert listed(rows_of(arrangement), tuple(bounded)) == listed(rows_of(arrangement), ())


def test_the_bounded_walk_hands_a_coincidence_to_integers(monkeypatch):
    """Three planes through a line are one line to no float with an error."""
    seen = []
    exactly = FlatWork._exactly
    monkeypatch.setattr(FlatWork, "_exactly", lambda *given: seen.append(given[1]) or exactly(*given))
    big = 10**40 + 1
    rows = ((1, 0, 0), (big, 1, 0), (0, 1, 0), (1, 1, big), (5, 2, 7))
    (bounded,) = arithmetics(rows)
    found = FlatWork(rows, (bounded,), 3).run((0, 5))
    assert seen
    assert set(sets(found.vanish)) == closures(rows) - {frozenset()}


@given(arrangements())
@settings(max_examples=20)
def test_chambers_on_flats_are_counted_by_every_arithmetic(arrangement):
    rows = rows_of(arrangement)
    if not rows:
        return
    works = [
        FlatWork(rows, arrays, len(rows[0])) for arrays in ((), arithmetics(rows), arithmetics(rows)[-1:])
    ]
    counts = [work.counts(-1, (), (0, len(rows)), 0).tolist() for work in works]
    assert counts[0] == counts[1] == counts[2]
    assert count_on_flats(rows) == (sum(poincare_coefficients(rows)), *counts[0][1:])


def test_blocks_and_executors_do_not_change_what_is_found(monkeypatch):
    rows = rows_of(families.generic(24, 4))
    whole = Flats.joined(list(all_flats(rows)))
    monkeypatch.setattr(flat_search, "_ROOM", 64)
    monkeypatch.setattr(flat_search, "_BUSY", 0)
    with ThreadPoolExecutor(2) as pool:
        by_pool = Flats.joined(list(all_flats(rows, executor=pool)))
    with using_cores(1):
        alone = list(all_flats(rows))
    assert len(alone) > 10
    for other in (by_pool, Flats.joined(alone)):
        for name in ("pivots", "vanish", "first", "sides"):
            assert (getattr(whole, name) == getattr(other, name)).all()


@pytest.mark.parametrize("deepest", [0, 1, 2])
def test_no_deeper_than_asked(deepest):
    found = Flats.joined(list(all_flats(rows_of(families.braid(5)), deepest)))
    assert np.bincount(found.ranks).tolist() == [1, 10, 25][: deepest + 1]  # Stirling numbers
