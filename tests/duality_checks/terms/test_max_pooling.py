"""The readout of max pooling: maxima by definition, which rows are compared, patches, and refusals."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import Readout, TrainingProblem, TwoLayerNetwork, checker
from duality_checks.terms.max_pooling import MaxPooling, compared, max_patches_1d, max_patches_2d, selection
from hyperplane_arrangements.errors import InputError

slopes = fractions(-3, Fraction(3, 4), 4)
entries = st.integers(-3, 3)


@st.composite
def pooled_problems(draw):
    groups = draw(st.sampled_from([(0, 0), (0, 1, 0), (0, 0, 0, 1), (1, 0, 1, 0, 1)]))
    rows = draw(st.lists(st.tuples(entries, entries), min_size=len(groups), max_size=len(groups)))
    rows[0] = (1, rows[0][1])
    return TrainingProblem(
        rows, [1] * (max(groups) + 1), 1, activation=draw(slopes), readout=MaxPooling(groups)
    )


@settings(max_examples=25)
@given(pooled_problems())
def test_on_every_chamber_the_selected_row_is_the_largest(problem):
    chambers = problem.arrangement.chambers()
    chosen = selection(problem.readout, problem.kappa, chambers.signs)
    for point, rows, above in zip(chambers.witnesses.tolist(), chosen.rows, chosen.above, strict=True):
        heights = [
            sum(x * Fraction(w) for x, w in zip(row, point, strict=True)) for row in problem.X.fractions
        ]
        values = [max(t, problem.kappa * t) for t in heights]
        for i, members in enumerate(problem.readout.members()):
            slope = 1 if above[i] else problem.kappa
            assert values[rows[i]] == max(values[k] for k in members) == slope * heights[rows[i]]


@settings(max_examples=25)
@given(pooled_problems())
def test_the_checker_compares_the_same_rows(problem):
    stated = checker.read_problem(problem.to_json())
    assert stated.cuts == compared(problem.X, problem.readout, problem.kappa).fractions
    assert TrainingProblem.from_json(problem.to_json()) == problem


@settings(max_examples=25)
@given(pooled_problems(), st.lists(st.tuples(entries, entries, entries), min_size=1, max_size=3))
def test_objectives_agree(problem, neurons):
    hidden = [[float(a), float(b)] for a, b, _ in neurons]
    network = TwoLayerNetwork(hidden, [float(c) for _, _, c in neurons], problem.kappa)
    exact = network.exact_objective(problem)
    assert network.objective(problem) == pytest.approx(float(exact), rel=1e-12, abs=1e-12)
    stated = checker.read_problem(problem.to_json())
    weights = [tuple(map(Fraction, row)) for row in hidden]
    assert checker.objective(stated, weights, [Fraction(c) for _, _, c in neurons]) == exact


def test_patches_are_those_of_the_average_undivided():
    rows, readout = max_patches_1d([[1, 2, 3, 4], [5, 6, 7, 8]], size=2, stride=2, bias=True)
    assert rows.integers.tolist() == [[1, 2, 1], [3, 4, 1], [5, 6, 1], [7, 8, 1]]
    assert readout == MaxPooling((0, 0, 1, 1))
    rows, readout = max_patches_2d([[[1, 2], [3, 4]]], size=(2, 1))
    assert rows.integers.tolist() == [[1, 3], [2, 4]] and readout.groups == (0, 0)


def test_one_row_a_sample_is_no_pooling():
    problem = TrainingProblem([[1], [2]], [3, 4], 1, readout=MaxPooling((1, 0)))
    assert problem.readout == Readout((1, 0)) and not problem.is_max_pooled


@pytest.mark.parametrize(
    ("groups", "message"),
    [((0, 2), "sample 1 has no row"), ((0, -1), "is no sample index"), ((0, 0, 0), "readout has 3 entries")],
)
def test_groups_that_do_not_fit(groups, message):
    with pytest.raises(InputError, match=message):
        TrainingProblem([[1], [2]], [3], 1, readout=MaxPooling(groups))


def test_what_asks_for_sums_is_refused():
    for ask in (lambda: MaxPooling((0, 0)).samples, lambda: MaxPooling((0, 0)).spread(np.ones(1))):
        with pytest.raises(InputError, match="sums over rows of X, and the problem has max pooling"):
            ask()
