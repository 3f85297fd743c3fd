"""The training objective in rationals: one formula for every kind of network, loss, penalty and free part."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, signs
from hyperplane_arrangements.exact.rational import ZERO, Vector
from hyperplane_arrangements.exact.scaled import Scaled, over_denominators, over_one_denominator
from hyperplane_arrangements.geometry.bits import packed

from ..terms.max_pooling import MaxPooling

if TYPE_CHECKING:
    from ..problem import TrainingProblem


def added(problem: TrainingProblem, intercept: Any, linear: Any) -> tuple[Any, ...]:
    """What a network adds to its neurons, as weights of the columns `B` that a problem has beside them.

    Raises:
        InputError: there is one that the problem does not leave free.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> added(TrainingProblem([[1]], [1], beta=1, free="intercept"), 0.5, [0.0])
        (0.5,)
    """
    for name, there, free in (
        ("an intercept", np.any(intercept), problem.free.intercept),
        ("a linear skip", np.any(linear), problem.free.linear),
    ):
        if there and not free:
            raise InputError(
                f"the network has {name}, which the problem (free={problem.free.name!r}) has not; "
                "state the problem with what is free, or drop it from the network"
            )
    return ((intercept,) if problem.free.intercept else ()) + (tuple(linear) if problem.free.linear else ())


class Rows(Protocol):
    """What a neuron meets: rows, and the activation's slope on their negative side."""

    @property
    def X(self) -> ExactMatrix: ...
    @property
    def kappa(self) -> Fraction: ...


def activated(problem: Rows, weights: Sequence[Fraction]) -> Vector:
    """`phi(X w)`, what one neuron makes of each row, exactly.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1], [-2]], [0, 0], beta=1, activation="leaky:1/2")
        >>> [str(x) for x in activated(problem, [Fraction(3)])]
        ['3', '-3']
    """
    return tuple(t if t > 0 else problem.kappa * t for t in problem.X.times(weights))


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
    return tuple(_outputs(problem, hidden, output, skip))


def _outputs(
    problem: TrainingProblem, hidden: Sequence[Vector], output: Vector, skip: Sequence[Fraction]
) -> Sequence[Fraction]:
    if isinstance(problem.readout, MaxPooling):
        return _max_pooled(problem, problem.readout, hidden, output)
    found = neurons_fit(problem.X, problem.kappa, hidden, output)
    if not problem.readout.is_identity:
        values = [ZERO] * problem.n
        for value, sample in zip(found, problem.readout.samples, strict=True):
            values[sample] = values[sample] + value if values[sample] else value
        found = values
    for theta, column in zip(skip, map(over_one_denominator, problem.skips), strict=True):
        if isinstance(found, Scaled) and isinstance(column, Scaled):
            found = found.plus(column.times(theta))
        else:
            found = [value + theta * b for value, b in zip(found, column, strict=True)]
    return found


def neurons_fit(
    X: ExactMatrix, kappa: Fraction, hidden: Sequence[Vector], output: Vector
) -> Sequence[Fraction]:
    """What the neurons make of each row of the data, exactly.

    Args:
        X: the rows, n x d.
        kappa: slope of the activation on the negative side.
        hidden: the weights of the neurons, m x d.
        output: their output weights, length m.

    Example:
        >>> from hyperplane_arrangements.exact import exact_matrix
        >>> found = neurons_fit(exact_matrix([[1], [-2]]), Fraction(-1), [(Fraction(3),)], (Fraction(1, 2),))
        >>> [str(f) for f in found]
        ['3/2', '3']
    """
    values, unit = _rows_in_integers(X, kappa, hidden, output)
    scaled = over_denominators(values, X.denominators)
    if scaled is not None:
        return Scaled(scaled.integers, scaled.denominator * unit)
    pairs = zip(values.tolist(), X.denominators, strict=True)
    return [Fraction(value, q * unit) for value, q in pairs]


def _rows_in_integers(
    X: ExactMatrix, kappa: Fraction, hidden: Sequence[Vector], output: Vector
) -> tuple[np.ndarray, int]:
    """The same as integers over the denominators of the rows and one more: on all rows that the same neurons
    are active on, the network is one linear form."""
    above, below = kappa.denominator, kappa.numerator
    if not hidden:
        return np.full(X.shape[0], 0, dtype=object), 1
    inner, outer = lcm(*(w.denominator for row in hidden for w in row)), lcm(*(a.denominator for a in output))
    rows = np.array([[int(w * inner) for w in row] for row in hidden], dtype=object)
    rows = rows * np.array([[int(alpha * outer)] for alpha in output], dtype=object)
    active = np.column_stack([signs(X, [weights])[0] > 0 for weights in hidden])
    first, which = _alike(active)
    forms = below * rows.sum(axis=0) + active[first].astype(object) @ ((above - below) * rows)
    products = (X.integers[:, j] * forms[which, j] for j in range(X.shape[1]))
    return sum(products), above * inner * outer


def _alike(table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of a table of truth values: numbers of rows, each unlike the others, and which of them each row is."""
    n, m = table.shape
    wide = packed(table, -(-m // 64))
    keys, axis = (wide[:, 0], None) if wide.shape[1] == 1 else (wide, 0)
    _, first, which = np.unique(keys, axis=axis, return_index=True, return_inverse=True)
    return first, which.reshape(n)


def _max_pooled(
    problem: TrainingProblem, pooling: MaxPooling, hidden: Sequence[Vector], output: Vector
) -> Vector:
    """The sum over the neurons of the largest output over the rows of each sample."""
    values = [ZERO] * problem.n
    for weights, alpha in zip(hidden, output, strict=True):
        alone = tuple(neurons_fit(problem.X, problem.kappa, [weights], (Fraction(1),)))
        for i, rows in enumerate(pooling.members()):
            values[i] += alpha * max(alone[k] for k in rows)
    return tuple(values)


def exact_objective(
    problem: TrainingProblem, hidden: Sequence[Vector], output: Vector, skip: Sequence[Fraction] = ()
) -> Fraction:
    """The objective of the weights that :func:`exact_fit` takes, an upper bound on p*; for the logistic loss
    a rational just above.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1]], [1], beta=1)
        >>> exact_objective(problem, [(Fraction(1, 2),)], (Fraction(1, 2),))
        Fraction(17, 32)
    """
    fit = _outputs(problem, hidden, output, skip)
    decay = problem.beta * sum(alpha * alpha for alpha in output) / 2 + problem.skip_decay(skip)
    return problem.loss.upper(fit, problem.tied) + decay + hidden_decay(problem, hidden)


def hidden_decay(problem: TrainingProblem, hidden: Sequence[Vector]) -> Fraction:
    """What the weights of the neurons cost in that: `beta/2 sum_j norm(w_j)^2`, of weights that decay.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> hidden_decay(TrainingProblem([[1]], [1], beta=1), [(Fraction(3),)])
        Fraction(9, 2)
    """
    kept = [[w for j, w in enumerate(weights) if j != problem.bias] for weights in hidden]
    return problem.beta * sum(map(problem.penalty.square, kept), ZERO) / 2
