"""The master for neurons that are only reweighed: a Lasso, or a conic program over them.

New neurons are maxima of the dual point, the old ones among them, moved to where they belong: near the
optimum each round squares the error. Where all neurons that an optimum needs are on a list, no one moves.
"""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np

from ..networks.two_layer import TwoLayerNetwork
from ..pricing.free import ProjectedReadout
from ..pricing.max_pooling import Peaks
from ..problem import TrainingProblem
from ..terms.losses import Datafit
from .conic import parallel_sums
from .lasso import nonnegative_fit
from .loop import Master, Rule
from .narrowing import narrowed
from .program import skips_of, solve_atoms

# An interior point leaves the neurons that are not used this small, relative to the largest one.
UNUSED = 1e-9
FALLEN = 1 - 1e-9


class Listing(Protocol):
    """A pricer that says what neurons do, takes them to the user's coordinates, and back."""

    def listed(self, network: TwoLayerNetwork) -> Peaks: ...

    def outputs(self, directions: np.ndarray) -> np.ndarray: ...

    def lift(self, directions: np.ndarray) -> np.ndarray: ...


class Atoms(Master[Peaks]):
    """Neurons at hand with their sizes.

    Args:
        problem: the problem.
        pricing: whose maxima are the neurons; ``most`` of them enter at a time.
        start: a network to begin with.

    Example:
        The largest of two inputs is learnt by one neuron, as one sample of 3 would be.

        >>> from duality_checks import train
        >>> from duality_checks.terms.max_pooling import MaxPooling
        >>> solution = train(TrainingProblem([[1], [3]], [2], beta=1, readout=MaxPooling((0, 0))))
        >>> solution.network.width, round(solution.upper, 9)  # 2/3 - 1/18, a soft threshold
        (1, 0.611111111)
    """

    rule = Rule(near=1.0, patience=3, rounds=100, looks=60)
    most = 60

    def __init__(self, problem: TrainingProblem, pricing: Listing, start: TwoLayerNetwork | None):
        super().__init__(problem, pricing)
        self.found = TwoLayerNetwork(np.zeros((0, problem.d)), [], problem.kappa)
        nothing = np.zeros(problem.n)
        self.upper = problem.loss.value(nothing, problem.target)
        self.dual = problem.loss.clip(problem.loss.slope(nothing, problem.target), problem.target)
        self.at_hand = pricing.listed(self.found if start is None else start)
        self.sizes, self.rest = np.zeros(len(self.at_hand)), nothing
        if len(self.at_hand) or problem.free:
            self.reweigh()

    def add(self, found: Peaks) -> bool:
        """Add the best new neurons, and reweigh all of them."""
        new = found[: self.most]
        self.at_hand, self.sizes = self.at_hand.join(new), np.append(self.sizes, np.zeros(len(new)))
        if not len(new) and not self._is_newtons:
            return False
        self.reweigh()
        return True

    @property
    def _is_newtons(self) -> bool:
        """Whether sizes are those of Newton's method, which another step makes better."""
        return self.problem.loss.strictly_convex and not self.problem.free

    def reweigh(self) -> None:
        """The best sizes of the neurons at hand, and the dual point; those without a size may go."""
        problem, some = self.problem, self.at_hand
        atoms = self.pricing.outputs(some.directions) * some.signs
        if self._is_newtons:
            datafit = Datafit(problem.loss, problem.target)
            sizes = nonnegative_fit(datafit, atoms, self.beta, self.sizes)
            fit = atoms @ sizes
            dual = datafit.slope(fit)
        else:
            decay = self.beta if problem.free.decayed else 0.0
            optimum = solve_atoms(problem, atoms, self._skips, decay)
            sizes, fit, dual = np.maximum(optimum.vectors[:, 0], 0.0), optimum.fit, optimum.dual
        self.dual = problem.loss.clip(dual, problem.target)
        self.sizes = np.where(sizes > UNUSED * sizes.max(initial=0.0), sizes, 0.0)
        self.rest = fit - atoms @ sizes
        network, before = self._network(), self.upper
        if (value := network.objective(problem)) < self.upper:
            self.found, self.upper = network, value
        # Where the optimum over neurons is not unique they go only as it falls, so that no set comes back.
        if self._is_newtons or value < before * FALLEN:
            used = np.flatnonzero(self.sizes)
            self.at_hand, self.sizes = some[used], self.sizes[used]

    @cached_property
    def _skips(self) -> np.ndarray | None:
        """What the outputs may add, as independent columns; None where that is nothing."""
        if self.problem.free.decayed:
            return skips_of(self.problem)[0]
        return ProjectedReadout.of(self.problem).skips if self.problem.free else None

    def _network(self) -> TwoLayerNetwork:
        """Statement 2.2, with parallel neurons as one and at most n of them, and what is free for the rest of
        the outputs."""
        problem, used = self.problem, np.flatnonzero(self.sizes)
        some, sizes = self.at_hand[used], self.sizes[used]
        lengths = np.linalg.norm(some.directions, axis=1)
        sums, kept = parallel_sums(
            some.directions / lengths[:, None], some.signs, sizes[:, None] * some.directions
        )
        hidden, signs = self.pricing.lift(sums), some.signs[kept]
        costs = problem.penalty.norms(problem.penalised(hidden))
        shares = narrowed(self.pricing.outputs(sums) * signs, np.ones(len(kept)), costs)
        alive = shares > 0
        roots = np.sqrt(shares[alive] * costs[alive])
        hidden = hidden[alive] * (roots / costs[alive])[:, None]
        theta = np.linalg.lstsq(skips_of(problem)[0], self.rest, rcond=None)[0] if problem.free else self.rest
        return TwoLayerNetwork(
            hidden,
            signs[alive] * roots,
            problem.kappa,
            float(theta[0]) if problem.free.intercept else 0.0,
            theta[-problem.d :] if problem.free.linear else None,
        )

    def network(self) -> TwoLayerNetwork:
        """The best network so far."""
        return self.found
