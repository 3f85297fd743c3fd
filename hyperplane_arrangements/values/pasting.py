"""How a value is written as the code that makes it again: what `repr` shows can be pasted.

IPython and Hypothesis break the same code over lines. A value of very many numbers is named and measured
instead, in angle brackets, which no one takes for code; `as_code` writes it all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

#: So many numbers are shown; a value of more is measured.
MOST = 2_000
_UNPRINTABLE = 10**4000  # Python prints no integers of more than 4300 digits, but in base 16


@dataclass(frozen=True, slots=True)
class Call:
    """A call as code.

    Attributes:
        name: of what is called.
        arguments: by place: texts, numbers, sequences and mappings of them, calls.
        named: by name.

    Example:
        >>> print(code(Call("f", ([[Fraction(1, 2), 3]],), {"beta": Fraction(1, 10)})))
        f([["1/2", 3]], beta="1/10")
    """

    name: str
    arguments: tuple[Any, ...] = ()
    named: Mapping[str, Any] = field(default_factory=dict)


def number(value: Any) -> Any:
    """A whole number as an integer, which needs no quotes; what is no fraction as its text.

    Example:
        >>> code([number(Fraction(4, 2)), number(Fraction(1, 2))])
        '[2, "1/2"]'
    """
    if not hasattr(value, "denominator"):
        return repr(value)
    return value.numerator if value.denominator == 1 else value


def code(value: Any) -> str:
    """A value as code on one line: fractions as exact text, arrays and tuples as lists.

    Example:
        >>> code(["a", (1.5, Fraction(3))])
        '["a", [1.5, "3"]]'
    """
    parts: list[str] = []
    _write(value, parts.append, lambda: parts.append(" "), lambda _, __: None)
    return "".join(parts)


class Pasted:
    """What `repr` shows is the call that makes the value; `_call` says it, `_measured` where it is large."""

    __slots__ = ()

    def _call(self) -> Call:
        raise NotImplementedError

    def _measured(self) -> str:
        """What is said of a value that is too large to show; nothing where it is not."""
        return ""

    def as_code(self) -> str:
        """The code that makes the value again, exactly, however long."""
        return code(self._call())

    def __repr__(self) -> str:
        measured = self._measured()
        return f"<{type(self).__name__}: {measured}>" if measured else self.as_code()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython and Hypothesis show: the same, broken over lines after commas."""
        if self._measured():
            printer.text(repr(self))
            return

        def nested(opens: bool, indent: int) -> None:
            if opens:
                printer.begin_group(indent)
            else:
                printer.end_group(indent)

        _write(self._call(), printer.text, printer.breakable, nested)


class OneLine:
    """What `repr` shows is one line: the first of the text of the value, in angle brackets."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {str(self).partition(chr(10))[0]}>"


def _write(value: Any, text: Any, gap: Any, nest: Any) -> None:
    """Write a value piece by piece: `gap` where a line may break, `nest` around what is indented."""
    if isinstance(value, Call):
        named = [("", part) for part in value.arguments] + [(f"{k}=", v) for k, v in value.named.items()]
        _listed(f"{value.name}(", named, ")", text, gap, nest)
    elif isinstance(value, Pasted):
        _write(value._call(), text, gap, nest)
    elif isinstance(value, Mapping):
        pairs = [(f"{code(key)}: ", part) for key, part in value.items()]
        _listed("{", pairs, "}", text, gap, nest)
    elif hasattr(value, "tolist"):
        _write(value.tolist(), text, gap, nest)
    elif isinstance(value, list | tuple):
        _listed("[", (("", part) for part in value), "]", text, gap, nest)
    elif isinstance(value, Fraction):
        text(_fraction(value))
    elif isinstance(value, str):
        text(f'"{value}"' if value.isprintable() and not {'"', "\\"} & set(value) else repr(value))
    else:
        text(hex(value) if isinstance(value, int) and abs(value) >= _UNPRINTABLE else repr(value))


def _fraction(value: Fraction) -> str:
    if max(abs(value.numerator), value.denominator) < _UNPRINTABLE:
        return f'"{value}"'
    return f"Fraction({hex(value.numerator)}, {hex(value.denominator)})"


def _listed(head: str, parts: Iterable[tuple[str, Any]], tail: str, text: Any, gap: Any, nest: Any) -> None:
    text(head)
    nest(True, len(head))
    for k, (label, part) in enumerate(parts):
        if k:
            text(",")
            gap()
        text(label) if label else None
        _write(part, text, gap, nest)
    nest(False, len(head))
    text(tail)
