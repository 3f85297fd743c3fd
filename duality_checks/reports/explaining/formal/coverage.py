"""What the formal proof covers; everything else is refused by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hyperplane_arrangements.errors import InputError

from ....checker import Certificate, Problem

if TYPE_CHECKING:
    from ....certificates import certificate as certificates

COVERED = "the squared, l1, huber, hinge and squared-hinge losses"


def refuse_problem(problem: Problem) -> None:
    """Only problems that the definitions in Coq can say.

    Raises:
        InputError: the loss rests on logarithms, or outputs are maxima over rows.

    Example:
        >>> from ....problem import TrainingProblem
        >>> from ....checker import read_problem
        >>> problem = TrainingProblem([[1]], [1], beta="3/4", loss="logistic")
        >>> refuse_problem(read_problem(problem.to_json()))
        Traceback (most recent call last):
        hyperplane_arrangements.errors.InputError: problem: the formal proof does not cover the logistic loss,
        whose bounds rest on logarithms; it covers the squared, l1, huber, hinge and squared-hinge losses
    """
    if problem.largest:
        raise InputError(
            "problem: the formal proof does not cover max pooling, only outputs that add the rows of "
            "a sample up; the standalone checker reads its certificates"
        )
    if problem.loss[0] == "logistic":
        raise InputError(
            "problem: the formal proof does not cover the logistic loss, whose bounds rest on logarithms; "
            f"it covers {COVERED}"
        )


def refuse_version(certificate: Certificate | certificates.Certificate) -> None:
    """Only certificates of version 3 (a cover) and of version 1 (a list of chambers).

    Raises:
        InputError: a certificate of version 2.
    """
    if certificate.quadratic is not None:
        raise InputError(
            "certificate: functions of degree 2, 4 or 6 are not in the formal proof, which needs chambers or "
            "a cover; ask for a smaller gap"
        )
    if certificate.cover is None and certificate.chambers is None:
        raise InputError(
            "certificate: version 2 holds neither a cover nor chambers, and the formal proof needs one; "
            "make the certificate again with fewer samples, whose chambers are listed"
        )
