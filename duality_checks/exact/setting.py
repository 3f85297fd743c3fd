"""What stationarity is a matter of: exact rows, which weights are penalised, and exact networks on them.

The objective is `1/2 sum_k s_k (f_k - y_k)^2 + beta/2 sum_j (norm(P w_j)^2 + alpha_j^2)`, where P keeps the
penalised coordinates and s are the weights of the samples; an output intercept c may cost `beta/2 c^2`. A
:class:`~duality_checks.problem.TrainingProblem` penalises all of them; networks as other libraries train them
have a free coordinate a neuron, its bias, and a free intercept at the output (statement 2.14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from operator import mul

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix, exact_matrix
from hyperplane_arrangements.exact.rational import combination, dot

from ..networks.objective import ZERO, Vector
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..terms.free import DECAYED, NOTHING

_PURPOSE = "deciding stationary points"


@dataclass(frozen=True)
class Setting:
    """Exact rows, targets, weight decay and activation, and what is left unpenalised.

    Args:
        X: rows, n x p.
        y: targets, length n.
        beta: weight decay.
        kappa: slope of the activation on the negative side.
        free: the unpenalised coordinates of a neuron, increasing.
        intercept: whether the output has a constant.
        decayed: whether that costs beta/2 times its square; else it is free.
        weights: of the samples, length n; None for ones.

    Example:
        >>> problem = TrainingProblem([[1], [2]], [1, 0], beta=1)
        >>> Setting.of(problem).free, Setting.with_free_biases(problem).X.integers.tolist()
        ((), [[1, 1], [2, 1]])
    """

    X: ExactMatrix
    y: Vector
    beta: Fraction
    kappa: Fraction
    free: tuple[int, ...] = ()
    intercept: bool = False
    decayed: bool = False
    weights: Vector | None = None

    @classmethod
    def of(cls, problem: TrainingProblem | Setting) -> Setting:
        """The setting of a training problem: with an intercept or free biases if it has them.

        Raises:
            InputError: another loss or penalty, a readout, or a linear skip.
        """
        if isinstance(problem, Setting):
            return problem
        if problem.plain_loss.name != "squared":
            problem.require_standard(_PURPOSE)
        problem.require_ball(_PURPOSE, (NOTHING, "intercept", DECAYED, "biases"))
        free = () if problem.bias is None else (problem.bias,)
        has, decayed = problem.free.intercept, problem.free.decayed
        weights = tuple(problem.sample_weights) if problem.is_weighted else None
        return cls(problem.X, problem.y, problem.beta, problem.kappa, free, has, decayed, weights)

    @classmethod
    def with_free_biases(cls, problem: TrainingProblem) -> Setting:
        """The features with a column of ones behind them, unpenalised, and an output intercept.

        Raises:
            InputError: another loss or penalty, a readout, or something free already.
        """
        if problem.plain_loss.name != "squared":
            problem.require_standard(_PURPOSE)
        problem.require_ball(_PURPOSE, (NOTHING,))
        rows = [(*row, Fraction(1)) for row in problem.X.fractions]
        weights = tuple(problem.sample_weights) if problem.is_weighted else None
        return cls(
            exact_matrix(rows), problem.y, problem.beta, problem.kappa, (problem.d,), True, weights=weights
        )

    def require_plain(self, purpose: str) -> Setting:
        """This setting, if its samples have no weights and its intercept, if any, is free.

        Args:
            purpose: what needs that, for the message.

        Raises:
            InputError: naming what is different.

        Example:
            >>> Setting.of(TrainingProblem([[1]], [1], 1)).require_plain("a restricted program").n
            1
        """
        if self.weights is not None or self.decayed:
            found = "a decayed intercept" if self.decayed else "weights of samples"
            raise InputError(f"{purpose} knows no {found}, and the problem has {found.removeprefix('a ')}")
        return self

    @property
    def n(self) -> int:
        """The number of samples."""
        return self.X.shape[0]

    @property
    def inputs(self) -> int:
        """The number p of weights into a neuron, its bias included."""
        return self.X.shape[1]

    @cached_property
    def rows(self) -> tuple[Vector, ...]:
        """X as fractions."""
        return self.X.fractions

    @cached_property
    def nonzero(self) -> tuple[bool, ...]:
        """Which rows of X are not zero."""
        return tuple(any(row) for row in self.rows)

    def penalised(self, vector: Sequence[Fraction]) -> Vector:
        """P w: the vector with its free coordinates set to zero."""
        if not self.free:
            return tuple(vector)
        return tuple(ZERO if i in self.free else x for i, x in enumerate(vector))

    def phi(self, t: Fraction) -> Fraction:
        """The activation."""
        return t if t > 0 else self.kappa * t

    def slopes(self, signs: Iterable[int]) -> Vector:
        """The slope for each sign; rows with sign 0 contribute nothing, so theirs is 0.

        Example:
            >>> Setting.of(TrainingProblem([[1]], [1], 1, "leaky:1/4")).slopes([1, 0, -1])
            (Fraction(1, 1), Fraction(0, 1), Fraction(1, 4))
        """
        table = {1: Fraction(1), -1: self.kappa, 0: ZERO}
        return tuple(table[int(s)] for s in signs)

    def activations(self, weights: Sequence[Fraction]) -> Vector:
        """phi(X w), length n."""
        scale = lcm(*(w.denominator for w in weights))
        values = self.X.integers @ np.array([int(w * scale) for w in weights], dtype=object)
        pairs = zip(values.tolist(), self.X.denominators, strict=True)
        return tuple(self.phi(Fraction(value, q * scale)) for value, q in pairs)

    def residual(self, network: RationalNetwork) -> Vector:
        """v = s (y - f), length n: minus the gradient of the loss.

        Raises:
            InputError: the network does not fit the rows.
        """
        errors = self.errors(network)
        return errors if self.weights is None else tuple(map(mul, self.weights, errors))

    def errors(self, network: RationalNetwork) -> Vector:
        """y - f, length n.

        Raises:
            InputError: the network does not fit the rows.
        """
        self.require_fit(network)
        values = [y - network.intercept for y in self.y]
        for weights, alpha in zip(network.hidden, network.output, strict=True):
            if alpha:
                values = [r - alpha * a for r, a in zip(values, self.activations(weights), strict=True)]
        return tuple(values)

    def objective(self, network: RationalNetwork) -> Fraction:
        """The training objective, exactly.

        Example:
            >>> setting = Setting.of(TrainingProblem([[1]], [1], beta=1))
            >>> setting.objective(RationalNetwork([["1/2"]], ["1/2"]))
            Fraction(17, 32)
        """
        errors = self.errors(network)
        weighted = errors if self.weights is None else tuple(map(mul, self.weights, errors))
        decay = dot(network.output, network.output)
        if self.decayed:
            decay += network.intercept**2
        for weights in network.hidden:
            kept = self.penalised(weights)
            decay += dot(kept, kept)
        return (dot(weighted, errors) + self.beta * decay) / 2

    def gradient(self, signs: Iterable[int], v: Vector) -> Vector:
        """X'Dv with the slopes of a sign vector, length p."""
        slopes = self.slopes(signs)
        return combination([d * value for d, value in zip(slopes, v, strict=True)], self.rows, self.inputs)

    def require_fit(self, network: RationalNetwork) -> None:
        """Refuse a network with another number of inputs, or an intercept where there is none.

        Raises:
            InputError: it does not fit.
        """
        for j, row in enumerate(network.hidden):
            if len(row) != self.inputs:
                raise InputError(
                    f"hidden[{j}] has {len(row)} weights, but a row of X has {self.inputs} entries; "
                    "does the network have a bias that X has no column of ones for?"
                )
        if network.intercept and not self.intercept:
            raise InputError(
                f"the network has an output intercept {float(network.intercept):.6g}, but the problem has "
                "none; use free biases, or retrain without it"
            )
        if network.linear:
            raise InputError(f"{_PURPOSE} knows no linear skip, and the network has one")
