"""The nonnegative Lasso in rationals, with free columns: an intercept, a linear skip (statement 2.14).

Free columns may be added to the outputs without a price, or for half the square of their weight times a
decay. With the squared loss they are eliminated from the inner products of atoms and targets, which leaves a
Lasso without them. Dependent columns do no harm. Inner products are weighted by the samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from hyperplane_arrangements.exact import exact_matrix, pivot_columns
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector


def nonnegative_lasso(
    atoms: Sequence[Vector],
    y: Vector,
    beta: Fraction,
    start: Mapping[int, Fraction] | None = None,
    free: Sequence[Vector] = (),
    metric: Metric | None = None,
) -> Vector:
    """Minimise ``1/2 norm(sum_j t_j a_j - y)^2 + beta sum_j t_j`` over ``t >= 0``, exactly.

    An active set of independent atoms with positive weights; in exact arithmetic the objective falls at every
    step, and no set comes twice.

    Args:
        atoms: m vectors of length n.
        y: length n.
        beta: positive.
        start: positive weights of independent atoms to begin with, by number: the nearer they are to the
            optimum, the fewer steps.
        free: vectors of length n that any multiples of may be added to the sum; they are projected off atoms
            and y, which must leave the atoms of ``start`` independent.
        metric: weights of the samples, and what multiples of ``free`` cost; ones and nothing by default.

    Returns:
        t, length m.

    Example:
        >>> nonnegative_lasso([(ONE, ZERO), (ZERO, ONE)], (Fraction(3), ONE), Fraction(2))
        (Fraction(1, 1), Fraction(0, 1))
    """
    metric = metric or Metric.plain(len(y))
    lasso = _Lasso.of(atoms, y, beta, [free[j] for j in _chosen(free, metric)], metric)
    weights = lasso.descend({j: _flint(weight) for j, weight in start.items()}) if start else {}
    while True:
        gains = lasso.gains(weights)
        entering = max(range(len(atoms)), key=gains.__getitem__, default=None)
        if entering is None or gains[entering] <= 0:
            found = {j: Fraction(int(weight.p), int(weight.q)) for j, weight in weights.items()}
            return tuple(found.get(j, ZERO) for j in range(len(atoms)))
        weights = lasso.descend(lasso.enter(weights, entering))


@dataclass(frozen=True, slots=True)
class Metric:
    """Weights of the samples, and the decay of what is added to the outputs.

    Attributes:
        weights: positive, length n.
        decay: what half the square of a multiple of each added column costs; 0 where they are free.
    """

    weights: Vector
    decay: Fraction

    @classmethod
    def plain(cls, n: int) -> Metric:
        """Weights of 1, and no decay."""
        return cls((ONE,) * n, ZERO)

    def pulled(self, vectors: Sequence[Vector]) -> Any:
        """The vectors as rows, each entry times the weight of its sample."""
        rows = [[w * x for w, x in zip(self.weights, vector, strict=True)] for vector in vectors]
        return _matrix(rows, len(self.weights))

    def gram(self, columns: Sequence[Vector]) -> Any:
        """The weighted inner products of the columns, and the decay on the diagonal."""
        from flint import fmpq_mat

        products = self.pulled(columns) * _matrix(columns, len(self.weights)).transpose()
        size = len(columns)
        return products + fmpq_mat(
            size, size, [_flint(self.decay * (i == j)) for i in range(size) for j in range(size)]
        )


@dataclass(frozen=True, eq=False, slots=True)
class _Lasso:
    """The inner products of the atoms with each other, and with y less beta, with independent free columns
    projected off; in python-flint's rationals."""

    gram: Any
    pull: list[Any]

    @classmethod
    def of(
        cls, atoms: Sequence[Vector], y: Vector, beta: Fraction, free: Sequence[Vector], metric: Metric
    ) -> _Lasso:
        rows, target = _matrix(atoms, len(y)), _matrix([y], len(y)).transpose()
        pulled = metric.pulled(atoms)
        gram, pull = pulled * rows.transpose(), pulled * target
        if free:
            pulling = metric.pulled(free)
            across = pulling * rows.transpose()
            off = metric.gram(free).solve(across).transpose()
            gram, pull = gram - off * across, pull - off * (pulling * target)
        return cls(gram, [pull[j, 0] - _flint(beta) for j in range(len(atoms))])

    def gains(self, weights: dict[int, Any]) -> list[Any]:
        """How fast the objective falls with each weight."""
        return [
            pull - sum(self.gram[j, i] * weight for i, weight in weights.items())
            for j, pull in enumerate(self.pull)
        ]

    def solve(self, chosen: list[int], right: list[Any]) -> list[Any]:
        """The weights of independent atoms with these inner products with them."""
        from flint import fmpq_mat

        size = len(chosen)
        if not size:
            return []
        block = fmpq_mat(size, size, [self.gram[i, j] for i in chosen for j in chosen])
        found = block.solve(fmpq_mat(size, 1, right))
        return [found[i, 0] for i in range(size)]

    def enter(self, weights: dict[int, Any], entering: int) -> dict[int, Any]:
        """Add an atom with weight 0; if it depends on the others, let it take the place of one of them."""
        chosen = list(weights)
        products = [self.gram[i, entering] for i in chosen]
        shares = self.solve(chosen, products)
        rest = self.gram[entering, entering] - sum(a * b for a, b in zip(products, shares, strict=True))
        if rest != 0:
            return {**weights, entering: _flint(ZERO)}
        # Along the dependence the fit stays and the penalty falls, as the gain is beta (sum(shares) - 1) > 0.
        step = min(weights[j] / share for j, share in zip(chosen, shares, strict=True) if share > 0)
        moved = {j: weights[j] - step * share for j, share in zip(chosen, shares, strict=True)}
        return {j: weight for j, weight in {**moved, entering: step}.items() if weight != 0}

    def descend(self, weights: dict[int, Any]) -> dict[int, Any]:
        """Go to the minimiser over the chosen atoms, dropping those whose weights would turn negative."""
        while True:
            chosen = list(weights)
            aim = dict(zip(chosen, self.solve(chosen, [self.pull[i] for i in chosen]), strict=True))
            falling = [j for j in chosen if aim[j] < 0]
            if not falling:
                return {j: value for j, value in aim.items() if value != 0}
            step = min(weights[j] / (weights[j] - aim[j]) for j in falling)
            moved = {j: value + step * (aim[j] - value) for j, value in weights.items()}
            weights = {j: value for j, value in moved.items() if value != 0}


def _independent(columns: Sequence[Vector]) -> list[int]:
    """The numbers of columns that span the same and depend on none before them.

    Example:
        >>> _independent([(Fraction(0), Fraction(0)), (Fraction(1), Fraction(2)), (Fraction(2), Fraction(4))])
        [1]
    """
    if not any(map(any, columns)):
        return []
    return list(pivot_columns(exact_matrix(list(zip(*columns, strict=True)))))


def _chosen(columns: Sequence[Vector], metric: Metric) -> list[int]:
    """The columns to eliminate: with a decay all, else independent ones."""
    return list(range(len(columns))) if metric.decay else _independent(columns)


def least_squares(columns: Sequence[Vector], target: Vector, metric: Metric | None = None) -> Vector:
    """Weights of the columns that come nearest to the target, those of dependent columns 0.

    With a metric nearest in its weights, and the decay of the columns' weights counted.

    Example:
        >>> ones, ramp = (Fraction(1),) * 3, tuple(map(Fraction, (0, 1, 2)))
        >>> [str(x) for x in least_squares([ones, ones, ramp], tuple(map(Fraction, (1, 0, 5))))]
        ['0', '0', '2']
    """
    weights, metric = [Fraction(0)] * len(columns), metric or Metric.plain(len(target))
    chosen = _chosen(columns, metric)
    if chosen:
        used = [columns[j] for j in chosen]
        right = metric.pulled(used) * _matrix([target], len(target)).transpose()
        found = metric.gram(used).solve(right)
        for i, j in enumerate(chosen):
            weights[j] = Fraction(int(found[i, 0].p), int(found[i, 0].q))
    return tuple(weights)


def _flint(value: Fraction) -> Any:
    """The same number for python-flint."""
    from flint import fmpq

    return fmpq(value.numerator, value.denominator)


def _matrix(rows: Sequence[Sequence[Fraction]], width: int) -> Any:
    """The rows as a matrix of python-flint, also where there are none."""
    from flint import fmpq_mat

    return fmpq_mat(len(rows), width, [_flint(x) for row in rows for x in row])
