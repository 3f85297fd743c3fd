"""Max pooling where chambers are too many to be listed: the optimum of lists, proven by covers."""

from __future__ import annotations

import numpy as np
import pytest

from duality_checks import Effort, TrainingProblem, certify, check, dual_norm, train
from duality_checks.pricing.limits import chambers_at_most, is_searched
from duality_checks.pricing.max_pooling import MaxLandscape
from duality_checks.pricing.max_search import MaxSearch
from duality_checks.terms.max_pooling import MaxPooling, max_patches_1d
from duality_checks.training.table import MAX_SEARCHED, trained
from hyperplane_arrangements.errors import TooLargeError

TERMS = [
    ("squared", "relu"),
    ("squared", "leaky:-2"),
    ("logistic", "leaky:1/4"),
    ("hinge", "abs"),
    ("l1", "relu"),
]
LIST = 1_000


def few(seed: int, loss: str, activation: str) -> TrainingProblem:
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-9, 10, (10, 3)).tolist(), rng.choice([-1, 1], 5).tolist()
    return TrainingProblem(
        X, y, "1/2", activation, loss=loss, readout=MaxPooling((0, 0, 1, 1, 2, 2, 3, 3, 4, 4))
    )


def many(n: int = 16) -> TrainingProblem:
    """Signals whose largest rise is a large one, or not."""
    signals = np.random.default_rng(1).normal(size=(n, 6)).round(2)
    y = np.where(np.diff(signals, axis=1).max(axis=1) > 1.9, 1, -1)
    patches, readout = max_patches_1d(signals.tolist(), 3)
    return TrainingProblem(patches, y.tolist(), 1, readout=readout)


@pytest.mark.parametrize(("loss", "activation"), TERMS)
def test_searches_find_the_optimum_that_lists_find(loss: str, activation: str) -> None:
    problem = few(len(loss), loss, activation)
    listed = train(problem)
    searched = trained(problem, row=MAX_SEARCHED)
    assert searched.upper == pytest.approx(listed.upper, rel=1e-8)
    assert searched.relative_gap < 1e-8
    certificate = certify(problem, searched, list_at_most=0)
    assert certificate.method == "cover" and check(problem, certificate).proven
    assert certificate.relative_gap < 1e-8


def test_a_start_ends_where_training_does() -> None:
    problem = few(3, "squared", "relu")
    cold = trained(problem, row=MAX_SEARCHED)
    warm = trained(problem, row=MAX_SEARCHED, start=cold.network)
    assert warm.upper == pytest.approx(cold.upper, rel=1e-10) and len(warm.rounds) <= len(cold.rounds)


def test_the_largest_of_all_is_that_of_the_list() -> None:
    problem = few(5, "squared", "leaky:-1/2")
    v = np.random.default_rng(0).normal(size=5)
    assert MaxSearch.of(problem).maxima(v, 0.0).values[0] == pytest.approx(
        MaxLandscape.of(problem).maxima(v, 0.0).reach, rel=1e-9
    )


def test_more_chambers_than_are_listed_are_no_obstacle() -> None:
    """The list of this problem is refused; a narrow interval is proven all the same, by the checker."""
    problem = many()
    assert chambers_at_most(problem.arrangement) > 20 * LIST and is_searched(problem)
    with pytest.raises(TooLargeError):
        MaxLandscape.of(problem, LIST)
    solution = train(problem, max_chambers=LIST)
    certificate = certify(problem, solution, max_chambers=LIST)
    assert certificate.method == "cover" and check(problem, certificate).proven
    assert certificate.relative_gap < 1e-9
    directions = np.random.default_rng(2).normal(size=(500, 3))
    seen = [abs(problem.target @ _outputs(problem, w / np.linalg.norm(w))) for w in directions]
    assert max(seen) <= dual_norm(problem, problem.target, LIST) <= 1.1 * max(seen)


def _outputs(problem: TrainingProblem, w: np.ndarray) -> np.ndarray:
    """h(w) by its definition with the ReLU."""
    heights = np.maximum(problem.features @ w, 0)
    return np.array([heights[members].max() for members in problem.readout.members()])


def test_a_gap_that_is_wide_enough_ends_the_rounds() -> None:
    problem = many()
    solution = train(problem, effort=Effort(gap=0.05))
    assert solution.relative_gap <= 0.05
    certificate = certify(problem, solution, effort=Effort(gap=0.05))
    assert check(problem, certificate).proven and certificate.relative_gap <= 0.05


def test_what_one_look_has_missed_does_not_end_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once what ascents found late was taken for a standstill, and there was no bound at all."""
    glimpse = MaxSearch.glimpse
    monkeypatch.setattr(MaxSearch, "glimpse", lambda self, v, floor, turn: glimpse(self, v, floor, turn)[:0])
    solution = trained(many(), row=MAX_SEARCHED)
    assert solution.lower > 0 and solution.relative_gap < 1e-9
