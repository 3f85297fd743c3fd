"""How long a search over all directions goes on, and how narrow an interval has to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import inf, isfinite
from time import perf_counter
from typing import Any, TypeVar

from hyperplane_arrangements.errors import InputError, OutOfTimeError

from ..terms.given import relative

# Excesses over beta that are proven one after the other, so that a search that is stopped has proven the
# last; each costs a fraction of the next at ranks where that matters.
LADDER = (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 1e-3)
# Below this rank the last search costs hardly more than the first.
CLIMBED_FROM = 5
INSTANT = 1e-9  # seconds: a limit that has passed
# Of the time of a job, the share for training; the rest is for writing a proof down and checking it.
TRAINING = 0.6
# The share until which functions are sought: what they prove is kept, so that only a check is left.
FUNCTIONS = 0.85
# What the checker reads in a second, half of it written and half read: cones times rows times rank. Measured
# 2.6e6 to 1.2e7, and 1e6 where outputs share neurons.
CHECKED_A_SECOND = 1.5e6
Number = TypeVar("Number", int, float)


def is_late(deadline: float | None) -> bool:
    """Whether a deadline of :func:`time.perf_counter` has passed."""
    return deadline is not None and perf_counter() >= deadline


def require_time(deadline: float | None) -> None:
    """Give up once a deadline has passed.

    Raises:
        OutOfTimeError: it has.
    """
    if is_late(deadline):
        raise OutOfTimeError("the time limit has passed")


def limit(value: Number | None, name: str) -> Number | None:
    """A limit of a search, or None for no limit.

    Args:
        value: the limit.
        name: how an error message calls it.

    Raises:
        InputError: it is not positive, or not finite.

    Example:
        >>> limit(0, "--max-cones")
        Traceback (most recent call last):
        ...
        hyperplane_arrangements.errors.InputError: --max-cones=0 is no limit; give a positive number, or leave
        it out
    """
    if value is not None and not (isfinite(value) and value > 0):
        raise InputError(f"{name}={value} is no limit; give a positive number, or leave it out")
    return value


@dataclass(frozen=True, slots=True)
class Effort:
    """When training and its proof are content, or give up.

    The rule of its time: it is that of a whole job, training, certificate and check. Training takes a share
    of it, a larger one where functions prove the bound, :func:`~duality_checks.certify` half of what training
    has left, and the check the other half. Small
    instances, whose chambers are gone through one by one, are not limited.

    Args:
        gap: the relative gap ``(upper - lower) / upper`` that is narrow enough, in [0, 1).
        seconds: of the whole job, which ends a few seconds later at most. None: no limit.
        cones: that one search may close. None: no limit.
        progress: told of each search while it goes on: the cones closed, and the boxes still open.
        most: excesses over beta from here on prove nothing that is not known.

    Raises:
        InputError: a gap outside [0, 1), or a limit that is not positive.

    Example:
        >>> Effort(gap=0.01, seconds=60).levels(rank=8)
        (3.0, 1.0, 0.3, 0.1, 0.03, 0.01, 0.005)
        >>> Effort().levels(rank=8)
        (0.0,)
    """

    gap: float = 0.0
    seconds: float | None = None
    cones: int | None = None
    progress: Callable[[int, int], Any] | None = None
    most: float = inf

    def __post_init__(self) -> None:
        object.__setattr__(self, "gap", float(relative(self.gap, "gap")))
        limit(self.seconds, "seconds")
        limit(self.cones, "cones")

    def after(self, began: float, parts: int = 1) -> Effort:
        """What is left of it for the next of so many parts, when the work began then.

        Args:
            began: by :func:`time.perf_counter`.
            parts: of the work that is still to be done, which share the time.
        """
        if self.seconds is None:
            return self
        return replace(self, seconds=max(self.seconds - (perf_counter() - began), INSTANT) / parts)

    def shares(self, parts: int) -> Iterator[Effort]:
        """That of one part of a job after the other: when its turn comes, an equal share of what is left.

        Args:
            parts: of the job, which begins with the first.

        Example:
            >>> first, second = Effort(seconds=60).shares(2)  # no time passes between them
            >>> round(first.seconds), round(second.seconds)
            (30, 60)
        """
        began = perf_counter()
        for done in range(parts):
            yield self.after(began, parts - done)

    def training(self) -> Effort:
        """What of the effort of a whole job is for training.

        Example:
            >>> Effort(seconds=10).training().seconds
            6.0
        """
        return self if self.seconds is None else replace(self, seconds=TRAINING * self.seconds)

    def for_functions(self) -> Effort:
        """That of a training, with the time that is for functions: only their check comes after them.

        Example:
            >>> round(Effort(seconds=100).training().for_functions().seconds, 9)
            85.0
        """
        return self if self.seconds is None else replace(self, seconds=FUNCTIONS / TRAINING * self.seconds)

    def checkable(self, size: int) -> Effort:
        """That of a training, with no more cones than can be written down and checked in the time that is
        left for it.

        Args:
            size: of what a cone is checked by: rows times rank, times outputs.

        Example:
            >>> Effort(seconds=10, cones=50_000).training().checkable(1000).cones
            6000
        """
        if self.seconds is None:
            return self
        rest = (1 / TRAINING - 1) * self.seconds
        cones = max(int(CHECKED_A_SECOND * rest / max(size, 1)), 1)
        return replace(self, cones=cones if self.cones is None else min(cones, self.cones))

    @property
    def limited(self) -> bool:
        """Whether a search may end before it has proven what it set out to prove."""
        return self.seconds is not None or self.cones is not None

    @property
    def whole(self) -> bool:
        """Whether nothing short of the optimum will do, however long it takes."""
        return self.gap == 0 and not self.limited

    def levels(self, rank: int) -> tuple[float, ...]:
        """The excesses over beta to prove in turn; the last is what the gap asks for."""
        last = self.gap / 2
        first = LADDER if self.limited and rank >= CLIMBED_FROM else ()
        return (*(level for level in first if last < level <= self.most), last)

    def deadline(self) -> float | None:
        """When a training that starts now is to end, by :func:`time.perf_counter`."""
        return None if self.seconds is None else perf_counter() + self.seconds


WHOLE = Effort()
