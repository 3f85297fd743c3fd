"""One picture for any arrangement: for notebooks, reports and the command line (extra `plot`)."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from inspect import signature
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from ..enumeration.chambers import count_chambers, upper_bound
from ..enumeration.minors import poincare_coefficients
from ..enumeration.search import Budget, OutOfBudget
from ..errors import InputError, MissingExtraError
from ..machine.writing import write_whole
from ..plain import PlainArrangement
from .canvas import require_matplotlib
from .hasse import plot_lattice
from .plotting import plot_lines, plot_sphere, plot_tope_graph, plot_zonotope

_LIMIT = 600
_NAMED = 12  # names that fit in a line
_COUNTABLE = 5_000_000  # chambers that are counted in seconds at most
_WORK = 100_000  # entries of minors, a moment, spent on the rest

#: What `draw` can draw, by name.
KINDS: dict[str, Callable[..., Any]] = {
    "lines": plot_lines,
    "sphere": plot_sphere,
    "zonotope": plot_zonotope,
    "tope-graph": plot_tope_graph,
    "lattice": plot_lattice,
}


def best_kind(arrangement: PlainArrangement) -> str | None:
    """Return the picture that suits an arrangement, None when no picture would be readable.

    Lines at rank 2, great circles at rank 3 (central), the tope graph otherwise, up to 600 chambers.

    Example:
        >>> from hyperplane_arrangements.families import braid, shi
        >>> best_kind(shi(3)), best_kind(braid(4)), best_kind(shi(4)), best_kind(braid(7))
        ('lines', 'sphere', 'tope-graph', None)
    """
    if _more_than(arrangement, _LIMIT):
        return None
    if 2 in (arrangement.dimension, arrangement.rank):
        return "lines"
    return "sphere" if arrangement.is_central and arrangement.rank == 3 else "tope-graph"


def _more_than(arrangement: PlainArrangement, limit: int) -> bool:
    """Whether there are more chambers than the limit; it takes a moment for any arrangement.

    Hyperplanes only add chambers, so ever more of them are counted until there are too many.
    """
    distinct = arrangement.distinct.rows
    both_sides = 1 if arrangement.is_central else 2
    some = 8
    while some < len(distinct):
        if sum(poincare_coefficients(distinct[:some])) > both_sides * limit:
            return True
        some *= 2
    return count_chambers(arrangement) > limit


def _chambers(arrangement: PlainArrangement) -> str:
    """How many chambers there are, or a bound where to count them would take long."""
    hyperplanes = arrangement.hyperplanes
    both_sides = 1 if arrangement.is_central else 2
    bound = upper_bound(*hyperplanes.shape) // both_sides
    if bound <= _COUNTABLE:
        return str(count_chambers(arrangement))
    try:
        return str(sum(poincare_coefficients(arrangement.distinct.rows, Budget(_WORK))) // both_sides)
    except OutOfBudget:
        return f"at most {bound}"


def draw(arrangement: PlainArrangement, kind: str | None = None, *, ax: Any = None, **options: Any) -> Any:
    """Draw an arrangement.

    Args:
        arrangement: what to draw.
        kind: "lines", "sphere", "zonotope", "tope-graph" or "lattice"; the one that suits it if None.
        ax: matplotlib Axes; a new figure if None.
        options: passed on to the function of that kind (`Arrangement.draw` says them).

    Returns:
        The Axes.

    Raises:
        InputError: no such kind, not one for this arrangement, an option that it does not have, or too many
            chambers to be read.
        MissingExtraError: matplotlib is not installed.
    """
    chosen = kind or best_kind(arrangement)
    if chosen is None:
        count = _chambers(arrangement)
        raise InputError(
            f"the arrangement has {count} chambers, too many to be read; name a kind to draw it anyway"
        )
    if chosen not in KINDS:
        raise InputError(f"kind is {chosen!r}; choose one of {', '.join(KINDS)}")
    known = list(signature(KINDS[chosen]).parameters)[2:]
    other = next((name for name in options if name not in known), None)
    if other is not None:
        raise InputError(f"{other} is no option of the picture {chosen!r}; it takes {', '.join(known)}")
    return KINDS[chosen](arrangement, ax=ax, **options)


def _figure(arrangement: PlainArrangement, kind: str | None, **options: Any) -> Any:
    """Draw on a figure of its own, which no window or notebook knows of."""
    require_matplotlib()
    from matplotlib.figure import Figure

    solid = kind == "zonotope" and arrangement.rank == 3
    figure = Figure(figsize=(6, 6), layout="constrained")
    draw(arrangement, kind, ax=figure.add_subplot(projection="3d" if solid else None), **options)
    return figure


def save_picture(arrangement: PlainArrangement, path: Any, kind: str | None = None, **options: Any) -> Path:
    """Draw an arrangement into a file, whole or not at all; its ending says the format (png, svg, pdf).

    Args:
        arrangement: what to draw.
        path: where to; an existing file is replaced.
        kind: as in `draw`.
        options: as in `draw`.

    Returns:
        The path.

    Raises:
        InputError: as in `draw`, an ending matplotlib does not know, or a place that cannot be written.
        MissingExtraError: matplotlib is not installed.
    """
    target = Path(path)
    require_matplotlib()
    from matplotlib.backend_bases import FigureCanvasBase

    known = FigureCanvasBase.get_supported_filetypes()
    ending = target.suffix[1:].lower()
    if ending not in known:
        raise InputError(f"path is {str(path)!r}; end it in one of {', '.join(sorted(known))}")
    out = BytesIO()
    _figure(arrangement, kind, **options).savefig(out, format=ending, dpi=160)
    write_whole(target, out.getvalue())
    return target


def svg(arrangement: PlainArrangement, kind: str | None = None, **options: Any) -> str:
    """Return a picture as an SVG element, ready to stand in a page; equal arrangements give equal text.

    Args:
        arrangement: what to draw.
        kind: as in `draw`.
        options: as in `draw`.
    """
    require_matplotlib()
    from matplotlib import rc_context

    out = StringIO()
    with rc_context({"svg.hashsalt": "arrangement", "svg.fonttype": "none"}):
        _figure(arrangement, kind, **options).savefig(out, format="svg", metadata={"Date": None})
    text = out.getvalue()
    return text[text.index("<svg") :]


def html(arrangement: PlainArrangement) -> str:
    """Return what a notebook shows: a line of facts, and a picture where one can be read and drawn.

    Made for `_repr_html_`: without matplotlib, or with too many chambers, the facts stand alone.

    Example:
        >>> from hyperplane_arrangements.families import braid
        >>> html(braid(8))
        '<div><p>central arrangement: 28 rows in dimension 8, rank 7, 40320 chambers</p></div>'
    """
    kind = "central" if arrangement.is_central else "affine"
    facts = (
        f"{kind} arrangement: {arrangement.n} rows in dimension {arrangement.dimension}, "
        f"rank {arrangement.rank}, {_chambers(arrangement)} chambers"
    )
    names = arrangement.names or ()
    if 0 < len(names) <= _NAMED:
        facts += f": {', '.join(names)}"
    try:
        picture = svg(arrangement) if best_kind(arrangement) else ""
    except MissingExtraError:
        picture = ""
    return f"<div><p>{escape(facts)}</p>{picture}</div>"
