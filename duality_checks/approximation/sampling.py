"""Sampled chambers: what a sample proves, what it can be expected to miss, and the picture of both.

At ranks where all chambers can be listed the ratio of a sample is exact (statement 4.1). Where they cannot,
the dual norm is bounded from above without enumeration, and the interval is proven all the same, honestly
wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..pricing.limits import chambers_at_most
from ..terms.given import allowance, relative, whole
from .dual_norm_bounds import NormBound, relaxed_bound, spectral_bound
from .nets import net_sample_size
from .subsets import ProvenInterval, chambers_of_directions, interval, proposal_over, restricted_to

if TYPE_CHECKING:
    from ..problem import TrainingProblem
    from ..training.rounds import Solution

_SEEN = "#2a6f97"
_MISSED = "#c8553d"


@dataclass(frozen=True, slots=True)
class SampledBound:
    """A proven interval for p* from sampled chambers, at any rank.

    Attributes:
        interval: the interval; `interval.ratio` is the a posteriori ratio.
        norm: the bound on the dual norm that proves it, with a value that is attained.
        samples: how many directions were drawn.
        chambers: how many chambers they met.
        at_most: Cover's bound on the number of all chambers.
        at_best: the lower bound that the same dual would give if its norm were the attained one: more than
            this no sharper bound on the norm can gain.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1], [1, 1]], [3, 4, 1], beta=1)
        >>> found = bound_by_sampling(problem, samples=50)
        >>> found.chambers, found.at_most, found.interval.lower <= found.interval.upper
        (6, 6, True)
    """

    interval: ProvenInterval
    norm: NormBound
    samples: int
    chambers: int
    at_most: int
    at_best: Fraction

    def __str__(self) -> str:
        return (
            f"{self.interval}\n{self.samples:,} directions met {self.chambers:,} of at most {self.at_most:,} "
            f"chambers; the dual norm is at least {self.norm.attained:.6g} and proven to be at most "
            f"{float(self.norm.bound):.6g} ({self.norm.looseness:.3f} times). To close the interval: more "
            f"samples lower its upper end; a sharper bound of the norm raises its lower end, to at most "
            f"{float(self.at_best):.6g} with this dual, and only pricing over all chambers raises it beyond"
        )


def bound_by_sampling(problem: TrainingProblem, samples: int, seed: int = 0) -> SampledBound:
    """A proven interval around p* without enumerating the chambers: for ranks at which nobody can.

    Directions `u ~ N(0, I)` pick chambers (vertices of the zonotope), the program is solved over those, and
    the dual norm of its dual point is bounded from above by a relaxation (:mod:`.dual_norm_bounds`).

    Args:
        problem: any loss, 2-norm, any rank.
        samples: how many directions, at least 1.
        seed: of numpy's default generator.

    Returns:
        The interval, in rationals; the relaxation may make it wide, and its text says how wide.

    Raises:
        InputError: no samples, or a problem of another kind.
    """
    problem.require_ball("sampling chambers").require_penalised("sampling chambers")
    chambers = chambers_of_directions(problem, drawn(problem, samples, seed))
    network, dual = proposal_over(problem, chambers)
    norm = relaxed_bound(problem, dual)
    proof = interval(problem, network, dual, norm.bound, "dual norm by relaxation, not enumeration")
    shape = problem.arrangement
    at_most = chambers_at_most(shape)
    reached = interval(problem, network, dual, Fraction(norm.attained), "").lower
    at_best = max(proof.lower, min(reached, proof.upper))
    return SampledBound(proof, norm, samples, len(chambers), at_most, at_best)


def drawn(problem: TrainingProblem, samples: int, seed: int) -> np.ndarray:
    """Gaussian directions (samples x d): the part outside the row space does not change their signs."""
    return np.random.default_rng(seed).standard_normal((whole(samples, "samples"), problem.d))


@dataclass(frozen=True, slots=True)
class Guarantee:
    """What is known before anything is solved (statement 4.2).

    Attributes:
        ratio: with probability at least `1 - failure` over the sample, `p~ <= ratio * p*`.
        samples: the number of directions it takes.
        eps: the net that they form with that probability.
        failure: the probability.
    """

    ratio: Fraction
    samples: int
    eps: Fraction
    failure: Fraction


def guarantee(problem: TrainingProblem, eps: Any, failure: Any = Fraction(1, 20)) -> Guarantee:
    """The a priori ratio `1 + eps L norm(X)_2 norm(y) / beta` and the number of samples that gives it.

    Args:
        problem: squared loss, 2-norm.
        eps: radius of the net, in (0, 2]: number or text such as "0.1".
        failure: the probability that the sample is no such net.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> found = guarantee(TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=5), "0.1")
        >>> round(float(found.ratio), 6), found.samples
        (1.1, 489)
    """
    problem.require_standard("sampling chambers")
    radius = allowance(eps, "eps", zero=False)
    ratio = 1 + radius * spectral_bound(problem, problem.y) / problem.beta
    samples = net_sample_size(problem.arrangement.rank, radius, failure)
    return Guarantee(ratio, samples, radius, relative(failure, "failure", zero=False))


@dataclass(frozen=True, eq=False, slots=True)
class Coverage:
    """Growing samples of one sequence of directions, and what each misses.

    An optimal neuron can be found as soon as one of the closed chambers that hold it has been met; on a wall
    it is in several.

    Attributes:
        samples: their sizes, increasing.
        ratios: `p~ / p*`, proven from above up to the rounding to a float, one a size.
        angles: for each neuron of the optimum the share of directions in the chambers that hold it
            (numerical).
        first_seen: for each of them the number of draws after which one such chamber was met; 0 if never.
        expected_misses: the bound `sum (1 - omega)^N` of statement 4.2b on the chance that a neuron cannot be
            found, one a size.
    """

    samples: tuple[int, ...]
    ratios: np.ndarray
    angles: np.ndarray
    first_seen: np.ndarray
    expected_misses: np.ndarray


def coverage(problem: TrainingProblem, samples: Sequence[int], seed: int = 0) -> Coverage:
    """How the ratio falls as chambers are sampled, and which of the optimum's neurons are missed.

    Args:
        problem: of rank at most 3, so that solid angles are exact formulas and p* can be proven.
        samples: sizes, increasing.
        seed: of the directions; larger samples contain the smaller ones.

    Returns:
        The curves, for :func:`plot_coverage`.

    Raises:
        InputError: a rank above 3, or sizes that do not increase.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> found = coverage(TrainingProblem([[1, 0], [0, 1]], [3, -4], beta=1), [1, 40])
        >>> bool(found.ratios[0] > 1.1), round(float(found.ratios[1]), 6)
        (True, 1.0)
    """
    from hyperplane_arrangements.geometry.angles import solid_angle

    from ..certificates.certifying import certify
    from ..training.columns import train

    problem.require_standard("sampling chambers")
    if problem.arrangement.rank > 3:
        raise InputError(
            f"rank is {problem.arrangement.rank}; coverage needs solid angles, which go up to rank 3: "
            "use bound_by_sampling"
        )
    sizes = tuple(samples)
    if not sizes or list(sizes) != sorted(set(sizes)) or sizes[0] < 1:
        raise InputError(f"samples is {sizes}; give increasing sizes of at least 1")
    solution = train(problem)
    lower = certify(problem, solution).lower
    active = chambers_of_neurons(problem, solution)
    angles = np.array([sum(solid_angle(problem.arrangement, signs) for signs in around) for around in active])
    directions = drawn(problem, sizes[-1], seed)
    ratios = []
    for size in sizes:
        upper = restricted_to(problem, chambers_of_directions(problem, directions[:size])).upper
        ratios.append(float(upper / lower) if lower else 1.0)
    misses = np.array([((1 - angles) ** size).sum() for size in sizes])
    return Coverage(sizes, np.array(ratios), angles, _first_seen(problem, active, directions), misses)


def chambers_of_neurons(problem: TrainingProblem, solution: Solution) -> tuple[np.ndarray, ...]:
    """For each active neuron of a solution the chambers whose closure holds it, P x n each."""
    table = problem.arrangement.chambers().signs
    return tuple(
        table[((table == signs) | (np.asarray(signs) == 0)).all(axis=1)] for signs, _, _ in solution.active
    )


def _first_seen(problem: TrainingProblem, active: Sequence[np.ndarray], directions: np.ndarray) -> np.ndarray:
    from hyperplane_arrangements.exact import signs

    at = signs(problem.X, directions)
    met = [(at[:, None] == around[None]).all(axis=2).any(axis=1) for around in active]
    return np.array([int(seen.argmax()) + 1 if seen.any() else 0 for seen in met])


def plot_coverage(found: Coverage, *, ax: Any = None, title: str | None = None) -> Any:
    """Draw the excess `ratio - 1` against the number of samples, and when each neuron could first be found.

    Args:
        found: from :func:`coverage`.
        ax: matplotlib Axes; a new figure if None.
        title: above the picture.

    Returns:
        The Axes. Ticks below the curve are the optimum's neurons at the draw that met a chamber of theirs;
        those never met stand at the right edge in red, with their solid angles.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    from hyperplane_arrangements.pictures.canvas import INK, axes_of

    ax = axes_of(ax)
    excess = np.maximum(found.ratios - 1, 1e-16)
    ax.plot(found.samples, excess, "o-", color=INK, label="p~ / p* - 1")
    ax.plot(
        found.samples, found.expected_misses, "--", color=_MISSED, lw=1, label="bound on P(a neuron missed)"
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    low = float(min(excess.min(), found.expected_misses.clip(1e-16).min()))
    for angle, seen in zip(found.angles, found.first_seen, strict=True):
        at, color = (int(seen), _SEEN) if seen else (found.samples[-1], _MISSED)
        ax.plot([at, at], [low / 4, low / 1.5], color=color, lw=1.5)
        if not seen:
            ax.annotate(f"missed: {angle:.1e}", (at, low / 1.5), color=color, size=7, rotation=90, ha="right")
    ax.set_xlabel("sampled directions")
    ax.set_ylabel("excess over the optimum")
    ax.legend(frameon=False, fontsize=8)
    if title:
        ax.set_title(title, color=INK)
    return ax


def a_priori_ratio(problem: TrainingProblem, eps: Fraction, dual: Sequence[Fraction]) -> Fraction:
    """`1 + eps L norm(X)_2 norm(v~) / beta`, rounded up: the ratio of an eps-net, once v~ is known.

    Example:
        >>> from duality_checks import TrainingProblem
        >>> problem = TrainingProblem([[1, 0], [0, 1]], [3, 4], beta=5)
        >>> round(float(a_priori_ratio(problem, Fraction(1, 10), problem.y)), 6)
        1.1
    """
    return 1 + eps * spectral_bound(problem, tuple(dual)) / problem.beta
