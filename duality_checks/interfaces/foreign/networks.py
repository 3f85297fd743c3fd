"""Two-layer networks with biases, as other libraries have them, of one output or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...data.preparation import BIAS, Preparation
from ...exact.judged import require_activation, require_inputs
from ...exact.setting import Setting
from ...networks.rational import RationalNetwork
from ...networks.two_layer import TwoLayerNetwork
from ...problem import TrainingProblem
from ...terms.given import reals


@dataclass(frozen=True, eq=False, slots=True)
class BiasedNetwork:
    """`f(x) = intercept + sum_j alpha_j phi(w_j'x + b_j)`, as PyTorch and scikit-learn have it.

    Args:
        hidden: the rows w_j, m x d.
        output: the weights alpha_j, length m.
        biases: the b_j, length m.
        intercept: the output's bias.
        kappa: the activation's slope on the negative side.

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
    kappa: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        inner = TwoLayerNetwork(self.hidden, self.output, self.kappa, self.intercept)
        biases = reals(self.biases, "biases")
        if biases.shape != inner.output.shape:
            raise InputError(
                f"biases has shape {biases.shape} but there are {inner.width} neurons; give one bias a neuron"
            )
        biases.flags.writeable = False
        for name in ("hidden", "output", "intercept", "kappa"):
            object.__setattr__(self, name, getattr(inner, name))
        object.__setattr__(self, "biases", biases)

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    @property
    def inputs(self) -> int:
        """The number d of features."""
        return int(self.hidden.shape[1])

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, in floats."""
        before = reals(X, "X") @ self.hidden.T + self.biases
        after = np.maximum(before, 0) + float(self.kappa) * np.minimum(before, 0)
        return after @ self.output + self.intercept

    def rational(self) -> RationalNetwork:
        """The network with its biases as last weights, exactly: for rows with a last column of ones."""
        hidden = tuple(
            (*row, bias) for row, bias in zip(self.hidden.tolist(), self.biases.tolist(), strict=True)
        )
        return RationalNetwork(hidden, tuple(self.output.tolist()), Fraction(self.intercept))

    def on_ones(self, column: int | None = None) -> TwoLayerNetwork:
        """The network with its biases as the weights on a column of ones, the last one unless named, and its
        intercept.

        Example:
            >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).on_ones().hidden
            array([[ 1., -1.]])
        """
        place = self.inputs if column is None else column
        return TwoLayerNetwork(
            np.insert(self.hidden, place, self.biases, axis=1), self.output, self.kappa, self.intercept
        )

    def free_setting(self, problem: TrainingProblem) -> tuple[Setting, RationalNetwork]:
        """The problem with free biases and an intercept, and the network in it (statement 2.14).

        Raises:
            InputError: the network takes another number of features, or has another activation.
        """
        if self.width:
            require_activation(problem.kappa, self.kappa)
        require_inputs(self.inputs, problem.d)
        return Setting.with_free_biases(problem), self.rational()


@dataclass(frozen=True, eq=False, slots=True)
class OutputsNetwork:
    """`F(x) = intercepts + sum_j alpha_j phi(w_j'x + b_j)` with k outputs.

    Args:
        hidden: the rows w_j, m x d.
        output: the rows alpha_j, m x k.
        biases: the b_j, length m; None where the hidden layer has none.
        intercepts: the outputs' biases, length k; None where there are none.
        kappa: the activation's slope on the negative side.

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
    kappa: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        output = reals(self.output, "output")
        if output.ndim != 2:
            raise InputError(f"output has shape {output.shape}; give m x k")
        if self.intercepts is not None and np.shape(self.intercepts) != (output.shape[1],):
            raise InputError(
                f"intercepts has shape {np.shape(self.intercepts)} but there are {output.shape[1]} outputs"
            )
        hidden = reals(self.hidden, "hidden")
        object.__setattr__(self, "hidden", hidden)
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
        return BiasedNetwork(self.hidden, self.output[:, k], biases, intercept, self.kappa)


RELU = Fraction(0)
Network = TwoLayerNetwork | BiasedNetwork | OutputsNetwork


@dataclass(frozen=True, slots=True)
class Imported:
    """A network as it was found, and what was done or assumed on the way.

    Attributes:
        network: the network.
        origin: ``"convex-landscape"``, ``"PyTorch"``, ``"scikit-learn"`` or ``"arrays"``: where weights
            without further word usually come from, and so which objective they were trained on.
        kappa: the activation's slope, None where the file does not say: the network is then taken to have
            that of the problem it is judged on.
        notes: sentences for the reader.
        preparation: how it reads tables, where the file says so.
    """

    network: Network
    origin: str
    kappa: Fraction | None = None
    notes: tuple[str, ...] = ()
    preparation: Preparation | None = None

    def with_activation(self, kappa: Fraction) -> Imported:
        """The same, known to have this slope on the negative side.

        Example:
            >>> found = Imported(TwoLayerNetwork([[1.0]], [1.0]), "arrays")
            >>> found.with_activation(Fraction(-1)).network.kappa
            Fraction(-1, 1)
        """
        return replace(self, network=replace(self.network, kappa=kappa), kappa=kappa)


def from_layers(
    weights: list[np.ndarray], biases: list[np.ndarray | None], source: str, kappa: Fraction = RELU
) -> Network:
    """A network from the weight matrices (outputs x inputs) and biases of its layers, first layer first.

    Args:
        weights: the matrices.
        biases: for each layer its biases, or None.
        source: what to call the network in messages.
        kappa: the activation's slope on the negative side; arrays do not tell it.

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
    first, last = (reals(weight, f"{source}: a weight") for weight in weights)
    last = np.atleast_2d(last)
    if first.ndim != 2 or last.ndim != 2 or last.shape[1] != first.shape[0]:
        raise InputError(
            f"{source} has layers of shapes {first.shape} and {last.shape}; give m x d and 1 x m"
        )
    offsets = [None if bias is None else np.atleast_1d(reals(bias, f"{source}: a bias")) for bias in biases]
    if offsets[1] is not None and offsets[1].shape != (len(last),):
        raise InputError(f"{source} has {offsets[1].shape} output biases; give one an output")
    if len(last) != 1:
        return OutputsNetwork(first, last.T, offsets[0], offsets[1], kappa)
    if offsets[0] is None and offsets[1] is None:
        return TwoLayerNetwork(first, last[0], kappa)
    hidden = np.zeros(len(first)) if offsets[0] is None else offsets[0]
    constant = 0.0 if offsets[1] is None else float(offsets[1][0])
    return BiasedNetwork(first, last[0], hidden, constant, kappa)


def starting_network(found: Imported, problem: TrainingProblem, names: Sequence[str]) -> TwoLayerNetwork:
    """The neurons of a network, for training on a problem to begin with.

    They are proposals, so that a network of another beta or loss will do; its biases are its weights on the
    column of ones.

    Args:
        found: the network.
        problem: the problem.
        names: of its columns.

    Raises:
        InputError: several outputs, or other columns than those of the problem.

    Example:
        >>> problem = TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1)
        >>> found = Imported(BiasedNetwork([[2.0]], [1.0], [-1.0], 5.0), "PyTorch")
        >>> starting_network(found, problem, ("x", "(ones)")).hidden
        array([[ 2., -1.]])
    """
    network = found.network
    if isinstance(network, OutputsNetwork):
        raise InputError(f"--start has {network.count} outputs; training of one output begins with one")
    if found.preparation is not None and found.preparation.names != tuple(names):
        raise InputError(
            f"--start reads {', '.join(found.preparation.names)}, and the problem has {', '.join(names)}; "
            "begin with a network of the same columns"
        )
    hidden = network.hidden
    if isinstance(network, BiasedNetwork) and names and names[-1] == BIAS:
        hidden = network.on_ones().hidden
    if hidden.shape[1] != problem.d:
        raise InputError(
            f"--start takes {hidden.shape[1]} inputs, and the problem has {problem.d} columns "
            f"({', '.join(names)}); begin with a network of the same columns"
        )
    return TwoLayerNetwork(hidden, network.output, problem.kappa)
