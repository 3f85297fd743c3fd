"""Equations as texts: what is written is what is read."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.equations import equation_text, read_equations

NUMBERS = st.one_of(st.integers(-3, 3), fractions(-9, 9, 12)).map(Fraction)
VARIABLES = ("x2", "x10", "y")


@given(st.lists(NUMBERS, min_size=3, max_size=3), NUMBERS)
@settings(max_examples=100)
def test_an_equation_is_read_as_it_was(row, offset):
    text = equation_text(row, offset, VARIABLES)
    for spaced in (text, text.replace(" ", ""), text.replace("-", "\N{MINUS SIGN}")):
        found = read_equations(spaced, VARIABLES)
        assert found.rows == (tuple(row),) and found.offsets == (offset,)


@pytest.mark.parametrize(
    "text", ["x = 0", "2x - 3*y = 1/2", "x + 1.5 = y/3 - 2 + x", "-x - y = -.5 z", "0 = 3", "3 = 2 x + x"]
)
def test_equations_mean_what_they_mean_to_sympy(text):
    plain = text.replace("2x", "2*x").replace("2 x", "2*x").replace(".5 z", "0.5*z")
    left, right = (sympy.sympify(side, rational=True) for side in plain.split("="))
    found = read_equations(text, "x y z")
    for name, value in zip("xyz", found.rows[0], strict=True):
        assert sympy.diff(left - right, sympy.Symbol(name)) == sympy.Rational(value)
    assert (right - left).subs(dict.fromkeys("xyz", 0)) == sympy.Rational(found.offsets[0])


def test_variables_are_in_natural_order_and_separators_are_free():
    found = read_equations("x10 = x2; y = 1\nx2 = 0,")
    assert found.variables == ("x2", "x10", "y") and found.texts == ("x10 = x2", "y = 1", "x2 = 0")
    assert found.rows[0] == (-1, 1, 0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "text is ''; give at least one equation, such as x"),
        ("x + y", "'x \\+ y' has 0 signs of equality; write one equation"),
        ("x = y = z", "has 2 signs of equality"),
        ("x * y = 1", "'x \\* y = 1' is no linear equation at '\\* y'; write sums of terms such as 2x"),
        ("x^2 = 1", "is no linear equation at '\\^2'"),
        ("x = ", "is no linear equation at ''"),
        ("x x = 1", "is no linear equation at 'x'"),
        ("1 = 2", "variables are none; give each coordinate a name of its own"),
    ],
)
def test_what_is_no_equation_is_said_so(text, message):
    with pytest.raises(InputError, match=message):
        read_equations(text)


def test_an_unlisted_or_repeated_variable_is_named():
    with pytest.raises(InputError, match="'x = z' has z, which is not among x y; add it"):
        read_equations("x = z", "x y")
    with pytest.raises(InputError, match="variables are x x"):
        read_equations("x = 0", "x x")
