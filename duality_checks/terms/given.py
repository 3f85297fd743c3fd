"""Numbers as users give them: real and whole ones, and what a claim allows, or refused by name."""

from __future__ import annotations

from fractions import Fraction
from operator import index
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError

if TYPE_CHECKING:
    import numpy as np


def reals(values: Any, name: str) -> np.ndarray:
    """An array of finite real numbers as float64; rationals are rounded to nearest.

    Args:
        values: an array, or nested sequences, of any shape.
        name: how an error message calls it.

    Raises:
        InputError: complex numbers, even with imaginary parts of 0; ragged rows; entries that are no numbers
            or not finite.

    Example:
        >>> reals([[1, 2.5]], "X")
        array([[1. , 2.5]])
    """
    import numpy as np

    try:
        if np.iscomplexobj(values):
            raise InputError(f"{name} has complex numbers; give real ones (their .real, if that is meant)")
        array = np.array(values, dtype=np.float64)
    except InputError:
        raise
    except (TypeError, ValueError):
        raise InputError(f"{name} is not a rectangular array of numbers") from None
    except OverflowError:
        raise InputError(
            f"{name} holds an integer beyond the range of floats; was the training stable?"
        ) from None
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{name}{list(place) or ''} is {array[place]}; give finite numbers")
    return array


def whole(value: Any, name: str, least: int = 1) -> int:
    """A whole number that is not too small.

    Raises:
        InputError: it is none, or below the least.

    Example:
        >>> whole(3, "samples")
        3
    """
    try:
        number = index(value)
    except TypeError:
        raise InputError(f"{name} is {value!r}; give a whole number") from None
    if isinstance(value, bool) or number < least:
        raise InputError(f"{name} is {value!r}; give a whole number, {least} or more")
    return number


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
    from hyperplane_arrangements.exact import clipped, exact_scalar, fits_float

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
