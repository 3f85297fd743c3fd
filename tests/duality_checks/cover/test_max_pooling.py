"""Covers with max pooling: what a leaf claims against brute force, covers against lists, and forgeries."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from copy import deepcopy
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pytest
from cover_forgeries import bits_of, put_bits, put_dual, written_case
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import Certificate, TrainingProblem, certify, check, checker, train
from duality_checks.cover.proof import Coordinates
from duality_checks.cover.search import search
from duality_checks.reports.explaining.formal.export import claims
from duality_checks.terms.max_pooling import MaxPooling
from duality_checks.theorems.t2_15_max_pooling import Pooled, highest
from hyperplane_arrangements.errors import InputError

ROWS = [[-2, -1, -2], [4, -3, 4], [3, 3, -3], [-1, 1, 0], [1, 2, 1], [-4, 4, 1], [4, -2, -1], [3, -3, -4]]
GROUPS = (0, 0, 0, 1, 1, 2, 2, 2)
DUAL = (Fraction(3), Fraction(-4), Fraction(2))
SLOPES = (Fraction(0), Fraction(1, 3), Fraction(-1), Fraction(-2))
DEPTH, GRID = 3, 12


def pooled(kappa: Fraction, beta: Fraction = Fraction(1), rows: Sequence[Any] = ROWS) -> TrainingProblem:
    return TrainingProblem(rows, [3, -4, 2], beta, activation=kappa, readout=MaxPooling(GROUPS))


def by_definition(problem: TrainingProblem, dual: Sequence[Fraction], u: Sequence[Fraction]) -> Fraction:
    """z'h(u), sample by sample."""
    total = Fraction(0)
    for z, members in zip(dual, problem.readout.members(), strict=True):
        heights = [sum(x * t for x, t in zip(problem.X.fractions[k], u, strict=True)) for k in members]
        total += z * max(max(t, problem.kappa * t) for t in heights)
    return total


class Drawn(checker.Bits):
    """Any shares at all that are convex."""

    def __init__(self, seed: int):
        super().__init__(b"", "drawn")
        self.rng = np.random.default_rng(seed)

    def shares(self, pieces: Sequence[int], count: int) -> list[int]:
        cuts = sorted(self.rng.integers(0, 2**count + 1, len(pieces) - 1).tolist())
        return [b - a for a, b in zip([0, *cuts], [*cuts, 2**count], strict=True)]


def leaf(
    problem: TrainingProblem, box: tuple[int, list[int], list[int]], seed: int, patch: pytest.MonkeyPatch
) -> Fraction:
    """The square of what a leaf says is at least z'h(u) / norm(u) on the cone over a box, by the checker."""
    stated = checker.read_problem(problem.to_json())
    cover = checker.Cover(None, DEPTH, 24, b"", b"")
    g = checker.maxima(stated, DUAL, None, 2 * DEPTH + checker.CHORD_BITS)
    found: list[int] = []
    patch.setattr(checker, "leaf_is_bounded", lambda square, limit, where: found.append(square))
    j, lo, hi = box
    c, undecided = checker.decided(g, g.base, checker.box_spans(g, lo, hi))
    checker.leaf_holds(g, cover, Drawn(seed), j, lo, hi, c, undecided)
    return problem.beta**2 * Fraction(found[0], g.limit)


boxes = st.tuples(
    st.integers(0, 2),
    st.sampled_from([1, -1]),
    st.lists(st.tuples(st.integers(-8, 7), st.integers(1, 8)), min_size=3, max_size=3),
)


def box_of(drawn: Any) -> tuple[int, list[int], list[int]]:
    j, sigma, sides = drawn
    lo = [a for a, _ in sides]
    hi = [min(a + size, 8) for a, size in sides]
    lo[j] = hi[j] = sigma * 2**DEPTH
    return j, lo, hi


def exceeded(problem: TrainingProblem, box: tuple[int, list[int], list[int]], square: Fraction) -> bool:
    """Whether z'h(u) / norm(u) is larger somewhere on a grid of the box, corners included."""
    _, lo, hi = box
    sides = [{a, b, *(a + Fraction((b - a) * k, 3) for k in (1, 2))} for a, b in zip(lo, hi, strict=True)]
    for u in product(*sides):
        value = by_definition(problem, DUAL, u)
        if value > 0 and value**2 > square * sum(t * t for t in u):
            return True
    return False


@settings(max_examples=40)
@given(boxes, st.sampled_from(SLOPES), st.integers(0, 99))
def test_a_leaf_is_nowhere_below_the_function(drawn: Any, kappa: Fraction, seed: int) -> None:
    problem, box = pooled(kappa), box_of(drawn)
    with pytest.MonkeyPatch.context() as patch:
        square = leaf(problem, box, seed, patch)
    assert not exceeded(problem, box, square)


@pytest.mark.parametrize("fault", ["no constant", "one piece", "larger shares", "all pieces dropped but one"])
def test_brute_force_sees_what_would_be_wrong(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative controls of the property above: each part of the argument is needed."""
    honest_lid, honest_left = checker.lid, checker.largest_left
    if fault == "no constant":
        monkeypatch.setattr(checker, "lid", lambda *some: (honest_lid(*some)[0], 0))
    elif fault == "one piece":
        monkeypatch.setattr(checker, "lid", lambda pieces, lo, hi: honest_lid(pieces[:1], lo, hi))
    elif fault == "larger shares":
        honest_shares = Drawn.shares
        monkeypatch.setattr(Drawn, "shares", lambda *some: [4 * x for x in honest_shares(*some)])
    else:
        monkeypatch.setattr(checker, "largest_left", lambda g, c, spans: (honest_left(g, c, spans)[0], []))
    problem, seen = pooled(Fraction(0)), False
    for j, sigma, low, size in product(range(3), (1, -1), (-8, -4, 0), (8, 4)):
        box = box_of((j, sigma, [(low, size)] * 3))
        with pytest.MonkeyPatch.context() as patch:
            seen |= exceeded(problem, box, leaf(problem, box, 0, patch))
    assert seen


@st.composite
def small(draw: Any) -> TrainingProblem:
    groups = draw(st.sampled_from([(0, 0), (0, 1, 0, 1), (0, 0, 0, 1), (1, 0, 1, 0, 1), (0, 0, 1, 1, 2, 2)]))
    rank = draw(st.integers(1, 3))
    entries = st.lists(st.integers(-3, 3), min_size=rank, max_size=rank)
    rows = draw(st.lists(entries, min_size=len(groups), max_size=len(groups)))
    rows[0][0] = 1
    y = draw(st.lists(st.integers(-3, 3), min_size=max(groups) + 1, max_size=max(groups) + 1))
    kappa = draw(st.sampled_from(SLOPES))
    return TrainingProblem(rows, y, "1/2", activation=kappa, readout=MaxPooling(groups))


@settings(max_examples=5)
@given(small())
def test_a_cover_proves_what_a_list_proves(problem: TrainingProblem) -> None:
    solution = train(problem)
    by_cover, by_list = certify(problem, solution, list_at_most=0), certify(problem, solution)
    assert by_cover.method == "cover" and by_list.method == "chambers"
    for found in (by_cover, by_list):
        assert check(problem, found).proven
    assert abs(float(by_cover.lower - by_list.lower)) <= 1e-9 * float(by_list.upper)


@settings(max_examples=10)
@given(small(), st.lists(st.integers(-3, 3), min_size=3, max_size=3))
def test_the_search_finds_the_dual_norm_that_the_list_has(problem: TrainingProblem, entries: Any) -> None:
    """Just above it there is a cover for both signs; just below it a point is shown where it is exceeded."""
    dual = tuple(map(Fraction, entries[: problem.n]))
    largest = math.sqrt(highest(Pooled(problem, dual, problem.arrangement.normals))[0])
    coordinates = Coordinates.of(checker.read_problem(problem.to_json()))
    g, _ = coordinates.maxima(dual)
    scale = float(coordinates.maxima(dual)[1] / float(problem.beta))
    sides = (g, g.negated())
    if largest == 0:
        assert all(search(side, 1e-9).proven for side in sides)
        return
    threshold = largest * scale
    assert all(search(side, threshold * (1 + 1e-9)).proven for side in sides)
    found = [search(side, threshold * (1 - 1e-6)) for side in sides]
    assert max(cover.values.max(initial=0.0) for cover in found) == pytest.approx(threshold, rel=1e-5)


# ------------------------------------------------ forgeries


@cache
def _honest() -> tuple[dict[str, Any], dict[str, Any]]:
    """A dual within 2^-36 of its bound, and the cover that proves it."""
    square, _ = highest(Pooled(pooled(Fraction(0)), DUAL, pooled(Fraction(0)).arrangement.normals))
    problem = pooled(Fraction(0), Fraction(math.isqrt(math.floor(square * 2**80)) + 2**4, 2**40))
    return written_case(problem, DUAL)


def honest() -> tuple[dict[str, Any], dict[str, Any]]:
    return deepcopy(_honest())


def reason(problem: dict[str, Any], document: dict[str, Any]) -> str:
    return checker.check_documents(json.dumps(problem), json.dumps(document)).reason


def restated(problem: dict[str, Any], document: dict[str, Any]) -> None:
    """The certificate quotes a changed problem, with the bounds that are right for it."""
    stated = checker.read_problem(json.dumps(problem))
    document["problem"] = stated.digest
    hidden = [list(map(Fraction, row)) for row in document["network"]["hidden"]]
    document["upper"] = str(checker.objective(stated, hidden, [Fraction(1)]))


class Marks(checker.Bits):
    """Where the shares are that a tree states."""

    def __init__(self, data: bytes, where: str):
        super().__init__(data, where)
        self.seen: list[tuple[int, int, int]] = []

    def shares(self, pieces: Sequence[int], count: int) -> list[int]:
        place = self.place
        found = super().shares(pieces, count)
        self.seen.append((place, self.place, len(pieces)))
        return found


def places(problem: dict[str, Any], document: dict[str, Any]) -> list[tuple[int, int, int]]:
    """Where shares begin and end in the bits of `plus`, and of how many pieces."""
    stated = checker.read_problem(json.dumps(problem))
    cover = checker.read_cover(document["cover"], 3)
    g = checker.maxima(stated, DUAL, None, 2 * cover.depth + checker.CHORD_BITS)
    marks = Marks(cover.plus, "cover.plus")
    checker.faces_hold(g, cover, marks)
    return marks.seen


FORGERIES: dict[str, tuple[Callable[[dict[str, Any], dict[str, Any]], None], str]] = {}
FAILS = "the bound norm.e. <= beta fails"
# What is read as another tree may fail in any of these ways.
ANOTHER = FAILS + "|ends too early|something is left|no coordinate|halved more|no piece|more than 1"


def forgery(name: str, why: str) -> Callable[[Any], Any]:
    def register(change: Any) -> Any:
        FORGERIES[name] = (change, why)
        return change

    return register


@forgery("dual scaled by 1 + 2^-34", FAILS)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    put_dual(p, c, [z * (1 + Fraction(1, 2**34)) for z in DUAL])


@forgery("sides exchanged", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    c["cover"]["plus"], c["cover"]["minus"] = c["cover"]["minus"], c["cover"]["plus"]


@forgery("every face one leaf with the first piece", "cover.plus: the leaf .* " + FAILS)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    put_bits(c, "0" * 400)


@forgery("first bit flipped", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    bits = bits_of(c)
    put_bits(c, ("0" if bits[0] == "1" else "1") + bits[1:])


@forgery("truncated", "cover.minus: the tree ends too early")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    put_bits(c, bits_of(c, "minus")[:-8], "minus")


@forgery("a byte more", "cover.plus: something is left after the tree")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    put_bits(c, bits_of(c) + "0" * 8)


@forgery("a leaf left out", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    """The bits of the first leaf: from its 0 on to the next box."""
    bits, places_ = bits_of(c), places(p, c)
    put_bits(c, bits[: places_[0][0] - 1] + bits[places_[0][1] :])


@forgery("shares of more than 1", "cover.plus: the shares of the pieces of a sample are more than 1")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    bits = bits_of(c)
    begin, end, count = next(place for place in places(p, c) if place[2] > 2)
    put_bits(c, bits[:begin] + "1" + ("1" + "1" * c["cover"]["bits"]) * (count - 1) + bits[end:])


@forgery("a piece that is not there", "cover.plus: no piece 3 of the 3 that are left of a sample")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    bits = bits_of(c)
    begin, end, _ = next(place for place in places(p, c) if place[2] == 3)
    put_bits(c, bits[:begin] + "011" + bits[end:])


@forgery("an interval halved too often", r"an interval is halved more than \d+ times")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    c["cover"]["depth"] -= 1


@forgery("another problem", "certificate: written for another problem")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    p["beta"] = str(Fraction(p["beta"]) * 2)


@forgery("other patches with their digest", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    p["X"][5] = ["6", "0", "-2"]
    restated(p, c)


@forgery("samples that share their rows otherwise", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    p["readout"]["max"] = ["0", "0", "1", "1", "1", "2", "2", "2"]
    restated(p, c)


@forgery("the cover of a steeper activation", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    p["kappa"] = "-2"
    restated(p, c)


@forgery("the rows added, not their largest", ANOTHER)
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    p["readout"] = p["readout"]["max"]
    restated(p, c)


@forgery("a basis of fewer rows", "the basis has 2 rows, but with X their rank is 3")
def _(p: dict[str, Any], c: dict[str, Any]) -> None:
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"]]


def test_the_honest_one_is_proven_and_read_again() -> None:
    problem, document = honest()
    assert reason(problem, document) == ""
    assert json.loads(Certificate.from_json(json.dumps(document)).to_json()) == document


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name: str) -> None:
    problem, document = honest()
    before = deepcopy((problem, document))
    change, why = FORGERIES[name]
    change(problem, document)
    assert (problem, document) != before
    found = reason(problem, document)
    assert re.search(why, found), found


@pytest.mark.parametrize(
    ("guard", "name"),
    [
        ("shares_are_convex", "shares of more than 1"),
        ("leaf_is_bounded", "dual scaled by 1 + 2^-34"),
    ],
)
def test_only_its_guard_refuses_a_forgery(guard: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, document = honest()
    FORGERIES[name][0](problem, document)
    monkeypatch.setattr(checker, guard, lambda *some: None)
    found = reason(problem, document)
    assert not re.search(FORGERIES[name][1], found), found


def test_the_formal_proof_does_not_cover_it_and_says_so() -> None:
    problem, document = honest()
    with pytest.raises(InputError, match="the formal proof does not cover max pooling"):
        claims(json.dumps(problem), json.dumps(document))
