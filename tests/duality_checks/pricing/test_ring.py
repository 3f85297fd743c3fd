"""Rank 2: maxima of the landscape on the circle, against what a fine grid of angles shows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks import TrainingProblem
from duality_checks.pricing.landscape import Landscape
from duality_checks.pricing.pricers import Sweep
from duality_checks.pricing.ring import Ring
from duality_checks.training import polish

FINE = np.linspace(0, 2 * np.pi, 40_000, endpoint=False)
GRID = np.column_stack([np.cos(FINE), np.sin(FINE)])
entries = st.integers(-5, 5)


def tops_of(heights):
    """The local maxima of a periodic sequence without plateaus."""
    return int(((heights > np.roll(heights, 1)) & (heights >= np.roll(heights, -1)) & (heights > 0.2)).sum())


@given(st.integers(0, 2**32 - 1), st.sampled_from(["relu", "abs", "leaky:0.1", "leaky:-2"]))
def test_the_ring_lists_the_maxima_that_a_grid_shows(seed, activation):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 9))
    problem = TrainingProblem(rng.integers(-500, 501, (n, 2)).tolist(), [1] * n, 1, activation)
    landscape, v = Landscape.of(problem), rng.normal(size=n) / 500
    if landscape.rank < 2:
        return
    found = Sweep(landscape).maxima(v, 0.2)
    heights = landscape.values(v, GRID)
    assert np.allclose(landscape.values(v, found.directions) * found.signs, found.values)
    best = np.abs(heights).max()
    assert found.reach == pytest.approx(best, abs=1e-3) if best > 0.2 else len(found) == 0
    seen = tops_of(heights) + tops_of(-heights)
    assert len(found) == (seen // 2 if landscape.is_even else seen)
    for sign, direction, value in zip(found.signs, found.directions, found.values, strict=True):
        near = direction + 1e-4 * np.array([[-direction[1], direction[0]]]) * [[1], [-1]]
        around = sign * landscape.values(v, near / np.linalg.norm(near, axis=1)[:, None])
        assert (around <= value + 1e-12).all()


def test_a_maximum_on_a_ray_names_its_hyperplane():
    normals = np.array([[0.0, 1.0], [1.0, 0.0]])
    values, directions, signs, kinks = Ring.of(normals).maxima(np.zeros(2), np.array([3.0, -1.0]), 1, 0.5)
    assert (values.tolist(), signs.tolist(), kinks.ravel().tolist()) == ([3.0, 1.0], [1.0, -1.0], [1, 0])
    assert np.abs(directions).tolist() == [[0.0, 1.0], [1.0, 0.0]]


@given(st.lists(st.tuples(entries, entries), min_size=2, max_size=9), entries, entries)
def test_the_walls_of_a_face_are_those_that_stop_any_step(rows, x, y):
    normals = np.array([row for row in rows if any(row)] or [(1, 0)], dtype=float)
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    inside = np.array([x + 0.25, y + 0.125])
    face = np.sign(np.round(normals @ inside, 12)).astype(np.int8)
    if not face.any():
        return
    walls = polish._walls(normals, face, inside)
    depths = np.abs(normals @ inside)
    for angle in np.linspace(0, 2 * np.pi, 24, endpoint=False):
        speeds = face * (normals @ [np.cos(angle), np.sin(angle)])
        limits = np.divide(depths, -speeds, out=np.full(len(face), np.inf), where=speeds < -1e-9)
        if face.all():
            assert limits[walls].min() == pytest.approx(limits.min())
