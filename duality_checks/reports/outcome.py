"""One job from data to verdict: enumerate, train, certify, and check with the independent checker.

A job is as many convex programs as its problem has: one of all outputs where these share neurons, else one an
output. Each has a certificate, and the bounds are added (statement 2.8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from time import perf_counter
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.machine.memory import give_back

from ..checker import Verdict
from ..cover.effort import WHOLE, Effort
from ..data.preparation import Input, Output, Preparation
from ..data.problem_file import prepared
from ..networks.prepared import PreparedNetwork
from ..networks.two_layer import TwoLayerNetwork, side_by_side
from ..pricing.limits import is_searched, require_feasible
from ..problem import TrainingProblem
from .hints import hints

if TYPE_CHECKING:
    from ..certificates.certificate import Certificate
    from ..data.datasets import TrainingData
    from ..training.checkpoint import State
    from ..training.rounds import Bounds, Round, Solution


@dataclass(frozen=True, slots=True)
class Part:
    """A convex program of a job.

    Args:
        data: with their names, one an output of the program.
        problem: the exact training problem.
        solution: the trained network and its dual, numerical.
        history: the numerical bounds of every round, interrupted runs included.
        certificate: the rational certificate.
        verdict: the independent checker's word on the two files.
        certificate_text: the certificate file.
        seconds: the time of each step, by name.
        hints: where its numbers may mislead.
    """

    data: tuple[TrainingData, ...]
    problem: TrainingProblem
    solution: Solution
    history: tuple[Bounds, ...]
    certificate: Certificate
    verdict: Verdict
    certificate_text: str
    seconds: dict[str, float]
    hints: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its targets, as one text."""
        return ", ".join(one.target for one in self.data)

    @property
    def problem_text(self) -> str:
        """The problem file: that of the problem, with what made it of a table."""
        return prepared(self.problem.to_json(), _preparation(self.data))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a job produced, and how long each step took.

    Args:
        data: one an output, with the same features.
        problem: of all outputs.
        beta_ratio: the share of ``beta_max`` that was asked for, None when ``beta`` itself was.
        network: with all outputs.
        lower: the bound below, exactly.
        upper: the network's objective, exactly.
        verdict: on the whole interval.
        parts: one a program of the problem.
        seconds: the time of each step, by name.
        hints: where its numbers may mislead.
        effort: what was asked for: the gap, and the limits.
    """

    data: tuple[TrainingData, ...]
    problem: TrainingProblem
    beta_ratio: Fraction | None
    network: TwoLayerNetwork
    lower: Fraction
    upper: Fraction
    verdict: Verdict
    parts: tuple[Part, ...]
    seconds: dict[str, float]
    hints: tuple[str, ...] = ()
    effort: Effort = WHOLE

    @classmethod
    def of_parts(
        cls,
        problem: TrainingProblem,
        parts: Sequence[Part],
        beta_ratio: Fraction | None,
        seconds: dict[str, float],
        effort: Effort = WHOLE,
    ) -> Outcome:
        """The neurons of all programs side by side, and the sums of their bounds.

        Args:
            problem: as above.
            parts: as above.
            beta_ratio: as above.
            seconds: as above.
            effort: as above.
        """
        data = tuple(one for part in parts for one in part.data)
        network = side_by_side([part.solution.network for part in parts])
        lower = sum((part.certificate.lower for part in parts), Fraction(0))
        upper = sum((part.certificate.upper for part in parts), Fraction(0))
        verdict = Verdict(True, "", lower, upper)
        for part in parts:
            if not part.verdict.proven:
                whose = f"output {part.name}: " if len(parts) > 1 else ""
                verdict = Verdict(False, f"{whose}{part.verdict.reason}")
                break
        told = parts[0].hints if len(parts) == 1 else hints(data, problem, network.outgoing)
        values = data, problem, beta_ratio, network, lower, upper, verdict
        return cls(*values, tuple(parts), seconds, told, effort)

    @property
    def source(self) -> str:
        """Where the data are from."""
        return self.data[0].source

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the inputs."""
        return self.data[0].features

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of the outputs."""
        return tuple(one.target for one in self.data)

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """The problem file and the certificate of each part."""
        return tuple((part.problem_text, part.certificate_text) for part in self.parts)

    @property
    def files(self) -> tuple[tuple[str, str], ...]:
        """The names of the problem file and of the certificate of each part."""
        count = len(self.parts)
        numbers = [""] if count == 1 else [f"-{k}" for k in range(1, count + 1)]
        return tuple((f"problem{number}.json", f"certificate{number}.json") for number in numbers)

    def documents(self) -> dict[str, str]:
        """The files that prove it, and the network: their names and texts."""
        proofs: dict[str, str] = {}
        for names, texts in zip(self.files, self.texts, strict=True):
            proofs |= dict(zip(names, texts, strict=True))
        return {**proofs, "network.json": PreparedNetwork(self.network, self._preparation()).to_json()}

    def _preparation(self) -> Preparation | None:
        """That of the tables it predicts from; a network of several outputs always says its columns."""
        found = _preparation(self.data)
        if found is not None or len(self.data) == 1:
            return found
        return Preparation(tuple(map(Input, self.features)), False, tuple(map(Output, self.targets)))


def _preparation(data: Sequence[TrainingData]) -> Preparation | None:
    """What made X and all targets of a table; None where that is not known of each."""
    kept = [one.preparation for one in data if one.preparation is not None]
    if len(kept) < len(data):
        return None
    return replace(kept[0], outputs=tuple(output for one in kept for output in one.outputs))


def prove(
    data: Sequence[TrainingData],
    *,
    beta: Fraction | None,
    beta_ratio: Fraction | None,
    activation: str,
    max_chambers: int,
    say: Callable[[str], None],
    coupling: str = "1-norm",
    effort: Effort = WHOLE,
    recall: Callable[[Sequence[TrainingProblem]], Sequence[State | None]] = lambda some: [None] * len(some),
    keep: Callable[[TrainingProblem, State], None] = lambda problem, state: None,
    **terms: Any,
) -> Outcome:
    """Train to the global optimum and prove it.

    Args:
        data: features and targets, one an output, with the same features.
        beta: the weight decay; None to take it from ``beta_ratio``.
        beta_ratio: the share of ``beta_max`` to use when ``beta`` is None.
        activation: ``relu``, ``leaky:K``, ``abs`` or ``slopes:A,B``.
        max_chambers: refuse before the work starts when there would be more.
        say: is told what happens.
        coupling: with several outputs, the norm of a neuron's output weights in the penalty.
        effort: the gap that will do, and the limits of the whole job, whose programs share the time.
        recall: the states that an interrupted run left of the programs, None for each that had not begun.
        keep: is given the state of a program after every round.
        terms: ``loss``, ``penalty`` and ``free``, as for :class:`~duality_checks.problem.TrainingProblem`.

    Raises:
        InputError: the data, ``beta``, the ratio or the terms cannot be used, or cannot be coupled so.
        TooLargeError: the number of chambers is over the limit.
    """
    clock, began = _Clock(), perf_counter()
    first, decay = data[0], 1 if beta is None else beta
    targets = list(zip(*(one.y for one in data), strict=True))
    problem = TrainingProblem(
        first.X, targets, decay, activation, coupling=coupling, **{**first.terms, **terms}
    )
    if problem.shares:
        problem.require_shared()
    say("Counting the activation patterns")
    if not is_searched(problem):
        require_feasible(problem.arrangement, max_chambers)
    clock.lap("counting")
    if beta is None:
        from ..optima.shares import at_ratio

        say("Finding beta_max")
        problem = at_ratio(problem, beta_ratio, max_chambers, effort.after(began, parts=4))
        clock.lap("beta_max")
    parts, count = list[Part](), len(problem.programs)
    of_each = [tuple(data)] if count == 1 else [(one,) for one in data]
    for k, (own, program, state) in enumerate(
        zip(of_each, problem.programs, recall(problem.programs), strict=True)
    ):
        told = say if count == 1 else _prefixed(say, f"Output {k + 1} of {count}: ")
        part = _part(own, program, max_chambers, told, effort.after(began, count - k), state, keep)
        parts.append(part)
        clock.add(part.seconds)
    return Outcome.of_parts(problem, parts, None if beta is not None else beta_ratio, clock.laps, effort)


def _prefixed(say: Callable[[str], None], prefix: str) -> Callable[[str], None]:
    return lambda text: say(prefix + text[0].lower() + text[1:])


def _part(
    data: tuple[TrainingData, ...],
    problem: TrainingProblem,
    max_chambers: int,
    say: Callable[[str], None],
    effort: Effort,
    state: State | None,
    keep: Callable[[TrainingProblem, State], None],
) -> Part:
    """Train one program, certify and check; arguments as for :func:`prove`."""
    from ..certificates.certifying import certify_read
    from ..certificates.checking import as_read, check_read
    from ..training.checkpoint import State
    from ..training.columns import train
    from ..training.rounds import Bounds

    clock = _Clock()
    say("Training")
    history = list(state.history) if state else []
    earlier = history[-1] if history else Bounds(0, 0.0, -inf, inf)
    if history:
        clock.add({"interrupted training": earlier.seconds})

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
    stated = as_read(prepared(problem.to_json(), _preparation(data)))
    give_back()
    certificate = certify_read(problem, stated, solution, max_chambers, effort)
    text = certificate.to_json()
    clock.lap("certification")
    say("Checking in rational arithmetic")
    verdict = check_read(stated, text)
    clock.lap("checking")
    told = hints(data, problem, solution.network.outgoing)
    return Part(data, problem, solution, tuple(history), certificate, verdict, text, clock.laps, told)


class _Clock:
    """The seconds of each step of a job: ``laps``, by name.

    Example:
        >>> clock = _Clock()
        >>> clock.lap("counting")
        >>> list(clock.laps)
        ['counting']
    """

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, name: str) -> None:
        """The step that ends now."""
        now = perf_counter()
        self.laps[name], self._last = now - self._last, now

    def add(self, seconds: dict[str, float]) -> None:
        """Steps that were timed elsewhere."""
        for name, spent in seconds.items():
            self.laps[name] = self.laps.get(name, 0.0) + spent
