"""The flow charts of the texts, from top to bottom, as one SVG: boxes in layers, arrows between them."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

_NODE = re.compile(r"^(\w+)\[\"(.*)\"\]$")
_WIDE, _GAP, _LINE, _PAD, _DOWN = 200, 24, 18, 12, 46


def read(text: str) -> tuple[dict[str, list[str]], list[tuple[str, str]]]:
    """The lines of each box, by name, and the arrows, of Mermaid's text.

    Example:
        >>> read('flowchart LR\\n  a["one<br>two"] --> b["three"]')
        ({'a': ['one', 'two'], 'b': ['three']}, [('a', 'b')])
    """
    boxes: dict[str, list[str]] = {}
    arrows = []
    for line in text.splitlines()[1:]:
        names = []
        for part in filter(None, map(str.strip, line.split("-->"))):
            found = _NODE.match(part)
            names.append(found[1] if found else part)
            if found:
                boxes[found[1]] = found[2].split("<br>")
        arrows += list(pairwise(names))
    return boxes, arrows


def layers(boxes: dict[str, list[str]], arrows: list[tuple[str, str]]) -> list[list[str]]:
    """The boxes by how many arrows lead to them, at most."""
    depth = dict.fromkeys(boxes, 0)
    for _ in boxes:
        for tail, head in arrows:
            depth[head] = max(depth[head], depth[tail] + 1)
    return [[name for name in boxes if depth[name] == k] for k in range(max(depth.values()) + 1)]


def svg(text: str) -> str:
    """The chart, in the colours of the page."""
    boxes, arrows = read(text)
    rows = layers(boxes, arrows)
    width = max(len(row) * (_WIDE + _GAP) + _GAP for row in rows) + 2 * _GAP
    places, top = {}, 4
    for row in rows:
        high = max(len(boxes[name]) for name in row) * _LINE + 2 * _PAD
        left = (width - len(row) * (_WIDE + _GAP) + _GAP) / 2
        for k, name in enumerate(row):
            places[name] = (left + k * (_WIDE + _GAP), top, high)
        top += high + _DOWN
    depth = {name: k for k, row in enumerate(rows) for name in row}
    parts = []
    for tail, head in arrows:
        (x1, y1, high), (x2, y2, other) = places[tail], places[head]
        if depth[head] - depth[tail] > 1:  # past a layer: around its boxes, from side to side
            a, b, turn = (x1, y1 + high / 2), (x2 - 5, y2 + other / 2), (-_WIDE, 0)
        else:
            a, b, turn = (x1 + _WIDE / 2, y1 + high), (x2 + _WIDE / 2, y2 - 5), (0, 34)
        parts.append(
            f'<path class="arrow" marker-end="url(#head)" d="M {a[0]} {a[1]} '
            f'C {a[0] + turn[0]} {a[1] + turn[1]} {b[0] + turn[0]} {b[1] - turn[1]} {b[0]} {b[1]}"/>'
        )
    for name, (x, y, high) in places.items():
        parts.append(f'<rect x="{x}" y="{y}" width="{_WIDE}" height="{high}" rx="8"/>')
        start = y + (high - _LINE * len(boxes[name])) / 2 + 13
        for k, line in enumerate(boxes[name]):
            words = line if "&" in line else escape(line)
            parts.append(f'<text x="{x + _WIDE / 2}" y="{start + k * _LINE}">{words}</text>')
    head = (
        '<defs><marker id="head" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M 0 0 L 8 4 L 0 8 z"/></marker></defs>'
    )
    said = "; ".join(f"{' '.join(boxes[a])} to {' '.join(boxes[b])}" for a, b in arrows)
    label = re.sub("&[lg]e;", "at most", said)
    return (
        f'<figure class="chart"><svg viewBox="0 0 {width} {top - _DOWN + 4}" role="img" '
        f'aria-label="{escape(label)}">{head}{"".join(parts)}</svg></figure>'
    )
