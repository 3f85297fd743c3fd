"""``convex-landscape predict``: what a network says of the rows of a table."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import options

if TYPE_CHECKING:
    from ..data.preparation import Output
    from ..data.tables import Table
    from ..networks.prepared import PreparedNetwork


@click.command()
@click.argument("network", type=click.Path(path_type=Path), metavar="NETWORK.json")
@click.argument("data", type=click.Path(path_type=Path), metavar="DATA.csv|DATA.npy")
@options.reads_table
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE.csv", help="Where to; default: printed."
)
@options.as_json
def predict(network: Path, data: Path, reading: options.Reading, output: Path | None, as_json: bool) -> int:
    """Predict: the outputs of a network that certify wrote, one line for each row of DATA.

    The network's file says which columns it reads, and how they were prepared: shifts, scales, labels and
    the column of ones are those of its training. Other columns are left alone; the target need not be there.
    Where the target had labels, a second column says the label that the sign of the output stands for.

    \b
    convex-landscape certify houses.csv --target price --standardise --one-hot city
    convex-landscape predict convex-landscape-output/network.json new-houses.csv
    convex-landscape predict convex-landscape-output/network.json new-houses.csv --output prices.csv

    With --drop-missing, now or when the network was trained, a row with a missing cell has an empty
    prediction, so that lines stay beside each other.
    """
    from ..data.files import write_text
    from ..networks.prepared import PreparedNetwork

    prepared = PreparedNetwork.load(network)
    table = reading.table(data)
    for name in prepared.stated.columns:
        table.index(name)
    complete = reading.like(prepared.stated).kept(table, prepared.stated.columns)
    values = _values(prepared, table, complete)
    outputs = prepared.stated.outputs
    if output is not None:
        write_text(output, _csv(outputs, values))
    if as_json:
        facts = {} if output is None else {"output": str(output)}
        click.echo(json.dumps(_facts(outputs, values) | facts))
    elif output is None:
        click.echo(_csv(outputs, values), nl=False)
    else:
        click.echo(f"{'written':<10}{len(values):,} predictions in {output}")
    return 0


def _values(prepared: PreparedNetwork, table: Table, complete: Table) -> list[Sequence[float] | None]:
    """The outputs for each row of the table; None for those that are not in the complete one."""
    if not complete.cells:
        return [None] * len(table.cells)
    found = iter(prepared.predict(complete).tolist())
    there = {id(cells) for cells in complete.cells}
    return [next(found) if id(cells) in there else None for cells in table.cells]


def _csv(outputs: Sequence[Output], values: Sequence[Sequence[float] | None]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([name for one in outputs for name in _names(one)])
    for row in values:
        cells: list[Any] = []
        for place, one in enumerate(outputs):
            value = None if row is None else row[place]
            cells.append("" if value is None else repr(value))
            if one.labels is not None:
                cells.append("" if value is None else one.said(value))
        writer.writerow(cells)
    return text.getvalue()


def _names(output: Output) -> list[str]:
    return [output.column] if output.labels is None else [output.column, f"{output.column} label"]


def _facts(outputs: Sequence[Output], values: Sequence[Sequence[float] | None]) -> dict[str, Any]:
    """The predictions as a JSON object: for each target its values, null where a cell was missing."""
    found: dict[str, Any] = {"rows": len(values), "predictions": {}, "labels": {}}
    for place, one in enumerate(outputs):
        column = [None if row is None else row[place] for row in values]
        found["predictions"][one.column] = column
        if one.labels is not None:
            found["labels"][one.column] = [None if value is None else one.said(value) for value in column]
    return found
