"""The search: NBC sets against their definition, and every arithmetic against Python integers."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import comb

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.enumeration import engine, frame, search, tables
from hyperplane_arrangements.enumeration.candidates import candidates, compiled, floats
from hyperplane_arrangements.enumeration.minors import divide_by_infinity, poincare_coefficients
from hyperplane_arrangements.enumeration.witness import exact_witnesses
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact import signs as exact_signs

SMALL = st.integers(-2, 2)


def matrices(entries=SMALL, most=7, dimensions=(2, 4)):
    return st.integers(*dimensions).flatmap(
        lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=most)
    )


def framed(arrangement):
    return frame.frame(arrangement.distinct.rows, arrangement.distinct.infinity)


def all_cells(chosen):
    return list(search.cells(chosen, search.root(chosen)))


def padded(cells, chosen):
    basis = np.full((len(cells), chosen.dimension), -1)
    for row, cell in zip(basis, cells, strict=True):
        row[: len(cell.basis)] = cell.basis
    return basis


@given(matrices(most=6))
@settings(deadline=None, max_examples=40)
def test_the_sets_found_are_the_nbc_sets_by_definition(rows):
    """Independent, meeting in affine space, no smaller row contains the intersection of some of them."""
    arrangement = Arrangement(rows)
    if not arrangement.rank:
        return
    chosen = framed(arrangement)
    found = {cell.basis for cell in all_cells(chosen)}
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


@given(matrices(), st.sampled_from([1, 2**40 + 1, 2**60 + 3]))
@settings(deadline=None, max_examples=60)
def test_each_cell_has_its_own_exact_witness(rows, factor):
    arrangement = Arrangement([[factor * x + (x > 0) for x in row] for row in rows])
    if not arrangement.rank:
        return
    chosen = framed(arrangement)
    cells = all_cells(chosen)
    points = [list(p) for p in exact_witnesses(chosen, padded(cells, chosen))]
    found = exact_signs(exact_matrix(chosen.hyperplanes), points)
    bits = [[(cell.positive >> j & 1) * 2 - 1 for j in range(chosen.size)] for cell in cells]
    assert found.tolist() == bits
    assert len({cell.positive for cell in cells}) == len(cells) == search.count(search.root(chosen))


@given(matrices(), st.data())
@settings(deadline=None, max_examples=40)
def test_the_pieces_of_a_prefix_are_the_cells_that_begin_with_it(rows, data):
    arrangement = Arrangement(rows)
    if arrangement.rank < 3:
        return
    chosen = framed(arrangement)
    cells = all_cells(chosen)
    prefix = data.draw(st.sampled_from([cell.basis[:1] for cell in cells]))
    (flat,) = search.flats(search.root(chosen), [prefix])
    cut = data.draw(st.integers(0, len(chosen.rows)))
    pieces = [search.cells_between(chosen, flat, *ends) for ends in ((-1, cut), (cut, len(chosen.rows)))]
    if flat.m > 1:  # a line is always whole
        expected = [cell for cell in cells if cell.basis[: len(prefix)] == prefix]
        assert [cell for piece in pieces for cell in piece] == expected


def test_a_budget_is_kept():
    chosen = framed(Arrangement(np.random.default_rng(0).normal(size=(12, 4))))
    assert search.count(search.root(chosen), search.Budget(10_000)) == 1 + 11 + 55 + 165
    with pytest.raises(search.OutOfBudget):
        search.count(search.root(chosen), search.Budget(20))


@given(matrices(st.integers(-(10**16), 10**16)))
@settings(deadline=None, max_examples=30)
def test_points_of_a_frame_come_back_to_the_arrangement(rows):
    """Signs at z are signs at `back @ z`, in coordinates that were mixed too."""
    arrangement = Arrangement(rows)
    if not arrangement.rank:
        return
    chosen = framed(arrangement)
    for z in np.random.default_rng(1).integers(-9, 10, size=(5, chosen.dimension + 1)).tolist():
        point = [sum(a * b for a, b in zip(row, z, strict=True)) for row in chosen.back]
        rows_at_z = [sum(a * b for a, b in zip(row, z, strict=True)) for row in chosen.rows]
        there = [chosen.hyperplanes[j] for j in (chosen.infinity, *chosen.bits)]
        at_infinity, *others = [sum(a * b for a, b in zip(row, point, strict=True)) for row in there]
        assert others == rows_at_z
        factor = sum(a * row[0] for a, row in zip(there[0], chosen.back, strict=True))
        assert at_infinity == factor * z[0] and factor > 0


@pytest.mark.parametrize("wrong", [[2, 1, -1], [4, 2, 1]])
def test_a_set_with_a_broken_circuit_has_no_witness(wrong):
    chosen = framed(Arrangement([unit(3), unit(0), unit(1), [1, 1, 0, 0], unit(2), [0, 0, 1, 1]]))
    assert tuple(j for j in wrong if j >= 0) not in {cell.basis for cell in all_cells(chosen)}
    with pytest.raises(ValueError, match="broken circuit"):
        list(exact_witnesses(chosen, np.array([wrong])))


def unit(i):
    return [int(i == j) for j in range(4)]


def close_crossings():
    """On the line x_2 = 0, crossings at 1 - 1/q for neighbours q near 2**45."""
    return [[1, 0, 0], [0, 0, 1], *([1 - q, q, q % 3 + 1] for q in range(2**45 - 9, 2**45))]


INSTANCES = {
    "general floats": lambda: np.random.default_rng(3).normal(size=(13, 4)),
    "small integers": lambda: np.random.default_rng(4).integers(-2, 3, size=(14, 4)),
    "affine integers": lambda: (
        np.random.default_rng(5).integers(-2, 3, size=(14, 3)),
        np.random.default_rng(6).integers(-1, 2, size=14),
    ),
    "minors just fit": lambda: np.random.default_rng(7).integers(-(2**15), 2**15, size=(12, 4)),
    "large integers": lambda: np.random.default_rng(7).integers(-(2**40), 2**40, size=(12, 4)),
    "large and degenerate": lambda: np.random.default_rng(8).integers(-2, 3, size=(12, 4)) * 94906267 + 1,
    "close crossings": close_crossings,
    "nearly parallel": lambda: 1 + 2.0**-52 * np.random.default_rng(9).integers(0, 4, size=(12, 4)),
    "rounded": lambda: np.random.default_rng(12).normal(size=(14, 4)).round(1),
    "scales": lambda: np.ldexp(
        np.random.default_rng(10).normal(size=(12, 4)), np.arange(-600, 600, 100)[:, None]
    ),
    "lines": lambda: np.random.default_rng(13).integers(-5, 6, size=(30, 2)),
    "a plane": lambda: [[0, 3]],
}


@pytest.mark.parametrize("name", INSTANCES)
def test_every_arithmetic_finds_the_cells_of_the_exact_search_in_order(name):
    """Chambers, bases, tasks, points and proofs are the same, whoever computes them."""
    data = INSTANCES[name]()
    arrangement = Arrangement(*data) if isinstance(data, tuple) else Arrangement(data)
    chosen, affine = framed(arrangement), not arrangement.is_central
    plain = engine.Work(chosen, None)
    tasks = engine._split(plain, (), None)
    expected = engine.Cells.joined([engine.run_task(plain, task) for task in tasks])
    if not chosen.rows:
        assert len(expected.bits) == 1
        return
    for arrays in tables.arithmetics(chosen):
        work = engine.Work(chosen, arrays)
        assert engine._split(work, (), None) == tasks
        cells = engine.Cells.joined([engine.run_task(work, task) for task in tasks])
        assert np.array_equal(cells.bits, expected.bits)
        assert np.array_equal(cells.basis, expected.basis)
    found = candidates(floats(chosen), expected.basis, expected.bits, affine)
    points, proven = compiled(floats(chosen), expected.basis, expected.bits, affine)
    assert np.array_equal(found[0], points, equal_nan=True)
    assert np.array_equal(found[1], proven)
    exact = [[Fraction(x) for x in point] for point in points[proven].tolist()]
    signs = exact_signs(exact_matrix(chosen.hyperplanes), exact or np.zeros((0, chosen.dimension + 1)))
    bits = np.unpackbits(expected.bits[proven], axis=1, bitorder="little", count=chosen.size)
    assert np.array_equal(signs, bits.astype(np.int8) * 2 - 1)


def test_exact_floats_know_their_limit():
    """Integers whose minors do not fit are handed back, not rounded."""
    rows = np.random.default_rng(14).integers(-(2**23), 2**23, size=(12, 4))
    exact, bounded = tables.arithmetics(framed(Arrangement(rows)))
    assert exact.exact and not bounded.exact
    counts, undecided = tables.count(exact, (), (-1, 11))
    assert undecided
    assert counts.sum() < 1 + 11 + 55 + 165
    counts, undecided = tables.count(bounded, (), (-1, 11))
    assert not undecided
    assert counts.sum() == 1 + 11 + 55 + 165


def test_crossings_that_are_equal_as_floats_are_told_apart():
    arrangement = Arrangement(close_crossings())
    chosen = framed(arrangement)
    assert len({(q - 1) / q for q in range(2**45 - 9, 2**45)}) < 9
    exact = tables.arithmetics(chosen)[0]
    counts, undecided = tables.count(exact, (), (-1, len(chosen.rows)))
    assert not undecided
    assert 2 * counts.sum() == arrangement.count_chambers()
    bits, _, undecided = tables.search(exact, (), (-1, len(chosen.rows)), counts.sum())
    assert not undecided
    assert len(set(map(bytes, bits))) == counts.sum()


@pytest.mark.parametrize("digits", [1, 60])
def test_pieces_and_a_limit(digits, monkeypatch):
    rows = np.random.default_rng(11).normal(size=(14, 4)).round(digits)
    chosen = framed(Arrangement(rows))
    work = engine.Work(chosen, tables.arithmetics(chosen)[-1])
    whole = engine.run_task(work, engine._split(work, (), None)[0])
    monkeypatch.setattr(engine, "_PIECE", 4)
    monkeypatch.setattr(engine, "_LEAST", 4)
    tasks = engine._split(work, (), None)
    assert tasks == engine._split(engine.Work(chosen, None), (), None)
    assert len(tasks) > 20
    assert any(task.prefix for task in tasks)
    pieces = [engine.run_task(work, task) for task in tasks]
    assert [len(p.bits) for p in pieces] == [task.count for task in tasks]
    assert np.array_equal(engine.Cells.joined(pieces).bits, whole.bits)
    assert np.array_equal(engine.Cells.joined(pieces).basis, whole.basis)
    with pytest.raises(tables.OverLimit):
        engine._split(work, (), 100)


def test_giving_up_leads_to_the_next_arithmetic(monkeypatch):
    """With no room for what is undecided, Python integers find the same."""
    generator = np.random.default_rng(9)
    one, other = generator.normal(size=(2, 3))
    pencil = [[Fraction(x) + k * Fraction(y) for x, y in zip(one, other, strict=True)] for k in range(5)]
    arrangement = Arrangement([*pencil, *generator.normal(size=(4, 3)).tolist()])
    expected = engine.make_plan(arrangement.distinct.rows, None).chambers
    assert expected == 2 * (1 + 4 + 4 * 5 + 6)  # one less than the lines through each point, and one
    monkeypatch.setattr(tables, "_ROOM", 0)
    monkeypatch.setattr(engine, "_in_python", lambda chosen: None)
    plan = engine.make_plan(arrangement.distinct.rows, None)
    assert plan.work.tables is None
    assert plan.chambers == expected


def test_python_integers_are_left_when_much_has_been_asked_of_them(monkeypatch):
    monkeypatch.setattr(tables, "is_loaded", lambda *_: False)
    monkeypatch.setattr(engine, "_patience", search.Budget(100))
    rows = Arrangement(np.random.default_rng(2).integers(-3, 4, size=(9, 3))).distinct.rows
    plans = [engine.make_plan(rows, None) for _ in range(3)]
    assert [plan.work.tables is None for plan in plans] == [True, False, False]
    assert plans[0].tasks == plans[1].tasks == plans[2].tasks


@given(matrices(), st.lists(SMALL, min_size=7, max_size=7), st.booleans())
@settings(deadline=None, max_examples=60)
def test_sets_by_size_are_the_whitney_numbers_in_every_arithmetic(rows, offsets, affine):
    arrangement = Arrangement(rows, offsets[: len(rows)] if affine else None)
    distinct = arrangement.distinct
    wanted = poincare_coefficients(distinct.rows)
    if distinct.infinity is not None:
        wanted = divide_by_infinity(wanted)
    assert engine.whitney_numbers(distinct.rows, distinct.infinity) == wanted
    assert engine.count(distinct.rows, distinct.infinity) == sum(wanted)
    if len(distinct.rows) > 1:
        chosen = framed(arrangement)
        ways = [None, *tables.arithmetics(chosen)]
        sizes = [engine._sizes(engine.Work(chosen, arrays), None) for arrays in ways]
        assert sizes[0] == search.count_by_size(search.root(chosen))
        assert all(others == sizes[0] for others in sizes)
        assert sum(sizes[0]) == search.count(search.root(chosen))


def test_integers_that_outgrow_exact_floats_are_searched_in_rounded_ones(monkeypatch):
    """Thousands of flats that one arithmetic cannot decide and the other can are not left to Python."""
    left = []
    monkeypatch.setattr(search, "count_by_size", lambda flat: left.append(flat) or [0] * (flat.m + 1))
    rows = np.random.default_rng(5).integers(-99, 100, size=(16, 8))
    distinct = Arrangement(rows.tolist()).distinct
    exact = tables.arithmetics(frame.frame(distinct.rows))[0]
    _, undecided = tables.count_by_size(exact, (-1, 15))
    assert len(undecided) > tables._FEW
    found = engine.whitney_numbers(distinct.rows, None)
    assert not left
    assert found == (1, *[comb(15, k) + comb(15, k - 1) for k in range(1, 8)], comb(15, 7))
