"""Two-layer networks with biases, as other libraries have them, of one output or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ...data.preparation import BIAS, Preparation
from ...networks.rational import RationalNetwork
from ...networks.two_layer import TwoLayerNetwork
from ...problem import TrainingProblem
from ...terms.activations import phi
from ...terms.given import reals


@dataclass(frozen=True, eq=False, slots=True)
class BiasedNetwork:
    """`f(x) = intercept + sum_j alpha_j phi(w_j'x + b_j)`, as PyTorch and scikit-learn have it.

    Args:
        hidden: the rows w_j, m x d.
        output: the weights alpha_j, length m; m x k for k outputs.
        biases: the b_j, length m.
        intercept: the output's bias; k of them, or one for all.
        kappa: the activation's slope on the negative side.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).predict([[2.0], [0.0]])
        array([5., 3.])
        >>> BiasedNetwork([[1.0]], [[2.0, 1.0]], [-1.0], [3.0, 0.0]).predict([[2.0]])
        array([[5., 1.]])
    """

    hidden: np.ndarray
    output: np.ndarray
    biases: np.ndarray
    intercept: Any = 0.0
    kappa: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        inner = self._on(self.hidden)
        biases = reals(self.biases, "biases")
        if biases.shape != (inner.width,):
            raise InputError(
                f"biases has shape {biases.shape} but there are {inner.width} neurons; give one bias a neuron"
            )
        biases.flags.writeable = False
        for name in ("hidden", "output", "kappa", "intercept"):
            object.__setattr__(self, name, getattr(inner, name))
        object.__setattr__(self, "biases", biases)

    def _on(self, hidden: Any) -> TwoLayerNetwork:
        """The network without biases of its own, of these hidden weights."""
        return TwoLayerNetwork(hidden, self.output, self.kappa, self.intercept)

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    @property
    def inputs(self) -> int:
        """The number d of features."""
        return int(self.hidden.shape[1])

    @property
    def count(self) -> int:
        """The number of outputs."""
        return self.output.shape[1] if self.output.ndim == 2 else 1

    def one(self, k: int) -> BiasedNetwork:
        """Output k alone, with all neurons."""
        if self.output.ndim == 1:
            return self
        return BiasedNetwork(self.hidden, self.output[:, k], self.biases, self.intercept[k], self.kappa)

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n or n x k, in floats."""
        before = reals(X, "X") @ self.hidden.T + self.biases
        found: np.ndarray = phi(before, self.kappa) @ self.output + self.intercept
        return found

    def rational(self) -> RationalNetwork:
        """The network with its biases as last weights, exactly: for rows with a last column of ones."""
        return RationalNetwork.of(self.on_ones())

    def on_ones(self, column: int | None = None) -> TwoLayerNetwork:
        """The network with its biases as the weights on a column of ones, the last one unless named, and its
        intercept.

        Example:
            >>> BiasedNetwork([[1.0]], [2.0], [-1.0], 3.0).on_ones().hidden
            array([[ 1., -1.]])
        """
        place = self.inputs if column is None else column
        return self._on(np.insert(self.hidden, place, self.biases, axis=1))


Network = TwoLayerNetwork | BiasedNetwork


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


def from_layers(weights: list[np.ndarray], biases: list[np.ndarray | None], source: str) -> Network:
    """A network from the weight matrices (outputs x inputs) and biases of its layers, first layer first; of
    ReLUs, for arrays do not tell.

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
    first, last = (reals(weight, f"{source}: a weight") for weight in weights)
    last = np.atleast_2d(last)
    if first.ndim != 2 or last.ndim != 2 or last.shape[1] != first.shape[0]:
        raise InputError(
            f"{source} has layers of shapes {first.shape} and {last.shape}; give m x d and 1 x m"
        )
    offsets = [None if bias is None else np.atleast_1d(reals(bias, f"{source}: a bias")) for bias in biases]
    if offsets[1] is not None and offsets[1].shape != (len(last),):
        raise InputError(f"{source} has {offsets[1].shape} output biases; give one an output")
    one = len(last) == 1
    output = last[0] if one else last.T
    if offsets[0] is None and offsets[1] is None:
        return TwoLayerNetwork(first, output)
    hidden = np.zeros(len(first)) if offsets[0] is None else offsets[0]
    constants = np.zeros(len(last)) if offsets[1] is None else offsets[1]
    return BiasedNetwork(first, output, hidden, constants[0] if one else constants)


def starting_networks(
    found: Imported, programs: Sequence[TrainingProblem], names: Sequence[str]
) -> list[TwoLayerNetwork]:
    """The neurons of a network, for training on the programs of a problem to begin with.

    They are proposals, so that a network of another beta or loss will do; its biases are its weights on the
    column of ones. Where outputs are a program each, these are the neurons that an output uses.

    Args:
        found: the network.
        programs: of the problem.
        names: of its columns.

    Raises:
        InputError: another number of outputs, or other columns than those of the problem.

    Example:
        >>> problem = TrainingProblem([[3, 1], [4, 1]], [0, 1], beta=1)
        >>> found = Imported(BiasedNetwork([[2.0]], [1.0], [-1.0], 5.0), "PyTorch")
        >>> starting_networks(found, problem.programs, ("x", "(ones)"))[0].hidden
        array([[ 2., -1.]])
    """
    network, problem, count = found.network, programs[0], sum(len(one.targets) for one in programs)
    if network.count != count:
        raise InputError(f"--start has {network.count} outputs, and the problem {count}; begin with as many")
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
    if problem.shares:
        return [TwoLayerNetwork(hidden, network.output, problem.kappa)]
    outputs = network.output.reshape(-1, count).T
    return [TwoLayerNetwork(hidden[own != 0], own[own != 0], problem.kappa) for own in outputs]
