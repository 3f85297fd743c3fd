"""Families against what has been published about them, and errors against their texts."""

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, families
from hyperplane_arrangements.families import FAMILIES, graphical, named, published
from hyperplane_arrangements.geometry.flats import characteristic_polynomial, zaslavsky_chambers

SMALL = [
    *[("braid", n) for n in range(2, 8)],
    *[("type_b", n) for n in range(1, 6)],
    *[("type_d", n) for n in range(2, 6)],
    ("type_e", 6),
    ("f4",),
    ("g2",),
    ("h3",),
    *[("resonance", n) for n in range(1, 6)],
    *[("threshold", n) for n in range(1, 5)],
    *[("threshold_graph", n) for n in range(2, 7)],
    *[("cross_polytope", n) for n in range(1, 7)],
    *[(name, n) for name in ("shi", "catalan", "linial", "semiorder") for n in range(2, 6)],
    *[("generic", n, r) for n in (1, 2, 5, 9) for r in (1, 2, 3, 4)],
    *[("generic_affine", n, d) for n in (1, 2, 5, 9) for d in (1, 2, 3)],
    *[("near_pencil", n) for n in (3, 4, 9)],
    *[("discriminantal", n, k) for n, k in ((3, 1), (5, 1), (4, 3), (4, 2), (5, 3), (5, 2))],
]


@pytest.mark.parametrize("member", SMALL, ids=lambda m: "_".join(map(str, m)))
def test_engine_and_lattice_agree_with_the_published_count(member):
    name, *parameters = member
    family = FAMILIES[name]
    arrangement = family.build(*parameters)
    expected = family.chambers(*parameters)
    assert expected is not None
    assert arrangement.count_chambers() == expected
    assert zaslavsky_chambers(arrangement) == expected


@pytest.mark.parametrize("member", SMALL, ids=lambda m: "_".join(map(str, m)))
def test_characteristic_polynomial_is_the_published_one(member):
    name, *parameters = member
    expected = FAMILIES[name].characteristic_polynomial(*parameters)
    if expected is None:
        assert name in ("threshold", "discriminantal"), "only these have no published polynomial"
        return
    assert characteristic_polynomial(FAMILIES[name].build(*parameters)) == expected


@pytest.mark.parametrize(
    "member",
    [
        ("type_e", 7),
        pytest.param(("type_e", 8), marks=pytest.mark.slow),
        ("resonance", 6),
        ("threshold", 5),
        ("braid", 12),
        ("type_b", 9),
        ("catalan", 7),
    ],
)
def test_counting_goes_far_past_enumeration(member):
    name, *parameters = member
    assert zaslavsky_chambers(FAMILIES[name].build(*parameters)) == published.chambers(name, *parameters)


@pytest.mark.parametrize("member", SMALL, ids=lambda m: "_".join(map(str, m)))
def test_published_count_is_the_published_polynomial_at_minus_one(member):
    name, *parameters = member
    polynomial = FAMILIES[name].characteristic_polynomial(*parameters)
    if polynomial is not None:
        assert abs(polynomial.eval(-1)) == FAMILIES[name].chambers(*parameters)


@pytest.mark.parametrize(
    ("name", "sequence"),
    [
        ("linial", (2, 7, 36, 246, 2104, 21652)),  # OEIS A007889
        ("semiorder", (3, 19, 183, 2371, 38703)),  # OEIS A006531
        ("threshold_graph", (2, 8, 46, 332, 2874)),  # OEIS A005840
        ("shi", (3, 16, 125, 1296, 16807)),  # OEIS A000272
        # OEIS A034997, and none for n = 10.
        ("resonance", (6, 32, 370, 11292, 1066044, 347326352, 419172756930, 1955230985997140, None)),
    ],
)
def test_closed_forms_reproduce_the_sequences(name, sequence):
    assert tuple(published.chambers(name, n) for n in range(2, 2 + len(sequence))) == sequence


def test_resonance_betti_numbers_are_those_of_the_literature():
    # Kühne (2023), b_2(R_n) = (4^n - 3^n - 2^n + 1) / 2.
    for n in range(2, 7):
        coefficients = characteristic_polynomial(families.resonance(n)).all_coeffs()
        assert coefficients[1] == -(2**n - 1)
        assert coefficients[2] == (4**n - 3**n - 2**n + 1) // 2


@given(st.integers(2, 6), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_chambers_of_a_graph_are_its_acyclic_orientations(n, random):
    graph = nx.gnp_random_graph(n, 0.6, seed=random.randint(0, 10**6))
    if not graph.number_of_edges():
        graph.add_edge(0, 1)
    chromatic = nx.chromatic_polynomial(graph)
    (symbol,) = chromatic.free_symbols
    expected = abs(chromatic.subs(symbol, -1))
    assert graphical(graph).count_chambers() == expected
    assert characteristic_polynomial(graphical(graph)).as_expr().subs("t", 7) == chromatic.subs(symbol, 7)


def test_acyclic_orientations_are_the_tutte_polynomial_at_two_and_zero():
    cube = nx.cubical_graph()
    tutte = nx.tutte_polynomial(cube)
    assert zaslavsky_chambers(graphical(cube)) == tutte.subs({"x": 2, "y": 0}) == 1862
    # Of Petersen's graph networkx computes the same, in 2 s.
    assert zaslavsky_chambers(graphical(nx.petersen_graph())) == 16680


def test_graphical_keeps_the_order_of_nodes_and_edges():
    rows = graphical([("b", "a"), ("a", "c")]).normals.integers.tolist()
    assert rows == [[1, -1, 0], [0, 1, -1]]


@pytest.mark.parametrize("n", [4, 5])
def test_discriminantal_one_is_braid(n):
    braid, other = families.braid(n), families.discriminantal(n, 1)
    assert [[x and x // abs(x) for x in row] for row in other.normals.integers] == [
        [-x for x in row] for row in braid.normals.integers
    ]


def test_generic_rows_really_are_in_general_position():
    from itertools import combinations

    from hyperplane_arrangements.exact import exact_matrix, rank

    rows = families.generic(8, 4).normals.integers.tolist()
    assert all(rank(exact_matrix(subset)) == 4 for subset in combinations(rows, 4))


def test_a_wrong_arrangement_does_not_get_the_published_count():
    rows = families.resonance(4).normals.integers.tolist()
    assert Arrangement(rows[:-1]).count_chambers() != published.chambers("resonance", 4)


def test_the_registry_names_every_family_once_and_cites_it():
    assert all(family.name == key and family.citation for key, family in FAMILIES.items())
    assert named("near_pencil_5").count_chambers() == 16
    assert named("f4").n == 24


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: families.braid(1), r"n is 1; the smallest this family has is 2"),
        (lambda: families.braid(True), r"n is True; give an integer, at least 2"),
        (lambda: families.type_e(5), r"n is 5; type E has n = 6, 7 and 8 only"),
        (lambda: graphical([(1, 1)]), r"graph has a loop at 1; remove it"),
        (lambda: graphical([]), r"graph has no edge"),
        (lambda: named("icosahedron_3"), r"family 'icosahedron_3' is not known; there are braid"),
        (lambda: named("generic_5"), r"'generic_5' has the wrong parameters; write generic_<n>_<rank>"),
        (lambda: named("braid_x"), r"family 'braid_x' is not known"),
        (lambda: families.discriminantal(2, 2), r"n is 2; the smallest this family has is 3"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_a_rounded_icosahedral_arrangement_is_another_arrangement():
    # H_3 has exponents 1, 5, 9, so 2 * 6 * 10 = 120 chambers; its mirrors need the golden ratio.
    golden = (1 + 5**0.5) / 2
    signs = [(a, b) for a in (1, -1) for b in (1, -1)]
    halves = [[golden / 2, a / 2, b * (golden - 1) / 2] for a, b in signs]
    rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1], *(h[k:] + h[:k] for h in halves for k in range(3))]
    assert Arrangement(rows).n == 15 and Arrangement(rows).count_chambers() > 120


@pytest.mark.parametrize(
    "name", ["braid_4", "type_b_3", "shi_3", "catalan_3", "g2", "f4", "resonance_3", "cross_polytope_3"]
)
def test_families_are_named_by_their_equations(name):
    member = families.named(name)
    variables = [f"x{j + 1}" for j in range(member.dimension)]
    again = Arrangement.parse(", ".join(member.names), variables)
    assert list(again.normals.fractions) == list(member.normals.fractions) and again.offsets == member.offsets
    assert len(set(member.names)) == len(member)


def test_graphs_name_their_edges():
    assert families.graphical([("a", "b"), ("b", "c")]).names == ("a=b", "b=c")
    assert families.braid(3).names == ("x1=x2", "x1=x3", "x2=x3") and families.shi(3).names[1] == "x1-x2=1"
