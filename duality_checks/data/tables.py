"""Tables of exact numbers: ``0.1`` in a CSV file is one tenth; a ``.npy`` float the dyadic it is."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hyperplane_arrangements.errors import InputError

from .cells import is_missing, is_number
from .cells import parse_number as parse_number
from .dialects import Dialect, decoded, understood
from .files import read_bytes

if TYPE_CHECKING:
    import numpy as np

    from hyperplane_arrangements.exact import ExactMatrix

# How files begin that people have beside tables, what they are, and what to do.
_OTHERS = {
    b"PK\x03\x04": ("a workbook or another archive", "save the sheet as CSV"),
    b"\xd0\xcf\x11\xe0": ("a workbook of old", "save the sheet as CSV"),
    b"PAR1": ("a Parquet file", "write it as CSV"),
    b"\x1f\x8b": ("compressed", "unpack it, and pipe it in where the file is to be -"),
    b'{"': ("JSON", "give the CSV or .npy file that it was made of"),
}

Rows = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A rectangular table with named columns, as it stands in a file.

    Text cells become numbers only when asked for, so that a column of names does no harm beside the data.

    Args:
        source: what to call the table in messages, usually its path.
        columns: the distinct names of the columns.
        cells: one tuple a row: text (CSV) or Fractions (``.npy``).
        lines: the line of the file that each row ends on; empty where the file has no lines.
        decimal: the decimal mark in text.
        unnamed: the places, from 1 on, of columns without a name in the file, which are not in the table.
        notes: how the file was read, and which rows were left out, for the reader.
    """

    source: str
    columns: tuple[str, ...]
    cells: tuple[tuple[str | Fraction, ...], ...]
    lines: tuple[int, ...] = ()
    decimal: str = "."
    unnamed: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def others(self, spoken: Sequence[str | None] = ()) -> list[str]:
        """The columns that nobody spoke for, where all columns are wanted.

        Raises:
            InputError: the file has a column without a name, so that "all" is not clear.

        Example:
            >>> parse_csv("x,y,z\\n1,2,3", "memory").others(["y"])
            ['x', 'z']
        """
        if self.unnamed:
            raise InputError(
                f"{self.source}: column {self.unnamed[0]} has no name in the first line (row numbers of a "
                "program, or a separator at the line's end?); pass --features to say which columns to take, "
                "or name it"
            )
        return [name for name in self.columns if name not in spoken]

    def complete(self, names: Iterable[str]) -> Table:
        """The rows in which none of the named columns is missing, and a note on those left out.

        Example:
            >>> table = parse_csv("x,y\\n1,2\\n,3\\nNA,4\\n5,6", "memory").complete(["x"])
            >>> table.cells, table.notes
            ((('1', '2'), ('5', '6')), ('2 rows of 4 with missing cells left out: lines 3, 4',))
        """
        positions = [self.index(name) for name in names]
        gone = [
            row
            for row, cells in enumerate(self.cells)
            if any(isinstance(cell := cells[place], str) and is_missing(cell) for place in positions)
        ]
        if not gone:
            return self
        places = [str(self.lines[row] if self.lines else row + 1) for row in gone]
        listed = ", ".join(places[:8]) + (", ..." if len(places) > 8 else "")
        rows = "1 row" if len(gone) == 1 else f"{len(gone):,} rows"
        note = f"{rows} of {len(self.cells):,} with missing cells left out: lines {listed}"
        kept = [row for row in range(len(self.cells)) if row not in set(gone)]
        return replace(self._rows(kept), notes=(*self.notes, note))

    def _rows(self, kept: Sequence[int]) -> Table:
        lines = tuple(self.lines[row] for row in kept) if self.lines else ()
        return replace(self, cells=tuple(self.cells[row] for row in kept), lines=lines)

    def names(self, most: int = 40) -> str:
        """The columns as messages list them: not more than people read.

        Example:
            >>> parse_csv("x,y,z\\n1,2,3", "memory").names(), parse_csv("x,y,z\\n1,2,3", "memory").names(2)
            ("'x', 'y', 'z'", "'x', 'y' and 1 more")
        """
        listed = ", ".join(map(repr, self.columns[:most]))
        more = len(self.columns) - most
        return f"{listed} and {more:,} more" if more > 0 else listed

    def index(self, name: str) -> int:
        """The position of a column.

        Raises:
            InputError: there is no such column; the message says which is nearest, and lists those there are.
        """
        if name not in self.columns:
            written = {column.lower(): column for column in self.columns}
            near = get_close_matches(name.strip().lower(), written, n=1)
            meant = f"{written[near[0]]!r} is near it, and " if near else ""
            raise InputError(f"{self.source} has no column {name!r}; {meant}its columns are {self.names()}")
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
        names = tuple(names)
        found = self._at_once(names)
        return self._one_by_one(names) if found is None else found.fractions

    def exact(self, names: Iterable[str]) -> ExactMatrix:
        """The same as a matrix, which takes a tenth of the time where all cells are decimals.

        Raises:
            InputError: as for :meth:`numbers`; no columns or no rows.

        Example:
            >>> parse_csv("x,y,name\\n0.1,2,a\\n-1e-1,1/3,b", "memory").exact(["y", "x"]).denominators
            (10, 30)
        """
        from hyperplane_arrangements.exact import exact_matrix

        names = tuple(names)
        found = self._at_once(names)
        return exact_matrix(self._one_by_one(names), name=self.source) if found is None else found

    def _at_once(self, names: tuple[str, ...]) -> ExactMatrix | None:
        """The numbers at once, where all of them are decimals."""
        positions = [self.index(name) for name in names]
        if not positions or not self.cells:
            return None
        cells = [row[place] for row in self.cells for place in positions]
        if set(map(type, cells)) != {str}:
            return None
        from .decimals import decimal_matrix

        return decimal_matrix(cast("list[str]", cells), len(positions), self.decimal)

    def _one_by_one(self, names: tuple[str, ...]) -> Rows:
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
        return self._rows([row for row, cells in enumerate(self.cells) if cells[position] == value])

    def _number(self, row: int, position: int, name: str) -> Fraction:
        cell = self.cells[row][position]
        if isinstance(cell, Fraction):
            return cell
        self.require_there(row, cell, name)
        return parse_number(cell, f"{self.place(row)}, column {name!r}", self.decimal)

    def require_there(self, row: int, cell: str | Fraction, name: str) -> None:
        """Refuse a cell of the named column whose value is missing.

        Raises:
            InputError: it is; the message says where.
        """
        if isinstance(cell, str) and is_missing(cell):
            what = f"is {cell}" if cell else "is empty"
            raise InputError(
                f"{self.place(row)}, column {name!r} {what}; drop or impute the row: --drop-missing leaves "
                "such rows out"
            )

    def place(self, row: int) -> str:
        """What to call a row in messages.

        Example:
            >>> parse_csv("x,y\\n1,2\\n\\n3,4", "memory").place(1)
            'memory: row 2 (line 4)'
        """
        line = f" (line {self.lines[row]})" if self.lines else ""
        return f"{self.source}: row {row + 1}{line}"


def read_table(path: str | Path, dialect: Dialect | None = None) -> Table:
    """Read a CSV file or a ``.npy`` matrix.

    A CSV file is text, with commas between cells, or semicolons or tabs by its look; its first line names the
    columns, unless every cell of that line is a number: then the columns are called ``1``, ``2``, ..., as are
    those of a ``.npy`` file. Lines that start with # are comments.

    Args:
        path: the file; ``-`` for standard input.
        dialect: what its look does not settle.

    Raises:
        InputError: the file is missing, empty or ragged, names a column twice, or its first line mixes names
            and numbers; it can be read in several ways; for ``.npy``: not a finite real matrix.
    """
    path, dialect = Path(path), dialect or Dialect()
    if path == Path("-"):
        # A stand-in for standard input may have text only.
        stream = getattr(sys.stdin, "buffer", None)
        source, content = "standard input", stream.read() if stream else sys.stdin.read().encode()
    else:
        source, content = str(path), read_bytes(path)
    if path.suffix.lower() == ".npy" or content.startswith(b"\x93NUMPY"):
        return _read_npy(content, source)
    _require_table(content, source)
    return parse_csv(decoded(content, source, dialect.encoding), source, dialect)


def _require_table(content: bytes, source: str) -> None:
    """Refuse what begins as another kind of file does."""
    for start, (kind, remedy) in _OTHERS.items():
        if content.startswith(start):
            raise InputError(f"{source} is {kind}, not a table of text; {remedy}")


def parse_csv(text: str, source: str, dialect: Dialect | None = None) -> Table:
    """Read the text of a CSV file; see :func:`read_table`.

    Raises:
        InputError: see :func:`read_table`.

    Example:
        >>> parse_csv("a,b\\n1,2\\n", "memory").columns, parse_csv("1,2\\n3,4\\n", "memory").columns
        (('a', 'b'), ('1', '2'))
    """
    dialect = dialect or Dialect()
    found = understood(text.removeprefix("\ufeff"), source, dialect)
    rows, lines = tuple(cells for _, cells in found.records), tuple(line for line, _ in found.records)
    if found.names is None:
        return Table(source, _positions(len(rows[0])), rows, lines, found.decimal, (), found.notes)
    named = [place for place, name in enumerate(found.names) if name]
    unnamed = tuple(place for place, name in enumerate(found.names, start=1) if not name)
    columns = _header(found.names, found.decimal, source, stated=dialect.header is True)
    rows = tuple(tuple(row[place] for place in named) for row in rows) if unnamed else rows
    return Table(source, columns, rows, lines, found.decimal, unnamed, found.notes)


def _header(names: tuple[str, ...], decimal: str, source: str, *, stated: bool) -> tuple[str, ...]:
    """The names of the columns, those without one left out."""
    for position, name in enumerate(names, start=1):
        if is_number(name, decimal) and not stated:
            # A header, or a row with a slip of the pen? Guessing would drop a row of data in silence.
            raise InputError(
                f"{source}: the first line mixes names and numbers ({name!r} in column {position}); "
                "name every column, leave the header out, or say which with --header or --no-header"
            )
        if name and name in names[: position - 1]:
            raise InputError(f"{source}: the first line names column {name!r} twice; rename one of them")
    return tuple(name for name in names if name)


def _positions(count: int) -> tuple[str, ...]:
    return tuple(str(position) for position in range(1, count + 1))


def _read_npy(content: bytes, path: str) -> Table:
    import numpy as np

    try:
        array = np.load(io.BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError, OSError):
        raise InputError(f"{path} is not a .npy file of numbers; save an array with numpy.save") from None
    if not isinstance(array, np.ndarray):
        raise InputError(f"{path} is an archive of arrays; save one matrix with numpy.save")
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(
            f"{path} has shape {array.shape}; give a matrix with at least one row and one column"
        )
    if array.dtype.kind not in "iuf" or array.dtype.itemsize > 8:
        raise InputError(f"{path} has dtype {array.dtype}; give integers or floats of at most 64 bits")
    return Table(path, _positions(array.shape[1]), _exact_cells(array, path))


def _exact_cells(array: np.ndarray, path: str) -> Rows:
    import numpy as np

    if not np.isfinite(array).all():
        row, column = (int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{path}[{row}, {column}] is {array[row, column]}; drop or impute the row")
    return tuple(tuple(Fraction(value) for value in row) for row in array.tolist())
