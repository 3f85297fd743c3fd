"""Faces against definitions, Zaslavsky's formula, Euler's relation and known polytopes."""

import re
from dataclasses import replace
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hyperplane_arrangements import Arrangement, InputError, TooLargeError, families
from hyperplane_arrangements.geometry.faces import cocircuits, faces
from hyperplane_arrangements.geometry.oriented_matroid import check_covector_axioms
from hyperplane_arrangements.geometry.shapes import chamber_shape
from hyperplane_arrangements.values.findings import RefutedError

entries = st.integers(-2, 2)
central = st.integers(1, 3).flatmap(
    lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=5)
)
small = central.map(lambda rows: rows[:4])
offsets = st.lists(st.integers(-1, 1), min_size=5, max_size=5)


def _feasible(rows, shifts, signs):
    """Whether a sign vector occurs, by a linear program with margins of 1 (rows are small integers)."""
    lower = [(row, b) for row, b, s in zip(rows, shifts, signs, strict=True) if s > 0]
    upper = [(row, b) for row, b, s in zip(rows, shifts, signs, strict=True) if s < 0]
    equal = [(row, b) for row, b, s in zip(rows, shifts, signs, strict=True) if s == 0]
    # Points (x, t) with t >= 1 stand for x / t: strict inequalities scale to margins of one.
    d = len(rows[0])
    inequalities = [[-x for x in row] + [b] for row, b in lower] + [[*row, -b] for row, b in upper]
    solution = linprog(
        np.zeros(d + 1),
        A_ub=np.array(inequalities or [[0] * (d + 1)]),
        b_ub=[-1] * len(inequalities) or [0],
        A_eq=np.array([[*row, -b] for row, b in equal]) if equal else None,
        b_eq=[0] * len(equal) if equal else None,
        bounds=[(None, None)] * d + [(1, None)],
    )
    return solution.status == 0


@given(small)
@settings(deadline=None, max_examples=12)
def test_faces_are_exactly_the_sign_vectors_that_occur(rows):
    found = set(map(tuple, faces(Arrangement(rows)).covectors.tolist()))
    for signs in product((-1, 0, 1), repeat=len(rows)):
        assert (signs in found) == _feasible(rows, [0] * len(rows), signs)


@given(small, offsets)
@settings(deadline=None, max_examples=12)
def test_faces_of_affine_arrangements_are_exactly_the_sign_vectors_that_occur(rows, shifts):
    shifts = shifts[: len(rows)]
    found = set(map(tuple, faces(Arrangement(rows, shifts)).covectors.tolist()))
    for signs in product((-1, 0, 1), repeat=len(rows)):
        assert (signs in found) == _feasible(rows, shifts, signs)


@given(central, offsets, st.booleans())
@settings(deadline=None, max_examples=40)
def test_counts_obey_zaslavsky_and_euler(rows, shifts, affine):
    all_faces = faces(Arrangement(rows, shifts[: len(rows)] if affine else None))
    assert all_faces.check()
    assert all_faces.f_vector[-1] == all_faces.arrangement.count_chambers()


@given(central)
@settings(deadline=None, max_examples=15)
def test_covectors_satisfy_the_oriented_matroid_axioms(rows):
    assert check_covector_axioms(faces(Arrangement(rows)).covectors)


@given(central, st.data())
@settings(deadline=None, max_examples=15)
def test_a_damaged_set_of_covectors_is_refuted(rows, data):
    covectors = np.unique(faces(Arrangement(rows)).covectors, axis=0)
    victim = data.draw(st.integers(0, len(covectors) - 1))
    finding = check_covector_axioms(np.delete(covectors, victim, axis=0))
    assert not finding and finding.reason
    with pytest.raises(RefutedError, match="REFUTED: the sign vectors are the covectors"):
        finding.require()


@pytest.mark.parametrize(
    ("covectors", "reason"),
    [
        ([[1]], "the zero vector is missing"),
        ([[0], [1]], r"the negative of \(1,\) is missing"),
        ([[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0]], "the composition of .* is missing"),
        ([[0, 0], [1, 1], [-1, 1], [-1, -1], [1, -1]], "elimination of 1 between .* is missing"),
    ],
)
def test_each_axiom_has_a_set_that_breaks_it(covectors, reason):
    assert re.fullmatch(reason, check_covector_axioms(covectors).reason)


def test_check_refutes_missing_repeated_and_uneulerian_faces():
    good = faces(families.generic(4, 3))
    lost = replace(good, by_dimension=(*good.by_dimension[:-1], good.by_dimension[-1][1:]))
    assert "the flats give (1, 12, 24, 14)" in str(lost.check())
    chambers = good.by_dimension[-1]
    twice = replace(good, by_dimension=(*good.by_dimension[:-1], np.vstack([chambers, chambers[:2]])))
    assert twice.check().reason == "2 covectors occur more than once"


@pytest.mark.parametrize(
    ("arrangement", "f_vector"),
    [
        # Faces of type A_{n-1}: ordered set partitions of n into k blocks, k! S(n, k).
        (families.braid(4), (0, 1, 14, 36, 24)),
        # Dual to the truncated cuboctahedron: 48 vertices, 72 edges, 26 faces.
        (families.type_b(3), (1, 26, 72, 48)),
        # Five lines in general position: vertices, edges, cells.
        (families.generic_affine(5, 2), (10, 25, 16)),
    ],
)
def test_known_f_vectors(arrangement, f_vector):
    assert faces(arrangement).f_vector == f_vector


@pytest.mark.parametrize(("n", "d"), [(5, 3), (4, 4), (7, 2)])
def test_faces_in_general_position_are_bucks(n, d):
    # Buck (1943): each of the C(n, d - k) flats of dimension k is cut into sum_i C(n - d + k, i) faces.
    expected = tuple(comb(n, d - k) * sum(comb(n - d + k, i) for i in range(k + 1)) for k in range(d + 1))
    assert faces(families.generic_affine(n, d)).f_vector == expected


def test_cocircuits_are_the_rays():
    signs = cocircuits(Arrangement([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]))
    assert sorted(map(tuple, signs.tolist())) == sorted(
        [
            *[(*(s * int(i == j) for i in range(3)), s) for j in range(3) for s in (1, -1)],
            *[(*(s * x for x in v), 0) for v in ((1, -1, 0), (1, 0, -1), (0, 1, -1)) for s in (1, -1)],
        ]
    )
    assert cocircuits(families.generic_affine(6, 2)).shape == (15, 6)
    assert cocircuits(Arrangement([[0, 0]])).shape == (0, 1)


@given(central, offsets, st.booleans())
@settings(deadline=None, max_examples=20)
def test_walls_are_the_rows_whose_flip_is_a_chamber(rows, shifts, affine):
    arrangement = Arrangement(rows, shifts[: len(rows)] if affine else None)
    chambers = set(map(tuple, arrangement.chambers().signs.tolist()))
    hyperplane = arrangement.hyperplane_of_row
    for signs in chambers:
        walls = chamber_shape(arrangement, signs).walls
        for i in range(len(rows)):
            if any(rows[i]):
                flipped = tuple(-s if hyperplane[j] == hyperplane[i] else s for j, s in enumerate(signs))
                assert (i in walls) == (flipped in chambers)


@given(central, offsets)
@settings(deadline=None, max_examples=20)
def test_vertices_and_rays_lie_on_the_closed_chamber(rows, shifts):
    arrangement = Arrangement(rows, shifts[: len(rows)])
    for signs in arrangement.chambers().signs:
        shape = chamber_shape(arrangement, signs)
        assert shape.vertices
        for vertex in shape.vertices:
            assert all(s * t >= 0 for s, t in zip(signs, arrangement.chamber_of(vertex), strict=True))
        for ray in shape.rays:
            along = Arrangement(rows).chamber_of(ray)
            assert all(s * t >= 0 for s, t in zip(signs, along, strict=True))


def test_the_orthant_has_unit_rays_and_the_triangle_its_corners():
    orthant = chamber_shape(Arrangement(np.eye(3)), [1, -1, 1])
    assert sorted(orthant.rays) == [(0, -1, 0), (0, 0, 1), (1, 0, 0)] and orthant.walls == (0, 1, 2)
    triangle = chamber_shape(Arrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1]), [1, 1, -1])
    assert sorted(triangle.vertices) == [(0, 0), (0, 1), (1, 0)] and triangle.is_bounded


def test_all_faces_are_counted_before_they_are_refused():
    with pytest.raises(TooLargeError, match="the arrangement has 75 faces, more than max_faces=10") as caught:
        faces(families.braid(4), max_faces=10)
    assert caught.value.predicted == 75


@pytest.mark.parametrize(
    ("signs", "message"),
    [
        ([1, 1], "signs has 2 entries; the arrangement has 3 rows"),
        ([1, 0, 1], r"signs\[1\] is 0; a chamber has -1 or 1, and 0 for a zero row only"),
        ([1, 1, -1], "signs are not those of a chamber"),
    ],
)
def test_signs_that_are_no_chamber_are_refused(signs, message):
    with pytest.raises(InputError, match=message):
        chamber_shape(Arrangement([[1, 0], [0, 1], [1, 1]]), signs)
