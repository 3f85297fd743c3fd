"""``convex-landscape chambers``: every chamber of the hyperplanes in a file, or their number."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement

MAX_CHAMBERS = 5_000_000
BATCH = 1000


def column_names(context: click.Context, option: click.Parameter, text: str | None) -> list[str] | None:
    """The names in ``A,B`` or ``"A, with comma",B``."""
    return None if text is None else [name.strip() for name in next(csv.reader([text]), [])]


@click.command()
@click.argument("data", type=click.Path(path_type=Path), metavar="DATA.csv|DATA.npy")
@click.option(
    "--features", callback=column_names, metavar="A,B", help="Columns to take; all of them by default."
)
@click.option("--count", "count_only", is_flag=True, help="Only count: fast, and without a limit.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--max-chambers",
    type=click.IntRange(min=1),
    default=MAX_CHAMBERS,
    show_default=True,
    help="Refuse to list more.",
)
def chambers(
    data: Path, features: list[str] | None, count_only: bool, as_json: bool, max_chambers: int
) -> int:
    """List or count the chambers of the hyperplanes {u : x'u = 0}, one hyperplane a row x of the file.

    A chamber is listed as the signs of all rows on it (+, -, or 0 for a row of zeros) and a witness: an
    integer vector strictly inside. Numbers are read exactly: 0.1 in a CSV file is one tenth. The list is
    complete: its length equals the number of chambers, which is counted independently.

    \b
    convex-landscape chambers rows.csv --count
    convex-landscape chambers matrix.npy --json > chambers.json
    """
    from hyperplane_arrangements.arrangement import Arrangement
    from hyperplane_arrangements.exact import exact_matrix

    from ..datasets import matrix
    from ..tables import read_table

    arrangement = Arrangement(exact_matrix(matrix(read_table(data), features), name=str(data)))
    if count_only:
        return _print_count(arrangement, as_json)
    if as_json:
        return _print_json(arrangement, max_chambers)
    return _print_lines(arrangement, max_chambers)


def _print_count(arrangement: Arrangement, as_json: bool) -> int:
    from .terminal import progress

    with progress() as say:
        say("Counting chambers")
        count = arrangement.count_chambers()
    click.echo(json.dumps(_facts(arrangement, count)) if as_json else count)
    return 0


def _print_lines(arrangement: Arrangement, max_chambers: int) -> int:
    for signs, witness in _listed(arrangement, max_chambers):
        sys.stdout.write(f"{''.join('-0+'[sign + 1] for sign in signs)}\t{' '.join(map(str, witness))}\n")
    return 0


def _print_json(arrangement: Arrangement, max_chambers: int) -> int:
    # Written piece by piece: five million chambers would not fit in memory as one text.
    listed = _listed(arrangement, max_chambers)
    first = next(listed)
    head = json.dumps(_facts(arrangement, arrangement.count_chambers())).removesuffix("}")
    sys.stdout.write(f'{head}, "chambers": [{_entry(*first)}')
    for signs, witness in listed:
        sys.stdout.write(f",\n{_entry(signs, witness)}")
    sys.stdout.write("]}\n")
    return 0


def _entry(signs: list[int], witness: list[int]) -> str:
    return json.dumps({"signs": signs, "witness": [str(value) for value in witness]})


def _facts(arrangement: Arrangement, count: int) -> dict[str, Any]:
    return {
        "count": count,
        "complete": True,
        "rows": arrangement.n,
        "dimension": arrangement.dimension,
        "rank": arrangement.rank,
    }


def _listed(arrangement: Arrangement, max_chambers: int) -> Iterator[tuple[list[int], list[int]]]:
    from ..limits import require_feasible
    from .terminal import progress

    with progress() as say:
        say("Counting chambers")
        require_feasible(arrangement, max_chambers)
        found = arrangement.chambers(max_chambers=max_chambers)
    for batch in found.batches(BATCH):
        for signs, witness in zip(batch.signs.tolist(), batch.witnesses.tolist(), strict=True):
            yield signs, _primitive(witness)


def _primitive(witness: list[float] | list[int]) -> list[int]:
    """The shortest integer vector in the same direction."""
    ratios = [value.as_integer_ratio() for value in witness]
    denominator = math.lcm(*(below for _, below in ratios))
    integers = [above * (denominator // below) for above, below in ratios]
    divisor = math.gcd(*integers)
    return [value // divisor for value in integers] if divisor else integers
