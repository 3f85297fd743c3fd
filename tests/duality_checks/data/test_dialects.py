"""Files as programs of many countries write them: read as the same numbers, or refused with the remedy."""

from __future__ import annotations

import csv
import io
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks.data.datasets import training_data
from duality_checks.data.dialects import Dialect, decoded, understood
from duality_checks.data.tables import Table, parse_csv, read_table
from hyperplane_arrangements.errors import InputError

decimals = st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, places=4)
tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(decimals, min_size=width, max_size=width), min_size=2, max_size=4)
)


def numbers(text: str, dialect: Dialect | None = None) -> tuple[tuple[Fraction, ...], ...]:
    table = parse_csv(text, "memory", dialect)
    return table.numbers(table.columns)


@given(tables, st.sampled_from([",", ";", "\t", "|", " "]), st.sampled_from([".", ","]), st.booleans())
def test_every_dialect_that_is_named_holds_the_same_numbers(
    rows: list[list[object]], separator: str, decimal: str, named: bool
) -> None:
    decimal = "." if separator == "," else decimal
    names = [[f"c{k}" for k in range(len(rows[0]))]] if named else []
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(
        names + [[str(cell).replace(".", decimal) for cell in row] for row in rows]
    )
    found = numbers(text.getvalue(), Dialect(separator, decimal))
    assert found == tuple(tuple(Fraction(str(cell)) for cell in row) for row in rows)


@given(tables, st.sampled_from([";", "\t"]))
def test_what_the_look_settles_is_what_was_written_or_is_refused(rows: list[list[object]], mark: str) -> None:
    """Decimal commas with four places are no thousands: a look at the file is enough."""
    lines = [[f"c{k}" for k in range(len(rows[0]) + 1)], *([*row, "x"] for row in rows)]
    text = "\n".join(mark.join(str(cell).replace(".", ",") for cell in line) for line in lines)
    table = parse_csv(text, "memory")
    assert table.columns == tuple(lines[0])
    expected = tuple(tuple(Fraction(str(cell)) for cell in row) for row in rows)
    assert table.numbers(table.columns[:-1]) == expected
    # The control: with points for marks the same numbers are read, unless the commas were decimals.
    assert numbers("\n".join(mark.join(map(str, row)) for row in rows), Dialect(mark)) == expected


LOOKS = {
    "semicolons": ("x;y\n1.5;2\n", ((Fraction(3, 2), 2),), "semicolons between cells"),
    "and commas": ("x;y\n1,5;2\n", ((Fraction(3, 2), 2),), "semicolons between cells and decimal commas"),
    "no names": ("1,5;2,5\n3,5;4,5\n", ((1.5, 2.5), (3.5, 4.5)), "semicolons between cells and decimal"),
    "tabs": ("x\ty\n1,25\t2\n", ((1.25, 2),), "tabs between cells and decimal commas"),
    "quotes": ('"x";"y"\n"0,5";"1"\n', ((0.5, 1),), "semicolons between cells and decimal commas"),
    "exponents": ("x;y\n1,5e-3;2\n", ((Fraction(3, 2000), 2),), "decimal commas"),
    "comments": ("# from a device, 2024\nx,y\n1,2\n#3,4\n5,6\n", ((1, 2), (5, 6)), "2 lines with # at the"),
    "numpy's header": ("# x,y\n1,2\n3,4\n", ((1, 2), (3, 4)), ""),
    "years": ("2019,2020\n1,2\n3,4\n", ((2019, 2020), (1, 2), (3, 4)), "no header: the first line is data"),
}


@pytest.mark.parametrize("name", LOOKS)
def test_the_look_of_a_file_is_enough_and_said(name: str) -> None:
    text, expected, note = LOOKS[name]
    table = parse_csv(text, "memory")
    assert table.numbers(table.columns) == tuple(tuple(map(Fraction, row)) for row in expected)
    assert note in "; ".join(table.notes) and bool(table.notes) == bool(note)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_name_of_several_lines_can_be_typed(end: str) -> None:
    """Whatever ends a line, inside a quoted cell and outside."""
    text = '"floor\n area","price\nin Euro\n"\n1,2\n3,4\n'.replace("\n", end)
    table = parse_csv(text, "memory")
    assert table.columns == ("floor area", "price in Euro")
    assert table.numbers(["price in Euro"]) == ((2,), (4,))


def test_the_usual_file_needs_no_word() -> None:
    assert parse_csv("x,y,z\n0.5,1,a;b\n", "memory").notes == ()


def test_headers_are_what_is_said_of_them() -> None:
    years = "2019,2020\n1,2\n"
    assert parse_csv(years, "memory", Dialect(header=True)).columns == ("2019", "2020")
    assert parse_csv(years, "memory", Dialect(header=True)).notes == ()
    found = parse_csv("x,y\n1,2\n", "memory", Dialect(header=False))
    assert (found.columns, found.cells) == (("1", "2"), (("x", "y"), ("1", "2")))
    mixed = parse_csv("id,2020\n1,2\n", "memory", Dialect(header=True))
    assert mixed.columns == ("id", "2020")
    assert parse_csv("# x,y\n1,2\n", "memory").columns == ("x", "y")
    assert parse_csv("#,name\n1,a\n", "memory").columns == ("#", "name")
    assert parse_csv("# x,y\n1,2\n", "memory", Dialect(header=False)).columns == ("1", "2")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_mark_themselves(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.csv").write_bytes("Größe;Preis\n1,5;2\n".encode(encoding))
    assert read_table(tmp_path / "a.csv").columns == ("Größe", "Preis")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le", "utf-16-be"])
def test_encodings_that_are_named(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("Größe;Preis\n1,5;2\n".encode(encoding))
    with pytest.raises(InputError, match="--encoding"):
        read_table(path)
    assert read_table(path, Dialect(encoding=encoding)).columns == ("Größe", "Preis")


def test_unknown_and_wrong_encodings() -> None:
    with pytest.raises(InputError, match="--encoding 'klingon' is unknown; give utf-8, utf-16"):
        decoded(b"x", "memory", "klingon")
    with pytest.raises(InputError, match="memory is not ASCII text; name another --encoding"):
        decoded("ß".encode(), "memory", "ascii")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"x;y\n1,5;2\n"))
    monkeypatch.setattr("sys.stdin", stream)
    table = read_table("-")
    assert (table.source, table.numbers(["x"])) == ("standard input", ((Fraction(3, 2),),))


REFUSED = {
    "thousands or decimals": ("x;y\n1,500;2\n", None, "leaves open whether its comma marks decimals or thou"),
    "points and commas": ("x;y\n1,5;2.5\n", None, "line 2 holds '1,5', and the file leaves open whether"),
    "two marks": ("a,b;c\nx,y;z\n", None, "can be cut by commas or by semicolons; say which: --separator ;"),
    "a comma at the ends": (
        "a,b\n1,2,\n",
        None,
        "line 2 has 3 cells, but the first has 2; is there a separat",
    ),
    "decimal commas": ("x\n0,5\n", None, "has 2 cells, but the first has 1; are decimals written with comma"),
    "a mark for two": ("x\n", ("separator", ",", "decimal", ","), "are the same mark"),
    "no decimal mark": ("x\n", ("decimal", "'"), '--decimal "\'" is no decimal mark; give . or ,'),
    "a digit": ("x\n", ("separator", "0"), "--separator '0' is not one mark"),
    "comments alone": ("# x\n# y\n", None, "memory is empty"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_file_leaves_open_is_refused_with_what_settles_it(name: str) -> None:
    text, words, message = REFUSED[name]
    with pytest.raises(InputError) as refusal:
        understood(
            text, "memory", Dialect(**dict(zip(words[::2], words[1::2], strict=True))) if words else None
        )
    assert message in str(refusal.value)


def test_what_was_refused_is_settled() -> None:
    assert numbers("x;y\n1,500;2\n", Dialect(decimal=",")) == ((Fraction(3, 2), Fraction(2)),)
    assert parse_csv("a,b;c\nx,y;z\n", "memory", Dialect(separator=";")).columns == ("a,b", "c")
    assert numbers("x\n0,5\n", Dialect(decimal=",")) == ((Fraction(1, 2),),)


CELLS = {
    "\u22125": "write the minus as -, the hyphen of the keyboard, or choose",
    "True": "write 1 for true and 0 for false, or choose",
    "1_000": "write thousands without marks between, or choose",
    "1 000": "write thousands without marks between, or choose",
    "5%": "write percentages as decimals (5% as 0.05), or the numbers without %, or choose",
    '"1,234.5"': "write thousands without a comma, or choose",
    '"1,5"': "write decimals with a point and thousands without a comma, give --decimal , or choose",
    "NA": "is NA; drop or impute the row: --drop-missing leaves such rows out",
}


@pytest.mark.parametrize("cell", CELLS)
def test_cells_get_their_remedy(cell: str) -> None:
    with pytest.raises(InputError) as refusal:
        parse_csv(f"a,b\n1,{cell}\n", "memory").numbers(["b"])
    assert CELLS[cell] in str(refusal.value) and "line 2" in str(refusal.value)


def test_points_are_no_decimals_where_commas_are() -> None:
    with pytest.raises(InputError, match=r"holds '1\.5', which is not a number; give --decimal \."):
        numbers("x;y\n1.5;2\n", Dialect(decimal=","))


# ------------------------------------------------------------------ names, missing cells, labels

INDEXED = ",x,y\n0,1,2\n1,3,5\n"


@pytest.mark.parametrize("text", [INDEXED, "x,y,\n1,2,\n3,5,\n"])
def test_columns_without_names_are_left_out_when_features_are_named(text: str) -> None:
    table = parse_csv(text, "memory")
    assert training_data(table, target="y", features=["x"], bias=False).X.fractions == ((1,), (3,))
    with pytest.raises(InputError, match=r"has no name .*pass --features to say which columns to take"):
        training_data(table, target="y")


def test_rows_with_missing_cells_are_left_out_of_the_columns_that_count() -> None:
    table = parse_csv("x,name,y\n1,,2\n,b,3\n3,c,NaN\n4,d,8\n", "memory")
    with pytest.raises(InputError, match=r"row 2 .*is empty; drop or impute the row: --drop-missing"):
        training_data(table, target="y", features=["x"])
    kept = table.complete(["x", "y"])
    assert kept.numbers(["x", "y"]) == ((1, 2), (4, 8)) and kept.lines == (2, 5)
    assert kept.notes == ("2 rows of 4 with missing cells left out: lines 3, 4",)
    assert table.complete(["x"]).numbers(["x"]) == ((1,), (3,), (4,))
    assert isinstance(table.complete([]), Table) and table.complete([]) is table


def test_labels_are_named() -> None:
    table = parse_csv("x,y,z\n1,no,0\n2,yes,1.0\n", "memory")
    assert training_data(table, target="y", features=["x"], labels=("no", "yes")).y == (-1, 1)
    assert training_data(table, target="y", features=["x"], labels=("yes", "no")).y == (1, -1)
    assert training_data(table, target="z", features=["x"], labels=("0", "1")).y == (-1, 1)
    with pytest.raises(InputError, match=r"which of its two labels is -1 and which is .1: --labels no,yes"):
        training_data(table, target="y", features=["x"])
    with pytest.raises(InputError, match=r"row 2 .*column 'y': 'yes' is neither 'no' nor 'maybe'; name the"):
        training_data(table, target="y", features=["x"], labels=("no", "maybe"))
    with pytest.raises(InputError, match=r"--labels 1,1.0 are one label"):
        training_data(table, target="z", features=["x"], labels=("1", "1.0"))
