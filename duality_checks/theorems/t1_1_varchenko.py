"""Statement 1.1c: the determinant of the matrix of weights between chambers is a product over the flats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import determinant

from .catalogue import Outcome, Theorem, all_hold, equal, that
from .samples import Row, random_rows

Factor = tuple[tuple[int, ...], int]


@dataclass(frozen=True, slots=True)
class Weighted:
    """Rows in R^d, a weight for each, and the claimed factors: rows through a flat, and a multiplicity."""

    rows: tuple[tuple[int, ...], ...]
    weights: tuple[Fraction, ...]
    factors: tuple[Factor, ...]

    @property
    def arrangement(self) -> Arrangement:
        """The arrangement of the rows."""
        return Arrangement(exact_matrix(self.rows))


def factored(rows: list[Row], weights: list[Fraction]) -> Weighted:
    """The claim with the flats' own multiplicities."""
    found = Arrangement(exact_matrix(rows)).varchenko_factors()
    factors = tuple((factor.rows, factor.multiplicity) for factor in found)
    return Weighted(tuple(map(tuple, rows)), tuple(weights), factors)


def matrix(instance: Weighted) -> list[list[Fraction]]:
    """For each two chambers the product of the weights of the hyperplanes between them."""
    arrangement = instance.arrangement
    owner = arrangement.hyperplane_of_row.tolist()
    first = [k for k, h in enumerate(owner) if h >= 0 and owner.index(h) == k]
    signs = arrangement.chambers().signs[:, first].tolist()
    weights = [instance.weights[k] for k in first]
    return [
        [
            prod((w for w, a, b in zip(weights, one, two, strict=True) if a != b), start=Fraction(1))
            for two in signs
        ]
        for one in signs
    ]


@all_hold
def check(instance: Weighted) -> Iterator[Outcome]:
    """The determinant in fractions is the product of the factors, and where a factor vanishes it does."""
    found = matrix(instance)
    turned = [list(column) for column in zip(*found, strict=True)]
    yield that(turned == found, "the matrix is not symmetric")
    claimed = Fraction(1)
    for rows, multiplicity in instance.factors:
        claimed *= (1 - prod((instance.weights[k] for k in rows), start=Fraction(1)) ** 2) ** multiplicity
    yield equal(determinant(found), claimed, "the determinant")


def fixed() -> Iterator[Weighted]:
    """Lines through a point; planes in general position; three through a line; a repeat and a zero row; a
    weight that makes a factor vanish, and one that is 0; no hyperplane."""
    half, third = Fraction(1, 2), Fraction(1, 3)
    yield factored([[1, 0], [0, 1], [1, 1], [1, -2]], [half, third, 2 * third, -3 * half])
    yield factored([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], [half, third, Fraction(3), Fraction(-2)])
    yield factored([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]], [half, third, Fraction(5), Fraction(2)])
    yield factored([[1, 0], [2, 0], [0, 0], [0, 1]], [half, third, third, Fraction(7)])
    yield factored([[1, 0], [0, 1], [1, 1]], [half, Fraction(4), half])
    yield factored([[1, 0], [0, 1], [1, 1]], [Fraction(0), third, half])
    yield factored([[0, 0]], [half])


def draw(rng: np.random.Generator) -> Weighted:
    """Random rows and weights."""
    rows = random_rows(rng)
    pairs = zip(rng.integers(-5, 6, len(rows)), rng.integers(2, 5, len(rows)), strict=True)
    return factored(rows, [Fraction(int(p), int(q)) for p, q in pairs])


def control() -> Weighted:
    """Three planes through a line and a fourth, with the multiplicities of the hyperplanes through each flat
    alone: how many chambers the arrangement cuts out on the flat is left out."""
    honest = next(instance for k, instance in enumerate(fixed()) if k == 2)
    return Weighted(honest.rows, honest.weights, tuple((rows, 1) for rows, _ in honest.factors))


THEOREM = Theorem(
    id="1.1c",
    name="Varchenko's determinant",
    statement=(
        "The matrix with the product of the weights of the hyperplanes between two chambers as its entry has "
        "the determinant prod_F (1 - a_F^2)^(n(F) p(F)) over the flats F, a_F the product of the weights "
        "through F, n(F) the chambers that are cut out on F, and p(F) the beta invariant of what contains F."
    ),
    source="Varchenko 1993",
    note="1.1c-varchenko.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="each flat counts once",
    control=control,
)
