"""The arrangement a verb works on: the rows of a file, or a member of a named family."""

from __future__ import annotations

import re
from collections.abc import Sequence
from os.path import exists
from typing import TYPE_CHECKING

import click

from .options import Reading

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

SOURCE = "DATA.csv|DATA.npy|DATA.ine|FAMILY_N"
_FAMILY = re.compile(r"[a-z][a-z0-9_]*")


def read_arrangement(
    source: str,
    features: Sequence[str] | None,
    offsets: str | None,
    reading: Reading | None = None,
    bias: bool = False,
) -> Arrangement:
    """Read hyperplanes `{x : a'x = b}`.

    Args:
        source: a CSV or `.npy` file with a row a for each hyperplane; a file of another program, as
            `hyperplane_arrangements.read_arrangement` takes them; or, if there is no such file, a family and
            its parameters, such as `shi_4`.
        features: the columns of a; all but `offsets` if None.
        offsets: the column of b; the arrangement is central if None.
        reading: how to read the file.
        bias: append a column of ones to a, as `certify` does: its weights are the biases of neurons.

    Raises:
        InputError: the file cannot be read or holds no such columns; no such family.
        UsageError: columns of a family, or of a file of another program.

    Example:
        >>> read_arrangement("shi_2", None, None)
        Arrangement([[1, -1], [1, -1]], offsets=[0, 1])
    """
    from hyperplane_arrangements.arrangement import Arrangement

    if _FAMILY.fullmatch(source) and not exists(source):
        from hyperplane_arrangements.families import named

        if features is not None or offsets is not None or bias:
            raise click.UsageError("--features, --offsets and --bias are for a file; a family has no columns")
        if reading not in (None, Reading()):
            raise click.UsageError("--separator and the like say how to read a file; a family is none")
        return named(source)

    if _is_of_another_program(source):
        from hyperplane_arrangements.families.matrix_files import read_arrangement

        if features is not None or offsets is not None or bias or reading not in (None, Reading()):
            raise click.UsageError(f"{source} states its own rows and offsets; leave out the other options")
        return read_arrangement(source)

    from ..data.datasets import exact_columns, with_ones

    reading = reading or Reading()
    table = reading.table(source)
    if features is not None and offsets in features:
        raise click.UsageError(f"--offsets {offsets} is one of --features too; leave it out of one of them")
    chosen = table.others([offsets]) if features is None else features
    table = reading.kept(table, [*chosen, offsets])
    X = with_ones(exact_columns(table, chosen)) if bias else exact_columns(table, chosen)
    if offsets is None:
        return Arrangement(X)
    return Arrangement(X, tuple(value for (value,) in table.numbers([offsets])))


def _is_of_another_program(source: str) -> bool:
    """Whether the name of a file, or its first line, is that of no table: a bracket, numbers and spaces."""
    from hyperplane_arrangements.families.matrix_files import SUFFIXES

    if source.lower().endswith(SUFFIXES):
        return True
    try:
        with open(source, "rb") as file:
            head = file.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
    except OSError:
        return False  # whoever reads it says so
    spaced = re.match(rb"[+-]?[\d./]+(?: +[+-]?[\d./]+)+ *\r?\n", head)
    return spaced is not None or head.lower().startswith((b"[", b"(", b"{", b"matrix("))


def shape(arrangement: Arrangement) -> dict[str, int]:
    """What is known of an arrangement without counting, for JSON."""
    return {"rows": arrangement.n, "dimension": arrangement.dimension, "rank": arrangement.rank}
