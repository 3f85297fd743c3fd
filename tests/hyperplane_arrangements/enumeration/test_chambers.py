"""Chambers: complete, distinct, and each with an exact witness, on friendly and on hostile data."""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from math import comb
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.enumeration.chambers import Position, count_by_search, upper_bound
from hyperplane_arrangements.errors import InputError, TooLargeError
from hyperplane_arrangements.exact import signs as exact_signs

ORACLES = Path(__file__).parents[2] / "oracles" / "chamber_counts.json"
PUBLISHED = {c["name"]: c["chambers"] for c in json.loads(ORACLES.read_text())["counts"]}


def unit(n, *entries):
    row = [0] * n
    for i, x in entries:
        row[i] = x
    return row


def differences(n, offsets):
    pairs = [(unit(n, (i, 1), (j, -1)), k) for i, j in combinations(range(n), 2) for k in offsets]
    return Arrangement([row for row, _ in pairs], [k for _, k in pairs])


def named(name):
    family, n = name.rsplit("_", 1)
    n = int(n)
    plus_minus = [unit(n, (i, 1), (j, s)) for i, j in combinations(range(n), 2) for s in (1, -1)]
    match family:
        case "resonance":
            return Arrangement([row for row in product((0, 1), repeat=n) if any(row)])
        case "threshold":
            return Arrangement([(1, *row) for row in product((0, 1), repeat=n)])
        case "braid":
            return Arrangement([unit(n, (i, 1), (j, -1)) for i, j in combinations(range(n), 2)])
        case "B":
            return Arrangement(plus_minus + [unit(n, (i, 1)) for i in range(n)])
        case "D":
            return Arrangement(plus_minus)
    offsets = {"shi": (0, 1), "catalan": (-1, 0, 1), "linial": (1,), "semiorder": (-1, 1)}
    return differences(n, offsets[family])


def witness_signs(arrangement, points):
    homogeneous = [list(map(Fraction, p)) + [Fraction(1)] * (not arrangement.is_central) for p in points]
    return np.array(
        [
            [(v > 0) - (v < 0) for v in (sum(a * x for a, x in zip(row, p, strict=True)) for row in rows)]
            for p in homogeneous
            for rows in [arrangement.homogeneous.fractions]
        ]
    )


def assert_proven(arrangement, chambers=None):
    """Distinct, as many as counted, each witness strictly inside: by fractions, for small arrangements."""
    chambers = chambers or arrangement.chambers()
    signs = chambers.signs
    assert len(set(map(bytes, signs))) == len(signs) == len(chambers) == arrangement.count_chambers()
    assert np.array_equal(witness_signs(arrangement, chambers.witnesses), signs)
    assert ((signs == 0) == (arrangement.orientation_of_row == 0)).all()
    assert chambers.is_complete


SMALL = st.integers(-2, 2)
ONE, ULP = 1.0, 2.0**-52
HOSTILE = st.one_of(
    st.sampled_from([0.0, ONE, ONE + ULP, ONE - ULP / 2, -ONE, -ONE - ULP, 3.0, 3.0 + 4 * ULP]),
    st.sampled_from([5e-324, -1e-310, 1e-200, 1e200, -1.5e300]),
    st.integers(2**62 - 3, 2**62 + 3).map(float),
)


def matrices(entries, most=7, dimensions=(1, 4)):
    return st.integers(*dimensions).flatmap(
        lambda d: st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=most)
    )


@given(matrices(SMALL), st.data())
@settings(deadline=None, max_examples=120)
def test_degenerate_arrangements(rows, data):
    offsets = data.draw(st.none() | st.lists(SMALL, min_size=len(rows), max_size=len(rows)))
    assert_proven(Arrangement(rows, offsets))


@given(matrices(HOSTILE, most=6))
@settings(deadline=None, max_examples=80)
def test_hostile_floats(rows):
    assert_proven(Arrangement(rows))


@given(matrices(st.integers(2**62 - 2, 2**62 + 2), most=6))
@settings(deadline=None, max_examples=40)
def test_integers_near_the_end_of_int64(rows):
    assert_proven(Arrangement(rows))


@given(matrices(SMALL), st.data())
@settings(deadline=None, max_examples=60)
def test_no_random_point_finds_another_chamber(rows, data):
    arrangement = Arrangement(rows)
    listed = set(map(bytes, arrangement.chambers().signs))
    seed = data.draw(st.integers(0, 2**32))
    found = exact_signs(
        arrangement.normals, np.random.default_rng(seed).normal(size=(200, arrangement.dimension))
    )
    inside = (found != 0).sum(axis=1) == (arrangement.orientation_of_row != 0).sum()
    assert set(map(bytes, found[inside])) <= listed


@given(matrices(SMALL), st.data())
@settings(deadline=None, max_examples=60)
def test_the_set_of_chambers_moves_with_the_rows(rows, data):
    order = data.draw(st.permutations(range(len(rows))))
    factors = data.draw(
        st.lists(st.sampled_from([1, -1, 3, Fraction(-1, 7)]), min_size=len(rows), max_size=len(rows))
    )
    moved = Arrangement([[factors[i] * x for x in rows[i]] for i in order])
    flips = np.sign([float(factors[i]) for i in order]).astype(np.int8)
    expected = set(map(bytes, Arrangement(rows).chambers().signs[:, list(order)] * flips))
    assert set(map(bytes, moved.chambers().signs)) == expected


@given(matrices(SMALL, most=8))
@settings(deadline=None, max_examples=60)
def test_antipodes_are_neighbours_in_the_list(rows):
    arrangement = Arrangement(rows)
    chambers = arrangement.chambers()
    if arrangement.rank:
        assert np.array_equal(chambers.signs[0::2], -chambers.signs[1::2])
        assert (chambers.witnesses[0::2] == -chambers.witnesses[1::2]).all()
    else:
        assert len(chambers) == 1


@pytest.mark.parametrize("name", [name for name, count in PUBLISHED.items() if count < 2500])
def test_published_counts(name):
    arrangement = named(name)
    chambers = arrangement.chambers()
    assert arrangement.count_chambers() == PUBLISHED[name]
    assert len(set(map(bytes, chambers.signs))) == PUBLISHED[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, count in PUBLISHED.items() if count >= 2500])
def test_published_counts_compiled(name):
    arrangement = named(name)
    chambers = arrangement.chambers()
    assert len(chambers) == PUBLISHED[name]
    seen = total = 0
    packed = []
    for batch in chambers.batches(200_000):
        packed.append(batch.packed)
        total += len(batch)
        seen += proven_inside(arrangement, batch)
    assert total == seen == PUBLISHED[name]
    whole = np.concatenate(packed)
    assert len(np.unique(np.ascontiguousarray(whole).view(f"V{whole.shape[1]}"))) == PUBLISHED[name]


@pytest.mark.parametrize("name", PUBLISHED)
def test_the_plain_search_counts_what_is_published(name):
    arrangement = named(name)
    assert count_by_search(arrangement) == PUBLISHED[name]
    if arrangement.n > 1:  # negative control
        assert count_by_search(arrangement.deletion(0)) < PUBLISHED[name]


def proven_inside(arrangement, batch):
    points = batch.witnesses
    assert points.dtype == np.float64
    if not arrangement.is_central:
        points = np.column_stack([points, np.ones(len(points))])
    return int((exact_signs(arrangement.homogeneous, points) == batch.signs).all(axis=1).sum())


@pytest.mark.parametrize(
    ("n", "d"), [(1, 3), (5, 2), (30, 2), (9, 3), (9, 4), (7, 7), (4, 6), (60, 3), (14, 5)]
)
def test_general_position_meets_covers_bound(n, d):
    arrangement = Arrangement(np.random.default_rng(n * d).normal(size=(n, d)))
    expected = 2 * sum(comb(n - 1, k) for k in range(min(n, d)))
    assert arrangement.count_chambers() == expected == upper_bound(n, min(n, d))
    signs = arrangement.chambers().signs
    assert len(set(map(bytes, signs))) == expected


@pytest.mark.parametrize("n", [3, 6, 60])
def test_independent_normals_have_a_chamber_for_each_sign_vector(n):
    """Repeated and opposite ones among them, in more columns; and not if one more is a sum of two."""
    rows = np.random.default_rng(n).integers(-9, 10, (n, n + 2)).tolist()
    arrangement = Arrangement([*rows, [-3 * x for x in rows[0]]])
    assert arrangement.count_chambers() == 2**n
    if n < 10:
        assert count_by_search(arrangement) == 2**n
        both = [a + b for a, b in zip(rows[0], rows[1], strict=True)]
        assert Arrangement([*rows, both]).count_chambers() == 2**n * 3 // 2  # 6 of a pencil of 3, for 4 of 2


def test_the_bound_is_no_count():
    """Negative control: three planes of one pencil have fewer chambers than three in general position."""
    assert Arrangement([[1, 0, 0], [0, 1, 0], [1, 1, 0]]).count_chambers() == 6 < upper_bound(3, 3)


def test_a_sample_is_feasible_by_linear_programming():
    x = np.random.default_rng(5).normal(size=(40, 4))
    signs = Arrangement(x).chambers().signs
    for sign in signs[:: len(signs) // 60]:
        assert (
            linprog(np.zeros(4), A_ub=-sign[:, None] * x, b_ub=-np.ones(40), bounds=(None, None)).status == 0
        )
    listed = set(map(bytes, signs))
    others = np.random.default_rng(6).choice([-1, 1], size=(30, 40)).astype(np.int8)
    for sign in others:  # negative control: the program can say no
        feasible = (
            linprog(np.zeros(4), A_ub=-sign[:, None] * x, b_ub=-np.ones(40), bounds=(None, None)).status == 0
        )
        assert feasible == (bytes(sign) in listed)


def test_a_list_with_one_missing_or_one_twice_is_not_complete():
    arrangement = Arrangement([[1, 0], [0, 1], [1, 1]])
    chambers = arrangement.chambers()
    whole = chambers._all()
    assert chambers.is_complete
    for rows in ([0, 1], [0, 1, 1]):
        part = replace(chambers, _cache={"all": replace(whole, cells=whole.cells[np.array(rows)])})
        assert not part.is_complete


def test_too_many_are_refused_with_their_number():
    arrangement = Arrangement(np.random.default_rng(1).normal(size=(20, 3)))
    with pytest.raises(TooLargeError, match="has 382 chambers, over the limit of 381") as caught:
        arrangement.chambers(max_chambers=381)
    assert (caught.value.predicted, caught.value.limit) == (382, 381)
    assert len(arrangement.chambers(max_chambers=382)) == 382


@given(matrices(SMALL, most=8), st.integers(2, 9))
@settings(deadline=None, max_examples=40)
def test_batches_join_to_the_list_and_resume_anywhere(rows, size):
    chambers = Arrangement(rows).chambers()
    batches = list(chambers.batches(size))
    assert all(len(batch) <= size for batch in batches)
    assert np.array_equal(np.concatenate([batch.signs for batch in batches]), chambers.signs)
    for i, batch in enumerate(batches):
        rest = list(chambers.batches(size, start=batch.following))
        assert len(rest) == len(batches) - i - 1
        assert all(np.array_equal(a.signs, b.signs) for a, b in zip(rest, batches[i + 1 :], strict=True))


@given(matrices(SMALL), st.none() | st.just([0, 1] * 4), st.data())
@settings(deadline=None, max_examples=40)
def test_a_place_is_where_the_stream_goes_on(rows, offsets, data):
    chambers = Arrangement(rows, offsets and offsets[: len(rows)]).chambers()
    step = 2 if chambers._plan.antipodal else 1
    index = step * data.draw(st.integers(0, len(chambers) // step))
    rest = [batch.signs for batch in chambers.batches(6, start=chambers.place(index))]
    assert np.array_equal(np.concatenate([chambers.signs[:0], *rest]), chambers.signs[index:])


def test_a_place_within_later_pieces():
    chambers = Arrangement(np.random.default_rng(2).normal(size=(60, 4))).chambers()
    assert len(chambers._plan.tasks) > 4
    (batch,) = chambers.batches(100, start=chambers.place(len(chambers) - 100))
    assert np.array_equal(batch.signs, chambers.signs[-100:])
    with pytest.raises(InputError, match=r"index is 3; give one from 0 to \d+ in steps of 2"):
        chambers.place(3)


def test_packed_is_the_pattern_of_the_rows():
    for rows in ([[1, 0], [0, 1], [1, 1]], [[0, 0], [-1, 0], [0, 1], [2, 0]] * 3):
        chambers = Arrangement(rows).chambers()
        unpacked = np.unpackbits(chambers.packed, axis=1, bitorder="little", count=len(rows))
        assert np.array_equal(unpacked.astype(bool), chambers.patterns)


def test_a_batch_size_below_two():
    with pytest.raises(InputError, match="size is 1; give at least 2"):
        Arrangement([[1]]).chambers().batches(1)


@pytest.mark.slow
def test_any_executor_gives_the_same_stream():
    chambers = Arrangement(np.random.default_rng(2).normal(size=(60, 4))).chambers()
    assert len(chambers._plan.tasks) > 4
    alone = [batch.packed for batch in chambers.batches(3000)]
    for pool in (ThreadPoolExecutor(2), ProcessPoolExecutor(1)):
        with pool:
            together = [batch.packed for batch in chambers.batches(3000, executor=pool)]
        assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.slow
def test_a_dask_cluster_gives_the_same_stream():
    distributed = pytest.importorskip("distributed")
    chambers = Arrangement(np.random.default_rng(2).normal(size=(60, 4))).chambers()
    alone = [batch.packed for batch in chambers.batches(3000)]
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as pool,
    ):
        together = [batch.packed for batch in chambers.batches(3000, executor=pool)]
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))


@pytest.mark.slow
def test_a_hopeless_count_is_refused():
    arrangement = Arrangement(np.random.default_rng(3).normal(size=(400, 5)))
    with pytest.raises(TooLargeError, match=r"may have .* more than") as caught:
        arrangement.chambers()
    assert caught.value.predicted == 2 * sum(comb(399, k) for k in range(5))


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-16, 1e-14])
def test_nearly_parallel_rows_by_the_compiled_search(scale):
    """Floats cannot decide these: the undecided flats go to integers, and the count stays Cover's."""
    generator = np.random.default_rng(7)
    x = generator.normal(size=(70, 3))
    x[1:30] = x[0] * (1 + scale * np.arange(1, 30)[:, None]) + scale * generator.integers(-9, 9, size=(29, 3))
    arrangement = Arrangement(x)
    n = len(arrangement.hyperplanes)
    chambers = arrangement.chambers()
    signs = chambers.signs
    assert len(set(map(bytes, signs))) == len(signs) == arrangement.count_chambers() <= upper_bound(n, 3)
    points = chambers.witnesses
    assert np.array_equal(exact_signs(arrangement.normals, points), signs)


def test_position_is_a_value():
    assert Position() == Position(0, 0)
