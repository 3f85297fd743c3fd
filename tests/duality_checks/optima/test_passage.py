"""Paths between optimal networks: checked network by network in floats, and refused where forged."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import Lineup, Staircase, TwoLayerNetwork, connect_optima, line_up, read_lineup, train
from duality_checks.optima.optimal_set import optimal_set
from duality_checks.theorems import t5_1_optimal_set as optima
from duality_checks.theorems import t5_6_staircase as statement
from hyperplane_arrangements.errors import InputError

seeds = st.integers(0, 10**6)
HALF = Fraction(1, 2)


def rhombus():
    return optima.rhombus().found


@st.composite
def networks(draw):
    """Two optima of one width in any order of neurons, split into copies as the places allow."""
    found = statement.draw(np.random.default_rng(draw(seeds))).found
    width = found.minimum_width + draw(st.integers(0, 3))
    return found, draw(lineups(found, width)), draw(lineups(found, width))


@st.composite
def lineups(draw, found, width):
    narrow = [v for v in found.vertices if sum(map(bool, v)) <= width]
    total = draw(st.sampled_from(narrow))
    other = found.between(total, draw(st.sampled_from(narrow)), HALF)
    if sum(map(bool, other)) <= width:
        total = other
    places = list(line_up(found, total, width).atoms)
    used = [i for i in places if i >= 0]
    copies = [i if i >= 0 or not used else draw(st.sampled_from([-1, *used])) for i in places]
    order = draw(st.permutations(copies))
    return Lineup(order, [total[i] / order.count(i) if i >= 0 else 0 for i in order])


@settings(deadline=None, max_examples=25)
@given(networks())
def test_every_network_on_a_path_is_optimal(case) -> None:
    """Sampled along the way in floats: the objective stays at p*, and nothing jumps."""
    found, start, end = case
    passage = connect_optima(found, start, end)
    assert passage.is_proven and not passage.fault()
    if not passage.exists:
        stair = Staircase(found).at(start.width)
        assert not stair.is_connected
        return
    assert (passage.at(Fraction(0)), passage.at(Fraction(1))) == (start, end)
    shares = [Fraction(k, 12) for k in range(13)]
    for lineup in map(passage.at, shares):
        network = lineup.network(found)
        assert network.width == start.width
        assert network.objective(found.problem) == pytest.approx(float(found.value), abs=1e-9)
    step = Fraction(1, 10**8)
    for share in shares[:-1]:
        first, second = (passage.at(s).network(found) for s in (share, share + step))
        assert np.abs(first.hidden - second.hidden).max(initial=0) < 0.01


@settings(deadline=None, max_examples=20)
@given(networks())
def test_there_is_a_way_back_exactly_where_there_is_one(case) -> None:
    found, start, end = case
    there, back = connect_optima(found, start, end), connect_optima(found, end, start)
    assert there.exists == back.exists
    wider = connect_optima(found, start, end, start.width + end.width)
    assert wider.exists and wider.is_proven


def test_what_stands_between_two_networks_and_its_texts() -> None:
    found = rhombus()
    ends = [line_up(found, vertex, 2) for vertex in found.vertices]
    texts = [str(connect_optima(found, *ends, width)) for width in (2, 3, 4)]
    assert texts == [
        "no path at width 2: one of the two is isolated (proven)",
        "no path at width 3: every face that joins their sides has more atoms (proven)",
        "a path of 3 steps through optima of width 4 (proven)",
    ]


def test_two_neurons_change_places_through_a_third() -> None:
    found = rhombus()
    start = line_up(found, found.vertices[0], 3)
    end = Lineup((start.atoms[1], start.atoms[0], -1), (start.weights[1], start.weights[0], 0))
    assert not connect_optima(
        found, Lineup(start.atoms[:2], start.weights[:2]), Lineup(end.atoms[:2], end.weights[:2])
    ).exists
    passage = connect_optima(found, start, end)
    assert passage.is_proven and len(passage.waypoints) == 4
    assert connect_optima(found, start, start).waypoints == (start,)


def test_forged_paths_and_proofs_are_refused() -> None:
    found = rhombus()
    ends = [line_up(found, vertex, 2) for vertex in found.vertices]
    alone, wall, path = (connect_optima(found, *ends, width) for width in (2, 3, 4))
    assert (
        replace(path, waypoints=(path.start, path.end)).fault() == "a step changes the direction of a neuron"
    )
    assert replace(path, waypoints=path.waypoints[:-1]).fault().startswith("the path does not lead")
    half = Lineup(path.start.atoms, [t / 2 for t in path.start.weights])
    middle = (path.start, half, *path.waypoints[1:])
    assert replace(path, waypoints=middle).fault() == "a network on the path is not optimal"
    outside = Lineup((99,), (1,))
    assert replace(path, waypoints=(path.start, outside, path.end)).fault().startswith("a network on the")
    assert replace(wall, start=path.start, end=path.end).fault().startswith("a face with no more atoms")
    assert replace(wall, side=frozenset()).fault() == "the two networks are not on different sides"
    assert replace(wall, end=wall.start).fault() == "the two networks are not on different sides"
    assert replace(alone, alone=half).fault() == "the isolated network is not one of the two"
    assert replace(wall, alone=wall.start).fault() == "the network that is called isolated can move"
    mixed = line_up(found, found.between(*found.vertices, HALF), 4)
    assert replace(path, waypoints=(), start=mixed, alone=mixed).fault().startswith("the network that is")
    assert not replace(path, waypoints=middle).is_proven
    assert str(replace(path, waypoints=middle)).endswith("(numerical)")


def test_trained_networks_are_read_and_joined() -> None:
    """Training finds some optimum; each order and splitting of it is recognised, exactly optimal."""
    found = rhombus()
    network = train(found.problem).network
    other = found.network(found.vertices[0])
    passage = connect_optima(found, network, other, 4)
    assert passage.is_proven and passage.exists
    split = TwoLayerNetwork(
        np.vstack([other.hidden, other.hidden[:1]]) * [[0.6**0.5], [1], [0.4**0.5]],
        np.append(other.output, other.output[0]) * [0.6**0.5, 1, 0.4**0.5],
    )
    lineup = read_lineup(found, split)
    assert lineup.total(4) == found.vertices[0]
    assert float(lineup.weights[0] / lineup.weights[2]) == pytest.approx(1.5)


def test_a_numerical_set_gives_numerical_paths() -> None:
    found = optimal_set(rhombus().problem)
    ends = [found.network(vertex) for vertex in found.vertices]
    assert [connect_optima(found, *ends, width).exists for width in (2, 3, 4)] == [False, False, True]
    assert str(connect_optima(found, *ends, 4)).endswith("optima of width 4 (numerical)")


def test_networks_that_are_no_optima_are_refused_by_name() -> None:
    found = rhombus()
    start = line_up(found, found.vertices[0], 2)
    with pytest.raises(InputError, match="end is not optimal: its neurons do not add up to the fit"):
        connect_optima(found, start, Lineup((0, 1), (1, 2)))
    with pytest.raises(InputError, match="width = 1 is less than the 2 neurons of start; widen it"):
        connect_optima(found, start, start, 1)
    with pytest.raises(InputError, match="neuron 0 points along none of the 4 directions of the optima"):
        read_lineup(found, TwoLayerNetwork([[1.0, 0.0]], [1.0]))
    good = found.network(found.vertices[0])
    with pytest.raises(InputError, match=r"the nearest optimum with its directions is 0\.\d+ of"):
        read_lineup(found, TwoLayerNetwork(good.hidden, good.output * [1.5, 1.0]))
    with pytest.raises(InputError, match="directions is inf of its largest weight away"):
        read_lineup(found, TwoLayerNetwork(good.hidden[:1], good.output[:1]))
    with pytest.raises(InputError, match="weights has 2 nonzero entries, more than width = 1; widen it"):
        line_up(found, found.vertices[0], 1)
    with pytest.raises(InputError, match="weights has 2 entries for 1 places, the least 1; give one"):
        Lineup((0,), (1, 2))
    with pytest.raises(InputError, match="weights has 1 entries for 1 places, the least -1; give one"):
        Lineup((0,), (-1,))
    path = connect_optima(found, start, start)
    with pytest.raises(InputError, match="share = 2 of a path of 1 networks; give 0 to 1"):
        path.at(Fraction(2))
