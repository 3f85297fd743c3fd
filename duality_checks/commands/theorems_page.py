"""The catalogue's results as one self-contained HTML page, in the style of the reports."""

from __future__ import annotations

import os
import re
from base64 import b64encode
from collections.abc import Sequence
from html import escape
from pathlib import Path
from urllib.parse import quote

from ..reports import html_page
from ..theorems.catalogue import Report, Theorem

_LEGEND = (
    "<p><strong>Proven</strong>: settled in integer or rational arithmetic on every instance. "
    "<strong>Numerical</strong>: up to the tolerance in brackets. The <strong>margin</strong> is the slack "
    "of the tightest inequality over all instances, minus the error where the claim is an equality; 0 is an "
    "inequality attained, or an equality met exactly. The <strong>control</strong> is a false twin of the "
    "claim, which the same check has to refuse.</p>"
)
_HEAD = (
    '<tr><th>statement</th><th>verdict</th><th class="number">instances</th><th class="number">margin</th>'
    '<th>control</th><th class="number">time</th></tr>'
)
_PICTURE = re.compile(r"^!\[(.*?)\]\((pictures/.*?\.svg)\)$", re.MULTILINE)


def page(
    reports: Sequence[Report], count: int, seed: int, *, place: Path = Path(), notes: Path | None = None
) -> str:
    """The page: no scripts, nothing loaded from anywhere.

    Args:
        reports: one a statement.
        count: how many random instances a statement were asked for.
        seed: which ones.
        place: the folder that the page is for, from which notes are linked.
        notes: the folder of the notes, whose pictures are shown; None where there is none.

    Example:
        >>> page([], 3, 0).startswith("<!doctype html>")
        True
    """
    failed = sum(not report.holds for report in reports)
    instances = sum(len(report.outcomes) for report in reports)
    holding = f"<strong>{len(reports)} statements hold</strong> on {instances:,} instances"
    failing = f"<strong>{failed} of {len(reports)} statements FAIL</strong> on {instances:,} instances"
    body = [
        "<header><h1>The theorems, verified</h1></header>",
        f'<div class="verdict{" refused" if failed else ""}">{failing if failed else holding}'
        f"<p>The fixed ones, and {count} random ones a statement (seed {seed}).</p></div>",
        _LEGEND,
        _contents(reports),
        *(_section(report, place, notes) for report in reports),
    ]
    return html_page.page("Convex Landscape: theorems", "\n".join(body))


def _contents(reports: Sequence[Report]) -> str:
    rows = "".join(
        f'<tr><td><a href="#{_anchor(report.theorem)}">{escape(report.theorem.id)} '
        f"{escape(report.theorem.name)}</a></td>"
        f'<td class="{_class(report.holds)}">{escape(report.verdict)}</td>'
        f'<td class="number">{len(report.outcomes)}</td><td class="number">{report.margin}</td>'
        f'<td class="{_class(report.caught)}">{_caught(report)}</td>'
        f'<td class="number">{report.seconds:.2f} s</td></tr>'
        for report in reports
    )
    return f'<div class="scroll"><table>{_HEAD}{rows}</table></div>'


def _section(report: Report, place: Path, notes: Path | None) -> str:
    theorem = report.theorem
    facts = html_page.facts(
        [
            ("verdict", report.verdict),
            ("instances", str(len(report.outcomes))),
            ("margin", report.margin),
            ("control", _caught(report)),
        ]
    )
    reason = "" if report.holds else f'<p class="bad">{escape(report.summary.reason)}</p>'
    return (
        f'<section id="{_anchor(theorem)}"><h2>{escape(theorem.id)} {escape(theorem.name)}</h2>'
        f"<p>{escape(theorem.statement)}</p>{reason}{facts}"
        f"<p>Control, a false claim: {escape(theorem.false_claim)}. The check says: "
        f"{escape(report.control.reason)}.</p>"
        f'<p class="lead">{escape(theorem.source)}; proof in {_link(theorem, place, notes)}</p>'
        f"{_pictures(theorem, notes)}</section>"
    )


def _anchor(theorem: Theorem) -> str:
    return f"statement-{escape(theorem.id)}"


def _link(theorem: Theorem, place: Path, notes: Path | None) -> str:
    name = f"proofs_notes/{escape(theorem.note)}"
    if notes is None:
        return name
    path = os.path.relpath(notes / theorem.note, place)
    return f'<a href="{escape(quote(Path(path).as_posix()))}">{name}</a>'


def _pictures(theorem: Theorem, notes: Path | None) -> str:
    """The pictures of the note, with the words that stand for them there."""
    if notes is None:
        return ""
    text = (notes / theorem.note).read_text(encoding="utf-8")
    return "".join(
        html_page.figure(f'<div class="scroll"><img alt="" src="{_data(notes / path)}"></div>', escape(words))
        for words, path in _PICTURE.findall(text)
    )


def _data(picture: Path) -> str:
    return f"data:image/svg+xml;base64,{b64encode(picture.read_bytes()).decode()}"


def _caught(report: Report) -> str:
    return "caught" if report.caught else "NOT CAUGHT"


def _class(good: bool) -> str:
    return "good" if good else "bad"
