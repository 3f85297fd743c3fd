"""Circular convolution: rivals by gradient search, and the constant of the frequencies."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.optima.circular import (
    circular_optimum,
    convolution,
    factors,
    frequency_price,
    network_objective,
)
from hyperplane_arrangements.errors import InputError

vectors = st.lists(st.floats(-5, 5), min_size=1, max_size=7).map(np.array)


def circulant(u: np.ndarray) -> np.ndarray:
    from scipy.linalg import circulant

    return circulant(u)


@given(vectors, st.integers(0, 99))
def test_convolution_is_a_circulant_matrix(u, seed) -> None:
    w = np.random.default_rng(seed).normal(size=len(u))
    assert np.allclose(circulant(u) @ w, convolution(u, w), atol=1e-9)


@given(vectors)
def test_factors_multiply_to_the_weights_at_the_price_of_the_frequencies(z) -> None:
    u, w = factors(z)
    assert np.allclose(convolution(u, w), z, atol=1e-6)
    price = np.abs(np.fft.fft(z)).sum() / len(z)  # 1/d without the unitary factor
    assert 0.5 * (u @ u + w @ w) == pytest.approx(price, abs=1e-6)


def test_the_smallest_floats_have_factors_too() -> None:
    u, w = factors(np.array([5e-324, 0.0, 1e-310]))
    assert np.isfinite([u, w]).all()


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 3))
def test_no_filters_are_cheaper_than_the_frequencies_they_make(seed, d, filters) -> None:
    rng = np.random.default_rng(seed)
    us, ws = rng.normal(size=(2, filters, d))
    z = sum(convolution(u, w) for u, w in zip(us, ws, strict=True))
    least = frequency_price(1.0, d) * np.abs(np.fft.fft(z, norm="ortho")).sum()
    assert 0.5 * ((us**2).sum() + (ws**2).sum()) >= least - 1e-9


@pytest.mark.parametrize("seed", range(3))
def test_gradient_search_over_filters_comes_to_the_same_optimum(seed) -> None:
    from scipy.optimize import minimize

    rng = np.random.default_rng(seed)
    n, d = 5, 4
    X, y, beta = rng.normal(size=(n, d)), rng.normal(size=n), 0.7
    found = circular_optimum(X.tolist(), y.tolist(), beta)
    assert found.relative_gap < 1e-7

    def objective(flat: np.ndarray) -> float:
        filters, outputs = flat.reshape(2, 2, d)
        return network_objective(X, y, beta, filters, outputs)

    values = [minimize(objective, rng.normal(size=4 * d), method="BFGS").fun for _ in range(3)]
    assert min(values) >= found.value - 1e-6
    assert min(values) == pytest.approx(found.value, abs=1e-3)


def test_the_constant_without_the_root_of_the_dimension_is_caught() -> None:
    """At d = 4 a network is twice as cheap as the price beta would say."""
    z = np.array([1.0, -2.0, 3.0, 0.5])
    u, w = factors(z)
    wrong = 1.0 * np.abs(np.fft.fft(z, norm="ortho")).sum()
    assert 0.5 * (u @ u + w @ w) == pytest.approx(wrong / 2)
    assert frequency_price(1.0, 4) == 0.5


def test_zero_is_optimal_above_the_largest_frequency() -> None:
    X, y = np.eye(4), np.array([1.0, 2.0, 3.0, 4.0])
    threshold = float(np.abs(np.fft.fft(X.T @ y, norm="ortho")).max()) * 2
    assert circular_optimum(X.tolist(), y.tolist(), threshold * 1.01).value == pytest.approx(15.0, abs=1e-6)
    assert circular_optimum(X.tolist(), y.tolist(), threshold * 0.5).value < 14.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(InputError, match="y has 1 entries and X 2 rows; give one target a row"):
        circular_optimum([[1], [2]], [1], 1)
    with pytest.raises(InputError, match="beta"):
        circular_optimum([[1]], [1], -1)
