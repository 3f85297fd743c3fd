"""Largest values and ratios of quadratics, against values at many points."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import inf

from hypothesis import given
from hypothesis import strategies as st

from duality_checks.exact.quadratics import ZERO, Quadratic, largest_ratio

numbers = st.builds(Fraction, st.integers(-9, 9), st.integers(1, 4))
quadratics = st.builds(Quadratic, numbers, numbers, numbers)
ends = st.tuples(numbers, numbers).filter(lambda pair: pair[0] != pair[1]).map(sorted)
GRID = [Fraction(k, 40) for k in range(41)]


@given(quadratics, ends)
def test_the_top_is_above_all_points_and_one_of_them(q: Quadratic, span: list[Fraction]) -> None:
    low, high = span
    top = q.top(low, high)
    assert low <= top <= high and q(top) == q.largest(low, high)
    assert all(q(low + s * (high - low)) <= q(top) for s in GRID)


@given(quadratics, numbers, numbers.map(abs), numbers.map(abs), ends)
def test_a_ratio_is_bounded_tightly(
    q: Quadratic, height: Fraction, slope: Fraction, bend: Fraction, span: list[Fraction]
) -> None:
    low, high = span
    below = Quadratic(ZERO, slope, -bend)  # concave; lifted above zero
    least = min(below(low), below(high))
    below = Quadratic(1 + abs(height) - least, slope, -bend)
    found = largest_ratio(q, below, low, high)
    values = [q(x) / below(x) for x in (low + s * (high - low) for s in GRID)]
    assert max(values) <= found
    # The grid misses the top by a step at most: a sharper oracle where the ratio is monotone between steps.
    slack = max(abs(a - b) for a, b in pairwise(values))
    assert found <= max(values) + slack + Fraction(1, 10**9) * (1 + max(map(abs, values)))


def test_a_common_factor_is_divided_out_at_zero() -> None:
    one = Fraction(1)
    assert 2 <= largest_ratio(Quadratic(ZERO, 2 * one), Quadratic(ZERO, one), ZERO, one) < 2 + 1e-12
    assert largest_ratio(Quadratic(one), Quadratic(ZERO, one), ZERO, one) == inf
    assert largest_ratio(Quadratic(ZERO), Quadratic(ZERO), ZERO, one) == 0
