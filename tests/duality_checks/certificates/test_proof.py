"""Feasible multiples: right whatever is drafted, as large as can be, and with short multipliers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, checker
from duality_checks.certificates.draft import draft
from duality_checks.certificates.proof import feasible_multiple
from duality_checks.exact.norms import dual_norm_squared

SEEDS = st.integers(0, 10**6)


def instance(seed, n=5, d=2):
    """Random data. The targets serve as the dual: the larger a multiple of them, up to 1, the better."""
    rng = np.random.default_rng(seed)
    return posed(rng.normal(size=(n, d)), rng.normal(size=n))


def posed(X, y):
    problem = TrainingProblem(X, y, "1/10")
    return problem, problem.target, problem.arrangement.chambers().signs


def proven(problem, drafted, signs):
    """A feasible multiple, which the checker has judged."""
    stated = checker.read_problem(problem.to_json())
    dual, found = feasible_multiple(problem, stated, drafted, signs)
    judge(problem, dual, found, signs)
    return dual, found


def judge(problem, dual, found, signs):
    chambers = [
        checker.Chamber((), found.get(i, {}), found.get(len(signs) + i, {})) for i in range(len(signs))
    ]
    stated = checker.read_problem(problem.to_json())
    checker.dual_is_feasible(stated, dual, chambers, [(row > 0).tobytes() for row in signs])


@settings(max_examples=30)
@given(SEEDS, st.floats(1, 10), st.floats(0, 3))
def test_a_wrong_draft_is_mended(seed, stretched, spoiled):
    """A scale too large and wrong multipliers: what is proven is feasible, and as large as can be."""
    problem, v, signs = instance(seed)
    honest = draft(problem, v, signs)
    wrong = replace(honest, scale=honest.scale * stretched, values=honest.values * spoiled)
    dual, _ = proven(problem, wrong, signs)
    reach = dual_norm_squared(problem, dual) / problem.beta**2
    assert 1 - Fraction(1, 10**9) < reach <= 1


def test_what_is_not_feasible_is_refused():
    """The judge of these tests, on a dual that is too long by a millionth."""
    problem, v, signs = instance(3)
    dual, found = proven(problem, draft(problem, v, signs), signs)
    with pytest.raises(checker.Refusal, match="the bound norm"):
        judge(problem, [z * Fraction(1_000_001, 1_000_000) for z in dual], found, signs)


@settings(max_examples=30)
@given(SEEDS, st.integers(20, 52))
@example(29, 20)
def test_chambers_as_thin_as_floats_allow_cost_nothing(seed, bits):
    """Rows of all sizes, two of them but for their last digits parallel to a third: multipliers on thin
    chambers are beyond floats, and the scale is right all the same."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(6, 3)) * 10.0 ** rng.integers(-8, 8, (6, 1))
    X[3], X[4] = X[0] + 2.0**-bits * X[1], -X[0] + 2.0**-bits * X[2]
    problem, v, signs = posed(X, rng.normal(size=6) * 10.0 ** rng.integers(-4, 4, 6))
    square = dual_norm_squared(problem, tuple(map(Fraction, v.tolist())))
    assert draft(problem, v, signs).scale == pytest.approx(min(1.0, 0.1 / float(square) ** 0.5), rel=1e-8)


def test_multipliers_are_short_where_there_is_room():
    """Which is so everywhere but on the few blocks that are tight."""
    problem, v, signs = instance(1, n=14, d=3)
    _, found = proven(problem, draft(problem, v, signs), signs)
    values = [value for lambdas in found.values() for value in lambdas.values()]
    long = [value for value in values if value.denominator > 2**12]
    assert len(values) > 50 and len(long) < len(values) / 10
