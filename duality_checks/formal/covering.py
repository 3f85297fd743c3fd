"""Certificates that list chambers, made again as covers: the form that the formal proof reads."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from .. import checker
from ..cover.proof import Coordinates, covers, written
from ..cover.search import Limits
from .coverage import refuse_bias, refuse_penalty, refuse_problem

if TYPE_CHECKING:
    from ..certificate import Certificate
    from ..problem import TrainingProblem

# How much shorter the dual becomes: a cover needs room where the bound is reached, or its boxes have no end.
SHARES = tuple(Fraction(1, 2**bits) for bits in (40, 36, 30, 24))
ENOUGH = Limits(points=1, cones=300_000)


def with_cover(problem: TrainingProblem, certificate: Certificate) -> Certificate:
    """The same network and nearly the same bounds, proven by a cover of all directions (statement 7.2).

    Args:
        problem: what the certificate is for.
        certificate: of any version; one that has a cover is returned as it is.

    Returns:
        A certificate of version 3. Its lower bound is less by a share of about 2^-40, or of 2^-24 at worst.

    Raises:
        InputError: a problem that covers or the formal proof are not for, or a dual that is too long.

    Example:
        >>> from ..certificate import certify, check
        >>> from ..problem import TrainingProblem
        >>> from ..training.columns import train
        >>> problem = TrainingProblem([[1, 0], [0, 2], [1, 1]], [1, -1, 2], beta="1/2")
        >>> listed = certify(problem, train(problem))
        >>> listed.cover is None, with_cover(problem, listed).cover is None
        (True, False)
        >>> print(str(check(problem, with_cover(problem, listed)))[:6])
        PROVEN
    """
    stated = checker.read_problem(problem.to_json())
    refuse_problem(stated)
    refuse_penalty(stated)
    if certificate.cover is not None:
        return certificate
    refuse_bias(stated)
    coordinates = Coordinates.of(stated)
    for share in SHARES:
        dual = tuple((1 - share) * z for z in certificate.dual)
        found = covers(coordinates, dual, keep=True, limits=ENOUGH)
        if found[1].proven:
            with contextlib.suppress(checker.Refusal):
                cover = written(coordinates, dual, found)
                lower = checker.dual_value(stated, dual)
                return replace(certificate, lower=lower, dual=dual, chambers=None, cover=cover)
    raise InputError(
        "certificate: no cover proves its dual vector; make one that `convex-landscape check` accepts"
    )
