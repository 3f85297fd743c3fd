"""Certificates made again as the formal proof reads them best: as covers, where covers are searched for."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from hyperplane_arrangements.errors import InputError, LimitError

from .... import checker
from ....cover.proof import Coordinates, covers, written
from ....cover.search import Limits, rounding_of_sums
from ....pricing.limits import MAX_CONES
from .coverage import refuse_problem, refuse_version

if TYPE_CHECKING:
    from ....certificates.certificate import Certificate
    from ....problem import TrainingProblem

# How much shorter the dual becomes at least: a cover needs room where the bound is reached, or its boxes have
# no end. In floats it needs more: as much as their roundings, a few times over.
LEAST_SHARE = Fraction(1, 2**40)
MOST_SHARE = 1 / 4
TIMES_ROUNDING = 4
TRIES = 3


def with_proof(problem: TrainingProblem, certificate: Certificate, *, cones: int = MAX_CONES) -> Certificate:
    """The certificate with a cover or a list of chambers, whichever Coq is to read.

    A list is kept where no covers are searched for, with polyhedral norms (whose bounds may be equal, and
    stay so) and with free biases; and where the search for a cover ends at its limit. Else a cover takes its
    place, which Coq goes through in a fraction of the time.

    Raises:
        InputError: a problem that the formal proof is not for, a dual that is too long, or a certificate of
            version 2 with free biases.
        LimitError: there is no list, and a cover needs more cones.

    Example:
        >>> from ....certificates.certifying import certify
        >>> from ....problem import TrainingProblem
        >>> from ....training.columns import train
        >>> problem = TrainingProblem([[1, 0], [0, 2], [1, 1]], [1, -1, 2], beta="1/2", penalty="1-norm")
        >>> listed = certify(problem, train(problem))
        >>> with_proof(problem, listed) is listed
        True
    """
    stated = checker.read_problem(problem.to_json())
    refuse_problem(stated)
    if stated.penalty != "2-norm" or stated.bias is not None:
        refuse_version(certificate)
        return certificate
    try:
        return with_cover(problem, certificate, cones=cones)
    except LimitError:
        if certificate.chambers is None:
            raise
        return certificate


def with_cover(problem: TrainingProblem, certificate: Certificate, *, cones: int = MAX_CONES) -> Certificate:
    """The same network and nearly the same bounds, proven by a cover of all directions (statement 7.2).

    Args:
        problem: what the certificate is for, with the 2-norm and no free biases.
        certificate: of any version; one that has a cover is returned as it is.
        cones: the search for the cover stops at about so many.

    Returns:
        A certificate of version 3. The dual vector is shorter by a share of about 2^-40; by more
        where entries of X are so large beside beta that floats need the room.

    Raises:
        InputError: a problem that covers or the formal proof are not for, or a dual that is too long.
        LimitError: the cover needs more cones.

    Example:
        >>> from ....certificates.certificate import check
        >>> from ....certificates.certifying import certify
        >>> from ....problem import TrainingProblem
        >>> from ....training.columns import train
        >>> problem = TrainingProblem([[1, 0], [0, 2], [1, 1]], [1, -1, 2], beta="1/2")
        >>> listed = certify(problem, train(problem))
        >>> listed.cover is None, with_cover(problem, listed).cover is None
        (True, False)
        >>> print(str(check(problem, with_cover(problem, listed)))[:6])
        PROVEN
    """
    stated = checker.read_problem(problem.to_json())
    refuse_problem(stated)
    if certificate.cover is not None:
        return certificate
    coordinates = Coordinates.of(stated)
    share = _room(coordinates, certificate.dual)
    for _ in range(TRIES):
        dual = tuple((1 - share) * z for z in certificate.dual)
        found = covers(coordinates, dual, keep=True, limits=Limits(points=1, cones=cones))
        if len(found[1].values):
            raise InputError(
                "certificate: no cover proves its dual vector; make one that `convex-landscape check` accepts"
            )
        if found[1].proven:
            with contextlib.suppress(checker.Refusal):
                cover = written(coordinates, dual, found)
                lower = checker.dual_value(stated, dual)
                return replace(certificate, lower=lower, dual=dual, slopes=None, chambers=None, cover=cover)
        share *= 16
    raise LimitError(
        f"certificate: a cover that proves its dual vector has more than {cones:,} cones; allow more with "
        "--cones (Coq checks fifty to a hundred a second), or give a problem with a larger beta or fewer "
        "columns",
        limit=cones,
    )


def _room(coordinates: Coordinates, dual: tuple[Fraction, ...]) -> Fraction:
    """The share of beta that is left free: a power of 2, above all roundings of a value of g."""
    g, beta = coordinates.function(dual)
    unsure = TIMES_ROUNDING * rounding_of_sums(g.rank) * float(np.linalg.norm(g.sizes)) / beta
    share = LEAST_SHARE
    while share < min(unsure, MOST_SHARE):
        share *= 2
    return share
