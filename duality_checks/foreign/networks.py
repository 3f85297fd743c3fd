"""Two-layer networks with biases, as other libraries have them, of one output or of several."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..data.preparation import Preparation
from ..exact.setting import RationalNetwork, Setting
from ..network import TwoLayerNetwork
from ..problem import TrainingProblem


@dataclass(frozen=True, eq=False, slots=True)
class BiasedNetwork:
    """`f(x) = intercept + sum_j alpha_j phi(w_j'x + b_j)`, as PyTorch and scikit-learn have it.

    Args:
        hidden: the rows w_j, m x d.
        output: the weights alpha_j, length m.
        biases: the b_j, length m.
        intercept: the output's bias.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).predict([[2.0], [0.0]])
        array([5., 3.])
    """

    hidden: np.ndarray
    output: np.ndarray
    biases: np.ndarray
    intercept: float = 0.0

    def __post_init__(self) -> None:
        inner = TwoLayerNetwork(self.hidden, self.output)
        biases = np.array(self.biases, dtype=float)
        if biases.shape != inner.output.shape:
            raise InputError(
                f"biases has shape {biases.shape} but there are {inner.width} neurons; give one bias a neuron"
            )
        if not (np.isfinite(biases).all() and np.isfinite(self.intercept)):
            raise InputError("biases or intercept hold a number that is not finite; was the training stable?")
        for name, value in (("hidden", inner.hidden), ("output", inner.output), ("biases", biases)):
            object.__setattr__(self, name, value)
        object.__setattr__(self, "intercept", float(self.intercept))

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    @property
    def inputs(self) -> int:
        """The number d of features."""
        return int(self.hidden.shape[1])

    def predict(self, X: Any, kappa: float = 0.0) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, in floats, with the slope kappa."""
        before = np.asarray(X, dtype=float) @ self.hidden.T + self.biases
        return (np.maximum(before, 0) + kappa * np.minimum(before, 0)) @ self.output + self.intercept

    def rational(self) -> RationalNetwork:
        """The network with its biases as last weights, exactly: for rows with a last column of ones."""
        hidden = tuple(
            (*row, bias) for row, bias in zip(self.hidden.tolist(), self.biases.tolist(), strict=True)
        )
        return RationalNetwork(hidden, tuple(self.output.tolist()), Fraction(self.intercept))

    def on_ones(self, kappa: Fraction, column: int | None = None) -> TwoLayerNetwork:
        """The network with its biases as the weights on a column of ones, the last one unless named, and its
        intercept.

        Example:
            >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).on_ones(Fraction(0)).hidden
            array([[ 1., -1.]])
        """
        place = self.inputs if column is None else column
        return TwoLayerNetwork(
            np.insert(self.hidden, place, self.biases, axis=1), self.output, kappa, self.intercept
        )

    def free_setting(self, problem: TrainingProblem) -> tuple[Setting, RationalNetwork]:
        """The problem with free biases and an intercept, and the network in it (statement 2.14).

        Raises:
            InputError: the network takes another number of features.
        """
        require_inputs(self.hidden, problem.d)
        return Setting.with_free_biases(problem), self.rational()


@dataclass(frozen=True, eq=False, slots=True)
class OutputsNetwork:
    """`F(x) = intercepts + sum_j alpha_j phi(w_j'x + b_j)` with k outputs.

    Args:
        hidden: the rows w_j, m x d.
        output: the rows alpha_j, m x k.
        biases: the b_j, length m; None where the hidden layer has none.
        intercepts: the outputs' biases, length k; None where there are none.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> output, intercepts = np.array([[1.0, 2.0], [0.0, 1.0]]), np.array([0.0, 5.0])
        >>> network = OutputsNetwork(np.eye(2), output, None, intercepts)
        >>> network.one(1).predict([[1.0, 1.0]])
        array([8.])
    """

    hidden: np.ndarray
    output: np.ndarray
    biases: np.ndarray | None
    intercepts: np.ndarray | None

    def __post_init__(self) -> None:
        output = np.array(self.output, dtype=float)
        if output.ndim != 2:
            raise InputError(f"output has shape {output.shape}; give m x k")
        if self.intercepts is not None and np.shape(self.intercepts) != (output.shape[1],):
            raise InputError(
                f"intercepts has shape {np.shape(self.intercepts)} but there are {output.shape[1]} outputs"
            )
        object.__setattr__(self, "output", output)
        for k in range(output.shape[1]):
            self.one(k)

    @property
    def inputs(self) -> int:
        """The number d of features."""
        return int(self.hidden.shape[1])

    @property
    def count(self) -> int:
        """The number k of outputs."""
        return int(self.output.shape[1])

    def one(self, k: int) -> BiasedNetwork:
        """Output k alone."""
        biases = np.zeros(len(self.hidden)) if self.biases is None else self.biases
        intercept = 0.0 if self.intercepts is None else float(self.intercepts[k])
        return BiasedNetwork(self.hidden, self.output[:, k], biases, intercept)


Network = TwoLayerNetwork | BiasedNetwork | OutputsNetwork


@dataclass(frozen=True, slots=True)
class Imported:
    """A network as it was found, and what was done or assumed on the way.

    Attributes:
        network: the network.
        origin: ``"convex-landscape"``, ``"PyTorch"``, ``"scikit-learn"`` or ``"arrays"``: where weights
            without further word usually come from, and so which objective they were trained on.
        kappa: the activation's slope, None where the file does not say.
        notes: sentences for the reader.
        preparation: how it reads tables, where the file says so.
    """

    network: Network
    origin: str
    kappa: Fraction | None = None
    notes: tuple[str, ...] = ()
    preparation: Preparation | None = None


def require_inputs(hidden: np.ndarray, columns: int) -> None:
    """Refuse a network with another number of inputs than the data has columns.

    Raises:
        InputError: they differ.
    """
    if hidden.shape[1] != columns:
        raise InputError(
            f"the network takes {hidden.shape[1]} inputs but the data has {columns} columns; choose the "
            "columns it was trained on, in its order, and say whether a column of ones is one of them"
        )


def from_layers(weights: list[np.ndarray], biases: list[np.ndarray | None], source: str) -> Network:
    """A network from the weight matrices (outputs x inputs) and biases of its layers, first layer first.

    Args:
        weights: the matrices.
        biases: for each layer its biases, or None.
        source: what to call the network in messages.

    Raises:
        InputError: not two layers, or shapes that do not fit.

    Example:
        >>> from_layers([np.ones((3, 2)), np.ones((1, 3))], [None, None], "memory").width
        3
    """
    if len(weights) != 2:
        raise InputError(
            f"{source} has {len(weights)} layers of weights; give a network with two, one hidden and one "
            "output layer"
        )
    first, last = (np.asarray(weight, dtype=float) for weight in weights)
    last = np.atleast_2d(last)
    if first.ndim != 2 or last.ndim != 2 or last.shape[1] != first.shape[0]:
        raise InputError(
            f"{source} has layers of shapes {first.shape} and {last.shape}; give m x d and 1 x m"
        )
    offsets = [None if bias is None else np.atleast_1d(np.asarray(bias, dtype=float)) for bias in biases]
    if offsets[1] is not None and offsets[1].shape != (len(last),):
        raise InputError(f"{source} has {offsets[1].shape} output biases; give one an output")
    if len(last) != 1:
        return OutputsNetwork(first, last.T, *offsets)
    if offsets[0] is None and offsets[1] is None:
        return TwoLayerNetwork(first, last[0])
    hidden = np.zeros(len(first)) if offsets[0] is None else offsets[0]
    return BiasedNetwork(first, last[0], hidden, 0.0 if offsets[1] is None else float(offsets[1][0]))
