"""The training objective in rationals: one formula for every kind of network, loss, penalty and free part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm
from operator import mul
from typing import TYPE_CHECKING

from ..terms.max_pooling import MaxPooling

if TYPE_CHECKING:
    from ..problem import TrainingProblem

Vector = tuple[Fraction, ...]
ZERO = Fraction(0)


def exact_fit(
    problem: TrainingProblem, hidden: Sequence[Vector], output: Vector, skip: Sequence[Fraction] = ()
) -> Vector:
    """``f``, the outputs of a network with the problem's activation on its samples, length n.

    Args:
        problem: the problem.
        hidden: the weights of the neurons, m x d.
        output: their output weights, length m.
        skip: the weights of what the problem has beside its neurons.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-2]], [0, 0], beta=1, activation="abs")
        >>> [str(f) for f in exact_fit(problem, [(Fraction(3),)], (Fraction(1, 2),))]
        ['3/2', '3']
    """
    if isinstance(problem.readout, MaxPooling):
        return _max_pooled(problem, problem.readout, hidden, output)
    values = [ZERO] * problem.n
    for value, sample in zip(_neurons(problem, hidden, output), problem.readout.samples, strict=True):
        values[sample] = values[sample] + value if values[sample] else value
    for theta, column in zip(skip, problem.skips, strict=True):
        values = [value + theta * b for value, b in zip(values, column, strict=True)]
    return tuple(values)


def _neurons(problem: TrainingProblem, hidden: Sequence[Vector], output: Vector) -> Iterator[Fraction]:
    """What the neurons make of each row of the data, exactly: one fraction a row, integers before."""
    above, below = problem.kappa.denominator, problem.kappa.numerator
    unit, more = lcm(*(w.denominator for row in hidden for w in row)), lcm(*(a.denominator for a in output))
    weights = [[w.numerator * (unit // w.denominator) for w in row] for row in hidden]
    neurons = list(zip(weights, [a.numerator * (more // a.denominator) for a in output], strict=True))
    for row, denominator in zip(problem.X.integers.tolist(), problem.X.denominators, strict=True):
        value = 0
        for w, alpha in neurons:
            before = sum(map(mul, row, w))
            value += alpha * before * (above if before > 0 else below)
        yield Fraction(value, denominator * above * unit * more)


def _max_pooled(
    problem: TrainingProblem, pooling: MaxPooling, hidden: Sequence[Vector], output: Vector
) -> Vector:
    """The sum over the neurons of the largest output over the rows of each sample."""
    values = [ZERO] * problem.n
    for weights, alpha in zip(hidden, output, strict=True):
        alone = tuple(_neurons(problem, [weights], (Fraction(1),)))
        for i, rows in enumerate(pooling.members()):
            values[i] += alpha * max(alone[k] for k in rows)
    return tuple(values)


def exact_objective(
    problem: TrainingProblem, hidden: Sequence[Vector], output: Vector, skip: Sequence[Fraction] = ()
) -> Fraction:
    """The objective of these very weights, an upper bound on p*; for the logistic loss a rational just above.

    Args:
        problem: the problem.
        hidden: the weights of the neurons, m x d.
        output: their output weights, length m.
        skip: the weights of what the problem has beside its neurons.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1]], [1], beta=1)
        >>> exact_objective(problem, [(Fraction(1, 2),)], (Fraction(1, 2),))
        Fraction(17, 32)
    """
    fit = exact_fit(problem, hidden, output, skip)
    kept = [[w for j, w in enumerate(weights) if j != problem.bias] for weights in hidden]
    decay = sum(map(problem.penalty.square, kept)) + sum(alpha * alpha for alpha in output)
    return problem.loss.upper(fit, problem.y) + problem.beta * decay / 2 + problem.skip_decay(skip)
