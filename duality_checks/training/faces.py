"""The master for strictly convex losses and the 2-norm: neurons on their faces, by Newton's method.

Neurons at hand and new ones are reweighed by a Lasso (:mod:`.lasso`), and those that are left slide within
their faces (:mod:`.polish`). Neurons may be in several landscapes (:mod:`..pricing.free`); what is free in
the outputs (statement 2.14) is projected out on the way, and fitted at the end.
"""

from __future__ import annotations

import numpy as np

from ..cover.effort import Effort
from ..networks.two_layer import TwoLayerNetwork
from ..pricing.biases import BiasPricer
from ..pricing.free import PlacesPricer, ProjectedReadout, Sightings
from ..problem import TrainingProblem
from ..terms.losses import Datafit, Squared
from .lasso import nonnegative_fit
from .loop import Master, Rule
from .neurons import Active, columns_of, merged, network_of, neurons_of
from .polish import Neuron, Placed, polish_placed
from .rounds import History, Solution

COLUMNS = 50
STEPS = 10  # of Newton's method between two prices
# Outputs this much shorter when what is free is projected off are nothing but rounding.
VANISHING = 1e-12
# A share of the targets' square that is nothing but rounding: what is free may fit them all.
NOTHING = 1e-28


class Faces(Master[Sightings]):
    """Neurons that are optimal on the faces where they are.

    Args:
        problem: with the 2-norm; a strictly convex loss, or the squared one where something is free.
        pricing: whose landscapes the neurons are in.
        start: a network to begin with.

    Example:
        An intercept fits what all samples have in common.

        >>> from duality_checks import train
        >>> found = train(TrainingProblem([[1], [-1]], [13, 12], beta=10, free="intercept"))
        >>> found.network.width, found.network.intercept, found.upper
        (0, 12.5, 0.25)
    """

    rule = Rule(looks=30)

    def __init__(
        self, problem: TrainingProblem, pricing: PlacesPricer | BiasPricer, start: TwoLayerNetwork | None
    ):
        super().__init__(problem, pricing)
        self.datafit = Datafit(problem.loss, problem.target)
        self.readout: ProjectedReadout | None = None
        if problem.free:
            self.readout = ProjectedReadout.of_squares(problem)
            self.datafit = Datafit(Squared(), self.readout.squared(problem.target))
            self.rounding = NOTHING * float(problem.weight_floats @ problem.target**2)
        self.at_hand = self.kept = neurons_of(problem, pricing, start)
        self._bound()

    def _bound(self) -> None:
        """What the neurons at hand are worth, and v there."""
        fit = np.zeros(self.problem.n)
        if self.at_hand:
            fit = columns_of(self.at_hand, len(fit)).sum(axis=1)
        upper = self.datafit.value(fit) + self.beta * sum(neuron.size for _, neuron in self.at_hand)
        if upper < self.upper:
            self.upper, self.kept = upper, self.at_hand
        slope = self.datafit.slope(fit)
        self.dual = slope if self.readout is None else self.readout.clean(slope)

    def add(self, found: Sightings) -> bool:
        """Add the best new neurons, reweigh all of them, and slide the survivors to the optimum of their
        faces."""
        candidates = list(self.at_hand)
        for place, sign, direction, kinks in self.pricing.best(found, COLUMNS):
            landscape = self.pricing.landscapes[place]
            candidates.append((landscape, Neuron.at(landscape, sign, direction, kinks)))
        if candidates:
            self._polish(self._reweighed(candidates))
        return True

    def settle(self) -> None:
        """Newton's method goes on: each digit that v lacks, the price would find missing."""
        self._polish(self.at_hand)

    def _polish(self, placed: list[Placed]) -> None:
        self.at_hand = polish_placed(self.datafit, self.beta, merged(placed), STEPS, self.deadline)
        self._bound()

    def _reweighed(self, candidates: list[Placed]) -> list[Placed]:
        """The neurons that the Lasso leaves, old ones first among the candidates."""
        units = [
            (landscape, Neuron(neuron.sign, neuron.weights / neuron.size, neuron.face))
            for landscape, neuron in candidates
        ]
        start = np.array([neuron.size for _, neuron in self.at_hand])
        start = np.append(start, np.zeros(len(candidates) - len(start)))
        columns = columns_of(units, self.problem.n)
        if self.readout is not None:
            sizes = np.linalg.norm(columns, axis=0)
            some = np.flatnonzero(sizes > VANISHING * sizes.max())
            units, columns, start = [units[j] for j in some], columns[:, some], start[some]
        weights = nonnegative_fit(self.datafit, columns, self.beta, start)
        return [
            (landscape, Neuron(neuron.sign, weight * neuron.weights, neuron.face))
            for (landscape, neuron), weight in zip(units, weights, strict=True)
            if weight > 0
        ]

    def feasible(self, v: np.ndarray, reach: float) -> tuple[np.ndarray, float]:
        """In terms of the squares that what is free makes of the loss."""
        loss, target = self.datafit.loss, self.datafit.target
        scaled = v * min(loss.multiple(v, target), self.beta / max(reach, self.beta))
        return scaled, loss.dual(scaled, target)

    def network(self) -> TwoLayerNetwork:
        """The best network so far, with the best intercept and linear skip for its neurons."""
        return network_of(self.problem, self.kept)[0]

    def finish(self, effort: Effort) -> tuple[TwoLayerNetwork, Active]:
        """The same, with the faces on which the neurons are."""
        return network_of(self.problem, self.kept)

    def solution(self, effort: Effort, history: History) -> Solution:
        """With the dual of the problem for that of the squares."""
        if self.readout is not None:
            self.best = self.readout.dual(self.best)
        return super().solution(effort, history)
