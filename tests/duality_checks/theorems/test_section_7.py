"""Statements 7.1 to 7.4, broken on purpose, and against what nobody here wrote: linear programs and grids."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import lsq_linear

from duality_checks.problem import TrainingProblem
from duality_checks.theorems import t7_1_one_sided as one_sided
from duality_checks.theorems import t7_2_cover as cover
from duality_checks.theorems import t7_3_slopes as slopes
from duality_checks.theorems import t7_4_pricing as pricing
from duality_checks.theorems.concave import Concave, Estimate
from duality_checks.theorems.samples import degenerate_problems

FIRST = degenerate_problems()[0]


def broken(claim: one_sided.OneSided, signs: one_sided.Signs, **changes: object) -> one_sided.OneSided:
    """The claim with one chamber's estimate changed, for v."""
    side = claim.sides[0]
    estimates = {**side.estimates, signs: replace(side.estimates[signs], **changes)}
    return replace(claim, sides=(replace(side, estimates=estimates), claim.sides[1]))


# ------------------------------------------------------------------ 7.1


def test_a_one_sided_chamber_left_out_is_caught() -> None:
    claim = one_sided.one_sided(FIRST, FIRST.y)
    side = claim.sides[0]
    fewer = dict(list(side.estimates.items())[1:])
    reason = one_sided.check(replace(claim, sides=(replace(side, estimates=fewer), claim.sides[1]))).reason
    assert reason == "a chamber of the rows that are cut has no bound"


def test_slopes_outside_and_negative_multipliers_are_caught() -> None:
    claim = one_sided.one_sided(FIRST, FIRST.y)
    signs = max(claim.sides[0].estimates, key=lambda key: sum(key))
    found = claim.sides[0].estimates[signs]
    steep = tuple(Fraction(-3) for _ in found.slopes)
    assert one_sided.check(broken(claim, signs, slopes=steep)).reason == "a slope is outside [kappa, 1]"
    flat = tuple(Fraction(-1, 9) for _ in found.multipliers)
    assert "fails" in one_sided.check(broken(claim, signs, multipliers=flat)).reason


def test_slopes_that_are_not_the_best_are_caught() -> None:
    claim = one_sided.one_sided(FIRST, FIRST.y)
    for signs, found in claim.sides[0].estimates.items():
        worse = tuple(1 - s for s in found.slopes)
        if not one_sided.check(broken(claim, signs, slopes=worse)).holds:
            return
    raise AssertionError("other slopes were never refused")


def test_the_tightest_estimate_is_that_of_another_solver() -> None:
    """Least squares with bounds, by scipy, on a cone of three facets with four concave rows."""
    rng, compared = np.random.default_rng(5), 0
    for _ in range(10):
        base, rows, facets = rng.integers(-5, 6, 3), rng.integers(-3, 4, (4, 3)), rng.integers(-3, 4, (3, 3))
        if np.linalg.det(facets) == 0 or not rows.any(axis=1).all():
            continue
        compared += 1
        weights = -rng.integers(1, 4, 4)
        f = Concave(*map(as_fractions, (base, rows, weights, facets)), Fraction(0))
        q = f.highest()
        found = f.tightest(q)
        assert found is not None and f.total(found) == q
        unknowns, most = np.vstack([weights[:, None] * rows, facets]), np.r_[np.ones(4), np.full(3, np.inf)]
        length = np.sqrt(2 * lsq_linear(unknowns.T, -base, (0, most), tol=1e-14).cost)
        assert length == pytest.approx(float(sum(x * x for x in q)) ** 0.5, abs=1e-6)
    assert compared >= 5


def as_fractions(values: np.ndarray) -> tuple:
    return tuple(
        as_fractions(value) if isinstance(value, np.ndarray) else Fraction(int(value)) for value in values
    )


def test_another_point_than_the_highest_has_no_estimate() -> None:
    f = Concave(*map(as_fractions, map(np.array, ([1, 2], [[1, 0]], [-2], [[0, 1]]))), Fraction(0))
    assert f.highest() == (0, 2) and f.tightest((Fraction(0), Fraction(2))) == Estimate(
        (Fraction(1, 2),), (0,)
    )
    assert f.tightest((Fraction(1), Fraction(2))) is None


# ------------------------------------------------------------------ 7.2


def test_a_leaf_that_is_not_proven_and_a_box_left_out_are_caught() -> None:
    honest = cover.covered(FIRST, FIRST.y)
    leaves = replace(honest.cover, plus=bytes(len(honest.cover.plus)))
    assert "the bound norm(e) <= beta fails" in cover.check(replace(honest, cover=leaves)).reason
    missing = replace(honest.cover, plus=honest.cover.plus[:-1])
    assert "cover.plus: the tree ends too early" in cover.check(replace(honest, cover=missing)).reason


# ------------------------------------------------------------------ 7.3


def refusals_of_leaves() -> list[str]:
    outcomes = [slopes.check(leaf) for leaf in LEAVES]
    return [outcome.reason for outcome in outcomes if not outcome.holds]


LEAVES = [*slopes.fixed(), *(slopes.draw(np.random.default_rng([7, k])) for k in range(12))]


def test_a_chord_below_the_function_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refusals_of_leaves() == []

    def lower(self: slopes.Leaf, row: slopes.Vector, low: Fraction, high: Fraction) -> slopes.Vector:
        """The line from the kink to the right end."""
        return row

    monkeypatch.setattr(slopes.Leaf, "chord", lower)
    assert any(reason.startswith("the bound's square >= the largest") for reason in refusals_of_leaves())


def test_an_interval_too_narrow_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = slopes.Leaf.intervals
    monkeypatch.setattr(slopes.Leaf, "intervals", lambda self: [(a / 2, b / 2) for a, b in honest(self)])
    assert any(reason.startswith("the bound's square >= the largest") for reason in refusals_of_leaves())


def test_a_box_that_is_too_small_does_not_bound_the_whole_of_it() -> None:
    """Facets of half the box beside intervals of the box: the bound must not be that of the half."""
    leaf = slopes.shaded()
    half = replace(leaf, hi=(Fraction(0), Fraction(1)))
    f, g = leaf.estimated(chords=False), half.estimated(chords=False)
    assert sum(x * x for x in f.highest()) > sum(x * x for x in g.highest())


def test_values_on_the_cone_stay_below_the_bound_on_a_grid() -> None:
    for leaf in LEAVES:
        f = leaf.estimated()
        length = float(sum(x * x for x in f.highest())) ** 0.5
        lo, hi = np.array(leaf.lo, dtype=float), np.array(leaf.hi, dtype=float)
        u = lo + (hi - lo) * np.random.default_rng(0).random((200, len(lo)))
        t, kappa = u @ leaf.problem.X.floats.T, float(leaf.problem.kappa)
        g = np.maximum(t, kappa * t) @ np.array(leaf.v, dtype=float)
        assert (g / np.linalg.norm(u, axis=1)).max() <= length + 1e-9


# ------------------------------------------------------------------ 7.4


@pytest.fixture(scope="module")
def found() -> pricing.Priced:
    """A problem with a maximum on kinks of rows of negative weight."""
    problem = TrainingProblem([[2, 1, 0], [-1, 3, 1], [0, -2, 1], [1, 1, 1]], [3, -2, 1, -4], 1)
    return pricing.priced(problem, problem.y)


def test_the_highest_top_left_out_is_caught(found: pricing.Priced) -> None:
    assert pricing.check(found).proven and len(found.tops) > 1
    lower = sorted(found.tops, key=lambda top: sum(x * x for x in top.point))[:-1]
    reason = pricing.check(replace(found, tops=tuple(lower))).reason
    assert reason.startswith("the largest of the local maxima")


def test_a_top_that_is_none_is_caught(found: pricing.Priced) -> None:
    top = found.tops[0]
    moved = replace(top, point=tuple(x * Fraction(9, 8) for x in top.point))
    assert (
        pricing.check(replace(found, tops=(moved, *found.tops))).reason == "the slopes do not close the cone"
    )


def test_a_slope_of_a_top_outside_is_caught(found: pricing.Priced, monkeypatch: pytest.MonkeyPatch) -> None:
    kinked = [top for top in found.tops if any(e.slopes for e in top.estimates.values())]
    assert kinked, "no maximum lies on a kink"
    monkeypatch.setattr(pricing.Concave, "total", lambda self, estimate: kinked[0].point)
    signs, estimate = next(iter(kinked[0].estimates.items()))
    steep = {signs: replace(estimate, slopes=tuple(Fraction(2) for _ in estimate.slopes))}
    forged = replace(kinked[0], estimates={**kinked[0].estimates, **steep})
    assert pricing.check(replace(found, tops=(forged,))).reason == "a slope is outside [kappa, 1]"


def test_a_search_that_stops_too_low_is_caught(found: pricing.Priced) -> None:
    low = replace(found, reach=found.reach * Fraction(999, 1000))
    assert pricing.check(low).reason.startswith("reach^2 >= norm_dual(v)^2 fails")
