"""What a reader recomputes, as fractions straight from the definitions, without the checker's integers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction

from hyperplane_arrangements.exact.rational import Vector, dot

from ...checker import Certificate, Chamber, Problem, conjugate_below, decimal, loss_above, without

LONG = 24
SMALL = Fraction(1, 1000)


@dataclass(frozen=True, slots=True)
class ChamberRow:
    """One chamber and one sign of z: everything that the comparison with beta needs.

    Attributes:
        number: of the chamber in the certificate, from 0.
        sign: '+' for z, '-' for -z.
        point: an integer point inside.
        signs: of x_k'u, by row.
        gradient: c = X'Dz, or its negative.
        multipliers: lambda by row, those that are not 0.
        moved: c + X'S lambda.
        size: the square of its 2-norm, or the dual of the penalty's norm.
        limit: what size is compared with, beta squared or beta.
    """

    number: int
    sign: str
    point: tuple[int, ...]
    signs: str
    gradient: Vector
    multipliers: dict[int, Fraction]
    moved: Vector
    size: Fraction
    limit: Fraction


def phi(problem: Problem, t: Fraction) -> Fraction:
    """The activation."""
    return t if t > 0 else problem.kappa * t


def outputs(problem: Problem, certificate: Certificate) -> list[Fraction]:
    """What the network says about each sample."""
    values = [Fraction(0)] * len(problem.target)
    for k, (row, sample) in enumerate(zip(problem.rows, problem.samples, strict=True)):
        neurons = zip(certificate.hidden, certificate.output, strict=True)
        values[sample] += sum((a * phi(problem, dot(row, w)) for w, a in neurons), Fraction(0))
        values[sample] += sum(
            (c * column[k] for c, column in zip(certificate.skip, problem.skips, strict=True)), Fraction(0)
        )
    return values


def losses(problem: Problem, values: Sequence[Fraction]) -> list[Fraction]:
    """The weighted loss of each sample."""
    triples = zip(problem.weights, values, problem.target, strict=True)
    return [s * loss_above(problem.loss, f, y) for s, f, y in triples]


def conjugates(problem: Problem, dual: Sequence[Fraction]) -> list[Fraction]:
    """What each sample adds to the lower bound."""
    triples = zip(problem.weights, dual, problem.target, strict=True)
    return [s * conjugate_below(problem.loss, z / s, y) for s, z, y in triples]


def dual_size(problem: Problem, vector: Vector) -> Fraction:
    """The square of the 2-norm, or the norm dual to a polyhedral one."""
    kept = without(vector, problem.bias)
    if problem.penalty == "2-norm":
        return dot(kept, kept)
    sizes = [Fraction(0), *map(abs, kept)]
    return max(sizes) if problem.penalty == "1-norm" else sum(sizes, Fraction(0))


def chamber_rows(problem: Problem, dual: Vector, chambers: Sequence[Chamber]) -> list[ChamberRow]:
    """Two for each chamber, for z and for -z."""
    limit = problem.beta**2 if problem.penalty == "2-norm" else problem.beta
    found = []
    for number, chamber in enumerate(chambers):
        sides = [dot(row, chamber.witness) for row in problem.rows]
        signs = "".join("+" if side > 0 else "-" if side < 0 else "0" for side in sides)
        weights = [
            dual[sample] * (1 if side > 0 else problem.kappa)
            for sample, side in zip(problem.samples, sides, strict=True)
        ]
        c = tuple(dot(weights, column) for column in zip(*problem.rows, strict=True))
        for sign, factor, lambdas in (("+", 1, chamber.plus), ("-", -1, chamber.minus)):
            gradient = tuple(factor * x for x in c)
            pushes = [value if sides[k] > 0 else -value for k, value in lambdas.items()]
            columns = zip(*(problem.rows[k] for k in lambdas), strict=True) if lambdas else ((),) * len(c)
            pushed = [dot(pushes, column) for column in columns]
            moved = tuple(x + y for x, y in zip(gradient, pushed, strict=True))
            size = dual_size(problem, moved)
            found.append(
                ChamberRow(number, sign, chamber.witness, signs, gradient, lambdas, moved, size, limit)
            )
    return found


def shown(value: Fraction) -> str:
    """A fraction in full where it is short, else a decimal that is not below it.

    Example:
        >>> shown(Fraction(-3, 4)), shown(Fraction(1, 3**60))
        ('-3/4', '2.36E-29')
    """
    text = str(value)
    if len(text) <= LONG:
        return text
    return str(decimal(value, ROUND_CEILING, 12 if abs(value) >= SMALL else 3))


def shown_below(value: Fraction) -> str:
    """The same, not above it.

    Example:
        >>> shown_below(Fraction(2, 3**60))
        '4.71E-29'
    """
    text = shown(-value)
    return text[1:] if text.startswith("-") else f"-{text}" if value else "0"


def compared(size: Fraction, limit: Fraction) -> tuple[str, str]:
    """A number and one that is not below it, in so many digits that what is shown is so ordered too.

    The first is rounded up and the second down; long ones that are equal are shown as one.

    Example:
        >>> third = Fraction(10**30, 3 * 10**30 - 1)
        >>> compared(third, third + Fraction(1, 10**15))
        ('0.33333333333333334', '0.33333333333333433')
        >>> compared(Fraction(1, 3), Fraction(1, 2))
        ('1/3', '1/2')
    """
    texts = shown(size), shown_below(limit)
    digits = 12
    while size < limit and Fraction(texts[0]) > Fraction(texts[1]):
        digits += 5
        texts = str(decimal(size, ROUND_CEILING, digits)), str(decimal(limit, ROUND_FLOOR, digits))
    return texts if size < limit else (texts[0], texts[0])


def shown_vector(values: Sequence[Fraction | int]) -> str:
    """A vector, entry by entry."""
    return f"({', '.join(shown(Fraction(value)) for value in values)})"
