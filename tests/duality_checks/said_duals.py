"""Certificates whose dual is said by their network: honest ones, forged ones, and why these are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from fractions import Fraction
from typing import Any
from unittest.mock import patch

import numpy as np
from brute_force import digest

from duality_checks import Certificate, TrainingProblem, certify, checker, train
from duality_checks.certificates import said

TERMS: dict[str, dict[str, Any]] = {
    "squared": {},
    "huber": {"loss": "huber:1/2"},
    "squared hinge": {"loss": "squared-hinge"},
    "weighted": {"sample_weights": [1, 2, "1/3", 1, "5/2", 1, 3, 1, 1, 1]},
    "leaky, with a decayed intercept": {"activation": "leaky:1/10", "free": "decayed-intercept"},
    "pooled": {"readout": [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]},
}


def made(options: dict[str, Any], rank: int = 3) -> tuple[TrainingProblem, Certificate]:
    """However few the samples are, and however little the loss lets floats find the dual."""
    rng = np.random.default_rng(3)
    X = np.column_stack([rng.integers(-4, 5, (10, rank - 1)), np.ones(10, int)]).tolist()
    y = rng.choice([-1, 1], 5 if "readout" in options else 10).tolist()
    problem = TrainingProblem(X, y, beta="1/2", **options)
    at_most = {"list_at_most": 0} if rank > 2 else {}
    with patch.object(said, "SAMPLES", 0), patch.object(said, "NEARLY", 1e-6):
        if rank > 2:
            return problem, certify(problem, train(problem), **at_most)
        with patch("duality_checks.certificates.certifying.LISTED_AT_MOST", 0):
            return problem, certify(problem, train(problem))


def documents(options: dict[str, Any], rank: int = 3) -> tuple[dict[str, Any], dict[str, Any]]:
    problem, found = made(options, rank)
    return json.loads(problem.to_json()), json.loads(found.to_json())


def verdict(problem: dict[str, Any], certificate: dict[str, Any]) -> checker.Verdict:
    return checker.check_documents(json.dumps(problem), json.dumps(certificate))


def restate(problem: dict[str, Any], certificate: dict[str, Any]) -> None:
    """Bounds that are those of this network and of the dual that it says."""
    stated = checker.read_problem(json.dumps(problem))
    network, rule = certificate["network"], certificate["dual"]
    hidden = [[Fraction(x) for x in row] for row in network["hidden"]]
    output = [Fraction(x) for x in network["output"]]
    found = checker.outputs(stated, hidden, output)
    dual = checker.said(stated, checker.Slopes(Fraction(rule["share"]), Fraction(rule["unit"])), found)
    certificate["upper"] = str(checker.objective(stated, hidden, output))
    certificate["lower"] = str(checker.dual_value(stated, dual))


def larger(value: str, bits: int = 30) -> str:
    return str(Fraction(value) * (1 + Fraction(1, 2**bits)))


Forge = Callable[[dict[str, Any], dict[str, Any]], None]
FORGERIES: dict[str, tuple[str, Forge]] = {}


def forgery(name: str, reason: str) -> Callable[[Forge], Forge]:
    def kept(forge: Forge) -> Forge:
        FORGERIES[name] = reason, forge
        return forge

    return kept


@forgery("another share", "lower: not the value of the dual")
def _(p, c):
    c["dual"]["share"] = larger(c["dual"]["share"])


@forgery("another share and its bound", "the bound norm.e. <= beta fails")
def _(p, c):
    c["dual"]["share"] = larger(c["dual"]["share"])
    restate(p, c)


@forgery("another unit", "lower: not the value of the dual")
def _(p, c):
    c["dual"]["unit"] = str(Fraction(c["dual"]["unit"]) * 3)


@forgery("a coarse unit and its bound", "the bound norm.e. <= beta fails|ends too early|something is left")
def _(p, c):
    c["dual"] = {"share": str(2 * Fraction(c["dual"]["share"])), "unit": "1/64"}
    restate(p, c)


@forgery("another network", "upper: not the objective of the network")
def _(p, c):
    c["network"]["output"][0] = larger(c["network"]["output"][0])


@forgery("another network and its objective", "lower: not the value of the dual")
def _(p, c):
    lower = c["lower"]
    c["network"]["output"][0] = larger(c["network"]["output"][0])
    restate(p, c)
    c["lower"] = lower


@forgery("another network and its bounds", "the bound norm.e. <= beta fails|ends too early|something is left")
def _(p, c):
    c["network"]["output"] = [str(Fraction(x) / 2) for x in c["network"]["output"]]
    restate(p, c)


@forgery("another problem", "certificate: written for another problem")
def _(p, c):
    p["beta"] = larger(p["beta"])


@forgery("another problem with its digest", "upper: not the objective of the network")
def _(p, c):
    p["beta"] = larger(p["beta"])
    c["problem"] = digest(p)


@forgery("another target with its digest and bounds", "the bound norm.e. <= beta fails|too early|left")
def _(p, c):
    p["y"][0] = str(Fraction(p["y"][0]) + 2)
    c["problem"] = digest(p)
    restate(p, c)


@forgery("a share of 0", "dual.share is 0, not positive")
def _(p, c):
    c["dual"]["share"] = "0"


@forgery("a share below 0", "dual.share is -1, not positive")
def _(p, c):
    c["dual"]["share"] = "-1"


@forgery("a unit of 0", "dual.unit is 0, not positive")
def _(p, c):
    c["dual"]["unit"] = "0"


@forgery("no unit", "dual: missing field 'unit'")
def _(p, c):
    del c["dual"]["unit"]


@forgery("entries beside the rule", "dual: unknown field 'entries'")
def _(p, c):
    c["dual"]["entries"] = ""


@forgery("in version 1", "dual is not a list")
def _(p, c):
    c["version"] = 1
    del c["cover"]
    c["chambers"] = []


@forgery("the l1 loss", "dual: the l1 loss has no rational slope everywhere to say it by")
def _(p, c):
    no_slope(p, c, "l1")


@forgery("the logistic loss", "dual: the logistic loss has no rational slope everywhere to say it by")
def _(p, c):
    no_slope(p, c, "logistic")


def no_slope(problem: dict[str, Any], certificate: dict[str, Any], loss: str) -> None:
    problem["loss"] = loss
    certificate["problem"] = digest(problem)
    stated = checker.read_problem(json.dumps(problem))
    network = certificate["network"]
    hidden = [[Fraction(x) for x in row] for row in network["hidden"]]
    certificate["upper"] = str(checker.objective(stated, hidden, [Fraction(x) for x in network["output"]]))


def forged(name: str, honest: tuple[dict[str, Any], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    problem, certificate = deepcopy(honest)
    FORGERIES[name][1](problem, certificate)
    return problem, certificate
