"""Hulls and cones of vectors that span few of their dimensions: decided as in coordinates of the span."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks.exact.programs import in_cone, zero_in_hull
from hyperplane_arrangements.exact import exact_matrix, rank
from hyperplane_arrangements.exact.rational import Vector, combination, dot

RANK, WIDTH = 2, 5
small = st.integers(-3, 3)
coordinates = st.lists(st.tuples(*[small] * RANK), min_size=2, max_size=5)
bases = st.lists(st.tuples(*[small] * WIDTH), min_size=RANK, max_size=RANK).filter(
    lambda rows: rank(exact_matrix(rows)) == RANK
)


def spread(entries: tuple[int, ...], basis: list[tuple[int, ...]]) -> Vector:
    return combination([Fraction(x) for x in entries], [tuple(map(Fraction, row)) for row in basis], WIDTH)


def exactly(entries: tuple[int, ...]) -> Vector:
    return tuple(map(Fraction, entries))


@settings(deadline=None, max_examples=60)
@given(coordinates, bases)
def test_zero_is_in_a_hull_as_it_is_in_that_of_the_coordinates(points, basis) -> None:
    wide = [spread(point, basis) for point in points]
    found = zero_in_hull(wide)
    assert bool(found) == bool(zero_in_hull([exactly(point) for point in points]))
    if found.weights is not None:
        assert min(found.weights) >= 0 and sum(found.weights) == 1
        assert not any(combination(found.weights, wide, WIDTH))
    else:
        assert found.direction is not None and len(found.direction) == WIDTH
        assert all(dot(point, found.direction) < 0 for point in wide)


@settings(deadline=None, max_examples=60)
@given(coordinates, bases, st.tuples(*[small] * WIDTH))
def test_a_vector_is_in_a_cone_as_it_is_in_that_of_the_coordinates(points, basis, other) -> None:
    target, *generators = [spread(point, basis) for point in points]
    found = in_cone(target, generators)
    assert bool(found) == bool(in_cone(exactly(points[0]), [exactly(point) for point in points[1:]]))
    if rank(exact_matrix([*basis, other])) > RANK:  # out of the span: in no cone of the rest
        aside = exactly(other)
        found = in_cone(aside, generators)
        assert not found
        assert found.direction is not None and dot(aside, found.direction) < 0
        assert all(dot(generator, found.direction) >= 0 for generator in generators)
