"""One job from data to verdict: enumerate, train, certify, and check with the independent checker."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.exact import fits_float, in_short

from ..data.datasets import TrainingData
from ..effort import WHOLE, Effort
from ..limits import is_searched, require_feasible
from ..problem import TrainingProblem, positive
from ..problem_file import prepared
from .hints import hints

if TYPE_CHECKING:
    from ..certificate import Certificate
    from ..checker import Verdict
    from ..training.checkpoint import State
    from ..training.rounds import Bounds, Round, Solution

# Enough digits for any use, few enough that the exact number is readable.
BETA_DIGITS = 12
# A beta_max that is a smaller share of what the sizes of the data allow is nothing but rounding.
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job produced, and how long each part took.

    Args:
        data: the data with its names.
        problem: the exact training problem.
        beta_ratio: the share of ``beta_max`` that was asked for, None when ``beta`` itself was.
        solution: the trained network and its dual, numerical.
        history: the numerical bounds of every round, interrupted runs included.
        certificate: the rational certificate.
        verdict: the independent checker's word on the texts below.
        problem_text: the problem file.
        certificate_text: the certificate file.
        seconds: the time of each part, by name.
        hints: where its numbers may mislead.
    """

    data: TrainingData
    problem: TrainingProblem
    beta_ratio: Fraction | None
    solution: Solution
    history: tuple[Bounds, ...]
    certificate: Certificate
    verdict: Verdict
    problem_text: str
    certificate_text: str
    seconds: dict[str, float]
    hints: tuple[str, ...] = ()


def at_ratio(
    problem: TrainingProblem, ratio: Any, max_chambers: int, effort: Effort = WHOLE
) -> TrainingProblem:
    """The problem with ``beta = ratio * beta_max``; for the squared loss ``beta_max = norm_dual(y)`` (2.6).

    From ``beta_max`` on, the zero network is optimal. It is computed in floats; the product is rounded to 12
    significant digits, and that decimal is the exact ``beta`` of everything that follows.

    Raises:
        InputError: the ratio is not positive, or ``beta_max`` is zero, so that no share of it is positive.
    """
    from ..optima.paths import approximate_beta_max

    require_improvable([problem])
    largest = approximate_beta_max(problem, max_chambers, effort)
    require_improvable([problem], largest)
    return problem.with_beta(share_of(largest, ratio))


def require_improvable(problems: Sequence[TrainingProblem], beta_max: float | None = None) -> None:
    """Refuse a ``beta_max`` of 0, or of nothing but rounding: then no network lowers the loss (2.6).

    Args:
        problems: one an output; the same but for their targets.
        beta_max: the weight decay from which on all outputs are zero, in floats; None before it is known.

    Raises:
        InputError: saying what the targets are, and what to do.

    Example:
        >>> require_improvable([TrainingProblem([[1], [2]], [0, 0], beta=1)])
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: beta_max is 0 (every target is 0): no neuron lowers the
        loss at any weight decay, so there is no share to take; choose another target, or give --beta to have
        just that proven
    """
    first = problems[0]
    if not any(y for problem in problems for y in problem.y):
        why = "every target is 0"
    elif beta_max is None or beta_max > ROUNDING * max(map(_reach, problems)):
        return
    elif first.free.intercept and all(len(set(problem.y)) == 1 for problem in problems):
        why = "the target is constant, which the free intercept fits"
    elif first.free:
        why = f"nothing is better than what is free alone, free={first.free.name!r}"
    else:
        why = "the targets of equal samples cancel"
    raise InputError(
        f"beta_max is 0 ({why}): no neuron lowers the loss at any weight decay, so there is no share to "
        "take; choose another target, or give --beta to have just that proven"
    )


def _reach(problem: TrainingProblem) -> float:
    """A bound on ``beta_max`` from the sizes of the rows alone: what rounding is small beside."""
    import numpy as np

    from ..optima.paths import slope_at_zero

    slopes = np.array([abs(float(v)) for v in slope_at_zero(problem)])
    sizes = slopes[np.array(problem.readout.groups)]
    lengths = np.linalg.norm(problem.features, axis=1)
    return max(1.0, abs(float(problem.kappa))) * float(sizes @ lengths)


def share_of(beta_max: float, ratio: Any) -> Fraction:
    """``ratio * beta_max``, rounded to 12 significant digits.

    Raises:
        InputError: the ratio is not positive, or the share of ``beta_max`` is zero or beyond floats.

    Example:
        >>> share_of(8.0, "1/3")
        Fraction(266666666667, 100000000000)
    """
    share = positive(ratio, "beta-ratio")
    exact = share * Fraction(beta_max)
    if exact and not fits_float(exact):
        raise InputError(
            f"--beta-ratio {in_short(share)} of beta_max = {beta_max:.3g} is beyond the range of floats; "
            "give another share"
        )
    return positive(Fraction(f"{float(exact):.{BETA_DIGITS - 1}e}"), f"beta = {in_short(share)} * beta_max")


def prove(
    data: TrainingData,
    *,
    beta: Fraction | None,
    beta_ratio: Fraction | None,
    activation: str,
    max_chambers: int,
    say: Callable[[str], None],
    loss: str = "squared",
    penalty: str = "2-norm",
    free: str = "nothing",
    effort: Effort = WHOLE,
    recall: Callable[[TrainingProblem], State | None] = lambda problem: None,
    keep: Callable[[TrainingProblem, State], None] = lambda problem, state: None,
) -> Outcome:
    """Train to the global optimum and prove it.

    Args:
        data: features and targets.
        beta: the weight decay; None to take it from ``beta_ratio``.
        beta_ratio: the share of ``beta_max`` to use when ``beta`` is None.
        activation: ``relu``, ``leaky:K``, ``abs`` or ``slopes:A,B``.
        max_chambers: refuse before the work starts when there would be more.
        say: is told what happens.
        loss: see :func:`~duality_checks.terms.losses.parse_loss`.
        penalty: see :func:`~duality_checks.terms.penalties.parse_penalty`.
        free: see :func:`~duality_checks.terms.free.parse_free`.
        effort: the gap that will do, and the limits of searches over all directions.
        recall: the state an interrupted run left, or None.
        keep: is given the state after every round.

    Raises:
        InputError: the data, ``beta``, the ratio, the activation, the loss or the penalty cannot be used.
        TooLargeError: the number of chambers is over the limit.
    """
    clock = Clock()
    decay = 1 if beta is None else beta
    terms = {"loss": loss, "penalty": penalty, "free": free}
    problem = TrainingProblem(data.X, data.y, decay, activation, **data.terms, **terms)
    say("Counting the activation patterns")
    if not is_searched(problem):
        require_feasible(problem.arrangement, max_chambers)
    clock.lap("counting")
    if beta is None:
        say("Finding beta_max")
        problem = at_ratio(problem, beta_ratio, max_chambers, effort)
        clock.lap("beta_max")
    share = None if beta is not None else beta_ratio
    return settle(
        data,
        problem,
        share,
        clock,
        max_chambers=max_chambers,
        say=say,
        effort=effort,
        recall=recall,
        keep=keep,
    )


def settle(
    data: TrainingData,
    problem: TrainingProblem,
    beta_ratio: Fraction | None,
    clock: Clock,
    *,
    max_chambers: int,
    say: Callable[[str], None],
    effort: Effort = WHOLE,
    recall: Callable[[TrainingProblem], State | None] = lambda problem: None,
    keep: Callable[[TrainingProblem, State], None] = lambda problem, state: None,
) -> Outcome:
    """Train on a problem whose weight decay is settled, certify and check; arguments as for :func:`prove`.

    Args:
        data: where the problem is from.
        problem: the problem.
        beta_ratio: the share of ``beta_max`` that its weight decay is, None if it was asked for itself.
        clock: has timed what was done before.
        max_chambers: likewise.
        say: likewise.
        effort: likewise.
        recall: likewise.
        keep: likewise.
    """
    from ..certificate import as_read, certify_read, check_read
    from ..training.checkpoint import State
    from ..training.columns import train
    from ..training.rounds import Bounds

    say("Training")
    state = recall(problem)
    history = list(state.history) if state else []
    earlier = history[-1] if history else Bounds(0, 0.0, -inf, inf)
    if history:
        clock.laps["interrupted training"] = earlier.seconds

    def tell(round: Round) -> None:
        history.append(round.after(earlier))
        say(f"Training: round {history[-1].number}, {round.lower:.9g} to {round.upper:.9g}")
        keep(problem, State(round.network, tuple(history)))

    def searching(cones: int, boxes: int) -> None:
        say(f"{doing}: searching all directions, {cones:,} cones closed")

    effort = replace(effort, progress=searching)
    start, doing = state.network if state else None, "Training"
    solution = train(problem, max_chambers=max_chambers, progress=tell, start=start, effort=effort)
    clock.lap("training")
    doing = "Certifying"
    say(doing)
    text = prepared(problem.to_json(), data.preparation)
    stated = as_read(text)
    certificate = certify_read(problem, stated, solution, max_chambers, effort)
    texts = text, certificate.to_json()
    clock.lap("certification")
    say("Checking in rational arithmetic")
    verdict = check_read(stated, texts[1])
    clock.lap("checking")
    return Outcome(
        data,
        problem,
        beta_ratio,
        solution,
        tuple(history),
        certificate,
        verdict,
        *texts,
        clock.laps,
        hints(data, problem, solution.network),
    )


class Clock:
    """The seconds of each part of a job: ``laps``, by name.

    Example:
        >>> clock = Clock()
        >>> clock.lap("counting")
        >>> list(clock.laps)
        ['counting']
    """

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        """The part that ends now."""
        now = perf_counter()
        self.laps[name], self._last = now - self._last, now
