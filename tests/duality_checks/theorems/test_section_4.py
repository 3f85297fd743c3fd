"""Section 4 on drawn and degenerate instances, and checks broken on purpose."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from degenerate import problems
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.theorems import t4_1_subsample as subsample
from duality_checks.theorems import t4_2_net as net
from duality_checks.theorems import t4_2_solid_angles as angles
from duality_checks.theorems import t4_3_low_rank as low_rank
from duality_checks.theorems import t4_4_gated as gated
from duality_checks.theorems import theorems, verify

NUMBERS = ["4.1", "4.2", "4.2b", "4.3", "4.4"]


def generators():
    return st.integers(0, 10**6).map(np.random.default_rng)


INSTANCES = {
    "4.1": st.builds(subsample.some_chambers, problems(5), generators()),
    "4.2": st.builds(net.net, problems(5), st.integers(2, 12), generators()),
    "4.2b": generators().map(angles.draw),
    "4.3": problems(5).map(lambda problem: low_rank.reduced(problem, 1)),
    "4.4": problems(5).map(gated.relaxed),
}


@pytest.mark.parametrize("number", NUMBERS)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_the_statement_holds_on_degenerate_data(number, data) -> None:
    outcome = theorems()[number].check(data.draw(INSTANCES[number]))
    assert outcome.holds, outcome.reason
    assert outcome.proven or number == "4.2b"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_random_instance_holds_and_the_false_claim_is_refused(number) -> None:
    """Those that are fixed are checked with all statements, in `test_catalogue`."""
    report = verify(replace(theorems()[number], fixed=list), count=1)
    assert report.holds, report.verdict
    assert report.caught


REASONS = {
    "4.1": "p* >= p~ * share fails",
    "4.2": "p~ <= ratio * p* fails",
    "4.2b": "bound >= chance of missing a chamber fails",
    "4.3": "the other p* fails",
    "4.4": "p_gated >= p* fails",
}


@pytest.mark.parametrize("number", NUMBERS)
def test_a_false_claim_is_refused_for_what_is_false_in_it(number) -> None:
    theorem = theorems()[number]
    assert REASONS[number] in theorem.check(theorem.control()).reason


def test_the_dual_norm_over_sampled_chambers_only_is_caught(monkeypatch) -> None:
    """Mutation: no chamber can break a dual that was solved for it, so every share becomes 1."""
    monkeypatch.setattr(subsample, "dual_norm_squared", lambda problem, v: problem.beta**2)
    instance = replace(subsample.control(), share=None)
    assert subsample.check(instance).reason.startswith("p* >= p~ * share fails")


def test_a_radius_that_is_too_small_is_caught() -> None:
    honest = next(iter(net.fixed()))
    outcome = net.check(replace(honest, eps=honest.eps * Fraction(999, 1000)))
    assert outcome.reason.startswith("the directions are an eps-net fails")


def test_girards_angles_without_the_excess_are_caught(monkeypatch) -> None:
    monkeypatch.setattr(angles, "girard", lambda arrangement, signs: 0.2)
    assert "solid angle of chamber" in angles.check(next(iter(angles.fixed()))).reason


def test_inclusion_and_exclusion_is_the_chance_on_a_small_case() -> None:
    """Two draws among four equal chambers, two of which must be met: they are met in 2 of 16 ways."""
    assert angles.chance_of_missing([0.25, 0.25], 2) == pytest.approx(14 / 16)


def test_a_bound_without_the_slope_of_the_activation_is_caught(monkeypatch) -> None:
    """Mutation: the Lipschitz constant 1 for slopes of size 3."""
    steep = TrainingProblem([[2, 0], [0, 1], [-2, 1]], [5, -3, 4], "1/8", Fraction(-3))
    pair = low_rank.reduced(steep, 1).pair
    assert low_rank.check(low_rank.Reduction(pair)).holds
    assert pair.shift == 3 * pair.distance


def test_gates_of_one_chamber_only_are_no_relaxation() -> None:
    """Mutation: with the wrong dual (not feasible for all gates) the check refuses."""
    honest = gated.relaxed(gated.loose())
    doubled = tuple(3 * x for x in honest.gated.dual)
    forged = gated.Relaxation(honest.problem, replace(honest.gated, dual=doubled))
    assert gated.check(forged).reason.startswith("norm(X'D_i v) <= beta fails")
    raised = gated.Relaxation(honest.problem, replace(honest.gated, lower=honest.gated.lower + 1))
    assert gated.check(raised).reason.startswith("the gated lower bound fails")
