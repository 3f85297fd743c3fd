"""The shortest over-estimate and the projection onto a cone over a box, against others' least squares."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import lsq_linear, nnls

from duality_checks import checker
from duality_checks.cover.cone_kernel import NONE_FREE, bound_on_cone
from duality_checks.cover.simplex_kernel import descend_shares, shorten_shares
from duality_checks.cover.slopes_kernel import descend, shorten

seeds = st.integers(0, 10**6)


def a_box(rng: np.random.Generator, r: int) -> tuple[int, np.ndarray, np.ndarray]:
    """A face's coordinate and a dyadic box on it, in eighths."""
    ends = np.sort(rng.integers(-8, 9, size=(2, r)), axis=0) / 8
    j = int(rng.integers(r))
    ends[:, j] = rng.choice([-1.0, 1.0])
    return j, ends[0], ends[1]


def corners(lo: np.ndarray, hi: np.ndarray) -> np.ndarray:
    return np.array(list(product(*({a, b} for a, b in zip(lo, hi, strict=True)))))


def longest(c: np.ndarray, lo: np.ndarray, hi: np.ndarray) -> float:
    """The length of the projection of c onto the cone that the corners of the box span."""
    _, distance = nnls(corners(lo, hi).T, c)
    return float(np.sqrt(max(c @ c - distance**2, 0.0)))


@settings(max_examples=150)
@given(seeds, st.integers(1, 4))
def test_the_bound_on_a_cone_is_the_length_of_the_projection(seed, r):
    rng = np.random.default_rng(seed)
    j, lo, hi = a_box(rng, r)
    c, e = rng.normal(size=r), np.empty(r)
    size = bound_on_cone(c, lo, hi, j, NONE_FREE, 0.0, e)
    assert size == pytest.approx(longest(c, lo, hi), abs=1e-7)
    assert size == pytest.approx(np.linalg.norm(e))
    assert (corners(lo, hi) @ (c - e) <= 1e-12).all()


@settings(max_examples=150)
@given(seeds, st.integers(1, 4))
def test_the_checkers_bound_on_a_cone_holds_exactly_and_is_nearly_the_projection(seed, r):
    rng = np.random.default_rng(seed)
    j, lo, hi = a_box(rng, r)
    c = rng.integers(-(2**40), 2**40, size=r)
    square = checker.square_on_cone(
        c.tolist(), (8 * lo).astype(int).tolist(), (8 * hi).astype(int).tolist(), j, None
    )
    assert square is not None
    assert math.sqrt(square) / 8 == pytest.approx(longest(c.astype(float), lo, hi), abs=2**20)
    e = corners(lo, hi) @ c
    assert (e <= math.sqrt(square) / 8 * np.linalg.norm(corners(lo, hi), axis=1) * (1 + 1e-12)).all()


@settings(max_examples=150)
@given(seeds, st.integers(2, 4))
def test_with_a_free_coordinate_the_bound_holds_for_the_norm_of_the_others(seed, r):
    rng = np.random.default_rng(seed)
    j, lo, hi = a_box(rng, r)
    free = int(rng.integers(r))
    c = rng.integers(-20, 20, size=r)
    square = checker.square_on_cone(
        c.tolist(), (8 * lo).astype(int).tolist(), (8 * hi).astype(int).tolist(), j, free
    )
    kept = np.arange(r) != free
    points = np.vstack([corners(lo, hi), rng.uniform(lo, hi, size=(200, r))])
    if square is None:
        # No multiple of the semi-norm bounds c: some point of the cone has c'u > 0 and next to no norm.
        assert free == j
    else:
        assert (points @ c <= math.sqrt(square) / 8 * np.linalg.norm(points[:, kept], axis=1) + 1e-9).all()


@settings(max_examples=150)
@given(seeds, st.integers(1, 4), st.integers(0, 12))
def test_the_active_set_ends_at_the_bounded_least_squares(seed, r, m):
    rng = np.random.default_rng(seed)
    A = rng.integers(-3, 4, size=(m, r)).astype(float)
    c = rng.normal(size=r)
    upper = np.where(rng.random(m) < 0.5, 1.0, 1e300)
    w, p, squares = np.zeros(m), c.copy(), (A * A).sum(axis=1)
    room = np.empty(r, np.int64), np.empty(m, np.bool_), np.empty((r, r)), np.empty((r, r)), np.empty(r)
    descend(A, w, upper, squares, m, p, 50, 0.0)
    size = shorten(A, w, upper, squares, m, p, 100, 0.0, *room)
    assert ((w >= 0) & (w <= upper)).all()
    np.testing.assert_allclose(p, c + w @ A, atol=1e-9)
    assert size == pytest.approx(np.linalg.norm(p), abs=1e-9)
    if m:
        oracle = lsq_linear(A.T, -c, bounds=(0, np.where(upper > 1, np.inf, 1.0)), tol=1e-14)
        assert size <= np.sqrt(2 * oracle.cost) + 1e-5


@settings(max_examples=100)
@given(seeds, st.integers(1, 5), st.integers(0, 4), st.integers(0, 3))
def test_shares_add_up_to_1_and_no_other_share_or_multiplier_makes_the_vector_shorter(seed, r, groups, more):
    rng = np.random.default_rng(seed)
    first = np.concatenate([[0], np.cumsum(rng.integers(1, 5, groups))]).astype(np.int64)
    m = int(first[-1]) + more
    A, p = rng.integers(-3, 4, size=(m, r)).astype(float), rng.integers(-4, 5, size=r).astype(float)
    owner = np.concatenate([np.repeat(np.arange(groups), np.diff(first)), np.full(more, -1)]).astype(np.int64)
    w = np.zeros(m)
    w[first[:-1]] = 1.0
    base, p = p, p + A.T @ w
    reference, free, is_free = np.empty(groups, np.int64), np.empty(r, np.int64), np.empty(m, np.bool_)
    room = reference, free, is_free, np.empty((r, r)), np.arange(r), *np.empty((2, r, r)), np.empty(r)
    descend_shares(A, w, first, groups, m, p, 3, 0.0)
    size = shorten_shares(A, w, owner, first, groups, m, p, 100, 0.0, *room)
    assert (w >= 0).all() and np.add.reduceat(w[: first[-1]], first[:-1]) == pytest.approx(1)
    assert p == pytest.approx(base + A.T @ w, abs=1e-9) and size == pytest.approx(np.linalg.norm(p))
    slopes = A @ p
    for g in range(groups):
        own = slice(first[g], first[g + 1])
        assert slopes[own] @ w[own] == pytest.approx(slopes[own].min(), abs=1e-7)
    assert (slopes[first[-1] :] >= -1e-7).all() and slopes[first[-1] :] @ w[first[-1] :] == pytest.approx(
        0, abs=1e-7
    )
