"""The states of an interrupted job: of each program its network, the bounds so far, and whose they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
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
_VERSION = 3
_FIELDS = ("hidden", "output", "history")


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
    """A file that always holds the last whole states of the programs of a job.

    Args:
        path: the file; it is replaced as a whole, never half-written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> with TemporaryDirectory() as folder:
        ...     checkpoint = Checkpoint(Path(folder) / "state.json")
        ...     checkpoint.save(problem, State(TwoLayerNetwork([[1.0, 0.0]], [1.0])))
        ...     [state.network.width for state in checkpoint.load([problem])]
        [1]
    """

    path: Path

    def save(self, problem: TrainingProblem, state: State) -> None:
        """Replace the state of a program; those of others stay.

        Raises:
            InputError: the file cannot be written.
        """
        states: dict[str, Any] = {}
        if self.path.exists():
            with suppress(InputError):  # of a file that is damaged nothing is lost
                states = self._states()
        states[_digest(problem)] = {
            "hidden": state.network.hidden.tolist(),
            "output": state.network.output.tolist(),
            "history": [[bounds.seconds, bounds.lower, bounds.upper] for bounds in state.history],
        }
        write_text(self.path, json.dumps({"format": FORMAT, "version": _VERSION, "states": states}) + "\n")

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

    def load(self, problems: Sequence[TrainingProblem]) -> list[State | None]:
        """The saved states of the programs of a job, None for those that had not begun.

        Raises:
            InputError: there is no state, it is damaged or of an older version, or it belongs to another
                job.
        """
        self.require()
        states = self._states()
        found = [states.get(_digest(problem)) for problem in problems]
        if all(state is None for state in found):
            raise InputError(
                f"{self.path} is the state of another problem; resume with the same data, columns, beta and "
                "activation, or start afresh without --resume"
            )
        pairs = zip(problems, found, strict=True)
        return [None if state is None else self._state(problem, state) for problem, state in pairs]

    def _states(self) -> dict[str, Any]:
        text, source = read_text(self.path), str(self.path)
        try:
            states = read_json(text, source, FORMAT, {_VERSION: ("states",)})["states"]
        except InputError as error:
            raise InputError(f"{error}; start afresh without --resume") from None
        if not isinstance(states, dict) or not all(map(_is_whole, states.values())):
            raise InputError(
                f"{source}: 'states' does not have {', '.join(_FIELDS)} of each program; start afresh "
                "without --resume"
            )
        return states

    def _state(self, problem: TrainingProblem, document: dict[str, Any]) -> State:
        q = len(problem.targets)
        hidden = document["hidden"] or np.zeros((0, problem.d))
        output = document["output"] or np.zeros((0, q) if q > 1 else 0)
        network = TwoLayerNetwork(hidden, output, problem.kappa)
        return State(network, tuple(_bounds(document["history"], str(self.path))))

    def remove(self) -> None:
        """Forget all states, if there are any."""
        self.path.unlink(missing_ok=True)


def _is_whole(state: Any) -> bool:
    return isinstance(state, dict) and set(state) == set(_FIELDS)


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
