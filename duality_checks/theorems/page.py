"""The catalogue's results as one self-contained HTML page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

from .catalogue import Report

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem; border-bottom: 1px solid #ddd; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: #176b2c; } .bad { color: #a11; font-weight: bold; } .small { font-size: .85em; color: #555; }
""".strip()

_LEGEND = (
    "<p><b>Proven</b>: settled in integer or rational arithmetic on every instance. <b>Numerical</b>: up to "
    "the tolerance in brackets. The <b>margin</b> is the slack of the tightest inequality over all "
    "instances, minus the error where the claim is an equality; 0 is an inequality attained, or an equality "
    "met exactly. The <b>control</b> is a false twin of the claim, which the same check has to refuse.</p>"
)


def page(reports: Sequence[Report], count: int, seed: int) -> str:
    """The page: no scripts, nothing loaded from anywhere.

    Args:
        reports: one a statement.
        count: how many random instances a statement were asked for.
        seed: which ones.

    Example:
        >>> page([], 3, 0).startswith("<!doctype html>")
        True
    """
    failed = sum(not report.holds for report in reports)
    instances = sum(len(report.outcomes) for report in reports)
    headline = (
        f"{len(reports)} statements hold on {instances} instances"
        if not failed
        else f"{failed} of {len(reports)} statements FAIL"
    )
    rows = "\n".join(map(_row, reports))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Convex Landscape: theorems</title>\n<style>\n{_STYLE}\n</style>\n</head>\n<body>\n"
        f"<h1>The theorems, verified</h1>\n<p>{headline}: the fixed ones, and {count} random ones a "
        f"statement (seed {seed}).</p>\n{_LEGEND}\n<table>\n"
        "<tr><th>statement</th><th></th><th>instances</th><th>verdict</th><th>margin</th><th>control</th>"
        f"<th>time</th></tr>\n{rows}\n</table>\n</body>\n</html>\n"
    )


def _row(report: Report) -> str:
    theorem = report.theorem
    margin = float(report.summary.margin)
    caught = "caught" if report.caught else "NOT CAUGHT"
    claim = f"<b>{escape(theorem.name)}</b><br>{escape(theorem.statement)}"
    source = f"{escape(theorem.source)}; proof in proofs_notes/{escape(theorem.note)}"
    control = f"false claim: {escape(theorem.false_claim)}<br>{escape(report.control.reason)}"
    return (
        f'<tr><td>{escape(theorem.id)}</td><td>{claim}<br><span class="small">{source}</span></td>'
        f'<td class="number">{len(report.outcomes)}</td>'
        f'<td class="{_class(report.holds)}">{escape(report.verdict)}</td>'
        f'<td class="number">{f"{margin:.2g}" if math.isfinite(margin) else "-"}</td>'
        f'<td><span class="{_class(report.caught)}">{caught}</span><br>'
        f'<span class="small">{control}</span></td>'
        f'<td class="number">{report.seconds:.2f} s</td></tr>'
    )


def _class(good: bool) -> str:
    return "good" if good else "bad"
