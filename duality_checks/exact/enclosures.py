"""Rationals shown as decimals and floats that are rounded outward, so that a shown interval stays proven."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ..checker import MAX_DIGITS

# Three digits beyond the point where the two ends of an interval part: enough to see its width.
_DIGITS_OF_WIDTH = 3
_LONGEST_DECIMAL = 25


class Enclosed:
    """What has proven bounds on a number that is at least 0."""

    __slots__ = ()
    if TYPE_CHECKING:

        @property
        def lower(self) -> Fraction: ...

        @property
        def upper(self) -> Fraction: ...

    @property
    def relative_gap(self) -> float:
        """``(upper - lower) / upper``, and 0 where both are 0."""
        return float((self.upper - self.lower) / self.upper) if self.upper else 0.0


def float_below(value: Fraction) -> float:
    """The largest float64 that is at most ``value``.

    Example:
        >>> Fraction(float_below(Fraction(1, 3))) <= Fraction(1, 3) < Fraction(float_above(Fraction(1, 3)))
        True
    """
    try:
        nearest = float(value)
    except OverflowError:
        return -math.inf if value < 0 else math.nextafter(math.inf, 0)
    return nearest if Fraction(nearest) <= value else math.nextafter(nearest, -math.inf)


def float_above(value: Fraction) -> float:
    """The smallest float64 that is at least ``value``.

    Example:
        >>> float_above(Fraction(1, 2))
        0.5
    """
    return -float_below(-value)


def decimal_below(value: Fraction, places: int) -> str:
    """The largest decimal with ``places`` digits after the point that is at most ``value``.

    Example:
        >>> decimal_below(Fraction(2, 3), 4), decimal_below(Fraction(-2, 3), 4)
        ('0.6666', '-0.6667')
    """
    return _decimal(math.floor(value * 10**places), places)


def decimal_above(value: Fraction, places: int) -> str:
    """The smallest decimal with ``places`` digits after the point that is at least ``value``.

    Example:
        >>> decimal_above(Fraction(2, 3), 4), decimal_above(Fraction(1, 2), 1)
        ('0.6667', '0.5')
    """
    return _decimal(math.ceil(value * 10**places), places)


def decimal_interval(lower: Fraction, upper: Fraction) -> tuple[str, str]:
    """Two decimals around ``[lower, upper]``, with just enough digits to tell its ends apart.

    Returns:
        The lower end rounded down and the upper end rounded up.

    Example:
        >>> decimal_interval(Fraction("12.3456789"), Fraction("12.3457"))
        ('12.34567890', '12.34570000')
    """
    width = upper - lower
    places = 12 if width == 0 else max(0, _DIGITS_OF_WIDTH - _power(width))
    return decimal_below(lower, places), decimal_above(upper, places)


def exact_text(value: Fraction) -> str:
    """A rational as a decimal where that is exact and short, otherwise as a fraction.

    Example:
        >>> exact_text(Fraction(1, 20)), exact_text(Fraction(-7, 2)), exact_text(Fraction(1, 3))
        ('0.05', '-3.5', '1/3')
    """
    for places in range(_LONGEST_DECIMAL):
        if (value * 10**places).denominator == 1:
            return decimal_below(value, places)
    return str(value)


def require_writable(lower: Fraction, upper: Fraction) -> None:
    """Refuse exact bounds too long to be written, which Python cannot even print.

    Raises:
        InputError: with their number of digits, and what to round.

    Example:
        >>> require_writable(Fraction(1, 10**5000), Fraction(1))
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: the exact lower bound has about 5001 digits, more than the
        format's 4000; round X, y and beta to fewer digits or to a common denominator
    """
    for name, bound in (("lower", lower), ("upper", upper)):
        digits = math.ceil(max(abs(bound.numerator), bound.denominator).bit_length() * math.log10(2))
        if digits > MAX_DIGITS:
            raise InputError(
                f"the exact {name} bound has about {digits} digits, more than the format's {MAX_DIGITS}; "
                "round X, y and beta to fewer digits or to a common denominator"
            )


def scientific_above(value: Fraction) -> str:
    """A nonnegative number rounded up to three significant digits, as text.

    Example:
        >>> [scientific_above(Fraction(value)) for value in ("1/3000", "0", "9.999")]
        ['3.34e-04', '0', '1.00e+01']
    """
    if value == 0:
        return "0"
    power = _power(value)
    digits = math.ceil(value / Fraction(10) ** (power - 2))
    if digits == 1000:
        digits, power = 100, power + 1
    return f"{digits // 100}.{digits % 100:02d}e{power:+03d}"


def _power(value: Fraction) -> int:
    """The power of ten of the leading digit of a positive rational."""
    bits = value.numerator.bit_length() - value.denominator.bit_length()
    power = math.floor((bits - 1) * math.log10(2)) - 1
    while value >= Fraction(10) ** (power + 1):
        power += 1
    return power


def _decimal(scaled: int, places: int) -> str:
    sign, digits = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"
