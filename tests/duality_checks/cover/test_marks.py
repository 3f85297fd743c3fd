"""Covers checked in parts: the verdict is that of one walk, wherever the parts are said to begin."""

from __future__ import annotations

import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from cover_forgeries import DUAL, FORGERIES, ROWS, bits_of, covered, honest, put_bits
from hypothesis import given, settings
from hypothesis import strategies as st

from duality_checks import TrainingProblem, checker, train
from duality_checks.cover import encoding
from duality_checks.cover.coupled_proof import coupled_cover, written_coupled
from duality_checks.cover.encoding import PARTS
from duality_checks.cover.marks import marks
from duality_checks.cover.proof import Coordinates, covers, written
from duality_checks.pricing.shared import SharedLandscape
from duality_checks.strategies import training_problems
from duality_checks.terms.max_pooling import MaxPooling
from hyperplane_arrangements.machine.workers import using_executor


class Noted(checker.Bits):
    """Notes where each box begins, and by what path halving comes to it."""

    def __init__(self, data, where, faces):
        super().__init__(data, where)
        self.found, self.waiting = [], [(face,) for face in range(faces)][::-1]

    def halved(self, width):
        path = self.waiting.pop()
        self.found.append((self.place, path))
        i = super().halved(width)
        if i is not None:
            self.waiting += [(*path, 2 * i + 1), (*path, 2 * i)]
        return i


def all_marks(side):
    """Those of all boxes, as far as the checker's walk comes."""
    g, cover, data, where = side
    bits = Noted(data, where, 2 * g.rank)
    with suppress(checker.Refusal):
        checker.faces_hold(g, cover, bits)
    return bits.found


def in_turn(held):
    """Runs parts one after the other, as if they came from afar, and notes what each says."""

    def run(work, parts):
        held.extend(work(pickle.loads(pickle.dumps(part))) for part in parts)
        return held

    return run


def checked(problem, document, guess, held=None):
    """The verdict in parts that begin where a guess says."""
    stated = checker.read_problem(json.dumps(problem))
    return checker.verify(stated, json.dumps(document), in_turn([] if held is None else held), guess)


def guessed_in(found):
    """Begins parts where floats say, and notes that, and all places there are."""

    def guess(side):
        found.append((marks(side, 8), all_marks(side)))
        return found[-1][0]

    return guess


@st.composite
def choices(draw):
    """Some of many marks, in their order."""
    seed, count = draw(st.integers(0, 2**32)), draw(st.integers(0, 12))

    def choose(side):
        found = all_marks(side)
        places = np.random.default_rng(seed).integers(0, len(found), count)
        return [found[k] for k in np.unique(places)]

    return choose


@settings(max_examples=10)
@given(training_problems(), choices())
def test_parts_between_any_boxes_hold_as_the_whole_does(problem, choose):
    proof, held = covered(problem, train(problem)), []
    stated = checker.read_problem(problem.to_json())
    assert checker.verify(stated, proof.to_json(), in_turn(held), choose).proven
    assert len(held) >= 2 and all(held)


@settings(max_examples=10)
@given(training_problems())
def test_floats_find_boxes_of_the_tree(problem):
    """With integer data, where rows touch boxes without crossing them, above all."""
    proof, found = covered(problem, train(problem)), []

    checker.verify(checker.read_problem(problem.to_json()), proof.to_json(), in_turn([]), guessed_in(found))
    for guessed, exact in found:
        assert set(guessed) <= set(exact) and guessed == sorted(guessed)


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(2, 3), st.sampled_from(["relu", "leaky:1/10", "leaky:-1"]))
def test_floats_find_boxes_of_the_tree_with_max_pooling(seed, rank, activation):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(-3, 4, (9, rank)), rng.integers(-4, 5, 4)
    readout = MaxPooling([0, 0, 0, 1, 1, 2, 2, 2, 3])
    problem = TrainingProblem(X.tolist(), y.tolist(), 1, activation=activation, readout=readout)
    proof, found, held = covered(problem, train(problem)), [], []

    stated = checker.read_problem(problem.to_json())
    assert checker.verify(stated, proof.to_json(), in_turn(held), guessed_in(found)).proven
    assert all(held)
    for guessed, exact in found:
        assert set(guessed) <= set(exact)


@settings(max_examples=8)
@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(2, 3))
def test_floats_find_boxes_of_the_tree_of_outputs_that_share_neurons(seed, rank, q):
    """Rows of small integers; two of the duals are opposite, so that what is along one is not along both."""
    rng = np.random.default_rng(seed)
    X, Y = rng.integers(-3, 4, (7, rank)), rng.integers(-9999, 10_000, (7, q))
    X[:2, 0], Y[:, 1], Y[0, 0] = 1, -Y[:, 0], 1
    problem = TrainingProblem(X.tolist(), Y.tolist(), 1, coupling="2-norm")
    stated = checker.read_problem(problem.to_json())
    size = SharedLandscape.of(problem).norm(Y.astype(float)) or 1.0
    duals = [tuple(Fraction(0.999 / size) * y for y in column) for column in Y.T.tolist()]
    coordinates, found, held = Coordinates.of(stated), [], []
    cover = written_coupled(coordinates, duals, coupled_cover(coordinates, duals))

    checker.shared_cover_proves(stated, duals, cover, in_turn(held), guessed_in(found))
    for guessed, exact in found:
        assert set(guessed) <= set(exact) and len(held) == len(guessed) + 1 and all(held)


@pytest.fixture(scope="module")
def long_case():
    """Leaves in many sizes: 40 rows at rank 4."""
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(40, 3)), np.ones(40)])
    problem = TrainingProblem(X, rng.choice([-1.0, 1.0], 40), "1/2")
    return problem, covered(problem, train(problem))


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_parts_are_as_many_as_workers_need_and_of_one_length(long_case, workers):
    problem, proof = long_case
    held, lengths = [], []

    def guess(side):
        found = marks(side, workers)
        assert set(found) <= set(all_marks(side))
        lengths.extend(np.diff([0, *(place for place, _ in found), 8 * len(side[2])]))
        return found

    assert checker.verify(
        checker.read_problem(problem.to_json()), proof.to_json(), in_turn(held), guess
    ).proven
    assert all(held) and PARTS * workers <= len(held) <= PARTS * workers + 2
    assert max(lengths) < 1.5 * np.mean(lengths)


def shifted(found):
    return [(place + 1, path) for place, path in found]


def exchanged(found):
    return [(place, path) for (place, _), (_, path) in pairwise(found)]


WRONG = {
    "a bit too late": shifted,
    "negative": lambda found: [(-place, path) for place, path in found],
    "another box": exchanged,
    "backwards": lambda found: found[::-1],
    "twice, the second time before": lambda found: [*found, *found],
    "a box that no half is": lambda found: [(place, (*path, 99)) for place, path in found],
    "half of a leaf": lambda found: [(place, (*path, 2, 2, 2, 2)) for place, path in found],
    "no face": lambda found: [(place, (77,)) for place, _ in found],
    "the end": lambda found: [(place, ()) for place, _ in found],
    "beyond the end": lambda found: [(place + 10**9, path) for place, path in found],
    "no numbers": lambda found: [("here", None) for _ in found],
    "no marks": lambda found: found and [()],
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_marks_leave_a_proof_proven(name):
    held = []
    assert checked(*honest(), lambda side: WRONG[name](all_marks(side)[1:30:7]), held).proven
    assert not all(held)


def test_marks_that_say_a_box_twice_or_leave_some_out_are_as_good():
    held = []
    twice = checked(*honest(), lambda side: [mark for mark in all_marks(side)[::9] for _ in range(2)], held)
    assert twice.proven and all(held)


@pytest.mark.parametrize("name", FORGERIES)
def test_no_marks_make_a_forgery_pass(name):
    """The marks of its own walk, wrong ones, and those of the honest tree, which a forger would choose."""
    before, own = {}, lambda side: all_marks(side)[1:40:5]
    checked(*honest(), lambda side: before.setdefault(side[3], own(side)))
    problem, document = honest()
    FORGERIES[name][0](problem, document)
    reason = checker.check_documents(json.dumps(problem), json.dumps(document)).reason
    guesses = [own, lambda side: before[side[3]]]
    guesses += [lambda side, change=change: change(own(side)) for change in WRONG.values()]
    for guess in guesses:
        verdict = checked(problem, document, guess)
        assert not verdict.proven and verdict.reason == reason


def with_a_bit_between():
    """A certificate with a bit too many, and marks that step over it."""
    problem, document = honest()
    found = {}
    checked(problem, document, lambda side: found.setdefault(side[3], all_marks(side)))
    place, path = found["cover.minus"][5]
    bits = bits_of(document, "minus")
    put_bits(document, bits[:place] + "1" + bits[place:], "minus")
    return problem, document, lambda side: [(place + 1, path)] if side[3] == "cover.minus" else []


def test_only_the_bit_at_which_a_part_ends_refuses_marks_that_step_over_some(monkeypatch):
    problem, document, guess = with_a_bit_between()
    assert not checked(problem, document, guess).proven

    def anywhere(part):
        (g, cover, data, where), (begin, path), (_, to) = part
        bits = checker.Bits(data, where)
        bits.place = begin
        checker.boxes_hold(g, cover, bits, path, to)
        return True

    monkeypatch.setattr(checker, "part_holds", anywhere)
    assert checked(problem, document, guess).proven


def test_only_the_walk_refuses_parts_that_nobody_looked_at():
    problem, document = honest()
    FORGERIES["every face one leaf"][0](problem, document)
    stated, text = checker.read_problem(json.dumps(problem)), json.dumps(document)
    for lazy in (
        lambda work, parts: [],
        lambda work, parts: [work(parts[1])],
        lambda work, parts: [True, None],
    ):
        assert "the bound norm(e) <= beta fails" in checker.verify(stated, text, lazy).reason
    assert checker.verify(stated, text, lambda work, parts: [True, True]).proven


def noted(write, begun):
    def noting(draft):
        begun.append((draft.where, draft.begin))
        return write(pickle.loads(pickle.dumps(draft)))

    return noting


@pytest.mark.parametrize(
    "terms", [{}, {"readout": MaxPooling([0, 0, 1, 1, 2, 2, 3, 3])}], ids=["sums", "largest"]
)
def test_trees_written_in_parts_have_the_same_bits(monkeypatch, terms):
    stated = checker.read_problem(TrainingProblem(ROWS, range(4 if terms else 8), 16, **terms).to_json())
    coordinates, dual = Coordinates.of(stated), tuple(DUAL[: len(stated.target)])
    found = covers(coordinates, dual, keep=True)
    whole, begun = written(coordinates, dual, found), []
    monkeypatch.setattr(encoding, "SHARED", 0)
    monkeypatch.setattr(encoding.Draft, "written", noted(encoding.Draft.written, begun))
    with ThreadPoolExecutor(2) as pool, using_executor(pool):
        assert written(coordinates, dual, found) == whole
    assert len(begun) > 4 and len(set(begun)) == len(begun)
