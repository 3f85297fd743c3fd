"""The plain value: a matrix as exact hyperplanes, and new arrangements from old ones.

Every module works on this value. `arrangement.Arrangement` is the same with a method for each study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm
from typing import Any, Self, TypeVar, overload

import numpy as np

from .errors import InputError
from .exact import ExactMatrix, clipped, exact_matrix, exact_vector, pivot_columns, signs
from .exact.equations import Hyperplane
from .exact.rows import signed_content
from .values.display import Shown
from .values.pasting import MOST, Call, Pasted, number

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Hyperplanes:
    """The distinct hyperplanes behind the rows of an arrangement, in as many coordinates as its rank.

    Attributes:
        rows: N primitive integer rows, in order of first appearance.
        of_row: for each row of the user the index of its hyperplane, -1 for a zero row.
        orientation: for each row of the user +1 or -1, its positive factor taken out; 0 for a zero row.
        columns: the coordinates kept; a point of theirs, zero elsewhere, has the same signs.
        infinity: for an affine arrangement the index of the hyperplane at infinity, otherwise None.
    """

    rows: tuple[tuple[int, ...], ...]
    of_row: np.ndarray
    orientation: np.ndarray
    columns: tuple[int, ...]
    infinity: int | None


@dataclass(frozen=True, slots=True, repr=False)
class PlainArrangement(Pasted, Shown):
    """A finite arrangement of hyperplanes, exact, its rows kept in the order given.

    Args:
        normals: n x d matrix, one row a hyperplane: floats (exact dyadic rationals), integers, Fractions, or
            texts such as "0.1" and "1/3". Zero, repeated and opposite rows are allowed and kept track of.
        offsets: n numbers b; hyperplane i is `normals[i] . x = offsets[i]`, its positive side
            `normals[i] . x > offsets[i]`. Without them the arrangement is central: all offsets zero, and
            chambers come in antipodal pairs.
        names: n texts, what the hyperplanes are called in pictures and cards; numbered from 0 without.
            Arrangements are equal whatever their names.

    Raises:
        InputError: a matrix that is empty, ragged or not of rational numbers; offsets or names of the wrong
            length.

    Example:
        >>> plain = PlainArrangement([[1, 0], [0, 1], [1, 1]], offsets=[0, 0, 1])
        >>> plain.chamber_of([1, 1]).tolist()
        [1, 1, 1]
    """

    normals: ExactMatrix
    offsets: tuple[Fraction, ...] | None = None
    names: tuple[str, ...] | None = field(default=None, compare=False)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        matrix = exact_matrix(self.normals, "normals")
        vector = None if self.offsets is None else exact_vector(self.offsets, "offsets")
        if vector is not None and len(vector) != matrix.shape[0]:
            counts = f"{len(vector)} entries but normals has {matrix.shape[0]} rows"
            raise InputError(f"offsets has {counts}; give one offset a row")
        object.__setattr__(self, "normals", matrix)
        object.__setattr__(self, "offsets", vector)
        object.__setattr__(self, "names", _texts(self.names, matrix.shape[0]))
        object.__setattr__(self, "_cache", {})

    def _call(self) -> Call:
        offsets = {} if self.offsets is None else {"offsets": [number(b) for b in self.offsets]}
        rows = [[number(x) for x in row] for row in self.normals.fractions]
        return Call(type(self).__name__, (rows,), offsets)

    def _measured(self) -> str:
        kind = "central" if self.offsets is None else "affine"
        large = self.n * self.dimension > MOST
        return f"{kind}, {self.n:,} rows in dimension {self.dimension:,}" if large else ""

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[Hyperplane]:
        return (self._hyperplane(i) for i in range(self.n))

    @overload
    def __getitem__(self, key: int | str) -> Hyperplane: ...
    @overload
    def __getitem__(self, key: slice) -> Self: ...
    def __getitem__(self, key: int | str | slice) -> Hyperplane | Self:
        """A hyperplane by its index or name; for a slice, the arrangement of those rows.

        Raises:
            InputError: no such row, or no row is left.

        Example:
            >>> plain = PlainArrangement([[1, 0], [0, 1], [1, 1]], names=["a", "b", "c"])
            >>> str(plain["c"]), plain[-1].name, [row.name for row in plain[:2]]
            ('x1 = -x2', 'c', ['a', 'b'])
        """
        if not isinstance(key, slice):
            return self._hyperplane(self._row(key))
        rows = range(self.n)[key]
        if not rows:
            raise InputError(f"no row is left of the {self.n}; an arrangement needs at least one")
        return self._subset(rows)

    def __or__(self, other: PlainArrangement) -> Self:
        """The rows of both, in the same space; affine if one of them is.

        Raises:
            InputError: of different dimensions.

        Example:
            >>> both = PlainArrangement([[1, 0]]) | PlainArrangement([[0, 1]], [2])
            >>> [str(row) for row in both]
            ['x1 = 0', 'x2 = 2']
        """
        if not isinstance(other, PlainArrangement):
            return NotImplemented
        if self.dimension != other.dimension:
            sizes = f"dimensions {self.dimension} and {other.dimension}"
            raise InputError(f"the arrangements have {sizes}; join those of one space, or take the product")
        offsets = None
        if not (self.is_central and other.is_central):
            offsets = tuple(row.offset for part in (self, other) for row in part)
        rows = self.normals.fractions + other.normals.fractions
        return type(self)(exact_matrix(rows), offsets, _joined_names(self, other))

    def with_row(self, normal: Any, offset: Any = 0, name: str | None = None) -> Self:
        """The arrangement with one more row, the last; affine if it was or the offset is not zero.

        Args:
            normal: d numbers.
            offset: a number.
            name: what it is called; its equation, if the others have names and it has none.

        Raises:
            InputError: a normal of another length, or what is no rational number.

        Example:
            >>> PlainArrangement([[1, 0], [0, 1]]).with_row([1, 1], 1)
            PlainArrangement([[1, 0], [0, 1], [1, 1]], offsets=[0, 0, 1])
        """
        row, (at,) = exact_vector(normal, "normal"), exact_vector([offset], "offset")
        if len(row) != self.dimension:
            raise InputError(f"normal has {len(row)} entries; give {self.dimension}, the dimension")
        names = None if name is None else (name,)
        return self | PlainArrangement(exact_matrix([row]), (at,) if at else None, names)

    def _hyperplane(self, i: int) -> Hyperplane:
        offset = Fraction(0) if self.offsets is None else self.offsets[i]
        row = Hyperplane(self.normals.fractions[i], offset, "")
        return Hyperplane(row.normal, offset, str(row) if self.names is None else self.names[i])

    def label(self, i: int) -> str:
        """What row i is called in pictures and cards: its name, or its number."""
        return str(i) if self.names is None else self.names[i]

    def remembered(self, name: str, compute: Callable[[], T]) -> T:
        """What has been computed from the arrangement once, under a name; it lives as long as the value."""
        if name not in self._cache:
            self._cache[name] = compute()
        return self._cache[name]

    @property
    def n(self) -> int:
        """The number of rows."""
        return self.normals.shape[0]

    @property
    def dimension(self) -> int:
        """The dimension d of the space."""
        return self.normals.shape[1]

    @property
    def is_central(self) -> bool:
        """Whether it was given without offsets."""
        return self.offsets is None

    @property
    def rank(self) -> int:
        """The exact rank of the normals."""
        return len(self.pivots)

    @property
    def pivots(self) -> tuple[int, ...]:
        """The columns of the normals that are independent of the columns before them."""
        return self.remembered("pivots", lambda: pivot_columns(self.normals))

    @property
    def homogeneous(self) -> ExactMatrix:
        """The rows as linear forms: the normals, with the column `-offsets` behind them if affine."""
        normals, offsets = self.normals, self.offsets
        if offsets is None:
            return normals
        return self.remembered("homogeneous", lambda: _homogeneous(normals, offsets))

    @property
    def distinct(self) -> Hyperplanes:
        """The distinct hyperplanes, and which rows lie on each."""
        return self.remembered("distinct", lambda: _distinct(self))

    @property
    def hyperplanes(self) -> np.ndarray:
        """The distinct hyperplanes: N x r primitive integer rows; homogeneous, N x (r + 1), if affine."""
        width = self.rank + (not self.is_central)
        return np.array(self.distinct.rows, dtype=object).reshape(len(self.distinct.rows), width)

    @property
    def hyperplane_of_row(self) -> np.ndarray:
        """For each row the index of its hyperplane: n integers, -1 for a zero row."""
        return self.distinct.of_row

    @property
    def orientation_of_row(self) -> np.ndarray:
        """For each row the sign of its factor to its hyperplane: n int8, 0 for a zero row."""
        return self.distinct.orientation

    def chamber_of(self, point: Any) -> np.ndarray:
        """The exact sign vector of a point.

        Args:
            point: d numbers.

        Returns:
            n int8; zeros tell the rows whose hyperplane the point is on.

        Raises:
            InputError: of the wrong length, or no finite rational numbers.

        Example:
            >>> PlainArrangement([[1, 0], [1, -1]]).chamber_of([2, 2]).tolist()
            [1, 0]
        """
        exact = self._point(point)
        return signs(self.homogeneous, [exact if self.is_central else (*exact, 1)])[0]

    def _point(self, point: Any) -> tuple[Fraction, ...]:
        exact = exact_vector(point, "point")
        if len(exact) != self.dimension:
            raise InputError(
                f"point has {len(exact)} entries; give {self.dimension}, the dimension of the space"
            )
        return exact

    def _row(self, i: int | str) -> int:
        """The index of a row, given by it (from the end, if negative) or by the name."""
        if isinstance(i, str):
            if self.names is None or i not in self.names:
                known = "rows have no names" if self.names is None else f"there are {', '.join(self.names)}"
                raise InputError(f"row {clipped(i)} does not exist; {clipped(known, 200)}")
            return self.names.index(i)
        if not -self.n <= i < self.n:
            raise InputError(f"row {i} does not exist; give an index from 0 to {self.n - 1}")
        return range(self.n)[i]

    def _subset(self, rows: Sequence[int]) -> Self:
        fractions = self.normals.fractions
        offsets = None if self.offsets is None else tuple(self.offsets[i] for i in rows)
        return type(self)(exact_matrix([fractions[i] for i in rows]), offsets, self._names_of(rows))

    def _names_of(self, rows: Iterable[int]) -> tuple[str, ...] | None:
        return None if self.names is None else tuple(self.names[i] for i in rows)

    def deletion(self, i: int | str) -> Self:
        """The arrangement without row i, given by its index or name.

        Raises:
            InputError: no such row, or it is the only one.

        Example:
            >>> PlainArrangement([[1, 0], [0, 1], [1, 1]]).deletion(2)
            PlainArrangement([[1, 0], [0, 1]])
        """
        if self.n == 1:
            raise InputError("row 0 is the only row; an arrangement needs at least one")
        gone = self._row(i)
        return self._subset([j for j in range(self.n) if j != gone])

    def restriction(self, i: int | str) -> Self:
        """The other rows on hyperplane i, in its d - 1 coordinates: those of the space but the first that row
        i has.

        Rows that are parallel to row i become zero rows; no row is dropped or merged.

        Raises:
            InputError: no such row, a zero row, the only row, or a hyperplane that is a point.

        Example:
            >>> PlainArrangement([[1, 0, 0], [0, 1, 0], [1, 1, 1]]).restriction(0).normals.integers.tolist()
            [[1, 0], [1, 1]]
        """
        i = self._row(i)
        row = self.normals.fractions[i]
        if not any(row):
            raise InputError(f"row {i} is zero and no hyperplane; restrict to another")
        if self.dimension == 1 or self.n == 1:
            raise InputError(
                f"the restriction to row {i} has no row or no coordinate left; it needs two of each"
            )
        p = next(j for j, x in enumerate(row) if x)
        offset = Fraction(0) if self.offsets is None else self.offsets[i]
        others = [j for j in range(self.n) if j != i]
        normals, offsets = [], []
        for j in others:
            other = self.normals.fractions[j]
            factor = other[p] / row[p]
            normals.append(
                [x - factor * y for q, (x, y) in enumerate(zip(other, row, strict=True)) if q != p]
            )
            offsets.append((self.offsets[j] if self.offsets else 0) - factor * offset)
        kept = None if self.offsets is None else tuple(offsets)
        return type(self)(exact_matrix(normals), kept, self._names_of(others))

    def localization(self, point: Any) -> Self:
        """The rows whose hyperplane contains a point, zero rows left out.

        Raises:
            InputError: no hyperplane contains the point.

        Example:
            >>> PlainArrangement([[1, 0], [0, 1], [1, 1]], [0, 0, 1]).localization([0, 1]).n
            2
        """
        at = self.chamber_of(point)
        rows = [i for i in range(self.n) if at[i] == 0 and self.orientation_of_row[i]]
        if not rows:
            raise InputError("no hyperplane contains the point; give a point on one")
        return self._subset(rows)

    def essentialization(self) -> Self:
        """The same sign vectors in as many coordinates as the rank (statement 1.4).

        Raises:
            InputError: every normal is zero.

        Example:
            >>> PlainArrangement([[1, -1, 0], [0, 1, -1]]).essentialization().dimension
            2
        """
        if not self.rank:
            raise InputError("every normal is zero; the essential arrangement has no coordinate")
        rows = [[row[j] for j in self.pivots] for row in self.normals.fractions]
        return type(self)(exact_matrix(rows), self.offsets, self.names)

    def cone(self) -> Self:
        """The central arrangement one dimension up: rows `(normal, -offset)`, and last the hyperplane at
        infinity.

        Example:
            >>> PlainArrangement([[1], [1]], [0, 1]).cone().normals.integers.tolist()
            [[1, 0], [1, -1], [0, 1]]
        """
        offsets = self.offsets if self.offsets is not None else (Fraction(0),) * self.n
        rows = [(*row, -b) for row, b in zip(self.normals.fractions, offsets, strict=True)]
        names = None if self.names is None else (*self.names, "infinity")
        return type(self)(exact_matrix([*rows, (0,) * self.dimension + (1,)]), None, names)

    def product(self, other: PlainArrangement) -> Self:
        """The product: the rows of both, each on its own coordinates.

        Raises:
            InputError: one is central and the other affine.

        Example:
            >>> PlainArrangement([[1]]).product(PlainArrangement([[1, 0], [0, 1]])).normals.integers.tolist()
            [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
        """
        if self.is_central != other.is_central:
            raise InputError(
                "one factor is central and the other affine; give offsets of zero to the central one"
            )
        left = [(*row, *(0,) * other.dimension) for row in self.normals.fractions]
        right = [((0,) * self.dimension + row) for row in other.normals.fractions]
        offsets = None if self.offsets is None or other.offsets is None else self.offsets + other.offsets
        named = self.names is not None and other.names is not None
        return type(self)(exact_matrix(left + right), offsets, _joined_names(self, other) if named else None)


def _texts(names: Any, n: int) -> tuple[str, ...] | None:
    """The names of n rows, checked."""
    if names is None:
        return None
    texts = (names,) if isinstance(names, str) else tuple(names)
    if isinstance(names, str) or not all(isinstance(text, str) for text in texts):
        raise InputError(f"names is {clipped(names)}; give a list of texts, one a row")
    if len(texts) != n:
        raise InputError(f"names has {len(texts)} entries but normals has {n} rows; give one name a row")
    return texts


def _joined_names(first: PlainArrangement, second: PlainArrangement) -> tuple[str, ...] | None:
    """The names of both, equations where one of them has none; None if neither has."""
    if first.names is None and second.names is None:
        return None
    return tuple(row.name for part in (first, second) for row in part)


def _homogeneous(normals: ExactMatrix, offsets: tuple[Fraction, ...]) -> ExactMatrix:
    rows, denominators = [], []
    for row, q, b in zip(normals.integers.tolist(), normals.denominators, offsets, strict=True):
        common = lcm(q, b.denominator)
        rows.append([*(x * (common // q) for x in row), -b.numerator * (common // b.denominator)])
        denominators.append(common)
    if not normals.is_rational:
        return exact_matrix([[x / q for x in row] for row, q in zip(rows, denominators, strict=True)])
    integers = np.array(rows, dtype=object)
    integers.flags.writeable = False
    return ExactMatrix(integers, tuple(denominators))


def _distinct(arrangement: PlainArrangement) -> Hyperplanes:
    columns, infinity = arrangement.pivots, None
    if not arrangement.is_central:
        columns = (*columns, arrangement.dimension)
    index: dict[tuple[int, ...], int] = {}
    of_row, orientation = [], []
    for row in arrangement.homogeneous.integers[:, columns].tolist():
        content = signed_content(row)
        if content:
            key = tuple(row) if content == 1 else tuple([x // content for x in row])
            of_row.append(index.setdefault(key, len(index)))
        else:
            of_row.append(-1)
        orientation.append((content > 0) - (content < 0))
    if not arrangement.is_central:
        zero = arrangement.homogeneous.integers.flat[0] * 0  # of the kind of the entries
        infinity = index.setdefault((zero,) * (len(columns) - 1) + (zero + 1,), len(index))
    found = np.array(of_row, dtype=np.int64), np.array(orientation, dtype=np.int8)
    for array in found:
        array.flags.writeable = False
    return Hyperplanes(tuple(index), *found, columns, infinity)
