"""What a page of the course is made of: fenced blocks, and solutions that fold."""

from __future__ import annotations

import re

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FOLD = re.compile(
    r"^<details>\n<summary>Solution(?: of \d)?</summary>\n\n(.*?)\n\n</details>\n$", re.MULTILINE | re.DOTALL
)


def folds(text: str, least: int = 2) -> list[str]:
    """What is wrong with the solutions of a page: each is folded away, and GitHub reads Markdown inside."""
    inside = _FOLD.findall(text)
    found = [] if len(inside) >= least else [f"{len(inside)} folded solutions"]
    found += [f"{part[:20]!r}... has no text" for part in inside if len(part.strip()) < 20]
    rest = FENCE.sub("", _FOLD.sub("", text))
    # A fold that lacks a blank line, or its other end, is left.
    found += re.findall(r".*</?(?:details|summary)>.*|^#* ?\W*Solution.*", rest, re.MULTILINE)
    return found
