"""Certificates without a list of chambers: the checker's own sweep at ranks 2 and 3, against lists and
fractions."""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rationals import fractions

from duality_checks import (
    Certificate,
    TrainingProblem,
    TwoLayerNetwork,
    certify,
    check,
    checker,
    dual_norm,
    train,
)
from duality_checks.certificates import certifying
from duality_checks.exact.rounding import on_a_grid

# By hand, landscapes with one maximum: in a cell (root of 3), inside an arc (root of 8), on a ray (2).
MAXIMA = {
    "cell_holds": ([(1, 0, 0), (0, 1, 0), (0, 0, 1)], (1, 1, 1), "1.732050"),
    "arc_holds": ([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, 0, 1)], (-1, -1, 2, 2), "2.828427"),
    "ray_holds": ([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1)], (-1, -1, -1, -1, 2), "1.999999"),
}


# The same in the plane: in a cell (root of 2), on a ray (2).
IN_THE_PLANE = {
    "in the plane": ([(1, 0), (0, 1)], (1, 1), "1.414213"),
    "on a ray in the plane": ([(1, 0), (-1, 0), (0, 1)], (-1, -1, 2), "1.999999"),
}


def swept(problem, stated, dual, max_chambers):
    """A dual without a list, in place of one with it: what certificates of version 2 have."""
    size = dual_norm(problem, dual)
    best = problem.multiple(dual)
    scale = min(best, float(problem.beta) / size) if size > 0 else best
    feasible, _ = on_a_grid(problem, scale * (1 - 1e-12) * dual)
    return feasible if checker.dual_value(stated, feasible) > 0 else (Fraction(0),) * problem.n, None


def squared_dual_norm(problem, dual):
    """By fractions alone: the longest projection of a gradient on a flat that lies in its chamber."""
    rows = problem.X.fractions
    flats = list(orthogonal_bases(rows))
    best = Fraction(0)
    for signs in problem.arrangement.chambers().signs.tolist():
        slopes = [1 if s > 0 else problem.kappa for s in signs]
        terms = list(zip(slopes, dual, rows, strict=True))
        gradient = [sum(d * v * row[i] for d, v, row in terms) for i in range(problem.d)]
        for basis in flats:
            end = without(gradient, basis)
            sides = [s * dot(row, end) for s, row in zip(signs, rows, strict=True) if s]
            if min(sides) >= 0 or max(sides) <= 0:
                best = max(best, dot(end, end))
    return best


def orthogonal_bases(rows):
    """Of the span of each set of at most two rows: what the flats of rank 0 to 2 are orthogonal to."""
    spans = {()}
    for k, j in combinations(range(len(rows)), 2):
        second = without(rows[j], [rows[k]] if any(rows[k]) else [])
        spans |= {
            tuple(r for r in basis if any(r)) for basis in ((rows[k],), (rows[j],), (rows[k], tuple(second)))
        }
    return spans


def without(vector, basis):
    """What is left of a vector orthogonal to an orthogonal basis."""
    for b in basis:
        factor = dot(vector, b) / dot(b, b)
        vector = [x - factor * y for x, y in zip(vector, b, strict=True)]
    return vector


def dot(a, b):
    return sum((x * y for x, y in zip(a, b, strict=True)), Fraction(0))


@st.composite
def rank_three(draw):
    """Small problems of rank 3 in 3 or 4 columns, with parallel rows, zero rows and multiple rays."""
    entry = st.integers(-2, 2)
    rows = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    rows = [[draw(st.sampled_from([-1, 1, 2])) * x for x in row] for row in rows]
    rows += draw(st.lists(st.lists(entry, min_size=3, max_size=3), max_size=3))
    order = draw(st.permutations(range(len(rows))))
    rows = [rows[k] for k in order]
    if draw(st.booleans()):
        a, b, c = draw(st.tuples(entry, entry, entry))
        rows = [[x, a * x + b * y + c * z, y, z] for x, y, z in rows]
    return with_these_rows(draw, rows)


@st.composite
def rank_two(draw):
    """Small problems of rank 2 in 2 or 3 columns, with parallel rows and zero rows."""
    entry = st.integers(-2, 2)
    rows = [[1, draw(entry)], [draw(entry), draw(st.sampled_from([-3, 3, 5]))]]
    assume(rows[0][0] * rows[1][1] != rows[0][1] * rows[1][0])
    rows = draw(st.permutations(rows + draw(st.lists(st.lists(entry, min_size=2, max_size=2), max_size=6))))
    if draw(st.booleans()):
        a, b = draw(st.tuples(entry, entry))
        rows = [[x, a * x + b * y, y] for x, y in rows]
    return with_these_rows(draw, rows)


def with_these_rows(draw, rows):
    y = draw(st.lists(st.integers(-2, 2), min_size=len(rows), max_size=len(rows)))
    kappa = draw(st.sampled_from(["relu", "abs", "leaky:0.1", "leaky:-2"]))
    return TrainingProblem(rows, y, 1, kappa)


def sweeps(problem, dual):
    try:
        checker.sweep_proves(checker.read_problem(problem.to_json()), dual)
    except checker.Refusal:
        return False
    return True


@settings(max_examples=60)
@given(rank_three() | rank_two(), st.data())
def test_the_sweep_decides_as_brute_force_does(problem, data):
    """Just above, and just below, and where possible exactly at the dual norm: no tolerance."""
    entries = fractions(-2, 2, 3)
    dual = data.draw(st.lists(entries, min_size=problem.n, max_size=problem.n))
    square = squared_dual_norm(problem, dual)
    near = Fraction(float(square) ** 0.5) if square else Fraction(1, 10**6)
    exact = near.limit_denominator(100) or near
    for beta in (near * (1 + Fraction(1, 10**9)), near * (1 - Fraction(1, 10**9)), exact):
        assert sweeps(problem.with_beta(beta), dual) == (square <= beta**2)


@settings(max_examples=25)
@given(rank_three() | rank_two())
def test_certificates_of_version_2_are_proven(problem):
    stub = SimpleNamespace(network=TwoLayerNetwork(np.zeros((0, problem.d)), []), dual=problem.target)
    listed = certify(problem, stub)
    with pytest.MonkeyPatch.context() as patch:
        name, value = ("_listed", swept) if problem.arrangement.rank == 3 else ("SIGNS_AT_MOST", 0)
        patch.setattr(certifying, name, value)
        implied = certify(problem, stub)
    assert implied.chambers is None
    assert check(problem, implied).proven, check(problem, implied).reason
    assert float(implied.lower) == pytest.approx(float(listed.lower), rel=1e-11, abs=1e-11)
    assert Certificate.from_json(implied.to_json()) == implied


def example(seed=0, n=8):
    rng = np.random.default_rng(seed)
    return TrainingProblem(np.column_stack([rng.normal(size=(n, 2)), np.ones(n)]), rng.normal(size=n), "0.3")


@pytest.mark.parametrize("face", MAXIMA)
def test_each_kind_of_face_is_needed(face, monkeypatch):
    """With beta a little below the maximum only this kind of face tells that z is infeasible."""
    rows, dual, beta = MAXIMA[face]
    problem = TrainingProblem(rows, dual, beta)
    stub = SimpleNamespace(network=TwoLayerNetwork(np.zeros((0, 3)), []), dual=problem.target)
    monkeypatch.setattr(certifying, "_listed", swept)
    document = json.loads(certify(problem, stub).to_json())
    document["dual"] = [str(v) for v in dual]
    document["lower"] = document["upper"]
    verdict = checker.check_documents(problem.to_json(), json.dumps(document))
    assert "the bound abs(z'phi(Xu)) <= beta norm(u) fails" in verdict.reason
    monkeypatch.setattr(checker, face, lambda *arguments: arguments[-1])
    assert checker.check_documents(problem.to_json(), json.dumps(document)).proven


@pytest.mark.parametrize("face", MAXIMA)
def test_a_little_above_the_maximum_all_is_well(face):
    rows, dual, beta = MAXIMA[face]
    problem = TrainingProblem(rows, dual, Fraction(beta) + Fraction(1, 10**6))
    assert sweeps(problem, [Fraction(v) for v in dual])


@pytest.mark.parametrize("face", IN_THE_PLANE)
def test_in_the_plane_a_maximum_is_told_by_its_own_kind_of_face(face):
    rows, dual, beta = IN_THE_PLANE[face]
    exact = [Fraction(v) for v in dual]
    below = checker.read_problem(TrainingProblem(rows, dual, beta).to_json())
    with pytest.raises(checker.Refusal, match=rf"norm\(u\) fails {face}$"):
        checker.sweep_proves(below, exact)
    assert sweeps(TrainingProblem(rows, dual, Fraction(beta) + Fraction(1, 10**6)), exact)


def test_a_list_left_out_is_no_version_2():
    problem = example()
    document = json.loads(certify(problem, train(problem)).to_json())
    del document["chambers"]
    reason = checker.check_documents(problem.to_json(), json.dumps(document)).reason
    assert reason == "certificate: missing field 'chambers'"


@pytest.mark.parametrize("columns", [1, 4])
def test_other_ranks_need_the_list(columns):
    problem = TrainingProblem(np.eye(4)[:, :columns], [1, 2, 3, 4], beta=1)
    document = json.loads(certify(problem, train(problem)).to_json())
    del document["chambers"]
    document["version"] = 2
    reason = checker.check_documents(problem.to_json(), json.dumps(document)).reason
    assert (
        reason == f"certificate: without chambers the rank must be 3, or 2 without free biases, not {columns}"
    )


def test_trained_networks_are_proven_without_a_list(monkeypatch):
    problem = example(n=30)
    monkeypatch.setattr(certifying, "_listed", swept)
    made = certify(problem, train(problem))
    assert check(problem, made).proven
    assert made.relative_gap < 1e-9
    assert len(made.to_json()) < 30_000


@given(st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=3, max_size=7))
def test_crossings_come_in_order_with_the_signs_between_them(rows):
    """Between two crossings there is a point of the circle with just the signs claimed (0 for the circle
    itself)."""
    normals = checker.hyperplanes(rows)
    for j in range(len(normals)):
        if len(normals) < 2:
            return
        groups, side = checker.crossings(normals, j)
        assert sorted(k for group in groups for k in group) == [k for k in range(len(normals)) if k != j]
        side[j] = 0
        rays = []
        for group in groups:
            crossing = {checker.primitive(checker.cross(normals[j], normals[k])) for k in group}
            assert len(crossing) == 1
            rays.append(crossing.pop())
        assert len(set(rays)) == len(rays)
        if len(rays) < 2:
            continue
        for i, group in enumerate(groups):
            ends = [rays[i - 1], rays[i]]
            points = [
                [a * x + b * y for x, y in zip(*ends, strict=True)] for a, b in product((1, -1), repeat=2)
            ]
            seen = [[checker.sign(checker.inner(h, point)) for h in normals] for point in points]
            assert side in seen
            for k in group:
                side[k] = -side[k]
