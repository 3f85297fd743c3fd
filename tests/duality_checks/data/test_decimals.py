"""Many decimals at once are the same numbers as one by one; whatever is not plainly one is left to that."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duality_checks.data.datasets import exact_columns
from duality_checks.data.decimals import plain_matrix
from duality_checks.data.dialects import Dialect
from duality_checks.data.tables import parse_csv
from hyperplane_arrangements import InputError, exact_matrix

digits = st.text("0123456789", min_size=1, max_size=18)
decimals = st.builds(
    lambda sign, number: sign + number,
    st.sampled_from(["", "-", "+"]),
    st.one_of(
        digits,
        st.builds(".".join, st.tuples(digits, digits)),
        digits.map("{}.".format),
        digits.map(".{}".format),
    ),
)


@given(st.integers(1, 3).flatmap(lambda d: st.lists(st.lists(decimals, min_size=d, max_size=d), min_size=1)))
@example([["-000000000000000001.5", "999999999999999999.999999999999999999"]])
@example([["0.50", "1.5"], ["2.50", "-7.5"]])
def test_they_are_the_fractions_that_python_reads(rows):
    found = plain_matrix([cell for row in rows for cell in row], len(rows[0]))
    assert found is not None
    assert found.fractions == tuple(tuple(map(Fraction, row)) for row in rows)
    # Over the least common denominators, in Python's integers.
    slow = exact_matrix([[Fraction(cell) for cell in row] for row in rows])
    assert found.denominators == slow.denominators
    assert found.integers.tolist() == slow.integers.tolist()
    assert {type(x) for x in [*found.integers.flat, *found.denominators]} == {int}


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "1e3",
        "1/3",
        "nan",
        "inf",
        "1_000",
        "٣",
        "1,5",
        "0x1",
        "1\n2",
        "1 2",
        " 1",
        "--1",
        ".",
        "-",
        "1.2.3",
        "9" * 19,
    ],
)
def test_anything_else_is_none_of_them(cell):
    assert plain_matrix(["1", cell, "2.5", "3"], 2) is None


@given(
    st.lists(
        st.sampled_from(["0.1", "-2", "1e-1", "1/3", "7.", "123456789012345678901"]), min_size=4, max_size=4
    )
)
def test_a_table_has_the_same_numbers_either_way(cells):
    a, b, c, d = cells
    table = parse_csv(f"x,y,name\n{a},{b},u\n{c},{d},v\n", "memory")
    wanted = tuple((Fraction(one), Fraction(two)) for one, two in ((b, a), (d, c)))
    assert table.numbers(["y", "x"]) == wanted
    assert table.exact(["y", "x"]).fractions == wanted
    assert exact_columns(table, ["y", "x"]).fractions == wanted


def test_what_is_wrong_with_a_cell_is_said_as_ever():
    with pytest.raises(
        InputError, match=r"memory: row 2 \(line 3\), column 'y' holds '1,5', which is not a num"
    ):
        exact_columns(parse_csv('x,y\n1,2\n3,"1,5"\n', "memory"))
    with pytest.raises(InputError, match="1 row of data; give at least two"):
        exact_columns(parse_csv("x,y\n1,2\n", "memory"))
    with pytest.raises(InputError, match="holds only zeros in 'x', 'y'"):
        exact_columns(parse_csv("x,y\n0,-0.0\n0.00,0\n", "memory"))


def test_a_point_is_none_where_commas_are():
    table = parse_csv("x;y\n0,5;1\n2;1.000\n", "memory", Dialect(decimal=","))
    with pytest.raises(InputError, match=r"holds '1\.000'"):
        table.exact(["x", "y"])
