"""Assert that a solver finds the optimum of every certified problem, or fail with a table of its excesses.

The optima were proven before, so that a solver is judged in exact arithmetic without training anything: its
network's objective is computed in rationals and compared with the bounds of the certificate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.values.pasting import OneLine

from ..checker import decimal
from ..terms.given import relative
from .instances import PROBLEMS, CertifiedProblem, certified

if TYPE_CHECKING:
    from ..problem import TrainingProblem


@dataclass(frozen=True, slots=True)
class Excess:
    """By how much one network misses the optimum of one problem.

    Attributes:
        name: of the problem.
        least, most: proven bounds on `(objective - p*) / objective`; None where there is no network.
        failure: what the solver raised, or what is wrong with its network; '' where nothing is.
    """

    name: str
    least: Fraction | None = None
    most: Fraction | None = None
    failure: str = ""

    def verdict(self, gap: Fraction) -> str:
        """Whether the excess is at most the gap: 'solved', 'not solved', 'undecided' or 'failed'."""
        if self.least is None or self.most is None:
            return "failed"
        if self.most <= gap:
            return "solved"
        return "not solved" if self.least > gap else "undecided"


@dataclass(frozen=True, slots=True, repr=False)
class Scorecard(OneLine):
    """How a solver did: one line a problem.

    Attributes:
        solver: its name.
        gap: the relative gap that was claimed.
        excesses: one a problem, in their order.
    """

    solver: str
    gap: Fraction
    excesses: tuple[Excess, ...]

    @property
    def solved(self) -> int:
        """How many problems are proven to be solved up to the gap."""
        return sum(excess.verdict(self.gap) == "solved" for excess in self.excesses)

    @property
    def is_perfect(self) -> bool:
        """Whether all are."""
        return self.solved == len(self.excesses)

    @property
    def headline(self) -> str:
        """One sentence.

        Example:
            >>> Scorecard("mine", Fraction(1, 10**6), (Excess("leaky", Fraction(0), Fraction(0)),)).headline
            'mine solves 1 of 1 certified problems to a relative gap of 1e-06'
        """
        count = f"{self.solved} of {len(self.excesses)} certified problems"
        return f"{self.solver} solves {count} to a relative gap of {float(self.gap):g}"

    def __str__(self) -> str:
        """The sentence, and a table: problem, excess at least, excess at most, verdict."""
        rows = [("problem", "excess at least", "at most", "")]
        for excess in self.excesses:
            low, high = ("-", "-") if excess.most is None else _shown(excess)
            told = [excess.verdict(self.gap), excess.failure]
            rows.append((excess.name, low, high, ": ".join(filter(None, told))))
        widths = [max(len(row[k]) for row in rows) for k in range(3)]
        lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=False)) for row in rows]
        table = [f"  {line}  {row[3]}".rstrip() for line, row in zip(lines, rows, strict=True)]
        return "\n".join([self.headline, *table])


def _shown(excess: Excess) -> tuple[str, str]:
    """Both bounds in three digits, rounded outward."""
    assert excess.least is not None and excess.most is not None
    return f"{decimal(excess.least, ROUND_FLOOR, 3):g}", f"{decimal(excess.most, ROUND_CEILING, 3):g}"


def assert_solves(
    solver: Callable[[TrainingProblem], Any],
    *,
    gap: float = 1e-6,
    problems: Iterable[str | CertifiedProblem] | None = None,
) -> Scorecard:
    """Assert that a solver finds the optimum of every certified problem up to a relative gap.

    The claim is `objective - p* <= gap * objective` for each, in exact arithmetic.

    Args:
        solver: takes a :class:`~duality_checks.problem.TrainingProblem` and returns a network of any kind
            that :func:`~duality_checks.assertions.assert_global_optimum` takes, or what has one as its
            `.network`. What it raises counts as a failure on that problem.
        gap: the relative gap that is claimed, above 0 and below 1.
        problems: names of :data:`~duality_checks.interfaces.instances.PROBLEMS`, or certified problems of
            your own; all of them if None.

    Returns:
        The figures of every problem; its text is a table.

    Raises:
        AssertionError: a problem is not solved; the text is the table.
        InputError: a gap that is not above 0 and below 1, or an unknown name.

    Example:
        >>> from duality_checks import TwoLayerNetwork, train
        >>> print(assert_solves(train).headline)
        train solves 8 of 8 certified problems to a relative gap of 1e-06
        >>> def mine(problem):  # costs 1/2 + 3/2 (1 + 1) = 7/2, where no neuron costs 1
        ...     return TwoLayerNetwork([[1.0, 0.0]], [1.0])
        >>> assert_solves(mine, problems=["zero-network"])
        Traceback (most recent call last):
            ...
        AssertionError: mine solves 0 of 1 certified problems to a relative gap of 1e-06
          problem       excess at least  at most
          zero-network  0.714            0.715    not solved
    """
    __tracebackhide__ = True
    card = score(solver, gap=gap, problems=problems)
    if not card.is_perfect:
        raise AssertionError(str(card))
    return card


def score(
    solver: Callable[[TrainingProblem], Any],
    *,
    gap: float = 1e-6,
    problems: Iterable[str | CertifiedProblem] | None = None,
) -> Scorecard:
    """The figures that :func:`assert_solves` asserts something about.

    Raises:
        InputError: a gap that is not above 0 and below 1, or an unknown name.

    Example:
        >>> score(lambda problem: None, problems=["leaky"]).excesses[0].failure[:22]
        'InputError: network is'
    """
    claimed = relative(gap, "gap", zero=False)
    known = [_known(problem) for problem in (PROBLEMS if problems is None else problems)]
    name = getattr(solver, "__name__", type(solver).__name__)
    return Scorecard(name, claimed, tuple(_excess(solver, problem) for problem in known))


def _known(problem: str | CertifiedProblem) -> CertifiedProblem:
    if isinstance(problem, CertifiedProblem):
        return problem
    if problem not in PROBLEMS:
        raise InputError(f"problem {problem!r} is unknown; choose among {', '.join(PROBLEMS)}")
    return certified(problem)


def _excess(solver: Callable[[TrainingProblem], Any], known: CertifiedProblem) -> Excess:
    from ..exact.judged import judged, objective_of
    from .placing import native

    problem, certificate = known.problem, known.certificate
    try:
        answer = solver(problem)
        network = getattr(answer, "network", answer)
        objective = objective_of(problem, judged(problem, native(problem, network)))
    except Exception as error:  # what a solver raises is the outcome, as in any test
        return Excess(known.name, failure=f"{type(error).__name__}: {str(error).partition(chr(10))[0]}")
    if objective == 0:
        return Excess(known.name, Fraction(0), Fraction(0))
    least, most = (max(objective - bound, Fraction(0)) for bound in (certificate.upper, certificate.lower))
    return Excess(known.name, least / objective, most / objective)
