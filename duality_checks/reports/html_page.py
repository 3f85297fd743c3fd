"""A page for people: one file, no network, light or dark as the reader's screen, and narrow if need be."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from html import escape

#: Width and height of most pictures in inches: letters can be read on a telephone, 390 pixels wide.
PLOT = (4.0, 3.25)

# What browsers hold the page to: its own style, pictures inside it, and nothing from anywhere else.
_ALONE = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; --paper: #fffefb; --raised: #ffffff; --ink: #1d2730; --muted: #66727c;
  --rule: #d3d9de; --plus: #dd6b35; --minus: #2e7fb8; --good: #1f7a4d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --paper: #12171c; --raised: #1a2128; --ink: #e8ecef;
  --muted: #98a4ae; --rule: #36414b; --plus: #f08a58; --minus: #5aa9df; --good: #5fc890; --bad: #ff8a80; } }
* { box-sizing: border-box; }
html { background: var(--paper); }
body { margin: 0 auto; max-width: 66rem; padding: 2.5rem 1.25rem 4rem; color: var(--ink);
  font: 1rem/1.55 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: clamp(1.5rem, 4.5vw, 2.1rem); line-height: 1.2; margin: 0 0 .35rem;
  letter-spacing: -.015em; }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .6rem; }
p { max-width: 44rem; } .lead { color: var(--muted); margin: 0; }
code, .mono { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, monospace; font-size: .92em; }
.verdict { border: 1px solid var(--rule); border-left: .35rem solid var(--good); background: var(--raised);
  border-radius: .5rem; padding: 1rem 1.2rem; margin: 1.5rem 0; }
.verdict.refused { border-left-color: var(--bad); }
.verdict strong { color: var(--good); letter-spacing: .04em; }
.verdict.refused strong { color: var(--bad); }
.verdict p { margin: .3rem 0 0; } .interval { font-size: clamp(.82rem, 2.9vw, 1.12rem); }
dl.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(max(9.5rem, 22%), 1fr));
  gap: .7rem; margin: 0; }
dl.facts div { background: var(--raised); border: 1px solid var(--rule); border-radius: .5rem;
  padding: .6rem .8rem; }
dl.facts dt { color: var(--muted); font-size: .8rem; } dl.facts dd { margin: 0; font-weight: 600; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr));
  gap: 1.2rem; }
figure { margin: 0; background: var(--raised); border: 1px solid var(--rule); border-radius: .5rem;
  padding: .9rem; }
figure svg { display: block; width: 100%; height: auto; max-width: 34rem; margin: 0 auto; }
figure img { display: block; width: 100%; min-width: 32rem; max-width: 40rem; margin: 0 auto;
  background: #fff; border-radius: .3rem; }
section { margin-top: 2.4rem; } section h2 { margin-top: 0; } section figure { margin-top: .8rem; }
a { color: var(--minus); }
figcaption { color: var(--muted); font-size: .86rem; margin-top: .6rem; }
.halves { display: grid; grid-template-columns: 1fr 1fr; gap: .6rem; }
.wide { grid-column: 1 / -1; }
@media (min-width: 48rem) { .beside { display: grid; grid-template-columns: 1fr 1fr; gap: 1.2rem;
  align-items: center; } }
.scale { display: grid; grid-template-columns: auto 1fr auto; gap: .6rem; align-items: center;
  max-width: 34rem; margin: .7rem auto 0; font-size: .8rem; color: var(--muted); }
.scale i { height: .7rem; border-radius: .35rem; border: 1px solid var(--rule);
  background: linear-gradient(90deg, var(--minus), transparent 45%, transparent 55%, var(--plus)); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .9rem; min-width: 60%; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--rule);
  white-space: nowrap; }
th { color: var(--muted); font-weight: 500; } td.number, th.number { text-align: right;
  font-variant-numeric: tabular-nums; }
.check button { font: inherit; font-weight: 600; color: var(--paper); background: var(--good); border: 0;
  border-radius: .4rem; padding: .45rem .9rem; cursor: pointer; margin-right: .5rem; }
.check button:disabled { opacity: .5; }
.good { color: var(--good); } .bad { color: var(--bad); font-weight: 600; }
svg[data-to] { cursor: crosshair; touch-action: manipulation; }
.marks { pointer-events: none; } .marks circle { fill: var(--ink); }
.marks .chamber { fill: none; stroke: var(--ink); stroke-width: 1.6; }
.marks .leaf { fill: none; stroke: var(--ink); stroke-width: 1; stroke-dasharray: 3 2; }
dl.asked { display: grid; grid-template-columns: auto 1fr; gap: .15rem .8rem; margin: .7rem 0 0;
  font-size: .84rem; min-height: 9.5rem; align-content: start; }
dl.asked dt { color: var(--muted); } dl.asked dd { margin: 0; }
footer { margin-top: 3rem; color: var(--muted); font-size: .85rem; }
@media (max-width: 30rem) { body { padding: 1.2rem .8rem 3rem; } figure { padding: .6rem; }
  .halves { grid-template-columns: 1fr; } dl.facts dd { font-size: .92rem; } }
@media print { body { max-width: none; } figure, .verdict { break-inside: avoid; } }
"""


def page(title: str, body: str, scripts: Mapping[str, str] | None = None, style: str = "") -> str:
    """A whole document; it asks for nothing from anywhere.

    Args:
        title: plain text.
        body: HTML.
        scripts: programs in ASCII by the ids of their elements; browsers are told to run these and no others.
        style: rules to add to those that all pages share.

    Example:
        >>> page("a < b", "<p>hello</p>").startswith("<!doctype html>")
        True
    """
    programs = scripts or {}
    ran = "".join(f'<script id="{name}">{text}</script>\n' for name, text in programs.items())
    document = (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_ALONE}{_allowed(programs.values())}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}{style}</style>\n</head>\n<body>\n{body}\n{ran}</body>\n</html>\n"
    )
    # Names may hold control characters, which a document may not.
    return re.sub(r"[^ -~\s]", lambda found: found[0] if found[0].isprintable() else "?", document)


def _allowed(programs: Iterable[str]) -> str:
    """What browsers may run: these programs, and copies of them beside the page."""
    digests = [f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in programs]
    return f"; script-src {' '.join(digests)}; worker-src blob:" if digests else ""


def table(header: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table that scrolls by itself where it is too wide. Numbers stand to the right.

    Args:
        header: plain texts.
        rows: plain texts.

    Example:
        >>> table(["a"], [["<1"]])
        '<div class="scroll"><table><tr><th>a</th></tr><tr><td>&lt;1</td></tr></table></div>'
    """
    lines = [list(row) for row in rows]
    sides = [_side(column) for column in zip(*lines, strict=True)] or [""] * len(header)
    head = "".join(f"<th{side}>{escape(text)}</th>" for text, side in zip(header, sides, strict=True))
    body = "".join(
        "<tr>"
        + "".join(f"<td{side}>{escape(text)}</td>" for text, side in zip(row, sides, strict=True))
        + "</tr>"
        for row in lines
    )
    return f'<div class="scroll"><table><tr>{head}</tr>{body}</table></div>'


def _side(column: Iterable[str]) -> str:
    numbers = all(re.fullmatch(r"[+-]?[\d,.]+(e[+-]?\d+)?", text) for text in column)
    return ' class="number"' if numbers else ""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and values, as many beside each other as there is room for.

    Example:
        >>> facts([("rank", "3")])
        '<dl class="facts"><div><dt>rank</dt><dd>3</dd></div></dl>'
    """
    cells = "".join(f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)
    return f'<dl class="facts">{cells}</dl>'


def figure(pictures: str, caption: str, kind: str = "") -> str:
    """A picture, or several, with a caption; both are HTML."""
    opening = f'<figure class="{kind}">' if kind else "<figure>"
    return f"{opening}{pictures}<figcaption>{caption}</figcaption></figure>"
