"""Problems of several outputs: a table of targets is as many vectors, one column is a vector, and what is
known of one output refuses several by name."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rationals import fractions

import duality_checks as dc
from duality_checks import TrainingProblem
from duality_checks.exact.judged import objective_of
from duality_checks.optima.shares import improvable_below
from hyperplane_arrangements.errors import InputError

X = [[1, 1], [2, 1], [3, 1], [-1, 2]]
Y = [[1, -1], [-1, 1], [1, 1], [-1, 1]]
WEIGHTS = [2, 1, 1, "1/3"]
rationals = fractions(-9, 9, 12)
tables = st.integers(1, 3).flatmap(
    lambda q: st.lists(st.lists(rationals, min_size=q, max_size=q), min_size=4, max_size=4)
)
terms = st.sampled_from(
    [
        {},
        {"coupling": "2-norm", "free": "intercept", "sample_weights": WEIGHTS},
        {"loss": "huber:1/2", "penalty": "1-norm", "activation": "abs"},
        {"readout": [0, 1, 2, 3], "free": "decayed-intercept", "coupling": "2-norm"},
    ]
)


@given(tables, terms)
def test_each_output_is_the_problem_of_its_column(Y, terms):
    """And the code that is shown, and other betas, are of the same problem."""
    problem = TrainingProblem(X, Y, "1/2", **terms)
    columns = list(zip(*Y, strict=True))
    alone = tuple(TrainingProblem(X, column, "1/2", **terms) for column in columns)
    assert problem.outputs == alone and problem.targets == tuple(columns)
    assert problem.Y.tolist() == [[float(y) for y in row] for row in Y]
    assert problem.shares == (len(columns) > 1 and terms.get("coupling") == "2-norm")
    assert eval(problem.as_code()) == problem and hash(problem.restated()) == hash(problem)
    assert problem.with_beta(3) == TrainingProblem(X, Y, 3, **terms)
    assert problem.with_beta(3).outputs == tuple(one.with_beta(3) for one in alone)
    assert all(one.arrangement is problem.arrangement for one in problem.outputs)


@given(st.lists(rationals, min_size=4, max_size=4))
def test_one_column_is_a_vector_whatever_the_coupling(y):
    problem = TrainingProblem(X, y, 1)
    for rows in ([[value] for value in y], np.array(y)[:, None], tuple((value,) for value in y)):
        assert TrainingProblem(X, rows, 1, coupling="2-norm") == problem
    assert problem.outputs[0] is problem and problem.given == problem.y == tuple(y)


NETWORK, DUAL = dc.TwoLayerNetwork([[1, 1]], [1]), [Fraction(1, 20)] * 4
GUESS = SimpleNamespace(network=NETWORK, dual=[0.05] * 4)


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
@pytest.mark.parametrize(
    "verb",
    [
        dc.beta_max,
        lambda problem: dc.bound_by_sampling(problem, 10),
        lambda problem: dc.bracket_width(problem, DUAL),
        lambda problem: dc.exact_optimal_set(problem, DUAL),
        dc.gated_relaxation,
        lambda problem: dc.guarantee(problem, 0.1),
        lambda problem: dc.interval_by_chambers(problem, [[1, 1, 1, 1]]),
        dc.least_norm_fit,
        dc.least_norm_margin,
        lambda problem: dc.path_band(problem, 1, 2),
        lambda problem: dc.prove_interval(problem, GUESS),
        dc.reach_margins,
        dc.reach_targets,
        lambda problem: dc.reduce_rank(problem, 1),
        NETWORK.exact_objective,
    ],
)
def test_what_is_known_of_one_output_refuses_several(verb, coupling):
    with pytest.raises(InputError, match=r"has 2 outputs, and this is known of one|have a problem file each"):
        verb(TrainingProblem(X, Y, 1, coupling=coupling))


@pytest.mark.parametrize(
    "verb",
    [
        dc.train,
        lambda problem: dc.certify(problem, GUESS),
        lambda problem: list(dc.beta_path(problem, [2, 1])),
        lambda problem: dc.assert_global_optimum(problem, NETWORK),
        lambda problem: dc.assert_strong_duality(problem, GUESS),
    ],
)
def test_outputs_with_a_program_each_are_not_trained_as_one(verb):
    with pytest.raises(InputError, match=r"has 2 outputs, and this is known of one|have a problem file each"):
        verb(TrainingProblem(X, Y, 1))


def test_assertions_know_outputs_that_share_neurons():
    problem = TrainingProblem([[1, 0], [0, 1]], [[3, 4], [0, 0]], 1, coupling="2-norm")
    solution = dc.train(problem)  # the optimum is 5 - 1/2
    for found in (
        dc.assert_global_optimum(problem, solution.network),
        dc.assert_strong_duality(problem, solution, gap=1e-7),
    ):
        assert found.lower <= Fraction(9, 2) <= found.upper and dc.check(problem, found).proven
    worse = dc.TwoLayerNetwork([[2.0, 0.0]], [[1.0, 1.0]])  # 11/2
    with pytest.raises(AssertionError, match="a better network exists") as caught:
        dc.assert_global_optimum(problem, worse)
    assert problem.as_code() in str(caught.value) and worse.as_code() in str(caught.value)
    with pytest.raises(AssertionError, match="no strong duality"):
        dc.assert_strong_duality(problem, SimpleNamespace(network=worse, dual=solution.dual))


def test_a_path_of_outputs_that_share_neurons_is_proven_point_by_point():
    problem = TrainingProblem(X, Y, 1, coupling="2-norm")
    for point in dc.beta_path(problem, [2, 1]):
        assert dc.check(point.problem, point.certificate).proven and point.certificate.relative_gap < 1e-7
        alone = dc.train_outputs(point.problem)
        assert point.certificate.lower <= alone.upper and alone.lower <= point.certificate.upper


@pytest.mark.parametrize(
    ("network", "dual", "words"),
    [
        (NETWORK, np.zeros((4, 2)), "the network has 1 outputs, but there are 2 targets"),
        (
            dc.TwoLayerNetwork([[1, 1]], [[1, 2]]),
            [0.05] * 4,
            r"shape \(4,\); give one row a sample, \(4, 2\)",
        ),
    ],
)
def test_what_is_certified_of_several_outputs_has_as_many(network, dual, words):
    with pytest.raises(InputError, match=words):
        dc.certify(TrainingProblem(X, Y, 1, coupling="2-norm"), SimpleNamespace(network=network, dual=dual))


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 4), max_size=3), st.sampled_from(["1-norm", "2-norm"]))
def test_the_objective_in_floats_is_the_exact_one(neurons, coupling):
    hidden, output = np.array(neurons).reshape(-1, 2, 2).transpose(1, 0, 2)
    network = dc.TwoLayerNetwork(hidden, output, intercept=[1, -2])
    problem = TrainingProblem(X, Y, 3, coupling=coupling, free="intercept")
    assert network.objective(problem) == pytest.approx(float(objective_of(problem, network)), rel=1e-13)
    with pytest.raises(InputError, match="has 2 outputs, and the problem 1"):
        network.objective(problem.outputs[0])


@pytest.mark.parametrize(
    ("coupling", "words"),
    [
        ("1-norm", "for the 2-norm of a neuron's output weights, and the problem has 2 outputs"),
        ("2-norm", "the network has 1 outputs, but there are 2 targets"),
    ],
)
def test_stationarity_is_known_of_several_but_not_of_a_network_of_one(coupling, words):
    with pytest.raises(InputError, match=words):
        dc.stationarity(TrainingProblem(X, Y, 1, coupling=coupling), NETWORK)


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        (Y[:3], "y has 3 rows but X has 4 rows"),
        ([*Y[:3], [1, "1e400"]], r"y\[3, 1\] is 1.00e\+400, beyond the range of floats"),
        ([*Y[:3], [1, Fraction(1, 10**4001)]], r"y\[3, 1\], about .*, has more than 4000 digits"),
        ([*Y[:3], [1, np.nan]], r"y\[3, 1\]"),
        ([*Y[:3], [1]], r"y\[3\] has 1 entries but y\[0\] has 2"),
    ],
)
def test_targets_that_cannot_be_are_named(targets, words):
    with pytest.raises(InputError, match=words):
        TrainingProblem(X, targets, 1)


def test_a_share_of_beta_max_is_of_the_largest_of_all_outputs():
    problem = TrainingProblem(X, Y, 1)
    assert improvable_below(problem, 100) == max(improvable_below(one, 100) for one in problem.outputs)
