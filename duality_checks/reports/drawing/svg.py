"""A picture as an SVG element that stands in a page and takes the page's colours and letters.

Units are points. Numbers are rounded to a hundredth of one, which nobody sees.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import singledispatch
from html import escape

import numpy as np

from .layout import PAD, TICK, Layout, laid_out
from .legend import legend
from .marks import INK, MINUS, MUTED, PAPER, PLUS, RULE, Area, Columns, Dots, Field, Line, Mark, Note, Picture
from .png import gray_png
from .ticks import SIZE, width

#: The variables of the style sheet that take the place of the colours of a picture.
VARIABLES = {INK: "ink", MUTED: "muted", RULE: "rule", PAPER: "paper", PLUS: "plus", MINUS: "minus"}

NAME_SIZE, LEAST_SIZE = 10.0, 6.5
_FAINT = 1 / 512  # less of a colour is none on a screen
_SLANT = 2**-0.5
_CORNERS = {
    "diamond": ((0, _SLANT), (_SLANT, 0), (0, -_SLANT), (-_SLANT, 0)),
    "up": ((-0.5, 0.5), (0.5, 0.5), (0, -0.5)),
    "down": ((-0.5, -0.5), (0.5, -0.5), (0, 0.5)),
}


def svg(picture: Picture, *, name: str, label: str, size: tuple[float, float]) -> str:
    """A picture as an SVG element whose colours are variables of the page.

    Args:
        picture: the picture.
        name: made part of all ids, so that several pictures can stand in one page; a letter first.
        label: what the picture shows, for those who do not see it.
        size: width and height in inches.

    Returns:
        The element; its `data-plot` says where the plot is in it (left, top, width, height, in points), and
        the ends of both axes.

    Example:
        >>> from .axis import Axis
        >>> text = svg(Picture((), Axis("<x>", 0, 1), Axis("y", 0, 1)), name="a", label="none", size=(2, 1))
        >>> text[:25], "&lt;x&gt;" in text
        ('<svg role="img" aria-labe', True)
    """
    wide, high = 72 * size[0], 72 * size[1]
    plot = laid_out(picture, wide, high)
    ends = (picture.across.low, picture.across.high, picture.up.low, picture.up.high)
    place = " ".join(f"{x:.6g}" for x in (plot.left, plot.top, plot.width, plot.height, *ends))
    box = f'x="{plot.left:.2f}" y="{plot.top:.2f}" width="{plot.width:.2f}" height="{plot.height:.2f}"'
    parts = [f'<clipPath id="{name}-plot"><rect {box}/></clipPath>']
    parts += [] if picture.bare else [_axes(plot, wide, high)]
    for k, mark in enumerate(picture.marks):
        parts.append(drawn(mark, plot, f"{name}-{k}", f'clip-path="url(#{name}-plot)"'))
    parts += [_entry(*entry, plot, name) for entry in legend(plot)]
    body = "\n".join(part for part in parts if part)
    return (
        f'<svg role="img" aria-label="{escape(label)}" data-plot="{place}" '
        f'viewBox="0 0 {_number(wide)} {_number(high)}" fill="none" font-family="inherit">\n{body}\n</svg>'
    )


@singledispatch
def drawn(mark: Mark, plot: Layout, name: str, clip: str) -> str:
    """A mark as SVG elements.

    Args:
        mark: the mark.
        plot: where the plot is.
        name: begins all ids.
        clip: the attribute that leaves out what is beside the plot.
    """
    raise TypeError(f"mark is {mark!r}; no way to draw it is known")


@drawn.register
def _line(mark: Line, plot: Layout, name: str, clip: str) -> str:
    style = f'stroke="{_color(mark.color)}" stroke-width="{_number(mark.width)}" stroke-linejoin="round"'
    if mark.dashes:
        style += f' stroke-dasharray="{" ".join(map(_number, mark.dashes))}"'
    if mark.opacity < 1:
        style += f' stroke-opacity="{_number(mark.opacity)}"'
    return f'<path {clip} d="{_path(plot.points(mark.points))}" {style}/>'


def _path(points: np.ndarray) -> str:
    """Lines through points; a row of nan interrupts them."""
    gaps = np.flatnonzero(np.isnan(points[:, 0]))
    words = list(map(repr, np.round(points, 2).ravel().tolist()))
    starts, stops = [0, *(gaps + 1).tolist()], [*gaps.tolist(), len(points)]
    return "".join(f"M{' '.join(words[2 * i : 2 * j])}" for i, j in zip(starts, stops, strict=True) if j > i)


@drawn.register
def _dots(mark: Dots, plot: Layout, name: str, clip: str) -> str:
    style = f'stroke="{_color(mark.edge)}" stroke-width="{_number(mark.edge_width)}"'
    places = np.round(plot.points(mark.places), 2).tolist()
    if mark.shape == "bar":
        half = _number(mark.size / 2)
        path = "".join(f"M{x!r} {y!r}v-{half}v{_number(mark.size)}" for x, y in places)
        return f'<path d="{path}" {style}/>' if path else ""
    fills: Iterable[str]
    if mark.tones is None:
        style, fills = f'{style} fill="{_color(mark.fill)}"', [""] * len(places)
    else:
        fills = map(_toned, mark.tones.tolist())
    shapes = "".join(
        _shape(mark.shape, x, y, mark.size, fill) for (x, y), fill in zip(places, fills, strict=True)
    )
    return f"<g {style}>{shapes}</g>" if shapes else ""


def _toned(tone: float) -> str:
    return f' fill="{_color(PLUS if tone > 0 else MINUS)}" fill-opacity="{_number(min(abs(tone), 1.0))}"'


def _shape(shape: str, x: float, y: float, size: float, fill: str = "") -> str:
    if shape == "circle":
        return f'<circle cx="{x!r}" cy="{y!r}" r="{_number(size / 2)}"{fill}/>'
    corners = " ".join(f"{_number(x + size * a)} {_number(y + size * b)}" for a, b in _CORNERS[shape])
    return f'<path d="M{corners}Z" stroke-linejoin="miter"{fill}/>'


@drawn.register
def _field(mark: Field, plot: Layout, name: str, clip: str) -> str:
    """Both colours, each seen through an image: so they are those of the page, and browsers smooth them."""
    left, right, low, high = mark.box
    (x, bottom), (far, y) = plot.points(np.array([[left, low], [right, high]])).tolist()
    box = f'x="{x:.2f}" y="{y:.2f}" width="{far - x:.2f}" height="{bottom - y:.2f}"'
    parts = []
    for sign, color in ((1, PLUS), (-1, MINUS)):
        levels = np.rint(255 * np.clip(sign * mark.tones[::-1], 0, 1)).astype(np.uint8)
        if levels.any():
            file, own = b64encode(gray_png(levels)).decode(), f"{name}-{VARIABLES[color]}"
            parts.append(
                f'<mask id="{own}"><image {box} preserveAspectRatio="none" '
                f'href="data:image/png;base64,{file}"/></mask><g {clip}><rect {box} fill="{_color(color)}" '
                f'fill-opacity="{_number(mark.opacity)}" mask="url(#{own})"/></g>'
            )
    return "".join(parts)


@drawn.register
def _columns(mark: Columns, plot: Layout, name: str, clip: str) -> str:
    x = np.round(plot.left + plot.width * plot.picture.across.along(mark.edges), 2).tolist()
    parts = []
    for color, tones in ((PLUS, mark.tones), (MINUS, -mark.tones)):
        columns = "".join(
            f'<rect x="{a!r}" y="{plot.top:.2f}" width="{_number(b - a)}" height="{plot.height:.2f}" '
            f'fill-opacity="{_number(mark.opacity * min(tone, 1.0), 3)}"/>'
            for a, b, tone in zip(x, x[1:], tones.tolist(), strict=False)
            if mark.opacity * tone > _FAINT
        )
        # Neighbours of one colour would show a seam otherwise.
        parts.append(f'<g {clip} fill="{_color(color)}" shape-rendering="crispEdges">{columns}</g>')
    return "".join(parts)


@drawn.register
def _area(mark: Area, plot: Layout, name: str, clip: str) -> str:
    fill = f'fill="{_color(mark.color)}" fill-opacity="{_number(mark.opacity)}"'
    return f'<path {clip} d="{_path(plot.points(mark.corners))}Z" {fill}/>'


@drawn.register
def _note(mark: Note, plot: Layout, name: str, clip: str) -> str:
    ((x, y),) = plot.points(np.array([mark.place])).tolist()
    right, above = mark.shift
    return text(
        mark.text,
        (x + right, y - above + (0.0 if above >= 0 else 0.72 * SIZE)),
        color=mark.color,
        anchor="end" if right < 0 else "start",
        room=x + right - PAD if right < 0 else plot.right - x - right,
    )


def _axes(plot: Layout, wide: float, high: float) -> str:
    """Two lines with ticks, numbers and names."""
    picture, left, bottom = plot.picture, plot.left, plot.bottom
    x = [left + plot.width * float(t) for t in picture.across.along(plot.across.places)]
    y = [bottom - plot.height * float(t) for t in picture.up.along(plot.up.places)]
    path = "".join(
        [*(f"M{_number(a)} {bottom:.2f}v3.5" for a in x), *(f"M{left:.2f} {_number(b)}h-3.5" for b in y)]
    )
    lines = f"M{left:.2f} {plot.top:.2f}V{bottom:.2f}H{plot.right:.2f}"
    parts = [
        f'<path d="{lines}" stroke="{_color(RULE)}" stroke-width=".8" stroke-linecap="square"/>',
        f'<path d="{path}" stroke="{_color(MUTED)}" stroke-width=".8"/>',
    ]
    numbers = [
        *((t, a, bottom + TICK + 0.75 * SIZE, "middle") for a, t in zip(x, plot.across.texts, strict=True)),
        *((t, left - TICK, b + 0.36 * SIZE, "end") for b, t in zip(y, plot.up.texts, strict=True)),
        (plot.across.factor, plot.right, high - PAD - 0.25 * SIZE, "end"),
        (plot.up.factor, left, plot.top - 0.75 * SIZE, "start"),
    ]
    parts += [text(words, (a, b), color=MUTED, anchor=side) for words, a, b, side in numbers if words]
    shared = width(plot.across.factor) if plot.across.factor else 0.0
    middle, room = left + plot.width / 2, plot.width - 2 * shared
    under = (middle, high - PAD - 0.25 * NAME_SIZE)
    parts.append(text(picture.across.name, under, size=NAME_SIZE, anchor="middle", room=room))
    beside = PAD + 0.75 * NAME_SIZE, plot.top + plot.height / 2
    parts.append(
        text(picture.up.name, beside, size=NAME_SIZE, anchor="middle", room=high - 2 * PAD, turned=True)
    )
    return "\n".join(parts)


def _entry(name: str, marks: list[Line | Dots], left: float, middle: float, plot: Layout, own: str) -> str:
    """A line of the legend: what is drawn under a name, and the name."""
    parts = []
    for mark in marks:
        if isinstance(mark, Line):
            path = f"M{left:.2f} {middle:.2f}h18"
            parts.append(
                f'<path d="{path}" stroke="{_color(mark.color)}" stroke-width="{_number(mark.width)}"/>'
            )
        else:
            style = f'stroke="{_color(mark.edge)}" stroke-width="{_number(mark.edge_width)}"'
            dot = _shape(mark.shape, left + 9, middle, mark.size)
            parts.append(f'<g {style} fill="{_color(mark.fill)}">{dot}</g>')
    return "".join(parts) + text(name, (left + 24, middle + 0.36 * SIZE))


def text(
    words: str,
    place: tuple[float, float],
    *,
    size: float = SIZE,
    color: str = INK,
    anchor: str = "start",
    room: float = float("inf"),
    turned: bool = False,
) -> str:
    """A plain text, smaller where it is too long for its room, and shortened where that would be too small.

    Args:
        words: the text.
        place: its beginning, middle or end, on the line that letters stand on, in points.
        size: of the letters.
        color: of the letters.
        anchor: which of the three `place` is.
        room: in points.
        turned: whether it goes up.

    Example:
        >>> text("a < b", (1, 2))
        '<text x="1" y="2" font-size="9" fill="var(--ink)">a &lt; b</text>'
    """
    long = width(words, size)
    if long > room:
        size = max(size * max(room, 0.0) / long, LEAST_SIZE)
    if width(words, size) > room:
        kept = max(1, int(len(words) * room / width(words, size)) - 1)
        words = f"{words[:kept]}\N{HORIZONTAL ELLIPSIS}"
    x, y = map(_number, place)
    end = "" if anchor == "start" else f' text-anchor="{anchor}"'
    turn = f' transform="rotate(-90 {x} {y})"' if turned else ""
    style = f'font-size="{_number(size)}" fill="{_color(color)}"{end}{turn}'
    return f'<text x="{x}" y="{y}" {style}>{escape(words)}</text>'


def _color(color: str) -> str:
    return f"var(--{VARIABLES[color]})" if color in VARIABLES else color


def _number(value: float, digits: int = 2) -> str:
    """Rounded, and as short as can be.

    Example:
        >>> _number(0.5), _number(-3.0), _number(12.345)
        ('.5', '-3', '12.35')
    """
    shown = f"{value:.{digits}f}".rstrip("0").rstrip(".")
    return shown.replace("0.", ".", 1) if shown.startswith(("0.", "-0.")) else "0" if shown == "-0" else shown
