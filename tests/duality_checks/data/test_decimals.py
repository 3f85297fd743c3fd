"""Many decimals at once are the same numbers as one by one; whatever is not plainly one is left to that."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from duality_checks.data.cells import parse_number
from duality_checks.data.datasets import exact_columns
from duality_checks.data.decimals import decimal_matrix
from duality_checks.data.dialects import Dialect
from duality_checks.data.tables import parse_csv
from hyperplane_arrangements import InputError, exact_matrix

digits = st.one_of(
    st.text("0123456789", min_size=1, max_size=18), st.text("0123456789", min_size=19, max_size=40)
)
signs = st.sampled_from(["", "-", "+"])
mantissas = st.one_of(
    digits,
    st.builds(".".join, st.tuples(digits, digits)),
    digits.map("{}.".format),
    digits.map(".{}".format),
    st.floats(-1e3, 1e3).map(lambda x: f"{abs(x):.18f}"),
)
powers = st.builds(
    "{}{}{}{}".format,
    st.sampled_from("eE"),
    signs,
    st.sampled_from(["", "0", "000"]),
    st.one_of(st.integers(0, 20), st.integers(0, 400)),
)
plain = st.builds("{}{}".format, signs, mantissas)
decimals = st.one_of(
    plain,
    st.builds("{}{}{}".format, signs, mantissas, powers),
    st.floats(allow_nan=False, allow_infinity=False).map("{:.18e}".format),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
)


def tables(cells):
    return st.integers(1, 3).flatmap(lambda d: st.lists(st.lists(cells, min_size=d, max_size=d), min_size=1))


@given(st.one_of(tables(plain), tables(decimals)))
@example([["-000000000000000001.5", "999999999999999999.999999999999999999"]])
@example([["0.50", "1.5"], ["2.50", "-7.5"]])
@example([["9223372036854775807", "-9223372036854775807"], ["0", "1"]])
@example([["9223372036854775808", "-9223372036854775808"], ["9999999999999999999", "-1"]])
@example([["-9.999999999999999999e-01", "1.000000000000000000e+00"]])
@example([["0e400", "-0.0e-400"], [".0", "00.E5"]])
@example([["1e18"], ["-1e19"], ["1e-18"], ["1e-19"]])
def test_they_are_the_fractions_that_python_reads(rows):
    found = decimal_matrix([cell for row in rows for cell in row], len(rows[0]))
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
        "1e",
        "e3",
        "1e+",
        "1e-+3",
        "1e2e3",
        "1e2.",
        "1e.2",
        "1e401",
        "1e-401",
        "1e9999999999999999999",
        "1e99999999999999999999",
        ".-5",
        "1-",
        "1+2",
        "-.",
        ".e1",
        "1d3",
        "1/3",
        "nan",
        "inf",
        "1_000",
        "٣",
        "1,5",
        "0x1",
        "1\n2",
        "1 2",
        "1\r",
        "1\x1c",
        "1\x00",
        " 1",
        "\udcff",
        "--1",
        ".",
        "-",
        "1.2.3",
        "9" * 1001,
    ],
)
def test_anything_else_is_none_of_them(cell):
    assert decimal_matrix(["1", cell, "2.5", "3"], 2) is None


@given(st.text("0123456789.eE+-/ _,\n", max_size=8))
def test_it_takes_what_one_by_one_takes_but_fractions(cell):
    found = decimal_matrix([cell], 1)
    try:
        number = None if "/" in cell or cell != cell.strip() else parse_number(cell, "here")
    except InputError:
        number = None
    assert (found and found.fractions[0][0]) == number


def test_the_longest_text_and_the_largest_power_are_as_one_by_one():
    for cell in ("9" * 1000, "-" + "9" * 999, "1e400", "-1E-400", "." + "3" * 999, "1e+" + "0" * 993 + "400"):
        assert decimal_matrix(["0.5", cell], 2).fractions == ((Fraction(1, 2), parse_number(cell, "here")),)


@given(
    st.lists(st.tuples(decimals, plain, st.sampled_from(["", " ", "  "])), min_size=1),
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
)
def test_a_file_has_the_numbers_that_are_written_in_it(rows, separator, quoted):
    mark = '"' if quoted else ""
    lines = [f"{mark}{gap}{one}{gap}{mark}{separator}{mark}{two}{gap}{mark}" for one, two, gap in rows]
    table = parse_csv("\n".join([f"x{separator}y", *lines]), "memory", Dialect(separator=separator))
    assert table.exact(["x", "y"]).fractions == tuple((Fraction(a), Fraction(b)) for a, b, _ in rows)


@pytest.mark.parametrize(
    "blank", [mark for mark in map(chr, range(0x3001)) if mark.isspace() and mark not in "\r\n"]
)
def test_no_blank_of_any_kind_is_part_of_a_cell(blank):
    table = parse_csv(f"x;y\n1;{blank}2\n3{blank};4\n{blank};{blank}\n", "memory", Dialect(separator=";"))
    assert table.cells == (("1", "2"), ("3", "4"))


@given(st.lists(decimals, min_size=1))
def test_decimal_commas_are_the_same_numbers(cells):
    found = decimal_matrix([cell.replace(".", ",") for cell in cells], 1, ",")
    assert found.fractions == tuple((Fraction(cell),) for cell in cells)


@given(
    st.lists(st.sampled_from(["1,2", "", "3e1,4", " ,", '"5\n",6', ","]), min_size=1),
    st.sampled_from(["\n", "\r\n"]),
)
def test_rows_end_on_the_lines_that_an_editor_shows(lines, end):
    table = parse_csv(end.join(["x,y", *lines, "7,8"]), "memory")
    wanted, at = [], 1
    for line in [*lines, "7,8"]:
        at += 1 + line.count("\n")
        wanted += [at] if line.strip(" ,") else []
    assert list(table.lines) == wanted


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
