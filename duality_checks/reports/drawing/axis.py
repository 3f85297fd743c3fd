"""An axis: its name, its ends, and where a value is between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

_MARGIN = 0.05
_NARROWEST = 1e-12  # relative to the values; floats tell no places apart in less
_SMALLEST = 1e-300  # shares of less are zero


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from `low` to `high`.

    Attributes:
        name: plain text.
        low: the value at its beginning.
        high: the value at its end, above `low`.
        log: whether equal ratios are equally far apart; both ends are positive then.
        ticks: which numbers stand along it; round ones, as many as there is room for, if None.
        whole: whether only whole numbers may.
    """

    name: str
    low: float
    high: float
    log: bool = False
    ticks: tuple[float, ...] | None = None
    whole: bool = False

    def along(self, values: ArrayLike) -> np.ndarray:
        """Where values are: 0 at the beginning, 1 at the end.

        Example:
            >>> Axis("seconds", 1, 100, log=True).along([1.0, 10.0]).tolist()
            [0.0, 0.5]
        """
        shown, ends = np.asarray(values, dtype=float), np.array([self.low, self.high])
        if self.log:
            shown, ends = np.log10(shown), np.log10(ends)
        return np.asarray((shown - ends[0]) / (ends[1] - ends[0]))


def around(name: str, values: Iterable[float], *, log: bool = False, whole: bool = False) -> Axis:
    """An axis on which all of some values are, with a little room at both ends.

    Args:
        name: plain text.
        values: at least one; positive if `log`.
        log: as for :class:`Axis`.
        whole: as for :class:`Axis`.

    Example:
        >>> around("a", [0, 10])
        Axis(name='a', low=-0.5, high=10.5, log=False, ticks=None, whole=False)
    """
    found = np.fromiter(values, dtype=float)
    low, high = float(found.min()), float(found.max())
    if log:
        room = (high / low) ** _MARGIN if high > low else 2.0
        return Axis(name, low / room, high * room, log=True, whole=whole)
    return Axis(name, *apart(low, high, _MARGIN), whole=whole)


def apart(low: float, high: float, margin: float) -> tuple[float, float]:
    """Two ends with a share of their distance added at both; further where they would be the same.

    Example:
        >>> apart(0.0, 2.0, 0.5), apart(4.0, 4.0, 0.5)
        ((-1.0, 3.0), (2.0, 6.0))
    """
    size = max(abs(low), abs(high))
    if high - low <= max(_NARROWEST * size, _SMALLEST):
        room = 0.5 * (size if size > _SMALLEST else 1.0)
        return low - room, high + room
    return low - margin * (high - low), high + margin * (high - low)
