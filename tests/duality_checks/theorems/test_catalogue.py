"""Statements on fixed, random and drawn instances; every false twin refused; and the framework itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.theorems import Outcome, theorems, verify
from duality_checks.theorems import t1_1_count as count
from duality_checks.theorems import t1_2_zonotope as zonotope
from duality_checks.theorems import t1_3_faces as faces
from duality_checks.theorems import t1_4_reduction as reduction
from duality_checks.theorems import t2_1_duality as duality
from duality_checks.theorems import t2_2_network as network
from duality_checks.theorems import t2_3_certificate as certificate
from duality_checks.theorems import t2_4_gap as gap
from duality_checks.theorems import t2_5_scaling as scaling
from duality_checks.theorems import t2_6_zero_network as zero
from duality_checks.theorems import t2_7_polyhedral as polyhedral
from duality_checks.theorems import t2_8_vector_output as vector
from duality_checks.theorems import t2_9_whitened as whitened
from duality_checks.theorems import t2_10_absolute_value as absolute
from duality_checks.theorems import t2_11_rank_one as rank_one
from duality_checks.theorems import t2_12_interpolation as interpolation
from duality_checks.theorems import t2_13_linear_limit as linear
from duality_checks.theorems.catalogue import all_of, at_least, equal, refused, select, that
from duality_checks.theorems.rationals import random_unit_vector
from duality_checks.theorems.samples import ACTIVATIONS
from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.strategies import normals

# ------------------------------------------------------------------ strategies

MILD = ["general", "repeated", "concurrent"]


def fractions(most: int = 6) -> st.SearchStrategy[Fraction]:
    return st.builds(Fraction, st.integers(-most, most), st.integers(1, 4))


@st.composite
def row_lists(draw: Callable[[Any], Any], kinds: list[str] | None = None, most: int = 6) -> Any:
    """Rows with a degeneracy, at most ``most`` of them."""
    kind = draw(st.sampled_from(kinds or [*MILD, "tiny angles"]))
    return draw(normals(degeneracy=kind))[:most]


@st.composite
def problems(draw: Callable[[Any], Any], kinds: list[str] | None = None) -> TrainingProblem:
    """Problems of rank 1 to 3, all activations, with repeats, opposites, zero rows and ties."""
    rows = draw(row_lists(kinds).filter(lambda rows: any(map(any, rows))))
    y = draw(st.lists(fractions(), min_size=len(rows), max_size=len(rows)))
    beta = draw(st.builds(Fraction, st.integers(1, 8), st.just(8)))
    return TrainingProblem(rows, y, beta, draw(st.sampled_from(ACTIVATIONS)))


@st.composite
def with_vector(draw: Callable[[Any], Any], make: Callable[..., Any]) -> Any:
    problem = draw(problems())
    return make(problem, tuple(draw(st.lists(fractions(), min_size=problem.n, max_size=problem.n))))


@st.composite
def rank_one_claims(draw: Callable[[Any], Any]) -> rank_one.RankOne:
    c = draw(st.lists(fractions(), min_size=1, max_size=6).filter(any))
    y = draw(st.lists(fractions(), min_size=len(c), max_size=len(c)))
    a = random_unit_vector(np.random.default_rng(draw(st.integers(0, 1000))), draw(st.integers(1, 3)))
    beta = draw(fractions().filter(lambda beta: beta > 0))
    return rank_one.closed_form(tuple(c), a, tuple(y), beta)


def seeded(make: Callable[[np.random.Generator], Any]) -> st.SearchStrategy[Any]:
    """Instances that are themselves built from the answer, so that only the seed is free."""
    return st.integers(0, 2**32 - 1).map(lambda seed: make(np.random.default_rng(seed)))


EXACT = {
    "1.1": row_lists().map(count.counted),
    "1.2": row_lists(MILD).map(zonotope.mapped),
    "1.3": row_lists(MILD).map(faces.counted),
    "1.4": row_lists().map(reduction.essential),
    "2.2": seeded(network.draw),
    "2.3": with_vector(certificate.shortest),
    "2.6": problems().map(zero.threshold),
    "2.7": st.builds(
        polyhedral.solved,
        problems(),
        st.sampled_from(["1-norm", "inf-norm"]),
        st.sampled_from(polyhedral.LOSSES),
    ),
}
TRAINED = {
    "2.1": problems(MILD).map(duality.wide_enough),
    "2.4": problems(MILD).map(gap.claim),
    "2.5": with_vector(scaling.scaled),
    "2.8": st.builds(
        vector.with_targets, st.builds(np.random.default_rng, st.integers(0, 99)), problems(MILD), st.just(1)
    ),
    "2.9": seeded(whitened.draw),
    "2.10": with_vector(absolute.with_absolute_value),
    "2.11": rank_one_claims(),
    "2.12": st.builds(interpolation.limit, problems(MILD), st.sampled_from(["1-norm", "inf-norm"])),
    "2.13": st.builds(linear.near_linear, problems(MILD), st.sampled_from(linear.SLOPES)),
}


@pytest.mark.parametrize("number", EXACT)
@settings(max_examples=20)
@given(data=st.data())
def test_the_statement_holds_exactly_on_degenerate_data(number: str, data: st.DataObject) -> None:
    outcome = theorems()[number].check(data.draw(EXACT[number]))
    assert outcome.holds, outcome.reason
    assert outcome.proven


@pytest.mark.parametrize("number", TRAINED)
@settings(max_examples=10)
@given(data=st.data())
def test_the_statement_holds_against_trained_networks(number: str, data: st.DataObject) -> None:
    outcome = theorems()[number].check(data.draw(TRAINED[number]))
    assert outcome.holds, outcome.reason
    assert outcome.proven or number == "2.1"


# ------------------------------------------------------------------ the catalogue itself


@pytest.mark.parametrize("number", theorems())
def test_a_statement_holds_and_its_false_twin_is_refused(number: str) -> None:
    report = verify(theorems()[number], count=1, seed=11)
    assert report.summary.holds, report.summary.reason
    assert report.caught
    assert report.control.reason
    assert report.verdict == "proven" or report.summary.tolerance > 0


@pytest.mark.parametrize("number", theorems())
def test_a_statement_says_what_it_is(number: str) -> None:
    theorem = theorems()[number]
    assert theorem.id == number
    for text in (theorem.name, theorem.statement, theorem.source, theorem.false_claim):
        assert text.strip() == text != ""
    # A statement such as 4.2b may be proven in the note of 4.2.
    assert theorem.note.startswith((f"{number}-", f"{number.rstrip('b')}-")) and theorem.note.endswith(".md")
    assert any(True for _ in theorem.fixed()), "a statement needs fixed instances"


def test_instances_depend_on_the_seed_alone() -> None:
    theorem = theorems()["1.1"]
    first, again, other = (list(theorem.instances(5, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_statements_come_in_the_order_of_their_numbers() -> None:
    numbers = list(theorems())
    assert numbers.index("2.9") + 1 == numbers.index("2.10")
    sections = [number.split(".")[0] for number in numbers]
    assert sections == sorted(sections)


def test_a_failing_statement_is_reported_with_its_reason() -> None:
    false = replace(theorems()["1.1"], fixed=lambda: [count.Count(((1, 0), (0, 1)), 5)])
    report = verify(false, count=3)
    assert not report.holds
    assert len(report.outcomes) == 1
    assert report.verdict == "REFUSED: 5 chambers are claimed, 4 are listed with witnesses"


def test_a_control_that_is_not_caught_is_a_failure() -> None:
    toothless = replace(theorems()["1.1"], control=lambda: count.counted([[1, 0], [0, 1]]))
    report = verify(toothless, count=0)
    assert report.summary.holds
    assert not report.holds
    assert report.verdict == "REFUSED: the false claim was not caught"


def test_selection_by_number_section_and_name() -> None:
    assert [theorem.id for theorem in select(["2.10", "1.1", "1.1"])] == ["1.1", "2.10"]
    assert all(theorem.id.startswith("2.") for theorem in select(["2"]))
    assert [theorem.id for theorem in select(["Count of"])] == ["1.1"]
    assert [theorem.id for theorem in select([])] == list(theorems())
    with pytest.raises(
        InputError, match=r"^no statement is called '9\.9'; the statements are: 1\.1 count of"
    ):
        select(["1.1", "9.9"])


# ------------------------------------------------------------------ outcomes


@given(larger=fractions(), smaller=fractions())
def test_exact_comparisons_have_exact_margins(larger: Fraction, smaller: Fraction) -> None:
    outcome = at_least(larger, smaller, "it")
    assert outcome.holds == (larger >= smaller)
    assert outcome.margin == larger - smaller
    assert equal(larger, smaller, "it").holds == (larger == smaller)


def test_a_tolerance_makes_an_outcome_numerical() -> None:
    outcome = equal(1.0, 1.0 + 1e-12, "it", tolerance=1e-9)
    assert outcome.holds and not outcome.proven
    assert not equal(1.0, 1.1, "it", tolerance=1e-9).holds
    assert all_of([that(True, ""), outcome]).tolerance == 1e-9


def test_nan_is_refused() -> None:
    assert not at_least(nan, 0.0, "it", tolerance=1.0).holds
    assert not equal(nan, nan, "it", tolerance=1.0).holds


def test_all_of_stops_at_the_first_refusal() -> None:
    def outcomes() -> Any:
        yield refused("first")
        raise AssertionError("asked for more")

    assert all_of(outcomes()) == Outcome(-inf, 0.0, "first")


def test_nothing_compared_is_no_margin() -> None:
    assert all_of([that(True, "x")]).margin == inf
