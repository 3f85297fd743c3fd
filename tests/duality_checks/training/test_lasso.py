"""The nonnegative Lasso against its optimality conditions and scipy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from duality_checks.training.lasso import nonnegative_lasso

seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=60)
@given(seeds, st.integers(1, 8), st.integers(1, 20), st.sampled_from([0.01, 0.5, 5.0]), st.booleans())
def test_optimality_conditions(seed, n, m, beta, repeated):
    """Complementarity: slack in every column, none where the weight is positive."""
    rng = np.random.default_rng(seed)
    atoms = rng.integers(-2, 3, (n, m)).astype(float) + 0.01
    if repeated:
        atoms = np.c_[atoms, atoms]
    target = rng.standard_normal(n)
    weights = nonnegative_lasso(atoms, target, beta, np.zeros(atoms.shape[1]))
    slack = beta - atoms.T @ (target - atoms @ weights)
    assert np.all(weights >= 0)
    assert slack.min() >= -1e-8
    assert np.abs(slack[weights > 0]).max(initial=0) <= 1e-8
    kept = atoms[:, weights > 0]
    assert np.linalg.matrix_rank(kept) == kept.shape[1]


@settings(max_examples=40)
@given(seeds)
def test_same_value_as_scipy(seed):
    """With a row of ones in the atoms, the linear term is a shift of that row's target: plain NNLS."""
    rng = np.random.default_rng(seed)
    atoms = np.vstack([np.ones(8), rng.standard_normal((4, 8))])
    target, beta = rng.standard_normal(5) + 0.5, 0.3
    shifted = target - np.array([beta, 0, 0, 0, 0])
    weights = nonnegative_lasso(atoms, target, beta, np.zeros(8))
    other, _ = nnls(atoms, shifted)
    assert atoms @ weights == pytest.approx(atoms @ other, abs=1e-8)
    assert weights.sum() == pytest.approx(other.sum(), abs=1e-8)


@settings(max_examples=30)
@given(seeds)
def test_the_start_does_not_change_the_value(seed):
    rng = np.random.default_rng(seed)
    atoms, target = rng.standard_normal((6, 9)), rng.standard_normal(6)
    start = np.zeros(9)
    start[rng.choice(9, 3, replace=False)] = rng.random(3)
    cold = nonnegative_lasso(atoms, target, 0.1, np.zeros(9))
    warm = nonnegative_lasso(atoms, target, 0.1, start)
    assert atoms @ warm == pytest.approx(atoms @ cold, abs=1e-9)
    assert warm.sum() == pytest.approx(cold.sum(), abs=1e-9)


def test_orthogonal_columns_are_soft_thresholds():
    weights = nonnegative_lasso(np.diag([1.0, 2.0, 1.0]), np.array([3.0, 3.0, -1.0]), 0.5, np.zeros(3))
    assert weights == pytest.approx([2.5, (2 * 3 - 0.5) / 4, 0])


@settings(max_examples=20)
@given(seeds, st.sampled_from([1e-6, 1e-9]))
def test_almost_equal_columns_and_a_small_price(seed, beta):
    """The hard end: gains drown in rounding, and still the active set ends, feasible and no worse than
    scipy."""
    rng = np.random.default_rng(seed)
    base = rng.standard_normal((12, 10))
    atoms = np.c_[base, base + 1e-7 * rng.standard_normal((12, 10))]
    target = base @ rng.random(10)
    weights = nonnegative_lasso(atoms, target, beta, np.zeros(20))
    other, _ = nnls(np.vstack([atoms, np.full(20, np.sqrt(beta) * 1e-3)]), np.append(target, 0.0))

    def value(t):
        return 0.5 * np.sum((atoms @ t - target) ** 2) + beta * t.sum()

    assert np.all(weights >= 0)
    # By convexity what is left is at most the gains that drown in rounding, times the weights they are for.
    sizes = np.linalg.norm(atoms, axis=0)
    unseen = 4 * np.finfo(float).eps * (np.linalg.norm(target) + sizes @ weights) * (sizes @ other)
    assert value(weights) <= value(other) * (1 + 1e-9) + unseen
