"""The place of the plot in its picture: as large as the numbers and names beside it leave room for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .marks import Picture
from .ticks import Ticks, ticks, width

PAD = 10 / 3  # points around everything, a third of a letter
TICK = 7.0  # a tick, and the space between it and its number
NAME = 14.0  # the name of an axis, and the space between it and the numbers
LINE = 9.0  # the height of a number
_FACTOR = 12.0  # what all numbers of an axis share, above its end


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the plot of a picture is, in points from the left and from the top, and what stands beside it."""

    picture: Picture
    left: float
    top: float
    width: float
    height: float
    across: Ticks
    up: Ticks

    def points(self, places: np.ndarray) -> np.ndarray:
        """Where places of the plot (m x 2) are in the picture."""
        x = self.left + self.width * self.picture.across.along(places[:, 0])
        y = self.top + self.height * (1 - self.picture.up.along(places[:, 1]))
        return np.column_stack([x, y])

    @property
    def right(self) -> float:
        """The right end of the plot."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower end of the plot."""
        return self.top + self.height


def laid_out(picture: Picture, width_of_all: float, height_of_all: float) -> Layout:
    """Give the plot its place.

    Args:
        picture: the picture.
        width_of_all: the width of the picture, in points.
        height_of_all: its height.

    Example:
        >>> from .axis import Axis
        >>> found = laid_out(Picture((), Axis("", 0, 1), Axis("", 0, 1), bare=True), 100, 90)
        >>> round(found.width, 1) == round(found.height, 1) == 83.3, round(found.left, 1)
        (True, 8.3)
    """
    if picture.bare:
        return _bare(picture, width_of_all, height_of_all)
    bottom = height_of_all - PAD - TICK - NAME - LINE
    top = PAD + LINE / 2
    up = ticks(picture.up, bottom - top, upright=True)
    if up.factor:
        top += _FACTOR
        up = ticks(picture.up, bottom - top, upright=True)
    left = PAD + NAME + TICK + max(map(width, up.texts), default=0.0)
    right = width_of_all - PAD
    for _ in range(2):  # the last number may need room at the right, and then there is less for all
        across = ticks(picture.across, right - left)
        ends = [
            left + (right - left) * float(x) + width(text) / 2
            for x, text in zip(picture.across.along(across.places), across.texts, strict=True)
        ]
        right -= max(0.0, max(ends, default=0.0) - (width_of_all - PAD))
    return Layout(picture, left, top, right - left, bottom - top, across, up)


def _bare(picture: Picture, width_of_all: float, height_of_all: float) -> Layout:
    """In the middle, with one scale in both directions."""
    wide, high = (axis.high - axis.low for axis in (picture.across, picture.up))
    scale = min((width_of_all - 2 * PAD) / wide, (height_of_all - 2 * PAD) / high)
    left, top = (width_of_all - scale * wide) / 2, (height_of_all - scale * high) / 2
    return Layout(picture, left, top, scale * wide, scale * high, Ticks((), ()), Ticks((), ()))
