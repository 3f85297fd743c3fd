"""Data made to break float filters and machine integers: the compiled search lists what exact integers list.

Small arrangements are searched in Python integers, so here each is searched twice, by force: once compiled,
once in integers alone. The two share the walk over no-broken-circuit sets but not one sign; and the witnesses
are checked in rational arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.enumeration import engine, frame, tables
from hyperplane_arrangements.exact import signs as exact_signs


def _nearly_parallel(random, n, d):
    """Rows that differ from one another by relative steps of 1e-16."""
    base = random.normal(size=d)
    return base * (1 + 2.0**-52 * random.integers(-3, 4, size=(n, d)))


def _nearly_repeated(random, n, d):
    """Pairs of rows one float apart in one entry."""
    rows = random.normal(size=(n, d))
    rows[1::2] = rows[0::2]
    rows[1::2, 0] = np.nextafter(rows[1::2, 0], np.inf)
    return rows


def _nearly_concurrent(random, n, d):
    """Rows on a hyperplane of normals but for rounding: sums of two others, in floats."""
    rows = random.normal(size=(n, d))
    for k in range(d, n):
        i, j = random.choice(k, 2, replace=False)
        rows[k] = rows[i] + rows[j]
    return rows


def _end_of_int64(random, n, d):
    return [[int(x) for x in row] for row in 2**62 + random.integers(-2, 3, size=(n, d))]


def _beyond_int64(random, n, d):
    return [[int(x) ** 5 for x in row] for row in random.integers(-(2**15), 2**15, size=(n, d))]


def _scales(random, n, d):
    """Rows and columns from 1e-150 to 1e150."""
    small = random.integers(-4, 5, size=(n, d)).astype(float)
    return small * 2.0 ** random.integers(-250, 250, size=(n, 1)) * 2.0 ** random.integers(-250, 250, size=d)


def _denormals(random, n, d):
    return random.integers(-9, 10, size=(n, d)) * 5e-324


def _fractions(random, n, d):
    """Close rationals with large denominators: nothing here is a float."""
    return [
        [Fraction(int(a), 10**17 + int(b)) for a, b in zip(*random.integers(1, 9, size=(2, d)), strict=True)]
        for _ in range(n)
    ]


def _huge(random, n, d, digits=400):
    """Integers of hundreds of digits; the leading twenty are those of `random`."""
    return [
        [int(x) * 10 ** (digits - 18) + int(x) ** 2 for x in row]
        for row in random.integers(10**18, size=(n, d))
    ]


def _huge_columns(random, n, d):
    """Small integers, each column times a power of its own."""
    return [
        [int(x) * 10 ** (150 * j) for j, x in enumerate(row)] for row in random.integers(-4, 5, size=(n, d))
    ]


KINDS = [
    *(_nearly_parallel, _nearly_repeated, _nearly_concurrent, _end_of_int64, _beyond_int64, _scales),
    *(_denormals, _fractions, _huge, _huge_columns),
]


def _searched(rows, offsets, small, monkeypatch):
    for name in ("_SMALL_WORK", "_SMALL"):
        monkeypatch.setattr(engine, name, small)
    monkeypatch.setattr(tables, "is_loaded", lambda *_: small == 0)
    chambers = Arrangement(rows, offsets).chambers()
    assert (chambers._plan.work.tables is None) == (small > 0)
    return chambers


@pytest.mark.parametrize("affine", [False, True], ids=["central", "affine"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__[1:])
def test_compiled_and_exact_search_list_the_same_chambers(kind, affine, monkeypatch):
    random = np.random.default_rng(7)
    rows = kind(random, 18, 3)
    offsets = [row[0] for row in kind(random, 18, 3)] if affine else None
    exact = _searched(rows, offsets, 10**9, monkeypatch)
    compiled = _searched(rows, offsets, 0, monkeypatch)
    assert np.array_equal(compiled.signs, exact.signs)
    assert compiled._plan.tasks == exact._plan.tasks
    assert compiled.witnesses.tolist() == exact.witnesses.tolist()
    assert compiled.is_complete and exact.is_complete
    arrangement = compiled.arrangement
    points = [[*map(Fraction, point), *([1] * affine)] for point in compiled.witnesses.tolist()]
    assert np.array_equal(exact_signs(arrangement.homogeneous, points), compiled.signs)


@pytest.mark.parametrize("digits", [290, 1000])
def test_huge_integers_are_decided_in_floats_and_have_the_signs_of_their_leading_digits(digits):
    """The first column of the frame is of the size of the data, the others of its square."""
    huge = _huge(np.random.default_rng(3), 20, 4, digits)
    chosen = frame.frame(Arrangement(huge).distinct.rows)
    (arrays,) = tables.arithmetics(chosen)
    *_, undecided = tables.search(arrays, (), (-1, len(chosen.rows)), 2000)
    assert len(undecided) == 0
    small = [[x // 10 ** (digits - 18) for x in row] for row in huge]
    found = Arrangement(huge).chambers()
    assert found.witnesses.dtype == np.float64
    assert set(map(tuple, found.signs.tolist())) == set(
        map(tuple, Arrangement(small).chambers().signs.tolist())
    )


def test_one_coordinate_of_huge_integers_has_no_column_to_shift():
    assert frame.frame(((10**300, 10**299),)).rows == ()
    assert Arrangement([[10**300], [-7], [0]]).chambers().signs.tolist() == [[1, -1, 0], [-1, 1, 0]]


def test_floats_alone_would_get_some_of_this_wrong():
    """Negative control: the data is hostile. Float signs of exact witnesses differ from the true ones."""
    rows = _nearly_parallel(np.random.default_rng(7), 18, 3)
    chambers = Arrangement(rows).chambers()
    floats = np.array([[float(x) for x in point] for point in chambers.witnesses])
    assert (np.sign(floats / np.abs(floats).max(axis=1, keepdims=True) @ rows.T) != chambers.signs).any()
