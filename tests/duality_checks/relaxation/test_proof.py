"""Certificates by quadratic functions: proven where they should be, and every forgery refused."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from cover_forgeries import TERMS, with_term
from list_oracle import dual_norm_squared

from duality_checks import Certificate, TrainingProblem, TwoLayerNetwork, certify, check, checker
from duality_checks.training.relaxed import relaxed
from duality_checks.training.rounds import Solution

ROWS = [[2, 1, 0], [-1, 3, 1], [0, -2, 1], [1, 1, 1], [-2, -1, 0], [3, 0, -1], [1, -2, 2], [0, 0, 0]]
TARGETS = [3, -2, 1, -4, 2, 1, -1, 5]


def by_functions(problem):
    """The zero network beside the best lower bound that quadratic functions prove."""
    found = relaxed(problem)
    network = TwoLayerNetwork(np.zeros((0, problem.d)), [], problem.kappa, 0.0, _skip(problem))
    solution = Solution(network, found.dual, 0.0, 0.0, (), 0.0, (), relaxation=found)
    return certify(problem, solution)


def _skip(problem):
    return np.zeros(problem.d) if problem.free.linear else None


@pytest.mark.parametrize("options", TERMS, ids=str)
def test_every_term_of_a_problem_is_proven(options):
    problem = with_term(options)
    found = by_functions(problem)
    assert found.method == "quadratic"
    verdict = check(problem, found)
    assert verdict.proven, verdict.reason
    assert verdict.lower > 0
    assert Certificate.from_json(found.to_json()) == found


@cache
def _honest():
    problem = TrainingProblem(ROWS, TARGETS, beta="3/2")
    found = by_functions(problem)
    return problem, json.loads(problem.to_json()), json.loads(found.to_json())


def test_the_dual_norm_by_all_chambers_is_at_most_beta():
    problem, _, document = _honest()
    dual = Certificate.from_json(json.dumps(document)).dual
    square = dual_norm_squared(ROWS, dual, Fraction(0))
    assert Fraction(1, 2) * problem.beta**2 < square <= problem.beta**2


def bytes_of(document, side):
    return bytearray(b64decode(document["quadratic"][side]))


def put(document, side, data):
    document["quadratic"][side] = b64encode(bytes(data)).decode()


def places(problem, document, side):
    """Where the parameters of each row begin, and whether its weight is positive."""
    stated = checker.read_problem(json.dumps(problem))
    g = checker.kinks(stated, Certificate.from_json(json.dumps(document)).dual, None, 0)
    g = g if side == "plus" else g.negated()
    found, place = [], 0
    for weight in filter(None, g.weights):
        found.append((place, weight > 0))
        place += 3 if weight > 0 else 6
    return found


BOUND = "not proven to be at most beta"


def share(c, k, value):
    c["quadratic"]["shares"][k] = value


def scaled(p, c, factor):
    dual = [factor * v for v in Certificate.from_json(json.dumps(c)).dual]
    c["dual"] = list(map(str, dual))
    c["lower"] = str(checker.dual_value(checker.read_problem(json.dumps(p)), dual))


def zero_tau(p, c):
    data = bytes_of(c, "plus")
    place = next(at for at, rising in places(p, c, "plus") if rising)
    data[place : place + 3] = bytes(3)
    put(c, "plus", data)


def steep(p, c, a, b, side="minus"):
    data = bytes_of(c, side)
    place = next(at for at, rising in places(p, c, side) if not rising)
    data[place : place + 6] = a.to_bytes(3, "big") + b.to_bytes(3, "big")
    put(c, side, data)


FORGERIES = {
    "dual longer by a thousandth": (lambda p, c: scaled(p, c, Fraction(1001, 1000)), BOUND),
    "dual of another sign": (
        lambda p, c: scaled(p, c, Fraction(-1)),
        "too (few|many) rows|not below|" + BOUND,
    ),
    "all of beta for the squares": (lambda p, c: share(c, 0, "1"), BOUND),
    "nothing for the squares": (lambda p, c: share(c, 1, "0"), BOUND),
    "a negative share": (lambda p, c: share(c, 0, "-1/2"), BOUND),
    "a share too many": (lambda p, c: c["quadratic"]["shares"].append("1/2"), "entries"),
    "a share that is a number": (lambda p, c: share(c, 0, 0.5), "not a string such as"),
    "beta smaller": (lambda p, c: p.update(beta="1/2"), "digest|problem"),
    "a byte dropped": (lambda p, c: put(c, "plus", bytes_of(c, "plus")[:-1]), "too few rows"),
    "a byte added": (lambda p, c: put(c, "minus", [*bytes_of(c, "minus"), 0]), "too many rows"),
    "nothing at all": (lambda p, c: put(c, "plus", b""), "too few rows"),
    "tau of 0": (zero_tau, "tau is 0"),
    "a line steeper than 1 with a parabola": (lambda p, c: steep(p, c, (1 << 24) - 1, 9), "not below"),
    "a parabola and no line": (lambda p, c: steep(p, c, 0, 1 << 22), "not below"),
    "half of beta lost": (lambda p, c: steep(p, c, 0, 0), BOUND),
    "not base64": (lambda p, c: c["quadratic"].update(plus="*"), "base64"),
    "a field more": (lambda p, c: c["quadratic"].update(basis=None), "unknown field"),
    "a field less": (lambda p, c: c["quadratic"].pop("minus"), "missing field"),
    "a cover as well": (lambda p, c: c.update(cover=None), "unknown field"),
    "version 2": (lambda p, c: c.update(version=2), "unknown field"),
    "no object": (lambda p, c: c.update(quadratic=[]), "not an object"),
}


def refused(name):
    _, problem, document = deepcopy(_honest())
    change, reason = FORGERIES[name]
    change(problem, document)
    return checker.check_documents(json.dumps(problem), json.dumps(document)), reason


def test_the_honest_one_is_proven():
    _, problem, document = _honest()
    assert checker.check_documents(json.dumps(problem), json.dumps(document)).proven


@pytest.mark.parametrize("name", FORGERIES)
def test_every_forgery_is_refused_for_its_own_reason(name):
    verdict, reason = refused(name)
    assert not verdict.proven
    assert re.search(reason, verdict.reason), verdict.reason


@pytest.mark.parametrize(
    ("check_named", "names"),
    [
        ("quadratic_is_bounded", ["dual longer by a thousandth", "all of beta for the squares"]),
        ("parameters_are_whole", ["a byte added"]),
        ("parabola_is_below", ["a parabola and no line"]),
    ],
)
def test_each_check_refuses_what_no_other_refuses(check_named, names, monkeypatch):
    for name in names:
        assert not refused(name)[0].proven
    monkeypatch.setattr(checker, check_named, lambda *_: None)
    for name in names:
        verdict, _ = refused(name)
        assert verdict.proven or re.search(BOUND, verdict.reason), verdict.reason


@pytest.mark.parametrize(
    ("options", "reason"),
    [({"penalty": "1-norm"}, "chambers must be listed"), ({"free": "biases"}, "bounded along free biases")],
)
def test_what_the_argument_does_not_cover_is_refused(options, reason):
    X = [[1, 1], [2, 1], [-1, 1]]
    stated = checker.read_problem(TrainingProblem(X, [1, 2, -1], beta=1, **options).to_json())
    nothing = checker.Quadratic((Fraction(1, 2), Fraction(1, 2)), b"", b"")
    with pytest.raises(checker.Refusal, match=reason):
        checker.quadratic_proves(stated, (Fraction(0),) * 3, nothing)


def test_definiteness_is_decided_exactly():
    # 1 - 2^-60 is below 1 by less than floats see.
    tiny = 2**60
    assert checker.is_positive_definite([[tiny, tiny - 1], [tiny - 1, tiny]])
    assert not checker.is_positive_definite([[tiny, tiny], [tiny, tiny]])
    assert not checker.is_positive_definite([[tiny, tiny + 1], [tiny + 1, tiny]])
