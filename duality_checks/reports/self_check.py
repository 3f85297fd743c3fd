"""A report that can be asked: the certificate travels in the page, with a program that checks it there."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

#: Documents that are longer together, in letters, stay beside the page, which is to open at once.
MOST_LETTERS = 1_000_000

_TOO_LONG = (
    "<p>The problem and the certificate ({size}) are too long to travel in this page, which can neither "
    "check itself nor tell about chambers.</p>"
)
_CHECK = (
    '<p class="check"><button data-document="{number}" hidden>Check it here</button> '
    '<output aria-live="polite">The problem and the certificate ({size}) are in this page, and so is a '
    "second checker, which needs no network. It is in JavaScript, in whole numbers, and written apart from "
    "the one in Python.</output></p>"
)
_DOCUMENT = '<script type="application/json" id="{kind}-{number}">{text}</script>'


def travel(problem: str, certificate: str) -> bool:
    """Whether the two documents are short enough for a page.

    Args:
        problem: the problem file.
        certificate: the certificate file.
    """
    return len(problem) + len(certificate) <= MOST_LETTERS


def self_check(problem: str, certificate: str, *, number: int = 0) -> str:
    """The two documents, and a button that has them checked by :func:`scripts`.

    Args:
        problem: the problem file.
        certificate: the certificate file.
        number: tells the documents of a page apart.

    Returns:
        HTML. Of long documents, only that they are long.

    Example:
        >>> self_check('{"y": "<"}', "{}").count('<script type="application/json" id=')
        2
    """
    letters = len(problem) + len(certificate)
    size = f"{letters / 1e6:.1f} MB" if letters >= 1e6 else f"{max(1, letters // 1000)} kB"
    if not travel(problem, certificate):
        return _TOO_LONG.format(size=size)
    # Outside its strings JSON has no "<"; inside, this is another spelling of it, which ends no element.
    problem, certificate = (text.replace("<", "\\u003c") for text in (problem, certificate))
    return (
        _CHECK.format(number=number, size=size)
        + _DOCUMENT.format(kind="problem", number=number, text=problem)
        + _DOCUMENT.format(kind="certificate", number=number, text=certificate)
    )


@cache
def scripts() -> dict[str, str]:
    """The programs of a page by the ids of their elements: two, and what makes use of both."""
    folder = files(__package__)
    return {name: (folder / f"{name}.js").read_text(encoding="ascii") for name in ("cones", "check", "page")}
