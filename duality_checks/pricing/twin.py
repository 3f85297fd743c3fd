"""A problem with nothing free whose feasible duals become feasible where an intercept or biases are free.

Let Z be the features, biases b free, and ``1'v = 0``, which the free intercept asks for (statement 2.14).
Where ``abs(b) >= R norm(u)`` with ``R >= norm(z_k)`` for all k, all ``z_k'u + b`` are on one side, so
``v'phi(Zu + b)`` is ``v'Zu`` or kappa times that and no longer depends on b: for ``norm(u) <= 1`` its
extremes are at ``abs(b) <= R``.

The twin penalises biases a little: its columns are Z and the constant K. A v that is feasible for it has
``abs(v'phi(Zu + b)) <= beta sqrt(1 + R^2 / K^2)`` there. Taking from v its mean m makes ``1'v = 0`` exactly
and adds at most ``abs(m) L sum_k (norm(z_k) + R)``. Divided by the sum of both over beta it is feasible where
biases are free. Moving the origin of the features changes biases only, so Z is centred to make R small. With
a free intercept alone the twin has the same columns, and b is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import total
from hyperplane_arrangements.exact.scaled import Scaled, over_one_denominator

from ..data.middle import middle, power_above
from ..problem import TrainingProblem
from ..terms.free import DECAYED, NOTHING

# The constant K over R: the bound loses a share of 2**-37 by it, and multipliers in floats 6 of 16 digits.
SHARE = 2**18


@dataclass(frozen=True, slots=True)
class PenalisedTwin:
    """The twin of a problem.

    Attributes:
        stated: the problem.
        problem: with nothing free; the problem itself where nothing is.
        stretch: at least ``sqrt(1 + R^2 / K^2)``, 1 without free biases.
        size: at least ``L sum_k (norm(z_k) + R)``.

    Example:
        >>> twin = PenalisedTwin.of(TrainingProblem([[3, 1], [5, 1]], [0, 1], beta=1, free="biases"))
        >>> twin.problem.X.integers.tolist(), float(twin.size)
        ([[-1, 262144], [1, 262144]], 4.0)
    """

    stated: TrainingProblem
    problem: TrainingProblem
    stretch: Fraction
    size: Fraction

    @classmethod
    def of(cls, problem: TrainingProblem) -> PenalisedTwin:
        """The twin.

        Raises:
            InputError: another penalty, a readout, a free linear skip; or an intercept or biases that are
                free with another than the squared loss.
        """
        purpose = "a proof without a certificate"
        problem.require_ball(purpose, (NOTHING, "intercept", DECAYED, "biases"))
        if not problem.equations:
            return cls(problem, problem, Fraction(1), Fraction(0))
        rows, bias = problem.X.fractions, problem.bias
        if problem.plain_loss.name != "squared":
            raise InputError(
                f"{purpose} needs loss='squared' where something is free, and the problem has "
                f"{problem.loss.name!r}"
            )
        features = rows if bias is None else _centred(rows, bias)
        reach = _reach(features)
        size = max(Fraction(1), abs(problem.kappa)) * 2 * reach * len(rows)
        if bias is None:
            return cls(problem, _penalised(problem, rows), Fraction(1), size)
        columns = [(*row[:bias], SHARE * reach, *row[bias:]) for row in features]
        return cls(problem, _penalised(problem, columns), 1 + Fraction(1, 2 * SHARE**2), size)

    def lower(self, dual: Sequence[Fraction]) -> Fraction:
        """The bound on p* of the stated problem by a v that is feasible for the twin.

        Args:
            dual: v, length n; its feasibility is not looked at.
        """
        if not self.stated.equations:
            return self.stated.exact_dual(dual)
        mean = total(dual) / len(dual)
        length = self.stretch + abs(mean) * self.size / self.stated.beta
        centred = over_one_denominator(dual)
        if isinstance(centred, Scaled):
            centred = centred.plus(-mean).times(1 / length)
        else:
            centred = [(v - mean) / length for v in centred]
        return self.stated.loss.lower(centred, self.stated.tied)


def _penalised(problem: TrainingProblem, rows: Sequence[Sequence[Fraction]]) -> TrainingProblem:
    """The problem on other rows with nothing free."""
    return TrainingProblem(rows, problem.y, problem.beta, problem.kappa)


def _centred(rows: Sequence[Sequence[Fraction]], bias: int) -> list[tuple[Fraction, ...]]:
    """The features, without the column of ones, about a point near their middle that has few digits."""
    columns = [column for j, column in enumerate(zip(*rows, strict=True)) if j != bias]
    moved = []
    for column in columns:
        centre = middle(column)
        moved.append([x - centre for x in column])
    return list(zip(*moved, strict=True)) if moved else [()] * len(rows)


def _reach(rows: Sequence[Sequence[Fraction]]) -> Fraction:
    """A power of two that no row is longer than."""
    return power_above(sum((max(map(abs, column)) for column in zip(*rows, strict=True)), Fraction(0)))
