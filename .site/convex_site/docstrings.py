"""Docstrings to HTML. No example is altered: its text in the page is its text in the source."""

from __future__ import annotations

import re
from collections.abc import Callable
from inspect import cleandoc

from .prose import colored, docstring

Resolve = Callable[[str], str | None]
_SECTION = re.compile(
    r"^(Args|Attributes|Returns|Yields|Raises|Example):\n((?:[ \t]+.*\n?|\n)+)", re.MULTILINE
)
_TITLES = {"Args": "Arguments", "Example": "Example"}


def first_sentence(doc: str) -> str:
    """What a list says of a name.

    Example:
        >>> first_sentence("Count chambers, e.g. all.\\n\\nMore of it.")
        'Count chambers, e.g. all.'
    """
    paragraph = " ".join(doc.split("\n\n")[0].split())
    return re.split(r"(?<=[.!?])\s(?=[A-Z`])", paragraph, maxsplit=1)[0]


def _list(text: str, resolve: Resolve) -> str:
    items, current = [], ""
    for line in cleandoc(text).splitlines():
        if current and not line.startswith(" "):
            items.append(current)
            current = ""
        current += line + "\n"
    items.append(current)
    parts = []
    for item in items:
        name, colon, rest = item.partition(":")
        if not colon:
            name, rest = "", item
        said = docstring(" ".join(rest.split()), resolve, inline=True)
        parts.append(
            f"<dt>{docstring(name, resolve, inline=True)}</dt><dd>{said}</dd>" if name else f"<dd>{said}</dd>"
        )
    return f'<dl class="items">{"".join(parts)}</dl>'


def _example(text: str) -> str:
    return f'<pre class="example" tabindex="0"><code>{colored(cleandoc(text), "pycon")}</code></pre>'


def html(doc: str, resolve: Resolve) -> str:
    """A docstring with its sections.

    Args:
        doc: cleaned, in the style of this project.
        resolve: from a name in code to a link, or None.

    Example:
        >>> html("Add.\\n\\nExample:\\n    >>> 1 < 2\\n    True\\n", lambda name: None)[:40]
        '<p>Add.</p>\\n<h5>Example</h5><pre class="'
    """
    parts, end = [], 0
    for section in _SECTION.finditer(doc + "\n"):
        parts.append(docstring(doc[end : section.start()], resolve))
        end = section.end()
        name, text = section.groups()
        body = (
            _example(text)
            if name == "Example"
            else _list(text, resolve)
            if name in ("Args", "Attributes", "Raises")
            else docstring(cleandoc(text), resolve)
        )
        parts.append(f"<h5>{_TITLES.get(name, name)}</h5>{body}")
    parts.append(docstring(doc[end:], resolve))
    return "".join(parts)
