"""Each forged certificate is refused for its own reason, and each check refuses some forgery alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from brute_force import defects, honest, honest_biases, honest_decay, honest_skip, honest_weights
from forgeries import MUTATIONS

from duality_checks import checker


@pytest.mark.parametrize("kappa", [Fraction(0), Fraction(1, 10), Fraction(-1), Fraction(-5, 2)])
def test_honest_certificates_are_proven(kappa):
    case = honest(kappa)
    assert defects(case) <= {"kappa"}
    assert sum(len(entry["plus"]) + len(entry["minus"]) for entry in case.certificate["chambers"]) > 0
    verdict = case.check()
    assert verdict.proven, verdict.reason
    assert (verdict.lower, verdict.upper) == tuple(Fraction(case.certificate[k]) for k in ("lower", "upper"))


@pytest.mark.parametrize(
    "case",
    [
        honest_skip(),
        honest_biases(),
        honest_biases("1-norm"),
        honest_biases("inf-norm"),
        honest_weights(),
        honest_decay(),
    ],
    ids=["skip", "biases", "biases-1", "biases-inf", "weights", "decay"],
)
def test_honest_certificates_of_later_versions_are_proven(case):
    assert defects(case) == set()
    verdict = case.check()
    assert verdict.proven, verdict.reason


def test_there_are_enough_mutations():
    assert len(MUTATIONS) >= 40


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_is_real_and_refused_for_its_own_reason(name):
    change = MUTATIONS[name]
    case = change.edit(honest())
    assert change.breaks in defects(case)
    verdict = case.check()
    assert not verdict.proven
    assert verdict.lower is None and verdict.upper is None
    assert re.search(change.reason, verdict.reason), verdict.reason


def lenient_parse(document: str, where: str) -> Any:
    return json.JSONDecoder(object_pairs_hook=checker.unique_keys).raw_decode(document)[0]


def accept(*_: Any) -> None:
    return None


# Each check of the checker, a weaker version of it, and forgeries that only this check refuses.
WEAKENED: dict[str, tuple[str, Callable[..., Any], list[str]]] = {
    "duplicate keys": ("unique_keys", dict, ["duplicate field"]),
    "nothing after the document": ("parse", lenient_parse, ["trailing text", "two documents"]),
    "known fields only": (
        "fields",
        lambda document, names, where: document,
        ["unknown field", "unknown field of a chamber", "unknown field of the network"],
    ),
    "format": ("format_is", accept, ["another format"]),
    "version": ("version_of", lambda document, known, where: 1, ["another version", "version true"]),
    "canonical rationals": (
        "rational",
        lambda value, where: Fraction(value),
        [
            "spelled scientific",
            "spelled plus",
            "spelled leading zero",
            "witness a float",
            "witness a boolean",
        ],
    ),
    "number of digits": ("digits_within_limit", accept, ["witness huge"]),
    "digits of common denominators": (
        "common_denominator_within_limit",
        accept,
        ["common denominator of a witness huge", "common denominator of multipliers huge"],
    ),
    "digits of minors": ("minors_within_limit", accept, ["common denominator huge", "long integers"]),
    "lowest terms": ("lowest_terms", accept, ["same value not in lowest terms", "denominator one"]),
    "lengths": ("array", lambda value, length, where: value, ["witness too long", "neuron too long"]),
    "row numbers": (
        "index",
        lambda key, count, where: int(key),
        ["row number aliased by a zero", "row number counted from the end"],
    ),
    "multipliers above zero": (
        "multiplier_is_positive",
        accept,
        ["multiplier zero", "negative multipliers and the zero network"],
    ),
    "multipliers on hyperplanes": ("multipliers_are_on_hyperplanes", accept, ["multiplier on a zero row"]),
    "beta above zero": ("beta_is_positive", accept, ["beta zero", "beta negative"]),
    "delta above zero": ("delta_is_positive", accept, ["huber of zero"]),
    "known penalties": ("penalty_is_known", accept, ["problem with an unknown penalty"]),
    "labels": ("labels_fit", accept, ["labels that are none"]),
    "the dual's domain": (
        "dual_is_in_domain",
        accept,
        ["dual outside the domain", "hinge dual of the wrong sign"],
    ),
    "kappa below one": ("kappa_is_below_one", accept, ["kappa one", "kappa above one"]),
    "the problem's digest": ("digest_matches", accept, ["digest changed"]),
    "the upper bound": (
        "upper_is_exact",
        accept,
        ["upper bound lowered", "upper bound raised", "neuron dropped"],
    ),
    "the lower bound": ("lower_is_exact", accept, ["lower bound raised", "lower bound lowered"]),
    "witnesses inside": ("witness_is_inside", accept, ["bad chamber replaced by zero"]),
    "chambers distinct": ("chambers_are_distinct", accept, ["bad chambers replaced by copies"]),
    "chambers complete": ("chambers_are_complete", accept, ["bad chamber dropped", "chamber dropped"]),
    "dual feasibility": (
        "dual_is_feasible",
        accept,
        ["dual scaled up", "best effort for an infeasible dual"],
    ),
    "weights above zero": ("weight_is_positive", accept, ["weight negative"]),
    "the free columns": (
        "dual_ignores_what_is_free",
        accept,
        ["sum of the dual off by a hair", "dual off the linear skip by a hair"],
    ),
    "the free bias": ("bias_vanishes", accept, ["bias left over", "bias left over by a hair"]),
    "the bound": ("bound_holds", accept, ["dual scaled up", "multipliers dropped", "multiplier too large"]),
}
# Functions that call checks; what they are for the sweeps of version 2 is in pricing/test_sweep_kernel.py and
# training/test_free.py, for version 3 in cover/test_certificates.py, cover/test_max_pooling.py and
# relaxation/test_proof.py, for duals that networks say in test_said_duals.py, and for version 4 in
# cover/test_coupled.py.
ROUTES = {
    "cover_proves",
    "cover_fits",
    "bias_is_beside",
    "faces_hold",
    "sides_hold",
    "boxes_hold",
    "leaf_holds",
    "leaf_is_bounded",
    "quadratic_proves",
    "quadratic_fits",
    "pieces_hold",
    "quadratic_holds",
    "sphere_is_whole",
    "bias_is_free",
    "bias_has_a_share",
    "products_are_whole",
    "multipliers_are_nonnegative",
    "quadratic_is_bounded",
    "form_holds",
    "form_is_bounded",
    "points_are_positive",
    "corner_is_positive",
    "gram_is_whole",
    "parameters",
    "parameters_are_whole",
    "tau_is_positive",
    "parabola_is_below",
    "spans_all",
    "coordinate_is_free",
    "halves_are_whole",
    "piece_is_there",
    "shares_are_convex",
    "rule_is_positive",
    "coupling_is_known",
    "outputs_can_share",
    "shared_claim_holds",
    "shared_cover_proves",
    "shared_leaf_holds",
    "shared_leaf_is_bounded",
    "require",
    "listed_chambers_prove",
    "sweep_proves",
    "sweep_fits",
    "sweep_circle",
    "arc_holds",
    "ray_holds",
    "kinks_prove",
    "plane_holds",
}
# Checks without which nothing more is accepted, and why they stay.
REDUNDANT = {"bounds_are_ordered": "weak duality"}


@pytest.mark.parametrize("name", WEAKENED)
def test_each_check_refuses_some_forgery_that_no_other_check_refuses(name, monkeypatch):
    function, weaker, forgeries = WEAKENED[name]
    cases = [MUTATIONS[forgery].edit(honest()) for forgery in forgeries]
    assert not any(case.check().proven for case in cases)
    monkeypatch.setattr(checker, function, weaker)
    for forgery, case in zip(forgeries, cases, strict=True):
        verdict = case.check()
        assert verdict.proven, (forgery, verdict.reason)


@pytest.mark.parametrize("direction", ["plus", "minus"])
def test_the_bound_is_needed_for_both_signs_of_the_dual(direction, monkeypatch):
    full = checker.bound_holds
    forgery = {"plus": "multipliers dropped", "minus": "multipliers for minus dropped"}[direction]
    case = MUTATIONS[forgery].edit(honest())
    assert not case.check().proven

    def one_direction(square, limit, where):
        if not where.endswith(direction):
            full(square, limit, where)

    monkeypatch.setattr(checker, "bound_holds", one_direction)
    assert case.check().proven


@pytest.mark.parametrize("name", REDUNDANT)
def test_redundant_checks_say_why_they_stay(name):
    assert "Redundant" in getattr(checker, name).__doc__
    assert REDUNDANT[name] in getattr(checker, name).__doc__


def test_every_check_is_on_one_of_the_two_lists():
    """Functions that return nothing can only refuse: they are the checks, beside the readers named here."""
    readers = {"unique_keys", "parse", "fields", "version_of", "rational", "array", "index"}
    checks = {
        name
        for name, value in vars(checker).items()
        if callable(value)
        and getattr(value, "__annotations__", {}).get("return") == "None"
        and name not in ROUTES
    }
    assert {function for function, _, _ in WEAKENED.values()} == (checks | readers) - REDUNDANT.keys()
