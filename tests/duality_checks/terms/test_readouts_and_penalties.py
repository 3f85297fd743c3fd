"""Readouts and penalties by themselves: shapes, duality, files, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import TrainingProblem, certify, check, checker, train
from duality_checks.certificates import certifying
from duality_checks.terms.penalties import PENALTIES, parse_penalty
from duality_checks.terms.readouts import Readout, parse_readout, patches_1d, patches_2d
from hyperplane_arrangements.errors import InputError

vectors = st.lists(fractions(-5, 5, 7), min_size=1, max_size=5)


@settings(deadline=None)
@given(st.sampled_from(sorted(PENALTIES)), vectors, st.data())
def test_dual_norms_bound_inner_products(name, c, data):
    """Hoelder, in squares; and equality is reached at some corner for the polyhedral norms."""
    penalty = parse_penalty(name)
    u = [data.draw(fractions(-5, 5, 7)) for _ in c]
    product = sum((a * b for a, b in zip(c, u, strict=True)), Fraction(0))
    assert product**2 <= penalty.dual_square(c) * penalty.square(u)
    floats = np.array([[float(x) for x in c]])
    assert penalty.norms(floats)[0] ** 2 == pytest.approx(float(penalty.square(c)))


@settings(deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(0, 99))
def test_spreading_is_the_transpose_of_pooling(samples, seed):
    names = {sample: i for i, sample in enumerate(sorted(set(samples)))}
    readout = Readout(tuple(names[sample] for sample in samples))
    generator = np.random.default_rng(seed)
    rows, v = generator.normal(size=(len(samples), 2)), generator.normal(size=readout.n)
    assert np.allclose(v @ readout.pool(rows), readout.spread(v) @ rows)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([0, 2], 2), "sample 1 has no row of X; number the samples without gaps"),
        (([0, -1], 2), r"readout\[1\]=-1 is no sample index"),
        (([0, True], 2), r"readout\[1\]=True is no sample index"),
        (([0, 0.5], 2), r"readout\[1\]=0.5 is no sample index"),
        (([0, 0], 3), "readout has 2 entries but X has 3 rows"),
        (("mean", 3), "readout='mean' is unknown; use 'identity' or a sample index"),
        ((7, 3), "readout=7 is unknown"),
    ],
)
def test_bad_readouts_are_refused(arguments, words):
    with pytest.raises(InputError, match=words):
        parse_readout(*arguments)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: patches_1d([[1, 2]], size=3), "size=3 and stride=1 leave no patch.*from 1 to the signal 2"),
        (lambda: patches_1d([[1, 2]], size=1, stride=0), "stride=0"),
        (lambda: patches_2d([[[1]], [[1, 2]]], size=(1, 1)), "the images have shapes"),
        (lambda: patches_2d([], size=(1, 1)), "the images have shapes"),
        (lambda: parse_penalty("3-norm"), "penalty='3-norm' is unknown; use 2-norm, 1-norm, inf-norm"),
        (
            lambda: TrainingProblem([[1], [2]], [1, 0], 1, readout=[0, 0]),
            "y has 2 entries but readout gives 1 samples; give one target a sample",
        ),
    ],
)
def test_bad_patches_penalties_and_targets_are_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()


def test_problem_files_keep_loss_penalty_and_readout():
    problem = TrainingProblem(
        [[1], [2], [3]], [1, -1], "1/3", "abs", loss="huber:1/2", penalty="inf-norm", readout=[0, 1, 0]
    )
    again = TrainingProblem.from_json(problem.to_json())
    assert again.to_json() == problem.to_json()
    assert (again.loss, again.penalty, again.readout) == (problem.loss, problem.penalty, problem.readout)
    stated = checker.read_problem(problem.to_json())
    assert (stated.loss, stated.penalty, stated.samples) == (("huber", Fraction(1, 2)), "inf-norm", (0, 1, 0))
    with pytest.raises(InputError, match="readout is neither 'identity' nor a list"):
        TrainingProblem.from_json(problem.to_json().replace('["0", "1", "0"]', '"pool"'))


@pytest.mark.parametrize("loss", ["squared", "logistic", "l1"])
def test_unlisted_certificates_take_losses_and_readouts(loss, monkeypatch):
    """Version 2: the checker's own sweep, with pooled rows of rank 3."""
    generator = np.random.default_rng(2)
    X = np.column_stack([generator.integers(-5, 6, (12, 2)), np.ones(12, int)])
    y = generator.choice([-1, 1], 6)
    problem = TrainingProblem(X, y, "1/2", loss=loss, readout=[0, 1, 2, 3, 4, 5] * 2)
    solution = train(problem)
    monkeypatch.setattr(certifying, "LISTED_AT_MOST", 0)
    short = certify(problem, solution)
    assert short.chambers is None
    assert check(problem, short).proven and short.relative_gap <= 1e-8


def test_the_sweep_is_for_the_2_norm_alone():
    text = TrainingProblem(np.eye(3, dtype=int), [1, 1, 1], 1, penalty="1-norm").to_json()
    with pytest.raises(checker.Refusal, match="with the 1-norm chambers must be listed"):
        checker.sweep_proves(checker.read_problem(text), [Fraction(0)] * 3)


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"loss": "l1"}, "the audit needs loss='squared', and the problem has 'l1'"),
        ({"penalty": "1-norm"}, "needs penalty='2-norm', and the problem has '1-norm'"),
        ({"readout": [1, 0]}, "needs readout='identity', and the problem has 'pooling'"),
    ],
)
def test_what_is_for_the_standard_problem_can_refuse_others(other, words):
    with pytest.raises(InputError, match=words):
        TrainingProblem([[1], [2]], [1, -1], 1, **other).require_standard("the audit")
