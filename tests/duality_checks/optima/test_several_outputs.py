"""Several outputs with a proof: one output at a time, symmetries, and proofs that are refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import (
    MaxPooling,
    TrainingProblem,
    TwoLayerNetwork,
    check_outputs,
    train,
    train_outputs,
)
from duality_checks.checker import read_problem
from duality_checks.data.datasets import iris
from duality_checks.optima.shares import improvable_below
from hyperplane_arrangements.errors import InputError, TooLargeError

ROWS = [[1, 1], [2, 1], [3, 1], [-1, 2]]
Y = [[1, "1/2"], [-2, "3/2"], ["3/2", -2], ["1/2", 1]]


def floats(table):
    return np.array([[float(Fraction(x)) for x in row] for row in table])


def objective(problem, network, q):
    """The objective as statement 2.8 writes it."""
    first = problem.outputs[0]
    before = first.features @ network.hidden.T
    f = (np.maximum(before, 0) + float(first.kappa) * np.minimum(before, 0)) @ network.output
    decay = np.sum(network.hidden**2) + np.sum(np.linalg.norm(network.output, q, axis=1) ** 2)
    return 0.5 * np.sum((f - problem.Y) ** 2) + float(problem.beta) / 2 * decay


def certified(proof, **changes):
    """The one certificate of a proof, with other parts."""
    (certificate,) = proof.certificates
    return {"certificates": (replace(certificate, **changes),)}


@pytest.mark.parametrize("activation", ["relu", "leaky:1/10", "abs"])
@pytest.mark.parametrize(("coupling", "q"), [("1-norm", 1), ("2-norm", 2)])
def test_the_network_has_the_proven_objective(coupling, q, activation):
    problem = TrainingProblem(ROWS, Y, "1/4", activation, coupling=coupling)
    proof = train_outputs(problem)
    assert check_outputs(problem, proof).proven
    assert 0 <= proof.relative_gap <= 1e-7
    assert objective(problem, proof.network, q) == pytest.approx(float(proof.upper), rel=1e-12)
    assert proof.network.width <= 4 * 2


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        (lambda p: {"network": replace(p.network, kappa=Fraction(1, 2))}, "kappa=1/2"),
        (lambda p: {"network": TwoLayerNetwork(p.network.hidden[:, :1], p.network.output)}, "takes 1 input "),
        (lambda p: {"network": TwoLayerNetwork(p.network.hidden, p.network.output[:, :1])}, "has 1 outputs"),
        (lambda p: {"network": replace(p.network, intercept=1)}, "has an intercept"),
        (lambda p: {"network": replace(p.network, linear=np.eye(2))}, "a linear skip"),
        (lambda p: certified(p, dual=p.dual[:1]), "dual has 1 entries, not 2"),
        (lambda p: certified(p, dual=tuple(column[:2] for column in p.dual)), "for each of 4"),
    ],
)
def test_parts_of_another_problem_are_refused(part, reason):
    """Once a network of another activation counted, with its own objective."""
    problem = TrainingProblem(ROWS, Y, "1/4", coupling="2-norm")
    proof = train_outputs(problem)
    verdict = check_outputs(problem, replace(proof, **part(proof)))
    assert not verdict.proven and reason in verdict.reason


@pytest.mark.parametrize("terms", [{}, {"loss": "logistic"}, {"penalty": "1-norm"}], ids=str)
def test_a_network_that_the_certificates_do_not_prove_is_refused(terms):
    """Once the certificates alone were looked at, and any network passed with them."""
    problem = TrainingProblem(ROWS, [[1, -1], [-1, -1], [1, 1], [-1, 1]], "1/4", **terms)
    proof = train_outputs(problem)
    assert check_outputs(problem, proof).proven
    network = proof.network
    for part, reason in (
        ({"output": 2 * network.output}, "not the one"),
        ({"hidden": network.hidden[:, ::-1]}, "not the one"),
        ({"hidden": network.hidden[:-1], "output": network.output[:-1]}, "not the one"),
        ({"kappa": -1}, "kappa=-1"),
        ({"output": network.output[:, :1], "linear": None, "intercept": 0}, "has 1 outputs"),
        ({"linear": np.eye(2)}, "a linear skip"),
    ):
        verdict = check_outputs(problem, replace(proof, network=replace(network, **part)))
        assert not verdict.proven and reason in verdict.reason


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
@pytest.mark.parametrize("Y", [[[0, 0]] * 4, [[1, 0]] * 4, [[0], [0], [0], [0]]])
def test_targets_of_zeros_are_proven(Y, coupling):
    problem = TrainingProblem(ROWS, Y, 1000, coupling=coupling)
    proof = train_outputs(problem)
    half = Fraction(sum(y * y for row in Y for y in row), 2)
    assert check_outputs(problem, proof).proven
    assert (proof.network.width, proof.upper) == (0, half) and proof.relative_gap < 1e-9


@pytest.mark.parametrize(
    ("hidden", "output", "message"),
    [
        ([[1.0]], [[[1.0]]], "give m x d, and m or m x q, one row a neuron"),
        ([[1.0]], [[]], "give m x d, and m or m x q, one row a neuron"),
        ([[1j]], [[1.0]], "hidden has complex numbers"),
        ([[1.0]], [[np.nan]], "is nan; give finite numbers"),
    ],
)
def test_a_network_of_several_outputs_has_real_weights_in_shape(hidden, output, message):
    with pytest.raises(InputError, match=message):
        TwoLayerNetwork(hidden, output, 0)


def test_the_1_norm_separates():
    problem = TrainingProblem(ROWS, Y, "1/4", loss="l1", penalty="inf-norm")
    proof = train_outputs(problem)
    scalars = [
        TrainingProblem(ROWS, column, "1/4", loss="l1", penalty="inf-norm") for column in zip(*Y, strict=True)
    ]
    assert float(proof.upper) == pytest.approx(sum(train(one).upper for one in scalars), rel=1e-9)
    assert proof.lower == proof.upper  # all is rational


def test_one_shared_output_is_the_scalar_problem():
    proof = train_outputs(TrainingProblem(ROWS, [[row[0]] for row in Y], "1/4", coupling="2-norm"))
    alone = train(TrainingProblem(ROWS, [row[0] for row in Y], "1/4"))
    assert float(proof.lower) <= alone.upper * (1 + 1e-12)
    assert float(proof.upper) == pytest.approx(alone.upper, rel=1e-7)


def test_a_rotation_by_rationals_changes_nothing_with_the_2_norm():
    turn = [[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]]
    turned = [[sum(Fraction(row[i]) * turn[i][j] for i in range(2)) for j in range(2)] for row in Y]
    one, other = (
        train_outputs(TrainingProblem(ROWS, targets, "1/4", coupling="2-norm")) for targets in (Y, turned)
    )
    assert max(one.lower, other.lower) <= min(one.upper, other.upper)


def test_sharing_is_cheaper():
    shared, apart = (train_outputs(TrainingProblem(ROWS, Y, "1/4", coupling=q)) for q in ("2-norm", "1-norm"))
    assert shared.upper < apart.lower


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6))
def test_every_network_is_above_the_lower_bound(seed):
    generator = np.random.default_rng(seed)
    rank = int(generator.integers(1, 4))
    X = generator.integers(-3, 4, (4, rank))
    X[0, 0] = X[0, 0] or 1
    problem = TrainingProblem(X, generator.integers(-3, 4, (4, 2)), "1/2", coupling="2-norm")
    proof = train_outputs(problem)
    assert check_outputs(problem, proof).proven
    assert proof.relative_gap <= 1e-7
    for _ in range(20):
        width = int(generator.integers(1, 4))
        network = TwoLayerNetwork(
            generator.standard_normal((width, rank)), generator.standard_normal((width, 2)), Fraction(0)
        )
        assert objective(problem, network, 2) >= float(proof.lower) * (1 - 1e-12)


# Weights of samples, and intercepts.

COUNTS = [2, 1, 3, 1]


@pytest.mark.parametrize("free", ["nothing", "intercept", "decayed-intercept"])
@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_rows_given_several_times_are_weights_of_all_outputs(coupling, free):
    heavy = TrainingProblem(ROWS, Y, "1/4", coupling=coupling, free=free, sample_weights=COUNTS)
    rows, targets = ([r for r, k in zip(table, COUNTS, strict=True) for _ in range(k)] for table in (ROWS, Y))
    many = TrainingProblem(rows, targets, "1/4", coupling=coupling, free=free)
    one, other = train_outputs(heavy), train_outputs(many)
    assert check_outputs(heavy, one).proven and check_outputs(many, other).proven
    assert max(one.lower, other.lower) <= min(one.upper, other.upper)
    assert max(one.relative_gap, other.relative_gap) <= 1e-7
    # The network of the one has the same objective on the other, as plain sums say.
    value = 0.5 * np.sum((one.network.predict(floats(rows)) - floats(targets)) ** 2)
    constants = one.network.intercept * (free[0] == "d")
    value += np.sum(one.network.hidden**2) / 8 + np.sum(constants**2) / 8
    value += np.sum(np.linalg.norm(one.network.output, int(coupling[0]), axis=1) ** 2) / 8
    assert value == pytest.approx(float(one.upper), rel=1e-12)


@pytest.mark.parametrize("free", ["intercept", "decayed-intercept"])
def test_one_shared_output_with_an_intercept_is_the_scalar_problem(free):
    first = [row[0] for row in Y]
    terms = {"free": free, "sample_weights": COUNTS}
    proof = train_outputs(TrainingProblem(ROWS, [[y] for y in first], "1/4", coupling="2-norm", **terms))
    alone = train(TrainingProblem(ROWS, first, "1/4", **terms))
    assert float(proof.lower) <= alone.upper * (1 + 1e-9)
    assert float(proof.upper) == pytest.approx(alone.upper, rel=1e-7)


def test_a_dual_that_uses_the_free_intercept_is_refused():
    """Without that check the bound of the problem without an intercept would pass for one with it."""
    none = train_outputs(TrainingProblem(ROWS, [[5, 4]] * 4, "1/4", coupling="2-norm"))
    free = TrainingProblem(ROWS, [[5, 4]] * 4, "1/4", coupling="2-norm", free="intercept")
    assert train_outputs(free).upper < none.lower  # a constant fits it all
    digest, zeros = read_problem(free.to_json()).digest, ((Fraction(0),),) * 2
    taken = replace(none, **certified(none, problem=digest, network_skip=zeros))
    assert check_outputs(free, taken).reason == "dual: not orthogonal to free column 0"


def test_false_proofs_are_refused():
    """Negative controls: a dual that is too long, a better bound, another output's certificate."""
    problem = TrainingProblem(ROWS, Y, "1/4", coupling="2-norm")
    proof = train_outputs(problem)
    dual = tuple(tuple(z * Fraction(1001, 1000) for z in v) for v in proof.dual)
    longer = replace(proof, **certified(proof, dual=dual))
    assert check_outputs(problem, longer).reason == "lower: not the value of the dual"
    value = sum((one.exact_dual(v) for one, v in zip(problem.outputs, longer.dual, strict=True)), Fraction(0))
    longer = replace(longer, **certified(longer, lower=value))
    assert "of norm(Z'phi(Xu)) by beta holds" in check_outputs(problem, longer).reason
    bare = replace(proof, **certified(proof, cover=None))
    assert "cover" in check_outputs(problem, bare).reason
    better = replace(proof, **certified(proof, lower=proof.upper))
    assert check_outputs(problem, better).reason == "lower: not the value of the dual"
    apart = TrainingProblem(ROWS, Y, "1/4")
    honest = train_outputs(apart)
    exchanged = replace(honest, certificates=honest.certificates[::-1])
    assert check_outputs(apart, exchanged).reason.startswith("output 0: ")
    missing = replace(honest, certificates=honest.certificates[:1])
    assert check_outputs(apart, missing).reason == "1 certificates for 2 outputs"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"coupling": "max"}, "coupling='max' is unknown; use 1-norm or 2-norm"),
        ({"coupling": "2-norm", "free": "biases"}, "X has no column of ones"),
        ({"free": "linear"}, "several outputs needs free="),
        ({"loss": "hinge"}, r"y\[0\]=2 is no label"),
    ],
)
def test_bad_input_is_named(arguments, words):
    with pytest.raises(InputError, match=words):
        TrainingProblem(ROWS, [[2, 1], [1, 1], [1, 1], [1, 1]], 1, **arguments)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"penalty": "1-norm"}, "the 2-norm coupling needs penalty='2-norm', and the problem has '1-norm'"),
        ({"readout": MaxPooling([0, 0, 1, 2])}, "the 2-norm coupling .*max pooling"),
    ],
)
def test_training_refuses_terms_that_shared_neurons_do_not_go_with(terms, words):
    """The problem can be stated and a network audited; nothing is trained, and no proof is believed."""
    honest = train_outputs(TrainingProblem(ROWS, Y, 1, coupling="2-norm"))
    problem = TrainingProblem(ROWS, Y[: 3 if "readout" in terms else 4], 1, coupling="2-norm", **terms)
    for refused in (train_outputs, lambda p: check_outputs(p, honest), lambda p: improvable_below(p, 100)):
        with pytest.raises(InputError, match=words):
            refused(problem)


def test_sizes_are_limited():
    rows = np.vstack([np.eye(4, dtype=int), np.ones((1, 4), int)])
    with pytest.raises(TooLargeError):
        train_outputs(TrainingProblem(rows, np.ones((5, 2), int), 1), max_chambers=5)
    with pytest.raises(InputError, match="y has 3 dimensions"):
        TrainingProblem([[1]], np.ones((1, 1, 1)), 1)


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
@pytest.mark.parametrize("free", ["nothing", "intercept", "decayed-intercept"])
@pytest.mark.parametrize("target", [0, 1e-300, 1e-160, "1/5"])
def test_small_targets_have_the_zero_network(coupling, free, target):
    """One sample of size 2, beta 1: from a target of 1/2 on a neuron pays; a free intercept fits it."""
    problem = TrainingProblem([[2]], [[target, 0]], beta=1, coupling=coupling, free=free)
    proof = train_outputs(problem)
    half = Fraction(target) ** 2 / 2
    value = {"nothing": half, "intercept": 0, "decayed-intercept": half / 2}[free]
    assert check_outputs(problem, proof).proven
    assert proof.network.width == 0
    assert proof.lower <= value <= proof.upper
    assert 0 <= proof.upper - value <= half / 10**6
    assert np.isfinite(proof.network.predict([[2.0]])).all()
    if target == 0:
        assert (proof.lower, proof.upper, proof.relative_gap) == (0, 0, 0.0)


def test_sizes_beyond_squares_are_refused_by_name():
    problem = TrainingProblem([["1e200"]], [["1e-200", 0]], "1e-5", coupling="2-norm")
    with pytest.raises(InputError, match=r"X\[0\] is of size 1e\+200, and training takes"):
        train_outputs(problem)


def test_a_norm_that_is_beta_all_along_an_arc_takes_few_cones():
    """The petals of Iris: two singular values are beta where all rows are positive, up to what training
    leaves, and a dual that has no room beside that takes hundreds of thousands of cones."""
    flowers = [row for row in iris().cells if row]
    kinds = sorted({flower[-1] for flower in flowers})
    X = [[*flower[2:4], "1"] for flower in flowers]
    classes = [[int(flower[-1] == kind) for kind in kinds] for flower in flowers]
    problem = TrainingProblem(X, classes, "19.2723071371", coupling="2-norm")
    proof = train_outputs(problem)
    assert check_outputs(problem, proof).proven and proof.relative_gap < 1e-9
    assert len(proof.certificates[0].to_json()) < 20_000


def test_neurons_that_get_no_better_are_bounded_all_the_same():
    x = ["-1.2275", "-0.4301", "-0.0461", "0.9875", "-1.3314", "-1.1822"]
    targets = [[961, 1], [-505, -1], [-932, -1], [148, -1], [-234, -1], [467, 1]]
    weights = ["1/3", "1/50", "5/2", 2, 2, "1/50"]
    problem = TrainingProblem(
        [[value, 1] for value in x], targets, 1, "slopes:1,3", coupling="2-norm", sample_weights=weights
    )
    proof = train_outputs(problem)
    assert proof.network.width and proof.relative_gap < 1e-3
    assert check_outputs(problem, proof).proven
