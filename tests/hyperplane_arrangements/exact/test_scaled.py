"""Long vectors over one denominator give what fractions entry by entry give."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from rationals import fractions

from hyperplane_arrangements.exact.rational import long_dot, total
from hyperplane_arrangements.exact.scaled import Scaled, over_denominators, over_one_denominator

entries = st.one_of(fractions(-9, 9, 12), st.floats(-1e200, 1e200).map(Fraction), st.just(Fraction(0)))


@given(st.lists(st.tuples(entries, entries), min_size=1, max_size=6), entries)
def test_it_is_what_fractions_give(rows, number):
    a, b = zip(*rows, strict=True)
    one, other = over_one_denominator(a), over_one_denominator(b)
    assert (tuple(one), len(one), one[-1], one[:2]) == (a, len(a), a[-1], a[:2])
    assert long_dot(one, other) == sum(x * y for x, y in rows) == long_dot(a, b)
    assert total(one) == sum(a) == total(a)
    if isinstance(one, Scaled) and isinstance(other, Scaled):
        assert tuple(one.plus(other.times(number))) == tuple(x + number * y for x, y in rows)
        assert tuple(one.plus(number)) == tuple(x + number for x in a)


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6))
def test_floats_are_the_numbers_they_are(values):
    assert tuple(Scaled.of_floats(np.array(values))) == tuple(map(Fraction, values))


def test_a_long_denominator_is_not_made():
    """A hundred denominators of 40 bits have a common one of thousands: numbers stay as they are."""
    values = tuple(Fraction(1, 2**40 + k) for k in range(100))
    assert over_one_denominator(values) is values
    assert over_denominators([1] * 100, [2**40 + k for k in range(100)]) is None
    assert total(values) == sum(values) and long_dot(values, values) == sum(x * x for x in values)
    # Powers of two are as long as the longest, whatever they are.
    assert over_one_denominator([Fraction(1, 2**k) for k in range(900)]).denominator == 2**899
