"""Singular values: rational matrices with known spectra, thresholds that hit them, and NumPy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.exact.spectral import (
    Enclosure,
    eigenvalues_above,
    gram_matrix,
    norm_above,
    rounded_up,
    singular_value,
)
from duality_checks.theorems.rationals import random_orthonormal_rows
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.strategies import normals

fractions = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 4))


@st.composite
def with_spectrum(draw):
    """A symmetric matrix with known rational eigenvalues, zeros and repeats among them."""
    values = draw(st.lists(fractions, min_size=1, max_size=4))
    rng = np.random.default_rng(draw(st.integers(0, 999)))
    rows = random_orthonormal_rows(rng, len(values), len(values))
    size = range(len(values))
    matrix = [[sum(v * q[i] * q[j] for v, q in zip(values, rows, strict=True)) for j in size] for i in size]
    return values, matrix


@settings(deadline=None, max_examples=40)
@given(with_spectrum(), fractions)
def test_eigenvalues_above_a_threshold_are_counted_exactly(pair, threshold) -> None:
    values, matrix = pair
    assert eigenvalues_above(matrix, threshold) == sum(value > threshold for value in values)
    for value in values:
        assert eigenvalues_above(matrix, value) == sum(other > value for other in values)


@settings(deadline=None, max_examples=30)
@given(normals(), st.integers(1, 4))
def test_singular_values_are_enclosed_and_zero_is_decided_exactly(rows, k) -> None:
    from hyperplane_arrangements.exact import exact_matrix, rank

    found = singular_value(rows, k)
    floats = np.linalg.svd(np.array(rows, float), compute_uv=False)
    expected = float(floats[k - 1]) if k <= len(floats) else 0.0
    assert float(found.lower) <= expected * (1 + 1e-6) + 1e-7 * floats[0]
    assert float(found.upper) >= expected * (1 - 1e-6) - 1e-7 * floats[0]
    assert (found == Enclosure(Fraction(0), Fraction(0))) == (rank(exact_matrix(rows)) < k)
    # The enclosure is proven by the counts on both sides, whatever NumPy says.
    gram = gram_matrix(exact_matrix(rows).fractions)
    assert eigenvalues_above(gram, found.upper**2) < k
    assert not found.lower or eigenvalues_above(gram, found.lower**2 * (1 - Fraction(1, 2**50))) >= k


def test_a_tiny_singular_value_that_floats_lose_is_enclosed() -> None:
    tiny = Fraction(1, 10**30)
    found = singular_value([[1, 0], [0, tiny]], 2)
    assert tiny * Fraction(99, 100) < found.lower <= tiny <= found.upper < tiny * Fraction(101, 100)


def test_the_norm_is_from_above() -> None:
    assert norm_above([(Fraction(3), Fraction(4))]) >= 5
    assert norm_above([(Fraction(0),)]) == 0


@given(st.integers(1, 10**40), st.integers(1, 10**40), st.integers(4, 80))
def test_rounding_goes_up_and_not_far(p, q, bits) -> None:
    value = Fraction(p, q)
    assert value <= rounded_up(value, bits) <= value * (1 + Fraction(1, 2 ** (bits - 2)))


def test_singular_values_count_from_one() -> None:
    with pytest.raises(InputError, match="k is 0; singular values are counted from 1"):
        singular_value([[1]], 0)
