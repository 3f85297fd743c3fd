"""Building the band of a path: train, certify and check where the band is widest (statement 5.5)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt
from time import perf_counter
from typing import Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector

from .. import checker
from ..arguments import positive
from ..certificates.certificate import check
from ..certificates.certifying import certify
from ..cover.effort import WHOLE, Effort, is_late
from ..exact.quadratics import ZERO
from ..networks.objective import exact_fit
from ..pricing.limits import few_chambers, is_covered, require_feasible
from ..problem import TrainingProblem
from ..terms.given import relative, whole
from ..training.columns import train
from ..training.rounds import MAX_CHAMBERS, Solution
from .path_band import PathBand, PathNode, Piece, bend_of
from .paths import PathPoint

WIDTH = Fraction(1, 1000)
MOST_NODES = 1000
# Of the width asked for: the relative gap of each certificate, and what of it is narrow enough to go on.
_GAP, _USEFUL = Fraction(1, 100), Fraction(1, 2)
_TOWARDS_ZERO, _ROOM = 16, 0.25
# Above so many chambers a cover of all directions is made and checked in a fraction of the time of a list.
_LISTED = 200


@dataclass(frozen=True, eq=False, slots=True)
class _Station:
    """A node with what its pieces are made of."""

    node: PathNode
    dual: Vector
    fit: Vector
    network: Any


@dataclass(frozen=True, eq=False, slots=True)
class _Job:
    problem: TrainingProblem
    gap: float
    max_chambers: int
    effort: Effort
    deadline: float | None
    keep: Callable[[PathPoint], Any]

    def share(self, parts: int = 1) -> Effort:
        """One of so many parts of the time that is left."""
        left = None if self.deadline is None else max(self.deadline - perf_counter(), 1e-3) / parts
        return replace(self.effort, gap=self.gap, seconds=left)

    def station(self, beta: Fraction, start: Any, parts: int = 1) -> _Station:
        """Train there, certify, and have it checked, in one of so many parts of the time that is left."""
        problem = self.problem.with_beta(beta)
        effort = self.share(parts)
        solution = train(problem, max_chambers=self.max_chambers, start=start, effort=effort)
        certificate = certify(
            problem,
            self.proposal(problem, solution),
            max_chambers=self.max_chambers,
            effort=effort,
            list_at_most=_LISTED,
        )
        check(problem, certificate).require()
        self.keep(PathPoint(problem, solution, certificate))
        weights = certificate.network_hidden, certificate.network_output, certificate.network_skip
        stated = checker.read_problem(problem.to_json())
        # The objective is a line in beta: two of its values tell the penalty, whatever that is made of.
        further = checker.objective(replace(stated, beta=2 * beta), *weights)
        penalty = (further - certificate.upper) / beta
        width = sum(map(bool, certificate.network_output))
        node = PathNode(beta, certificate.lower, certificate.upper - beta * penalty, penalty, width)
        network = solution.network if solution.network.width else None
        return _Station(node, certificate.dual, exact_fit(problem, *weights), network)

    def proposal(self, problem: TrainingProblem, solution: Solution) -> Solution:
        """The solution; its dual a little further inside, at a share of the gap, where it has to be covered:
        the nearer to its limit, the more cones."""
        if problem.penalty.polyhedral or problem.bias is not None or solution.relaxation is not None:
            return solution
        if few_chambers(problem.arrangement, _LISTED):
            return solution
        return replace(solution, dual=(1 - _ROOM * self.gap) * solution.dual)

    def end(self) -> _Station:
        """The limit at ``beta = 0``: a network of least norm that fits, and the dual vector 0."""
        from .least_norm import least_norm_fit

        found = least_norm_fit(self.problem, max_chambers=self.max_chambers, effort=self.share(parts=2))
        width = sum(map(bool, found.network.output))
        node = PathNode(ZERO, ZERO, ZERO, found.upper, width)
        return _Station(node, (ZERO,) * self.problem.n, self.problem.y, found.floats)

    def piece(self, left: _Station, right: _Station) -> Piece:
        loss, weights = self.problem.plain_loss, tuple(self.problem.sample_weights)
        return Piece(
            left.node,
            right.node,
            bend_of(loss.curved, left.fit, right.fit, weights),
            bend_of(loss.conjugate_curved, left.dual, right.dual, [1 / weight for weight in weights]),
        )


def path_bands(
    problem: TrainingProblem,
    low: Any,
    high: Any,
    *,
    width: Any = WIDTH,
    max_chambers: int = MAX_CHAMBERS,
    effort: Effort = WHOLE,
    most_nodes: int = MOST_NODES,
    keep: Callable[[PathPoint], Any] = lambda point: None,
) -> Iterator[PathBand]:
    """The bands of a path as they grow narrow, from two certificates on; each of them is proven.

    Args:
        problem: any loss, penalty, readout, activation and free part; its own beta plays no part.
        low: the least beta; 0 for the whole path: then a network of least norm that fits is its end
            (statement 2.12), which has to exist, with the squared, l1 or a Huber loss.
        high: the largest. From ``beta_max`` on the zero network is optimal, and the band is constant.
        width: the last band is within this relative width everywhere, if limits do not come before.
        max_chambers: refuse arrangements with more chambers before starting.
        effort: limits of the whole job; its gap plays no part, since certificates are as narrow as the width
            asks for.
        most_nodes: stop at so many certificates.
        keep: called with each point that was certified, and accepted by the independent checker.

    Yields:
        A band after each certificate, from the second on.

    Raises:
        InputError: ends or a width that are no such numbers, or a loss that has no limit at 0.
        UnreachableError: ``low`` is 0 and no network fits.
        TooLargeError: too many chambers.
        Refusal: the checker refuses a certificate.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> [len(band.nodes) for band in path_bands(problem, "1/4", "7/4")]  # a parabola, by hand
        [2]
    """
    first, last = ends(problem.require_one_output(), low, high)
    target, most = relative(width, "width", zero=False), whole(most_nodes, "most_nodes", least=2)
    if not is_covered(problem.arrangement) or problem.penalty.polyhedral or problem.bias is not None:
        require_feasible(problem.arrangement, max_chambers)
    deadline = effort.deadline()
    job = _Job(problem, float(target * _GAP), max_chambers, effort, deadline, keep)
    right = job.station(last, None, parts=2)
    left = job.end() if first == 0 else job.station(first, right.network)
    stations, pieces = [left, right], [job.piece(left, right)]
    while True:
        yield PathBand(tuple(pieces), _foot(job, stations[0]))
        place = _widest(pieces, target)
        if place is None or is_late(deadline) or len(stations) >= most:
            return
        left, right = stations[place : place + 2]
        middle = job.station(between(left.node.beta, right.node.beta), left.network or right.network)
        stations.insert(place + 1, middle)
        pieces[place : place + 1] = [job.piece(left, middle), job.piece(middle, right)]


def path_band(problem: TrainingProblem, low: Any, high: Any, **options: Any) -> PathBand:
    """The band of the optima for every weight decay, as narrow as asked for.

    Args:
        problem: as for :func:`path_bands`.
        low: likewise.
        high: likewise.
        options: likewise.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)  # two soft thresholds, by hand:
        >>> band = path_band(problem, "1/4", 3, width="1/100")  # p*(beta) = 5 beta - beta^2 below 2
        >>> float(band.lower("3/2")) <= 5.25 <= float(band.upper("3/2")), band.relative_width < 0.01
        (True, True)
    """
    *_, band = path_bands(problem, low, high, **options)
    return band


def ends(
    problem: TrainingProblem, low: Any, high: Any, *, names: tuple[str, str] = ("low", "high")
) -> tuple[Fraction, Fraction]:
    """The ends of a path, exactly.

    Args:
        problem: as for :func:`path_bands`.
        low: the least weight decay, or its share of another.
        high: the largest, likewise.
        names: what messages call both.

    Raises:
        InputError: they are no such numbers, or the loss has no limit at 0.

    Example:
        >>> ends(TrainingProblem([[1]], [1], 1), 2, 1, names=("--from", "--to"))
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: --from=2 is not below --to=1; give the least weight decay
        first
    """
    last = positive(high, names[1])
    first = ZERO if low == 0 else positive(low, names[0])
    if first >= last:
        raise InputError(
            f"{names[0]}={low} is not below {names[1]}={high}; give the least weight decay first"
        )
    if first == 0 and (problem.loss.labels or problem.free):
        raise InputError(
            f"{names[0]}=0: the path ends in a network that fits the targets, and the {problem.loss.name} "
            f"loss with free={problem.free.name!r} has another limit or none; give a positive {names[0]}"
        )
    return first, last


def _foot(job: _Job, first: _Station) -> Fraction:
    nothing = (ZERO,) * len(first.dual)
    inverse = [1 / weight for weight in job.problem.sample_weights]
    return bend_of(job.problem.plain_loss.conjugate_curved, nothing, first.dual, inverse)


def _widest(pieces: list[Piece], target: Fraction) -> int | None:
    """The piece to divide: none where all are narrow enough, or as narrow as their certificates let them."""
    widths = [piece.relative_width for piece in pieces]
    useful = [
        place
        for place, (piece, width) in enumerate(zip(pieces, widths, strict=True))
        if width > target and max(piece.left.relative_gap, piece.right.relative_gap) <= _USEFUL * target
    ]
    return max(useful, key=lambda place: widths[place], default=None)


def between(low: Fraction, high: Fraction) -> Fraction:
    """A short decimal near the geometric mean of two numbers; well below the second where the first is 0.

    Example:
        >>> str(between(Fraction(1), Fraction(3))), str(between(Fraction(0), Fraction(1)))
        ('17/10', '31/500')
    """
    mean = sqrt(float(low) * float(high)) if low else float(high) / _TOWARDS_ZERO
    margin = (high - low) / 4 if low else ZERO
    for digits in range(1, 17):
        found = Fraction(f"{mean:.{digits}e}")
        if low + margin < found < high - margin or (digits > 3 and low < found < high):
            return found
    return (low + high) / 2
