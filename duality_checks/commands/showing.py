"""What the verbs print as people read it: at a terminal lines wrap at words, and verdicts have colours.

Nowhere else: what is piped or kept in a file is the text itself, line by line.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from textwrap import wrap
from typing import TextIO

import click

_COLOURS = {"PROVEN": "green", "PROVED": "green", "REFUSED": "red", "REFUTED": "red"}
_VERDICTS = re.compile(rf"\b({'|'.join(_COLOURS)})\b")
_LABEL = re.compile(r" *\S+(?: \S+)*?  +|[-\w]+: ")  # `network   ` or `convex-landscape: `
_NARROWEST = 40  # what is narrower is wrapped at so much


def tell(text: str) -> None:
    """Print a result.

    Example:
        >>> tell("verdict   PROVEN, the list of chambers complete")
        verdict   PROVEN, the list of chambers complete
    """
    click.echo(as_shown(text, sys.stdout))


def as_shown(text: str, stream: TextIO) -> str:
    """A text as a stream shows it: as it is, unless a person reads it there."""
    if not stream.isatty():
        return text
    return coloured(wrapped(text, shutil.get_terminal_size().columns))


def wrapped(text: str, width: int) -> str:
    """Lines of at most so many characters, broken at words and indented below the text behind a label.

    A word that is longer stays whole, so that it can be copied.

    Example:
        >>> print(wrapped("written   problem.json, certificate.json, network.json, report.md", 50))
        written   problem.json, certificate.json,
                  network.json, report.md
    """
    return "\n".join(_wrapped_line(line, max(width, _NARROWEST)) for line in text.split("\n"))


def _wrapped_line(line: str, width: int) -> str:
    if len(line) <= width:
        return line
    label = _LABEL.match(line)
    indent = len(label[0]) if label and len(label[0]) <= width // 2 else 2
    pieces = wrap(
        line,
        width,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
        replace_whitespace=False,
        drop_whitespace=True,
    )
    return "\n".join(pieces)


def coloured(text: str) -> str:
    """Verdicts in green and red, unless NO_COLOR is set or the terminal is a dumb one.

    https://no-color.org says what NO_COLOR means: colours are off where it is set and not empty.
    """
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return text
    return _VERDICTS.sub(lambda word: click.style(word[0], fg=_COLOURS[word[0]], bold=True), text)
