"""Certificates by quadratic functions, honest and forged: what each forgery changes."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np

from duality_checks import Certificate, TrainingProblem, TwoLayerNetwork, certify, checker
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


@cache
def _honest():
    problem = TrainingProblem(ROWS, TARGETS, beta="3/2")
    return json.loads(problem.to_json()), json.loads(by_functions(problem).to_json())


def honest():
    """The documents of a problem and of a certificate that proves it."""
    return deepcopy(_honest())


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
