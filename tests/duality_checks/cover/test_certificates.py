"""Certificates of version 3: proven where they should be, as tight as lists, and every forgery refused."""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode, b64encode
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from brute_force import digest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_oracle import dual_norm_squared

from duality_checks import Certificate, TrainingProblem, certificate, certify, check, checker, train
from duality_checks.cover.proof import Coordinates, covers, written
from duality_checks.strategies import training_problems

ROWS = [[2, 1, 0], [-1, 3, 1], [0, -2, 1], [1, 1, 1], [-2, -1, 0], [3, 0, -1], [1, -2, 2], [0, 0, 0]]
DUAL = [
    Fraction(3),
    Fraction(-2),
    Fraction(1),
    Fraction(-4),
    Fraction(2),
    Fraction(1),
    Fraction(-1),
    Fraction(5),
]


def covered(problem, solution):
    """The certificate with a cover, however few the chambers are."""
    limit = certificate.LISTED_AT_MOST
    certificate.LISTED_AT_MOST = 0
    try:
        return certify(problem, solution)
    finally:
        certificate.LISTED_AT_MOST = limit


@settings(max_examples=25)
@given(training_problems())
def test_a_cover_proves_what_a_list_proves(problem):
    solution = train(problem)
    by_cover, by_list = covered(problem, solution), certify(problem, solution)
    assert by_cover.cover is not None and by_list.cover is None
    verdict = check(problem, by_cover)
    assert verdict.proven, verdict.reason
    assert check(problem, by_list).proven
    assert max(by_cover.lower, by_list.lower) <= min(by_cover.upper, by_list.upper)
    assert by_cover.relative_gap <= by_list.relative_gap + 1e-9


@pytest.mark.parametrize(
    "options",
    [
        {"loss": "l1"},
        {"loss": "hinge"},
        {"loss": "squared-hinge"},
        {"loss": "huber:1/2"},
        {"loss": "logistic"},
        {"activation": "abs"},
        {"activation": "leaky:1/10"},
        {"activation": "leaky:-3"},
        {"readout": [0, 0, 1, 1, 2, 2, 3, 3]},
        {"free": "intercept"},
        {"free": "intercept+linear"},
        {"free": "decayed-intercept"},
    ],
    ids=str,
)
def test_every_term_of_a_problem_is_covered(options):
    rng = np.random.default_rng(2)
    X = rng.integers(-4, 5, size=(8, 3)).tolist()
    y = rng.choice([-1, 1], size=4 if "readout" in options else 8).tolist()
    problem = TrainingProblem(X, y, beta="1/2", **options)
    found = covered(problem, train(problem))
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert found.relative_gap < 1e-6
    assert found.cover.basis is None


@pytest.mark.parametrize(
    "X",
    [
        [[1, 2, 3], [2, 4, 6], [0, 1, 1], [-1, -2, -3], [1, 3, 4]],
        [[1, 1], [2, 2], [-1, -1]],
        [["0.1", "0.2", "0.3"], ["0.2", "0.4", "0.6"], ["0.3", "0.1", "0.7"]],
    ],
    ids=["rank 2 in 3", "rank 1 in 2", "decimals"],
)
def test_a_rank_below_the_number_of_columns_takes_a_basis(X):
    problem = TrainingProblem(X, list(range(len(X))), beta="1/10")
    found = covered(problem, train(problem))
    assert len(found.cover.basis) == problem.arrangement.rank
    assert check(problem, found).proven and found.relative_gap < 1e-9


def test_files_say_the_same_when_read_again():
    found = honest()
    again = Certificate.from_json(json.dumps(found[1]))
    assert json.loads(again.to_json()) == found[1]


def test_chambers_in_large_numbers_are_covered_and_small_ones_listed():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=(100, 2)), np.ones(100)])
    problem = TrainingProblem(X, rng.choice([-1.0, 1.0], 100), 1)
    found = certify(problem, train(problem))
    assert found.cover is not None and found.chambers is None
    assert check(problem, found).proven and found.relative_gap < 1e-9
    assert len(found.to_json()) < 20_000


def test_at_rank_2_a_list_is_short_in_signs_not_in_chambers_alone(monkeypatch):
    monkeypatch.setattr(certificate, "SIGNS_AT_MOST", 2 * 20 * 20)
    for rows, is_covered in ((20, False), (21, True)):
        X = [[k, 1] for k in range(rows)]
        problem = TrainingProblem(X, [k * k % 7 for k in range(rows)], beta=1)
        made = certify(problem, train(problem))
        assert (made.cover is not None) == is_covered
        assert check(problem, made).proven


def test_a_dual_that_is_too_long_is_scaled_until_it_is_proven():
    problem = TrainingProblem(ROWS, [int(v) for v in DUAL], beta=2)
    solution = train(problem)

    class Long:
        network, dual = solution.network, 1.001 * solution.dual

    found = covered(problem, Long)
    assert check(problem, found).proven
    assert found.relative_gap < 0.01


# ------------------------------------------------ forgeries


@cache
def _honest(kappa=Fraction(0)):
    square = dual_norm_squared(ROWS, DUAL, kappa)
    beta = Fraction(math.isqrt(math.floor(square * 2**80)) + 2**4, 2**40)
    problem = TrainingProblem(ROWS, [int(v) for v in DUAL], beta, kappa)
    return written_case(problem, tuple(DUAL))


def written_case(problem, dual, basis="own"):
    stated = checker.read_problem(problem.to_json())
    coordinates = Coordinates.of(stated)
    cover = written(coordinates, dual, covers(coordinates, dual, keep=True))
    hidden, output = ((Fraction(1), Fraction(0), Fraction(1)),), (Fraction(1),)
    found = Certificate(
        problem=stated.digest,
        lower=checker.dual_value(stated, dual),
        upper=checker.objective(stated, hidden, output),
        dual=dual,
        network_hidden=hidden,
        network_output=output,
        chambers=None,
        cover=cover,
    )
    return json.loads(problem.to_json()), json.loads(found.to_json())


def honest():
    return deepcopy(_honest())


def verdict(problem, document):
    return checker.check_documents(json.dumps(problem), json.dumps(document))


def bits_of(document, side="plus"):
    data = b64decode(document["cover"][side])
    return "".join(f"{byte:08b}" for byte in data)


def put_bits(document, bits, side="plus"):
    size = -(-len(bits) // 8)
    document["cover"][side] = b64encode(int(bits.ljust(8 * size, "0"), 2).to_bytes(size, "big")).decode()


def put_dual(problem, document, dual):
    """Another dual, with the bound that it would prove."""
    document["dual"] = list(map(str, dual))
    document["lower"] = str(checker.dual_value(checker.read_problem(json.dumps(problem)), dual))


FORGERIES = {}
# What is read as another tree may fail in any of these ways.
ANOTHER_TREE = "the bound norm.e. <= beta fails|ends too early|something is left|no coordinate|halved more"


def forgery(name, reason):
    def register(change):
        FORGERIES[name] = (change, reason)
        return change

    return register


@forgery("dual scaled by 1 + 2^-36", "the bound norm.e. <= beta fails")
def _(p, c):
    put_dual(p, c, [v * (1 + Fraction(1, 2**36)) for v in DUAL])


@forgery("dual of another sign", ANOTHER_TREE)
def _(p, c):
    put_dual(p, c, [2 * v for v in DUAL])


@forgery("sides exchanged", ANOTHER_TREE)
def _(p, c):
    c["cover"]["plus"], c["cover"]["minus"] = c["cover"]["minus"], c["cover"]["plus"]


@forgery("every face one leaf", "cover.plus: the leaf .* the bound norm.e. <= beta fails")
def _(p, c):
    put_bits(c, "0" * 400)


@forgery("minus side one leaf a face", "cover.minus: the leaf .* the bound norm.e. <= beta fails")
def _(p, c):
    put_bits(c, "0" * 400, "minus")


@forgery("last byte dropped", "cover.plus: the tree ends too early")
def _(p, c):
    put_bits(c, bits_of(c)[:-8])


@forgery("a byte added", "cover.plus: something is left after the tree")
def _(p, c):
    put_bits(c, bits_of(c) + "0" * 8)


@forgery("a one in the rest of the last byte", "cover.minus: something is left after the tree")
def _(p, c):
    bits = bits_of(c, "minus")
    put_bits(c, bits if bits.endswith("1") else bits[:-1] + "1", "minus")
    if bits.endswith("1"):
        put_bits(c, bits + "1" + "0" * 7, "minus")


@forgery("no bits", "cover.plus: the tree ends too early")
def _(p, c):
    c["cover"]["plus"] = ""


@forgery("a face missing", ANOTHER_TREE)
def _(p, c):
    put_bits(c, bits_of(c)[16:])


@forgery("the coordinate of the face halved", "no coordinate 0 to halve on a face of coordinate 0")
def _(p, c):
    put_bits(c, "100" + bits_of(c)[3:])


@forgery("a coordinate that is not there halved", "no coordinate 3 to halve on a face of coordinate 0")
def _(p, c):
    put_bits(c, "111" + bits_of(c)[3:])


@forgery("boxes of width zero", "an interval is halved more than 2 times")
def _(p, c):
    c["cover"]["depth"] = 2
    put_bits(c, "101" * 60)


@forgery("depth too small", r"an interval is halved more than \d+ times")
def _(p, c):
    c["cover"]["depth"] -= 1


@forgery("depth of another type", "cover.depth is True, not an integer")
def _(p, c):
    c["cover"]["depth"] = True


@forgery("depth negative", "cover.depth is -1, not an integer from 0")
def _(p, c):
    c["cover"]["depth"] = -1


@forgery("depth too large", "cover.depth is 65, not an integer from 0 to 64")
def _(p, c):
    c["cover"]["depth"] = 65


@forgery("bits too many", "cover.bits is 49, not an integer from 1 to 48")
def _(p, c):
    c["cover"]["bits"] = 49


@forgery("bits none", "cover.bits is 0, not an integer from 1 to 48")
def _(p, c):
    c["cover"]["bits"] = 0


@forgery(
    "fractions read in fewer bits",
    ANOTHER_TREE,
)
def _(p, c):
    c["cover"]["bits"] -= 7


@forgery("not base64", "cover.plus is not base64")
def _(p, c):
    c["cover"]["plus"] += "*"


@forgery("base64 in another spelling", "cover.plus is not base64")
def _(p, c):
    c["cover"]["plus"] += "\n"


@forgery("bits as a list", "cover.plus is not a string")
def _(p, c):
    c["cover"]["plus"] = [0, 1]


@forgery("a field missing", "cover: missing field 'basis'")
def _(p, c):
    del c["cover"]["basis"]


@forgery("an unknown field", "cover: unknown field 'note'")
def _(p, c):
    c["cover"]["note"] = 1


@forgery("a list beside the cover", "certificate: unknown field 'chambers'")
def _(p, c):
    c["chambers"] = []


@forgery("called version 2", "certificate: unknown field 'cover'")
def _(p, c):
    c["version"] = 2


@forgery("a basis of fewer rows", "cover.basis has 2 rows, but with X their rank is 3")
def _(p, c):
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"]]


@forgery("a basis that is singular", "cover.basis is too far from orthonormal|their rank is")
def _(p, c):
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"], ["0", "1", "0"]]


@forgery("a basis that doubles norms", "cover.basis is too far from orthonormal")
def _(p, c):
    c["cover"]["basis"] = [["2", "0", "0"], ["0", "2", "0"], ["0", "0", "2"]]


@forgery("a basis that stretches norms a little", "the bound norm.e. <= beta fails")
def _(p, c):
    c["cover"]["basis"] = [["1001/1000", "0", "0"], ["0", "1001/1000", "0"], ["0", "0", "1001/1000"]]


@forgery("a basis with more rows than columns", "cover.basis has 4 rows, and X has 3 columns")
def _(p, c):
    c["cover"]["basis"] = [["1", "0", "0"]] * 4


@forgery("another problem", "certificate: written for another problem")
def _(p, c):
    p["beta"] = str(Fraction(p["beta"]) / 2)


@forgery("another problem with its digest", "the bound norm.e. <= beta fails|upper")
def _(p, c):
    p["beta"] = str(Fraction(p["beta"]) - Fraction(1, 2**20))
    c["problem"] = digest(p)
    stated = checker.read_problem(json.dumps(p))
    c["upper"] = str(checker.objective(stated, ((Fraction(1), Fraction(0), Fraction(1)),), (Fraction(1),)))


@forgery("a dual of too few bytes", r"dual.entries has \d+ bytes, not \d+ for each of 8")
def _(p, c):
    c["dual"]["entries"] = b64encode(b64decode(c["dual"]["entries"])[:-1]).decode()


@forgery("a dual with another unit", "lower: not the value of the dual")
def _(p, c):
    c["dual"]["unit"] = str(Fraction(c["dual"]["unit"]) / 2)


@forgery("a dual of no width", "dual.bytes is 0, not an integer from 1 to 64")
def _(p, c):
    c["dual"]["bytes"] = 0


@forgery("lower bound raised", "lower: not the value of the dual")
def _(p, c):
    c["lower"] = str(Fraction(c["lower"]) + 1)


@forgery("the 1-norm", "with the 1-norm chambers must be listed")
def _(p, c):
    p["penalty"] = "1-norm"
    c["problem"] = digest(p)
    stated = checker.read_problem(json.dumps(p))
    c["upper"] = str(checker.objective(stated, ((Fraction(1), Fraction(0), Fraction(1)),), (Fraction(1),)))


def test_the_honest_one_is_proven():
    problem, document = honest()
    found = verdict(problem, document)
    assert found.proven, found.reason
    for kappa in (Fraction(-1), Fraction(1, 10)):
        assert verdict(*deepcopy(_honest(kappa))).proven


def test_there_are_enough_forgeries():
    assert len(FORGERIES) >= 25


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    problem, document = honest()
    change, reason = FORGERIES[name]
    before = json.dumps([problem, document])
    change(problem, document)
    assert json.dumps([problem, document]) != before
    found = verdict(problem, document)
    assert not found.proven
    assert re.search(reason, found.reason), found.reason


@settings(max_examples=80)
@given(st.data())
def test_a_flipped_bit_never_proves_a_false_bound(data):
    """What a flipped bit leaves proven is the same claim: another tree or slope that holds as well."""
    problem, document = honest()
    side = data.draw(st.sampled_from(["plus", "minus"]))
    bits = bits_of(document, side)
    k = data.draw(st.integers(0, len(bits) - 1))
    put_bits(document, bits[:k] + ("1" if bits[k] == "0" else "0") + bits[k + 1 :], side)
    found = verdict(problem, document)
    assert not found.proven or found.lower == Fraction(document["lower"])
    # The dual is within 2^-36 of what is feasible, so no flipped bit makes a longer one pass.
    put_dual(problem, document, [v * (1 + Fraction(1, 2**30)) for v in DUAL])
    assert not verdict(problem, document).proven


def test_the_bound_of_a_leaf_is_what_refuses_a_dual_that_is_too_long(monkeypatch):
    problem, document = honest()
    FORGERIES["dual scaled by 1 + 2^-36"][0](problem, document)
    monkeypatch.setattr(checker, "leaf_is_bounded", lambda square, limit, where: None)
    assert verdict(problem, document).proven


def test_only_the_span_of_the_basis_refuses_a_cover_of_a_plane(monkeypatch):
    """All directions of the plane u_3 = 0 are short, and the one across is not."""
    problem = TrainingProblem([[1, 0, 0], [0, 1, 0], [0, 0, 5]], [1, 1, 5], beta=2)
    plane = TrainingProblem([[1, 0, 0], [0, 1, 0]], [1, 1], beta=2)
    dual = (Fraction(1), Fraction(1), Fraction(5))
    stated = checker.read_problem(problem.to_json())
    assert dual_norm_squared([[1, 0, 0], [0, 1, 0], [0, 0, 5]], dual, Fraction(0)) > 4
    basis = tuple(tuple(map(Fraction, line)) for line in ([1, 0, 0], [0, 1, 0]))
    coordinates = Coordinates(checker.read_problem(plane.to_json()), basis)
    found = covers(coordinates, dual[:2], keep=True)
    cover = written(coordinates, dual[:2], found)
    with pytest.raises(checker.Refusal, match=r"cover.basis has 2 rows, but with X their rank is 3"):
        checker.cover_proves(stated, dual, cover)
    monkeypatch.setattr(checker, "spans_all", lambda lines, normals: None)
    checker.cover_proves(stated, dual, cover)


def test_only_whole_halves_refuse_boxes_that_leave_a_gap(monkeypatch):
    problem, document = honest()
    FORGERIES["depth too small"][0](problem, document)
    reasons = []
    monkeypatch.setattr(checker, "halves_are_whole", lambda odd, where, depth: reasons.append(odd))
    verdict(problem, document)
    assert any(reasons)


def test_only_free_coordinates_are_halved_or_a_face_would_shrink(monkeypatch):
    """Halving the face's own coordinate makes boxes that lie inside the cube or are empty."""
    problem, document = honest()
    FORGERIES["the coordinate of the face halved"][0](problem, document)
    asked = []
    monkeypatch.setattr(checker, "coordinate_is_free", lambda i, j, count, where: asked.append((i, j)))
    verdict(problem, document)
    assert (0, 0) in asked
