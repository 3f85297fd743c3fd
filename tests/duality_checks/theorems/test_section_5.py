"""Section 5 on drawn and degenerate instances, and checks broken on purpose."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.theorems import t5_1_optimal_set as optima
from duality_checks.theorems import t5_2_spline as spline
from duality_checks.theorems import t5_3_spike_free as spike_free
from duality_checks.theorems import t5_4_circular as circular
from duality_checks.theorems import t5_4_threshold as threshold
from duality_checks.theorems import t5_5_path as path
from duality_checks.theorems import t5_6_staircase as staircase
from duality_checks.theorems import theorems, verify

NUMBERS = ["5.1", "5.2", "5.3", "5.4", "5.4b", "5.5", "5.6"]
EXACT = {"5.1", "5.2", "5.4b", "5.5", "5.6"}
REASONS = {
    "5.1": "the dimension fails",
    "5.2": "the spline >= the program's lower bound fails",
    "5.3": "the optimum over two blocks fails",
    "5.4": "network objective = Lasso objective fails",
    "5.4b": "the Lasso over the patterns = p* fails",
    "5.5": "the band's lower bound <= an objective fails",
    "5.6": "connected from width 3 on fails",
}
numbers = st.builds(Fraction, st.integers(-6, 6), st.integers(1, 3))


@st.composite
def ties(draw):
    """Samples on axes, any side of which may tie; weights of atoms may vanish."""
    box = draw(st.sampled_from(optima._BOXES))
    tied = draw(st.lists(st.booleans(), min_size=len(box), max_size=len(box)))
    tied[0] = tied[0] and len(box) < 3
    weights = draw(st.lists(st.builds(Fraction, st.integers(0, 3), st.just(2)), min_size=1, max_size=4))
    return optima.along_axes(box, tied, Fraction(0), weights)


@st.composite
def splines(draw):
    """Few samples, repeats among them."""
    x = draw(st.lists(numbers, min_size=1, max_size=4).filter(any))
    y = draw(st.lists(numbers, min_size=len(x), max_size=len(x)))
    beta = draw(st.builds(Fraction, st.integers(1, 8), st.just(4)))
    return spline.free(x, y, beta, draw(st.sampled_from(spline.SLOPES)))


def seeded(make):
    return st.integers(0, 10**6).map(lambda seed: make(np.random.default_rng(seed)))


INSTANCES = {
    "5.1": ties(),
    "5.2": splines(),
    "5.3": seeded(spike_free.draw),
    "5.4": seeded(circular.draw),
    "5.4b": seeded(threshold.draw),
    "5.5": seeded(path.draw),
    "5.6": seeded(staircase.draw),
}


@pytest.mark.parametrize("number", NUMBERS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_the_statement_holds_on_degenerate_data(number, data) -> None:
    outcome = theorems()[number].check(data.draw(INSTANCES[number]))
    assert outcome.holds, outcome.reason
    assert outcome.proven or number not in EXACT


@pytest.mark.parametrize("number", NUMBERS)
def test_a_random_instance_holds_and_the_false_claim_is_refused(number) -> None:
    """Those that are fixed are checked with all statements, in `test_catalogue`."""
    theorem = theorems()[number]
    report = verify(replace(theorem, fixed=list), count=1)
    assert report.holds, report.verdict
    assert theorem.check(theorem.control()).reason.startswith(REASONS[number])


def test_a_missing_direction_is_caught() -> None:
    """Mutation: maximisers with one output sign, or of some chambers, only."""
    honest = optima.rhombus()
    found = honest.found
    fewer = replace(found, atoms=found.atoms[:-1], vertices=tuple(v[:-1] for v in found.vertices))
    assert not optima.check(replace(honest, found=fewer)).holds


def test_a_direction_listed_twice_is_caught() -> None:
    """Mutation: equal directions of adjacent chambers that are not merged."""
    honest = optima.along_axes((3, 4), [False, False], Fraction(0), [Fraction(1)])
    found = honest.found
    twice = replace(found, atoms=found.atoms * 2, vertices=tuple((*v, Fraction(0)) for v in found.vertices))
    assert optima.check(replace(honest, found=twice)).reason.startswith("each direction once fails")


def test_a_wrong_least_width_is_caught() -> None:
    assert optima.check(replace(optima.rhombus(), minimum_width=1)).reason.startswith("the least width fails")


def test_a_point_that_is_no_vertex_is_caught() -> None:
    honest = optima.rhombus()
    middle = honest.found.between(*honest.found.vertices, Fraction(1, 2))
    forged = replace(honest.found, vertices=(*honest.found.vertices, middle))
    assert optima.check(replace(honest, found=forged)).reason == "the vertices are not the basic solutions"


def test_the_wrong_factor_of_beta_is_caught_by_the_spline() -> None:
    honest = next(iter(spline.fixed()))
    half = replace(honest.program, beta=honest.program.beta / 2)
    assert not spline.check(replace(honest, program=half)).holds


def test_the_two_blocks_with_one_sign_are_caught(monkeypatch) -> None:
    """Mutation: the minus side forgotten."""
    both = spike_free.two_blocks
    monkeypatch.setattr(spike_free, "two_blocks", lambda problem: both(problem)[:1])
    assert any(not spike_free.check(instance).holds for instance in spike_free.fixed())


def test_spike_free_data_called_spiked_are_caught() -> None:
    honest = next(iter(spike_free.fixed()))
    assert "but the data are spike-free" in spike_free.check(replace(honest, spike_free=False)).reason


@pytest.mark.parametrize("factor", [0.5, 2.0, 1 / np.sqrt(3)])
def test_other_constants_are_caught(factor) -> None:
    honest = circular.stated([[1.0, 2.0, 0.0], [0.0, 1.0, 1.0]], [1.0, 2.0], 0.25)
    assert circular.check(honest).holds
    assert not circular.check(replace(honest, price=factor * honest.price)).holds


def test_one_pattern_too_few_is_caught() -> None:
    honest = list(threshold.fixed())[1]
    assert not threshold.check(replace(honest, patterns=honest.patterns[1:])).holds


def test_the_network_s_factor_is_caught_by_threshold_units() -> None:
    """With beta instead of beta/2 on the squares the Lasso is beaten by nothing, with beta/4 by a network."""
    honest = next(iter(threshold.fixed()))
    cheap = replace(honest, beta=honest.beta / 2)
    root = [Fraction(3, 2)]
    assert threshold.decayed_objective(cheap, [[0]], root, root) < Fraction(11, 4)
    assert threshold.decayed_objective(honest, [[0]], root, root) >= Fraction(11, 4)


def test_a_missing_vertex_is_caught_by_the_stairs() -> None:
    honest = next(iter(staircase.fixed()))
    fewer = replace(honest.found, vertices=honest.found.vertices[:1])
    reason = staircase.check(replace(honest, found=fewer)).reason
    assert reason == "the vertices are not the basic solutions"


@pytest.mark.parametrize("wrong", [3, 5])
def test_another_width_of_connection_is_caught(wrong) -> None:
    honest = next(iter(staircase.fixed()))
    assert "connected" in staircase.check(replace(honest, connected_from=wrong)).reason


def test_pieces_that_forget_the_orders_of_neurons_are_caught(monkeypatch) -> None:
    """Mutation: counted up to permutation, as pieces of the polytope."""
    monkeypatch.setattr("duality_checks.optima.staircase.factorial", lambda width: 1)
    assert staircase.check(next(iter(staircase.fixed()))).reason.startswith("pieces at width 2 fails")


def test_edges_that_ask_for_the_wider_of_two_vertices_only_are_caught(monkeypatch) -> None:
    """Mutation: two vertices joined as soon as each of them fits, whatever is needed on the way."""
    honest = staircase.Staircase.graph

    def early(self):
        graph = honest(self)
        for i, j, data in graph.edges(data=True):
            data["weight"] = max(self.found.widths[i], self.found.widths[j]) + 1
        return graph

    monkeypatch.setattr(staircase.Staircase, "graph", early)
    assert staircase.check(next(iter(staircase.fixed()))).reason.startswith("pieces at width 3 fails")


def test_a_path_that_turns_a_neuron_is_caught(monkeypatch) -> None:
    """Mutation: a straight line between two networks, whatever their directions."""
    monkeypatch.setattr(staircase.Lineup, "agrees", lambda self, other: True)
    assert not staircase.check(next(iter(staircase.fixed()))).holds
