"""Strategies for rationals of small denominators."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil, floor

from hypothesis import strategies as st


@cache
def fractions(low: object, high: object, most: int) -> st.SearchStrategy[Fraction]:
    """Those from low to high with denominators up to most.

    `st.fractions` draws them too, in six times the time: it makes new strategies for each of them.
    """
    bounds = {d: (ceil(Fraction(low) * d), floor(Fraction(high) * d)) for d in range(1, most + 1)}
    over = {d: st.integers(*pair).map(_over(d)) for d, pair in bounds.items() if pair[0] <= pair[1]}
    return st.sampled_from(sorted(over)).flatmap(over.__getitem__)


def _over(denominator: int):
    return lambda numerator: Fraction(numerator, denominator)
