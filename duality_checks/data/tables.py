"""Tables of exact numbers: ``0.1`` in a CSV file is one tenth; a ``.npy`` float the dyadic it is."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ..files import read_text

if TYPE_CHECKING:
    import numpy as np

Rows = tuple[tuple[Fraction, ...], ...]

_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE](?P<power>[+-]?\d+))?|\d+/\d+)", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
_LONGEST, _LARGEST_POWER = 1000, 400


@dataclass(frozen=True, slots=True)
class Table:
    """A rectangular table with named columns, as it stands in a file.

    Text cells become numbers only when asked for, so that a column of names does no harm beside the data.

    Args:
        source: what to call the table in messages, usually its path.
        columns: the distinct names of the columns.
        cells: one tuple a row: text (CSV) or Fractions (``.npy``).
        lines: the line of the file that each row ends on; empty where the file has no lines.
    """

    source: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str | Fraction, ...], ...]
    lines: tuple[int, ...] = ()

    def index(self, name: str) -> int:
        """The position of a column.

        Raises:
            InputError: there is no such column; the message lists those there are.
        """
        if name not in self.columns:
            raise InputError(
                f"{self.source} has no column {name!r}; its columns are {', '.join(map(repr, self.columns))}"
            )
        return self.columns.index(name)

    def numbers(self, names: Iterable[str]) -> Rows:
        """The exact numbers in the named columns, one tuple a row.

        Raises:
            InputError: a column is missing, or a cell is empty, text, nan or infinite.

        Example:
            >>> table = parse_csv("x,y,name\\n0.1,2,a\\n-1e-1,1/3,b", "memory")
            >>> table.numbers(["y", "x"])
            ((Fraction(2, 1), Fraction(1, 10)), (Fraction(1, 3), Fraction(-1, 10)))
        """
        positions = [(self.index(name), name) for name in names]
        return tuple(
            tuple(self._number(row, position, name) for position, name in positions)
            for row in range(len(self.cells))
        )

    def where(self, column: str, value: str) -> Table:
        """The rows whose cell in ``column`` is ``value``.

        Example:
            >>> parse_csv("x,name\\n1,a\\n2,b", "memory").where("name", "b").cells
            (('2', 'b'),)
        """
        position = self.index(column)
        kept = [row for row, cells in enumerate(self.cells) if cells[position] == value]
        return Table(
            self.source,
            self.columns,
            tuple(self.cells[row] for row in kept),
            tuple(self.lines[row] for row in kept) if self.lines else (),
        )

    def _number(self, row: int, position: int, name: str) -> Fraction:
        cell = self.cells[row][position]
        if isinstance(cell, Fraction):
            return cell
        return parse_number(cell, f"{self.place(row)}, column {name!r}")

    def place(self, row: int) -> str:
        """What to call a row in messages.

        Example:
            >>> parse_csv("x,y\\n1,2\\n\\n3,4", "memory").place(1)
            'memory: row 2 (line 4)'
        """
        line = f" (line {self.lines[row]})" if self.lines else ""
        return f"{self.source}: row {row + 1}{line}"


def parse_number(text: str, place: str) -> Fraction:
    """The exact value of a decimal or a fraction in text.

    Args:
        text: such as ``0.1``, ``-2``, ``1e-3`` or ``1/3``.
        place: where it stands, for messages.

    Raises:
        InputError: the text is empty, no number, not finite, or of absurd length.

    Example:
        >>> parse_number("0.1", "memory"), parse_number("-1/3", "memory")
        (Fraction(1, 10), Fraction(-1, 3))
    """
    text = text.strip()
    if not text:
        raise InputError(f"{place} is empty; drop or impute the row")
    if _NOT_FINITE.fullmatch(text):
        raise InputError(f"{place} is {text}; drop or impute the row, for only finite numbers are exact")
    match = _NUMBER.fullmatch(text)
    if not match:
        remedy = (
            "write decimals with a point and thousands without a comma,"
            if _DECIMAL_COMMA.fullmatch(text)
            else "correct it"
        )
        raise InputError(
            f"{place} holds {_shown(text)}, which is not a number; {remedy} or choose other columns"
        )
    # Ten characters of text can ask for a billion digits; these limits are far outside what float64 holds.
    if len(text) > _LONGEST or abs(int(match["power"] or 0)) > _LARGEST_POWER:
        raise InputError(
            f"{place} holds {_shown(text)}: over {_LONGEST} characters, or a power of ten beyond "
            f"{_LARGEST_POWER}; rescale or round"
        )
    try:
        return Fraction(text)
    except ZeroDivisionError:
        raise InputError(f"{place} holds {text}, which divides by zero; correct it") from None


def read_table(path: str | Path) -> Table:
    """Read a CSV file or a ``.npy`` matrix.

    A CSV file is comma-separated UTF-8 text; its first line names the columns, unless every cell of that line
    is a number: then the columns are called ``1``, ``2``, ..., as are those of a ``.npy`` file.

    Raises:
        InputError: the file is missing, empty or ragged, names a column twice or not at all, or its first
            line mixes names and numbers; for ``.npy``: not a finite real matrix.
    """
    path = Path(path)
    if path.suffix.lower() == ".npy":
        return _read_npy(path)
    return parse_csv(read_text(path), str(path))


def parse_csv(text: str, source: str) -> Table:
    """Read the text of a CSV file; see :func:`read_table`.

    Raises:
        InputError: see :func:`read_table`.

    Example:
        >>> parse_csv("a,b\\n1,2\\n", "memory").columns, parse_csv("1,2\\n3,4\\n", "memory").columns
        (('a', 'b'), ('1', '2'))
    """
    records = _records(text.removeprefix("\ufeff"), source)
    if not records:
        raise InputError(f"{source} is empty; give a header line and rows of numbers")
    first = tuple(cell.strip() for cell in records[0][1])
    _require_commas(first, source)
    for line, cells in records:
        if len(cells) != len(first):
            raise InputError(f"{source}: line {line} has {len(cells)} cells, but the first has {len(first)}")
    if all(_is_number(cell) for cell in first):
        columns = _positions(len(first))
    else:
        columns = _header(first, source)
        records = records[1:]
    rows = tuple(tuple(cell.strip() for cell in cells) for _, cells in records)
    return Table(source, columns, rows, tuple(line for line, _ in records))


def _require_commas(first: tuple[str, ...], source: str) -> None:
    """Refuse the dialects of CSV that some programs write, by their first line."""
    for mark, name in ((";", "semicolons"), ("\t", "tabs")):
        if len(first) == 1 and mark in first[0]:
            raise InputError(
                f"{source}: the first line has {name} and no comma; separate cells by commas, and write "
                "decimals with a point"
            )


def _records(text: str, source: str) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        return [(reader.line_num, cells) for cells in reader if any(cell.strip() for cell in cells)]
    except csv.Error as error:
        raise InputError(f"{source}: line {reader.line_num} is not CSV ({error})") from None


def _header(names: tuple[str, ...], source: str) -> tuple[str, ...]:
    for position, name in enumerate(names, start=1):
        if not name:
            raise InputError(f"{source}: column {position} has no name in the first line; name it or drop it")
        if _is_number(name):
            # A header, or a row with a slip of the pen? Guessing would drop a row of data in silence.
            raise InputError(
                f"{source}: the first line mixes names and numbers ({name!r} in column {position}); "
                "name every column, or leave the header out"
            )
        if name in names[: position - 1]:
            raise InputError(f"{source}: the first line names column {name!r} twice; rename one of them")
    return names


def _is_number(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell) or _NOT_FINITE.fullmatch(cell))


def _positions(count: int) -> tuple[str, ...]:
    return tuple(str(position) for position in range(1, count + 1))


def _read_npy(path: Path) -> Table:
    import numpy as np

    try:
        array = np.load(path, allow_pickle=False)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, EOFError):
        raise InputError(f"{path} is not a .npy file of numbers; save an array with numpy.save") from None
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path} is an archive of arrays; save one matrix with numpy.save")
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            f"{path} has shape {array.shape}; give a matrix with at least one row and one column"
        )
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise InputError(f"{path} has dtype {array.dtype}; give integers or floats of at most 64 bits")
    return Table(str(path), _positions(array.shape[1]), _exact_cells(array, path))


def _exact_cells(array: np.ndarray, path: Path) -> Rows:
    import numpy as np

    if not np.isfinite(array).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{path}[{row}, {column}] is {array[row, column]}; drop or impute the row")
    return tuple(tuple(Fraction(value) for value in row) for row in array.tolist())


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
