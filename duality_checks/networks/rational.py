"""Two-layer networks with rational weights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_scalar, exact_vector
from hyperplane_arrangements.exact.rational import ZERO, Vector
from hyperplane_arrangements.values.pasting import Call, Pasted

from .two_layer import TwoLayerNetwork


@dataclass(frozen=True, slots=True, repr=False)
class RationalNetwork(Pasted):
    """`f(x) = intercept + linear'x + sum_j alpha_j phi(w_j'x)` with rational weights; phi is the problem's.

    Of one output, or of q that share neurons: what is an output's own then has a last axis, of length q.

    Args:
        hidden: the rows w_j, m x p, in any form that :func:`exact_vector` takes.
        output: the weights alpha_j, length m, or m x q.
        intercept: a constant, or q of them (one for all will do); 0 unless the problem leaves one free. It
            says q where there is no neuron.
        linear: the linear skip, length p, or p x q, likewise; all zeros are the same as none.

    Raises:
        InputError: shapes that do not fit, or entries that are no finite real numbers.

    Example:
        >>> RationalNetwork([["1/3", 1]], ["1/2"]).output
        (Fraction(1, 2),)
        >>> RationalNetwork([["1/3", 1]], [["1/2", 2]]).intercept
        (Fraction(0, 1), Fraction(0, 1))
    """

    hidden: tuple[Vector, ...]
    output: tuple[Any, ...]
    intercept: Any = ZERO
    linear: tuple[Any, ...] = ()

    def __init__(self, hidden: Any, output: Any, intercept: Any = ZERO, linear: Any = ()):
        hidden, outputs, skips = (
            [(f"{name}[{j}]", value) for j, value in enumerate(_listed(values, name))]
            for name, values in (("hidden", hidden), ("output", output), ("linear", linear))
        )
        rows = tuple(exact_vector(row, name) for name, row in hidden)
        if len(hidden) != len(outputs):
            raise InputError(
                f"hidden has {len(hidden)} rows and output {len(outputs)} entries; give one a neuron"
            )
        _require_one_length("hidden has rows", rows)
        several = _is_listed(intercept) or any(_is_listed(value) for _, value in outputs)
        exact: Any = exact_vector if several else exact_scalar
        weights, skip = (tuple(exact(value, name) for name, value in pairs) for pairs in (outputs, skips))
        if several and not _is_listed(intercept):
            intercept = [intercept] * len(weights[0])
        intercept = exact(intercept, "intercept")
        if several:
            _require_one_length("output, linear and intercept have rows", (*weights, *skip, intercept))
        told = any(map(any, skip)) if several else any(skip)
        fields = {"hidden": rows, "output": weights, "intercept": intercept, "linear": skip if told else ()}
        for name, value in fields.items():
            object.__setattr__(self, name, value)

    def _call(self) -> Call:
        named = {"intercept": self.intercept, "linear": self.linear}
        if self.width and not any(self.constants):
            del named["intercept"]
        return Call(type(self).__name__, (self.hidden, self.output), {k: v for k, v in named.items() if v})

    @classmethod
    def of(cls, network: TwoLayerNetwork | RationalNetwork) -> RationalNetwork:
        """The network with the same weights: floats are dyadic rationals."""
        if isinstance(network, RationalNetwork):
            return network
        intercept = np.asarray(network.intercept).tolist()
        return cls(network.hidden.tolist(), network.output.tolist(), intercept, network.linear.tolist())

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    @property
    def count(self) -> int:
        """The number of outputs."""
        return len(self.constants)

    @property
    def is_of_several(self) -> bool:
        """Whether what is an output's own has a last axis."""
        return isinstance(self.intercept, tuple)

    @property
    def outgoing(self) -> tuple[Vector, ...]:
        """The output weights, m x q, also where q is 1."""
        return self.output if self.is_of_several else tuple((alpha,) for alpha in self.output)

    @property
    def constants(self) -> Vector:
        """The intercepts, q of them, also where q is 1."""
        return self.intercept if isinstance(self.intercept, tuple) else (self.intercept,)

    def one(self, k: int) -> RationalNetwork:
        """Output k alone, with all neurons.

        Example:
            >>> RationalNetwork([[1]], [[2, 3]], [0, 4]).one(1)
            RationalNetwork([["1"]], ["3"], intercept="4")
        """
        if not self.is_of_several:
            return self
        output, linear = (tuple(row[k] for row in rows) for rows in (self.output, self.linear))
        return RationalNetwork(self.hidden, output, self.intercept[k], linear)

    def with_neuron(self, weights: Vector, output: Any) -> RationalNetwork:
        """The network with one more neuron."""
        return replace(self, hidden=(*self.hidden, weights), output=(*self.output, output))

    def without(self, neurons: Iterable[int]) -> RationalNetwork:
        """The network without some neurons."""
        kept = [j for j in range(self.width) if j not in set(neurons)]
        hidden = tuple(self.hidden[j] for j in kept)
        return replace(self, hidden=hidden, output=tuple(self.output[j] for j in kept))

    def floats(self, kappa: Fraction, inputs: int) -> TwoLayerNetwork:
        """The network rounded to float64."""
        hidden = np.array(self.hidden, dtype=float).reshape(-1, inputs)
        output = np.array(self.output, dtype=float).reshape(-1, *np.shape(self.intercept))
        linear = np.array(self.linear, dtype=float) if self.linear else None
        return TwoLayerNetwork(hidden, output, kappa, np.array(self.intercept, dtype=float), linear)


def _require_one_length(what: str, rows: Sequence[Vector]) -> None:
    lengths = sorted(set(map(len, rows)))
    if len(lengths) > 1:
        raise InputError(f"{what} of lengths {lengths}; give all of them one length")


def _is_listed(value: Any) -> bool:
    """Whether it is no single number."""
    return bool(getattr(value, "ndim", isinstance(value, list | tuple)))


def _listed(values: Any, name: str) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise InputError(f"{name} is {values!r}; give a sequence of weights") from None
