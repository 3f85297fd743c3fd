"""Certificates by quadratic functions, honest and forged: what each forgery changes."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np
from cover_forgeries import put_dual

from duality_checks import Certificate, TrainingProblem, TwoLayerNetwork, certify, checker, train
from duality_checks.training.relaxed import relaxed
from duality_checks.training.rounds import Solution

ROWS = [[2, 1, 0], [-2, -1, -3], [-3, -3, -2], [2, 1, 3], [0, 1, 3], [2, 1, 0], [0, 3, -2], [0, 0, 0]]
TARGETS = [-1, 4, 1, -5, 3, 3, 4, -4]


def by_functions(problem, wanted=-np.inf):
    """The zero network beside the best lower bound that quadratic functions prove; for what is wanted the
    sphere is cut."""
    return certified(problem, relaxed(problem, wanted=wanted))


def certified(problem, found):
    """The same by a relaxation."""
    solution = Solution(zero_network(problem), found.dual, 0.0, 0.0, (), 0.0, (), relaxation=found)
    return certify(problem, solution)


def judged(honest, forgeries, name):
    """The checker's verdict on a forgery, and the reason that it should give."""
    problem, document = honest()
    change, reason = forgeries[name]
    change(problem, document)
    return checker.check_documents(json.dumps(problem), json.dumps(document)), reason


def assert_refused(honest, forgeries, name):
    """A forgery is refused for its own reason."""
    verdict, reason = judged(honest, forgeries, name)
    assert not verdict.proven
    assert re.search(reason, verdict.reason), verdict.reason


def assert_refused_by(guard, honest, forgeries, name, monkeypatch):
    """A forgery is refused, and without a check of the checker's no more, or for its bound alone."""
    assert not judged(honest, forgeries, name)[0].proven
    monkeypatch.setattr(checker, guard, lambda *_: None)
    verdict, _ = judged(honest, forgeries, name)
    assert verdict.proven or re.search(BOUND, verdict.reason), verdict.reason


def zero_network(problem):
    skip = np.zeros(problem.d) if problem.free.linear else None
    return TwoLayerNetwork(np.zeros((0, problem.d)), [], problem.kappa, 0.0, skip)


@cache
def _honest():
    problem = TrainingProblem(ROWS, TARGETS, beta="3/2")
    return json.loads(problem.to_json()), json.loads(
        by_functions(problem, 0.99 * train(problem).upper).to_json()
    )


def honest():
    """The documents of a problem and of a certificate that proves it, with the sphere in pieces."""
    return deepcopy(_honest())


def piece(document, side):
    """A piece of this side, behind as many cuts as any."""
    part = document["quadratic"][side]
    while "cut" in part:
        part = max(part["above"], part["below"], key=depth)
    return part


def depth(part):
    return 1 + max(depth(part["above"]), depth(part["below"])) if "cut" in part else 0


def cuts(document):
    """All cuts, those of z first."""
    found, left = [], [document["quadratic"][side] for side in ("plus", "minus")]
    while left:
        part = left.pop(0)
        if "cut" in part:
            found.append(part)
            left += [part["above"], part["below"]]
    return found


def bytes_of(document, side, name="rows"):
    return bytearray(b64decode(piece(document, side)[name]))


def put(document, side, data, name="rows"):
    piece(document, side)[name] = b64encode(bytes(data)).decode()


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


def share(c, side, value):
    piece(c, side)["share"] = value


def largest(c, side):
    """The place of the multiplier that counts most."""
    data = bytes_of(c, side, "products")
    numbers = [int.from_bytes(data[k : k + 4], "big", signed=True) for k in range(0, len(data), 4)]
    return 4 * max(range(len(numbers)), key=lambda k: abs(numbers[k]))


def multiplier(c, side, place, value):
    data = bytes_of(c, side, "products")
    data[place : place + 4] = value.to_bytes(4, "big", signed=True)
    put(c, side, data, "products")


def paired(c):
    """A side with two cuts, one after the other."""
    return next(side for side in ("plus", "minus") if depth(c["quadratic"][side]) > 1)


def swapped(c):
    cut = cuts(c)[0]
    cut["above"], cut["below"] = cut["below"], cut["above"]


def split(c, cut):
    """A piece in two by one more cut, with the same function for both."""
    part = piece(c, "plus")
    both = dict(part)
    part.clear()
    part.update(cut=cut, above=both, below=both)


def scaled(p, c, factor):
    put_dual(p, c, [factor * v for v in Certificate.from_json(json.dumps(c)).dual])


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
    "all of beta for the squares": (lambda p, c: share(c, "plus", "1"), BOUND),
    "nothing for the squares": (lambda p, c: share(c, "minus", "0"), BOUND),
    "a negative share": (lambda p, c: share(c, "plus", "-1/2"), BOUND),
    "a share that is a number": (lambda p, c: share(c, "plus", 0.5), "not a string such as"),
    "no products": (lambda p, c: put(c, paired(c), b"", "products"), "another number of multipliers"),
    "a multiplier too many": (
        lambda p, c: put(c, "plus", bytes_of(c, "plus", "products") + bytes(4), "products"),
        "another number of multipliers",
    ),
    "a negative multiplier": (lambda p, c: multiplier(c, paired(c), 0, -1), "a negative multiplier"),
    "a product turned around": (
        lambda p, c: multiplier(c, "plus", largest(c, "plus"), -(1 << 24)),
        BOUND + "|a negative multiplier",
    ),
    "products of other pieces": (lambda p, c: swapped(c), BOUND + "|too (few|many) rows"),
    "a cut elsewhere": (lambda p, c: cuts(c)[0].update(cut=["16777216", "0", "0"]), BOUND),
    "a cut that is no vector of this space": (lambda p, c: cuts(c)[0].update(cut=["1"]), "entries"),
    "half a cut": (lambda p, c: cuts(c)[0].update(cut=["1/2", "0", "0"]), "whole numbers"),
    "a half of the sphere left out": (lambda p, c: cuts(c)[0].pop("below"), "missing field"),
    "a share of a bias": (lambda p, c: piece(c, "plus").update(bias="0"), "exactly where biases are free"),
    "a cut at a bias": (lambda p, c: split(c, "0"), "which is not free"),
    "a cut and a function": (lambda p, c: cuts(c)[0].update(share="1/2"), "unknown field"),
    "beta smaller": (lambda p, c: p.update(beta="1/2"), "digest|problem"),
    "a byte dropped": (lambda p, c: put(c, "plus", bytes_of(c, "plus")[:-1]), "too few rows"),
    "a byte added": (lambda p, c: put(c, "minus", [*bytes_of(c, "minus"), 0]), "too many rows"),
    "nothing at all": (lambda p, c: put(c, "plus", b""), "too few rows"),
    "tau of 0": (zero_tau, "tau is 0"),
    "a line steeper than 1 with a parabola": (lambda p, c: steep(p, c, (1 << 24) - 1, 9), "not below"),
    "a parabola and no line": (lambda p, c: steep(p, c, 0, 1 << 22), "not below"),
    "half of beta lost": (lambda p, c: steep(p, c, 0, 0), BOUND),
    "not base64": (lambda p, c: piece(c, "plus").update(rows="*"), "base64"),
    "a field more": (lambda p, c: c["quadratic"].update(depth=1), "unknown field"),
    "a basis of fewer rows": (
        lambda p, c: c["quadratic"].update(basis=[["1", "0", "0"]]),
        "entries|has 1 rows, but",
    ),
    "a basis that is too long": (
        lambda p, c: c["quadratic"].update(basis=[["2", "0", "0"], ["0", "2", "0"], ["0", "0", "2"]]),
        "too far from orthonormal",
    ),
    "no basis": (lambda p, c: c["quadratic"].pop("basis"), "missing field"),
    "a field less": (lambda p, c: c["quadratic"].pop("minus"), "missing field"),
    "a cover as well": (lambda p, c: c.update(cover=None), "unknown field"),
    "version 2": (lambda p, c: c.update(version=2), "unknown field"),
    "no object": (lambda p, c: c.update(quadratic=[]), "not an object"),
    "a piece that is no object": (lambda p, c: c["quadratic"].update(plus=[]), "not an object"),
}
