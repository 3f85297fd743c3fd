"""What all pages share: the bar above, the list beside, light and dark, paper, and no network."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

#: The sections in the bar, and where they begin.
SECTIONS = (
    ("Course", "proofs_notes/index.html"),
    ("Notebooks", "notebooks/index.html"),
    ("Gallery", "gallery/index.html"),
    ("Reference", "reference/index.html"),
    ("Benchmarks", "benchmarks/index.html"),
    ("Cheat-sheet", "proofs_notes/cheat-sheet.html"),
)
# What a browser holds a page to: files beside it, and nothing from anywhere else.
_ALONE = (
    "default-src 'none'; style-src 'self' file: 'unsafe-inline'; img-src 'self' data: file:; "
    "font-src data:; script-src 'self' file:"
)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where it stands in the site, what it says, and what is listed beside it.

    Attributes:
        path: relative to the site, such as "proofs_notes/1.1-count.html".
        title: of the window and of the search.
        body: HTML.
        aside: links beside it: pairs of a path in the site (with an anchor, perhaps) and words in HTML, or a
            heading, whose path is empty.
        before: the page before it in reading order, as such a pair.
        after: the page after it.
        kind: a class of the body, for the style sheet.
        found: what the search knows of the page beside its title: pairs of an anchor and words.
    """

    path: str
    title: str
    body: str
    aside: tuple[tuple[str, str], ...] = ()
    before: tuple[str, str] | None = None
    after: tuple[str, str] | None = None
    kind: str = "text"
    found: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def relative(target: str, page: str) -> str:
    """A link from a page to a path of the site.

    Example:
        >>> relative("gallery/index.html#braid", "proofs_notes/1.1-count.html")
        '../gallery/index.html#braid'
        >>> relative("a.html#b", "a.html")
        '#b'
    """
    path, hash_, anchor = target.partition("#")
    if path == page:
        return f"#{anchor}" if anchor else Path(path).name
    return os.path.relpath(path, os.path.dirname(page) or ".") + hash_ + anchor


def _section(path: str) -> str:
    """The page that the section of a page begins with."""
    begins = [target for _, target in SECTIONS]
    here = [target for target in begins if target.split("/")[0] == path.split("/")[0]]
    return path if path in begins else here[0] if here else ""


def _bar(page: Page) -> str:
    links = []
    for words, target in SECTIONS:
        mark = ' aria-current="page"' if target == _section(page.path) else ""
        links.append(f'<a href="{relative(target, page.path)}"{mark}>{words}</a>')
    return (
        f'<header class="bar"><a class="home" href="{relative("index.html", page.path)}">Convex Landscape</a>'
        f"<nav>{''.join(links)}</nav>"
        '<div class="search"><input type="search" placeholder="Search" aria-label="Search" hidden>'
        "<ol hidden></ol></div>"
        '<button class="theme" type="button" hidden aria-label="Light or dark"></button>'
        "</header>"
    )


def _aside(page: Page) -> str:
    if not page.aside:
        return ""
    items = []
    for target, words in page.aside:
        if not target:
            items.append(f"</ul><h2>{words}</h2><ul>")
            continue
        mark = ' aria-current="page"' if target == page.path else ""
        items.append(f'<li><a href="{relative(target, page.path)}"{mark}>{words}</a></li>')
    lists = f"<ul>{''.join(items)}</ul>".replace("<ul></ul>", "")
    return f'<details class="beside" open><summary>Contents</summary><nav>{lists}</nav></details>'


def _turn(page: Page) -> str:
    links = [
        f'<a class="{way}" href="{relative(pair[0], page.path)}">{pair[1]}</a>'
        for way, pair in (("before", page.before), ("after", page.after))
        if pair
    ]
    return f'<nav class="turn">{"".join(links)}</nav>' if links else ""


def html(page: Page) -> str:
    """A page as a document."""
    root = relative("index.html", page.path).removesuffix("index.html")
    return (
        f'<!doctype html>\n<html lang="en" data-root="{root}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_ALONE}">\n'
        f"<title>{escape(page.title)} · Convex Landscape</title>\n"
        f'<link rel="stylesheet" href="{root}style.css">\n<script src="{root}theme.js"></script>\n'
        f'</head>\n<body class="{page.kind}">\n{_bar(page)}\n'
        f'<div class="sheet">{_aside(page)}<main>\n{page.body}\n{_turn(page)}</main></div>\n'
        f'<script src="{root}search-index.js" defer></script>\n'
        f'<script src="{root}search.js" defer></script>\n'
        "</body>\n</html>\n"
    )


def write(pages: Iterable[Page], target: Path) -> None:
    """Write pages into a folder, whole documents."""
    for page in pages:
        path = target / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html(page), encoding="utf-8")
