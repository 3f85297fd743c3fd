"""The walk that ends two ranks before the last finds what the walk to the end finds, in its order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from hyperplane_arrangements import Arrangement, families
from hyperplane_arrangements.errors import TooLargeError
from hyperplane_arrangements.geometry.cover_table import cover_table
from hyperplane_arrangements.geometry.flat_table import flat_table
from hyperplane_arrangements.plain import PlainArrangement
from hyperplane_arrangements.strategies import affine_arrangements, arrangements


def assert_same(arrangement: PlainArrangement) -> None:
    short, whole = cover_table(arrangement), flat_table(arrangement)
    assert len(short.vanish) == len(short.inside) == len(whole.levels)
    for vanish, inside, level in zip(short.vanish, short.inside, whole.levels, strict=True):
        assert (vanish == level.vanish).all() and (inside == ~level.at_infinity).all()
    for (above, below), step in zip(short.covers, whole.steps, strict=True):
        assert (above == step.above).all() and (below == step.below).all()


@settings(max_examples=40)
@given(arrangements() | affine_arrangements())
def test_both_walks_find_the_same(arrangement: Arrangement) -> None:
    assert_same(arrangement)


def test_both_walks_find_the_same_with_words_of_bits() -> None:
    """More than 64 hyperplanes, and rows in the last bit of a word."""
    rng = np.random.default_rng(2)
    for n, d in ((66, 2), (130, 2), (70, 3)):
        rows = rng.integers(-9, 10, size=(n, d))
        assert_same(Arrangement(rows.tolist(), rng.integers(-3, 4, size=n).tolist()))
    assert_same(families.braid(6))


def test_too_many_flats_are_refused_before_they_are_listed() -> None:
    rng = np.random.default_rng(1)
    lines = Arrangement(rng.integers(-99, 100, size=(60, 2)).tolist(), rng.integers(-99, 100, 60).tolist())
    with pytest.raises(TooLargeError, match="flats, more than max_flats=100; raise it, or use"):
        cover_table(lines, 100)
