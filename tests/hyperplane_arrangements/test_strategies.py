"""The strategies draw what they promise, and shrink to what a person can read."""

import builtins
import importlib
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from hyperplane_arrangements import InputError, MissingExtraError, families
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.strategies import (
    AFFINE_DEGENERACIES,
    DEGENERACIES,
    affine_arrangements,
    arrangements,
    directions_near_walls,
    low_rank_matrices,
    normals,
)

quick = settings(deadline=None, max_examples=40)
# One example that shows that there is one: to make it small takes a hundred times as long.
anything = settings(max_examples=2000, derandomize=True, phases=[Phase.generate], deadline=None)
kinds = pytest.mark.parametrize("degeneracy", DEGENERACIES)


@kinds
@given(data=st.data(), r=st.integers(1, 3), extra=st.integers(0, 4), more=st.integers(0, 2))
@quick
def test_size_rank_and_dimension_are_exactly_those_asked_for(degeneracy, data, r, extra, more):
    rows = data.draw(normals(size=r + extra, rank=r, dimension=r + more, degeneracy=degeneracy))
    assert len(rows) == r + extra and all(len(row) == r + more for row in rows)
    assert rank(exact_matrix(rows)) == r


@given(normals(rank=3, size=6, dimension=3, degeneracy="general"))
@quick
def test_general_position_is_general(rows):
    assert all(rank(exact_matrix(subset)) == 3 for subset in combinations(rows, 3))


@pytest.mark.parametrize(
    ("degeneracy", "special"),
    [
        ("repeated", lambda a: len(set(a.hyperplane_of_row.tolist())) < a.n),
        ("repeated", lambda a: -1 in a.hyperplane_of_row),
        (
            "repeated",
            lambda a: len(set(zip(a.hyperplane_of_row, a.orientation_of_row, strict=True))) == a.n > a.rank,
        ),
        ("concurrent", lambda a: a.rank == 3 and a.count_chambers() == 12),
        ("tiny angles", lambda a: a.rank == 2 and a.count_chambers() == 6 and a.normals.floats.max() < 9),
    ],
)
def test_what_each_degeneracy_promises_occurs(degeneracy, special):
    find(arrangements(degeneracy=degeneracy), special, settings=anything)


def test_general_position_never_repeats():
    with pytest.raises(NoSuchExample):
        find(
            arrangements(degeneracy="general", rank=2),
            lambda a: len(set(a.hyperplane_of_row.tolist())) < a.n,
            settings=settings(max_examples=200, derandomize=True),
        )


@given(arrangements(degeneracy="tiny angles", rank=2))
@quick
def test_tiny_angles_are_told_apart_exactly(arrangement):
    rows = {tuple(row) for row in arrangement.hyperplanes.tolist()}
    assert arrangement.count_chambers() == 2 * len(rows)


@pytest.mark.parametrize("degeneracy", AFFINE_DEGENERACIES)
@given(data=st.data())
@quick
def test_affine_arrangements_have_the_rank_asked_for(degeneracy, data):
    arrangement = data.draw(affine_arrangements(degeneracy=degeneracy, rank=2, size=4))
    assert (arrangement.rank, arrangement.n) == (2, 4) and arrangement.offsets is not None
    if degeneracy == "concurrent":
        from hyperplane_arrangements.geometry.flats import count_bounded_chambers

        assert count_bounded_chambers(arrangement) == 0


@given(low_rank_matrices(rows=6, columns=5, rank=2))
@quick
def test_data_matrices_have_their_rank_exactly(x):
    assert x.shape == (6, 5) and x.dtype == np.float64 and rank(exact_matrix(x)) == 2


@given(st.data())
@quick
def test_directions_lie_within_rounding_of_a_wall(data):
    arrangement = data.draw(arrangements(rank=3, size=5, degeneracy="general"))
    u = data.draw(directions_near_walls(arrangement))
    assert u.any()
    rows = arrangement.normals.floats
    scale = np.abs(rows) @ np.abs(u)
    assert (np.abs(rows @ u) <= 1e-14 * scale + 1e-300).any()


def test_directions_on_a_wall_and_beside_it_both_occur():
    arrangement = families.generic(4, 3)
    for wanted in (True, False):
        find(
            directions_near_walls(arrangement),
            lambda u, wanted=wanted: bool((arrangement.chamber_of(u) == 0).any()) == wanted,
            settings=anything,
        )


def test_failures_shrink_to_small_readable_examples():
    smallest = find(
        arrangements(),
        lambda a: a.rank == 2 and a.n >= 3,
        settings=settings(max_examples=2000, derandomize=True),
    )
    assert smallest.n == 3 and smallest.dimension == 2
    assert max(abs(x) for x in smallest.normals.integers.flat) <= 9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: normals(degeneracy="odd").example(), "degeneracy is 'odd'; choose one of general, repeated"),
        (lambda: normals(rank=3, size=2).example(), "size is 2; give at least 3, or None for 3 to 7"),
        (lambda: low_rank_matrices(rank=2, columns=1).example(), "columns is 1; give at least 2"),
        (lambda: directions_near_walls(families.shi(3)).example(), "arrangement has no hyperplane through 0"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_errors_say_what_to_do(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_without_hypothesis_the_error_names_the_extra(monkeypatch):
    real = builtins.__import__

    def missing(name, *rest, **named):
        if name.split(".")[0] == "hypothesis":
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.delitem(sys.modules, "hyperplane_arrangements.strategies")
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"needs hypothesis; install the extra: .*\[hypothesis\]"):
        importlib.import_module("hyperplane_arrangements.strategies")


def test_one_row_with_a_large_entry_is_smaller_than_many_with_small_ones() -> None:
    """The squares of a column of rank 1 exceed 1000: with the least entry that can, 32."""
    shrinking = settings(
        derandomize=True, deadline=None, phases=[Phase.generate, Phase.shrink], database=None
    )
    column = normals(rank=1, dimension=1, degeneracy="general")
    smallest = find(column, lambda rows: sum(x**2 for (x,) in rows) > 1000, settings=shrinking)
    assert smallest == [[32]]
