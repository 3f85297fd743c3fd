"""What every statement of the catalogue is made of, how it is verified, and how the catalogue finds it.

The outcome of a check is one inequality, ``margin >= -tolerance``. Where it was settled in rational
arithmetic the tolerance is zero and the outcome proven; otherwise it is numerical, and says so with its
tolerance.
"""

from __future__ import annotations

import math
import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, wraps
from importlib import import_module
from math import inf
from time import perf_counter
from typing import Any, TypeVar
from zlib import crc32

import numpy as np

from hyperplane_arrangements.errors import InputError

from ..checker import Refusal
from ..terms.given import allowance

_MODULE = re.compile(r"t\d+_\d+_\w+")
_Instance = TypeVar("_Instance")
INSTANCES = 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a check found on one instance.

    Attributes:
        margin: by how much the claim holds: the slack of its tightest inequality, minus the error of an
            equality; infinite where nothing was compared. Exact comparisons give Fractions.
        tolerance: 0 when all was settled exactly, so that the outcome is proven; else the tolerance.
        reason: why the claim is refused, empty when it holds.

    Example:
        >>> at_least(3, 2, "3 >= 2"), equal(0.1 + 0.2, 0.3, "sum", tolerance=1e-15).holds
        (Outcome(margin=1, tolerance=0.0, reason=''), True)
    """

    margin: Fraction | float = inf
    tolerance: float = 0.0
    reason: str = ""

    @property
    def holds(self) -> bool:
        """Whether the claim holds on the instance."""
        return not self.reason

    @property
    def proven(self) -> bool:
        """Whether it holds and no tolerance was used."""
        return self.holds and self.tolerance == 0


def refused(reason: str) -> Outcome:
    """The claim is false on the instance, for this reason."""
    return Outcome(margin=-inf, reason=reason)


def that(condition: Any, reason: str) -> Outcome:
    """A claim with nothing to measure: it holds, or is refused for the reason given.

    Example:
        >>> that(2 > 3, "2 is not more than 3").holds
        False
    """
    return Outcome() if condition else refused(reason)


def at_least(larger: Any, smaller: Any, what: str, tolerance: float = 0.0) -> Outcome:
    """``larger >= smaller``, up to the tolerance.

    Args:
        larger: a Fraction or an int for a proof, a float otherwise.
        smaller: likewise.
        what: names the inequality when it fails.
        tolerance: absolute; 0 for exact numbers.

    Example:
        >>> at_least(1, 2, "1 >= 2").reason
        '1 >= 2 fails: 1 < 2'
    """
    allowance(tolerance, "tolerance")
    margin = larger - smaller
    # Written so that nan is refused.
    if margin >= -tolerance:
        return Outcome(margin, tolerance)
    return Outcome(margin, tolerance, f"{what} fails: {_shown(larger)} < {_shown(smaller)}")


def equal(left: Any, right: Any, what: str, tolerance: float = 0.0) -> Outcome:
    """``left == right``, up to the tolerance.

    Example:
        >>> equal(Fraction(1, 2), Fraction(1, 3), "halves").reason
        'halves fails: 1/2 != 1/3'
    """
    allowance(tolerance, "tolerance")
    margin = -abs(left - right)
    if margin >= -tolerance:
        return Outcome(margin, tolerance)
    return Outcome(margin, tolerance, f"{what} fails: {_shown(left)} != {_shown(right)}")


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """The first refusal, or else the tightest margin with the largest tolerance used.

    Outcomes after a refusal are not asked for, so a generator may rely on those before. A `Refusal` of the
    independent checker on the way is a refusal as well.

    Example:
        >>> all_of([at_least(3, 1, "a"), at_least(3, 2, "b")]).margin
        1
    """
    margin: Fraction | float = inf
    tolerance = 0.0
    try:
        for outcome in outcomes:
            if not outcome.holds:
                return outcome
            margin, tolerance = min(margin, outcome.margin), max(tolerance, outcome.tolerance)
    except Refusal as reason:
        return refused(f"the checker refuses: {reason}")
    return Outcome(margin, tolerance)


def all_hold(comparisons: Callable[[_Instance], Iterable[Outcome]]) -> Callable[[_Instance], Outcome]:
    """The check that goes through the comparisons of an instance: :func:`all_of` them, as a decorator.

    Example:
        >>> @all_hold
        ... def check(numbers):
        ...     yield at_least(numbers[0], 0, "the first")
        ...     yield at_least(numbers[1], numbers[0], "the second")
        >>> check((1, 3)).margin, check((4, 3)).reason
        (1, 'the second fails: 3 < 4')
    """

    @wraps(comparisons)
    def check(instance: _Instance) -> Outcome:
        return all_of(comparisons(instance))

    return check


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 24 else f"{float(value):.12g}"


@dataclass(frozen=True, slots=True)
class Theorem:
    """A statement that can be verified.

    Attributes:
        id: its number in the notes, such as "2.4".
        name: a few words.
        statement: the claim, as a sentence or two.
        source: where it comes from.
        note: the file in ``proofs_notes/`` that proves it.
        fixed: makes the instances that are always checked, degenerate ones among them.
        draw: makes a random instance from a generator.
        check: decides the claim on an instance.
        false_claim: what the negative control wrongly asserts.
        control: makes an instance of that, which ``check`` must refuse.
    """

    id: str
    name: str
    statement: str
    source: str
    note: str
    fixed: Callable[[], Iterable[Any]]
    draw: Callable[[np.random.Generator], Any]
    check: Callable[[Any], Outcome]
    false_claim: str
    control: Callable[[], Any]

    def instances(self, count: int = INSTANCES, seed: int = 0) -> Iterator[Any]:
        """The fixed instances, then ``count`` random ones that depend on nothing but the seed.

        Example:
            >>> len(list(theorems()["1.1"].instances(count=2))) >= 2
            True
        """
        yield from self.fixed()
        for index in range(count):
            yield self.draw(np.random.default_rng([seed, crc32(self.id.encode()), index]))


@dataclass(frozen=True, slots=True)
class Report:
    """What verifying a theorem found.

    Attributes:
        theorem: the statement.
        outcomes: one an instance, in order; the last may be the first refusal.
        control: the outcome of the false twin, which ought to be a refusal.
        seconds: the time it took.
    """

    theorem: Theorem
    outcomes: tuple[Outcome, ...]
    control: Outcome
    seconds: float

    @property
    def summary(self) -> Outcome:
        """All outcomes in one: the first refusal, or the tightest margin and the largest tolerance."""
        return all_of(self.outcomes)

    @property
    def caught(self) -> bool:
        """Whether the false twin was refused."""
        return not self.control.holds

    @property
    def holds(self) -> bool:
        """Whether every instance holds and the false twin was refused."""
        return self.summary.holds and self.caught

    @property
    def margin(self) -> str:
        """The tightest margin in few digits, ``-`` where nothing was compared."""
        margin = float(self.summary.margin)
        return f"{margin:.2g}" if math.isfinite(margin) else "-"

    @property
    def verdict(self) -> str:
        """``proven``, ``numerical (tolerance)``, or why not.

        Example:
            >>> verify(theorems()["1.1"], count=0).verdict
            'proven'
        """
        summary = self.summary
        if not summary.holds:
            return f"REFUSED: {summary.reason}"
        if not self.caught:
            return "REFUSED: the false claim was not caught"
        return "proven" if summary.proven else f"numerical ({summary.tolerance:.2g})"


def verify(theorem: Theorem, count: int = INSTANCES, seed: int = 0) -> Report:
    """Check a theorem on its fixed instances and ``count`` random ones, and its false twin.

    Args:
        theorem: the statement.
        count: how many random instances.
        seed: which ones.

    Returns:
        The report; it stops at the first instance on which the claim fails.

    Example:
        >>> report = verify(theorems()["2.4"], count=0)
        >>> report.holds, report.caught, report.verdict
        (True, True, 'proven')
    """
    began = perf_counter()
    outcomes: list[Outcome] = []
    for instance in theorem.instances(count, seed):
        outcomes.append(theorem.check(instance))
        if not outcomes[-1].holds:
            break
    control = theorem.check(theorem.control())
    return Report(theorem, tuple(outcomes), control, perf_counter() - began)


@cache
def theorems() -> dict[str, Theorem]:
    """Every statement of the package by its id, in the order of their numbers.

    Example:
        >>> theorems()["1.1"].name
        'count of chambers'
    """
    package = __name__.rpartition(".")[0]
    path = import_module(package).__path__
    names = [module.name for module in pkgutil.iter_modules(path) if _MODULE.fullmatch(module.name)]
    found = [import_module(f"{package}.{name}").THEOREM for name in names]
    # 2.10 comes after 2.9, and 4.2b after 4.2.
    ordered = sorted(found, key=lambda theorem: (*map(int, re.findall(r"\d+", theorem.id)), theorem.id))
    return {theorem.id: theorem for theorem in ordered}


def select(names: Iterable[str]) -> tuple[Theorem, ...]:
    """The statements called for, by id, section or name; all of them when none is.

    Args:
        names: ids ("2.4"), sections ("2") or parts of names ("zonotope").

    Raises:
        InputError: a name that no statement has.

    Example:
        >>> [theorem.id for theorem in select(["1.1", "proven gap"])]
        ['1.1', '2.4']
    """
    known = theorems()
    wanted: set[str] = set()
    for name in names:
        matching = {
            theorem.id
            for theorem in known.values()
            if name == theorem.id or name == theorem.id.split(".")[0] or name.lower() in theorem.name.lower()
        }
        if not matching:
            listed = "; ".join(f"{theorem.id} {theorem.name}" for theorem in known.values())
            raise InputError(f"no statement is called {name!r}; the statements are: {listed}")
        wanted |= matching
    return tuple(theorem for theorem in known.values() if theorem.id in wanted or not wanted)
