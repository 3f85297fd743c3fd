"""The program of functions for many rows: its own solver against a foreign one, term by term."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks import TrainingProblem
from duality_checks.pricing.landscape import Landscape
from duality_checks.training import relaxation
from duality_checks.training.cylinder import coordinates_of
from duality_checks.training.interior import has_many_rows, relax_many
from duality_checks.training.pieces import cut
from duality_checks.training.relaxation import SPHERES
from duality_checks.training.relaxation_proof import proven

TERMS = [
    {},
    {"activation": "abs"},
    {"activation": "leaky:0.1"},
    {"loss": "huber:1/2"},
    {"loss": "logistic"},
    {"loss": "squared-hinge"},
    {"free": "intercept"},
    {"free": "intercept+linear"},
    {"free": "decayed-intercept"},
    {"sample_weights": [1, 2, 3] * 20},
]


def many(rank=2, n=60, **options):
    rng = np.random.default_rng(4)
    X = rng.integers(-9, 10, size=(n, rank))
    X[0], X[1], X[2] = 0, 2 * X[3], -X[3]  # nothing, and rows of one hyperplane
    y = np.maximum(X[:, 0], 0) - np.maximum(X[:, -1], 0) + rng.integers(-3, 4, size=n)
    labels = options.get("loss") in ("logistic", "squared-hinge")
    return TrainingProblem(X, np.where(y > 0, 1, -1) if labels else y, beta=20, **options)


def value(problem, found):
    return problem.loss.dual(problem.loss.clip(found.dual, problem.target), problem.target)


def both(problem, pieces, monkeypatch):
    """By this solver and by the foreign one."""
    landscape = Landscape.of(problem)
    monkeypatch.setattr(relaxation, "has_many_rows", lambda *_: False)
    return relax_many(problem, landscape, np.inf, pieces), relaxation.relax(problem, landscape, pieces=pieces)


@pytest.mark.parametrize("options", TERMS, ids=str)
def test_both_solvers_find_one_value(options, monkeypatch):
    problem = many(**options)
    assert has_many_rows(problem, 2)
    own, foreign = both(problem, SPHERES, monkeypatch)
    assert value(problem, own) == pytest.approx(value(problem, foreign), rel=1e-6)
    nothing = problem.loss.value(np.zeros(problem.n), problem.target)
    assert 0 < value(problem, own) < nothing * (1 + 1e-9)


def test_both_find_one_value_on_pieces_and_the_functions_prove_it(monkeypatch):
    problem, pieces = many(rank=3, n=160), SPHERES
    landscape, coordinates = Landscape.of(problem), coordinates_of(problem)
    for _ in range(2):
        own, foreign = both(problem, pieces, monkeypatch)
        assert value(problem, own) == pytest.approx(value(problem, foreign), rel=1e-5)
        dual, _ = proven(problem, coordinates, landscape, own)
        assert value(problem, own) * (1 - 1e-4) < problem.loss.dual(np.array(dual, float), problem.target)
        pieces = cut([(bound.piece, bound.moments) for bound in own.bounds], landscape.basis)
    assert max(len(piece.path) for piece in pieces) == 2


def test_a_limit_leaves_what_was_found_by_then():
    problem = many(rank=3, n=160)
    landscape, coordinates = Landscape.of(problem), coordinates_of(problem)
    hasty, whole = (relax_many(problem, landscape, limit, SPHERES) for limit in (1e-9, np.inf))
    lower = [
        problem.loss.dual(np.array(dual, float), problem.target)
        for dual, _ in (proven(problem, coordinates, landscape, found) for found in (hasty, whole))
    ]
    assert 0 < lower[0] < 0.9 * lower[1]


def test_targets_of_zeros_need_no_neurons():
    rng = np.random.default_rng(0)
    problem = TrainingProblem(rng.standard_normal((20, 2)), np.zeros(20), beta=1)
    assert value(problem, relax_many(problem, Landscape.of(problem), np.inf, SPHERES)) == pytest.approx(
        0, abs=1e-6
    )


def test_what_is_left_to_the_other_solver():
    assert has_many_rows(many(), 2)
    assert not has_many_rows(many(loss="l1"), 2)
    assert not has_many_rows(many(), 20)  # pieces with 120 moments
    X = np.c_[np.random.default_rng(0).standard_normal((60, 2)), np.ones(60)]
    assert has_many_rows(TrainingProblem(X, np.ones(60), beta=1), 2)
    assert not has_many_rows(TrainingProblem(X, np.ones(60), beta=1, free="biases"), 2)
    assert not has_many_rows(TrainingProblem(X, np.ones(30), beta=1, readout=np.arange(60) // 2), 2)
