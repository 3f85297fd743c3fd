"""Characteristic polynomials by deletion and restriction, with memoised minors: exact, far past enumeration.

With `pi(A) = sum |w_k| s^k` (Poincare polynomial) and the hyperplanes numbered 1, ..., n, deletion and
restriction unrolled over n says

    pi(A) = 1 + s * sum_i pi(A_{<i} restricted to H_i),

and rank 3 needs only the number of intersection points on each line, because `pi(-1) = 0`. Minors that agree
up to a permutation and sign of coordinates are computed once. Whatever the memo misses costs time, never
correctness: a key is the minor itself. Minors below a certain size are left to compiled code
(`minors_kernel`), once there is enough to do, or once it is loaded: the 1,066,044 chambers of the resonance
arrangement in R^6 then take 30 ms, the 347,326,352 in R^7 about 5 seconds of one core.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import comb, inf

import numpy as np

from ..exact.quadratic import irrational
from ..exact.rows import Row, canonical, restrict
from .search import Budget

_KERNEL = f"{__package__}.minors_kernel"
_START = 1_500_000  # entries computed by Python integers from which compiled code is worth its start-up
STEPS = 10**7  # of compiled code in one minor: above, memoised minors are likely to save more
_FEW = 16  # lines that Python integers count faster than an array is made of them
_FASTER = 32  # times an entry of Python integers the step of compiled code
_FLOAT = 2**26  # ratios of integers below this size are distinct as floats if distinct


@dataclass(slots=True)
class Memo:
    """The minors counted so far, the work done, and the work still allowed.

    Attributes:
        told: is told in words how far the counting is.
        place: which of how many hyperplanes the outermost deletion and restriction is at; None before it.
    """

    budget: Budget | None = None
    known: dict[tuple[Row, ...], tuple[int, ...]] = field(default_factory=dict)
    spent: int = 0
    met_again: int = 0
    told: Callable[[str], object] | None = None
    place: tuple[int, int] | None = None

    @property
    def is_worth_while(self) -> bool:
        """Whether most minors so far were counted before: then so will those to come."""
        return self.met_again > len(self.known)

    def tell(self) -> None:
        """Say how far the counting is."""
        if self.told is not None and self.place is not None:
            at, of = self.place
            self.told(f"hyperplane {at:,} of {of:,}, {len(self.known):,} minors known")

    def spend(self, entries: int) -> None:
        self.spent += entries
        if self.budget is not None:
            self.budget.spend(entries)


def poincare_coefficients(
    rows: Iterable[Row], budget: Budget | None = None, memo: Memo | None = None
) -> tuple[int, ...]:
    """Return `(|w_0|, ..., |w_r|)`, the unsigned Whitney numbers of the first kind, of a central arrangement.

    Args:
        rows: integer normals; zero and repeated (also opposite) rows are allowed and count once.
        budget: the entries to compute at most; no limit if None.
        memo: what an earlier attempt has counted of the same rows; it grows.

    Returns:
        rank + 1 positive integers; their sum is the number of chambers (statement 1.1).

    Raises:
        OutOfBudget: the budget did not suffice.

    Example:
        >>> poincare_coefficients([(1, 0), (0, 1), (1, 1), (2, 2), (0, 0)])
        (1, 3, 2)
    """
    distinct = dict.fromkeys(canonical(row) for row in rows if any(row))
    memo = memo or Memo()
    memo.budget, memo.place = budget, None
    return _poincare(list(distinct), memo)


def _poincare(rows: Sequence[Row], memo: Memo) -> tuple[int, ...]:
    """Return the Whitney numbers of distinct primitive rows."""
    if not rows or len(rows[0]) <= 3:
        compiled = _compiled(rows, memo) if len(rows) > _FEW and len(rows[0]) == 3 else None
        return compiled or _low_rank(rows, memo)
    key = _up_to_coordinates(rows)
    if key not in memo.known:
        memo.known[key] = _compiled(key, memo) or _by_restrictions(key, memo)
    else:
        memo.met_again += 1
    return memo.known[key]


def _low_rank(rows: Sequence[Row], memo: Memo) -> tuple[int, ...]:
    """Return the Whitney numbers of rows of length at most 3."""
    n = len(rows)
    if n < 2:
        return (1, 1)[: n + 1]
    if len(rows[0]) == 2:
        return (1, n, n - 1)
    memo.spend(n * n)
    points = sum(_points_on(rows[i], rows[:i]) for i in range(1, n))
    return (1, n, points, points - n + 1) if points > n - 1 else (1, n, points)


def _points_on(line: Row, others: Sequence[Row]) -> int:
    """Return in how many points a projective line meets distinct other lines."""
    pivot = min((i for i, entry in enumerate(line) if entry), key=lambda i: abs(line[i]))
    j, k = (i for i in range(3) if i != pivot)
    scale, b, c = line[pivot], line[j], line[k]
    points = [(scale * row[j] - row[pivot] * b, scale * row[k] - row[pivot] * c) for row in others]
    try:
        quotients = {x / y if y else inf for x, y in points}  # rounded correctly, so equal if the ratios are
    except OverflowError:
        quotients = set()
    if len(quotients) == len(points) or all(-_FLOAT < x < _FLOAT for point in points for x in point):
        return len(quotients)
    return len(set(map(canonical, points)))


def _compiled(rows: Sequence[Row], memo: Memo) -> tuple[int, ...] | None:
    """Return the Whitney numbers by compiled code, None where it does not pay or entries are too large."""
    n, d = len(rows), len(rows[0])
    steps = comb(n, d - 1)
    cost = steps // _FASTER
    if irrational(rows) or steps > STEPS or (memo.spent < _START and _KERNEL not in sys.modules):
        return None
    if memo.budget is not None and cost > memo.budget.rows:
        return None  # memoised minors may still do: whether the code is loaded must not decide
    from .minors_kernel import LIMIT, whitney_numbers

    if max(abs(x) for row in rows for x in row) > LIMIT:
        return None
    memo.spend(cost)
    totals = np.zeros(d + 1, dtype=np.int64)
    if not whitney_numbers(np.array(rows, dtype=np.int64), totals):
        return None
    coefficients = totals.tolist()
    while coefficients[-1] == 0:
        coefficients.pop()
    return tuple(coefficients)


def _by_restrictions(rows: tuple[Row, ...], memo: Memo) -> tuple[int, ...]:
    totals, outermost = [1], memo.place is None
    for i, row in enumerate(rows):
        if outermost:
            memo.place = i + 1, len(rows)
        memo.tell()
        memo.spend(i * len(row))
        minor = _poincare(list(set(restrict(rows[:i], row))), memo)
        totals += [0] * (len(minor) + 1 - len(totals))
        for k, coefficient in enumerate(minor):
            totals[k + 1] += coefficient
    if outermost:
        memo.place = None
    return tuple(totals)


def _up_to_coordinates(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the same arrangement with coordinates dropped (if zero), permuted and reflected, rows sorted.

    The result only has to be isomorphic to the input. The more often isomorphic inputs meet the better:
    coordinates are ordered by the multiset of their entries, each with the entries of its row.
    """
    columns = [column for column in zip(*rows, strict=True) if any(column)]
    columns = [
        tuple([-x for x in column]) if sum((x > 0) - (x < 0) for x in column) < 0 else column
        for column in columns
    ]
    shapes = [tuple(sorted(map(abs, row))) for row in zip(*columns, strict=True)]
    columns.sort(key=lambda column: sorted(zip(map(abs, column), shapes, strict=True)))
    return tuple(sorted(map(canonical, zip(*columns, strict=True))))


def divide_by_infinity(coefficients: Sequence[int]) -> tuple[int, ...]:
    """Return `pi(A)` of an affine arrangement from `pi` of its cone, `(1 + s) pi(A)`.

    Example:
        >>> divide_by_infinity((1, 3, 2))
        (1, 2)
    """

    quotient = list(accumulate(coefficients, lambda previous, coefficient: coefficient - previous))
    remainder = quotient.pop()
    assert remainder == 0, "the Poincare polynomial of a cone is a multiple of 1 + s"
    return tuple(quotient)
