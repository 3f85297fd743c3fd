"""The rays against the vertices of every chamber's polytope, by cddlib; values against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.exact.polyhedral import directions, optimum
from duality_checks.pricing.polyhedral import Neurons
from hyperplane_arrangements.errors import TooLargeError

NORMS = ["1-norm", "inf-norm"]


@st.composite
def problems(draw, most=4):
    n, d = draw(st.integers(1, most)), draw(st.integers(1, 3))
    entries = st.integers(-3, 3)
    X = [[draw(entries) for _ in range(d)] for _ in range(n)]
    assume(any(map(any, X)))
    y = [draw(entries) for _ in range(n)]
    activation = draw(st.sampled_from(["relu", "abs", "leaky:1/3"]))
    return TrainingProblem(X, y, "1/2", activation, penalty=draw(st.sampled_from(NORMS)))


@settings(deadline=None, max_examples=40)
@given(problems())
def test_every_vertex_of_every_chamber_is_among_the_rays(problem):
    neurons = Neurons.of(problem)
    found = {neurons.direction(j) for j in range(len(neurons))}
    for u in directions(problem, problem.penalty.name):
        before = [sum(a * b for a, b in zip(row, u, strict=True)) for row in problem.X.fractions]
        if any(t > 0 or (t < 0 and problem.kappa) for t in before):
            assert u in found


@settings(deadline=None, max_examples=40)
@given(problems(), st.data())
def test_values_are_exact_and_agree_with_floats(problem, data):
    neurons = Neurons.of(problem)
    v = [data.draw(fractions(-3, 3, 9)) for _ in range(problem.n)]
    integers, unit = neurons.values(v)
    bound = data.draw(fractions(0, 5, 4))
    above, below = neurons.above(v, bound)
    best = Fraction(0)
    for j in range(len(neurons)):
        u = neurons.direction(j)
        assert problem.penalty.square(u) == 1
        exact = sum((a * b for a, b in zip(v, neurons.outputs(j), strict=True)), Fraction(0))
        assert integers[j] * unit / int(neurons.lengths[j]) == exact
        assert (j in above, j in below) == (exact > bound, exact < -bound)
        assert np.allclose(neurons.columns[:, j], [float(x) for x in neurons.outputs(j)])
        best = max(best, abs(exact))
    assert neurons.dual_norm(v) == best


@settings(deadline=None, max_examples=15)
@given(problems(), st.sampled_from(["squared", "l1"]))
def test_the_optimum_is_that_of_the_direct_program(problem, loss):
    """The whole program in rational arithmetic over the vertices of all chambers, without any float."""
    same = TrainingProblem(
        problem.X, problem.y, problem.beta, problem.kappa, loss=loss, penalty=problem.penalty
    )
    certificate = certify(same, train(same))
    assert check(same, certificate).proven
    assert certificate.lower == certificate.upper == optimum(problem, problem.penalty.name, loss).upper


@pytest.mark.parametrize("norm", NORMS)
def test_sixty_samples_with_a_gap_of_exactly_zero(norm):
    generator = np.random.default_rng(0)
    X = np.column_stack([generator.integers(-20, 21, (60, 1)), np.ones(60, int)])
    problem = TrainingProblem(X, generator.choice([-1, 1], 60), 3, loss="hinge", penalty=norm)
    certificate = certify(problem, train(problem))
    assert certificate.lower == certificate.upper
    assert check(problem, certificate).proven


def test_too_many_rays_are_refused_with_their_number():
    generator = np.random.default_rng(0)
    problem = TrainingProblem(generator.integers(-9, 10, (60, 6)), [1] * 60, 1, penalty="1-norm")
    with pytest.raises(TooLargeError, match=r"8,936,928 intersections of 5 out of 66 hyperplanes"):
        Neurons.of(problem)
