"""The intersection lattice and its numbers against brute force, networkx and the literature."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, TooLargeError, families
from hyperplane_arrangements.enumeration.minors import divide_by_infinity, poincare_coefficients
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.geometry.flats import (
    characteristic_polynomial,
    count_bounded_chambers,
    flat_batches,
    intersection_lattice,
    poincare_polynomial,
    whitney_numbers,
    zaslavsky_chambers,
)
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

entries = st.integers(-2, 2)
central = st.integers(1, 4).flatmap(
    lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=6)
)
offsets = st.lists(st.integers(-1, 1), min_size=6, max_size=6)


def _rank(rows):
    return rank(exact_matrix(rows)) if rows else 0


def _brute_flats(rows):
    """All closed sets of rows, from the definition: closures of subsets."""
    n = len(rows)
    closed = {}
    for size in range(n + 1):
        for subset in combinations(range(n), size):
            r = _rank([rows[i] for i in subset])
            closure = frozenset(i for i in range(n) if _rank([rows[j] for j in subset] + [rows[i]]) == r)
            closed[closure] = r
    return closed


def _brute_poincare(rows):
    """Whitney's theorem: sum over subsets of (-1)^(size - rank) s^rank."""
    distinct = [row for row in rows if any(row)]
    counts = [0] * (_rank(rows) + 1)
    for size in range(len(distinct) + 1):
        for subset in combinations(distinct, size):
            r = _rank(list(subset))
            counts[r] += (-1) ** (size - r)
    return tuple(counts)


@given(central)
@settings(deadline=None, max_examples=60)
def test_flats_are_the_closed_sets_of_rows(rows):
    lattice = intersection_lattice(Arrangement(rows))
    assert {flat.rows: flat.rank for flat in lattice} == _brute_flats(rows)


@given(central)
@settings(deadline=None, max_examples=60)
def test_whitney_numbers_agree_with_whitneys_subset_expansion(rows):
    expected = _brute_poincare(rows)
    assert poincare_coefficients([tuple(row) for row in rows]) == expected
    lattice = intersection_lattice(Arrangement(rows))
    assert tuple(map(abs, lattice.whitney_numbers)) == expected


def _points_off(rows, offsets, q):
    """How many points of F_q^d are on no hyperplane."""
    d = len(rows[0])
    points = np.indices((q,) * d).reshape(d, -1)
    return int(((np.array(rows) @ points - np.array(offsets)[:, None]) % q).all(axis=0).sum())


@given(
    st.integers(1, 3).flatmap(
        lambda d: st.lists(
            st.tuples(st.tuples(*[st.integers(-1, 1)] * d).filter(any), st.integers(-1, 1)),
            min_size=1,
            max_size=7,
        )
    )
)
@settings(deadline=None, max_examples=60)
def test_characteristic_polynomials_count_points_over_finite_fields(hyperplanes):
    """Crapo and Rota (1970); Athanasiadis (1996): where no minor of the cone becomes zero modulo q, the
    intersections stay what they are, and Moebius inversion counts points. Minors of entries up to 1 and size
    4 are at most 16 (Hadamard), so every prime from 17 on will do, and d + 1 of them fix the polynomial."""
    rows, offsets = zip(*hyperplanes, strict=True)
    polynomial = characteristic_polynomial(Arrangement(rows, offsets))
    for q in (17, 19, 23, 29):
        assert polynomial.eval(q) == _points_off(rows, offsets, q)


def test_a_prime_that_divides_a_minor_counts_other_points():
    rows = [(1, 1), (1, -1)]  # one line modulo 2
    polynomial = characteristic_polynomial(Arrangement(rows))
    assert polynomial.eval(3) == _points_off(rows, (0, 0), 3) == 4
    assert polynomial.eval(2) == 1 != _points_off(rows, (0, 0), 2)


@given(central)
@settings(deadline=None, max_examples=40)
def test_moebius_function_sums_to_zero_below_every_flat(rows):
    lattice = intersection_lattice(Arrangement(rows))
    for top in lattice:
        total = sum(flat.moebius for flat in lattice if flat.mask | top.mask == top.mask)
        assert total == (1 if top.rank == 0 else 0)


@given(central, offsets)
@settings(deadline=None, max_examples=60)
def test_affine_counts_agree_with_the_engine_and_the_lattice(rows, shifts):
    arrangement = Arrangement(rows, shifts[: len(rows)])
    assert zaslavsky_chambers(arrangement) == arrangement.count_chambers()
    assert intersection_lattice(arrangement).whitney_numbers == whitney_numbers(arrangement)


@given(st.one_of(arrangements(), affine_arrangements()))
@settings(deadline=None, max_examples=60)
def test_search_and_lattice_agree_on_every_kind_of_degeneracy(arrangement):
    chambers = arrangement.chambers()
    assert chambers.is_complete
    assert len(chambers) == zaslavsky_chambers(arrangement)
    assert len(chambers) == intersection_lattice(arrangement).face_counts[-1]


@given(central)
@settings(deadline=None, max_examples=40)
def test_deletion_and_restriction(rows):
    arrangement = Arrangement(rows)
    if arrangement.n < 2 or arrangement.dimension < 2 or not any(rows[0]):
        return
    first = arrangement.normals.integers.tolist()[0]
    if any(_rank([first, row]) == 1 and any(row) for row in rows[1:]):
        return
    deletion, restriction = arrangement.deletion(0), arrangement.restriction(0)
    whole = characteristic_polynomial(arrangement)
    assert whole == characteristic_polynomial(deletion) - characteristic_polynomial(restriction)


@given(st.permutations(range(7)), st.lists(st.sampled_from([-3, -1, 1, 2]), min_size=7, max_size=7))
@settings(deadline=None, max_examples=20)
def test_no_order_or_scale_of_the_rows_changes_the_polynomial(order, scales):
    rows = families.resonance(3).normals.integers.tolist()
    changed = Arrangement([[scales[i] * x for x in rows[i]] for i in order])
    assert whitney_numbers(changed) == (1, -7, 15, -9)


@pytest.mark.parametrize("graph", [nx.cycle_graph(5), nx.complete_graph(4), nx.wheel_graph(5)])
def test_lattice_of_a_graph_has_the_chromatic_polynomial(graph):
    chromatic = nx.chromatic_polynomial(graph)
    (symbol,) = chromatic.free_symbols
    lattice = intersection_lattice(families.graphical(graph))
    for t in range(-3, 4):
        value = sum(w * t ** (lattice.dimension - k) for k, w in enumerate(lattice.whitney_numbers))
        assert value == chromatic.subs(symbol, t)


def test_the_braid_lattice_is_the_partition_lattice():
    # Whitney numbers: Stirling numbers of the second and (signed) first kind.
    lattice = intersection_lattice(families.braid(5))
    assert lattice.flat_counts == (1, 10, 25, 15, 1)
    assert lattice.whitney_numbers == (1, -10, 35, -50, 24)


@pytest.mark.parametrize(
    ("arrangement", "bounded"),
    [
        (families.shi(4), 27),  # (n-1)^(n-1)
        (families.catalan(4), 24 * 5),  # n! C_{n-1}
        (families.generic_affine(6, 2), 10),  # C(n-1, 2)
        (families.generic_affine(7, 3), 20),  # C(n-1, 3)
        (families.type_b(3), 0),
        (Arrangement([[1, 0], [1, 0]], [0, 1]), 1),  # a strip, bounded across
    ],
)
def test_bounded_chambers(arrangement, bounded):
    assert count_bounded_chambers(arrangement) == bounded


@given(central, offsets)
@settings(deadline=None, max_examples=25)
def test_bounded_chambers_are_those_whose_shape_has_no_ray(rows, shifts):
    from hyperplane_arrangements.geometry.shapes import chamber_shape

    arrangement = Arrangement(rows, shifts[: len(rows)])
    shapes = [chamber_shape(arrangement, signs) for signs in arrangement.chambers().signs]
    assert sum(shape.is_bounded for shape in shapes) == count_bounded_chambers(arrangement)


def test_repeated_zero_and_empty_rows_are_told_apart():
    lattice = intersection_lattice(Arrangement([[1, 0], [0, 0], [-2, 0], [0, 0]], [1, 0, -2, 5]))
    assert [[sorted(flat.rows) for flat in level] for level in lattice.levels] == [[[1]], [[0, 1, 2]]]


def test_networkx_lattice_is_graded():
    graph = intersection_lattice(families.type_b(3)).to_networkx()
    assert nx.is_directed_acyclic_graph(graph)
    assert all(graph.nodes[b]["rank"] == graph.nodes[a]["rank"] + 1 and a < b for a, b in graph.edges)
    assert graph.nodes[frozenset(range(9))]["moebius"] == -15


def test_poincare_polynomial_has_the_betti_numbers():
    assert poincare_polynomial(families.braid(4)).all_coeffs() == [6, 11, 6, 1]


def test_large_lattices_are_refused_with_a_number():
    with pytest.raises(TooLargeError, match=r"at least \d+ flats, more than max_flats=5") as caught:
        intersection_lattice(families.braid(4), max_flats=5)
    assert caught.value.limit == 5 < caught.value.predicted


def test_a_polynomial_that_is_no_cone_is_not_divided():
    with pytest.raises(AssertionError):
        divide_by_infinity((1, 2, 2))


def _in_batches(batches):
    return [
        (int(rank), frozenset(np.flatnonzero(rows).tolist()))
        for batch in batches
        for rank, rows in zip(batch.ranks, batch.rows, strict=True)
    ]


@given(st.one_of(arrangements(), affine_arrangements()))
@settings(max_examples=30)
def test_batches_are_the_lattice(arrangement):
    lattice = intersection_lattice(arrangement)
    found = _in_batches(flat_batches(arrangement))
    assert sorted(found, key=lambda pair: pair[0]) == [(flat.rank, flat.rows) for flat in lattice]
    lines = _in_batches(flat_batches(arrangement, 1))
    assert set(lines) == {pair for pair in found if pair[0] <= 1} and len(lines) == len(set(lines))


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_batches_through_an_executor(pool):
    arrangement = Arrangement(np.random.default_rng(1).integers(-9, 10, (30, 3)))
    expected = _in_batches(flat_batches(arrangement))
    with pool(2) as executor:
        found = _in_batches(flat_batches(arrangement, executor=executor))
    assert found == expected and len(found) == len(set(found)) == len(intersection_lattice(arrangement))


def test_batches_want_a_rank():
    with pytest.raises(InputError, match="max_rank is -1; give at least 0"):
        next(flat_batches(families.braid(3), -1))
