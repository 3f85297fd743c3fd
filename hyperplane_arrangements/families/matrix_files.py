"""Hyperplanes from files of other programs: cdd, polymake, SageMath, TOPCOM, and lists in JSON.

All numbers are exact: integers, fractions, and decimals as the decimals they are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..arrangement import Arrangement
from ..errors import InputError
from ..exact.numbers import clipped, exact_scalar

#: What the name of such a file ends in.
SUFFIXES = (".ine", ".ext", ".json", ".poly")
# Where polymake and its like keep rows, the ones to take first.
_SECTIONS = ("HYPERPLANES", "INEQUALITIES", "FACETS", "POINTS", "VERTICES", "RAYS", "INPUT_RAYS", "VECTORS")
_AFFINE = ("INEQUALITIES", "FACETS")  # rows (b, a) for a'x + b, as cdd's
# A list of lists, perhaps inside a call such as `matrix(QQ, [[1, 0], [0, 1]])`.
_LISTS = re.compile(r"""(?:[A-Za-z]\w*\((?:[\w ]+,)*)?\s*(?P<lists>[\[(]\s*[\[(].*)""", re.DOTALL)
# A matrix as a list of all its entries, with its rows and perhaps its columns, as SageMath takes it.
_FLAT = re.compile(r"[Mm]atrix\((?:\w+,\s*)?(?P<rows>\d+),\s*(?:\d+,\s*)?\[(?P<entries>[^\[\]]*)\]\s*\)")
_SPARSE = re.compile(r"\((?P<length>\d+)\)(?P<entries>(?:\s*\(\d+\s+[^()\s]+\))+)")
_LONGEST = 100_000  # numbers in a sparse row
_RULE = re.compile(r"[\[\]]?|\[?-[-+]{2,}\]?")  # between the blocks of a matrix
_FORM = {"H-representation": True, "V-representation": False}


@dataclass(frozen=True, slots=True)
class FileRows:
    """The rows of a file.

    Attributes:
        rows: n equally long rows.
        constant_first: whether a row (b, a) stands for a'x + b.
    """

    rows: tuple[tuple[Fraction, ...], ...]
    constant_first: bool = False

    @property
    def normals(self) -> tuple[tuple[Fraction, ...], ...]:
        """The normals a of the hyperplanes."""
        return tuple(row[self.constant_first :] for row in self.rows)

    @property
    def offsets(self) -> tuple[Fraction, ...] | None:
        """The offsets in `a'x = offset`; None if all of them are zero, and the arrangement is central."""
        if not self.constant_first or not any(row[0] for row in self.rows):
            return None
        return tuple(-row[0] for row in self.rows)


def read_arrangement(path: str | Path) -> Arrangement:
    """Read hyperplanes from a file of another program.

    * cdd's `.ine` (H-representation): a row (b, a) is the hyperplane `a'x = -b`;
    * cdd's `.ext` (V-representation): the rows are normals, without their first column if that is zero;
    * polymake's files, in JSON or text: the section HYPERPLANES (of normals), else INEQUALITIES or FACETS
      (rows (b, a)), else POINTS, VERTICES, RAYS, INPUT_RAYS or VECTORS (of normals);
    * matrices of normals as SageMath, polymake (dense or sparse) and Octave print them or take them, and
      lists of lists (Python, JSON, TOPCOM).

    Numbers in a row are apart by white space, commas or semicolons; in brackets a semicolon ends a row.

    Args:
        path: the file.

    Returns:
        The arrangement, its rows in the order of the file.

    Raises:
        InputError: the file cannot be read, or is none of these; rows of different length; no number.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8 text; save it as UTF-8, or name another file") from None
    found = parse_rows(text, str(path))
    return Arrangement(found.normals, found.offsets)


def parse_rows(text: str, source: str) -> FileRows:
    """The rows in the text of such a file (see `read_arrangement`).

    Args:
        text: all of it.
        source: what to call it in messages.

    Raises:
        InputError: see `read_arrangement`.

    Example:
        >>> parse_rows("H-representation\\nbegin\\n 2 3 rational\\n 1 1/2 0\\n 0 1 1\\nend", "a.ine").offsets
        (Fraction(-1, 1), Fraction(0, 1))
        >>> [list(map(int, row)) for row in parse_rows("[1 0]\\n[0 1]", "sage.txt").normals]
        [[1, 0], [0, 1]]
    """
    stripped = text.strip().replace("\u2212", "-")
    if re.search(r"^\s*begin\b", stripped, re.MULTILINE):
        return _of_cdd(stripped, source)
    if stripped.startswith("{"):
        return _of_document(_json(stripped, source), source)
    lists = _LISTS.match(stripped)
    if lists:
        return FileRows(_numbers(_nested(lists["lists"], source), source))
    flat = _FLAT.fullmatch(stripped)
    if flat:
        return FileRows(_numbers(_in_rows(flat["entries"].split(","), int(flat["rows"]), source), source))
    return _of_lines(stripped, source)


def _of_cdd(text: str, source: str) -> FileRows:
    before, _, rest = re.split(r"^\s*(begin)\b.*$", text, maxsplit=1, flags=re.MULTILINE)
    forms = [affine for form, affine in _FORM.items() if form in before]
    affine = forms[0] if forms else not source.lower().endswith(".ext")
    body, end, _ = rest.partition("\nend")
    if not end:
        raise InputError(f"{source} begins a matrix that has no end; was the file cut short?")
    split = [line.split() for line in body.splitlines()]
    head, *lines = [line for line in split if line and not line[0].startswith(("*", "#"))] or [[]]
    if len(head) != 3 or not all(part.isdecimal() for part in head[:2]):
        raise InputError(
            f"{source}: after begin stands {clipped(' '.join(head))}; give rows, columns and the kind of "
            "numbers"
        )
    rows = _numbers(lines, source)
    stated = tuple(map(int, head[:2]))
    if (len(rows), len(rows[0])) != stated:
        raise InputError(
            f"{source} states {stated[0]} rows of {stated[1]} numbers, and has {len(rows)} of "
            f"{len(rows[0])}; was the file cut short?"
        )
    if not affine and not any(row[0] for row in rows):
        rows = tuple(row[1:] for row in rows)
    return FileRows(rows, affine)


def _of_document(document: dict[str, Any], source: str) -> FileRows:
    found = next((name for name in _SECTIONS if name in document), None)
    if found is None:
        raise InputError(f"{source} has none of {', '.join(_SECTIONS)}; give a matrix as [[...], ...]")
    return FileRows(_numbers(document[found], source), found in _AFFINE)


def _of_lines(text: str, source: str) -> FileRows:
    """A row a line, with or without brackets around it; under the name of a section, if there are any."""
    sections: dict[str, list[list[str]]] = {}
    name = ""
    for line in text.splitlines():
        bare = line.split("#")[0].strip()
        if re.fullmatch(r"[A-Z][A-Z_]+", bare):
            name = bare
        elif bare and not bare.startswith("_"):
            rows = bare.split(";") if text.startswith("[") else [bare.replace(";", " ")]
            kept = [row for row in map(str.strip, rows) if not _RULE.fullmatch(row)]
            sections.setdefault(name, []).extend(map(_entries, kept))
    if set(sections) <= {""}:
        return FileRows(_numbers(sections.get(""), source))
    return _of_document(sections, source)


def _entries(row: str) -> list[str]:
    """The numbers of a row, with brackets around them, bars between them, or as polymake's sparse rows."""
    sparse = _SPARSE.fullmatch(row)
    if sparse is None:
        return re.sub(r"[,|]", " ", row.strip("[]()<>")).split()
    pairs = [pair.split() for pair in re.findall(r"\(([^()]*)\)", sparse["entries"])]
    entries = ["0"] * min(int(sparse["length"]), _LONGEST)
    for place, entry in pairs:
        if int(place) >= len(entries):
            return []  # what is no row is refused as one without numbers
        entries[int(place)] = entry
    return entries


def _in_rows(entries: list[str], rows: int, source: str) -> list[list[str]]:
    if not rows or len(entries) % rows:
        raise InputError(f"{source} has {len(entries)} entries, no multiple of {rows} rows; is one left out?")
    step = len(entries) // rows
    return [[entry.strip() for entry in entries[i : i + step]] for i in range(0, len(entries), step)]


def _json(text: str, source: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=str)
    except (ValueError, RecursionError) as error:  # integers of more than 4300 digits are no JSONDecodeError
        raise InputError(f"{source}: not a JSON document ({error}); was the file cut short?") from None


def _nested(text: str, source: str) -> list[list[str]]:
    """The inner lists of a list of lists; numbers may be apart by white space alone."""
    body, depth = text.replace("(", "[").replace(")", "]"), 0
    rows: list[list[str]] = []
    for part in re.findall(r"[\[\]]|[^\[\]]+", body):
        depth += (part == "[") - (part == "]")
        if depth == 0 and rows:
            return rows
        if depth == 2 and part == "[":
            rows.append([])
        elif depth == 2 and part not in "[]":
            rows[-1] += re.sub(r"[,'\"]", " ", part).split()
        elif depth > 2 or (part not in "[]" and part.strip(" \t\r\n,")):
            break
    raise InputError(f"{source} is no list of rows of numbers, such as [[1, 0], [0, 1]]; was it cut short?")


def _numbers(rows: Any, source: str) -> tuple[tuple[Fraction, ...], ...]:
    if not isinstance(rows, Sequence) or isinstance(rows, str) or not rows:
        raise InputError(f"{source} has no rows; give at least one")
    found: list[tuple[Fraction, ...]] = []
    for i, row in enumerate(rows, start=1):
        if not isinstance(row, Sequence) or isinstance(row, str) or not row:
            raise InputError(f"{source}: row {i} is {clipped(row)}; give a list of numbers")
        found.append(
            tuple(exact_scalar(x, f"{source}: row {i}, column {j}") for j, x in enumerate(row, start=1))
        )
        if len(row) != len(found[0]):
            raise InputError(
                f"{source}: row {i} has {len(row)} numbers, the first {len(found[0])}; give rows of one "
                "length"
            )
    return tuple(found)
