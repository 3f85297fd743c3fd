"""Zonotopes against scipy's convex hulls, solid angles against symmetry, sampling and closed forms."""

from fractions import Fraction
from math import acos, atan, isclose, pi, sqrt

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from hyperplane_arrangements import Arrangement, InputError, TooLargeError, families
from hyperplane_arrangements.geometry.angles import miss_probability, solid_angle, solid_angles
from hyperplane_arrangements.geometry.zonotope import Zonotope

entries = st.integers(-3, 3)


def matrices(dimension, most=6):
    row = st.lists(entries, min_size=dimension, max_size=dimension)
    return st.lists(row, min_size=dimension, max_size=most)


def _zonotope(rows, full=True):
    arrangement = Arrangement(rows)
    assume(not full or arrangement.rank == arrangement.dimension)
    return Zonotope(arrangement)


@given(st.sampled_from([2, 3, 4]).flatmap(matrices))
@settings(deadline=None, max_examples=40)
def test_volume_and_vertices_are_those_of_the_convex_hull_of_all_subset_sums(rows):
    zonotope = _zonotope(rows)
    subsets = np.array([[k >> i & 1 for i in range(len(rows))] for k in range(2 ** len(rows))])
    hull = ConvexHull(np.unique(subsets @ np.array(rows), axis=0))
    assert isclose(float(zonotope.volume()), hull.volume, rel_tol=1e-9)
    vertices = set(map(tuple, zonotope.vertices().integers.tolist()))
    assert vertices == {tuple(map(int, np.rint(hull.points[i]))) for i in hull.vertices}
    assert len(vertices) == zonotope.arrangement.count_chambers() == zonotope.face_counts()[0]


@given(matrices(3), st.lists(entries, min_size=3, max_size=3))
@settings(deadline=None, max_examples=40)
def test_support_is_the_largest_value_over_the_vertices(rows, direction):
    zonotope = Zonotope(Arrangement(rows))
    vertices = zonotope.vertices().fractions
    assert zonotope.support(direction) == max(
        sum(x * u for x, u in zip(v, direction, strict=True)) for v in vertices
    )


@given(matrices(3))
@settings(deadline=None, max_examples=30)
def test_a_witness_of_a_chamber_is_maximal_at_its_vertex_only(rows):
    arrangement = Arrangement(rows)
    zonotope, chambers = Zonotope(arrangement), arrangement.chambers()
    vertices = zonotope.vertices().fractions
    for signs, witness, own in zip(chambers.signs, chambers.witnesses, vertices, strict=True):
        u = [Fraction(x) for x in witness]
        values = [sum(x * t for x, t in zip(v, u, strict=True)) for v in vertices]
        assert zonotope.vertex_of(signs) == own
        assert values.count(max(values)) == 1 and vertices[values.index(max(values))] == own


@given(matrices(3))
@settings(deadline=None, max_examples=20)
def test_face_counts_obey_eulers_relation(rows):
    counts = _zonotope(rows).face_counts()
    assert counts[-1] == 1 and sum((-1) ** k * c for k, c in enumerate(counts)) == 1


@given(matrices(2), st.lists(st.lists(entries, min_size=4, max_size=4), min_size=2, max_size=2))
@settings(deadline=None, max_examples=30)
def test_intrinsic_volume_is_the_volume_in_orthonormal_coordinates(rows, plane):
    embedded = np.array(rows) @ np.array(plane)
    arrangement = Arrangement(embedded.tolist())
    assume(arrangement.rank == 2)
    orthonormal = np.linalg.svd(embedded)[2][:2]
    flat = embedded @ orthonormal.T
    subsets = np.array([[k >> i & 1 for i in range(len(rows))] for k in range(2 ** len(rows))])
    assert isclose(Zonotope(arrangement).intrinsic_volume(), ConvexHull(subsets @ flat).volume, rel_tol=1e-8)


@pytest.mark.parametrize(("n", "volume"), [(3, 3), (4, 16), (5, 125)])
def test_the_permutahedron_has_as_many_units_of_volume_as_there_are_trees(n, volume):
    # Stanley (1991), A zonotope associated with graphical degree sequences: n^(n-2) spanning trees, each a
    # parallelepiped of volume sqrt(n) in the hyperplane sum x = const.
    assert isclose(Zonotope(families.braid(n)).intrinsic_volume(), volume * sqrt(n), rel_tol=1e-12)


def test_a_cube_and_halves_are_exact():
    cube = Zonotope(Arrangement([[0.5, 0, 0], [0, "1/3", 0], [0, 0, 1]]))
    assert cube.volume() == Fraction(1, 6) and cube.face_counts() == (8, 12, 6, 1)
    assert cube.support([1, 1, -1]) == Fraction(5, 6)


@given(st.sampled_from([1, 2, 3]).flatmap(matrices))
@settings(deadline=None, max_examples=25)
def test_solid_angles_fill_the_sphere(rows):
    arrangement = Arrangement(rows)
    angles = solid_angles(arrangement)
    assert isclose(angles.sum(), 1, rel_tol=1e-12)
    for signs, angle in zip(arrangement.chambers().signs, angles, strict=True):
        assert isclose(solid_angle(arrangement, signs), angle, rel_tol=1e-12)


@pytest.mark.parametrize(
    "arrangement", [families.braid(4), families.type_b(3), families.g2(), families.braid(3)]
)
def test_chambers_of_a_reflection_group_are_congruent(arrangement):
    chambers = arrangement.chambers()
    for signs in chambers.signs:
        assert isclose(solid_angle(arrangement, signs), 1 / len(chambers), rel_tol=1e-13)


def test_solid_angle_is_girards_angle_sum():
    rows = np.array([[3, 1, 0], [-1, 2, 1], [0, -1, 4]])
    unit = rows / np.linalg.norm(rows, axis=1)[:, None]
    inner = [acos(-unit[i] @ unit[j]) for i, j in ((0, 1), (1, 2), (0, 2))]
    assert isclose(solid_angle(Arrangement(rows), [1, 1, 1]), (sum(inner) - pi) / (4 * pi), rel_tol=1e-12)


def test_a_thin_chamber_keeps_its_relative_accuracy():
    # A half lune of dihedral angle t has area t: here t = atan(2^-k), between y = 0 and z = 2^k y.
    for k in (0, 20, 60, 200, 530, 1000):
        arrangement = Arrangement([[0, 1, 0], [0, 2**k, -1], [1, 0, 0]])
        assert isclose(4 * pi * solid_angle(arrangement, [1, -1, 1]), atan(2.0**-k), rel_tol=1e-14)


def test_sampling_finds_chambers_in_proportion_to_their_solid_angle():
    arrangement = Arrangement([[1, 0, 0, 2], [0, 1, 0, 0], [1, 1, 1, 1], [0, 0, 0, 0]])
    sample = Zonotope(arrangement).sample_vertices(20_000, seed=1)
    assert sample.counts.sum() == 20_000
    assert len(sample.signs) == arrangement.count_chambers()
    for signs, count, u in zip(sample.signs, sample.counts, sample.directions, strict=True):
        assert arrangement.chamber_of(u).tolist() == signs.tolist()
        p = solid_angle(arrangement, signs)
        assert abs(count - 20_000 * p) < 6 * sqrt(20_000 * p * (1 - p))


def test_a_sample_that_covers_little_is_told_by_the_bound():
    arrangement = families.generic(9, 3)
    angles = solid_angles(arrangement)
    assert miss_probability(angles, 10) > 1 and miss_probability(angles, 10**9) < 1e-6
    assert len(Zonotope(arrangement).sample_vertices(10).signs) < len(angles)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Zonotope(families.shi(3)), InputError, "arrangement is affine; a zonotope belongs to"),
        (
            lambda: Zonotope(families.braid(3)).volume(),
            InputError,
            "rank is 2 in dimension 3: the volume is zero",
        ),
        (lambda: Zonotope(families.generic(9, 3)).volume(9), TooLargeError, "the volume sums 84 minors"),
        (lambda: Zonotope(families.braid(3)).support([1]), InputError, "direction has 1 entries; give 3"),
        (lambda: Zonotope(families.braid(3)).sample_vertices(0), InputError, "count is 0; draw at least one"),
        (
            lambda: solid_angle(families.braid(5), [1] * 10),
            InputError,
            "rank is 4; solid angles go up to rank 3",
        ),
        (lambda: solid_angles(families.braid(5)), InputError, "rank is 4; solid angles go up to rank 3"),
        (lambda: solid_angle(families.shi(3), [1] * 6), InputError, "arrangement is affine; solid angles"),
    ],
)
def test_errors_say_what_to_do(call, error, message):
    with pytest.raises(error, match=message):
        call()
