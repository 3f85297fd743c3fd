"""Fourth and sixth moments: between second ones and the optimum, proven, and every forgery refused."""

from __future__ import annotations

import json
from fractions import Fraction
from functools import partial
from itertools import product

import numpy as np
import pytest
from cover_forgeries import TERMS, with_term
from form_forgeries import FORGERIES, by_forms, honest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared
from quadratic_forgeries import ROWS, assert_refused, assert_refused_by

from duality_checks import Certificate, TrainingProblem, check, checker, train
from duality_checks.pricing.landscape import Landscape
from duality_checks.strategies import training_problems
from duality_checks.training.monomials import Monomials, monomials, multinomials
from duality_checks.training.proposals import Form
from duality_checks.training.quartic import relax_further
from duality_checks.training.relaxation import relax
from duality_checks.training.relaxed import relaxed

numbers = st.integers(-5, 5)
points = st.integers(1, 2**24 - 1)


def value(problem, relaxation):
    dual = relaxation(problem, Landscape.of(problem)).dual
    return problem.loss.dual(problem.loss.clip(dual, problem.target), problem.target)


@pytest.mark.parametrize(("weight", "further"), [(1, True), (0.1, False)])
def test_columns_may_depend_on_each_other_unless_only_floats_say_so(weight, further):
    first = [[1, 2, 3], [0, 1, 1], [2, 0, 1], [1, -1, 3], [-2, 1, 1], [3, 1, -1]]
    X = [[*row, sum(weight * x for x in row)] for row in first]
    problem = TrainingProblem(X, [1, -1, 2, 0, 1, -2], beta="1/2")
    found = relaxed(problem, wanted=np.inf)
    assert isinstance(found.bounds[0], Form) == further
    assert 0 < problem.loss.dual(found.dual, problem.target) <= train(problem).upper


@settings(max_examples=8)
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
    found = by_forms(problem, 4)
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert isinstance(found.quadratic.plus, checker.Form) and verdict.lower > 0
    assert Certificate.from_json(found.to_json()) == found


@pytest.mark.parametrize("options", [{}, {"activation": "leaky:1/4"}], ids=str)
def test_a_higher_degree_proves_more(options):
    X, y = np.array(ROWS)[:7, :2], [1, 4, -1, -5, 3, 3, 4]
    problem = TrainingProblem(X, y, beta=1, **options)
    fourth, sixth = (by_forms(problem, degree) for degree in (4, 6))
    assert check(problem, sixth).proven
    assert fourth.lower * Fraction(99, 100) < sixth.lower <= train(problem).upper


@pytest.mark.parametrize("degree", [4, 6])
def test_the_dual_norm_by_all_chambers_is_at_most_beta(degree):
    problem, document = honest(degree)
    dual = Certificate.from_json(json.dumps(document)).dual
    square, beta = dual_norm_squared(ROWS, dual, Fraction(0)), Fraction(problem["beta"])
    assert Fraction(9, 10) * beta**2 < square <= beta**2


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    assert_refused(honest, FORGERIES, name)


@pytest.mark.parametrize(
    ("guard", "name"),
    [
        ("form_is_bounded", "dual longer by a thousandth"),
        ("form_is_bounded", "most of beta for the linear part"),
        ("parameters_are_whole", "a byte added"),
    ],
)
def test_each_check_refuses_what_no_other_refuses(guard, name, monkeypatch):
    assert_refused_by(guard, honest, FORGERIES, name, monkeypatch)


@pytest.mark.parametrize(
    "name", ["dual longer by a thousandth", "an entry the form leaves open", "a byte dropped"]
)
def test_forgeries_of_degree_6_are_refused(name):
    assert_refused(partial(honest, 6), FORGERIES, name)


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.lists(numbers, min_size=3, max_size=3), numbers), min_size=1, max_size=4),
    st.sampled_from([(2, 6), (3, 27)]),
    st.randoms(use_true_random=False),
)
def test_a_matrix_has_the_values_of_its_form_whatever_is_written(powers, size, random):
    half, count = size
    rows, shares = [tuple(row) for row, _ in powers], [share for _, share in powers]
    nothing = dict.fromkeys(monomials(3, 2), 0)
    for _ in range(half - 1):
        nothing = checker.times_norm(nothing, 3)
    form = checker.less_powers(nothing, list(zip(shares, rows, strict=True)), half)
    written = b"".join(
        random.randint(-(2**31), 2**31 - 1).to_bytes(4, "big", signed=True) for _ in range(count)
    )
    gram = checker.gram_matrix(form, 1, written, 3, "here")
    for u in product(range(-1, 2), repeat=3):
        terms = [np.prod([u[i] for i in one]) for one in monomials(3, half)]
        squared = sum(
            int(x) * y * int(z)
            for x, line in zip(terms, gram, strict=True)
            for y, z in zip(line, terms, strict=True)
        )
        expected = -sum(s * checker.dot(row, u) ** (2 * half) for s, row in zip(shares, rows, strict=True))
        assert squared == expected * 2 << checker.PRODUCT_BITS


def at(coefficients, s):
    return sum(x * s ** (2 * k) for k, x in enumerate(coefficients))


@given(points, points, st.fractions(0, 1))
def test_curves_are_on_their_side_and_touch_where_they_say(first, second, s):
    x, y = Fraction(first, 2**24), Fraction(second, 2**24)
    for touching in ([x], [x, y]):
        curve = checker.above(touching)
        assert at(curve, s) >= s
        assert all(at(curve, point) == point for point in touching)
        assert all(
            sum(2 * k * c * point ** (2 * k - 1) for k, c in enumerate(curve)) == 1 for point in touching
        )
    assert at(checker.above([x]), 1) == at(checker.below(y, 3), 1) == 1
    for half in (2, 3):
        curve = checker.below(y, half)
        assert at(curve, s) <= s
        assert at(curve, y) == y and sum(2 * k * c * y ** (2 * k - 1) for k, c in enumerate(curve)) == 1


@given(points, points, points, st.integers(0, 2**24 - 1), st.fractions(-5, 5), st.sampled_from([4, 6]))
def test_rounded_curves_are_above_a_weighted_kink(first, second, low, slope, t, degree):
    row = (3, 4)
    for weight, numbers in ((7, [first, second][: degree // 2 - 1]), (-7, [slope, low])):
        data = b"".join(number.to_bytes(3, "big") for number in numbers)
        part = checker.Form(degree, Fraction(1, 2), data, b"")
        ((linear, even),) = checker.curves([(row, weight)], part, 60, "here")
        assert weight * max(t, 0) <= (linear * t + at(even, t)) / 2**61


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=3, max_size=3), st.integers(1, 9))
def test_a_root_is_there_for_what_is_clearly_positive_definite_and_for_nothing_indefinite(rows, extra):
    gram = np.array(rows) @ np.array(rows).T
    matrix = [[int(x) for x in line] for line in 100 * gram]
    for i in range(3):
        matrix[i][i] += 7 + extra
    assert checker.has_square_root(matrix, 3)
    for i in range(3):
        matrix[i][i] -= int(100 * np.linalg.eigvalsh(gram)[0]) + 8 + extra
    assert not checker.has_square_root(matrix, 0)


def products(point, half):
    """Of so many entries, times the roots of how often each is: their inner products are powers."""
    indices = monomials(len(point), half)
    return np.sqrt(multinomials(indices)) * np.prod(point[np.array(indices)], axis=1)


@settings(max_examples=20)
@given(st.lists(st.floats(-2, 2), min_size=3, max_size=3), st.integers(0, 9), st.sampled_from([2, 3]))
def test_forms_of_matrices_have_their_values(u, seed, half):
    model, random = Monomials.of(3, half), np.random.default_rng(seed)
    gram = random.normal(size=model.places.shape)
    point, basis = np.array(u), np.linalg.qr(random.normal(size=(3, 3)))[0]
    form, values = model.form(gram), products(point, half)
    assert values @ values == pytest.approx((point @ point) ** half)
    expected = pytest.approx(values @ gram @ values, abs=1e-7)
    assert values @ model.spread(form) @ values == expected
    assert np.prod(point[model.indices], axis=1) @ form == expected
    assert products(basis.T @ point, half) == pytest.approx(model.turned(basis) @ values, abs=1e-9)
    low = np.array([random.normal() for _ in monomials(3, 2)])
    square = sum(x * point[i] * point[k] for x, (i, k) in zip(low, monomials(3, 2), strict=True))
    power = np.prod(point[model.indices], axis=1) @ model.raised(low, 2)
    assert power == pytest.approx(square * (point @ point) ** (half - 1), abs=1e-7)
