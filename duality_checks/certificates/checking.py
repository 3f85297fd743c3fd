"""Who checks a long certificate: this process, or the workers that were chosen, each parts of its cover."""

from __future__ import annotations

from functools import partial

from hyperplane_arrangements.errors import InputError
from hyperplane_arrangements.machine.workers import LONG, workers

from .. import checker


def check_texts(problem: str, certificate: str) -> checker.Verdict:
    """The checker's verdict on two texts."""
    try:
        stated = checker.read_problem(problem)
    except checker.Refusal as reason:
        return checker.Verdict(False, str(reason))
    return check_read(stated, certificate)


def check_read(problem: checker.Problem, certificate: str) -> checker.Verdict:
    """The same for a problem that the checker has read."""
    team = workers()
    if team is None or len(certificate) < LONG:
        return checker.verify(problem, certificate)
    from ..cover.marks import marks

    return checker.verify(problem, certificate, team.map, partial(marks, workers=team.count))


def as_read(text: str) -> checker.Problem:
    """The problem of a file as the checker reads it, for `certify_read` and `check_read`.

    Raises:
        InputError: it cannot be stated.
    """
    try:
        return checker.read_problem(text)
    except checker.Refusal as reason:
        raise InputError(f"{reason}; round X, y and beta") from None
