"""``convex-landscape explore``: a page to play with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options
from .arrangements import SOURCE, read_arrangement
from .certify import weight_decay
from .columns import Columns, takes_data

if TYPE_CHECKING:
    from fractions import Fraction

    from hyperplane_arrangements.arrangement import Arrangement

    from ..data.datasets import TrainingData
    from ..reports.explorer.page import Panel

PANELS = ("lines", "space", "training", "sphere")


@click.command()
@takes_data
@options.beta
@options.beta_ratio
@click.option("--lines", metavar=SOURCE, help="Lines to begin with, as `draw` takes them.  [default: five]")
@click.option(
    "--offsets", metavar="NAME", help="The column of --lines that holds b in a'x = b.  [default: b = 0]"
)
@click.option(
    "--only",
    multiple=True,
    type=click.Choice(PANELS),
    help="Write this panel alone; again for more.  [default: all]",
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
    columns: Columns,
    beta: str | None,
    beta_ratio: str | None,
    lines: str | None,
    offsets: str | None,
    only: tuple[str, ...],
    output: Path,
    as_json: bool,
) -> int:
    """Write a page to play with: one file of HTML that needs no network. Open it in a browser.

    Lines of the plane are dragged, while regions, polynomial, graph and zonogon follow, exactly. Arrangements
    of rank 1 and 2 are lines; central ones of rank 3 are, with their first plane at infinity. These are also
    turned in space, with their zonotope.

    Training data of one feature are dragged, or the weight decay is, and the GLOBAL optimum follows, with the
    dual curve that shows why it is one: solved in the page, in floats, with its duality gap beside it.

    The sphere of a problem of rank 3, trained and PROVEN beforehand, is turned: each chamber, or each cone of
    the proof, coloured by how near it comes to beta.

    DATA with one feature and a column of ones are the training data; of rank 3, as with two features and a
    column of ones, their sphere is shown. Without DATA there are examples, and the sphere is that of Iris.

    \b
    convex-landscape explore
    convex-landscape explore --lines shi_3 -o shi.html
    convex-landscape explore --lines lines.csv --offsets c
    convex-landscape explore houses.csv --target price --features area --beta-ratio 0.1
    convex-landscape explore houses.csv --target price --features area,rooms --only sphere
    """
    from ..data.files import write_text
    from ..reports.explorer.page import page

    if lines is None and offsets is not None:
        raise click.UsageError("--offsets is a column of --lines; name a file there")
    if columns.data is None and (beta is not None or beta_ratio is not None):
        raise click.UsageError("--beta and --beta-ratio are for DATA; give the file too")
    begun = None if lines is None else read_arrangement(lines, None, offsets)
    given = columns.chosen()
    if len(given) > 1:
        raise click.UsageError("the page shows one --target; leave the others out")
    wish = _Wish(
        begun, lines or "", None if columns.data is None else given[0], *weight_decay(beta, beta_ratio)
    )
    write_text(output, page(wish.panels(only or PANELS)))
    click.echo(json.dumps({"written": str(output)}) if as_json else f"written   {output}")
    return 0


@dataclass(frozen=True, eq=False, slots=True)
class _Wish:
    """What the page is to show: lines with their name, and data with beta or its share of beta_max."""

    arrangement: Arrangement | None
    name: str
    data: TrainingData | None
    beta: Fraction | None
    beta_ratio: Fraction | None

    def panels(self, names: tuple[str, ...]) -> list[Panel]:
        """The panels of these names, that of the data first."""
        from ..reports.explorer.training import is_of_one_feature

        owner = "" if self.data is None else "training" if is_of_one_feature(self.data) else "sphere"
        if owner and owner not in names:
            raise click.UsageError(f"DATA are for --only {owner}; leave them out, or choose other --features")
        makers = {
            "lines": self._lines,
            "space": self._space,
            "training": self._training,
            "sphere": self._sphere,
        }
        return [makers[name](name == owner) for name in sorted(PANELS, key=owner.__ne__) if name in names]

    def _lines(self, owned: bool) -> Panel:
        from ..reports.explorer.plane import plane_panel

        return plane_panel(self.arrangement, self.name)

    def _space(self, owned: bool) -> Panel:
        from ..reports.explorer.space import fits, space_panel

        if self.arrangement is None or not fits(self.arrangement):
            return space_panel()
        return space_panel(self.arrangement, self.name)

    def _training(self, owned: bool) -> Panel:
        from ..reports.explorer.training import training_panel

        return training_panel(self.data, self.beta, self.beta_ratio) if owned else training_panel()

    def _sphere(self, owned: bool) -> Panel:
        from ..data.datasets import versicolor_against_virginica
        from ..reports.explorer.sphere import solved, sphere_panel
        from .terminal import progress

        data = self.data if owned and self.data is not None else versicolor_against_virginica()
        with progress() as say:
            say("Training and proving what the sphere shows")
            one = solved(data, *((self.beta, self.beta_ratio) if owned else weight_decay(None, None)))
            return sphere_panel(one)
