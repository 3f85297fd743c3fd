"""Build the site: `python .site/build.py` writes `.site/html`, which any browser reads from the disk.

`python .site/build.py TARGET` writes elsewhere. README, the course in its order, the notebooks executed, a
gallery, the reference, benchmarks: all of it from what the checkout holds. At its end every link of what was
built is followed, and a page that leads nowhere, or tells where it was built, is an error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path

from convex_site import crawl, fonts, gallery, notebooks
from convex_site.modules import read
from convex_site.reference import Reference, page_of, room_text
from convex_site.shell import Page, write
from convex_site.texts import Checkout, course, others, sources, text_page

ROOT = Path(__file__).resolve().parents[1]
TARGET = Path(__file__).parent / "html"
PARTS = ("style.css", "theme.js", "search.js")


def reference_pages(checkout: Checkout, reference: Reference) -> list[Page]:
    """The reference, with what the READMEs of the rooms say."""
    rooms = {}
    for name, module in reference.modules.items():
        text = (ROOT / module.path).parent / "README.md"
        if module.is_package and text.is_file():
            path, source = page_of(name), text.relative_to(ROOT).as_posix()
            checkout.pages[source] = path
            rooms[name] = room_text(
                text.read_text(encoding="utf-8"),
                lambda link, source=source: checkout.link(source, link),
                reference.resolver(path),
            )
            del checkout.pages[source]
    return reference.pages(rooms)


def notebook_pages(checkout: Checkout, target: Path) -> list[Page]:
    """The notebooks, executed, and their list."""
    names = notebooks.names(checkout)
    found = [notebooks.page(checkout, name, target, notebooks.executed(ROOT / name)) for name in names]
    return [notebooks.index(checkout, found), *found]


def gallery_pages(target: Path) -> list[Page]:
    """The gallery, every picture of it drawn."""
    plan = gallery.plan()
    for pictures in plan.values():
        for picture in pictures:
            gallery.draw(picture, target / "gallery")
    return [gallery.page(plan)]


def search_index(pages: list[Page]) -> str:
    """What the search looks through, as a script that a page from the disk may load."""
    entries = []
    for page in pages:
        if page.kind != "file":
            entries.append([page.title, page.path, page.path.split("/")[0].replace("_", " ")])
            plain = ((anchor, re.sub("<[^>]*>", "", words)) for anchor, words in page.found)
            entries += [[words, f"{page.path}#{anchor}", page.title] for anchor, words in plain]
    return f"const INDEX = {json.dumps(entries, ensure_ascii=False, separators=(',', ':'))};\n"


def strange_words() -> dict[str, str]:
    """What no page may say: where it was built, on whose machine, and from where packages came."""
    places = [
        re.escape(str(place)) + r"\b" for place in (ROOT, Path.home(), Path(sys.prefix)) if place != Path("/")
    ]
    tex = r"<m[ion]\b[^>]*>\\[a-zA-Z|{}]"
    return {
        tex: "TeX in a formula",
        "|".join(places): "a path of this machine",
        r"\b(pypi|pythonhosted|npmjs)\.": "a registry",
    }


def build(target: Path) -> list[str]:
    """Write the site and return what is wrong with it."""
    modules = read(ROOT)
    reference = Reference(modules)
    checkout = Checkout(ROOT, sources(ROOT), dict(reference.places))
    pages = [text_page(checkout, "README.md"), *course(checkout)]
    pages += notebook_pages(checkout, target)
    pages += gallery_pages(target)
    pages += reference_pages(checkout, reference)
    pages += others(checkout, {page.path for page in pages})
    write(pages, target)
    for name in checkout.pictures:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, target / name)
    for name in PARTS:
        shutil.copy(Path(__file__).parent / "convex_site" / name, target)
    (target / gallery.EXPLORER).write_text(gallery.explorer(), encoding="utf-8")
    with (target / "style.css").open("a", encoding="utf-8") as sheet:
        sheet.write(fonts.face(page.body for page in pages))
    (target / "search-index.js").write_text(search_index(pages), encoding="utf-8")
    return [*crawl.dangling(target), *crawl.strangers(target, strange_words())]


if __name__ == "__main__":
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")  # pictures do not say when they were drawn
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    shutil.rmtree(where, ignore_errors=True)
    wrong = build(where)
    print("\n".join(wrong) or f"written to {where}", file=sys.stderr if wrong else sys.stdout)
    sys.exit(bool(wrong))
