"""Duals made orthogonal to what is free, exactly, and certificates of losses that bound them."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check
from duality_checks.exact.orthogonal import orthogonal
from duality_checks.exact.rounding import on_a_grid
from duality_checks.terms.free import NAMES

numbers = fractions(-5, 5, 9)


def product(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


@given(st.data(), st.integers(2, 7), st.integers(0, 3))
def test_the_result_is_orthogonal_and_differs_in_few_entries(data, n, q):
    vector = st.lists(numbers, min_size=n, max_size=n).map(tuple)
    values, columns = data.draw(vector), [data.draw(vector) for _ in range(q)]
    movable = data.draw(st.lists(st.integers(0, n - 1), unique=True))
    found = orthogonal(values, columns, movable)
    changed = [] if found is None else [k for k in range(n) if found[k] != values[k]]
    assert set(changed) <= set(movable) and len(changed) <= q
    if found is not None:
        assert all(product(column, found) == 0 for column in columns)
    elif len(movable) == n:
        raise AssertionError("with all entries movable there is always a way")


def test_what_cannot_be_mended_is_none():
    assert orthogonal([Fraction(1), Fraction(1)], [(Fraction(1), Fraction(0))], [1]) is None
    assert orthogonal([Fraction(0), Fraction(1)], [(Fraction(1), Fraction(0))], [1]) == (0, 1)


@settings(max_examples=40)
@given(
    st.sampled_from(["squared", "l1", "huber:1/3", "hinge", "squared-hinge", "logistic"]),
    st.sampled_from(NAMES),
    st.integers(0, 2**32 - 1),
)
def test_rounded_duals_are_in_the_domain_and_orthogonal(loss, free, seed):
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.integers(-3, 4, 8), 2 * np.ones(8), np.ones(8)])
    y = rng.choice([-1, 1], 8)
    problem = TrainingProblem(X, y, 1, loss=loss, free=free)
    exact, floats = on_a_grid(problem, y * rng.choice([0.0, 0.1, 0.7, 1.0], 8))
    assert all(problem.loss.inside(v, t) == v for v, t in zip(exact, problem.y, strict=True))
    assert all(product(column, exact) == 0 for column in problem.equations)
    assert floats == pytest.approx([float(v) for v in exact], abs=0)


@pytest.mark.parametrize("loss", ["l1", "huber:1", "hinge", "squared-hinge", "logistic"])
@pytest.mark.parametrize("free", ["intercept", "biases"])
def test_other_losses_with_free_parts_are_certified_and_checked(loss, free):
    """No training knows them, but the proof does: a dual that sums to zero, and any network."""
    problem = TrainingProblem([[x, 1] for x in (-2, -1, 1, 2)], [1, -1, -1, 1], 4, loss=loss, free=free)
    guess = SimpleNamespace(
        network=TwoLayerNetwork(np.zeros((0, 2)), [], intercept=0.0), dual=[0.5, -0.5, -0.5, 0.5]
    )
    certificate = certify(problem, guess)
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert sum(certificate.dual) == 0 and certificate.lower > 0


def certified_from(problem, dual):
    nothing = TwoLayerNetwork(np.zeros((0, problem.d)), [])
    certificate = certify(problem, SimpleNamespace(network=nothing, dual=dual))
    assert check(problem, certificate).proven
    return certificate


def test_an_entry_just_off_its_bound_does_not_cost_the_whole_dual():
    """The first two samples are one point with both labels, and the third has no loss: p* = 2 * 1/2 = 1.

    Orthogonality to the free parts asks for a third entry of 0; solvers leave a few units of rounding.
    """
    rows, labels = [[-1, 0, 1], [-1, 0, 1], [0, 0, 1]], [1, -1, 1]
    problem = TrainingProblem(rows, labels, "1/100", loss="squared-hinge", free="biases+linear")
    for rest in (2e-16, 1e-15):
        assert 1 - Fraction(1, 10**15) < certified_from(problem, [1.0, -1.0, rest]).lower <= 1
    # One entry alone is orthogonal to nothing: of this dual zero is left.
    assert certified_from(problem, [0.0, -1.0, 0.0]).lower == 0


@given(
    st.sampled_from(["l1", "huber:1", "hinge", "squared-hinge", "logistic"]),
    st.sampled_from([name for name in NAMES if name != "nothing"]),
    st.lists(st.tuples(st.integers(-3, 3), st.sampled_from([0, 1, 0.25, 0.625])), min_size=2, max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_a_feasible_dual_survives_rounding_errors_at_its_bounds(loss, free, pairs, seed):
    """Samples in pairs of one point and both labels: a and -a are orthogonal to what costs nothing."""
    rows = [[2 * x, 1, 7 - x * x] for x, _ in pairs for _ in range(2)]
    labels = [1, -1] * len(pairs)
    right = np.array([sign * a for _, a in pairs for sign in (1, -1)])
    problem = TrainingProblem(rows, labels, 1, loss=loss, free=free)
    rng = np.random.default_rng(seed)
    noise = rng.choice([0.0, 1e-17, 3e-16, 2e-14], len(labels)) * rng.choice([-1, 1], len(labels))
    exact, _ = on_a_grid(problem, right + noise)
    assert max(abs(float(v) - a) for v, a in zip(exact, right, strict=True)) < 1e-10
    assert all(product(column, exact) == 0 for column in problem.equations)
    assert all(problem.loss.inside(v, t) == v for v, t in zip(exact, problem.y, strict=True))
