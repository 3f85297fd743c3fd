"""What stationarity is a matter of: exact rows, which weights are penalised, and exact networks on them.

The objective is `1/2 sum_k s_k (f_k - y_k)^2 + beta/2 sum_j (norm(P w_j)^2 + alpha_j^2)`, where P keeps the
penalised coordinates and s are the weights of the samples; an output intercept c may cost `beta/2 c^2`. Where
outputs share neurons, the loss, `alpha_j^2` and `c^2` are sums over the outputs. A
:class:`~duality_checks.problem.TrainingProblem` penalises all of them; networks as other libraries train them
have a free coordinate a neuron, its bias, and a free intercept at the output (statement 2.14).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from operator import mul

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import ExactMatrix
from hyperplane_arrangements.exact.rational import ZERO, Vector, combination, dot

from ..data.datasets import with_ones
from ..networks.objective import activated, neurons_fit
from ..networks.rational import RationalNetwork
from ..problem import TrainingProblem
from ..terms.free import DECAYED, NOTHING

_PURPOSE = "deciding stationary points"
UNCOUPLED = "the test of stationarity is for the 2-norm of a neuron's output weights"


@dataclass(frozen=True)
class Setting:
    """Exact rows, targets, weight decay and activation, and what is left unpenalised.

    Args:
        X: rows, n x p.
        targets: one vector of length n an output.
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
    targets: tuple[Vector, ...]
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
            InputError: another loss or penalty, a readout, a linear skip, or several outputs with another
                coupling than the 2-norm.
        """
        if isinstance(problem, Setting):
            return problem
        if len(problem.targets) > 1 and not problem.shares:
            raise InputError(
                f"{UNCOUPLED}, and the problem has {len(problem.targets)} outputs with the "
                f"{problem.coupling}; give coupling='2-norm', or take each of problem.outputs"
            )
        if problem.plain_loss.name != "squared":
            problem.require_standard(_PURPOSE)
        problem.require_ball(_PURPOSE, (NOTHING, "intercept", DECAYED, "biases"))
        free = () if problem.bias is None else (problem.bias,)
        has, decayed = problem.free.intercept, problem.free.decayed
        weights = tuple(problem.sample_weights) if problem.is_weighted else None
        return cls(problem.X, problem.targets, problem.beta, problem.kappa, free, has, decayed, weights)

    @classmethod
    def with_free_biases(cls, problem: TrainingProblem) -> Setting:
        """The features with a column of ones behind them, unpenalised, and an output intercept.

        Raises:
            InputError: another loss or penalty, a readout, or something free already.
        """
        setting = cls.of(problem)
        problem.require_ball(_PURPOSE, (NOTHING,))
        return replace(setting, X=with_ones(setting.X), free=(setting.inputs,), intercept=True)

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
    def y(self) -> Vector:
        """The targets of the one output, length n.

        Raises:
            InputError: there are several outputs.
        """
        return self._of_one(self.targets)

    def _of_one(self, vectors: tuple[Vector, ...]) -> Vector:
        if len(vectors) != 1:
            raise InputError(f"the setting has {len(vectors)} outputs; this is known of one output alone")
        return vectors[0]

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
        return activated(self, weights)

    def residual(self, network: RationalNetwork) -> Vector:
        """v = s (y - f) of the one output, length n: minus the gradient of the loss.

        Raises:
            InputError: the network does not fit the rows, or there are several outputs.
        """
        return self._of_one(self.residuals(network))

    def residuals(self, network: RationalNetwork) -> tuple[Vector, ...]:
        """The same of each output, q of length n.

        Raises:
            InputError: the network does not fit the rows.
        """
        return tuple(map(self._weighted, self._errors(network)))

    def _weighted(self, errors: Vector) -> Vector:
        return errors if self.weights is None else tuple(map(mul, self.weights, errors))

    def _errors(self, network: RationalNetwork) -> list[Vector]:
        """y - f of each output, length n."""
        self.require_fit(network)
        errors = list[Vector]()
        for k, (target, constant) in enumerate(zip(self.targets, network.constants, strict=True)):
            column = tuple(alphas[k] for alphas in network.outgoing)
            fit = neurons_fit(self.X, self.kappa, network.hidden, column)
            errors.append(tuple(y - constant - f for y, f in zip(target, fit, strict=True)))
        return errors

    def objective(self, network: RationalNetwork) -> Fraction:
        """The training objective, exactly.

        Example:
            >>> setting = Setting.of(TrainingProblem([[1]], [1], beta=1))
            >>> setting.objective(RationalNetwork([["1/2"]], ["1/2"]))
            Fraction(17, 32)
        """
        loss = sum((dot(self._weighted(errors), errors) for errors in self._errors(network)), ZERO)
        return (loss + self.beta * self.decaying(network)) / 2

    def decaying(self, network: RationalNetwork) -> Fraction:
        """The sum of the squares of all weights that decay."""
        decays = [*map(self.penalised, network.hidden), *network.outgoing]
        if self.decayed:
            decays.append(network.constants)
        return sum((dot(part, part) for part in decays), ZERO)

    def gradient(self, signs: Iterable[int], v: Vector) -> Vector:
        """X'Dv with the slopes of a sign vector, length p."""
        slopes = self.slopes(signs)
        return combination([d * value for d, value in zip(slopes, v, strict=True)], self.rows, self.inputs)

    def require_fit(self, network: RationalNetwork) -> None:
        """Refuse a network with another number of outputs or inputs, or an intercept where there is none.

        Raises:
            InputError: it does not fit.
        """
        require_outputs(network.count, len(self.targets))
        for j, row in enumerate(network.hidden):
            if len(row) != self.inputs:
                raise InputError(
                    f"hidden[{j}] has {len(row)} weights, but a row of X has {self.inputs} entries; "
                    "does the network have a bias that X has no column of ones for?"
                )
        constant = max(network.constants, key=abs)
        if constant and not self.intercept:
            raise InputError(
                f"the network has an output intercept {float(constant):.6g}, but the problem has "
                "none; use free biases, or retrain without it"
            )
        if network.linear:
            raise InputError(f"{_PURPOSE} knows no linear skip, and the network has one")


def require_outputs(outputs: int, targets: int) -> None:
    """Refuse a network with another number of outputs than there are targets.

    Raises:
        InputError: they differ.
    """
    if outputs != targets:
        raise InputError(
            f"the network has {outputs} outputs, but there are {targets} targets; give one target an output, "
            "in their order"
        )
