"""Printed ends of an interval lie outside it, and no further out than their digits need."""

from __future__ import annotations

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from duality_checks.exact.enclosures import (
    decimal_above,
    decimal_below,
    decimal_interval,
    exact_text,
    float_above,
    float_below,
    scientific_above,
)

values = st.fractions(min_value=-(10**6), max_value=10**6) | st.fractions()


@given(values)
def test_floats_enclose_and_are_neighbours(value: Fraction) -> None:
    below, above = float_below(value), float_above(value)
    assert Fraction(below) <= value <= Fraction(above)
    assert above == (below if Fraction(below) == value else math.nextafter(below, math.inf))


def test_floats_enclose_what_no_float_reaches() -> None:
    huge = Fraction(10) ** 400
    assert float_above(huge) == math.inf
    assert Fraction(float_below(huge)) < huge
    assert float_below(-huge) == -math.inf


@given(values, st.integers(0, 30))
def test_decimals_enclose_within_one_unit(value: Fraction, places: int) -> None:
    below, above = Fraction(decimal_below(value, places)), Fraction(decimal_above(value, places))
    assert below <= value <= above
    assert above - below in (0, Fraction(1, 10**places))


@given(values)
def test_exact_text_is_the_number_itself(value: Fraction) -> None:
    assert Fraction(exact_text(value)) == value


@given(values, st.fractions(min_value=0, max_value=1))
def test_interval_encloses_and_widens_by_little(lower: Fraction, width: Fraction) -> None:
    below, above = map(Fraction, decimal_interval(lower, lower + width))
    assert below <= lower <= lower + width <= above
    assert width == 0 or above - below <= width * Fraction(102, 100)


@given(st.fractions(min_value=0) | st.fractions(0, Fraction(1, 10**20)))
def test_scientific_is_an_upper_bound_within_one_percent(value: Fraction) -> None:
    shown = Fraction(scientific_above(value))
    assert value <= shown <= value * Fraction(101, 100)


def test_rounding_goes_outward_for_negative_numbers_too() -> None:
    assert decimal_interval(Fraction(-2, 3), Fraction(-1, 3)) == ("-0.6667", "-0.3333")
