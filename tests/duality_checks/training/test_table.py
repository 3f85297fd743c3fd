"""The table of training: every combination of terms has a row, or is refused by a name and a remedy."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest

from duality_checks import TrainingProblem, certify, check, train, train_outputs
from duality_checks.cover.effort import WHOLE
from duality_checks.terms.free import NAMES
from duality_checks.terms.max_pooling import MaxPooling
from duality_checks.training.loop import Master
from duality_checks.training.rounds import Solution
from duality_checks.training.table import CONIC, FACES, MAX_SEARCHED, TABLE, row_of, trained
from hyperplane_arrangements.errors import InputError

LOSSES = ("squared", "l1", "hinge", "squared-hinge", "huber:1/2", "logistic")
PENALTIES = ("2-norm", "1-norm", "inf-norm")
READOUTS = {"identity": "identity", "sums": (0, 0, 1, 1), "max": MaxPooling((0, 0, 1, 1))}
X = [[1, 1], [-2, 1], [3, 1], [1, 1]]
# What a refusal has to name: the term that does not go with the others.
NAMED = ("free=", "penalty=", "coupling", "loss", "max pooling", "linear skip", "readout")
REMEDIES = ("use ", "leave ", "give ", "needs ")


def stated(readout: str, **terms: Any) -> TrainingProblem:
    y = [1, -1, 1, 1] if readout == "identity" else [1, -1]
    return TrainingProblem(X, y, "1/2", readout=READOUTS[readout], **terms)


def refused(error: InputError) -> bool:
    text = str(error)
    return any(name in text for name in NAMED) and any(remedy in text for remedy in REMEDIES)


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("penalty", PENALTIES)
def test_every_combination_is_trained_or_refused_by_name(readout: str, penalty: str) -> None:
    treated, losses = 0, LOSSES if readout == "identity" else LOSSES[:2]
    for loss, free in product(losses, NAMES):
        try:
            problem = stated(readout, loss=loss, penalty=penalty, free=free)
        except InputError as error:
            assert refused(error), (loss, free, error)
            continue
        solution = train(problem)
        # What is free may fit all of the few samples, so that nothing is left to be relative to.
        assert -1e-9 < solution.upper - solution.lower < 1e-6, (loss, free)
        treated += 1
    pooled = readout == "max"
    assert treated == len(losses) * ((penalty == "2-norm") if pooled else len(NAMES))


@pytest.mark.parametrize("coupling", ["1-norm", "2-norm"])
def test_several_outputs_are_trained_or_refused_by_name(coupling: str) -> None:
    """One loss of each kind beside each penalty, free part and readout."""
    for loss, penalty, free, readout in product(("squared", "l1"), PENALTIES, NAMES, READOUTS):
        Y = [[1, -1], [-1, 1], [1, 1], [1, -1]] if readout == "identity" else [[1, -1], [-1, 1]]
        terms = {"loss": loss, "penalty": penalty, "free": free, "readout": READOUTS[readout]}
        try:
            problem = TrainingProblem(X, Y, "1/2", coupling=coupling, **terms)
        except InputError as error:
            assert refused(error), (terms, error)
            continue
        assert all(row_of(one) in TABLE for one in problem.programs)
        if not problem.shares:
            continue
        try:
            assert check(problem, certify(problem, train(problem))).proven, terms
        except InputError as error:
            assert refused(error), (terms, error)
    proof = train_outputs(TrainingProblem(X, [[1, -1]] * 4, "1/2", coupling=coupling))
    assert proof.lower <= proof.upper


def test_rows_that_fit_one_problem_agree() -> None:
    """Newton on faces, and the conic program over chambers."""
    problem = stated("identity")
    assert row_of(problem) is FACES
    one, other = (trained(problem, row=row).upper for row in (FACES, CONIC))
    assert one == pytest.approx(other, rel=1e-9)


def test_each_master_has_what_the_loop_asks_for() -> None:
    """Each row makes a master whose bounds enclose the optimum before the first round."""
    problems = [
        stated("max"),
        stated("identity", penalty="1-norm"),
        stated("sums"),
        stated("sums", loss="l1"),
        TrainingProblem(X, [[1, -1]] * 4, "1/2", coupling="2-norm"),
    ]
    assert {row_of(problem).name for problem in problems} == {row.name for row in TABLE} - {MAX_SEARCHED.name}
    for problem in problems:
        row = row_of(problem)
        pricing = row.pricer(problem, 1000, WHOLE)
        master = row.master(problem, pricing, None)
        best: Solution = train(problem)
        assert isinstance(master, Master) and master.upper >= best.upper * (1 - 1e-9)
        assert master.dual.shape == np.shape(problem.given)
        assert master.network().objective(problem) >= best.upper * (1 - 1e-9)
        assert len(pricing.maxima(master.dual, master.beta)) > 0  # the zero network is not optimal here
