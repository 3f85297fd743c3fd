"""The walk around the circle finds the dual norm that projections on all chambers find, and closed forms."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import lcm, sqrt
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import RationalNetwork, TrainingProblem, train
from duality_checks.exact.enclosures import float_above
from duality_checks.pricing import interval as proofs
from duality_checks.pricing.interval import _exact_reach, prove_interval
from duality_checks.pricing.plane_floats import open_maxima
from duality_checks.pricing.plane_proof import _turns, reach_on_plane
from hyperplane_arrangements.errors import InputError

entries = fractions(-4, 4, 6)


@st.composite
def planes(draw):
    """Rows of rank 2 in two to four columns, with parallel, opposite and zero rows, and a dual."""
    d, pairs = draw(st.integers(2, 4)), draw(st.lists(st.tuples(entries, entries), min_size=1, max_size=6))
    shear = draw(st.lists(st.tuples(entries, entries), min_size=d - 2, max_size=d - 2))
    pairs += [(1, 0), draw(st.sampled_from([(0, 1), (2, -1), (-1, Fraction(1, 3))]))]
    pairs += [tuple(draw(st.sampled_from([-2, 0, 1])) * x for x in pairs[0])]
    rows = [(a, b, *(a * p + b * q for p, q in shear)) for a, b in pairs]
    order = draw(st.permutations(range(d)))
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:1/10", "slopes:-2,1"]))
    values = st.floats(-4, 4, allow_subnormal=False)
    dual = draw(st.lists(values, min_size=len(rows), max_size=len(rows)))
    X = [[row[j] for j in order] for row in rows]
    return TrainingProblem(X, [0] * len(rows), Fraction(1, 100), kappa), np.array(dual)


@settings(max_examples=60)
@given(planes())
def test_it_is_the_largest_projection_on_a_chamber(drawn):
    problem, dual = drawn
    assert reach_on_plane(problem, dual) == largest_projection(problem, dual)


@given(st.lists(st.integers(-50, 50), min_size=2, max_size=2), st.sampled_from([(1, 0), (3, 4), (5, -12)]))
def test_white_data_have_a_closed_form(v, turn):
    # Statement 2.9: the norm of the positive or of the negative entries.
    length = Fraction(int(np.hypot(*turn)))
    c, s = turn[0] / length, turn[1] / length
    problem = TrainingProblem([[c, -s], [s, c]], [0, 0], Fraction(1, 8))
    squares = [sum(x * x for x in v if side * x > 0) for side in (1, -1)]
    assert reach_on_plane(problem, np.array(v, float)) == max(1, 64 * max(squares))


def largest_projection(problem, dual):
    signs = problem.arrangement.chambers().signs
    return max(1, *(_exact_reach(problem, side, v) for side in signs for v in (dual, -dual)))


@pytest.mark.parametrize("digits", [0, 20, 300])
def test_what_floats_cannot_tell_integers_decide(digits):
    """Rays nearer to each other than floats can see, parallel ones among them, and numbers beyond floats."""
    big = 10**digits
    rows = [(big, big + k) for k in (3, 1, 2)] + [(-2 * big, -2 * big - 4), (1, 0), (0, -1), (0, 2), (big, 1)]
    dual = np.array([1.0, -2.0, 0.5, 0.25, -1.0, 3.0, -0.5, 1.0])
    problem = TrainingProblem(rows, [0] * len(rows), Fraction(big, 4))
    assert reach_on_plane(problem, dual) == largest_projection(problem, dual) > 1


@pytest.mark.parametrize("digits", [0, 20, 300])
def test_rays_are_in_order_and_parallel_rows_bend_together(digits):
    big = 10**digits
    rows = [(big, big + k) for k in (3, 1, 2, 3)] + [(-2 * big, -2 * big - 4), (0, 0), (0, -1), (0, 2)]
    turns = _turns(integers(zip(*rows, strict=True)), integers([range(1, 9)])[0], 1)
    rays = [turns.ray(i) for i in range(len(turns.first) + 1)]
    assert len(rays) == 5 and rays[-1] == (-rays[0][0], -rays[0][1])
    assert all(p * v - q * u > 0 for (p, q), (u, v) in pairwise(rays))
    for (p, q), *bend in zip(rays[:-1], *turns.bends, strict=True):
        there = [(k, row) for k, row in enumerate(rows, 1) if any(row) and row[0] * p + row[1] * q == 0]
        lefts = [(k, 1 if p * y - q * x > 0 else -1, (x, y)) for k, (x, y) in there]
        assert bend == [2 * sum(k * side * row[j] for k, side, row in lefts) for j in (0, 1)]


def test_what_floats_leave_out_is_below_the_limit():
    """And where a maximum is at the limit, or a part in 10^18 above it, it is never left out."""
    rays, forms, arcs = ([3, 1, -4], [1, 5, 2]), ([10**9, 2 * 10**9, 6], [7, 10**9 + 3, 8]), range(3)
    for gram in ((1, 0, 1), (2, 1, 3), (10**9, -1, 1)):
        g, h, k = gram
        squares = [g * a * a + 2 * h * a * b + k * b * b for a, b in zip(*forms, strict=True)]
        ends = [
            Fraction((a * x + b * y) ** 2 * (g * k - h * h), k * x * x - 2 * h * x * y + g * y * y)
            for a, b, x, y in zip(*forms, *rays, strict=True)
        ]
        for limit in (*squares, *ends):
            for close in (limit, limit * (1 - Fraction(1, 10**18)), Fraction(limit, 10**6)):
                open_ends, _ = open_maxima(floats(rays), integers(forms), gram, close)
                assert {i for i in arcs if ends[i] > close} <= set(open_ends)
        above = Fraction(2 * max(*squares, *ends)) + 1
        assert open_maxima(floats(rays), integers(forms), gram, above) == ([], [])


def floats(vectors):
    return tuple(np.array(column, dtype=float) for column in vectors)


def integers(vectors):
    return tuple(np.array(column, dtype=object) for column in vectors)


def test_just_above_is_not_at_most():
    problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=5)
    assert reach_on_plane(problem, np.array([3.0, 4.0])) == 1
    assert reach_on_plane(problem, np.array([3.0, np.nextafter(4.0, 5.0)])) > 1
    # A maximum at a ray, not inside of an arc: nothing there is as large as the vectors are long.
    kink = TrainingProblem([[1, 0], [0, 1]], [0, 0], beta=1)
    assert reach_on_plane(kink, np.array([1.0, -1.0])) == 1
    assert reach_on_plane(kink, np.array([1.0 + 2.0**-52, -1.0])) == (1 + Fraction(1, 2**52)) ** 2


def test_many_samples_of_one_feature():
    x = np.random.default_rng(0).normal(size=3000).round(4)
    problem = TrainingProblem(np.column_stack([x, np.ones(3000)]), np.abs(x), beta=60)
    interval = prove_interval(problem, train(problem))
    assert interval.chambers == 2 * len(set(x.tolist()))
    assert interval.lower <= interval.upper and interval.relative_gap < 1e-8


numbers = st.one_of(
    st.floats(-4, 4).map(lambda x: x if abs(x) > 1e-9 else 0.0),
    st.integers(-3, 3),
    st.integers(-400, 400).map(lambda k: f"{k / 100:.2f}"),
    entries,
)


@st.composite
def proposals(draw):
    """Two columns of floats, integers, decimals and fractions with repeated, opposite and zero rows; a
    network and a dual that nobody has trained."""
    rows = draw(st.lists(st.tuples(numbers, st.just(1) | numbers), max_size=4))
    rows += [(1, draw(numbers)), (0, 1), (0, 0)]
    rows += [rows[k] for k in draw(st.lists(st.integers(0, len(rows) - 1), max_size=3))]
    rows += [tuple(-2 * Fraction(x) for x in rows[0])]
    rows = draw(st.permutations(rows))
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:1/10"]))
    y = draw(st.lists(numbers, min_size=len(rows), max_size=len(rows)))
    problem = TrainingProblem(rows, y, draw(st.sampled_from(["1/3", 2, 40])), kappa)
    neurons = draw(st.lists(st.tuples(entries, entries, entries), max_size=3))
    network = RationalNetwork([pair for *pair, _ in neurons], [alpha for *_, alpha in neurons])
    dual = draw(st.lists(st.floats(-4, 4, allow_subnormal=False), min_size=len(rows), max_size=len(rows)))
    return problem, SimpleNamespace(network=network, dual=np.array(dual))


@settings(max_examples=200)
@given(proposals())
def test_all_fields_are_those_of_the_formulas_a_fraction_an_entry(drawn):
    problem, proposed = drawn
    lines = {x / y if y else None for x, y in problem.X.fractions if x or y}
    wanted = formulas(problem, proposed)
    if wanted is None:
        with pytest.raises(InputError, match="exceeds beta"):
            prove_interval(problem, proposed)
        return
    found = prove_interval(problem, proposed)
    assert (found.lower, found.upper) == wanted
    assert (found.chambers, found.exact, found.cones) == (2 * len(lines), 2 * len(lines), 0)


def formulas(problem, proposed):
    """Objective and dual objective, entry by entry; the scale from the dual norm over all candidates."""
    hidden, output = proposed.network.hidden, proposed.network.output
    fit = [
        sum(a * phi(problem, row[0] * w[0] + row[1] * w[1]) for w, a in zip(hidden, output, strict=True))
        for row in problem.X.fractions
    ]
    decay = sum(x * x for w in hidden for x in w) + sum(a * a for a in output)
    upper = sum((f - y) ** 2 for f, y in zip(fit, problem.y, strict=True)) / 2 + problem.beta * decay / 2
    scale = proofs.ROOM
    for _ in range(proofs.ATTEMPTS):
        v = [Fraction(x) for x in (scale * proposed.dual).tolist()]
        reach = largest_on_circle(problem, v) / problem.beta**2
        if reach <= 1:
            value = sum(a * y - a * a / 2 for a, y in zip(v, problem.y, strict=True))
            return max(value, Fraction(0)), upper
        scale *= proofs.ROOM / sqrt(max(float_above(reach), 1 + 4 * proofs.UNIT))
    return None


def largest_on_circle(problem, v):
    """The largest ``(v'phi(Xu))^2 / norm(u)^2``: along a kink, or the gradient on either side of one."""
    rows, unit = whole([x for row in problem.X.fractions for x in row])
    values, more = whole(v)
    (above, below), scale = whole([Fraction(1), problem.kappa])
    rows = list(zip(rows[::2], rows[1::2], values, strict=True))
    found, kinks = Fraction(0), {(y, -x) for x, y, _ in rows if x or y}
    for p, q in kinks:
        for side, turn in ((1, 1), (1, -1), (-1, 1), (-1, -1)):
            s = t = 0
            for x, y, a in rows:
                active = (side * (x * p + y * q) or turn * (y * p - x * q)) > 0
                slope = a * (above if active else below)
                s, t = s + slope * x, t + slope * y
            for u in ((side * p, side * q), (s, t), (-s, -t)):
                if any(u):
                    before = [(x * u[0] + y * u[1], a) for x, y, a in rows]
                    value = sum(a * h * (above if h > 0 else below) for h, a in before)
                    found = max(found, Fraction(value * value, u[0] * u[0] + u[1] * u[1]))
    return found / (unit * more * scale) ** 2


def whole(numbers):
    unit = lcm(*(x.denominator for x in numbers))
    return [int(x * unit) for x in numbers], unit


def phi(problem, t):
    return t if t > 0 else problem.kappa * t
