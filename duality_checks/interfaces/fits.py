"""A problem with its network, and its proofs when asked for: over all chambers where these are few enough, by
a cover of all directions where there are many."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ..approximation.ascents import proven_interval, train_by_ascents
from ..cover.effort import WHOLE, Effort
from ..pricing.limits import few_chambers, is_searched
from ..problem import TrainingProblem
from ..training.columns import train
from ..training.rounds import Solution

if TYPE_CHECKING:
    from ..approximation.subsets import ProvenInterval
    from ..certificates.certificate import Certificate
    from ..optima.paths import PathPoint

# A gap that is as good as none, where none was asked for.
CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Fit:
    """A trained problem.

    Attributes:
        problem: the problem.
        solution: the network and its dual, numerical.
        exhaustive: whether training went through all chambers.
        effort: of a search over all directions; None where there was none.
    """

    problem: TrainingProblem
    solution: Solution
    exhaustive: bool
    effort: Effort | None = None

    @classmethod
    def of(
        cls,
        problem: TrainingProblem,
        *,
        max_chambers: int,
        starts: int,
        seed: int,
        effort: Effort | None,
    ) -> Fit:
        """Train over all chambers; where there are more than `max_chambers`, by a search over all directions
        if they are many and there is an effort, else by ascents. Outputs that share neurons are searched for.

        Raises:
            InputError: too many chambers and no search, for another than the squared loss, or with something
                free.

        Example:
            >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
            >>> fit = Fit.of(problem, max_chambers=10, starts=3, seed=0, effort=None)
            >>> fit.exhaustive, fit.bounds.lower <= 4 <= fit.bounds.upper
            (True, True)
        """
        if problem.shares:
            effort = effort or WHOLE
            return cls(problem, train(problem, effort=effort), False, effort)
        if few_chambers(problem.arrangement, max_chambers):
            return cls(problem, train(problem, max_chambers=max_chambers), True)
        if effort is not None and is_searched(problem):
            return cls(problem, train(problem, effort=effort), False, effort)
        if problem.plain_loss.name != "squared" or problem.free:
            what = (
                f"the {problem.plain_loss.name} loss" if not problem.free else f"free={problem.free.name!r}"
            )
            raise InputError(
                f"the data have more than max_chambers={max_chambers:,} chambers, and {what} needs all of "
                "them: raise max_chambers, use fewer columns or rows, or the squared loss with nothing free"
            )
        return cls(problem, train_by_ascents(problem, starts=starts, seed=seed), False)

    @classmethod
    def of_point(cls, point: PathPoint, effort: Effort | None) -> Fit:
        """The fit that is a point of a path, with its certificate.

        Args:
            point: the point.
            effort: of the search over all directions that it is from; None where all chambers were gone
                through.
        """
        fit = cls(point.problem, point.solution, effort is None, effort)
        fit.__dict__["certificate"] = point.certificate
        return fit

    @property
    def certifiable(self) -> bool:
        """Whether there is a certificate: over all chambers or over all directions."""
        return self.exhaustive or self.effort is not None

    @cached_property
    def certificate(self) -> Certificate:
        """The certificate, accepted by the checker."""
        from ..certificates.certificate import check
        from ..certificates.certifying import certify

        found = certify(self.problem, self.solution, effort=self.effort or WHOLE)
        check(self.problem, found).require()
        return found

    @property
    def settled(self) -> bool:
        """Whether a certificate proves the network optimal: over all chambers, or up to the effort's gap."""
        if not self.certifiable:
            return False
        gap = self.certificate.relative_gap  # of a certificate that the checker has accepted
        return self.effort is None or gap <= max(self.effort.gap, CLOSE)

    @cached_property
    def bounds(self) -> Certificate | ProvenInterval:
        """What proves `lower <= p* <= upper`: the certificate, or without one a wider interval."""
        if self.certifiable:
            return self.certificate
        return proven_interval(self.problem, self.solution.network)
