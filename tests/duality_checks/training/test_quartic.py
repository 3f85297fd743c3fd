"""Fourth moments: between second ones and the optimum, proven, and every forgery refused."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from cover_forgeries import TERMS, with_term
from hypothesis import given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared
from quadratic_forgeries import BOUND, ROWS
from quartic_forgeries import FORGERIES, by_quartics, honest

from duality_checks import Certificate, TrainingProblem, check, checker, train
from duality_checks.pricing.landscape import Landscape
from duality_checks.strategies import training_problems
from duality_checks.training.quartic import Monomials, products, relax_further
from duality_checks.training.relaxation import relax

numbers = st.integers(-5, 5)


def value(problem, relaxation):
    dual = relaxation(problem, Landscape.of(problem)).dual
    return problem.loss.dual(problem.loss.clip(dual, problem.target), problem.target)


@settings(max_examples=15)
@given(training_problems())
def test_the_value_is_between_that_of_second_moments_and_the_optimum(problem):
    further = value(problem, relax_further)
    assert value(problem, relax) * (1 - 1e-5) - 1e-5 <= further <= train(problem).upper * (1 + 1e-5) + 1e-5


def test_one_row_is_relaxed_exactly():
    # g = z max(0, u) on {1, -1}: p* = 3 - 1/2 for x = 1, y = 3, beta = 1 (a soft threshold).
    assert value(TrainingProblem([[1]], [3], beta=1), relax_further) == pytest.approx(2.5, rel=1e-7)


@pytest.mark.parametrize("options", TERMS, ids=str)
def test_every_term_of_a_problem_is_proven(options):
    problem = with_term(options)
    found = by_quartics(problem)
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert isinstance(found.quadratic.plus, checker.Quartic) and verdict.lower > 0
    assert Certificate.from_json(found.to_json()) == found


def test_the_dual_norm_by_all_chambers_is_at_most_beta():
    problem, document = honest()
    dual = Certificate.from_json(json.dumps(document)).dual
    square, beta = dual_norm_squared(ROWS, dual, Fraction(0)), Fraction(problem["beta"])
    assert Fraction(9, 10) * beta**2 < square <= beta**2


def refused(name):
    problem, document = honest()
    change, reason = FORGERIES[name]
    change(problem, document)
    return checker.check_documents(json.dumps(problem), json.dumps(document)), reason


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    verdict, reason = refused(name)
    assert not verdict.proven
    assert re.search(reason, verdict.reason), verdict.reason


@pytest.mark.parametrize(
    ("check_named", "names"),
    [
        ("quadratic_is_bounded", ["dual longer by a thousandth", "most of beta for the linear part"]),
        ("parameters_are_whole", ["a byte added"]),
    ],
)
def test_each_check_refuses_what_no_other_refuses(check_named, names, monkeypatch):
    for name in names:
        assert not refused(name)[0].proven
    monkeypatch.setattr(checker, check_named, lambda *_: None)
    for name in names:
        verdict, _ = refused(name)
        assert verdict.proven or re.search(BOUND, verdict.reason), verdict.reason


@given(
    st.lists(st.tuples(st.lists(numbers, min_size=3, max_size=3), numbers), min_size=1, max_size=4), st.data()
)
def test_a_matrix_has_the_values_of_its_form_whatever_is_written(powers, data):
    rows, shares = [tuple(row) for row, _ in powers], [share for _, share in powers]
    form = checker.quartic_form([[0] * 3 for _ in range(3)], list(zip(shares, rows, strict=True)))
    written = data.draw(st.lists(st.integers(-(2**31), 2**31 - 1), min_size=6, max_size=6))
    gram = checker.gram_matrix(
        form, 1, b"".join(x.to_bytes(4, "big", signed=True) for x in written), 3, "here"
    )
    for u in product(range(-1, 3), repeat=3):
        pairs = [u[i] * u[k] for i in range(3) for k in range(i, 3)]
        squared = sum(
            x * y * z for x, line in zip(pairs, gram, strict=True) for y, z in zip(pairs, line, strict=True)
        )
        expected = -sum(s * checker.dot(row, u) ** 4 for s, row in zip(shares, rows, strict=True))
        assert squared == expected * 2 << checker.PRODUCT_BITS


@given(st.integers(1, 2**24 - 1), st.integers(1, 2**24 - 1), st.integers(0, 2**24 - 1), st.integers(-9, 9))
def test_curves_are_on_their_side_of_a_kink(x, y, slope, height):
    # t is a tenth of height times the length, 5, of the row.
    row, one = (3, 4), 2**24
    for weight, parameters in ((7, [x]), (-7, [slope, y])):
        data = b"".join(number.to_bytes(3, "big") for number in parameters)
        (found,) = checker.quartic_parameters([(row, weight)], data, 60, "here")
        linear, square, fourth, rest = (Fraction(c, 2**61) for c in found)
        t = Fraction(height, 2)
        above = linear * t + square * t**2 + fourth * t**4 + rest
        assert weight * max(t, 0) <= above
    touched = Fraction(5 * x, one)
    linear, square, fourth, rest = (
        Fraction(c, 2**61)
        for c in next(iter(checker.quartic_parameters([(row, 7)], x.to_bytes(3, "big"), 60, "here")))
    )
    above = linear * touched + square * touched**2 + fourth * touched**4 + rest
    assert above <= 7 * touched + Fraction(1, 1000)


@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3), st.integers(0, 9))
def test_a_form_is_spread_over_a_matrix_of_its_values(u, seed):
    monomials, random = Monomials.of(3), np.random.default_rng(seed)
    gram = random.normal(size=(6, 6))
    form = monomials.form(gram)
    value = products(np.array(u)) @ gram @ products(np.array(u))
    assert products(np.array(u)) @ monomials.spread(form) @ products(np.array(u)) == pytest.approx(
        value, abs=1e-9
    )
    assert np.prod(np.array(u)[monomials.indices], axis=1) @ form == pytest.approx(value, abs=1e-9)
