"""A certificate may let its network say its dual: the rule against fractions by hand, and forgeries."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import numpy as np
import pytest
from said_duals import FORGERIES, TERMS, documents, forged, made, verdict

from duality_checks import Certificate, TrainingProblem, certify, check, train
from duality_checks.certificates import certifying
from duality_checks.reports.explaining.formal.export import claims
from duality_checks.reports.explaining.theorem import explained
from hyperplane_arrangements.errors import InputError


def by_hand(problem: dict, claim: dict) -> list[Fraction]:
    """z, one sample after the other, as the page about the format says it."""
    kappa, network, rule = Fraction(problem["kappa"]), claim["network"], claim["dual"]
    fits = [sum(map(Fraction, network.get("skip", [])), Fraction(0)) for _ in problem["y"]]
    for k, row in enumerate(problem["X"]):
        sample = k if problem["readout"] == "identity" else int(problem["readout"][k])
        for weights, alpha in zip(network["hidden"], network["output"], strict=True):
            t = sum(Fraction(x) * Fraction(w) for x, w in zip(row, weights, strict=True))
            fits[sample] += Fraction(alpha) * (max(t, 0) + kappa * min(t, 0))
    shares, unit = map(Fraction, problem.get("weights", ["1"] * len(fits))), Fraction(rule["unit"])
    found = []
    for f, y, s in zip(fits, map(Fraction, problem["y"]), shares, strict=True):
        descent = {
            "squared": y - f,
            "huber:1/2": min(max(y - f, Fraction(-1, 2)), Fraction(1, 2)),
            "squared-hinge": max(0, 1 - y * f) * y,
        }[problem["loss"]]
        found.append(unit * math.trunc(Fraction(rule["share"]) * s * descent / unit))
    return found


@pytest.mark.parametrize("rank", [2, 3])
@pytest.mark.parametrize("name", TERMS)
def test_the_network_says_what_the_page_says(name, rank):
    problem, found = made(TERMS[name], rank)
    written = json.loads(found.to_json())
    assert set(written["dual"]) == {"share", "unit"} and found.method == ("cover" if rank == 3 else "sweep")
    assert list(found.dual) == by_hand(json.loads(problem.to_json()), written)
    assert check(problem, found).proven and found.relative_gap < 1e-6
    assert Certificate.from_json(found.to_json(), problem=problem) == found
    listed = replace(found, slopes=None)
    assert "share" not in listed.to_json() and check(problem, listed).proven


@pytest.fixture(scope="module")
def honest():
    return documents({})


@pytest.mark.parametrize("name", FORGERIES)
def test_forgeries_are_refused_by_name(name, honest):
    assert verdict(*honest).proven
    found = verdict(*forged(name, honest))
    assert not found.proven and re.search(FORGERIES[name][0], found.reason), found.reason


def test_only_long_duals_are_said_and_only_where_the_loss_says_them():
    rng = np.random.default_rng(0)
    x, label = rng.normal(size=400), rng.choice([-1.0, 1.0], 400)
    X = np.column_stack([x, np.ones(400)])
    said = [
        "share" in json.loads(certify(problem, train(problem), list_at_most=0).to_json())["dual"]
        for problem in (
            TrainingProblem(X[:150], label[:150], 5),
            TrainingProblem(X[:250], label[:250], 5),
            TrainingProblem(X[:250], label[:250], 5, loss="hinge"),
            TrainingProblem(X[:250], label[:250], 5, free="intercept"),
        )
    ]
    assert said == [False, True, False, False]


def test_a_long_thin_job_has_a_short_certificate():
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=1_500), np.ones(1_500)])
    problem = TrainingProblem(X, np.sin(2 * X[:, 0]) + 0.1 * rng.normal(size=1_500), beta=75)
    with patch.object(certifying, "LISTED_AT_MOST", 0):
        found = certify(problem, train(problem))
    assert found.method == "sweep" and len(found.to_json()) < 2_000 and found.relative_gap < 1e-11
    assert check(problem, found).proven


def test_what_needs_its_problem_says_so():
    problem, found = made({})
    with pytest.raises(InputError, match="its dual is said by its network's outputs; give the problem too"):
        Certificate.from_json(found.to_json())
    with pytest.raises(InputError, match="written for another problem; give the problem that it was made"):
        Certificate.from_json(found.to_json(), problem=problem.with_beta(1))
    assert repr(found).startswith("<Certificate: ")


def test_the_dual_is_explained_and_exported_as_if_it_were_written():
    problem, found = made({})
    texts = problem.to_json(), found.to_json()
    assert claims(*texts)[1].dual == found.dual
    listed = explained(texts[0], replace(found, slopes=None).to_json())
    assert explained(*texts) == listed
