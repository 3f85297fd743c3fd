"""Regularisation paths: from ``beta_max``, where the zero network is optimal, down, each point proven.

The zero network is optimal if and only if some ``v`` in minus the subdifferential of the loss at 0 has
``norm_dual(v) <= beta`` (statement 2.6). Where the loss has one slope there, ``beta_max = norm_dual`` of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact.rational import Vector, dot

from ..arguments import positive
from ..certificates.certificate import Certificate
from ..certificates.certifying import certify
from ..cover.effort import WHOLE, Effort
from ..exact.enclosures import decimal_interval, exact_text
from ..exact.norms import root_above
from ..networks.objective import exact_fit
from ..pricing.dual_norm import dual_norm
from ..pricing.free import ProjectedReadout
from ..pricing.landscape import Landscape
from ..pricing.limits import few_chambers, is_searched, require_feasible
from ..pricing.max_pooling import MaxLandscape, Peaks
from ..pricing.max_search import MaxSearch, max_landscape
from ..pricing.places import free_dual_norm
from ..pricing.pricers import Maxima, pricer
from ..problem import TrainingProblem
from ..training.columns import train
from ..training.conic import dual_without_neurons
from ..training.rounds import MAX_CHAMBERS, Round, Solution

# A bound for a landscape that is flat as far as floats can tell.
NOTHING = 1e-12
_QUICK = 5_000  # chambers that a moment suffices for


@dataclass(frozen=True, eq=False, slots=True)
class PathPoint:
    """One weight decay of a path: the problem, its solution and the certificate."""

    problem: TrainingProblem
    solution: Solution
    certificate: Certificate


def beta_path(
    problem: TrainingProblem,
    betas: Iterable[Any],
    *,
    max_chambers: int = MAX_CHAMBERS,
    progress: Callable[[Round], Any] | None = None,
    effort: Effort = WHOLE,
) -> Iterator[PathPoint]:
    """The optima for decreasing weight decays, each started from the one before, each with its certificate.

    Args:
        problem: its own beta plays no part; the arrangement is shared by all points.
        betas: positive, strictly decreasing.
        max_chambers: refuse arrangements with more chambers before starting, where these are gone through.
        progress: called after each round of each point.
        effort: limits of the whole path, where directions are searched; its points share the time.

    Yields:
        One point a beta, as soon as it is known.

    Raises:
        InputError: a beta that is not positive or not smaller than the one before.
        TooLargeError: too many chambers.

    Example:
        >>> problem = TrainingProblem([[1], [-1]], [3, 2], beta=1)
        >>> [round(point.solution.upper, 9) for point in beta_path(problem, [4, 2, 1])]
        [6.5, 6.0, 4.0]
    """
    decays = [positive(beta, f"betas[{k}]") for k, beta in enumerate(betas)]
    for k, (before, after) in enumerate(pairwise(decays), 1):
        if after >= before:
            raise InputError(
                f"betas[{k}]={after} is not below betas[{k - 1}]={before}; sort them, largest first"
            )
    if not is_searched(problem):
        require_feasible(problem.arrangement, max_chambers)
    start = None
    for decay, share in zip(decays, effort.shares(len(decays)), strict=True):
        point = problem.with_beta(decay)
        solution = train(point, max_chambers=max_chambers, progress=progress, start=start, effort=share)
        start = solution.network if solution.network.width else None
        yield PathPoint(point, solution, certify(point, solution, effort=share))


class BetaMax(NamedTuple):
    """A proven interval around ``beta_max``; as text its ends are rounded outward.

    Example:
        >>> print(BetaMax(Fraction(1, 3), Fraction(334, 1000)))
        0.3333333 <= beta_max <= 0.3340000
        >>> BetaMax(Fraction(5), Fraction(5))
        <beta_max = 5>
    """

    lower: Fraction
    upper: Fraction

    def __str__(self) -> str:
        if self.lower == self.upper:
            return f"beta_max = {exact_text(self.lower)}"
        low, high = decimal_interval(self.lower, self.upper)
        return f"{low} <= beta_max <= {high}"

    def __repr__(self) -> str:
        return f"<{self}>"


def slope_at_zero(problem: TrainingProblem) -> Vector:
    """``v``, minus the slope of the loss at ``f = 0``, exactly (the logistic loss has slope 1/2 there).

    Raises:
        InputError: the l1 loss of a target 0 has no slope there.

    Example:
        >>> slope_at_zero(TrainingProblem([[1], [2]], [1, -1], beta=1, loss="logistic"))
        (Fraction(1, 2), Fraction(-1, 2))
    """
    name = problem.plain_loss.name
    if name == "l1" and 0 in problem.y:
        raise InputError(
            f"y[{problem.y.index(Fraction(0))}]=0: the l1 loss has a kink at 0 there, and beta_max is a "
            "minimum over many slopes; leave that sample out or use a huber loss"
        )
    if name == "squared" and not problem.is_weighted:
        return problem.y
    scale = Fraction(1, 2) if name == "logistic" else Fraction(1)
    weights, base = problem.sample_weights, problem.plain_loss
    return tuple(scale * w * base.inside(_large(name, y), y) for w, y in zip(weights, problem.y, strict=True))


def _large(name: str, y: Fraction) -> Fraction:
    """What the domain clips to the slope: the residual, or its sign times enough for the l1 loss."""
    return y / abs(y) if name == "l1" else y


def approximate_beta_max(
    problem: TrainingProblem, max_chambers: int = MAX_CHAMBERS, effort: Effort = WHOLE
) -> float:
    """``beta_max`` in floats, not proven: one sweep over the chambers, or one over the finitely many neurons;
    where the effort is not whole, the best of many ascents.

    Raises:
        InputError: as :func:`slope_at_zero`.
        TooLargeError: too many chambers.

    Example:
        >>> round(approximate_beta_max(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)), 12)
        5.0
    """
    if problem.free:
        return _free_beta_max(problem, max_chambers, effort)
    if problem.penalty.polyhedral:
        return float(beta_max(problem, max_chambers)[0])
    return dual_norm(problem, without_neurons(problem), max_chambers, effort)


def _free_beta_max(problem: TrainingProblem, max_chambers: int, effort: Effort) -> float:
    """The dual norm of the slope at the best free part."""
    sized = _dual_norm_of(problem, max_chambers, effort)
    if not problem.free.decayed:
        return sized(without_neurons(problem))
    return where_equal(lambda beta: sized(without_neurons(problem.with_beta(beta))))


def _dual_norm_of(
    problem: TrainingProblem, max_chambers: int, effort: Effort
) -> Callable[[np.ndarray], float]:
    """The dual norm of a vector, in floats, where something is free of the penalty."""
    if not problem.penalty.polyhedral:
        return lambda v: free_dual_norm(problem, v, max_chambers, effort)
    from ..pricing.polyhedral import Neurons

    columns = Neurons.of(problem).columns
    return lambda v: float(np.abs(columns.T @ v).max(initial=0.0))


def without_neurons(problem: TrainingProblem) -> np.ndarray:
    """The dual of the best intercept and skip alone, in floats, length n: the zero network is optimal from
    its dual norm on.

    Raises:
        InputError: the loss has many slopes there.

    Example:
        >>> without_neurons(TrainingProblem([[1], [2]], [1, 3], beta=1, free="intercept"))
        array([-1.,  1.])
    """
    if not problem.free:
        return np.array([float(value) for value in slope_at_zero(problem)])
    if not problem.loss.smooth:
        raise InputError(
            f"the {problem.loss.name} loss has many slopes at the best free part, and beta_max is a minimum "
            "over them; give beta itself, or use a loss without kinks"
        )
    if problem.plain_loss.name != "squared":
        return dual_without_neurons(problem)
    readout = ProjectedReadout.of_squares(problem)
    return readout.dual(readout.squared(problem.target))


def where_equal(size: Callable[[float], float]) -> float:
    """A beta with ``size(beta) = beta``, for a size that hardly depends on it: the best decayed intercept
    does.

    Example:
        >>> round(where_equal(lambda beta: 3 + 1 / (1 + beta)), 9)  # beta^2 - 2 beta - 4 = 0
        3.236067977
    """
    from scipy.optimize import brentq

    high = size(1.0)
    while high and size(high) > high:
        high = 2 * size(high)
    low, least = high / 2, NOTHING * high
    while low > least and size(low) < low:
        low /= 2
    return float(brentq(lambda beta: size(beta) - beta, low, high, rtol=1e-13)) if low > least else 0.0


def beta_max(problem: TrainingProblem, max_chambers: int = MAX_CHAMBERS) -> BetaMax:
    """A proven interval around ``beta_max``, the least weight decay for which the zero network is optimal.

    Args:
        problem: its beta plays no part.
        max_chambers: refuse arrangements with more chambers before starting.

    Returns:
        Rationals ``lower <= beta_max <= upper``: equal for a polyhedral norm, otherwise about 1e-12 apart.
        ``lower`` is the value at one direction; ``upper`` is proven on every chamber.

    Raises:
        InputError: as :func:`slope_at_zero`.
        TooLargeError: too many chambers.

    Example:
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1)
        >>> lower, upper = beta_max(problem)  # the root of 3^2 + 4^2, by hand
        >>> bool(lower <= 5 <= upper), float(upper - lower) < 1e-9
        (True, True)
    """
    problem.require_penalised("a proven beta_max")
    v = slope_at_zero(problem)
    if problem.penalty.polyhedral:
        from ..pricing.polyhedral import Neurons

        exact = Neurons.of(problem).dual_norm(v)
        return BetaMax(exact, exact)
    floats = np.array([float(value) for value in v])
    if not any(v):
        return BetaMax(Fraction(0), Fraction(0))
    direction, size = _largest(problem, floats, max_chambers)
    if direction is None:
        return BetaMax(Fraction(0), _above(problem, v, NOTHING))
    u = tuple(map(Fraction, direction.tolist()))
    lower = abs(dot(v, exact_fit(problem, [u], (Fraction(1),)))) / root_above(dot(u, u))
    return BetaMax(lower, _above(problem, v, size))


def quick_beta_max(problem: TrainingProblem) -> BetaMax | None:
    """The proven interval where there are few chambers to prove it on, and nothing else stands in the way.

    Example:
        >>> print(quick_beta_max(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=1, penalty="1-norm")))
        beta_max = 4
    """
    if problem.free or not few_chambers(problem.arrangement, _QUICK):
        return None
    try:
        return beta_max(problem, _QUICK)
    except InputError:  # a kink of the loss at zero, or data that floats cannot square
        return None


def _largest(problem: TrainingProblem, v: np.ndarray, max_chambers: int) -> tuple[np.ndarray | None, float]:
    """Where the dual norm of v is attained, length d, and its size; None where it is 0."""
    landscape: Landscape | MaxLandscape | MaxSearch
    maxima: Maxima | Peaks
    if problem.is_max_pooled:
        landscape = max_landscape(problem, max_chambers)
        maxima = landscape.maxima(v, 0.0)
    else:
        landscape = Landscape.of(problem)
        maxima = pricer(problem, landscape, max_chambers).maxima(v, 0.0)
    if not len(maxima):
        return None, 0.0
    return landscape.lift(maxima.directions[:1])[0], float(maxima.values[0])


def _above(problem: TrainingProblem, v: Vector, size: float) -> Fraction:
    """A proven upper bound of ``norm_dual(v)``, from a feasible z close to a multiple of v.

    A certificate proves ``norm_dual(z) <= b``. For any s > 0, ``v = z/s + (v - z/s)``; the dual norm of e is
    at most ``L sum_k abs(e_k) norm(x_k)`` over all rows, or over the largest, which are some of them: so
    ``norm_dual(v) <= b/s + L sum_k abs(v_k - z_k/s) norm(x_k)``.
    """
    from types import SimpleNamespace

    from ..certificates.certificate import check
    from ..networks.two_layer import TwoLayerNetwork

    bound = Fraction(size)
    # Squared loss with target v: its best multiple is v itself, so that z is v but for rounding.
    stated = TrainingProblem(problem.X, v, bound, problem.kappa, readout=problem.readout)
    nothing = TwoLayerNetwork(np.zeros((0, problem.d)), np.zeros(0), problem.kappa)
    guess = SimpleNamespace(network=nothing, dual=np.array([float(value) for value in v]))
    certificate = certify(stated, guess)
    check(stated, certificate).require()
    z = certificate.dual
    share = dot(z, v) / dot(v, v)
    lipschitz = max(Fraction(1), abs(problem.kappa))
    errors = [abs(a - b / share) for a, b in zip(v, z, strict=True)]
    slack = sum(
        (
            errors[sample] * root_above(dot(row, row))
            for row, sample in zip(problem.X.fractions, problem.readout.groups, strict=True)
        ),
        Fraction(0),
    )
    return bound / share + lipschitz * slack
