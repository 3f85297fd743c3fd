"""Covers with free biases: against the n norms of statement 2.14 in rationals, lists, and forgeries."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from brute_force import digest
from cover_forgeries import bits_of, covered, put_bits, verdict
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared

from duality_checks import TrainingProblem, certify, check, checker, train
from duality_checks.cover.climbing import climb
from duality_checks.cover.cone_kernel import bound_on_cone
from duality_checks.cover.effort import Effort
from duality_checks.cover.proof import Coordinates, covers, written
from duality_checks.cover.search import Function
from duality_checks.exact.orthogonal import orthogonal
from duality_checks.pricing import limits
from duality_checks.pricing.biases import BiasPricer

entries = st.integers(-3, 3)
slopes = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1), Fraction(-5, 2)])
seeds = st.integers(0, 10**6)


def biased(features, y, beta=1, kappa=0, **terms):
    rows = [[*row, 1] for row in features]
    return TrainingProblem(rows, y, beta, kappa, free="biases", **terms)


def norm_squared(features, dual, kappa):
    """The square of the largest value over norm(w) <= 1 and all biases: that of n norms (2.14)."""
    if all(row == features[0] for row in features):
        return Fraction(0)
    each = []
    for centre in features:
        differences = [[x - c for x, c in zip(row, centre, strict=True)] for row in features]
        each.append(dual_norm_squared(differences, dual, kappa))
    return max(each)


@st.composite
def instances(draw):
    """Features with repeats among them, a dual that sums to zero, and a slope."""
    d = draw(st.integers(1, 2))
    n = draw(st.integers(2, 4))
    features = draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=n, max_size=n))
    assume(all(len(set(column)) > 1 for column in zip(*features, strict=True)))
    some = draw(st.lists(st.integers(-4, 4), min_size=n - 1, max_size=n - 1))
    dual = [Fraction(v) for v in [*some, -sum(some)]]
    return features, dual, draw(slopes)


@settings(max_examples=50)
@given(instances(), st.sampled_from([0, 1000]))
def test_a_dual_is_proven_just_below_its_norm_and_refused_just_above(instance, offset):
    features, dual, kappa = instance
    square = norm_squared(features, dual, kappa)
    assume(square > 0)
    norm = Fraction(math.isqrt(square.numerator * 10**24 // square.denominator), 10**12)
    features = [[x + offset for x in row] for row in features]
    for share, expected in ((1 + 2**-30, True), (1 - 2**-30, False)):
        problem = biased(features, [0] * len(features), norm * Fraction(share), kappa)
        stated = checker.read_problem(problem.to_json())
        coordinates = Coordinates.of(stated)
        found = covers(coordinates, tuple(dual), keep=True)
        assert all(cover.proven for cover in found) == expected
        if expected:
            checker.cover_proves(stated, dual, written(coordinates, tuple(dual), found))


@settings(max_examples=50)
@given(instances())
def test_the_largest_peak_is_the_exact_norm(instance):
    features, dual, kappa = instance
    problem = biased(features, [0] * len(features), 1, kappa)
    assume(problem.arrangement.rank > 1)
    found = BiasPricer.of(problem).maxima(np.array(list(map(float, dual))), 0.0)
    assert found.largest == pytest.approx(math.sqrt(norm_squared(features, dual, kappa)), abs=1e-9)


def test_samples_with_the_same_features_are_one():
    """Weights of both signs on one row, which boxes bound one by one, took millions of them."""
    features, dual = [[-1, -1], [2, 0], [-1, -1], [0, 1]], list(map(Fraction, [-2, 1, 1, 0]))
    pricer = BiasPricer.of(biased(features, [0] * 4), effort=Effort(cones=1000))
    norm = math.sqrt(norm_squared(features, dual, Fraction(0)))
    found = pricer.maxima(np.array(list(map(float, dual))), norm * (1 + 1e-12)).maxima
    assert not found.stopped and found.bound == pytest.approx(norm)


@settings(max_examples=50)
@given(seeds)
def test_an_ascent_ends_at_a_kink_and_never_below_its_start(seed):
    rng = np.random.default_rng(seed)
    n, d = int(rng.integers(3, 9)), int(rng.integers(1, 4))
    rows, weights = np.column_stack([rng.normal(size=(n, d)), np.full(n, 2.0)]), rng.normal(size=n)
    weights -= weights.mean()
    g = Function(rows, weights, 0.5 * weights @ rows, d)
    points = rng.normal(size=(5, d + 1))
    points /= g.norms(points)[:, None]
    ends, values = climb(g, points)
    np.testing.assert_allclose(g.norms(ends), 1.0)
    np.testing.assert_allclose(values, g.values(ends), atol=1e-12)
    assert (values >= g.values(points) - 1e-12).all()
    assert (np.abs(ends @ rows.T).min(axis=1) < 1e-9).all()


@settings(max_examples=100)
@given(seeds, st.integers(2, 4))
def test_the_bound_on_a_cone_is_the_least_where_the_free_coordinate_of_e_is_zero(seed, r):
    """The checker's integers, and points of the cone as near to the bound as the cone goes."""
    rng = np.random.default_rng(seed)
    ends = np.sort(rng.integers(-8, 9, size=(2, r)), axis=0)
    j, free = int(rng.integers(r)), int(rng.integers(r))
    ends[:, j] = rng.choice([-8, 8])
    c, e = rng.integers(-20, 20, size=r), np.empty(r)
    size = bound_on_cone(c.astype(float), ends[0] / 8, ends[1] / 8, j, free, 0.0, e)
    square = checker.square_on_cone((c << 20).tolist(), *map(np.ndarray.tolist, ends), j, free)
    if square is None:
        assert size == np.inf
    else:
        assert size == pytest.approx(math.sqrt(square) / 2**20 / 8, rel=1e-5, abs=1e-5)
    kept = np.arange(r) != free
    if np.isfinite(size) and np.linalg.norm(e[kept]) > 0:
        # The point where it is attained is one of the cone's.
        tau = 8 * e[j] / ends[0, j]
        assert (tau * ends[0] / 8 <= e + 1e-9).all() and (e <= tau * ends[1] / 8 + 1e-9).all()
        assert c @ e <= size * np.linalg.norm(e[kept]) + 1e-9


LOSSES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]


@pytest.mark.parametrize("loss", LOSSES)
def test_training_and_certificates_agree_with_lists(loss, monkeypatch):
    rng = np.random.default_rng(3)
    problem = biased(rng.integers(-5, 6, (9, 2)).tolist(), rng.choice([-1, 1], 9).tolist(), "1/2", loss=loss)
    by_list = certify(problem, train(problem))
    monkeypatch.setattr(limits, "LISTED_AT_MOST", 0)
    solution = train(problem)
    by_cover = covered(problem, solution)
    assert by_list.method == "chambers" and by_cover.method == "cover"
    for certificate in (by_list, by_cover):
        assert check(problem, certificate).proven
        assert certificate.relative_gap < 1e-6
    assert max(by_cover.lower, by_list.lower) <= min(by_cover.upper, by_list.upper)


@pytest.mark.parametrize(
    "terms",
    [{"activation": "abs"}, {"activation": "leaky:-3"}, {"sample_weights": [1, 2, 3, 1, 2, 3, 1, 2, 3]}],
    ids=str,
)
def test_every_other_term_is_covered_too(terms, monkeypatch):
    monkeypatch.setattr(limits, "LISTED_AT_MOST", 0)
    rng = np.random.default_rng(4)
    rows = np.column_stack([rng.integers(-5, 6, (9, 2)), np.ones(9, int)]).tolist()
    problem = TrainingProblem(rows, rng.integers(-3, 4, 9).tolist(), "1/2", free="biases", **terms)
    found = covered(problem, train(problem))
    assert check(problem, found).proven and found.relative_gap < 1e-9


def test_a_start_is_taken_up_at_the_nearest_kinks(monkeypatch):
    monkeypatch.setattr(limits, "LISTED_AT_MOST", 0)
    rng = np.random.default_rng(5)
    problem = biased(rng.normal(size=(12, 2)).round(3).tolist(), rng.integers(-3, 4, 12).tolist(), "1/4")
    first = train(problem)
    again = train(problem, start=first.network)
    assert len(again.rounds) == 1 and again.upper == pytest.approx(first.upper)


def test_more_chambers_than_any_list_has():
    """Rank 4, 323,402 chambers by Cover's bound: more than may be listed here, and proven."""
    rng = np.random.default_rng(0)
    problem = biased(rng.normal(size=(100, 3)).round(3).tolist(), rng.choice([-1, 1], 100).tolist(), 2)
    certificate = certify(problem, train(problem, max_chambers=1000), max_chambers=1000)
    assert check(problem, certificate).proven and certificate.relative_gap < 1e-9


# ------------------------------------------------ forgeries

FEATURES = [[2, 1], [-1, 3], [0, -2], [1, 1], [-2, -1], [3, 0], [1, -2]]
DUAL = tuple(map(Fraction, [3, -2, 1, -4, 2, 1, -1]))


def honest():
    square = norm_squared(FEATURES, DUAL, Fraction(0))
    beta = Fraction(math.isqrt(math.floor(square * 2**80)) + 2**4, 2**40)
    problem = biased(FEATURES, [int(v) for v in DUAL], beta)
    stated = checker.read_problem(problem.to_json())
    coordinates = Coordinates.of(stated)
    cover = written(coordinates, DUAL, covers(coordinates, DUAL, keep=True))
    found = certify(problem, train(problem), list_at_most=0)
    document = json.loads(
        replace(found, dual=DUAL, lower=checker.dual_value(stated, DUAL), cover=cover).to_json()
    )
    return json.loads(problem.to_json()), document


def _bias_in_point(p, c):
    c["cover"]["basis"][0][2] = "1"


def _two_rows(p, c):
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"]]


def _another_point(p, c):
    c["cover"]["basis"] = [["5", "-7", "0"]]


def _no_point(p, c):
    c["cover"]["basis"] = None
    c["cover"]["plus"] = c["cover"]["minus"] = ""


def _longer(p, c):
    dual = [v * (1 + Fraction(1, 2**36)) for v in DUAL]
    c["dual"] = list(map(str, dual))
    c["lower"] = str(checker.dual_value(checker.read_problem(json.dumps(p)), dual))


def _sum_not_zero(p, c):
    dual = [*DUAL[:-1], DUAL[-1] + Fraction(1, 2**60)]
    c["dual"] = list(map(str, dual))
    c["lower"] = str(checker.dual_value(checker.read_problem(json.dumps(p)), dual))


def _leaves(p, c):
    put_bits(c, "0" * 400)


def _byte(p, c):
    put_bits(c, bits_of(c)[:-8])


def _penalised(p, c):
    p["free"] = "intercept"
    c["problem"] = digest(p)


ANOTHER_TREE = "the bound norm.e. <= beta fails|ends too early|something is left|no coordinate|halved more"
FORGERIES = [
    (_bias_in_point, "with free biases it is one row, with 0 in the column of ones"),
    (_two_rows, "with free biases it is one row, with 0 in the column of ones"),
    (_another_point, ANOTHER_TREE),
    (_no_point, "cover.plus: the tree ends too early"),
    (_longer, "the bound norm.e. <= beta fails"),
    (_sum_not_zero, "dual: not orthogonal to free column 0"),
    (_leaves, "cover.plus: the leaf .* the bound norm.e. <= beta fails"),
    (_byte, "cover.plus: the tree ends too early"),
    (_penalised, "upper|basis"),
]


def test_the_honest_one_is_proven():
    found = verdict(*honest())
    assert found.proven, found.reason


@pytest.mark.parametrize(("change", "reason"), FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(change, reason):
    problem, document = honest()
    change(problem, document)
    found = verdict(problem, document)
    assert not found.proven
    assert re.search(reason, found.reason), found.reason


def test_only_the_free_coordinate_of_leaves_refuses_a_dual_that_does_not_sum_to_zero():
    """A negative control: z'phi(Xu) is unbounded along the bias, and every tree fails at a face of it."""
    stated = checker.read_problem(biased(FEATURES, [0] * 7, 100).to_json())
    coordinates = Coordinates.of(stated)
    assert not covers(coordinates, (Fraction(1), *[Fraction(0)] * 6), keep=False)[0].proven
    whole = orthogonal([Fraction(1), *[Fraction(0)] * 6], [[Fraction(1)] * 7], range(7))
    assert covers(coordinates, tuple(whole), keep=False)[1].proven
