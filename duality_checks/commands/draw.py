"""``convex-landscape draw``: a picture of an arrangement."""

from __future__ import annotations

import json
from pathlib import Path

import click

from . import options
from .arrangements import SOURCE, read_arrangement, shape

KINDS = ("lines", "sphere", "zonotope", "tope-graph", "lattice")


@click.command()
@click.argument("data", metavar=SOURCE)
@click.option("--kind", type=click.Choice(KINDS), help="What to draw.  [default: what suits the arrangement]")
@options.columns
@options.offsets
@options.bias
@options.reads_table
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    default="arrangement.svg",
    show_default=True,
    metavar="FILE.svg|png|pdf",
    help="Where to; the ending says the format.",
)
@click.option("--title", help="What to write above it.")
@options.as_json
def draw(
    data: str,
    kind: str | None,
    features: list[str] | None,
    offsets: str | None,
    bias: bool,
    reading: options.Reading,
    output: Path,
    title: str | None,
    as_json: bool,
) -> int:
    """Draw the hyperplanes {u : x'u = b}, one a row x of a file, or those of a named family.

    \b
    lines        rank 2 as lines in the plane, their chambers coloured and labelled
    sphere       planes of rank 3 as great circles, in stereographic projection
    zonotope     the sum of the segments from 0 to each row; its vertices are the chambers
    tope-graph   chambers as dots, joined where they share a wall
    lattice      the intersections by codimension, with the values of the Moebius function

    \b
    convex-landscape draw braid_4
    convex-landscape draw shi_3 --kind tope-graph --output shi.png
    convex-landscape draw rows.csv --features a,b --offsets c --kind lines

    Needs matplotlib (extra plot). Families are braid_N, type_b_N, shi_N, generic_N_RANK and more:
    a wrong name is answered with all of them.
    """
    from hyperplane_arrangements.pictures.notebook import best_kind, save_picture

    from .terminal import progress

    arrangement = read_arrangement(data, features, offsets, reading, bias)
    with progress() as say:
        say("Drawing")
        written = save_picture(arrangement, output, kind, title=title or data)
    facts = {"written": str(written), "kind": kind or best_kind(arrangement)} | shape(arrangement)
    click.echo(json.dumps(facts) if as_json else f"written   {written}")
    return 0
