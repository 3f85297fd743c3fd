"""Losses: both sides against each other, against scipy, and against high precision."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks.terms.losses import entropy_below, log_one_plus_exp_above, parse_loss
from hyperplane_arrangements.errors import InputError

NAMES = ["squared", "l1", "huber:1/2", "huber:3", "hinge", "squared-hinge", "logistic"]
LABELLED = {"hinge", "squared-hinge", "logistic"}
numbers = fractions(-20, 20, 50)
names = st.sampled_from(NAMES)


def target(data, name):
    return data.draw(st.sampled_from([Fraction(-1), Fraction(1)]) if name in LABELLED else numbers)


def by_definition(name, f, y):
    """The losses as textbooks write them."""
    if name == "squared":
        return (f - y) ** 2 / 2
    if name == "l1":
        return abs(f - y)
    if name.startswith("huber"):
        delta = Fraction(name.partition(":")[2])
        e = abs(f - y)
        return e**2 / 2 if e <= delta else delta * e - delta**2 / 2
    if name == "hinge":
        return max(0, 1 - y * f)
    if name == "squared-hinge":
        return max(0, 1 - y * f) ** 2 / 2
    return Fraction(mpmath.nstr(mpmath.log1p(mpmath.exp(-mpmath.mpf(float(y * f)))), 50))


@settings(deadline=None)
@given(names, numbers, st.data())
def test_values_are_those_of_the_definition(name, f, data):
    loss, y = parse_loss(name), target(data, name)
    exact = loss.upper([f], [y])
    if name == "logistic":
        mpmath.mp.dps = 60
        true = mpmath.log1p(mpmath.exp(mpmath.mpf((-y * f).numerator) / (-y * f).denominator))
        over = mpmath.mpf(exact.numerator) / exact.denominator - true
        assert 0 <= over <= mpmath.mpf(10) ** -38 * (1 + true)
    else:
        assert exact == by_definition(name, f, y)
    assert math.isclose(
        loss.value(np.array([float(f)]), np.array([float(y)])), float(exact), rel_tol=1e-12, abs_tol=1e-12
    )


@settings(deadline=None)
@given(names, numbers, numbers, st.data())
def test_the_dual_objective_is_below_every_value(name, f, v, data):
    """Fenchel and Young: d(v) <= loss(f) + v f, in rationals."""
    loss, y = parse_loss(name), target(data, name)
    v = loss.inside(v, y)
    assert loss.inside(v, y) == v
    assert loss.lower([v], [y]) <= loss.upper([f], [y]) + v * f


@settings(deadline=None)
@given(names, numbers, st.data())
def test_it_is_attained_at_the_slope(name, f, data):
    loss, y = parse_loss(name), target(data, name)
    fs, ys = np.array([float(f)]), np.array([float(y)])
    v = loss.slope(fs, ys)
    assert np.allclose(loss.clip(v, ys), v, atol=0)
    assert math.isclose(loss.dual(v, ys), loss.value(fs, ys) + float(v @ fs), rel_tol=1e-9, abs_tol=1e-9)


@settings(deadline=None)
@given(names, numbers, st.fractions(min_value=0, max_value=1), st.data())
def test_the_domain_is_kept_by_scaling_down(name, v, t, data):
    loss, y = parse_loss(name), target(data, name)
    v = loss.inside(v, y)
    assert loss.inside(t * v, y) == t * v
    assert loss.inside(Fraction(0), y) == 0 == loss.lower([Fraction(0)], [y])


@settings(deadline=None)
@given(names, st.lists(numbers, min_size=3, max_size=3), st.data())
def test_the_best_multiple_is_best(name, v, data):
    loss = parse_loss(name)
    y = np.array([float(target(data, name)) for _ in v])
    v = loss.clip(np.array([float(x) for x in v]), y)
    best = loss.multiple(v, y)
    assert np.allclose(loss.clip(best * v, y), best * v)
    top = loss.dual(loss.clip(best * v, y), y)
    for t in (0.0, 0.3 * best, 0.9 * best, 0.999 * best, 1.001 * best, 1.1 * best):
        if np.array_equal(loss.clip(t * v, y), t * v):
            assert loss.dual(t * v, y) <= top + 1e-9 * (1 + abs(top))


@settings(deadline=None)
@given(names, st.floats(-5, 5), st.data())
def test_slope_and_curvature_are_derivatives(name, f, data):
    loss, y = parse_loss(name), np.array([float(target(data, name))])
    step = 1e-5
    at = [np.array([f + k * step]) for k in (-2, -1, 0, 1, 2)]
    slopes = [loss.slope(x, y)[0] for x in at]
    smooth = len({float(loss.curvature(x, y)[0] > 0) for x in at}) == 1 and max(slopes) - min(slopes) < 1e-3
    if smooth:
        assert math.isclose(
            (loss.value(at[3], y) - loss.value(at[1], y)) / (2 * step), -slopes[2], rel_tol=1e-4, abs_tol=1e-4
        )
        assert math.isclose(
            (slopes[1] - slopes[3]) / (2 * step), loss.curvature(at[2], y)[0], rel_tol=1e-3, abs_tol=1e-3
        )


@settings(deadline=None)
@given(st.fractions(min_value=0, max_value=1))
def test_entropy_is_enclosed_from_below(a):
    mpmath.mp.dps = 60
    x = mpmath.mpf(a.numerator) / a.denominator
    true = mpmath.mpf(0) if a in (0, 1) else -x * mpmath.log(x) - (1 - x) * mpmath.log(1 - x)
    below = entropy_below(a)
    assert 0 <= true - mpmath.mpf(below.numerator) / below.denominator <= mpmath.mpf(10) ** -38


@pytest.mark.parametrize("t", [10**8, -(10**8), Fraction(1, 10**300), Fraction(-1, 10**300), 2000, -2000])
def test_extreme_logits_are_enclosed(t):
    t = Fraction(t)
    above = log_one_plus_exp_above(t)
    assert above > max(t, 0)
    if abs(t) >= 2000:
        assert above - max(t, 0) <= Fraction(1, 10**38)
    else:
        assert (
            Fraction(math.log(2)) - Fraction(1, 10**15) < above < Fraction(math.log(2)) + Fraction(1, 10**15)
        )


def test_the_rounding_of_logs_is_needed():
    """Negative control: plain float logs land on the wrong side for some entropy."""
    wrong = 0
    for k in range(1, 200):
        a = Fraction(k, 211)
        x = float(a)
        wrong += Fraction(-x * math.log(x) - (1 - x) * math.log1p(-x)) > entropy_below(a) + Fraction(
            1, 10**36
        )
    assert wrong > 0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("cubic", "loss='cubic' is unknown; use squared, l1, hinge"),
        ("huber", "loss='huber' is unknown"),
        ("huber:0", "huber delta=0 is not positive"),
        ("huber:-1/2", "huber delta=-1/2 is not positive"),
        ("huber:x", "huber delta"),
        (7, "loss=7 is unknown"),
    ],
)
def test_unknown_losses_are_refused(name, words):
    with pytest.raises(InputError, match=words):
        parse_loss(name)


@pytest.mark.parametrize("name", sorted(LABELLED))
def test_labels_are_required(name):
    parse_loss(name).require_targets([Fraction(1), Fraction(-1)])
    with pytest.raises(InputError, match=r"y\[1\]=0 is no label.*exactly -1 or \+1.*recode"):
        parse_loss(name).require_targets([Fraction(1), Fraction(0)])


def test_outside_the_domain_there_is_no_dual_value():
    with pytest.raises(InputError, match=r"v\[1\]=2 is outside the dual domain of the l1 loss"):
        parse_loss("l1").lower([Fraction(0), Fraction(2)], [Fraction(0), Fraction(0)])


# Integers over one denominator on the one hand, a fraction a sample on the other.
@settings(max_examples=20)
@given(st.lists(st.tuples(fractions(-3, 3, 30), fractions(-3, 3, 7)), max_size=6))
@pytest.mark.parametrize("name", ["squared", "l1", "huber:1/2", "hinge", "squared-hinge"])
def test_sums_over_samples_are_those_of_their_parts(
    name: str, pairs: list[tuple[Fraction, Fraction]]
) -> None:
    loss = parse_loss(name)
    y = [Fraction(1 if b > 0 else -1) if loss.labels else b for _, b in pairs]
    f, v = [a for a, _ in pairs], loss.exactly_inside([a for a, _ in pairs], y)
    assert loss.upper(f, y) == sum(map(loss.above, f, y))
    assert loss.lower(v, y) == sum(map(loss.below, v, y))
