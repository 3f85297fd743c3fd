"""The numbers along an axis: round ones, as many as there is room for, none over another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .axis import Axis

SIZE = 9.0  # of the letters, in points
_APART = 11.0  # between the middles of two lines, and two points more than letters are high
_GAP = 6.0  # between two numbers beside each other
_ROUND = (1, 2, 5)
_PLAIN = (1e-3, 1e5)  # sizes of numbers that are written without a power of ten
_RAISED = str.maketrans("-0123456789", "\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹")
_NARROW, _WIDE = " .,:;'|!ijltfI()[]", "mwMW@%\N{MINUS SIGN}\N{MULTIPLICATION SIGN}"
_WIDTHS = dict.fromkeys(_NARROW, 0.34) | dict.fromkeys(_WIDE, 0.86)
_WIDTHS |= dict.fromkeys("\N{SUPERSCRIPT MINUS}⁰¹²³⁴⁵⁶⁷⁸⁹", 0.42)
_LETTER = 0.65  # of most letters, in the widest of the usual fonts


@dataclass(frozen=True, slots=True)
class Ticks:
    """Places along an axis with their texts, and the power of ten that all of them share, if any."""

    places: tuple[float, ...]
    texts: tuple[str, ...]
    factor: str = ""


def width(text: str, size: float = SIZE) -> float:
    """How wide a text may be, in points; fonts differ, so rather too much than too little."""
    return size * sum(_WIDTHS.get(letter, _LETTER) for letter in text)


def ticks(axis: Axis, room: float, *, upright: bool = False) -> Ticks:
    """Numbers along an axis.

    Args:
        axis: the axis.
        room: its length in points.
        upright: whether it goes up, where numbers need their height and not their width.

    Example:
        >>> ticks(Axis("a", 2.7, 7.2), 150).texts
        ('3', '4', '5', '6', '7')
        >>> ticks(Axis("a", 1e-13, 3.0, log=True), 120, upright=True).texts
        ('10⁻¹²', '10⁻⁹', '10⁻⁶', '10⁻³', '10⁰')
    """
    found = Ticks((), ())
    for found in _choices(axis, room):
        along = [room * float(x) for x in axis.along(found.places)]
        sizes = [_APART - _GAP if upright else width(text) for text in found.texts]
        ends = [(x - size / 2, x + size / 2) for x, size in zip(along, sizes, strict=True)]
        if all(right + _GAP <= left for (_, right), (left, _) in pairwise(ends)):
            break
    return found


def _choices(axis: Axis, room: float) -> Iterator[Ticks]:
    """Ever fewer numbers; all of them within the axis."""
    if axis.ticks is not None:
        step = min((b - a for a, b in pairwise(axis.ticks)), default=1.0)
        for every in range(1, len(axis.ticks) + 1):
            yield _written(list(axis.ticks[::every]), step)
        return
    most = max(2, int(room / (_APART + 8)))
    if axis.log and axis.high >= 10 * axis.low:
        yield from _logarithmic(axis, most)
        return
    for count in range(most, 0, -1):
        step = _round_above((axis.high - axis.low) / count)
        step = max(1.0, step) if axis.whole else step
        first, last = (end / step for end in (axis.low, axis.high))
        yield _written([k * step for k in range(math.ceil(first - 1e-9), math.floor(last + 1e-9) + 1)], step)


def _round_above(least: float) -> float:
    """The least of 1, 2, 5, 10, 20, ... that is not below a positive number."""
    unit = 10.0 ** math.floor(math.log10(least))
    return next(unit * k for k in (*_ROUND, 10) if unit * k >= least * (1 - 1e-9))


def _logarithmic(axis: Axis, most: int) -> Iterator[Ticks]:
    low, high = math.log10(axis.low) - 1e-9, math.log10(axis.high) + 1e-9
    powers = range(math.ceil(low), math.floor(high) + 1)
    if len(powers) <= 2 or high - low < 2.5:
        between = [(k, power) for power in range(math.floor(low), powers.stop) for k in _ROUND]
        inside = [(k, power) for k, power in between if low <= math.log10(k) + power <= high]
        yield _powers(inside)
    for every in range(max(1, -(-len(powers) // most)), len(powers) + 1):
        yield _powers([(1, power) for power in powers if power % every == 0])


def _powers(shown: list[tuple[int, int]]) -> Ticks:
    """Small numbers times powers of ten."""
    places = [k * 10.0**power for k, power in shown]
    if all(_PLAIN[0] <= place < _PLAIN[1] for place in places):
        return Ticks(tuple(places), tuple(f"{place:g}" for place in places))
    times = [f"{k}\N{MIDDLE DOT}" if k > 1 else "" for k, _ in shown]
    texts = (before + power_of_ten(power) for before, (_, power) in zip(times, shown, strict=True))
    return Ticks(tuple(places), tuple(texts))


def power_of_ten(exponent: int) -> str:
    """A power of ten in print.

    Example:
        >>> power_of_ten(-12)
        '10⁻¹²'
    """
    return "10" + str(exponent).translate(_RAISED)


def _written(places: list[float], step: float) -> Ticks:
    """Multiples of a step, with as many digits as it has."""
    size = max(map(abs, places), default=0.0)
    shared = 0 if size == 0 or _PLAIN[0] <= size < _PLAIN[1] else math.floor(math.log10(size) + 1e-9)
    digits = max(0, shared - math.floor(math.log10(step) + 1e-9))
    texts = [f"{place / 10.0**shared:.{digits}f}".replace("-", "\N{MINUS SIGN}") for place in places]
    zero = {f"\N{MINUS SIGN}{0:.{digits}f}": f"{0:.{digits}f}"}
    factor = f"\N{MULTIPLICATION SIGN}{power_of_ten(shared)}" if shared else ""
    return Ticks(tuple(places), tuple(zero.get(text, text) for text in texts), factor)
