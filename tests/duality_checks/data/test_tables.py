"""Tables are read exactly, and every unusable file is refused with its place and its remedy."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks.data.tables import parse_csv, parse_number, read_table
from hyperplane_arrangements.errors import InputError

decimals = st.decimals(min_value=-(10**9), max_value=10**9, allow_nan=False, allow_infinity=False, places=6)
doubles = st.floats(allow_nan=False, allow_infinity=False)


def written(folder: Path, text: str | bytes, name: str = "data.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


@given(st.lists(st.tuples(decimals, decimals), min_size=1, max_size=5))
def test_decimal_text_keeps_its_exact_value(rows: list[tuple[Decimal, Decimal]]) -> None:
    text = "a,b\n" + "".join(f"{a},{b}\n" for a, b in rows)
    # Decimal's own conversion is the oracle: it shares no code with Fraction's reading of text.
    expected = tuple(tuple(Fraction(*value.as_integer_ratio()) for value in row) for row in rows)
    assert parse_csv(text, "memory").numbers(["a", "b"]) == expected


@given(doubles)
def test_shortest_text_of_a_float_is_read_as_that_decimal(value: float) -> None:
    exact = parse_number(repr(value), "memory")
    assert float(exact) == value
    assert exact == Fraction(*Decimal(repr(value)).as_integer_ratio())


@given(doubles, doubles)
def test_npy_floats_are_the_dyadics_they_are(tmp_path_factory, first: float, second: float) -> None:
    path = tmp_path_factory.getbasetemp() / "floats.npy"
    np.save(path, np.array([[first, second]]))
    ratios = [Fraction(*value.as_integer_ratio()) for value in (first, second)]
    assert read_table(path).numbers(["1", "2"]) == (tuple(ratios),)


def test_one_tenth_differs_between_csv_and_npy(tmp_path: Path) -> None:
    np.save(tmp_path / "data.npy", np.array([[0.1]]))
    decimal = read_table(written(tmp_path, "0.1\n")).numbers(["1"])
    dyadic = read_table(tmp_path / "data.npy").numbers(["1"])
    assert decimal == ((Fraction(1, 10),),)
    assert dyadic == ((Fraction(3602879701896397, 2**55),),)


def test_npy_integers_and_single_precision(tmp_path: Path) -> None:
    np.save(tmp_path / "ints.npy", np.array([[1, -(2**62)]], dtype=np.int64))
    np.save(tmp_path / "single.npy", np.array([[0.1]], dtype=np.float32))
    assert read_table(tmp_path / "ints.npy").numbers(["2"]) == ((Fraction(-(2**62)),),)
    assert read_table(tmp_path / "single.npy").numbers(["1"]) == ((Fraction(13421773, 2**27),),)


def test_text_columns_do_no_harm_until_they_are_asked_for() -> None:
    table = parse_csv("x,name\n1,a\n2,b\n", "memory")
    assert table.numbers(["x"]) == ((Fraction(1),), (Fraction(2),))
    with pytest.raises(InputError, match="column 'name' holds 'a'"):
        table.numbers(["name"])


def test_spreadsheet_habits_are_understood(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf"a b", c \r\n\r\n"1.50", 2e-1 \r\n , \r\n-.5,+3.\r\n'
    table = read_table(written(tmp_path, text))
    assert table.columns == ("a b", "c")
    assert table.numbers(table.columns) == ((Fraction(3, 2), Fraction(1, 5)), (Fraction(-1, 2), Fraction(3)))


BAD_FILES = {
    "empty": ("", "data.csv is empty; give a header line"),
    "blank lines": ("\n \n", "data.csv is empty"),
    "short line": ("a,b\n1,2\n3\n", "line 3 has 1 cells, but the first has 2"),
    "long line": ("a,b\n1,2\n\n3,4,5\n", "line 4 has 3 cells, but the first has 2"),
    "twice": ("a,b,a\n1,2,3\n", "names column 'a' twice; rename"),
    "mixed": ("1.0,x\n2,3\n", "mixes names and numbers ('1.0' in column 1)"),
    "nan first": ("nan,x\n2,3\n", "mixes names and numbers ('nan' in column 1)"),
    "quotes": ('a,b\n"1,2\n', "is not CSV"),
    "not text": (b"a,b\n\xff\xfe,1\n", "data.csv is not UTF-8 text"),
}


@pytest.mark.parametrize(("text", "message"), BAD_FILES.values(), ids=BAD_FILES.keys())
def test_unreadable_files_are_refused(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        read_table(written(tmp_path, text))
    assert message in str(refusal.value)


BAD_CELLS = {
    "text": ("spam", "row 2 (line 3), column 'b' holds 'spam', which is not a number"),
    "nan": ("nan", "row 2 (line 3), column 'b' is nan; drop or impute the row"),
    "minus infinity": ("-Infinity", "row 2 (line 3), column 'b' is -Infinity"),
    "empty": (" ", "row 2 (line 3), column 'b' is empty; drop or impute the row"),
    "zero division": ("1/0", "row 2 (line 3), column 'b' holds 1/0, which divides by zero"),
    "decimal comma": ('"0,5"', "holds '0,5', which is not a number"),
    "underscore": ("1_000", "holds '1_000', which is not a number"),
    "other digits": ("\u0663", "which is not a number"),
    "complex": ("1j", "holds '1j', which is not a number"),
    "boolean": ("True", "holds 'True', which is not a number"),
    "power": ("1e999999999", "a power of ten beyond 400; rescale or round"),
    "length": ("1" * 5000, "over 1000 characters"),
}


@pytest.mark.parametrize(("cell", "message"), BAD_CELLS.values(), ids=BAD_CELLS.keys())
def test_cells_that_are_no_number_are_named(cell: str, message: str) -> None:
    table = parse_csv(f"a,b\n1,2\n1,{cell}\n", "memory")
    with pytest.raises(InputError) as refusal:
        table.numbers(["a", "b"])
    assert message in str(refusal.value)


def test_missing_file_and_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.csv cannot be read: No such file"):
        read_table(tmp_path / "nowhere.csv")
    with pytest.raises(InputError, match=r"nowhere\.npy cannot be read: No such file"):
        read_table(tmp_path / "nowhere.npy")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_table(tmp_path)


BAD_ARRAYS = {
    "nan": (np.array([[1.0, np.nan]]), "[0, 1] is nan; drop or impute"),
    "infinite": (np.array([[1.0], [-np.inf]]), "[1, 0] is -inf"),
    "vector": (np.array([1.0, 2.0]), "has shape (2,); give a matrix"),
    "no rows": (np.zeros((0, 3)), "has shape (0, 3)"),
    "complex": (np.array([[1j]]), "has dtype complex128"),
    "boolean": (np.array([[True]]), "has dtype bool"),
    "text": (np.array([["a"]]), "has dtype <U1"),
    "long double": (np.array([[1]], dtype=np.longdouble), "floats of at most 64 bits"),
    "objects": (np.array([[1, None]], dtype=object), "is not a .npy file of numbers"),
}


@pytest.mark.parametrize(("array", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_unusable_npy_files_are_refused(tmp_path: Path, array: np.ndarray, message: str) -> None:
    np.save(tmp_path / "data.npy", array)
    with pytest.raises(InputError) as refusal:
        read_table(tmp_path / "data.npy")
    assert message in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"a,b\n1,2\n"])
def test_damaged_npy_files_are_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InputError, match=r"is not a \.npy file of numbers"):
        read_table(written(tmp_path, content, "data.npy"))


def test_archives_are_no_matrices(tmp_path: Path) -> None:
    with (tmp_path / "data.npy").open("wb") as stream:
        np.savez(stream, a=np.eye(2))
    with pytest.raises(InputError, match="is an archive of arrays; save one matrix"):
        read_table(tmp_path / "data.npy")


def test_missing_column_lists_those_there_are() -> None:
    with pytest.raises(InputError, match="memory has no column 'c'; its columns are 'a', 'b'"):
        parse_csv("a,b\n1,2\n", "memory").numbers(["a", "c"])


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Price", "no column 'Price'; 'price' is near it, and its columns are 'price', 'floor area'"),
        ("floor_area", "no column 'floor_area'; 'floor area' is near it, and"),
        ("price ", "no column 'price '; 'price' is near it, and"),
        ("rooms", "no column 'rooms'; its columns are"),
    ],
)
def test_a_column_that_is_not_there_and_the_one_that_is_near(name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse_csv("price,floor area\n1,2\n", "memory").index(name)


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (b"PK\x03\x04\x14\x00", "workbook or another archive, not a table of text; save the sheet as CSV"),
        (b"\x1f\x8b\x08", "compressed, not a table of text; unpack it"),
        (b'{"format": "convex-landscape problem"}', "JSON, not a table of text; give the CSV"),
    ],
)
def test_other_kinds_of_files_are_called_what_they_are(tmp_path: Path, content: bytes, remedy: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=remedy):
        read_table(tmp_path / "file")
