"""Gated networks: each neuron is linear where its gate is open, and the gate is no weight of the neuron.

    ``f(x) = sum_i s_i(x) v_i'x``, ``s_i(x) = 1`` where ``g_i'x > 0``, else ``kappa``

A ReLU neuron is one whose gate is itself; so the least objective over gated networks is at most that over
ReLU networks (statement 4.4), and it is a group Lasso. Gates are taken off the hyperplanes of the samples, as
almost all are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_scalar
from hyperplane_arrangements.values.pasting import MOST, Call, Pasted

from ..terms.given import reals
from ..terms.words import count

FORMAT = "convex-landscape gated network"


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class GatedNetwork(Pasted):
    """A network with gates.

    Args:
        gates: the rows g_i, m x d.
        hidden: the rows v_i, m x d.
        kappa: what a closed gate lets through.

    Raises:
        InputError: shapes that do not fit, or entries that are no finite real numbers.

    Example:
        >>> network = GatedNetwork([[1.0, -1.0]], [[2.0, 0.0]])
        >>> network.predict([[3.0, 1.0], [1.0, 3.0]])
        array([6., 0.])
    """

    gates: np.ndarray
    hidden: np.ndarray
    kappa: Fraction = Fraction(0)

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(self, gates: Any, hidden: Any, kappa: Any = 0) -> None: ...

    def __post_init__(self) -> None:
        gates, hidden = reals(self.gates, "gates"), reals(self.hidden, "hidden")
        if gates.ndim != 2 or gates.shape != hidden.shape:
            raise InputError(f"gates has shape {gates.shape} and hidden {hidden.shape}; give m x d for both")
        for name, array in (("gates", gates), ("hidden", hidden)):
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        object.__setattr__(self, "kappa", exact_scalar(self.kappa, "kappa"))

    def _call(self) -> Call:
        if not self.width:
            return Call("GatedNetwork.of", (self.document(), "memory"))
        named = {"kappa": self.kappa} if self.kappa else {}
        return Call(type(self).__name__, (self.gates, self.hidden), named)

    def _measured(self) -> str:
        m, d = self.hidden.shape
        return f"{m:,} neurons on {d:,} inputs" if 2 * m * d > MOST else ""

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.hidden)

    @property
    def count(self) -> int:
        """The number of outputs: 1."""
        return 1

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, in float64.

        Raises:
            InputError: ``X`` has another number of columns.
        """
        data = reals(X, "X")
        if data.ndim != 2 or data.shape[1] != self.hidden.shape[1]:
            columns = count(self.hidden.shape[1], "column")
            raise InputError(f"X has shape {data.shape}; the network takes {columns}")
        open_ = np.where(data @ self.gates.T > 0, 1.0, float(self.kappa))
        found: np.ndarray = (open_ * (data @ self.hidden.T)).sum(axis=1)
        return found

    def document(self) -> dict[str, Any]:
        """What a file of it holds beside its format and version; floats to the bit."""
        return {
            "kappa": str(self.kappa),
            "inputs": self.hidden.shape[1],
            "gates": self.gates.tolist(),
            "hidden": self.hidden.tolist(),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any], source: str) -> GatedNetwork:
        """The network that such fields hold.

        Raises:
            InputError: fields that do not fit each other.

        Example:
            >>> GatedNetwork.of(GatedNetwork([[1.0]], [[2.0]]).document(), "memory").width
            1
        """
        from ..arguments import parse_activation

        gates, hidden, inputs = document["gates"], document["hidden"], document["inputs"]
        if gates == [] and hidden == [] and isinstance(inputs, int):
            gates = hidden = np.zeros((0, inputs))
        network = cls(gates, hidden, parse_activation(f"leaky:{document['kappa']}"))
        if network.hidden.shape[1] != inputs:
            raise InputError(f"{source}: inputs={inputs!r}, but hidden has {network.hidden.shape[1]} columns")
        return network
