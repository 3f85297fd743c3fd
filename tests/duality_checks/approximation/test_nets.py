"""Nets of directions: radii against brute force, probabilities against the exact law on the circle."""

from __future__ import annotations

from fractions import Fraction
from math import asin, comb, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc

from duality_checks.approximation.nets import (
    cap_measure_below,
    covering_radius,
    net_failure,
    net_sample_size,
    rational_directions,
)
from hyperplane_arrangements.errors import InputError


def directions(seed: int, count: int, d: int):
    return rational_directions(np.random.default_rng(seed).normal(size=(count, d)))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 9999), st.integers(1, 20), st.integers(1, 3))
def test_every_direction_is_within_the_radius_and_some_attains_it(seed, count, d) -> None:
    units = directions(seed, count, d)
    eps = float(covering_radius(units))
    table = np.array([[float(x) for x in unit] for unit in units])
    probes = np.random.default_rng(seed + 1).normal(size=(3000, d))
    probes /= np.linalg.norm(probes, axis=1, keepdims=True)
    distances = np.sqrt(np.maximum(2 - 2 * (probes @ table.T).max(axis=1), 0))
    assert distances.max() <= eps + 1e-9
    # Unless all lie in a closed half sphere, where the radius is only said to be at most 2.
    assert distances.max() >= 0.8 * eps or eps == 2.0


def test_the_radius_of_the_octahedron_is_known() -> None:
    units = [tuple(Fraction(s * (i == j)) for j in range(3)) for i in range(3) for s in (1, -1)]
    assert float(covering_radius(units)) == pytest.approx(np.sqrt(2 - 2 / np.sqrt(3)), abs=1e-15)


def test_directions_in_a_half_space_are_no_net() -> None:
    units = [(Fraction(3, 5), Fraction(4, 5)), (Fraction(-3, 5), Fraction(4, 5)), (Fraction(0), Fraction(1))]
    assert covering_radius(units) == 2


@given(st.lists(st.floats(-5, 5), min_size=3, max_size=3).filter(lambda u: np.linalg.norm(u) > 1e-3))
def test_rational_directions_have_length_one_and_stay_near(u) -> None:
    (found,) = rational_directions([u])
    assert sum(x * x for x in found) == 1
    assert np.linalg.norm(np.array(found, float) - np.array(u) / np.linalg.norm(u)) < 2.0**-19


@given(st.integers(2, 8), st.fractions(Fraction(1, 50), 1))
def test_caps_are_measured_from_below(rank, chord) -> None:
    """The exact measure: half of a regularised incomplete beta function of sin^2 of the cap's angle."""
    angle = 2 * asin(float(chord) / 2)
    exact = 0.5 * betainc((rank - 1) / 2, 0.5, np.sin(angle) ** 2)
    assert float(cap_measure_below(rank, chord)) <= exact * (1 + 1e-9)


def gap_probability(count: int, share: float) -> float:
    """Stevens (1939): the probability that some gap between random points of a circle exceeds a share of
    it."""
    total = 0.0
    for k in range(1, min(count, int(1 / share)) + 1):
        total += (-1) ** (k + 1) * comb(count, k) * (1 - k * share) ** (count - 1)
    return total


@pytest.mark.parametrize("eps", ["0.5", "1", "1.5"])
def test_the_bound_on_failure_covers_the_exact_law_on_the_circle(eps) -> None:
    share = 2 * 2 * asin(float(eps) / 2) / (2 * pi)
    for count in (5, 10, 20, 30):
        assert gap_probability(count, share) <= float(net_failure(2, eps, count)) + 1e-9


@given(st.integers(1, 4), st.sampled_from(["0.25", "0.5", "1"]), st.sampled_from(["1/2", "1/20", "1/1000"]))
@settings(deadline=None, max_examples=20)
def test_the_sample_size_is_the_least_that_is_enough(rank, eps, failure) -> None:
    count = net_sample_size(rank, eps, failure)
    assert net_failure(rank, eps, count) <= Fraction(failure)
    assert count == 1 or net_failure(rank, eps, count - 1) > Fraction(failure)


def test_so_many_directions_are_a_net_in_practice() -> None:
    count = net_sample_size(2, 1, Fraction(1, 2))
    missed = sum(covering_radius(directions(seed, count, 2)) > 1 for seed in range(40))
    assert missed <= 20


def test_half_as_many_directions_are_often_none() -> None:
    assert gap_probability(4, 1 / 3) > 0.5 > float(net_failure(2, 1, net_sample_size(2, 1, Fraction(1, 2))))


def test_bad_input_is_refused() -> None:
    with pytest.raises(
        InputError, match=r"units\[0\] does not have length 1 exactly; use rational_directions"
    ):
        covering_radius([(Fraction(1), Fraction(1))])
    with pytest.raises(InputError, match="give rank >= 1, 0 < eps <= 2"):
        net_failure(2, 3, 5)
    with pytest.raises(InputError, match="failure is 2; give a finite number > 0 and < 1"):
        net_sample_size(2, 1, 2)
