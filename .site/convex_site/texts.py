"""The texts of the checkout as pages: README, the course in its order, guides, benchmarks.

A link of a text leads where it leads in the checkout: to the page of that text, to the reference of that
module, to a page that shows that file, or to the picture itself, which comes along.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

from .prose import block, render
from .shell import Page, relative

INDEX = "proofs_notes/README.md"
# Headings and links; not those around a picture.
_LISTED = re.compile(r"^## (.+)$|(?<!\))\]\(([^):#]+\.md)\)", re.MULTILINE)
_PICTURES = (".svg", ".png")
_LANGUAGES = {".py": "python", ".v": "coq", ".sh": "sh", ".js": "js", ".json": "json"}


class DanglingLinkError(Exception):
    """A text links to what is not there."""


@dataclass(slots=True)
class Checkout:
    """What the site is made of, and what its texts have asked for beside their own pages.

    Attributes:
        root: the folder.
        pages: from a text, relative to the root, to its page.
        places: the same for what is no text, such as modules, which the reference shows.
        pictures: files that come along as they are.
        shown: files that get a page of their own.
    """

    root: Path
    pages: dict[str, str]
    places: dict[str, str] = field(default_factory=dict)
    pictures: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)

    def link(self, source: str, target: str) -> str:
        """From a link of a text to one of its page.

        Raises:
            DanglingLinkError: nothing is there.
        """
        if re.match(r"[a-z]+:", target) or target.startswith("#"):
            return target
        path, hash_, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        return relative(self._place(path, source) + hash_ + anchor, self.pages[source])

    def _place(self, path: str, source: str) -> str:
        for known in (path, f"{path}/README.md"):
            if known in self.pages or known in self.places:
                return self.pages.get(known) or self.places[known]
        if not (self.root / path).is_file():
            raise DanglingLinkError(f"{source} links to {path}, which is not there")
        if path.endswith(_PICTURES):
            self.pictures.add(path)
            return path
        self.shown.add(path)
        return f"files/{path}.html"


def reading_order(root: Path) -> list[tuple[str, str]]:
    """The course: pairs of a heading and "", and of a title and a text, as its index lists them."""
    text = (root / INDEX).read_text(encoding="utf-8")
    text = text[text.index("\n## ") :]  # what its introduction mentions is not in the order
    found: list[tuple[str, str]] = []
    for match in _LISTED.finditer(text):
        heading, name = match.groups()
        path = posixpath.normpath(f"proofs_notes/{name}") if name else ""
        if not path or path not in [other for _, other in found]:
            title = heading or title_of(root / path)
            found.append((title, path))
    return found


def title_of(path: Path) -> str:
    """The first heading of a text."""
    text = path.read_text(encoding="utf-8")
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1] if found else path.stem


def sources(root: Path) -> dict[str, str]:
    """Every text that becomes a page, and that page; notebooks and reference have pages of their own."""
    pages = {"README.md": "index.html", INDEX: "proofs_notes/index.html"}
    pages["benchmarks/README.md"] = "benchmarks/index.html"
    for name in ("CONTRIBUTING.md", "CHANGELOG.md"):
        pages[name] = name.replace(".md", ".html")
    for path in [*(root / "proofs_notes").glob("*.md"), *(root / "proofs_notes").glob("*/*.md")]:
        name = path.relative_to(root).as_posix()
        if path.name.startswith("notebook-"):
            pages[name] = f"notebooks/{path.name.removeprefix('notebook-').replace('.md', '.html')}"
        else:
            page = name.replace("README.md", "index.md").replace(".md", ".html")
            pages.setdefault(name, page)
    return pages


def text_page(
    checkout: Checkout,
    name: str,
    aside: tuple[tuple[str, str], ...] = (),
    around: tuple[tuple[str, str] | None, tuple[str, str] | None] = (None, None),
) -> Page:
    """The page of a text; what stands beside it is the course, or its own headings."""
    text = render((checkout.root / name).read_text(encoding="utf-8"), lambda link: checkout.link(name, link))
    path = checkout.pages[name]
    own = tuple((f"{path}#{anchor}", words) for level, anchor, words in text.headings if level == 2)
    found = tuple((anchor, words) for level, anchor, words in text.headings if level == 2)
    kind = "sheet-of-paper" if path.endswith("cheat-sheet.html") else "text"
    return Page(path, text.title, text.body, aside or own, *around, kind=kind, found=found)


def course(checkout: Checkout) -> list[Page]:
    """The index, and every text that it lists, in its order, but for the notebooks."""
    order = reading_order(checkout.root)
    aside = tuple(
        (checkout.pages[path] if path else "", title) for title, path in [("", INDEX), *order] if title
    )
    aside = (("proofs_notes/index.html", "All notes"), *aside)
    texts = [(title, path) for title, path in order if path and "notebook-" not in path]
    ends: list[tuple[str, str] | None] = [
        None,
        *((checkout.pages[path], title) for title, path in texts),
        None,
    ]
    pages = [text_page(checkout, INDEX, aside)]
    for k, (_, path) in enumerate(texts):
        pages.append(text_page(checkout, path, aside, (ends[k], ends[k + 2])))
    return pages


def others(checkout: Checkout, done: set[str]) -> list[Page]:
    """The texts that are not in the course, and pages for the files that texts have asked for."""
    pages = [
        text_page(checkout, name)
        for name, path in checkout.pages.items()
        if path not in done and not path.startswith("notebooks/")
    ]
    for name in sorted(checkout.shown):
        code = (checkout.root / name).read_text(encoding="utf-8")
        body = f"<h1>{name}</h1>{block(code, _LANGUAGES.get(Path(name).suffix, 'text'))}"
        pages.append(Page(f"files/{name}.html", name, body, kind="file"))
    return pages
