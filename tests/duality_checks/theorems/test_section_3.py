"""The statements on stationary points, their false twins, and what happens when a check is weakened."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.exact import programs
from duality_checks.exact.setting import Setting
from duality_checks.networks.rational import RationalNetwork
from duality_checks.stationary_points import blocks, clarke, polyhedral_clarke, selections
from duality_checks.stationary_points.examples import box_is_wrong
from duality_checks.stationary_points.stationary import first_order
from duality_checks.theorems import (
    t3_1_clarke,
    t3_3_autodiff,
    t3_4_directional,
    t3_4_other_terms,
    t3_5_faces,
    theorems,
    verify,
)
from duality_checks.theorems.optimality import own_and_opposite
from duality_checks.theorems.planted import Kinks, planted

EXACT = ("3.1", "3.2", "3.3", "3.4", "3.4b", "3.5", "3.5b", "3.6")
SOLVED = ("2.14", "3.7", "3.8")


@pytest.mark.parametrize("number", EXACT)
def test_the_statement_is_proven_and_its_false_twin_refused(number: str) -> None:
    report = verify(theorems()[number], count=3)
    assert report.verdict == "proven"
    assert report.caught


@pytest.mark.parametrize("number", SOLVED)
def test_the_statement_holds_numerically_and_its_false_twin_is_refused(number: str) -> None:
    report = verify(theorems()[number], count=1)
    assert report.holds, report.verdict
    assert report.verdict.startswith("numerical (")


@pytest.mark.parametrize("number", EXACT)
@settings(max_examples=8)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_statement_holds_on_planted_points_with_ties(number: str, seed: int) -> None:
    theorem = theorems()[number]
    outcome = theorem.check(theorem.draw(np.random.default_rng(seed)))
    assert outcome.holds, outcome.reason
    assert outcome.proven


# ------------------------------------------------------------------ planted instances


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.sampled_from([-1, 0, 1]))
def test_planted_points_satisfy_the_equation_they_are_planted_by(seed: int, bends: int) -> None:
    problem, network = planted(np.random.default_rng(seed), Kinks(bends=bends))
    setting = Setting.of(problem)
    (alpha,), (weights,) = network.output, network.hidden
    v = setting.residual(network)
    assert sum(w * w for w in weights) == alpha * alpha
    at = problem.arrangement.chamber_of(weights).tolist()
    for k, s in enumerate(at):
        if s == 0 and setting.nonzero[k] and bends:
            assert alpha * v[k] * bends >= 0


def test_planted_points_are_degenerate_often_enough() -> None:
    kinks, repeated, downhill = 0, 0, 0
    for seed in range(60):
        problem, network = planted(np.random.default_rng(seed), Kinks())
        (neuron,) = first_order(problem, network).neurons
        kinks += bool(neuron.subdifferential.kinks)
        owners = problem.arrangement.hyperplane_of_row[list(neuron.subdifferential.kinks)]
        repeated += len(set(owners.tolist())) < len(owners)
        downhill += neuron.downhill is not None
    assert kinks >= 30
    assert repeated >= 10
    assert 5 <= downhill <= 55


# ------------------------------------------------------------------ weakened checks


def box(kinks: Any, limit: int = 0) -> list[tuple[int, ...]]:
    """Each kink row by itself."""
    return list(product((-1, 1), repeat=len(kinks)))


def zero_is_plus(matrix: Any, directions: Any) -> np.ndarray:
    """sign(0) = +."""
    from hyperplane_arrangements.exact import signs

    found = signs(matrix, directions)
    return np.where((found == 0) & np.any(matrix.integers, axis=1), 1, found).astype(np.int8)


def first_chamber_only(kinks: Any, limit: int = 0) -> list[tuple[int, ...]]:
    """One chamber around, as automatic differentiation sees it."""
    return [(-1,) * len(kinks)]


def both_signs(select: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *arguments: own_and_opposite(select(*arguments))


@contextmanager
def weakened(where: Any, name: str, replacement: Any) -> Iterator[None]:
    kept = getattr(where, name)
    setattr(where, name, replacement)
    try:
        yield
    finally:
        setattr(where, name, kept)


MUTATIONS = {
    "box instead of hull": (clarke, "local_signs", box, "3.1"),
    "one chamber instead of all around": (clarke, "local_signs", first_chamber_only, "3.1"),
    "sign(0) taken as +": (clarke, "signs", zero_is_plus, "3.1"),
    "sign(0) taken as + in balance": (clarke, "signs", zero_is_plus, "3.2"),
    "both signs instead of the own one": (
        t3_4_directional,
        "adjacent_blocks",
        both_signs(blocks.adjacent_blocks),
        "3.4",
    ),
    "closed chambers instead of faces": (t3_5_faces, "face_blocks", blocks.adjacent_blocks, "3.5"),
    "the other side of every kink": (
        t3_3_autodiff,
        "selected_blocks",
        lambda problem, network, side: blocks.selected_blocks(problem, network, -side),
        "3.3",
    ),
    "no half in front of the squares": (
        Setting,
        "objective",
        (lambda honest: lambda self, network: 2 * honest(self, network))(Setting.objective),
        "3.5",
    ),
    "one chamber around, with any loss": (selections, "local_signs", first_chamber_only, "3.4b"),
    "any slope with any facet of the norm": (polyhedral_clarke, "local_signs", box, "3.5b"),
    "one piece around": (polyhedral_clarke, "local_signs", first_chamber_only, "3.5b"),
    "all pairs instead of each selection": (
        t3_4_other_terms,
        "directional",
        selections.directional_when_split,
        "3.4b",
    ),
    "Clarke instead of directional": (
        t3_4_directional,
        "first_order",
        lambda *case: _ClarkeOnly(first_order(*case)),
        "3.4",
    ),
}


class _ClarkeOnly:
    """First-order conditions that take Clarke stationarity for the directional one."""

    def __init__(self, state: Any) -> None:
        self.is_directional = state.is_clarke
        self.neurons = state.neurons


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_weakened_check_is_noticed(name: str) -> None:
    where, attribute, replacement, number = MUTATIONS[name]
    theorem = theorems()[number]
    with weakened(where, attribute, replacement):
        report = verify(theorem, count=30, seed=1)
        assert not report.holds
    assert verify(theorem, count=0).holds


def test_the_box_is_larger_on_the_explicit_instance() -> None:
    problem, network = box_is_wrong()
    assert t3_1_clarke.box_contains_zero(Setting.of(problem), network, 0)
    assert not first_order(problem, network).is_clarke
    # Not by a hair: the distance is 1, as large as beta.
    (here,) = clarke.subdifferentials(Setting.of(problem), network)
    found = here.nearest_to_zero()
    assert found.lower_squared == found.upper_squared == Fraction(1)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_the_box_never_misses_what_is_in_the_hull(seed: int) -> None:
    problem, network = planted(np.random.default_rng(seed), Kinks())
    assert t3_1_clarke.box_contains_zero(Setting.of(problem), network, 0)


def test_a_wrong_solver_fails_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    from hyperplane_arrangements.errors import ConvexLandscapeError

    points = [(Fraction(1),), (Fraction(-1),)]
    wrong = ((Fraction(0), Fraction(0)), {0: Fraction(1), 1: Fraction(0)})
    monkeypatch.setattr(programs, "maximise", lambda *arguments: wrong)
    with pytest.raises(ConvexLandscapeError, match="cddlib combined wrongly; no claim is made"):
        programs.zero_in_hull(points)


def test_networks_of_many_neurons_have_their_conditions_neuron_by_neuron() -> None:
    problem, network = box_is_wrong()
    twice = RationalNetwork((*network.hidden, (0, 0, 0)[: problem.d]), (*network.output, 0))
    state = first_order(problem, twice)
    assert [neuron.is_clarke for neuron in state.neurons] == [False, True]
