"""Certificates by quadratic functions for free biases, honest and forged: what each forgery changes."""

from __future__ import annotations

import json
from copy import deepcopy
from fractions import Fraction
from functools import cache

from cover_forgeries import put_dual
from quadratic_forgeries import (
    BOUND,
    bytes_of,
    certified,
    cuts,
    piece,
    put,
    scaled,
    share,
    split,
    steep,
    swapped,
)

from duality_checks import Certificate, TrainingProblem
from duality_checks.training.cylinder import coordinates_of, landscape_of
from duality_checks.training.relaxation import relax

ROWS = [[2, 1, 1], [-2, -1, 1], [-3, "1/2", 1], [2, 3, 1], [0, 1, 1], [2, 1, 1], [0, 3, 1], [0, 0, 1]]
TARGETS = [-1, 4, 1, -5, 3, 3, 4, -4]


def biased():
    return TrainingProblem(ROWS, TARGETS, beta="3/2", free="biases")


@cache
def _honest():
    problem = biased()
    landscape = landscape_of(problem, coordinates_of(problem))
    spans = relax(problem, landscape).finer_in_biases()
    certificate = certified(problem, relax(problem, landscape, pieces=spans))
    return json.loads(problem.to_json()), json.loads(certificate.to_json())


def honest():
    """The documents of a problem with free biases and of a certificate that proves it, in spans of biases."""
    return deepcopy(_honest())


def cut_in_two(c):
    """A span, by a plane."""
    put(c, "plus", bytes(12), "products")
    split(c, ["1", "0", "0"])


def point(c):
    return c["quadratic"]["basis"][0]


def about(c, *points):
    c["quadratic"]["basis"] = list(points)


def off_the_ones(p, c):
    """One entry of z is longer, by so little that the functions still prove it."""
    first, *others = Certificate.from_json(json.dumps(c)).dual
    put_dual(p, c, [first * (1 - Fraction(1, 2**40)), *others])


def further(c):
    part = piece(c, "plus")
    part.update(degree=4, gram=part.pop("products"))
    del part["bias"]


FORGERIES = {
    "a negative share of the bias": (lambda p, c: piece(c, "plus").update(bias="-1/8"), "bias is negative"),
    "no share of the bias": (lambda p, c: piece(c, "minus").pop("bias"), "exactly where biases are free"),
    "a share that is no number": (lambda p, c: piece(c, "minus").update(bias=1), "bias"),
    "all of beta for the bias": (lambda p, c: piece(c, "plus").update(bias="1"), BOUND),
    "all of beta for the squares": (lambda p, c: share(c, "plus", "1"), BOUND),
    "a cut": (lambda p, c: cut_in_two(c), "neither planes nor forms"),
    "a cut elsewhere": (lambda p, c: cuts(c)[0].update(cut="1/64"), f"{BOUND}|rows|parabola"),
    "a cut beyond R": (lambda p, c: cuts(c)[0].update(cut="-5"), f"{BOUND}|rows"),
    "halves the other way round": (lambda p, c: swapped(c), f"{BOUND}|rows"),
    "a cut that is no number": (lambda p, c: cuts(c)[0].update(cut="half"), "cut"),
    "another point": (lambda p, c: about(c, ["-3", "1", "0"]), f"{BOUND}|rows|parabola"),
    "a point beside": (lambda p, c: about(c, [*point(c)[:2], "1/9"]), "with 0 in the column of ones"),
    "two points": (lambda p, c: about(c, point(c), ["0", "1", "0"]), "entries|it is one row"),
    "no point": (lambda p, c: c["quadratic"].update(basis=None), f"{BOUND}|rows"),
    "a span left out": (lambda p, c: cuts(c)[0].pop("above"), "missing field"),
    "a form": (lambda p, c: further(c), "neither planes nor forms"),
    "a product without a cut": (lambda p, c: put(c, "plus", bytes(4), "products"), "another number"),
    "a dual that is not orthogonal to ones": (off_the_ones, "not orthogonal to free column"),
    "dual longer by a hundredth": (lambda p, c: scaled(p, c, Fraction(101, 100)), BOUND),
    "a byte dropped": (lambda p, c: put(c, "plus", bytes_of(c, "plus")[:-1]), "too few rows"),
    "half of beta lost": (lambda p, c: steep(p, c, 0, 0), BOUND),
}
