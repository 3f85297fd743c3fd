"""Long vectors of rationals over one denominator: what is asked of all entries costs no fraction each.

NumPy carries out the loops; the numbers in its arrays are Python's integers, so nothing is rounded or
overflows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any, overload

import numpy as np

from .numbers import exact_matrix

# A denominator of all may have twice as many bits as the longest of one, and these: as many as the product
# of all primes below 200, or of tens of different ones.
_ROOM = 256


@dataclass(frozen=True, slots=True, eq=False)
class Scaled(Sequence[Fraction]):
    """Rationals over one denominator, which need not be the least: fractions only to those who look at one.

    Attributes:
        integers: n Python integers, an object array.
        denominator: positive.

    Example:
        >>> v = Scaled.of_floats(np.array([0.5, -3.0]))
        >>> v.integers.tolist(), v.denominator, v[1], v.dot(v)
        ([1, -6], 2, Fraction(-3, 1), Fraction(37, 4))
    """

    integers: np.ndarray
    denominator: int
    _cache: dict[str, tuple[Fraction, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def of_floats(cls, values: np.ndarray) -> Scaled:
        """Finite floats as the numbers they are.

        Args:
            values: length n, not 0.
        """
        row = exact_matrix(np.asarray(values, dtype=np.float64)[None, :], name="values")
        return cls(row.integers[0], row.denominators[0])

    @overload
    def __getitem__(self, index: int) -> Fraction: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Fraction, ...]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self.fractions[index]
        return Fraction(self.integers[index], self.denominator)

    def __len__(self) -> int:
        return len(self.integers)

    def __iter__(self) -> Iterator[Fraction]:
        return iter(self.fractions)

    @property
    def fractions(self) -> tuple[Fraction, ...]:
        """The entries as fractions."""
        if "fractions" not in self._cache:
            entries = (Fraction(value, self.denominator) for value in self.integers.tolist())
            self._cache["fractions"] = tuple(entries)
        return self._cache["fractions"]

    def dot(self, other: Scaled) -> Fraction:
        """The inner product with as many."""
        return Fraction(self.integers @ other.integers, self.denominator * other.denominator)

    def total(self) -> Fraction:
        """The sum."""
        return Fraction(self.integers.sum(), self.denominator)

    def times(self, factor: Fraction) -> Scaled:
        """A multiple."""
        return Scaled(self.integers * factor.numerator, self.denominator * factor.denominator)

    def plus(self, other: Scaled | Fraction) -> Scaled:
        """The sum with as many, or with one number."""
        both = lcm(self.denominator, other.denominator)
        added = other.integers if isinstance(other, Scaled) else other.numerator
        return Scaled(self.integers * (both // self.denominator) + added * (both // other.denominator), both)


def common_denominator(denominators: Sequence[int]) -> int | None:
    """The least common multiple of many denominators; None if it has many more digits than the longest.

    Example:
        >>> common_denominator([2, 3, 4]), common_denominator(range(10**9, 10**9 + 50))
        (12, None)
    """
    distinct, common = set(denominators), 1
    most = 2 * max(distinct, default=1).bit_length() + _ROOM
    for denominator in distinct:
        common = lcm(common, denominator)
        if common.bit_length() > most:
            return None
    return common


def over_one_denominator(values: Sequence[Fraction]) -> Sequence[Fraction]:
    """The same numbers over their common denominator, or as they are if that is long.

    Example:
        >>> over_one_denominator([Fraction(1, 2), Fraction(2, 3)]).integers.tolist()
        [3, 4]
        >>> over_one_denominator([Fraction(1, k) for k in range(10**9, 10**9 + 50)])[0]
        Fraction(1, 1000000000)
    """
    if isinstance(values, Scaled):
        return values
    pairs = [value.as_integer_ratio() for value in values]
    found = over_denominators([p for p, _ in pairs], [q for _, q in pairs])
    if found is None:
        return values
    found._cache["fractions"] = tuple(values)
    return found


def over_denominators(numerators: Sequence[int] | np.ndarray, denominators: Sequence[int]) -> Scaled | None:
    """Integers, each over a denominator of its own, over their common one; None if that is long.

    Example:
        >>> over_denominators([1, 1], [2, 3]).integers.tolist()
        [3, 2]
    """
    common = common_denominator(denominators)
    if common is None:
        return None
    factors = common // np.array(denominators, dtype=object)
    return Scaled(np.array(numerators, dtype=object) * factors, common)
