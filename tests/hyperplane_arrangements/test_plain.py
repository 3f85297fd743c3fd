"""Arrangements: rows kept as given, and arrangements made from others."""

from __future__ import annotations

import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.errors import InputError

SMALL = st.integers(-3, 3)
DIMENSIONS, BOOLEANS = st.integers(1, 4), st.booleans()


def arrangements(dimension=DIMENSIONS, offsets=BOOLEANS):
    @st.composite
    def build(draw):
        d = draw(dimension)
        rows = draw(st.lists(st.lists(SMALL, min_size=d, max_size=d), min_size=1, max_size=7))
        affine = draw(offsets)
        return Arrangement(
            rows, draw(st.lists(SMALL, min_size=len(rows), max_size=len(rows))) if affine else None
        )

    return build()


@given(arrangements())
@settings(deadline=None, max_examples=100)
def test_every_row_is_its_oriented_hyperplane(arrangement):
    columns = list(arrangement.distinct.columns)
    integers = arrangement.homogeneous.integers[:, columns]
    for i, row in enumerate(integers):
        j, side = arrangement.hyperplane_of_row[i], arrangement.orientation_of_row[i]
        assert (j == -1) == (side == 0) == (not any(row))
        if j >= 0:
            plane = arrangement.hyperplanes[j] * int(side)
            k = next(k for k, x in enumerate(plane) if x)
            assert row[k] * plane[k] > 0
            assert (row * plane[k] == plane * row[k]).all()
    assert len(set(map(tuple, arrangement.hyperplanes))) == len(arrangement.hyperplanes)


@given(arrangements(), st.data())
@settings(deadline=None, max_examples=60)
def test_deletion_and_restriction_add_up(arrangement, data):
    """Zaslavsky (1975): the chambers of A are those of the deletion and those of the restriction."""
    i = data.draw(st.integers(0, arrangement.n - 1))
    of_row = arrangement.hyperplane_of_row
    alone = of_row[i] >= 0 and of_row[i] != arrangement.distinct.infinity and (of_row == of_row[i]).sum() == 1
    if arrangement.n == 1 or arrangement.dimension == 1 or not alone:
        return
    parts = arrangement.deletion(i).count_chambers() + arrangement.restriction(i).count_chambers()
    assert arrangement.count_chambers() == parts


@given(arrangements(), arrangements())
@settings(deadline=None, max_examples=40)
def test_product_multiplies(left, right):
    if left.is_central == right.is_central:
        assert left.product(right).count_chambers() == left.count_chambers() * right.count_chambers()
    else:
        with pytest.raises(InputError, match="one factor is central"):
            left.product(right)


@given(arrangements(offsets=st.just(True)))
@settings(deadline=None, max_examples=40)
def test_the_cone_has_both_sides_of_infinity(arrangement):
    assert arrangement.cone().count_chambers() == 2 * arrangement.count_chambers()


@given(arrangements())
@settings(deadline=None, max_examples=40)
def test_essentialization_has_the_same_sign_vectors(arrangement):
    if arrangement.rank:
        essential = arrangement.essentialization()
        assert essential.dimension == essential.rank == arrangement.rank
        assert set(map(bytes, essential.chambers().signs)) == set(map(bytes, arrangement.chambers().signs))
    else:
        with pytest.raises(InputError, match="every normal is zero"):
            arrangement.essentialization()


@given(arrangements(), st.data())
@settings(deadline=None, max_examples=60)
def test_signs_of_a_point_by_hand(arrangement, data):
    d = arrangement.dimension
    point = data.draw(st.lists(SMALL, min_size=d, max_size=d))
    offsets = arrangement.offsets or [0] * arrangement.n
    values = [
        sum(a * x for a, x in zip(row, point, strict=True)) - b
        for row, b in zip(arrangement.normals.fractions, offsets, strict=True)
    ]
    assert arrangement.chamber_of(point).tolist() == [(v > 0) - (v < 0) for v in values]
    through = [i for i, v in enumerate(values) if v == 0 and any(arrangement.normals.fractions[i])]
    if through:
        assert arrangement.localization(point).n == len(through)


def test_rows_keep_their_order_and_are_never_merged():
    arrangement = Arrangement([[0, 0], [2, 4], [1, 0], [-1, -2]])
    assert arrangement.hyperplane_of_row.tolist() == [-1, 0, 1, 0]
    assert arrangement.orientation_of_row.tolist() == [0, 1, 1, -1]
    assert arrangement.n == 4
    assert {tuple(s) for s in arrangement.chambers().signs.tolist()} == {
        (0, 1, 1, -1),
        (0, 1, -1, -1),
        (0, -1, 1, 1),
        (0, -1, -1, 1),
    }


def test_disjoint_supports_are_not_parallel():
    assert Arrangement([[1, 0], [0, 1]]).count_chambers() == 4


def test_an_affine_row_without_normal_is_no_hyperplane():
    arrangement = Arrangement([[0, 0], [0, 0], [1, 0]], [1, -1, 0])
    assert arrangement.count_chambers() == 2
    assert (arrangement.chambers().signs[:, :2] == [-1, 1]).all()


def test_the_side_of_an_offset():
    assert Arrangement([[1]], [2]).chamber_of([3]).tolist() == [1]
    assert Arrangement([[1]], ["1/3"]).chamber_of([Fraction(1, 3)]).tolist() == [0]


def test_values_that_can_be_pickled_compared_and_shown():
    arrangement = Arrangement([[1, 0], [0, 1]], [0, 1])
    arrangement.count_chambers()
    assert pickle.loads(pickle.dumps(arrangement)) == arrangement
    assert arrangement != Arrangement([[1, 0], [0, 1]])
    assert repr(arrangement) == "Arrangement([[1, 0], [0, 1]], offsets=[0, 1])"
    with pytest.raises(AttributeError):
        arrangement.normals = None


@pytest.mark.parametrize(
    ("act", "text"),
    [
        (lambda: Arrangement([[1, 2]], [1, 2]), "offsets has 2 entries but normals has 1 rows"),
        (lambda: Arrangement([[1, np.nan]]), r"normals\[0, 1\] is nan"),
        (lambda: Arrangement([[1]], ["x"]), r"offsets\[0\] is 'x'"),
        (lambda: Arrangement([[1, 2]]).deletion(0), "only row"),
        (
            lambda: Arrangement([[1, 2], [3, 4]]).deletion(2),
            "row 2 does not exist; give an index from 0 to 1",
        ),
        (lambda: Arrangement([[0, 0], [3, 4]]).restriction(0), "row 0 is zero"),
        (lambda: Arrangement([[1], [3]]).restriction(0), "no row or no coordinate left"),
        (lambda: Arrangement([[1, 1]]).localization([1, 0]), "no hyperplane contains the point"),
        (lambda: Arrangement([[1, 1]]).chamber_of([1]), "point has 1 entries; give 2"),
    ],
)
def test_misuse_is_refused_by_name(act, text):
    with pytest.raises(InputError, match=text):
        act()


@given(arrangements())
@settings(deadline=None, max_examples=50)
def test_equations_are_read_back_as_the_arrangement(arrangement):
    names = [f"x{j + 1}" for j in range(arrangement.dimension)]
    again = Arrangement.parse("; ".join(map(str, arrangement)), names)
    assert again.normals == arrangement.normals
    assert [row.offset for row in again] == [row.offset for row in arrangement]
    assert again.names == tuple(map(str, arrangement))


@given(arrangements(dimension=st.just(2)), arrangements(dimension=st.just(2)))
@settings(deadline=None, max_examples=50)
def test_a_union_has_the_rows_of_both_and_slices_give_them_back(first, second):
    both = first | second
    assert len(both) == len(first) + len(second) and list(both) == [*first, *second]
    assert both.is_central == (first.is_central and second.is_central)
    assert list(both[: len(first)]) == list(first) and list(both[len(first) :]) == list(second)
    grown = first
    for row in second:
        grown = grown.with_row(row.normal, row.offset)
    assert list(grown) == list(both)


def test_names_follow_their_rows():
    named = Arrangement([[1, 0], [0, 1], [1, 1], [1, -1]], [0, 0, 1, 0], names=["a", "b", "c", "d"])
    assert named == Arrangement(named.normals, named.offsets) and hash(named) == hash(
        Arrangement(named.normals, named.offsets)
    )
    assert named.deletion("b").names == ("a", "c", "d")
    assert named.restriction("c") == named.restriction(2) and named.restriction(2).names == ("a", "b", "d")
    assert named.localization([0, 1]).names == ("a", "c")
    assert named.essentialization().names == named.names
    assert named.cone().names == (*named.names, "infinity")
    assert named[1:3].names == ("b", "c") and named[-1].name == "d" and named["c"].offset == 1
    assert (named[:1] | Arrangement([[1, 2]])).names == ("a", "x1 = -2x2")
    assert named.with_row([1, 0], 5).names == (*named.names, "x1 = 5")
    assert named.with_row([1, 0], 5, "e").names[-1] == "e"
    assert named.product(named).names == named.names * 2
    assert Arrangement([[1]]).with_row([1]).names is None
    assert pickle.loads(pickle.dumps(named)).names == named.names


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Arrangement([[1]], names=["a", "b"]), "names has 2 entries but normals has 1 rows"),
        (lambda: Arrangement([[1]], names="a"), "names is 'a'; give a list of texts"),
        (lambda: Arrangement([[1]], names=[1]), "give a list of texts, one a row"),
        (lambda: Arrangement([[1]])["a"], "row 'a' does not exist; .*rows have no names"),
        (lambda: Arrangement([[1]], names=["b"])["a"], "row 'a' does not exist; .*there are b"),
        (lambda: Arrangement([[1]])[1:], "no row is left of the 1"),
        (
            lambda: Arrangement([[1]]) | Arrangement([[1, 0]]),
            "have dimensions 1 and 2; join those of",
        ),
        (lambda: Arrangement([[1]]).with_row([1, 2]), "normal has 2 entries; give 1, the dimension"),
    ],
)
def test_names_and_unions_that_do_not_fit(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_an_arrangement_is_no_operand_of_a_number():
    with pytest.raises(TypeError):
        Arrangement([[1]]) | 1
