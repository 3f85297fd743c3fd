"""Two-layer networks with rational weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_scalar, exact_vector
from hyperplane_arrangements.values.pasting import Call, Pasted

from .objective import ZERO, Vector
from .two_layer import TwoLayerNetwork


@dataclass(frozen=True, slots=True, repr=False)
class RationalNetwork(Pasted):
    """`f(x) = intercept + linear'x + sum_j alpha_j phi(w_j'x)` with rational weights; phi is the problem's.

    Args:
        hidden: the rows w_j, m x p, in any form that :func:`exact_vector` takes.
        output: the weights alpha_j, length m.
        intercept: a constant, 0 unless the problem leaves one free.
        linear: the linear skip, length p, likewise; all zeros are the same as none.

    Raises:
        InputError: shapes that do not fit, or entries that are no finite real numbers.

    Example:
        >>> RationalNetwork([["1/3", 1]], ["1/2"]).output
        (Fraction(1, 2),)
    """

    hidden: tuple[Vector, ...]
    output: Vector
    intercept: Fraction = ZERO
    linear: Vector = ()

    def __init__(self, hidden: Any, output: Any, intercept: Any = ZERO, linear: Any = ()):
        hidden = tuple(exact_vector(row, f"hidden[{j}]") for j, row in enumerate(_listed(hidden, "hidden")))
        output, skip = _vector(output, "output"), _vector(linear, "linear")
        if len(hidden) != len(output):
            raise InputError(
                f"hidden has {len(hidden)} rows and output {len(output)} entries; give one a neuron"
            )
        lengths = sorted({len(row) for row in hidden})
        if len(lengths) > 1:
            raise InputError(f"hidden has rows of lengths {lengths}; give all of them one length")
        for name, value in (
            ("hidden", hidden),
            ("output", output),
            ("intercept", exact_scalar(intercept, "intercept")),
            ("linear", skip if any(skip) else ()),
        ):
            object.__setattr__(self, name, value)

    def _call(self) -> Call:
        named = {"intercept": self.intercept, "linear": self.linear}
        return Call(type(self).__name__, (self.hidden, self.output), {k: v for k, v in named.items() if v})

    @classmethod
    def of(cls, network: TwoLayerNetwork | RationalNetwork) -> RationalNetwork:
        """The network with the same weights: floats are dyadic rationals."""
        if isinstance(network, RationalNetwork):
            return network
        hidden, output = tuple(map(tuple, network.hidden.tolist())), tuple(network.output.tolist())
        return cls(hidden, output, network.intercept, network.linear.tolist())

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    def with_neuron(self, weights: Vector, output: Fraction) -> RationalNetwork:
        """The network with one more neuron."""
        return replace(self, hidden=(*self.hidden, weights), output=(*self.output, output))

    def without(self, neurons: Iterable[int]) -> RationalNetwork:
        """The network without some neurons."""
        kept = [j for j in range(self.width) if j not in set(neurons)]
        hidden = tuple(self.hidden[j] for j in kept)
        return replace(self, hidden=hidden, output=tuple(self.output[j] for j in kept))

    def floats(self, kappa: Fraction, inputs: int) -> TwoLayerNetwork:
        """The network rounded to float64."""
        hidden = np.array([[float(x) for x in row] for row in self.hidden]).reshape(-1, inputs)
        output = np.array([float(a) for a in self.output])
        linear = [float(b) for b in self.linear] if self.linear else None
        return TwoLayerNetwork(hidden, output, kappa, float(self.intercept), linear)


def _vector(values: Any, name: str) -> Vector:
    """Exact numbers; there may be none."""
    listed = _listed(values, name)
    return exact_vector(listed, name) if listed else ()


def _listed(values: Any, name: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise InputError(f"{name} is {values!r}; give a sequence of weights") from None
