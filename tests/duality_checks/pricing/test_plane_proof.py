"""The walk around the circle finds the dual norm that projections on all chambers find, and closed forms."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, train
from duality_checks.pricing.interval import _exact_reach, prove_interval
from duality_checks.pricing.plane_proof import reach_on_plane

entries = fractions(-4, 4, 6)


@st.composite
def planes(draw):
    """Rows of rank 2 in two to four columns, with parallel, opposite and zero rows, and a dual."""
    d, pairs = draw(st.integers(2, 4)), draw(st.lists(st.tuples(entries, entries), min_size=1, max_size=6))
    shear = draw(st.lists(st.tuples(entries, entries), min_size=d - 2, max_size=d - 2))
    pairs += [(1, 0), draw(st.sampled_from([(0, 1), (2, -1), (-1, Fraction(1, 3))]))]
    pairs += [tuple(draw(st.sampled_from([-2, 0, 1])) * x for x in pairs[0])]
    rows = [(a, b, *(a * p + b * q for p, q in shear)) for a, b in pairs]
    order = draw(st.permutations(range(d)))
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:1/10", "slopes:-2,1"]))
    values = st.floats(-4, 4, allow_subnormal=False)
    dual = draw(st.lists(values, min_size=len(rows), max_size=len(rows)))
    X = [[row[j] for j in order] for row in rows]
    return TrainingProblem(X, [0] * len(rows), Fraction(1, 100), kappa), np.array(dual)


@settings(max_examples=60)
@given(planes())
def test_it_is_the_largest_projection_on_a_chamber(drawn):
    problem, dual = drawn
    signs = problem.arrangement.chambers().signs
    largest = max(_exact_reach(problem, side, v) for side in signs for v in (dual, -dual))
    assert reach_on_plane(problem, dual) == max(largest, 1)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=2), st.sampled_from([(1, 0), (3, 4), (5, -12)]))
def test_white_data_have_a_closed_form(v, turn):
    # Statement 2.9: the norm of the positive or of the negative entries.
    length = Fraction(int(np.hypot(*turn)))
    c, s = turn[0] / length, turn[1] / length
    problem = TrainingProblem([[c, -s], [s, c]], [0, 0], Fraction(1, 8))
    squares = [sum(x * x for x in v if side * x > 0) for side in (1, -1)]
    assert reach_on_plane(problem, np.array(v, float)) == max(1, 64 * max(squares))


def test_just_above_is_not_at_most():
    problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=5)
    assert reach_on_plane(problem, np.array([3.0, 4.0])) == 1
    assert reach_on_plane(problem, np.array([3.0, np.nextafter(4.0, 5.0)])) > 1
    # A maximum at a ray, not inside of an arc: nothing there is as large as the vectors are long.
    kink = TrainingProblem([[1, 0], [0, 1]], [0, 0], beta=1)
    assert reach_on_plane(kink, np.array([1.0, -1.0])) == 1
    assert reach_on_plane(kink, np.array([1.0 + 2.0**-52, -1.0])) == (1 + Fraction(1, 2**52)) ** 2


def test_many_samples_of_one_feature():
    x = np.random.default_rng(0).normal(size=3000).round(4)
    problem = TrainingProblem(np.column_stack([x, np.ones(3000)]), np.abs(x), beta=60)
    interval = prove_interval(problem, train(problem))
    assert interval.chambers == 2 * len(set(x.tolist()))
    assert interval.lower <= interval.upper and interval.relative_gap < 1e-8
