"""Exact numbers and certified signs."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import (
    certain_signs,
    exact_matrix,
    exact_scalar,
    exact_vector,
    pivot_columns,
    rank,
    scaled_floats,
    signs,
)

FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64)
SMALL = st.integers(-3, 3)
ROWS, COLUMNS = st.integers(1, 6), st.integers(1, 5)


def matrices(entries, rows=ROWS, columns=COLUMNS):
    return st.tuples(rows, columns).flatmap(
        lambda shape: st.lists(
            st.lists(entries, min_size=shape[1], max_size=shape[1]), min_size=shape[0], max_size=shape[0]
        )
    )


@given(matrices(FLOATS))
@settings(deadline=None, max_examples=60)
def test_floats_are_their_own_exact_values(rows):
    matrix = exact_matrix(np.array(rows))
    assert [list(row) for row in matrix.fractions] == [[Fraction(x) for x in row] for row in rows]
    assert np.array_equal(matrix.floats, np.array(rows))
    assert all(q > 0 for q in matrix.denominators)
    by_entries = exact_matrix(rows)
    assert matrix.denominators == by_entries.denominators
    assert matrix.integers.tolist() == by_entries.integers.tolist()


@pytest.mark.parametrize(
    "kind", [np.float16, np.float32, np.float64, np.longdouble, np.int8, np.uint64, object]
)
def test_arrays_of_every_kind_are_what_their_entries_are(kind):
    rows = np.array([[1, 0, 3], [4, 5, 96]], dtype=kind) / (4 if np.dtype(kind).kind == "f" else 1)
    rows = rows.astype(kind)
    matrix = exact_matrix(rows)
    assert [list(row) for row in matrix.fractions] == [[Fraction(float(x)) for x in row] for row in rows]
    assert all(type(x) is int for x in matrix.integers.flat)
    assert exact_matrix(np.array([[2**64 - 1]], dtype=np.uint64)).integers.tolist() == [[2**64 - 1]]


@given(matrices(SMALL))
@settings(deadline=None, max_examples=100)
def test_rank_and_pivots_are_those_of_sympy(rows):
    matrix = exact_matrix(rows)
    _, pivots = sympy.Matrix(rows).rref()
    assert pivot_columns(matrix) == tuple(pivots)
    assert rank(matrix) == len(pivots)


def test_rank_is_exact_where_floats_are_not():
    assert rank(exact_matrix([[0.1, 0.2, 0.3], [0.3, 0.6, 0.9]])) == 2
    assert rank(exact_matrix([["0.1", "0.2", "0.3"], ["0.3", "0.6", "0.9"]])) == 1
    p = 2**31 - 1
    assert rank(exact_matrix([[p, 0], [0, 1]])) == 2
    assert pivot_columns(exact_matrix([[p, 1], [0, 1]])) == (0, 1)


HARD = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 1.0 + 2**-52, 1.0 - 2**-53, 5e-324, -5e-324, 2.0**-1000, 2.0**1000]),
    FLOATS,
)


@given(st.data())
@settings(deadline=None, max_examples=150)
def test_signs_agree_with_fractions(data):
    d = data.draw(st.integers(1, 4))
    row = st.lists(HARD, min_size=d, max_size=d)
    rows, points = (
        data.draw(st.lists(row, min_size=1, max_size=4)),
        data.draw(st.lists(row, min_size=1, max_size=4)),
    )
    expected = [
        [np.sign(sum(Fraction(a) * Fraction(b) for a, b in zip(x, u, strict=True))) for x in rows]
        for u in points
    ]
    found = signs(exact_matrix(rows), np.array(points))
    assert found.dtype == np.int8
    assert found.tolist() == expected
    assert signs(exact_matrix(rows), [[Fraction(x) for x in u] for u in points]).tolist() == expected


def test_signs_see_what_a_float_product_cannot():
    x = [[1.0, 1.0, 2.0**-60]]
    assert np.sign(np.array(x) @ np.array([1.0, -1.0, 1.0]))[0] == 1
    x = [[2.0**60, 1.0, -(2.0**60)]]
    assert (np.array(x) @ np.array([1.0, 2.0**-1, 1.0]))[0] == 0  # the negative control: floats lose it
    assert signs(exact_matrix(x), np.array([[1.0, 0.5, 1.0]])).tolist() == [[1]]


def test_all_kinds_of_numbers():
    row = [
        1,
        0.5,
        Fraction(1, 3),
        "0.1",
        "1/3",
        Decimal("0.25"),
        sympy.Rational(2, 7),
        np.int8(3),
        np.float32(0.5),
    ]
    expected = [1, Fraction(1, 2), Fraction(1, 3), Fraction(1, 10), Fraction(1, 3), Fraction(1, 4)]
    expected += [Fraction(2, 7), 3, Fraction(1, 2)]
    assert list(exact_matrix([row]).fractions[0]) == expected
    assert list(exact_vector(row)) == expected
    assert exact_scalar(np.longdouble(0.5)) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([[1, float("nan")]], r"X\[0, 1\] is nan"),
        (np.array([[1.0], [np.inf]]), r"X\[1, 0\] is inf"),
        ([[1, 2], [3]], r"X\[1\] has 1 entries but X\[0\] has 2"),
        ([], "X is empty"),
        ([[]], "X is empty"),
        (np.zeros((0, 3)), "X is empty"),
        (np.zeros(3), "X has 1 dimensions"),
        ([1, 2], r"X\[0\] is 1"),
        ("12", "X is '12'"),
        ([[True]], "boolean"),
        (np.array([[True]]), "boolean"),
        ([[1j]], "complex"),
        (np.array([[1j]]), "complex"),
        ([["x"]], "no finite rational"),
        ([["1/0"]], "no finite rational"),
        ([["1e999999999"]], r"X\[0, 0\] is '1e999999999', a power of ten beyond 4000"),
        ([[Decimal("1e-999999")]], "a power of ten beyond 4000"),
        ([["1e-9_999"]], "a power of ten beyond 4000"),
        ([["1e+-5"]], "no finite rational number"),
        ([[None]], "NoneType"),
        ([[sympy.sqrt(2)]], "give a float"),
        ([[sympy.Symbol("a")]], "give a float"),
    ],
)
def test_bad_matrices_are_refused_by_name(rows, text):
    with pytest.raises(InputError, match=text):
        exact_matrix(rows)


def test_bad_vectors_and_directions():
    with pytest.raises(InputError, match="y is empty"):
        exact_vector([])
    with pytest.raises(InputError, match=r"b\[1\] is nan"):
        exact_vector([1, float("nan")], "b")
    with pytest.raises(InputError, match="directions have 3 entries but the matrix has 2"):
        signs(exact_matrix([[1, 2]]), [[1, 2, 3]])
    with pytest.raises(InputError, match=r"directions\[0, 1\] is inf"):
        signs(exact_matrix([[1, 2]]), np.array([[1.0, np.inf]]))
    with pytest.raises(InputError, match=r"\[1, 0\] is 1\.00e\+400, beyond the range"):
        _ = exact_matrix([[1], [10**400]]).floats


@pytest.mark.parametrize("top", [2**53, 2**53 + 1, -(2**63), 2**63, 10**400])
def test_scaled_rows_are_rounded_once(top):
    rows = np.array([[top, 1], [0, 0], [-3, 2**52]], dtype=object)
    found = scaled_floats(rows)
    for row, floats in zip(rows.tolist(), found.tolist(), strict=True):
        bits = max(abs(x).bit_length() for x in row)
        assert floats == [float(Fraction(x, 2**bits)) for x in row]


def test_a_zero_matrix_takes_directions_beyond_floats():
    assert signs(exact_matrix([[0, 0]]), [[10**400, 1]]).tolist() == [[0]]


@given(st.data())
@settings(deadline=None, max_examples=100)
def test_what_floats_settle_is_right(data):
    d = data.draw(st.integers(1, 4))
    row = st.lists(HARD, min_size=d, max_size=d)
    matrix, points = exact_matrix([data.draw(row)]), np.array([data.draw(row)])
    certain = certain_signs(matrix, points)
    assert ((certain == 0) | (certain == signs(matrix, points))).all()
