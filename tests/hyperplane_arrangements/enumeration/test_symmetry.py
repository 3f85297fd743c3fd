"""Counting with symmetry against memoised minors, published numbers, and fingerprints that say nothing."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, families, named, square_root
from hyperplane_arrangements.enumeration import chambers, symmetry, symmetry_kernel
from hyperplane_arrangements.enumeration.minors import poincare_coefficients
from hyperplane_arrangements.enumeration.symmetry import count_with_symmetry, is_promising
from hyperplane_arrangements.enumeration.symmetry_kernel import coordinates, same_up_to_scale, traces
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.exact.rows import canonical, restrict
from hyperplane_arrangements.families import published

MANY = 10**12
SIGNED = [canonical(row) for row in product((-1, 0, 1), repeat=5) if any(row)]
sets = st.sets(st.sampled_from(SIGNED), min_size=5, max_size=14)
full_rank = sets.map(sorted).filter(lambda rows: rank(exact_matrix(rows)) == 5)


@given(full_rank)
@settings(deadline=None, max_examples=40)
def test_the_numbers_are_those_of_minors_in_an_order(rows):
    assert count_with_symmetry(rows, MANY).coefficients == poincare_coefficients(rows)


@given(full_rank)
@settings(deadline=None, max_examples=25)
def test_fingerprints_that_say_nothing_decide_nothing(rows):
    """All rows of one weight look the same: only integers tell restrictions apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(symmetry_kernel, "fingerprints", _blind)
        assert count_with_symmetry(rows, MANY).coefficients == poincare_coefficients(rows)


@given(full_rank, st.integers(0, 2**32))
@settings(deadline=None, max_examples=25)
def test_no_metric_changes_the_numbers(rows, seed):
    base = np.random.default_rng(seed).normal(size=(5, 5))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(symmetry, "_metric", lambda array: np.eye(5) + base @ base.T)
        assert count_with_symmetry(rows, MANY).coefficients == poincare_coefficients(rows)


def test_without_integers_such_fingerprints_would_give_wrong_numbers(monkeypatch):
    """The control of the test above but one."""
    rows = sorted(named("resonance_5").distinct.rows)[:-3]
    wanted = poincare_coefficients(rows)
    monkeypatch.setattr(symmetry_kernel, "fingerprints", _blind)
    assert count_with_symmetry(rows, MANY).coefficients == wanted
    monkeypatch.setattr(symmetry._Kind, "image_in", lambda kind, other: other.rows)
    with pytest.raises(AssertionError, match="is an integer"):
        assert count_with_symmetry(rows, MANY).coefficients == wanted, "is an integer"


def _blind(vectors, weights):
    return np.full(len(vectors), 7, np.uint64)


@pytest.mark.parametrize(
    "name", ["resonance_5", "resonance_6", "threshold_5", "type_e_6", "type_b_5", "braid_7", "catalan_5"]
)
def test_published_numbers(name):
    family, number = name.rsplit("_", 1)
    arrangement = named(name)
    found = count_with_symmetry(arrangement.distinct.rows, MANY)
    half = 1 if arrangement.is_central else 2
    assert sum(found.coefficients) == half * published.chambers(family, int(number))
    assert sum(found.kinds) < len(arrangement.distinct.rows)


def test_published_polynomial():
    found = count_with_symmetry(named("resonance_7").distinct.rows)
    assert found.coefficients == (1, *published.RESONANCE_BETTI[6])
    assert found.kinds[1] == 4  # subsets of 8 things and their complements: of 1, 2, 3 or 4 things


@given(st.integers(0, 2**32))
@settings(deadline=None, max_examples=10)
def test_any_linear_map_and_any_lengths_leave_the_symmetry(seed):
    generator = np.random.default_rng(seed)
    change = generator.integers(-3, 4, size=(5, 5)) + 7 * np.eye(5, dtype=int)
    rows = (np.array(named("resonance_5").distinct.rows) @ change).tolist()
    generator.shuffle(rows)
    found = count_with_symmetry([canonical(row) for row in rows], MANY)
    assert found.kinds == (1, 3)
    assert sum(found.coefficients) == published.chambers("resonance", 5)


def _pencil(k):
    """Coordinate hyperplanes, one that crosses all, and one whose cross ratio with others is 1 + 1/k."""
    rows = [*np.eye(5, dtype=int).tolist(), [1] * 5, [1, 1, 0, 0, 0], [k, k + 1, 0, 0, 0]]
    return np.array(rows, dtype=np.int64)


def _kind(rows):
    seen = symmetry._seen(rows, np.ones(len(rows), np.int64), np.eye(5))
    return symmetry._Kind.of(seen)


def test_restrictions_that_floats_do_not_tell_apart():
    one, other, moved = _kind(_pencil(20_000)), _kind(_pencil(20_001)), _kind(_pencil(20_000)[::-1].copy())
    assert sorted(one.one.marks) == sorted(other.one.marks)
    assert np.abs(one.one.vectors - other.one.vectors).max() < symmetry_kernel._CLOSE
    assert not len(one.image_in(other.one))
    image = one.image_in(moved.one)  # the control: the same in another order
    assert len(image) == 8 and (moved.one.rows[image[:5]].sum(axis=1) == 1).all()


def test_scaled_columns_are_compared_exactly():
    one = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 2, 0], [0, 3, 5]])
    other = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-3, 4, 0], [0, 9, 7]])
    identity = np.arange(5)
    assert same_up_to_scale(one, other, identity)  # both pairs of columns have a number free
    more = np.array([[1, 1, 1], [1, 1, 1]])
    both = np.vstack([one, more[:1]]), np.vstack([other, more[:1]])
    assert not same_up_to_scale(*both, np.arange(6))
    assert not same_up_to_scale(one, other, np.array([0, 1, 2, 4, 3]))  # other zeros
    # The numbers -3 : 2 : 14/15 take one to the other; so they must a sixth row.
    fits = np.array([[-45, 30, 14]])
    assert same_up_to_scale(np.vstack([one, more[:1]]), np.vstack([other, fits]), np.arange(6))
    assert not same_up_to_scale(np.vstack([one, more[:1]]), np.vstack([other, fits + 1]), np.arange(6))


@given(full_rank)
@settings(deadline=None, max_examples=25)
def test_traces_are_those_of_python_integers_with_their_numbers(rows):
    array = np.array(rows)
    found, numbers = traces(array, np.ones(len(rows), np.int64), 2)
    wanted = restrict(rows[:2] + rows[3:], rows[2])
    assert dict(zip(map(tuple, found.tolist()), numbers.tolist(), strict=True)) == {
        row: wanted.count(row) for row in wanted
    }


@given(full_rank)
@settings(deadline=None, max_examples=25)
def test_coordinates_give_the_rows_back(rows):
    array = np.array(rows)
    seen = symmetry._whole(array)
    frame = symmetry_kernel.frame_of(seen.vectors, seen.marks)
    found = coordinates(array, frame)
    assert [canonical(row) for row in (found @ array[frame]).tolist()] == rows


def test_integers_that_grow_too_large_and_too_much_work_are_given_up():
    huge = [[k**4, k**3, k**2, k * (2**14 + 1), 1] for k in range(1, 9)]
    assert count_with_symmetry([canonical(row) for row in huge], MANY) is None
    rows = named("resonance_6").distinct.rows
    assert count_with_symmetry(rows, 1000) is None
    assert count_with_symmetry(named("resonance_4").distinct.rows, MANY) is None
    large = [canonical((2**50 * row[0], *row[1:])) for row in rows]
    assert count_with_symmetry(large, MANY) is None


def test_square_roots_are_left_to_other_ways():
    root = square_root(5)
    rows = [(root * row[0], *row[1:]) for row in named("resonance_7").distinct.rows]
    assert not is_promising(Arrangement(rows).distinct.rows)
    assert count_with_symmetry(Arrangement(rows[:60]).distinct.rows, MANY) is None


def test_kinds_that_need_too_much_memory_are_given_up(monkeypatch):
    monkeypatch.setattr(symmetry, "_BYTES", 10_000)
    assert count_with_symmetry(named("resonance_6").distinct.rows) is None


def test_symmetry_is_looked_for_where_there_is_much_to_count(monkeypatch):
    resonance = named("resonance_7").distinct.rows
    assert is_promising(resonance)
    assert not is_promising(named("resonance_6").distinct.rows)
    random = np.random.default_rng(5).integers(-9, 10, size=(127, 7))
    assert not is_promising(Arrangement(random).distinct.rows)
    assert not is_promising([tuple(2**15 * x for x in row) for row in resonance])


def test_a_count_says_whether_it_used_symmetry(monkeypatch):
    monkeypatch.setattr(symmetry, "WORTH", 0)
    monkeypatch.setattr(symmetry, "_SHARE", 1)
    monkeypatch.setattr(chambers, "_TURNS", ((10, 10), (10**7, 10**7)))
    arrangement = families.resonance(6)
    assert arrangement.count_chambers() == published.chambers("resonance", 6)
    used = "with symmetry: 11 flats, 7 of them of rank 2, stand for all"
    assert str(chambers.symmetry_used(arrangement)) == used
    other = Arrangement(np.random.default_rng(5).integers(-9, 10, size=(12, 5)))
    assert chambers.symmetry_used(other) is None
    affine = families.catalan(6)
    assert affine.count_chambers() == published.chambers("catalan", 6)
    assert chambers.symmetry_used(affine) is not None
    assert sum(chambers.poincare(affine)) == affine.count_chambers()


@pytest.mark.slow
def test_eight_dimensional_resonance():
    arrangement = families.resonance(8)
    assert arrangement.count_chambers() == 419172756930
    assert chambers.poincare(arrangement) == (1, *published.RESONANCE_BETTI[7])
    assert chambers.symmetry_used(arrangement)
