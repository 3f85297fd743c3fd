"""Numbers a + b sqrt(D), exactly: the entries of normals that are not rational.

They are what the engine asks of its integers: sums, products, exact quotients, an order, and a size. So the
searches in Python integers run over them as they are; what is compiled takes integers alone, and floats only
what has been rounded with a proven error.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import total_ordering
from math import gcd, isqrt, lcm
from typing import Any

from ..errors import InputError

_Part = int | Fraction


def square_root(d: int) -> Quadratic:
    """The square root of an integer, an exact number that normals may have as entries.

    Args:
        d: at least 2, divisible by no square but 1.

    Raises:
        InputError: another number.

    Example:
        >>> golden = (1 + square_root(5)) / 2
        >>> golden * golden == golden + 1, round(float(golden), 6)
        (True, 1.618034)
    """
    if (
        isinstance(d, bool)
        or not isinstance(d, int)
        or d < 2
        or any(d % k**2 == 0 for k in range(2, isqrt(d) + 1))
    ):
        raise InputError(f"d is {d!r}; give an integer from 2 on that no square but 1 divides")
    return Quadratic(0, 1, d)


def _whole(x: _Part) -> _Part:
    """The same number, an int if it is one."""
    return x if type(x) is int or x.denominator > 1 else x.numerator


@total_ordering
class Quadratic:
    """The number `a + b sqrt(d)`; `square_root` makes the first, arithmetic the others.

    Args:
        a: an integer or a fraction.
        b: the same.
        d: as in `square_root`; numbers of different d do not mix.

    Example:
        >>> x = Quadratic(1, Fraction(1, 2), 5)
        >>> x, -x < 0, x / x == 1
        (1+1/2*sqrt(5), True, True)
    """

    __slots__ = ("a", "b", "d")

    def __init__(self, a: _Part, b: _Part, d: int) -> None:
        self.a, self.b, self.d = a, b, d

    def _parts(self, other: Any) -> tuple[_Part, _Part] | None:
        if type(other) is Quadratic:
            if other.d != self.d:
                raise InputError(
                    f"sqrt({self.d}) and sqrt({other.d}) do not mix; give numbers of one of them"
                )
            return other.a, other.b
        return (other, 0) if isinstance(other, (int, Fraction)) else None

    def __add__(self, other: Any) -> Any:
        parts = self._parts(other)
        return NotImplemented if parts is None else Quadratic(self.a + parts[0], self.b + parts[1], self.d)

    __radd__ = __add__

    def __neg__(self) -> Quadratic:
        return Quadratic(-self.a, -self.b, self.d)

    def __sub__(self, other: Any) -> Any:
        parts = self._parts(other)
        return NotImplemented if parts is None else Quadratic(self.a - parts[0], self.b - parts[1], self.d)

    def __rsub__(self, other: Any) -> Any:
        return -(self - other)

    def __mul__(self, other: Any) -> Any:
        parts = self._parts(other)
        if parts is None:
            return NotImplemented
        a, b = parts
        return Quadratic(self.a * a + self.d * self.b * b, self.a * b + self.b * a, self.d)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        """The quotient; `//` is the same, as the engine divides only what is a multiple."""
        parts = self._parts(other)
        if parts is None:
            return NotImplemented
        a, b = parts
        norm = a * a - self.d * b * b
        p, q = self.a * a - self.d * self.b * b, self.b * a - self.a * b
        if type(p) is type(q) is type(norm) is int and norm and not (p % norm or q % norm):
            return Quadratic(p // norm, q // norm, self.d)
        return Quadratic(_whole(Fraction(p) / norm), _whole(Fraction(q) / norm), self.d)

    __floordiv__ = __truediv__

    def __rtruediv__(self, other: Any) -> Any:
        return Quadratic(other, 0, self.d) / self if isinstance(other, (int, Fraction)) else NotImplemented

    __rfloordiv__ = __rtruediv__

    def sign(self) -> int:
        """-1, 0 or 1, by comparing squares of rationals."""
        a, b = (self.a > 0) - (self.a < 0), (self.b > 0) - (self.b < 0)
        if a * b >= 0:
            return a or b
        return a if self.a * self.a > self.d * self.b * self.b else b

    def __bool__(self) -> bool:
        return bool(self.a) or bool(self.b)

    def __eq__(self, other: object) -> bool:
        if type(other) is Quadratic:
            return (self.a, self.b) == (other.a, other.b) and (self.d == other.d or not self.b)
        return not self.b and self.a == other

    def __hash__(self) -> int:
        return hash((self.a, self.b, self.d)) if self.b else hash(self.a)

    def __lt__(self, other: Any) -> bool:
        rest = self - other
        return NotImplemented if rest is NotImplemented else rest.sign() < 0

    def __gt__(self, other: Any) -> bool:
        rest = self - other
        return NotImplemented if rest is NotImplemented else rest.sign() > 0

    def __abs__(self) -> Quadratic:
        return -self if self.sign() < 0 else self

    def __float__(self) -> float:
        """Rounded to nearest: enclosed ever more closely until both ends round to the same."""
        common = lcm(self.a.denominator, self.b.denominator)
        a, b = int(self.a * common), int(self.b * common)
        bits = 128
        while True:
            root = isqrt(self.d * b * b << 2 * bits)
            low, high = (root, root + 1) if b > 0 else (-root - 1, -root) if b else (0, 0)
            ends = {float(Fraction((a << bits) + end, common << bits)) for end in (low, high)}
            if len(ends) == 1:
                return ends.pop()
            bits *= 2

    def floor_of_multiple(self, bits: int) -> int:
        """The integer below the number times a power of two."""
        common = lcm(self.a.denominator, self.b.denominator)
        a, b = int(self.a * common) << bits, int(self.b * common) << bits
        root = isqrt(self.d * b * b)
        return (a + (root if b >= 0 else -root - 1)) // common

    def bit_length(self) -> int:
        """That of the integer below its absolute value."""
        return abs(self).floor_of_multiple(0).bit_length()

    def __repr__(self) -> str:
        if not self.b:
            return str(self.a)
        times = f"sqrt({self.d})" if abs(self.b) == 1 else f"{abs(self.b)}*sqrt({self.d})"
        sign = "-" if self.b < 0 else "+" if self.a else ""
        return f"{self.a or ''}{sign}{times}"


_TEXT = re.compile(r"(?:([+-]?[\d./]+)(?=[+-]))?([+-]?)(?:([\d./]+)\*)?sqrt\((\d+)\)")


def read_quadratic(text: str) -> Quadratic:
    """A number from the text that shows it.

    Args:
        text: such as `1/2+1/2*sqrt(5)`.

    Raises:
        InputError: another text.

    Example:
        >>> read_quadratic("1/2 - 3*sqrt(5)")
        1/2-3*sqrt(5)
    """
    found = _TEXT.fullmatch(text.replace(" ", ""))
    try:
        if found is None:
            raise ValueError
        a, b = Fraction(found[1] or 0), Fraction(found[2] + (found[3] or "1"))
    except (ValueError, ZeroDivisionError):
        raise InputError(
            f"{text[:60]!r} is no number with a square root; give one such as 1/2+1/2*sqrt(5)"
        ) from None
    return _whole(a) + _whole(b) * square_root(int(found[4]))


def irrational(rows: Any) -> bool:
    """Whether the entries are quadratic numbers: all of a matrix are, or none.

    Example:
        >>> irrational([[square_root(2)]]), irrational([[1, 2]]), irrational([])
        (True, False, False)
    """
    return len(rows) > 0 and len(rows[0]) > 0 and type(rows[0][0]) is Quadratic


def content(row: Iterable[Quadratic]) -> Quadratic | int:
    """What a row has to be divided by so that its entries are a + b sqrt(d) with integers a, b without common
    factor, the first that is not zero a positive integer; 0 for a zero row.

    Example:
        >>> root = square_root(5)
        >>> row = [root * 0, 1 - root, 2 + 0 * root]
        >>> [x / content(row) for x in row]
        [0, 2, -1-sqrt(5)]
    """
    entries = list(row)
    lead = next((x for x in entries if x), None)
    if lead is None:
        return 0
    parts = [part for y in [x / lead for x in entries] for part in (y.a, y.b)]
    common = lcm(*(part.denominator for part in parts))
    divisor = gcd(*(int(part * common) for part in parts))
    return lead * Fraction(divisor, common)


def quadratic_rows(
    table: Sequence[Sequence[Any]], fraction_of: Any
) -> tuple[list[list[Quadratic]], tuple[int, ...]]:
    """Rows of numbers, some of them quadratic, over one integer each.

    Args:
        table: rows.
        fraction_of: from any other number, its row and its column to a fraction.

    Raises:
        InputError: square roots of different numbers.

    Example:
        >>> quadratic_rows([[square_root(5) / 2, 1]], lambda value, i, j: Fraction(value))
        ([[sqrt(5), 2]], (2,))
    """
    table = [[read_quadratic(x) if isinstance(x, str) and "sqrt" in x else x for x in row] for row in table]
    d = next(x.d for row in table for x in row if type(x) is Quadratic)
    zero = Quadratic(0, 0, d)
    rows, denominators = [], []
    for i, row in enumerate(table):
        exact = [zero + (x if type(x) is Quadratic else fraction_of(x, i, j)) for j, x in enumerate(row)]
        common = lcm(*(part.denominator for x in exact for part in (x.a, x.b)))
        rows.append([Quadratic(int(x.a * common), int(x.b * common), d) for x in exact])
        denominators.append(common)
    return rows, tuple(denominators)
