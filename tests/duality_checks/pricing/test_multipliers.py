"""Projections onto chambers, against scipy's solver and the conditions that characterise them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import nnls

from duality_checks.pricing import multipliers
from duality_checks.pricing.multipliers import cone_multipliers
from hyperplane_arrangements.machine.cores import blocks


def residuals(rows, signs, gradients, support, values):
    weights = np.zeros(signs.shape)
    for b, (chosen, mine) in enumerate(zip(support, values, strict=True)):
        weights[b, chosen[chosen >= 0]] = mine[chosen >= 0]
    return gradients + (weights * signs) @ rows


def instance(seed, n, r, count):
    rng = np.random.default_rng(seed)
    rows = rng.integers(-3, 4, (n, r)).astype(float) if seed % 2 else rng.normal(size=(n, r))
    signs = np.sign(rng.normal(size=(count, r)) @ rows.T).astype(np.int8)
    return rows, signs, rng.normal(size=(count, r))


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 5))
def test_lengths_agree_with_scipy(seed, n, r):
    rows, signs, gradients = instance(seed, n, r, 5)
    support, values = cone_multipliers(rows, signs, gradients)
    assert (values >= 0).all()
    ends = residuals(rows, signs, gradients, support, values)
    for s, c, end in zip(signs, gradients, ends, strict=True):
        _, shortest = nnls((s[:, None] * rows).T, -c)
        assert np.linalg.norm(end) == pytest.approx(shortest, abs=1e-12)


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 4))
def test_the_end_is_the_projection(seed, n, r):
    """It lies in the chamber, and c minus it is orthogonal to it (Moreau)."""
    rows, signs, gradients = instance(seed, n, r, 5)
    ends = residuals(rows, signs, gradients, *cone_multipliers(rows, signs, gradients))
    assert ((ends @ rows.T) * signs >= -1e-11).all()
    assert np.abs(np.sum(ends * (gradients - ends), axis=1)).max() < 1e-11


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 5), st.floats(0.1, 3))
def test_what_is_short_enough_is_left(seed, n, r, enough):
    """Gradients end no longer than that or at their projections, and short ones get no multipliers."""
    rows, signs, gradients = instance(seed, n, r, 5)
    support, values = cone_multipliers(rows, signs, gradients, enough)
    ends = residuals(rows, signs, gradients, support, values)
    projections = residuals(rows, signs, gradients, *cone_multipliers(rows, signs, gradients))
    long = np.linalg.norm(projections, axis=1) > enough * (1 + 1e-9)
    assert np.allclose(ends[long], projections[long], rtol=0, atol=1e-13)
    assert (np.linalg.norm(ends[~long], axis=1) <= enough * (1 + 1e-8)).all()
    assert not values[np.linalg.norm(gradients, axis=1) <= enough].any()


@pytest.mark.parametrize(("enough", "rows"), [(1.5, 0), (1.2, 1), (0.5, 2)])
def test_no_row_is_taken_once_enough_is_done(enough, rows):
    support, _ = cone_multipliers(np.eye(2), np.ones((1, 2), np.int8), np.array([[-1.0, -1.1]]), enough)
    assert (support >= 0).sum() == rows


def test_rows_of_sign_zero_and_zero_rows_get_no_multiplier():
    rows = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    signs = np.array([[0, 1, 0]], np.int8)
    support, values = cone_multipliers(rows, signs, np.array([[-1.0, -1.0]]))
    assert support.tolist() == [[1, -1]] and values.tolist() == [[1.0, 0.0]]


def test_no_chambers_no_multipliers():
    support, values = cone_multipliers(np.eye(2), np.empty((0, 2), np.int8), np.empty((0, 2)))
    assert support.shape == values.shape == (0, 2)


@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 5))
def test_each_chamber_is_on_its_own(seed, n, r):
    """However many are solved side by side, each gets the multipliers it gets alone."""
    rows, signs, gradients = instance(seed, n, r, 6)
    ends = residuals(rows, signs, gradients, *cone_multipliers(rows, signs, gradients))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multipliers, "_CHAMBERS_AT_ONCE", 1)
        patch.setattr(multipliers, "blocks", lambda count, width, _=1: blocks(count, width, 1))
        alone = residuals(rows, signs, gradients, *cone_multipliers(rows, signs, gradients))
    assert np.allclose(ends, alone, rtol=0, atol=1e-13)


@pytest.mark.parametrize("scale", [1e-140, 1e140])
def test_scaled_gradients_have_scaled_multipliers(scale):
    rows, signs, gradients = instance(4, 12, 3, 50)
    support, values = cone_multipliers(rows, signs, gradients)
    scaled_support, scaled = cone_multipliers(rows, signs, scale * gradients)
    assert (support == scaled_support).all()
    assert np.allclose(scaled / scale, values, rtol=1e-9, atol=1e-15)
