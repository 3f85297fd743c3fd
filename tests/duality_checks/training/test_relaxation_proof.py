"""Certificates by quadratic functions: proven where they should be, and every forgery refused."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import pytest
from cover_forgeries import COVERABLE, with_term
from hypothesis import given
from hypothesis import strategies as st
from list_oracle import dual_norm_squared
from quadratic_forgeries import (
    BOUND,
    FORGERIES,
    ROWS,
    TARGETS,
    assert_refused,
    assert_refused_by,
    by_functions,
    certified,
    honest,
)
from sympy import Matrix, eye

from duality_checks import Certificate, TrainingProblem, check, checker
from duality_checks.training.relaxed import relaxed


@pytest.mark.parametrize("options", COVERABLE, ids=str)
def test_every_term_of_a_problem_is_proven(options):
    problem = with_term(options)
    found = by_functions(problem)
    assert found.method == "quadratic"
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert verdict.lower > 0
    assert Certificate.from_json(found.to_json()) == found


def test_the_dual_norm_by_all_chambers_is_at_most_beta():
    problem, document = honest()
    dual = Certificate.from_json(json.dumps(document)).dual
    square, beta = dual_norm_squared(ROWS, dual, Fraction(0)), Fraction(problem["beta"])
    assert Fraction(1, 2) * beta**2 < square <= beta**2


def test_the_honest_one_is_proven():
    problem, document = honest()
    assert checker.check_documents(json.dumps(problem), json.dumps(document)).proven


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    assert_refused(honest, FORGERIES, name)


@pytest.mark.parametrize(
    ("guard", "name"),
    [
        ("quadratic_is_bounded", "dual longer by a thousandth"),
        ("quadratic_is_bounded", "all of beta for the squares"),
        ("parameters_are_whole", "a byte added"),
        ("parabola_is_below", "a parabola and no line"),
        ("multipliers_are_nonnegative", "a negative multiplier"),
        ("bias_is_free", "a cut at a bias"),
    ],
)
def test_each_check_refuses_what_no_other_refuses(guard, name, monkeypatch):
    assert_refused_by(guard, honest, FORGERIES, name, monkeypatch)


def test_what_the_argument_does_not_cover_is_refused():
    X = [[1, 1], [2, 1], [-1, 1]]
    stated = checker.read_problem(TrainingProblem(X, [1, 2, -1], beta=1, penalty="1-norm").to_json())
    half = checker.Piece(Fraction(1, 2), b"", b"")
    nothing = checker.Quadratic(None, half, half)
    with pytest.raises(checker.Refusal, match="chambers must be listed"):
        checker.quadratic_proves(stated, (Fraction(0),) * 3, nothing)


def test_definiteness_is_decided_exactly():
    # 1 - 2^-60 is below 1 by less than floats see.
    tiny = 2**60
    assert checker.is_positive_definite([[tiny, tiny - 1], [tiny - 1, tiny]])
    assert not checker.is_positive_definite([[tiny, tiny], [tiny, tiny]])
    assert not checker.is_positive_definite([[tiny, tiny + 1], [tiny + 1, tiny]])


@given(
    st.lists(st.lists(st.integers(-(2**140), 2**140), min_size=3, max_size=3), min_size=3, max_size=3),
    st.integers(-2, 2),
)
def test_definiteness_agrees_with_minors_and_short_numbers_claim_no_more(root, room):
    # Squares of a matrix of rank 2, and a share of a rounding more or less, are near the boundary.
    flat = [root[0], root[1], [x + y for x, y in zip(root[0], root[1], strict=True)]]
    for lines in (root, flat):
        matrix = Matrix(lines) * Matrix(lines).T + room * 2 ** (280 - checker.SHORT_BITS) * eye(3)
        minors = [int(matrix[:k, :k].det()) for k in (1, 2, 3)]
        found = [[int(x) for x in matrix.row(i)] for i in range(3)]
        definite = checker.is_positive_definite(found)
        assert definite == all(minor > 0 for minor in minors)
        assert definite or not checker.is_positive_definite(checker.shortened(found))


def test_short_numbers_decide_what_is_far_from_the_boundary_alone():
    far = [[2**400, 2**399], [2**399, 2**400]]
    near = [[2**400, 0], [0, 1]]  # the second is rounded to 0
    assert checker.is_positive_definite(checker.shortened(far))
    assert checker.is_positive_definite(near) and not checker.is_positive_definite(checker.shortened(near))
    checker.quadratic_is_bounded(near, "here")
    with pytest.raises(checker.Refusal, match="here: the function is not proven"):
        checker.quadratic_is_bounded([[2**400, 0], [0, 0]], "here")


def test_a_proof_is_kept_for_its_problem_alone():
    problem, smaller = (TrainingProblem(ROWS, TARGETS, beta=beta) for beta in ("3/2", "1/2"))
    found = relaxed(problem)
    assert certified(problem, found).quadratic is found.proof.functions
    anew = certified(smaller, found)
    assert anew.dual != found.proof.dual
    assert check(smaller, anew).proven


@pytest.mark.parametrize("beta", ["3/2", "1/2"])
def test_a_kept_proof_of_too_much_is_refused(beta):
    # Certification believes what is kept; the checker does not.
    problem, other = (TrainingProblem(ROWS, TARGETS, beta=b) for b in ("3/2", beta))
    found, stated = relaxed(problem), checker.read_problem(other.to_json())
    longer = tuple(x * Fraction(1001, 1000) for x in found.proof.dual)
    forged = replace(found, proof=replace(found.proof, problem=stated.digest, dual=longer))
    verdict = check(other, certified(other, forged))
    assert not verdict.proven
    assert BOUND in verdict.reason
