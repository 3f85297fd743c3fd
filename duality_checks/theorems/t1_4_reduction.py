"""Statement 1.4: only the rank matters, not the dimension."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix, pivot_columns, rank

from .catalogue import Outcome, Theorem, all_hold, equal, that
from .samples import Row, random_rows

Matrix = tuple[tuple[Fraction, ...], ...]


@dataclass(frozen=True, slots=True)
class Reduction:
    """Rows X (n x d), and U (n x r) whose arrangement is claimed to have the same sign vectors."""

    rows: tuple[tuple[int, ...], ...]
    reduced: Matrix


def columns_of(rows: list[Row], columns: tuple[int, ...]) -> Reduction:
    """The claim that these columns of X will do for U."""
    reduced = tuple(tuple(Fraction(row[j]) for j in columns) for row in rows)
    return Reduction(tuple(map(tuple, rows)), reduced)


def essential(rows: list[Row]) -> Reduction:
    """The claim of the statement for ``X = U V'``, U the pivot columns of X."""
    return columns_of(rows, pivot_columns(exact_matrix(rows)))


@all_hold
def check(instance: Reduction) -> Iterator[Outcome]:
    """Compare the sets of sign vectors, and the ranks."""
    whole, reduced = Arrangement(exact_matrix(instance.rows)), Arrangement(exact_matrix(instance.reduced))
    before = set(map(tuple, whole.chambers().signs.tolist()))
    after = set(map(tuple, reduced.chambers().signs.tolist()))
    yield that(before == after, f"{len(before)} sign vectors before, {len(after)} after, not the same")
    yield equal(reduced.dimension, whole.rank, "r columns are kept")
    together = [(*x, *u) for x, u in zip(instance.rows, instance.reduced, strict=True)]
    yield equal(rank(exact_matrix(together)), rank(reduced.normals), "X and U have the same column space")


def fixed() -> Iterator[Reduction]:
    """A tie of columns; rank one in space; full rank; a zero and a repeated row."""
    yield essential([[1, 2, 3], [1, 1, 2], [2, -1, 1], [0, 1, 1]])
    yield essential([[1, 2, 3], [-1, -2, -3], [2, 4, 6]])
    yield essential([[1, 0], [0, 1], [1, 1]])
    yield essential([[0, 0, 0], [0, 1, 1], [0, 1, 1], [0, 2, 1]])


def control() -> Reduction:
    """The first two columns of a matrix of rank two whose second column is twice the first."""
    return columns_of([[1, 2, 0], [2, 4, 1], [1, 2, 1]], (0, 1))


THEOREM = Theorem(
    id="1.4",
    name="reduction to the rank",
    statement=(
        "If X = U V' with U n x r of full column rank, the rows of U in R^r have the sign vectors of the "
        "rows of X in R^d."
    ),
    source="derived",
    note="1.4-reduction-to-rank.md",
    fixed=fixed,
    draw=lambda rng: essential(random_rows(rng, most=6)),
    check=check,
    false_claim="any r columns of X will do for U",
    control=control,
)
