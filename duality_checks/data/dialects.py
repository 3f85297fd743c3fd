"""The text of a table, however a program wrote it: encodings, separators, decimal marks, comments, headers.

What a file's own look settles is taken from it, and said in a note where it is not the usual; what it leaves
open is refused, with the option that settles it. Nothing is guessed in silence.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from hyperplane_arrangements.errors import InputError

from ..terms.words import count
from .cells import is_number

NAMED = {"tab": "\t", "tabs": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";"}
_WORDS = {"\t": "tabs", ";": "semicolons", " ": "spaces", ",": "commas"}
_BY_LOOK = (",", ";", "\t")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_POINT = re.compile(r"[+-]?\d*\.\d+(?:[eE][+-]?\d+)?", re.ASCII)
_BLANKS = '" \t\v\f\x1c\x1d\x1e\x1f'
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)

Record = tuple[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is to be read; None where its own look decides.

    Args:
        separator: what stands between cells, one character; also "tab" and "space".
        decimal: the decimal mark, "." or ",".
        encoding: such as "latin-1"; by a mark at the file's start, else UTF-8.
        header: whether the first line names the columns; by default it does unless it holds numbers only.

    Raises:
        InputError: a separator or a decimal mark that cannot be one.

    Example:
        >>> Dialect(separator="tab").separator
        '\\t'
    """

    separator: str | None = None
    decimal: str | None = None
    encoding: str | None = None
    header: bool | None = None

    def __post_init__(self) -> None:
        separator = self.separator and NAMED.get(self.separator.lower(), self.separator)
        if separator is not None and (len(separator) != 1 or separator.isalnum() or separator in '.+-"\r\n'):
            raise InputError(
                f"--separator {self.separator!r} is not one mark between cells; give , or ; or | or tab or "
                "space"
            )
        if self.decimal not in (None, ".", ","):
            raise InputError(f"--decimal {self.decimal!r} is no decimal mark; give . or ,")
        if self.decimal == "," and separator == ",":
            raise InputError("--decimal , and --separator , are the same mark; cells could not be told apart")
        object.__setattr__(self, "separator", separator)


@dataclass(frozen=True, slots=True)
class Text:
    """A table of text.

    Args:
        names: of the columns, each on one line; None where there is no header.
        records: the line that each row ends on, and its cells, all rows of the same length.
        decimal: the decimal mark.
        notes: how it was read, where that is not the usual.
    """

    names: tuple[str, ...] | None
    records: tuple[Record, ...]
    decimal: str
    notes: tuple[str, ...]


def decoded(content: bytes, source: str, encoding: str | None = None) -> str:
    """The text of a file: in the encoding that is named, or that its first bytes mark, or UTF-8.

    Raises:
        InputError: it is none, or no such encoding exists.

    Example:
        >>> decoded("a;b".encode("utf-16"), "memory"), decoded(b"Stra\\xdfe", "memory", "latin-1")
        ('a;b', 'Straße')
    """
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    name = encoding or marked or "utf-8"
    try:
        text = content.decode(name)
    except LookupError:
        raise InputError(
            f"--encoding {encoding!r} is unknown; give utf-8, utf-16, latin-1 or cp1252"
        ) from None
    except UnicodeDecodeError:
        remedy = (
            "save it as UTF-8, or name its encoding: --encoding latin-1, or cp1252"
            if encoding is None
            else "name another --encoding"
        )
        raise InputError(f"{source} is not {name.upper().removesuffix('-SIG')} text; {remedy}") from None
    if "\x00" in text:
        raise InputError(
            f"{source} has bytes of 0 in its text; name its encoding, such as --encoding utf-16-le"
        )
    return text.removeprefix("\ufeff")


def understood(text: str, source: str, dialect: Dialect | None = None) -> Text:
    """The rows of cells in a text, and the names of the columns.

    Raises:
        InputError: empty or ragged, no CSV, or separators and decimals that the text leaves open.

    Example:
        >>> understood("x;y\\n0,5;1\\n2;3\\n", "memory").notes
        ('read with semicolons between cells and decimal commas',)
    """
    dialect = dialect or Dialect()
    lines, comments, heading = _without_comments(list(io.StringIO(text, newline="")))
    if not "".join(lines).strip(", ;\t\r\n"):
        raise InputError(f"{source} is empty; give a header line and rows of numbers")
    separator = dialect.separator or _separator(lines, source, dialect)
    lines, promoted = _with_heading(lines, heading, separator, dialect)
    records = _records(lines, separator, source)
    _require_rectangle(records, source)
    decimal = dialect.decimal or _decimal(records, separator, source)
    notes = list(_dialect_note(separator, decimal))
    comments -= promoted
    if comments:
        notes.append(f"{count(comments, 'line')} with # at the start skipped")
    first = records[0][1]
    numeric = all(is_number(cell, decimal) for cell in first)
    has_header = not numeric if dialect.header is None else dialect.header
    if numeric and dialect.header is None:
        notes.append(
            "no header: the first line is data, columns are called 1, 2, ...; --header takes it as names"
        )
    body = records[1:] if has_header else records
    names = tuple(map(_on_one_line, first)) if has_header else None
    return Text(names, tuple(body), decimal, tuple(notes))


def _on_one_line(name: str) -> str:
    """A name that can be typed, whichever ends the lines of a quoted cell have."""
    return " ".join(line.strip() for line in name.splitlines())


def _without_comments(lines: list[str]) -> tuple[list[str], int, tuple[int, str] | None]:
    """The lines with comments blanked out; how many there were; and the last one before the first row, which
    may be a header."""
    kept, count, heading, begun = [], 0, None, False
    if "#" not in "".join(lines):
        return lines, 0, None
    for place, line in enumerate(lines):
        if line.lstrip(" ").startswith("#"):
            count += 1
            heading = heading if begun else (place, line)
            kept.append("\n")
        else:
            begun = begun or bool(line.strip())
            kept.append(line)
    return kept, count, heading


def _with_heading(
    lines: list[str], heading: tuple[int, str] | None, separator: str, dialect: Dialect
) -> tuple[list[str], bool]:
    """A line that starts with # names the columns if there are as many, and the next line has numbers."""
    if heading is None or dialect.header is False:
        return lines, False
    place, line = heading
    names = [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
    below = next(line for line in lines if line.strip())
    first = next(csv.reader([below], delimiter=separator), [])
    bare = [names[0].lstrip("# ") or names[0], *names[1:]]
    fits = len(names) == len(first) > 1 and len(set(bare)) == len(bare) and all(bare)
    if not fits or any(map(is_number, bare)) or not any(is_number(cell.strip(), ".") for cell in first):
        return lines, False
    named = io.StringIO()
    csv.writer(named, delimiter=separator).writerow(bare)
    return [*lines[:place], named.getvalue(), *lines[place + 1 :]], True


def _separator(lines: list[str], source: str, dialect: Dialect) -> str:
    """The one separator that cuts all lines alike; of several the one that leaves nothing but numbers."""
    text = "".join(lines)
    seen = [mark for mark in _BY_LOOK if mark != dialect.decimal and mark in text]
    if seen == [","]:
        return ","
    fitting: dict[str, bool] = {}
    for separator in seen:
        try:
            records = _records(lines, separator, source)
        except InputError:
            continue
        widths = {len(cells) for _, cells in records}
        if len(widths) == 1 and min(widths) > 1:
            mark = dialect.decimal or ("." if separator == "," else ",")
            body = [cells for _, cells in records[1:]] or [records[0][1]]
            fitting[separator] = all(is_number(c, mark) or is_number(c) for cells in body for c in cells)
    if len(fitting) > 1:
        numeric = [separator for separator, all_numbers in fitting.items() if all_numbers]
        if len(numeric) != 1:
            words = " or by ".join(_WORDS[separator] for separator in fitting)
            raise InputError(
                f"{source} can be cut by {words}; say which: --separator ; for semicolons, --separator , for "
                "commas, --separator tab"
            )
        return numeric[0]
    if fitting:
        return next(iter(fitting))
    first = next(line for line in lines if line.strip())
    usual = ";" if dialect.decimal == "," else ","
    return next((mark for mark in (";", "\t") if mark in first and usual not in first), usual)


def _records(lines: list[str], separator: str, source: str) -> list[Record]:
    spaced = separator == " "
    # Any run of spaces is one separator; none counts at either end.
    given = (line.strip() + "\n" for line in lines) if spaced else lines
    reader = csv.reader(given, delimiter=separator, skipinitialspace=spaced, strict=True)
    try:
        if _nothing_to_strip("".join(lines), separator):
            rows = list(map(tuple, reader))  # one a line, for a row of several lines has quotes
            return [(line, cells) for line, cells in enumerate(rows, start=1) if any(cells)]
        return [(reader.line_num, cells) for row in reader if any(cells := tuple(map(str.strip, row)))]
    except csv.Error as error:
        raise InputError(f"{source}: line {reader.line_num} is not CSV ({error})") from None


def _nothing_to_strip(text: str, separator: str) -> bool:
    """Whether no cell has blanks at its ends, for none are in the text; nor quotes, which can hold lines."""
    return text.isascii() and not any(mark in text for mark in _BLANKS if mark != separator)


def _require_rectangle(records: Sequence[Record], source: str) -> None:
    width = len(records[0][1])
    for line, cells in records:
        if len(cells) != width:
            hint = ""
            if len(cells) == width + 1:
                hint = (
                    "; is there a separator at its end?"
                    if not cells[-1]
                    else ("; are decimals written with commas, or a column of row numbers not named?")
                )
            raise InputError(f"{source}: line {line} has {len(cells)} cells, but the first has {width}{hint}")


def _decimal(records: Sequence[Record], separator: str, source: str) -> str:
    """A comma where numbers are written with commas and never with points."""
    if separator == ",":
        return "."
    cells = [(line, cell) for line, row in records for cell in row]
    commas = [(line, cell) for line, cell in cells if _COMMA.fullmatch(cell)]
    if not commas:
        return "."
    line, cell = commas[0]
    if any(_POINT.fullmatch(other) for _, other in cells) or all(
        _THOUSANDS.fullmatch(other) for _, other in commas
    ):
        raise InputError(
            f"{source}: line {line} holds {cell!r}, and the file leaves open whether its comma marks "
            "decimals or thousands; give --decimal , or --decimal ."
        )
    return ","


def _dialect_note(separator: str, decimal: str) -> list[str]:
    if (separator, decimal) == (",", "."):
        return []
    commas = " and decimal commas" if decimal == "," else ""
    return [f"read with {_WORDS.get(separator, repr(separator))} between cells{commas}"]
