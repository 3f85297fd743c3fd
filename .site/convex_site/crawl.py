"""Walk through a built site: what leads nowhere, what is asked of the network, what does not belong in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

_OUTSIDE = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//")
_LOADED = re.compile(r"url\(\s*['\"]?([^'\")]+)")
_TEXTS = (".html", ".css", ".js", ".svg")
# Attributes by which a page asks for a file, or leads to a page.
_LINKS = ("href", "src", "poster", "data", "action", "xlink:href")


@dataclass(slots=True)
class Seen(HTMLParser):
    """The anchors and links of a page.

    Attributes:
        anchors: every id and name.
        links: pairs of a tag and where it leads.
    """

    anchors: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)

    @classmethod
    def of(cls, text: str) -> Seen:
        """Those of a text."""
        seen = cls()
        seen.feed(text)
        return seen

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value or "")
            elif name in _LINKS:
                self.links.append((tag, value or ""))
            elif name == "srcset":
                self.links += [(tag, part.split()[0]) for part in (value or "").split(",") if part.split()]


def pages(site: Path) -> dict[str, Seen]:
    """Every page, by its path in the site."""
    return {
        path.relative_to(site).as_posix(): Seen.of(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }


def _where(page: str, link: str) -> tuple[str, str]:
    path, _, anchor = link.partition("#")
    at = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(path))) if path else page
    return at, unquote(anchor)


def dangling(site: Path) -> Iterator[str]:
    """Links that lead nowhere in the site, to no file or to no anchor there; pages that no link leads to."""
    seen = pages(site)
    reached = {"index.html"}
    for page, found in seen.items():
        for tag, link in found.links:
            if _OUTSIDE.match(link):
                if tag not in ("a", "image", "use") and not link.startswith("data:"):
                    yield f"{page}: <{tag}> asks the network for {link}"
                continue
            at, anchor = _where(page, link)
            reached.add(at)
            if at not in seen and not (site / at).is_file():
                yield f"{page}: {link} leads to no file"
            elif anchor and at in seen and anchor not in seen[at].anchors:
                yield f"{page}: {link} leads to no anchor"
    yield from (f"{page}: no link leads there" for page in seen.keys() - reached)
    for sheet in site.rglob("*.css"):
        for link in _LOADED.findall(sheet.read_text(encoding="utf-8")):
            if not link.startswith("data:"):
                yield f"{sheet.relative_to(site)}: asks for {link}"


def strangers(site: Path, words: dict[str, str]) -> Iterator[str]:
    """Texts of the site in which something is that does not belong there.

    Args:
        site: the folder.
        words: from a pattern to what it is called.
    """
    patterns = {re.compile(pattern): name for pattern, name in words.items()}
    for path in sorted(site.rglob("*")):
        if path.suffix in _TEXTS:
            text = path.read_text(encoding="utf-8")
            for pattern, name in patterns.items():
                if found := pattern.search(text):
                    yield f"{path.relative_to(site)}: {name}: {found[0]}"
