"""Statement 5.4b: threshold units are a Lasso over the 0/1 patterns of all faces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from hyperplane_arrangements.arrangement import Arrangement
from hyperplane_arrangements.exact import exact_matrix
from hyperplane_arrangements.exact.rational import ZERO, Vector, dot

from ..exact.polyhedral import LOSSES
from ..optima.threshold import Pattern, signed_lasso, threshold_optimum, threshold_patterns
from ..terms.losses import parse_loss
from .catalogue import Outcome, Theorem, all_hold, at_least, equal, that
from .samples import random_rationals, random_rows

RIVALS = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Data, price, loss, the patterns that the Lasso is over, and a seed for rival networks."""

    rows: tuple[Vector, ...]
    y: Vector
    beta: Fraction
    loss: str
    patterns: tuple[Pattern, ...]
    seed: int = 0


@all_hold
def check(instance: Thresholds) -> Iterator[Outcome]:
    """The Lasso over the patterns against the proven optimum, and against networks by their definition."""
    rows, y, beta, loss = instance.rows, instance.y, instance.beta, parse_loss(instance.loss)
    found = threshold_optimum(rows, y, beta, loss)
    finding = found.check()
    yield that(finding.holds, finding.reason)
    weights, _ = signed_lasso(instance.patterns, y, beta, loss.name)
    fit = [
        sum((t for t, d in zip(weights, column, strict=True) if d), ZERO)
        for column in zip(*instance.patterns, strict=True)
    ]
    lasso = loss.upper(fit, y) + beta * sum(map(abs, weights), ZERO)
    yield equal(lasso, found.upper, "the Lasso over the patterns = p*")
    rng = np.random.default_rng(instance.seed)
    for _ in range(RIVALS):
        hidden = rng.integers(-2, 3, (3, len(rows[0]))).tolist()
        amplitudes, output = random_rationals(rng, 3), random_rationals(rng, 3)
        value = decayed_objective(instance, hidden, amplitudes, output)
        yield at_least(value, found.upper, "a network with trained amplitudes")


def decayed_objective(
    instance: Thresholds,
    hidden: Sequence[Sequence[int]],
    amplitudes: Sequence[Fraction],
    output: Vector | list,
) -> Fraction:
    """`ell(sum_j a_j alpha_j 1[X u_j >= 0]) + beta/2 sum_j (a_j^2 + alpha_j^2)`, by definition."""
    fit = [ZERO] * len(instance.y)
    for u, a, alpha in zip(hidden, amplitudes, output, strict=True):
        on = [dot(row, map(Fraction, u)) >= 0 for row in instance.rows]
        fit = [f + a * alpha * int(value) for f, value in zip(fit, on, strict=True)]
    decay = sum((a * a + b * b for a, b in zip(amplitudes, output, strict=True)), ZERO)
    return parse_loss(instance.loss).upper(fit, instance.y) + instance.beta * decay / 2


def stated(
    rows: Sequence[Sequence[int]], y: Sequence[object], beta: object, loss: str, seed: int
) -> Thresholds:
    """The claim of the statement: the patterns of all faces."""
    exact = tuple(tuple(map(Fraction, row)) for row in rows)
    target = tuple(Fraction(str(value)) for value in y)
    return Thresholds(exact, target, Fraction(str(beta)), loss, threshold_patterns(exact), seed)


def chamber_patterns(rows: Sequence[Sequence[object]]) -> tuple[Pattern, ...]:
    """The patterns of the chambers alone; zero rows are on.

    Example:
        >>> sorted(chamber_patterns([[1], [-1]]))
        [(0, 1), (1, 0)]
    """
    table = Arrangement(exact_matrix(rows)).chambers().signs
    return tuple(map(tuple, (np.asarray(table) >= 0).astype(int).tolist()))


def draw(rng: np.random.Generator) -> Thresholds:
    """Up to five samples with ties, repeats, opposites and zero rows."""
    rows = random_rows(rng)
    loss = LOSSES[int(rng.integers(3))]
    y = rng.choice([-1, 1], len(rows)).tolist() if loss == "hinge" else random_rationals(rng, len(rows))
    return stated(rows, y, Fraction(int(rng.integers(1, 9)), 8), loss, int(rng.integers(1000)))


def fixed() -> Iterator[Thresholds]:
    """Opposite rows, where only u = 0 is on for both; three lines through a point; a zero row; repeats."""
    yield stated([[1], [-1]], [3, 3], 1, "squared", 0)
    yield stated([[1, 0], [0, 1], [-1, -1]], [1, 2, 3], "1/4", "squared", 1)
    yield stated([[0, 0], [1, 2], [1, 2]], [1, -1, 1], "1/2", "l1", 2)
    yield stated([[1, 1], [-2, -2], [0, 1]], [1, 1, -1], "1/4", "hinge", 3)


def control() -> Thresholds:
    """The chambers alone, on opposite rows."""
    rows = ((Fraction(1),), (Fraction(-1),))
    return Thresholds(rows, (Fraction(3), Fraction(3)), Fraction(1), "squared", chamber_patterns(rows))


THEOREM = Theorem(
    id="5.4b",
    name="threshold units",
    statement=(
        "Threshold units with trained amplitudes under weight decay, or with the 1-norm of the output "
        "weights: p* is the optimum of a Lasso over the distinct patterns 1[Xu >= 0] of all faces; with the "
        "squared, l1 or hinge loss it is rational and the gap exactly zero."
    ),
    source="Ergen, Gulluk, Lacotte and Pilanci 2023; the faces and the condition on the decay derived here",
    note="5.4b-threshold-units.md",
    fixed=fixed,
    draw=draw,
    check=check,
    false_claim="the patterns of the chambers are enough",
    control=control,
)
