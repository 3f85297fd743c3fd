"""Options that several verbs have, each written once."""

from __future__ import annotations

import csv

import click

MAX_CHAMBERS = 5_000_000


def column_names(context: click.Context, option: click.Parameter, text: str | None) -> list[str] | None:
    """The names in ``A,B`` or ``"A, with comma",B``."""
    return None if text is None else [name.strip() for name in next(csv.reader([text]), [])]


as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
max_chambers = click.option(
    "--max-chambers",
    type=click.IntRange(min=1),
    default=MAX_CHAMBERS,
    show_default=True,
    metavar="N",
    help="Refuse to start with more.",
)
columns = click.option(
    "--features", callback=column_names, metavar="A,B", help="Columns to take; all of them by default."
)
offsets = click.option(
    "--offsets", metavar="COLUMN", help="The column of right-hand sides; without it all are 0."
)
