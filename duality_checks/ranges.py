"""Numbers as they come: arrays of finite real numbers, and whole numbers, or refused by name."""

from __future__ import annotations

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
