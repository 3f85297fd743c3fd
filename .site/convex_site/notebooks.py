"""The notebooks as pages, executed: each cell with what it prints and shows, as in Jupyter."""

from __future__ import annotations

import re
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any

from .prose import Text, block, render
from .shell import Page
from .texts import Checkout

_FRONT = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
#: A cell, and the picture of what it shows that is stored for those who read the text.
_CELL = re.compile(
    r"^```\{code-cell\} ipython3\n(.*?)^```\n?(\n!\[([^]]*)\]\(pictures/notebook-[^)]*\)\n)?",
    re.MULTILINE | re.DOTALL,
)
_COLORS = re.compile(r"\x1b\[[0-9;]*m")


def names(checkout: Checkout) -> list[str]:
    """The notebooks, relative to the checkout."""
    return [name for name, page in checkout.pages.items() if page.startswith("notebooks/")]


def executed(path: Path) -> list[list[dict[str, Any]]]:
    """The outputs of each cell of code, run in a kernel of their own.

    Raises:
        CellExecutionError: a cell failed.
    """
    import jupytext
    from nbclient import NotebookClient

    document = jupytext.read(path)
    NotebookClient(document, timeout=300, kernel_name="python3").execute()
    return [list(cell["outputs"]) for cell in document.cells if cell.cell_type == "code"]


def _shown(output: dict[str, Any], picture: str, target: Path, words: str) -> str:
    """One output; a picture is written beside the page."""
    if output["output_type"] == "stream":
        return block(_COLORS.sub("", output["text"]), "text")
    data = output.get("data", {})
    if "image/png" in data:
        target.mkdir(parents=True, exist_ok=True)
        (target / picture).write_bytes(b64decode(data["image/png"]))
        return f'<img src="{picture}" alt="{escape(words)}">'
    if "text/html" in data:
        return f'<div class="shown">{data["text/html"]}</div>'
    return block(str(data.get("text/plain", "")), "text") if data else ""


def page(checkout: Checkout, name: str, target: Path, outputs: list[list[dict[str, Any]]]) -> Page:
    """One notebook as a page.

    Args:
        checkout: whose links it follows.
        name: of the notebook, relative to the checkout.
        target: the folder of the site, where pictures are written.
        outputs: those of each cell; none for a notebook that was not run.
    """
    text = _FRONT.sub("", (checkout.root / name).read_text(encoding="utf-8"))
    path = checkout.pages[name]
    stem = Path(path).stem
    cells = _CELL.findall(text)
    # What was run shows its own pictures, described as the stored ones are.
    marked = _CELL.sub(
        lambda found: f"```python\n{found[1]}```\n\n<!--cell-->\n\n{'' if outputs else found[2] or ''}", text
    )
    rendered: Text = render(marked, lambda link: checkout.link(name, link))
    parts = rendered.body.split("<!--cell-->")
    pieces = [parts[0]]
    for k, rest in enumerate(parts[1:]):
        shown = "".join(
            _shown(output, f"{stem}-{k}-{j}.png", target / "notebooks", cells[k][2] or _words(cells[k][0]))
            for j, output in enumerate(outputs[k] if k < len(outputs) else [])
        )
        pieces += [f'<div class="output">{shown}</div>' if shown else "", rest]
    found = tuple((anchor, words) for level, anchor, words in rendered.headings if level == 2)
    aside = tuple((f"{path}#{anchor}", words) for anchor, words in found)
    return Page(path, rendered.title, "".join(pieces), aside, kind="text notebook", found=found)


def _words(code: str) -> str:
    """What a picture shows: the title that the code gives it, else the code."""
    title = re.search(r'title="([^"]*)"', code)
    return title[1] if title else " ".join(code.split())[:120]


def index(checkout: Checkout, pages: list[Page]) -> Page:
    """The list of them, each with how it begins."""
    items = []
    for one in pages:
        first = re.search(r"<p>(.*?)</p>", one.body, re.DOTALL)
        link = Path(one.path).name
        items.append(f'<h2><a href="{link}">{escape(one.title)}</a></h2><p>{first[1] if first else ""}</p>')
    body = (
        "<h1>Notebooks</h1><p>Four lessons with pictures, executed. To run them, install the extra "
        "<code>notebook</code>: they are kept as text and open in Jupyter with Jupytext.</p>"
    )
    return Page("notebooks/index.html", "Notebooks", body + "".join(items))
