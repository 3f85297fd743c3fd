"""The state of an interrupted training: a network, the bounds so far, and the problem they belong to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..data.files import read_json, read_text, write_text
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from .rounds import Bounds

FORMAT = "convex-landscape state"
_VERSION = 2


@dataclass(frozen=True, slots=True)
class State:
    """Where a training stands.

    Training keeps nothing but its neurons from round to round, so a network is all it needs to go on.

    Args:
        network: the network of the last round.
        history: the bounds of all rounds, interrupted runs included; for the report.
    """

    network: TwoLayerNetwork
    history: tuple[Bounds, ...] = ()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A file that always holds the last whole state.

    Args:
        path: the file; it is replaced as a whole, never half-written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> with TemporaryDirectory() as folder:
        ...     checkpoint = Checkpoint(Path(folder) / "state.json")
        ...     checkpoint.save(problem, State(TwoLayerNetwork([[1.0, 0.0]], [1.0])))
        ...     checkpoint.load(problem).network.width
        1
    """

    path: Path

    def save(self, problem: TrainingProblem, state: State) -> None:
        """Replace the state.

        Raises:
            InputError: the file cannot be written.
        """
        document = {
            "format": FORMAT,
            "version": _VERSION,
            "problem": _digest(problem),
            "hidden": state.network.hidden.tolist(),
            "output": state.network.output.tolist(),
            "history": [[bounds.seconds, bounds.lower, bounds.upper] for bounds in state.history],
        }
        write_text(self.path, json.dumps(document) + "\n")

    def require(self) -> None:
        """Refuse to go on from nothing.

        Raises:
            InputError: there is no state; the message says where it would be.
        """
        if not self.path.exists():
            raise InputError(
                f"there is no state to resume in {self.path}: no job with that --output was interrupted "
                "after its first round; give the --output of the one that was, or start afresh without "
                "--resume"
            )

    def load(self, problem: TrainingProblem) -> State:
        """The saved state.

        Raises:
            InputError: there is no state, it is damaged or of an older version, or it belongs to another
                problem.
        """
        self.require()
        fields = ("problem", "hidden", "output", "history")
        document = read_json(read_text(self.path), str(self.path), FORMAT, {_VERSION: fields})
        if document["problem"] != _digest(problem):
            raise InputError(
                f"{self.path} is the state of another problem; resume with the same data, columns, beta and "
                "activation, or start afresh without --resume"
            )
        hidden = document["hidden"] or np.zeros((0, problem.d))
        network = TwoLayerNetwork(hidden, document["output"], problem.kappa)
        return State(network, tuple(_bounds(document["history"], str(self.path))))

    def remove(self) -> None:
        """Forget the state, if there is one."""
        self.path.unlink(missing_ok=True)


def _bounds(rows: Any, source: str) -> Iterator[Bounds]:
    """The bounds of all rounds, from rows `seconds, lower, upper`."""
    try:
        for number, (seconds, lower, upper) in enumerate(rows, start=1):
            yield Bounds(number, float(seconds), float(lower), float(upper))
    except (TypeError, ValueError):
        raise InputError(
            f"{source}: 'history' is not a list of [seconds, lower, upper]; start afresh without --resume"
        ) from None


def _digest(problem: TrainingProblem) -> str:
    return hashlib.sha256(problem.to_json().encode()).hexdigest()
