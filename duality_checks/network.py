"""Two-layer networks: prediction and objective, in floats and in exact rationals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from .files import read_json, read_text, write_text

if TYPE_CHECKING:
    from .problem import TrainingProblem

FORMAT = "convex-landscape network"


@dataclass(frozen=True, eq=False, slots=True)
class TwoLayerNetwork:
    """``f(x) = sum_j alpha_j * phi(x' w_j)`` with ``phi(t) = max(t, 0) + kappa * min(t, 0)``.

    Args:
        hidden: the rows ``w_j``, m x d.
        output: the weights ``alpha_j``, length m.
        kappa: the activation's slope on the negative side.

    Raises:
        InputError: shapes that do not fit, or entries that are not finite.

    Example:
        >>> network = TwoLayerNetwork([[1.0, -1.0]], [2.0])
        >>> network.predict([[3.0, 1.0], [0.0, 1.0]])
        array([4., 0.])
    """

    hidden: np.ndarray
    output: np.ndarray
    kappa: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        hidden, output = _floats(self.hidden, "hidden"), _floats(self.output, "output")
        if hidden.ndim != 2 or output.ndim != 1 or len(hidden) != len(output):
            raise InputError(
                f"hidden has shape {hidden.shape} and output {output.shape}; "
                "give m x d and m, one row a neuron"
            )
        hidden.flags.writeable = output.flags.writeable = False
        object.__setattr__(self, "hidden", hidden)
        object.__setattr__(self, "output", output)
        object.__setattr__(self, "kappa", Fraction(self.kappa))

    @property
    def width(self) -> int:
        """The number of neurons."""
        return len(self.output)

    def predict(self, X: Any) -> np.ndarray:
        """The outputs on the rows of ``X`` (n x d), length n, in float64.

        Raises:
            InputError: ``X`` has another number of columns than the network has inputs.
        """
        data = _floats(X, "X")
        if data.ndim != 2 or data.shape[1] != self.hidden.shape[1]:
            raise InputError(f"X has shape {data.shape}; the network takes {self.hidden.shape[1]} columns")
        before = data @ self.hidden.T
        return (np.maximum(before, 0) + float(self.kappa) * np.minimum(before, 0)) @ self.output

    def outputs(self, problem: TrainingProblem) -> np.ndarray:
        """``f``, the outputs on the samples of a problem, length n, in float64."""
        return problem.readout.pool(self.predict(problem.features))

    def objective(self, problem: TrainingProblem) -> float:
        """The training objective in float64: numerical, not proven."""
        loss = problem.loss.value(self.outputs(problem), problem.target)
        decay = np.sum(problem.penalty.norms(self.hidden) ** 2) + np.sum(self.output**2)
        return float(loss + 0.5 * float(problem.beta) * decay)

    def exact_objective(self, problem: TrainingProblem) -> Fraction:
        """The training objective of these very weights (floats are dyadic rationals): a proven upper bound on
        p*. (The logistic loss has no rational values: a rational just above.)

        Example:
            >>> from duality_checks import TrainingProblem
            >>> TwoLayerNetwork([[0.5]], [0.5]).exact_objective(TrainingProblem([[1]], [1], beta=1))
            Fraction(17, 32)
        """
        hidden = [[Fraction(float(value)) for value in row] for row in self.hidden]
        output = [Fraction(float(value)) for value in self.output]
        values = [Fraction(0)] * problem.n
        for row, sample in zip(problem.X.fractions, problem.readout.samples, strict=True):
            for weights, alpha in zip(hidden, output, strict=True):
                before = sum(x * w for x, w in zip(row, weights, strict=True))
                values[sample] += alpha * (before if before > 0 else self.kappa * before)
        decay = sum(map(problem.penalty.square, hidden)) + sum(alpha * alpha for alpha in output)
        return problem.loss.upper(values, problem.y) + problem.beta * decay / 2

    def to_json(self) -> str:
        """The network file; floats are written so that they read back to the same bits."""
        document = {
            "format": FORMAT,
            "version": 1,
            "kappa": str(self.kappa),
            "inputs": self.hidden.shape[1],
            "hidden": self.hidden.tolist(),
            "output": self.output.tolist(),
        }
        return json.dumps(document, indent=1) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the network file; nothing half-written stays on disk."""
        write_text(path, self.to_json())

    @classmethod
    def load(cls, path: str | Path) -> TwoLayerNetwork:
        """Read a network file written by :meth:`save`.

        Raises:
            InputError: the file is missing or damaged.
        """
        from .problem import parse_activation

        document = read_json(read_text(path), str(path), FORMAT, ("kappa", "inputs", "hidden", "output"))
        hidden, inputs = document["hidden"], document["inputs"]
        if hidden == [] and isinstance(inputs, int):
            hidden = np.zeros((0, inputs))
        network = cls(hidden, document["output"], parse_activation(f"leaky:{document['kappa']}"))
        if network.hidden.shape[1] != inputs:
            raise InputError(f"{path}: inputs={inputs!r}, but hidden has {network.hidden.shape[1]} columns")
        return network


def _floats(values: Any, name: str) -> np.ndarray:
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(f"{name} is not a rectangular array of numbers") from None
    if not np.isfinite(array).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{name}{list(place)} is {array[place]}; give finite numbers")
    return array
