"""Points proven line by line, all chambers along a side at once: every sign against exact integers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.enumeration.candidates import _line_by_line, floats
from hyperplane_arrangements.enumeration.frame import frame
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact import signs as exact_signs


def along_lines(arrangement, spoil=lambda bits, rounded: None):
    """What is proven line by line: the frame, the points, and which are proven; bits may be spoilt before."""
    distinct = arrangement.distinct
    cells = arrangement.chambers()._all().cells
    chosen = frame(distinct.rows, distinct.infinity)
    rounded, bits = floats(chosen), cells.bits.copy()
    spoil(bits, rounded)
    points, proven = np.full((len(bits), 3), np.nan), np.zeros(len(bits), np.bool_)
    basis = np.ascontiguousarray(cells.basis, np.int32)
    _line_by_line(rounded, basis, bits, not arrangement.is_central, points, proven)
    return chosen, cells.bits, points, proven


def assert_right(chosen, bits, points, proven):
    if not proven.any():
        return
    given = np.unpackbits(bits[proven], axis=1, bitorder="little", count=chosen.size).astype(np.int8) * 2 - 1
    exact = [[Fraction(x) for x in point] for point in points[proven].tolist()]
    assert np.array_equal(exact_signs(exact_matrix(chosen.hyperplanes), exact), given)


def _wild(random):
    return random.normal(size=(60, 3)) * 10.0 ** random.integers(-30, 30, (60, 3))


GENERAL = {
    "Gaussian": lambda random: (random.normal(size=(150, 3)),),
    "affine": lambda random: (random.normal(size=(150, 2)), random.normal(size=150)),
    "rows of all sizes": lambda r: (r.normal(size=(150, 3)) * 10.0 ** r.integers(-99, 99, (150, 1)),),
    "nearly parallel": lambda random: (np.c_[np.ones(150), 1e-9 * random.normal(size=(150, 2))],),
    "few directions": lambda random: (random.integers(-5, 6, (150, 3)),),
}  # fmt: skip


@pytest.mark.parametrize("name", GENERAL)
def test_nearly_all_points_of_many_lines_are_proven_together(name):
    arrangement = Arrangement(*GENERAL[name](np.random.default_rng(1)))
    found = along_lines(arrangement)
    assert found[-1].mean() > 0.9
    assert_right(*found)


@pytest.mark.parametrize("kind", ["wild", "parabola", "pencil"])
def test_what_floats_cannot_tell_is_not_proven(kind):
    """Entries of all sizes, points of a parabola that crowd, and lines through one point, nearly."""
    random = np.random.default_rng(2)
    pencil = random.normal(size=(60, 2)) @ random.normal(size=(2, 3))  # of rank 2 but for rounding
    parabola = [[1, k, k**2] for k in range(60)]
    rows = {"wild": _wild(random), "parabola": parabola, "pencil": pencil}[kind]
    assert_right(*along_lines(Arrangement(rows)))


@settings(max_examples=30)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=3, max_size=3), min_size=4, max_size=9), st.booleans())
def test_any_lines(rows, affine):
    arrangement = (
        Arrangement([row[:2] for row in rows], [row[2] for row in rows]) if affine else Arrangement(rows)
    )
    if len(arrangement.distinct.columns) == 3:
        assert_right(*along_lines(arrangement))


def test_a_wrong_sign_is_never_proven():
    """Negative control: one bit of each chamber is another."""

    def flip(bits, rounded):
        rows = np.random.default_rng(4).integers(0, rounded.planes.shape[1], len(bits))
        bits[np.arange(len(bits)), rows >> 3] ^= (1 << (rows & 7)).astype(np.uint8)

    arrangement = Arrangement(np.random.default_rng(3).normal(size=(120, 3)))
    chosen, _, points, proven = along_lines(arrangement, flip)
    # A flipped pivot or wall is the chamber across it, whose gap may be the same: then the point is there.
    bits = arrangement.chambers()._all().cells.bits.copy()
    flip(bits, floats(chosen))
    assert proven.mean() < 0.05
    assert_right(chosen, bits, points, proven)


def test_batches_do_not_change_the_points():
    arrangement = Arrangement(np.random.default_rng(5).normal(size=(110, 3)))
    whole = arrangement.chambers()
    parts = [batch.witnesses for batch in arrangement.chambers().batches(6001)]
    assert np.array_equal(np.concatenate(parts), whole.witnesses)
    assert np.array_equal(exact_signs(arrangement.normals, whole.witnesses), whole.signs)
