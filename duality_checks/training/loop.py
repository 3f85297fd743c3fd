"""Column generation, once: price, bound, add, until no direction is above beta (statements 2.1, 2.5, 3.7).

A *master* holds neurons, or cells that hold them, and optimises over those. A *pricer* finds where the dual
point of that optimum is largest over ALL directions: what it finds above beta enters, and what it does not
find bounds the optimum. Which master and which pricer a problem gets is in :mod:`.table`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Generic, Protocol, TypeVar

import numpy as np

from ..cover.effort import Effort, is_late
from ..networks.two_layer import TwoLayerNetwork
from ..problem import TrainingProblem
from .neurons import Active, active_of
from .rounds import History, Solution

CLEARLY = 1 + 1e-7


class Found(Protocol):
    """What a pricer has found, best first."""

    @property
    def reach(self) -> float:
        """At least the maximum over all directions, infinite where that was not asked or not found out."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether a search came to its limit."""
        ...

    def __len__(self) -> int: ...


Sought = TypeVar("Sought", bound=Found, covariant=True)
Taken = TypeVar("Taken", bound=Found, contravariant=True)
Seen = TypeVar("Seen", bound=Found)


class Pricer(Protocol[Sought]):
    """What finds maxima of ``abs(v' phi(X u))`` over all directions."""

    def maxima(self, v: np.ndarray, floor: float) -> Sought:
        """Local maxima above the floor, and how far all of them reach."""
        ...

    def glimpse(self, v: np.ndarray, floor: float, turn: int) -> Sought:
        """Some of them, cheaply, others each turn; that there are none says nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Rule:
    """When the rounds of a master end.

    Attributes:
        gap: the relative gap that is no more than rounding.
        near: smaller gaps than this that hardly fall any more are as small as the master makes them.
        patience: rounds in a row that hardly narrow such a gap, before the end.
        narrower: the share of a gap above which the next one is hardly narrower.
        rounds: at most.
        looks: glimpses before each price, while they show something: the full price is dear.
    """

    gap: float = 1e-12
    near: float = 1e-9
    patience: int = 2
    narrower: float = 0.5
    rounds: int = 500
    looks: int = 0

    def is_stuck(self, gaps: list[tuple[float, float]]) -> bool:
        """Whether the last few rounds hardly narrowed a gap that is small already, from all gaps, each with
        the upper bound.

        Example:
            >>> Rule().is_stuck([(1e-10, 1.0)] * 3), Rule().is_stuck([(1e-5, 1.0)] * 3)
            (True, False)
        """
        last = gaps[-self.patience - 1 :]
        return len(last) > self.patience and all(
            self.narrower * before < gap and before <= self.near * upper
            for (before, upper), (gap, _) in pairwise(last)
        )


class Master(ABC, Generic[Taken]):
    """The program over what has been found so far.

    Attributes:
        problem: the problem.
        pricing: its pricer.
        beta: its weight decay, in floats.
        dual: v at the optimum over what is at hand, in the domain of the loss.
        upper: the objective of the best network so far.
        lower, best: the best dual objective so far, and what it is of.
        rounding: a gap that is nothing but rounding, however small ``upper`` is.
        deadline: when to stop optimising, by :func:`time.perf_counter`.
    """

    rule: ClassVar[Rule] = Rule()

    def __init__(self, problem: TrainingProblem, pricing: Any):
        self.problem, self.pricing, self.beta = problem, pricing, float(problem.beta)
        self.dual = self.best = np.zeros(problem.n)
        self.upper, self.lower, self.rounding = np.inf, -np.inf, 0.0
        self.deadline: float | None = None

    @abstractmethod
    def add(self, found: Taken) -> bool:
        """Take in what was found and optimise again; False where that is nothing new."""

    @abstractmethod
    def network(self) -> TwoLayerNetwork:
        """The best network so far."""

    def settle(self) -> None:
        """Optimise what is at hand further, before a price that is dear; nothing by default."""

    def sharpen(self) -> None:
        """Last digits that the program itself does not give; none by default."""

    def feasible(self, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
        """The best feasible multiple of v (statement 2.5), and its dual objective."""
        problem = self.problem
        scaled = v * min(problem.multiple(v), self.beta / max(reach, self.beta))
        return scaled, problem.dual(problem.loss.clip(scaled, problem.target))

    def meet(self, v: np.ndarray, found: Found) -> None:
        """Keep the feasible multiple of v, whose maxima were found, if it is better than the best."""
        scaled, value = self.feasible(v, found.reach)
        if value > self.lower:
            self.lower, self.best = value, scaled

    def is_done(self, effort: Effort) -> bool:
        """Whether the gap is as narrow as it is worth to be."""
        return self.upper - self.lower <= max(self.rule.gap, effort.gap) * self.upper + self.rounding

    def then(self) -> Master[Any] | None:
        """The master that goes on where this one has ended; none by default."""
        return None

    def finish(self, effort: Effort) -> tuple[TwoLayerNetwork, Active]:
        """The network that training ends in, and where its neurons are."""
        network = self.network()
        return network, active_of(self.problem, network)

    def solution(self, effort: Effort, history: History) -> Solution:
        """What training ends in."""
        network, active = self.finish(effort)
        upper, rounds = network.objective(self.problem), tuple(history.rounds)
        return Solution(network, self.best, self.lower, upper, active, history.seconds, rounds)


def generate(master: Master[Seen], effort: Effort, history: History) -> None:
    """The loop: each round prices the master's dual point, bounds the optimum by it, and adds what is above
    beta.

    Args:
        master: what optimises over a few neurons, with the pricer that looks at all of them.
        effort: what is narrow enough.
        history: told of each round.
    """
    rule, beta, gaps = master.rule, master.beta, list[tuple[float, float]]()
    deadline = master.deadline = effort.deadline()
    while True:
        for turn in range(rule.looks):
            seen = master.pricing.glimpse(master.dual, beta * CLEARLY, turn)
            if not len(seen):
                if turn:
                    master.settle()
                break
            if not master.add(seen) or is_late(deadline):
                break
        found: Seen = master.pricing.maxima(master.dual, beta)
        # Where lists are gone through, which bound all that there is, no limit counts.
        master.deadline = deadline if found.reach == np.inf else None
        master.meet(master.dual, found)
        master.sharpen()
        history.note(master.lower, master.upper, master.network())
        if found.reach < np.inf:  # else ascents have shown enough, and no bound was asked for
            gaps.append((master.upper - master.lower, master.upper))
        if master.is_done(effort) or found.stopped or len(history.rounds) >= rule.rounds:
            break
        if is_late(master.deadline) or rule.is_stuck(gaps) or not master.add(found):
            break
