"""Modular chains against published exponents, graphs, and modularity by its definition."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, families
from hyperplane_arrangements.geometry.supersolvable import is_closed_under_reflections
from hyperplane_arrangements.strategies import arrangements

T = sympy.Symbol("t")


@pytest.mark.parametrize(
    ("member", "exponents"),
    [
        *[(families.braid(n), tuple(range(1, n))) for n in range(2, 6)],
        *[(families.type_b(n), tuple(range(1, 2 * n, 2))) for n in range(1, 5)],
        (families.g2(), (1, 5)),
        (families.near_pencil(6), (1, 1, 4)),
        (families.shi(2).cone(), (1, 2)),
    ],
)
def test_supersolvable_arrangements_have_their_published_exponents(member, exponents):
    """Jambu and Terao (1984); Orlik and Terao (1992), section 4.3: braid and type B."""
    verdict = member.freeness()
    assert verdict.is_free and verdict.exponents == exponents
    chi = sympy.Poly(T ** (member.dimension - member.rank) * sympy.prod(T - e for e in exponents), T)
    assert member.characteristic_polynomial() == chi


@pytest.mark.parametrize(
    ("member", "exponents"),
    [(families.type_d(4), (1, 3, 3, 5)), (families.h3(), (1, 5, 9)), (families.f4(), (1, 5, 7, 11))],
)
def test_these_reflection_arrangements_are_free_and_not_supersolvable(member, exponents):
    """Hoge and Röhrle (2014): of the irreducible ones of rank 3 or more only types A and B are supersolvable.
    Exponents: Humphreys (1990), section 3.7."""
    assert member.modular_chain() is None
    assert member.freeness().is_free and member.freeness().exponents == exponents


def test_saito_s_criterion_for_the_icosahedron():
    """The gradients of the sums of the second, sixth and tenth powers of its mirrors' forms are tangent to a
    mirror, and by symmetry to all; their determinant, of degree 1 + 5 + 9 = 15, is not 0. All exactly."""
    rows = families.h3().normals.fractions

    def gradients(u):
        found = [[0, 0, 0] for _ in range(3)]
        for row in rows:
            size, height = (sum(x * y for x, y in zip(row, other, strict=True)) for other in (row, u))
            share, fourth = height / size, (height * height / size) * (height * height / size)
            for k in range(3):
                found[k] = [x + share * y for x, y in zip(found[k], row, strict=True)]
                share = share * fourth
        return found

    (a, b, c), (d, e, f), (g, h, i) = gradients((1, 2, 5))
    assert a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) != 0
    x, y, z = rows[3]
    for k in range(11):  # a form of degree 9 in two variables has at most 9 zeros
        u = (-y, x - k * z, k * y)
        assert all(x * s + y * t + z * w == 0 for s, t, w in gradients(u))


def test_closed_under_reflections():
    for member in (families.braid(4), families.type_b(3), families.h3(), families.g2()):
        assert is_closed_under_reflections(member)
        assert not is_closed_under_reflections(member.deletion(0))
    assert is_closed_under_reflections(Arrangement([[1, 0], [0, 3], [-2, 0], [0, 0]]))
    with pytest.raises(InputError, match="affine; reflections are looked for in central ones"):
        is_closed_under_reflections(families.shi(3))


@settings(max_examples=10, deadline=None)
@given(arrangements(rank=3))
def test_a_free_verdict_has_the_roots_of_the_polynomial(member):
    verdict = member.freeness()
    if verdict.is_free:
        chi = T ** (member.dimension - member.rank) * sympy.prod(T - e for e in verdict.exponents)
        assert member.characteristic_polynomial() == sympy.Poly(chi, T)


@pytest.mark.parametrize("n", [4, 5, 7])
def test_generic_arrangements_are_refused(n):
    assert families.generic(n, 3).modular_chain() is None
    assert families.generic(n, 3).freeness().is_free is False
    assert families.generic(3, 3).freeness().exponents == (1, 1, 1)


@given(st.integers(0, 2**10 - 1))
@settings(max_examples=30, deadline=None)
def test_a_graph_is_chordal_if_its_arrangement_is_supersolvable_or_free(bits):
    """Stanley (1972), and Edelman and Reiner (1994): for graphical arrangements all three are the same."""
    pairs = [(i, j) for i in range(5) for j in range(i)]
    edges = [pair for k, pair in enumerate(pairs) if bits >> k & 1]
    if edges:
        member, chordal = families.graphical(edges), nx.is_chordal(nx.Graph(edges))
        assert (member.modular_chain() is not None) == chordal
        assert member.freeness().is_free is chordal


@given(arrangements(rank=3))
@settings(max_examples=25, deadline=None)
def test_chains_are_modular_by_the_definition(arrangement):
    """X is modular if rank(X) + rank(Y) = rank(X and Y joined) + rank(common part), for every flat Y."""
    lattice = arrangement.flats()
    ranks = {flat.rows: flat.rank for flat in lattice}

    def rank_of_join(x, y):
        return min(rank for rows, rank in ranks.items() if x | y <= rows)

    def is_modular(x, top):
        under = [y for y in ranks if y <= top]
        return all(ranks[x] + ranks[y] == rank_of_join(x, y) + ranks[x & y] for y in under)

    chain = arrangement.modular_chain()
    (top,) = [flat.rows for flat in lattice.levels[3]]
    assert (chain is None) == (not any(is_modular(flat.rows, top) for flat in lattice.levels[2]))
    if chain is not None:
        assert all(is_modular(x, y) for x, y in pairwise(chain.flats))
        assert sympy.Poly(sympy.prod(T - e for e in chain.exponents), T).all_coeffs() == list(
            arrangement.whitney_numbers()
        )


def test_repeated_rows_count_once_and_products_join():
    twice = Arrangement([[1, 0], [2, 0], [0, 0], [0, 1], [1, 1]])
    assert twice.freeness().exponents == (1, 2)
    both = families.braid(3).product(families.type_b(2))
    assert both.freeness().exponents == (1, 1, 2, 3)


def test_affine_and_empty_ones_are_refused():
    with pytest.raises(InputError, match=r"arrangement is affine; .* take its cone"):
        families.shi(3).freeness()
    with pytest.raises(InputError, match="every normal is zero"):
        Arrangement([[0]]).modular_chain()
