"""Two-layer networks: prediction and objective, in floats and in exact rationals."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import exact_scalar
from hyperplane_arrangements.values.display import Shown
from hyperplane_arrangements.values.pasting import MOST, Call, Pasted

from ..data.files import read_json, read_text, write_text
from ..terms.activations import phi
from ..terms.given import reals
from ..terms.words import count
from .objective import added, exact_objective

if TYPE_CHECKING:
    from ..problem import TrainingProblem

FORMAT = "convex-landscape network"
_FIELDS = ("kappa", "inputs", "hidden", "output")
# What each version of the file says. Version 3 is written beside data: it says how tables are prepared.
FIELDS = {
    1: _FIELDS,
    2: (*_FIELDS, "intercept", "linear"),
    3: (*_FIELDS, "intercept", "linear", "preparation"),
}


def is_told(value: Any) -> bool:
    """Whether a number is not the one that is meant where none is given: `-0.0` is another than 0.

    Example:
        >>> is_told(0.0), is_told(-0.0)
        (False, True)
    """
    return bool(value) or str(value).startswith("-")


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class TwoLayerNetwork(Pasted, Shown):
    """``f(x) = sum_j alpha_j * phi(x' w_j) + c + x'b`` with ``phi(t) = max(t, 0) + kappa * min(t, 0)``.

    Of one output, or of q that share neurons: what is an output's own then has a last axis, of length q.

    Args:
        hidden: the rows ``w_j``, m x d.
        output: the weights ``alpha_j``, length m, or m x q.
        kappa: the activation's slope on the negative side.
        intercept: the constant c, or q of them (one for all will do), for problems that leave one free.
        linear: the linear skip b, length d, or d x q, likewise; zeros if None. It says d, and q, where there
            is no neuron.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> network = TwoLayerNetwork([[1.0, -1.0]], [2.0])
        >>> network.predict([[3.0, 1.0], [0.0, 1.0]])
        array([4., 0.])
        >>> TwoLayerNetwork([[1.0]], [2.0], intercept=3.0, linear=[-1.0]).predict([[4.0], [-4.0]])
        array([7., 7.])
        >>> TwoLayerNetwork([[1.0]], [[2.0, -1.0]]).predict([[3.0], [-1.0]])
        array([[ 6., -3.],
               [ 0.,  0.]])
    """

    hidden: np.ndarray
    output: np.ndarray
    kappa: Fraction = Fraction(0)
    intercept: Any = 0.0
    linear: Any = None

    if TYPE_CHECKING:  # more is taken than is kept

        def __init__(
            self, hidden: Any, output: Any, kappa: Any = 0, intercept: Any = 0.0, linear: Any = None
        ) -> None: ...

    def __post_init__(self) -> None:
        hidden, output = reals(self.hidden, "hidden"), reals(self.output, "output")
        if hidden.shape == (0,) and self.linear is not None:
            hidden = hidden.reshape(0, np.shape(self.linear)[0])
            output = output.reshape(0, *np.shape(self.linear)[1:]) if output.shape == (0,) else output
        fits = hidden.ndim == 2 and output.ndim in (1, 2) and len(hidden) == len(output)
        if not fits or output.shape[1:] == (0,):
            raise InputError(
                f"hidden has shape {hidden.shape} and output {output.shape}; "
                "give m x d, and m or m x q, one row a neuron"
            )
        inputs, outputs = hidden.shape[1], output.shape[1:]
        linear = np.zeros((inputs, *outputs)) if self.linear is None else reals(self.linear, "linear")
        intercept = reals(self.intercept, "intercept")
        if linear.shape != (inputs, *outputs) or intercept.shape not in ((), outputs):
            raise InputError(
                f"linear has shape {linear.shape} and intercept {intercept.shape}; a network of {inputs} "
                f"inputs has {inputs} linear weights and one intercept for each of its outputs"
            )
        intercept = np.full(outputs, intercept)
        for array in (hidden, output, intercept, linear):
            array.flags.writeable = False
        object.__setattr__(self, "hidden", hidden)
        object.__setattr__(self, "output", output)
        object.__setattr__(self, "kappa", exact_scalar(self.kappa, "kappa"))
        object.__setattr__(self, "intercept", intercept if outputs else float(intercept))
        object.__setattr__(self, "linear", linear)

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    @property
    def count(self) -> int:
        """The number of outputs."""
        return int(self.outgoing.shape[1])

    @property
    def outgoing(self) -> np.ndarray:
        """The output weights, m x q, also where q is 1."""
        return self.output if self.output.ndim == 2 else self.output[:, None]

    def one(self, k: int) -> TwoLayerNetwork:
        """Output k alone, with all neurons.

        Example:
            >>> network = TwoLayerNetwork([[1.0]], [[2.0, 3.0]], intercept=[0.0, 4.0])
            >>> network.count, network.one(1)
            (2, TwoLayerNetwork([[1.0]], [3.0], intercept=4.0))
        """
        if self.output.ndim == 1:
            return self
        return TwoLayerNetwork(
            self.hidden, self.output[:, k], self.kappa, self.intercept[k], self.linear[:, k]
        )

    @property
    def has_skip(self) -> bool:
        """Whether there is an intercept or a linear skip that is not zero."""
        return bool(np.any(self.intercept) or self.linear.any())

    def skip(self, problem: TrainingProblem) -> tuple[float, ...]:
        """The weights ``theta`` of the columns ``B`` that a problem has beside its neurons.

        Raises:
            InputError: the network has an intercept or a linear skip that the problem does not leave free, or
                several outputs.
        """
        if self.output.ndim == 2:
            raise InputError(
                f"the network has {self.count} outputs, and the problem one; take one of them, network.one(k)"
            )
        return added(problem, self.intercept, self.linear.tolist())

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, or n x q, in float64.

        Raises:
            InputError: ``X`` has another number of columns than the network has inputs.
        """
        data = reals(X, "X")
        if data.ndim != 2 or data.shape[1] != self.hidden.shape[1]:
            columns = count(self.hidden.shape[1], "column")
            raise InputError(f"X has shape {data.shape}; the network takes {columns}")
        neurons = self.neurons(data) @ self.output
        return neurons + (data @ self.linear + self.intercept) if self.has_skip else neurons

    def neurons(self, X: np.ndarray) -> np.ndarray:
        """What each neuron makes of the rows of ``X`` (n x d), before its output weight: n x m, in float64.

        Example:
            >>> TwoLayerNetwork([[1.0], [-1.0]], [2.0, 5.0]).neurons(np.array([[3.0]]))
            array([[3., 0.]])
        """
        return phi(X @ self.hidden.T, self.kappa)

    def _call(self) -> Call:
        told = {"kappa": self.kappa, "intercept": self.intercept}
        named: dict[str, Any] = {
            name: value for name, value in told.items() if any(map(is_told, np.ravel(value).tolist()))
        }
        if not self.width or any(map(is_told, self.linear.ravel().tolist())):
            named["linear"] = self.linear
        return Call(type(self).__name__, (self.hidden, self.output), named)

    def _measured(self) -> str:
        m, d = self.hidden.shape
        several = f", {self.count:,} outputs" if self.output.ndim == 2 else ""
        return f"{m:,} neurons on {d:,} inputs{several}" if m * (d + self.count) > MOST else ""

    def outputs(self, problem: TrainingProblem) -> np.ndarray:
        """``f``, the outputs on the samples of a problem, length n, in float64."""
        if problem.is_max_pooled:
            return problem.readout.pool(self.neurons(problem.features)) @ self.output
        return problem.readout.pool(self.predict(problem.features))

    def objective(self, problem: TrainingProblem) -> float:
        """The training objective in float64: numerical, not proven.

        Raises:
            InputError: the network has another number of outputs than the problem.
        """
        count, hidden = self.count, np.sum(problem.penalty.norms(problem.penalised(self.hidden)) ** 2)
        if count != len(problem.targets):
            raise InputError(
                f"the network has {count} outputs, and the problem {len(problem.targets)}; take one of them, "
                "network.one(k), or a problem of as many"
            )
        if count > 1:
            alone = sum(self.one(k).objective(one) for k, one in enumerate(problem.outputs))
            twice = (count - 1) * float(hidden)
            if not problem.shares:
                sizes = np.abs(self.output)
                twice -= float(np.sum(sizes.sum(axis=1) ** 2) - np.sum(sizes**2))
            return alone - 0.5 * float(problem.beta) * twice
        skip = self.skip(problem)
        loss = problem.loss.value(self.outputs(problem), problem.target)
        decay = hidden + np.sum(self.output**2)
        if problem.free.decayed:
            decay += np.sum(np.square(skip))
        return float(loss + 0.5 * float(problem.beta) * decay)

    def exact_objective(self, problem: TrainingProblem) -> Fraction:
        """The training objective of these very weights (floats are dyadic rationals): a proven upper bound on
        p*. (The logistic loss has no rational values: a rational just above.)

        Raises:
            InputError: the network has another activation or another number of inputs than the problem, or
                something that the problem does not leave free.

        Example:
            >>> from duality_checks import TrainingProblem
            >>> TwoLayerNetwork([[0.5]], [0.5]).exact_objective(TrainingProblem([[1]], [1], beta=1))
            Fraction(17, 32)
        """
        if self.kappa != problem.kappa:
            raise InputError(
                f"network.kappa={self.kappa}, but the problem has kappa={problem.kappa}: "
                "give both one activation"
            )
        if self.hidden.shape[1] != problem.d:
            raise InputError(
                f"hidden has {self.hidden.shape[1]} columns but X has {problem.d}; give the network the "
                "features it was trained on"
            )
        hidden = [tuple(map(Fraction, row)) for row in self.hidden.tolist()]
        output = tuple(map(Fraction, self.output.tolist()))
        return exact_objective(problem, hidden, output, tuple(map(Fraction, self.skip(problem))))

    def document(self) -> dict[str, Any]:
        """What a file of it holds beside its format and version; floats to the bit. The intercept and the
        linear skip only where there is one, or several outputs."""
        return {
            "kappa": str(self.kappa),
            "inputs": self.hidden.shape[1],
            "hidden": self.hidden.tolist(),
            "output": self.output.tolist(),
            **(self.added() if self.has_skip or self.output.ndim == 2 else {}),
        }

    def added(self) -> dict[str, Any]:
        """Of these fields, what is added to the neurons.

        Example:
            >>> TwoLayerNetwork([[1.0]], [2.0]).added()
            {'intercept': 0.0, 'linear': [0.0]}
        """
        return {"intercept": np.asarray(self.intercept).tolist(), "linear": self.linear.tolist()}

    @classmethod
    def of(cls, document: Mapping[str, Any], source: str) -> TwoLayerNetwork:
        """The network that such fields hold.

        Raises:
            InputError: fields that do not fit each other.

        Example:
            >>> TwoLayerNetwork.of(TwoLayerNetwork([[1.0]], [2.0]).document(), "memory").output
            array([2.])
        """
        from ..arguments import parse_activation

        hidden, inputs, linear = document["hidden"], document["inputs"], document.get("linear")
        if hidden == [] and linear is None and isinstance(inputs, int):
            hidden = np.zeros((0, inputs))
        slope = parse_activation(f"leaky:{document['kappa']}")
        network = cls(hidden, document["output"], slope, document.get("intercept", 0.0), linear)
        if network.hidden.shape[1] != inputs:
            raise InputError(f"{source}: inputs={inputs!r}, but hidden has {network.hidden.shape[1]} columns")
        return network

    def to_json(self) -> str:
        """The network file; floats are written so that they read back to the same bits. Version 2 where there
        is an intercept or a linear skip, or several outputs."""
        document = self.document()
        stated = {"format": FORMAT, "version": 1 + ("linear" in document), **document}
        return json.dumps(stated, indent=1) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the network file; nothing half-written stays on disk."""
        write_text(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> TwoLayerNetwork:
        """Read a network file written by :meth:`save`, or by `certify`: what that says of the preparation of
        tables is for :class:`~duality_checks.networks.prepared.PreparedNetwork`.

        Raises:
            InputError: the file is missing or damaged.
        """
        text = read_text(path)
        return cls.of(read_json(text, str(path), FORMAT, FIELDS), str(path))


def side_by_side(networks: Sequence[TwoLayerNetwork]) -> TwoLayerNetwork:
    """Networks of one output as one with all of their outputs: each neuron has a weight for its own alone.

    Args:
        networks: one an output, with the same inputs and activation; one alone is what it is.

    Example:
        >>> one, other = TwoLayerNetwork([[1.0]], [3.0], intercept=2.0), TwoLayerNetwork([[4.0]], [5.0])
        >>> side_by_side([one, other]).output
        array([[3., 0.],
               [0., 5.]])
    """
    from scipy.linalg import block_diag

    if len(networks) == 1:
        return networks[0]
    return TwoLayerNetwork(
        np.concatenate([network.hidden for network in networks]),
        block_diag(*(network.outgoing for network in networks)),
        networks[0].kappa,
        [network.intercept for network in networks],
        np.column_stack([network.linear for network in networks]),
    )
