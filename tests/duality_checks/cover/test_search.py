"""Covers against the exact maximum over all chambers, and what they say where they fail or stop."""

from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import islice
from multiprocessing import get_context

import numpy as np
import pytest
from dying import DyingExecutor
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared

from duality_checks import TrainingProblem, checker
from duality_checks.cover import pricing
from duality_checks.cover import search as search_module
from duality_checks.cover.basis import orthonormal
from duality_checks.cover.boxes import faces
from duality_checks.cover.climbing import climb
from duality_checks.cover.codes import LEAF
from duality_checks.cover.pricing import NOTHING_KNOWN, functions, glimpsed, largest, peaks
from duality_checks.cover.proof import Coordinates, covers
from duality_checks.cover.search import Function, Limits, search
from duality_checks.pricing.landscape import Landscape
from hyperplane_arrangements.machine.workers import Workers, using_workers

entries = st.integers(-3, 3)
seeds = st.integers(0, 10**6)


slopes = st.sampled_from([Fraction(0), Fraction(1, 10), Fraction(-1), Fraction(-5, 2)])


@st.composite
def instances(draw, most=3):
    """Rows with ties, repeats, opposites and zeros among them, a dual, and a slope."""
    d = draw(st.integers(1, most))
    rows = draw(st.lists(st.lists(entries, min_size=d, max_size=d), min_size=1, max_size=6))
    if draw(st.booleans()):
        rows.append([-draw(st.integers(1, 2)) * x for x in rows[0]])
    assume(any(any(row) for row in rows))
    dual = draw(st.lists(st.integers(-4, 4), min_size=len(rows), max_size=len(rows)))
    return rows, list(map(Fraction, dual)), draw(slopes)


def stated(rows, dual, kappa, beta=Fraction(1)):
    problem = TrainingProblem(rows, [0] * len(rows), beta=beta, activation=kappa)
    return problem, Coordinates.of(checker.read_problem(problem.to_json()))


@settings(max_examples=60)
@given(instances())
def test_what_is_proven_is_above_the_norm_and_what_is_above_the_norm_is_proven(instance):
    rows, dual, kappa = instance
    square = dual_norm_squared(rows, dual, kappa)
    assume(square > 0)
    norm = Fraction(math.isqrt(square.numerator * 10**24 // square.denominator), 10**12)
    for share, expected in ((1 + 2**-30, True), (1 - 2**-30, False)):
        _, coordinates = stated(rows, dual, kappa, norm * Fraction(share))
        plus, minus = covers(coordinates, tuple(dual), keep=False)
        assert (plus.proven and minus.proven) == expected


@settings(max_examples=40)
@given(instances())
def test_the_largest_peak_is_the_exact_norm(instance):
    rows, dual, kappa = instance
    square = float(dual_norm_squared(rows, dual, kappa))
    problem, _ = stated(rows, dual, kappa)
    landscape = Landscape.of(problem)
    sides = functions(landscape, np.array(list(map(float, dual))))
    found = largest(sides)
    assert float(found.values.max(initial=0.0)) == pytest.approx(math.sqrt(square), abs=1e-9)


@settings(max_examples=60)
@given(instances(4), st.lists(entries, min_size=4, max_size=4))
def test_merged_kinks_are_the_function_itself(instance, point):
    rows, dual, kappa = instance
    problem = checker.read_problem(TrainingProblem(rows, [0] * len(rows), 1, kappa).to_json())
    basis = orthonormal(checker.integer_rows(problem.rows)[0])
    g = checker.kinks(problem, dual, basis, 0)
    t = [Fraction(x) for x in point[: len(g.base)]]
    u = (
        t
        if basis is None
        else [sum(a * x for a, x in zip(t, column, strict=True)) for column in zip(*basis, strict=True)]
    )
    heights = [sum(x * y for x, y in zip(row, u, strict=True)) for row in problem.rows]
    exact = sum(z * (h if h > 0 else kappa * h) for z, h in zip(dual, heights, strict=True))
    merged = sum(b * x for b, x in zip(g.base, t, strict=True)) + sum(
        w * max(0, sum(y * x for y, x in zip(row, t, strict=True)))
        for w, row in zip(g.weights, g.rows, strict=True)
    )
    # Both are times one positive scale, which the limit states: limit = (scale * beta)^2, but for skewness.
    scale = math.isqrt(g.limit) if basis is None else None
    if scale is not None:
        assert merged == scale * exact
    else:
        assert (merged > 0) == (exact > 0) and (merged == 0) == (exact == 0)


@settings(max_examples=60)
@given(st.lists(st.lists(entries, min_size=4, max_size=4), min_size=1, max_size=3))
def test_the_basis_spans_the_rows_and_is_nearly_orthonormal(rows):
    assume(any(any(row) for row in rows))
    basis = orthonormal([tuple(row) for row in rows])
    assert basis is not None
    matrix = np.array([[float(x) for x in line] for line in basis])
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(len(basis)), atol=1e-13)
    lines, scale = checker.integer_rows(basis)
    checker.spans_all(lines, checker.hyperplanes(tuple(row) for row in rows))
    assert checker.skewness(lines, scale) < Fraction(1, 2**40)


def some_function(seed=0, n=30, r=3):
    rng = np.random.default_rng(seed)
    return Function(rng.normal(size=(n, r)), rng.normal(size=n), np.zeros(r))


def norm_of(g):
    rng = np.random.default_rng(1)
    u = rng.normal(size=(1_000, g.rows.shape[1]))
    return float(climb(g, u / np.linalg.norm(u, axis=1, keepdims=True))[1].max())


def test_no_direction_exceeds_a_proven_threshold_and_the_trees_are_whole():
    g = some_function()
    below = norm_of(g)
    found = search(g, below * 1.01)
    assert found.proven and found.reach <= below * 1.01
    assert len(found.trees) == 6
    for tree in found.trees:
        leaves, halved = int((tree.codes == LEAF).sum()), int((tree.codes >= 0).sum())
        assert leaves == halved + 1 and leaves + halved == len(tree.codes)
        assert int((tree.rows < 0).sum()) == leaves
    assert sum(int((tree.codes == LEAF).sum()) for tree in found.trees) == found.cones


def test_points_exceed_the_floor_and_are_unit_vectors():
    g = some_function(3)
    floor = 0.8 * norm_of(g)
    found = search(g, floor * 1.01, floor=floor)
    assert not found.proven and len(found.values) > 0
    np.testing.assert_allclose(np.linalg.norm(found.points, axis=1), 1)
    np.testing.assert_allclose(g.values(found.points), found.values, rtol=1e-9)
    assert (found.values > floor).all()
    assert found.reach >= norm_of(g)


@pytest.mark.parametrize("limits", [Limits(cones=1), Limits(deadline=0.0)], ids=["cones", "time"])
def test_a_search_that_is_stopped_says_nothing_of_the_maximum(limits):
    g = some_function(5, n=400, r=5)
    found = search(g, norm_of(g) * 1.0001, limits=limits)
    assert not found.proven and found.reach == np.inf and found.trees is None


def test_progress_is_told_of_cones_and_pieces():
    told = []
    search(some_function(5, n=60, r=4), 3.0, floor=2.0, limits=Limits(progress=lambda *x: told.append(x)))
    assert told and all(cones > 0 and pieces > 0 for cones, pieces in islice(told, 1, None))


def test_another_executor_finds_the_same_cover():
    g = some_function(7)
    here = search(g, norm_of(g) * 1.05)
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = search(g, norm_of(g) * 1.05, executor=pool)
    assert here.proven and there.proven
    assert [tree.codes.tolist() for tree in here.trees] == [tree.codes.tolist() for tree in there.trees]


@pytest.mark.parametrize("lives", [(0,), (3, 0, 50), (1,) * 4])
def test_workers_that_die_find_the_same_cover(monkeypatch, lives):
    monkeypatch.setattr(search_module, "NODES", 40)
    monkeypatch.setattr(search_module, "ALONE", 30)
    g = some_function(7, n=60, r=4)
    here = search(g, norm_of(g) * 1.001)
    made = []
    executors = iter([DyingExecutor(count) for count in lives])
    with using_workers(Workers(lambda: made.append(next(executors)) or made[-1], 2, pools=len(lives))):
        there = search(g, norm_of(g) * 1.001)
    assert len(made) > 1 or made[0].done > 0
    assert here.proven and there.proven and here.cones == there.cones > 100 and here.reach == there.reach
    assert [tree.codes.tolist() for tree in here.trees] == [tree.codes.tolist() for tree in there.trees]


def test_a_small_search_asks_nobody():
    def never():
        raise AssertionError("a pool was made")

    g = some_function(7)
    with using_workers(Workers(never, 2)):
        assert search(g, norm_of(g) * 1.05).proven


@pytest.mark.parametrize("power", [-300, -40, 0, 40, 300])
def test_powers_of_two_change_nothing(power):
    rows, dual = (
        [[1, 2, -1], [0, 1, 1], [3, -1, 1], [1, 1, 1]],
        (Fraction(2), Fraction(-1), Fraction(1), Fraction(-3)),
    )
    square = dual_norm_squared(rows, dual, Fraction(0))
    beta = Fraction(math.isqrt(math.ceil(square * 4**30)) + 1, 2**30)
    scale = Fraction(2) ** power
    problem = checker.read_problem(
        TrainingProblem([[scale * x for x in row] for row in rows], [0] * 4, 1).to_json()
    )
    coordinates = Coordinates(problem, None)
    g, threshold = coordinates.function(tuple(v * beta**0 / scale for v in dual))
    found = search(g, threshold * float(beta), keep=False)
    assert found.proven


def test_the_faces_cover_the_cube():
    assert len(faces(4)) == 8
    assert {(box.j, float(box.lo[box.j])) for box in faces(2)} == {(0, 1.0), (0, -1.0), (1, 1.0), (1, -1.0)}


def test_ascents_next_to_a_known_maximum_find_it_again_where_random_ones_miss_it():
    again, missed = 0, 0
    for seed in range(10):
        g = some_function(seed, r=4)
        sides, floor = (g, g.negated()), norm_of(g) * (1 - 1e-9)
        rng = np.random.default_rng(1)
        u = rng.normal(size=(1_000, 4))
        points, values = climb(g, u / np.linalg.norm(u, axis=1, keepdims=True))
        known = points[values.argmax()][None], np.empty((0, 4))
        again += len(glimpsed(sides, floor, 0, 4, None, known).values) > 0
        missed += len(glimpsed(sides, floor, 0, 2, None, NOTHING_KNOWN).values) == 0
    assert again == 10 and missed > 0


@pytest.mark.parametrize(("long", "searched"), [(10_000, 2), (0, 1)])
def test_what_one_side_has_found_in_a_long_search_ends_the_search(monkeypatch, long, searched):
    g, seen = some_function(), []
    nothing = pricing.Peaks([(1.0, np.empty((0, 3)), np.empty(0))], 1, 1)
    monkeypatch.setattr(pricing, "LONG", long)
    monkeypatch.setattr(pricing, "glimpsed", lambda *_: nothing)
    monkeypatch.setattr(pricing, "search", lambda *a, **k: seen.append(a[0]) or search(*a, **k))
    found = peaks((g, g.negated()), 0.5 * norm_of(g))
    assert len(found.values) and not np.isfinite(found.bound) and not found.stopped
    assert len(seen) == searched
