"""``convex-landscape explore``: a page to play with."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options
from .arrangements import SOURCE, read_arrangement


@click.command()
@click.option("--lines", metavar=SOURCE, help="Lines to begin with, as `draw` takes them.  [default: five]")
@click.option(
    "--offsets", metavar="NAME", help="The column of --lines that holds b in a'x = b.  [default: b = 0]"
)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    default="explore.html",
    show_default=True,
    metavar="FILE.html",
    help="Where to.",
)
@options.as_json
def explore(lines: str | None, offsets: str | None, output: Path, as_json: bool) -> int:
    """Write a page in which lines are dragged, while regions, polynomial, graph and zonogon follow.

    One file of HTML that needs no network: open it in a browser. Everything is computed there, exactly.
    Arrangements of rank 1 and 2 are lines; central ones of rank 3 are, with their first plane at infinity.

    \b
    convex-landscape explore
    convex-landscape explore --lines shi_3 -o shi.html
    convex-landscape explore --lines lines.csv --offsets c
    """
    from ..explorer.page import page
    from ..explorer.plane import plane_panel
    from ..files import write_text

    if lines is None and offsets is not None:
        raise click.UsageError("--offsets is a column of --lines; name a file there")
    begun = None if lines is None else read_arrangement(lines, None, offsets)
    write_text(output, page([plane_panel(begun, lines or "")]))
    click.echo(json.dumps({"written": str(output)}) if as_json else f"written   {output}")
    return 0
