"""Sampled chambers: intervals without enumeration, guarantees, and curves of what is missed."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, TwoLayerNetwork
from duality_checks.approximation.nets import net_failure
from duality_checks.approximation.sampling import bound_by_sampling, coverage, guarantee, plot_coverage
from duality_checks.approximation.subsets import interval, interval_by_chambers
from duality_checks.terms.losses import parse_loss
from duality_checks.theorems.bounds import proven_interval
from duality_checks.theorems.samples import random_problem
from hyperplane_arrangements.errors import InputError

LOSSES = ("squared", "l1", "huber:1/2", "hinge", "squared-hinge", "logistic")


def with_loss(problem: TrainingProblem, loss: str, rng: np.random.Generator) -> TrainingProblem:
    """The same rows with another loss, and labels where it needs them."""
    y = rng.choice([-1, 1], problem.n).tolist() if parse_loss(loss).labels else problem.y
    return TrainingProblem(problem.X, y, problem.beta, problem.kappa, loss=loss)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**6), st.integers(1, 12))
def test_the_interval_without_enumeration_holds_the_optimum(seed, samples) -> None:
    problem = random_problem(np.random.default_rng(seed))
    found, full = bound_by_sampling(problem, samples, seed), proven_interval(problem)
    assert found.interval.lower <= full.upper and full.lower <= found.interval.upper
    assert found.interval.lower <= found.at_best
    assert found.chambers <= min(samples, found.at_most)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.integers(0, 6), st.sampled_from(LOSSES))
def test_the_interval_of_any_loss_holds_the_optimum_and_no_network_is_below(seed, samples, loss) -> None:
    """The optimum is enclosed by the independent checker, over all chambers."""
    rng = np.random.default_rng(seed)
    problem = with_loss(random_problem(rng), loss, rng)
    found, full = bound_by_sampling(problem, samples + 1, seed).interval, proven_interval(problem)
    assert found.lower <= full.upper and full.lower <= found.upper
    by_all = interval_by_chambers(problem, problem.arrangement.chambers().signs.tolist())
    assert found.lower <= by_all.upper and by_all.lower <= full.upper
    assert by_all.relative_gap < 1e-5
    for _ in range(5):
        network = TwoLayerNetwork(rng.normal(size=(2, problem.d)) / 2, rng.normal(size=2) / 2, problem.kappa)
        assert network.exact_objective(problem) >= found.lower


@pytest.mark.parametrize("loss", LOSSES)
def test_the_share_that_4_1_promises_is_reached(loss) -> None:
    """One chamber of two: `t p~` is a proven lower bound, and p~ alone is none (negative control)."""
    problem = TrainingProblem([[1], [-1]], [1, 1], "1/4", loss=loss)
    found = interval_by_chambers(problem, [(1, -1)])
    # v~ is 1/4 where the chamber has a neuron, and the loss's slope at 0 where it has none.
    slope = {"huber:1/2": 0.5, "logistic": 0.5}.get(loss, 1.0)
    assert list(map(float, found.dual)) == pytest.approx([0.25, slope], abs=1e-6)
    share = 0.25 / slope
    assert float(found.lower) >= share * float(found.upper) * (1 - 1e-6)
    optimum = proven_interval(problem)
    assert found.lower <= optimum.upper < found.upper
    only_seen = interval(
        problem, found.network, found.dual, Fraction(1, 4) * (1 + Fraction(1, 10**5)), "one chamber"
    )
    assert only_seen.lower > optimum.upper


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"penalty": "inf-norm"}, "sampling chambers needs penalty='2-norm' and no readout"),
        ({"readout": [0, 0]}, "sampling chambers needs penalty='2-norm' and no readout"),
        ({"free": "intercept"}, "sampling chambers needs free='nothing', and the problem has 'intercept'"),
    ],
)
def test_what_sampling_cannot_bound_is_refused(terms, words) -> None:
    y = [1] if "readout" in terms else [1, 1]
    with pytest.raises(InputError, match=words):
        bound_by_sampling(TrainingProblem([[1], [2]], y, 1, loss="l1", **terms), 3)


def test_at_rank_eight_the_interval_is_honest_about_its_width() -> None:
    rng = np.random.default_rng(0)
    problem = TrainingProblem(
        rng.normal(size=(20, 8)).round(2).tolist(), rng.normal(size=20).round(2).tolist(), 3
    )
    found = bound_by_sampling(problem, 30)
    assert 0 < found.interval.lower < found.interval.upper
    assert found.at_most > 100_000
    for words in ("proven: dual norm by relaxation", "To close the interval", "30 directions met"):
        assert words in str(found)


def test_a_guarantee_holds_the_ratio_it_promises() -> None:
    problem = TrainingProblem([[1, 0], [-1, 0], [0, 1], [1, 2]], [1, 3, -1, 2], "1/2")
    promised = guarantee(problem, "1/2", "1/4")
    assert net_failure(2, "1/2", promised.samples) <= Fraction(1, 4)
    found, full = bound_by_sampling(problem, promised.samples, seed=3), proven_interval(problem)
    assert found.interval.upper <= promised.ratio * full.lower


def test_the_guarantee_does_not_grow_with_the_number_of_rows() -> None:
    few = TrainingProblem([[1, 0], [0, 1]], [1, 1], 1)
    many = TrainingProblem([[1, k] for k in range(50)], [1] * 50, 1)
    assert guarantee(few, "0.2").samples == guarantee(many, "0.2").samples


@pytest.fixture(scope="module")
def curve():
    rng = np.random.default_rng(5)
    X = np.column_stack([rng.normal(size=(12, 1)).round(2), np.ones(12)])
    problem = TrainingProblem(X.tolist(), rng.normal(size=12).round(2).tolist(), "1/20")
    return coverage(problem, (1, 4, 16, 64, 256), seed=1)


def test_ratios_fall_to_one_as_chambers_are_met(curve) -> None:
    assert (np.diff(curve.ratios) <= 1e-9).all()
    assert (curve.ratios >= 1 - 1e-12).all()
    assert curve.ratios[0] > 1.01


def test_the_optimum_is_found_once_a_chamber_of_each_neuron_is_met(curve) -> None:
    for size, ratio in zip(curve.samples, curve.ratios, strict=True):
        if ((curve.first_seen > 0) & (curve.first_seen <= size)).all():
            assert ratio < 1 + 1e-9
    assert (curve.first_seen > 0).any()


def test_the_bound_on_misses_falls_and_agrees_with_the_angles(curve) -> None:
    assert (np.diff(curve.expected_misses) < 0).all()
    assert curve.expected_misses[0] == pytest.approx((1 - curve.angles).sum())
    assert ((curve.angles > 0) & (curve.angles <= 0.5)).all()


def test_the_picture_is_drawn_on_the_axes_given(curve) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    _, ax = pyplot.subplots()
    assert plot_coverage(curve, ax=ax, title="what sampling misses") is ax
    # Two curves, and a tick for each chamber of the optimum.
    assert len(ax.lines) == 2 + len(curve.angles)
    assert ax.get_title() == "what sampling misses"
    pyplot.close("all")


def test_bad_input_is_refused() -> None:
    problem = TrainingProblem([[1, 0], [0, 1]], [1, 2], 1)
    with pytest.raises(InputError, match="samples is 0; give a whole number, 1 or more"):
        bound_by_sampling(problem, 0)
    with pytest.raises(InputError, match="give increasing sizes of at least 1"):
        coverage(problem, [5, 5])
    with pytest.raises(InputError, match="rank is 4; coverage needs solid angles"):
        coverage(TrainingProblem(np.eye(4).tolist(), [1] * 4, 1), [5])
