"""Shares of ``beta_max``, the weight decay from which on the zero network is optimal (statement 2.6)."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import fits_float, in_short

from ..arguments import positive
from ..cover.effort import WHOLE, Effort
from ..problem import TrainingProblem

# Enough digits for any use, few enough that the exact number is readable.
BETA_DIGITS = 12
# A beta_max that is a smaller share of what the sizes of the data allow is nothing but rounding.
ROUNDING = 1e-12


def at_ratio(
    problem: TrainingProblem, ratio: Any, max_chambers: int, effort: Effort = WHOLE
) -> TrainingProblem:
    """The problem with ``beta = ratio * beta_max``; for the squared loss ``beta_max = norm_dual(y)`` (2.6).

    From ``beta_max`` on, the zero network is optimal. It is computed in floats; the product is rounded to 12
    significant digits, and that decimal is the exact ``beta`` of everything that follows.

    Raises:
        InputError: the ratio is not positive, or ``beta_max`` is zero, so that no share of it is positive.
    """
    largest = improvable_below(problem, max_chambers, effort)
    return problem.with_beta(share_of(largest, ratio))


def improvable_below(problem: TrainingProblem, max_chambers: int, effort: Effort = WHOLE) -> float:
    """``beta_max`` in floats, with several outputs the weight decay from which on all of them are zero.

    Raises:
        InputError: it is zero.
    """
    require_improvable(problem)
    largest = _beta_max(problem, max_chambers, effort)
    require_improvable(problem, largest)
    return largest


def _beta_max(problem: TrainingProblem, max_chambers: int, effort: Effort) -> float:
    from .paths import approximate_beta_max, where_equal, without_neurons

    if not problem.shares:
        return max(approximate_beta_max(one, max_chambers, effort) for one in problem.outputs)
    from ..pricing.shared import SharedLandscape

    problem.require_shared()

    def size(beta: float) -> float:
        stated = problem.with_beta(beta)
        V = np.column_stack([without_neurons(one) for one in stated.outputs])
        return SharedLandscape.of(stated).norm(V, effort)

    return where_equal(size) if problem.free.decayed else size(1.0)


def require_improvable(problem: TrainingProblem, beta_max: float | None = None) -> None:
    """Refuse a ``beta_max`` of 0, or of nothing but rounding: then no network lowers the loss (2.6).

    Args:
        problem: the problem.
        beta_max: the weight decay from which on all outputs are zero, in floats; None before it is known.

    Raises:
        InputError: saying what the targets are, and what to do.

    Example:
        >>> require_improvable(TrainingProblem([[1], [2]], [0, 0], beta=1))
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: beta_max is 0 (every target is 0): no neuron lowers the
        loss at any weight decay, so there is no share to take; choose another target, or give --beta to have
        just that proven
    """
    if not any(map(any, problem.targets)):
        why = "every target is 0"
    elif beta_max is None or beta_max > ROUNDING * max(map(_reach, problem.outputs)):
        return
    elif problem.free.intercept and all(len(set(target)) == 1 for target in problem.targets):
        why = "the target is constant, which the free intercept fits"
    elif problem.free:
        why = f"nothing is better than what is free alone, free={problem.free.name!r}"
    else:
        why = "the targets of equal samples cancel"
    raise InputError(
        f"beta_max is 0 ({why}): no neuron lowers the loss at any weight decay, so there is no share to "
        "take; choose another target, or give --beta to have just that proven"
    )


def _reach(problem: TrainingProblem) -> float:
    """A bound on ``beta_max`` from the sizes of the rows alone: what rounding is small beside."""
    from .paths import slope_at_zero

    slopes = np.array([abs(float(v)) for v in slope_at_zero(problem)])
    sizes = slopes[np.array(problem.readout.groups)]
    lengths = np.linalg.norm(problem.features, axis=1)
    return max(1.0, abs(float(problem.kappa))) * float(sizes @ lengths)


def share_of(beta_max: float, ratio: Any, name: str = "--beta-ratio") -> Fraction:
    """``ratio * beta_max``, rounded to 12 significant digits; messages call the ratio by its name.

    Raises:
        InputError: the ratio is not positive, or the share of ``beta_max`` is zero or beyond floats.

    Example:
        >>> share_of(8.0, "1/3")
        Fraction(266666666667, 100000000000)
    """
    share = positive(ratio, "beta-ratio")
    exact = share * Fraction(beta_max)
    if exact and not fits_float(exact):
        raise InputError(
            f"{name} {in_short(share)} of beta_max = {beta_max:.3g} is beyond the range of floats; "
            "give another share"
        )
    return positive(Fraction(f"{float(exact):.{BETA_DIGITS - 1}e}"), f"beta = {in_short(share)} * beta_max")
