"""Posets of regions and Varchenko's determinant, against closed forms and brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import prod

import networkx as nx
import pytest
import sympy
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, families
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

EITHER = st.one_of(arrangements(rank=2), arrangements(rank=3, size=4), affine_arrangements(rank=2, size=3))
Q = sympy.Symbol("q")


def determinant(arrangement, weights):
    matrix = arrangement.varchenko_matrix([sympy.Rational(w) for w in weights])
    entries = [[fmpq(int(x.p), int(x.q)) for x in row] for row in matrix.tolist()]
    value = fmpq_mat(entries).det()
    return Fraction(int(value.p), int(value.q))


@given(EITHER, st.lists(st.fractions(-3, 3, max_denominator=5), min_size=30, max_size=30))
@settings(max_examples=12, deadline=None)
def test_the_determinant_is_the_product_of_its_factors(arrangement, numbers):
    if arrangement.count_chambers() > 40:
        return
    weights = numbers[: arrangement.n]
    factors = arrangement.varchenko_factors()
    assert determinant(arrangement, weights) == prod(f.value(weights) ** f.multiplicity for f in factors)


def test_the_determinant_of_two_lines_by_symbols():
    matrix = Arrangement([[1, 0], [0, 1]]).varchenko_matrix()
    a, b = sympy.symbols("a0 a1")
    assert sympy.expand(matrix.det() - (1 - a**2) ** 2 * (1 - b**2) ** 2) == 0


def test_a_wrong_multiplicity_would_be_seen():
    arrangement, weights = families.braid(3), [Fraction(1, 2), Fraction(1, 3), Fraction(1, 5)]
    factors = arrangement.varchenko_factors()
    wrong = prod(f.value(weights) ** (f.multiplicity + (len(f.rows) > 1)) for f in factors)
    assert determinant(arrangement, weights) != wrong


@pytest.mark.parametrize("name", ["braid_4", "type_b_3", "h3", "g2"])
def test_distances_in_a_reflection_arrangement_are_lengths(name):
    """The lengths of the elements of a finite reflection group: Humphreys (1990), section 1.11 and 3.15."""
    split = name.split("_")
    exponents = {"braid_4": (1, 2, 3), "type_b_3": (1, 3, 5), "h3": (1, 5, 9), "g2": (1, 5)}[name]
    expected = sympy.prod(sum(Q**k for k in range(e + 1)) for e in exponents)
    member = families.named("_".join(split))
    for base in (0, 3):
        assert member.distance_enumerator(base) == sympy.Poly(expected, Q)


@given(st.one_of(arrangements(), affine_arrangements()))
@settings(max_examples=25, deadline=None)
def test_the_poset_is_the_order_by_separating_sets(arrangement):
    chambers = arrangement.chambers()
    if len(chambers) > 60:
        return
    base = chambers[len(chambers) // 2]
    poset = arrangement.region_poset(base)
    hyperplanes = arrangement.hyperplane_of_row

    def between(chamber):
        return {hyperplanes[i] for i in range(arrangement.n) if chamber[i] != base[i]}

    sets = [between(chamber) for chamber in chambers]
    assert [poset.nodes[i]["rank"] for i in range(len(sets))] == list(map(len, sets))
    below = nx.transitive_closure(poset)
    for i, j in combinations(range(len(sets)), 2):
        assert below.has_edge(i, j) == (sets[i] < sets[j]) and below.has_edge(j, i) == (sets[j] < sets[i])
    counts = arrangement.distance_enumerator(base).eval(1)
    assert counts == len(chambers)


def test_the_weak_order_is_a_lattice():
    """Björner, Edelman and Ziegler (1990): the poset of a simplicial arrangement is one, from any base."""
    below = nx.transitive_closure(families.braid(4).region_poset(5), reflexive=True)
    up = {i: set(below.successors(i)) for i in below}
    for i, j in combinations(below, 2):
        upper = up[i] & up[j]
        assert sum(upper <= up[k] for k in upper) == 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda a: a.region_poset(6), "base is 6; give an index below 6, or signs"),
        (lambda a: a.region_poset("+-+"), "base is \\+-\\+, no chamber; take one of arrangement.chambers"),
        (lambda a: a.varchenko_matrix([1]), "weights has 1 entries; give 3, one a row"),
    ],
)
def test_errors_say_what_to_do(call, message):
    with pytest.raises(InputError, match=message):
        call(families.braid(3))


def test_the_text_for_sage_means_the_same_rows():
    """Run with stand-ins for what it imports: the expressions are the rows, minus the offsets."""
    arrangement = Arrangement([["1/2", -1], [0, 0], [0, 3]], [1, 2, "-2/3"])
    text = arrangement.to_sage()
    head, *rest = text.splitlines()
    assert head == "from sage.all import QQ, HyperplaneArrangements" and "# row 1 is zero" in text

    class Space:
        def __init__(self, field, names):
            self.names = names

        def gens(self):
            return sympy.symbols(self.names)

        def __call__(self, *hyperplanes):
            return hyperplanes

    scope = {"QQ": sympy.Rational, "HyperplaneArrangements": Space}
    exec("\n".join(rest), scope)
    x, y = sympy.symbols("x1 x2")
    assert scope["A"] == (x / 2 - y - 1, 3 * y + sympy.Rational(2, 3))
    assert Arrangement([[1]]).to_sage().count("x1,") == 2
    with pytest.raises(InputError, match="the normals have square roots"):
        families.h3().to_sage()
