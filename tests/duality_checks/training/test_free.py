"""What is free of the penalty, from training to the checker: against splines, CVXPY and brute force."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from by_cvxpy import full_program
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    certify,
    check,
    checker,
    dual_norm,
    spline_optimum,
    train,
)
from duality_checks.certificates import certifying as certificates
from duality_checks.exact.orthogonal import orthogonal
from duality_checks.optima.paths import approximate_beta_max
from duality_checks.pricing import free as pricing
from duality_checks.pricing.bias_multipliers import bias_coordinates, bias_multipliers
from duality_checks.terms.free import DECAYED, NAMES, parse_free
from hyperplane_arrangements.errors import InputError

FREE = NAMES[1:]
ACTIVATIONS = ["relu", "abs", "leaky:1/3"]
small = st.integers(-4, 4)


@st.composite
def problems(draw, free=FREE, max_rows=7, max_features=2):
    """Integers, often degenerate, with a last column of ones."""
    d = draw(st.integers(1, max_features))
    rows = draw(st.lists(st.lists(small, min_size=d, max_size=d), min_size=2, max_size=max_rows))
    assume(not any({row[j] for row in rows} == {1} for j in range(d)))
    y = draw(st.lists(small, min_size=len(rows), max_size=len(rows)))
    beta, activation = draw(st.sampled_from(["1/50", "1/3", "1", "4"])), draw(st.sampled_from(ACTIVATIONS))
    return TrainingProblem([[*row, 1] for row in rows], y, beta, activation, free=draw(st.sampled_from(free)))


@st.composite
def planar_problems(draw):
    """Of rank 3 by construction, with free biases: a triangle and two to five more samples of one plane."""
    a, b, c, d = draw(st.sampled_from([(1, 0, 0, 1), (1, 1, -1, 2), (2, -1, 1, 0), (0, 3, 1, -2)]))
    x, y = draw(small), draw(small)
    more = draw(st.lists(st.lists(small, min_size=2, max_size=2), min_size=2, max_size=5))
    rows = [*more, [x, y], [x + a, y + b], [x + c, y + d]]
    if draw(st.booleans()):  # a third feature
        s, t = draw(st.sampled_from([(1, 1), (0, 1), (0, 0), (-1, 2)]))
        rows = [[p, q, s * p + t * q] for p, q in rows]
    targets = draw(st.lists(small, min_size=len(rows), max_size=len(rows)))
    beta, activation = draw(st.sampled_from(["1/50", "1/3", "1", "4"])), draw(st.sampled_from(ACTIVATIONS))
    free = draw(st.sampled_from(["biases", "biases+linear"]))
    return TrainingProblem([[*row, 1] for row in rows], targets, beta, activation, free=free)


# Proven, whatever is free.


@settings(max_examples=60)
@given(problems())
def test_the_optimum_is_proven(problem):
    solution = train(problem)
    certificate = certify(problem, solution)
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    scale = float(problem.target @ problem.target)
    assert certificate.upper - certificate.lower <= 1e-10 * max(float(certificate.upper), 1e-6 * scale)
    assert type(certificate).from_json(certificate.to_json()) == certificate
    assert TrainingProblem.from_json(problem.to_json()) == problem


@settings(max_examples=12)
@given(problems(max_rows=5))
def test_full_program_through_cvxpy(problem):
    assert train(problem).upper == pytest.approx(full_program(problem), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("free", FREE)
def test_full_program_with_pooled_rows(free):
    X = [[1, 0, 1], [2, -1, 1], [0, 3, 1], [-1, 1, 1], [2, 2, 1]]
    problem = TrainingProblem(X, [1, -2, 3], "1/5", readout=[0, 0, 1, 2, 2], free=free)
    solution = train(problem)
    assert solution.upper == pytest.approx(full_program(problem), rel=1e-6, abs=1e-7)
    assert check(problem, certify(problem, solution)).proven


@pytest.mark.parametrize("free", FREE)
def test_three_features_and_a_column_of_ones(free):
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(-3, 4, (9, 3)), np.ones(9)])
    problem = TrainingProblem(X, rng.integers(-3, 4, 9), "1/4", free=free)
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    assert certificate.relative_gap < 1e-10


@pytest.mark.slow
@pytest.mark.parametrize("free", ["linear", "biases"])
def test_sixty_samples_at_rank_three_are_proven(free):
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.standard_normal((60, 2)), np.ones(60)])
    problem = TrainingProblem(X, np.sign(rng.standard_normal(60)), 1, free=free)
    assert problem.arrangement.count_chambers() == 3542  # 2 (1 + 59 + 1711)
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    assert certificate.relative_gap < 1e-12


# Oracles and invariances.


@settings(max_examples=40)
@given(
    st.lists(st.tuples(small, small), min_size=2, max_size=8),
    st.sampled_from(["1/9", "1/2", "2"]),
    st.sampled_from(ACTIVATIONS),
)
def test_one_feature_with_free_biases_is_the_spline(points, beta, activation):
    x, y = zip(*points, strict=True)
    assume(set(x) != {1})
    spline = spline_optimum(x, y, beta, activation)
    problem = TrainingProblem([[a, 1] for a in x], y, beta, activation, free="biases")
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    assert certificate.lower <= spline.value <= certificate.upper
    assert certificate.upper - certificate.lower <= 1e-10 * max(1, spline.value)


@settings(max_examples=25)
@given(
    problems(free=[name for name in FREE if parse_free(name).intercept and name != DECAYED]),
    st.integers(-1000, 1000),
)
def test_a_constant_added_to_the_targets_changes_nothing(problem, shift):
    other = TrainingProblem(
        problem.X, [y + shift for y in problem.y], problem.beta, problem.kappa, free=problem.free
    )
    here, there = train(problem), train(other)
    assert there.upper == pytest.approx(here.upper, rel=1e-9, abs=1e-9)
    a, b = certify(problem, here), certify(other, there)
    assert max(a.lower, b.lower) <= min(a.upper, b.upper)


@settings(max_examples=25)
@given(
    problems(free=["intercept+linear", "biases+linear", "linear"]),
    st.tuples(small, small, small),
)
def test_an_affine_target_needs_no_neurons(problem, slopes):
    y = [sum(a * x for a, x in zip(slopes, row, strict=False)) for row in problem.X.fractions]
    found = train(TrainingProblem(problem.X, y, problem.beta, problem.kappa, free=problem.free))
    assert found.network.width == 0
    assert found.upper <= 1e-20


@settings(max_examples=20)
@given(problems(free=["nothing"]))
def test_more_freedom_never_costs(problem):
    def value(free):
        return train(TrainingProblem(problem.X, problem.y, problem.beta, problem.kappa, free=free)).upper

    room = 1e-9 * (1 + value("nothing"))
    assert value("intercept") <= value("nothing") + room
    assert value("intercept+linear") <= value("intercept") + room
    assert value("biases") <= value("intercept") + room
    assert value("biases+linear") <= min(value("biases"), value("intercept+linear")) + room


@settings(max_examples=20)
@given(problems(free=["biases"]), small, small)
def test_with_free_biases_moving_the_data_changes_nothing(problem, across, up):
    """The hidden biases absorb a translation of the features."""
    rows = [
        [*(x + a for x, a in zip(row[:-1], (across, up), strict=False)), 1] for row in problem.X.fractions
    ]
    assume(not any({row[j] for row in rows} == {1} for j in range(problem.d - 1)))
    moved = TrainingProblem(rows, problem.y, problem.beta, problem.kappa, free="biases")
    assert train(moved).upper == pytest.approx(train(problem).upper, rel=1e-9, abs=1e-9)


# Pricing: the maximum over an unbounded cone is at a kink of the data.


@settings(max_examples=30)
@given(problems(free=["biases"], max_rows=6), st.integers(0, 2**32 - 1))
def test_the_dual_norm_is_attained_at_a_kink(problem, seed):
    """Primal pricing over the kinks and the multipliers of the chambers bound the same number from both
    sides; and no random neuron, bias and all, is above it."""
    rng = np.random.default_rng(seed)
    v = rng.standard_normal(problem.n)
    v -= v.mean()
    attained = dual_norm(problem, v)
    rows, beta = bias_coordinates(problem)
    scale = float(problem.beta) / beta
    signs = problem.arrangement.chambers().signs
    slopes = np.where(signs > 0, 1.0, float(problem.kappa))
    bounds = [bias_multipliers(rows, signs, s * (slopes * v) @ rows, 0.0)[1].max() * scale for s in (1, -1)]
    assert attained == pytest.approx(max(bounds), rel=1e-6, abs=1e-6)
    w = rng.standard_normal((2000, problem.d))
    w[:, :-1] /= np.linalg.norm(w[:, :-1], axis=1)[:, None]
    w[:, -1] *= 10 ** rng.uniform(-1, 3, 2000)
    before = w @ problem.features.T
    values = np.abs((np.maximum(before, 0) + float(problem.kappa) * np.minimum(before, 0)) @ v)
    assert values.max() <= attained + 1e-8 * (1 + np.abs(w[:, -1]).max())


def test_without_the_sum_of_the_dual_the_norm_has_no_bound():
    """A negative control: for v that does not sum to zero the value grows with the bias."""
    problem = TrainingProblem([[0, 1], [1, 1], [3, 1]], [1, 2, 3], 1, free="biases")
    v = np.array([1.0, 1.0, -1.0])
    values = [v @ np.maximum(problem.features @ [1.0, bias], 0) for bias in (10.0, 100.0, 1000.0)]
    assert values[0] < values[1] < values[2] and values[2] > 900


def test_a_kink_left_out_of_pricing_gives_a_wrong_optimum_that_is_not_proven(monkeypatch):
    problem = TrainingProblem([[x, 1] for x in (0, 1, 2, 3)], [0, 0, 0, 3], 1, free="biases")
    full = pricing.free_landscapes
    # The optimum is phi(x - 2) with a weight of 2: all its kinks are at 1 and 2.
    monkeypatch.setattr(
        pricing, "free_landscapes", lambda *of: [x for k, x in enumerate(full(*of)) if k in (0, 3)]
    )
    wrong = train(problem)
    assert wrong.relative_gap < 1e-9  # as it seems to itself
    assert wrong.upper > 2 + 0.01  # the spline costs 2, exactly
    monkeypatch.undo()
    certificate = certify(problem, wrong)
    assert check(problem, certificate).proven
    assert certificate.relative_gap > 0.01


def test_the_spline_costs_two():
    assert spline_optimum([0, 1, 2, 3], [0, 0, 0, 3], beta=1).value == 2


# Starting from a network, other terms, and what is refused.


@pytest.mark.parametrize("free", ["intercept", "biases"])
def test_a_start_from_the_optimum_ends_there(free):
    rng = np.random.default_rng(1)
    X = np.column_stack([rng.standard_normal((15, 2)), np.ones(15)])
    problem = TrainingProblem(X, rng.standard_normal(15), "1/5", free=free)
    first = train(problem)
    again = train(problem, start=first.network)
    assert again.upper == pytest.approx(first.upper, rel=1e-12)
    assert len(again.rounds) <= len(first.rounds)
    with pytest.raises(InputError, match="start has 2 inputs but the problem has 3 columns"):
        train(problem, start=TwoLayerNetwork([[1.0, 0.0]], [1.0]))


def test_the_solution_says_where_its_neurons_are():
    problem = TrainingProblem([[x, 1] for x in (0, 1, 2, 3)], [0, 0, 0, 3], 1, free="biases")
    for signs, output, direction in train(problem).active:
        before = problem.features @ direction
        assert 0 in signs and output in (1, -1)
        assert np.array_equal(np.sign(np.where(np.abs(before) < 1e-9, 0, before)), signs)


def test_equal_features_leave_nothing_but_the_constant():
    problem = TrainingProblem([[2, 1], [2, 1]], [1, 4], 1, free="biases")
    found = train(problem)
    assert (found.network.width, found.network.intercept) == (0, 2.5)
    certificate = certify(problem, found)
    assert check(problem, certificate).proven
    assert certificate.upper == Fraction(9, 4) and certificate.relative_gap < 1e-15


def test_columns_of_the_skip_may_depend_on_each_other():
    problem = TrainingProblem(
        [[1, 2, 1], [2, 4, 1], [3, 6, 1], [5, 10, 1]], [1, 0, 2, 1], "1/10", free="intercept+linear"
    )
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven and certificate.relative_gap < 1e-12


@pytest.mark.parametrize("free", FREE)
@pytest.mark.parametrize(
    ("norm", "loss"), [("1-norm", "l1"), ("inf-norm", "squared"), ("1-norm", "logistic")]
)
def test_polyhedral_norms_through_cvxpy(norm, loss, free):
    X = [[1, 0, 1], [2, -1, 1], [0, 3, 1], [-1, 1, 1], [2, 2, 1]]
    problem = TrainingProblem(X, [1, -1, -1, 1, -1], "1/5", "leaky:1/10", loss=loss, penalty=norm, free=free)
    assert train(problem).upper == pytest.approx(full_program(problem), rel=1e-5, abs=1e-6)


LOSSES = ["l1", "huber:1/2", "hinge", "squared-hinge", "logistic"]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("free", ["intercept+linear", "biases"])
def test_every_loss_through_cvxpy_and_the_checker(loss, free):
    X = [[1, 0, 1], [2, -1, 1], [0, 3, 1], [-1, 1, 1], [2, 2, 1]]
    problem = TrainingProblem(X, [1, -1, -1, 1, -1], "1/5", "leaky:1/10", loss=loss, free=free)
    solution = train(problem)
    assert solution.upper == pytest.approx(full_program(problem), rel=1e-5, abs=1e-6)
    assert solution.network.width <= problem.n
    certificate = certify(problem, solution)
    assert check(problem, certificate).proven
    assert certificate.relative_gap < 1e-8 or certificate.upper < 1e-9


@settings(max_examples=8)
@given(problems(max_rows=6), st.sampled_from(["l1", "huber:1/2"]))
def test_other_losses_are_proven_too(problem, loss):
    stated = TrainingProblem(problem.X, problem.y, problem.beta, problem.kappa, loss=loss, free=problem.free)
    certificate = certify(stated, train(stated))
    assert check(stated, certificate).proven
    assert certificate.upper - certificate.lower <= 1e-7 * (1 + certificate.upper)


def test_the_least_absolute_constant_is_the_median():
    """An oracle: with weight decay beyond beta_max the intercept alone is fitted."""
    problem = TrainingProblem([[1, 1], [2, 1], [4, 1]], [1, 2, 9], 100, loss="l1", free="biases")
    found = train(problem)
    assert found.upper == pytest.approx(8, abs=1e-7) and found.network.intercept == pytest.approx(2, abs=1e-6)


@pytest.mark.parametrize("free", ["intercept", "biases"])
@pytest.mark.parametrize("loss", ["squared", "logistic"])
def test_beta_max_is_where_the_neurons_go(free, loss):
    problem = TrainingProblem([[1, 1], [2, 1], [4, 1], [-3, 1]], [1, -1, 1, 1], 1, loss=loss, free=free)
    largest = approximate_beta_max(problem)
    assert train(problem.with_beta(Fraction(largest) * Fraction(101, 100))).network.width == 0
    assert train(problem.with_beta(Fraction(largest) * Fraction(99, 100))).network.width > 0


def test_beta_max_of_a_loss_with_kinks_is_refused():
    problem = TrainingProblem([[1, 1], [2, 1]], [1, -1], 1, loss="hinge", free="intercept")
    with pytest.raises(InputError, match=r"hinge loss has many slopes .* give beta itself"):
        approximate_beta_max(problem)


def test_a_forged_intercept_is_refused():
    """The dual of the problem without an intercept proves more than is true with one."""
    rows, y = [[1, 1], [2, 1], [4, 1]], [5, 6, 5]
    plain, free = TrainingProblem(rows, y, 1), TrainingProblem(rows, y, 1, free="intercept")
    proof, truth = certify(plain, train(plain)), certify(free, train(free))
    assert proof.lower > truth.upper
    forged = replace(truth, dual=proof.dual, lower=proof.lower, chambers=proof.chambers)
    assert check(free, forged).reason == "dual: not orthogonal to free column 0"


@given(problems(), st.data())
@settings(max_examples=20)
def test_no_network_is_below_the_proven_bound(problem, data):
    certificate = certify(problem, train(problem))
    weight = st.integers(-3, 3).map(float)
    m = data.draw(st.integers(0, 3))
    hidden = data.draw(
        st.lists(st.lists(weight, min_size=problem.d, max_size=problem.d), min_size=m, max_size=m)
    )
    output = data.draw(st.lists(weight, min_size=m, max_size=m))
    network = TwoLayerNetwork(
        np.array(hidden).reshape(-1, problem.d),
        np.array(output),
        problem.kappa,
        data.draw(weight) if problem.free.intercept else 0.0,
        data.draw(st.lists(weight, min_size=problem.d, max_size=problem.d)) if problem.free.linear else None,
    )
    assert network.exact_objective(problem) >= certificate.lower
    assert network.objective(problem) == pytest.approx(float(network.exact_objective(problem)))


# The checker's own sweep over the kinks, for certificates without chambers.


@settings(max_examples=40)
@given(planar_problems(), st.integers(0, 2**32 - 1))
def test_the_sweep_over_kinks_finds_the_dual_norm_to_the_ninth_digit(problem, seed):
    """A dual vector just inside is accepted and one just outside refused: no ray, no arc goes unseen."""
    assert problem.arrangement.rank == 3
    stated = checker.read_problem(problem.to_json())
    rng = np.random.default_rng(seed)
    v = pricing.ProjectedReadout.of(problem).project(rng.standard_normal(problem.n))
    size = dual_norm(problem, v)
    assume(size > 1e-6)  # it is 0 where what is not free are differences of equal samples
    for factor, proven in ((1 - 1e-9, True), (1 + 1e-9, False)):
        dual = [Fraction(float(x) * float(problem.beta) / size * factor) for x in v]
        exact = orthogonal(dual, problem.skips, range(problem.n))
        if proven:
            checker.sweep_proves(stated, exact)
        else:
            with pytest.raises(checker.Refusal, match=r"fails (at|on a ray at) the kink of row"):
                checker.sweep_proves(stated, exact)


@pytest.mark.parametrize("missing", range(6))
def test_every_kink_is_needed(missing, monkeypatch):
    """A negative control: for each row some dual vector is refused at its kink alone."""
    rng = np.random.default_rng(missing)
    X = np.column_stack([rng.integers(-9, 10, (6, 2)), np.ones(6)])
    problem = TrainingProblem(X, np.arange(6), 1, free="biases")
    stated = checker.read_problem(problem.to_json())
    full = checker.plane_holds
    for _ in range(200):
        v = pricing.ProjectedReadout.of(problem).project(rng.standard_normal(6))
        above = [Fraction(x) for x in v / dual_norm(problem, v) * 1.000001]
        exact = orthogonal(above, problem.skips, range(6))
        with pytest.raises(checker.Refusal):
            checker.sweep_proves(stated, exact)
        monkeypatch.setattr(
            checker, "plane_holds", lambda *all: None if all[-1].endswith(f" {missing}") else full(*all)
        )
        try:
            checker.sweep_proves(stated, exact)
            return
        except checker.Refusal:
            monkeypatch.undo()
    raise AssertionError("the kink is never needed")


def test_certificates_without_chambers_are_as_good(monkeypatch):
    monkeypatch.setattr(certificates, "LISTED_AT_MOST", 0)
    rng = np.random.default_rng(8)
    X = np.column_stack([rng.integers(-5, 6, (30, 2)), np.ones(30)])
    problem = TrainingProblem(X, rng.integers(-5, 6, 30), "1/2", free="biases")
    certificate = certify(problem, train(problem))
    assert certificate.method == "cover"
    assert check(problem, certificate).proven and certificate.relative_gap < 1e-11
    forged = replace(certificate, dual=tuple(v * (1 + Fraction(1, 10**9)) for v in certificate.dual))
    stated = checker.read_problem(problem.to_json())
    forged = replace(forged, lower=checker.dual_value(stated, forged.dual))
    assert "the bound norm(e) <= beta fails" in check(problem, forged).reason


@pytest.mark.parametrize("features", [1, 3])
def test_without_chambers_the_rank_must_be_three(features):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.integers(-5, 6, (6, features)), np.ones(6)])
    problem = TrainingProblem(X, rng.integers(-5, 6, 6), "1/2", free="biases")
    certificate = replace(certify(problem, train(problem)), chambers=None)
    reason = f"certificate: without chambers the rank must be 3, or 2 without free biases, not {features + 1}"
    assert check(problem, certificate).reason == reason
