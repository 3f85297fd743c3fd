"""The rounds of a training, their bounds and when they end, and the solution that every training ends in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.values.display import Shown

from ..networks.two_layer import TwoLayerNetwork

if TYPE_CHECKING:
    from .proposals import Relaxation

MAX_CHAMBERS = 5_000_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """Numerical bounds on p* and when they were found.

    Attributes:
        number: of the round, 1, 2, ...
        seconds: since the training began, interrupted runs before it included.
        lower, upper: in floats; the best so far may be better.
    """

    number: int
    seconds: float
    lower: float
    upper: float

    def after(self, earlier: Bounds) -> Bounds:
        """The bounds as those of a training that was interrupted at earlier ones and went on."""
        return Bounds(self.number + earlier.number, self.seconds + earlier.seconds, self.lower, self.upper)


@dataclass(frozen=True, slots=True)
class Round(Bounds):
    """What one round found: bounds, and a network.

    Attributes:
        network: the network it started from; training can start from it again.
    """

    network: TwoLayerNetwork

    @property
    def neurons(self) -> int:
        """The width of the network."""
        return self.network.width


@dataclass(frozen=True, eq=False, slots=True)
class Solution(Shown):
    """A trained network with its dual point. All figures are numerical; :func:`certify` turns them into
    proofs.

    Attributes:
        network: the network, width at most n.
        dual: ``v``, scaled so that its dual norm is at most beta (float64, length n; n x q where outputs
            share neurons).
        lower: dual objective of ``dual``.
        upper: objective of ``network``.
        active: for each neuron the signs of all rows (int8, length n, 0 on kinks and zero rows), its output
            sign (1 where outputs share neurons) and its unit direction (float64, length d).
        seconds: time spent.
        rounds: the history.
        relaxation: the quadratic functions that prove the lower bound, where cones or chambers do not.
    """

    network: TwoLayerNetwork
    dual: np.ndarray
    lower: float
    upper: float
    active: tuple[tuple[np.ndarray, int, np.ndarray], ...]
    seconds: float
    rounds: tuple[Round, ...]
    relaxation: Relaxation | None = field(default=None, kw_only=True)

    @property
    def relative_gap(self) -> float:
        """``(upper - lower) / upper``, numerical; 0 if both are 0."""
        return (self.upper - self.lower) / self.upper if self.upper > 0 else 0.0

    def __repr__(self) -> str:
        bounds = f"{self.lower:.9g} to {self.upper:.9g} (numerical)"
        return f"<Solution: {self.network.width} neurons, {bounds}, {self.seconds:.3g} s>"


class History:
    """The rounds of a training as they come.

    Args:
        progress: told of each round.
    """

    def __init__(self, progress: Callable[[Round], Any] | None):
        self.rounds: list[Round] = []
        self._began = perf_counter()
        self._progress = progress

    @property
    def seconds(self) -> float:
        """Since the training began."""
        return perf_counter() - self._began

    def note(self, lower: float, upper: float, network: TwoLayerNetwork) -> None:
        """Add a round that ends now."""
        self.rounds.append(Round(len(self.rounds) + 1, self.seconds, lower, upper, network))
        if self._progress is not None:
            self._progress(self.rounds[-1])
