"""How a value is shown in a notebook without knowing cards: they are registered from outside.

A value inherits `Shown`; a module of cards registers a function for its class with `html.register`, and
whoever is at the top says with `cards_in` where such a module is. It is imported when a value is first shown.
"""

from __future__ import annotations

from functools import singledispatch
from html import escape
from importlib import import_module

_homes: list[str] = []


@singledispatch
def html(value: object) -> str:
    """What a notebook shows of a value: its text, unless a card is registered for its class.

    Example:
        >>> html(3 < 4)
        '<pre>True</pre>'
    """
    return f"<pre>{escape(repr(value))}</pre>"


def cards_in(module: str) -> None:
    """Say that a module registers cards; it is imported when a value is first shown."""
    _homes.append(module)


class Shown:
    """What a notebook shows is `html` of the value."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        while _homes:
            import_module(_homes.pop())
        return html(self)
