"""Quadratic functions for free biases: never above the optimum nor below the dual norm, and every forgery is
refused."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from bias_forgeries import FORGERIES, ROWS, biased, honest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared
from quadratic_forgeries import BOUND, assert_refused, assert_refused_by

from duality_checks import Certificate, Effort, TrainingProblem, certify, check, checker, train
from duality_checks.training.cylinder import coordinates_of, features_in, landscape_of, reach
from duality_checks.training.relaxation import relax
from duality_checks.training.relaxed import relaxed

entries = st.integers(-3, 3)


@st.composite
def problems(draw):
    """Two features, with repeats among the rows, and free biases; a second column of ones is refused."""
    rows = draw(st.lists(st.tuples(entries, entries), min_size=3, max_size=6))
    assume(all(set(column) != {1} for column in zip(*rows, strict=True)))
    targets = draw(st.lists(st.integers(-4, 4), min_size=len(rows), max_size=len(rows)))
    kappa = draw(st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1), Fraction(-5, 2)]))
    beta = draw(st.sampled_from(["1/3", 1, 3]))
    free = draw(st.sampled_from(["biases", "biases+linear"]))
    return TrainingProblem([[*row, 1] for row in rows], targets, beta, kappa, free=free)


@settings(max_examples=4)
@given(problems())
def test_what_is_proven_is_at_most_the_optimum_that_training_proves(problem):
    found = relaxed(problem)
    if found is not None:
        upper = train(problem).upper
        assert problem.loss.dual(found.dual, problem.target) <= upper * (1 + 1e-7) + 1e-7


@given(problems(), st.integers(0, 2**32 - 1))
def test_heights_are_at_most_one_on_the_cylinder(problem, seed):
    coordinates, rng = coordinates_of(problem), np.random.default_rng(seed)
    landscape = landscape_of(problem, coordinates)
    weights = rng.normal(size=landscape.rank - 1)
    weights /= max(np.linalg.norm(weights), 1e-300)
    for bias in (-1.0, rng.uniform(-1, 1), 1.0):
        direction = np.append(weights, bias)
        assert np.abs(landscape.normals @ direction).max() <= 1 + 1e-12
        own = landscape.lift(direction[None])[0]
        assert np.allclose(features_in(problem, coordinates) @ own, landscape.rows @ direction)
        assert abs(own[problem.bias]) <= reach(problem, coordinates) * (1 + 1e-12)


def test_the_dual_norm_by_all_kinks_is_at_most_beta():
    problem, document = honest()
    dual = Certificate.from_json(json.dumps(document)).dual
    rows = [[Fraction(x) for x in row[:-1]] for row in ROWS]
    kinks = [[[x - c for x, c in zip(row, centre, strict=True)] for row in rows] for centre in rows]
    square, beta = (
        max(dual_norm_squared(each, dual, Fraction(0)) for each in kinks),
        Fraction(problem["beta"]),
    )
    assert sum(dual) == 0 and Fraction(1, 4) * beta**2 < square <= beta**2


def test_as_much_is_proven_where_rows_are_far_from_0():
    far = [[Fraction(row[0]) + 1000, Fraction(row[1]) - 5, 1] for row in ROWS]
    moved = TrainingProblem(far, biased().y, "3/2", free="biases")
    lower, same = (problem.loss.dual(relaxed(problem).dual, problem.target) for problem in (moved, biased()))
    assert 0 < lower <= train(moved).upper
    assert lower == pytest.approx(same, rel=1e-6)


def test_the_relaxation_of_a_line_of_targets_is_exact():
    # The linear skip and the intercept fit y at no cost: p* = 0. Without the skip p* > 0 is relaxed to more.
    fitted = TrainingProblem([[x, 1] for x in (0, 1, 2, 3)], [1, 3, 5, 7], beta=1, free="biases+linear")
    dual = relax(fitted, landscape_of(fitted, coordinates_of(fitted))).dual
    assert np.abs(dual).max() < 1e-6
    plain = TrainingProblem(fitted.X, fitted.y, beta=1, free="biases")
    assert 0 < plain.loss.dual(relaxed(plain).dual, plain.target) <= train(plain).upper


def test_an_interval_at_high_rank():
    rng = np.random.default_rng(0)
    X = np.c_[rng.standard_normal((60, 9)).round(2), np.ones(60)]
    y = np.maximum(X @ rng.standard_normal(10), 0).round(2)
    problem = TrainingProblem(X, y, beta=20, free="biases")
    effort = Effort(gap=0.5)
    certificate = certify(problem, train(problem, effort=effort), effort=effort)
    verdict = check(problem, certificate)
    assert certificate.method == "quadratic" and verdict.proven
    assert 0 < verdict.lower < verdict.upper


def test_the_honest_one_is_proven_and_read_back():
    problem, document = honest()
    assert checker.check_documents(json.dumps(problem), json.dumps(document)).proven
    found = Certificate.from_json(json.dumps(document))
    assert json.loads(found.to_json()) == document


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    assert_refused(honest, FORGERIES, name)


@pytest.mark.parametrize(
    ("guard", "name"),
    [
        ("bias_has_a_share", "a negative share of the bias"),
        ("sphere_is_whole", "a cut"),
        ("bias_is_beside", "a point beside"),
        ("dual_ignores_what_is_free", "a dual that is not orthogonal to ones"),
        ("quadratic_is_bounded", "dual longer by a hundredth"),
    ],
)
def test_each_check_refuses_what_no_other_refuses(guard, name, monkeypatch):
    assert_refused_by(guard, honest, FORGERIES, name, monkeypatch)


def test_a_bias_with_a_share_below_0_would_prove_what_is_false(monkeypatch):
    # phi(w + b) + phi(b - w) - 2 phi(b) is 1 at (1, 0), and on the cylinder at most 1 - b^2/2: with tau = 1,
    # a = b = 1/2. A negative share of b^2 - 1 would lower that at b = 0 alone.
    problem = TrainingProblem([[1, 1], [-1, 1], [0, 1]], [1, 1, -2], beta="3/4", free="biases")
    g = checker.kinks(checker.read_problem(problem.to_json()), problem.y, None, 0)
    forged = checker.Piece(Fraction(3, 4), 4 * (1 << 23).to_bytes(3, "big"), b"", Fraction(-3, 5))
    with pytest.raises(checker.Refusal, match="bias is negative"):
        checker.quadratic_holds(g, forged, (), checker.WHOLE_SPAN, "plus")
    monkeypatch.setattr(checker, "bias_has_a_share", lambda *_: None)
    checker.quadratic_holds(g, forged, (), checker.WHOLE_SPAN, "plus")
    monkeypatch.undo()
    with pytest.raises(checker.Refusal, match=BOUND):
        checker.quadratic_holds(g, replace(forged, bias=Fraction(0)), (), checker.WHOLE_SPAN, "plus")
    wide = TrainingProblem(problem.X, problem.y, beta="101/100", free="biases")
    g = checker.kinks(checker.read_problem(wide.to_json()), problem.y, None, 0)
    checker.quadratic_holds(
        g, replace(forged, share=Fraction(1, 2), bias=Fraction(0)), (), checker.WHOLE_SPAN, "plus"
    )
