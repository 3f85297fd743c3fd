"""Certificates: built from floats, proven by the checker, written and read back without loss."""

from __future__ import annotations

import json
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pytest
from brute_force import all_chambers, dual_norm_squared
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import Certificate, TrainingProblem, TwoLayerNetwork, certify, check, checker, train
from hyperplane_arrangements import InputError

ACTIVATIONS = st.sampled_from(["relu", "abs", "leaky:0.1", "leaky:-2.5"])


def guess(dual, hidden=(), output=(), width=2):
    """Any network and any dual: a proof needs no optimum."""
    return SimpleNamespace(
        network=TwoLayerNetwork(np.reshape(hidden, (-1, width)), output), dual=np.array(dual)
    )


def zero_network(problem, dual):
    return guess(dual, width=problem.d)


@st.composite
def degenerate_problems(draw, min_columns=1, max_columns=3):
    """Small rational problems with zero, repeated, opposite and dependent rows, of any rank up to d."""
    d = draw(st.integers(min_columns, max_columns))
    entry = st.sampled_from([Fraction(k, q) for k in range(-2, 3) for q in (1, 3)])
    rows = draw(st.lists(st.lists(entry, min_size=d, max_size=d), min_size=1, max_size=4))
    for source, factor in draw(
        st.lists(st.tuples(st.integers(0, 3), st.sampled_from([-1, 0, 1, 2])), max_size=2)
    ):
        rows.append([factor * x for x in rows[source % len(rows)]])
    if not any(map(any, rows)):
        rows[0][0] = Fraction(1)
    y = draw(st.lists(st.integers(-2, 2), min_size=len(rows), max_size=len(rows)))
    beta = draw(st.sampled_from(["1/7", "1", "5"]))
    return TrainingProblem(rows, y, beta, draw(ACTIVATIONS))


@given(degenerate_problems(), st.data())
def test_any_network_and_any_dual_give_a_proof(problem, data):
    entries = st.floats(-3, 3)
    dual = data.draw(st.lists(entries, min_size=problem.n, max_size=problem.n))
    neurons = data.draw(
        st.lists(st.lists(entries, min_size=problem.d + 1, max_size=problem.d + 1), max_size=3)
    )
    network = TwoLayerNetwork(
        np.reshape([row[1:] for row in neurons], (-1, problem.d)), [row[0] for row in neurons], problem.kappa
    )
    certificate = certify(problem, SimpleNamespace(network=network, dual=np.array(dual)))
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert (verdict.lower, verdict.upper) == (certificate.lower, certificate.upper)
    assert certificate.upper == network.exact_objective(problem)
    assert certificate.lower >= 0


@settings(max_examples=40)
@given(degenerate_problems(max_columns=2, min_columns=2), st.data())
def test_the_lower_bound_is_the_best_multiple_of_the_dual(problem, data):
    """Statement 2.5, with the dual norm from brute force over chambers and sets of rows."""
    dual = data.draw(st.lists(st.integers(-4, 4), min_size=problem.n, max_size=problem.n))
    square = dual_norm_squared(problem.X.fractions, dual, problem.kappa)
    along, size = sum(v * y for v, y in zip(dual, problem.y, strict=True)), sum(v * v for v in dual)
    scale = max(0.0, along / size) if size else 0.0
    if square:
        scale = min(scale, float(problem.beta) / float(square) ** 0.5)
    certificate = certify(problem, zero_network(problem, [float(v) for v in dual]))
    assert float(certificate.lower) == pytest.approx(
        scale * along - scale**2 * size / 2, rel=1e-11, abs=1e-13
    )
    assert dual_norm_squared(problem.X.fractions, certificate.dual, problem.kappa) <= problem.beta**2


@settings(max_examples=25)
@given(degenerate_problems())
def test_training_is_proven_optimal_to_many_digits(problem):
    certificate = certify(problem, train(problem))
    verdict = check(problem, certificate)
    assert verdict.proven, verdict.reason
    assert certificate.upper - certificate.lower <= Fraction(1, 10**9) * max(
        certificate.upper, Fraction(1, 1000)
    )


@pytest.mark.parametrize("activation", ["relu", "abs", "leaky:0.1"])
def test_optimum_of_the_full_program_lies_in_the_interval(activation):
    """Against a general conic solver with every chamber."""
    import cvxpy as cp

    rng = np.random.default_rng(5)
    X, y, beta = rng.normal(size=(6, 2)), rng.normal(size=6), 0.3
    problem = TrainingProblem(X, y, beta, activation)
    certificate = certify(problem, train(problem))
    blocks, fit = [], 0
    for signs in all_chambers([tuple(map(Fraction, row)) for row in np.round(X, 3)]):
        slopes = np.where(np.array(signs) > 0, 1.0, float(problem.kappa))
        for side in (1, -1):
            v = cp.Variable(2)
            blocks.append((v, np.array(signs)[:, None] * X))
            fit = fit + side * cp.multiply(slopes, X @ v)
    objective = cp.Minimize(0.5 * cp.sum_squares(fit - y) + beta * sum(cp.norm(v) for v, _ in blocks))
    full = cp.Problem(objective, [cone @ v >= 0 for v, cone in blocks]).solve(solver="CLARABEL")
    assert float(certificate.lower) - 1e-6 <= full <= float(certificate.upper) + 1e-6
    assert certificate.relative_gap < 1e-9


def test_whitened_closed_form_lies_in_the_interval():
    """Statement 2.9."""
    X = np.eye(3)[[2, 0, 1]]
    y, beta = np.array([2.0, -0.5, -3.0]), Fraction(1, 2)
    problem = TrainingProblem(X, y, beta)
    certificate = certify(problem, train(problem))
    total = 0.0
    for part in (np.maximum(y, 0), np.maximum(-y, 0)):
        length = np.linalg.norm(part)
        total += 0.5 * length - 0.125 if length > 0.5 else 0.5 * length**2
    assert float(certificate.lower) - 1e-12 <= total <= float(certificate.upper) + 1e-12
    assert certificate.relative_gap < 1e-9


def test_targets_of_zero_are_fitted_for_nothing():
    problem = TrainingProblem([[1, 2], [3, 4]], [0, 0], beta=1)
    certificate = certify(problem, zero_network(problem, [0.0, 0.0]))
    assert certificate.lower == certificate.upper == 0
    assert certificate.relative_gap == 0.0
    assert str(check(problem, certificate)) == "PROVEN 0 <= p* <= 0"


def test_the_zero_network_is_proven_optimal_where_it_is():
    """Statement 2.6: beyond beta_max, with z = y up to rounding."""
    problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=6)
    certificate = certify(problem, zero_network(problem, [3.0, 4.0]))
    assert certificate.upper == Fraction(25, 2)
    assert certificate.relative_gap < 1e-12
    assert check(problem, certificate).proven


@pytest.mark.parametrize("power", [-60, -20, 20, 60])
def test_scales_of_data_and_penalty_change_nothing(power):
    """With X and beta times s the problem is the same up to the weights."""
    scale = Fraction(2) ** power
    rows, y = [[1, 2], [-1, 1], [2, 0]], [1, 2, -1]
    base = TrainingProblem(rows, y, 1)
    problem = TrainingProblem([[scale * x for x in row] for row in rows], y, scale)
    dual = [1.0, 1.5, -1.0]
    plain, scaled = (certify(p, zero_network(p, dual)) for p in (base, problem))
    assert float(scaled.lower) == pytest.approx(float(plain.lower), rel=1e-12)
    assert check(problem, scaled).proven


def test_few_multipliers_suffice():
    """At most as many as the rank, and none where the gradient is short (statement 2.3)."""
    rng = np.random.default_rng(3)
    problem = TrainingProblem(rng.normal(size=(12, 3)), rng.normal(size=12), beta=1)
    certificate = certify(problem, zero_network(problem, problem.target))
    rows, kappa = problem.X.fractions, problem.kappa
    for chamber in certificate.chambers:
        assert max(len(chamber.plus), len(chamber.minus)) <= 3
        inside = [sum(x * u for x, u in zip(row, chamber.witness, strict=True)) > 0 for row in rows]
        slopes = [1 if s else kappa for s in inside]
        terms = zip(slopes, certificate.dual, rows, strict=True)
        c = [sum(column) for column in zip(*[[d * v * x for x in row] for d, v, row in terms], strict=True)]
        if sum(x * x for x in c) < problem.beta**2 * Fraction(99, 100):
            assert not chamber.plus and not chamber.minus


# Files.


def example():
    problem = TrainingProblem([[1, 2], [2, -1], [0, 0]], [1, "1/3", 5], beta="1/4", activation="leaky:0.1")
    network = TwoLayerNetwork([[0.5, 0.25]], [0.75], "0.1")
    return problem, certify(problem, SimpleNamespace(network=network, dual=[0.5, 0.25, 5.0]))


def test_saving_and_loading_lose_nothing(tmp_path):
    problem, certificate = example()
    certificate.save(tmp_path / "certificate.json")
    problem.save(tmp_path / "problem.json")
    assert Certificate.load(tmp_path / "certificate.json") == certificate
    assert check(TrainingProblem.load(tmp_path / "problem.json"), certificate).proven
    paths = [str(tmp_path / name) for name in ("problem.json", "certificate.json")]
    assert checker.main(paths) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["certificate.json", "problem.json"]


def test_nothing_half_written_stays(tmp_path):
    _, certificate = example()
    with pytest.raises(InputError, match="cannot be written"):
        certificate.save(tmp_path / "absent" / "certificate.json")
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        certificate.save(tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t[:-20], "not one JSON value"),
        (lambda t: t + "x", "not one JSON value"),
        (lambda t: t.replace('"version": 1', '"version": 2'), "unknown field 'chambers'"),
        (lambda t: t.replace('"lower"', '"lowest"'), "missing field 'lower'"),
        (lambda t: t.replace('"plus"', '"both"', 1), r"chambers\[0\]: missing field 'plus'"),
        (lambda t: "[]", "certificate is not an object"),
        (lambda t: json.dumps({**json.loads(t), "dual": 3}), "dual is not a list"),
        (lambda t: json.dumps({**json.loads(t), "chambers": 3}), "chambers is not a list"),
        (lambda t: json.dumps({**json.loads(t), "lower": 0.5}), "lower: 0.5 is not a string such as"),
    ],
)
def test_damaged_files_are_refused(tmp_path, change, message):
    _, certificate = example()
    path = tmp_path / "certificate.json"
    path.write_text(change(certificate.to_json()))
    with pytest.raises(InputError, match=message) as caught:
        Certificate.load(path)
    assert str(path) in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.json cannot be read"):
        Certificate.load(tmp_path / "none.json")


# Bad arguments.


@pytest.mark.parametrize(
    ("dual", "message"),
    [
        ([1.0], r"dual has shape \(1,\); give one entry a sample, \(3,\)"),
        ([[1.0, 2.0, 3.0]], "dual has shape"),
        ([1.0, np.nan, 0.0], r"dual\[1\] is nan; give finite numbers"),
        ([1.0, 2.0, np.inf], r"dual\[2\] is inf"),
    ],
)
def test_duals_that_cannot_be_are_refused(dual, message):
    problem, _ = example()
    with pytest.raises(InputError, match=message):
        certify(problem, guess(dual))


def test_numbers_beyond_floats_are_refused():
    problem = TrainingProblem([[1], [2]], [1, 1], beta=Fraction(1, 10**300))
    with pytest.raises(InputError, match="beyond the range of floats; rescale"):
        certify(problem, zero_network(problem, [1.0, 1.0]))


def test_networks_of_another_width_are_refused():
    problem, _ = example()
    with pytest.raises(InputError, match="the network takes 3 inputs but the data has 2 columns"):
        network = TwoLayerNetwork([[1.0, 2.0, 3.0]], [1.0], "0.1")
        certify(problem, SimpleNamespace(network=network, dual=[0.0] * 3))


def test_bounds_too_long_for_the_format_are_refused():
    primes = [p for p in range(2, 4000) if all(p % q for q in range(2, int(p**0.5) + 1))]
    huge = [Fraction(1, p) ** 60 for p in primes[-60:]]
    problem = TrainingProblem([[1]], [Fraction(10**2500, 10**2500 + 1)], beta=1)
    with pytest.raises(InputError, match="more than the format's 4000; round X, y and beta"):
        certify(problem, guess([0.0], [[1.0]], [1.0], width=1))
    problem = TrainingProblem([[1]] * 60, huge, beta=1)
    with pytest.raises(InputError, match=r"y: the common denominator .* 4000 digits; round X, y and beta"):
        certify(problem, guess([0.0] * 60, [[1.0]], [1.0], width=1))
    problem = TrainingProblem([[x] for x in huge], [1] * 60, beta=1)
    with pytest.raises(InputError, match=r"X: the common denominator .* 4000 digits; round X, y and beta"):
        certify(problem, guess([0.0] * 60, [[1.0]], [1.0], width=1))


def test_another_problems_certificate_is_refused():
    problem, certificate = example()
    other = problem.with_beta(3)
    assert check(other, certificate).reason == "certificate: written for another problem"
