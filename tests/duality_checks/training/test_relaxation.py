"""The relaxation: never above the optimum, whatever the terms of the problem."""

from __future__ import annotations

import numpy as np
import pytest
from cover_forgeries import TERMS, with_term
from hypothesis import given, settings

from duality_checks import TrainingProblem, train
from duality_checks.pricing.landscape import Landscape
from duality_checks.strategies import training_problems
from duality_checks.training.relaxation import relax


def value(problem):
    dual = relax(problem, Landscape.of(problem)).dual
    return problem.loss.dual(problem.loss.clip(dual, problem.target), problem.target)


@settings(max_examples=15)
@given(training_problems())
def test_the_value_is_at_most_the_optimum(problem):
    assert value(problem) <= train(problem).upper * (1 + 1e-7) + 1e-7


@pytest.mark.parametrize("options", TERMS, ids=str)
def test_every_term_of_a_problem_is_relaxed(options):
    problem = with_term(options)
    assert 0 < value(problem) <= train(problem).upper * (1 + 1e-6)


def test_one_row_is_relaxed_exactly():
    # g = z max(0, u) on {1, -1}: p* = 3 - 1/2 for x = 1, y = 3, beta = 1 (a soft threshold).
    assert value(TrainingProblem([[1]], [3], beta=1)) == pytest.approx(2.5, rel=1e-8)


def test_an_even_landscape_of_orthogonal_rows_is_relaxed_exactly():
    # abs(z_1 u_1) + abs(z_2 u_2) is largest, norm(z), at parabolas with tau_i = abs(u_i).
    problem = TrainingProblem(np.eye(2), [3, 4], beta=1, activation="abs")
    # p* = min over z of norm 1 of the dual: y is shrunk by beta, 5 - 1/2.
    assert value(problem) == pytest.approx(4.5, rel=1e-7)
