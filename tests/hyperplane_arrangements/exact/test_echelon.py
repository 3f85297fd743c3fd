"""Echelon forms against those of sympy."""

from __future__ import annotations

import numpy as np
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.exact.echelon import pivot_columns
from hyperplane_arrangements.exact.rows import signed_content

HUGE = 2**31 - 1  # the prime itself


def matrices(entries, columns):
    return st.tuples(st.integers(1, 6), columns).flatmap(
        lambda shape: st.lists(
            st.lists(entries, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )


small = st.integers(-3, 3)
hard = st.sampled_from([0, 1, -1, HUGE, -HUGE, 2 * HUGE, HUGE**3 + 1, 2**62])


@given(st.one_of(matrices(e, c) for e in (small, hard) for c in (st.integers(1, 5), st.integers(9, 12))))
@settings(deadline=None, max_examples=150)
def test_pivots_of_wide_and_narrow_matrices_are_those_of_sympy(rows):
    expected = sympy.Matrix(rows).rref()[1]
    assert pivot_columns(np.array(rows, dtype=object)) == tuple(expected)


@given(matrices(small, st.integers(1, 3)))
@settings(deadline=None, max_examples=50)
def test_columns_that_repeat_are_no_pivots(rows):
    doubled = np.array([[*row, *row, *[0] * 6] for row in rows], dtype=object)
    assert pivot_columns(doubled) == pivot_columns(np.array(rows, dtype=object))


def test_the_rank_modulo_a_prime_decides_nothing_alone():
    rows = np.array([[HUGE, *[0] * 9], [0, 1, *[0] * 8]], dtype=object)
    assert pivot_columns(rows) == (0, 1)
    assert pivot_columns(rows % HUGE) == (1,)  # the control: what the prime sees


def test_the_content_has_the_sign_of_the_first_entry():
    assert signed_content([6, -9]) == 3
    assert signed_content([0, -6, 9]) == -3
    assert signed_content([0, 0]) == signed_content([]) == 0
