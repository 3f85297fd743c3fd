"""The state of an interrupted training: a network and the problem it belongs to."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..files import read_json, read_text, write_text
from ..network import TwoLayerNetwork
from ..problem import TrainingProblem

FORMAT = "convex-landscape state"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file that always holds the last whole state.

    Training keeps nothing but its neurons from round to round, so a network is all there is to save.

    Args:
        path: the file; it is replaced as a whole, never half-written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> with TemporaryDirectory() as folder:
        ...     checkpoint = Checkpoint(Path(folder) / "state.json")
        ...     checkpoint.save(problem, TwoLayerNetwork([[1.0, 0.0]], [1.0]))
        ...     checkpoint.load(problem).width
        1
    """

    path: Path

    def save(self, problem: TrainingProblem, network: TwoLayerNetwork) -> None:
        """Replace the state.

        Raises:
            InputError: the file cannot be written.
        """
        document = {
            "format": FORMAT,
            "version": 1,
            "problem": _digest(problem),
            "hidden": network.hidden.tolist(),
            "output": network.output.tolist(),
        }
        write_text(self.path, json.dumps(document) + "\n")

    def load(self, problem: TrainingProblem) -> TwoLayerNetwork:
        """The saved network.

        Raises:
            InputError: there is no state, it is damaged, or it belongs to another problem.
        """
        document = read_json(read_text(self.path), str(self.path), FORMAT, ("problem", "hidden", "output"))
        if document["problem"] != _digest(problem):
            raise InputError(
                f"{self.path} is the state of another problem; resume with the same data, columns, beta and "
                "activation, or start afresh without --resume"
            )
        hidden = document["hidden"] or np.zeros((0, problem.d))
        return TwoLayerNetwork(hidden, document["output"], problem.kappa)

    def remove(self) -> None:
        """Forget the state, if there is one."""
        self.path.unlink(missing_ok=True)


def _digest(problem: TrainingProblem) -> str:
    return hashlib.sha256(problem.to_json().encode()).hexdigest()
