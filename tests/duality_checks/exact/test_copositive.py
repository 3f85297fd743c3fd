"""Forms that are nonnegative on cones: against grids of points, rotations of known forms, and by hand."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.exact.copositive import is_copositive, is_nonnegative_on, is_positive_semidefinite
from hyperplane_arrangements.errors import InputError

entry = st.integers(-4, 4)


@st.composite
def forms(draw, sizes=(1, 2, 3)):
    m = draw(st.sampled_from(sizes))
    upper = {(i, j): Fraction(draw(entry)) for i in range(m) for j in range(i, m)}
    return [[upper[min(i, j), max(i, j)] for j in range(m)] for i in range(m)]


def least(form, points):
    table = np.array([[float(x) for x in row] for row in form])
    return np.einsum("pi,ij,pj->p", points, table, points).min()


def grid(m, steps=40):
    """Points of the simplex."""
    points = [p for p in product(range(steps + 1), repeat=m) if sum(p) == steps]
    return np.array(points) / steps


GRIDS = {m: grid(m) for m in (1, 2, 3)}


@settings(deadline=None, max_examples=150)
@given(forms())
def test_copositive_is_nonnegative_on_the_simplex(form):
    below = least(form, GRIDS[len(form)])
    if is_copositive(form):
        assert below >= -1e-9
    else:
        # A form with integer entries up to 4 that is negative somewhere is so on a fine grid, or nearly.
        assert below < 0.02


@settings(deadline=None, max_examples=60)
@given(forms((3,)), st.integers(0, 10**6))
def test_cones_of_many_walls_are_cut_correctly(form, seed):
    generator = np.random.default_rng(seed)
    inward = generator.integers(-5, 6, (5, 3))
    inward[:, 2] = 6 + np.abs(inward[:, 2])  # (0, 0, 1) is inside, and the cone is pointed if the rank is 3
    inward = inward[: int(generator.integers(3, 6))]
    if np.linalg.matrix_rank(inward) < 3:
        return
    points = generator.standard_normal((4000, 3))
    inside = points[(points @ inward.T >= 0).all(axis=1)]
    normals = [tuple(map(Fraction, row)) for row in inward.tolist()]
    if is_nonnegative_on(form, normals):
        assert not len(inside) or least(form, inside) >= -1e-9
    elif len(inside) > 500:
        assert least(form, inside / np.linalg.norm(inside, axis=1)[:, None]) < 0.3


def test_a_square_is_nonnegative_and_touches_zero():
    """(x - y)^2 vanishes inside the quadrant; a hair less is negative there."""
    one, hair = Fraction(1), Fraction(1, 10**30)
    quadrant = [(one, 0 * one), (0 * one, one)]
    assert is_nonnegative_on([[one, -one], [-one, one]], quadrant)
    assert not is_nonnegative_on([[one, -one - hair], [-one - hair, one]], quadrant)


@settings(deadline=None, max_examples=60)
@given(forms())
def test_positive_semidefinite_as_eigenvalues_say(form):
    smallest = np.linalg.eigvalsh(np.array([[float(x) for x in row] for row in form]))[0]
    if abs(smallest) > 1e-9:
        assert is_positive_semidefinite(form) == (smallest > 0)


def test_four_variables_are_refused():
    eye = [[Fraction(int(i == j)) for j in range(4)] for i in range(4)]
    with pytest.raises(InputError, match="the form has 4 variables; cones are cut into simplices up to 3"):
        is_nonnegative_on(eye, [tuple(row) for row in eye])
