"""The search: NBC sets against their definition, and every arithmetic against Python integers."""

from __future__ import annotations

from itertools import combinations, count

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import engine, search, tables
from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import signs as exact_signs
from hyperplane_arrangements.frame import frame
from hyperplane_arrangements.witness import exact_witnesses

SMALL = st.integers(-2, 2)


def matrices(entries=SMALL, most=7, dimensions=(2, 4)):
    return st.integers(*dimensions).flatmap(
        lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=most)
    )


def general_frame(arrangement):
    distinct = arrangement.distinct
    for attempt in count():
        chosen = frame(distinct.rows, distinct.infinity, attempt)
        try:
            search.count(chosen)
        except search.NotGeneral:
            continue
        return chosen


@given(matrices(most=6))
@settings(deadline=None, max_examples=40)
def test_the_sets_found_are_the_nbc_sets_by_definition(rows):
    """Independent, meeting in affine space, no smaller row contains the intersection of some of them."""
    arrangement = Arrangement(rows)
    if not arrangement.rank:
        return
    chosen = general_frame(arrangement)
    found = {cell.basis for cell in search.cells(chosen)}
    n = len(chosen.rows)

    def is_nbc(subset):
        full = sympy.Matrix(subset_rows(subset))
        linear = full[:, 1:]
        if linear.rank() < len(subset):
            return False
        for k in range(1, len(subset) + 1):
            for part in combinations(subset, k):
                for j in range(min(part)):
                    stacked = sympy.Matrix([*subset_rows(part), chosen.rows[j]])
                    if stacked.rank() == k:
                        return False
        return full.rank() == len(subset)

    def subset_rows(subset):
        return [chosen.rows[j] for j in subset]

    expected = {()}
    for k in range(1, chosen.dimension + 1):
        expected |= {tuple(reversed(s)) for s in combinations(range(n), k) if is_nbc(s)}
    assert found == expected


@given(matrices())
@settings(deadline=None, max_examples=60)
def test_each_cell_has_its_own_exact_witness(rows):
    arrangement = Arrangement(rows)
    if not arrangement.rank:
        return
    chosen = general_frame(arrangement)
    cells = list(search.cells(chosen))
    basis = np.full((len(cells), chosen.dimension), -1)
    for row, cell in zip(basis, cells, strict=True):
        row[: len(cell.basis)] = cell.basis
    found = exact_signs(chosen.hyperplanes, [list(p) for p in exact_witnesses(chosen, basis)])
    bits = [[(cell.positive >> j & 1) * 2 - 1 for j in range(chosen.size)] for cell in cells]
    assert found.tolist() == bits
    assert len(cells) == search.count(chosen)
    assert sum(search.count(chosen, (j,)) for j in range(len(chosen.rows))) == len(cells) - 1


def test_a_budget_is_kept():
    chosen = general_frame(Arrangement(np.random.default_rng(0).normal(size=(12, 4))))
    assert search.count(chosen, (), search.Budget(10_000)) == 1 + 11 + 55 + 165
    with pytest.raises(search.OutOfBudget):
        search.count(chosen, (), search.Budget(20))


def test_a_flag_that_is_not_general_is_noticed():
    rows = ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 1, 1))
    attempts = []
    for attempt in range(30):
        try:
            search.count(frame(rows, None, attempt))
            attempts.append(True)
        except search.NotGeneral:
            attempts.append(False)
    assert True in attempts
    assert False in attempts


def test_a_set_with_a_broken_circuit_has_no_witness():
    chosen = general_frame(Arrangement([unit(3), unit(0), unit(1), [1, 1, 0, 0], unit(2)]))
    assert (2, 1) not in {cell.basis for cell in search.cells(chosen)}
    with pytest.raises(ValueError, match="broken circuit"):
        list(exact_witnesses(chosen, np.array([[2, 1, -1]])))


def unit(i):
    return [int(i == j) for j in range(4)]


INSTANCES = {
    "general floats": lambda: np.random.default_rng(3).normal(size=(13, 4)),
    "small integers": lambda: np.random.default_rng(4).integers(-2, 3, size=(14, 4)),
    "affine integers": lambda: (
        np.random.default_rng(5).integers(-2, 3, size=(14, 3)),
        np.random.default_rng(6).integers(-1, 2, size=14),
    ),
    "large integers": lambda: np.random.default_rng(7).integers(-(2**40), 2**40, size=(12, 4)),
    "large and degenerate": lambda: np.random.default_rng(8).integers(-2, 3, size=(12, 4)) * 94906267 + 1,
    "nearly parallel": lambda: 1 + 2.0**-52 * np.random.default_rng(9).integers(0, 4, size=(12, 4)),
    "scales": lambda: np.ldexp(
        np.random.default_rng(10).normal(size=(12, 4)), np.arange(-600, 600, 100)[:, None]
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", INSTANCES)
def test_every_arithmetic_finds_the_cells_of_the_exact_search(name):
    data = INSTANCES[name]()
    arrangement = Arrangement(*data) if isinstance(data, tuple) else Arrangement(data)
    chosen = general_frame(arrangement)
    expected = {cell.positive: cell.basis for cell in search.cells(chosen)}
    for arrays in tables.arithmetics(chosen, arrangement.distinct.rows):
        work = engine.Work(chosen, arrays)
        for task in engine._split(work, (), None):
            assert task.count == len(expected)
            cells = engine.run_task(work, task)
            found = {
                int.from_bytes(bits.tobytes(), "little"): tuple(int(j) for j in basis if j >= 0)
                for bits, basis in zip(cells.bits, cells.basis, strict=True)
            }
            assert found == expected
            points, proven = work.points(cells, not arrangement.is_central)
            signs = exact_signs(chosen.hyperplanes, points[proven])
            bits = np.unpackbits(cells.bits[proven], axis=1, bitorder="little", count=chosen.size)
            assert np.array_equal(signs, bits.astype(np.int8) * 2 - 1)


@pytest.mark.slow
def test_pieces_and_a_limit(monkeypatch):
    arrangement = Arrangement(np.random.default_rng(11).normal(size=(14, 4)))
    chosen = general_frame(arrangement)
    work = engine.Work(chosen, tables.arithmetics(chosen, arrangement.distinct.rows)[-1])
    whole = engine.run_task(work, engine._split(work, (), None)[0])
    monkeypatch.setattr(engine, "_PIECE", 4)
    monkeypatch.setattr(engine, "_LEAST", 4)
    tasks = engine._split(work, (), None)
    assert len(tasks) > 20
    assert any(task.prefix for task in tasks)
    pieces = [engine.run_task(work, task) for task in tasks]
    assert [len(p.bits) for p in pieces] == [task.count for task in tasks]
    assert np.array_equal(engine.Cells.joined(pieces).bits, whole.bits)
    assert np.array_equal(engine.Cells.joined(pieces).basis, whole.basis)
    with pytest.raises(tables.OverLimit):
        engine._split(work, (), 100)
