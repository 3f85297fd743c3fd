"""Two-layer networks with several outputs, whose neurons all of them share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.values.pasting import MOST, Call, Pasted

from ..terms.given import reals
from .two_layer import TwoLayerNetwork

FORMAT = "convex-landscape network of several outputs"


@dataclass(frozen=True, slots=True, repr=False)
class VectorNetwork(Pasted):
    """``f(x) = intercepts + sum_j phi(x'w_j) alpha_j`` with k outputs.

    Attributes:
        hidden: the rows ``w_j``, m x d.
        output: the rows ``alpha_j``, m x k.
        kappa: the activation's slope on the negative side.
        intercepts: a constant an output, length k; None for zeros.

    Raises:
        InputError: shapes that do not fit, or entries that are no finite real numbers.

    Example:
        >>> VectorNetwork(np.array([[1.0]]), np.array([[2.0, -1.0]]), Fraction(0)).predict([[3.0], [-1.0]])
        array([[ 6., -3.],
               [ 0.,  0.]])
    """

    hidden: np.ndarray
    output: np.ndarray
    kappa: Fraction = Fraction(0)
    intercepts: np.ndarray | None = None

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(self, hidden: Any, output: Any, kappa: Any = 0, intercepts: Any = None) -> None: ...

    def __post_init__(self) -> None:
        output = reals(self.output, "output")
        if output.ndim != 2 or output.shape[1] == 0:
            raise InputError(f"output has shape {output.shape}; give m x k, one row a neuron")
        constants = None if self.intercepts is None else reals(self.intercepts, "intercepts")
        if constants is not None and constants.shape != output.shape[1:]:
            raise InputError(
                f"intercepts has shape {constants.shape}; a network of {output.shape[1]} outputs has as many"
            )
        for name, array in (("output", output), ("intercepts", constants)):
            if array is not None:
                array.flags.writeable = False
            object.__setattr__(self, name, array)
        one = self.one(0)
        object.__setattr__(self, "hidden", one.hidden)
        object.__setattr__(self, "kappa", one.kappa)

    def _call(self) -> Call:
        if not self.width:
            inputs = self.hidden.shape[1]
            return Call("VectorNetwork.of", (self.document(), inputs, self.count))
        named: dict[str, Any] = {"kappa": self.kappa} if self.kappa else {}
        if self.intercepts is not None:
            named["intercepts"] = self.intercepts
        return Call(type(self).__name__, (self.hidden, self.output), named)

    def _measured(self) -> str:
        shape = f"{self.width:,} neurons on {self.hidden.shape[1]:,} inputs, {self.count:,} outputs"
        return shape if self.hidden.size + self.output.size > MOST else ""

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.hidden)

    @property
    def count(self) -> int:
        """The number k of outputs."""
        return int(self.output.shape[1])

    @property
    def outgoing(self) -> np.ndarray:
        """The output weights, m x k, whatever the number of outputs."""
        return self.output

    def one(self, k: int) -> TwoLayerNetwork:
        """Output k alone, with all neurons."""
        intercept = 0.0 if self.intercepts is None else float(self.intercepts[k])
        return TwoLayerNetwork(self.hidden, self.output[:, k], self.kappa, intercept)

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), n x k, in float64."""
        return np.stack([self.one(k).predict(X) for k in range(self.output.shape[1])], axis=1)

    def document(self) -> dict[str, Any]:
        """What a file of it holds beside its format and version: hidden weights m x d, output weights m x k
        and, where there are any, k intercepts; floats to the bit."""
        constants = self.intercepts
        return {
            "kappa": str(self.kappa),
            "hidden": self.hidden.tolist(),
            "output": self.output.tolist(),
            **({} if constants is None else {"intercepts": constants.tolist()}),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any], inputs: int, outputs: int) -> VectorNetwork:
        """The network that such fields hold.

        Args:
            document: the fields.
            inputs: how many inputs it has, which no neurons do not say.
            outputs: likewise.

        Raises:
            InputError: fields that do not fit.

        Example:
            >>> network = VectorNetwork(np.eye(2), np.array([[2.0, -1.0, 0.0], [0.0, 1.0, 0.5]]), Fraction(0))
            >>> VectorNetwork.of(network.document(), 2, 3).count
            3
        """
        from ..problem import parse_activation

        hidden, output = document["hidden"], document["output"]
        if hidden == [] and output == []:
            hidden, output = np.zeros((0, inputs)), np.zeros((0, outputs))
        slope = parse_activation(f"leaky:{document['kappa']}")
        network = cls(hidden, output, slope, document.get("intercepts"))
        if (network.hidden.shape[1], network.count) != (inputs, outputs):
            raise InputError(
                f"the network has {network.hidden.shape[1]} inputs and {network.count} outputs, and its file "
                f"names {inputs} and {outputs}"
            )
        return network


def side_by_side(networks: Sequence[TwoLayerNetwork]) -> VectorNetwork:
    """Networks of one output as one with all of their outputs: each neuron has a weight for its own alone.

    Args:
        networks: one an output, with the same inputs and activation.

    Example:
        >>> one, other = TwoLayerNetwork([[1.0]], [3.0], intercept=2.0), TwoLayerNetwork([[4.0]], [5.0])
        >>> side_by_side([one, other]).output
        array([[3., 0.],
               [0., 5.]])
    """
    from scipy.linalg import block_diag

    constants = np.array([network.intercept for network in networks])
    return VectorNetwork(
        np.concatenate([network.hidden for network in networks]),
        block_diag(*(network.outgoing for network in networks)),
        networks[0].kappa,
        constants if constants.any() else None,
    )
