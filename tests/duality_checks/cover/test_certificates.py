"""Certificates of version 3: proven where they should be, as tight as lists, and every forgery refused."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import numpy as np
import pytest
from cover_forgeries import (
    COVERABLE,
    DUAL,
    FORGERIES,
    ROWS,
    bits_of,
    covered,
    honest,
    put_bits,
    put_dual,
    verdict,
    with_term,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared

from duality_checks import Certificate, TrainingProblem, certify, check, checker, train
from duality_checks.certificates import certifying
from duality_checks.cover.proof import Coordinates, covers, written
from duality_checks.strategies import training_problems


@settings(max_examples=25)
@given(training_problems())
def test_a_cover_proves_what_a_list_proves(problem):
    solution = train(problem)
    by_cover, by_list = covered(problem, solution), certify(problem, solution)
    assert by_cover.cover is not None and by_list.cover is None
    verdict = check(problem, by_cover)
    assert verdict.proven, verdict.reason
    assert check(problem, by_list).proven
    assert max(by_cover.lower, by_list.lower) <= min(by_cover.upper, by_list.upper)
    assert by_cover.relative_gap <= by_list.relative_gap + 1e-9


@pytest.mark.parametrize("options", COVERABLE, ids=str)
def test_every_term_of_a_problem_is_covered(options):
    problem = with_term(options)
    found = covered(problem, train(problem))
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert found.relative_gap < 1e-6
    assert (found.cover.basis is None) == (problem.bias is None)


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3], [1, 3, 4]],
        [[1, 1], [2, 2], [-1, -1]],
        [["0.1", "0.2", "0.3"], ["0.2", "0.4", "0.6"], ["0.3", "0.1", "0.7"]],
    ],
    ids=["rank 2 in 3", "rank 1 in 2", "decimals"],
)
def test_a_rank_below_the_number_of_columns_takes_a_basis(X):
    problem = TrainingProblem(X, list(range(len(X))), beta="1/10")
    found = covered(problem, train(problem))
    assert len(found.cover.basis) == problem.arrangement.rank
    assert check(problem, found).proven and found.relative_gap < 1e-9


def test_files_say_the_same_when_read_again():
    found = honest()
    again = Certificate.from_json(json.dumps(found[1]))
    assert json.loads(again.to_json()) == found[1]


def test_chambers_in_large_numbers_are_covered_and_small_ones_listed():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(100, 2)), np.ones(100)])
    problem = TrainingProblem(X, rng.choice([-1.0, 1.0], 100), 1)
    found = certify(problem, train(problem))
    assert found.cover is not None and found.chambers is None
    assert check(problem, found).proven and found.relative_gap < 1e-9
    assert len(found.to_json()) < 20_000


def test_samples_without_a_say_leave_the_others_their_slopes():
    rng = np.random.default_rng(0)
    X = rng.integers(-4, 5, (14, 3))
    problem = TrainingProblem(X.tolist(), np.where(X[:, 0] > 0, 1, -1).tolist(), beta="1/4", loss="hinge")
    found = covered(problem, train(problem))
    assert found.dual.count(0) > 1 and any(found.dual)
    assert check(problem, found).proven and found.relative_gap < 1e-9


@settings(max_examples=30)
@given(st.lists(st.integers(-3, 3), min_size=7, max_size=7), st.integers(0, 6))
def test_a_cover_of_a_dual_with_zeros_is_written_as_it_was_found(entries, zero):
    stated = checker.read_problem(TrainingProblem(ROWS, range(8), beta=1).to_json())
    coordinates = Coordinates.of(stated)
    entries[zero] = 0
    entries = (*map(Fraction, entries), Fraction(1))
    u = np.random.default_rng(0).normal(size=(2_000, 3))
    largest = np.abs(coordinates.function(entries)[0].values(u / np.linalg.norm(u, axis=1)[:, None])).max()
    dual = tuple(z / Fraction(max(largest, 1.0) * 1.01) for z in entries)
    found = covers(coordinates, dual, keep=True)
    assume(found[1].proven)
    checker.cover_proves(stated, dual, written(coordinates, dual, found))


@settings(max_examples=20)
@given(st.lists(st.integers(-3, 3), min_size=8, max_size=8), st.integers(0, 2**32))
def test_turned_axes_change_no_value_and_no_norm(entries, seed):
    """Rank 5 within 6 columns, so that the axes are turned within a basis."""
    X = np.random.default_rng(seed).integers(-4, 5, (8, 6))
    X[:, 5] = X[:, 0] - X[:, 1]
    assume(np.linalg.matrix_rank(X) == 5)
    stated = checker.read_problem(TrainingProblem(X.tolist(), range(8), beta=1).to_json())
    dual = (*map(Fraction, entries[:7]), Fraction(1))
    turned = Coordinates.of(stated).turned(dual)
    t = np.random.default_rng(0).normal(size=(50, 5))
    u = t @ np.array([[float(x) for x in line] for line in turned.basis])
    assert np.allclose(np.linalg.norm(u, axis=1), np.linalg.norm(t, axis=1), rtol=1e-12)
    g, beta = turned.function(dual)
    exact = np.maximum(u @ X.T, 0) @ np.array([float(z) for z in dual])
    assert np.allclose(g.values(t) / beta, exact, rtol=1e-9, atol=1e-9)
    heights = g.rows * g.weights[:, None]
    gram = heights.T @ heights
    assert np.allclose(gram, np.diag(np.diag(gram)), atol=1e-9 * np.trace(gram))


def test_a_cover_along_turned_axes_is_checked_as_any_other():
    X = np.random.default_rng(0).integers(-4, 5, (12, 5)) @ np.diag([9, 3, 1, 1, 1])
    problem = TrainingProblem(X.tolist(), [1, -1] * 6, beta=8)
    found = covered(problem, train(problem))
    assert found.cover.basis is not None
    assert check(problem, found).proven and found.relative_gap < 1e-9


def test_at_rank_2_a_list_is_short_in_signs_not_in_chambers_alone(monkeypatch):
    monkeypatch.setattr(certifying, "SIGNS_AT_MOST", 2 * 20 * 20)
    for rows, method in ((20, "chambers"), (21, "sweep")):
        X = [[k, 1] for k in range(rows)]
        problem = TrainingProblem(X, [k * k % 7 for k in range(rows)], beta=1)
        made = certify(problem, train(problem))
        assert made.method == method
        assert check(problem, made).proven


def test_a_dual_that_is_too_long_is_scaled_until_it_is_proven():
    problem = TrainingProblem(ROWS, [int(v) for v in DUAL], beta=2)
    solution = train(problem)

    class Long:
        network, dual = solution.network, 1.001 * solution.dual

    found = covered(problem, Long)
    assert check(problem, found).proven
    assert found.relative_gap < 0.01


# ------------------------------------------------ forgeries


def test_the_honest_one_is_proven():
    problem, document = honest()
    found = verdict(problem, document)
    assert found.proven, found.reason
    for kappa in (Fraction(-1), Fraction(1, 10)):
        assert verdict(*honest(kappa)).proven


def test_there_are_enough_forgeries():
    assert len(FORGERIES) >= 25


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    problem, document = honest()
    change, reason = FORGERIES[name]
    before = json.dumps([problem, document])
    change(problem, document)
    assert json.dumps([problem, document]) != before
    found = verdict(problem, document)
    assert not found.proven
    assert re.search(reason, found.reason), found.reason


@settings(max_examples=80)
@given(st.data())
def test_a_flipped_bit_never_proves_a_false_bound(data):
    """What a flipped bit leaves proven is the same claim: another tree or slope that holds as well."""
    problem, document = honest()
    side = data.draw(st.sampled_from(["plus", "minus"]))
    bits = bits_of(document, side)
    k = data.draw(st.integers(0, len(bits) - 1))
    put_bits(document, bits[:k] + ("1" if bits[k] == "0" else "0") + bits[k + 1 :], side)
    found = verdict(problem, document)
    assert not found.proven or found.lower == Fraction(document["lower"])
    # The dual is within 2^-36 of what is feasible, so no flipped bit makes a longer one pass.
    put_dual(problem, document, [v * (1 + Fraction(1, 2**30)) for v in DUAL])
    assert not verdict(problem, document).proven


def test_the_bound_of_a_leaf_is_what_refuses_a_dual_that_is_too_long(monkeypatch):
    problem, document = honest()
    FORGERIES["dual scaled by 1 + 2^-36"][0](problem, document)
    monkeypatch.setattr(checker, "leaf_is_bounded", lambda square, limit, where: None)
    assert verdict(problem, document).proven


def test_only_the_span_of_the_basis_refuses_a_cover_of_a_plane(monkeypatch):
    """All directions of the plane u_3 = 0 are short, and the one across is not."""
    problem = TrainingProblem([[1, 0, 0], [0, 1, 0], [0, 0, 5]], [1, 1, 5], beta=2)
    plane = TrainingProblem([[1, 0, 0], [0, 1, 0]], [1, 1], beta=2)
    dual = (Fraction(1), Fraction(1), Fraction(5))
    stated = checker.read_problem(problem.to_json())
    assert dual_norm_squared([[1, 0, 0], [0, 1, 0], [0, 0, 5]], dual, Fraction(0)) > 4
    basis = tuple(tuple(map(Fraction, line)) for line in ([1, 0, 0], [0, 1, 0]))
    coordinates = Coordinates(checker.read_problem(plane.to_json()), basis)
    found = covers(coordinates, dual[:2], keep=True)
    cover = written(coordinates, dual[:2], found)
    with pytest.raises(checker.Refusal, match=r"the basis has 2 rows, but with X their rank is 3"):
        checker.cover_proves(stated, dual, cover)
    monkeypatch.setattr(checker, "spans_all", lambda lines, normals: None)
    checker.cover_proves(stated, dual, cover)


def test_only_whole_halves_refuse_boxes_that_leave_a_gap(monkeypatch):
    problem, document = honest()
    FORGERIES["depth too small"][0](problem, document)
    reasons = []
    monkeypatch.setattr(checker, "halves_are_whole", lambda odd, where, depth: reasons.append(odd))
    verdict(problem, document)
    assert any(reasons)


def test_only_free_coordinates_are_halved_or_a_face_would_shrink(monkeypatch):
    """Halving the face's own coordinate makes boxes that lie inside the cube or are empty."""
    problem, document = honest()
    FORGERIES["the coordinate of the face halved"][0](problem, document)
    asked = []
    monkeypatch.setattr(checker, "coordinate_is_free", lambda i, j, count, where: asked.append((i, j)))
    verdict(problem, document)
    assert (0, 0) in asked
