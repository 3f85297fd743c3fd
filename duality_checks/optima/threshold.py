"""Threshold units: a Lasso over the 0/1 patterns of all faces, solved exactly (statement 5.4b).

A unit `1[x'u >= 0]` does not see the length of u, so weight decay on u costs nothing, and weight decay on the
output weight alone can be split away. With a trained amplitude, `f = sum_j a_j alpha_j 1[X u_j >= 0]` under
`beta/2 sum_j (a_j^2 + alpha_j^2)`, or with the 1-norm of the output weights from the start, the problem is

    min over t of ell(sum_i t_i d_i) + beta sum_i abs(t_i),

d_i the distinct patterns `1[Xu >= 0]`. The boundary of a half-space is on its closed side, so the patterns
are those of all faces, u = 0 included; the chambers alone miss some. There are finitely many, all of them
rational: with the squared, l1 or hinge loss the optimum is rational and its gap exactly zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix, exact_vector, signs
from hyperplane_arrangements.exact.rational import ONE, ZERO, Vector, combination, dot
from hyperplane_arrangements.values.findings import Finding

from ..arguments import positive
from ..exact.polyhedral import LOSSES, exact_lasso, maximise
from ..terms.losses import Loss, parse_loss

MAX_FACES = 20_000

Pattern = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThresholdUnit:
    """A unit `weight * 1[x'u >= 0]`.

    Attributes:
        direction: u, rational; any positive multiple is the same unit.
        weight: its output weight, not zero.
    """

    direction: Vector
    weight: Fraction

    def __call__(self, x: Sequence[Fraction]) -> Fraction:
        """Its output on one sample."""
        return self.weight if dot(x, self.direction) >= 0 else ZERO


@dataclass(frozen=True, slots=True)
class ThresholdOptimum:
    """An optimal network of threshold units with its proof; all rational.

    Attributes:
        X: rows, n x d.
        y: targets, length n.
        beta: price of a unit of output weight.
        loss: squared, l1 or hinge.
        patterns: all distinct `1[Xu >= 0]`.
        units: the network.
        dual: v, with `abs(d'v) <= beta` for every pattern d.
        lower: the dual objective of v.
        upper: `ell(f) + beta sum_j abs(weight_j)`, by the network itself.
    """

    X: ExactMatrix
    y: Vector
    beta: Fraction
    loss: Loss
    patterns: tuple[Pattern, ...]
    units: tuple[ThresholdUnit, ...]
    dual: Vector
    lower: Fraction
    upper: Fraction

    @property
    def gap(self) -> Fraction:
        """`upper - lower`: zero."""
        return self.upper - self.lower

    def predict(self, X: Any) -> Vector:
        """The outputs on rows (k x d), exactly.

        Example:
            >>> threshold_optimum([[1], [-1]], [3, 3], beta=1).predict([[5], [0]])
            (Fraction(5, 2), Fraction(5, 2))
        """
        rows = exact_matrix(X).fractions
        return tuple(sum((unit(row) for unit in self.units), ZERO) for row in rows)

    def check(self) -> Finding:
        """Verify the proof from the definitions; the faces are counted a second way, from the flats alone.

        Returns:
            A finding; when it is refuted, the witness is the pattern at fault.
        """
        claim = f"the optimum over all {len(self.patterns)} patterns is {self.upper}"
        return Finding.of(claim, self._steps())

    def _steps(self) -> Iterator[tuple[Pattern | None, bool, str]]:
        from hyperplane_arrangements.arrangement import Arrangement
        from hyperplane_arrangements.geometry.faces import faces

        found = faces(Arrangement(self.X))
        complete = found.check()
        yield None, complete.holds, complete.reason
        missing = set(_closed(found.covectors)) - set(self.patterns)
        yield next(iter(missing), None), not missing, "a pattern is missing"
        fit = tuple(sum((unit(row) for unit in self.units), ZERO) for row in self.X.fractions)
        cost = self.beta * sum((abs(unit.weight) for unit in self.units), ZERO)
        yield None, self.upper == self.loss.upper(fit, self.y) + cost, "upper is not the network's objective"
        domain = all(self.loss.inside(a, b) == a for a, b in zip(self.dual, self.y, strict=True))
        yield None, domain, f"v is outside the dual domain of the {self.loss.name} loss"
        yield None, self.lower == self.loss.lower(self.dual, self.y), "lower is not the dual objective of v"
        for pattern in self.patterns:
            reach = abs(sum((v for d, v in zip(pattern, self.dual, strict=True) if d), ZERO))
            yield pattern, reach <= self.beta, f"a pattern reaches {reach}, more than beta"
        yield None, self.gap == 0, "the bounds do not agree"


def threshold_patterns(X: Any, max_faces: int = MAX_FACES) -> tuple[Pattern, ...]:
    """All distinct patterns `1[Xu >= 0]`: those of every face, with its zeros on the closed side.

    Args:
        X: rows, n x d; a bias is a column of ones.
        max_faces: refuse more faces than this.

    Returns:
        0/1 tuples of length n; the one of u = 0, all ones, first.

    Raises:
        TooLargeError: too many faces.

    Example:
        >>> threshold_patterns([[1], [-1]])
        ((1, 1), (1, 0), (0, 1))
    """
    from hyperplane_arrangements.arrangement import Arrangement
    from hyperplane_arrangements.geometry.faces import faces

    matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X, name="X")
    return _closed(faces(Arrangement(matrix), max_faces).covectors)


def threshold_optimum(
    X: Any, y: Any, beta: Any, loss: str | Loss = "squared", *, max_faces: int = MAX_FACES
) -> ThresholdOptimum:
    """The global optimum of a two-layer network of threshold units, any width, exactly.

    Args:
        X: n x d, as in :class:`~duality_checks.problem.TrainingProblem`; a bias is a column of ones.
        y: length n; labels -1 and +1 for the hinge loss.
        beta: price of a unit of output weight, positive.
        loss: "squared", "l1" or "hinge".
        max_faces: refuse arrangements with more faces.

    Returns:
        The optimum with its proof.

    Raises:
        InputError: shapes that do not fit, a bad number, another loss, or targets that are no labels.
        TooLargeError: too many faces.

    Example:
        >>> found = threshold_optimum([[1], [-1]], [3, 3], beta=1)
        >>> found.upper, [(unit.direction, unit.weight) for unit in found.units]
        (Fraction(11, 4), [((Fraction(0, 1),), Fraction(5, 2))])
        >>> found.check().holds
        True
    """
    matrix = X if isinstance(X, ExactMatrix) else exact_matrix(X, name="X")
    target = exact_vector(y, name="y")
    if len(target) != matrix.shape[0]:
        raise InputError(
            f"y has {len(target)} entries but X has {matrix.shape[0]} rows; give one target a row"
        )
    decay, stated = positive(beta, "beta"), parse_loss(loss)
    if stated.name not in LOSSES:
        raise InputError(f"loss={stated.name!r} has no rational optimum; use one of {', '.join(LOSSES)}")
    stated.require_targets(target)
    patterns = threshold_patterns(matrix, max_faces)
    weights, dual = signed_lasso(patterns, target, decay, stated.name)
    units = tuple(
        ThresholdUnit(direction_of(matrix, pattern), t)
        for pattern, t in zip(patterns, weights, strict=True)
        if t
    )
    fit = combination(weights, [tuple(map(Fraction, pattern)) for pattern in patterns], len(target))
    upper = stated.upper(fit, target) + decay * sum(map(abs, weights), ZERO)
    lower = stated.lower(dual, target)
    return ThresholdOptimum(matrix, target, decay, stated, patterns, units, dual, lower, upper)


def signed_lasso(
    patterns: Sequence[Pattern], y: Vector, beta: Fraction, loss: str
) -> tuple[tuple[Fraction, ...], Vector]:
    """Minimise `ell(sum_i t_i d_i) + beta sum_i abs(t_i)` over some patterns, and its dual, exactly.

    Example:
        >>> signed_lasso([(1, 0), (0, 1)], (Fraction(3), Fraction(-3)), ONE, "squared")[0]
        (Fraction(2, 1), Fraction(-2, 1))
    """
    atoms = [tuple(Fraction(side * d) for d in pattern) for side in (1, -1) for pattern in patterns]
    weights, dual = exact_lasso(atoms, y, beta, loss)
    half = len(patterns)
    return tuple(plus - minus for plus, minus in zip(weights[:half], weights[half:], strict=True)), dual


def direction_of(X: ExactMatrix, pattern: Pattern) -> Vector:
    """A rational u with `1[Xu >= 0]` this pattern, by an exact linear program.

    Raises:
        InputError: no u has it.

    Example:
        >>> direction_of(exact_matrix([[1, 0], [0, 1]]), (1, 0))
        (Fraction(0, 1), Fraction(-1, 1))
    """
    d = X.shape[1]
    if all(pattern):
        return (ZERO,) * d
    # The largest t with x_k'u >= 0 on the ones, x_k'u <= -t on the zeros, and u in the unit box.
    rows = []
    for value, row in zip(pattern, X.fractions, strict=True):
        rows.append((ZERO, (*row, ZERO)) if value else (ZERO, (*(-x for x in row), -ONE)))
    for i in range(d):
        for side in (1, -1):
            rows.append((ONE, (*(Fraction(side * (i == j)) for j in range(d)), ZERO)))
    (*u, _), _ = maximise((*(ZERO,) * d, ONE), rows)
    at = signs(X, [u])[0].tolist()
    if tuple(int(s >= 0) for s in at) != tuple(pattern):
        raise InputError(f"pattern {''.join(map(str, pattern))} is that of no direction")
    return tuple(u)


def _closed(covectors: np.ndarray) -> tuple[Pattern, ...]:
    return tuple(dict.fromkeys(tuple(row) for row in (covectors >= 0).astype(int).tolist()))
