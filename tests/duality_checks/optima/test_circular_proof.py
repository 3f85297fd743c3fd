"""Circular convolution, proven: against closed forms and NumPy's transform, forgeries refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import ctx
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.optima.circular import network_objective
from duality_checks.optima.circular_proof import (
    CircularProof,
    convolved,
    objective,
    prove_circular,
    reach_squared,
)
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_matrix

seeds = st.integers(0, 10**6)


@settings(max_examples=15)
@given(seeds, st.integers(1, 5), st.integers(1, 8), st.sampled_from([0.01, 0.5, 5.0]))
def test_the_interval_is_proven_and_narrow(seed: int, n: int, d: int, beta: float) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-3, 4, (n, d)), rng.integers(-3, 4, n)
    proof = prove_circular(X.tolist(), y.tolist(), beta)
    finding = proof.check()
    assert finding.holds, finding.reason
    assert proof.lower <= proof.upper
    assert float(proof.upper - proof.lower) < 1e-7 * (1 + float(y @ y))


@settings(max_examples=15)
@given(seeds, st.integers(1, 8))
def test_the_identity_has_a_closed_form_inside(seed: int, d: int) -> None:
    """X = I: a soft threshold in each frequency."""
    y, beta = np.random.default_rng(seed).normal(size=d).round(3), 0.75
    moduli, price = np.abs(np.fft.fft(y, norm="ortho")), beta / np.sqrt(d)
    kept = np.minimum(moduli, price)
    value = float(np.sum(kept**2 / 2 + price * (moduli - kept)))
    proof = prove_circular(np.eye(d).tolist(), y.tolist(), beta)
    assert float(proof.lower) - 1e-12 <= value <= float(proof.upper) + 1e-12


@settings(max_examples=25)
@given(seeds, st.integers(1, 9))
def test_the_reach_is_just_above_numpys(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, v = rng.integers(-3, 4, (3, d)), rng.integers(-3, 4, 3)
    found = float(reach_squared(exact_matrix(X.tolist()), tuple(map(Fraction, v.tolist()))))
    assert found == pytest.approx(float((np.abs(np.fft.fft(X.T @ v)) ** 2).max()), abs=1e-9)


def test_the_reach_is_not_below_an_exact_value() -> None:
    # d = 4 and g = (1, 1, 0, 0): moduli 2, sqrt(2), 0, sqrt(2).
    above = reach_squared(exact_matrix([[1, 1, 0, 0]]), (Fraction(1),))
    assert 4 <= above < 4 + Fraction(1, 10**30)


def test_the_precision_of_others_is_left_alone() -> None:
    before = ctx.prec
    reach_squared(exact_matrix([[1, 2]]), (Fraction(1),))
    assert ctx.prec == before


@settings(max_examples=25)
@given(seeds, st.integers(1, 6))
def test_the_exact_objective_is_that_in_floats(seed: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, y, u, w = rng.normal(size=(2, d)), rng.normal(size=2), rng.normal(size=d), rng.normal(size=d)
    exact = objective(
        exact_matrix(X.tolist()),
        *(tuple(map(Fraction, part.tolist())) for part in (y,)),
        Fraction(1, 2),
        *(tuple(map(Fraction, part.tolist())) for part in (u, w)),
    )
    assert float(exact) == pytest.approx(network_objective(X, y, 0.5, u[None], w[None]))
    assert len(convolved(tuple(map(Fraction, u.tolist())), tuple(map(Fraction, w.tolist())))) == d


def example() -> CircularProof:
    return prove_circular([[1, 2, 0], [0, 1, 1]], [3, 1], beta="1/2")


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        (lambda p: replace(p, upper=p.upper - 1), "upper is not the network's objective"),
        (lambda p: replace(p, filter=p.output, output=p.output), "upper is not the network's objective"),
        (lambda p: replace(p, lower=p.lower + 1), "lower is not v'y"),
        (
            lambda p: replace(p, dual=p.y, lower=sum(y * y for y in p.y) / 2),
            "a frequency of X'v is larger than beta",
        ),
    ],
)
def test_a_forged_proof_is_refused(forged: Callable[[CircularProof], CircularProof], reason: str) -> None:
    assert example().check()
    finding = forged(example()).check()
    assert not finding.holds
    assert reason in finding.reason


def test_a_hair_above_beta_is_refused() -> None:
    """Balls decide, and no tolerance."""
    honest = prove_circular([[1, 0], [0, 1]], [3, 4], beta=1)
    assert honest.check()
    # g = (a, 0): every modulus is a.
    for a, holds in ((Fraction(1) - Fraction(1, 10**30), True), (Fraction(1) + Fraction(1, 10**30), False)):
        v = (a, Fraction(0))
        forged = replace(honest, dual=v, lower=3 * a - a * a / 2)
        assert forged.check().holds is holds


def test_bad_input_is_named() -> None:
    with pytest.raises(InputError, match="y has 1 entries and X 2 rows"):
        prove_circular([[1], [2]], [1], 1)
    with pytest.raises(InputError, match="beta=0 is not positive"):
        prove_circular([[1]], [1], 0)
    with pytest.raises(InputError, match="v has 2 entries but X has 1 rows"):
        reach_squared(exact_matrix([[1, 2]]), (Fraction(1), Fraction(2)))
