"""What a notebook shows for arrangements and what is computed from them: facts, and a picture if it fits.

Cards are plain HTML tables that take the notebook's own colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from html import escape
from typing import Any

from ..enumeration.chambers import Chambers, count_chambers
from ..errors import MissingExtraError
from ..exact import clipped, in_short
from ..geometry.faces import Faces
from ..geometry.flats import IntersectionLattice
from ..geometry.zonotope import Zonotope
from ..plain import PlainArrangement
from ..values import display
from .notebook import best_kind, html, svg

_SHOWN = 8
_LEFT = ' style="text-align:left"'


def card(title: str, facts: Iterable[tuple[str, str]]) -> str:
    """A small table of facts, as HTML.

    Args:
        title: plain text.
        facts: names and values, plain texts.

    Example:
        >>> card("a < b", [("rank", "3")]).startswith("<table><caption><b>a &lt; b</b></caption><tr>")
        True
    """
    rows = "".join(
        f"<tr><th{_LEFT}>{escape(name)}</th><td{_LEFT}>{escape(value)}</td></tr>" for name, value in facts
    )
    return f"<table><caption><b>{escape(title)}</b></caption>{rows}</table>"


def columns(
    title: str, header: Sequence[str], rows: Sequence[Sequence[Any]], total: int | None = None
) -> str:
    """A table with a header; of many rows the first few are shown, and the number of the others.

    Args:
        title: plain text.
        header: plain texts.
        rows: values, shown as texts; the first few do.
        total: how many rows there are; those given if None.

    Example:
        >>> "and 92 more" in columns("squares", ["n", "n^2"], [(n, n * n) for n in range(100)])
        True
    """
    more = (len(rows) if total is None else total) - len(rows[:_SHOWN])
    lines = ["".join(f"<th>{escape(name)}</th>" for name in header)]
    lines += ["".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows[:_SHOWN]]
    if more > 0:
        lines.append(f"<td colspan={len(header)}{_LEFT}>and {more:,} more</td>")
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption><b>{escape(title)}</b></caption>{body}</table>"


@display.html.register
def chambers_card(chambers: Chambers) -> str:
    """Some chambers with their witnesses, and how many there are.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> "4 chambers" in chambers_card(Arrangement([[1, 0], [0, 1]]).chambers())
        True
    """
    rows = [(str(chamber), f"({', '.join(map(_short, chamber.point))})") for chamber in chambers[:_SHOWN]]
    names = chambers.arrangement.names
    of_rows = ", ".join(names) if names and len(names) <= _SHOWN else "the rows"
    title, header = f"{len(chambers):,} chambers", [f"signs of {of_rows}", "a point inside"]
    return columns(title, header, rows, total=len(chambers))


def _short(x: Fraction) -> str:
    text = clipped(x, 14)
    return in_short(x) if text.endswith("...") else text


@display.html.register
def faces_card(faces: Faces) -> str:
    """How many faces there are of each dimension.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> "13 faces" in faces_card(braid(3).faces())
        True
    """
    counts = list(enumerate(faces.f_vector))
    return columns(f"{sum(faces.f_vector):,} faces", ["dimension", "faces"], counts)


@display.html.register
def lattice_card(lattice: IntersectionLattice) -> str:
    """How many flats there are of each codimension, with the sums of their Moebius function."""
    rows = list(zip(range(len(lattice.levels)), lattice.flat_counts, lattice.whitney_numbers, strict=True))
    return columns(f"{len(lattice):,} flats", ["codimension", "flats", "sum of the Moebius function"], rows)


@display.html.register
def zonotope_card(zonotope: Zonotope) -> str:
    """Generators and vertices, and a picture of a small zonotope of rank 2 or 3 where matplotlib is there."""
    arrangement = zonotope.arrangement
    facts = card(
        "Zonotope",
        [
            ("generators", f"{arrangement.n} in dimension {arrangement.dimension}"),
            ("rank", str(arrangement.rank)),
            ("vertices", f"{count_chambers(arrangement):,}, one a chamber"),
        ],
    )
    try:
        drawable = arrangement.rank in (2, 3) and best_kind(arrangement)
        picture = svg(arrangement, "zonotope") if drawable else ""
    except MissingExtraError:
        picture = ""
    return f"<div>{facts}{picture}</div>"


display.html.register(PlainArrangement)(html)
