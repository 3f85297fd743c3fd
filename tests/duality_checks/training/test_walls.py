"""Walls of chambers against linear programs, one a hyperplane."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from duality_checks.training.walls import chamber_walls


def needed(normals, signs, j):
    """Whether dropping hyperplane j makes the chamber larger: the other sides allow ``s_j h_j'u < 0``."""
    inward = normals * signs[:, None]
    others = np.delete(inward, j, axis=0)
    found = linprog(inward[j], A_ub=-others, b_ub=np.zeros(len(others)), bounds=[(-1, 1)] * normals.shape[1])
    return found.fun < -1e-9


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 4), st.integers(1, 12), st.integers(0, 10**6))
def test_every_hyperplane_that_is_needed_is_listed(rank, count, seed):
    generator = np.random.default_rng(seed)
    normals = generator.standard_normal((count, rank))
    normals /= np.linalg.norm(normals, axis=1)[:, None]
    inside = generator.standard_normal(rank)
    signs = np.sign(normals @ inside)
    walls = chamber_walls(normals, inside)
    for j in range(count):
        if count > rank:
            assert walls[j] == needed(normals, signs, j)
        else:
            assert walls[j]


@pytest.mark.parametrize("rank", [2, 3])
def test_chambers_too_thin_to_tell_keep_all_their_rows(rank):
    """Of a point on a hyperplane, or between two that nearly coincide, nothing is left out."""
    normals = np.eye(rank)[[0, 0, *range(rank)]]
    normals[1, 1] = 1e-12
    assert chamber_walls(normals, np.eye(rank)[1]).all()
    assert chamber_walls(normals, np.array([-1e-12, 2.0, 1.0][:rank])).all()


def test_a_long_list_in_the_plane_has_two_walls():
    angles = np.linspace(0.1, 3.0, 30)
    normals = np.column_stack([np.cos(angles), np.sin(angles)])
    assert chamber_walls(normals, np.array([1.0, 0.2])).sum() == 2
