"""Numbers a + b sqrt(d) against sympy, and arrangements of them against rational twins."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from hyperplane_arrangements import (
    Arrangement,
    InputError,
    count_by_search,
    exact_matrix,
    families,
    square_root,
)
from hyperplane_arrangements.enumeration.interior import interior_points
from hyperplane_arrangements.exact.quadratic import Quadratic, content, read_quadratic
from hyperplane_arrangements.geometry.double_description import extreme_rays
from hyperplane_arrangements.geometry.shapes import chamber_shape
from hyperplane_arrangements.strategies import affine_arrangements, arrangements

PARTS = st.one_of(st.integers(-50, 50), st.fractions(-5, 5, max_denominator=9)).map(Fraction)
ROOTS = st.sampled_from([2, 3, 5, 7])


def as_sympy(x):
    return sympy.Rational(x.a) + sympy.Rational(x.b) * sympy.sqrt(x.d)


@given(PARTS, PARTS, PARTS, PARTS, ROOTS)
@settings(max_examples=30, deadline=None)
def test_arithmetic_order_and_texts_are_those_of_sympy(a, b, c, e, d):
    x, y = Quadratic(a, b, d), Quadratic(c, e, d)
    for ours, theirs in (
        (x + y, as_sympy(x) + as_sympy(y)),
        (x * y, as_sympy(x) * as_sympy(y)),
        (a - y, a - as_sympy(y)),
    ):
        assert sympy.expand(as_sympy(ours) - theirs) == 0
    assert (x < y) == bool(as_sympy(x) < as_sympy(y)) and (x == y) == ((a, b) == (c, e))
    if y:
        assert (x / y) * y == x and (1 / y) * y == 1
    assert float(x) == float(as_sympy(x).evalf(40)) and abs(x).sign() == bool(x)
    assert read_quadratic(repr(x)) == x if b else hash(x) == hash(a)
    assert x.floor_of_multiple(3) == sympy.floor(as_sympy(x) * 8)


def test_signs_are_exact_where_floats_are_not():
    """Convergents of sqrt(2): p - q sqrt(2) is about 1 / (2q), of alternating sign."""
    p, q = 1, 1
    for k in range(60):
        assert (p - q * square_root(2)).sign() == (-1 if k % 2 == 0 else 1)
        assert p * p - 2 * q * q == (-1 if k % 2 == 0 else 1)
        p, q = p + 2 * q, p + q
    assert float(p - q * square_root(2)) == pytest.approx(-1 / (2 * q), rel=1e-9)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=6, max_size=6), min_size=1, max_size=4), PARTS)
@settings(max_examples=40, deadline=None)
def test_primitive_rows_are_the_same_for_multiples(table, factor):
    for numbers in table:
        row = [Quadratic(*pair, 5) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
        scale = Quadratic(factor or Fraction(1), Fraction(1), 5)
        if not any(row):
            assert content(row) == 0
            continue
        first = [x / content(row) for x in row]
        assert first == [x * scale / content([y * scale for y in row]) for x in row]
        lead = next(x for x in first if x)
        assert lead.b == 0 and lead.a > 0


UNITS = (2 + square_root(3), square_root(3) - 1, square_root(3))


def over_the_root(arrangement):
    """The same arrangement up to units of its rows and columns, positive multiples that change no sign."""
    rows = [[x * UNITS[j % 3] for j, x in enumerate(row)] for row in arrangement.normals.fractions]
    if arrangement.is_central:
        rows = [[(3 - square_root(3)) * x for x in row] if i % 2 else row for i, row in enumerate(rows)]
    return Arrangement(rows, arrangement.offsets)


@given(st.one_of(arrangements(), affine_arrangements()))
@settings(max_examples=10, deadline=None)
def test_other_units_of_the_coordinates_change_nothing(arrangement):
    """Scaling coordinates and rows by positive numbers keeps every sign vector: rational data as oracle."""
    other = over_the_root(arrangement)
    assert not other.normals.is_rational and other.rank == arrangement.rank
    assert set(map(bytes, other.chambers().signs)) == set(map(bytes, arrangement.chambers().signs))
    assert other.count_chambers() == arrangement.count_chambers() and other.chambers().is_complete
    assert other.characteristic_polynomial() == arrangement.characteristic_polynomial()
    assert other.f_vector() == arrangement.f_vector() == other.faces().f_vector
    assert other.flats().flat_counts == arrangement.flats().flat_counts
    chambers = other.chambers()
    for signs, point in zip(chambers.signs[:6], chambers.witnesses[:6], strict=True):
        assert (other.chamber_of(point) == signs).all()
        assert chamber_shape(other, signs).walls == chamber_shape(arrangement, signs).walls


def test_h3_and_h4_are_as_published():
    """120 and 14,400 chambers, exponents 1, 5, 9 and 1, 11, 19, 29; H_3 is simplicial."""
    h3, h4 = families.h3(), families.h4()
    for member, name in ((h3, "h3"), (h4, "h4")):
        family = families.FAMILIES[name]
        assert member.count_chambers() == family.chambers()
        assert member.characteristic_polynomial() == family.characteristic_polynomial()
    assert (h3.count_chambers(), h4.count_chambers()) == (120, 14400)
    assert (
        count_by_search(h3) == 120
        and h3.chambers().is_complete
        and h3.faces().check()
        and h3.check_simplicial()
    )
    assert {len(chamber.walls) for chamber in h3.chambers()[:20]} == {3}
    # Six five-fold axes, ten three-fold and fifteen two-fold ones: the lines of the lattice.
    on_lines = sorted(len(flat.rows) for flat in h3.flats().levels[2])
    assert on_lines == [2] * 15 + [3] * 10 + [5] * 6
    assert h3.restriction(0).count_chambers() == 12  # exponents 1 and 5: Orlik and Terao (1992), table C.8


def test_rounded_mirrors_come_apart():
    """The control: the same matrix in floats has other chambers."""
    rounded = Arrangement(families.h3().normals.floats)
    assert rounded.count_chambers() > 120


def test_reflections_in_h3_permute_its_mirrors():
    """An oracle for the rows themselves: a root system is closed under its reflections."""
    for member in (families.h3(), families.h4()):
        rows = member.normals.fractions
        known = {tuple(x / next(y for y in row if y) for x in row) for row in rows}
        for mirror in rows[:: len(rows) // 5]:
            norm = sum(x * x for x in mirror)
            for row in rows:
                share = 2 * sum(x * y for x, y in zip(row, mirror, strict=True)) / norm
                image = [x - share * y for x, y in zip(row, mirror, strict=True)]
                lead = next(x for x in image if x)
                assert tuple(x / lead for x in image) in known


def test_a_chamber_too_thin_for_floats_has_a_point_inside():
    p, q = 3, 2
    for _ in range(60):
        p, q = p + 2 * q, p + q
    for offsets in (None, [0, 0, 1]):
        thin = Arrangement([[1, square_root(2)], [q, p], [1, 0]], offsets)
        chambers = thin.chambers()
        assert len(chambers) == (6 if offsets is None else 7)
        assert [thin.chamber_of(w).tolist() for w in chambers.witnesses] == chambers.signs.tolist()


@given(arrangements(rank=3))
@settings(max_examples=25, deadline=None)
def test_double_description_finds_the_rays_of_cdd(arrangement):
    signs = arrangement.chambers().signs[0]
    shape = chamber_shape(arrangement.essentialization(), signs)
    rows = arrangement.essentialization().normals.integers.tolist()
    inward = {tuple(int(s) * x for x in row) for row, s in zip(rows, signs, strict=True) if s}
    found = {tuple(Fraction(x, max(map(abs, ray))) for x in ray) for ray in extreme_rays(sorted(inward))}
    assert found == {tuple(x / max(map(abs, ray)) for x in ray) for ray in shape.rays}


def test_values_show_as_code_and_equations():
    golden = (1 + square_root(5)) / 2
    pentagon = Arrangement([[1, golden], [0, 1]])
    assert repr(pentagon) == 'Arrangement([["1", "1/2+1/2*sqrt(5)"], ["0", "1"]])'
    assert eval(repr(pentagon)) == pentagon and str(pentagon[0]) == "x1 + (1/2+1/2*sqrt(5))*x2 = 0"
    assert pentagon.normals.floats[0, 1] == (1 + 5**0.5) / 2
    assert exact_matrix([["sqrt(5)", 1]]) == exact_matrix([[square_root(5), "1"]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: square_root(4), "d is 4; give an integer from 2 on that no square but 1 divides"),
        (lambda: square_root(2) + square_root(3), r"sqrt\(2\) and sqrt\(3\) do not mix"),
        (lambda: Arrangement([["sqrt(2)", "sqrt(3)"]]), r"sqrt\(2\) and sqrt\(3\) do not mix"),
        (
            lambda: Arrangement([["1+sqrt(x)"]]),
            "'1\\+sqrt\\(x\\)' is no number with a square root",
        ),
        (lambda: Arrangement([[1]], ["sqrt(2)"]), r"offsets\[0\] is sqrt\(2\); give a rational number"),
        (
            lambda: Arrangement([[1]]).chamber_of([square_root(2)]),
            r"point\[0\] is sqrt\(2\); give",
        ),
        (lambda: families.h3().solid_angles(), "have square roots; solid angles are computed for rational"),
        (lambda: families.h3().zonotope().volume(), "the rows have square roots; volumes are computed for"),
    ],
)
def test_what_does_not_fit_is_said_so(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_vertices_of_an_irrational_zonotope():
    golden = (1 + square_root(5)) / 2
    vertices = Arrangement([[1, 0], [golden, 1]]).zonotope().vertices()
    assert {tuple(row) for row in vertices.fractions} == {(0, 0), (1, 0), (golden, 1), (golden + 1, 1)}


def test_points_inside_by_linear_programs_are_inside():
    h3 = families.h3()
    rows, cells = h3.distinct.rows, h3.chambers()
    bits = np.packbits(cells.signs[:4] * h3.orientation_of_row > 0, axis=1, bitorder="little")
    points = list(interior_points(rows, None, bits))
    assert [h3.chamber_of(point).tolist() for point in points] == cells.signs[:4].tolist()
