"""What an effort asks for is reached, or what was proven by then is told."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks import TrainingProblem, certify, check, train
from duality_checks.cover.effort import LADDER, Effort
from duality_checks.training import relaxed
from hyperplane_arrangements.errors import InputError


@pytest.fixture(scope="module")
def problem():
    rng = np.random.default_rng(3)
    X = np.c_[rng.standard_normal((25, 4)), np.ones(25)]
    return TrainingProblem(X, rng.choice([-1.0, 1.0], 25), beta="1/2")


def test_a_wide_gap_is_proven_and_holds_the_optimum(problem):
    whole, wide = train(problem), train(problem, effort=Effort(gap="1/3"))
    certificate = certify(problem, wide, effort=Effort(gap="1/3"))
    assert check(problem, certificate).proven
    assert certificate.relative_gap <= 1 / 3
    assert certificate.lower <= whole.upper * (1 + 1e-12)
    assert wide.upper >= whole.lower
    assert whole.relative_gap < 1e-10


@pytest.mark.parametrize("effort", [Effort(cones=1), Effort(seconds=1e-9)])
def test_a_search_that_is_not_begun_leaves_a_network_and_what_quadratic_functions_prove(problem, effort):
    solution = train(problem, effort=effort)
    assert solution.network.width > 0
    assert 0 < solution.lower < solution.upper
    certificate = certify(problem, solution, effort=effort)
    assert certificate.method == "quadratic" and certificate.lower > 0
    assert check(problem, certificate).proven


@pytest.mark.parametrize("effort", [Effort(cones=1), Effort(seconds=1e-9)])
def test_at_low_rank_a_search_that_is_not_begun_leaves_a_bound_of_nothing(effort):
    rng = np.random.default_rng(3)
    problem = TrainingProblem(rng.standard_normal((60, 4)), rng.choice([-1.0, 1.0], 60), beta="1/2")
    solution = train(problem, effort=effort)
    assert solution.network.width > 0
    assert solution.lower == 0.0 and not solution.dual.any()
    certificate = certify(problem, solution, effort=effort)
    assert check(problem, certificate).proven and certificate.lower == 0


def test_functions_that_take_longer_to_state_than_there_is_time_are_not_stated(problem, monkeypatch):
    monkeypatch.setattr(relaxed, "PROVEN_A_SECOND", 1)
    assert train(problem, effort=Effort(seconds=1e-9)).lower == 0.0
    assert train(problem, effort=Effort(cones=1)).lower > 0.0  # where time is no limit


def test_a_proof_that_there_is_no_time_for_leaves_a_certificate_of_a_wide_interval():
    rng = np.random.default_rng(3)
    problem = TrainingProblem(rng.standard_normal((12, 3)), rng.standard_normal(12), beta="1/2")
    solution = train(problem)
    late, whole = (
        certify(problem, solution, effort=effort, list_at_most=0)
        for effort in (Effort(seconds=1e-9), Effort())
    )
    assert solution.dual.any() and late.cover is not None
    assert check(problem, late).proven
    assert late.upper == whole.upper and late.lower == 0 < whole.lower


def test_quadratic_functions_are_kept_only_where_a_search_proves_less(problem):
    few, many = (train(problem, effort=Effort(cones=cones)) for cones in (1, 100_000))
    assert few.relaxation is not None and many.relaxation is None
    assert few.lower < many.lower <= many.upper <= few.upper * (1 + 1e-9)


def test_a_limit_of_cones_leaves_an_interval_that_is_true(problem):
    effort = Effort(cones=2_000)
    solution = train(problem, effort=effort)
    assert 0 <= solution.lower <= solution.upper
    certificate = certify(problem, solution, effort=effort)
    assert check(problem, certificate).proven


def test_progress_is_told_of_cones_and_open_boxes(problem):
    seen = []
    train(problem, effort=Effort(progress=lambda cones, boxes: seen.append((cones, boxes))))
    assert seen and all(cones >= 0 and boxes > 0 for cones, boxes in seen)


def test_few_chambers_need_no_limits():
    problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
    assert train(problem, effort=Effort(seconds=1e-9, cones=1)).upper == pytest.approx(4)


def test_levels_fall_to_what_the_gap_asks_for():
    assert Effort(gap="1/5").levels(8) == (0.1,)
    assert Effort(gap="1/5", seconds=1).levels(8) == (3.0, 1.0, 0.3, 0.1)
    assert Effort(cones=9).levels(3) == (0.0,)
    assert Effort(cones=9).levels(8) == (*LADDER, 0.0)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"gap": 1}, "gap is 1; give a finite number >= 0 and < 1"),
        ({"gap": -0.1}, "gap is -0.1; give"),
        ({"gap": float("nan")}, "gap is nan; give"),
        ({"seconds": 0}, "seconds=0 is no limit; give a positive number, or leave it out"),
        ({"seconds": float("inf")}, "seconds=inf is no limit"),
        ({"cones": -3}, "cones=-3 is no limit"),
    ],
)
def test_limits_that_are_none(limits, message):
    with pytest.raises(InputError, match=message):
        Effort(**limits)
