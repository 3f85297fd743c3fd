"""The graph of chambers against networkx's own distances and against the literature."""

from itertools import pairwise, permutations
from math import comb

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, TooLargeError, families
from hyperplane_arrangements.geometry.faces import faces
from hyperplane_arrangements.geometry.tope_graph import (
    _keys,
    _neighbours,
    check_simple,
    check_simplicial,
    distance,
    separating_rows,
    tope_graph,
)

entries = st.integers(-2, 2)
central = st.integers(1, 3).flatmap(
    lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=6)
)
offsets = st.lists(st.integers(-1, 1), min_size=6, max_size=6)


@given(central, offsets, st.booleans())
@settings(deadline=None, max_examples=30)
def test_graph_distance_is_the_number_of_separating_hyperplanes(rows, shifts, affine):
    arrangement = Arrangement(rows, shifts[: len(rows)] if affine else None)
    graph = tope_graph(arrangement)
    assert nx.is_connected(graph) and nx.is_bipartite(graph)
    signs = nx.get_node_attributes(graph, "signs")
    for start in list(graph)[:3]:
        for end, steps in nx.single_source_shortest_path_length(graph, start).items():
            assert distance(arrangement, signs[start], signs[end]) == steps


@given(central)
@settings(deadline=None, max_examples=30)
def test_edges_are_the_faces_of_codimension_one(rows):
    arrangement = Arrangement(rows)
    counts = faces(arrangement).f_vector
    graph = tope_graph(arrangement)
    assert graph.number_of_nodes() == counts[-1]
    assert graph.number_of_edges() == (counts[-2] if arrangement.rank else 0)


@given(central)
@settings(deadline=None, max_examples=30)
def test_each_edge_names_a_row_that_separates_its_ends(rows):
    graph = tope_graph(Arrangement(rows))
    for a, b, row in graph.edges(data="row"):
        assert row == separating_rows(graph.nodes[a]["signs"], graph.nodes[b]["signs"])[0]


@pytest.mark.parametrize("n", [3, 4])
def test_the_braid_graph_is_the_permutahedron(n):
    permutahedron = nx.Graph()
    for order in permutations(range(n)):
        for i, _ in enumerate(pairwise(order)):
            swapped = (*order[:i], order[i + 1], order[i], *order[i + 2 :])
            permutahedron.add_edge(order, swapped)
    assert nx.is_isomorphic(tope_graph(families.braid(n)), permutahedron)


def test_coordinate_hyperplanes_give_the_hypercube():
    rows = [[int(i == j) for j in range(4)] for i in range(4)]
    assert nx.is_isomorphic(tope_graph(Arrangement(rows)), nx.hypercube_graph(4))


@pytest.mark.parametrize(
    "arrangement",
    [
        families.braid(5),
        families.type_b(3),
        families.type_d(4),
        families.f4(),
        families.g2(),
        families.near_pencil(6),
    ],
)
def test_reflection_arrangements_and_near_pencils_are_simplicial(arrangement):
    check_simplicial(arrangement).require()


@pytest.mark.parametrize(
    "arrangement", [families.generic(6, 3), families.resonance(4), families.generic(5, 4)]
)
def test_others_have_a_chamber_with_more_walls_as_witness(arrangement):
    from hyperplane_arrangements.geometry.shapes import chamber_shape

    finding = check_simplicial(arrangement)
    assert not finding
    assert len(chamber_shape(arrangement, finding.witness).walls) > arrangement.rank


def test_general_position_has_a_flat_as_witness_when_it_fails():
    assert check_simple(families.generic(7, 4)) and check_simple(families.generic_affine(6, 3))
    assert check_simple(Arrangement([[1, 0], [2, 0], [0, 1]]))
    assert check_simple(families.braid(4)).reason == "3 hyperplanes meet in a flat of codimension 2"
    parallel = check_simple(Arrangement([[1, 0], [1, 0], [0, 1]], [0, 1, 0]))
    assert parallel.reason == "only 2 of the 3 sets of 2 hyperplanes meet"


@given(central, offsets, st.booleans())
@settings(deadline=None, max_examples=40)
def test_general_position_is_having_the_most_chambers(rows, shifts, affine):
    arrangement = Arrangement(rows, shifts[: len(rows)] if affine else None)
    lines = {h for h in arrangement.hyperplane_of_row.tolist() if h >= 0}
    if affine:
        lines = {arrangement.hyperplane_of_row[i] for i, row in enumerate(rows) if any(row)}
        most = sum(comb(len(lines), k) for k in range(arrangement.rank + 1))
    else:
        most = 2 * sum(comb(len(lines) - 1, k) for k in range(arrangement.rank)) if lines else 1
    assert bool(check_simple(arrangement)) == (arrangement.count_chambers() == most)


def test_errors_say_what_to_do():
    with pytest.raises(InputError, match="sign vectors have lengths 2 and 3; give two of one length"):
        separating_rows([1, 1], [1, 1, 1])
    with pytest.raises(InputError, match="arrangement is affine; being simplicial"):
        check_simplicial(families.shi(3))
    with pytest.raises(TooLargeError):
        tope_graph(families.braid(5), max_chambers=100)


@given(
    st.integers(1, 10).flatmap(
        lambda n: st.lists(st.integers(0, 2**n - 1), unique=True, min_size=1).map(
            lambda rows: [[row >> k & 1 for k in range(n)] for row in rows]
        )
    )
)
def test_neighbours_differ_in_one_place_and_all_of_them_are_found(rows):
    sides = np.array(rows, dtype=bool)
    found = [sorted(zip(lower.tolist(), upper.tolist(), strict=True)) for lower, upper in _neighbours(sides)]
    for h, pairs in enumerate(found):
        alone = np.arange(sides.shape[1]) == h
        assert pairs == [
            (i, j)
            for i, a in enumerate(sides)
            for j, b in enumerate(sides)
            if not a[h] and ((a ^ b) == alone).all()
        ]


def test_keys_are_drawn_again_until_they_are_distinct():
    # All sides of six hyperplanes, and keys of six bits: the numbers must be linearly independent.
    sides = np.arange(64)[:, None] >> np.arange(6) & 1 == 1
    own, keys = _keys(sides, bits=6)
    assert sorted(keys.tolist()) == list(range(64))
    assert keys.tolist() == [int(np.bitwise_xor.reduce(own[side], initial=0)) for side in sides]
    first = np.random.default_rng(0).integers(64, size=6, dtype=np.uint64)
    assert len({int(np.bitwise_xor.reduce(first[side], initial=0)) for side in sides}) < 64
