"""A problem with its network, over all chambers where these are few enough, and its proofs when asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..limits import few_chambers
from ..problem import TrainingProblem
from .ascents import proven_interval, train_by_ascents
from .columns import Solution, train

if TYPE_CHECKING:
    from ..approximation.subsets import ProvenInterval
    from ..certificate import Certificate
    from ..optima.several_outputs import VectorNetwork


@dataclass(frozen=True, eq=False)
class Fit:
    """A trained problem.

    Attributes:
        problem: the problem.
        solution: the network and its dual, numerical.
        exhaustive: whether training went through all chambers.
    """

    problem: TrainingProblem
    solution: Solution
    exhaustive: bool

    @classmethod
    def of(cls, problem: TrainingProblem, *, max_chambers: int, starts: int, seed: int) -> Fit:
        """Train over all chambers, or by ascents where there are more than `max_chambers`.

        Raises:
            InputError: too many chambers for another than the squared loss, or with something free.

        Example:
            >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
            >>> fit = Fit.of(problem, max_chambers=10, starts=3, seed=0)
            >>> fit.exhaustive, fit.bounds.lower <= 4 <= fit.bounds.upper
            (True, True)
        """
        if few_chambers(problem.arrangement, max_chambers):
            return cls(problem, train(problem, max_chambers=max_chambers), True)
        if problem.plain_loss.name != "squared" or problem.free:
            what = (
                f"the {problem.plain_loss.name} loss" if not problem.free else f"free={problem.free.name!r}"
            )
            raise InputError(
                f"the data have more than max_chambers={max_chambers:,} chambers, and {what} needs all of "
                "them: raise max_chambers, use fewer columns or rows, or the squared loss with nothing free"
            )
        return cls(problem, train_by_ascents(problem, starts=starts, seed=seed), False)

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate over all chambers, accepted by the checker."""
        from ..certificate import certify, check

        found = certify(self.problem, self.solution)
        check(self.problem, found).require()
        return found

    @cached_property
    def bounds(self) -> Certificate | ProvenInterval:
        """What proves `lower <= p* <= upper`: the certificate, or without all chambers a wider interval."""
        return self.certificate if self.exhaustive else proven_interval(self.problem, self.solution.network)


def side_by_side(fits: Sequence[Fit]) -> VectorNetwork:
    """The networks of several outputs as one, in which each neuron has a weight for its own output alone.

    Example:
        >>> fits = [
        ...     Fit.of(TrainingProblem([[1], [-1]], y, 1), max_chambers=10, starts=3, seed=0)
        ...     for y in ([3, 2], [0, 2])
        ... ]
        >>> side_by_side(fits).output.shape
        (3, 2)
    """
    from ..optima.several_outputs import VectorNetwork, intercepts_of

    networks = [fit.solution.network for fit in fits]
    count = len(networks)
    return VectorNetwork(
        np.concatenate([one.hidden for one in networks]),
        np.concatenate([np.outer(one.output, np.eye(count)[k]) for k, one in enumerate(networks)]),
        fits[0].problem.kappa,
        intercepts_of(networks),
    )
