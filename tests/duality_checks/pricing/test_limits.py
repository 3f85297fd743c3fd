"""Refusals for size are right on both sides of the limit, and come before the work."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks.pricing.limits import (
    QUICK_RANK,
    advice,
    most_chambers,
    most_hyperplanes,
    require_feasible,
)
from hyperplane_arrangements import Arrangement
from hyperplane_arrangements.errors import TooLargeError


def moment_curve(n: int, rank: int) -> Arrangement:
    """Rows (1, t, t^2, ...): in general position by Vandermonde, so Cover's bound is their count."""
    return Arrangement([[t**k for k in range(rank)] for t in range(1, n + 1)])


@given(st.integers(2, 12), st.integers(1, 10**6))
def test_most_hyperplanes_is_the_last_that_fits(rank: int, limit: int) -> None:
    found = most_hyperplanes(rank, limit)
    assert found == 0 or most_chambers(found, rank) <= limit
    assert most_chambers(found + 1, rank) > limit


@pytest.mark.parametrize(("n", "rank", "chambers"), [(7, 2, 14), (6, 3, 32), (5, 4, 30)])
def test_the_limit_itself_is_allowed_and_one_less_is_not(n: int, rank: int, chambers: int) -> None:
    require_feasible(moment_curve(n, rank), chambers)
    with pytest.raises(TooLargeError, match=f"^{chambers} chambers are predicted") as refusal:
        require_feasible(moment_curve(n, rank), chambers - 1)
    assert (refusal.value.predicted, refusal.value.limit) == (chambers, chambers - 1)


def test_a_degenerate_job_is_not_refused_for_what_a_generic_one_would_have() -> None:
    # Twelve planes through one line in space: 24 chambers; in general position there would be 134.
    pencil = Arrangement([[1, t, 0] for t in range(12)] + [[0, 0, 1]])
    require_feasible(pencil, 48)
    with pytest.raises(TooLargeError, match=r"^48 chambers are predicted"):
        require_feasible(pencil, 47)


def test_a_hopeless_job_is_refused_without_counting_it() -> None:
    # About 10^19 chambers: counting them would take a lifetime.
    points = np.random.default_rng(1).integers(-99, 100, size=(1000, 8)).tolist()
    with pytest.raises(TooLargeError) as refusal:
        require_feasible(Arrangement(points), 200)
    least, most = re.match(r"([\d,]+) to ([\d,]+) chambers are predicted", str(refusal.value)).groups()
    assert 200 < int(least.replace(",", "")) <= int(most.replace(",", "")) == most_chambers(1000, 8)
    assert "--max-chambers" not in str(refusal.value)


def test_a_job_in_general_position_is_refused_without_counting_up_to_the_limit(monkeypatch) -> None:
    rows = np.random.default_rng(1).normal(size=(442, 4))
    rows[rows[:, 0] > 0.8, 1] = 0.0  # a few are not
    counts: list[int] = []
    count = Arrangement.count_chambers
    monkeypatch.setattr(Arrangement, "count_chambers", lambda self: counts.append(count(self)) or counts[-1])
    with pytest.raises(TooLargeError, match=r"^up to 28,\d"):
        require_feasible(Arrangement(rows), 5_000_000)
    assert max(counts) < 100_000


def test_a_large_job_far_from_general_position_is_counted() -> None:
    # Two pencils in orthogonal planes: 300 * 300 chambers, where Cover's bound is 8.9 million.
    rows = [[1, t, 0, 0] for t in range(150)] + [[0, 0, 1, t] for t in range(150)]
    require_feasible(Arrangement(rows), 100_001)


@pytest.mark.parametrize("seed", range(3))
def test_a_job_of_high_rank_is_refused_by_a_part_that_never_has_more_chambers(seed: int) -> None:
    rows = np.random.default_rng(seed).integers(-1, 2, size=(24, 10)).tolist()
    arrangement = Arrangement(rows)
    assert arrangement.rank > QUICK_RANK
    with pytest.raises(TooLargeError, match=" to ") as refusal:
        require_feasible(arrangement, 300)
    least = int(str(refusal.value).split(" to ")[0].replace(",", ""))
    assert 300 < least <= arrangement.count_chambers()


def test_advice_names_only_what_would_do() -> None:
    text = advice("many", 3000, 3, 8_997_002, 5_000_000)
    rows = int(re.search(r"at most ([\d,]+) of", text)[1].replace(",", ""))
    assert most_chambers(rows, 3) <= 5_000_000 < most_chambers(rows + 1, 3)
    rank = int(re.search(r"rank at most (\d+)", text)[1])
    assert most_chambers(3000, rank) <= 5_000_000
    assert "rank at most" not in advice("2", 4, 1, 2, 1)
    assert advice("2", 1, 1, 2, 1).endswith("Feasible: --max-chambers 2 with the memory and time that takes.")
