"""Every epsilon, gap and tolerance is refused by name where it would claim nothing, or is no number."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from duality_checks import (
    TrainingProblem,
    TwoLayerNetwork,
    assert_global_optimum,
    assert_stationary,
    assert_strong_duality,
    audit,
    guarantee,
    stationarity,
    train,
)
from duality_checks.approximation.nets import net_failure, net_sample_size
from duality_checks.exact.setting import Setting
from duality_checks.networks.rational import RationalNetwork
from duality_checks.optima.lineup import read_lineup
from duality_checks.optima.optimal_set import exact_optimal_set, optimal_set
from duality_checks.stationary_points.descent import gradient_descent, settle
from duality_checks.stationary_points.stationary import onto_kinks
from duality_checks.terms.given import allowance, relative
from duality_checks.theorems.catalogue import at_least, equal
from hyperplane_arrangements.errors import InputError

PROBLEM = TrainingProblem([[1], [-1]], [3, 1], beta=1)
NETWORK = TwoLayerNetwork([[2**0.5]], [2**0.5])
OPTIMA = exact_optimal_set(PROBLEM, (Fraction(1), Fraction(1)))
NUMBERS = (float("nan"), float("inf"), "spam", None, 1j, "1e400", "1e-400", -1e-9)
ABOVE_ZERO, BELOW_ONE = (*NUMBERS, 0), (*NUMBERS, 1, "3/2")

# What takes such a number, how it calls it, and what it cannot take.
TAKERS: dict[str, tuple[Callable[[Any], Any], str, tuple[Any, ...]]] = {
    "assert_global_optimum": (
        lambda x: assert_global_optimum(PROBLEM, NETWORK, gap=x),
        "gap",
        (*ABOVE_ZERO, *BELOW_ONE),
    ),
    "assert_strong_duality": (
        lambda x: assert_strong_duality(PROBLEM, train(PROBLEM), gap=x),
        "gap",
        (*ABOVE_ZERO, *BELOW_ONE),
    ),
    "assert_stationary": (lambda x: assert_stationary(PROBLEM, NETWORK, epsilon=x), "epsilon", NUMBERS),
    "stationarity": (lambda x: stationarity(PROBLEM, NETWORK, epsilon=x), "epsilon", NUMBERS),
    "stationarity-reach": (lambda x: stationarity(PROBLEM, NETWORK, reach=x), "reach", BELOW_ONE),
    "audit": (lambda x: audit(PROBLEM, NETWORK, epsilon=x), "epsilon", NUMBERS),
    "audit-reach": (lambda x: audit(PROBLEM, NETWORK, reach=x), "reach", BELOW_ONE),
    "settle": (lambda x: settle(PROBLEM, NETWORK, reach=x), "reach", BELOW_ONE),
    "onto_kinks": (
        lambda x: onto_kinks(Setting.of(PROBLEM), RationalNetwork([[1]], [1]), x),
        "reach",
        BELOW_ONE,
    ),
    "gradient_descent": (lambda x: gradient_descent(PROBLEM, 1, rate=x), "rate", (*NUMBERS[:3], 0)),
    "optimal_set": (lambda x: optimal_set(PROBLEM, tolerance=x), "tolerance", (*ABOVE_ZERO, *BELOW_ONE)),
    "read_lineup": (lambda x: read_lineup(OPTIMA, NETWORK, x), "tolerance", (*ABOVE_ZERO, *BELOW_ONE)),
    "guarantee": (lambda x: guarantee(PROBLEM, x), "eps", ABOVE_ZERO),
    "guarantee-failure": (lambda x: guarantee(PROBLEM, "0.5", x), "failure", (*ABOVE_ZERO, *BELOW_ONE)),
    "net_failure": (lambda x: net_failure(3, x, 10), "eps", ABOVE_ZERO),
    "net_sample_size": (lambda x: net_sample_size(3, "0.5", x), "failure", (*ABOVE_ZERO, *BELOW_ONE)),
    "at_least": (lambda x: at_least(1, 2, "1 >= 2", x), "tolerance", NUMBERS),
    "equal": (lambda x: equal(1, 2, "1 = 2", x), "tolerance", NUMBERS),
}
CASES = [(name, value) for name, (_, _, refused) in TAKERS.items() for value in dict.fromkeys(refused)]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_what_claims_nothing_is_refused_by_name(name: str, value: Any) -> None:
    take, argument, _ = TAKERS[name]
    with pytest.raises(InputError, match=rf"^{argument} is .*; give a finite number >=? 0") as caught:
        take(value)
    assert len(str(caught.value)) < 120


def test_what_claims_something_is_taken() -> None:
    for number in (1e-6, Fraction(1, 1000), "1/1000", np.float64(1e-3)):
        assert assert_global_optimum(PROBLEM, NETWORK, gap=number).upper >= Fraction(5, 2)
        assert assert_stationary(PROBLEM, TwoLayerNetwork([[2**0.5]], [2**0.5]), epsilon=number)


def test_a_negative_epsilon_passes_nothing() -> None:
    far = TwoLayerNetwork([[3.0]], [1.0])
    with pytest.raises(AssertionError, match="not stationary"):
        assert_stationary(PROBLEM, far, epsilon=0)
    with pytest.raises(InputError, match=r"epsilon is -1000000000\.0; give a finite number >= 0"):
        assert_stationary(PROBLEM, far, epsilon=-1e9)


@given(st.fractions(), st.booleans(), st.sampled_from([None, 1, 2]))
def test_the_door_lets_through_what_it_says(number: Fraction, zero: bool, below: int | None) -> None:
    welcome = (number > 0 or (zero and number == 0)) and (below is None or number < below)
    if welcome:
        assert allowance(number, "gap", zero=zero, below=below) == number
        return
    remedy = f"give a finite number {'>=' if zero else '>'} 0" + ("" if below is None else f" and < {below}")
    with pytest.raises(InputError) as caught:
        allowance(number, "gap", zero=zero, below=below)
    assert str(caught.value).startswith("gap is ") and str(caught.value).endswith(remedy)


def test_a_share_is_below_one() -> None:
    assert relative(0, "gap") == 0
    with pytest.raises(InputError, match="gap is 1; give a finite number >= 0 and < 1"):
        relative(1, "gap")
