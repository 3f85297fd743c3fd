"""Shapes of all chambers at once against one at a time, and against what is known of arrangements."""

from concurrent.futures import ThreadPoolExecutor
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import Arrangement, InputError, TooLargeError, families
from hyperplane_arrangements.geometry.directions import null_vectors
from hyperplane_arrangements.geometry.faces import face_batches, faces
from hyperplane_arrangements.geometry.shapes import chamber_shape, shape_batches, shapes
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

either = st.one_of(arrangements(), affine_arrangements())


def plain(shape):
    rays = frozenset(map(direction, shape.rays))
    return shape.signs, shape.walls, frozenset(shape.vertices), rays, shape.rank


def direction(ray):
    largest = max(abs(x) for x in ray)
    return tuple(x / largest for x in ray)


@given(either)
@settings(max_examples=30)
def test_all_at_once_as_one_at_a_time(arrangement):
    found = shapes(arrangement)
    signs = arrangement.chambers().signs
    assert found.signs.tolist() == signs.tolist()
    singly = [chamber_shape(arrangement, row) for row in signs]
    assert [plain(shape) for shape in found] == [plain(shape) for shape in singly]
    assert found.is_bounded.tolist() == [shape.is_bounded for shape in singly]


def test_a_forged_shape_is_seen():
    """The comparison above is not empty: one ray the other way around, and they differ."""
    found = shapes(families.type_b(3))
    forged = found.rays.copy()
    forged[0] *= -1
    other = type(found)(found.arrangement, found.signs, forged, found.is_point, *_ragged(found))
    assert [plain(shape) for shape in found] != [plain(shape) for shape in other]


def _ragged(found):
    return found.ray_starts, found.ray_of, found.wall_starts, found.wall_of


@pytest.mark.parametrize("n", [5, 40, 80])
def test_generic_planes_have_polygons_of_mean_size_below_four(n):
    """On the sphere 2 C(n, 2) corners of degree 4, so by Euler 2 C(n, 2) + 2 polygons."""
    found = shapes(families.generic(n, 3))
    corners = comb(n, 2)
    assert len(found) == 2 * corners + 2
    assert found.ray_counts.sum() == found.wall_counts.sum() == 8 * corners


def test_signs_of_corners_are_those_of_their_chambers():
    arrangement = families.threshold(4)
    found = shapes(arrangement)
    values = np.array(arrangement.normals.integers, dtype=np.int64) @ found.rays.astype(np.int64).T
    owner = np.repeat(np.arange(len(found)), found.ray_counts)
    assert (np.sign(values[:, found.ray_of]).T * found.signs[owner] >= 0).all()


@given(either, st.integers(1, 40))
@settings(max_examples=20)
def test_batches_have_each_chamber_and_each_face_once(arrangement, size):
    whole = {plain(shape) for shape in shapes(arrangement)}
    parts = [plain(shape) for batch in shape_batches(arrangement, size) for shape in batch]
    assert len(parts) == len(whole)
    assert set(parts) == whole
    batches = list(face_batches(arrangement, size))
    for k, level in enumerate(faces(arrangement).by_dimension):
        rows = [tuple(row) for batch in batches for row in batch[k].tolist()]
        assert sorted(rows) == sorted(map(tuple, level.tolist()))


def test_batches_through_an_executor():
    arrangement = families.generic(9, 4)
    with ThreadPoolExecutor(2) as pool:
        batches = list(shape_batches(arrangement, 50, executor=pool))
    assert len(batches) > 2
    assert sum(map(len, batches)) == arrangement.count_chambers()


def test_too_many_chambers_are_refused_with_their_number():
    with pytest.raises(TooLargeError, match="has 24 chambers, over the limit of 10; raise max_chambers"):
        shapes(families.braid(4), 10)
    with pytest.raises(InputError, match="size is 0; give at least 1"):
        next(shape_batches(families.braid(4), 0))


def test_nothing_but_zero_rows():
    found = shapes(Arrangement([[0, 0], [0, 0]]))
    assert [plain(shape) for shape in found] == [((0, 0), (), {(0, 0)}, set(), 0)]


@given(st.integers(1, 5), st.integers(0, 10**9), st.sampled_from([3, 10**6, 10**25]))
@settings(max_examples=40)
def test_null_vectors_are_primitive_and_orthogonal(r, seed, size):
    draw = np.random.default_rng(seed)
    rows = draw.integers(-9, 10, (6, r - 1, r)).astype(object) * size + draw.integers(-1, 2, (6, r - 1, r))
    full = [k for k in range(6) if r == 1 or np.linalg.matrix_rank(rows[k].astype(float)) == r - 1]
    if not full:
        return
    kept = rows[full]
    found = null_vectors(kept.astype(np.int64) if size < 10**9 else kept).astype(object)
    for matrix, vector in zip(kept, found, strict=True):
        assert not (matrix @ vector).any() if r > 1 else True
        assert np.gcd.reduce(np.abs(vector)) == 1
