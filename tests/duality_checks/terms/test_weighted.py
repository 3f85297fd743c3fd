"""Weights of samples: a sample given twice is one of weight 2, in every loss, on both sides; files;
refusals."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, TwoLayerNetwork, stationarity
from duality_checks.stationary_points.polyhedral_clarke import clarke_stationary
from duality_checks.terms.losses import parse_loss
from duality_checks.terms.weighted import Weighted
from hyperplane_arrangements.errors import ConvexLandscapeError, InputError

NAMES = ["squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]
numbers = fractions(-9, 9, 20)


@st.composite
def samples(draw):
    """A loss, outputs, targets, dual entries and integer weights of one to four samples."""
    loss, n = parse_loss(draw(st.sampled_from(NAMES))), draw(st.integers(1, 4))
    column = st.lists(numbers, min_size=n, max_size=n)
    labels = st.lists(st.sampled_from([Fraction(-1), Fraction(1)]), min_size=n, max_size=n)
    counts = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    y = draw(labels if loss.labels else column)
    return loss, draw(column), y, loss.exactly_inside(draw(column), y), counts


def repeated(values, counts):
    return [value for value, count in zip(values, counts, strict=True) for _ in range(count)]


def floats(values):
    return np.array([float(value) for value in values])


@settings(max_examples=80)
@given(samples())
def test_a_sample_of_weight_k_is_k_samples(drawn):
    """The dual of the repeated sample holds its weighted one's entry in k equal parts."""
    loss, f, y, shares, counts = drawn
    heavy = Weighted(loss, tuple(map(Fraction, counts)))
    v = [count * share for count, share in zip(counts, shares, strict=True)]
    many = [repeated(column, counts) for column in (f, y, shares)]
    assert heavy.upper(f, y) == loss.upper(many[0], many[1])
    assert heavy.lower(v, y) == loss.lower(many[2], many[1])
    assert heavy.holds(v, y) and heavy.exactly_inside(v, y) == tuple(v)
    assert heavy.value(floats(f), floats(y)) == pytest.approx(loss.value(floats(many[0]), floats(many[1])))
    assert heavy.dual(floats(v), floats(y)) == pytest.approx(
        loss.dual(floats(many[2]), floats(many[1])), abs=1e-12
    )
    assert heavy.multiple(floats(v), floats(y)) == pytest.approx(
        loss.multiple(floats(many[2]), floats(many[1])), rel=1e-9, abs=1e-12
    )
    slopes = loss.slope(floats(f), floats(y))
    assert heavy.slope(floats(f), floats(y)) == pytest.approx(np.array(counts) * slopes)


@settings(max_examples=80)
@given(samples(), st.data())
def test_fenchel_and_young_with_any_rational_weights(drawn, data):
    loss, f, y, v, _ = drawn
    positive = fractions("1/9", 9, 9)
    weights = data.draw(st.lists(positive, min_size=len(f), max_size=len(f)))
    heavy = Weighted(loss, tuple(weights))
    v = heavy.exactly_inside(v, y)
    assert heavy.lower(v, y) <= heavy.upper(f, y) + sum(a * b for a, b in zip(v, f, strict=True))
    assert [heavy.one(k).inside(a, b) for k, (a, b) in enumerate(zip(v, y, strict=True))] == list(v)


@settings(max_examples=60)
@given(samples(), st.sampled_from([0.25, 4.0]))
def test_the_best_multiple_under_a_brake_is_best(drawn, brake):
    loss, _, y, v, counts = drawn
    heavy, v, y = Weighted(loss, tuple(map(Fraction, counts))), floats(v), floats(y)
    best = heavy.multiple(v, y, brake)

    def value(t):
        return heavy.dual(heavy.clip(t * v, y), y) - brake * t * t / 2

    for t in (0.0, 0.5 * best, 0.99 * best, 1.01 * best, 1.5 * best):
        if np.array_equal(heavy.clip(t * v, y), t * v):
            assert value(t) <= value(best) + 1e-9 * (1 + abs(value(best)))


def test_one_sample_of_unknown_number_has_no_loss():
    loss = Weighted(parse_loss("l1"), (Fraction(1), Fraction(2)))
    for ask in (loss.inside, loss.above, loss.below):
        with pytest.raises(ConvexLandscapeError, match=r"weighted l1 loss differs .*; ask one\(k\)"):
            ask(Fraction(1), Fraction(1))


# Problems.


def problem(weights, **terms):
    return TrainingProblem([[1, 2], [3, 1], [0, 1]], [1, -1, 1], "1/2", sample_weights=weights, **terms)


@given(st.lists(st.fractions("1/50", 50), min_size=3, max_size=3), st.sampled_from(NAMES))
def test_problem_files_keep_weights_exactly(weights, loss):
    stated = problem(weights, loss=loss)
    found = TrainingProblem.from_json(stated.to_json())
    assert found == stated and list(found.sample_weights) == weights
    assert found.with_beta(2).sample_weights == stated.sample_weights
    version = json.loads(stated.to_json())["version"]
    assert version == (1 if set(weights) == {1} else 3)


def test_weights_that_are_all_one_are_as_if_there_were_none():
    plain = TrainingProblem([[1, 2], [3, 1], [0, 1]], [1, -1, 1], "1/2")
    assert problem([1, 1, 1]).to_json() == problem(None).to_json() == plain.to_json()
    text = problem([1, 1, 2]).to_json().replace('"weights": ["1", "1", "2"]', '"weights": ["1", "1", "1"]')
    with pytest.raises(
        InputError, match="problem: weights are no list, or are all 1; write version 1 or 2 without them"
    ):
        TrainingProblem.from_json(text)


def test_objectives_are_weighted():
    stated, network = problem([2, "1/3", 5]), TwoLayerNetwork([[1.0, 0.0]], [1.0])
    # f = 1, 3, 0: losses 0, 8, 1/2; and beta/2 (1 + 1) = 1/2.
    assert network.exact_objective(stated) == Fraction(8, 3) + Fraction(5, 2) + Fraction(1, 2)
    assert network.objective(stated) == pytest.approx(17 / 3)


@pytest.mark.parametrize(
    ("weights", "text"),
    [
        ([1, 2], "sample_weights has 2 entries but there are 3 samples; give one a sample"),
        ([1, 0, 1], r"sample_weights\[1\]=0 is not positive; drop that sample"),
        ([1, 1, -2], r"sample_weights\[2\]=-2 is not positive; weights are positive"),
        ([1, "1e-400", 1], r"sample_weights\[1\] is 1e-400, beyond the range of floats; rescale them"),
        ([1, float("nan"), 1], r"sample_weights\[1\] is nan"),
    ],
)
def test_other_weights_are_refused(weights, text):
    with pytest.raises(InputError, match=text):
        problem(weights)


def test_what_knows_nothing_of_weights_says_so():
    network = TwoLayerNetwork([[1.0, 0.0]], [1.0])
    with pytest.raises(InputError, match="weighted squared"):
        clarke_stationary(problem([1, 2, 3], penalty="1-norm"), network)
    with pytest.raises(InputError, match="needs loss='squared', and the problem has 'weighted squared'"):
        problem([1, 2, 3]).require_standard("something")
    assert stationarity(problem([1, 1, 1]), network) is not None
