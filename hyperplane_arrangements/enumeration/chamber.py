"""One chamber of a list: its signs, a short point inside, its walls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any, overload

import numpy as np

from ..exact import exact_vector, signs
from ..exact.rows import primitive
from ..exact.sign_vectors import signs_text
from ..plain import PlainArrangement
from .keys import RowIndex

# How fine the grids are on which a point is looked for, coarsest first: up to four digits.
_GRIDS = sorted({*range(1, 65), *(round(64 * 1.25**k) for k in range(24))})


@dataclass(frozen=True, slots=True, eq=False)
class Chamber:
    """A chamber, as a sequence of its signs: it can be given wherever signs are asked for.

    Attributes:
        arrangement: whose chamber it is.
        index: its place in the list.
        signs: n integers, -1 or 1; 0 for a zero row.

    Example:
        >>> from hyperplane_arrangements import Arrangement
        >>> lines = Arrangement([[1, 0], [0, 1], [1, 1]])
        >>> for chamber in lines.chambers()[:2]:
        ...     print(chamber, *chamber.point, chamber.walls)
        +-- 1 -2 (0, 2)
        -++ -1 2 (0, 2)
        >>> lines.distance(*lines.chambers()[:2])
        3
    """

    arrangement: PlainArrangement
    index: int
    signs: tuple[int, ...]
    _witness: Callable[[], Sequence[Any]] = field(repr=False)
    _walls: Callable[[int], tuple[int, ...]] = field(repr=False)

    def __len__(self) -> int:
        return len(self.signs)

    @overload
    def __getitem__(self, key: int) -> int: ...
    @overload
    def __getitem__(self, key: slice) -> tuple[int, ...]: ...
    def __getitem__(self, key: int | slice) -> int | tuple[int, ...]:
        return self.signs[key]

    def __iter__(self) -> Iterator[int]:
        return iter(self.signs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Chamber):
            return NotImplemented
        return self.signs == other.signs and self.arrangement == other.arrangement

    def __hash__(self) -> int:
        return hash(self.signs)

    def __str__(self) -> str:
        return signs_text(self.signs)

    def __repr__(self) -> str:
        return f"Chamber({str(self)!r})"

    @property
    def point(self) -> tuple[Fraction, ...]:
        """A point strictly inside, its numbers short if a coarse grid has one; integers if central."""
        return short_point(self.arrangement, self.signs, self._witness())

    @property
    def walls(self) -> tuple[int, ...]:
        """The rows of the hyperplanes that bound it, every row of a repeated one.

        A hyperplane is a wall if there is a chamber that it alone separates from this one: all chambers are
        listed once, and looked through for each wall that is asked for.
        """
        return self._walls(self.index)


def short_point(
    arrangement: PlainArrangement, sign_vector: Sequence[int], inside: Sequence[Any]
) -> tuple[Fraction, ...]:
    """A point of few digits inside the chamber of another point.

    It is rounded to ever finer grids, until its signs, taken exactly, are those of the chamber.

    Args:
        arrangement: central or affine.
        sign_vector: the signs of the chamber.
        inside: an exact point of it: floats, integers or fractions.

    Returns:
        A point of the chamber; integers without common factor if central; the one given if no grid has one.

    Example:
        >>> lines = PlainArrangement([[1, 0], [1, -21]])
        >>> [*map(int, short_point(lines, [1, 1], [0.7654321, 0.0123456]))]
        [1, 0]
    """
    exact = exact_vector(list(inside), "inside")
    scale = max(map(abs, exact))
    grids = np.array(_GRIDS, dtype=float)[:, None]
    start = [float(x / scale) if scale else 0.0 for x in exact] if arrangement.is_central else _floats(exact)
    if start is not None:
        rounded = np.rint(np.array(start) * grids)
        tried = rounded if arrangement.is_central else np.hstack([rounded, grids])
        same = (signs(arrangement.homogeneous, tried) == np.array(sign_vector)).all(axis=1)
        if same.any():
            k = int(np.argmax(same))
            grid = 1 if arrangement.is_central else _GRIDS[k]
            exact = tuple(Fraction(int(x), grid) for x in rounded[k])
    return _shortest(exact) if arrangement.is_central else exact


def _floats(exact: Sequence[Fraction]) -> list[float] | None:
    """The numbers rounded; None if one is beyond what is worth rounding."""
    return [float(x) for x in exact] if all(abs(x) < 2**40 for x in exact) else None


def _shortest(exact: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The shortest integer vector in the same direction."""
    common = lcm(*(x.denominator for x in exact))
    return tuple(map(Fraction, primitive([int(x * common) for x in exact])))


@dataclass(frozen=True, slots=True, eq=False)
class Neighbours:
    """All chambers by their signs, to find the one across a hyperplane.

    Attributes:
        index: the chambers on the positive side of infinity.
        hyperplanes: how many there are.
        infinity: the hyperplane on whose positive side the chambers listed are; None if there is none.
        antipodal: whether each chamber listed stands for its antipode too.
    """

    index: RowIndex
    hyperplanes: int
    infinity: int | None
    antipodal: bool

    @staticmethod
    def of(bits: np.ndarray, hyperplanes: int, infinity: int | None, antipodal: bool) -> Neighbours:
        """From the packed signs of the chambers, as the engine has them."""
        return Neighbours(RowIndex.of(_words(bits)), hyperplanes, infinity, antipodal)

    def walls(self, cell: int) -> tuple[int, ...]:
        """The hyperplanes (not infinity, if the arrangement is affine) that bound a chamber found.

        Example:
            >>> square = np.array([[0], [1], [2], [3]], np.uint8)
            >>> Neighbours.of(square, 2, None, False).walls(0)
            (0, 1)
        """
        ends = np.eye(self.hyperplanes, dtype=np.uint8)
        if self.infinity is not None:
            ends[self.infinity] ^= 1  # across infinity: the antipode of what is found
        flips = _words(np.packbits(ends, axis=1, bitorder="little"))
        found = self.index.find(self.index.words[cell] ^ flips) >= 0
        if self.infinity is not None and not self.antipodal:
            found[self.infinity] = False
        return tuple(np.flatnonzero(found).tolist())


def _words(bits: np.ndarray) -> np.ndarray:
    """Packed rows as 64-bit words."""
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded).view("<u8").astype(np.uint64)
