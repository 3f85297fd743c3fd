"""Quadratics with rational coefficients: their largest values, and proven bounds on ratios of two of them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import inf

from hyperplane_arrangements.exact.rational import ZERO

from .enclosures import float_above

_LOOKS = 4


@dataclass(frozen=True, slots=True)
class Quadratic:
    """``c0 + c1 x + c2 x^2``.

    Example:
        >>> parabola = Quadratic(Fraction(1), Fraction(-2), Fraction(1))
        >>> str(parabola(3)), str(parabola.largest(Fraction(0), Fraction(4)))
        ('4', '9')
    """

    c0: Fraction
    c1: Fraction = ZERO
    c2: Fraction = ZERO

    def __call__(self, x: Fraction | int) -> Fraction:
        return self.c0 + x * (self.c1 + x * self.c2)

    def minus(self, other: Quadratic, share: Fraction = Fraction(1)) -> Quadratic:
        """This one less a share of another."""
        return Quadratic(self.c0 - share * other.c0, self.c1 - share * other.c1, self.c2 - share * other.c2)

    def over_x(self) -> Quadratic:
        """What is left of it, divided by x, where it vanishes at 0."""
        assert self.c0 == 0
        return Quadratic(self.c1, self.c2)

    def top(self, low: Fraction, high: Fraction) -> Fraction:
        """A point of an interval where it is largest.

        Example:
            >>> str(Quadratic(Fraction(0), Fraction(1), Fraction(-1)).top(Fraction(0), Fraction(4)))
            '1/2'
        """
        points = [low, high]
        if self.c2 < 0 and low < (peak := -self.c1 / (2 * self.c2)) < high:
            points.append(peak)
        return max(points, key=self)

    def largest(self, low: Fraction, high: Fraction) -> Fraction:
        """Its largest value on an interval, exactly."""
        return self(self.top(low, high))


def largest_ratio(above: Quadratic, below: Quadratic, low: Fraction, high: Fraction) -> Fraction | float:
    """A proven bound on ``above/below`` on an interval, within 1e-12 of the best.

    For any w, ``above/below = w + (above - w below)/below``, whose last part is at most the largest value of
    a quadratic over the least of ``below``; w is a ratio that is taken on, so that the bound is narrow.

    Args:
        above: what is divided.
        below: positive there, but for the left end, and concave: its least value is at an end.
        low: the left end; where it is 0 and both vanish there, both are divided by x.
        high: the right end.

    Returns:
        The bound; infinite where ``below`` vanishes and ``above`` does not.

    Example:
        >>> one, x = Quadratic(Fraction(1)), Quadratic(ZERO, Fraction(1))
        >>> bound = largest_ratio(one, x, Fraction(1), Fraction(2))
        >>> 1 <= bound < 1 + 1e-12
        True
    """
    if low == above.c0 == below.c0 == 0 < high:
        above, below = above.over_x(), below.over_x()
    if above == Quadratic(ZERO):
        return ZERO
    least = min(below(low), below(high))
    if least <= 0:
        return inf
    points = {low + (high - low) * k / _LOOKS for k in range(_LOOKS + 1)}
    best = max(Fraction(float(above(x) / below(x))) for x in points)
    for _ in range(2):
        x = above.minus(below, best).top(low, high)
        best = max(best, Fraction(float(above(x) / below(x))))
    excess = max(above.minus(below, best).largest(low, high), ZERO)
    return Fraction(float_above(best + excess / least))
