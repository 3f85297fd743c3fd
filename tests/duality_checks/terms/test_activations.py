"""Any two slopes: the reduction, the networks back, and the optimum of the original problem."""

from __future__ import annotations

from fractions import Fraction

import cvxpy
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rationals import fractions
from scipy.linalg import block_diag

from duality_checks import TrainingProblem, TwoLayerNetwork, certify, check, train
from duality_checks.terms.activations import Slopes
from hyperplane_arrangements.errors import InputError

slopes = fractions(-3, 3, 6)


@settings(deadline=None)
@given(slopes, slopes, st.fractions(min_value=-5, max_value=5))
def test_the_reduced_activation_is_the_same_function(above, below, t):
    assume(above != below)
    psi = Slopes(above, below)
    assert psi.kappa < 1
    u = psi.side * t
    assert above * max(t, 0) + below * min(t, 0) == psi.factor * (max(u, 0) + psi.kappa * min(u, 0))


@settings(deadline=None)
@given(slopes, slopes, st.integers(0, 10**6))
def test_networks_go_back_with_the_same_outputs_and_penalty(above, below, seed):
    assume(above != below)
    psi, generator = Slopes(above, below), np.random.default_rng(seed)
    network = TwoLayerNetwork(generator.normal(size=(3, 2)), generator.normal(size=3), psi.kappa)
    X = generator.normal(size=(5, 2))
    hidden, output = psi.weights(network)
    before = X @ hidden.T
    after = float(above) * np.maximum(before, 0) + float(below) * np.minimum(before, 0)
    assert np.allclose(after @ output, network.predict(X))
    size = np.sum(network.hidden**2) + np.sum(network.output**2)
    reduced = float(psi.reduced_beta(Fraction(1)))
    assert np.sum(hidden**2) + np.sum(output**2) == pytest.approx(reduced * size)


@pytest.mark.parametrize(("above", "below"), [(2, -1), (0, 3), (-1, "1/2"), ("1/2", 2), (-2, -1)])
def test_the_optimum_is_that_of_the_original_program(above, below):
    """Statement 2.1 with the slopes themselves, over all chambers, by CVXPY."""
    X, y = np.array([[1, 2], [-2, 1], [3, 1], [0, 1], [-1, 1]]), np.array([1, -2, 0, 3, 1])
    problem = TrainingProblem(X, y, "1/2", f"slopes:{above},{below}")
    up, down, blocks, inside = float(Fraction(above)), float(Fraction(below)), [], []
    for signs in problem.arrangement.chambers().signs:
        for output in (1, -1):
            blocks.append(output * np.where(signs > 0, up, down)[:, None] * X)
            inside.append(signs[:, None] * X)
    v = cvxpy.Variable((len(blocks), 2))  # a neuron a row
    f, penalty = np.hstack(blocks) @ cvxpy.vec(v, order="C"), cvxpy.sum(cvxpy.norm(v, axis=1))
    cones = [block_diag(*inside) @ cvxpy.vec(v, order="C") >= 0]
    program = cvxpy.Problem(cvxpy.Minimize(0.5 * cvxpy.sum_squares(f - y) + 0.5 * penalty), cones)
    solution = train(problem)
    assert solution.upper == pytest.approx(program.solve(solver="CLARABEL"), rel=1e-6)
    assert check(problem, certify(problem, solution)).proven


@pytest.mark.parametrize("penalty", ["2-norm", "1-norm"])
@pytest.mark.parametrize("loss", ["hinge", "logistic"])
@pytest.mark.parametrize(("above", "below"), [(0, 3), (-1, "1/2")])
def test_networks_with_the_slopes_themselves_attain_the_proven_optimum(above, below, loss, penalty):
    X, y = np.array([[1, 2], [-2, 1], [3, 1], [0, 1], [-1, 1]]), np.array([1, -1, 1, 1, -1])
    problem = TrainingProblem(X, y, "1/2", f"slopes:{above},{below}", loss=loss, penalty=penalty)
    solution = train(problem)
    certificate = certify(problem, solution)
    assert check(problem, certificate).proven
    hidden, output = Slopes(Fraction(above), Fraction(below)).weights(solution.network)
    before = X @ hidden.T
    f = (
        float(Fraction(above)) * np.maximum(before, 0) + float(Fraction(below)) * np.minimum(before, 0)
    ) @ output
    value = problem.loss.value(f, y.astype(float))
    decay = np.sum(problem.penalty.norms(hidden) ** 2) + np.sum(output**2)
    assert value + 0.25 * decay == pytest.approx(float(certificate.lower), rel=1e-9)


@pytest.mark.parametrize(
    ("activation", "words"),
    [
        ("slopes:1,1", "slopes 1 and 1 are equal: such a network is linear"),
        ("slopes:1", "write 'slopes:A,B'"),
        ("slopes:1,2,3", "write 'slopes:A,B'"),
        ("slopes:1,x", "activation slopes"),
    ],
)
def test_bad_slopes_are_refused(activation, words):
    with pytest.raises(InputError, match=words):
        TrainingProblem([[1]], [1], 1, activation)
