"""``convex-landscape explore``: a page to play with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options
from .arrangements import SOURCE, read_arrangement
from .certify import certify, weight_decay
from .columns import chosen_data

if TYPE_CHECKING:
    from ..data.preparation import Labels, Wanted

# What `certify` says of data and problem is said here in the same words.
SHARED = ("data", "targets", "features", "no_bias", "beta", "beta_ratio")


@click.command()
@options.labels
@options.prepares_table
@options.reads_table
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
def explore(
    data: Path | None,
    targets: tuple[str, ...],
    features: list[str] | None,
    labels: Labels | None,
    wanted: Wanted,
    reading: options.Reading,
    no_bias: bool,
    beta: str | None,
    beta_ratio: str | None,
    lines: str | None,
    offsets: str | None,
    output: Path,
    as_json: bool,
) -> int:
    """Write a page to play with: one file of HTML that needs no network. Open it in a browser.

    Lines of the plane are dragged, while regions, polynomial, graph and zonogon follow, exactly. Arrangements
    of rank 1 and 2 are lines; central ones of rank 3 are, with their first plane at infinity.

    Training data of one feature are dragged, or the weight decay is, and the GLOBAL optimum follows, with the
    dual curve that shows why it is one: solved in the page, in floats, with its duality gap beside it. DATA
    with one feature and a column of ones takes the place of examples.

    \b
    convex-landscape explore
    convex-landscape explore --lines shi_3 -o shi.html
    convex-landscape explore --lines lines.csv --offsets c
    convex-landscape explore houses.csv --target price --features area --beta-ratio 0.1
    """
    from ..explorer.page import page
    from ..explorer.plane import plane_panel
    from ..explorer.training import training_panel
    from ..files import write_text

    if lines is None and offsets is not None:
        raise click.UsageError("--offsets is a column of --lines; name a file there")
    if data is None and (beta is not None or beta_ratio is not None):
        raise click.UsageError("--beta and --beta-ratio are for DATA; give the file too")
    begun = None if lines is None else read_arrangement(lines, None, offsets)
    panels = [plane_panel(begun, lines or "")]
    if data is None:
        panels.append(training_panel())
    else:
        chosen, *others = chosen_data(
            data, targets, features, bias=not no_bias, labels=labels, reading=reading, wanted=wanted
        )
        if others:
            raise click.UsageError("the page shows one --target; leave the others out")
        panels.insert(0, training_panel(chosen, *weight_decay(beta, beta_ratio)))
    write_text(output, page(panels))
    click.echo(json.dumps({"written": str(output)}) if as_json else f"written   {output}")
    return 0


explore.params = [*(option for option in certify.params if option.name in SHARED), *explore.params]
