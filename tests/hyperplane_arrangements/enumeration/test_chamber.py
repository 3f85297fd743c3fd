"""Chambers one by one: signs, short points strictly inside, walls as by double description."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, families, separating_rows
from hyperplane_arrangements.enumeration.chamber import short_point
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.sign_vectors import read_signs, signs_text
from hyperplane_arrangements.geometry.angles import solid_angle
from hyperplane_arrangements.geometry.shapes import chamber_shape
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

EITHER = st.one_of(arrangements(), affine_arrangements())


@given(EITHER)
@settings(deadline=None, max_examples=40)
def test_chambers_are_those_of_the_list_with_points_inside_and_their_walls(arrangement):
    listed = arrangement.chambers()
    chambers = list(listed)
    assert [chamber.signs for chamber in chambers] == list(map(tuple, listed.signs.tolist()))
    for k, chamber in enumerate(chambers[:12]):
        assert chamber.index == k and chamber == listed[k] == listed[k - len(listed)]
        assert tuple(arrangement.chamber_of(chamber.point).tolist()) == chamber.signs
        assert chamber.walls == chamber_shape(arrangement, chamber).walls
        assert read_signs(str(chamber)) == chamber.signs and len(chamber) == len(arrangement)


def test_walls_of_degenerate_rows():
    twice = Arrangement([[1, 0], [0, 0], [-2, 0], [0, 1]])
    assert {chamber.walls for chamber in twice.chambers()} == {(0, 2, 3)}
    assert [chamber.walls for chamber in Arrangement([[0, 0]]).chambers()] == [()]
    assert [chamber.walls for chamber in Arrangement([[2]]).chambers()] == [(0,), (0,)]
    along = Arrangement([[1], [0], [1]], [0, 1, 1])
    assert sorted((str(chamber), chamber.walls) for chamber in along.chambers()) == [
        ("+-+", (2,)),
        ("+--", (0, 2)),
        ("---", (0,)),
    ]


def test_places_beyond_the_first_batch_and_slices():
    listed = families.generic(70, 3).chambers()
    signs = listed.signs
    for place in (0, 4095, 4096, 4701, -1):
        assert listed[place].signs == tuple(signs[place].tolist())
    assert [chamber.index for chamber in listed[4700:4703]] == [4700, 4701, 4702]
    with pytest.raises(IndexError):
        listed[len(listed)]


def test_points_are_short():
    """Those of the braid arrangement can be orders of small numbers; a ray between two may need 21."""
    for chamber in families.braid(4).chambers():
        assert max(map(abs, chamber.point)) <= 4 and all(x.denominator == 1 for x in chamber.point)
    thin = Arrangement([[20, 1], [22, 1]])
    assert {max(map(abs, chamber.point)) for chamber in thin.chambers()} <= {*map(Fraction, range(1, 22))}
    assert (-1, 21) in [chamber.point for chamber in thin.chambers()]


@given(st.fractions(-(2**60), 2**60), st.fractions(0, 1).filter(bool))
@settings(deadline=None, max_examples=40)
def test_a_point_that_no_grid_comes_near_stays(low, width):
    interval = Arrangement([[1], [1]], [low, low + width])
    point = short_point(interval, [1, -1], [low + width / 2])
    assert interval.chamber_of(point).tolist() == [1, -1]


def test_signs_are_texts_or_numbers_wherever_they_are_asked_for():
    lines = Arrangement([[1, 0], [0, 1], [1, 1]])
    chamber = next(chamber for chamber in lines.chambers() if str(chamber) == "+-+")
    for signs in ("+-+", "+\N{MINUS SIGN}+", [1, -1, 1], np.array([1, -1, 1]), chamber):
        assert lines.chamber_shape(signs).walls == (1, 2)
        assert lines.distance(signs, "+++") == 1 and separating_rows(signs, "+++") == (1,)
        assert lines.zonotope().vertex_of(signs) == (2, 1)
        assert solid_angle(lines, signs) == solid_angle(lines, (1, -1, 1))
    assert chamber in {chamber} and chamber != "+-+" and repr(chamber) == "Chamber('+-+')"
    assert signs_text([-1, 0, 1]) == "-0+" and chamber[1:] == (-1, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: read_signs("+x"), "signs is '\\+x'; write one of \\+, - and 0 for each row"),
        (lambda: read_signs(3), "signs is 3; give a text such as \\+-0, or integers"),
        (lambda: separating_rows("+", "+-"), "sign vectors have lengths 1 and 2"),
        (lambda: families.braid(3).zonotope().vertex_of("+"), "sign_vector has 1 entries; give 3"),
        (lambda: families.braid(3).chamber_shape("+0-"), r"signs\[1\] is 0; a chamber has -1 or 1"),
    ],
)
def test_signs_that_are_none(call, message):
    with pytest.raises(InputError, match=message):
        call()
