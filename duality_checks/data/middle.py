"""Numbers near the middle of others that have few digits, to take them off columns of data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def power_above(size: Fraction) -> Fraction:
    """A power of two that is at least this large, and 1 for 0.

    Example:
        >>> power_above(Fraction(5, 3)), power_above(Fraction(1, 3))
        (Fraction(2, 1), Fraction(1, 2))
    """
    power = size.numerator.bit_length() - size.denominator.bit_length()
    return Fraction(2) ** (power + 1 if size > Fraction(2) ** power else power) if size else Fraction(1)


def middle(values: Sequence[Fraction]) -> Fraction:
    """A number near the middle of their range that has few digits.

    Example:
        >>> middle([Fraction(1970), Fraction(2020)])
        Fraction(1992, 1)
    """
    low, high = min(values), max(values)
    grain = power_above(high - low) / 8
    return round((low + high) / 2 / grain) * grain
