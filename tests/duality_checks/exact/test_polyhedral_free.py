"""What is free beside a polyhedral norm: gaps of exactly zero, against vertices, splines and fits."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, beta_max, certify, check, checker, spline_optimum, train
from duality_checks.exact.polyhedral import UnboundedError, has_program, multipliers_on, optimum
from duality_checks.exact.polyhedral_lasso import least_squares, nonnegative_lasso
from duality_checks.optima.paths import approximate_beta_max
from duality_checks.pricing.polyhedral import Neurons
from duality_checks.terms.free import DECAYED, NAMES
from hyperplane_arrangements.errors import InputError

NORMS = ["1-norm", "inf-norm"]
small = st.integers(-4, 4)


@st.composite
def problems(draw, free=NAMES[1:], losses=("squared", "l1", "hinge"), max_rows=5):
    """Integers, often degenerate, with a last column of ones; rows may share a sample."""
    d, loss = draw(st.integers(1, 2)), draw(st.sampled_from(losses))
    rows = draw(st.lists(st.lists(small, min_size=d, max_size=d), min_size=2, max_size=max_rows))
    assume(not any({row[j] for row in rows} == {1} for j in range(d)))
    pooled = [0, *range(len(rows) - 1)]
    readout = draw(
        st.sampled_from(["identity", pooled] if len(rows) > 2 and loss == "squared" else ["identity"])
    )
    n = len(rows) - (readout == pooled)
    y = draw(st.lists(st.sampled_from([-1, 1]) if loss == "hinge" else small, min_size=n, max_size=n))
    return TrainingProblem(
        [[*row, 1] for row in rows],
        y,
        draw(st.sampled_from(["1/50", "1/3", "1"])),
        draw(st.sampled_from(["relu", "abs", "leaky:1/3"])),
        loss=loss,
        penalty=draw(st.sampled_from(NORMS)),
        readout=readout,
        free=draw(st.sampled_from(free)),
    )


@settings(max_examples=60)
@given(problems())
def test_the_gap_is_exactly_zero(problem):
    """And the optimum that of all vertices of all chambers, found by cddlib without any float."""
    assume(has_program(problem))
    certificate = certify(problem, train(problem))
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert certificate.lower == certificate.upper
    if problem.readout.is_identity:
        found = optimum(problem, problem.penalty.name, problem.loss.name)
        assert found.upper == found.lower == certificate.upper


@settings(max_examples=25)
@given(
    st.lists(st.tuples(small, small), min_size=2, max_size=7),
    st.sampled_from(["1/9", "1/2", "2"]),
    st.sampled_from(["relu", "abs", "leaky:1/3"]),
    st.sampled_from(NORMS),
)
def test_one_feature_with_free_biases_is_the_spline_exactly(points, beta, activation, norm):
    """Of one weight all norms are the absolute value."""
    x, y = zip(*points, strict=True)
    assume(set(x) != {1})
    problem = TrainingProblem([[a, 1] for a in x], y, beta, activation, penalty=norm, free="biases")
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    assert certificate.lower == certificate.upper == spline_optimum(x, y, beta, activation).value


@settings(max_examples=25)
@given(problems(free=[name for name in NAMES[1:] if name != DECAYED], losses=("squared",)))
def test_beyond_beta_max_is_the_best_fit_of_what_is_free(problem):
    """The neurons go exactly at the dual norm of the residual of least squares, by NumPy."""
    columns = np.array([[float(x) for x in column] for column in problem.skips]).T
    theta = least_squares(problem.skips, problem.y)
    fit = np.array(
        [
            float(sum(t * b for t, b in zip(theta, row, strict=True)))
            for row in zip(*problem.skips, strict=True)
        ]
    )
    assert np.allclose(fit, columns @ np.linalg.lstsq(columns, problem.target, rcond=None)[0], atol=1e-9)
    rest = [
        y - sum(t * b for t, b in zip(theta, row, strict=True))
        for y, row in zip(problem.y, zip(*problem.skips, strict=True), strict=True)
    ]
    largest = Neurons.of(problem).dual_norm(rest)
    assume(largest > 0)
    alone = train(problem.with_beta(largest))
    assert alone.exact_network.width == 0
    assert certify(problem.with_beta(largest), alone).upper == sum(r * r for r in rest) / 2
    assert train(problem.with_beta(largest * Fraction(999, 1000))).exact_network.width > 0
    assert approximate_beta_max(problem) == pytest.approx(float(largest), rel=1e-6)


def test_the_least_absolute_constant_is_the_median():
    problem = TrainingProblem(
        [[1, 1], [2, 1], [4, 1]], [1, 2, 9], 100, loss="l1", penalty="inf-norm", free="biases"
    )
    found = train(problem)
    assert (found.exact_network.width, found.exact_skip) == (0, (2,))
    assert certify(problem, found).lower == 8


@pytest.mark.parametrize("free", ["intercept", "biases+linear"])
@pytest.mark.parametrize("loss", ["huber:1/2", "logistic", "squared-hinge"])
def test_losses_without_a_rational_optimum_are_proven_closely(loss, free):
    X = [[1, 0, 1], [2, -1, 1], [0, 3, 1], [-1, 1, 1], [2, 2, 1]]
    problem = TrainingProblem(X, [1, -1, -1, 1, -1], "1/5", loss=loss, penalty="1-norm", free=free)
    certificate = certify(problem, train(problem))
    assert check(problem, certificate).proven
    assert certificate.upper - certificate.lower < Fraction(1, 10**7)


# Negative controls.

PROBLEM = TrainingProblem(
    [[0, 2, 1], [1, -1, 1], [3, 0, 1], [-2, 1, 1]], [1, 0, 2, -1], "1/4", penalty="1-norm", free="biases"
)


def proof(**changes):
    """The certificate of the problem, changed, both bounds as the changed parts have them."""
    stated = checker.read_problem(PROBLEM.to_json())
    forged = replace(certify(PROBLEM, train(PROBLEM)), **changes)
    network = forged.network_hidden, forged.network_output, forged.network_skip
    lower, upper = checker.dual_value(stated, forged.dual), checker.objective(stated, *network)
    return replace(forged, lower=lower, upper=upper)


def test_a_dual_that_does_not_sum_to_zero_is_refused():
    honest = proof()
    off = (honest.dual[0] + Fraction(1, 10**40), *honest.dual[1:])
    assert check(PROBLEM, proof(dual=off)).reason == "dual: not orthogonal to free column 0"
    with pytest.raises(UnboundedError):  # where all rows are on, nothing cancels the bias
        multipliers_on(PROBLEM, "1-norm", [1, 1, 1, 1], (Fraction(0), Fraction(0), sum(off)))


def test_the_dual_of_the_problem_with_penalised_biases_proves_too_much():
    plain = TrainingProblem(PROBLEM.X, PROBLEM.y, PROBLEM.beta, penalty="1-norm")
    other = certify(plain, train(plain))
    assert other.lower > proof().upper
    reason = check(PROBLEM, proof(dual=other.dual, chambers=other.chambers)).reason
    assert reason == "dual: not orthogonal to free column 0"


@pytest.mark.parametrize(
    ("share", "reason"),
    [
        (0, "the multipliers leave something of the free bias"),
        (1 + Fraction(1, 10**40), "the multipliers leave something of the free bias"),
    ],
)
def test_multipliers_that_leave_the_bias_are_refused(share, reason):
    chambers = list(proof().chambers)
    i = next(i for i, chamber in enumerate(chambers) if chamber.plus)
    scaled = {row: share * value for row, value in chambers[i].plus.items() if share}
    chambers[i] = replace(chambers[i], plus=scaled)
    assert check(PROBLEM, proof(chambers=tuple(chambers))).reason == f"chambers[{i}].plus: {reason}"


def test_a_dual_longer_by_a_hair_is_refused():
    """It still sums to zero, and its multipliers cancel the bias."""
    more = 1 + Fraction(1, 10**40)
    honest = proof()
    longer = tuple(
        replace(
            chamber,
            plus={row: more * value for row, value in chamber.plus.items()},
            minus={row: more * value for row, value in chamber.minus.items()},
        )
        for chamber in honest.chambers
    )
    reason = check(PROBLEM, proof(dual=tuple(more * v for v in honest.dual), chambers=longer)).reason
    assert reason.endswith("the bound norm_*(c + X'S lambda) <= beta fails")


def test_kinks_left_out_give_a_wrong_optimum_that_is_not_proven(monkeypatch):
    """The optimum is phi(x - 2) with a weight of 2, and costs 2: here there are no kinks at 1 and 2."""
    problem = TrainingProblem([[x, 1] for x in range(4)], [0, 0, 0, 3], 1, penalty="inf-norm", free="biases")
    assert certify(problem, train(problem)).lower == 2
    honest = Neurons.of

    def some(problem):
        found = honest(problem)
        kept = [j for j, (w, b) in enumerate(found.rays.tolist()) if -b not in (w, 2 * w)]
        parts = found.rays[kept], found.lengths[kept], found.active[kept]
        return Neurons(problem, *parts, found.units, found.columns[:, kept])

    monkeypatch.setattr(Neurons, "of", some)
    wrong = certify(problem, train(problem))
    assert check(problem, wrong).proven
    assert wrong.lower < 2 < wrong.upper


def test_the_intercept_of_another_solution_is_not_taken_over():
    """A solution without what is free gives a poor proof, not a wrong one."""
    plain = TrainingProblem(PROBLEM.X, PROBLEM.y, PROBLEM.beta, penalty="1-norm")
    certificate = certify(PROBLEM, train(plain))
    assert check(PROBLEM, certificate).proven and certificate.network_skip == (0,)
    with pytest.raises(InputError, match="the network has an intercept, which the problem"):
        certify(plain, train(PROBLEM))


@settings(max_examples=30)
@given(st.data(), st.integers(2, 4), st.integers(1, 5), st.integers(1, 3))
def test_the_lasso_with_free_columns_is_optimal(data, n, m, q):
    """Its conditions, in fractions: gains at most 0, weights where they are 0, and a residual off B."""
    vectors = st.tuples(*[small.map(Fraction)] * n)
    atoms, free = (data.draw(st.lists(vectors, min_size=k, max_size=k)) for k in (m, q))
    y, beta = data.draw(vectors), Fraction(1, 2)
    weights = nonnegative_lasso(atoms, y, beta, None, free)
    rest = tuple(b - sum(t * a[k] for t, a in zip(weights, atoms, strict=True)) for k, b in enumerate(y))
    theta = least_squares(free, rest)
    v = [b - sum(t * a[k] for t, a in zip(theta, free, strict=True)) for k, b in enumerate(rest)]
    assert all(sum(a * b for a, b in zip(column, v, strict=True)) == 0 for column in free)
    for atom, weight in zip(atoms, weights, strict=True):
        gain = sum(a * b for a, b in zip(atom, v, strict=True)) - beta
        assert weight >= 0 >= gain and weight * gain == 0


def test_a_proven_beta_max_is_for_penalised_problems():
    with pytest.raises(InputError, match="a proven beta_max needs free='nothing'"):
        beta_max(PROBLEM)
