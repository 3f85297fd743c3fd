"""Cells of text as exact numbers: what is one, what is missing, and what to do about the rest."""

from __future__ import annotations

import re
from fractions import Fraction

from hyperplane_arrangements.errors import InputError

_NUMBER = re.compile(r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE](?P<power>[+-]?\d+))?|\d+/\d+)", re.ASCII)
_NOT_FINITE = re.compile(r"[+-]?(?:nan|inf|infinity)", re.IGNORECASE)
# What programs write for a value that is not there.
_MISSING = frozenset({"", "nan", "na", "n/a", "#n/a", "null", "none", "?"})
LONGEST, LARGEST_POWER = 1000, 400
# What people write for numbers, and what to write instead; the first that fits.
_REMEDIES = (
    (r"[+-]?\d{1,3}(,\d{3})+\.\d+", "write thousands without a comma,"),
    (r"[+-]?\d*,\d+", "write decimals with a point and thousands without a comma, give --decimal ,"),
    (r"[+-]?\d*\.\d+", "give --decimal ."),
    (r"[+-]?\d{1,3}(\.\d{3})+,\d+", "write thousands without a point,"),
    (r"[\u2212\u2010-\u2015].*\d.*", "write the minus as -, the hyphen of the keyboard,"),
    (r"(?i:true|false)", "write 1 for true and 0 for false,"),
    (r"[+-]?\d+([_ '\u2019\u00a0\u202f]\d+)+([.,]\d+)?", "write thousands without marks between,"),
    (r".*\d\s*%", "write percentages as decimals (5% as 0.05), or the numbers without %,"),
)


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether a cell holds a number, finite or not, with this decimal mark.

    Example:
        >>> is_number("1e-3"), is_number("0,5"), is_number("0,5", ","), is_number("nan")
        (True, False, True, True)
    """
    return bool(_NUMBER.fullmatch(_pointed(cell, decimal)) or _NOT_FINITE.fullmatch(cell))


def is_missing(cell: str) -> bool:
    """Whether a cell says that its value is not there: empty, nan, NA, N/A, null, None or a question mark.

    Example:
        >>> [is_missing(cell) for cell in ("", " NA ", "nan", "0", "inf")]
        [True, True, True, False, False]
    """
    return cell.strip().lower() in _MISSING


def parse_number(text: str, place: str, decimal: str = ".") -> Fraction:
    """The exact value of a decimal or a fraction in text.

    Args:
        text: such as ``0.1``, ``-2``, ``1e-3`` or ``1/3``.
        place: where it stands, for messages.
        decimal: the decimal mark, a point or a comma.

    Raises:
        InputError: the text is empty, no number, not finite, or of absurd length.

    Example:
        >>> parse_number("0.1", "memory"), parse_number("-1/3", "memory"), parse_number("2,5", "memory", ",")
        (Fraction(1, 10), Fraction(-1, 3), Fraction(5, 2))
    """
    text = text.strip()
    if not text:
        raise InputError(f"{place} is empty; drop or impute the row")
    if _NOT_FINITE.fullmatch(text):
        raise InputError(f"{place} is {text}; drop or impute the row, for only finite numbers are exact")
    pointed = _pointed(text, decimal)
    match = _NUMBER.fullmatch(pointed)
    if not match:
        raise InputError(
            f"{place} holds {shown(text)}, which is not a number; {_remedy(text)} or choose other columns"
        )
    # Ten characters of text can ask for a billion digits; these limits are far outside what float64 holds.
    if len(text) > LONGEST or abs(int(match["power"] or 0)) > LARGEST_POWER:
        raise InputError(
            f"{place} holds {shown(text)}: over {LONGEST} characters, or a power of ten beyond "
            f"{LARGEST_POWER}; rescale or round"
        )
    try:
        return Fraction(pointed)
    except ZeroDivisionError:
        raise InputError(f"{place} holds {text}, which divides by zero; correct it") from None


def _remedy(text: str) -> str:
    if len(text) > LONGEST:
        return "correct it"
    return next((remedy for form, remedy in _REMEDIES if re.fullmatch(form, text)), "correct it")


def _pointed(text: str, decimal: str) -> str:
    """The text with a decimal point; a point that is none is made something that no number holds."""
    return text if decimal == "." else text.translate({ord("."): " ", ord(decimal): "."})


def shown(text: str) -> str:
    """A text as messages show it.

    Example:
        >>> len(shown("x" * 100))
        42
    """
    return repr(text if len(text) <= 40 else text[:37] + "...")
