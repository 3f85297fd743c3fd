"""Integer points of chambers, against signs in rationals."""

from __future__ import annotations

from fractions import Fraction
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks.certificates.witnesses import integer_points
from hyperplane_arrangements import Arrangement, exact_matrix


def exact_signs(X, point):
    products = [sum(Fraction(x) * u for x, u in zip(row, point, strict=True)) for row in X.tolist()]
    return [(value > 0) - (value < 0) for value in products]


@given(st.integers(0, 10**6), st.integers(0, 60), st.integers(1, 4), st.booleans())
def test_every_point_is_in_its_chamber(seed, bits, d, whole):
    """However thin: two rows are as good as parallel, one is zero. Integer data has object witnesses."""
    rng = np.random.default_rng(seed)
    X = np.rint(rng.normal(size=(5, d)) * 2.0**20) if whole else rng.normal(size=(5, d))
    X[1] = X[0] + (0 if whole else 2.0**-bits) * rng.normal(size=d)
    X[2] = 0.0
    chambers = Arrangement(X).chambers()
    points = integer_points(exact_matrix(X), chambers)
    assert len(points) == len(chambers)
    for point, signs in zip(points, chambers.signs.tolist(), strict=True):
        assert exact_signs(X, point) == signs
        assert gcd(*point) == 1


@pytest.mark.parametrize(
    ("X", "least", "most"),
    [
        (np.random.default_rng(0).normal(size=(3, 3)), 0, 2**12),
        (np.array([[1.0, 0.0], [1.0, 2.0**-30]]), 2**24, 2**60),
    ],
    ids=["wide", "thin"],
)
def test_points_are_as_short_as_chambers_allow(X, least, most):
    """Rounded to few bits, some points of the thin chambers would be on a hyperplane."""
    chambers = Arrangement(X).chambers()
    points = integer_points(exact_matrix(X), chambers)
    assert [exact_signs(X, point) for point in points] == chambers.signs.tolist()
    assert least < max(abs(u) for point in points for u in point) <= most
