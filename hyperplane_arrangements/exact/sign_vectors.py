"""Sign vectors as people write them: lists of -1, 0 and 1, or texts such as `+-0`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import InputError
from .numbers import clipped

_VALUES = {"+": 1, "-": -1, "\N{MINUS SIGN}": -1, "0": 0}


def read_signs(value: Any, name: str = "signs") -> tuple[int, ...]:
    """Signs from a text or a sequence of numbers.

    Args:
        value: n of the characters +, - and 0, or n integers. A chamber of a list is a sequence of its signs.
        name: how an error message calls it.

    Raises:
        InputError: another character, or what is no sequence of numbers.

    Example:
        >>> read_signs("+-0"), read_signs([1, -1, 0])
        ((1, -1, 0), (1, -1, 0))
    """
    if isinstance(value, str):
        unknown = next((x for x in value if x not in _VALUES), None)
        if unknown is not None:
            raise InputError(f"{name} is {clipped(value)}; write one of +, - and 0 for each row")
        return tuple(_VALUES[x] for x in value)
    try:
        return tuple([int(x) for x in value])
    except (TypeError, ValueError):
        raise InputError(f"{name} is {clipped(value)}; give a text such as +-0, or integers") from None


def signs_text(signs: Iterable[int]) -> str:
    """The text of a sign vector.

    Example:
        >>> signs_text([1, -1, 0])
        '+-0'
    """
    return "".join(["-0+"[sign + 1] for sign in signs])
