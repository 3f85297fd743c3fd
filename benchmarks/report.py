"""Where the figures go: to the screen, and between two marks of `README.md` in this folder."""

from __future__ import annotations

import os
import re
from pathlib import Path

PAGE = Path(__file__).parent / "README.md"


def put(section: str, text: str, page: Path = PAGE) -> None:
    """Print Markdown, and put it in place of what is between the marks `<!-- section -->` of a page."""
    print(f"\n{text}\n", flush=True)
    old = page.read_text(encoding="utf-8")
    marked = re.compile(rf"(<!-- {section} -->\n).*?(<!-- /{section} -->)", re.DOTALL)
    new, found = marked.subn(lambda marks: f"{marks[1]}\n{text}\n\n{marks[2]}", old)
    if not found:
        raise ValueError(
            f"{page} has no marks for {section!r}; add them: <!-- {section} --> and a line below"
        )
    page.write_text(new, encoding="utf-8")


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def machine() -> str:
    """A sentence on the machine and on how busy it is."""
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f} when this began."
