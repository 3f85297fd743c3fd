"""What a claim allows: one door for epsilons, gaps and tolerances, so that none claims nothing."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import clipped, exact_scalar, fits_float


def allowance(value: Any, name: str, *, below: int | None = None, zero: bool = True) -> Fraction:
    """A number that says how far something may be from what is claimed, exactly.

    Args:
        value: of any kind that :func:`~hyperplane_arrangements.exact.exact_scalar` takes.
        name: how an error message calls it.
        below: what it has to be less than, if anything.
        zero: whether 0, for exactly, can be asked for.

    Raises:
        InputError: negative, 0 where that claims more than can be decided, `below` or more, no finite number,
            or one that no float is near.

    Example:
        >>> allowance("1e-6", "epsilon")
        Fraction(1, 1000000)
        >>> allowance(float("nan"), "epsilon")
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: epsilon is nan; give a finite number >= 0
    """
    remedy = f"give a finite number {'>= 0' if zero else '> 0'}{'' if below is None else f' and < {below}'}"
    try:
        number = exact_scalar(value, name)
    except InputError:
        raise InputError(f"{name} is {clipped(value, 40)}; {remedy}") from None
    if number < 0 or not (zero or number) or (below is not None and number >= below):
        raise InputError(f"{name} is {clipped(value, 40)}; {remedy}")
    if not fits_float(number):
        raise InputError(f"{name} is {clipped(value, 40)}, beyond the range of floats; {remedy}")
    return number


def relative(value: Any, name: str, *, zero: bool = True) -> Fraction:
    """:func:`allowance` for a share of what it is measured against: a share of 1 or more claims nothing.

    Example:
        >>> relative(1, "gap", zero=False)
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: gap is 1; give a finite number > 0 and < 1
    """
    return allowance(value, name, below=1, zero=zero)
