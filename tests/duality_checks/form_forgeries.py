"""Certificates by functions of degree 4 and 6, honest and forged: what each forgery changes."""

from __future__ import annotations

import json
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np
from quadratic_forgeries import BOUND, ROWS, TARGETS, bytes_of, places, put, scaled, share, zero_network

from duality_checks import TrainingProblem, certify
from duality_checks.pricing.landscape import Landscape
from duality_checks.training.cylinder import coordinates_of
from duality_checks.training.quartic import relax_further
from duality_checks.training.relaxation_proof import proven
from duality_checks.training.rounds import Solution
from duality_checks.training.sextic import relax_furthest

RELAXATIONS = {4: relax_further, 6: relax_furthest}


def by_forms(problem, degree):
    """The zero network beside the lower bound that functions of a degree prove."""
    landscape, coordinates = Landscape.of(problem), coordinates_of(problem)
    found = RELAXATIONS[degree](problem, landscape)
    dual = np.array([float(x) for x in proven(problem, coordinates, landscape, found)[0]])
    solution = Solution(zero_network(problem), dual, 0.0, 0.0, (), 0.0, (), relaxation=found)
    return certify(problem, solution)


@cache
def _honest(degree):
    problem = TrainingProblem(ROWS, TARGETS, beta="3/2")
    return json.loads(problem.to_json()), json.loads(by_forms(problem, degree).to_json())


def honest(degree=4):
    """The documents of a problem and of a certificate that proves it."""
    return deepcopy(_honest(degree))


def parameter(p, c, side, rising, k, value):
    """The k-th parameter of the first row of a kind."""
    data = bytes_of(c, side)
    place = next(at for at, above in places(p, c, side) if above == rising) + 3 * k
    data[place : place + 3] = value.to_bytes(3, "big")
    put(c, side, data)


def entry(c, side, value):
    """The largest entry of the matrix."""
    data = bytes_of(c, side, "gram")
    numbers = [int.from_bytes(data[k : k + 4], "big", signed=True) for k in range(0, len(data), 4)]
    place = 4 * max(range(len(numbers)), key=lambda k: abs(numbers[k]))
    data[place : place + 4] = value.to_bytes(4, "big", signed=True)
    put(c, side, data, "gram")


def without_gram(c):
    part = c["quadratic"]["plus"]
    part["products"] = part.pop("gram")
    del part["degree"]


FORGERIES = {
    "dual longer by a thousandth": (lambda p, c: scaled(p, c, Fraction(1001, 1000)), BOUND),
    "dual of another sign": (lambda p, c: scaled(p, c, Fraction(-1)), "too (few|many) rows|" + BOUND),
    "most of beta for the linear part": (lambda p, c: share(c, "plus", "9/10"), BOUND),
    "nothing for the linear part": (lambda p, c: share(c, "minus", "0"), "nothing of beta"),
    "less than nothing": (lambda p, c: share(c, "minus", "-1/2"), "nothing of beta"),
    "all of beta for the linear part": (lambda p, c: share(c, "minus", "1"), BOUND),
    "an entry the form leaves open": (lambda p, c: entry(c, "plus", 1 << 26), BOUND),
    "an entry of another sign": (lambda p, c: entry(c, "minus", -(1 << 26)), BOUND),
    "an entry dropped": (
        lambda p, c: put(c, "plus", bytes_of(c, "plus", "gram")[:-4], "gram"),
        "another number of entries",
    ),
    "an entry added": (
        lambda p, c: put(c, "plus", bytes_of(c, "plus", "gram") + bytes(4), "gram"),
        "another number of entries",
    ),
    "a byte of an entry": (
        lambda p, c: put(c, "plus", bytes_of(c, "plus", "gram") + bytes(1), "gram"),
        "another number of entries",
    ),
    "a curve that touches at 0": (lambda p, c: parameter(p, c, "plus", True, 0, 0), "touches at 0"),
    "a curve below that touches at 0": (lambda p, c: parameter(p, c, "plus", False, 1, 0), "touches at 0"),
    "a curve that touches elsewhere": (lambda p, c: parameter(p, c, "plus", True, 0, 1), BOUND),
    "a line alone": (lambda p, c: parameter(p, c, "minus", False, 0, 0), BOUND),
    "a byte dropped": (lambda p, c: put(c, "plus", bytes_of(c, "plus")[:-1]), "too few rows"),
    "a byte added": (lambda p, c: put(c, "minus", [*bytes_of(c, "minus"), 0]), "too many rows"),
    "called quadratic": (lambda p, c: without_gram(c), "another number of multipliers|not below"),
    "of both degrees": (lambda p, c: c["quadratic"]["plus"].update(products=""), "unknown field"),
    "sides exchanged": (
        lambda p, c: c["quadratic"].update(plus=c["quadratic"]["minus"], minus=c["quadratic"]["plus"]),
        "too (few|many) rows|touches at 0|" + BOUND,
    ),
    "another degree": (
        lambda p, c: c["quadratic"]["plus"].update(degree=6),
        "too few rows|another number of entries",
    ),
    "an odd degree": (lambda p, c: c["quadratic"]["plus"].update(degree=5), "not 4 or 6"),
    "a degree too high": (lambda p, c: c["quadratic"]["plus"].update(degree=8), "from 4 to 6"),
    "beta smaller": (lambda p, c: p.update(beta="1/2"), "digest|problem"),
    "not base64": (lambda p, c: c["quadratic"]["plus"].update(gram="*"), "base64"),
}
