"""Characteristic polynomials of symmetric arrangements: one flat of each kind stands for all of it.

For flats F of an arrangement, n(F) hyperplanes through each, the Moebius function is a sum over chains:

    |mu(F)| = sum over F_0 < F_1 < ... < F_k = F, F_i of rank i, of the product of (1 - n(F_{i-1}) / n(F_i)),

the share of the orders of the hyperplanes in which the first one through F_i is never one through F_{i-1}
(statement 1.1; its note has the proof). No order is chosen, so nothing is lost of the symmetry: flats whose
restrictions are alike, by a linear map that keeps how many hyperplanes have each trace, count alike from
there on. So from rank to rank one restriction of each kind is kept, with the sum of |mu| over all flats of
that kind. Rank 3 is left to the points on each line, and the last number to `pi(-1) = 0`.

No symmetry has to be told. Floats propose which restrictions are alike, integers prove it
(`symmetry_kernel`); what is not recognised costs time, never correctness.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import comb
from typing import Any

import numpy as np

from ..exact.quadratic import irrational
from ..exact.rows import Row
from ..machine.cores import shared_out

#: Sets of rank - 1 hyperplanes from which symmetry is looked for: a second of compiled minors, or more.
WORTH = 300_000_000
_ROWS = 2_000  # hyperplanes up to which angles between all of them are looked at
_LARGEST = 2**14  # entries to start with
_SHARE = 50  # of the sets of rank - 1 hyperplanes there is a pair of traces to compare, at most
_BYTES = 500_000_000  # of the restrictions kept at once
_ROUNDS = 2_000  # towards a metric in which all hyperplanes are alike
_SETTLED = 1e-13
_COSINES = 1e5  # steps in which cosines are told apart at first sight


@dataclass(frozen=True, slots=True)
class SymmetricCount:
    """What was counted, and what stood for it.

    Attributes:
        coefficients: the unsigned Whitney numbers of the first kind, rank + 1 of them.
        kinds: for each rank from 0 on how many flats were looked at, one of each kind.
    """

    coefficients: tuple[int, ...]
    kinds: tuple[int, ...]

    def __str__(self) -> str:
        rank, last = len(self.kinds) - 1, self.kinds[-1]
        return f"with symmetry: {sum(self.kinds)} flats, {last} of them of rank {rank}, stand for all"


class _GivenUpError(Exception):
    """Too many kinds, too much work, or integers that grow too large for compiled code."""


@dataclass(frozen=True, slots=True, eq=False)
class Restriction:
    """The arrangement on a flat, in coordinates of the flat.

    Attributes:
        rows: m x d int64, distinct and primitive.
        weights: how many hyperplanes have each row as their trace.
        metric: of the flat, d x d.
        vectors: the rows as unit vectors.
        marks: the fingerprint of each row.
        order: the rows in the order of their fingerprints.
    """

    rows: np.ndarray
    weights: np.ndarray
    metric: np.ndarray
    vectors: np.ndarray
    marks: np.ndarray
    order: np.ndarray


@dataclass(slots=True, eq=False)
class _Kind:
    """Flats whose restrictions are alike: one of these, what it is compared by, and the sum of |mu|."""

    one: Restriction
    total: Fraction
    frame: np.ndarray
    exact: np.ndarray
    shares: np.ndarray
    cosines: np.ndarray

    @classmethod
    def of(cls, one: Restriction) -> _Kind:
        from .symmetry_kernel import coordinates, frame_of

        frame = frame_of(one.vectors, one.marks)
        exact = coordinates(one.rows, frame) if frame[-1] >= 0 else one.rows[:0]
        if not len(exact):
            raise _GivenUpError
        base = one.vectors[frame]
        return cls(one, Fraction(0), frame, exact, one.vectors @ np.linalg.inv(base), base @ base.T)

    def image_in(self, other: Restriction) -> np.ndarray:
        """Where a linear map takes the rows in the other; no rows if none is proven."""
        from .symmetry_kernel import image_of

        return image_of(
            *(self.shares, self.cosines, self.one.marks, self.one.weights, self.exact, self.frame),
            *(other.rows, other.vectors, other.marks, other.weights, other.order),
        )

    @property
    def size(self) -> int:
        return self.one.rows.nbytes * 4


@dataclass(slots=True)
class _Level:
    """The kinds of flats of one rank."""

    by_fingerprint: dict[bytes, list[_Kind]] = field(default_factory=dict)
    bytes: int = 0

    def __iter__(self) -> Iterator[_Kind]:
        for kinds in self.by_fingerprint.values():
            yield from kinds

    def add(self, restriction: Restriction, total: Fraction) -> None:
        kinds = self.by_fingerprint.setdefault(restriction.marks[restriction.order].tobytes(), [])
        for kind in kinds:
            if len(kind.image_in(restriction)):
                kind.total += total
                return
        kinds.append(_Kind.of(restriction))
        kinds[-1].total = total
        self.bytes += kinds[-1].size
        if self.bytes > _BYTES:
            raise _GivenUpError


def is_promising(rows: Sequence[Row]) -> bool:
    """Whether there is much to count, and at first sight much symmetry: nothing is proven yet.

    Args:
        rows: distinct primitive rows of full column rank.

    Example:
        >>> from itertools import product
        >>> cube = [(1, *signs) for signs in product((-1, 1), repeat=7)]
        >>> is_promising(cube), is_promising([(*row, i * i % 89) for i, row in enumerate(cube)])
        (True, False)
    """
    n, d = len(rows), len(rows[0]) if rows else 0
    if d < 5 or n > _ROWS or comb(n, d - 1) < WORTH:
        return False
    if not _are_small(rows):
        return False
    array = np.array(rows, dtype=float)
    vectors = array @ np.linalg.inv(np.linalg.cholesky(_metric(array)).T)
    vectors /= np.linalg.norm(vectors, axis=1)[:, None]
    angles = np.sort(np.abs(vectors @ vectors.T) * _COSINES, axis=1).round().astype(np.int32)
    return 2 * len({row.tobytes() for row in angles}) <= n


def count_with_symmetry(
    rows: Sequence[Row], limit: int | None = None, *, told: Callable[[str], object] | None = None
) -> SymmetricCount | None:
    """Return the Whitney numbers of a central arrangement, found from one flat of each kind.

    Args:
        rows: distinct primitive rows of full column rank, at least 5.
        limit: the pairs of traces to look at, at most; by default a small share of what would have to be
            looked at without symmetry.
        told: is told in words how far it is.

    Returns:
        The numbers; None where the rank or the symmetry is too small, integers are or grow too large, or
        entries are none.

    Example:
        >>> from itertools import product
        >>> found = count_with_symmetry([row for row in product((0, 1), repeat=5) if any(row)], 10**6)
        >>> found.coefficients, found.kinds
        ((1, 31, 375, 2130, 5270, 3485), (1, 3))
    """
    n, d = len(rows), len(rows[0])
    if d < 5 or not _are_small(rows):
        return None
    work = _Work(comb(n, d - 1) // _SHARE if limit is None else limit, told or (lambda text: None))
    array = np.array(rows, dtype=np.int64)
    try:
        level = _Level()
        level.add(_whole(array), Fraction(1))
        totals, kinds = [1], [1]
        for rank in range(1, d - 3):
            work.stage = f"flats of rank {rank} of {d - 4}"
            level = _next(level, n, work)
            totals.append(_integer(sum(kind.total for kind in level)))
            kinds.append(sum(1 for _ in level))
        work.stage = "planes and lines in the last flats"
        totals += map(_integer, _last(level, n, work))
    except _GivenUpError:
        return None
    totals.append(sum((-1) ** k * x for k, x in enumerate(reversed(totals))))
    return SymmetricCount(tuple(totals), tuple(kinds))


def _are_small(rows: Sequence[Row]) -> bool:
    """Whether compiled code may begin with the rows: it checks what they grow to, not what they are."""
    return not irrational(rows) and max(abs(x) for row in rows for x in row) <= _LARGEST


@dataclass(slots=True)
class _Work:
    left: int
    told: Callable[[str], object]
    stage: str = ""

    def tell(self, at: int, of: int) -> None:
        self.told(f"{self.stage}, {at:,} of {of:,}")

    def spend(self, pairs: int) -> None:
        self.left -= pairs
        if self.left < 0:
            raise _GivenUpError


def _metric(array: np.ndarray) -> np.ndarray:
    """A metric that linear maps keep if they permute the hyperplanes, of whatever length the normals are.

    In it all unit normals together weigh the same in all directions (Tyler's estimator of scatter); where
    there is none, that of the normals as they are.
    """
    metric = start = array.T @ array
    n, d = array.shape
    for _ in range(_ROUNDS):
        squares = np.einsum("ij,ij->i", array @ np.linalg.inv(metric), array)
        before, metric = metric, (array / squares[:, None]).T @ array * (d / n)
        if np.abs(metric - before).max() <= _SETTLED * np.abs(metric).max():
            return metric
        if not np.linalg.cond(metric) < 1 / _SETTLED**0.5:
            break
    return start


def _whole(array: np.ndarray) -> Restriction:
    return _seen(array, np.ones(len(array), np.int64), _metric(array.astype(float)))


def _seen(rows: np.ndarray, weights: np.ndarray, metric: np.ndarray) -> Restriction:
    from .symmetry_kernel import fingerprints, unit_vectors

    vectors = unit_vectors(rows, metric)
    if not len(vectors):
        raise _GivenUpError
    marks = fingerprints(vectors, weights)
    return Restriction(rows, weights, metric, vectors, marks, np.argsort(marks))


def _next(level: _Level, n: int, work: _Work) -> _Level:
    """The kinds of flats of the next rank."""
    from .symmetry_kernel import metric_on, traces

    found, kinds = _Level(), list(level)
    for at, kind in enumerate(kinds, start=1):
        work.tell(at, len(kinds))
        one = kind.one
        through = n - int(one.weights.sum())
        for i, weight in enumerate(one.weights.tolist()):
            rows, weights = traces(one.rows, one.weights, i)
            if not len(rows):
                raise _GivenUpError
            work.spend(len(one.rows) + len(rows) ** 2)
            share = Fraction(weight, through + weight)
            found.add(_seen(rows, weights, metric_on(one.metric, one.rows[i])), kind.total * share)
    return found


def _last(level: _Level, n: int, work: _Work) -> tuple[Fraction, Fraction, Fraction]:
    """The numbers of the three ranks after that of the level, from planes in flats of dimension 4."""
    totals = [Fraction(0)] * 3
    kinds = list(level)
    work.spend(sum(len(kind.one.rows) ** 3 for kind in kinds) // 2)
    counted = zip(kinds, shared_out(_planes, kinds), strict=True)
    for at, (kind, (lines, incidences, points)) in enumerate(counted, start=1):
        work.tell(at, len(kinds))
        numbers = np.bincount(kind.one.weights, minlength=len(lines))
        through = n - int(kind.one.weights.sum())
        for a in np.flatnonzero(numbers).tolist():
            here = through + a
            share = kind.total * Fraction(a, here)
            totals[0] += share * int(numbers[a])
            totals[1] += share * sum(Fraction(b * x, here + b) for b, x in _nonzero(lines[a]))
            totals[2] += share * (
                sum(Fraction(b * x, here + b) for b, x in _nonzero(incidences[a]))
                - sum(Fraction(x, here + b) for b, x in _nonzero(points[a]))
            )
    return totals[0], totals[1], totals[2]


def _planes(kind: _Kind) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    from .symmetry_kernel import count_planes

    room = int(kind.one.weights.sum()) + 1
    lines, incidences, points = (np.zeros((room, room), np.int64) for _ in range(3))
    if not count_planes(kind.one.rows, kind.one.weights, lines, incidences, points):
        raise _GivenUpError
    return lines, incidences, points


def _nonzero(counts: np.ndarray) -> Iterable[tuple[int, int]]:
    places = np.flatnonzero(counts)
    return zip(places.tolist(), counts[places].tolist(), strict=True)


def _integer(total: Any) -> int:
    assert Fraction(total).denominator == 1, "the sum of |mu| over all flats of a rank is an integer"
    return int(total)
