"""``convex-landscape chambers``: every chamber of the hyperplanes in a file, or their number."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from . import options
from .arrangements import SOURCE, read_arrangement, shape

if TYPE_CHECKING:
    from hyperplane_arrangements.arrangement import Arrangement
    from hyperplane_arrangements.enumeration.chambers import Chambers

BATCH = 1000
_SHORT = 1000  # chambers up to which a short witness is looked for
Witness = list[int] | list[Fraction]


@click.command()
@click.argument("data", metavar=SOURCE)
@options.columns
@options.offsets
@options.bias
@options.reads_table
@click.option(
    "--count",
    "count_only",
    is_flag=True,
    help="Only count, without a limit: far beyond lists where minors are alike or there is symmetry, else as "
    "long as a search through all of them.",
)
@click.option("--skip", type=click.IntRange(min=0), default=0, metavar="K", help="Leave out the first K.")
@options.as_json
@options.max_chambers
def chambers(
    data: str,
    features: list[str] | None,
    offsets: str | None,
    bias: bool,
    reading: options.Reading,
    count_only: bool,
    skip: int,
    as_json: bool,
    max_chambers: int,
) -> int:
    """List or count the chambers of the hyperplanes {u : x'u = 0}, one hyperplane a row x of the file.

    A chamber is listed as the signs of all rows on it (+, -, or 0 for a row of zeros) and a witness: an
    integer vector strictly inside. Numbers are read exactly: 0.1 in a CSV file is one tenth. The list is
    complete: its length equals the number of chambers, which is counted independently. With --offsets b the
    hyperplanes are {u : x'u = b}, and witnesses are fractions. With --bias a column of ones is appended, as
    by certify: then these are the activation patterns of the neurons that it trains.

    \b
    convex-landscape chambers rows.csv --count
    convex-landscape chambers rows.csv --features area,rooms --bias --count
    convex-landscape chambers matrix.npy --json > chambers.json
    convex-landscape chambers resonance_5 > all.txt
    convex-landscape chambers resonance_5 --skip $(wc -l < all.txt) >> all.txt    # goes on
    """
    if skip and (count_only or as_json):
        raise click.UsageError("--skip goes with the list of lines; leave out --count and --json")
    arrangement = read_arrangement(data, features, offsets, reading, bias)
    if count_only:
        return _print_count(arrangement, as_json)
    if as_json:
        return _print_json(arrangement, max_chambers)
    return _print_lines(arrangement, max_chambers, skip)


def _print_count(arrangement: Arrangement, as_json: bool) -> int:
    from hyperplane_arrangements.enumeration.chambers import count_chambers, symmetry_used

    from .terminal import progress

    with progress() as say:
        say("Counting chambers")
        count = count_chambers(arrangement, lambda far: say(f"Counting chambers: {far}"))
    used = symmetry_used(arrangement)
    if as_json:
        click.echo(json.dumps(_facts(arrangement, count) | ({"counted": str(used)} if used else {})))
    else:
        click.echo(count)
        if used:
            click.echo(f"counted {used}", err=True)
    return 0


def _print_lines(arrangement: Arrangement, max_chambers: int, skip: int) -> int:
    found = _found(arrangement, max_chambers)
    try:
        for signs, witness in _listed(found, skip):
            sys.stdout.write(f"{''.join('-0+'[sign + 1] for sign in signs)}\t{' '.join(map(str, witness))}\n")
    except KeyboardInterrupt:
        click.echo("to go on, give --skip the number of whole lines written", err=True)
        raise
    return 0


def _print_json(arrangement: Arrangement, max_chambers: int) -> int:
    # Written piece by piece: five million chambers would not fit in memory as one text.
    found = _found(arrangement, max_chambers)
    listed = _listed(found)
    first = next(listed)
    head = json.dumps(_facts(arrangement, len(found))).removesuffix("}")
    sys.stdout.write(f'{head}, "chambers": [{_entry(*first)}')
    for signs, witness in listed:
        sys.stdout.write(f",\n{_entry(signs, witness)}")
    sys.stdout.write("]}\n")
    return 0


def _entry(signs: list[int], witness: Witness) -> str:
    return json.dumps({"signs": signs, "witness": [str(value) for value in witness]})


def _facts(arrangement: Arrangement, count: int) -> dict[str, Any]:
    return {"count": count, "complete": True} | shape(arrangement)


def _found(arrangement: Arrangement, max_chambers: int) -> Chambers:
    from ..pricing.limits import require_feasible
    from .terminal import progress

    with progress() as say:
        say("Counting chambers")
        if arrangement.is_central:
            require_feasible(arrangement, max_chambers)
        return arrangement.chambers(max_chambers=max_chambers)


def _listed(found: Chambers, skip: int = 0) -> Iterator[tuple[list[int], Witness]]:
    """The chambers but the first few, each with a witness."""
    from .terminal import bar

    central = found.arrangement.is_central
    shortest: Callable[[Any], Witness] = _shortest if central else _fractions
    start = min(skip, len(found))
    odd = start % 2 if central else 0
    with bar("Chambers", len(found), done=start) as advance:
        if len(found) <= _SHORT:
            for chamber in found[start:]:
                yield list(chamber), list(chamber.point)
                advance(1)
            return
        for batch in found.batches(BATCH, start=found.place(start - odd)):
            pairs = zip(batch.signs.tolist(), batch.witnesses.tolist(), strict=True)
            for signs, witness in islice(pairs, odd, None):
                yield signs, shortest(witness)
            advance(len(batch) - odd)
            odd = 0


def _shortest(witness: Sequence[float | int]) -> list[int]:
    """The shortest integer vector in the same direction."""
    from hyperplane_arrangements.exact.numbers import integer_row
    from hyperplane_arrangements.exact.rows import primitive

    return list(primitive(integer_row(witness)))


def _fractions(witness: Sequence[float | Fraction]) -> list[Fraction]:
    return [Fraction(value) for value in witness]
