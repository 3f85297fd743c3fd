"""Logarithms enclosed between rationals, for the logistic loss (proofs_notes/2.4b-losses.md).

The module decimal documents ``exp`` and ``ln`` as correctly rounded, so the next decimal above a result is
above the value. Divisions and sums are rounded in the direction that keeps a bound a bound.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction

from hyperplane_arrangements.exact.rational import ONE, ZERO

# Enclosures carry so many digits: far finer than any gap of floats.
DIGITS = 40


def log_one_plus_exp_above(t: Fraction) -> Fraction:
    """A rational above ``log(1 + exp(t))``, within about ``10**(1-DIGITS)``.

    ``log(1 + exp(t)) = max(t, 0) + log(1 + exp(-abs(t)))``; each step is rounded up. The module decimal
    documents ``exp`` and ``ln`` as correctly rounded, so the next number above the result is above the value.

    Example:
        >>> import math
        >>> float(log_one_plus_exp_above(Fraction(0))) == math.log(2)
        True
    """
    up, down = Context(prec=DIGITS, rounding=ROUND_CEILING), Context(prec=DIGITS, rounding=ROUND_FLOOR)
    size = down.divide(Decimal(abs(t.numerator)), Decimal(t.denominator))
    tail = up.next_plus(up.exp(size.copy_negate()))
    return max(t, ZERO) + Fraction(up.next_plus(up.ln(up.add(Decimal(1), tail))))


def entropy_below(a: Fraction) -> Fraction:
    """A rational below ``-a log a - (1-a) log(1-a)``, for ``a`` in [0, 1]; exactly 0 at both ends.

    Example:
        >>> import math
        >>> math.isclose(float(entropy_below(Fraction(1, 2))), math.log(2), rel_tol=1e-15)
        True
    """
    return -a * _log_above(a) - (1 - a) * _log_above(1 - a)


def _log_above(a: Fraction) -> Fraction:
    if a in (ZERO, ONE):
        return ZERO
    up = Context(prec=DIGITS, rounding=ROUND_CEILING)
    return Fraction(up.next_plus(up.ln(up.divide(Decimal(a.numerator), Decimal(a.denominator)))))
