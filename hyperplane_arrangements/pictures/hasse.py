"""The intersection lattice as a Hasse diagram: a level a codimension, the whole space below (`plot`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import InputError, TooLargeError
from ..geometry.flats import Flat, IntersectionLattice, intersection_lattice
from ..plain import PlainArrangement
from .canvas import CELLS, INK, PAPER, axes_of, row_color

_MOST = 400  # flats
_SWEEPS = 8


def plot_lattice(
    arrangement: PlainArrangement,
    *,
    ax: Any = None,
    labels: Any = "rows",
    moebius: bool = True,
    title: str | None = None,
) -> Any:
    """Draw the intersection lattice: flats as boxes, level by level, joined where one lies in the other.

    Args:
        arrangement: central or affine, with at most 400 flats.
        ax: matplotlib Axes; a new figure if None.
        labels: "rows", the hyperplanes through each flat by name or number; None; or one text a flat, in the
            order of `arrangement.flats()`.
        moebius: whether to write the value of the Moebius function above each flat.
        title: above the picture.

    Returns:
        The Axes.

    Raises:
        TooLargeError: more than 400 flats.
        InputError: labels of the wrong length.
        MissingExtraError: matplotlib is not installed.
    """
    lattice = _small(arrangement)
    texts = _texts(arrangement, lattice, labels)
    ax = axes_of(ax)
    places = _places(lattice)
    for low, high in lattice.covers:
        (row, *_) = sorted(_rows(high & ~low)) or [0]
        ends = np.array([places[low], places[high]])
        color = row_color(row) if lattice.levels[0][0].mask == low else INK
        ax.plot(*ends.T, color=color, lw=1.0, alpha=0.55, zorder=1, solid_capstyle="round")
    size = float(np.clip(90 / max(map(len, lattice.levels)), 4.5, 9.0))
    for flat, text in zip(lattice, texts, strict=True):
        x, y = places[flat.mask]
        box = {"boxstyle": "round,pad=0.3", "fc": CELLS[min(flat.rank, len(CELLS) - 1)], "ec": INK, "lw": 0.8}
        shade = INK if flat.rank < 4 else PAPER
        middle = {"ha": "center", "va": "center", "in_layout": False}  # the margins are for their overhang
        ax.text(x, y, text or " ", size=size, color=shade, bbox=box, zorder=3, **middle)
        if moebius:
            height = 0.62 * size * (text.count("\n") + 1) + 0.75 * size + 3  # half a box, and half a line
            offset = {"xytext": (0, height), "textcoords": "offset points"}
            look = {"size": size, "color": "#a03a28", "zorder": 4, **middle}
            value = str(flat.moebius).replace("-", "\N{MINUS SIGN}")
            ax.annotate(value, (x, y), **offset, **look, bbox={"fc": PAPER, "ec": "none", "pad": 0.6})
    ax.set_axis_off()
    ax.margins(x=0.1, y=0.14)
    if title:
        ax.set_title(title, color=INK, size=12, pad=20)
    return ax


def _small(arrangement: PlainArrangement) -> IntersectionLattice:
    try:
        return intersection_lattice(arrangement, _MOST)
    except TooLargeError as error:
        raise TooLargeError(
            f"the lattice has more than {_MOST} flats, too many to be read; draw that of a restriction or a "
            "localization",
            predicted=error.predicted,
            limit=_MOST,
        ) from None


def _texts(arrangement: PlainArrangement, lattice: IntersectionLattice, labels: Any) -> list[str]:
    if labels is None:
        return [""] * len(lattice)
    if isinstance(labels, str) and labels == "rows":
        return [_named(arrangement, flat) for flat in lattice]
    texts = [str(label) for label in labels] if not isinstance(labels, str) else []
    if len(texts) != len(lattice):
        raise InputError(f"labels is {labels!r}; give 'rows', None, or {len(lattice)} texts")
    return texts


def _named(arrangement: PlainArrangement, flat: Flat) -> str:
    """The hyperplanes through a flat, or how many they are; the whole space has a name of its own."""
    rows = [i for i in sorted(flat.rows) if arrangement.orientation_of_row[i]]
    if not rows:
        return f"R^{arrangement.dimension}"
    if len(rows) > 4:
        return f"{len(rows)} rows"
    return ("\n" if arrangement.names else " ").join(map(arrangement.label, rows))


def _rows(mask: int) -> list[int]:
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


def _places(lattice: IntersectionLattice) -> dict[int, tuple[float, float]]:
    """Where each flat stands: those of a level by the mean of their neighbours', swept both ways."""
    neighbours: dict[int, list[int]] = {flat.mask: [] for flat in lattice}
    for low, high in lattice.covers:
        neighbours[low].append(high)
        neighbours[high].append(low)
    x: dict[int, float] = {}
    for level in lattice.levels:
        x.update(_spread([flat.mask for flat in level]))
    for sweep in range(_SWEEPS):
        for level in lattice.levels if sweep % 2 == 0 else lattice.levels[::-1]:
            means = {flat.mask: _mean([x[other] for other in neighbours[flat.mask]]) for flat in level}
            x.update(_spread(sorted(means, key=lambda mask: (means[mask], x[mask]))))
    return {flat.mask: (x[flat.mask], float(flat.rank)) for flat in lattice}


def _spread(masks: Sequence[int]) -> dict[int, float]:
    """Evenly, in the order given; a level of many takes the whole width."""
    count = len(masks)
    return {mask: (i - (count - 1) / 2) / max(count, 3) for i, mask in enumerate(masks)}


def _mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else 0.0
