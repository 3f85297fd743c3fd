"""Covers of small problems, honest and forged: what each forgery changes, and what the checker must say."""

from __future__ import annotations

import json
import math
from base64 import b64decode, b64encode
from copy import deepcopy
from fractions import Fraction
from functools import cache

import numpy as np
from brute_force import digest
from list_oracle import dual_norm_squared

from duality_checks import Certificate, TrainingProblem, certify, checker
from duality_checks.cover.proof import Coordinates, covers, written

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


TERMS = [
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
]
COVERABLE = [*TERMS, {"free": "biases"}, {"free": "biases+linear"}]


def with_term(options):
    """A small problem with one more term than the default."""
    rng = np.random.default_rng(2)
    X = rng.integers(-4, 5, size=(8, 3)).tolist()
    if "biases" in options.get("free", ""):
        X = [[*row[:2], 1] for row in X]
    y = rng.choice([-1, 1], size=4 if "readout" in options else 8).tolist()
    return TrainingProblem(X, y, beta="1/2", **options)


def covered(problem, solution):
    """The certificate with a cover, however few the chambers are."""
    return certify(problem, solution, list_at_most=0)


@cache
def _honest(kappa):
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


def honest(kappa=Fraction(0)):
    """The documents of a problem and of a certificate that proves it."""
    return deepcopy(_honest(kappa))


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


@forgery("a basis of fewer rows", "the basis has 2 rows, but with X their rank is 3")
def _(p, c):
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"]]


@forgery("a basis that is singular", "the basis is too far from orthonormal|their rank is")
def _(p, c):
    c["cover"]["basis"] = [["1", "0", "0"], ["0", "1", "0"], ["0", "1", "0"]]


@forgery("a basis that doubles norms", "the basis is too far from orthonormal")
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
