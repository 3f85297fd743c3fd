"""One self-contained file of HTML out of panels, each a program that fills an element of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Any

from .. import html_page

_LEAD = (
    '<header><h1>Explore</h1><p class="lead">Everything here can be dragged, and everything is '
    "computed in this page: it needs no network.</p></header>"
)


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page that can be played with.

    Attributes:
        title: plain text, the heading above it.
        script: the program's name in this folder, without `.js`; its style is the `.css` beside it, if any.
        mount: the global function that the program defines: of an empty element, which it fills, and data.
        data: what JSON can hold; None where the program's own defaults do.
        parts: the names of programs that it makes use of, likewise in this folder or the reports' one.
    """

    title: str
    script: str
    mount: str
    data: Any = None
    parts: tuple[str, ...] = ()


def page(panels: Iterable[Panel]) -> str:
    """A whole document, which asks for nothing from anywhere.

    Args:
        panels: from top to bottom; several may share a program.

    Example:
        >>> text = page([Panel("Lines", "plane", "mountPlane", parts=("lines",))])
        >>> text.count("<section"), "var Lines = " in text
        (1, True)
    """
    shown = tuple(panels)
    names = ("common", *dict.fromkeys(name for panel in shown for name in (*panel.parts, panel.script)))
    body = "\n".join([_LEAD, *(_section(k, panel) for k, panel in enumerate(shown))])
    programs = {name: _file(f"{name}.js") for name in (*names, "start")}
    return html_page.page(
        "Convex Landscape: explore", body, programs, "".join(_file(f"{name}.css") for name in names)
    )


def _section(number: int, panel: Panel) -> str:
    # Outside its strings JSON has no "<"; inside, this is another spelling of it, which ends no element.
    data = json.dumps(panel.data).replace("<", "\\u003c")
    return (
        f'<section id="{escape(panel.script)}-{number}" data-mount="{escape(panel.mount)}">'
        f'<h2>{escape(panel.title)}</h2><div class="panel"></div>'
        f'<script type="application/json">{data}</script></section>'
    )


def _file(name: str) -> str:
    """Of this folder, or of the reports' one."""
    places = [files(package) / name for package in (__package__, html_page.__package__)]
    return next((file.read_text(encoding="ascii") for file in places if file.is_file()), "")
