"""Covers for outputs that share neurons (statement 7.5b), against rationals, lists of faces and forgeries."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from itertools import product
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shared_forgeries import FORGERIES, changed, honest_case

from duality_checks import TrainingProblem, check_outputs, checker, train_outputs
from duality_checks.checker import Bits, Refusal, check_documents, read_problem
from duality_checks.cover.coupled import Coupled
from duality_checks.cover.coupled_proof import coupled_cover, written_coupled
from duality_checks.cover.proof import Coordinates
from duality_checks.optima.vector_output import SharedNeurons
from duality_checks.pricing.shared import SharedLandscape

ACTIVATIONS = ("relu", "leaky:1/10", "abs")


def drawn(seed: int, rank: int, q: int, n: int = 6) -> tuple[Any, Any, str]:
    """Small integers with ties: rows that repeat, that are opposite, that are zero."""
    rng = np.random.default_rng(seed)
    X, Y = rng.integers(-3, 4, (n, rank)), rng.integers(-4, 5, (n, q))
    X[0] = np.eye(rank, dtype=int)[0]
    X[1], X[2] = -X[0], X[3]
    return X.tolist(), Y.tolist(), ACTIVATIONS[seed % 3]


def stated(X: Any, Y: Any, activation: str, beta: Any = 1) -> checker.Problem:
    return read_problem(TrainingProblem(X, Y, beta, activation, coupling="2-norm").to_json())


def squares(problem: checker.Problem, duals: Any, u: Any) -> tuple[Fraction, Fraction]:
    """``norm(Z'phi(Xu))^2`` and ``beta^2 norm(u)^2``, by their definitions."""
    heights = [sum(x * t for x, t in zip(row, u, strict=True)) for row in problem.rows]
    outputs = [max(h, Fraction(0)) + problem.kappa * min(h, Fraction(0)) for h in heights]
    entries = [sum(z * f for z, f in zip(dual, outputs, strict=True)) for dual in duals]
    return sum(x * x for x in entries), problem.beta**2 * sum(t * t for t in u)


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 10**6), st.integers(1, 4), st.integers(2, 3))
def test_the_maximum_is_that_of_all_faces_and_a_cover_proves_it_and_no_less(seed, rank, q) -> None:
    X, Y, activation = drawn(seed, rank, q)
    one = TrainingProblem(X, [row[0] for row in Y], 1, activation)
    V = np.array(Y, dtype=float)
    largest = SharedNeurons(one).maximum(V).value
    assert SharedLandscape.of(one).norm(V) == pytest.approx(largest, rel=1e-9, abs=1e-9)
    if largest == 0:
        return
    problem = stated(X, Y, activation)
    coordinates = Coordinates.of(problem)
    fits, exceeds = (
        [tuple(Fraction(share / largest) * y for y in column) for column in zip(*Y, strict=True)]
        for share in (1 - 1e-7, 1 + 1e-7)
    )
    found = coupled_cover(coordinates, fits)
    cover = written_coupled(coordinates, fits, found)
    checker.shared_cover_proves(problem, fits, cover)
    with pytest.raises(Refusal, match="by beta holds"):
        checker.shared_cover_proves(problem, exceeds, cover)
    for u in np.random.default_rng(seed).integers(-9, 10, (50, rank)).tolist():
        value, limit = squares(problem, fits, [Fraction(t) for t in u])
        assert value <= limit


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(2, 3))
def test_each_bound_of_a_leaf_holds_in_rationals_whatever_it_is_asked_of(seed, rank, q) -> None:
    """With any slopes and any beta: what `squares_hold` or `pushed_back` accepts is so at points of the
    box."""
    X, Y, activation = drawn(seed, rank, q)
    rng = np.random.default_rng(seed)
    depth = 3
    for beta in (Fraction(1), Fraction(int(rng.integers(1, 60)), 2)):
        problem = stated(X, Y, activation, beta)
        duals = [tuple(map(Fraction, column)) for column in zip(*Y, strict=True)]
        cover = checker.Cover(None, depth, 4, b"", b"")
        g = checker.shared(problem, duals, None, 2 * depth + checker.CHORD_BITS)
        j, sigma = int(rng.integers(0, g.rank)), int(rng.choice([-1, 1]))
        lo = rng.integers(-8, 8, g.rank)
        hi = np.minimum(lo + rng.integers(1, 6, g.rank), 8)
        lo[j] = hi[j] = sigma * 8
        lo, hi = lo.tolist(), hi.tolist()
        c, undecided = checker.decided(g, g.base, checker.box_spans(g, lo, hi))
        weights = [[column[k] for k, _, _ in undecided] for column in g.columns]
        along = checker.direction(weights, lo, hi, c, undecided)
        bits = Bits(rng.bytes(200), "")
        terms = checker.bends(g, cover, bits, along, weights, undecided)
        for bound in (
            checker.squares_hold(g, cover, along, j, lo, hi, c, terms),
            checker.pushed_back(g, cover, j, lo, hi, c, terms),
        ):
            points = [
                [Fraction(a * (4 - k) + b * k, 4) for k, a, b in zip(ks, lo, hi, strict=True)]
                for ks in product(range(5), repeat=g.rank)
            ]
            if bound:
                for u in points:
                    value, limit = squares(problem, duals, u)
                    assert value <= limit


def test_ascents_do_not_fall_and_reach_the_best_face() -> None:
    for seed in range(6):
        X, Y, activation = drawn(seed, 3, 2, n=9)
        shared = SharedLandscape.of(TrainingProblem(X, [row[0] for row in Y], 1, activation))
        g = shared.function(np.array(Y, dtype=float))
        points = np.random.default_rng(seed).standard_normal((40, g.rank))
        points /= np.linalg.norm(points, axis=1)[:, None]
        before, values = g.values(points), g.values(points)
        ends = points.copy()
        g.settled(ends, values)
        assert (values >= before).all() and g.values(ends) == pytest.approx(values, rel=1e-12)
        problem = TrainingProblem(X, [row[0] for row in Y], 1, activation)
        best = SharedNeurons(problem).maximum(np.array(Y, dtype=float)).value
        assert values.max() == pytest.approx(best, rel=1e-9)


def test_the_function_is_the_norm_of_the_outputs() -> None:
    X, Y, activation = drawn(5, 3, 2)
    one = TrainingProblem(X, [row[0] for row in Y], 1, activation)
    shared, neurons = SharedLandscape.of(one), SharedNeurons(one)
    V = np.array(Y, dtype=float)
    u = np.random.default_rng(0).standard_normal((20, 3))
    known = np.linalg.norm(V.T @ neurons.outputs(u), axis=0)
    assert shared.function(V).values(u @ shared.landscape.basis) == pytest.approx(known, rel=1e-12)


@pytest.mark.parametrize(
    ("rank", "terms"), [(4, {}), (4, {"free": "intercept"}), (4, {"free": "decayed-intercept"})]
)
def test_ranks_without_a_list_are_trained_and_proven(rank: int, terms: dict[str, str]) -> None:
    """Beyond rank 3 there is no list of faces to be gone through."""
    rng = np.random.default_rng(3)
    X, Y = rng.integers(-9, 10, (12, rank)).tolist(), rng.integers(-9, 10, (12, 2)).tolist()
    problem = TrainingProblem(X, Y, 60, coupling="2-norm", **terms)
    proof = train_outputs(problem)
    verdict = check_outputs(problem, proof)
    assert verdict.proven and (verdict.lower, verdict.upper) == (proof.lower, proof.upper)
    assert proof.network.width > 1 and proof.relative_gap <= 1e-7


# Forgeries.


@pytest.fixture(scope="module")
def honest() -> tuple[str, dict[str, Any]]:
    return honest_case()


def test_the_honest_certificate_is_proven(honest) -> None:
    problem, certificate = honest
    assert check_documents(problem, json.dumps(certificate)).proven


@pytest.mark.parametrize(("path", "value", "reason"), FORGERIES)
def test_forgeries_are_refused(honest, path, value, reason) -> None:
    problem, certificate = honest
    verdict = check_documents(problem, json.dumps(changed(certificate, path, value)))
    assert not verdict.proven and reason in verdict.reason


def test_a_dual_that_is_a_little_too_long_is_refused(honest) -> None:
    """With the bound that it has, so that nothing but the cover stands against it."""
    text, certificate = honest
    problem = read_problem(text)
    claim = checker.read_shared_certificate(certificate, 4, 2, 1, 2)
    longer = [tuple(z * (1 + Fraction(1, 2**20)) for z in dual) for dual in claim.duals]
    pairs = zip(checker.one_by_one(problem), longer, strict=True)
    lower = sum((checker.dual_value(one, dual) for one, dual in pairs), Fraction(0))
    forged = certificate | {"dual": [list(map(str, dual)) for dual in longer], "lower": str(lower)}
    verdict = check_documents(text, json.dumps(forged))
    assert not verdict.proven and "by beta holds" in verdict.reason


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("coupling", "1-norm", "coupling is '1-norm', not 2-norm"),
        ("penalty", "1-norm", "outputs share neurons with the 2-norm"),
        ("y", [["1"]] * 4, "y has 1 outputs"),
        ("y", [["1", "2"]] * 3, "problem: y"),
        ("weights", ["1"] * 3, "problem: weights"),
        ("weights", ["1", "1", "1", "-1"], "weights[3] is -1, not positive"),
        ("free", "biases", "without max pooling and free biases"),
    ],
)
def test_problems_that_cannot_share_are_refused(honest, field, value, reason) -> None:
    problem, certificate = honest
    document = json.loads(problem) | {field: value}
    if field == "free":
        document["X"] = [[row[0], "1"] for row in document["X"]]
    verdict = check_documents(json.dumps(document), json.dumps(certificate))
    assert not verdict.proven and reason in verdict.reason


def test_each_check_of_a_leaf_is_needed(honest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the two bounds a dual that is twice as long would pass."""
    text, certificate = honest
    problem = read_problem(text)
    claim = checker.read_shared_certificate(certificate, 4, 2, 1, 2)
    twice = [tuple(2 * z for z in dual) for dual in claim.duals]
    with pytest.raises(Refusal, match="by beta holds"):
        checker.shared_cover_proves(problem, twice, claim.cover)
    monkeypatch.setattr(checker, "shared_leaf_is_bounded", lambda held, where: None)
    checker.shared_cover_proves(problem, twice, replace(claim.cover, depth=claim.cover.depth))


def test_the_coupling_is_asked_for(honest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a certificate for shared neurons would be one of a problem whose outputs pay apart."""
    problem = json.loads(honest[0]) | {"coupling": "1-norm"}
    monkeypatch.setattr(checker, "coupling_is_known", lambda value: None)
    apart = json.dumps(problem)
    certificate = honest[1] | {"problem": read_problem(apart).digest}
    assert check_documents(apart, json.dumps(certificate)).proven


@given(st.integers(2, 12), st.data())
def test_sums_of_joined_integers_are_those_of_their_entries_up_to_the_width_and_no_further(
    width, data
) -> None:
    most = 2 ** (width - 1)
    entries = data.draw(st.lists(st.integers(-most + 1, most - 1), min_size=1, max_size=6))
    first = [data.draw(st.integers(min(x, 0), max(x, 0))) for x in entries]
    rest = [x - y for x, y in zip(entries, first, strict=True)]
    joined = checker.joined(first, width) + checker.joined(rest, width)
    assert checker.parted(joined, width, len(entries)) == entries
    assert checker.parted(checker.joined([most, *entries], width), width, 1 + len(entries)) != [
        most,
        *entries,
    ]


@pytest.mark.parametrize("seed", range(3))
def test_the_width_holds_all_rows_at_once(seed: int) -> None:
    X, Y, activation = drawn(seed, rank=3, q=2)
    duals = [[Fraction(row[b]) for row in Y] for b in range(2)]
    g = checker.shared(stated(X, Y, activation), duals, None, 0)
    for signs in product((0, 1 << checker.CHORD_BITS), repeat=len(g.rows)):
        wanted = [
            sum(s * w * row[i] for s, w, row in zip(signs, column, g.rows, strict=True))
            for column in g.columns
            for i in range(3)
        ]
        number = sum(s * term for s, term in zip(signs, g.terms, strict=True))
        assert checker.parted(number, g.width, len(wanted)) == wanted


def test_zero_weights_leave_nothing_to_search() -> None:
    g = Coupled.of(np.eye(2), np.zeros((2, 2)), np.zeros((2, 2)))
    assert g.terms == 0 and g.values(np.ones((1, 2))).tolist() == [0.0]


def test_a_cover_is_not_written_after_its_deadline() -> None:
    problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [[3, 1], [0, 2], [1, 1]], 1, coupling="2-norm")
    coordinates = Coordinates.of(checker.read_problem(problem.to_json()))
    zero = ((Fraction(0),) * 3,) * 2
    found = coupled_cover(coordinates, zero)
    assert written_coupled(coordinates, zero, found, perf_counter() + 3600).plus
    with pytest.raises(checker.Refusal, match="no time is left to write it down"):
        written_coupled(coordinates, zero, found, perf_counter() - 1)
