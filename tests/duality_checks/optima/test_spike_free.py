"""Spike-free data: against directions by the thousand, known families, and forms that are barely
copositive."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.optima.spike_free import (
    decide_spike_free,
    negative_point,
    plot_rectified_ellipsoid,
    pseudo_inverse,
    two_blocks,
)
from duality_checks.theorems.rationals import random_orthonormal_rows
from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact import exact_matrix

entries = st.integers(-3, 3)


@st.composite
def tables(draw):
    n, d = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    return draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=n, max_size=n))


@settings(deadline=None, max_examples=60)
@given(tables().filter(lambda rows: any(map(any, rows))), st.integers(0, 99))
def test_the_verdict_is_that_of_the_definition(rows, seed) -> None:
    X = np.array(rows, float)
    inverse = np.linalg.pinv(X)
    verdict = decide_spike_free(rows)
    u = np.random.default_rng(seed).normal(size=(4000, X.shape[1]))
    if verdict.witness is not None:
        u = np.array([verdict.witness], float)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    wanted = np.maximum(u @ X.T, 0)
    z = wanted @ inverse.T
    outside = np.abs(z @ X.T - wanted).max(axis=1) > 1e-9
    longer = np.linalg.norm(z, axis=1) > 1 + 1e-12
    assert (outside | longer).any() != verdict.holds


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 9999), st.integers(1, 3))
def test_whitened_data_are_spike_free(seed, d) -> None:
    rng = np.random.default_rng(seed)
    rows = random_orthonormal_rows(rng, int(rng.integers(1, d + 1)), d)
    assert decide_spike_free(rows).holds


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4).filter(any), st.integers(-3, 3))
@settings(deadline=None, max_examples=20)
def test_nonnegative_multiples_of_one_row_are_spike_free(multiples, slope) -> None:
    assert decide_spike_free([[c, c * slope] for c in multiples]).holds


@pytest.mark.parametrize("rows", [[[1], [-1]], [[1, 0], [0, 1], [-1, -1]], [[4, 1], [4, 2], [-4, 1]]])
def test_opposite_samples_are_not(rows) -> None:
    assert not decide_spike_free(rows)


def rotated(angle: Fraction) -> list[list[Fraction]]:
    return [[Fraction(1), Fraction(0)], [angle, Fraction(1)]]


def test_where_it_changes_is_decided_without_a_tolerance() -> None:
    """Rows (1, 0) and (a, 1): acute pairs are spike-free, obtuse ones are not, however slightly."""
    tiny = Fraction(1, 10**40)
    assert decide_spike_free(rotated(tiny)).holds
    assert decide_spike_free(rotated(Fraction(0))).holds
    assert not decide_spike_free(rotated(-tiny)).holds


@settings(deadline=None, max_examples=80)
@given(st.lists(entries, min_size=6, max_size=6))
def test_copositivity_is_that_of_a_grid(numbers) -> None:
    a, b, c, d, e, f = map(Fraction, numbers)
    form = [[a, b, c], [b, d, e], [c, e, f]]
    found = negative_point(form)
    table = np.array(form, float)
    grid = np.random.default_rng(0).dirichlet(np.ones(3) * 0.7, size=4000)
    grid = np.concatenate([grid, np.eye(3)])
    lowest = np.einsum("ki,ij,kj->k", grid, table, grid).min()
    if found is None:
        assert lowest >= -1e-12
    else:
        weights = np.array(found, float)
        assert min(found) >= 0 and weights @ table @ weights < 0


def test_a_form_on_the_border_is_copositive() -> None:
    """Horn-like: (x - y + z)^2 has zeros inside the cone and negative entries in its adjugate."""
    one = Fraction(1)
    assert negative_point([[one, -one, one], [-one, one, -one], [one, -one, one]]) is None
    assert negative_point([]) is None


@settings(deadline=None, max_examples=40)
@given(tables().filter(lambda rows: any(map(any, rows))))
def test_the_pseudo_inverse_is_numpys(rows) -> None:
    found = np.array(pseudo_inverse(exact_matrix(rows)), float)
    assert np.allclose(found, np.linalg.pinv(np.array(rows, float)), atol=1e-9)


def test_texts_and_errors() -> None:
    assert str(decide_spike_free([[1, 0]])) == "spike-free"
    assert str(decide_spike_free([[1], [-1]])).startswith(
        "not spike-free: (Xu)_+ is outside the span of X at u = ("
    )
    with pytest.raises(TooLargeError, match="X has rank 4; spike-freeness is decided up to rank 3"):
        decide_spike_free(np.eye(4))
    with pytest.raises(InputError, match="spike-free data are a notion of the ReLU"):
        two_blocks(TrainingProblem([[1]], [1], 1, "abs"))
    with pytest.raises(InputError, match="X has 3 rows; the picture is of two samples"):
        pytest.importorskip("matplotlib").use("Agg")
        plot_rectified_ellipsoid(np.eye(3))


def test_the_picture_says_the_verdict() -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    assert plot_rectified_ellipsoid([[2, 1], [-2, 1]], ax=ax) is ax
    assert ax.get_title() == "not spike-free"
    points = ax.lines[1].get_xydata()
    assert (points >= 0).all() and len(points) > 1000
    pyplot.close("all")
